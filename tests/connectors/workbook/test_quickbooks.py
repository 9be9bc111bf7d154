"""The ledger of the case `quickbooks-workbook-short-of-a-retainer`: as it was made, and its totals are checked."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from billcheck import read_ledger
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import scan
from tests.connectors.workbook.books import SHEET, packed
from tests.connectors.workbook.quickbooks import CASE, sales_by_customer_detail

if TYPE_CHECKING:
    from pathlib import Path


def parts(data: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_workbook_of_the_case_is_the_one_that_is_made() -> None:
    assert parts(CASE.read_bytes()) == parts(sales_by_customer_detail())


def test_it_saves_no_result_and_no_number() -> None:
    """Ten lines of four figures, and three rows of totals with two."""
    cells = re.findall(r"<c [^>]*>.*?</c>", parts(CASE.read_bytes())[SHEET])
    formulas = [cell for cell in cells if "<f>" in cell]
    assert len(formulas) == 10 * 4 + 3 * 2
    assert all("<v></v>" in cell for cell in formulas)
    assert all('t="s"' in cell for cell in cells if "<f>" not in cell)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(I11)+(I19)", "(I11)+(I18)"),
        ("(((I7)+(I8))+(I9))+(I10)", "((I7)+(I8))+(I9)"),
        ("<f>1150.00</f><v></v></c><c r=", "<f>1149.99</f><v></v></c><c r="),
    ],
)
def test_a_total_that_does_not_add_up_refuses_the_workbook(tmp_path: Path, before: str, after: str) -> None:
    changed = parts(CASE.read_bytes())
    assert changed[SHEET].count(before) >= 1
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(packed({**changed, SHEET: changed[SHEET].replace(before, after)}))
    with pytest.raises(LedgerRefusedError):
        scan(read_ledger(path, currency="USD").sources[0])
