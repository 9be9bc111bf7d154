"""Workbooks of contracts in LibreOffice: it opens ours as we wrote them, and we read what it saves.

Needs the program `soffice` of LibreOffice Calc, which `.ci/run` installs; without it these tests fail.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts import written
from billcheck.contracts.files import load_contracts
from billcheck.contracts.prices import UnitPrice
from billcheck.contracts.rows import to_rows
from tests.contracts.samples import FLAT, PACKAGE, PER_UNIT, TIME, contract_table, refusals

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.terms import Contract

pytestmark = pytest.mark.system

CSV_OF_EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Commas, double quotes, UTF-8, from the first row, cells as shown, no formulas, and a file for each sheet."""

SAVED_AS_XLSX = "xlsx:Calc MS Excel 2007 XML"

AMENDED: dict[str, Any] = {
    **PER_UNIT,
    "name": "Seats, “extra”",
    "unit_amount": "0012.3400",
    "matching": {"items": ["007", "1-2"], "patterns": ["=SUM(A1)", "+31 20"]},
    "amendments": [{"on": "2026-05-16", "quantity": "16"}, {"on": "2026-07-01", "unit_amount": "11.00"}],
}
TABLES: list[dict[str, Any]] = [
    {**contract_table(FLAT, AMENDED), "id": "0117", "customer": "Müller & Søn “Ærø”", "owner": "TRUE"},
    {**contract_table(PACKAGE, TIME), "id": "1E5", "customer": "2026-01-01", "start": "2026-01-31"},
]


def office(folder: Path, kind: str, path: Path, *options: str) -> Path:
    """The folder in which LibreOffice put a file as another kind; `options` say how it reads the file."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("LibreOffice is not installed; in Debian: apt-get install --no-install-recommends libreoffice-calc")
    out = folder / "out"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", *options, "--convert-to", kind, "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return out


def contracts_in(path: Path) -> list[Contract]:
    return [replace(contract, file="") for contract in load_contracts(str(path))]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A workbook that billcheck wrote."""
    path = tmp_path / "contracts.xlsx"
    path.write_bytes(written.to_xlsx(TABLES))
    return path


def test_libreoffice_shows_every_cell_as_it_was_written(ours: Path, tmp_path: Path) -> None:
    """Texts stay texts: leading zeros, what looks like a date, a number, a formula or a word of the program."""
    out = office(tmp_path, CSV_OF_EVERY_SHEET, ours)
    charges, amendments = to_rows(TABLES)
    assert amendments is not None
    for table in (charges, amendments):
        shown = rows_of((out / f"contracts-{table.name}.csv").read_text(encoding="utf-8"))
        assert shown == [list(table.headings), *(list(row) for row in table.rows)]


def test_what_libreoffice_saves_of_ours_reads_back_as_the_same_contracts(ours: Path, tmp_path: Path) -> None:
    again = office(tmp_path, SAVED_AS_XLSX, ours) / "contracts.xlsx"
    assert again.read_bytes() != ours.read_bytes()
    assert contracts_in(again) == contracts_in(ours)


def people_save(folder: Path, **cells: str) -> Path:
    """A workbook as a person makes one in LibreOffice: no texts where the program knows better, and formulas."""
    texts = {"contract": "C-1", "charge": "Seats", "customer": "Acme", "currency": "EUR", "model": "per_unit"}
    texts |= {"every": "month", "timing": "in_advance"}
    row = {heading: f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
           for heading, text in texts.items()} | cells  # fmt: skip
    headings = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{heading}</text:p></table:table-cell>' for heading in row
    )
    path = folder / "people.fods"
    path.write_text(FLAT_SPREADSHEET.format(headings=headings, row="".join(row.values())), encoding="utf-8")
    return office(folder, SAVED_AS_XLSX, path) / "people.xlsx"


OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
FLAT_SPREADSHEET = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="{OPEN_DOCUMENT}:office:1.0" xmlns:style="{OPEN_DOCUMENT}:style:1.0"
 xmlns:table="{OPEN_DOCUMENT}:table:1.0" xmlns:text="{OPEN_DOCUMENT}:text:1.0" xmlns:of="{OPEN_DOCUMENT}:of:1.2"
 xmlns:number="{OPEN_DOCUMENT}:datastyle:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
<number:date-style style:name="dmy"><number:day/><number:text>-</number:text><number:month/><number:text>-</number:text>
<number:year number:style="long"/></number:date-style>
<style:style style:name="day" style:family="table-cell" style:data-style-name="dmy"/>
</office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="charges">
<table:table-row>{{headings}}</table:table-row><table:table-row>{{row}}</table:table-row>
</table:table></office:spreadsheet></office:body></office:document>
"""


def number(value: str) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def day(value: str) -> str:
    return f'<table:table-cell table:style-name="day" office:value-type="date" office:date-value="{value}"/>'


def formula(text: str) -> str:
    return f'<table:table-cell table:formula="of:={text}" office:value-type="float"/>'


START = {"contract.start": day("2026-01-31")}


def test_numbers_days_and_sums_of_people_are_read_as_libreoffice_saves_them(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.30000000000000004 in every spreadsheet, and shown as 0.3."""
    saved = people_save(tmp_path, **START, unit_amount=formula("0.1+0.2"), quantity=formula("5*2+2"))
    (contract,) = contracts_in(saved)
    (charge,) = contract.charges
    assert contract.start == date(2026, 1, 31)
    assert (charge.price, charge.quantity) == (UnitPrice(Decimal("0.3")), Decimal(12))


def test_an_error_that_libreoffice_works_out_is_refused_with_its_cell(tmp_path: Path) -> None:
    saved = people_save(tmp_path, **START, unit_amount=formula("1/0"), quantity=number("12"))
    fault = (
        "The cell shows an error instead of a value. Found '#DIV/0!'. Correct its formula, or write the value itself."
    )
    assert refusals(str(saved)) == [f'{saved}: sheet "charges", row 2, column "unit_amount": {fault}']
