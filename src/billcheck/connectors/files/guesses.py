"""What the columns of an unknown file most likely are, and how their values are written: each guess with its reason.

Comes in: a sample of the file. Goes out: `Guess`es; one without a value is for a person to fill in. No ledger is read
by them. Must not know profiles or files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.characters import is_seen
from billcheck.connectors.files.heading_words import HEADINGS, OPEN_AMOUNTS, has_tax_in_it, match
from billcheck.grammar import NEGATIVE_FORMS, AmountMarks, DateFormats, DateOrder, GrammarError
from billcheck.money import CURRENCY_SIGNS, is_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from billcheck.connectors.files.sample import Sample

AMOUNT_FIELDS = ("amount", "tax", "unit_price", "quantity")
DATE_FIELDS = ("issue_date", "due_date", "period_first_day", "period_last_day")
INDISPENSABLE = ("document", "issue_date", "customer", "amount")
WRITTEN_FORMATS = (
    "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
)  # fmt: skip
"""Ways to write a date that a profile has to declare."""

_GROUPS = {".": (",", "'", " ", ""), ",": (".", "'", " ", "")}
_LONGEST_SHOWN = 40
_LAST_OF_FOUR_DIGITS = 0xFFFF
_SIGNS = sorted(CURRENCY_SIGNS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Guess:
    """A value and why it is proposed; a value of None is to be filled in, and the reason says with what."""

    value: str | None
    reason: str


def quoted(text: str) -> str:
    """A text of the file as a comment or a TOML value shows it: in quotes, on one line, with nothing unseen in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(one if is_seen(one) else _escape(ord(one)) for one in escaped)}"'


def _escape(number: int) -> str:
    return f"\\u{number:04x}" if number <= _LAST_OF_FOUR_DIGITS else f"\\U{number:08x}"


