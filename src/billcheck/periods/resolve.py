"""A reading and an issue date become a service period, or nothing.

Comes in: a `Reading`, which knows no date, and the day ordinal of the document's issue date. Goes out: a half-open run
of days with the rule that read it. A month without a year is the one near the issue date, never one more than six
months away; a tie is refused. Must not know texts, words, contracts or ledgers.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from billcheck.periods.spans import Ending, Mark, ResolvedPeriod, Span, named_period

if TYPE_CHECKING:
    from billcheck.periods.reading import Reading

__all__ = ["ResolvedPeriod", "refusal", "resolve"]

_MAX_MONTHS_AWAY = 6
_MAX_DAYS_AWAY = 5 * 366
"""A dated period further from its document than this is more likely a version, a law or a model than a service."""


def resolve(reading: Reading, issue_day: int) -> ResolvedPeriod | None:
    """The service period a text names on a document of that day, or None where there is none to be sure of.

    Args:
        reading: What the text says.
        issue_day: The issue date as a proleptic ordinal.
    """
    if reading.span is None:
        return None
    period = reading.dated
    if period is None:
        outcome = _without_year(reading, issue_day)
        return None if isinstance(outcome, str) else outcome
    if issue_day - _MAX_DAYS_AWAY <= period.first_day and period.end_day <= issue_day + _MAX_DAYS_AWAY:
        return period
    return None


def refusal(reading: Reading, issue_day: int) -> str:
    """Why `resolve` gives None, in a few words; empty where it gives a period."""
    if reading.span is None:
        return reading.reason
    if resolve(reading, issue_day) is not None:
        return ""
    if reading.dated is not None:
        return "the period is more than five years away from the document"
    return str(_without_year(reading, issue_day))


def _without_year(reading: Reading, issue_day: int) -> ResolvedPeriod | str:
    span = reading.span
    if span is None:
        return reading.reason
    return _near(*span.first[1:], *span.last[1:], span.ending, reading.rule, _month_number(issue_day))


@lru_cache(maxsize=4096)
def _month_number(day: int) -> int:
    issued = date.fromordinal(day)
    return issued.year * 12 + issued.month - 1


@lru_cache(maxsize=4096)
def _near(
    first_month: int,
    first_day: int | None,
    last_month: int,
    last_day: int | None,
    ending: Ending,
    rule: str,
    issued: int,
) -> ResolvedPeriod | str:
    """The one year that keeps the whole span within six months of the issue month."""
    span = Span(Mark(None, first_month, first_day), Mark(None, last_month, last_day), ending)
    is_across = (last_month, last_day or 0) < (first_month, first_day or 0)
    years = []
    for year in range(issued // 12 - 1, issued // 12 + 2):
        starts, ends = year * 12 + first_month - 1, (year + is_across) * 12 + last_month - 1
        if max(abs(starts - issued), abs(ends - issued)) <= _MAX_MONTHS_AWAY:
            years.append(year)
    if not years:
        return "the year is not given, and the months reach more than six months away from the document"
    if len(years) > 1:
        return "the year is not given, and two years are equally near"
    if not date.min.year < years[0] < date.max.year:
        return "the year is not given, and the document's date is at the edge of the calendar"
    return named_period(span, rule, years[0])
