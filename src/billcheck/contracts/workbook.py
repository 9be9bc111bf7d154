"""XLSX workbooks: the sheets of one, cell by cell, with everything refused that would not be what a person sees.

Comes in: the bytes of a workbook. Goes out: sheets whose numbers are exact decimals; or every cell that is an error, a
formula nobody has calculated, a percentage, a number that is no exact decimal, or merged with others. The reader of
cells says nothing of formulas and formats, so these are looked up in the workbook's own parts. Needs the extra `xlsx`.
Must not know which tables there are.
"""

from __future__ import annotations

import posixpath
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from billcheck.contracts.sheets import Row, Sheet, make_sheet
from billcheck.contracts.tables import MissingExtraProblem
from billcheck.errors import Problem
from billcheck.spreadsheets import (
    FIRST_SURE_DAY,
    exact_decimal,
    feed,
    letters_of,
    local_name,
    make_parser,
    parse_elements,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from python_calamine import CalamineSheet, CalamineWorkbook

    from billcheck.contracts.sheets import Cell

LARGEST_WORKBOOK = 400_000_000
"""Bytes that a workbook may unpack to."""
LARGEST_SHEET = 20_000_000
"""Cells of the smallest rectangle that holds all of a sheet."""
_UNREADABLE = (BadZipFile, EOFError, ExpatError, KeyError, NotImplementedError, RuntimeError, ValueError, zlib.error)
_PERCENT_FORMATS = frozenset({"9", "10"})


class WorkbookProblem(Problem):
    """This is not an XLSX workbook that can be read."""

    remedy = "Save it anew as .xlsx, without a password."


class WorkbookSizeProblem(Problem):
    """The workbook unpacks to far more than any list of contracts."""

    remedy = "Save it anew, or write a CSV file."


class NoSheetProblem(Problem):
    """The workbook has no sheet for the table of charges."""

    remedy = 'Name the sheet "charges", and that of the amendments "amendments".'


class ErrorCellProblem(Problem):
    """The cell shows an error instead of a value."""

    remedy = "Correct its formula, or write the value itself."


class UncalculatedProblem(Problem):
    """The cell holds a formula that was not calculated."""

    remedy = "Open the workbook in a spreadsheet and save it, or write the value itself."


class PercentCellProblem(Problem):
    """The cell is formatted as a percentage, so what it shows is not what it holds."""

    remedy = "Format the column as a number or as text, and write 21 % as 21."


class InexactNumberProblem(Problem):
    """The cell holds a number that is no exact decimal, as a calculation leaves it."""

    remedy = "Round it in the workbook, or write it as text."


class EarlyDateProblem(Problem):
    """The cell holds a date that spreadsheets do not agree on."""

    remedy = "Write the date as text, such as 2026-03-31."


class MergedCellsProblem(Problem):
    """Cells are merged, so all but the first of them hold nothing."""

    remedy = "Take the merge apart and write the value in every row."


_Faults = dict[tuple[int, int], tuple[type[Problem], str]]
"""What is wrong with cells, by row and column from 0, and the value to quote."""


class _SizeError(Exception):
    """The workbook, or a sheet of it, is larger than it may be."""


@dataclass(slots=True)
class _Part:
    """What the reader of cells does not say of a sheet: its cells at fault, by row and column from 0, and its size."""

    faults: _Faults = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0


def read_workbook(path: str, names: Collection[str], problems: list[Problem]) -> dict[str, Sheet]:
    """The sheets of these names (in small letters) that a workbook holds; a sole sheet counts as the first name.

    Faults of a sheet's cells go to the problems; a workbook that cannot be read gives no sheet and its reason.
    """
    try:
        import python_calamine  # noqa: PLC0415 - an extra, loaded when a workbook is read
    except ImportError:
        problems.append(MissingExtraProblem(path, remedy="Run: pip install 'billcheck[xlsx]'"))
        return {}
    try:
        return _read_sheets(path, names, python_calamine.load_workbook, problems)
    except OSError as error:
        problems.append(WorkbookProblem(path, remedy=f"The system says: {error.strerror or error}."))
    except _SizeError as error:
        problems.append(WorkbookSizeProblem(path, str(error)))
    except (*_UNREADABLE, python_calamine.CalamineError) as error:
        problems.append(WorkbookProblem(path, str(error)[:80]))
    return {}


def _read_sheets(
    path: str, names: Collection[str], load: Callable[[BytesIO], CalamineWorkbook], problems: list[Problem]
) -> dict[str, Sheet]:
    content = Path(path).read_bytes()
    parts = _read_parts(content)
    workbook = load(BytesIO(content))
    found: dict[str, Sheet] = {}
    told: list[Problem] = []
    first = next(iter(names))
    for name in workbook.sheet_names:
        known = first if len(workbook.sheet_names) == 1 else name.strip().casefold()
        if known in names and known not in found:
            found[known] = _read_sheet(path, workbook.get_sheet_by_name(name), parts[name], told)
    if first not in found:
        told.append(NoSheetProblem(path, ", ".join(workbook.sheet_names)[:80]))
    problems += told
    return found


def _read_sheet(path: str, sheet: CalamineSheet, part: _Part, problems: list[Problem]) -> Sheet:
    rows: list[Row] = []
    faults = dict(part.faults)
    for (row, column), _ in sheet.merged_cell_ranges or ():
        faults.setdefault((row, column), (MergedCellsProblem, ""))
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        read = tuple(_read_cell(cell, faults, (number, index)) for index, cell in enumerate(cells))
        if any(cell != "" for cell in read):
            rows.append(Row(number + 1, read))
    found = make_sheet(path, sheet.name, rows, problems)
    for (row, column), (kind, value) in sorted(faults.items(), key=lambda item: item[0]):
        heading = found.headings[column] if column < len(found.headings) else ""
        problems.append(kind(found.where(row + 1, heading or letters_of(column)), value or None))
    return found


def _read_cell(
    cell: object, faults: dict[tuple[int, int], tuple[type[Problem], str]], place: tuple[int, int]
) -> Cell | None:
    """A cell as a contract file would have it; None for one at fault, and its fault is kept."""
    if place in faults and faults[place][0] is not MergedCellsProblem:
        return None
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = exact_decimal(cell)
        if number is None or "e" in repr(cell):
            faults[place] = (InexactNumberProblem, repr(cell))
            return None
        return number
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, date) and (cell.date() if isinstance(cell, datetime) else cell) < FIRST_SURE_DAY:
        faults[place] = (EarlyDateProblem, cell.isoformat())
        return None
    return cell  # type: ignore[return-value] # what is left are flags, days and times


