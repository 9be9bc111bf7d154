"""Rows of cells, the form in which any source that is not a flat CSV file comes in.

Comes in and goes out: nothing but the types. A reader of a format gives `CellRow`s for every row it finds, titles and
blank rows among them; what they mean is for others. Must not know formats, profiles or files.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

JOINT = " | "
"""Between texts that are put together into one cell: no period is read across it."""


class Unreadable(str):
    """The text to show of a cell that has no sure value; a row is refused for it where its column is read.

    `reason` says why, and what to do about it. The text never looks like an amount or a date.
    """

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, text: str, reason: str) -> Self:
        """A cell that shows as `text`."""
        cell = super().__new__(cls, text)
        cell.reason = reason
        return cell


Cell = str | Decimal | date
"""A text as it stands, or the exact value of a typed cell; an `Unreadable` text where there is none."""


def or_empty(cell: Cell | None) -> Cell:
    """A value that may be missing, as a cell."""
    return "" if cell is None else cell


class CellRow(NamedTuple):
    """One row; `row` is its number in the source, from 1, by which messages and evidence name it."""

    row: int
    cells: tuple[Cell, ...]
