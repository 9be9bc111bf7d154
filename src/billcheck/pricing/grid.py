"""The periods of a charge: where they begin and end, and the day each is due.

Comes in: a charge's term, cadence, anchor day, timing and invoice day, as day ordinals and plain values. Goes out: a
`Grid` of parallel tuples, shared by all charges with the same answers. Knows nothing about prices, and nothing is
worked out per day: the boundaries of a cadence are laid out once and periods are slices of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.grammar import FIRST_YEAR, LAST_YEAR
from billcheck.period import boundary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import FullPeriodRule, InvoiceDay, Timing
    from billcheck.period import Cadence

EARLIEST_DAY = date(FIRST_YEAR, 1, 1)
LATEST_DAY = date(LAST_YEAR, 12, 31)

# A period has at most `MOST_YEARS`. The full period around a stub may begin so long before the first day; the period
# after the horizon may begin, end and be due within three of them, and its due day is a horizon again when a single row
# is worked out anew.
MOST_YEARS = 5
_FIRST_GRID_YEAR = FIRST_YEAR - MOST_YEARS - 1
_LAST_GRID_YEAR = LAST_YEAR + 8 * MOST_YEARS
_EARLIEST, _LATEST_END = EARLIEST_DAY.toordinal(), LATEST_DAY.toordinal() + 1
_LATEST_HORIZON = LATEST_DAY.replace(year=LAST_YEAR + 3 * MOST_YEARS).toordinal()
_GRIDS_KEPT = 16_384
_YEARS_TOGETHER = 8
_A_MONDAY = date(1900, 1, 1).toordinal()
_WEEK = 7


class DayOutOfRangeProblem(Problem):
    """A day is outside the years that can be priced (1900 to 2199)."""

    remedy = "Check the year."


class EmptyTermProblem(Problem):
    """A charge ends on or before its first day, so it has no day to price."""

    remedy = "Check the start and the end of the charge."


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods in order, as day ordinals; `ends` are exclusive.

    `stubs` holds the index of each period that is only part of a full one, with the first day and the end of that full
    period; at most the first and the last. `is_cut_at_start` says that the first period begins inside a full one.
    `changes` says of none of them that it is a change.
    """

    first_days: tuple[int, ...]
    ends: tuple[int, ...]
    due_days: tuple[int, ...]
    changes: tuple[bool, ...]
    stubs: tuple[tuple[int, int, int], ...]
    is_cut_at_start: bool = False

    def full_period(self, index: int) -> tuple[int, int]:
        """First day and end of the full period that this period is, or is a part of."""
        for stub, first_day, end in self.stubs:
            if stub == index:
                return first_day, end
        return self.first_days[index], self.ends[index]

    def first_periods(self, count: int) -> Grid:
        """The grid of the first periods alone."""
        return Grid(
            self.first_days[:count],
            self.ends[:count],
            self.due_days[:count],
            self.changes[:count],
            tuple(stub for stub in self.stubs if stub[0] < count),
            self.is_cut_at_start,
        )


@lru_cache(maxsize=1)
def _months() -> tuple[tuple[int, int], ...]:
    """The first day and the number of days of every month that boundaries may fall in."""
    firsts = [
        date(year, month, 1).toordinal()
        for year in range(_FIRST_GRID_YEAR, _LAST_GRID_YEAR + 1)
        for month in range(1, 13)
    ]
    return tuple((first, after - first) for first, after in pairwise(firsts))


@lru_cache(maxsize=1024)
def boundaries(
    months: int, anchor_day: int, phase: int, first_year: int = _FIRST_GRID_YEAR, last_year: int = _LAST_GRID_YEAR
) -> tuple[int, ...]:
    """Every boundary of a cadence within these years, at most those that can be priced.

    The day is the anchor day in every month that is `phase` modulo `months` after the January of the first year that
    can be laid out (so the start month is kept), or the last day of a month that has fewer days. Each comes from the
    wanted day itself, never from its predecessor: these are the days of `billcheck.period.boundary`, laid out at once.
    """
    earliest, end = ((year - _FIRST_GRID_YEAR) * 12 for year in (first_year, last_year + 1))
    first = earliest + (phase - earliest) % months
    return tuple(day + min(anchor_day, days) - 1 for day, days in _months()[first:end:months])


@lru_cache(maxsize=256)
def _half_months(days: tuple[int, int], first_year: int, last_year: int) -> tuple[int, ...]:
    """Both days of every month within these years."""
    return tuple(sorted(day for wanted in days for day in boundaries(1, wanted, 0, first_year, last_year)))


def _years_around(start: int, until: int) -> tuple[int, int]:
    """The years in which boundaries from the start to the horizon, and those beside them, can fall.

    They are few, because each boundary is kept; and rounded outwards, so that many grids share them.
    """
    first = date.fromordinal(start).year - MOST_YEARS - 1
    last = date.fromordinal(max(start, until)).year + 2 * MOST_YEARS + 2
    return max(first - first % _YEARS_TOGETHER, _FIRST_GRID_YEAR), min(
        last - last % _YEARS_TOGETHER + _YEARS_TOGETHER - 1, _LAST_GRID_YEAR
    )


