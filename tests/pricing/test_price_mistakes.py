"""Mistakes that prices and parts of periods invite; what was billed by them is worked out beside each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Rate,
    RoleHours,
    Tier,
    TieredPrice,
    TimePrice,
)
from billcheck.contracts.terms import Charge, PriceStep, Proration
from billcheck.period import Cadence
from billcheck.pricing.mistakes import plausible_mistakes
from tests.pricing.random_charges import contract_of
from tests.pricing.samples import OF_NEARLY_ANY_CHARGE, figures, flat, one_off

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.pricing.mistake import Mistake

D = Decimal
TIERS = (Tier(D(10), D(30), D(50)), Tier(None, D(25), D(20)))
CARD = (Rate("senior", D(140)), Rate("junior", D(95)))


def counted(price: Price, quantity: Quantity | str, **terms: Any) -> Charge:
    units = D(quantity) if isinstance(quantity, str) else quantity
    return Charge(
        "Fee",
        "graduated",
        date(2026, 1, 1),
        price,
        quantity=units,
        every=Cadence("month"),
        timing="in_advance",
        **terms,
    )


def special(charge: Charge) -> list[Mistake]:
    """The mistakes without those that nearly any charge invites."""
    found = plausible_mistakes(contract_of(charge), charge)
    return [mistake for mistake in found if mistake.code not in OF_NEARLY_ANY_CHARGE]


def billed(charge: Charge) -> dict[str, set[str]]:
    """What each kind of mistake would have billed for the first period, by code."""
    found: dict[str, set[str]] = {}
    for mistake in special(charge):
        found.setdefault(mistake.code, set()).add(figures(mistake.charge, date(2026, 1, 1))[0][3])
    return found


@pytest.mark.parametrize(
    ("charge", "expected"),
    [
        (
            counted(TieredPrice("graduated", TIERS), "12"),  # agreed: 300 + 50 + 50 + 20 = 420
            {
                "other_tier_rule": {"320.00"},  # 12 × 25 + 20
                "neighbouring_tier": {"410.00", "320.00"},  # 12 × 30 + 50; 12 × 25 + 20
                "tier_amount_forgotten": {"350.00"},
                "zero_not_billed": {"420.00"},
            },
        ),
        (
            counted(TieredPrice("volume", TIERS, bills_zero=False), "8"),  # agreed: 8 × 30 + 50 = 290
            {
                "other_tier_rule": {"290.00"},
                "neighbouring_tier": {"290.00", "220.00"},  # 8 × 25 + 20
                "tier_amount_forgotten": {"240.00"},
            },
        ),
        (
            counted(PackagePrice(D(9), D(100), D(50)), "230"),  # agreed: 2 packages, 18
            {"package_rounding": {"9.00"}, "free_units_forgotten": {"27.00"}},
        ),
        (
            counted(PercentagePrice((PercentTier(D(2), D(10000)), PercentTier(D(1)))), "15000"),  # agreed: 250
            {"other_percent": {"300.00", "150.00"}},
        ),
        (
            counted(TimePrice(CARD, D(1000), D(10), D(160)), (RoleHours("senior", D(12)),)),  # agreed: 1,000 + 2 × 160
            {
                "included_hours_billed": {"2920.00"},  # 1,000 + 12 × 160
                "overage_ignored": {"1280.00"},  # 1,000 + 2 × 140
            },
        ),
        (
            flat("12000", amount_per=Cadence("year")),
            {"price_for_other_time": {"12000.00"}, "other_remainder": {"1000.00"}},
        ),
    ],
)
def test_wrong_prices(charge: Charge, expected: dict[str, set[str]]) -> None:
    assert billed(charge) == expected


def test_wrong_parts() -> None:
    """From 17 January, 15 days: 3,100 × 15/31 = 1,500 agreed; by 30 days 14 (17 to 30), or 15 over 30."""
    charge = flat("3100", start=date(2026, 1, 17), anchor_day=1)
    assert billed(charge) == {
        "part_in_full": {"3100.00"},
        "part_forgotten": {"0.00"},
        "other_day_count": {"1446.67", "1550.00"},  # 3,100 × 14/30, 3,100 × 15/30
        "other_full_period": {"1500.00"},  # 31 days counted from either end as well
    }


def test_only_parts_that_there_are_can_be_wrong() -> None:
    assert billed(flat("3100")) == {}
    assert billed(flat("3100", end=date(2027, 1, 1))) == {}
    assert billed(one_off("3100", date(2026, 1, 1))) == {}
    last = special(flat("3100", end=date(2026, 2, 8)))
    assert [mistake.sentence for mistake in last] == [
        "the last part of a period was billed in full",
        "the last part of a period was not billed",
        "the last part of a period was billed by months of 30 days",
        "the last part of a period was billed by actual days over 30",
    ]


def test_what_does_not_recur_has_no_part() -> None:
    assert billed(one_off("100", date(2026, 2, 10))) == {}


def test_parts_of_weeks_know_no_months() -> None:
    charge = flat("70", start=date(2026, 1, 8), every=Cadence("week"), align="calendar")
    assert set(billed(charge)) == {"part_in_full", "part_forgotten"}


def test_a_rule_that_was_agreed_is_no_mistake() -> None:
    charge = flat("3100", start=date(2026, 1, 17), anchor_day=1, proration=Proration("30_360"))
    assert set(billed(charge)) == {"part_in_full", "part_forgotten", "other_day_count"}
    sentences = {mistake.sentence for mistake in plausible_mistakes(contract_of(charge), charge)}
    assert "the first part of a period was billed by months of 30 days" not in sentences


def test_a_mistake_in_the_price_goes_on_after_a_step() -> None:
    step = PriceStep(date(2026, 2, 1), TieredPrice("graduated", (Tier(D(5), D(40)), Tier(None, D(20)))))
    charge = counted(TieredPrice("graduated", TIERS), "12", price_steps=(step,))
    found = [each for each in plausible_mistakes(contract_of(charge), charge) if each.code == "other_tier_rule"]
    amounts = [row[3] for row in figures(found[0].charge, date(2026, 2, 1))]
    assert amounts[:2] == ["320.00", "240.00"]  # 12 × 25 + 20, then 12 × 20


def test_a_plan_of_another_kind_is_left_alone() -> None:
    step = PriceStep(date(2026, 2, 1), FlatPrice(D(99)))
    for price, quantity in (
        (TieredPrice("graduated", TIERS), "12"),
        (TieredPrice("volume", TIERS), "12"),
        (PackagePrice(D(9), D(100), D(50)), "230"),
        (PercentagePrice((PercentTier(D(2), D(10000)), PercentTier(D(1)))), "15000"),
    ):
        charge = counted(price, quantity, price_steps=(step,))
        for mistake in special(charge):
            if mistake.code != "previous_price":
                assert figures(mistake.charge, date(2026, 2, 1))[1][3] == "99.00", mistake.code
