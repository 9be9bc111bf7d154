"""The rows of one period: what is expected on its due day, and what each change that was not known then adds.

Comes in: the timeline of a charge, and one of its periods with the days on which it and the next are due. Goes out: the
rows that period makes, each a sum of parts with constant terms. A regular row keeps the terms known on its due day; a
change that becomes known later makes a row of its own for the difference. Must not know currencies, rounding or how a
row is shown.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import is_counted
from billcheck.pricing.models import full_price
from billcheck.pricing.proration import WHOLE, Measure, Ratio, add, multiply, subtract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from billcheck.contracts.terms import Charge, Discount
    from billcheck.pricing.timeline import Point, Terms, Timeline

NOTHING: Ratio = (0, 1)
WHOLE_PERCENT = 100


class Part(NamedTuple):
    """A run of days within one period on which everything is constant; `end` is exclusive.

    `instead_of` is set in change rows: the terms already expected for these days, whose price is taken off again.
    `discounts` are in force on all of these days, in the contract's order.
    """

    first_day: int
    end: int
    terms: Terms
    discounts: tuple[Discount, ...]
    instead_of: Terms | None = None

    @property
    def is_billable(self) -> bool:
        """Whether its days count towards a minimum or maximum: they are neither paused nor free."""
        return self.terms.is_running and not any(
            discount.is_free or discount.percent == WHOLE_PERCENT for discount in self.discounts
        )


class Bounds(NamedTuple):
    """The least and the most a full period comes to, and what its period was expected to come to before and after.

    `before` is empty for a regular row; that of a change row, and every `after`, covers the whole period.
    """

    minimum: Decimal | None
    maximum: Decimal | None
    before: tuple[Part, ...]
    after: tuple[Part, ...]


class Row(NamedTuple):
    """One expected charge before rounding: its days (`end` exclusive), when it is due, and its parts in order.

    `measure` weighs the days of the parts; in the row of a change it is that of the period it falls in, and `change`
    says since when it was known and whether it is billed at once.
    """

    first_day: int
    end: int
    due_day: int
    is_change: bool
    measure: Measure
    parts: tuple[Part, ...]
    change: Point | None = None
    bounds: Bounds | None = None

    @property
    def unknown(self) -> str:
        """Why the row cannot be priced yet; empty where it can."""
        return next((part.terms.unknown for part in self.parts if part.terms.unknown and part.terms.is_running), "")


def rows_of_period(timeline: Timeline, measure: Measure, due_day: int, later_due_days: Sequence[int]) -> list[Row]:
    """The regular row of a period, and a row for each change that becomes known after it is due.

    Args:
        timeline: The terms.
        measure: The period's days, and how they are weighed.
        due_day: When the regular row is due; changes known up to and including this day are known to it.
        later_due_days: When the regular rows after it are due, in order. A change that none of them follows is due on
            the day after the period, or when it is known if that is later.
    """
    first_day, end = measure.first_day, measure.end
    parts = _parts_of(timeline, first_day, end, due_day)
    rows = [Row(first_day, end, due_day, is_change=False, measure=measure, parts=_merged(parts))]
    expected = parts
    late = [change for change in timeline.changes if change.known_day > due_day and change.first_day < end]
    starts = [max(change.first_day, first_day) for change in late]
    for number, change in enumerate(late):
        row_due_day = change.known_day if change.is_immediate else _next_due(later_due_days, change.known_day, end)
        # A change row is itself made with the terms known when it is due: a later change shortens it if it is known.
        row_end = min(
            (
                start
                for start, other in zip(starts[number + 1 :], late[number + 1 :], strict=True)
                if start >= starts[number] and other.known_day <= row_due_day
            ),
            default=end,
        )
        if row_end <= starts[number]:
            continue
        changed = [
            part._replace(instead_of=_part_on(expected, part.first_day).terms)
            for part in _parts_of(timeline, starts[number], row_end, change.known_day)
        ]
        days = starts[number], row_end, row_due_day
        rows.append(Row(*days, is_change=True, measure=measure, parts=_merged(changed), change=change))
        expected = _replaced(expected, changed)
    return rows


def bounded_rows(charge: Charge, rows: list[Row]) -> list[Row]:
    """The rows of one period held between the charge's minimum and maximum; as they are where it has neither."""
    if charge.minimum is None and charge.maximum is None:
        return rows
    found = []
    before: tuple[Part, ...] = ()
    for row in rows:
        after = tuple(_replaced(list(before), list(row.parts))) if row.is_change else row.parts
        found.append(row._replace(bounds=Bounds(charge.minimum, charge.maximum, before, after)))
        before = after
    return found