def _read_parts(content: bytes) -> Mapping[str, _Part]:
    """The faults of every sheet, by its name."""
    with ZipFile(BytesIO(content)) as archive:
        size = sum(item.file_size for item in archive.infolist())
        if size > LARGEST_WORKBOOK:
            raise _SizeError(f"{size} bytes")
        sheets: list[tuple[str, str]] = []
        targets: dict[str, str] = {}

        def start(tag: str, own: dict[str, str]) -> None:
            if tag == "sheet":
                sheets.append((own["name"], own["id"]))
            elif tag == "Relationship":
                targets[own["Id"]] = own["Target"]

        parse_elements([archive.read("xl/workbook.xml")], start)
        parse_elements([archive.read("xl/_rels/workbook.xml.rels")], start)
        styles = _percent_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in archive.namelist() else set()
        return {
            name: _scan_sheet(archive.read(posixpath.normpath(posixpath.join("/xl", targets[key])).lstrip("/")), styles)
            for name, key in sheets
        }


def _percent_styles(content: bytes) -> set[str]:
    """The numbers of the cell styles that show percentages."""
    percents = set(_PERCENT_FORMATS)
    styles: list[str] = []
    is_of_cells = False

    def start(tag: str, own: dict[str, str]) -> None:
        nonlocal is_of_cells
        if tag == "numFmt" and "%" in own.get("formatCode", ""):
            percents.add(own["numFmtId"])
        elif tag in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
            is_of_cells = tag == "cellXfs"
        elif tag == "xf" and is_of_cells:
            styles.append(own.get("numFmtId", ""))

    parse_elements([content], start)
    return {str(index) for index, style in enumerate(styles) if style in percents}


class _CellScan:
    """Goes through the cells of a sheet's part."""

    def __init__(self, percent_styles: set[str]) -> None:
        self.part = _Part()
        self._percent_styles = percent_styles
        self._row = self._column = -1
        self._own: dict[str, str] = {}
        self._is_formula = self._is_value = False
        self._value = ""

    def start(self, tag: str, own: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "row":
            self._row = int(own["r"]) - 1 if "r" in own else self._row + 1
            self._column = -1
        elif name == "c":
            self._own, self._value, self._is_formula = own, "", False
            self._column += 1
            place = place_of(own.get("r", ""))
            if place is not None:
                self._row, self._column = place
            self.part.last_row = max(self.part.last_row, self._row)
            self.part.last_column = max(self.part.last_column, self._column)
            if (self.part.last_row + 1) * (self.part.last_column + 1) > LARGEST_SHEET:
                raise _SizeError(f"{self.part.last_row + 1} rows of {self.part.last_column + 1} columns")
        elif name == "f":
            self._is_formula = True
        elif name == "v":
            self._is_value = True

    def text(self, text: str) -> None:
        if self._is_value:
            self._value += text

    def end(self, tag: str) -> None:
        name = local_name(tag)
        if name == "v":
            self._is_value = False
        elif name == "c":
            kind, value = self._own.get("t", "n"), self._value
            place = (self._row, self._column)
            if kind == "e":
                self.part.faults[place] = (ErrorCellProblem, value)
            elif self._is_formula and not value and kind != "str":
                self.part.faults[place] = (UncalculatedProblem, "")
            elif kind == "n" and value and self._own.get("s") in self._percent_styles:
                self.part.faults[place] = (PercentCellProblem, value)


def _scan_sheet(content: bytes, percent_styles: set[str]) -> _Part:
    scan, parser = _CellScan(percent_styles), make_parser()
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    feed(parser, [content])
    return scan.part
