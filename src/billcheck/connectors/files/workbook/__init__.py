"""XLSX workbooks as rows of cells.

Comes in: a workbook, which sheet of it, and the limits. Goes out: every row of the sheet as `CellRow`s of exact values,
and notes on what a person would not see at a glance. Numbers are taken from the workbook's own text, so that nothing is
rounded on the way; formulas that nobody calculated are worked out exactly or shown as unreadable. Must not know
profiles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow, Unreadable
from billcheck.connectors.files.heading import TooManyColumnsError
from billcheck.connectors.files.limits import DEFAULT_LIMITS
from billcheck.connectors.files.workbook.archive import open_archive
from billcheck.connectors.files.workbook.cell_values import INEXACT, MERGED, UNCALCULATED, CellValues
from billcheck.connectors.files.workbook.choice import choose_sheet
from billcheck.connectors.files.workbook.formulas import Calculator, columns_of
from billcheck.connectors.files.workbook.package import read_package
from billcheck.connectors.files.workbook.sheet import survey_sheet
from billcheck.errors import LedgerRefusedError, Problem
from billcheck.spreadsheets import letters_of, shortest_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.files.workbook.package import Package, SheetEntry
    from billcheck.connectors.files.workbook.sheet import Place, StoredCell, Survey

MARK = b"PK\x03\x04"
"""What a workbook begins with."""
OLD_MARK = b"\xd0\xcf\x11\xe0"
"""What workbooks of before 2007 begin with, and those with a password."""
_NEAR = Decimal("1E-12")
"""How far what a spreadsheet adds up in doubles may lie beside the exact sum."""
_MOST_NAMED = 10
_MOST_MERGED = 1_000_000


class MergedTooFarError(Problem):
    """Merged cells cover more than any table."""

    remedy = "Take the merge apart, or save the sheet as CSV (UTF-8)."


@dataclass(frozen=True, slots=True)
class Workbook:
    """One sheet, ready to be read as often as needed; `notes` are sentences on what is hidden in it."""

    sheet: str
    notes: tuple[str, ...]
    _survey: Survey
    _values: CellValues
    _results: dict[Place, Cell]
    _columns: tuple[int, ...]
    _merged: dict[Place, Place] = field(default_factory=dict)

    def rows(self) -> Iterator[CellRow]:
        """Every row down to the last that holds anything; columns that are empty throughout are left out."""
        index = {column: place for place, column in enumerate(self._columns)}
        blank: list[Cell] = [""] * len(index)
        expected = 0
        for row, stored in self._survey.rows():
            yield from (CellRow(number + 1, tuple(blank)) for number in range(expected, row))
            cells = self._with_merges(row, list(blank), index)
            for cell in stored:
                cells[index[cell.column]] = self._value(row, cell)
            yield CellRow(row + 1, tuple(cells))
            expected = row + 1

    def _value(self, row: int, cell: StoredCell) -> Cell:
        return self._results[row, cell.column] if cell.kind == "f" else self._values.value(cell)

    def _with_merges(self, row: int, cells: list[Cell], index: dict[int, int]) -> list[Cell]:
        """A blank row whose cells that are merged with others say so."""
        if self._merged:
            for column, place in index.items():
                first = self._merged.get((row, column))
                if first is not None:
                    cells[place] = Unreadable("", MERGED.format(first=_name(first)))
        return cells


def open_workbook(path: str, location: str, sheet: str | int | None, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Read a sheet to its end.

    Args:
        path: How messages name the file.
        location: Where it is.
        sheet: The name of the sheet, or its number from 1; None for the only visible one that holds anything.
        limits: What it may hold.

    Raises:
        LedgerRefusedError: It cannot be read, or it is open which sheet is meant.
    """
    with open_archive(path, location, limits) as archive:
        package = read_package(archive)
        chosen = choose_sheet(package, sheet)
        survey = survey_sheet(package, chosen)
    if len(survey.columns) > limits.columns:
        raise LedgerRefusedError(
            [TooManyColumnsError(f"{path} sheet {chosen.name}", len(survey.columns), limits.columns)]
        )
    values = CellValues(package.styles, counts_from_1904=package.counts_from_1904)
    return Workbook(
        chosen.name,
        _notes(path, package, chosen, survey),
        survey,
        values,
        _work_out(survey, values),
        tuple(sorted(survey.columns)),
        _merged_cells(path, survey),
    )


