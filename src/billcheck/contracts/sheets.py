"""Tables of rows: what a CSV file or a sheet of a workbook holds, cell by cell, with the places of all of it.

Comes in: the text of a CSV file. Goes out: a `Sheet`, or the reason why the file is none. Cells of CSV files are texts;
one that begins with an apostrophe before what `guarded` guards is read without it, as `billcheck.contracts.written`
writes it so that no spreadsheet takes it for a formula. Must not know which tables there are.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.errors import Problem

if TYPE_CHECKING:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal

    Cell = str | bool | Decimal | date | datetime | time | timedelta
    """Texts, and of workbooks the other kinds of values; a Decimal is a number as the workbook writes it."""

DELIMITERS = (",", ";", "\t")
_LIVE = r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
"""What a cell begins with that a spreadsheet calculates: also in full width, and a tab or line end before it."""
_GUARDED = re.compile(rf"'+{_LIVE}")
_RISKY = re.compile(rf"'*{_LIVE}")


class CsvProblem(Problem):
    """This is not valid CSV."""

    remedy = "Correct it at this place; the rest of the file was not read."


class LongRowProblem(Problem):
    """The row has a cell beyond the last heading."""

    remedy = "Put texts that hold the delimiter between double quotes, or give the column a heading."


class NoHeadingProblem(Problem):
    """A column has cells and no heading."""

    remedy = "Give it a heading, or empty it."


class RepeatedHeadingProblem(Problem):
    """Two columns have the same heading, or stand for the same key."""

    remedy = "Keep one of them."


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells below the headings.

    A cell is "" where it is empty, and None where its fault was told already.
    """

    number: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: headings as written, and rows that hold anything. `name` is that of a workbook's sheet, else empty."""

    file: str
    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def place(self) -> str:
        """The file, and in a workbook the sheet, as a message names them."""
        return f'{self.file}: sheet "{self.name}"' if self.name else self.file

    def where(self, row: int, heading: str = "") -> str:
        """A row, or a cell of it, as a message names it."""
        separator = ", " if self.name else ": "
        return f"{self.place}{separator}row {row}" + (f', column "{heading}"' if heading else "")


def guarded(text: str) -> str:
    """The text as a cell of a CSV file that no spreadsheet takes for a formula.

    A cell is one that begins, perhaps after spaces, with ``=``, ``+``, ``-`` or ``@``, also in full width, or with a
    tab or line end; it gets an apostrophe in front. So does one that has the apostrophe already: each text comes back.
    """
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


def read_csv(path: str, text: str, problems: list[Problem]) -> Sheet | None:
    """The table of a CSV file, by whichever delimiter its first row holds most of; None where it is none."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[Row] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            trimmed = tuple(unguarded(cell.strip()) for cell in cells)
            if any(trimmed):
                rows.append(Row(number, trimmed))
    except csv.Error as error:
        problems.append(CsvProblem(f"{path}: row {number + 1}", str(error)))
        return None
    return make_sheet(path, "", rows, problems)


def make_sheet(file: str, name: str, rows: list[Row], problems: list[Problem]) -> Sheet:
    """The sheet whose first row that holds anything is its headings."""
    if not rows:
        return Sheet(file, name, (), ())
    headings = tuple(str(cell).strip() for cell in rows[0].cells)
    while headings and not headings[-1]:
        headings = headings[:-1]
    width = len(headings)
    sheet = Sheet(file, name, headings, tuple(Row(row.number, _fitted(row.cells, width)) for row in rows[1:]))
    repeated = dict.fromkeys(heading for heading in headings if heading and headings.count(heading) > 1)
    problems.extend(RepeatedHeadingProblem(sheet.where(rows[0].number), heading) for heading in repeated)
    for row in rows[1:]:
        for index, cell in enumerate(row.cells):
            if cell is not None and cell != "" and (index >= width or not headings[index]):
                kind = LongRowProblem if index >= width else NoHeadingProblem
                problems.append(kind(sheet.where(row.number), str(cell)))
    return sheet


def _fitted(cells: tuple[Cell | None, ...], width: int) -> tuple[Cell | None, ...]:
    return (*cells[:width], *("",) * (width - len(cells)))
