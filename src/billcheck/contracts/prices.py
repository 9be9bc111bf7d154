"""Prices of one full period, one kind for each way of charging.

Comes in: decimals. Goes out: frozen values that a charge begins with and that a price step or an amendment replaces as
a whole. All amounts are in the contract's currency, excluding tax, and may have more decimals than it. Must not know
periods, files or how a price is worked out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

TierRule = Literal["graduated", "volume", "stairstep"]
PackageRounding = Literal["up", "down"]

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FlatPrice:
    """An amount, whatever the quantity (flat, one_off, milestone)."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """An amount for each unit (per_unit)."""

    unit_amount: Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """Quantities above the tier before, up to and including `up_to` (None: without end).

    `unit_amount` is for each unit, `flat_amount` once.
    """

    up_to: Decimal | None = None
    unit_amount: Decimal = ZERO
    flat_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class TieredPrice:
    """Prices by how large the quantity is; `tiers` ascend, and the last has no end.

    By the rule ``graduated`` each tier prices the units within it, and every tier that is entered costs its flat
    amount; by ``volume`` the tier that holds the whole quantity prices all units; by ``stairstep`` it costs its flat
    amount only.
    A quantity of zero is in the first tier, and costs its flat amount unless `bills_zero` is false.

    Raises:
        ValueError: The tiers do not ascend from above zero to one without end.
    """

    rule: TierRule
    tiers: tuple[Tier, ...]
    bills_zero: bool = True

    def __post_init__(self) -> None:
        _judge_ladder(self.tiers)


@dataclass(frozen=True, slots=True)
class PackagePrice:
    """An amount for each package of `package_size` units beyond the free ones.

    A package that is not full counts in whole, or not at all where `rounding` is ``down``.
    """

    amount: Decimal
    package_size: Decimal
    free_units: Decimal = ZERO
    rounding: PackageRounding = "up"


@dataclass(frozen=True, slots=True)
class PercentTier:
    """The percent taken of the part of an amount that is above the tier before, up to `up_to` (None: without end)."""

    percent: Decimal
    up_to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PercentagePrice:
    """A percentage of a given amount, which stands in the place of a quantity; `tiers` ascend, the last without end.

    Raises:
        ValueError: The tiers do not ascend from above zero to one without end.
    """

    tiers: tuple[PercentTier, ...]

    def __post_init__(self) -> None:
        _judge_ladder(self.tiers)


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour of one role costs."""

    role: str
    unit_amount: Decimal


@dataclass(frozen=True, slots=True)
class TimePrice:
    """A rate card (time).

    `amount` is a fixed fee for a full period that pays for the first `included` hours; roles use them up in the order
    of `rates`. Every further hour costs its role's rate, or `overage` where one is set for all roles.
    """

    rates: tuple[Rate, ...]
    amount: Decimal = ZERO
    included: Decimal = ZERO
    overage: Decimal | None = None


def _judge_ladder(tiers: tuple[Tier, ...] | tuple[PercentTier, ...]) -> None:
    """Every quantity must be in exactly one tier."""
    bounds = [tier.up_to for tier in tiers]
    last = bounds.pop() if bounds else ZERO
    if last is not None or not all(
        above is not None and above > (below or ZERO) for below, above in zip([ZERO, *bounds], bounds, strict=False)
    ):
        message = "tiers ascend from above zero, and only the last has no end"
        raise ValueError(message)


Price = FlatPrice | UnitPrice | TieredPrice | PackagePrice | PercentagePrice | TimePrice


@dataclass(frozen=True, slots=True)
class RoleHours:
    """How many hours of one role."""

    role: str
    quantity: Decimal


Quantity = Decimal | tuple[RoleHours, ...]
"""How much is priced: units, the amount that a percentage is taken of, or the hours of each role."""


def is_counted(price: Price) -> bool:
    """Whether the price needs a quantity."""
    return not isinstance(price, FlatPrice)


def with_amounts(price: Price, change: Callable[[Decimal], Decimal]) -> Price:
    """The price with every amount of money in it changed; bounds, sizes, percents and included hours stay."""
    if isinstance(price, FlatPrice):
        return FlatPrice(change(price.amount))
    if isinstance(price, UnitPrice):
        return UnitPrice(change(price.unit_amount))
    if isinstance(price, TieredPrice):
        tiers = (Tier(tier.up_to, change(tier.unit_amount), change(tier.flat_amount)) for tier in price.tiers)
        return replace(price, tiers=tuple(tiers))
    if isinstance(price, PackagePrice):
        return replace(price, amount=change(price.amount))
    if isinstance(price, TimePrice):
        return replace(
            price,
            rates=tuple(Rate(rate.role, change(rate.unit_amount)) for rate in price.rates),
            amount=change(price.amount),
            overage=None if price.overage is None else change(price.overage),
        )
    return price


def unit_amounts(price: Price) -> tuple[Decimal, ...]:
    """The amounts that a quantity is multiplied by."""
    if isinstance(price, UnitPrice):
        return (price.unit_amount,)
    if isinstance(price, TieredPrice):
        return tuple(tier.unit_amount for tier in price.tiers)
    if isinstance(price, TimePrice):
        return (*(rate.unit_amount for rate in price.rates), *(() if price.overage is None else (price.overage,)))
    return ()