def _work_out(survey: Survey, values: CellValues) -> dict[Place, Cell]:
    """The values of the formulas that may never have been calculated."""
    if not survey.formulas:
        return {}
    columns = columns_of(survey.formulas.values())
    known: dict[Place, Decimal | str | None] = {}
    saved: dict[Place, StoredCell] = {}
    for row, cells in survey.rows():
        for cell in cells:
            if cell.kind == "f":
                saved[row, cell.column] = cell
            elif cell.column in columns:
                known[row, cell.column] = _operand(values.value(cell))
    calculator = Calculator(survey.formulas, known)
    return {place: _result(survey, values, place, cell, calculator.value(place)) for place, cell in saved.items()}


def _operand(value: Cell) -> Decimal | str | None:
    """What a formula sees of a cell; None where that is not sure."""
    if isinstance(value, Unreadable):
        return None
    return value if isinstance(value, Decimal | str) else None


def _result(survey: Survey, values: CellValues, place: Place, saved: StoredCell, number: Decimal | None) -> Cell:
    """What a cell with an open formula says: its exact value where there is one, else what was saved if it is sure."""
    approximate = shortest_decimal(saved.text or "0")
    is_near = approximate.is_finite() and number is not None and abs(number - approximate) <= abs(approximate) * _NEAR
    if number is not None and (is_near or not approximate):
        return values.result(number, saved.style)
    if approximate:
        return Unreadable(f"{saved.text}…", INEXACT)
    if saved.text and place[1] in survey.calculated:
        return values.value(saved._replace(kind="n"))
    return Unreadable(f"={survey.formulas[place]}", UNCALCULATED)


def _merged_cells(path: str, survey: Survey) -> dict[Place, Place]:
    """The first cell of each merge, by every other cell of it that stands in a column in use."""
    found: dict[Place, Place] = {}
    for first, last in survey.merged:
        columns = [column for column in survey.columns if first[1] <= column <= last[1]]
        rows = range(first[0], min(last[0], survey.last_row) + 1)
        if len(found) + len(columns) * len(rows) > _MOST_MERGED:
            raise LedgerRefusedError([MergedTooFarError(path, f"{_name(first)}:{_name(last)}")])
        found.update({(row, column): first for row in rows for column in columns if (row, column) != first})
    return found


def _notes(path: str, package: Package, chosen: SheetEntry, survey: Survey) -> tuple[str, ...]:
    """What a person would not see, or not know, when looking at the workbook."""
    where = f"{path} sheet {chosen.name}"
    notes = []
    if chosen.is_hidden:
        notes.append(f"{where}: the sheet is hidden, and was read because it was named.")
    others = [sheet.name for sheet in package.sheets if sheet.is_hidden and sheet is not chosen]
    if others:
        notes.append(f"{path}: {_listed('sheet', others)} hidden and not read.")
    if survey.hidden_rows:
        rows = [f"{first}" if first == last else f"{first}-{last}" for first, last in _runs(survey.hidden_rows)]
        notes.append(f"{where}: {_listed('row', rows)} hidden, and read like the others.")
    columns = sorted(
        column for column in survey.columns if any(first <= column <= last for first, last in survey.hidden_columns)
    )
    if columns:
        notes.append(f"{where}: {_listed('column', map(letters_of, columns))} hidden, and read like the others.")
    return tuple(notes)


def _listed(noun: str, names: Iterable[str]) -> str:
    """Names with their noun and verb: the first of them, and how many more."""
    listed = list(names)
    is_one = len(listed) == 1 and "-" not in listed[0]
    shown = ", ".join(listed[:_MOST_NAMED])
    rest = len(listed) - _MOST_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{noun} {shown} is" if is_one else f"{noun}s {shown}{more} are"


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of rows that follow each other, as people number them."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row:
            found[-1] = found[-1][0], row + 1
        else:
            found.append((row + 1, row + 1))
    return found


def _name(place: Place) -> str:
    return f"{letters_of(place[1])}{place[0] + 1}"
