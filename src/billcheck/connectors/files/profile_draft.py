"""A draft of a profile, written from the headings and values of a file for a person to look over.

Comes in: a sample of a file. Goes out: TOML in which every guess stands below a comment with its reason, and what
cannot be told is left as an empty text, which no profile may have: until it is filled in, nothing can be read by the
draft. Must not know how ledgers are read.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from billcheck.connectors.files.guesses import (
    AMOUNT_FIELDS,
    DATE_FIELDS,
    INDISPENSABLE,
    Columns,
    Guess,
    guess_columns,
    guess_currency,
    guess_dates,
    guess_marks,
    is_amount,
    is_date,
    listed,
    quoted,
    shown,
)
from billcheck.connectors.files.heading_words import HEADINGS, KIND_WORDS, STATUS_WORDS, meaning_of, words_of
from billcheck.connectors.files.sample import MISSING
from billcheck.connectors.files.text import UTF8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from billcheck.connectors.files.sample import Sample

OPEN = "FILL IN"
"""Begins the comment above a line that is to be filled in."""

_WIDTH = 118
_POINT = "."
_MOST_WORDS = 12
"""A column with more different texts than these holds no kinds or states."""
_FILLED_DOWN = ("document", "issue_date", "customer", "customer_id", "due_date", "currency", "kind", "status")
_HEAD = """\
# A draft, made from {file}: {rows}.
# Every line below a comment is a guess. Check each one; where a comment begins with {open}, write what is missing
# between the quotes, or take the line out if the file has no such thing. Then try it:
#   billcheck profile test FILE --profile THIS_FILE
# and compare the totals with what your program shows. The reference of profiles has every key."""


