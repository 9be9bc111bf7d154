"""Metered charges under changing plans, and rounded as a running sum: by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice, PackagePrice, Rate, TimePrice, UnitPrice
from billcheck.contracts.terms import Amendment, Discount
from billcheck.contracts.usage import Metering, Rollover
from billcheck.pricing.schedule import make_schedule
from tests.pricing.random_charges import contract_of
from tests.pricing.random_usage import UNIT, metered
from tests.pricing.test_usage import amounts, not_given, questions, row
from tests.pricing.test_usage_by_hand import by_month

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.usage import QuantityBasis, UsageRow

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
CARD = TimePrice((Rate("senior", Decimal(140)), Rate("junior", Decimal(90))))
FLAT = FlatPrice(Decimal(62))
EACH = UnitPrice(Decimal(31))


def plan(on: date, price: Price) -> Amendment:
    return Amendment(on, price=price)


def planned(price: Price, basis: QuantityBasis, *rows: UsageRow, plans: tuple[Amendment, ...], **keys: Any) -> Charge:
    return metered(price, basis, *rows, amendments=plans, **keys)


def lines(charge: Charge, index: int) -> tuple[str, ...]:
    return make_schedule(contract_of(charge), charge, APRIL).charge_at(index).derivation


def test_a_fixed_price_asks_for_no_usage() -> None:
    """January's 2,000 units × 0.05 = 100.00; from February on 62.00 a month, whatever was used or told."""
    rows = (row("2026-01-01", "2000", "2026-01-31"), row("2026-03-05", "9000", "2026-03-06"))
    charge = planned(UNIT, "sum", *rows, plans=(plan(FEBRUARY, FLAT),))
    assert amounts(charge, APRIL) == ["100.00", "62.00", "62.00"]
    assert lines(charge, 1) == (
        "62.00 per month (2026-02-01 to 2026-02-28) = 62.00",
        "price in force since 2026-02-01",
    )


def test_usage_after_a_fixed_price_is_asked_for_again() -> None:
    charge = planned(FLAT, "sum", row("2026-03-01", "100", "2026-03-31"), plans=(plan(FEBRUARY, UNIT),))
    assert amounts(charge, APRIL) == ["62.00", "?", "5.00"]
    assert questions(charge, APRIL)[0] == not_given("2026-02-01 to 2026-02-28")


def test_levels_count_on_the_days_of_their_plan_and_a_fixed_price_on_its_own() -> None:
    """10 seats × 31.00 × 10/31 days = 100.00, and 62.00 × 21/31 = 42.00; the seats need no level after the 10th."""
    charge = planned(EACH, "by_day", row("2026-01-01", "10", "2026-01-10"), plans=(plan(date(2026, 1, 11), FLAT),))
    assert amounts(charge, FEBRUARY) == ["142.00"]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        # 4 seats up to the 5th, 10 from the 6th on, at 31.00 a month for the first ten days: 1.00 a seat and day.
        ("by_day", "112.00"),  # 4 × 5 + 10 × 5, and 42.00
        ("first", "82.00"),
        ("last", "142.00"),
        ("max", "142.00"),
        ("average", "112.00"),  # (4 × 5 + 10 × 5)/10 = 7
    ],
)
def test_every_basis_looks_at_the_days_of_the_plan_alone(basis: QuantityBasis, expected: str) -> None:
    rows = row("2026-01-01", "4"), row("2026-01-06", "10"), row("2026-01-20", "99")
    charge = planned(EACH, basis, *rows, plans=(plan(date(2026, 1, 11), FLAT),))
    assert amounts(charge, FEBRUARY) == [expected]


def test_two_plans_of_one_kind_of_quantity_share_it() -> None:
    """The average of 10 for 10 days and 41 for 21 is 961/31 = 31: at 31.00 × 10/31 and at 62.00 × 21/31."""
    rows = row("2026-01-01", "10"), row("2026-01-11", "41")
    charge = planned(EACH, "average", *rows, plans=(plan(date(2026, 1, 11), UnitPrice(Decimal(62))),))
    assert amounts(charge, FEBRUARY) == [str(Decimal("310.00") + Decimal("1302.00"))]


