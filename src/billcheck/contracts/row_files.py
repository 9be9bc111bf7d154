"""Files that hold contracts in rows: CSV files and workbooks, opened and put together.

Comes in: paths of CSV and XLSX files. Goes out: dockets of the contracts in each; amendments of CSV files belong to the
contracts of any of them, those of a workbook to its own. Must not know what the terms mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.rows import RowReader, is_of_amendments, is_of_charges, is_of_index, refuse_table
from billcheck.contracts.sheets import read_csv
from billcheck.contracts.tables import read_text
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.rows import RowDocket
    from billcheck.contracts.sheets import Sheet

SHEET_OF_CHARGES = "charges"
SHEET_OF_AMENDMENTS = "amendments"


class EmptyTableProblem(Problem):
    """The table is empty."""

    remedy = "Write its headings and rows, or take it away."


class RowFiles:
    """The row files of one check."""

    def __init__(self, paths: list[str], problems: list[Problem]) -> None:
        self._problems = problems
        self._csv = RowReader(problems)
        self._readers = [self._csv]
        self._charges: dict[str, tuple[RowReader, Sheet]] = {}
        for path in dict.fromkeys(paths):
            if path.lower().endswith(".csv"):
                self._open_csv(path)
            else:
                self._open_workbook(path)

    def dockets(self, path: str) -> Iterator[RowDocket]:
        """A docket for each contract whose charges are in this file."""
        if path in self._charges:
            reader, sheet = self._charges[path]
            yield from reader.contracts(sheet)

    def finish(self) -> None:
        """Tell the amendments that belong to no contract."""
        for reader in self._readers:
            reader.finish()

    def _open_csv(self, path: str) -> None:
        text = read_text(path, self._problems)
        sheet = None if text is None else read_csv(path, text, self._problems)
        if sheet is None:
            return
        if is_of_amendments(sheet):
            self._csv.add_amendments(sheet)
        elif not is_of_index(sheet):
            # Values of an index lie beside the contracts that name them, and are read with these.
            self._add_charges(self._csv, sheet)

    def _open_workbook(self, path: str) -> None:
        from billcheck.contracts.workbook import read_workbook  # noqa: PLC0415 - loaded only for workbooks

        sheets = read_workbook(path, (SHEET_OF_CHARGES, SHEET_OF_AMENDMENTS), self._problems)
        reader = RowReader(self._problems)
        self._readers.append(reader)
        amendments = sheets.get(SHEET_OF_AMENDMENTS)
        if amendments is not None and amendments.headings:
            if is_of_amendments(amendments):
                reader.add_amendments(amendments)
            else:
                refuse_table(amendments, self._problems)
        charges = sheets.get(SHEET_OF_CHARGES)
        if charges is not None:
            self._add_charges(reader, charges)

    def _add_charges(self, reader: RowReader, sheet: Sheet) -> None:
        if not sheet.headings or not (sheet.rows or not is_of_charges(sheet)):
            self._problems.append(EmptyTableProblem(sheet.place))
        elif is_of_charges(sheet):
            self._charges[sheet.file] = (reader, sheet)
        else:
            refuse_table(sheet, self._problems)
