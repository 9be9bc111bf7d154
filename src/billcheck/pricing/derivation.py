"""How an expected amount came about, in lines a bookkeeper can check with a calculator.

Comes in: one row with its parts, the charge and the currency. Goes out: lines of text that name price, quantity, part
of the period, discount, the change that set them, bounds, rounding and each default used. Works nothing out for itself
beyond what it shows, and must not know schedules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.money import minor_scale
from billcheck.pricing.amendments import bound_for, bounded_sum, exact_amount, exact_part, measure_for, sum_of
from billcheck.pricing.changes_wording import describe_discount, describe_terms
from billcheck.pricing.expected import ExpectedCharge
from billcheck.pricing.models import items_of
from billcheck.pricing.proration import add, multiply, round_ratio
from billcheck.pricing.wording import exact_text, minor_text, money_text, plain_number, price_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from billcheck.contracts.terms import Charge, Discount
    from billcheck.period import Cadence
    from billcheck.pricing.amendments import Bounds, Part, Row
    from billcheck.pricing.models import Item
    from billcheck.pricing.proration import Ratio
    from billcheck.pricing.timeline import Terms


@dataclass(frozen=True, slots=True)
class DerivedPart:
    """Some days of an expected charge in figures: the sum of `items` × `share`, after `discounts`, is `amount`.

    Both days are inclusive. `items` are what a full period costs, none while a charge is paused; `instead_of` is what
    the row of a change takes off again. `share` is what part of the time that the price is for these days are.
    `amount` is exact, in units of the currency, excluding tax; where a period has a minimum or maximum, before that.
    """

    first_day: date
    last_day: date
    items: tuple[Item, ...]
    instead_of: tuple[Item, ...]
    share: Fraction
    discounts: tuple[Discount, ...]
    amount: Fraction


def derive_parts(row: Row, currency: str) -> tuple[DerivedPart, ...]:
    """The parts of one row in figures, in the order of their days."""
    scale, measure = minor_scale(currency), row.measure
    return tuple(
        DerivedPart(
            first_day=date.fromordinal(part.first_day),
            last_day=date.fromordinal(part.end - 1),
            items=_items(part.terms),
            instead_of=() if part.instead_of is None else _items(part.instead_of),
            share=Fraction(*multiply(measure.factor, measure_for(part, measure).price_share(part.first_day, part.end))),
            discounts=part.discounts,
            amount=Fraction(*exact_part(part, measure, scale)) / scale,
        )
        for part in row.parts
    )


def _items(terms: Terms) -> tuple[Item, ...]:
    return tuple(items_of(terms.price, terms.quantity)) if terms.is_running else ()


def derive(charge: Charge, row: Row, currency: str, amount_minor: int, before: Ratio | None = None) -> tuple[str, ...]:
    """The derivation of one row: its sum, part by part, then what set its terms, rounding and defaults.

    Every line can be read alone; the last term after "=" of a sole part is the expected amount itself, or the exact one
    where the sum with all periods `before` is rounded.
    """
    exact = exact_amount(row, minor_scale(currency))
    is_rounded = exact[0] != amount_minor * exact[1]
    shown = minor_text(amount_minor, currency) if before is None else exact_text(exact, currency)
    lines: list[str] = []
    if row.bounds is not None:
        lines += _bounded_lines(charge, row, row.bounds, currency)
    elif len(row.parts) == 1:
        lines.append(f"{_product(charge, row, row.parts[0], currency)} = {shown}")
    else:
        for part in row.parts:
            exact_share = exact_text(exact_part(part, row.measure, minor_scale(currency)), currency)
            lines.append(f"{_product(charge, row, part, currency)} = {exact_share}")
        lines.append(f"sum of {len(row.parts)} parts = {shown}")
    if before is not None:
        lines.append(_cumulated(add(exact, before), before, currency))
    elif is_rounded:
        lines.append(f"{exact_text(exact, currency)} rounded half-up once for the charge (default)")
    lines += _reasons(row, currency)
    lines += _conventions(charge, row)
    return tuple(lines)


def is_whole(row: Row) -> bool:
    """Whether a row is a whole period of one price, which every such period of the charge costs, whatever its days."""
    measure = row.measure
    if len(row.parts) > 1 or row.bounds is not None or row.is_change or measure.is_stub or measure.rule == "actual_30":
        return False
    part = row.parts[0]
    return (part.first_day, part.end) == (measure.first_day, measure.end)


def on_other_days(like: ExpectedCharge, first: int, end: int, due: int, tax_percent: Decimal | None) -> ExpectedCharge:
    """The expected charge of a whole period, told like that of another with the same terms, discounts and amount.

    Its days are ordinals, `end` exclusive.
    """
    first_day, last_day = date.fromordinal(first), date.fromordinal(end - 1)
    product, *reasons = like.derivation
    old_days, days = _stretch(like.first_day, like.last_day), _stretch(first_day, last_day)
    (part,) = like.parts
    return ExpectedCharge(
        like.contract,
        like.charge,
        first_day,
        last_day,
        date.fromordinal(due),
        like.currency,
        like.quantity,
        like.amount_minor,
        tax_percent,
        like.is_change,
        (product.replace(f"({old_days})", f"({days})"), *reasons),
        (DerivedPart(first_day, last_day, part.items, (), part.share, part.discounts, part.amount),),
    )


def _cumulated(after: Ratio, before: Ratio, currency: str) -> str:
    """What a row adds to the rounded sum of those before it."""
    up_to, until = round_ratio(*after), round_ratio(*before)
    sums = f"{exact_text(after, currency)} up to this period rounded half-up, less {minor_text(until, currency)}"
    return f"{sums} before it = {minor_text(up_to - until, currency)} (rounding: cumulative)"


def _bounded_lines(charge: Charge, row: Row, bounds: Bounds, currency: str) -> Iterator[str]:
    """The parts, their sum, and what the minimum or maximum of the period makes of it."""
    scale, measure = minor_scale(currency), row.measure
    for part in row.parts:
        yield f"{_product(charge, row, part, currency)} = {_part_text(part, row, currency)}"
    total, after = sum_of(bounds.after, measure, scale), bounded_sum(bounds, bounds.after, measure, scale)
    is_whole = not measure.is_stub and all(part.is_billable for part in bounds.after)
    for name, bound in (("minimum", bounds.minimum), ("maximum", bounds.maximum)):
        if bound is not None:
            shown = exact_text(bound_for(bound, bounds.after, measure, scale), currency)
            yield f"{name} of {money_text(bound, currency)}" + ("" if is_whole else f" for its days = {shown}")
    if row.is_change:
        before = exact_text(bounded_sum(bounds, bounds.before, measure, scale), currency)
        shown = exact_text(exact_amount(row, scale), currency)
        yield f"the period comes to {exact_text(after, currency)}, before to {before}: {shown}"
    else:
        yield _held(Fraction(*total), Fraction(*after), bounds, currency, "" if is_whole else " for its days")


def _held(total: Fraction, after: Fraction, bounds: Bounds, currency: str, days: str) -> str:
    """What became of a sum by the bounds of its period."""
    shown, held = (exact_text(each.as_integer_ratio(), currency) for each in (total, after))
    if after != total:
        return f"{shown}, {'raised to the minimum' if after > total else 'cut to the maximum'}{days} of {held}"
    if bounds.minimum is not None and bounds.maximum is not None:
        return f"{shown} lies between minimum and maximum"
    return f"{shown} is not below the minimum" if bounds.maximum is None else f"{shown} is not above the maximum"


def _part_text(part: Part, row: Row, currency: str) -> str:
    return exact_text(exact_part(part, row.measure, minor_scale(currency)), currency)


def _product(charge: Charge, row: Row, part: Part, currency: str) -> str:
    """Price × quantity × part of the period, less discounts, with the days it is for."""
    days = _days(part.first_day, part.end)
    if _has_amounts_off(part.discounts):
        price = _reduced(part.terms, part, row, currency)
        if part.instead_of is not None:
            price = f"({price} − {_reduced(part.instead_of, part, row, currency)})"
        return f"{price}{_share(charge, row, part, is_for_period=True)} ({days})"
    price = _price(part.terms, currency)
    if part.instead_of is not None:
        price = f"({price} − {_price(part.instead_of, currency)})"
    return f"{price}{_share(charge, row, part)}{_percents(part.discounts)} ({days})"


def _reduced(terms: Terms, part: Part, row: Row, currency: str) -> str:
    """The price of a full period less percentages and then amounts, in brackets."""
    factor = Fraction(*row.measure.factor)
    brought = "" if factor == 1 else f" × {factor}"
    own = factor * Fraction(*measure_for(part, row.measure).amount_off(part.first_day, part.end))
    days = "" if own == 1 else f" × {own}"
    amounts = "".join(
        f" less {money_text(each.amount, currency)}{days}" for each in part.discounts if each.amount is not None
    )
    return f"({_price(terms, currency)}{brought}{_percents(part.discounts)}{amounts}, at least 0)"


def _percents(discounts: tuple[Discount, ...]) -> str:
    return "".join(f" less {plain_number(each.percent)} %" for each in discounts if each.percent is not None)


def _share(charge: Charge, row: Row, part: Part, *, is_for_period: bool = False) -> str:
    """What the price is for, and the part of that which is charged; `is_for_period` says that it is for a period."""
    if charge.every is None:
        return " once"
    days, of_days = measure_for(part, row.measure).price_share(part.first_day, part.end)
    factor = Fraction(*row.measure.factor)
    text = ""
    if charge.amount_per is not None and not is_for_period:
        text = f" per {_words(charge.amount_per)}" + (f" × {factor}" if factor != 1 else "")
    elif days == of_days:
        text = f" per {_words(charge.every)}"
    if days != of_days:
        text += f" × {days}/{of_days} days" if days else " × 0"
    return text


def _words(cadence: Cadence) -> str:
    return "half month" if cadence.unit == "semi_month" else str(cadence).replace("_", " ")


def _price(terms: Terms, currency: str) -> str:
    if not terms.is_running:
        return minor_text(0, currency)
    return price_text(terms.price, terms.quantity, currency)


def _reasons(row: Row, currency: str) -> Iterator[str]:
    """What set the terms of the row, each said once."""
    said = set()
    for part in row.parts:
        discounts = (describe_discount(discount, currency) for discount in part.discounts)
        for sentence in (*describe_terms(part.terms, currency), *discounts):
            if sentence not in said:
                said.add(sentence)
                yield sentence


def _conventions(charge: Charge, row: Row) -> Iterator[str]:
    """The rules that shaped the row where a contract could have said otherwise."""
    if row.change is not None:
        at_once = "on that day (immediate)"
        billing = at_once if row.change.is_immediate else "with the next invoice (default: next_invoice)"
        agreed = ""
        if row.change.known_day > row.change.first_day:
            agreed = f", agreed on {date.fromordinal(row.change.known_day)},"
        first_day = date.fromordinal(row.change.first_day)
        yield f"change on {first_day}{agreed} inside a period already due; billed {billing}"
        return
    if charge.model == "milestone":
        yield "due on its acceptance"
    measure = row.measure
    is_price_whole = all(measure_for(part, measure).is_price_whole for part in row.parts)
    has_days = not is_price_whole or row.bounds or any(_has_amounts_off(part.discounts) for part in row.parts)
    if measure.is_stub and has_days:
        of_bounds = "minimum, maximum and amounts off: " if is_price_whole else ""
        yield of_bounds + _STUB_RULES[measure.rule].format(full_days=measure.full_days)
        if charge.proration.full_period != "containing":
            yield f"full period of a first part: {charge.proration.full_period} (proration_denominator)"
    elif measure.rule == "actual_30" and measure.months and has_days:
        yield "actual days over 30 days a month, also in a full period (proration: actual_30)"
    if charge.align == "calendar":
        yield "periods of the calendar (align)"
    if len({part.terms for part in row.parts}) > 1:
        yield "a new price or quantity counts from its day (default)"


def _has_amounts_off(discounts: tuple[Discount, ...]) -> bool:
    return any(discount.amount is not None for discount in discounts)


_STUB_RULES = {
    "actual_actual": "partial period by actual days of its full period of {full_days} days (default)",
    "actual_30": "actual days over 30 days a month, also in a full period (proration: actual_30)",
    "30_360": "partial period by months of 30 days, the last day of a month its 30th (proration: 30_360)",
    "fixed_30": "partial period by months of 30 days counted from their first (proration: fixed_30)",
    "full_period": "a period that has begun costs a full one (proration: full_period)",
    "none": "a period that is not full costs nothing (proration: none)",
}


def _days(first_day: int, end: int) -> str:
    return _stretch(date.fromordinal(first_day), date.fromordinal(end - 1))


def _stretch(first_day: date, last_day: date) -> str:
    return first_day.isoformat() if first_day == last_day else f"{first_day.isoformat()} to {last_day.isoformat()}"
