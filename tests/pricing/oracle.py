"""What should have been billed, worked out day by day, by definition.

It reads the frozen terms and nothing else of ours: its own calendar, its own rounding, no shortcut. Every day asks for
itself which full period it belongs to, which terms were known, and what it costs.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import FlatPrice, PackagePrice, TieredPrice, TimePrice, UnitPrice
from billcheck.contracts.terms import Amendment, DaysAfter
from tests.pricing.changes_oracle import State, bounded, changes_of, given_on, is_billable, reduced, state_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge, Discount
    from billcheck.period import Cadence
    from tests.pricing.changes_oracle import Change

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAYS = {"week": 7, "day": 1}
MINOR_UNITS = {"EUR": 100, "JPY": 1, "KWD": 1000}


class Row(NamedTuple):
    """One expected charge: its days (`end` exclusive), when it is due, and its amount in minor units."""

    due_on: date
    is_change: bool
    first_day: date
    end: date
    amount: int


class Service(NamedTuple):
    """The days of one period with what each weighs, what a full period weighs, and when the regular row is due.

    `full` is the full period around it, its end exclusive.
    """

    weights: dict[date, int]
    full_weight: int
    due_on: date
    full: tuple[date, date]

    @property
    def days(self) -> list[date]:
        """The days in order."""
        return list(self.weights)


def price_by_day(charge: Charge, currency: str, until: date, *, keeps_nothing: bool = False) -> list[Row]:
    """Rows due on or before `until`, and the first regular row due after it.

    Rows of changes that come to nothing are left out unless `keeps_nothing`.
    """
    if charge.every is None:
        if charge.on is None:
            return []
        state = State(charge.price, charge.quantity, is_running=True)
        amount = half_up(rate(charge, state, given_on(charge, [], charge.on), currency))
        row = Row(charge.on, is_change=False, first_day=charge.on, end=charge.on + DAY, amount=amount)
        return [row._replace(amount=amount - held_back(charge, row))]
    services = list(periods(charge, until))
    firsts = [service.days[0] for service in services]
    changes = changes_of(charge, firsts, services[-1].days[-1])
    services = list(uncancelled(charge, services, changes))
    rows: list[Row] = []
    total = Fraction()
    for number, service in enumerate(services):
        dues = [later.due_on for later in services[number + 1 :]]
        regular, *late = rows_of(charge, currency, service, dues, changes, firsts)
        if charge.remainder == "cumulative":
            before, total = total, total + regular_total(charge, currency, service, changes, firsts)
            regular = regular._replace(amount=half_up(total) - half_up(before))
        rows += [regular, *late]
    rows = [
        row._replace(amount=row.amount - held_back(charge, row))
        for row in rows
        if row.amount or not row.is_change or keeps_nothing
    ]
    due = [row for row in rows if row.due_on <= until]
    later = sorted(row for row in rows if row.due_on > until and not row.is_change)
    return sorted(due + later[:1])


def held_back(charge: Charge, row: Row) -> int:
    """What of a row is held back: a percent until it is released, and after a part was released only of the others."""
    retention = charge.retention
    if retention is None or (retention.until is not None and row.due_on >= retention.until):
        return 0
    percent = Fraction(retention.percent)
    for part in retention.releases:
        if part.percent is not None and part.on is not None and part.on <= row.due_on:
            percent -= Fraction(retention.percent) * Fraction(part.percent) / 100
    return half_up(percent * row.amount / 100)


def uncancelled(charge: Charge, services: list[Service], changes: list[Change]) -> Iterator[Service]:
    """The periods without those that a cancellation ends before anybody was due to pay for them."""
    cancels = [
        change for change in changes if isinstance(change.source, Amendment) and change.source.change == "cancel"
    ]
    for service in services:
        if not cancels or service.due_on < cancels[0].known:
            yield service
        elif days := [day for day in service.days if day < cancels[0].effective]:
            weights, full_weight = weigh(charge, days, *service.full)
            yield Service(weights, full_weight, due_day(charge, days), service.full)


def periods(charge: Charge, until: date) -> list[Service]:
    """The periods of service until well after the horizon, from a walk over all days."""
    assert charge.every is not None
    longest = timedelta(days=max(31 * months_of(charge.every), days_of(charge.every), 31))
    horizon = max(until, charge.start) + 2 * longest
    day = charge.start - longest
    boundaries = []
    while day <= horizon + longest:
        if is_boundary(charge, charge.every, day):
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
            weights, full_weight = weigh(charge, days, first, after)
            services.append(Service(weights, full_weight, due_day(charge, days), (first, after)))
    return services


def months_of(cadence: Cadence) -> int:
    return MONTHS.get(cadence.unit, 0) * cadence.count


def days_of(cadence: Cadence) -> int:
    return DAYS.get(cadence.unit, 0) * cadence.count


def is_boundary(charge: Charge, every: Cadence, day: date) -> bool:
    """Whether periods begin on this day."""
    if every.unit == "semi_month":
        return any(is_day_of_month(day, wanted) for wanted in every.days)
    if days_of(every):
        return day.weekday() == 0 if charge.align == "calendar" else (day - charge.start).days % days_of(every) == 0
    if charge.align == "calendar":
        return day.day == 1 and (day.month - 1) % months_of(every) == 0
    apart = 12 * (day.year - charge.start.year) + day.month - charge.start.month
    return apart % months_of(every) == 0 and is_day_of_month(day, charge.anchor_day or charge.start.day)


def weigh(charge: Charge, days: list[date], first: date, after: date) -> tuple[dict[date, int], int]:
    """What each day of a period weighs, and what a full period weighs; `first` and `after` bound the full one."""
    assert charge.every is not None
    months, rule = months_of(charge.every), charge.proration.rule
    is_whole = (days[0], days[-1] + DAY) == (first, after)
    if not is_whole:
        rule = (charge.proration.first if days[0] != first else charge.proration.last) or rule
    ones = dict.fromkeys(days, 1)
    if rule == "actual_30":
        return ones, 30 * months
    if rule in {"30_360", "fixed_30"}:
        weights = {day: weight_of_30(day, is_last_30th=rule == "30_360") for day in days}
        return weights, sum(weights.values()) if is_whole else 30 * months
    if is_whole or rule == "full_period":
        return ones, len(days)
    if rule == "none":
        return dict.fromkeys(days, 0), 1
    if days[0] != first and months and charge.proration.full_period != "containing":
        is_back = charge.proration.full_period == "back_from_boundary"
        full = (after - moved(after, -months)) if is_back else (moved(days[0], months) - days[0])
        return ones, full.days
    return ones, (after - first).days


def weight_of_30(day: date, *, is_last_30th: bool) -> int:
    """How many of the 30 days of its month a day counts for."""
    number, after = (number_of_30(each, is_last_30th=is_last_30th) for each in (day, day + DAY))
    return after - number if (day + DAY).month == day.month else 30 + after - number


def number_of_30(day: date, *, is_last_30th: bool) -> int:
    if not is_last_30th:
        return day.day
    return 30 if (day + DAY).month != day.month else min(day.day, 30)


def moved(day: date, months: int) -> date:
    """The same day so many months on, or the last of a month that has fewer days."""
    index = 12 * day.year + day.month - 1 + months
    found = date(index // 12, index % 12 + 1, 1)
    while not is_day_of_month(found, day.day):
        found += DAY
    return found


def time_factor(charge: Charge) -> Fraction:
    """What part of the stretch of time that the price is for one full period is."""
    every, per = charge.every, charge.amount_per
    if every is None or per is None:
        return Fraction(1)
    if days_of(every):
        return Fraction(days_of(every), days_of(per))
    return (Fraction(1, 2) if every.unit == "semi_month" else Fraction(months_of(every))) / months_of(per)


def due_day(charge: Charge, days: list[date]) -> date:
    """When the invoice for these days is due."""
    if charge.invoice_day == "period_start":
        return days[0]
    if charge.invoice_day == "period_end":
        return days[-1]
    due = days[0] if charge.timing == "in_advance" else days[-1] + DAY
    if isinstance(charge.invoice_day, DaysAfter):
        return due + timedelta(days=charge.invoice_day.days)
    if charge.invoice_day is not None:
        while not is_day_of_month(due, charge.invoice_day):
            due += DAY
    return due


def is_day_of_month(day: date, wanted: int) -> bool:
    """Whether the day has this number, or is the last of a month that has fewer days."""
    return day.day == wanted or (day.day < wanted and (day + DAY).month != day.month)


def regular_total(
    charge: Charge, currency: str, service: Service, changes: list[Change], firsts: list[date]
) -> Fraction:
    """What a period costs, exactly, by what is known when it is due."""
    expected = {day: state_on(charge, changes, day, service.due_on, currency) for day in service.days}
    return total_of(charge, currency, service, expected, firsts)


def rows_of(
    charge: Charge, currency: str, service: Service, later_dues: list[date], changes: list[Change], firsts: list[date]
) -> list[Row]:
    """The regular row of a period, and the rows of changes that were known after it was due."""
    first, end = service.days[0], service.days[-1] + DAY
    expected = {day: state_on(charge, changes, day, service.due_on, currency) for day in service.days}
    total = total_of(charge, currency, service, expected, firsts)
    rows = [Row(service.due_on, is_change=False, first_day=first, end=end, amount=half_up(total))]
    late = sorted({(change.known, change.effective) for change in changes})
    late = [(known, on) for known, on in late if known > service.due_on and on < end]
    for number, (known, on) in enumerate(late):
        own = [change for change in changes if (change.known, change.effective) == (known, on)]
        due_on = known if any(change.is_immediate for change in own) else max(end, known)
        if not any(change.is_immediate for change in own):
            due_on = next((due for due in later_dues if due >= known), due_on)
        after = [max(other_on, first) for other, other_on in late[number + 1 :] if other <= due_on]
        covered = [
            day
            for day in service.days
            if day >= max(on, first) and not any(day >= other >= max(on, first) for other in after)
        ]
        if not covered:
            continue
        before = total
        expected |= {day: state_on(charge, changes, day, known, currency) for day in covered}
        total = total_of(charge, currency, service, expected, firsts)
        amount = half_up(total - before)
        rows.append(Row(due_on, is_change=True, first_day=covered[0], end=covered[-1] + DAY, amount=amount))
    return rows


def total_of(
    charge: Charge, currency: str, service: Service, expected: dict[date, State], firsts: list[date]
) -> Fraction:
    """What the days of a period come to together, by what is expected of each; equal days are counted first."""
    counted: Counter[tuple[State, tuple[Discount, ...]]] = Counter()
    for day, weight in service.weights.items():
        counted[expected[day], given_on(charge, firsts, day)] += weight
    total, billable = Fraction(), 0
    for (state, given), weight in counted.items():
        total += rate(charge, state, given, currency) * weight / service.full_weight
        billable += weight if is_billable(state, given) else 0
    return bounded(charge, total, Fraction(billable, service.full_weight), MINOR_UNITS[currency])


def rate(charge: Charge, state: State, given: tuple[Discount, ...], currency: str) -> Fraction:
    """What a full period would cost if all its days were like this one."""
    if not state.is_running:
        return Fraction()
    return reduced(given, cost(state, currency) * time_factor(charge), MINOR_UNITS[currency])


@lru_cache(maxsize=1024)
def cost(state: State, currency: str) -> Fraction:
    """What a full period costs in minor units, before discounts."""
    return MINOR_UNITS[currency] * price_of(state.price, state.quantity)


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


def hours_cost(price: TimePrice, hours: dict[str, Fraction], included: Fraction | None = None) -> Fraction:
    """A rate card, the included hours (its own unless told otherwise) taken off role by role."""
    total, included = Fraction(price.amount), Fraction(price.included) if included is None else included
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
