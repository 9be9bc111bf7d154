"""What every spreadsheet has in common: the names of cells, exact numbers, and markup that is safe to parse.

Comes in: what stands in the parts of a workbook. Goes out: columns by number, exact decimals, calls for the elements of
a part. Must not know which tables a workbook holds, nor who reads it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from xml.parsers.expat import XMLParserType

EXACT_DIGITS = 15
"""Significant digits that a spreadsheet keeps; a number with more is what a calculation left over."""
EXACT_DECIMALS = 10
"""Digits behind the point; what is smaller is what a calculation left over."""
FIRST_SURE_DAY = date(1900, 3, 1)
"""Before it, spreadsheets count a day that never was, and programs read the same number as different days."""
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
"""The most rows and columns that a sheet has, counted from 1."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class DoctypeError(ExpatError):
    """A part declares a document type, which no spreadsheet writes."""


def exact_decimal(value: float | str) -> Decimal | None:
    """The decimal that a number of a spreadsheet stands for; None where it has over 15 digits, or over 10 decimals.

    Args:
        value: The number, or its text as a workbook stores it; what is no number at all raises ValueError.
    """
    number = shortest_decimal(value)
    if not number.is_finite() or number.adjusted() >= EXACT_DIGITS:
        return None
    number = number.normalize() + 0
    if -int(number.as_tuple().exponent) > EXACT_DECIMALS:
        return None
    return number if len(number.as_tuple().digits) <= EXACT_DIGITS else None


def shortest_decimal(value: float | str) -> Decimal:
    """The decimal with the fewest digits that is nearest to this double: what a spreadsheet means by it."""
    return Decimal(repr(float(value)))


def column_of(letters: str) -> int:
    """The number of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def letters_of(column: int) -> str:
    """The letters of a column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def place_of(name: str) -> tuple[int, int] | None:
    """Row and column of a cell, from 0; None for what names no cell of a sheet."""
    found = _CELL.fullmatch(name)
    if found is None:
        return None
    row, column = int(found[2]) - 1, column_of(found[1])
    return (row, column) if 0 <= row < LAST_ROW and column < LAST_COLUMN else None


def local_name(name: str) -> str:
    """The name of an element or an attribute without its prefix."""
    return name.rpartition(":")[2]


def make_parser() -> XMLParserType:
    """A parser that refuses any document type, and with it entities and what they could fetch or blow up."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def parse_elements(blocks: Iterable[bytes], start: Callable[[str, dict[str, str]], object]) -> None:
    """Call `start` with the name and the attributes of each element, all without their prefixes.

    Raises:
        ExpatError: It is no markup, or declares a document type.
    """
    parser = make_parser()
    parser.StartElementHandler = lambda tag, own: start(local_name(tag), {local_name(key): own[key] for key in own})
    feed(parser, blocks)


def feed(parser: XMLParserType, blocks: Iterable[bytes]) -> None:
    """Parse all blocks of a part.

    Raises:
        ExpatError: It is no markup, or declares a document type.
    """
    for block in blocks:
        parser.Parse(block, False)  # noqa: FBT003 - more may follow
    parser.Parse(b"", True)  # noqa: FBT003 - this is all of it


def _refuse_doctype(*_: object) -> None:
    raise DoctypeError("a document type is declared")
