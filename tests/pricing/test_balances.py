"""Agreements about the sum of several charges: by hand, and held against sums of single days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, Retention
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.pricing.combined import combine_schedules
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import make_schedule
from tests.pricing.balance_oracle import added_up, alike, balance, random_agreements, sums_of
from tests.pricing.random_charges import CURRENCIES
from tests.pricing.samples import flat

if TYPE_CHECKING:
    from billcheck.pricing.schedule import Schedule

START = date(2026, 1, 1)
PAUSE = Amendment(date(2026, 1, 11), change="pause")


def schedule_of(agreed: Charge, *charges: Charge, until: date = date(2026, 3, 31), currency: str = "EUR") -> Schedule:
    contract = Contract("C-1", "Acme", currency, charges[0].start, (*charges, agreed))
    return make_schedule(contract, agreed, until)


def amounts(agreed: Charge, *charges: Charge, until: date = date(2026, 3, 31)) -> list[tuple[str, str]]:
    """Due day and amount of each row that is due; those of changes are marked."""
    schedule = schedule_of(agreed, *charges, until=until)
    rows = [schedule.charge_at(index) for index in range(len(schedule))]
    return [(str(row.due_on), f"{row.amount}{' change' * row.is_change}") for row in rows if row.due_on <= until]


def fees(*sums: str, **terms: Any) -> list[Charge]:
    return [replace(flat(amount, **terms), name=f"Fee {number}") for number, amount in enumerate(sums, start=1)]


def test_a_sum_is_cut_to_the_maximum() -> None:
    two = fees("200", "100")
    # 200.00 + 100.00 = 300.00, cut to 250.00.
    assert amounts(balance("maximum", *two, maximum=Decimal(250)), *two, until=date(2026, 2, 1)) == [
        ("2026-01-01", "-50.00"),
        ("2026-02-01", "-50.00"),
    ]
    assert {amount for _, amount in amounts(balance("maximum", *two, maximum=Decimal(300)), *two)} == {"0.00"}


def test_a_sum_is_raised_to_the_minimum() -> None:
    two = fees("200", "100")
    assert {amount for _, amount in amounts(balance("minimum", *two, minimum=Decimal("300.01")), *two)} == {"0.01"}
    assert {amount for _, amount in amounts(balance("minimum", *two, minimum=Decimal(300)), *two)} == {"0.00"}


def test_an_amount_is_taken_off_once_and_never_more_than_is_left() -> None:
    two = fees("200", "100")
    off = (Discount(amount=Decimal(30), end=date(2026, 2, 11)),)
    # Ten of the 28 days of February: 30.00 × 10/28 = 10.714…
    assert amounts(balance("discount", *two, discounts=off), *two) == [
        ("2026-01-01", "-30.00"),
        ("2026-02-01", "-10.71"),
        ("2026-03-01", "0.00"),
    ]
    much = (Discount(amount=Decimal(400), periods=1),)
    assert [amount for _, amount in amounts(balance("discount", *two, discounts=much), *two)] == [
        "-300.00",
        "0.00",
        "0.00",
    ]


def test_part_of_a_month_takes_its_days() -> None:
    # 17 of 31 days: 310.00 × 17/31 = 170.00 for what comes to 200.00 × 17/31 + 100.00 × 17/31 = 109.68 + 54.84.
    two = fees("200", "100", start=date(2026, 1, 15), anchor_day=1)
    agreed = balance("minimum", *two, minimum=Decimal(310), anchor_day=1)
    assert amounts(agreed, *two, until=date(2026, 1, 31)) == [("2026-01-15", "5.48")]


def test_a_charge_that_begins_later_counts_from_then_on() -> None:
    """From 17 January 100.00 × 15/31 = 48.39 more are due, of which 200.00 + 48.39 − 220.00 = 28.39 are too much."""
    first, second = fees("200", "100")
    second = replace(second, start=date(2026, 1, 17), anchor_day=1)
    agreed = balance("maximum", first, second, maximum=Decimal(220))
    assert amounts(agreed, first, second, until=date(2026, 2, 1)) == [
        ("2026-01-01", "0.00"),
        ("2026-01-17", "-28.39"),
        ("2026-02-01", "-80.00"),
    ]


def test_what_is_paused_has_no_minimum_once_that_is_known() -> None:
    """Paused from 11 January, for 21 of 31 days: 100.00 × 21/31 = 67.74 less of each, and of the least 420.00 less."""
    two = fees("100", "100", amendments=(PAUSE,))
    agreed = balance("minimum", *two, minimum=Decimal(620))
    # 420.00 more at first; then 200.00 − 2 × 67.74 = 64.52 is left of the fees, and 200.00 of the minimum: 135.48 more.
    assert amounts(agreed, *two, until=date(2026, 2, 1)) == [
        ("2026-01-01", "420.00"),
        ("2026-02-01", "0.00"),
        ("2026-02-01", "-284.52 change"),
    ]


def test_so_has_what_costs_nothing() -> None:
    """Nothing is left of the fees when they pause, and still the 620.00 are 420.00 too much for 21 of 31 days."""
    two = fees("0", "0", amendments=(PAUSE,))
    agreed = balance("minimum", *two, minimum=Decimal(620))
    assert amounts(agreed, *two, until=date(2026, 2, 1)) == [
        ("2026-01-01", "620.00"),
        ("2026-02-01", "0.00"),
        ("2026-02-01", "-420.00 change"),
    ]
    # What is due later than the horizon is not among the rows yet, and the corrections of two charges are one.
    assert amounts(agreed, *two, until=date(2026, 1, 31)) == [("2026-01-01", "620.00")]


def test_a_change_of_what_costs_nothing_that_leaves_the_minimum_has_no_row() -> None:
    step = Amendment(date(2026, 1, 11), price=FlatPrice(Decimal(0)))
    two = fees("0", "0", amendments=(step,))
    assert amounts(balance("minimum", *two, minimum=Decimal(620)), *two, until=date(2026, 2, 1)) == [
        ("2026-01-01", "620.00"),
        ("2026-02-01", "620.00"),
    ]


def test_what_is_cancelled_from_the_next_period_has_none_from_then_on() -> None:
    """In February one fee is left, for 14 of 28 days: 50.00, and 280.00 × 14/28 = 140.00 of the least."""
    first, second = fees("100", "100")
    first = replace(first, end=date(2026, 2, 15))
    cancel = Amendment(date(2026, 1, 11), change="cancel", applies="next_period")
    second = replace(second, amendments=(cancel,))
    agreed = balance("minimum", first, second, minimum=Decimal(280))
    assert amounts(agreed, first, second) == [("2026-01-01", "80.00"), ("2026-02-01", "90.00")]


def test_while_one_of_them_runs_the_minimum_holds() -> None:
    first, second = fees("100", "100")
    first = replace(first, amendments=(PAUSE,))
    # Of the first 67.74 less are due, which the minimum makes up for.
    assert amounts(balance("minimum", first, second, minimum=Decimal(200)), first, second, until=date(2026, 2, 1)) == [
        ("2026-01-01", "0.00"),
        ("2026-02-01", "100.00"),
        ("2026-02-01", "67.74 change"),
    ]


def test_free_days_have_no_minimum() -> None:
    two = fees("100", "100", discounts=(Discount(Decimal(100), periods=1, is_free=True),))
    agreed = balance("minimum", *two, minimum=Decimal(300))
    assert [amount for _, amount in amounts(agreed, *two)] == ["0.00", "100.00", "100.00"]


def test_charges_that_have_ended_have_none_either() -> None:
    two = fees("100", "100", end=date(2026, 2, 15))
    agreed = balance("minimum", *two, minimum=Decimal(280), end=date(2026, 3, 1))
    # 14 of 28 days: 140.00 for 2 × 50.00.
    assert amounts(agreed, *two) == [("2026-01-01", "80.00"), ("2026-02-01", "40.00")]


def test_a_change_is_due_only_as_far_as_the_maximum_leaves_room() -> None:
    # From 11 January 62.00 more for 21 of 31 days are 42.00; of 200.00 + 42.00 the maximum leaves 220.00.
    step = Amendment(date(2026, 1, 11), price=FlatPrice(Decimal(162)))
    first, second = fees("100", "100")
    first = replace(first, amendments=(step,))
    agreed = balance("maximum", first, second, maximum=Decimal(220))
    assert amounts(agreed, first, second, until=date(2026, 2, 1)) == [
        ("2026-01-01", "0.00"),
        ("2026-02-01", "-42.00"),
        ("2026-02-01", "-22.00 change"),
    ]


def test_it_is_explained() -> None:
    step = Amendment(date(2026, 1, 11), price=FlatPrice(Decimal(162)))
    first, second = fees("150", "100")
    first = replace(first, amendments=(step,))
    schedule = schedule_of(
        balance("maximum", first, second, maximum=Decimal(220)), first, second, until=date(2026, 2, 1)
    )
    assert [schedule.charge_at(index).derivation for index in (0, 2)] == [
        (
            "250.00 becomes 220.00: -30.00",
            "maximum of 220.00 for a full period",
            "250.00 is what is due by then for 2026-01-01 to 2026-01-31 of: Fee 1, Fee 2",
        ),
        (
            "258.13 becomes 220.00: -38.13",
            "-38.13 less what was due of it before = -8.13",
            "maximum of 220.00 for a full period",
            "258.13 is what is due by then for 2026-01-01 to 2026-01-31 of: Fee 1, Fee 2",
        ),
    ]
    short = fees("200", "100", start=date(2026, 1, 15), anchor_day=1)
    least = balance("minimum", *short, minimum=Decimal(310), anchor_day=1)
    assert (
        "minimum of 310.00 for a full period, for its days 170.00" in schedule_of(least, *short).charge_at(0).derivation
    )
    off = balance("discount", *short, discounts=(Discount(amount=Decimal(31)),), anchor_day=1)
    assert (
        "amount off of 31.00 for a full period, for its days 17.00" in schedule_of(off, *short).charge_at(0).derivation
    )


def test_amounts_off_come_before_the_maximum_and_that_before_the_minimum() -> None:
    """200.00 + 100.00 less 30.00 are 270.00, cut to 260.00; a minimum of 265.00 for all raises it again."""
    two = fees("200", "100")
    off = balance("discount", *two, discounts=(Discount(amount=Decimal(30)),))
    most = balance("maximum", *two, off, maximum=Decimal(260))
    least = balance("minimum", *two, off, most, minimum=Decimal(265))
    contract = Contract("C-1", "Acme", "EUR", START, (*two, off, most, least))
    members = [make_schedule(contract, charge, date(2026, 1, 31)) for charge in contract.charges]
    assert [member.amounts[0] for member in members] == [20000, 10000, -3000, -1000, 500]
    together = combine_schedules(members)
    assert (together.amounts[0], together.first_days[0]) == (26500, START.toordinal())


def test_a_retention_is_of_what_the_sum_becomes() -> None:
    two = fees("200", "100", retention=Retention(Decimal(10)))
    most = balance("maximum", *two, maximum=Decimal(250), retention=Retention(Decimal(10)))
    contract = Contract("C-1", "Acme", "EUR", START, (*two, most))
    # 180.00 + 90.00 − 45.00 = 225.00, which is 250.00 less 10 %.
    assert [make_schedule(contract, charge, START).amounts[0] for charge in contract.charges] == [18000, 9000, -4500]


def test_what_is_not_known_of_one_is_not_known_of_the_sum() -> None:
    clause = IndexClause("CPI", date(2025, 7, 1), ((date(2025, 7, 1), Decimal(100)),))
    first, second = fees("100", "100")
    first = replace(first, escalators=(Escalator(index=clause, every_months=1),))
    schedule = schedule_of(balance("maximum", first, second, maximum=Decimal(150)), first, second)
    rows = [schedule.charge_at(index) for index in range(2)]
    assert [row.amount_minor for row in rows] == [-5000, None]
    assert rows[1].derivation == ("the value of CPI for 2026-02 is not given",)


def test_it_invites_no_mistake_of_its_own() -> None:
    two = fees("100", "100")
    agreed = balance("maximum", *two, maximum=Decimal(150))
    assert plausible_mistakes(Contract("C-1", "Acme", "EUR", START, (*two, agreed)), agreed) == ()


@pytest.mark.parametrize("batch", range(4))
def test_each_period_adds_up_to_what_was_agreed(batch: int) -> None:
    for number in range(10):
        random = Random(f"balance {batch} {number}")
        charges = alike(random)
        agreed = random_agreements(random, charges)
        currency, until = random.choice(CURRENCIES), charges[0].start + timedelta(days=150)
        contract = Contract("C-1", "Acme", currency, charges[0].start, (*charges, *agreed))
        schedules = [make_schedule(contract, charge, until) for charge in contract.charges]
        wanted = sums_of(agreed, charges, until, currency)
        assert added_up(schedules, list(wanted), until) == wanted, contract.charges
