"""Metered charges: the quantities of each basis, against an oracle that asks every day, and by hand."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import (
    PackagePrice,
    Rate,
    RoleHours,
    TimePrice,
    UnitPrice,
)
from billcheck.contracts.terms import Amendment, Charge, Discount, PriceStep, Proration
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.usage import QuantityBasis, Rollover, UsageRow
from billcheck.pricing.combined import combine_schedules
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import make_schedule
from billcheck.pricing.usage import find_quantity
from tests.pricing import usage_oracle
from tests.pricing.random_charges import contract_of
from tests.pricing.random_usage import (
    BASES,
    PACKAGE,
    START,
    TIERS,
    UNIT,
    metered,
    random_metered,
    random_metered_by_role,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def row(first: str, quantity: str, last: str | None = None, role: str | None = None) -> UsageRow:
    end = None if last is None else date.fromisoformat(last) + timedelta(1)
    return UsageRow("C-1", "Fee", date.fromisoformat(first), Decimal(quantity), end, role)


def amounts(charge: Charge, until: date) -> list[str]:
    """What is expected of each period that is due; "?" where that is not known."""
    schedule = make_schedule(contract_of(charge), charge, until)
    found = [schedule.charge_at(index) for index in range(len(schedule))]
    return ["?" if item.amount is None else str(item.amount) for item in found if item.due_on <= until]


def questions(charge: Charge, until: date) -> list[str]:
    schedule = make_schedule(contract_of(charge), charge, until)
    return [schedule.unknowns[index] for index in sorted(schedule.unknowns)]


MARCH = date(2026, 3, 1)


def not_given(days: str) -> str:
    zero = "If nothing was used, write a row with quantity 0."
    return f"No quantity is given for {days}: give it with --quantities. {zero}"


def may_not_be_all(days: str, rows: str) -> str:
    return (
        f"The quantities given for {days} may not be all: give them with first_day and last_day, or add {rows}, "
        "with quantity 0 if nothing was used."
    )


@pytest.mark.parametrize(
    ("basis", "january", "february"),
    [
        # 10 from 1 January, 20 from 11 January (21 days), 6 from 15 February (14 of 28 days), at 1.00 a month each.
        ("by_day", "16.77", "13.00"),  # (10 × 10 + 20 × 21)/31 = 520/31; (20 × 14 + 6 × 14)/28
        ("first", "10.00", "20.00"),
        ("last", "20.00", "6.00"),
        ("max", "20.00", "20.00"),
        ("average", "16.77", "13.00"),
    ],
)
def test_levels_by_each_basis(basis: QuantityBasis, january: str, february: str) -> None:
    rows = (row("2026-01-01", "10"), row("2026-01-11", "20"), row("2026-02-15", "6"))
    assert amounts(metered(UnitPrice(Decimal(1)), basis, *rows), MARCH) == [january, february]


def test_days_and_their_average_differ_where_prices_are_tiered() -> None:
    """5 units for 14 days and 15 for 14: by day (150 + 425)/2 = 287.50; of the average 10, 300.00."""
    rows = (row("2026-02-01", "5"), row("2026-02-15", "15"))
    by_day = metered(TIERS, "by_day", *rows)
    assert amounts(replace(by_day, start=date(2026, 2, 1)), MARCH) == ["287.50"]
    average = metered(TIERS, "average", *rows)
    assert amounts(replace(average, start=date(2026, 2, 1)), MARCH) == ["300.00"]


def test_what_was_used_is_added_up_and_not_prorated() -> None:
    """A first part of a month costs what was used in it: 100 × 0.05."""
    rows = (
        row("2026-01-20", "100", "2026-01-31"),
        row("2026-02-01", "200", "2026-02-14"),
        row("2026-02-15", "300", "2026-02-28"),
    )
    charge = replace(metered(UNIT, "sum", *rows, anchor_day=1), start=date(2026, 1, 20))
    assert amounts(charge, MARCH) == ["5.00", "25.00"]


def test_levels_of_a_part_of_a_period_are_prorated() -> None:
    charge = replace(
        metered(UnitPrice(Decimal(31)), "max", row("2026-01-20", "2"), anchor_day=1), start=date(2026, 1, 20)
    )
    assert amounts(charge, date(2026, 2, 1)) == ["24.00"]  # 2 × 31.00 × 12/31


@pytest.mark.parametrize("basis", BASES)
def test_nothing_given_is_not_known_and_never_zero(basis: QuantityBasis) -> None:
    charge = metered(UNIT, basis)
    assert amounts(charge, MARCH) == ["?", "?"]
    assert questions(charge, MARCH)[0] == not_given("2026-01-01 to 2026-01-31")


def test_a_given_zero_is_zero() -> None:
    assert amounts(metered(UNIT, "sum", row("2026-01-01", "0", "2026-01-31")), date(2026, 2, 1)) == ["0.00"]


SUMS: list[tuple[list[UsageRow], str]] = [
    (
        [row("2026-01-01", "1", "2026-01-15")],
        not_given("2026-01-16 to 2026-01-31"),
    ),
    (
        [row("2026-01-16", "1", "2026-01-31")],
        not_given("2026-01-01 to 2026-01-15"),
    ),
    (
        [row("2026-01-01", "1", "2026-02-28")],
        (
            "A row counts 2026-01-01 to 2026-02-28, which is more than 2026-01-01 to 2026-01-31: "
            "give the quantity of each period in a row of its own."
        ),
    ),
    (
        [row("2026-01-01", "1"), row("2026-01-20", "1")],
        may_not_be_all("2026-01-01 to 2026-01-31", "a row on or after 2026-01-31"),
    ),
    (
        [row("2026-01-02", "1"), row("2026-01-31", "1")],
        may_not_be_all("2026-01-01 to 2026-01-31", "a row on 2026-01-01"),
    ),
    (
        [row("2026-01-31", "1")],
        may_not_be_all("2026-01-01 to 2026-01-31", "a row on 2026-01-01"),
    ),
    (
        [row("2026-01-05", "1"), row("2026-01-30", "1")],
        may_not_be_all("2026-01-01 to 2026-01-31", "a row on 2026-01-01 and one on or after 2026-01-31"),
    ),
    (
        [row("2026-01-01", "1", "2026-01-10"), row("2026-01-15", "1"), row("2026-02-02", "1")],
        may_not_be_all("2026-01-11 to 2026-01-31", "a row on 2026-01-11"),
    ),
    (
        [row("2026-01-01", "1"), row("2026-01-10", "1"), row("2026-01-11", "1", "2026-01-20")],
        not_given("2026-01-21 to 2026-01-31"),
    ),
    (
        [
            row("2026-01-01", "1"),
            row("2026-01-10", "1"),
            row("2026-01-11", "1", "2026-01-20"),
            row("2026-01-25", "1"),
        ],
        may_not_be_all("2026-01-21 to 2026-01-31", "a row on or after 2026-01-31"),
    ),
]


@pytest.mark.parametrize(("rows", "question"), SUMS)
def test_days_without_a_row_are_a_question(rows: list[UsageRow], question: str) -> None:
    assert questions(metered(UNIT, "sum", *rows), date(2026, 2, 1))[0] == question


def test_single_days_count_once_a_later_one_shows_that_the_log_goes_on() -> None:
    rows = (row("2026-01-01", "40"), row("2026-01-20", "60"), row("2026-02-03", "7"))
    assert amounts(metered(UNIT, "sum", *rows), MARCH) == ["5.00", "?"]
    assert amounts(metered(UNIT, "sum", *rows, row("2026-02-28", "3")), MARCH) == ["5.00", "0.50"]


def test_a_log_that_begins_inside_a_later_period_does_not_cover_it() -> None:
    rows = (row("2026-01-01", "1", "2026-01-31"), row("2026-02-10", "1"), row("2026-03-05", "1"))
    assert amounts(metered(UNIT, "sum", *rows), MARCH) == ["0.05", "?"]


def test_a_list_that_begins_inside_a_period_covers_those_after_it_only() -> None:
    """Hours from 10 January on: what was done before that day in January is not known. February has 7 × 0.05."""
    rows = (row("2026-01-10", "40"), row("2026-02-03", "7"), row("2026-03-02", "1"))
    assert amounts(metered(UNIT, "sum", *rows), MARCH) == ["?", "0.35"]
    zero = row("2026-01-01", "0")
    assert amounts(metered(UNIT, "sum", zero, *rows), MARCH) == ["2.00", "0.35"]


def test_a_list_of_days_goes_on_around_a_row_of_several() -> None:
    """1 + 2 + 30 + 4 at 0.05: the list has rows before 11 and after 20 January, beyond both ends of what they leave."""
    rows = (
        row("2026-01-01", "1"),
        row("2026-01-10", "2"),
        row("2026-01-11", "30", "2026-01-20"),
        row("2026-01-25", "4"),
        row("2026-02-01", "5"),
    )
    assert amounts(metered(UNIT, "sum", *rows), date(2026, 2, 1)) == ["1.85"]


def test_a_level_ends_with_its_last_day() -> None:
    charge = metered(UNIT, "max", row("2026-01-01", "5", "2026-02-10"))
    assert questions(charge, MARCH)[0] == not_given("2026-02-11 to 2026-02-28")
    assert amounts(metered(UNIT, "first", row("2026-01-01", "20", "2026-02-10")), MARCH) == ["1.00", "1.00"]


def test_a_price_step_at_a_boundary_counts_and_one_inside_a_summed_period_is_a_question() -> None:
    rows = (row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "100", "2026-02-28"))
    price = UnitPrice(Decimal("0.10"))
    at = metered(UNIT, "sum", *rows, price_steps=(PriceStep(date(2026, 2, 1), price),))
    assert amounts(at, MARCH) == ["5.00", "10.00"]
    inside = metered(UNIT, "sum", *rows, price_steps=(PriceStep(date(2026, 2, 10), price),))
    assert amounts(inside, MARCH) == ["5.00", "?"]
    assert questions(inside, MARCH)[0] == (
        "What is agreed changes on 2026-02-10, inside a period whose quantities are added up: "
        "let it count from the next period."
    )
    levels = metered(UNIT, "max", row("2026-01-01", "280"), price_steps=(PriceStep(date(2026, 2, 15), price),))
    assert amounts(levels, MARCH) == ["14.00", "21.00"]  # 280 × (0.05 + 0.10)/2


PAUSE = (Amendment(date(2026, 2, 1), change="pause"), Amendment(date(2026, 3, 1), change="resume"))


def test_a_paused_period_needs_no_quantity() -> None:
    rows = (row("2026-01-01", "100", "2026-01-31"), row("2026-03-01", "200", "2026-03-31"))
    for basis in ("sum", "max"):
        charge = metered(UNIT, basis, *rows, amendments=PAUSE)
        assert amounts(charge, date(2026, 4, 1)) == ["5.00", "0.00", "10.00"]


def test_a_pause_inside_a_summed_period_is_a_question_and_levels_go_by_days() -> None:
    pause = (Amendment(date(2026, 2, 15), change="pause"),)
    summed = metered(
        UNIT, "sum", row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "9", "2026-02-28"), amendments=pause
    )
    assert amounts(summed, MARCH) == ["5.00", "?"]
    assert amounts(metered(UNIT, "max", row("2026-01-01", "280"), amendments=pause), MARCH) == ["14.00", "7.00"]


def test_what_was_used_until_a_cancellation_is_billed_in_full() -> None:
    cancel = (Amendment(date(2026, 2, 15), change="cancel"),)
    rows = (row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "60", "2026-02-14"))
    assert amounts(metered(UNIT, "sum", *rows, amendments=cancel), MARCH) == ["5.00", "3.00"]


def test_an_uplift_counts_and_one_inside_a_summed_period_is_a_question() -> None:
    """0.05 rises by 10 % to 0.055 on the anniversary, 1 January 2027."""
    escalator = Escalator(percent=Decimal(10), decimals=3)
    rows = (row("2026-12-01", "1000", "2026-12-31"), row("2027-01-01", "1000", "2027-01-31"))
    charge = replace(metered(UNIT, "sum", *rows, escalators=(escalator,)), start=date(2026, 1, 1))
    assert amounts(charge, date(2027, 2, 1))[-2:] == ["50.00", "55.00"]
    inside = replace(charge, escalators=(replace(escalator, month_and_day=(1, 15)),))
    assert amounts(inside, date(2027, 2, 1))[-2:] == ["50.00", "?"]


def test_rollover_keeps_to_uplifts() -> None:
    """8.00 a package rises to 8.80 on 1 January 2027; December leaves 500 free units, and January uses 1,100."""
    rows = [row(f"2026-{month:02}-01", "500", str(last_day(month))) for month in range(1, 12)]
    rows += [row("2026-12-01", "0", "2026-12-31"), row("2027-01-01", "1100", "2027-01-31")]
    charge = metered(PACKAGE, "sum", *rows, rollover=Rollover(1), escalators=(Escalator(percent=Decimal(10)),))
    assert amounts(charge, date(2027, 2, 1))[-1] == "8.80"


def test_included_hours_roll_over() -> None:
    """Ten hours for 1,000.00 a month; January leaves six, so that February has sixteen, and March ten."""
    card = TimePrice((Rate("senior", Decimal(140)),), Decimal(1000), Decimal(10))
    used = (("2026-01-01", "4", "2026-01-31"), ("2026-02-01", "17", "2026-02-28"), ("2026-03-01", "11", "2026-03-31"))
    rows = [row(first, hours, last, "senior") for first, hours, last in used]
    charge = metered(card, "sum", *rows, rollover=Rollover(1), model="time")
    assert amounts(charge, date(2026, 4, 1)) == ["1000.00", "1140.00", "1140.00"]


def test_without_free_units_nothing_rolls_over() -> None:
    charge = metered(UNIT, "sum", row("2026-01-01", "100", "2026-01-31"), rollover=Rollover(1))
    assert amounts(charge, date(2026, 2, 1)) == ["5.00"]


def test_charges_checked_together_are_not_known_where_one_of_them_is_not() -> None:
    rows = (row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "100", "2026-02-28"))
    charges = (metered(UNIT, "sum", *rows), metered(UNIT, "sum", rows[0]))
    combined = combine_schedules([make_schedule(contract_of(charge), charge, MARCH) for charge in charges])
    january, february = combined.charge_at(0), combined.charge_at(1)
    assert (january.amount_minor, february.amount_minor) == (1000, None)
    assert january.derivation[-1] == "2 charges checked together = 10.00"
    assert february.derivation[-1] == f"Fee: {not_given('2026-02-01 to 2026-02-28')}"


def last_day(month: int) -> date:
    return date(2026, month + 1, 1) - timedelta(1)


def test_mistakes_of_metered_charges_can_be_priced() -> None:
    rows = (row("2026-01-01", "5"), row("2026-02-15", "15"))
    step = PriceStep(date(2026, 2, 1), UnitPrice(Decimal(1)))
    for charge in (
        metered(UNIT, "by_day", *rows, price_steps=(step,)),
        metered(TIERS, "max", *rows),
        metered(UNIT, "sum"),
    ):
        contract = contract_of(charge)
        for mistake in plausible_mistakes(contract, charge, MARCH):
            assert len(make_schedule(contract, mistake.charge, MARCH))


def test_discounts_go_by_days() -> None:
    charge = metered(
        UNIT,
        "sum",
        row("2026-02-01", "1000", "2026-02-28"),
        discounts=(Discount(Decimal(10), None, date(2026, 2, 15)),),
    )
    assert amounts(replace(charge, start=date(2026, 2, 1)), MARCH) == ["47.50"]  # 50.00 less 10 % on half of the days


def may_to_july(*rows: UsageRow, **keys: Any) -> Charge:
    """85.00 an hour by calendar month, from 11 May to 10 July: parts of 21/31 and 10/31."""
    card = TimePrice((Rate("standard", Decimal(85)),))
    charge = metered(card, "sum", *rows, model="time", align="calendar", end=date(2026, 7, 11), **keys)
    return replace(charge, start=date(2026, 5, 11))


HOURS = (
    row("2026-05-11", "2", "2026-05-31", "standard"),
    row("2026-06-01", "4", "2026-06-30", "standard"),
    row("2026-07-01", "5", "2026-07-10", "standard"),
)
AUGUST = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({}, ["170.00", "340.00", "425.00"]),
        # 340.00 × 21/31 = 230.32; 340.00 × 10/31 = 109.68, which five hours exceed.
        ({"minimum": Decimal(340)}, ["230.32", "340.00", "425.00"]),
        # Two hours stay below 310.00 × 21/31 = 210.00; four are cut to 310.00, five to 310.00 × 10/31 = 100.00.
        ({"maximum": Decimal(310)}, ["170.00", "310.00", "100.00"]),
        # 11 to 31 May counts 20 of 30 days and 1 to 10 July 10: 400.00, and 200.00, which five hours exceed.
        ({"minimum": Decimal(600), "proration": Proration("30_360")}, ["400.00", "600.00", "425.00"]),
        ({"minimum": Decimal(600), "proration": Proration("full_period")}, ["600.00", "600.00", "600.00"]),
        ({"minimum": Decimal(600), "proration": Proration("none")}, ["170.00", "600.00", "425.00"]),
        (
            {"minimum": Decimal(600), "proration": Proration(first="none", last="full_period")},
            ["170.00", "600.00", "600.00"],
        ),
        # 31.00 off a month: 21.00 off 170.00, 31.00 off 340.00, 10.00 off 425.00.
        ({"discounts": (Discount(amount=Decimal(31)),)}, ["149.00", "309.00", "415.00"]),
        (
            {"discounts": (Discount(amount=Decimal(31)),), "proration": Proration("none")},
            ["170.00", "309.00", "425.00"],
        ),
    ],
)
def test_bounds_and_amounts_off_go_by_days_where_what_was_used_does_not(
    keys: dict[str, Any], wanted: list[str]
) -> None:
    assert amounts(may_to_july(*HOURS, **keys), AUGUST) == wanted


def derivation(charge: Charge, index: int) -> tuple[str, ...]:
    return make_schedule(contract_of(charge), charge, AUGUST).charge_at(index).derivation


def test_the_derivation_tells_what_goes_by_days_from_what_does_not() -> None:
    bounded = derivation(may_to_july(*HOURS, minimum=Decimal(340)), 0)
    assert bounded[1:3] == (
        "minimum of 340.00 for its days = 230.322580…",
        "170.00, raised to the minimum for its days of 230.322580…",
    )
    by_days = "minimum, maximum and amounts off: partial period by actual days of its full period of 31 days (default)"
    assert by_days in bounded
    assert not any("full_period" in line for line in bounded)
    off = derivation(may_to_july(*HOURS, discounts=(Discount(amount=Decimal(31)),)), 0)
    assert " less 31.00 × 21/31, at least 0)" in off[0]
    assert by_days in off
    plain = derivation(may_to_july(*HOURS), 0)
    assert not any("partial period" in line or "proration" in line for line in plain)


def test_a_part_billed_with_a_whole_minimum_is_a_plausible_mistake() -> None:
    charge = may_to_july(*HOURS, minimum=Decimal(340))
    found = {
        tuple(amounts(mistake.charge, AUGUST)): mistake.code
        for mistake in plausible_mistakes(contract_of(charge), charge, AUGUST)
    }
    assert found["340.00", "340.00", "425.00"] == "part_in_full"


def test_hours_are_counted_by_role() -> None:
    card = TimePrice((Rate("senior", Decimal(140)), Rate("junior", Decimal(95))), Decimal(500), Decimal(5))
    rows = (
        row("2026-01-01", "3", "2026-01-15", "senior"),
        row("2026-01-16", "4", "2026-01-31", "senior"),
        row("2026-01-01", "2.5", "2026-01-31", "junior"),
        row("2026-02-01", "1", "2026-02-28", "junior"),
        row("2026-02-01", "0", "2026-02-28", "senior"),
    )
    charge = metered(card, "sum", *sorted(rows, key=lambda item: item.first_day), model="time")
    # 500.00 for five hours, then 2 × 140.00 and 2.5 × 95.00; in February one hour of the five.
    assert amounts(charge, MARCH) == ["1017.50", "500.00"]


DEARER = PackagePrice(Decimal(16), Decimal(100), Decimal(500))
JANUARY = START.toordinal(), date(2026, 2, 1).toordinal()
NOT_GIVEN = "is given for {}: give it with --quantities. If nothing was used, write a row with quantity 0."


def hours_of(rows: list[UsageRow], basis: QuantityBasis = "sum") -> tuple[Any, str]:
    """The hours by role of January, or what is not known."""
    rows.sort(key=lambda item: item.first_day)
    found = find_quantity(rows, basis, ("senior", "junior", "intern"), *JANUARY)
    hours = {entry.role: str(entry.quantity) for level in found.levels for entry in level.quantity}  # type: ignore[union-attr]
    return hours, found.question


@pytest.mark.parametrize("basis", ["sum", "by_day"])
def test_a_row_speaks_for_its_own_role_alone(basis: QuantityBasis) -> None:
    senior, half = row("2026-01-01", "10", "2026-01-31", "senior"), row("2026-01-01", "5", "2026-01-15", "junior")
    question = f"No quantity of junior {NOT_GIVEN}".format("2026-01-16 to 2026-01-31")
    assert hours_of([senior, half], basis) == ({}, question)


def test_a_role_that_the_list_ever_names_is_spoken_for_in_every_period() -> None:
    senior, later = row("2026-01-01", "10", "2026-01-31", "senior"), row("2026-02-01", "5", "2026-02-28", "junior")
    question = f"No quantity of junior {NOT_GIVEN}".format("2026-01-01 to 2026-01-31")
    assert hours_of([senior, later]) == ({}, question)
    assert hours_of([senior]) == ({"senior": "10", "junior": "0", "intern": "0"}, "")
    assert hours_of([]) == ({}, f"No quantity {NOT_GIVEN}".format("2026-01-01 to 2026-01-31"))


def test_single_days_are_one_list_of_all_roles() -> None:
    days = [row("2026-01-01", "4", None, "senior"), row("2026-01-09", "3", None, "junior")]
    last = row("2026-01-31", "2", None, "senior")
    assert hours_of([*days, last]) == ({"senior": "6", "junior": "3", "intern": "0"}, "")
    whole = row("2026-01-01", "40", "2026-01-31", "senior")
    assert hours_of([whole, days[1]])[1].startswith(
        "The quantities given for 2026-01-01 to 2026-01-31 may not be all: give them with first_day and last_day, or "
        "add a row on 2026-01-01 and one on or after 2026-01-31"
    )


def test_levels_by_role() -> None:
    rows = [
        row("2026-01-01", "2", None, "a"),
        row("2026-01-11", "4", None, "b"),
        row("2026-01-01", "1", "2026-01-10", "b"),
    ]
    rows.sort(key=lambda item: item.first_day)
    found = find_quantity(rows, "by_day", ("a", "b", "c"), START.toordinal(), date(2026, 2, 1).toordinal())
    assert [level.quantity for level in found.levels] == [
        (RoleHours("a", Decimal(2)), RoleHours("b", Decimal(1))),
        (RoleHours("a", Decimal(2)), RoleHours("b", Decimal(4))),
    ]


def test_unused_free_units_roll_over_up_to_the_cap_and_lapse() -> None:
    """500 free, at most 300 carried for one period; a package of 100 costs 8.00.

    January uses 100 and leaves 400, of which 300 are carried. February may use 800 free and uses 900: one package.
    March uses nothing: 300 of its 500 are carried. April may use 800 and uses 1,150: four packages. Nothing is left.
    """
    months = (("01", "31", "100"), ("02", "28", "900"), ("03", "31", "0"), ("04", "30", "1150"), ("05", "31", "600"))
    rows = [row(f"2026-{month}-01", used, f"2026-{month}-{last}") for month, last, used in months]
    charge = metered(PACKAGE, "sum", *rows, rollover=Rollover(1, Decimal(300)), model="package")
    assert amounts(charge, date(2026, 6, 1)) == ["0.00", "8.00", "0.00", "32.00", "8.00"]


def test_what_was_carried_stays_where_the_same_price_is_agreed_again() -> None:
    """January leaves 400 of its 500 free units, and February may use 900: it uses just these, and nothing is due."""
    rows = (row("2026-01-01", "100", "2026-01-31"), row("2026-02-01", "900", "2026-02-28"))
    again = {"amendments": (Amendment(date(2026, 2, 11), price=PACKAGE),)}
    charge = metered(PACKAGE, "sum", *rows, rollover=Rollover(1), model="package", **again)
    assert amounts(charge, MARCH) == ["0.00", "0.00"]
    dearer = {"price_steps": (PriceStep(date(2026, 2, 1), DEARER), PriceStep(date(2026, 2, 2), DEARER))}
    beyond = metered(PACKAGE, "sum", rows[0], replace(rows[1], quantity=Decimal(901)), rollover=Rollover(1), **dearer)
    # One unit beyond the free ones opens a package of 16.00, all of February.
    assert amounts(beyond, MARCH) == ["0.00", "16.00"]


def test_the_oldest_units_are_used_first_and_last_so_many_periods() -> None:
    """100 free a month for two periods, without a cap. January and February leave 100 each; March uses 150.

    It takes January's 100 and 50 of February's, so its own 100 are left, and April has 50 + 100 + 100 = 250.
    """
    price = PackagePrice(Decimal(1), Decimal(1), Decimal(100))
    months = (("01", "31", "0"), ("02", "28", "0"), ("03", "31", "150"), ("04", "30", "260"))
    rows = [row(f"2026-{month}-01", used, f"2026-{month}-{last}") for month, last, used in months]
    charge = metered(price, "sum", *rows, rollover=Rollover(2), model="package")
    assert amounts(charge, date(2026, 5, 1)) == ["0.00", "0.00", "0.00", "10.00"]


def test_after_an_unknown_period_nothing_is_known_that_may_roll_over() -> None:
    rows = (row("2026-02-01", "900", "2026-02-28"), row("2026-03-01", "900", "2026-03-31"))
    charge = metered(PACKAGE, "sum", *rows, rollover=Rollover(1), model="package")
    assert amounts(charge, date(2026, 4, 1)) == ["?", "?", "?"]
    assert questions(charge, date(2026, 4, 1))[1] == (
        "Free units may roll over from 2026-01-01 to 2026-01-31, whose quantity is not known: "
        + not_given("2026-01-01 to 2026-01-31")
    )


def test_the_derivation_shows_the_rows() -> None:
    usage = replace(row("2026-01-01", "1200", "2026-01-31"), where="usage.csv row 2")
    charge = metered(UNIT, "sum", usage)
    (first, *_) = [make_schedule(contract_of(charge), charge, MARCH).charge_at(0)]
    assert "usage 1200 2026-01-01 to 2026-01-31 (usage.csv row 2)" in first.derivation
    assert "quantity_basis: the sum of what was used, not prorated (sum)" in first.derivation
    assert first.quantity == Decimal(1200)
    unknown = make_schedule(contract_of(charge), charge, MARCH).charge_at(1)
    assert (unknown.amount_minor, unknown.amount, unknown.quantity) == (None, None, None)
    assert unknown.derivation == (not_given("2026-02-01 to 2026-02-28"),)


@pytest.mark.parametrize("make", [random_metered, random_metered_by_role])
@pytest.mark.parametrize("batch", range(5))
def test_every_random_metered_charge_is_priced_as_day_by_day(batch: int, make: Callable[[Random], Charge]) -> None:
    random = Random(f"usage {batch}")
    known = unknown = 0
    for _ in range(80):
        charge = make(random)
        metering = charge.metering
        assert metering is not None
        until = charge.start + timedelta(450)
        schedule = make_schedule(contract_of(charge), charge, until)
        wanted = usage_oracle.amounts_of(charge, metering, until)
        found = [None if index in schedule.unknowns else amount for index, amount in enumerate(schedule.amounts)]
        assert found[: len(wanted)] == wanted, charge
        for index in range(len(wanted)):
            assert schedule.charge_at(index).amount_minor == wanted[index]
        known += sum(amount is not None for amount in wanted)
        unknown += sum(amount is None for amount in wanted)
    assert known > 200
    assert unknown > 20


def test_the_oracle_shares_no_arithmetic_with_what_it_checks() -> None:
    tree = ast.parse(Path(usage_oracle.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {module for module in imported if module and module.startswith("billcheck")}
    assert ours == {"billcheck.contracts.prices", "billcheck.contracts.terms", "billcheck.contracts.usage"}
    assert not imported & {"calendar", "dateutil"}
