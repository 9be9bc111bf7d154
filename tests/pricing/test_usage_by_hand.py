"""Metered charges at their edges: which rows speak for a period, what rolls over, and how it is explained, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billcheck.contracts.prices import PackagePrice, Rate, TimePrice, UnitPrice
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.usage import Rollover, UsageRow
from billcheck.period import Cadence
from billcheck.pricing.schedule import make_schedule
from billcheck.pricing.usage import Found, Level, find_quantity
from tests.pricing.random_charges import contract_of
from tests.pricing.random_usage import metered
from tests.pricing.samples import charges_until
from tests.pricing.test_usage import amounts, not_given, questions, row

ONE = UnitPrice(Decimal(1))
HUNDRED_FREE = PackagePrice(Decimal(1), Decimal(1), Decimal(100))
FEBRUARY = date(2026, 2, 1)
OPEN = (
    "The quantities given for {} may not be all: give them with first_day and last_day, or add {}, with quantity"
    " 0 if nothing was used."
)


def by_month(*used: str) -> list[UsageRow]:
    """What was used in each month of 2026."""
    found = []
    for month, quantity in enumerate(used, 1):
        last = date(2026, month + 1, 1) - timedelta(days=1)
        found.append(row(f"2026-{month:02}-01", quantity, last.isoformat()))
    return found


def test_only_the_last_or_the_first_day_needs_a_row_where_it_alone_counts() -> None:
    assert amounts(metered(ONE, "last", row("2026-01-31", "7", "2026-01-31")), FEBRUARY) == ["7.00"]
    assert amounts(metered(ONE, "first", row("2026-01-01", "7", "2026-01-01")), FEBRUARY) == ["7.00"]


def test_a_row_that_has_ended_is_no_largest_of_the_next_period() -> None:
    rows = row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "10", "2026-02-28")
    assert amounts(metered(ONE, "max", *rows), date(2026, 3, 1)) == ["100.00", "10.00"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Entries of a log, of one day each: all are there if one comes on or after the last day of the period ...
        ((row("2026-01-01", "5"), row("2026-02-01", "7")), "5.00"),
        ((row("2026-01-01", "5"), row("2026-01-31", "7")), "12.00"),
        # ... and if the log had begun by its first day, or by the first day that no other row speaks for.
        ((row("2025-12-15", "9"), row("2026-01-10", "5"), row("2026-01-31", "7")), "12.00"),
        ((row("2025-12-01", "9", "2025-12-31"), row("2026-01-01", "5"), row("2026-01-31", "7")), "12.00"),
        ((row("2026-01-01", "9", "2026-01-10"), row("2026-01-11", "5"), row("2026-01-31", "7")), "21.00"),
    ],
)
def test_entries_of_a_log_are_added_up(rows: tuple[UsageRow, ...], expected: str) -> None:
    assert amounts(metered(ONE, "sum", *rows), FEBRUARY) == [expected]


@pytest.mark.parametrize(
    ("rows", "question"),
    [
        (
            (row("2026-01-01", "5"), row("2026-01-30", "7")),
            OPEN.format("2026-01-01 to 2026-01-31", "a row on or after 2026-01-31"),
        ),
        (
            (row("2026-01-01", "9", "2026-01-10"), row("2026-01-12", "5"), row("2026-01-30", "7")),
            OPEN.format("2026-01-11 to 2026-01-31", "a row on 2026-01-11 and one on or after 2026-01-31"),
        ),
        # No entry of the log falls into January: that is no zero.
        ((row("2025-12-15", "5"), row("2026-02-01", "7")), not_given("2026-01-01 to 2026-01-31")),
    ],
)
def test_a_log_that_may_go_on_is_a_question(rows: tuple[UsageRow, ...], question: str) -> None:
    assert questions(metered(ONE, "sum", *rows), FEBRUARY)[0] == question


def test_what_is_found_says_on_which_days_it_holds() -> None:
    first, middle, end = (date(2026, 1, day).toordinal() for day in (1, 11, 21))
    rows = row("2026-01-01", "10"), row("2026-01-11", "20")
    both = (Level(first, middle, Decimal(10)), Level(middle, end, Decimal(20)))
    assert find_quantity(rows, "by_day", (), first, end) == Found(both, rows)
    assert find_quantity(rows, "max", (), first, end) == Found((Level(first, end, Decimal(20)),), rows)
    added = row("2026-01-01", "10", "2026-01-20")
    assert find_quantity((added,), "sum", (), first, end) == Found((Level(first, end, Decimal(10)),), (added,))


def test_each_row_is_named_with_its_role_and_whether_it_goes_on() -> None:
    charge = metered(ONE, "max", row("2026-01-01", "10"), row("2026-01-11", "20", "2026-01-31"))
    assert charges_until(charge, FEBRUARY)[0].derivation[1:] == (
        "usage 10 from 2026-01-01",
        "usage 20 2026-01-11 to 2026-01-31",
        "quantity_basis: the largest quantity (max)",
    )
    card = TimePrice((Rate("senior", Decimal(100)),))
    charge = metered(card, "sum", row("2026-01-01", "3", "2026-01-31", "senior"), model="time")
    assert charges_until(charge, FEBRUARY)[0].derivation[1] == "usage 3 senior 2026-01-01 to 2026-01-31"


def test_units_carried_are_named_beside_what_was_used() -> None:
    charge = metered(HUNDRED_FREE, "sum", *by_month("60", "150"), rollover=Rollover(1), model="package")
    assert charges_until(charge, date(2026, 3, 1))[1].derivation[-3:] == (
        "usage 150 2026-02-01 to 2026-02-28",
        "quantity_basis: the sum of what was used, not prorated (sum)",
        "free units carried from 2026-01-01 to 2026-01-31: 40",
    )


def test_a_lot_used_in_part_keeps_the_rest() -> None:
    """January and February leave 100 each. March uses 130: January's 100 and 30 of February's.

    April has February's 70, March's 100 and its own 100, and uses 290: 20 beyond.
    """
    charge = metered(HUNDRED_FREE, "sum", *by_month("0", "0", "130", "290"), rollover=Rollover(2), model="package")
    assert amounts(charge, date(2026, 5, 1)) == ["0.00", "0.00", "0.00", "20.00"]


def test_units_lapse_after_so_many_periods() -> None:
    # April has February's, March's and its own 100, no longer January's: 310 are 10 too many.
    charge = metered(HUNDRED_FREE, "sum", *by_month("0", "0", "0", "310"), rollover=Rollover(2), model="package")
    assert amounts(charge, date(2026, 5, 1))[3] == "10.00"


def test_the_oldest_units_lapse_beyond_the_cap() -> None:
    # January and February leave 100 each, of which 150 are carried: March has 250 and uses 260.
    rollover = Rollover(2, Decimal(150))
    charge = metered(HUNDRED_FREE, "sum", *by_month("0", "0", "260"), rollover=rollover, model="package")
    assert amounts(charge, date(2026, 4, 1))[2] == "10.00"


def test_an_uplift_of_a_metered_price_is_rounded_like_its_currency() -> None:
    # 10 a package, and 3.33 % more in 2027: 10.333 dinars, which have three decimals.
    rows = row("2026-01-01", "1", "2026-12-31"), row("2027-01-01", "1", "2027-12-31")
    price = PackagePrice(Decimal(10), Decimal(1))
    charge = metered(price, "sum", *rows, rollover=Rollover(1), model="package", every=Cadence("year"))
    charge = replace(charge, escalators=(Escalator(Decimal("3.33")),))
    assert make_schedule(contract_of(charge, "KWD"), charge, date(2028, 1, 1)).amounts[:2] == (10_000, 10_333)
