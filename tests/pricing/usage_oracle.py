"""What a metered charge comes to, worked out day by day from the rows of usage, by definition.

It reads the frozen terms and nothing else of ours: every day asks all rows for its own quantity. Start days lie before
the 29th, so that months need no clamping.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import PackagePrice, TieredPrice, UnitPrice

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.usage import Metering, UsageRow

DAY = timedelta(days=1)


class Period(NamedTuple):
    """The days of a period, and how many its full period has."""

    days: list[date]
    full_days: int


def amounts_of(charge: Charge, metering: Metering, until: date) -> list[int | None]:
    """Cents of each period that ends by `until`, in order; None where the rows do not tell."""
    amounts: list[int | None] = []
    lots: list[list[Fraction | int]] = []
    is_blind = False
    for number, period in enumerate(periods_of(charge, until)):
        amount = (
            by_sum(charge, metering, period, lots, number, is_blind=is_blind)
            if metering.basis == "sum"
            else by_level(charge, metering, period)
        )
        is_blind = is_blind or (amount is None and metering.rollover is not None)
        amounts.append(None if amount is None else half_up(amount * 100))
    return amounts


def periods_of(charge: Charge, until: date) -> list[Period]:
    assert charge.every is not None
    periods: list[Period] = []
    first = charge.start
    while True:
        months = first.year * 12 + first.month - 1 + charge.every.months
        after = date(months // 12, months % 12 + 1, first.day)
        days = [first + timedelta(n) for n in range((after - first).days)]
        own = [day for day in days if charge.end is None or day < charge.end]
        if not own or own[-1] >= until:
            return periods
        periods.append(Period(own, len(days)))
        first = after


def by_level(charge: Charge, metering: Metering, period: Period) -> Fraction | None:
    """Each row is a level that holds until its end, or until the next row."""
    levels = [level_on(metering.rows, day) for day in period.days]
    if metering.basis == "first":
        levels = levels[:1] * len(levels)
    elif metering.basis == "last":
        levels = levels[-1:] * len(levels)
    known = [Fraction(level) for level in levels if level is not None]
    if len(known) < len(levels):
        return None
    if metering.basis == "max":
        known = [max(known)] * len(known)
    elif metering.basis == "average":
        known = [Fraction(half_up(sum(known, Fraction()) / len(known) * 10**10), 10**10)] * len(known)
    return sum((cost(charge.price, quantity) for quantity in known), Fraction()) / period.full_days


def level_on(rows: tuple[UsageRow, ...], day: date) -> Decimal | None:
    begun = [row for row in rows if row.first_day <= day]
    if not begun:
        return None
    last = max(begun, key=lambda row: row.first_day)
    return last.quantity if last.end is None or day < last.end else None


def by_sum(
    charge: Charge, metering: Metering, period: Period, lots: list[list[Fraction | int]], number: int, *, is_blind: bool
) -> Fraction | None:
    """Every row is an amount used on its days, all of which must be spoken for: by a row, or by a list around them."""
    used = Fraction()
    spoken: set[date] = set()
    for row in metering.rows:
        days = {row.first_day + timedelta(n) for n in range(((row.end or row.first_day + DAY) - row.first_day).days)}
        inside = days & set(period.days)
        if inside and inside != days:
            return None
        if inside:
            used += Fraction(row.quantity)
            spoken |= inside if row.end is not None else set()
    if is_blind or not all(is_listed(metering.rows, period, spoken, day) for day in set(period.days) - spoken):
        return None
    if metering.rollover is None:
        return cost(charge.price, used)
    assert isinstance(charge.price, PackagePrice)
    own = Fraction(charge.price.free_units)
    free = [lot for lot in lots if lot[1] + metering.rollover.periods >= number and lot[0] > 0]
    price = PackagePrice(charge.price.amount, charge.price.package_size, Decimal(0), charge.price.rounding)
    beyond = max(used - own - sum((Fraction(lot[0]) for lot in free), Fraction()), Fraction())
    left = used
    for lot in free:
        taken = min(Fraction(lot[0]), left)
        lot[0] = Fraction(lot[0]) - taken
        left -= taken
    lots.append([max(own - left, Fraction()), number])
    carried = [lot for lot in lots if lot[1] + metering.rollover.periods > number]
    excess = sum((Fraction(lot[0]) for lot in carried), Fraction()) - Fraction(metering.rollover.cap or 10**9)
    for lot in carried:
        lapsed = max(min(Fraction(lot[0]), excess), Fraction())
        lot[0] = Fraction(lot[0]) - lapsed
        excess -= lapsed
    return cost(price, beyond)


def is_listed(rows: tuple[UsageRow, ...], period: Period, spoken: set[date], day: date) -> bool:
    """Whether rows of single days list a day: one among the unspoken days around it, and one at or beyond each end."""
    first = last = day
    while first - DAY in period.days and first - DAY not in spoken:
        first -= DAY
    while last + DAY in period.days and last + DAY not in spoken:
        last += DAY
    listed = [row.first_day for row in rows if row.end is None]
    is_begun, is_continued = any(each <= first for each in listed), any(each >= last for each in listed)
    return is_begun and is_continued and any(first <= each <= last for each in listed)


def cost(price: Price, quantity: Fraction) -> Fraction:
    if isinstance(price, UnitPrice):
        return quantity * Fraction(price.unit_amount)
    if isinstance(price, PackagePrice):
        beyond = max(quantity - Fraction(price.free_units), Fraction())
        packages = beyond / Fraction(price.package_size)
        whole = packages.numerator // packages.denominator
        if price.rounding == "up" and packages != whole:
            whole += 1
        return whole * Fraction(price.amount)
    assert isinstance(price, TieredPrice)
    total, below = Fraction(), Fraction()
    for number, tier in enumerate(price.tiers):
        if number == 0 or quantity > below:
            top = quantity if tier.up_to is None else min(quantity, Fraction(tier.up_to))
            total += max(top - below, Fraction()) * Fraction(tier.unit_amount) + Fraction(tier.flat_amount)
            below = max(top, below) if tier.up_to is None else Fraction(tier.up_to)
    return total


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
