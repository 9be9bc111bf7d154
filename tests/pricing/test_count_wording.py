"""How a quantity was counted, in words: what the product alone does not say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

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
    UnitPrice,
)
from billcheck.contracts.terms import Charge
from billcheck.period import Cadence
from billcheck.pricing.count_wording import describe_count
from tests.pricing.samples import charges_until

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity, TierRule

HUNDRED = Decimal(100)


def package(free: str = "0", rounding: str = "up") -> PackagePrice:
    return PackagePrice(Decimal(8), HUNDRED, Decimal(free), "up" if rounding == "up" else "down")


def tiers(rule: TierRule, *, flat: str = "5", bills_zero: bool = True) -> TieredPrice:
    steps = (
        Tier(Decimal(10), Decimal(2), Decimal(flat)),
        Tier(Decimal(20), Decimal(1), Decimal(7)),
        Tier(None, Decimal(1), Decimal(9)),
    )
    return TieredPrice(rule, steps, bills_zero=bills_zero)


def card(included: str, overage: str | None = None) -> TimePrice:
    rates = (Rate("senior", Decimal(140)), Rate("junior", Decimal(95)))
    return TimePrice(rates, Decimal(500), Decimal(included), None if overage is None else Decimal(overage))


def hours(senior: str, junior: str) -> Quantity:
    return RoleHours("senior", Decimal(senior)), RoleHours("junior", Decimal(junior))


@pytest.mark.parametrize(
    ("price", "quantity", "words"),
    [
        (package(), "200", "200 units in packages of 100: 2"),
        (package(), "201", "201 units in packages of 100: 3; one that is not full counts in whole (default: up)"),
        (
            package("50"),
            "251",
            "251 units less 50 free in packages of 100: 3; one that is not full counts in whole (default: up)",
        ),
        (
            package("50", "down"),
            "251",
            (
                "251 units less 50 free in packages of 100: 2; one that is not full does not count "
                "(package_rounding: down)"
            ),
        ),
        (package("50", "down"), "250.0", "250 units less 50 free in packages of 100: 2"),
        (package("50"), "50", "50 units, within the 50 that are free"),
        (package("50"), "0", ""),
        (tiers("volume"), "10", "10 units: the tier up to 10, inclusive"),
        (tiers("volume"), "10.5", "10.5 units: the tier above 10 up to 20, inclusive"),
        (tiers("stairstep"), "20", "20 units: the tier above 10 up to 20, inclusive"),
        (tiers("stairstep"), "21", "21 units: the tier above 20"),
        (tiers("graduated"), "21", ""),
        (TieredPrice("volume", (Tier(None, Decimal(2)),)), "3", ""),
        (UnitPrice(Decimal(2)), "3", ""),
        (PercentagePrice((PercentTier(Decimal(2)),)), "3", ""),
    ],
)
def test_units(price: Price, quantity: str, words: str) -> None:
    assert describe_count(price, Decimal(quantity)) == words


@pytest.mark.parametrize("rule", ["graduated", "volume", "stairstep"])
def test_no_units(rule: TierRule) -> None:
    due = "no units: the flat amount of the first tier is due all the same (default: bill_zero)"
    assert describe_count(tiers(rule), Decimal(0)) == due
    assert describe_count(tiers(rule, bills_zero=False), Decimal(0)) == "no units: nothing is due (bill_zero: false)"
    assert describe_count(tiers(rule, flat="0"), Decimal(0)) == ""


@pytest.mark.parametrize(
    ("price", "quantity", "words"),
    [
        (card("0"), hours("3", "2"), ""),
        (card("5"), hours("3.5", "4"), "7.5 hours, 5 of them included"),
        (card("5", "160"), hours("3.5", "4"), "7.5 hours, 5 of them included, the others at the price of overage"),
        (card("5", "160"), hours("1", "4"), "5 hours, 5 of them included"),
        (card("5", "160"), hours("1", "2"), "3 hours, 3 of them included"),
        (card("5"), (), ""),
        (card("5"), None, ""),
        (FlatPrice(Decimal(5)), None, ""),
    ],
)
def test_hours(price: Price, quantity: Quantity | None, words: str) -> None:
    assert describe_count(price, quantity) == words


def test_it_stands_in_the_derivation() -> None:
    charge = Charge(
        name="Calls",
        model="package",
        start=date(2026, 1, 1),
        price=package("50"),
        quantity=Decimal(251),
        every=Cadence("month"),
        timing="in_advance",
    )
    (january, *_) = charges_until(charge, date(2026, 1, 1))
    assert january.derivation[:2] == (
        "3 × 8.00 per month (2026-01-01 to 2026-01-31) = 24.00",
        "251 units less 50 free in packages of 100: 3; one that is not full counts in whole (default: up)",
    )
