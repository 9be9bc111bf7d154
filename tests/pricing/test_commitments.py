"""Commitments: what charges fall short of, worked out by hand and by an oracle of sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Amendment, Charge, Contract
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.period import Cadence
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import make_schedule
from tests.pricing import oracle
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.samples import flat, one_off


def commitment(amount: str, every: Any = "year", spans: tuple[str, ...] = ("Fee",), **terms: Any) -> Charge:
    defaults: dict[str, Any] = {"start": date(2026, 1, 1), "every": Cadence(every), "timing": "in_arrears"}
    return Charge(
        name="Least",
        model="commitment",
        price=FlatPrice(ZERO),
        minimum=Decimal(amount),
        spans=spans,
        **{**defaults, **terms},
    )


def contract_of(*charges: Charge) -> Contract:
    return Contract("C-1", "Acme", "EUR", min(charge.start for charge in charges), charges)


def true_ups(least: Charge, *charges: Charge, until: date = date(2027, 1, 1)) -> list[tuple[str, str]]:
    """Due day and amount of each row of a commitment that is due."""
    schedule = make_schedule(contract_of(*charges, least), least, until)
    rows = [schedule.charge_at(index) for index in range(len(schedule))]
    return [(str(row.due_on), str(row.amount)) for row in rows if row.due_on <= until]


def test_what_a_year_falls_short_is_due_on_the_day_after_it() -> None:
    # 12 x 100.00 = 1,200.00 of 1,500.00
    assert true_ups(commitment("1500"), flat("100")) == [("2027-01-01", "300.00")]


def test_a_commitment_that_is_reached_costs_nothing() -> None:
    assert true_ups(commitment("1200"), flat("100")) == [("2027-01-01", "0.00")]
    assert true_ups(commitment("1199.99"), flat("100")) == [("2027-01-01", "0.00")]


def test_part_of_a_year_takes_its_days() -> None:
    # 1 March to 31 December are 306 of 365 days: 3,650.00 x 306/365 = 3,060.00; ten months are 1,000.00.
    least = commitment("3650", start=date(2026, 3, 1), end=date(2027, 1, 1), align="calendar")
    assert true_ups(least, flat("100", start=date(2026, 3, 1))) == [("2027-01-01", "2060.00")]


def test_several_charges_count_and_one_off_ones_on_their_day() -> None:
    setup = one_off("200", date(2026, 6, 30))
    least = commitment("2000", spans=("Fee", "Setup"))
    assert true_ups(least, flat("100"), setup) == [("2027-01-01", "600.00")]  # 2,000 - 1,200 - 200
    assert true_ups(commitment("2000"), flat("100"), setup) == [("2027-01-01", "800.00")]


def test_a_charge_counts_where_its_service_begins() -> None:
    # Quarters from 1 December: the one that begins in December 2026 is of 2026, though it ends in 2027.
    fee = flat("300", start=date(2026, 12, 1), every=Cadence("quarter"))
    assert true_ups(commitment("1000"), fee) == [("2027-01-01", "700.00")]


def test_corrections_count_in_the_period_they_are_for() -> None:
    # 100.00 less for each month from July to December, agreed in March 2027: the year comes to 1,200.00 - 600.00.
    amendment = Amendment(date(2026, 7, 1), price=FlatPrice(Decimal(0)), agreed_on=date(2027, 3, 1))
    assert true_ups(commitment("1500"), flat("100", amendments=(amendment,))) == [("2027-01-01", "900.00")]


def test_an_unknown_charge_makes_an_unknown_commitment() -> None:
    clause = IndexClause("CPI", date(2025, 7, 1), ((date(2025, 7, 1), Decimal(100)),))
    fee = flat("100", escalators=(Escalator(index=clause, every_months=6),))
    least = commitment("1500")
    schedule = make_schedule(contract_of(fee, least), least, date(2027, 1, 1))
    assert schedule.unknowns[0] == "the value of CPI for 2026-07 is not given"
    assert schedule.charge_at(0).amount_minor is None


def test_it_is_explained() -> None:
    least = commitment("1500")
    schedule = make_schedule(contract_of(flat("100"), least), least, date(2027, 1, 1))
    assert schedule.charge_at(0).derivation == (
        "1,500.00 − 1,200.00 (2026-01-01 to 2026-12-31), at least 0 = 300.00",
        "commitment of 1,500.00 per year",
        "1,200.00 is what begins in this period of: Fee",
    )
    part = commitment("3650", start=date(2026, 3, 1), end=date(2027, 1, 1), align="calendar")
    stub = make_schedule(contract_of(flat("100"), part), part, date(2027, 1, 1)).charge_at(0)
    assert stub.derivation[1] == "commitment of 3,650.00 per year, for these days 3,060.00"


def test_a_short_year_is_billed_as_if_it_were_full() -> None:
    part = commitment("3650", start=date(2026, 3, 1), end=date(2027, 1, 1), align="calendar")
    contract = contract_of(flat("100", start=date(2026, 3, 1)), part)
    mistake = next(each for each in plausible_mistakes(contract, part) if each.code == "commitment_whole")
    # 3,650.00 - 10 x 100.00
    assert make_schedule(contract, mistake.charge, date(2027, 1, 1)).amounts == (265000,)


@pytest.mark.parametrize("seed", range(60))
def test_it_is_what_the_rows_of_its_charges_lack(seed: int) -> None:
    random = Random(f"commitment {seed}")
    charge = replace(random_changing_charge(random), metering=None)
    start = charge.start.replace(day=1)
    every = random.choice(("month", "quarter", "year"))
    least = commitment(str(random.randrange(10**6)), every, start=start)
    until = start + timedelta(days=500)
    schedule = make_schedule(contract_of(charge, least), least, until)
    limit = date.fromordinal(schedule.ends[-1]) + timedelta(days=370)
    rows = oracle.price_by_day(charge, "EUR", limit)
    for index, (first, end) in enumerate(zip(schedule.first_days, schedule.ends, strict=True)):
        begins, ends = date.fromordinal(first), date.fromordinal(end)
        spent = sum(row.amount for row in rows if begins <= row.first_day < ends)
        assert schedule.amounts[index] == max(int(least.minimum or 0) * 100 - spent, 0)
