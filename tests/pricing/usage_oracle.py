"""What a metered charge comes to, worked out day by day from the rows of usage, by definition.

It reads the frozen terms and nothing else of ours: every day asks all rows for its own quantity. What each day of a
period weighs comes from the oracle of all charges.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.prices import PackagePrice, TieredPrice, UnitPrice
from tests.pricing.changes_oracle import bounded, reduced
from tests.pricing.oracle import Service, periods

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.usage import Metering, UsageRow

DAY = timedelta(days=1)


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
        if amount is not None:
            share = Fraction(sum(period.weights.values()), period.full_weight)
            amount = bounded(charge, amount, share, minor_units=1)
        amounts.append(None if amount is None else half_up(amount * 100))
    return amounts


def periods_of(charge: Charge, until: date) -> list[Service]:
    """The periods that end by a day."""
    return [service for service in periods(charge, until) if service.days[-1] < until]


def by_level(charge: Charge, metering: Metering, period: Service) -> Fraction | None:
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
    return sum(
        (
            reduced(charge.discounts, cost(charge.price, quantity), 1) * weight / period.full_weight
            for quantity, weight in zip(known, period.weights.values(), strict=True)
        ),
        Fraction(),
    )


def level_on(rows: tuple[UsageRow, ...], day: date) -> Decimal | None:
    begun = [row for row in rows if row.first_day <= day]
    if not begun:
        return None
    last = max(begun, key=lambda row: row.first_day)
    return last.quantity if last.end is None or day < last.end else None


def by_sum(
    charge: Charge,
    metering: Metering,
    period: Service,
    lots: list[list[Fraction | int]],
    number: int,
    *,
    is_blind: bool,
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
        return less_amounts_off(charge, cost(charge.price, used), period)
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
    return less_amounts_off(charge, cost(price, beyond), period)


def less_amounts_off(charge: Charge, total: Fraction, period: Service) -> Fraction:
    """What was used in full, less what is taken off for as much of a full period as the period is."""
    for discount in charge.discounts:
        share = Fraction(sum(period.weights.values()), period.full_weight)
        total = max(total - Fraction(discount.amount or 0) * share, Fraction())
    return total


def is_listed(rows: tuple[UsageRow, ...], period: Service, spoken: set[date], day: date) -> bool:
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
