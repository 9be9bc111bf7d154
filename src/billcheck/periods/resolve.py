"""A reading and an issue date become a service period, or nothing.

Comes in: a `Reading`, which knows no date, and the day ordinal of the document's issue date; where they are known, the
order of day and month in figures and the month a fiscal year starts in. Goes out: a half-open run of days with the rule
that read it. A month without a year is the one near the issue date, never one more than six months away; a tie is
refused. Must not know texts, words, contracts or ledgers.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from billcheck.grammar import DateOrder
from billcheck.periods.spans import Ending, Mark, ResolvedPeriod, Span, named_period

if TYPE_CHECKING:
    from billcheck.periods.reading import Reading

__all__ = ["ResolvedPeriod", "refusal", "resolve"]

CALENDAR_PARTS = frozenset({"quarter", "half year", "range of quarters", "range of half years"})
"""Rules that read a part of a calendar year, which may also be one of a fiscal year."""

_MAX_MONTHS_AWAY = 6
MAX_DAYS_AWAY = 5 * 366
"""A dated period further from its document than this is more likely a version, a law or a model than a service."""


def resolve(
    reading: Reading, issue_day: int, *, order: DateOrder | None = None, fiscal_year_start: int | None = None
) -> ResolvedPeriod | None:
    """The service period a text names on a document of that day, or None where there is none to be sure of.

    Args:
        reading: What the text says.
        issue_day: The issue date as a proleptic ordinal.
        order: The order of day and month in the source of the text, None where it shows none.
        fiscal_year_start: The month, 1 to 12, in which the fiscal year of the contract starts.
    """
    outcome = _outcome(reading, issue_day, order, fiscal_year_start)
    return None if isinstance(outcome, str) else outcome


def refusal(
    reading: Reading, issue_day: int, *, order: DateOrder | None = None, fiscal_year_start: int | None = None
) -> str:
    """Why `resolve` gives None, in a few words; empty where it gives a period."""
    outcome = _outcome(reading, issue_day, order, fiscal_year_start)
    return outcome if isinstance(outcome, str) else ""


def _outcome(
    reading: Reading, issue_day: int, order: DateOrder | None, fiscal_year_start: int | None
) -> ResolvedPeriod | str:
    if reading.by_order is not None and order is not None:
        reading = reading.by_order[0 if order is DateOrder.DAY_FIRST else 1]
    if reading.span is None:
        return reading.reason
    if reading.is_fiscal:
        if fiscal_year_start is None:
            return "the contract does not say when its fiscal year starts (fiscal_year_start)"
        return _fiscal(reading.span, reading.rule, _month_number(issue_day), fiscal_year_start - 1)
    if reading.rule in CALENDAR_PARTS and fiscal_year_start not in {None, 1}:
        return "it may be a quarter or half of the calendar year or of the contract's fiscal year"
    period = reading.dated
    if period is None:
        return _near(
            *reading.span.first[1:], *reading.span.last[1:], reading.span.ending, reading.rule, _month_number(issue_day)
        )
    if issue_day - MAX_DAYS_AWAY <= period.first_day and period.end_day <= issue_day + MAX_DAYS_AWAY:
        return period
    return "the period is more than five years away from the document"


def _fiscal(span: Span, rule: str, issued: int, shift: int) -> ResolvedPeriod | str:
    """A part of a fiscal year that starts `shift` months into a calendar year, wholly within six months.

    A fiscal year is named after the year it starts or ends in, as each business likes; the issue date tells which.
    """
    year = span.first.year
    if year is not None and not shift:
        return named_period(span, rule)
    found = []
    for start in range(issued // 12 - 1, issued // 12 + 2) if year is None else (year - 1, year):
        first, last = (start * 12 + month - 1 + shift for month in (span.first.month, span.last.month))
        if max(abs(first - issued), abs(last - issued)) <= _MAX_MONTHS_AWAY:
            found.append(Span(_mark(first), _mark(last)))
    if not found:
        return "no such part of the fiscal year lies within six months of the document"
    return named_period(found[0], rule)


def _mark(month_number: int) -> Mark:
    return Mark(month_number // 12, month_number % 12 + 1)


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
