"""What one full period of a charge costs, by its model: flat, per_unit or one_off.

Comes in: a charge, or the terms of it that are in force. Goes out: which term is its price, and the exact price of a
full period in minor units. Must not know periods, dates or discounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.contracts.terms import Amendment, Charge, PriceStep
    from billcheck.pricing.proration import Ratio

Term = TypeVar("Term")


class IncompleteTermsProblem(Problem):
    """A charge lacks a term that its model needs."""

    remedy = "Give the charge this term."


def require(value: Term | None, charge: Charge, term: str) -> Term:
    """The value itself.

    Raises:
        UsageError: It is None: a charge made by hand is incomplete; charges from files never are.
    """
    if value is None:
        raise UsageError([IncompleteTermsProblem(f'charge "{charge.name}" {term}')])
    return value


def price_of(charge: Charge) -> Decimal:
    """The price at the beginning: `unit_amount` of a per_unit charge, else `amount`."""
    if charge.model == "per_unit":
        return require(charge.unit_amount, charge, "unit_amount")
    return require(charge.amount, charge, "amount")


def quantity_of(charge: Charge) -> Decimal | None:
    """The quantity at the beginning; None for models that have none."""
    return require(charge.quantity, charge, "quantity") if charge.model == "per_unit" else None


def new_price_of(charge: Charge, change: PriceStep | Amendment) -> Decimal | None:
    """The price that a change sets for this charge's model; None where it sets none."""
    return change.unit_amount if charge.model == "per_unit" else change.amount


def full_price(price: Decimal, quantity: Decimal | None, scale: int) -> Ratio:
    """Price × quantity for one full period, in minor units; `scale` is the minor units of one unit of currency."""
    numerator, denominator = price.as_integer_ratio()
    if quantity is None:
        return numerator * scale, denominator
    units, unit_denominator = quantity.as_integer_ratio()
    return numerator * units * scale, denominator * unit_denominator
