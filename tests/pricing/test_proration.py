"""What parts of periods cost by each rule; the arithmetic stands beside each figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import PriceStep, Proration
from billcheck.period import Cadence
from billcheck.pricing.proration import Measure
from tests.pricing.samples import charges_until, figures, flat

if TYPE_CHECKING:
    from billcheck.contracts.terms import FullPeriodRule, ProrationRule

START, CUT = date(2026, 1, 1), date(2026, 1, 15)


def first_amount(rule: ProrationRule, amount: str = "3000", **terms: Any) -> str:
    return figures(flat(amount, proration=Proration(rule), **terms), date(2026, 12, 31))[0][3]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("actual_actual", "1645.16"),  # 3,000 × 17/31
        ("actual_30", "1700.00"),  # 3,000 × 17/30
        ("30_360", "1600.00"),  # 15th to 30th: 16 of 30
        ("fixed_30", "1600.00"),  # 30 + 1 - 15 = 16 of 30
        ("full_period", "3000.00"),
        ("none", "0.00"),
    ],
)
def test_a_first_part_from_15_january(rule: ProrationRule, expected: str) -> None:
    assert first_amount(rule, start=CUT, anchor_day=1) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("actual_actual", "1607.14"),  # 3,000 × 15/28
        ("actual_30", "1500.00"),  # 3,000 × 15/30
        ("30_360", "1500.00"),  # 1st to 15th: 15 of 30
        ("fixed_30", "1500.00"),
        ("full_period", "3000.00"),
        ("none", "0.00"),
    ],
)
def test_a_last_part_to_15_february(rule: ProrationRule, expected: str) -> None:
    assert first_amount(rule, start=date(2026, 2, 1), end=date(2026, 2, 16)) == expected


@pytest.mark.parametrize(
    ("start", "strict", "fixed"),
    [
        (date(2026, 2, 27), "400.00", "400.00"),  # the 27th is 27 of 30, so 27 to 30 are 4 days
        (date(2026, 2, 28), "100.00", "300.00"),  # the last day is the 30th: 1 day; else 28 to 30: 3 days
        (date(2026, 1, 30), "100.00", "100.00"),
        (date(2026, 1, 31), "100.00", "0.00"),  # by fixed days the 31st is none
    ],
)
def test_ends_of_months_of_30_days(start: date, strict: str, fixed: str) -> None:
    assert first_amount("30_360", start=start, anchor_day=1) == strict
    assert first_amount("fixed_30", start=start, anchor_day=1) == fixed


def test_a_first_part_is_one_also_where_it_is_as_long_as_the_month_it_is_weighed_against() -> None:
    # 31 May to 29 June, before months from the 30th: a month from its start, but a first part. By days of 30 without
    # a 31st it is 29 of 30: 3,000.00 × 29/30.
    proration = Proration(first="fixed_30", full_period="from_start")
    charge = flat("3000", start=date(2026, 5, 31), anchor_day=30, proration=proration)
    assert figures(charge, date(2026, 6, 1))[0] == ("2026-05-31", "2026-06-29", "2026-05-31", "2900.00")


@pytest.mark.parametrize("rule", ["30_360", "fixed_30"])
def test_a_part_across_the_end_of_a_year_counts_no_other_days(rule: ProrationRule) -> None:
    # A quarter from 1 November: 16 to 30 December are 15 days, January has 30; 3,000 × 45/90.
    measure = Measure(
        date(2026, 12, 16).toordinal(),
        date(2027, 2, 1).toordinal(),
        date(2026, 11, 1).toordinal(),
        date(2027, 2, 1).toordinal(),
        rule,
        months=3,
    )
    assert Fraction(*measure.share(measure.first_day, measure.end)) == Fraction(1, 2)


def test_full_periods_cost_the_full_price_but_by_actual_30() -> None:
    rules: tuple[ProrationRule, ...] = ("actual_actual", "30_360", "fixed_30", "full_period", "none")
    for rule in rules:
        found = figures(flat("3000", anchor_day=31, start=date(2026, 1, 31), proration=Proration(rule)), START)
        assert {figure for *_, figure in found} == {"3000.00"}
    found = figures(flat("3000", proration=Proration("actual_30")), date(2026, 4, 1))
    # 3,000 × 31/30, 28/30, 31/30, 30/30
    assert [figure for *_, figure in found][:4] == ["3100.00", "2800.00", "3100.00", "3000.00"]


def test_first_and_last_part_by_rules_of_their_own() -> None:
    rules = Proration("actual_actual", first="full_period", last="none")
    charge = flat("3100", start=date(2026, 1, 17), end=date(2026, 3, 17), anchor_day=1, proration=rules)
    assert [figure for *_, figure in figures(charge, date(2026, 4, 1))] == ["3100.00", "3100.00", "0.00"]


def test_a_period_cut_at_both_ends_is_a_first_part() -> None:
    term = {"start": date(2026, 1, 10), "end": date(2026, 1, 20), "anchor_day": 1}
    for rules, expected in (
        (Proration(first="full_period", last="none"), "310.00"),
        (Proration(first="none", last="full_period"), "0.00"),
        (Proration(last="none"), "100.00"),  # 310 × 10/31
    ):
        assert figures(flat("310", proration=rules, **term), date(2026, 2, 1))[0][3] == expected


def test_a_part_from_a_boundary_is_a_last_part() -> None:
    charge = flat("310", end=date(2026, 1, 20), proration=Proration(first="none", last="full_period"))
    assert figures(charge, date(2026, 2, 1))[0][3] == "310.00"


@pytest.mark.parametrize(
    ("full_period", "expected"),
    [
        ("containing", "1800.00"),  # 10 to 27 February of 31 January to 27 February: 2,800 × 18/28
        ("back_from_boundary", "1625.81"),  # of 28 January to 27 February: 2,800 × 18/31 = 1,625.806...
        ("from_start", "1800.00"),  # of 10 February to 9 March: 2,800 × 18/28
    ],
)
def test_the_full_period_around_a_first_part(full_period: FullPeriodRule, expected: str) -> None:
    charge = flat("2800", start=date(2026, 2, 10), anchor_day=31, proration=Proration(full_period=full_period))
    assert figures(charge, date(2026, 2, 10))[0][3] == expected


@pytest.mark.parametrize(("full_period", "expected"), [("containing", "420.00"), ("from_start", "465.00")])
def test_from_the_start_the_plan_counts_even_if_the_bill_date_was_moved(
    full_period: FullPeriodRule, expected: str
) -> None:
    """31 January to 14 February, 15 days: of 15 January to 14 February, 31; or of 31 January to 27 February, 28."""
    charge = flat("868", start=date(2026, 1, 31), anchor_day=15, proration=Proration(full_period=full_period))
    assert figures(charge, date(2026, 1, 31))[0][3] == expected


@pytest.mark.parametrize(("rule", "expected"), [("actual_actual", "91.00"), ("fixed_30", "89.99"), ("none", "0.00")])
def test_a_part_as_long_as_what_it_is_weighed_against_is_still_a_part(rule: ProrationRule, expected: str) -> None:
    """31 March to 29 June, three months from the start: 91 days of 91, by fixed days 89 of 90; and no full one."""
    rules = Proration(rule, full_period="from_start")
    charge = flat("91", start=date(2022, 3, 31), every=Cadence("quarter"), anchor_day=30, proration=rules)
    assert figures(charge, date(2022, 3, 31))[0][3] == expected


def test_a_change_inside_a_period_is_weighed_by_the_same_rule() -> None:
    """In January from the 16th: by actual days 15/31 and 16/31, by months of 30 days 15/30 and 15/30."""
    step = PriceStep(date(2026, 1, 16), FlatPrice(Decimal(6200)))
    expectations: tuple[tuple[ProrationRule, str], ...] = (
        ("actual_actual", "4700.00"),  # 3,100 × 15/31 + 6,200 × 16/31 = 1,500 + 3,200
        ("30_360", "4650.00"),  # 3,100 × 15/30 + 6,200 × 15/30
        ("fixed_30", "4650.00"),
        ("actual_30", "4856.67"),  # 3,100 × 15/30 + 6,200 × 16/30 = 1,550 + 3,306.666...
        ("full_period", "4700.00"),
        ("none", "4700.00"),
    )
    for rule, expected in expectations:
        charge = flat("3100", timing="in_arrears", price_steps=(step,), proration=Proration(rule))
        assert figures(charge, date(2026, 2, 1))[0][3] == expected, rule


def test_a_part_that_is_billed_in_full_is_shared_by_its_own_days() -> None:
    """From 11 January in full, dearer from the 21st: 10 and 11 of 21 days, 2,100 × 10/21 + 4,200 × 11/21 = 3,200."""
    step = PriceStep(date(2026, 1, 21), FlatPrice(Decimal(4200)))
    terms = {"start": date(2026, 1, 11), "anchor_day": 1, "timing": "in_arrears", "price_steps": (step,)}
    assert figures(flat("2100", proration=Proration("full_period"), **terms), date(2026, 2, 1))[0][3] == "3200.00"


def test_the_rule_is_named() -> None:
    def last_line(rule: ProrationRule) -> str:
        charge = flat("3000", start=CUT, anchor_day=1, proration=Proration(rule))
        return charges_until(charge, CUT)[0].derivation[-1]

    assert last_line("actual_actual").endswith("of 31 days (default)")
    rules: tuple[ProrationRule, ...] = ("actual_30", "30_360", "fixed_30", "full_period", "none")
    for rule in rules:
        assert last_line(rule).endswith(f"(proration: {rule})")
    back = flat("1", start=CUT, anchor_day=1, proration=Proration(full_period="back_from_boundary"))
    assert charges_until(back, CUT)[0].derivation[-1] == (
        "full period of a first part: back_from_boundary (proration_denominator)"
    )


def test_products_name_what_the_price_is_for() -> None:
    yearly = flat("12000", start=date(2026, 1, 17), anchor_day=1, amount_per=Cadence("year"))
    part, whole, *_ = charges_until(yearly, date(2026, 2, 1))
    assert part.derivation[0] == "12,000.00 per year × 1/12 × 15/31 days (2026-01-17 to 2026-01-31) = 483.87"
    assert whole.derivation[0] == "12,000.00 per year × 1/12 (2026-02-01 to 2026-02-28) = 1,000.00"
    (four, *_) = charges_until(flat("100", every=Cadence("week", 4)), START)
    assert four.derivation == ("100.00 per 4 weeks (2026-01-01 to 2026-01-28) = 100.00",)
    (half, *_) = charges_until(flat("100", every=Cadence("semi_month"), align="calendar"), START)
    assert half.derivation == (
        "100.00 per half month (2026-01-01 to 2026-01-14) = 100.00",
        "periods of the calendar (align)",
    )
    (none, *_) = charges_until(flat("100", start=CUT, anchor_day=1, proration=Proration("none")), CUT)
    assert none.derivation[0] == "100.00 × 0 (2026-01-15 to 2026-01-31) = 0.00"
    (actual, *_) = charges_until(flat("100", proration=Proration("actual_30")), START)
    assert actual.derivation[0] == "100.00 × 31/30 days (2026-01-01 to 2026-01-31) = 103.33"


DAYS = st.integers(date(2024, 1, 1).toordinal(), date(2029, 1, 1).toordinal())


@given(
    DAYS, st.lists(st.integers(1, 30), min_size=1, max_size=6), st.sampled_from(("actual_actual", "30_360", "fixed_30"))
)
def test_shares_of_a_full_period_add_up_to_it(first: int, lengths: list[int], rule: ProrationRule) -> None:
    days = [first + sum(lengths[:count]) for count in range(len(lengths) + 1)]
    measure = Measure(days[0], days[-1], days[0], days[-1], rule, 1)
    if measure.share(days[0], days[0] + 1)[1]:
        shares = [measure.share(day, after) for day, after in pairwise(days)]
        if all(denominator for _, denominator in shares):
            assert sum((Fraction(*share) for share in shares), Fraction()) == 1