def test_units_become_hours_of_a_rate_card() -> None:
    """January's 200 units cost 10.00; February's 2 hours of the senior and 1 of the junior 280.00 + 90.00."""
    rows = (
        row("2026-01-01", "200", "2026-01-31"),
        row("2026-02-01", "2", "2026-02-28", "senior"),
        row("2026-02-01", "1", "2026-02-28", "junior"),
    )
    assert amounts(planned(UNIT, "sum", *rows, plans=(plan(FEBRUARY, CARD),)), MARCH) == ["10.00", "370.00"]


def test_another_card_has_roles_of_its_own() -> None:
    other = TimePrice((Rate("architect", Decimal(200)),))
    rows = row("2026-01-01", "1", role="senior"), row("2026-02-01", "3", role="architect")
    assert amounts(planned(CARD, "max", *rows, plans=(plan(FEBRUARY, other),)), MARCH) == ["140.00", "600.00"]


UNLIKE = "{} gives {}, but the price on these days is for {}: correct the row, or the day of the change."
BEFORE, NUMBERS, HOURS = "hours of senior", "a quantity without roles", "the hours of a rate card"


@pytest.mark.parametrize(
    ("basis", "rows", "question"),
    [
        ("sum", (row("2026-01-31", "2", role="senior"),), UNLIKE.format("A row", BEFORE, NUMBERS)),
        ("max", (row("2026-01-31", "2", role="senior"),), UNLIKE.format("A row", BEFORE, NUMBERS)),
        (
            "sum",
            (row("2026-01-01", "7", "2026-01-31"), replace(row("2026-02-01", "7", "2026-02-28"), where="u.csv row 2")),
            UNLIKE.format("u.csv row 2", "a quantity without a role", HOURS),
        ),
        (
            "max",
            (row("2026-01-01", "7"), row("2026-02-28", "7")),
            UNLIKE.format("A row", "a quantity without a role", HOURS),
        ),
        # A level read under the old plan holds on, and is none of the new one.
        ("max", (row("2026-01-01", "7"),), not_given("2026-02-01 to 2026-02-28")),
    ],
)
def test_a_row_of_another_kind_of_quantity_is_a_question(
    basis: QuantityBasis, rows: tuple[UsageRow, ...], question: str
) -> None:
    assert questions(planned(UNIT, basis, *rows, plans=(plan(FEBRUARY, CARD),)), MARCH)[0] == question


def test_a_row_of_the_day_after_a_plan_says_nothing_of_it() -> None:
    """The card begins on 1 February, and the row is of that day: January is only not given."""
    charge = planned(UNIT, "sum", row("2026-02-01", "2", role="senior"), plans=(plan(FEBRUARY, CARD),))
    assert questions(charge, FEBRUARY)[0] == not_given("2026-01-01 to 2026-01-31")


def test_nobody_knows_which_of_a_sum_came_before_another_plan() -> None:
    rows = by_month("100", "100")
    question = (
        "What is agreed changes on 2026-01-11, inside a period whose quantities are added up: let it count from the "
        "next period."
    )
    for price in (FLAT, CARD, UnitPrice(Decimal(1))):
        charge = planned(UNIT, "sum", *rows, plans=(plan(date(2026, 1, 11), price),))
        assert questions(charge, MARCH)[0] == question
    back = planned(FLAT, "sum", *rows, plans=(plan(date(2026, 1, 11), UNIT),))
    assert questions(back, MARCH)[0] == question


def test_fixed_prices_among_sums_are_prorated_and_sums_are_not() -> None:
    """From 20 January: 40 units × 0.05. February: 62.00 × 10/28 + 84.00 × 18/28. To 14 March: 84.00 × 14/31.

    An amount off of 28.00 a month is taken off the sum for 12/31 of a month, and off fixed prices like any other.
    """
    charge = planned(
        UNIT,
        "sum",
        row("2026-01-20", "40", "2026-01-31"),
        plans=(plan(FEBRUARY, FLAT), plan(date(2026, 2, 11), FlatPrice(Decimal(84)))),
        anchor_day=1,
        end=date(2026, 3, 15),
    )
    charge = replace(charge, start=date(2026, 1, 20))
    assert amounts(charge, date(2026, 3, 15)) == ["2.00", "76.14", "37.94"]
    # January's 40.00 less 28.00 × 12/31 = 10.838…; February (62 − 28) × 10/28 + (84 − 28) × 18/28; March 56.00 × 14/31.
    off = replace(charge, discounts=(Discount(amount=Decimal(28)),), price=UnitPrice(Decimal(1)))
    assert amounts(off, date(2026, 3, 15)) == ["29.16", "48.14", "25.29"]
    found = make_schedule(contract_of(off), off, date(2026, 3, 15)).charge_at(2)
    assert found.derivation == (
        "(84.00 less 28.00, at least 0) × 14/31 days (2026-03-01 to 2026-03-14) = 25.29",
        "25.290322… rounded half-up once for the charge (default)",
        "price in force since 2026-02-11",
        "discount of 28.00 for each full period",
        "partial period by actual days of its full period of 31 days (default)",
    )
    assert found.parts[0].share.as_integer_ratio() == (14, 31)