def discounted(price: Ratio, discounts: tuple[Discount, ...], scale: int = 1, off: Ratio = WHOLE) -> Ratio:
    """The price after its discounts: percentages one after the other, then amounts; never below zero.

    Args:
        price: The price for the stretch of time it is stated for.
        discounts: Those that are given.
        scale: The minor units of one unit of currency.
        off: What of an amount off, which is for a full period, is taken off that price.
    """
    for discount in discounts:
        if discount.percent is not None:
            numerator, denominator = discount.percent.as_integer_ratio()
            price = multiply(price, (max(100 * denominator - numerator, 0), 100 * denominator))
    for discount in discounts:
        if discount.amount is not None:
            numerator, denominator = discount.amount.as_integer_ratio()
            price = subtract(price, (numerator * scale * off[0], denominator * off[1]))
            price = price if price[0] > 0 else NOTHING
    return price


def exact_amount(row: Row, scale: int) -> Ratio:
    """The row's amount in minor units, exact: the sum of its parts, within the bounds of its period."""
    if row.bounds is None:
        return sum_of(row.parts, row.measure, scale)
    after = bounded_sum(row.bounds, row.bounds.after, row.measure, scale)
    return subtract(after, bounded_sum(row.bounds, row.bounds.before, row.measure, scale)) if row.is_change else after


def sum_of(parts: tuple[Part, ...], measure: Measure, scale: int) -> Ratio:
    """What parts come to together, in minor units, exact."""
    total = NOTHING
    for part in parts:
        total = add(total, exact_part(part, measure, scale))
    return total


def bounded_sum(bounds: Bounds, parts: tuple[Part, ...], measure: Measure, scale: int) -> Ratio:
    """What the parts of a whole period come to, at most the maximum and at least the minimum for its days."""
    total = sum_of(parts, measure, scale)
    if bounds.maximum is not None and _is_less(most := bound_for(bounds.maximum, parts, measure, scale), total):
        total = most
    if bounds.minimum is not None and _is_less(total, least := bound_for(bounds.minimum, parts, measure, scale)):
        total = least
    return total


def bound_for(bound: Decimal, parts: tuple[Part, ...], measure: Measure, scale: int) -> Ratio:
    """The part of a minimum or maximum that falls to the billable days of a period, in minor units."""
    numerator, denominator = bound.as_integer_ratio()
    share = NOTHING
    for part in parts:
        if part.is_billable:
            share = add(share, measure.share(part.first_day, part.end))
    return multiply((numerator * scale, denominator), share)


def exact_part(part: Part, measure: Measure, scale: int) -> Ratio:
    """One part's amount in minor units, exact."""
    measure = measure_for(part, measure)
    off = measure.amount_off(part.first_day, part.end)
    price = price_of(part.terms, part.discounts, scale, off)
    if part.instead_of is not None:
        price = subtract(price, price_of(part.instead_of, part.discounts, scale, off))
    return measure.prorate(price, part.first_day, part.end)


def measure_for(part: Part, measure: Measure) -> Measure:
    """How the days of one part are weighed: a price that needs no quantity is never one of what was used."""
    if measure.is_price_whole and not is_counted(part.terms.price):
        return measure._replace(is_price_whole=False)
    return measure


def price_of(terms: Terms, discounts: tuple[Discount, ...], scale: int, off: Ratio) -> Ratio:
    """What a full price costs on these terms after discounts; nothing while they are paused."""
    if not terms.is_running:
        return NOTHING
    return discounted(full_price(terms.price, terms.quantity, scale), discounts, scale, off)


def _is_less(one: Ratio, other: Ratio) -> bool:
    return one[0] * other[1] < other[0] * one[1]


def _next_due(due_days: Sequence[int], known_day: int, end: int) -> int:
    """The first of the due days on or after a change is known; the period's end, or that day, where there is none."""
    index = bisect_left(due_days, known_day)
    return due_days[index] if index < len(due_days) else max(end, known_day)


def _parts_of(timeline: Timeline, first_day: int, end: int, known_day: int) -> list[Part]:
    """The days from `first_day` to `end`, cut wherever anything ever changes, with the terms known on a day.

    A change that is not known yet cuts too: so the parts of any two days of knowledge have the same days.
    """
    cuts = [day for day in timeline.cuts if first_day < day < end]
    return [
        Part(day, after, timeline.terms_on(day, known_day), timeline.discounts_on(day))
        for day, after in pairwise((first_day, *cuts, end))
    ]


def _part_on(parts: list[Part], day: int) -> Part:
    return next(part for part in parts if part.first_day <= day < part.end)


def _replaced(expected: list[Part], changed: list[Part]) -> list[Part]:
    """What is expected of a whole period once some of its days have changed."""
    first_day, end = changed[0].first_day, changed[-1].end
    before = [part._replace(end=min(part.end, first_day)) for part in expected if part.first_day < first_day]
    after = [part._replace(first_day=max(part.first_day, end)) for part in expected if part.end > end]
    return [*before, *(part._replace(instead_of=None) for part in changed), *after]


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """The parts, with neighbours that differ in nothing but their days joined."""
    merged: list[Part] = []
    for part in parts:
        if merged and merged[-1]._replace(first_day=part.first_day, end=part.end) == part:
            merged[-1] = merged[-1]._replace(end=part.end)
        else:
            merged.append(part)
    return tuple(merged)
