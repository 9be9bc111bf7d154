"""How a quantity was counted, in the words of a bookkeeper: packages, tiers, included hours, and nothing used.

Comes in: a price and the quantity in force. Goes out: a readable line where the product does not show by itself which
tier or how many packages it is, naming the term and the default used. Must not know periods or charges.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.prices import ZERO, PackagePrice, TieredPrice, TimePrice
from billcheck.pricing.models import packages_of
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity


def describe_count(price: Price, quantity: Quantity | None) -> str:
    """How the quantity was counted; empty where the product says it all."""
    if isinstance(price, TimePrice) and isinstance(quantity, tuple):
        worked = sum((entry.quantity for entry in quantity), ZERO)
        return _included(price, worked) if price.included and worked else ""
    if not isinstance(quantity, Decimal):
        return ""
    if isinstance(price, PackagePrice):
        return _packages(price, quantity) if quantity else ""
    return _tier(price, quantity) if isinstance(price, TieredPrice) else ""


def _included(price: TimePrice, worked: Decimal) -> str:
    """What the fixed fee pays for."""
    included = min(price.included, worked)
    beyond = "" if price.overage is None or worked == included else ", the others at the price of overage"
    return f"{plain_number(worked)} hours, {plain_number(included)} of them included{beyond}"


def _packages(price: PackagePrice, units: Decimal) -> str:
    """How many packages were opened."""
    free, size = plain_number(price.free_units), plain_number(price.package_size)
    if units <= price.free_units:
        return f"{plain_number(units)} units, within the {free} that are free"
    beyond = units - price.free_units
    less = f" less {free} free" if price.free_units else ""
    count = packages_of(price, units)
    how = ""
    if count * price.package_size != beyond:
        how = "counts in whole (default: up)" if price.rounding == "up" else "does not count (package_rounding: down)"
        how = f"; one that is not full {how}"
    return f"{plain_number(units)} units{less} in packages of {size}: {plain_number(count)}{how}"


def _tier(price: TieredPrice, units: Decimal) -> str:
    """Which tier holds the quantity, or what is due for nothing."""
    if not units:
        if not price.tiers[0].flat_amount:
            return ""
        if price.bills_zero:
            return "no units: the flat amount of the first tier is due all the same (default: bill_zero)"
        return "no units: nothing is due (bill_zero: false)"
    if price.rule == "graduated":
        return ""
    number = next(index for index, tier in enumerate(price.tiers) if tier.up_to is None or units <= tier.up_to)
    below, bound = price.tiers[number - 1].up_to if number else None, price.tiers[number].up_to
    above = "" if below is None else f" above {plain_number(below)}"
    up_to = "" if bound is None else f" up to {plain_number(bound)}, inclusive"
    return f"{plain_number(units)} units: the tier{above}{up_to}" if above or up_to else ""
