"""What must hold for every charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.prices import FlatPrice, PercentagePrice, PercentTier, with_amounts
from billcheck.contracts.terms import Amendment, Discount, PriceStep
from billcheck.money import round_half_up
from billcheck.period import Cadence, add_months
from billcheck.pricing.proration import Measure, add, multiply, round_ratio, subtract
from billcheck.pricing.schedule import Schedule, make_schedule
from tests.pricing.random_charges import contract_of, random_charge
from tests.pricing.samples import flat

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge, Timing
    from billcheck.period import CadenceUnit

SEEDS = st.integers(0, 10**9)
STARTS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
UNITS: st.SearchStrategy[CadenceUnit] = st.sampled_from(("month", "quarter", "half_year", "year"))
TIMINGS: st.SearchStrategy[Timing] = st.sampled_from(("in_advance", "in_arrears"))
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


def schedule_of(charge: Charge, until: date) -> Schedule:
    return make_schedule(contract_of(charge), charge, until)


def charge_from(seed: int) -> Charge:
    return random_charge(Random(seed))


def with_prices_times(charge: Charge, factor: int) -> Charge:
    def times(price: Price) -> Price:
        if isinstance(price, PercentagePrice):
            return PercentagePrice(tuple(PercentTier(tier.percent * factor, tier.up_to) for tier in price.tiers))
        return with_amounts(price, lambda amount: amount * factor)

    return replace(
        charge,
        price=times(charge.price),
        price_steps=tuple(PriceStep(step.on, times(step.price)) for step in charge.price_steps),
        amendments=tuple(
            each if each.price is None else replace(each, price=times(each.price)) for each in charge.amendments
        ),
    )


@given(SEEDS)
def test_regular_rows_partition_the_term(seed: int) -> None:
    charge = charge_from(seed)
    schedule = schedule_of(charge, charge.start + timedelta(days=500))
    regular = sorted(
        (first, end)
        for first, end, is_change in zip(schedule.first_days, schedule.ends, schedule.changes, strict=True)
        if not is_change
    )
    assert all(end == first for (_, end), (first, _) in pairwise(regular))
    if charge.model == "milestone" and charge.on is None:
        assert regular == []
    else:
        assert regular[0][0] == (charge.on or charge.start).toordinal()


@given(STARTS, UNITS, CENTS, st.integers(1, 12))
def test_whole_periods_add_up_to_their_number_times_the_price(
    start: date, unit: CadenceUnit, price: Decimal, count: int
) -> None:
    cadence = Cadence(unit)
    end = add_months(start, count * cadence.months, start.day)
    schedule = schedule_of(flat(str(price), start=start, end=end, every=cadence), end)
    assert sum(schedule.amounts) == price * 100 * count


@given(STARTS, CENTS, CENTS, st.integers(1, 400))
def test_a_price_change_in_arrears_equals_two_contracts(start: date, old: Decimal, new: Decimal, days: int) -> None:
    """Up to the rounding of the one period that is cut: it is rounded once, the two halves once each."""
    change, end = start + timedelta(days=days), add_months(start, 15, start.day)
    terms = {"timing": "in_arrears", "anchor_day": start.day}
    one = flat(str(old), start=start, end=end, price_steps=(PriceStep(change, FlatPrice(new)),), **terms)
    before = flat(str(old), start=start, end=change, **terms)
    after = flat(str(new), start=change, end=end, **terms)
    whole = sum(schedule_of(one, end).amounts)
    halves = sum(schedule_of(before, end).amounts) + sum(schedule_of(after, end).amounts)
    assert abs(whole - halves) <= 1


@given(SEEDS, TIMINGS)
def test_timing_never_changes_the_sum_by_more_than_rounding(seed: int, timing: Timing) -> None:
    charge = replace(charge_from(seed), invoice_day=None)
    if charge.every is None or charge.end is None:
        return
    until = charge.end + timedelta(days=800)
    as_written = schedule_of(charge, until)
    other = schedule_of(replace(charge, timing=timing), until)
    assert abs(sum(as_written.amounts) - sum(other.amounts)) <= len(as_written) + len(other)


@given(SEEDS, st.integers(2, 9))
def test_prices_scale(seed: int, factor: int) -> None:
    charge = charge_from(seed)
    until = charge.start + timedelta(days=400)
    once = schedule_of(charge, until)
    times = schedule_of(with_prices_times(charge, factor), until)
    by_place = dict(zip(zip(once.first_days, once.changes, strict=True), once.amounts, strict=True))
    for place, amount in zip(zip(times.first_days, times.changes, strict=True), times.amounts, strict=True):
        # A change that rounds to nothing has no row, and may have one when its price is a multiple.
        assert abs(amount - factor * by_place.get(place, 0)) <= factor


@given(SEEDS, CENTS)
def test_a_dearer_price_never_makes_a_regular_row_cheaper(seed: int, more: Decimal) -> None:
    charge = replace(charge_from(seed), remainder="per_line")

    def dearer(price: Price) -> Price:
        return with_amounts(price, lambda amount: amount + more)

    raised = replace(
        charge,
        price=dearer(charge.price),
        price_steps=tuple(PriceStep(step.on, dearer(step.price)) for step in charge.price_steps),
        amendments=tuple(
            each if each.price is None else replace(each, price=dearer(each.price)) for each in charge.amendments
        ),
    )
    until = charge.start + timedelta(days=400)

    def regular(schedule: Schedule) -> list[int]:
        rows = zip(schedule.amounts, schedule.changes, strict=True)
        return [amount for amount, is_change in rows if not is_change]

    before, after = regular(schedule_of(charge, until)), regular(schedule_of(raised, until))
    assert all(more >= less for less, more in zip(before, after, strict=True))


@given(SEEDS)
def test_sums_that_are_rounded_come_to_the_exact_sum(seed: int) -> None:
    """What is billed up to any regular row is never more than half a minor unit off."""
    charge = replace(charge_from(seed), remainder="cumulative")
    if charge.every is None:
        return
    schedule = schedule_of(charge, charge.start + timedelta(days=400))
    billed = 0
    for index, is_change in enumerate(schedule.changes):
        if not is_change and index not in schedule.unknowns:
            assert billed == round_half_up(Fraction(*schedule.before[index]))
            billed += schedule.amounts[index]


@given(SEEDS, st.sampled_from((4, 28, 56)))
def test_a_shift_by_four_years_changes_no_amount(seed: int, years: int) -> None:
    """Years of equal length come round after four; days of the week, which calendar weeks ask for, after 28."""
    charge = charge_from(seed)
    if years % 28 and charge.align == "calendar" and charge.every is not None and charge.every.fixed_days:
        return
    distance = date(2000 + years, 1, 1) - date(2000, 1, 1)

    def shift(day: date | None) -> date | None:
        return None if day is None else day + distance

    def moved(day: date) -> date:
        return day + distance

    shifted = replace(
        charge,
        start=moved(charge.start),
        end=shift(charge.end),
        on=shift(charge.on),
        price_steps=tuple(replace(step, on=moved(step.on)) for step in charge.price_steps),
        amendments=tuple(replace(each, on=moved(each.on)) for each in charge.amendments),
        discounts=tuple(replace(each, start=shift(each.start), end=shift(each.end)) for each in charge.discounts),
    )
    until = charge.start + timedelta(days=500)
    here, there = schedule_of(charge, until), schedule_of(shifted, moved(until))
    assert here.amounts == there.amounts
    assert [day + distance.days for day in here.due_days] == list(there.due_days)


@given(SEEDS)
def test_what_is_due_never_depends_on_the_horizon(seed: int) -> None:
    charge = charge_from(seed)
    near, far = (charge.start + timedelta(days=days) for days in (120, 500))
    short, long = schedule_of(charge, near), schedule_of(charge, far)

    def due(schedule: Schedule) -> list[tuple[int, bool, int, int, int]]:
        rows = zip(
            schedule.due_days, schedule.changes, schedule.first_days, schedule.ends, schedule.amounts, strict=True
        )
        return [row for row in rows if row[0] <= near.toordinal()]

    assert due(short) == due(long)


@given(STARTS, st.integers(0, 20), CENTS, CENTS)
def test_a_change_row_and_its_period_come_to_what_arrears_would_bill(
    start: date, day: int, old: Decimal, new: Decimal
) -> None:
    change, end = start + timedelta(days=1 + day), add_months(start, 1, start.day)
    in_advance = flat(str(old), start=start, end=end, amendments=(Amendment(change, price=FlatPrice(new)),))
    in_arrears = replace(in_advance, timing="in_arrears")
    advance, arrears = schedule_of(in_advance, end), schedule_of(in_arrears, end)
    assert abs(sum(advance.amounts) - sum(arrears.amounts)) <= 1


@given(CENTS, st.integers(0, 100), st.integers(0, 100))
def test_discounts_commute(price: Decimal, one: int, other: int) -> None:
    both = (Discount(Decimal(one)), Discount(Decimal(other)))
    until = date(2026, 1, 1)
    first = schedule_of(flat(str(price), discounts=both), until)
    second = schedule_of(flat(str(price), discounts=both[::-1]), until)
    assert first.amounts == second.amounts


NUMERATORS = st.integers(-(10**12), 10**12)
DENOMINATORS = st.integers(1, 10**6)


@given(NUMERATORS, DENOMINATORS, NUMERATORS, DENOMINATORS)
def test_ratios_are_exact_fractions(n1: int, d1: int, n2: int, d2: int) -> None:
    left, right = Fraction(n1, d1), Fraction(n2, d2)
    assert Fraction(*add((n1, d1), (n2, d2))) == left + right
    assert Fraction(*subtract((n1, d1), (n2, d2))) == left - right
    assert Fraction(*multiply((n1, d1), (n2, d2))) == left * right
    assert Fraction(*Measure(1, 32, 1, 32).prorate((n1, d1), 1, 16)) == left * Fraction(15, 31)
    assert round_ratio(n1, d1) == round_half_up(left)