def phase_of(start: date, months: int, *, is_calendar: bool) -> int:
    """Which of the months that a cadence may fall in it does: those of the start, or of the calendar's Januaries."""
    year, month = (FIRST_YEAR, 1) if is_calendar else (start.year, start.month)
    return ((year - _FIRST_GRID_YEAR) * 12 + month - 1) % months


def _boundaries_around(
    start: int, until: int, cadence: Cadence, anchor_day: int, *, is_calendar: bool
) -> Sequence[int]:
    """The boundaries of a cadence, from one before the start to three after the horizon or more."""
    if cadence.fixed_days:
        step = cadence.fixed_days
        origin = start - (start - _A_MONDAY) % _WEEK if is_calendar else start
        return range(origin - step, max(start, until) + 4 * step, step)
    years = _years_around(start, until)
    if cadence.unit == "semi_month":
        return _half_months(cadence.days, *years)
    phase = phase_of(date.fromordinal(start), cadence.months, is_calendar=is_calendar)
    return boundaries(cadence.months, anchor_day, phase, *years)


@lru_cache(maxsize=_GRIDS_KEPT)
def make_grid(
    start: int,
    end: int | None,
    cadence: Cadence,
    anchor_day: int,
    timing: Timing,
    invoice_day: InvoiceDay | None,
    until: int,
    *,
    is_calendar: bool = False,
    full_period: FullPeriodRule = "containing",
) -> Grid:
    """The periods due on or before `until` and the first one due after it, if there is one.

    Args:
        start: First day of the term.
        end: The day after its last day; None for an open term.
        cadence: The distance between boundaries.
        anchor_day: The wanted day of the month, 1-31; weeks, days and half months have none.
        timing: Due on the first day (in_advance) or on the day after the last (in_arrears).
        invoice_day: Moves the due day: period_start is the first day, period_end the last, a number the first such day
            of a month, on or after the due day by timing, `DaysAfter` so many days after it; None leaves it.
        until: The horizon, inclusive.
        is_calendar: Months are counted from January and weeks from Monday, not from the start.
        full_period: The full period that a first part is weighed against.

    Raises:
        UsageError: A day lies outside the years 1900 to 2199, or the term holds no day.
    """
    _judge_days(start, end, until)
    grid = _boundaries_around(start, until, cadence, anchor_day, is_calendar=is_calendar)
    following = bisect_left(grid, start)
    # Every period that begins by the horizon, one more, and the end of that one: no period is due before it begins.
    edges = list(grid[following : bisect_right(grid, max(start, until)) + 2])
    full: dict[int, tuple[int, int]] = {}
    if grid[following] != start:
        edges.insert(0, start)
        full[0] = _full_period_of_first(start, grid[following - 1], grid[following], cadence, full_period)
    if end is not None and end < edges[-1]:
        edges = [*edges[: bisect_left(edges, end)], end]
        closing = bisect_left(grid, end)
        if grid[closing] != end:
            # A period that is cut at both ends is a first part.
            full.setdefault(len(edges) - 2, (grid[closing - 1], grid[closing]))
    first_days, ends = tuple(edges[:-1]), tuple(edges[1:])
    due_days = _due_days(first_days, ends, timing, invoice_day)
    count = min(bisect_right(due_days, until) + 1, len(first_days))
    return Grid(
        first_days=first_days[:count],
        ends=ends[:count],
        due_days=due_days[:count],
        changes=(False,) * count,
        stubs=tuple((index, *days) for index, days in sorted(full.items()) if index < count),
        is_cut_at_start=grid[following] != start,
    )


def _judge_days(start: int, end: int | None, until: int) -> None:
    """Days that can be priced, and a term that holds one."""
    for where, day, latest in (
        ("start", start, _LATEST_END),
        ("end", end, _LATEST_END),
        ("until", until, _LATEST_HORIZON),
    ):
        if day is not None and not _EARLIEST <= day <= latest:
            raise UsageError([DayOutOfRangeProblem(where, date.fromordinal(day).isoformat())])
    if end is not None and end <= start:
        raise UsageError([EmptyTermProblem("end", date.fromordinal(end).isoformat())])


def _full_period_of_first(
    start: int, before: int, after: int, cadence: Cadence, full_period: FullPeriodRule
) -> tuple[int, int]:
    """The full period that a first part is weighed against: the one around it, or one counted from one of its ends."""
    if not cadence.months:
        return before, after
    if full_period == "back_from_boundary":
        return boundary(date.fromordinal(after), cadence, -1).toordinal(), after
    if full_period == "from_start":
        return start, boundary(date.fromordinal(start), cadence, 1).toordinal()
    return before, after


def _due_days(
    first_days: tuple[int, ...], ends: tuple[int, ...], timing: Timing, invoice_day: InvoiceDay | None
) -> tuple[int, ...]:
    """The day each period is due; never before its first day, and never before that of the period ahead of it."""
    if invoice_day == "period_start":
        return first_days
    if invoice_day == "period_end":
        return tuple(end - 1 for end in ends)
    by_timing = first_days if timing == "in_advance" else ends
    if invoice_day is None:
        return by_timing
    if not isinstance(invoice_day, int):
        return tuple(day + invoice_day.days for day in by_timing)
    wanted = boundaries(1, invoice_day, 0, *_years_around(by_timing[0], by_timing[-1]))
    return tuple(wanted[bisect_left(wanted, day)] for day in by_timing)
