"""Amounts of service periods by calendar month and by fiscal year.

Comes in: periods and their amounts. Goes out: what of them lies in each month and in each fiscal year, by days. Shares
are differences of rounded running sums, so every way to cut a period adds up to the whole, and months add up to the
years that end with them. Must not know cases or wording.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from billcheck.money import round_half_up
from billcheck.period import ONE_DAY, Period, add_months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

_LONGEST_MONTH = 31


class YearEnd(NamedTuple):
    """The last day of a fiscal year, every year the same; 29 February is the last day of that month in any year."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


CALENDAR_YEAR = YearEnd(12, 31)


@dataclass(frozen=True, slots=True)
class TimeShare:
    """What lies in the days from `first_day` through `last_day`: arrears, and what was billed too much; minor units."""

    first_day: date
    last_day: date
    arrears_minor: int = 0
    overbilled_minor: int = 0


def month_of(day: date) -> Period:
    """The calendar month that holds a day."""
    return Period.from_last_day(day.replace(day=1), add_months(day, 0, _LONGEST_MONTH))


def fiscal_year_of(day: date, year_end: YearEnd) -> Period:
    """The fiscal year that holds a day."""
    last = _end_in(day.year, day, year_end)
    if last < day:
        last = _end_in(day.year + 1, day, year_end)
    return Period.from_last_day(_end_in(last.year - 1, day, year_end) + ONE_DAY, last)


def by_month(entries: Iterable[TimeShare]) -> tuple[TimeShare, ...]:
    """What lies in each calendar month, the earliest first; months without an amount are left out."""
    return _cut(entries, month_of)


def by_fiscal_year(entries: Iterable[TimeShare], year_end: YearEnd) -> tuple[TimeShare, ...]:
    """What lies in each fiscal year, the earliest first; years without an amount are left out."""
    return _cut(entries, lambda day: fiscal_year_of(day, year_end))


def is_cut(entry: TimeShare, year_end: YearEnd) -> bool:
    """Whether the days go over the end of a month or of a fiscal year, so that the amount is shared out."""
    spans = month_of(entry.first_day), fiscal_year_of(entry.first_day, year_end)
    return entry.last_day > min(span.last_day for span in spans)


def _end_in(year: int, day: date, year_end: YearEnd) -> date:
    return add_months(day.replace(year=year, month=year_end.month, day=1), 0, year_end.day)


def _cut(entries: Iterable[TimeShare], span_of: Callable[[date], Period]) -> tuple[TimeShare, ...]:
    sums: defaultdict[Period, list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        whole = Period.from_last_day(entry.first_day, entry.last_day)
        first = entry.first_day
        while first < whole.end:
            span = span_of(first)
            end = min(span.end, whole.end)
            for index, minor in enumerate((entry.arrears_minor, entry.overbilled_minor)):
                sums[span][index] += _up_to(end, minor, whole) - _up_to(first, minor, whole)
            first = end
    return tuple(
        TimeShare(span.first_day, span.last_day, arrears, overbilled)
        for span, (arrears, overbilled) in sorted(sums.items())
        if arrears or overbilled
    )


def _up_to(day: date, minor: int, whole: Period) -> int:
    """What of the amount belongs to the days before `day`, rounded."""
    return round_half_up(Fraction(minor * (day - whole.first_day).days, whole.days))
