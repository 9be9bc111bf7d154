"""Metered charges: their usage as quantities of each period, so that all else is priced as for any other charge.

Comes in: a metered charge with its rows, and the grid of its periods. Goes out: the same charge with a quantity for
each period, as amendments; which periods cannot be priced, and why; and what was used, in words. A sum of what was used
is never prorated, only its bounds and amounts off; levels are, like any quantity. Must not know currencies or rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.prices import PackagePrice, TimePrice
from billcheck.contracts.terms import Amendment
from billcheck.pricing.timeline import make_timeline
from billcheck.pricing.usage import find_quantity
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.usage import Metering, Rollover
    from billcheck.pricing.grid import Grid
    from billcheck.pricing.timeline import Timeline
    from billcheck.pricing.usage import Found

_ZERO = Decimal(0)

CHANGE_INSIDE = (
    "What is agreed changes on {day}, inside a period whose quantities are added up: let it count from the next period."
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
        if _is_stopped(timeline, first_day, end):
            notes[first_day] = ()
            amendments.append(Amendment(date.fromordinal(first_day), quantity=_nothing(charge)))
            continue
        found = find_quantity(metering.rows, metering.basis, charge.roles, first_day, end)
        question = found.question or (_change_inside(timeline, first_day, end) if is_sum else "")
        if carried is not None:
            question = question or timeline.terms_on(first_day).unknown
            question = carried.question_for(first_day, end, question)
        if question:
            unknowns[first_day] = question
            amendments.append(Amendment(date.fromordinal(first_day), quantity=_nothing(charge)))
            continue
        notes[first_day] = tuple(_notes(metering, found))
        price = None
        if carried is not None:
            price, words = carried.take(timeline.terms_on(first_day).price, found.levels[0].quantity, first_day, end)
            notes[first_day] += words
        amendments += [
            Amendment(date.fromordinal(level.first_day), quantity=level.quantity, price=price) for level in found.levels
        ]
    priced = replace(
        charge,
        metering=None,
        quantity=_nothing(charge),
        amendments=(*charge.amendments, *amendments),
        proration=replace(charge.proration, is_price_whole=is_sum),
    )
    return MeteredTerms(priced, unknowns, notes)


def _nothing(charge: Charge) -> Quantity:
    return () if isinstance(charge.price, TimePrice) else _ZERO


def _is_stopped(timeline: Timeline, first_day: int, end: int) -> bool:
    """Whether nothing is due on any day of a period, whatever was used."""
    days = [first_day, *(day for day in timeline.cuts if first_day < day < end)]
    return not any(timeline.terms_on(day).is_running for day in days)


def _change_inside(timeline: Timeline, first_day: int, end: int) -> str:
    """Why a sum cannot be priced in a period inside which the price changes, or billing stops; empty where it can."""
    first = timeline.terms_on(first_day)
    for day in timeline.cuts:
        terms = timeline.terms_on(day)
        if first_day < day < end and (terms.price, terms.is_running) != (first.price, first.is_running):
            return CHANGE_INSIDE.format(day=date.fromordinal(day))
    return ""


def _notes(metering: Metering, found: Found) -> Iterator[str]:
    """Each row that was used, and how they were put together."""
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
