"""When agreed uplifts happen, and by how much: percentages, indices with lag, share, cap and floor, notices.

Comes in: an escalator, the first day of its charge and a horizon. Goes out: uplifts in order, each with its exact
percentage and how it came about. Must not know prices, periods, currencies or rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.period import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from billcheck.contracts.uplifts import Escalator, IndexClause, Notice

_ONE = Fraction(1)
_HUNDRED = 100
_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an uplift read from its index: months and values, and the change between them in percent, exact."""

    from_month: date
    from_value: Decimal
    to_month: date
    to_value: Decimal

    @property
    def percent(self) -> Fraction:
        """The change in percent, below zero where the index fell."""
        return (Fraction(self.to_value) / Fraction(self.from_value) - _ONE) * _HUNDRED


@dataclass(frozen=True, slots=True)
class Uplift:
    """One day on which an escalator raises (or, by an index, lowers) the price in force.

    `percent` is exact; None where a value of the index is not known (`missing_month` says of which month). An uplift
    that is not `is_exercised` changes nothing: no notice was given in time, and `notify_by` is the last day on which it
    could have been.
    """

    escalator: Escalator
    day: date
    percent: Fraction | None
    change: IndexChange | None = None
    missing_month: date | None = None
    is_exercised: bool = True
    notify_by: date | None = None


def uplifts_of(escalator: Escalator, start: date, until: date) -> list[Uplift]:
    """The uplifts of a charge that starts on `start`, through `until` (inclusive), in order.

    An uplift that is left out by `skipped` or `escalator.until` is absent; one that is `doubled` comes twice.
    """
    values = dict(escalator.index.values) if escalator.index else {}
    found = []
    before: date | None = None
    for day in _days_of(escalator, start, until):
        uplift = _uplift_on(escalator, day, before, values)
        before = day
        if escalator.until is not None and day >= escalator.until:
            break
        if day not in escalator.skipped:
            found += [uplift] * (2 if day in escalator.doubled else 1)
    return found


def _days_of(escalator: Escalator, start: date, until: date) -> Iterator[date]:
    """The days of uplifts through the horizon; each comes from the first, never from the one before it."""
    first = escalator.first_on or _first_day(escalator, start)
    wanted = start.day if escalator.month_and_day is None else escalator.month_and_day[1]
    if escalator.first_on is not None:
        wanted = first.day
    number = 0
    while (day := add_months(first, number * escalator.every_months, wanted)) <= until and day.year <= _LAST_YEAR:
        yield day
        number += 1


def _first_day(escalator: Escalator, start: date) -> date:
    """The first day that is late enough, and on the calendar date where there is one."""
    every, after = escalator.every_months, escalator.first_after_months
    months = every if after is None else after
    if escalator.month_and_day is None:
        return add_months(start, max(-(-months // every), 1) * every, start.day)
    earliest = add_months(start, months, start.day)
    month, wanted = escalator.month_and_day
    first = add_months(date(earliest.year, month, 1), 0, wanted)
    return first if first >= earliest else add_months(first, 12, wanted)


def _uplift_on(escalator: Escalator, day: date, before: date | None, values: dict[date, Decimal]) -> Uplift:
    """The uplift of one day; `before` is the day of the one ahead of it."""
    notice = escalator.notice
    is_exercised = notice is None or _is_given(notice, day, escalator.every_months)
    notify_by = None if notice is None else day - timedelta(days=notice.days)
    if escalator.index is None:
        percent = Fraction(escalator.percent or 0)
        return Uplift(escalator, day, percent, is_exercised=is_exercised, notify_by=notify_by)
    clause = escalator.index
    from_month = clause.base_month if before is None else _reference_month(clause, before)
    to_month = _reference_month(clause, day)
    for month in (from_month, to_month):
        if month not in values:
            return Uplift(escalator, day, None, missing_month=month, is_exercised=is_exercised, notify_by=notify_by)
    change = IndexChange(from_month, values[from_month], to_month, values[to_month])
    percent = _agreed_part(clause, change.percent)
    return Uplift(escalator, day, percent, change, is_exercised=is_exercised, notify_by=notify_by)


def _reference_month(clause: IndexClause, day: date) -> date:
    """The month whose value an uplift on this day takes."""
    return add_months(day.replace(day=1), -clause.lag_months, 1)


def _agreed_part(clause: IndexClause, percent: Fraction) -> Fraction:
    """Share first, then plus, then cap and floor; where these two contradict each other the floor holds."""
    if clause.share is not None:
        percent = percent * Fraction(clause.share) / _HUNDRED
    if clause.plus is not None:
        percent += Fraction(clause.plus)
    if clause.cap is not None:
        percent = min(percent, Fraction(clause.cap))
    if clause.floor is not None:
        percent = max(percent, Fraction(clause.floor))
    return percent


def _is_given(notice: Notice, day: date, every_months: int) -> bool:
    """Whether one of the notices came in time for this uplift and not as long ago as the uplift before it.

    A notice that came too late is lost: it falls before the day of its uplift, and so counts for no later one.
    """
    since = add_months(day, -every_months, day.day)
    by = day - timedelta(days=notice.days)
    return any(since < given <= by for given in notice.given_on)
