"""Spans of months or days as a text gives them, and the days they come to.

Comes in: marks with or without a year. Goes out: half-open runs of day ordinals, or the reason why there are none.
Must not know texts, tokens or issue dates.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import IntEnum
from typing import NamedTuple

REVERSED = "the range is reversed"
NO_SUCH_DATE = "the date does not exist"
_FULL_MONTHS = frozenset({3, 6, 12})
_HALF_MONTH = 16
_UNCLEAR_END = "it is not clear whether the last day is included"
_END_NAMED = ", end not included"


class Ending(IntEnum):
    """What the text says about the last day of a range of dates.

    `PLAIN` ("1 March - 31 March") is inclusive, but not from a day to the same day of a later month. `THROUGH` is
    always inclusive. `UNTIL` is read only where the day it names completes whole months. `UP_TO` (Dutch "tot") is
    exclusive, unless that leaves a fragment where the day it names would complete a full period.
    """

    PLAIN = 0
    THROUGH = 1
    UNTIL = 2
    UP_TO = 3


class Mark(NamedTuple):
    """A month, or a day of it; the year is None where the text gives none."""

    year: int | None
    month: int
    day: int | None = None


class Span(NamedTuple):
    """From one mark through or to another; both have a day or neither has, and both have a year or neither has."""

    first: Mark
    last: Mark
    ending: Ending = Ending.PLAIN


class ResolvedPeriod(NamedTuple):
    """A service period as proleptic ordinals; `end_day` is exclusive. `rule` says how it was read."""

    first_day: int
    end_day: int
    rule: str


class Days(NamedTuple):
    """A half-open run of day ordinals; `is_end_named` says that the text names the first day after it."""

    first_day: int
    end_day: int
    is_end_named: bool = False


def complete_years(first: Mark, last: Mark) -> tuple[Mark, Mark]:
    """Both marks with the year that one of them has, the range reaching at most into the next year."""
    if (first.year is None) == (last.year is None):
        return first, last
    is_across = (last.month, last.day or 0) < (first.month, first.day or 0)
    if first.year is None:
        return first._replace(year=(last.year or 0) - is_across), last
    return first, last._replace(year=first.year + is_across)


def days_of(span: Span, year: int | None = None) -> Days | str:
    """The days of a span, or the reason why it has none.

    Args:
        span: A span with years, or without.
        year: The year of the first mark, for a span without years; the last mark is in the same year, or in the next
            where it would come before the first.
    """
    first, last = span.first, span.last
    if year is not None:
        first, last = complete_years(first._replace(year=year), last)
    if first.day is None or last.day is None:
        return _months(first, last, span.ending)
    try:
        start_date, last_date = (
            date(first.year or 0, first.month, first.day),
            date(last.year or 0, last.month, last.day),
        )
    except ValueError:
        return NO_SUCH_DATE
    if last_date < start_date:
        return REVERSED
    return _with_ending(start_date, last_date, span.ending)


def named_period(span: Span, rule: str, year: int | None = None) -> ResolvedPeriod | str:
    """The period of a span (see `days_of`) under the rule that read it, or the reason why there is none."""
    days = days_of(span, year)
    if isinstance(days, str):
        return days
    return ResolvedPeriod(days.first_day, days.end_day, rule + _END_NAMED if days.is_end_named else rule)


def _months(first: Mark, last: Mark, ending: Ending) -> Days | str:
    start, end, after = _first_of(first, 0), _first_of(last, 0), _first_of(last, 1)
    if start >= after:
        return REVERSED
    if ending is not Ending.UP_TO:
        return Days(start, after)
    months = ((last.year or 0) - (first.year or 0)) * 12 + last.month - first.month
    if (months in _FULL_MONTHS) == (months + 1 in _FULL_MONTHS):
        return "it is not clear whether the last month is included"
    return Days(start, end, is_end_named=True) if months in _FULL_MONTHS else Days(start, after)


def _first_of(mark: Mark, later: int) -> int:
    year, month = divmod((mark.year or 0) * 12 + mark.month - 1 + later, 12)
    return date(year, month + 1, 1).toordinal()


def _with_ending(first: date, last: date, ending: Ending) -> Days | str:
    inclusive = Days(first.toordinal(), last.toordinal() + 1)
    is_other_month = (first.year, first.month) != (last.year, last.month)
    if ending is Ending.UP_TO:
        if first == last:
            return REVERSED  # not one day of it is left
        exclusive = Days(first.toordinal(), last.toordinal(), is_end_named=True)
        if not _is_full(inclusive):
            return exclusive
        return inclusive if not _is_full(exclusive) else _UNCLEAR_END
    if ending is Ending.THROUGH:
        return inclusive
    if is_other_month and first.day == last.day:
        return Days(first.toordinal(), last.toordinal(), is_end_named=True)
    after = date.fromordinal(min(inclusive.end_day, date.max.toordinal()))
    if is_other_month and after.day == 1 and _is_clamped(first, last):
        return _UNCLEAR_END
    if ending is Ending.UNTIL and after.day != first.day:
        return "'until' leaves open whether the last day is included"
    return inclusive


def _is_full(days: Days) -> bool:
    """Whether the days are whole months from their first day, whole weeks, or half of a month."""
    first, end = date.fromordinal(days.first_day), date.fromordinal(min(days.end_day, date.max.toordinal()))
    is_half = (first.day, end.day) in {(1, 16), (16, 1)} and days.end_day - days.first_day <= _HALF_MONTH
    return first.day == end.day or is_half or (days.end_day - days.first_day) % 7 == 0


def _is_clamped(first: date, last: date) -> bool:
    """Whether the last day of the last month may stand for the day of the first ("31 January - 28 February")."""
    return first.day > last.day or first.day == monthrange(first.year, first.month)[1]