def draft_profile(sample: Sample) -> str:
    """The text of a draft for files such as the one a sample was taken from."""
    columns = guess_columns(sample)
    rows = f"its first {len(sample.rows):,} rows" if not sample.is_whole else f"all of its {len(sample.rows):,} rows"
    sections = (
        [_HEAD.format(file=shown(PurePath(sample.path).name), rows=rows, open=OPEN)],
        _identity(sample),
        ["[identify]", *_required(sample, columns)],
        ["[file]", *_file(sample)],
        ["[values]", *_values(sample, columns)],
        ["[columns]", *_columns(sample, columns)],
        ["[kind]", *_words(sample, columns, "kind", KIND_WORDS)],
        ["[status]", *_words(sample, columns, "status", STATUS_WORDS)],
        list(_fill_down(sample, columns)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _line(key: str, value: str, reason: str, *, is_open: bool = False) -> list[str]:
    """A key with its value as TOML, below the reason."""
    reason = reason.rstrip(".")
    return [*_comment(f"{OPEN}: {reason}." if is_open else f"{reason[:1].upper()}{reason[1:]}."), f"{key} = {value}"]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )


def _guess(key: str, guess: Guess) -> list[str]:
    value = "" if guess.value is None else guess.value
    return _line(key, quoted(value), guess.reason, is_open=guess.value is None)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _identity(sample: Sample) -> list[str]:
    stem = PurePath(sample.path).stem
    name = "-".join(re.findall(r"[a-z0-9]+", words_of(stem))) or "export"
    return [
        "schema = 1",
        *_line("id", quoted(f"own.{name}"), "The name by which --profile finds it; any other will do"),
        *_line("title", quoted(f"Export like {stem}"), "What it reads, for people"),
        'evidence = "real file"',
    ]


def _required(sample: Sample, columns: Columns) -> list[str]:
    names = (*INDISPENSABLE, "currency", "kind", "status")
    found = [sample.headings[columns.places[name]] for name in names if name in columns.places]
    if not found:
        return _line("required", _list([""]), "headings by which such a file is recognised", is_open=True)
    return _line("required", _list(found), "A file is recognised by these headings: all have to be there")


def _file(sample: Sample) -> Iterator[str]:
    if not sample.encoding:
        reason = "the file is neither text in UTF-8 nor in cp1252. Save it as UTF-8, or write another encoding"
        yield from _line("encoding", '""', reason, is_open=True)
    elif sample.encoding not in {UTF8, "utf-16"}:
        cells = (cell for cell in (*sample.headings, *(cell for _, row in sample.rows for cell in row)))
        letter = next((cell for cell in cells if not cell.isascii()), "")
        example = f"; {shown(letter)} has to look right" if letter else ""
        yield from _line(
            "encoding", quoted(sample.encoding), f"It is no text in UTF-8, so it is taken to be this{example}"
        )
    if sample.delimiter is not None:
        yield from _line("delimiter", quoted(sample.delimiter), "What stands between the columns of the heading row")
    if sample.sheet is not None:
        sheet = quoted(sample.sheet) if isinstance(sample.sheet, str) else str(sample.sheet)
        yield from _line("sheet", sheet, "The sheet of the workbook, as it was asked for")
    yield f"# The headings were found in row {sample.heading_row}."


def _cells(sample: Sample, columns: Columns, fields: Iterable[str]) -> list[tuple[int, str]]:
    return [cell for field in fields if field in columns.places for cell in sample.column(columns.places[field])]


def _values(sample: Sample, columns: Columns) -> Iterator[str]:
    dates = _cells(sample, columns, DATE_FIELDS) or [
        cell for place in _free(sample, columns, is_date) for cell in sample.column(place)
    ]
    found = guess_dates(dates)
    if found.formats is not None:
        guess = found.formats
        yield from _line("date_formats", _list([guess.value or ""]), guess.reason, is_open=guess.value is None)
    if found.order is not None:
        yield from _guess("date_order", found.order)
    elif found.formats is None:
        yield "# Dates are read the same in every order." if dates else "# No column of dates was found."
    amounts, has_numbers = _written_amounts(sample, columns)
    marks = guess_marks(amounts)
    if has_numbers and not amounts:
        marks = replace(marks, decimal=Guess(_POINT, "the amounts are numbers of the workbook, so it matters to none"))
    yield from _guess("decimal", marks.decimal)
    if marks.decimal.value is None:
        yield '# If it is the comma, write also group = "." here: the mark between groups of three digits.'
    else:
        yield from _line("group", quoted(marks.group), "What stands, or would stand, between groups of three digits")
    if marks.negative != ("-",):
        yield from _line("negative", _list(marks.negative), "Amounts below zero are written so")
    missing = _missing(sample, columns)
    if missing:
        yield from _line("missing", _list(missing), "Cells of amounts or dates say this, taken to mean nothing")


def _written_amounts(sample: Sample, columns: Columns) -> tuple[list[tuple[int, str]], bool]:
    """The cells of amounts that are texts, and whether others are numbers, which no mark is read in."""
    placed = [columns.places[field] for field in AMOUNT_FIELDS if field in columns.places]
    cells = [
        (row, text, (row, place) in sample.typed)
        for place in placed or _free(sample, columns, is_amount)
        for row, text in sample.column(place)
    ]
    return [(row, text) for row, text, is_typed in cells if not is_typed], any(is_typed for *_, is_typed in cells)


def _free(sample: Sample, columns: Columns, test: Callable[[str], bool]) -> list[int]:
    """All columns of such values that are no field yet, since it is one of them that will be filled in."""
    taken = columns.places.values()
    return [
        index
        for index in range(len(sample.headings))
        if index not in taken and (cells := sample.column(index)) and all(test(text) for _, text in cells)
    ]


def _missing(sample: Sample, columns: Columns) -> list[str]:
    places = [columns.places[field] for field in (*AMOUNT_FIELDS, *DATE_FIELDS) if field in columns.places]
    seen = {cells[place] for _, cells in sample.rows for place in places}
    return [text for text in MISSING if text in seen]


def _columns(sample: Sample, columns: Columns) -> Iterator[str]:
    for field in HEADINGS:
        if field in {"kind", "status", "currency"} or field not in columns.guesses:
            continue
        if field.startswith("period_") and not {"period_first_day", "period_last_day"} <= columns.places.keys():
            continue
        yield from _guess(field, columns.guesses[field])
        if field == "period_last_day":
            yield "# That day is taken to belong to the period; where it is the day after, call the field period_end."
    if "currency" in columns.guesses:
        yield from _guess("currency", columns.guesses["currency"])
        return
    sign = guess_currency(sample, columns.places)
    if sign is not None and sign.value:
        yield from _line("currency", f"{{ const = {quoted(sign.value)} }}", sign.reason)
        return
    yield '# No column names a currency: say it with --currency EUR, or write currency = { const = "EUR" } here.'
    unused = [heading for index, heading in enumerate(sample.headings) if index not in columns.places.values()]
    if unused:
        yield from _comment(f"Not used: {listed(unused)}.")


def _words(sample: Sample, columns: Columns, field: str, known: dict[str, frozenset[str]]) -> Iterator[str]:
    """The section of kinds or states: the words that occur, under what they most likely mean."""
    place = columns.places.get(field)
    texts = [] if place is None else list(dict.fromkeys(text for _, text in sample.column(place)))
    if place is None or not texts or len(texts) > _MOST_WORDS:
        yield from _default(field)
        return
    meanings = {text: meaning_of(text, known) for text in texts}
    if not any(meanings.values()):
        yield from _line("column", quoted(sample.headings[place]), columns.guesses[field].reason)
        lists = ", ".join(known)
        reason = f"none of its words is known. Put each into one of the lists {lists}: {listed(texts)}"
        yield from _line(next(iter(known)), _list([""]), reason, is_open=True)
        return
    yield from _line("column", quoted(sample.headings[place]), columns.guesses[field].reason)
    for meaning in known:
        words = [text for text, meant in meanings.items() if meant == meaning]
        if words:
            yield from _line(meaning, _list(words), "These words occur and are taken to mean this")
    unknown = [text for text, meant in meanings.items() if not meant]
    if unknown:
        lists = ", ".join(known)
        reason = f"put each of {listed(unknown)} into one of the lists {lists}, and take this line out"
        yield from _line("default", '""', reason, is_open=True)
    elif any(not cells[place] for _, cells in sample.rows):
        yield from _line("default", '""', "what an empty cell means; the column has some", is_open=True)


def _default(field: str) -> list[str]:
    if field == "kind":
        reason = (
            'no column says what a document is. Write "invoice" if all are invoices, or corrections with a minus; else '
            "the file cannot be read"
        )
    else:
        reason = (
            'no column says how far a document got. Write "approved" if the export holds neither drafts nor cancelled '
            "documents"
        )
    return _line("default", '""', reason, is_open=True)


def _fill_down(sample: Sample, columns: Columns) -> Iterator[str]:
    """The section of rows that lean on the row above, where some do."""
    places = {field: columns.places[field] for field in _FILLED_DOWN if field in columns.places}
    if "document" not in places:
        return
    leaning = [cells for _, cells in sample.rows if not cells[places["document"]]]
    filled = [field for field, place in places.items() if leaning and not any(cells[place] for cells in leaning)]
    if not leaning or "issue_date" not in filled:
        return
    yield "[fill_down]"
    reason = "Rows that have none of these belong to the document above"
    yield from _line("columns", _list(sample.headings[places[field]] for field in filled), reason)
