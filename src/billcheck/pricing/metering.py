"""Metered charges: their usage as quantities of each period, so that all else is priced as for any other charge.

Comes in: a metered charge with its rows, and the grid of its periods. Goes out: the same charge with a quantity for
each period, as amendments; which periods cannot be priced, and why; and what was used, in words. A sum of what was used
is never prorated, only its bounds and amounts off; levels are, like any quantity. Where a plan asks for another kind of
quantity, each stretch of days has its own. Must not know currencies or rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import PackagePrice, TimePrice, is_counted
from billcheck.contracts.terms import Amendment
from billcheck.pricing.timeline import make_timeline
from billcheck.pricing.usage import Found, find_quantity
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.usage import Metering, Rollover, UsageRow
    from billcheck.pricing.grid import Grid
    from billcheck.pricing.timeline import Timeline

_ZERO = Decimal(0)

CHANGE_INSIDE = (
    "What is agreed changes on {day}, inside a period whose quantities are added up: let it count from the next period."
)
OTHER_QUANTITY = (
    "{row} gives {given}, but the price on these days is for {wanted}: correct the row, or the day of the change."
)
EARLIER_UNKNOWN = "Free units may roll over from {days}, whose quantity is not known: {question}"


@dataclass(frozen=True, slots=True)
class MeteredTerms:
    """A metered charge as one with a quantity for each period.

    `unknowns` says of periods, by their first day, why they cannot be priced; `notes` what was used in each of the
    others.
    """

    charge: Charge
    unknowns: dict[int, str]
    notes: dict[int, tuple[str, ...]]


def with_usage(charge: Charge, metering: Metering, grid: Grid, digits: int) -> MeteredTerms:
    """The charge with the quantities of all periods of its grid; `digits` are those of the contract's currency."""
    timeline = make_timeline(charge, grid, digits)
    is_sum = metering.basis == "sum"
    unknowns: dict[int, str] = {}
    notes: dict[int, tuple[str, ...]] = {}
    amendments: list[Amendment] = []
    carried = None if metering.rollover is None else _Carried(metering.rollover)
    for first_day, end in zip(grid.first_days, grid.ends, strict=True):
        stretches = list(_stretches(timeline, first_day, end))
        is_stopped = _is_stopped(timeline, first_day, end)
        question = _change_inside(timeline, first_day, end) if is_sum and not is_stopped else ""
        found = [] if is_stopped or question else [_find(metering, stretch) for stretch in stretches]
        question = next((each.question for each in found if each.question), question)
        if not is_stopped and carried is not None:
            question = question or timeline.terms_on(first_day).unknown
            question = carried.question_for(first_day, end, question)
        if is_stopped or question:
            if question:
                unknowns[first_day] = question
            notes[first_day] = ()
            amendments += _without_usage(stretches)
            continue
        notes[first_day] = tuple(note for each in found for note in _notes(metering, each))
        price = None
        if carried is not None and found[0].levels:
            price, words = carried.take(timeline.terms_on(first_day).price, found[0].levels[0].quantity, first_day, end)
            notes[first_day] += words
        amendments += [
            Amendment(date.fromordinal(level.first_day), quantity=level.quantity, price=price)
            for each in found
            for level in each.levels
        ]
        if price is not None:
            # The same price may be set again inside the period; what was carried into it counts on.
            amendments += [
                Amendment(date.fromordinal(day), price=price)
                for day in timeline.cuts
                if first_day < day < end and timeline.terms_on(day).price_since == day
            ]
    priced = replace(
        charge,
        metering=None,
        quantity=_nothing_of(_kind_of(charge.price)),
        amendments=(*charge.amendments, *amendments),
        proration=replace(charge.proration, is_price_whole=is_sum),
    )
    return MeteredTerms(priced, unknowns, notes)


class _Stretch(NamedTuple):
    """Days of a period, `end` exclusive, on which prices ask for one kind of quantity.

    `roles` are those of the rate card in force; none for a number, and None where the price needs no quantity at all.
    """

    first_day: int
    end: int
    roles: tuple[str, ...] | None


def _stretches(timeline: Timeline, first_day: int, end: int) -> Iterator[_Stretch]:
    """The days of a period, parted where the price begins to ask for another kind of quantity."""
    days = [first_day, *(day for day in timeline.cuts if first_day < day < end), end]
    for roles, run in groupby(pairwise(days), key=lambda pair: _kind_of(timeline.terms_on(pair[0]).price)):
        pairs = list(run)
        yield _Stretch(pairs[0][0], pairs[-1][1], roles)


def _kind_of(price: Price) -> tuple[str, ...] | None:
    if isinstance(price, TimePrice):
        return tuple(rate.role for rate in price.rates)
    return () if is_counted(price) else None


def _nothing_of(roles: tuple[str, ...] | None) -> Quantity:
    return () if roles else _ZERO


def _find(metering: Metering, stretch: _Stretch) -> Found:
    """The quantity of a stretch of days; nothing, and no question, where the price needs none."""
    if stretch.roles is None:
        return Found()
    wanted = stretch.roles or (None,)
    rows = [row for row in metering.rows if row.role in wanted]
    for row in metering.rows:
        if row.role not in wanted and _is_about(row, stretch, is_sum=metering.basis == "sum"):
            given = "a quantity without a role" if row.role is None else f"hours of {row.role}"
            kind = "the hours of a rate card" if stretch.roles else "a quantity without roles"
            return Found(question=OTHER_QUANTITY.format(row=row.where or "A row", given=given, wanted=kind))
    return find_quantity(rows, metering.basis, stretch.roles, stretch.first_day, stretch.end)


