"""Causes: which wrong terms would have produced these invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction as Rational
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep
from billcheck.engine.diagnose import _explain_run, diagnose
from billcheck.engine.diff import JudgedRow
from billcheck.engine.patterns import Fraction, fitting_fractions
from billcheck.findings import Status
from billcheck.money import round_half_up
from billcheck.period import Cadence, CadenceUnit
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Timing
    from billcheck.findings import Cause

START = date(2026, 1, 1)


def flat(
    amount: str = "2400.00", *, every: CadenceUnit = "month", timing: Timing = "in_arrears", **terms: object
) -> Charge:
    return Charge(
        name="Retainer",
        model="flat",
        start=START,
        price=FlatPrice(Decimal(amount)),
        every=Cadence(every),
        timing=timing,
        **terms,  # type: ignore[arg-type]
    )


def per_unit(*amendments: Amendment, timing: Timing = "in_arrears") -> Charge:
    return Charge(
        name="Seats",
        model="per_unit",
        start=START,
        price=UnitPrice(Decimal("10.00")),
        quantity=Decimal(12),
        every=Cadence("month"),
        timing=timing,
        amendments=amendments,
    )


def status_of(expected: int, billed: int) -> Status:
    if expected == billed:
        return Status.OK
    if not billed:
        return Status.MISSING
    return Status.UNDERBILLED if expected > billed else Status.OVERBILLED


def causes_for(charge: Charge, billed: Sequence[int], **changes: JudgedRow) -> dict[int, tuple[Cause, ...]]:
    """The causes where the first periods of a charge were billed as given; `changes` replaces rows by number (r3=…)."""
    contract = Contract(id="C-117", customer="Hartwell", currency="EUR", start=START, charges=(charge,))
    schedule = make_schedule(contract, charge, date(2030, 1, 1))
    rows = [
        changes.get(f"r{period}")
        or JudgedRow(period, status_of(schedule.amounts[period], amount), schedule.amounts[period], amount)
        for period, amount in enumerate(billed)
    ]
    return diagnose(contract, charge, schedule, rows)


def only_cause(causes: dict[int, tuple[Cause, ...]]) -> Cause:
    distinct = {cause for group in causes.values() for cause in group}
    assert len(distinct) == 1
    return distinct.pop()


def sentences(causes: dict[int, tuple[Cause, ...]]) -> dict[int, str]:
    return {period: group[0].sentence for period, group in causes.items()}


def test_the_story_is_billed_at_half_since_march() -> None:
    causes = causes_for(flat(), [240000, 240000, *[120000] * 6])
    cause = only_cause(causes)
    assert sorted(causes) == [2, 3, 4, 5, 6, 7]
    assert cause.code == "half_rate"
    assert cause.sentence == "billed at half the agreed amount since 2026-03"
    assert (cause.first_day, cause.last_day) == (date(2026, 3, 1), date(2026, 8, 31))
    assert (cause.currency, cause.amount_minor, cause.support) == ("EUR", 720000, 1)
    assert cause.group == "billed at half the agreed amount"


def test_nothing_is_said_about_a_correct_charge() -> None:
    assert causes_for(flat(), [240000] * 6) == {}
    assert causes_for(flat(), []) == {}


@pytest.mark.parametrize(
    ("billed", "code", "sentence"),
    [
        pytest.param(
            [1, 120000, 120000, 120000, 240000],
            "half_rate",
            "billed at half the agreed amount from 2026-02 to 2026-04",
            id="over",
        ),
        pytest.param(
            [240000, 180000, 180000], "part_rate", "billed at 3/4 of the agreed amount since 2026-02", id="3/4"
        ),
        pytest.param(
            [240000, 20000, 20000], "part_rate", "billed at 1/12 of the agreed amount since 2026-02", id="1/12"
        ),
        pytest.param(
            [240000, 171429, 171429], "part_rate", "billed at 5/7 of the agreed amount since 2026-02", id="rounded"
        ),
        pytest.param([480000, 480000], "double_rate", "billed at double the agreed amount since 2026-01", id="double"),
        pytest.param([720000, 720000], "multiple_rate", "billed at 3 times the agreed amount since 2026-01", id="3"),
        pytest.param([360000, 360000], "multiple_rate", "billed at 3/2 of the agreed amount since 2026-01", id="3/2"),
    ],
)
def test_parts_and_multiples_of_the_rate(billed: list[int], code: str, sentence: str) -> None:
    causes = causes_for(flat(), billed)
    last = causes[max(causes)][0]
    assert (last.code, last.sentence) == (code, sentence)


def test_one_row_is_only_consistent_with_a_simple_fraction() -> None:
    cause = only_cause(causes_for(flat(), [240000, 240000, 120000]))
    assert cause.sentence == "consistent with half the agreed amount in 2026-03"
    assert cause.code == "half_rate"
    assert sentences(causes_for(flat(), [240000, 60000, 240000])) == {
        1: "consistent with 1/4 of the agreed amount in 2026-02"
    }


def test_one_row_gets_no_intricate_fraction() -> None:
    assert causes_for(flat(), [240000, 171429, 240000]) == {}
    assert causes_for(flat(), [240000, 48000, 240000]) == {}


def test_an_amount_that_is_no_fraction_has_no_cause() -> None:
    assert causes_for(flat(), [240000, 123456, 123456, 123456]) == {}


def test_a_cent_beside_the_fraction_is_no_fraction() -> None:
    assert causes_for(flat(), [240000, 120001, 120001]) == {}
    assert causes_for(flat(), [240000, 119999, 119999]) == {}


def test_periods_that_were_not_billed_get_no_rate_cause_and_do_not_end_a_run() -> None:
    causes = causes_for(flat(), [240000, 120000, 0, 120000, 120000])
    assert sorted(causes) == [1, 3, 4]
    assert only_cause(causes).sentence == "billed at half the agreed amount since 2026-02"
    assert only_cause(causes).amount_minor == 360000


def test_missing_periods_alone_have_no_cause() -> None:
    assert causes_for(flat(), [240000, 0, 0, 0]) == {}
    assert causes_for(flat(), [0]) == {}


def test_a_missing_last_period_does_not_end_since() -> None:
    causes = causes_for(flat(), [240000, 120000, 120000, 0])
    assert only_cause(causes).sentence == "billed at half the agreed amount since 2026-02"


def test_a_cause_may_change() -> None:
    causes = causes_for(flat(), [240000, 120000, 120000, 180000, 180000, 180000])
    assert sentences(causes) == {
        1: "billed at half the agreed amount from 2026-02 to 2026-03",
        2: "billed at half the agreed amount from 2026-02 to 2026-03",
        3: "billed at 3/4 of the agreed amount since 2026-04",
        4: "billed at 3/4 of the agreed amount since 2026-04",
        5: "billed at 3/4 of the agreed amount since 2026-04",
    }


def test_an_unexplained_row_splits_a_run() -> None:
    causes = causes_for(flat(), [120000, 120000, 98765, 120000, 120000])
    assert sentences(causes)[0] == "billed at half the agreed amount from 2026-01 to 2026-02"
    assert sentences(causes)[4] == "billed at half the agreed amount since 2026-04"
    assert 2 not in causes


def test_a_correct_row_splits_a_run() -> None:
    causes = causes_for(flat(), [120000, 120000, 240000, 120000])
    assert sentences(causes) == {
        0: "billed at half the agreed amount from 2026-01 to 2026-02",
        1: "billed at half the agreed amount from 2026-01 to 2026-02",
        3: "consistent with half the agreed amount in 2026-04",
    }


@pytest.mark.parametrize(
    "row",
    [
        JudgedRow(1, Status.OVERBILLED, 240000, 480000, is_duplicate=True),
        JudgedRow(1, Status.UNDERBILLED, 240000, 120000, credited=120000),
        JudgedRow(1, Status.UNDERBILLED, 240000, 120000, is_foreign=True),
        JudgedRow(1, Status.INCONCLUSIVE, 240000, 120000),
        JudgedRow(1, Status.AWAITING, 240000, 0),
        JudgedRow(1, Status.NOT_DUE, 240000, 0),
        JudgedRow(1, Status.BILLED_AHEAD, 240000, 120000),
    ],
    ids=["duplicate", "credited", "foreign", "inconclusive", "awaiting", "not due", "ahead"],
)
def test_rows_that_say_nothing_about_the_terms_are_passed_over(row: JudgedRow) -> None:
    assert causes_for(flat(), [240000, 0, 240000], r1=row) == {}


def test_a_cent_of_rounding_is_no_cause() -> None:
    assert causes_for(flat(), [240000, 0], r1=JudgedRow(1, Status.ROUNDING, 240000, 239999)) == {}


def test_quarters_are_named_by_their_months() -> None:
    causes = causes_for(flat("900.00", every="quarter"), [45000, 45000, 90000])
    assert only_cause(causes).sentence == "billed at half the agreed amount from 2026-01 to 2026-06"


def test_a_price_step_that_was_missed_in_one_amount_is_only_consistent() -> None:
    charge = flat(price_steps=(PriceStep(date(2026, 4, 1), price=FlatPrice(Decimal("2500.00"))),))
    cause = only_cause(causes_for(charge, [240000, 240000, 240000, 240000, 240000]))
    assert cause.code == "previous_price"
    assert cause.sentence == "consistent with: billed at the price before 2026-04-01, since 2026-04"
    assert (cause.first_day, cause.last_day) == (date(2026, 4, 1), date(2026, 5, 31))
    assert (cause.amount_minor, cause.support) == (20000, 1)


def test_a_price_step_that_was_missed_with_two_amounts_is_stated() -> None:
    charge = flat(
        "2411.11",
        price_steps=(
            PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal("2533.33"))),
            PriceStep(date(2026, 5, 1), price=FlatPrice(Decimal("2677.77"))),
        ),
    )
    cause = only_cause(causes_for(charge, [241111] * 6))
    assert cause.code == "previous_price"
    assert cause.sentence == "billed at the price before 2026-03-01, since 2026-03"
    assert cause.support == 2
    assert cause.amount_minor == 2 * (253333 - 241111) + 2 * (267777 - 241111)


def test_a_mistake_explains_only_the_rows_that_differ() -> None:
    charge = flat("2411.11", price_steps=(PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal("2533.33"))),))
    causes = causes_for(charge, [241111, 241111, 241111, 253333])
    assert sentences(causes) == {2: "consistent with: billed at the price before 2026-03-01, in 2026-03"}


def test_half_of_a_price_that_doubled_names_both_readings() -> None:
    charge = flat("1200.00", price_steps=(PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal("2400.00"))),))
    cause = only_cause(causes_for(charge, [120000] * 6))
    assert cause.code == "previous_price_or_half_rate"
    assert cause.sentence == (
        "billed at half the agreed amount since 2026-03, consistent with: billed at the price before 2026-03-01"
    )
    assert cause.group == "billed at the price before 2026-03-01 or billed at half the agreed amount"


def test_one_row_at_half_of_a_price_that_doubled_names_both_readings() -> None:
    charge = flat("1200.00", price_steps=(PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal("2400.00"))),))
    cause = only_cause(causes_for(charge, [120000] * 3))
    assert cause.sentence == (
        "consistent with: billed at the price before 2026-03-01 or billed at half the agreed amount, in 2026-03"
    )


def test_an_old_quantity() -> None:
    charge = per_unit(Amendment(date(2026, 3, 1), quantity=Decimal(17)))
    cause = only_cause(causes_for(charge, [12000, 12000, 12000, 12000]))
    assert cause.code == "old_quantity"
    assert cause.sentence == "consistent with: billed for the quantity before 2026-03-01, since 2026-03"
    assert cause.amount_minor == 10000


def test_a_change_row_that_was_never_billed_belongs_to_the_forgotten_quantity() -> None:
    charge = per_unit(Amendment(date(2026, 3, 16), quantity=Decimal(17)), timing="in_advance")
    contract = Contract(id="C", customer="H", currency="EUR", start=START, charges=(charge,))
    schedule = make_schedule(contract, charge, date(2026, 5, 15))
    change = schedule.changes.index(True)
    rows = [
        JudgedRow(
            period,
            status_of(expected, billed := 0 if period == change else 12000),
            expected,
            billed,
        )
        for period, expected in enumerate(schedule.amounts)
    ]
    causes = diagnose(contract, charge, schedule, rows)
    cause = only_cause(causes)
    assert change in causes
    assert cause.code == "old_quantity"
    assert cause.sentence == "billed for the quantity before 2026-03-16, since 2026-03"
    assert cause.amount_minor == sum(schedule.amounts) - sum(row.billed for row in rows)


def test_a_change_row_that_was_never_billed_does_not_end_a_run_at_half() -> None:
    charge = per_unit(Amendment(date(2026, 3, 16), quantity=Decimal(17)), timing="in_advance")
    contract = Contract(id="C", customer="H", currency="EUR", start=START, charges=(charge,))
    schedule = make_schedule(contract, charge, date(2026, 5, 15))
    change = schedule.changes.index(True)
    rows = [
        JudgedRow(period, status_of(expected, billed := 0 if period == change else expected // 2), expected, billed)
        for period, expected in enumerate(schedule.amounts)
    ]
    causes = diagnose(contract, charge, schedule, rows)
    assert only_cause(causes).code == "half_rate"
    assert change not in causes
    assert only_cause(causes).sentence == "billed at half the agreed amount since 2026-01"


def test_an_expired_discount() -> None:
    charge = flat("1999.99", discounts=(Discount(Decimal(7), end=date(2026, 3, 1)),))
    discounted = 185999
    cause = only_cause(causes_for(charge, [discounted] * 5))
    assert cause.code == "expired_discount"
    assert "the discount of 7 % was still given after 2026-02-28" in cause.sentence
    assert cause.amount_minor == 3 * (199999 - discounted)


def test_a_forgotten_discount_is_overbilling() -> None:
    charge = flat("1999.99", discounts=(Discount(Decimal(7)),))
    cause = only_cause(causes_for(charge, [199999, 199999, 199999]))
    assert cause.code == "discount_forgotten"
    assert cause.amount_minor == -3 * (199999 - 185999)


def test_equal_mistakes_are_all_named() -> None:
    """The price rose by what the discount was worth on the day the discount ended."""
    charge = flat(
        "927.00",
        price_steps=(PriceStep(date(2026, 4, 1), price=FlatPrice(Decimal("1030.00"))),),
        discounts=(Discount(Decimal(10), end=date(2026, 4, 1)),),
    )
    cause = only_cause(causes_for(charge, [83430, 83430, 83430, 92700, 92700]))
    assert cause.code == "previous_price_or_expired_discount"
    assert cause.sentence == (
        "consistent with: billed at the price before 2026-04-01 "
        "or the discount of 10 % was still given after 2026-03-31, since 2026-04"
    )


def test_mistakes_of_one_wording_are_named_once() -> None:
    charge = flat("999.99", discounts=(Discount(Decimal("3.7"), end=date(2026, 4, 1)), Discount(Decimal("3.7"))))
    billed = 96299  # 999.99 less 3.7 %
    cause = only_cause(causes_for(charge, [billed, billed, billed]))
    assert cause.sentence == "consistent with: billed without the discount of 3.7 %, since 2026-01"
    assert cause.code == "discount_forgotten"


def test_a_missing_change_beside_correct_invoices_was_billed_from_the_next_period() -> None:
    charge = per_unit(Amendment(date(2026, 3, 16), quantity=Decimal(17)), timing="in_advance")
    contract = Contract(id="C", customer="H", currency="EUR", start=START, charges=(charge,))
    schedule = make_schedule(contract, charge, date(2026, 5, 15))
    rows = [
        JudgedRow(period, status_of(expected, billed := 0 if schedule.changes[period] else expected), expected, billed)
        for period, expected in enumerate(schedule.amounts)
    ]
    (causes,) = diagnose(contract, charge, schedule, rows).values()
    assert [cause.code for cause in causes] == ["late_change"]


def test_least_unexplained_comes_before_fewest_segments() -> None:
    charge = flat("2411.11", price_steps=(PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal("2533.33"))),))
    causes = causes_for(charge, [241111, 120556, 241111, 126667, 111, 126667, 126667])
    assert sorted(causes) == [1, 2, 3, 5, 6]
    assert causes[5] == causes[6]
    assert causes[5][0].sentence == "billed at half the agreed amount since 2026-06"


def test_a_free_period_inside_a_run_says_nothing() -> None:
    charge = flat(discounts=(Discount(Decimal(100), start=date(2026, 3, 1), end=date(2026, 4, 1)),))
    causes = causes_for(charge, [120000, 120000, 0, 120000])
    assert sorted(causes) == [0, 1, 3]
    assert only_cause(causes).sentence == "billed at half the agreed amount since 2026-01"


@pytest.mark.parametrize(
    ("expected", "billed", "fractions"),
    [
        (240000, 120000, [(2, 1)]),
        (240000, 240000, []),
        (240000, 0, []),
        (0, 100, []),
        (-100, 50, []),
        (-100, -50, [(2, 1)]),
        (100000, 33333, [(3, 1)]),
        (100000, 66667, [(3, 2)]),
        (100000, 66666, []),
        (5, 3, [(2, 1), (3, 2)]),
    ],
)
def test_fitting_fractions(expected: int, billed: int, fractions: list[tuple[int, int]]) -> None:
    found = fitting_fractions(expected, billed)
    assert list(found[: len(fractions)]) == [Fraction(*pair) for pair in fractions]
    assert bool(found) == bool(fractions)


@given(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
def test_fitting_fractions_are_those_that_round_to_the_amount(expected: int, billed: int) -> None:
    slow = {
        Rational(numerator, denominator)
        for denominator in range(1, 13)
        for numerator in range(1, 13)
        if numerator != denominator
        and round_half_up(Rational(expected * numerator, denominator)) == billed
        and expected * billed > 0
        and expected != billed
    }
    found = fitting_fractions(expected, billed)
    assert {Rational(item.numerator, item.denominator) for item in found} == slow
    assert len(found) == len(slow)
    assert list(found) == sorted(found)


@given(st.integers(1, 10**6), st.integers(1, 12), st.integers(1, 12))
def test_every_fraction_of_an_amount_is_found(expected: int, numerator: int, denominator: int) -> None:
    billed = round_half_up(Rational(expected * numerator, denominator))
    ratio = Rational(numerator, denominator)
    if billed and billed != expected:
        found = {Rational(item.numerator, item.denominator) for item in fitting_fractions(expected, billed)}
        assert ratio in found


amounts = st.one_of(st.sampled_from([240000, 120000, 180000, 480000, 0, 80000, 171429]), st.integers(0, 500000))


@given(st.lists(amounts, max_size=14))
def test_causes_only_explain_differences_and_their_amounts_add_up(billed: list[int]) -> None:
    causes = causes_for(flat(), billed)
    for period, group in causes.items():
        assert billed[period] not in {240000, 0}
        assert len(group) == 1
    for cause in {group[0] for group in causes.values()}:
        members = [period for period, group in causes.items() if group[0] == cause]
        assert cause.amount_minor == sum(240000 - billed[period] for period in members)
        assert cause.support == len({billed[period] for period in members})


@given(st.lists(amounts, max_size=12))
def test_every_row_that_is_half_has_a_cause(billed: list[int]) -> None:
    causes = causes_for(flat(), billed)
    assert all(
        causes[period][0].code != "unexplained"
        for period, amount in enumerate(billed)
        if amount in {120000, 180000, 480000, 80000}
    )


def part_first() -> Charge:
    """From 17 January: 15 of 31 days of 310.00 are 150.00; then whole months."""
    return replace(flat("310.00"), start=date(2026, 1, 17), anchor_day=1)


def test_a_first_part_that_was_not_billed_has_its_cause() -> None:
    causes = causes_for(part_first(), [0, 31000, 31000])
    assert sentences(causes) == {
        0: "consistent with: the first part of a period was not billed, in 2026-01-17 to 2026-01-31"
    }


def test_a_first_part_left_out_with_others_is_no_mistake_of_terms() -> None:
    assert causes_for(part_first(), [0, 0, 31000]) == {}
    assert causes_for(part_first(), [0, 0, 0]) == {}


def test_a_first_part_left_out_before_wrong_prices_has_a_cause_of_its_own() -> None:
    causes = causes_for(part_first(), [0, 15500, 15500])
    assert [cause.code for (cause,) in causes.values()] == ["part_forgotten", "half_rate", "half_rate"]


def test_billing_that_did_not_begin_after_free_months() -> None:
    charge = flat(discounts=(Discount(Decimal(100), periods=2, is_free=True),))
    causes = causes_for(charge, [0, 0, 0, 0, 240000])
    assert sorted(causes) == [2, 3]
    assert only_cause(causes).code == "free_period_prolonged"
    assert only_cause(causes).sentence == (
        "consistent with: billing did not begin after the free periods, from 2026-03 to 2026-04"
    )


def test_an_invoice_left_out_long_after_free_months_has_no_cause() -> None:
    charge = flat(discounts=(Discount(Decimal(100), periods=2, is_free=True),))
    assert causes_for(charge, [0, 0, 240000, 0, 240000]) == {}


def test_a_cent_of_rounding_does_not_end_a_run() -> None:
    step = PriceStep(date(2026, 2, 1), FlatPrice(Decimal("2500.00")))
    rounded = JudgedRow(2, Status.ROUNDING, 250000, 249999)
    causes = causes_for(flat(price_steps=(step,)), [240000, 240000, 0, 240000], r2=rounded)
    assert sorted(causes) == [1, 3]


def test_equal_terms_and_amounts_are_diagnosed_once() -> None:
    """Names and codes make no difference; another amount does."""
    _explain_run.cache_clear()
    causes_for(flat(), [240000, 120000])
    causes_for(replace(flat(), name="Other", grace_days=3), [240000, 120000])
    assert (_explain_run.cache_info().misses, _explain_run.cache_info().hits) == (1, 1)
    causes_for(flat(), [240000, 120001])
    causes_for(flat(timing="in_advance"), [240000, 120000])
    assert _explain_run.cache_info().misses == 3
