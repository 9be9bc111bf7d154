"""A line that bills exactly a change beside the regular charge becomes an event of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, Line, check, load_contracts

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """
[[contract]]
id = "C-1"
customer = "Acme BV"
currency = "EUR"
start = 2026-01-01
[[contract.charge]]
name = "Seats"
model = "per_unit"
unit_amount = "31.00"
quantity = "10"
every = "month"
timing = "in_advance"
amendments = [{ on = 2026-03-16, quantity = "14" }]
"""
"""March: 4 x 31.00 x 16/31 = 64.00 more, due with April's 434.00."""
APRIL = date(2026, 4, 1)
MARCH_CHANGE, APRIL_ROW = (date(2026, 3, 16), True), (APRIL, False)


def billed(
    tmp_path: Path, *amounts: str, issued: date = APRIL, kind: str = "invoice"
) -> dict[tuple[date, bool], Decimal]:
    """What the lines of one document come to per row, after January to March were billed rightly."""
    path = tmp_path / "contracts.toml"
    path.write_text(CONTRACT, encoding="utf-8")
    line = Line(
        document="INV-1", issue_date=APRIL, customer="Acme BV", amount=Decimal(310), currency="EUR", description="Seats"
    )
    days = [date(2026, month, 1) for month in (1, 2, 3)]
    lines = [replace(line, document=f"INV-{day.month}", issue_date=day) for day in days]
    lines += [
        replace(line, document="INV-4", issue_date=issued, amount=Decimal(amount), kind=kind) for amount in amounts
    ]
    as_of = issued + timedelta(14)
    report = check(load_contracts(path), Ledger.from_lines(lines), as_of=as_of, covers=(date(2026, 1, 1), as_of))
    return {(row.first_day, row.is_change): row.billed for row in report.rows}


@pytest.mark.parametrize("amounts", [("310.00", "64.00"), ("64.00", "310.00"), ("200.00", "64.00", "110.00")])
def test_a_change_in_a_line_of_its_own_is_billed_whatever_stands_beside_it(
    tmp_path: Path, amounts: tuple[str, ...]
) -> None:
    rows = billed(tmp_path, *amounts)
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(64), Decimal(310))


def test_lines_that_are_together_exactly_the_regular_charge_stay_together(tmp_path: Path) -> None:
    rows = billed(tmp_path, "370.00", "64.00")
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(0), Decimal(434))


@pytest.mark.parametrize("amounts", [("64.00", "64.00", "100.00"), ("310.00", "63.99")])
def test_it_must_be_one_line_and_exact(tmp_path: Path, amounts: tuple[str, ...]) -> None:
    rows = billed(tmp_path, *amounts)
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(0), sum(map(Decimal, amounts)))


def test_a_line_long_after_the_change_is_not_taken_for_it(tmp_path: Path) -> None:
    rows = billed(tmp_path, "310.00", "64.00", issued=date(2026, 5, 1))
    assert rows[MARCH_CHANGE] == Decimal(0)
    assert rows[date(2026, 5, 1), False] == Decimal(374)