def test_a_pause_under_a_fixed_price_is_by_days() -> None:
    stops = (Amendment(date(2026, 1, 11), change="pause"), Amendment(FEBRUARY, change="resume"))
    charge = planned(FLAT, "sum", *by_month("0", "0"), plans=(*stops, plan(FEBRUARY, UNIT)))
    assert amounts(charge, FEBRUARY) == ["20.00"]  # 62.00 × 10/31


def test_free_units_roll_over_from_one_price_of_packages_to_the_next() -> None:
    """100 free a month. January uses 40 of them; February, at another price and 20 free, has 60 + 20: 10 × 2.00."""
    price = PackagePrice(Decimal(1), Decimal(1), Decimal(100))
    other = PackagePrice(Decimal(2), Decimal(1), Decimal(20))
    charge = planned(price, "sum", *by_month("40", "90"), plans=(plan(FEBRUARY, other),), rollover=Rollover(1))
    assert amounts(charge, MARCH) == ["0.00", "20.00"]


def test_free_units_wait_while_the_price_is_fixed() -> None:
    price = PackagePrice(Decimal(1), Decimal(1), Decimal(100))
    plans = (plan(FEBRUARY, FLAT), plan(MARCH, price))
    charge = planned(price, "sum", *by_month("40", "0", "170"), plans=plans, rollover=Rollover(1))
    assert amounts(charge, APRIL) == ["0.00", "62.00", "10.00"]


class TestRunningSums:
    """Thirds of a cent: 0.3333 a unit. The sum is 0.3333, 0.6666, 0.9999, so the periods are 0.33, 0.34, 0.33."""

    PRICE = UnitPrice(Decimal("0.3333"))

    def test_the_sum_of_what_was_used_is_rounded(self) -> None:
        charge = metered(self.PRICE, "sum", *by_month("1", "1", "1"), remainder="cumulative")
        assert amounts(charge, APRIL) == ["0.33", "0.34", "0.33"]
        assert "0.6666 up to this period rounded half-up, less 0.33 before it = 0.34 (rounding: cumulative)" in (
            lines(charge, 1)
        )

    def test_after_a_period_that_is_not_known_no_other_is(self) -> None:
        months = by_month("1", "1", "1")
        charge = metered(self.PRICE, "sum", months[0], months[2], remainder="cumulative")
        assert amounts(charge, APRIL) == ["0.33", "?", "?"]
        lacking = not_given("2026-02-01 to 2026-02-28")
        rest = "What is billed is the rest of a rounded sum from 2026-02-01 to 2026-02-28 on, which is not known: "
        assert questions(charge, APRIL)[:2] == [lacking, rest + lacking]

    def test_a_fixed_price_takes_part_in_the_sum(self) -> None:
        """0.3333, 10.3333 + 0.3333: 0.33, then 10.33 − 0.33, then 10.6666 → 10.67 − 10.33."""
        plans = (plan(FEBRUARY, FlatPrice(Decimal(10))), plan(MARCH, self.PRICE))
        charge = planned(self.PRICE, "sum", *by_month("1", "0", "1"), plans=plans, remainder="cumulative")
        assert amounts(charge, APRIL) == ["0.33", "10.00", "0.34"]

    def test_a_quantity_that_was_never_given_leaves_all_open(self) -> None:
        charge = replace(metered(self.PRICE, "sum", remainder="cumulative"), metering=Metering("sum"))
        assert amounts(charge, APRIL) == ["?", "?", "?"]
        assert questions(charge, APRIL)[2] == not_given("2026-03-01 to 2026-03-31")
