"""What should have been billed, worked out day by day, by definition.

It reads the frozen terms and nothing else of ours: its own calendar, its own rounding, no shortcut. Every day asks for
itself which full period it belongs to, which terms were known, and what it costs.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import FlatPrice, PackagePrice, TieredPrice, TimePrice, UnitPrice

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Amendment, Charge, PriceStep

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
MINOR_UNITS = {"EUR": 100, "JPY": 1, "KWD": 1000}
Value = tuple["Price", "Quantity | None"]


class Row(NamedTuple):
    """One expected charge: its days (`end` exclusive), when it is due, and its amount in minor units."""

    due_on: date
    is_change: bool
    first_day: date
    end: date
    amount: int


class Service(NamedTuple):
    """The days of one period, the days of the full period around it, and when its regular row is due."""

    days: list[date]
    full_days: int
    due_on: date


def price_by_day(charge: Charge, currency: str, until: date) -> list[Row]:
    """Rows due on or before `until`, and the first regular row due after it."""
    if charge.every is None:
        assert charge.on is not None
        value = value_known(charge, changes_of(charge), charge.on, charge.on)
        amount = half_up(cost(value, currency) * discount_factor(charge, charge.on))
        return [Row(charge.on, is_change=False, first_day=charge.on, end=charge.on + DAY, amount=amount)]
    services = list(periods(charge, until))
    rows: list[Row] = []
    for number, service in enumerate(services):
        following = services[number + 1].due_on if number + 1 < len(services) else service.days[-1] + DAY
        rows += rows_of(charge, currency, service, following)
    due = [row for row in rows if row.due_on <= until]
    later = sorted(row for row in rows if row.due_on > until and not row.is_change)
    return sorted(due + later[:1])


def periods(charge: Charge, until: date) -> list[Service]:
    """The periods of service until well after the horizon, from a walk over all days."""
    assert charge.every is not None
    months = MONTHS[charge.every.unit]
    wanted = charge.anchor_day or charge.start.day
    longest = timedelta(days=31 * months)
    horizon = max(until, charge.start) + 2 * longest
    day = charge.start - longest
    boundaries = []
    while day <= horizon + longest:
        if (day.month - charge.start.month) % months == 0 and is_day_of_month(day, wanted):
            boundaries.append(day)
        day += DAY
    services = []
    for first, after in pairwise(boundaries):
        days = [
            first + timedelta(days=offset)
            for offset in range((after - first).days)
            if charge.start <= first + timedelta(days=offset)
            and (charge.end is None or first + timedelta(days=offset) < charge.end)
        ]
        if days and days[0] <= horizon:
            services.append(Service(days, (after - first).days, due_day(charge, days)))
    return services


def due_day(charge: Charge, days: list[date]) -> date:
    """When the invoice for these days is due."""
    if charge.invoice_day == "period_start":
        return days[0]
    if charge.invoice_day == "period_end":
        return days[-1]
    due = days[0] if charge.timing == "in_advance" else days[-1] + DAY
    if charge.invoice_day is not None:
        while not is_day_of_month(due, charge.invoice_day):
            due += DAY
    return due


def is_day_of_month(day: date, wanted: int) -> bool:
    """Whether the day has this number, or is the last of a month that has fewer days."""
    return day.day == wanted or (day.day < wanted and (day + DAY).month != day.month)


def rows_of(charge: Charge, currency: str, service: Service, following: date) -> list[Row]:
    """The regular row of a period, and the rows of changes that came after it was due."""
    first, end = service.days[0], service.days[-1] + DAY
    changes = changes_of(charge)
    expected = {day: value_known(charge, changes, day, service.due_on) for day in service.days}
    counted = Counter((expected[day], discount_factor(charge, day)) for day in service.days)
    total = sum((cost(value, currency) * factor * days for (value, factor), days in counted.items()), Fraction())
    amount = half_up(total / service.full_days)
    rows = [Row(service.due_on, is_change=False, first_day=first, end=end, amount=amount)]
    late = sorted({change.on for change in changes if service.due_on < change.on < end and first < change.on})
    for change_day in late:
        is_immediate = any(
            change.on == change_day and change.change_billing == "immediate" for change in charge.amendments
        )
        due_on = change_day if is_immediate else following
        covered = [
            day
            for day in service.days
            if day >= change_day and not any(change_day < later <= day and later <= due_on for later in late)
        ]
        differences: Counter[tuple[Value, Value, Fraction]] = Counter()
        for day in covered:
            value = value_known(charge, changes, day, change_day)
            differences[value, expected[day], discount_factor(charge, day)] += 1
            expected[day] = value
        total = sum(
            (
                (cost(new, currency) - cost(old, currency)) * factor * days
                for (new, old, factor), days in differences.items()
            ),
            Fraction(),
        )
        amount = half_up(total / service.full_days)
        if amount:
            rows.append(Row(due_on, is_change=True, first_day=change_day, end=covered[-1] + DAY, amount=amount))
    return rows


def changes_of(charge: Charge) -> list[PriceStep | Amendment]:
    """All changes by day; on one day price steps come first."""
    return sorted([*charge.price_steps, *charge.amendments], key=lambda change: change.on)


def value_known(charge: Charge, changes: list[PriceStep | Amendment], day: date, known_on: date) -> Value:
    """Price and quantity of a day, by the changes that had taken effect both by that day and by the day of knowing."""
    price, quantity = charge.price, charge.quantity
    for change in changes:
        if change.on <= day and change.on <= known_on:
            price = change.price or price
            wanted = getattr(change, "quantity", None)
            quantity = quantity if wanted is None else wanted
    return price, quantity


def discount_factor(charge: Charge, day: date) -> Fraction:
    """What is left of a price on a day after all discounts then given."""
    factor = Fraction(1)
    for discount in charge.discounts:
        if (discount.start is None or discount.start <= day) and (discount.end is None or day < discount.end):
            factor *= 1 - Fraction(discount.percent) / 100
    return factor


def cost(value: Value, currency: str) -> Fraction:
    """What a full period costs in minor units."""
    price, quantity = value
    return MINOR_UNITS[currency] * price_of(price, quantity)


def price_of(price: Price, quantity: Quantity | None) -> Fraction:
    """What a full period costs, by the definition of each kind of price."""
    if isinstance(price, FlatPrice):
        return Fraction(price.amount)
    if isinstance(price, TimePrice):
        assert isinstance(quantity, tuple)
        return hours_cost(price, {entry.role: Fraction(entry.quantity) for entry in quantity})
    assert isinstance(quantity, Decimal)
    units = Fraction(quantity)
    if isinstance(price, UnitPrice):
        return Fraction(price.unit_amount) * units
    if isinstance(price, PackagePrice):
        return Fraction(price.amount) * packages(price, units)
    if isinstance(price, TieredPrice):
        return tiers_cost(price, units)
    bounds = [Fraction(tier.up_to) if tier.up_to is not None else max(units, Fraction(0)) for tier in price.tiers]
    portions = [min(units, top) - min(units, below) for below, top in zip([Fraction(0), *bounds], bounds, strict=False)]
    return sum(
        (portion * Fraction(tier.percent) / 100 for portion, tier in zip(portions, price.tiers, strict=True)),
        Fraction(),
    )


def tiers_cost(price: TieredPrice, units: Fraction) -> Fraction:
    """A tiered price, by asking of every tier whether it counts."""
    if units == 0 and not price.bills_zero:
        return Fraction()
    total, below = Fraction(), Fraction(0)
    for number, tier in enumerate(price.tiers):
        top = units if tier.up_to is None else Fraction(tier.up_to)
        is_entered = number == 0 or units > below
        holds_all = is_entered and units <= top
        if price.rule == "graduated" and is_entered:
            total += (min(units, top) - below) * Fraction(tier.unit_amount) + Fraction(tier.flat_amount)
        elif price.rule == "volume" and holds_all:
            total += units * Fraction(tier.unit_amount) + Fraction(tier.flat_amount)
        elif price.rule == "stairstep" and holds_all:
            total += Fraction(tier.flat_amount)
        below = top
    return total


def packages(price: PackagePrice, units: Fraction) -> int:
    """Packages opened one after the other until the units are used up."""
    left, count = units - Fraction(price.free_units), 0
    size = Fraction(price.package_size)
    while left >= size or (left > 0 and price.rounding == "up"):
        left -= size
        count += 1
    return count


def hours_cost(price: TimePrice, hours: dict[str, Fraction]) -> Fraction:
    """A rate card, the included hours taken off role by role."""
    total, included = Fraction(price.amount), Fraction(price.included)
    for rate in price.rates:
        worked = hours.get(rate.role, Fraction())
        paid = max(worked - included, Fraction())
        included -= worked - paid
        total += paid * Fraction(rate.unit_amount if price.overage is None else price.overage)
    return total


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole
