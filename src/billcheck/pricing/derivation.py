"""How an expected amount came about, in lines a bookkeeper can check with a calculator.

Comes in: one row with its parts, the charge and the currency. Goes out: lines of text that name price, quantity, part
of the period, discount, the change that set them, rounding and each default used. Works nothing out for itself beyond
what it shows, and must not know schedules.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.money import minor_scale
from billcheck.pricing.amendments import FROM_THE_BEGINNING, exact_amount, exact_part
from billcheck.pricing.wording import exact_text, minor_text, plain_number, price_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.terms import Charge, Discount
    from billcheck.pricing.amendments import Part, Row, Terms


def derive(charge: Charge, row: Row, currency: str, amount_minor: int) -> tuple[str, ...]:
    """The derivation of one row: its sum, part by part, then what set its terms, rounding and defaults.

    Every line can be read alone; the last term after "=" of a sole part is the expected amount itself.
    """
    exact = exact_amount(row, minor_scale(currency))
    is_rounded = exact[0] != amount_minor * exact[1]
    lines = []
    if len(row.parts) == 1:
        lines.append(f"{_product(charge, row, row.parts[0], currency)} = {minor_text(amount_minor, currency)}")
    else:
        for part in row.parts:
            shown = exact_text(exact_part(part, row.full_days, minor_scale(currency)), currency)
            lines.append(f"{_product(charge, row, part, currency)} = {shown}")
        lines.append(f"sum of {len(row.parts)} parts = {minor_text(amount_minor, currency)}")
    if is_rounded:
        lines.append(f"{exact_text(exact, currency)} rounded half-up once for the charge (default)")
    lines += _reasons(row)
    lines += _conventions(row)
    return tuple(lines)


def _product(charge: Charge, row: Row, part: Part, currency: str) -> str:
    """Price × quantity × part of the period, less discounts, with the days it is for."""
    price = _price(part.terms, currency)
    if part.instead_of is not None:
        price = f"({price} − {_price(part.instead_of, currency)})"
    days = part.end - part.first_day
    if charge.every is None:
        share = " once"
    elif days == row.full_days:
        share = f" per {charge.every.unit.replace('_', ' ')}"
    else:
        share = f" × {days}/{row.full_days} days"
    reductions = "".join(f" less {plain_number(discount.percent)} %" for discount in part.discounts)
    return f"{price}{share}{reductions} ({_days(part.first_day, part.end)})"


def _price(terms: Terms, currency: str) -> str:
    return price_text(terms.price, terms.quantity, currency)


def _reasons(row: Row) -> Iterator[str]:
    """What set the terms of the row, each said once."""
    said = set()
    for part in row.parts:
        for sentence in (*_changes(part.terms), *(_discount(discount) for discount in part.discounts)):
            if sentence not in said:
                said.add(sentence)
                yield sentence


def _changes(terms: Terms) -> Iterator[str]:
    if terms.price_since != FROM_THE_BEGINNING:
        yield f"price in force since {date.fromordinal(terms.price_since)}"
    if terms.quantity_since != FROM_THE_BEGINNING:
        yield f"quantity in force since {date.fromordinal(terms.quantity_since)}"


def _discount(discount: Discount) -> str:
    percent = plain_number(discount.percent)
    since = "" if discount.start is None else f" from {discount.start}"
    until = "" if discount.end is None else f" through {date.fromordinal(discount.end.toordinal() - 1)}"
    return f"discount of {percent} %{since}{until}"


def _conventions(row: Row) -> Iterator[str]:
    """The rules that shaped the row where a contract could have said otherwise."""
    if row.is_change:
        terms = row.parts[0].terms
        billing = "on that day (immediate)" if terms.is_immediate else "with the next invoice (default: next_invoice)"
        yield f"change on {date.fromordinal(row.first_day)} inside a period already due; billed {billing}"
        return
    if row.end - row.first_day < row.full_days:
        yield f"partial period by actual days of its full period of {row.full_days} days (default)"
    if len({part.terms for part in row.parts}) > 1:
        yield "a new price or quantity counts from its day (default)"


def _days(first_day: int, end: int) -> str:
    if end - first_day == 1:
        return f"{date.fromordinal(first_day)}"
    return f"{date.fromordinal(first_day)} to {date.fromordinal(end - 1)}"
