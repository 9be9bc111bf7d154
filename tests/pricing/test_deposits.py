"""Deposits: due on their day, and taken off again on another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge, Contract
from billcheck.errors import UsageError
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import Schedule, make_schedule

DEPOSIT = Charge(
    name="Deposit",
    model="deposit",
    start=date(2026, 1, 1),
    price=FlatPrice(Decimal("1234.56")),
    on=date(2026, 1, 15),
    deducted_on=date(2026, 12, 31),
    tax_percent=Decimal(21),
)
CONTRACT = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (DEPOSIT,))


def schedule(until: date) -> Schedule:
    return make_schedule(CONTRACT, DEPOSIT, until)


def test_it_is_due_once_and_taken_off_once() -> None:
    rows = schedule(date(2026, 12, 31))
    found = [rows.charge_at(index) for index in range(len(rows))]
    assert [(str(row.due_on), str(row.last_day), str(row.amount), row.is_change) for row in found] == [
        ("2026-01-15", "2026-01-15", "1234.56", False),
        ("2026-12-31", "2026-12-31", "-1234.56", False),
    ]
    assert [row.tax_percent for row in found] == [Decimal(21), Decimal(21)]
    assert [row.derivation for row in found] == [
        ("deposit, billed before any service on 2026-01-15 = 1,234.56",),
        ("deposit, taken off again on 2026-12-31 = -1,234.56",),
    ]


def test_its_rows_are_single_days() -> None:
    rows = schedule(date(2026, 12, 31))
    days = tuple(day.toordinal() for day in (date(2026, 1, 15), date(2026, 12, 31)))
    assert (rows.first_days, rows.ends, rows.due_days) == (days, (days[0] + 1, days[1] + 1), days)
    assert (rows.amounts, rows.changes) == ((123_456, -123_456), (False, False))
    first = rows.charge_at(0)
    assert (first.contract, first.charge, first.first_day) == ("C-1", "Deposit", date(2026, 1, 15))


@pytest.mark.parametrize("term", ["on", "deducted_on"])
def test_one_made_by_hand_needs_both_days(term: str) -> None:
    incomplete = replace(DEPOSIT, on=None) if term == "on" else replace(DEPOSIT, deducted_on=None)
    with pytest.raises(UsageError) as refused:
        make_schedule(CONTRACT, incomplete, date(2026, 12, 31))
    assert [each.where for each in refused.value.problems] == [f'charge "Deposit" {term}']


def test_the_deduction_appears_once_the_horizon_reaches_it() -> None:
    assert len(schedule(date(2026, 12, 30))) == 1
    assert len(schedule(date(2025, 12, 30))) == 1


def test_it_invites_no_mistake_of_terms() -> None:
    assert plausible_mistakes(CONTRACT, DEPOSIT) == ()
