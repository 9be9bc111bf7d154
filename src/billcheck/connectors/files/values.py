"""Raw cells into values: days, words, currencies, amounts and names, each through a memory of what was seen before.

Comes in: raw cells and a profile's conventions. Goes out: ordinals, enum values, minor units and strings; -1 or None
where a cell has no value, so that a whole column is tested at once. Amounts are never remembered: too many of them
differ. Must not know rows, documents or what to say about a bad cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import CACHE_ENTRIES
from billcheck.connectors.files.profile import fold_word
from billcheck.connectors.files.tokens import cell_text
from billcheck.grammar import WHOLE_DIGITS, DateOrder, GrammarError, read_date
from billcheck.ledger.source import NO_DAY
from billcheck.money import is_currency, minor_scale, to_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from billcheck.grammar import AmountMarks

BAD_DAY = -1
"""No day of the calendar in any order."""
CONTRARY_DAY = -2
"""A day, but only in the order that the file does not use."""
BAD_WORD = -1
_CENTS = 100
_CENT_DIGITS = 2
PADDING = " \t\N{NO-BREAK SPACE}"
"""What may stand around a value without being part of it."""
_PADDING_BYTES = tuple(character.encode() for character in PADDING)


class Days(dict[bytes, int]):
    """Date cells to ordinals; an empty cell is `NO_DAY`.

    `order` is the order of the file, None until some cell shows it. Where a cell can be read both ways before that,
    `find_order` looks ahead.
    """

    def __init__(
        self, delimiter: bytes, order: DateOrder | None, find_order: Callable[[], tuple[DateOrder, str]]
    ) -> None:
        super().__init__()
        self.order = order
        self.proof = ""
        self._delimiter = delimiter
        self._find_order = find_order

    def __missing__(self, cell: bytes) -> int:
        text = clean_text(cell, self._delimiter)
        value = self[cell] = self._ordinal(text) if text else NO_DAY
        return value

    def _ordinal(self, text: str) -> int:
        readings = read_date(text)
        if readings.is_same:
            return readings.day_first.toordinal() if readings.day_first else BAD_DAY
        if self.order is None:
            self.order, self.proof = (readings.proof, text) if readings.proof else self._find_order()
        day = readings.by(self.order)
        return CONTRARY_DAY if day is None else day.toordinal()


class WordMeanings(dict[bytes, int]):
    """Kind or status cells to the values of their enum, `BAD_WORD` for a word that is not in the profile."""

    def __init__(self, delimiter: bytes, meanings: Mapping[str, int], default: int | None) -> None:
        super().__init__()
        self._delimiter = delimiter
        self._meanings = meanings
        self._default = BAD_WORD if default is None else default

    def __missing__(self, cell: bytes) -> int:
        word = fold_word(clean_text(cell, self._delimiter))
        value = self[cell] = self._meanings.get(word, BAD_WORD) if word else self._default
        return value


class Currencies(dict[bytes, str]):
    """Currency cells to ISO 4217 codes in capitals, "" for anything else."""

    def __init__(self, delimiter: bytes) -> None:
        super().__init__()
        self._delimiter = delimiter

    def __missing__(self, cell: bytes) -> str:
        text = clean_text(cell, self._delimiter)
        # Some letters of other scripts have a plain one as their capital: the long s an S.
        code = text.upper() if text.isascii() else ""
        value = self[cell] = code if is_currency(code) else ""
        return value


class Texts(dict[bytes, str]):
    """Cells of few different texts to those texts, without the spaces around them; "" where nothing can be seen."""

    def __init__(self, delimiter: bytes) -> None:
        super().__init__()
        self._delimiter = delimiter

    def __missing__(self, cell: bytes) -> str:
        text = clean_text(cell, self._delimiter)
        value = self[cell] = text if is_visible(text) else ""
        return value


class Concerns(dict[bytes, bool]):
    """Cells to whether the keys of a check may concern them."""

    def __init__(self, delimiter: bytes, test: Callable[[str], bool]) -> None:
        super().__init__()
        self._delimiter = delimiter
        self._test = test

    def __missing__(self, cell: bytes) -> bool:
        text = clean_text(cell, self._delimiter)
        value = self[cell] = bool(text) and self._test(text)
        return value


def limit_memory(*memories: dict[bytes, int] | dict[bytes, str] | dict[bytes, bool]) -> None:
    """Let memories that have grown large begin anew."""
    for memory in memories:
        if len(memory) > CACHE_ENTRIES:
            memory.clear()


def is_visible(text: str) -> bool:
    """Whether a text has a character that leaves ink; a name of none would look like no name."""
    return bool(text) and (text.isprintable() or any(map(str.isprintable, text.replace(" ", ""))))


def clean_text(cell: bytes, delimiter: bytes) -> str:
    """The text of a raw cell without the spaces around it."""
    return cell_text(cell, delimiter).strip(PADDING)


def clean_texts(cells: list[bytes], delimiter: bytes) -> list[str]:
    """`clean_text` of a column of many different texts."""
    if not any(cells):
        return [""] * len(cells)
    joined = b"\n".join(cells)
    texts = _decode_joined(joined, cells, delimiter)
    framed = b"\n" + joined + b"\n"
    if b'"' in joined or any(pad + b"\n" in framed or b"\n" + pad in framed for pad in _PADDING_BYTES):
        return [text.strip(PADDING) for text in texts]
    return texts


def plain_texts(cells: list[bytes], delimiter: bytes) -> list[str]:
    """The texts of a column, spaces around them included."""
    return _decode_joined(b"\n".join(cells), cells, delimiter)


def _decode_joined(joined: bytes, cells: list[bytes], delimiter: bytes) -> list[str]:
    if not cells:
        return []
    if b'"' not in joined:
        return joined.decode().split("\n")
    texts = joined.decode(errors="surrogateescape").split("\n")
    return [text if text[:1] != '"' else cell_text(cell, delimiter) for text, cell in zip(texts, cells, strict=True)]


@dataclass(slots=True)
class Decimals:
    """What the amounts of a file show of its decimal mark.

    `is_proved` is set once some amount shows which mark is the decimal one; `open_line` is the line of the first amount
    that might mean something else in the other convention, with `open_text` its text.
    """

    is_proved: bool = False
    open_line: int = 0
    open_text: str = ""

    def join(self, later: Decimals) -> None:
        """Count in what later rows show."""
        self.is_proved |= later.is_proved
        if not self.open_line:
            self.open_line, self.open_text = later.open_line, later.open_text


class Amounts:
    """Amount cells to minor units, by the marks of the profile; `decimals` takes what they show of these."""

    def __init__(self, delimiter: bytes, marks: AmountMarks, decimals: Decimals, *, is_empty_zero: bool) -> None:
        self._decimals = decimals
        self._delimiter = delimiter
        self._marks = marks
        self._mark = marks.decimal.encode()
        self._is_empty_zero = is_empty_zero
        self._plain = re.compile(rb"(?:-?[0-9]{1,15}+" + re.escape(self._mark) + rb"[0-9]{2}\n)++")

    def column(
        self, cells: list[bytes], scales: set[int], currencies: Iterable[str], lines: Iterable[int]
    ) -> list[int] | None:
        """The minor units of a column, or None where some cell has none.

        Args:
            cells: The raw cells.
            scales: The minor units of the currencies in the column.
            currencies: The currency of each cell.
            lines: The line number of each cell, to name the first open one.
        """
        if scales == {_CENTS}:
            joined = b"\n".join(cells) + b"\n"
            if self._plain.fullmatch(joined):
                self._decimals.is_proved = True
                return list(map(int, joined.replace(self._mark, b"").split()))
        found: list[int] = []
        for cell, currency, line in zip(cells, currencies, lines, strict=True):
            value = self.value(cell, currency, line)
            if value is None:
                return None
            found.append(value)
        return found

    def value(self, cell: bytes, currency: str, line: int) -> int | None:
        """The minor units of one cell, None where it is no amount of this currency."""
        whole, mark, decimals = cell.partition(self._mark)
        scale = minor_scale(currency)
        is_plain = mark and len(decimals) == _CENT_DIGITS and decimals.isdigit() and whole.isdigit()
        if is_plain and len(whole) <= WHOLE_DIGITS and scale == _CENTS:
            self._decimals.is_proved = True
            return int(whole + decimals)
        text = clean_text(cell, self._delimiter)
        if not text and self._is_empty_zero:
            return 0
        try:
            amount = to_minor(self._marks.parse(text), currency)
        except GrammarError:
            return None
        if self._marks.proves(text):
            self._decimals.is_proved = True
        elif amount is not None and scale <= _CENTS and self._marks.is_open(text) and not self._decimals.open_line:
            self._decimals.open_line, self._decimals.open_text = line, text
        return amount

    def is_broken_by(self, cell: bytes) -> bool:
        """Whether the cell is an amount in the other decimal convention only."""
        return self._marks.is_broken_by(clean_text(cell, self._delimiter))
