"""How an expected amount came about, in lines a bookkeeper can check with a calculator.

Comes in: one row with its parts, the charge and the currency. Goes out: lines of text that name price, quantity, part
of the period, discount, the change that set them, rounding and each default used. Works nothing out for itself beyond
what it shows, and must not know schedules.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.money import minor_scale
from billcheck.pricing.amendments import FROM_THE_BEGINNING, exact_amount, exact_part
from billcheck.pricing.wording import exact_text, minor_text, plain_number, price_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.terms import Charge, Discount
    from billcheck.period import Cadence
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
            shown = exact_text(exact_part(part, row.measure, minor_scale(currency)), currency)
            lines.append(f"{_product(charge, row, part, currency)} = {shown}")
        lines.append(f"sum of {len(row.parts)} parts = {minor_text(amount_minor, currency)}")
    if is_rounded:
        lines.append(f"{exact_text(exact, currency)} rounded half-up once for the charge (default)")
    lines += _reasons(row)
    lines += _conventions(charge, row)
    return tuple(lines)


def _product(charge: Charge, row: Row, part: Part, currency: str) -> str:
    """Price × quantity × part of the period, less discounts, with the days it is for."""
    price = _price(part.terms, currency)
    if part.instead_of is not None:
        price = f"({price} − {_price(part.instead_of, currency)})"
    reductions = "".join(f" less {plain_number(discount.percent)} %" for discount in part.discounts)
    return f"{price}{_share(charge, row, part)}{reductions} ({_days(part.first_day, part.end)})"


def _share(charge: Charge, row: Row, part: Part) -> str:
    """What the price is for, and the part of that which is charged."""
    if charge.every is None:
        return " once"
    days, of_days = row.measure.share(part.first_day, part.end)
    factor = Fraction(*row.measure.factor)
    text = ""
    if charge.amount_per is not None:
        text = f" per {_words(charge.amount_per)}" + (f" × {factor}" if factor != 1 else "")
    elif days == of_days:
        text = f" per {_words(charge.every)}"
    if days != of_days:
        text += f" × {days}/{of_days} days" if days else " × 0"
    return text


def _words(cadence: Cadence) -> str:
    return "half month" if cadence.unit == "semi_month" else str(cadence).replace("_", " ")


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


def _conventions(charge: Charge, row: Row) -> Iterator[str]:
    """The rules that shaped the row where a contract could have said otherwise."""
    if row.is_change:
        terms = row.parts[0].terms
        billing = "on that day (immediate)" if terms.is_immediate else "with the next invoice (default: next_invoice)"
        yield f"change on {date.fromordinal(row.first_day)} inside a period already due; billed {billing}"
        return
    measure = row.measure
    if measure.is_stub:
        yield _STUB_RULES[measure.rule].format(full_days=measure.full_days)
        if charge.proration.full_period != "containing":
            yield f"full period of a first part: {charge.proration.full_period} (proration_denominator)"
    elif measure.rule == "actual_30" and measure.months:
        yield "actual days over 30 days a month, also in a full period (proration: actual_30)"
    if charge.align == "calendar":
        yield "periods of the calendar (align)"
    if len({part.terms for part in row.parts}) > 1:
        yield "a new price or quantity counts from its day (default)"


_STUB_RULES = {
    "actual_actual": "partial period by actual days of its full period of {full_days} days (default)",
    "actual_30": "actual days over 30 days a month, also in a full period (proration: actual_30)",
    "30_360": "partial period by months of 30 days, the last day of a month its 30th (proration: 30_360)",
    "fixed_30": "partial period by months of 30 days counted from their first (proration: fixed_30)",
    "full_period": "a period that has begun costs a full one (proration: full_period)",
    "none": "a period that is not full costs nothing (proration: none)",
}


def _days(first_day: int, end: int) -> str:
    if end - first_day == 1:
        return f"{date.fromordinal(first_day)}"
    return f"{date.fromordinal(first_day)} to {date.fromordinal(end - 1)}"
