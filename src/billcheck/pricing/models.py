"""What one full period costs, by the kind of its price.

Comes in: a price and a quantity. Goes out: the exact price of a full period in minor units, as a ratio of whole
numbers, and the terms it is a sum of. Must not know periods, dates or discounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    TieredPrice,
    TimePrice,
    UnitPrice,
    is_counted,
)
from billcheck.errors import Problem, UsageError
from billcheck.pricing.proration import add

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge
    from billcheck.pricing.proration import Ratio

Term = TypeVar("Term")
_NONE = Decimal(0)


class IncompleteTermsProblem(Problem):
    """A charge lacks a term that its model needs."""

    remedy = "Give the charge this term."


class QuantityProblem(Problem):
    """The quantity does not fit the price."""

    remedy = "Give hours by role for a rate card, each role once and on the card, and a number for any other price."


@dataclass(frozen=True, slots=True)
class Item:
    """One term of the sum that a price comes to: `quantity` (None: once) times `unit_amount`, or a percent of it.

    `label` names the role of hours and is empty elsewhere.
    """

    quantity: Decimal | None
    unit_amount: Decimal
    is_percent: bool = False
    label: str = ""


def require(value: Term | None, charge: Charge, term: str) -> Term:
    """The value itself.

    Raises:
        UsageError: It is None: a charge made by hand is incomplete; charges from files never are.
    """
    if value is None:
        raise UsageError([IncompleteTermsProblem(f'charge "{charge.name}" {term}')])
    return value


def quantity_of(charge: Charge) -> Quantity | None:
    """The quantity at the beginning; None for prices that need none, and for metered charges."""
    if not is_counted(charge.price) or charge.metering is not None:
        return None
    if charge.quantity is None:
        raise UsageError([IncompleteTermsProblem(f'charge "{charge.name}" quantity')])
    return charge.quantity


def full_price(price: Price, quantity: Quantity | None, scale: int) -> Ratio:
    """What one full period costs, in minor units; `scale` is the minor units of one unit of currency.

    Raises:
        UsageError: The quantity is missing, or does not fit the price.
    """
    if isinstance(price, FlatPrice):
        numerator, denominator = price.amount.as_integer_ratio()
        return numerator * scale, denominator
    if isinstance(price, UnitPrice) and isinstance(quantity, Decimal):
        numerator, denominator = price.unit_amount.as_integer_ratio()
        units, unit_denominator = quantity.as_integer_ratio()
        return numerator * units * scale, denominator * unit_denominator
    total: Ratio = (0, 1)
    for item in items_of(price, quantity):
        total = add(total, _value_of(item, scale))
    return total


def items_of(price: Price, quantity: Quantity | None) -> Iterator[Item]:
    """The terms of the sum that a price comes to for a quantity; those that come to nothing are left out.

    Raises:
        UsageError: The quantity is missing, or does not fit the price.
    """
    if isinstance(price, FlatPrice):
        yield Item(None, price.amount)
    elif isinstance(price, TimePrice):
        yield from _hours(price, quantity)
    elif not isinstance(quantity, Decimal):
        raise UsageError([QuantityProblem("quantity", None if quantity is None else "hours by role")])
    elif isinstance(price, UnitPrice):
        yield Item(quantity, price.unit_amount)
    elif isinstance(price, TieredPrice):
        yield from _graduated(price, quantity) if price.rule == "graduated" else _whole(price, quantity)
    elif isinstance(price, PackagePrice):
        yield Item(packages_of(price, quantity), price.amount)
    else:
        yield from _percentages(price, quantity)


def packages_of(price: PackagePrice, quantity: Decimal) -> Decimal:
    """How many packages a quantity takes: whole ones, none within the free units."""
    units, unit_denominator = quantity.as_integer_ratio()
    free, free_denominator = price.free_units.as_integer_ratio()
    size, size_denominator = price.package_size.as_integer_ratio()
    beyond = max((units * free_denominator - free * unit_denominator) * size_denominator, 0)
    package = size * unit_denominator * free_denominator
    return Decimal(beyond // package if price.rounding == "down" else -(-beyond // package))


def _value_of(item: Item, scale: int) -> Ratio:
    numerator, denominator = item.unit_amount.as_integer_ratio()
    if item.quantity is None:
        return numerator * scale, denominator
    units, unit_denominator = item.quantity.as_integer_ratio()
    return numerator * units * scale, denominator * unit_denominator * (100 if item.is_percent else 1)


def _graduated(price: TieredPrice, quantity: Decimal) -> Iterator[Item]:
    """Every tier that is entered: its units at its price, and its flat amount."""
    if not quantity and not price.bills_zero:
        return
    below = _NONE
    for number, tier in enumerate(price.tiers):
        if number and quantity <= below:
            return
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        if tier.unit_amount and top > below:
            yield Item(top - below, tier.unit_amount)
        if tier.flat_amount:
            yield Item(None, tier.flat_amount)
        below = top


def _whole(price: TieredPrice, quantity: Decimal) -> Iterator[Item]:
    """The one tier that holds the whole quantity."""
    if not quantity and not price.bills_zero:
        return
    tier = next(tier for tier in price.tiers if tier.up_to is None or quantity <= tier.up_to)
    if price.rule == "volume" and tier.unit_amount and quantity:
        yield Item(quantity, tier.unit_amount)
    if tier.flat_amount:
        yield Item(None, tier.flat_amount)


def _percentages(price: PercentagePrice, amount: Decimal) -> Iterator[Item]:
    """The part of the amount within each tier, at the tier's percent."""
    below = _NONE
    for tier in price.tiers:
        top = amount if tier.up_to is None else min(amount, tier.up_to)
        if top > below:
            yield Item(top - below, tier.percent, is_percent=True)
        below = max(top, below)


def _hours(price: TimePrice, quantity: Quantity | None) -> Iterator[Item]:
    """The fixed fee, and what each role's hours cost beyond those it pays for."""
    if not isinstance(quantity, tuple):
        raise UsageError([QuantityProblem("quantity", None if quantity is None else str(quantity))])
    hours = {entry.role: entry.quantity for entry in quantity}
    strangers = set(hours) - {rate.role for rate in price.rates}
    if strangers or len(hours) < len(quantity):
        raise UsageError([QuantityProblem("quantity", ", ".join(entry.role for entry in quantity))])
    if price.amount:
        yield Item(None, price.amount)
    included = price.included
    for rate in price.rates:
        worked = hours.get(rate.role, _NONE)
        used = min(worked, included)
        included -= used
        if worked > used:
            yield Item(worked - used, rate.unit_amount if price.overage is None else price.overage, label=rate.role)
