"""What changes over time, worked out day by day, by definition: the part of the oracle that knows when terms change.

It reads the frozen terms and nothing else of ours. Every day asks for itself which changes had taken effect by then and
were known on another day, which discounts it is given, and whether anything is due at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import FlatPrice, with_amounts
from billcheck.contracts.terms import Amendment, PriceStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge, Discount
    from billcheck.contracts.uplifts import Escalator, IndexClause

DAY = timedelta(days=1)
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
FAR = date(9000, 1, 1)


class Uplift(NamedTuple):
    """One rise of the price in force, in percent."""

    escalator: Escalator
    percent: Fraction


class Change(NamedTuple):
    """One change: the day from which it counts, the day on which it was known, and whether it is billed at once."""

    effective: date
    known: date
    is_immediate: bool
    source: Uplift | PriceStep | Amendment


class State(NamedTuple):
    """What holds on a day."""

    price: Price
    quantity: Quantity | None
    is_running: bool


def changes_of(charge: Charge, firsts: Sequence[date], until: date) -> list[Change]:
    """Every change in the order of its days; on one day uplifts, then price steps, then amendments."""
    found = []
    for escalator in charge.escalators:
        day, before = charge.start, None
        while day <= until:
            if is_uplift_day(escalator, charge.start, day):
                if is_told(escalator, day):
                    percent = percent_on(escalator, day, before)
                    found.append(Change(day, day, escalator.change_billing == "immediate", Uplift(escalator, percent)))
                before = day
            day += DAY
    sources: list[PriceStep | Amendment] = [*charge.price_steps, *charge.amendments]
    for source in sources:
        agreed = source.agreed_on if isinstance(source, Amendment) else None
        on = source.on
        if isinstance(source, Amendment) and source.change == "cancel" and charge.cancel_day_billed:
            on += DAY
        found.append(Change(on, max(on, agreed or on), source.change_billing == "immediate", source))
    return sorted(moved(found, firsts), key=lambda change: change.effective)


def moved(changes: list[Change], firsts: Sequence[date]) -> Iterator[Change]:
    """The changes, with those that wait for a period moved to its first day; those that wait for ever are left out."""
    for change in changes:
        source = change.source
        applies = source.escalator.applies if isinstance(source, Uplift) else source.applies
        effective = change.effective
        if applies == "next_period":
            effective = next_first(firsts, effective)
        if effective < FAR:
            yield change._replace(effective=effective, known=max(effective, change.known))


def next_first(firsts: Sequence[date], day: date) -> date:
    """The first beginning of a period on or after a day."""
    return next((first for first in firsts if first >= day), FAR)


def is_uplift_day(escalator: Escalator, start: date, day: date) -> bool:
    """Whether an escalator rises on this day, by counting months from where it starts to count."""
    if escalator.first_on is not None:
        months = months_between(escalator.first_on, day)
        return months >= 0 and months % escalator.every_months == 0 and is_day(day, escalator.first_on.day)
    after = escalator.every_months if escalator.first_after_months is None else escalator.first_after_months
    months = months_between(start, day)
    if escalator.month_and_day is None:
        is_late_enough = months >= max(after, escalator.every_months)
        return is_late_enough and months % escalator.every_months == 0 and is_day(day, start.day)
    month, wanted = escalator.month_and_day
    return day.month == month and is_day(day, wanted) and is_reached(start, after, day)


def is_reached(start: date, months: int, day: date) -> bool:
    """Whether so many months have gone by, to the day or the last of a shorter month."""
    passed = months_between(start, day)
    return passed > months or (passed == months and (day.day >= start.day or is_day(day, start.day)))


def months_between(one: date, other: date) -> int:
    return (other.year - one.year) * 12 + other.month - one.month


def is_day(day: date, wanted: int) -> bool:
    """Whether the day has this number, or is the last of a month that has fewer days."""
    return day.day == wanted or (day.day < wanted and (day + DAY).month != day.month)


def is_told(escalator: Escalator, day: date) -> bool:
    """Whether the client was told of this uplift in time, and after the day of the uplift before."""
    if escalator.notice is None:
        return True
    since = day - DAY
    while not (months_between(since, day) >= escalator.every_months and is_day(since, day.day)):
        since -= DAY
    return any(since < told and (day - told).days >= escalator.notice.days for told in escalator.notice.given_on)


def percent_on(escalator: Escalator, day: date, before: date | None) -> Fraction:
    """By how many percent the price rises on a day; `before` is the day of the uplift ahead of it."""
    if escalator.index is None:
        assert escalator.percent is not None
        return Fraction(escalator.percent)
    clause = escalator.index
    old = value_of(clause, clause.base_month, 0) if before is None else value_of(clause, before, clause.lag_months)
    percent = 100 * (value_of(clause, day, clause.lag_months) - old) / old
    if clause.share is not None:
        percent *= Fraction(clause.share) / 100
    percent += Fraction(clause.plus or 0)
    if clause.cap is not None and percent > clause.cap:
        percent = Fraction(clause.cap)
    return Fraction(clause.floor) if clause.floor is not None and percent < clause.floor else percent


def value_of(clause: IndexClause, day: date, lag: int) -> Fraction:
    """The value of the index so many months before the month of a day."""
    (value,) = (value for month, value in clause.values if months_between(month, day) == lag)
    return Fraction(value)


def state_on(charge: Charge, changes: Sequence[Change], day: date, known: date, currency: str) -> State:
    """What holds on a day by the changes that had taken effect, and were known, on another."""
    base, quantity, is_running = charge.price, charge.quantity, True
    uplifts: list[Uplift] = []
    for change in changes:
        if change.effective > day or change.effective > known or change.known > known:
            continue
        source = change.source
        if isinstance(source, Uplift):
            uplifts.append(source)
            continue
        if source.price is not None:
            base, uplifts = source.price, []
            quantity = None if isinstance(base, FlatPrice) else quantity
        if isinstance(source, Amendment):
            if source.quantity is not None and not isinstance(base, FlatPrice):
                quantity = source.quantity
            if source.added is not None and isinstance(quantity, Decimal):
                quantity = max(quantity + source.added, Decimal(0))
            is_running = (is_running or source.change == "resume") and source.change not in {"pause", "cancel"}
    return State(raised_price(base, tuple(uplifts), DIGITS[currency]), quantity, is_running)


@lru_cache(maxsize=4096)
def raised_price(price: Price, uplifts: tuple[Uplift, ...], digits: int) -> Price:
    """A price with all of its amounts raised."""
    return with_amounts(price, lambda amount: raised(amount, uplifts, digits)) if uplifts else price


def raised(amount: Decimal, uplifts: Sequence[Uplift], digits: int) -> Decimal:
    """An amount after uplifts, each rounded if its escalator says so, and the last in any case."""
    own_digits = len(f"{amount:f}".partition(".")[2].rstrip("0"))
    value, places = Fraction(amount), digits
    for escalator, percent in uplifts:
        places = max(digits, own_digits) if escalator.decimals is None else escalator.decimals
        of = value if escalator.is_compounding else Fraction(amount)
        value = value + of * percent / 100
        if escalator.rounding == "per_step":
            value = to_places(value, places)
    return Decimal(to_places(value, places).numerator) / Decimal(to_places(value, places).denominator)


def to_places(value: Fraction, places: int) -> Fraction:
    """Rounded to so many decimals, halves away from zero."""
    shifted = abs(value) * 10**places + Fraction(1, 2)
    whole = Fraction(shifted.numerator // shifted.denominator, 10**places)
    return whole if value >= 0 else -whole


def reduced(given: Sequence[Discount], cost: Fraction, minor_units: int) -> Fraction:
    """What a full period costs after discounts: percents, then amounts, never below zero."""
    for discount in given:
        cost *= 1 - Fraction(discount.percent or 0) / 100
    for discount in given:
        if discount.amount is not None:
            cost = max(cost - Fraction(discount.amount) * minor_units, Fraction(0))
    return cost


def given_on(charge: Charge, firsts: Sequence[date], day: date) -> tuple[Discount, ...]:
    """The discounts given on a day."""
    return tuple(discount for discount in charge.discounts if is_given(discount, charge, firsts, day))


def is_given(discount: Discount, charge: Charge, firsts: Sequence[date], day: date) -> bool:
    """Whether a discount is given on a day."""
    start, end = discount.start or date.min, discount.end or FAR
    if discount.periods is not None:
        since = discount.start or charge.start
        begun = [first for first in firsts if first > since][: discount.periods]
        end = begun[-1] if len(begun) == discount.periods else FAR
        if since < firsts[0]:
            end = firsts[discount.periods] if discount.periods < len(firsts) else FAR
    if discount.applies == "next_period":
        start = start if discount.start is None else next_first(firsts, start)
        end = end if end == FAR else next_first(firsts, end)
    return start <= day < end


def is_billable(state: State, given: Sequence[Discount]) -> bool:
    """Whether a day counts towards a minimum: it is neither paused nor free."""
    return state.is_running and not any(discount.is_free or discount.percent == 100 for discount in given)


def bounded(charge: Charge, total: Fraction, share: Fraction, minor_units: int) -> Fraction:
    """A period's total, at most the maximum and at least the minimum for its share of a full period."""
    if charge.maximum is not None:
        total = min(total, Fraction(charge.maximum) * minor_units * share)
    if charge.minimum is not None:
        total = max(total, Fraction(charge.minimum) * minor_units * share)
    return total
