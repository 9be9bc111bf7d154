"""Prices and numbers as a bookkeeper reads them.

Comes in: a price with its quantity, decimals, exact amounts. Goes out: text such as ``12 × 30.00`` or
``10 × 30.00 + 2 × 25.00``. Works nothing out for itself beyond what it shows, and must not know periods or charges.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.money import MINOR_DIGITS, format_minor
from billcheck.pricing.models import items_of

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.pricing.models import Item
    from billcheck.pricing.proration import Ratio

_MORE_DIGITS = 4
"""Digits shown beyond the currency's own where an amount is not exact."""


def price_text(price: Price, quantity: Quantity | None, currency: str) -> str:
    """The sum that a price comes to for a quantity; in brackets if it has several terms."""
    items = [_item(item, currency) for item in items_of(price, quantity)]
    if not items:
        return money_text(Decimal(0), currency)
    text = " + ".join(items)
    return f"({text})" if len(items) > 1 else text


def _item(item: Item, currency: str) -> str:
    price = f"{plain_number(item.unit_amount)} %" if item.is_percent else money_text(item.unit_amount, currency)
    if item.quantity is None:
        return price
    if item.is_percent:
        return f"{price} of {money_text(item.quantity, currency)}"
    label = f" {item.label}" if item.label else ""
    return f"{plain_number(item.quantity)}{label} × {price}"


def plain_number(value: Decimal) -> str:
    """A number without grouping and without trailing zeros after the point: ``12``, ``2.5``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(value: Decimal, currency: str) -> str:
    """A price as written, grouped, with at least the digits of its currency: ``2,400.00``, ``0.0006``."""
    text = f"{value:,f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(MINOR_DIGITS[currency], "0")
    return f"{whole}.{decimals}" if decimals else whole


def minor_text(minor: int, currency: str) -> str:
    """An amount of minor units, grouped."""
    return format_minor(minor, currency, grouped=True)


def exact_text(amount: Ratio, currency: str) -> str:
    """An exact amount of minor units: in full where the currency's digits suffice, else cut off with an ellipsis."""
    numerator, denominator = amount
    if numerator % denominator == 0:
        return minor_text(numerator // denominator, currency)
    sign = "-" if numerator < 0 else ""
    cut, rest = divmod(abs(numerator) * 10**_MORE_DIGITS, denominator)
    shown = Decimal(cut).scaleb(-MINOR_DIGITS[currency] - _MORE_DIGITS)
    return f"{sign}{shown:,f}…" if rest else f"{sign}{money_text(shown, currency)}"
