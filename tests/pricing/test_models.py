"""What one full period costs, by the kind of its price; the arithmetic stands beside each figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Price,
    Quantity,
    Rate,
    RoleHours,
    Tier,
    TieredPrice,
    TierRule,
    TimePrice,
    UnitPrice,
    unit_amounts,
    with_amounts,
)
from billcheck.errors import UsageError
from billcheck.pricing.models import Item, full_price, items_of, packages_of, quantity_of, require
from tests.pricing.samples import flat, one_off, per_unit

DECIMALS = st.decimals(0, 10**9, places=4)
D = Decimal

# 30.00 for each of the first ten and 50.00 for having any; 25.00 for each above, and 20.00 for having some.
TIERS = (Tier(D(10), D(30), D(50)), Tier(None, D(25), D(20)))
STEPS = (Tier(D(10), flat_amount=D(100)), Tier(D(50), flat_amount=D(180)), Tier(None, flat_amount=D(400)))
CARD = (Rate("senior", D(140)), Rate("junior", D(95)))


def hours(**of_roles: str) -> Quantity:
    return tuple(RoleHours(role, D(quantity)) for role, quantity in of_roles.items())


def cost(price: Price, quantity: Quantity | str | None) -> Fraction:
    return Fraction(*full_price(price, D(quantity) if isinstance(quantity, str) else quantity, 1))


def test_only_what_is_counted_has_a_quantity() -> None:
    assert quantity_of(flat("3")) is None
    assert quantity_of(per_unit("3", "4")) == D(4)
    assert quantity_of(one_off("5", date(2026, 1, 1))) is None


@given(DECIMALS, st.one_of(st.none(), DECIMALS), st.sampled_from((1, 100, 1000)))
def test_a_full_price_is_exact(price: Decimal, quantity: Decimal | None, scale: int) -> None:
    units = Fraction(1) if quantity is None else Fraction(quantity)
    kind = FlatPrice(price) if quantity is None else UnitPrice(price)
    assert Fraction(*full_price(kind, quantity, scale)) == Fraction(price) * units * scale


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", 50),  # nothing used, and still in the first tier
        ("1", 30 + 50),
        ("10", 10 * 30 + 50),  # the bound is in its tier
        ("10.5", 10 * 30 + 50 + Fraction(1, 2) * 25 + 20),  # half a unit enters the second
        ("12", 10 * 30 + 50 + 2 * 25 + 20),
    ],
)
def test_graduated(quantity: str, expected: Fraction) -> None:
    assert cost(TieredPrice("graduated", TIERS), quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", 50),
        ("10", 10 * 30 + 50),
        ("10.5", Fraction(21, 2) * 25 + 20),  # all units at the price of the tier that holds them
        ("12", 12 * 25 + 20),
    ],
)
def test_volume(quantity: str, expected: Fraction) -> None:
    assert cost(TieredPrice("volume", TIERS), quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"), [("0", 100), ("10", 100), ("10.01", 180), ("50", 180), ("51", 400), ("9999", 400)]
)
def test_stairstep(quantity: str, expected: int) -> None:
    assert cost(TieredPrice("stairstep", STEPS), quantity) == expected


@pytest.mark.parametrize("rule", ["graduated", "volume", "stairstep"])
def test_zero_is_free_where_a_contract_says_so(rule: TierRule) -> None:
    price = TieredPrice(rule, TIERS, bills_zero=False)
    assert cost(price, "0") == 0
    assert cost(price, "0.1") >= 50


@pytest.mark.parametrize(
    ("quantity", "up", "down"),
    [
        ("0", 0, 0),
        ("50", 0, 0),  # the free units
        ("51", 1, 0),
        ("150", 1, 1),
        ("150.5", 2, 1),
        ("230", 2, 1),
        ("250", 2, 2),
    ],
)
def test_package(quantity: str, up: int, down: int) -> None:
    """Packages of 100 at 9.00 beyond 50 free units."""
    price = PackagePrice(D(9), D(100), D(50))
    assert cost(price, quantity) == 9 * up
    assert cost(replace(price, rounding="down"), quantity) == 9 * down
    assert packages_of(price, D(quantity)) == up


def test_a_package_of_part_of_a_unit() -> None:
    assert packages_of(PackagePrice(D(1), D("0.3")), D("1")) == 4  # 3 × 0.3 = 0.9 < 1 <= 4 × 0.3
    assert packages_of(PackagePrice(D(1), D("0.3"), D("0.1")), D("1")) == 3  # 0.9 is exactly three


def test_percentage() -> None:
    whole = PercentagePrice((PercentTier(D("2.5")),))
    assert cost(whole, "15000") == 375  # 15,000 × 2.5 %
    tiers = PercentagePrice((PercentTier(D(2), D(10000)), PercentTier(D(1), D(20000)), PercentTier(D("0.5"))))
    assert cost(tiers, "0") == 0
    assert cost(tiers, "10000") == 200
    assert cost(tiers, "15000") == 200 + 50  # 10,000 × 2 % + 5,000 × 1 %
    assert cost(tiers, "26000") == 200 + 100 + 30  # and 6,000 × 0.5 %


def test_time() -> None:
    card = TimePrice(CARD)
    assert cost(card, ()) == 0
    assert cost(card, hours(senior="12.5")) == 1750  # 12.5 × 140
    assert cost(card, hours(junior="2", senior="1")) == 330  # 140 + 2 × 95, in whatever order they are given


def test_included_hours_are_used_up_in_the_order_of_the_card() -> None:
    retainer = TimePrice(CARD, amount=D(1000), included=D(10))
    assert cost(retainer, ()) == 1000
    assert cost(retainer, hours(senior="10")) == 1000
    assert cost(retainer, hours(senior="12")) == 1280  # 1,000 + 2 × 140
    assert cost(retainer, hours(senior="8", junior="5")) == 1285  # 8 + 2 are paid for; 1,000 + 3 × 95
    dearer = replace(retainer, overage=D(160))
    assert cost(dearer, hours(senior="11", junior="1")) == 1320  # 1,000 + 1 × 160 + 1 × 160


@pytest.mark.parametrize(
    ("price", "quantity"),
    [
        (UnitPrice(D(1)), None),
        (TieredPrice("volume", TIERS), hours(senior="1")),
        (TimePrice(CARD), None),
        (TimePrice(CARD), D(3)),
        (TimePrice(CARD), hours(partner="1")),
        (TimePrice(CARD), (RoleHours("senior", D(1)), RoleHours("senior", D(2)))),
    ],
)
def test_a_quantity_that_does_not_fit_is_refused(price: Price, quantity: Quantity | None) -> None:
    with pytest.raises(UsageError, match="The quantity does not fit the price"):
        full_price(price, quantity, 1)


@pytest.mark.parametrize(
    "bounds",
    [(), (D(10),), (None, None), (D(0), None), (D(10), D(10), None), (D(10), D(5), None), (None, D(10), None)],
)
def test_tiers_leave_no_quantity_out(bounds: tuple[Decimal | None, ...]) -> None:
    with pytest.raises(ValueError, match="only the last has no end"):
        TieredPrice("graduated", tuple(Tier(bound) for bound in bounds))
    with pytest.raises(ValueError, match="only the last has no end"):
        PercentagePrice(tuple(PercentTier(D(1), bound) for bound in bounds))


def test_every_amount_of_a_price_can_be_changed_at_once() -> None:
    def double(amount: Decimal) -> Decimal:
        return 2 * amount

    assert with_amounts(FlatPrice(D(3)), double) == FlatPrice(D(6))
    assert with_amounts(UnitPrice(D(3)), double) == UnitPrice(D(6))
    assert with_amounts(TieredPrice("volume", TIERS), double) == TieredPrice(
        "volume", (Tier(D(10), D(60), D(100)), Tier(None, D(50), D(40)))
    )
    assert with_amounts(PackagePrice(D(9), D(100)), double) == PackagePrice(D(18), D(100))
    percentage = PercentagePrice((PercentTier(D(2)),))
    assert with_amounts(percentage, double) is percentage
    doubled = TimePrice((Rate("senior", D(280)), Rate("junior", D(190))), D(2000), D(10), D(320))
    assert with_amounts(TimePrice(CARD, D(1000), D(10), D(160)), double) == doubled
    assert with_amounts(TimePrice(CARD), double).overage is None  # type: ignore[union-attr]


def test_what_a_quantity_is_multiplied_by_is_known() -> None:
    assert unit_amounts(FlatPrice(D(3))) == ()
    assert unit_amounts(UnitPrice(D(3))) == (D(3),)
    assert unit_amounts(TieredPrice("volume", TIERS)) == (D(30), D(25))
    assert unit_amounts(TimePrice(CARD, overage=D(160))) == (D(140), D(95), D(160))
    assert unit_amounts(TimePrice(CARD)) == (D(140), D(95))


def test_what_is_required_is_named() -> None:
    charge = replace(flat("3"), name="Support")
    assert require(0, charge, "quantity") == 0
    with pytest.raises(UsageError, match='charge "Support" quantity: A charge lacks a term that its model needs'):
        require(None, charge, "quantity")


@pytest.mark.parametrize(
    ("price", "quantity", "items"),
    [
        (FlatPrice(D(3)), None, [Item(None, D(3))]),
        (UnitPrice(D(30)), D(12), [Item(D(12), D(30))]),
        (PackagePrice(D(8), D(100), D(500)), D(601), [Item(D(2), D(8))]),
        (TieredPrice("graduated", TIERS), D(0), [Item(None, D(50))]),
        (TieredPrice("graduated", TIERS), D(10), [Item(D(10), D(30)), Item(None, D(50))]),
        (TieredPrice("graduated", STEPS), D(11), [Item(None, D(100)), Item(None, D(180))]),
        (TieredPrice("volume", TIERS), D(0), [Item(None, D(50))]),
        (TieredPrice("volume", TIERS), D(11), [Item(D(11), D(25)), Item(None, D(20))]),
        (TieredPrice("volume", STEPS), D(11), [Item(None, D(180))]),
        (TieredPrice("stairstep", TIERS), D(11), [Item(None, D(20))]),
        (PercentagePrice((PercentTier(D(2)),)), D(0), []),
        (PercentagePrice((PercentTier(D(2)),)), D(900), [Item(D(900), D(2), is_percent=True)]),
        (TimePrice(CARD), hours(senior="0", junior="2"), [Item(D(2), D(95), label="junior")]),
    ],
)
def test_a_price_is_a_sum_without_what_comes_to_nothing(
    price: Price, quantity: Quantity | None, items: list[Item]
) -> None:
    assert list(items_of(price, quantity)) == items


def test_packages_of_decimals_stay_exact() -> None:
    # 2.5 less 1 free unit are 1.5 packages of 1; 2.25 less 0.5 are 1.75, which is 3.5 packages of 0.5.
    assert packages_of(PackagePrice(D(9), D(1), D(1)), D("2.5")) == 2
    assert packages_of(PackagePrice(D(9), D(1), D(1), "down"), D("2.5")) == 1
    assert packages_of(PackagePrice(D(9), D("0.5"), D("0.5")), D("2.25")) == 4
    assert packages_of(PackagePrice(D(9), D("0.5"), D("0.5"), "down"), D("2.25")) == 3


@pytest.mark.parametrize(
    ("price", "quantity", "found"),
    [
        (UnitPrice(D(3)), None, None),
        (UnitPrice(D(3)), (RoleHours("senior", D(1)),), "hours by role"),
        (TimePrice(CARD), None, None),
        (TimePrice(CARD), D(7), "7"),
        (TimePrice(CARD), (RoleHours("senior", D(1)), RoleHours("cook", D(2))), "senior, cook"),
    ],
)
def test_a_refusal_says_what_was_given(price: Price, quantity: Quantity | None, found: str | None) -> None:
    with pytest.raises(UsageError) as refused:
        full_price(price, quantity, 100)
    assert [(each.where, each.value) for each in refused.value.problems] == [("quantity", found)]
