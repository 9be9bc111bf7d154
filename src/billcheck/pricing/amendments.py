"""Segments of constant terms: what price, quantity and discounts are in force on which days.

Comes in: a charge with price steps, amendments and discounts, and one of its periods with its due day. Goes out: the
rows that period makes, each a sum of parts with constant terms. A regular row keeps the terms known on its due day; a
change that takes effect later inside the period makes a row of its own for the difference. Must not know currencies,
rounding or how a row is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from billcheck.contracts.prices import is_counted
from billcheck.contracts.terms import Amendment
from billcheck.pricing.models import full_price, quantity_of
from billcheck.pricing.proration import Measure, Ratio, add, multiply, subtract

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge, Discount, PriceStep

_first_day_of = attrgetter("first_day")

FROM_THE_BEGINNING = 0
"""The ordinal that stands for "since ever"; real days begin at 1."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Price and quantity in force from `first_day` (an ordinal) until the next terms.

    `price_since` and `quantity_since` are the days on which each was last set. `is_immediate` says that the change
    to these terms is billed on its own day where its period was already due.
    """

    first_day: int
    price: Price
    quantity: Quantity | None
    price_since: int = FROM_THE_BEGINNING
    quantity_since: int = FROM_THE_BEGINNING
    is_immediate: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A run of days within one period on which everything is constant; `end` is exclusive.

    `instead_of` is set in change rows: the terms already expected for these days, whose price is taken off again.
    `discounts` are in force on all of these days, in the contract's order.
    """

    first_day: int
    end: int
    terms: Terms
    discounts: tuple[Discount, ...]
    instead_of: Terms | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One expected charge before rounding: its days (`end` exclusive), when it is due, and its parts in order.

    `measure` weighs the days of the parts; in the row of a change it is that of the period it falls in.
    """

    first_day: int
    end: int
    due_day: int
    is_change: bool
    measure: Measure
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All terms and discounts of one charge over time.

    `terms` are sorted by day, the first since ever. `cuts` are the days on which anything changes, sorted.
    """

    terms: tuple[Terms, ...]
    discounts: tuple[Discount, ...]
    cuts: tuple[int, ...]

    def terms_on(self, day: int) -> Terms:
        """The terms in force on a day."""
        terms = self.terms
        return terms[bisect_right(terms, day, key=_first_day_of) - 1] if len(terms) > 1 else terms[0]

    def discounts_on(self, day: int) -> tuple[Discount, ...]:
        """The discounts in force on a day, in the contract's order."""
        if not self.discounts:
            return ()
        return tuple([discount for discount in self.discounts if _is_given(discount, day)])

    def next_cut(self, day: int) -> int | None:
        """The first day after this one on which anything changes; None where nothing does."""
        index = bisect_right(self.cuts, day)
        return self.cuts[index] if index < len(self.cuts) else None


def make_timeline(charge: Charge) -> Timeline:
    """The charge's terms over time.

    Price steps and amendments are taken by their day; the price in force is the one set last. On one day a price step
    comes before amendments, and amendments keep their order; contract files refuse two prices for one day.
    """
    terms = [Terms(FROM_THE_BEGINNING, charge.price, quantity_of(charge))]
    changes: list[PriceStep | Amendment] = [*charge.price_steps, *charge.amendments]
    changes.sort(key=_day_of)
    for change in changes:
        _change(terms, change)
    cuts = [later.first_day for later in terms[1:]]
    if charge.discounts:
        ends = (day for discount in charge.discounts for day in (discount.start, discount.end) if day is not None)
        cuts = sorted({*cuts, *(day.toordinal() for day in ends)})
    return Timeline(tuple(terms), charge.discounts, tuple(cuts))


_day_of = attrgetter("on")


