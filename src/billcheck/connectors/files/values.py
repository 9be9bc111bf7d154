"""Raw cells into values: days, words, currencies, amounts and names, each through a memory of what was seen before.

Comes in: raw cells and a profile's conventions. Goes out: ordinals, enum values, minor units and strings; -1 or None
where a cell has no value, so that a whole column is tested at once. Amounts are never remembered: too many of them
differ. Must not know rows, documents or what to say about a bad cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billcheck.connectors.files.limits import CACHE_ENTRIES
from billcheck.connectors.files.profile import fold_word
from billcheck.connectors.files.tokens import cell_text
from billcheck.grammar import WHOLE_DIGITS, ForeignSignError, GrammarError
from billcheck.ledger.source import NO_DAY
from billcheck.money import is_currency, minor_scale, to_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from billcheck.connectors.files.profile import Values
    from billcheck.grammar import AmountMarks, DateFormats, DateOrder, DateReadings, Deviation

BAD_DAY = -1
"""No day of the calendar in any order."""
CONTRARY_DAY = -2
"""A day, but only in the order that the file does not use."""
STRAY_DAY = -3
"""A day, but not written like those before it in its column."""
BAD_WORD = -1
_CENTS = 100
_TO_NOUGHT = bytes.maketrans(b"123456789", b"0" * 9)
_CENT_DIGITS = 2
_TOO_LONG = b"0" * (WHOLE_DIGITS + 1)
PADDING = " \t\N{NO-BREAK SPACE}"
"""What may stand around a value without being part of it."""
_PADDING_BYTES = tuple(character.encode() for character in PADDING)


@dataclass(slots=True)
class FoundOrder:
    """Which number comes first in the local dates of a file.

    `order` is None until some cell shows it, `proof` the date that did. Where a cell can be read both ways before that,
    `look_ahead` finds both.
    """

    order: DateOrder | None
    look_ahead: Callable[[], tuple[DateOrder, str]]
    proof: str = ""

    def settle(self, readings: DateReadings, text: str) -> DateOrder:
        """The order, now that a date needs one."""
        if self.order is None:
            self.order, self.proof = (readings.proof, text) if readings.proof else self.look_ahead()
        return self.order


class Days(dict[bytes, int]):
    """Date cells of one column to ordinals; an empty cell is `NO_DAY`.

    `form` is the way of writing of the first date that was met, "" before; `example` is that date.
    """

    def __init__(self, delimiter: bytes, formats: DateFormats, order: FoundOrder, missing: Container[str]) -> None:
        super().__init__()
        self.form = ""
        self.example = ""
        self._delimiter = delimiter
        self._formats = formats
        self._order = order
        self._missing = missing

    def __missing__(self, cell: bytes) -> int:
        text = clean_text(cell, self._delimiter)
        value = self[cell] = self._ordinal(text) if text and text not in self._missing else NO_DAY
        return value

    def _ordinal(self, text: str) -> int:
        readings = self._formats.read(text)
        if readings.is_same:
            day = readings.day_first
        else:
            day = readings.by(self._order.settle(readings, text))
            if day is None:
                return CONTRARY_DAY
        if day is None:
            return BAD_DAY
        if not self.form:
            self.form, self.example = readings.form, text
        return day.toordinal() if readings.form == self.form else STRAY_DAY


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


class Zeros(dict[bytes, bool]):
    """Cells to whether they are empty or zero."""

    def __init__(self, delimiter: bytes, marks: AmountMarks) -> None:
        super().__init__()
        self._delimiter = delimiter
        self._marks = marks

    def __missing__(self, cell: bytes) -> bool:
        text = clean_text(cell, self._delimiter)
        try:
            value = self._marks.is_missing(text) or not self._marks.parse(text)
        except GrammarError:
            value = False
        self[cell] = value
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


def limit_memory(*memories: dict[Any, Any]) -> None:
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
class Writing:
    """What the amounts of a file show of how it writes them.

    `is_proved` is set once some amount shows that it is written with three decimals; `open_line` is the line of the
    first amount that might mean something else in the other convention, with `open_text` its text. `is_sign_agreed` is
    set once the currency sign of some amount is that of its row; `foreign_line` is the line of the first whose sign is
    not, with `foreign_text` its text and `foreign_currency` the currency of its row.
    """

    is_proved: bool = False
    open_line: int = 0
    open_text: str = ""
    is_sign_agreed: bool = False
    foreign_line: int = 0
    foreign_text: str = ""
    foreign_currency: str = ""

    def note_foreign(self, line: int, text: str, currency: str) -> None:
        """Take in an amount with the sign of another currency than its row has."""
        if not self.foreign_line:
            self.foreign_line, self.foreign_text, self.foreign_currency = line, text, currency

    def join(self, later: Writing) -> None:
        """Count in what later rows show."""
        self.is_proved |= later.is_proved
        self.is_sign_agreed |= later.is_sign_agreed
        if not self.open_line:
            self.open_line, self.open_text = later.open_line, later.open_text
        self.note_foreign(later.foreign_line, later.foreign_text, later.foreign_currency)


class Amounts:
    """Amount cells to minor units, by the conventions of the profile; `writing` takes what they show of these."""

    def __init__(self, delimiter: bytes, values: Values, writing: Writing, *, is_empty_zero: bool) -> None:
        marks = values.marks
        self._is_minor = values.is_minor
        self._writing = writing
        self._delimiter = delimiter
        self._marks = marks
        self._mark = marks.decimal.encode()
        self._is_empty_zero = is_empty_zero
        self._signs = b"-" if "-" in marks.negative else b""

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
        plain = self._plain_column(cells) if scales == {_CENTS} and not self._is_minor else None
        if plain is not None:
            return plain
        found: list[int] = []
        for cell, currency, line in zip(cells, currencies, lines, strict=True):
            value = self.value(cell, currency, line)
            if value is None:
                return None
            found.append(value)
        return found

    def _plain_column(self, cells: list[bytes]) -> list[int] | None:
        """The cents of a column whose cells all are a minus or none, at most 15 digits, the mark and two digits.

        None where some cell is not. The whole column is looked at by a few operations on its text; a pattern costs
        several times as much. What these cannot tell, a minus behind a digit, is no number to `int` either.
        """
        joined, mark, count = b"\n".join(cells) + b"\n", self._mark, len(cells)
        shape = joined.translate(_TO_NOUGHT)
        has_cents = shape.count(mark + b"00\n") == count == shape.count(mark)
        if not has_cents or shape.translate(None, b"0\n" + mark + self._signs):
            return None
        if shape.startswith(mark) or b"\n" + mark in shape or b"-" + mark in shape or _TOO_LONG in shape:
            return None
        try:
            return list(map(int, joined.replace(mark, b"").split()))
        except ValueError:
            return None

    def value(self, cell: bytes, currency: str, line: int) -> int | None:
        """The minor units of one cell, None where it is no amount of this currency."""
        whole, mark, decimals = cell.partition(self._mark)
        scale = minor_scale(currency)
        is_plain = mark and len(decimals) == _CENT_DIGITS and decimals.isdigit() and not self._is_minor
        if is_plain and whole.isdigit() and len(whole) <= WHOLE_DIGITS and scale == _CENTS:
            return int(whole + decimals)
        text = clean_text(cell, self._delimiter)
        if self._marks.is_missing(text):
            return 0 if self._is_empty_zero else None
        try:
            found = self._marks.read(text, currency)
        except ForeignSignError:
            self._writing.note_foreign(line, text, currency)
            return None
        except GrammarError:
            return None
        if self._is_minor:
            return None if self._marks.decimal in text else int(found.value)
        amount = to_minor(found.value, currency)
        self._writing.is_proved |= found.is_proof
        self._writing.is_sign_agreed |= bool(found.sign)
        if amount is not None and scale <= _CENTS and found.is_open and not self._writing.open_line:
            self._writing.open_line, self._writing.open_text = line, text
        return amount

    def is_no_minor(self, cell: bytes) -> bool:
        """Whether the cell is an amount with decimals where amounts are whole cents."""
        text = clean_text(cell, self._delimiter)
        return self._is_minor and self._marks.decimal in text and self.deviation(cell) is None

    def deviation(self, cell: bytes) -> Deviation | None:
        """In what the cell is an amount of another convention than the profile's; None where it is not."""
        return self._marks.deviation(clean_text(cell, self._delimiter))
