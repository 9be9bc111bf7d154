"""What a metered charge comes to, worked out day by day from the rows of usage, by definition.

It reads the frozen terms and nothing else of ours: every day asks all rows for its own quantity. What each day of a
period weighs comes from the oracle of all charges.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.prices import FlatPrice, PackagePrice, TieredPrice, TimePrice, UnitPrice
from tests.pricing.changes_oracle import bounded, reduced
from tests.pricing.oracle import Service, hours_cost, periods

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Amendment, Charge, PriceStep
    from billcheck.contracts.usage import Metering, Rollover, UsageRow

DAY = timedelta(days=1)


def amounts_of(charge: Charge, metering: Metering, until: date) -> list[int | None]:
    """Cents of each period that ends by `until`, in order; None where the rows do not tell."""
    amounts: list[int | None] = []
    lots: list[list[Fraction | int]] = []
    is_blind = False
    up_to: Fraction | None = Fraction()
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
        if charge.remainder == "cumulative":
            after = None if up_to is None or amount is None else up_to + amount
            amounts.append(None if after is None or up_to is None else half_up(after * 100) - half_up(up_to * 100))
            up_to = after
        else:
            amounts.append(None if amount is None else half_up(amount * 100))
    return amounts


def periods_of(charge: Charge, until: date) -> list[Service]:
    """The periods that end by a day."""
    return [service for service in periods(charge, until) if service.days[-1] < until]


def price_on(charge: Charge, day: date) -> Price:
    """The price in force on a day: the last one that was agreed by then."""
    price, since = charge.price, charge.start
    changes: list[PriceStep | Amendment] = [*charge.price_steps, *charge.amendments]
    for change in changes:
        if change.price is not None and since <= change.on <= day:
            price, since = change.price, change.on
    return price


def kind_of(price: Price) -> tuple[str | None, ...]:
    """The roles whose quantities a price asks for: none for a fixed one, None for a plain number."""
    if isinstance(price, TimePrice):
        return tuple(rate.role for rate in price.rates)
    return () if isinstance(price, FlatPrice) else (None,)


def by_level(charge: Charge, metering: Metering, period: Service) -> Fraction | None:
    """Each row is a level that holds until its end, or until the next row."""
    total = Fraction()
    days = period.days
    while days:
        kind = kind_of(price_on(charge, days[0]))
        run = []
        while days and kind_of(price_on(charge, days[0])) == kind:
            run.append(days.pop(0))
        if kind and any(row.role not in kind and row.first_day in run for row in metering.rows):
            return None
        levels = {role: of_run(metering, role, run) for role in kind}
        levels = {role: own for role, own in levels.items() if own != []}
        if kind and (not levels or None in levels.values()):
            return None
        for number, day in enumerate(run):
            price = price_on(charge, day)
            quantities = {role: own[number] for role, own in levels.items() if own is not None}
            full = reduced(charge.discounts, cost_of(price, quantities), 1)
            total += full * period.weights[day] / period.full_weight
    return total


def of_run(metering: Metering, role: str | None, run: list[date]) -> list[Fraction] | None:
    """The quantity that counts on each of these days; None where one is not told, and empty if no row has the role."""
    rows = tuple(row for row in metering.rows if row.role == role)
    if not rows:
        return []
    levels = [level_on(rows, day) for day in run]
    if metering.basis == "first":
        levels = levels[:1] * len(levels)
    elif metering.basis == "last":
        levels = levels[-1:] * len(levels)
    known = [Fraction(level) for level in levels if level is not None]
    if len(known) < len(levels):
        return None
    if metering.basis == "max":
        return [max(known)] * len(known)
    if metering.basis == "average":
        return [Fraction(half_up(sum(known, Fraction()) / len(known) * 10**10), 10**10)] * len(known)
    return known


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
    prices = [price_on(charge, day) for day in period.days]
    if all(isinstance(price, FlatPrice) for price in prices):
        return by_level(charge, metering, period)
    price = prices[0]
    kind = kind_of(price)
    used: dict[str | None, Fraction] = {}
    spoken: dict[str | None, set[date]] = {}
    for row in metering.rows:
        days = {row.first_day + timedelta(n) for n in range(((row.end or row.first_day + DAY) - row.first_day).days)}
        inside = days & set(period.days)
        if inside and (inside != days or row.role not in kind):
            return None
        if inside:
            used[row.role] = used.get(row.role, Fraction()) + Fraction(row.quantity)
            spoken.setdefault(row.role, set()).update(inside if row.end is not None else set())
    if is_blind or any(other != price for other in prices):
        return None
    rows = tuple(row for row in metering.rows if row.role in kind)
    for role in {row.role for row in rows} or {None}:
        told = spoken.get(role, set())
        if not all(is_listed(rows, period, told, day) for day in set(period.days) - told):
            return None
    if metering.rollover is None:
        return less_amounts_off(charge, cost_of(price, used), period)
    assert isinstance(price, PackagePrice | TimePrice)
    return with_rollover(charge, price, metering.rollover, period, used, lots, number)


def with_rollover(
    charge: Charge,
    price: PackagePrice | TimePrice,
    rollover: Rollover,
    period: Service,
    used: dict[str | None, Fraction],
    lots: list[list[Fraction | int]],
    number: int,
) -> Fraction:
    """Free units of earlier periods first, the oldest ahead; what is left of them and of the period's own goes on.

    Included hours are free units of all roles together.
    """
    own = Fraction(price.free_units if isinstance(price, PackagePrice) else price.included)
    free = [lot for lot in lots if lot[1] + rollover.periods >= number and lot[0] > 0]
    all_free = own + sum((Fraction(lot[0]) for lot in free), Fraction())
    if isinstance(price, PackagePrice):
        plain = PackagePrice(price.amount, price.package_size, Decimal(0), price.rounding)
        total = cost(plain, max(used.get(None, Fraction()) - all_free, Fraction()))
    else:
        hours = {role: each for role, each in used.items() if role is not None}
        total = hours_cost(price, hours, all_free)
    left = sum(used.values(), Fraction())
    for lot in free:
        taken = min(Fraction(lot[0]), left)
        lot[0] = Fraction(lot[0]) - taken
        left -= taken
    lots.append([max(own - left, Fraction()), number])
    carried = [lot for lot in lots if lot[1] + rollover.periods > number]
    excess = sum((Fraction(lot[0]) for lot in carried), Fraction()) - Fraction(rollover.cap or 10**9)
    for lot in carried:
        lapsed = max(min(Fraction(lot[0]), excess), Fraction())
        lot[0] = Fraction(lot[0]) - lapsed
        excess -= lapsed
    return less_amounts_off(charge, total, period)


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


def cost_of(price: Price, quantities: dict[str | None, Fraction]) -> Fraction:
    """What a full period costs for the quantities that the price asks for."""
    if isinstance(price, FlatPrice):
        return Fraction(price.amount)
    if isinstance(price, TimePrice):
        return hours_cost(price, {role: hours for role, hours in quantities.items() if role is not None})
    return cost(price, quantities.get(None, Fraction()))


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
