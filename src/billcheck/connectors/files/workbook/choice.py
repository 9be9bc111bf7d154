"""Which sheet of a workbook is read.

Comes in: the sheets, and what the user says. Goes out: the one that was named, else the only visible one that holds
anything. Must not know what stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from billcheck.connectors.files.workbook.package import broken_part
from billcheck.errors import LedgerRefusedError, Problem
from billcheck.spreadsheets import local_name, make_parser

if TYPE_CHECKING:
    from billcheck.connectors.files.workbook.package import Package, SheetEntry

_WITHOUT_ROWS = frozenset({"quickbooksexporttips", "quickbooksdesktopexporttips"})
"""Sheets of advice, which programs put before the sheet of data; folded."""


class UnknownSheetError(Problem):
    """The workbook has no such sheet."""


class SeveralSheetsError(Problem):
    """Several sheets hold something, so it is open which one is the ledger."""


class NoSheetError(Problem):
    """No visible sheet of the workbook holds anything."""

    remedy = "Export it again; an empty ledger would look as if nothing had been billed."


def choose_sheet(package: Package, wanted: str | int | None) -> SheetEntry:
    """The sheet to read.

    Args:
        package: The workbook.
        wanted: The name of a sheet, or its number from 1 in the order of the tabs; None for the only one.

    Raises:
        LedgerRefusedError: There is no such sheet, or none or several hold anything.
    """
    path, sheets = package.archive.path, package.sheets
    if wanted is not None:
        return _named(path, sheets, wanted)
    found = [
        sheet
        for sheet in sheets
        if not sheet.is_hidden and _folded(sheet.name) not in _WITHOUT_ROWS and _holds_anything(package, sheet)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        hidden = ", ".join(sheet.name for sheet in sheets if sheet.is_hidden)
        advice = f"Hidden sheets are read only by name: {hidden}." if hidden else ""
        raise LedgerRefusedError([NoSheetError(path, remedy=advice)])
    names = ", ".join(sheet.name for sheet in found)
    advice = f'Name the one to read, as in read_ledger(..., sheet="{found[0].name}") or --sheet "{found[0].name}".'
    raise LedgerRefusedError([SeveralSheetsError(path, names, remedy=advice)])


def _named(path: str, sheets: tuple[SheetEntry, ...], wanted: str | int) -> SheetEntry:
    if isinstance(wanted, int):
        if 1 <= wanted <= len(sheets):
            return sheets[wanted - 1]
    else:
        for sheet in sheets:
            if _folded(sheet.name) == _folded(wanted):
                return sheet
    names = ", ".join(f"{number} {sheet.name}" for number, sheet in enumerate(sheets, start=1))
    raise LedgerRefusedError([UnknownSheetError(path, str(wanted), remedy=f"It has the sheets {names}.")])


def _folded(name: str) -> str:
    return "".join(name.casefold().split())


def _holds_anything(package: Package, sheet: SheetEntry) -> bool:
    """Whether some cell of a sheet has a value or a formula; reads no further than to the first."""
    found = False

    def start(tag: str, _: object) -> None:
        nonlocal found
        found = found or local_name(tag) in {"v", "f", "t"}

    parser = make_parser()
    parser.StartElementHandler = start
    try:
        for block in package.archive.blocks(sheet.part):
            parser.Parse(block, False)  # noqa: FBT003 - more may follow
            if found:
                return True
        parser.Parse(b"", True)  # noqa: FBT003 - this was all of it
    except ExpatError as error:
        raise broken_part(package.archive.path, sheet.part, error) from error
    return False