def _change(terms: list[Terms], change: PriceStep | Amendment) -> None:
    """Add the terms after one change, or put them in the place of those that begin on its day."""
    day = change.on.toordinal()
    before = terms[-1]
    price, price_since = before.price, before.price_since
    quantity, quantity_since = before.quantity, before.quantity_since
    is_immediate = before.first_day == day and before.is_immediate
    if change.price is not None:
        price, price_since = change.price, day
    if isinstance(change, Amendment):
        if change.quantity is not None and is_counted(price):
            quantity, quantity_since = change.quantity, day
        is_immediate = is_immediate or change.change_billing == "immediate"
    if not is_counted(price):
        quantity = None
    if before.first_day == day:
        terms.pop()
    terms.append(Terms(day, price, quantity, price_since, quantity_since, is_immediate))


def rows_of_period(timeline: Timeline, measure: Measure, due_day: int, next_due_day: int) -> list[Row]:
    """The regular row of a period, and a row for each change that comes after it is due.

    Args:
        timeline: The terms.
        measure: The period's days, and how they are weighed.
        due_day: When the regular row is due; changes up to and including this day are known to it.
        next_due_day: When the next regular row is due; the period's end where there is none.
    """
    first_day, end = measure.first_day, measure.end
    known = timeline.terms_on(due_day)
    late = [terms for terms in timeline.terms if max(due_day, first_day) < terms.first_day < end]
    days = _cut(timeline, first_day, late[0].first_day if late else end)
    parts = [Part(day, after, timeline.terms_on(day), timeline.discounts_on(day)) for day, after in pairwise(days)]
    if late:
        parts += _parts_of(timeline, late[0].first_day, end, known)
    rows = [Row(first_day, end, due_day, is_change=False, measure=measure, parts=_merged(parts))]
    covered = known
    for number, terms in enumerate(late, start=1):
        row_due_day = terms.first_day if terms.is_immediate else next_due_day
        following = late[number] if number < len(late) else None
        # A change row is itself made with the terms known when it is due: a later change shortens it if it is known.
        is_shortened = following is not None and following.first_day <= row_due_day
        row_end = following.first_day if following is not None and is_shortened else end
        parts = _parts_of(timeline, terms.first_day, row_end, terms, instead_of=covered)
        rows.append(Row(terms.first_day, row_end, row_due_day, is_change=True, measure=measure, parts=_merged(parts)))
        if not is_shortened:
            covered = terms
    return rows


def discounted(price: Ratio, discounts: tuple[Discount, ...]) -> Ratio:
    """The price after its discounts, one after the other; never below zero."""
    for discount in discounts:
        numerator, denominator = discount.percent.as_integer_ratio()
        price = multiply(price, (max(100 * denominator - numerator, 0), 100 * denominator))
    return price


def exact_amount(row: Row, scale: int) -> Ratio:
    """The row's amount in minor units, exact: the sum of its parts."""
    total: Ratio = (0, 1)
    for part in row.parts:
        total = add(total, exact_part(part, row.measure, scale))
    return total


def exact_part(part: Part, measure: Measure, scale: int) -> Ratio:
    """One part's amount in minor units, exact."""
    price = full_price(part.terms.price, part.terms.quantity, scale)
    if part.instead_of is not None:
        price = subtract(price, full_price(part.instead_of.price, part.instead_of.quantity, scale))
    return measure.prorate(discounted(price, part.discounts), part.first_day, part.end)


def _is_given(discount: Discount, day: int) -> bool:
    return (discount.start is None or discount.start.toordinal() <= day) and (
        discount.end is None or day < discount.end.toordinal()
    )


def _cut(timeline: Timeline, first_day: int, end: int) -> list[int]:
    """The days from `first_day` to `end`, cut wherever anything changes between."""
    return [first_day, *(day for day in timeline.cuts if first_day < day < end), end]


def _parts_of(
    timeline: Timeline, first_day: int, end: int, terms: Terms, instead_of: Terms | None = None
) -> list[Part]:
    """Parts with the same terms throughout, cut where discounts change."""
    days = _cut(timeline, first_day, end)
    return [Part(day, after, terms, timeline.discounts_on(day), instead_of) for day, after in pairwise(days)]


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """The parts, with neighbours that differ in nothing but their days joined."""
    merged: list[Part] = []
    for part in parts:
        if merged and replace(merged[-1], first_day=part.first_day, end=part.end) == part:
            merged[-1] = replace(merged[-1], end=part.end)
        else:
            merged.append(part)
    return tuple(merged)