def shown(text: str) -> str:
    """The same, cut where it is long."""
    return quoted(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def listed(texts: Iterable[str]) -> str:
    """Texts of the file, in quotes and separated by commas."""
    return ", ".join(map(shown, texts))


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field, from 0, and what is said of each field; fields that nothing suggests are in neither."""

    places: Mapping[str, int]
    guesses: Mapping[str, Guess]


def guess_columns(sample: Sample) -> Columns:
    """Which column holds which field."""
    candidates = _candidates(sample)
    places: dict[str, int] = {}
    guesses: dict[str, Guess] = {}
    for field, found in candidates.items():
        _settle(sample, field, found, places, guesses)
    if "amount" not in places:
        guesses["amount"] = _open_amount(sample, places, guesses.get("amount"))
    for field in INDISPENSABLE:
        if field not in guesses:
            guesses[field] = Guess(None, f"no heading tells where it is; {_what_may(sample, places, field)}")
    return Columns(places, guesses)


def _candidates(sample: Sample) -> dict[str, list[tuple[bool, int, int, str]]]:
    """Per field the columns whose heading and values fit: whole heading or not, rank, column, phrase; the surest first.

    A column whose heading holds words of several fields goes to the one with the longest phrase.
    """
    found: dict[str, list[tuple[bool, int, int, str]]] = {field: [] for field in HEADINGS}
    for column, heading in enumerate(sample.headings):
        if column in sample.doubled:
            continue
        matches = [(match(heading, phrases), field) for field, phrases in HEADINGS.items()]
        fitting = [(one, field) for one, field in matches if one is not None and _fits(sample, field, column)]
        fitting = [(one, field) for one, field in fitting if not (field == "amount" and has_tax_in_it(heading))]
        if not fitting:
            continue
        longest = max((one.is_whole, len(one.phrase)) for one, _ in fitting)
        for one, field in fitting:
            if (one.is_whole, len(one.phrase)) == longest:
                found[field].append((not one.is_whole, one.rank, column, one.phrase))
    return {field: sorted(columns) for field, columns in found.items()}


def _settle(
    sample: Sample,
    field: str,
    found: Sequence[tuple[bool, int, int, str]],
    places: dict[str, int],
    guesses: dict[str, Guess],
) -> None:
    """Take the surest column of a field that no other has; of several that are no more than alike, none."""
    free = [one for one in found if one[2] not in places.values()]
    if not free:
        return
    is_part, _, column, phrase = free[0]
    heading = sample.headings[column]
    others = [sample.headings[one[2]] for one in free[1:] if one[0] == is_part]
    if is_part and others:
        if field in INDISPENSABLE:
            guesses[field] = Guess(None, f"one of {listed([heading, *others])}")
        return
    if field == "amount" and _repeats(sample, places.get("document"), column):
        guesses[field] = Guess(
            None,
            f"{shown(heading)} says the same on every row of a document: as its total it would count several times. "
            "Name the column of the amount of each line, excluding tax",
        )
        return
    why = f"has {shown(phrase)} in it" if is_part else "says so"
    also = f"; another that might be meant: {listed(others)}" if others else ""
    places[field] = column
    guesses[field] = Guess(heading, f"the heading {why}{also}{_example(sample, field, column)}")


def _example(sample: Sample, field: str, column: int) -> str:
    cells = sample.column(column)
    if not cells:
        return ". It is empty in every row looked at"
    test = _TESTS.get(field)
    misfit = next((f"; {shown(text)} in row {row} is none" for row, text in cells if test and not test(text)), "")
    return f". First value: {shown(cells[0][1])}{misfit}"


def _repeats(sample: Sample, document: int | None, column: int) -> bool:
    """Whether each document of several rows has one value in this column, other than nothing."""
    if document is None:
        return False
    values: dict[str, list[str]] = {}
    for _, cells in sample.rows:
        values.setdefault(cells[document], []).append(cells[column])
    several = [found for found in values.values() if len(found) > 1]
    return bool(several) and all(len(set(found)) == 1 and found[0] for found in several)


def _open_amount(sample: Sample, places: Mapping[str, int], known: Guess | None) -> Guess:
    """What to say of an amount that is to be filled in."""
    if known is not None:
        return known
    named = [
        heading
        for column, heading in enumerate(sample.headings)
        if column not in places.values() and match(heading, OPEN_AMOUNTS) and _fits(sample, "amount", column)
    ]
    if named:
        taxed = ' If tax is in them, write also amounts = "including_tax" under [values]' if "tax" in places else ""
        return Guess(
            None,
            f"{listed(named)} may be it, but nothing says whether tax is in these amounts: the column has to hold the "
            f"amount of each line excluding tax.{taxed}",
        )
    return Guess(None, f"the amount of each line excluding tax; {_what_may(sample, places, 'amount')}")


def _what_may(sample: Sample, places: Mapping[str, int], field: str) -> str:
    """The columns that are left for a field: those whose values fit, else all."""
    free = [index for index in range(len(sample.headings)) if index not in places.values()]
    fit = [index for index in free if _fits(sample, field, index)]
    return (
        f"what may hold it: {listed(sample.headings[index] for index in fit or free)}" if free else "no column is left"
    )


def _fits(sample: Sample, field: str, column: int) -> bool:
    """Whether the values of a column can be those of a field; an empty column can be any but an indispensable one."""
    cells = [text for _, text in sample.column(column)]
    if not cells:
        return field not in INDISPENSABLE
    test = _TESTS.get(field)
    if test is not None:
        return 2 * sum(map(test, cells)) > len(cells)  # a few slips do not make it another column
    if field == "currency":
        return all(is_currency(text.upper()) for text in cells)
    if field in {"document", "reference", "contract", "customer_id", "item", "account", "credits_document"}:
        return not any(map(is_date, cells))
    return not all(map(is_amount, cells)) and not all(map(is_date, cells))


def is_date(text: str) -> bool:
    """Whether a text is a date in some way of writing."""
    return any(_has_day(DateFormats(formats), text) for formats in ((), *((one,) for one in WRITTEN_FORMATS)))


def _has_day(dates: DateFormats, text: str) -> bool:
    found = dates.read(text)
    return found.day_first is not None or found.month_first is not None


def is_amount(text: str) -> bool:
    """Whether a text is an amount in some way of writing, whatever its currency."""
    return any(_value(AmountMarks(mark, group, NEGATIVE_FORMS), text) for mark in _GROUPS for group in _GROUPS[mark])


def _value(marks: AmountMarks, text: str) -> bool:
    """Whether the marks read a text, in the currency that it bears itself."""
    return any(_is_read(marks, text, currency) for currency in ("", *_currencies_of(text)))


def _is_read(marks: AmountMarks, text: str, currency: str) -> bool:
    try:
        marks.read(text, currency)
    except GrammarError:
        return False
    return True


def _currencies_of(text: str) -> frozenset[str]:
    """The currencies that the sign or code in an amount can mean."""
    letters = "".join(character for character in text if not character.isdigit() and character not in " .,'()-")
    code = letters.removesuffix("CR").strip()
    if is_currency(code):
        return frozenset({code})
    sign = next((sign for sign in _SIGNS if sign in text), None)
    return frozenset() if sign is None else CURRENCY_SIGNS[sign]


_TESTS = dict.fromkeys(DATE_FIELDS, is_date) | dict.fromkeys(AMOUNT_FIELDS, is_amount)
"""What the values of a field have to be."""


def guess_currency(sample: Sample, places: Mapping[str, int]) -> Guess | None:
    """The currency that every amount bears; None where the amounts bear none, or one that can mean several."""
    cells = [
        text for field in ("amount", "tax", "unit_price") if field in places for _, text in sample.column(places[field])
    ]
    meant = [_currencies_of(text) for text in cells]
    if not meant or any(len(one) != 1 for one in meant) or len(set(meant)) > 1:
        return None
    (code,) = meant[0]
    return Guess(code, f"every amount bears it, such as {shown(cells[0])}")


@dataclass(frozen=True, slots=True)
class Marks:
    """How amounts are written: the decimal and the group mark, and the ways to write an amount below zero."""

    decimal: Guess
    group: str
    negative: tuple[str, ...]


def guess_marks(found: Sequence[tuple[int, str]]) -> Marks:
    """How amounts are written, from all cells that should hold one."""
    cells = [(row, text) for row, text in found if is_amount(text)]
    texts = list(dict.fromkeys(text for _, text in cells))
    fitting = {mark: group for mark in (".", ",") if (group := _group_of(texts, mark)) is not None}
    if not texts:
        return Marks(Guess(None, 'write "." or ",": no amount was found'), ",", ("-",))
    if not fitting:
        return Marks(Guess(None, f"no one way of writing fits all amounts: {_misfits(cells)}"), ",", ("-",))
    if len(fitting) == 1:
        ((mark, group),) = fitting.items()
        proof = next(text for text in texts if not _value(_marks(_other(mark), _any_group(mark)), text))
        return Marks(Guess(mark, f"{shown(proof)} can be read in no other way"), group, _negatives(texts, mark, group))
    unsure = next((text for text in texts if any(sign in text for sign in ".,")), None)
    if unsure is None:
        return Marks(Guess(".", "no amount has decimals, so nothing shows it"), ",", _negatives(texts, ".", ","))
    reason = f'write "." or ",": {shown(unsure)} can be read in two ways, and no other amount shows which is meant'
    return Marks(Guess(None, reason), fitting["."], ("-",))


def _other(mark: str) -> str:
    return "," if mark == "." else "."


def _any_group(mark: str) -> str:
    """The group mark that the other convention has."""
    return mark


def _marks(decimal: str, group: str) -> AmountMarks:
    return AmountMarks(decimal, group, NEGATIVE_FORMS)


def _group_of(texts: Sequence[str], decimal: str) -> str | None:
    """The first group mark with which this decimal mark reads every amount; None where none does."""
    for group in _GROUPS[decimal]:
        marks = _marks(decimal, group)
        if all(_value(marks, text) for text in texts):
            return group
    return None


def _misfits(cells: Sequence[tuple[int, str]]) -> str:
    """Two amounts that are written in different ways."""
    row, text = cells[0]
    mark = next((mark for mark in (".", ",") if _group_of([text], mark) is not None), ".")
    other = next(((row, text) for row, text in cells if _group_of([text], mark) is None), cells[-1])
    return f"{shown(text)} in row {row}, {shown(other[1])} in row {other[0]}"


def _negatives(texts: Sequence[str], decimal: str, group: str) -> tuple[str, ...]:
    """The ways to write an amount below zero that occur."""
    plain = AmountMarks(decimal, group, ())
    found = [
        form
        for form in NEGATIVE_FORMS
        if any(not _value(plain, text) and _value(AmountMarks(decimal, group, (form,)), text) for text in texts)
    ]
    return tuple(found) or ("-",)


@dataclass(frozen=True, slots=True)
class Dates:
    """How dates are written: the order of day and month and the formats; None where nothing has to be declared."""

    order: Guess | None
    formats: Guess | None


def guess_dates(found: Sequence[tuple[int, str]]) -> Dates:
    """How dates are written, from all cells that should hold one."""
    cells = [(row, text) for row, text in found if is_date(text)]
    plain = DateFormats()
    if all(_has_day(plain, text) for _, text in cells):
        return Dates(_order_of(cells, plain), None)
    fitting = [one for one in WRITTEN_FORMATS if all(_has_day(DateFormats((one,)), text) for _, text in cells)]
    proved = [one for one in fitting if _is_proved(DateFormats((one,)), cells)]
    shape = shown(cells[0][1])
    if len(fitting) == 1 or len(proved) == 1:
        return Dates(None, Guess((proved or fitting)[0], f"dates such as {shape} are written so"))
    if fitting:
        return Dates(None, Guess(None, f"{shape} can be read by {listed(fitting)}: write the one that is meant"))
    row, text = next((row, text) for row, text in cells if not _has_day(plain, text))
    return Dates(
        None, Guess(None, f"dates are written in several ways, such as {shape} and, in row {row}, {shown(text)}")
    )


def _is_proved(dates: DateFormats, cells: Sequence[tuple[int, str]]) -> bool:
    proofs = {dates.read(text).proof for _, text in cells}
    return dates.order is not None and dates.order in proofs and len(proofs - {None}) == 1


def _order_of(cells: Sequence[tuple[int, str]], dates: DateFormats) -> Guess | None:
    proofs: dict[DateOrder, tuple[int, str]] = {}
    unsure: str | None = None
    for row, text in cells:
        found = dates.read(text)
        if found.proof is not None:
            proofs.setdefault(found.proof, (row, text))
        elif not found.is_same and unsure is None:
            unsure = f"{shown(text)} is {found.day_first} (day first) or {found.month_first} (month first)"
    if len(proofs) == 1:
        ((order, (row, text)),) = proofs.items()
        return Guess(order.name.lower(), f"{shown(text)} in row {row} can be read in no other order")
    if proofs:
        seen = " and ".join(f"{shown(text)} in row {row}" for row, text in proofs.values())
        return Guess(None, f"the file mixes two orders: {seen}. Such a file is refused; export it again")
    return None if unsure is None else Guess(None, f'write "day_first" or "month_first": {unsure}')
