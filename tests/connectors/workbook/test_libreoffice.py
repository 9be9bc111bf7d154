"""Ledgers that LibreOffice saved as workbooks say what they said before.

Needs the program `soffice` of LibreOffice Calc, which `.ci/run` installs; without it these tests fail.
"""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from billcheck import read_ledger
from tests.connectors.exports import scan
from tests.connectors.workbook.books import SHEET
from tests.connectors.workbook.quickbooks import CASE
from tests.connectors.workbook.test_quickbooks import parts
from tests.contracts.test_libreoffice import SAVED_AS_XLSX, office

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.system

HEADINGS = [
    "document",
    "issue_date",
    "customer",
    "amount",
    "currency",
    "description",
    "period_first_day",
    "period_last_day",
]
ROWS = [
    ["F-1", "2026-01-31", "Müller & Søn", "1250.00", "EUR", "Retainer", "2026-01-01", "2026-01-31"],
    ["F-1", "2026-01-31", "Müller & Søn", "33.35", "EUR", 'Hours, "extra"', "2026-01-01", "2026-01-31"],
    ["F-2", "2026-02-28", "Acme", "0.30", "EUR", "Postage", "2026-02-01", "2026-02-28"],
    ["CN-3", "2026-03-05", "Acme", "-1234567.89", "EUR", "Given back", "2026-02-01", "2026-02-28"],
    ["F-4", "2028-02-29", "Acme", "1000000", "JPY", "Retainer", "2028-02-01", "2028-02-29"],
]


READ_AS_CSV = "--infilter=CSV:44,34,76,1"
"""Commas, double quotes, UTF-8, from the first row; otherwise it reads what the machine's language suggests."""


def lines_of(path: Path, **options: Any) -> list[Any]:
    """Every line, but for where it stands."""
    found = scan(read_ledger(path, **options).sources[0])
    assert not found.refused
    return [line._replace(locator=0) for line in found.lines]


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """The ledger as CSV."""
    path = tmp_path / "ledger.csv"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [HEADINGS, *ROWS]]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    return path


def typed(folder: Path) -> Path:
    """The same ledger as a workbook: days and amounts as numbers, and every second amount a sum without a result."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Ledger")
        shown = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, HEADINGS)
        for row, cells in enumerate(ROWS, start=1):
            for column, (heading, cell) in enumerate(zip(HEADINGS, cells, strict=True)):
                if heading in {"issue_date", "period_first_day", "period_last_day"}:
                    sheet.write_datetime(row, column, date.fromisoformat(cell), shown)
                elif heading != "amount":
                    sheet.write_string(row, column, cell)
                elif row % 2:
                    sheet.write_formula(row, column, f"={cell}+0.10-0.10", value="")
                else:
                    sheet.write_number(row, column, float(cell))
    path = folder / "ledger.xlsx"
    path.write_bytes(file.getvalue())
    return path


def test_a_ledger_that_libreoffice_saves_as_a_workbook_has_the_same_lines(flat: Path, tmp_path: Path) -> None:
    saved = office(tmp_path, SAVED_AS_XLSX, flat, READ_AS_CSV) / "ledger.xlsx"
    assert {"<v>33.35</v>", "<v>-1234567.89</v>"} <= set(re.findall("<v>.*?</v>", parts(saved.read_bytes())[SHEET]))
    assert lines_of(saved) == lines_of(flat)
    assert [(line.document, line.amount, line.end_day > line.first_day > 0) for line in lines_of(flat)] == [
        ("F-1", 125_000, True),
        ("F-1", 3_335, True),
        ("F-2", 30, True),
        ("CN-3", -123_456_789, True),
        ("F-4", 1_000_000, True),
    ]


def test_a_workbook_with_formulas_has_the_same_lines_before_and_after_libreoffice(flat: Path, tmp_path: Path) -> None:
    """Before, the sums are worked out here; after, by LibreOffice in doubles."""
    ours = typed(tmp_path)
    saved = office(tmp_path, SAVED_AS_XLSX, ours) / "ledger.xlsx"
    assert "<v></v>" in parts(ours.read_bytes())[SHEET]
    assert "<v></v>" not in parts(saved.read_bytes())[SHEET]
    assert lines_of(ours) == lines_of(flat)
    assert lines_of(saved) == lines_of(flat)


def test_a_report_of_quickbooks_has_the_same_lines_once_libreoffice_calculated_it(tmp_path: Path) -> None:
    saved = office(tmp_path, SAVED_AS_XLSX, CASE) / CASE.name
    found = lines_of(CASE, currency="USD")
    assert lines_of(saved, currency="USD") == found
    assert len(found) == 10