def _is_about(row: UsageRow, stretch: _Stretch, *, is_sum: bool) -> bool:
    """Whether what a row counts falls on these days, or a level was read on one of them."""
    first_day = row.first_day.toordinal()
    end = row.end.toordinal() if is_sum and row.end is not None else first_day + 1
    return first_day < stretch.end and end > stretch.first_day


def _without_usage(stretches: list[_Stretch]) -> Iterator[Amendment]:
    """A quantity of nothing for every stretch, so that it can be laid out though nothing of it counts."""
    for stretch in stretches:
        yield Amendment(date.fromordinal(stretch.first_day), quantity=_nothing_of(stretch.roles))


def _is_stopped(timeline: Timeline, first_day: int, end: int) -> bool:
    """Whether nothing is due on any day of a period, whatever was used."""
    days = [first_day, *(day for day in timeline.cuts if first_day < day < end)]
    return not any(timeline.terms_on(day).is_running for day in days)


def _change_inside(timeline: Timeline, first_day: int, end: int) -> str:
    """Why a sum cannot be priced in a period inside which the price changes, or billing stops; empty where it can.

    A price that needs no quantity is prorated like any other.
    """
    before = timeline.terms_on(first_day)
    for day in timeline.cuts:
        if first_day < day < end:
            terms = timeline.terms_on(day)
            is_other = (terms.price, terms.is_running) != (before.price, before.is_running)
            if is_other and (is_counted(terms.price) or is_counted(before.price)):
                return CHANGE_INSIDE.format(day=date.fromordinal(day))
            before = terms
    return ""


def _notes(metering: Metering, found: Found) -> Iterator[str]:
    """Each row that was used, and how they were put together."""
    if not found.levels:
        return
    for row in found.rows:
        since = "from " if row.end is None and metering.basis != "sum" else ""
        role = "" if row.role is None else f" {row.role}"
        where = f" ({row.where})" if row.where else ""
        yield f"usage {plain_number(row.quantity)}{role} {since}{row.days}{where}"
    yield f"quantity_basis: {_BASES[metering.basis]}"


_BASES = {
    "by_day": "each day's own quantity (by_day)",
    "first": "the quantity of the first day (first)",
    "last": "the quantity of the last day (last)",
    "max": "the largest quantity (max)",
    "average": "the average over the days, rounded half-up to ten decimals (average)",
    "sum": "the sum of what was used, not prorated (sum)",
}


@dataclass(slots=True)
class _Lot:
    """Free units that a period left unused: how many are left, and in how many more periods they count."""

    units: Decimal
    periods_left: int
    days: str


class _Carried:
    """Free units carried from period to period: the oldest are used first, before the period's own."""

    def __init__(self, rollover: Rollover) -> None:
        self._rollover = rollover
        self._lots: list[_Lot] = []
        self._blocked = ""

    def question_for(self, first_day: int, end: int, question: str) -> str:
        """Why a period cannot be priced: its own question, else that of an earlier period; empty where it can."""
        if self._blocked:
            return self._blocked
        if question:
            days = f"{date.fromordinal(first_day)} to {date.fromordinal(end - 1)}"
            self._blocked = EARLIER_UNKNOWN.format(days=days, question=question)
        return question

    def take(self, price: Price, quantity: Quantity, first_day: int, end: int) -> tuple[Price, tuple[str, ...]]:
        """The price of a period with the free units that were carried into it, and what happened to them in words."""
        own = _free_units(price)
        words = tuple(f"free units carried from {lot.days}: {plain_number(lot.units)}" for lot in self._lots)
        carried = sum((lot.units for lot in self._lots), _ZERO)
        left = _total(quantity)
        for lot in self._lots:
            used = min(lot.units, left)
            lot.units -= used
            left -= used
            lot.periods_left -= 1
        unused = max(own - left, _ZERO)
        days = f"{date.fromordinal(first_day)} to {date.fromordinal(end - 1)}"
        self._lots = [lot for lot in self._lots if lot.units and lot.periods_left]
        if unused:
            self._lots.append(_Lot(unused, self._rollover.periods, days))
        self._trim()
        return _with_free_units(price, own + carried), words

    def _trim(self) -> None:
        """Let what exceeds the cap lapse, the oldest first."""
        cap = self._rollover.cap
        if cap is None:
            return
        excess = sum((lot.units for lot in self._lots), _ZERO) - cap
        for lot in self._lots:
            lapsed = min(lot.units, max(excess, _ZERO))
            lot.units -= lapsed
            excess -= lapsed
        self._lots = [lot for lot in self._lots if lot.units]


def _total(quantity: Quantity) -> Decimal:
    return sum((hours.quantity for hours in quantity), _ZERO) if isinstance(quantity, tuple) else quantity


def _free_units(price: Price) -> Decimal:
    if isinstance(price, PackagePrice):
        return price.free_units
    return price.included if isinstance(price, TimePrice) else _ZERO


def _with_free_units(price: Price, units: Decimal) -> Price:
    if isinstance(price, PackagePrice):
        return replace(price, free_units=units)
    return replace(price, included=units) if isinstance(price, TimePrice) else price
