"""What changed a price, in the words of a bookkeeper: steps, uplifts, pauses and discounts.

Comes in: terms in force and discounts. Goes out: one readable line for each thing that set them, naming the term and
the default used. Works nothing out for itself beyond what it shows, and must not know periods.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.pricing.count_wording import describe_count
from billcheck.pricing.timeline import FROM_THE_BEGINNING
from billcheck.pricing.wording import money_text, plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Discount
    from billcheck.contracts.uplifts import IndexClause
    from billcheck.pricing.escalation import IndexChange, Uplift
    from billcheck.pricing.timeline import Terms

_PERCENT_DIGITS = 4


def describe_terms(terms: Terms, currency: str) -> Iterator[str]:
    """What set price and quantity, and whether they are suspended."""
    if not terms.is_running:
        yield f"nothing due since {date.fromordinal(terms.stopped_since)} (paused or cancelled)"
        return
    if count := describe_count(terms.price, terms.quantity):
        yield count
    if terms.price_since != FROM_THE_BEGINNING:
        yield f"price in force since {date.fromordinal(terms.price_since)}"
    if terms.uplift is not None:
        yield from _describe_uplift(terms.uplift, terms.price_before, terms.price, currency)
    if terms.quantity_since != FROM_THE_BEGINNING:
        yield f"quantity in force since {date.fromordinal(terms.quantity_since)}"


def describe_discount(discount: Discount, currency: str) -> str:
    """What a discount takes off, and when."""
    if discount.is_free:
        return f"free periods: the first {discount.periods}"
    value = f"{plain_number(discount.percent)} %" if discount.percent is not None else ""
    if discount.amount is not None:
        value = f"{money_text(discount.amount, currency)} for each full period"
    since = "" if discount.start is None else f" from {discount.start}"
    until = "" if discount.end is None else f" through {discount.end - timedelta(days=1)}"
    count = "" if discount.periods is None else f" for {discount.periods} periods"
    return f"discount of {value}{since}{until}{count}"


def _describe_uplift(uplift: Uplift, before: Price | None, after: Price, currency: str) -> Iterator[str]:
    """The last uplift: its percentage, what it was applied to, and how it was rounded."""
    escalator = uplift.escalator
    percent = "" if uplift.percent is None else f" of {percent_text(uplift.percent)} %"
    amounts = ""
    if isinstance(before, FlatPrice) and isinstance(after, FlatPrice):
        amounts = f", {money_text(before.amount, currency)} to {money_text(after.amount, currency)}"
    elif isinstance(before, UnitPrice) and isinstance(after, UnitPrice):
        amounts = f", {money_text(before.unit_amount, currency)} to {money_text(after.unit_amount, currency)}"
    rounding = "rounded once per step (default)" if escalator.rounding == "per_step" else "from the price agreed last"
    simple = "" if escalator.is_compounding else ", of the price agreed last"
    yield f"uplift{percent} on {uplift.day} ({escalator.name}){amounts}{simple}; {rounding}"
    if uplift.change is not None and escalator.index is not None:
        yield _describe_index(uplift.change, escalator.index)


def _describe_index(change: IndexChange, clause: IndexClause) -> str:
    terms = [
        f"{plain_number(clause.share)} % of it" if clause.share is not None else "",
        f"plus {plain_number(clause.plus)}" if clause.plus is not None else "",
        f"at most {plain_number(clause.cap)} %" if clause.cap is not None else "",
        f"at least {plain_number(clause.floor)} %" if clause.floor is not None else "",
    ]
    agreed = "".join(f", {term}" for term in terms if term)
    return (
        f"{clause.series}: {plain_number(change.to_value)} ({change.to_month:%Y-%m}) over "
        f"{plain_number(change.from_value)} ({change.from_month:%Y-%m}) is {percent_text(change.percent)} %{agreed}"
    )


def percent_text(percent: Fraction) -> str:
    """A percentage in full where four digits suffice, else cut off with an ellipsis."""
    cut, rest = divmod(abs(percent.numerator) * 10**_PERCENT_DIGITS, percent.denominator)
    whole, part = divmod(cut, 10**_PERCENT_DIGITS)
    digits = f"{part:0{_PERCENT_DIGITS}d}"
    text = f"{whole}.{digits}" if rest else f"{whole}.{digits}".rstrip("0").rstrip(".")
    return f"{'-' if percent < 0 else ''}{text}{'…' if rest else ''}"
