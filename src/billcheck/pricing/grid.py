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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import InvoiceDay, Timing

EARLIEST_DAY = date(FIRST_YEAR, 1, 1)
LATEST_DAY = date(LAST_YEAR, 12, 31)

# The full period around a stub may begin a year before the first day. The period after the horizon may begin, end and
# be due within three years; and its due day is a horizon again when a single row is worked out anew.
_FIRST_GRID_YEAR = FIRST_YEAR - 2
_LAST_GRID_YEAR = LAST_YEAR + 8
_EARLIEST, _LATEST_END = EARLIEST_DAY.toordinal(), LATEST_DAY.toordinal() + 1
_LATEST_HORIZON = LATEST_DAY.replace(year=LAST_YEAR + 3).toordinal()
_GRIDS_KEPT = 16_384
_YEARS_TOGETHER = 8


class DayOutOfRangeProblem(Problem):
    """A day is outside the years that can be priced (1900 to 2199)."""

    remedy = "Check the year."


class EmptyTermProblem(Problem):
    """A charge ends on or before its first day, so it has no day to price."""

    remedy = "Check the start and the end of the charge."


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods in order, as day ordinals; `ends` are exclusive.

    `stubs` holds the index of each period that is only part of a full one, with the days of that full period; at most
    the first and the last. `changes` says of none of them that it is a change.
    """

    first_days: tuple[int, ...]
    ends: tuple[int, ...]
    due_days: tuple[int, ...]
    changes: tuple[bool, ...]
    stubs: tuple[tuple[int, int], ...]

    def full_days(self, index: int) -> int:
        """The days of the full period that this period is, or is a part of."""
        for stub, days in self.stubs:
            if stub == index:
                return days
        return self.ends[index] - self.first_days[index]

    def is_stub(self, index: int) -> bool:
        """Whether the period is only part of a full one."""
        return any(stub == index for stub, _ in self.stubs)


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

    The day is the anchor day in every month that is `phase` modulo `months` after January (so the start month is kept),
    or the last day of a month that has fewer days. Each comes from the wanted day itself, never from its predecessor:
    these are the days of `billcheck.period.boundary`, laid out at once.
    """
    earliest, end = ((year - _FIRST_GRID_YEAR) * 12 for year in (first_year, last_year + 1))
    return tuple(first + min(anchor_day, days) - 1 for first, days in _months()[earliest + phase : end : months])


def _years_around(start: int, until: int) -> tuple[int, int]:
    """The years in which boundaries from the start to the horizon, and those beside them, can fall.

    They are few, because each boundary is kept; and rounded outwards, so that many grids share them.
    """
    first = date.fromordinal(start).year - 2
    last = date.fromordinal(max(start, until)).year + 4
    return max(first - first % _YEARS_TOGETHER, _FIRST_GRID_YEAR), min(
        last - last % _YEARS_TOGETHER + _YEARS_TOGETHER - 1, _LAST_GRID_YEAR
    )


@lru_cache(maxsize=_GRIDS_KEPT)
def make_grid(
    start: int,
    end: int | None,
    months: int,
    anchor_day: int,
    timing: Timing,
    invoice_day: InvoiceDay | None,
    until: int,
) -> Grid:
    """The periods due on or before `until` and the first one due after it, if there is one.

    Args:
        start: First day of the term.
        end: The day after its last day; None for an open term.
        months: Calendar months between boundaries.
        anchor_day: The wanted day of the month, 1-31.
        timing: Due on the first day (in_advance) or on the day after the last (in_arrears).
        invoice_day: Moves the due day: period_start is the first day, period_end the last, a number the first such day
            of a month, on or after the due day by timing; None leaves it.
        until: The horizon, inclusive.

    Raises:
        UsageError: A day lies outside the years 1900 to 2199, or the term holds no day.
    """
    for where, day, latest in (
        ("start", start, _LATEST_END),
        ("end", end, _LATEST_END),
        ("until", until, _LATEST_HORIZON),
    ):
        if day is not None and not _EARLIEST <= day <= latest:
            raise UsageError([DayOutOfRangeProblem(where, date.fromordinal(day).isoformat())])
    if end is not None and end <= start:
        raise UsageError([EmptyTermProblem("end", date.fromordinal(end).isoformat())])
    years = _years_around(start, until)
    grid = boundaries(months, anchor_day, (date.fromordinal(start).month - 1) % months, *years)
    following = bisect_left(grid, start)
    # Every period that begins by the horizon, one more, and the end of that one: no period is due before it begins.
    edges = list(grid[following : bisect_right(grid, max(start, until)) + 2])
    full_days: dict[int, int] = {}
    if grid[following] != start:
        edges.insert(0, start)
        full_days[0] = grid[following] - grid[following - 1]
    if end is not None and end < edges[-1]:
        edges = [*edges[: bisect_left(edges, end)], end]
        closing = bisect_left(grid, end)
        if grid[closing] != end:
            full_days[len(edges) - 2] = grid[closing] - grid[closing - 1]
    first_days, ends = tuple(edges[:-1]), tuple(edges[1:])
    due_days = _due_days(first_days, ends, timing, invoice_day, years)
    count = min(bisect_right(due_days, until) + 1, len(first_days))
    return Grid(
        first_days=first_days[:count],
        ends=ends[:count],
        due_days=due_days[:count],
        changes=(False,) * count,
        stubs=tuple((index, days) for index, days in sorted(full_days.items()) if index < count),
    )


def _due_days(
    first_days: tuple[int, ...],
    ends: tuple[int, ...],
    timing: Timing,
    invoice_day: InvoiceDay | None,
    years: tuple[int, int],
) -> tuple[int, ...]:
    """The day each period is due; never before its first day, and never before that of the period ahead of it."""
    if invoice_day == "period_start":
        return first_days
    if invoice_day == "period_end":
        return tuple(end - 1 for end in ends)
    by_timing: Sequence[int] = first_days if timing == "in_advance" else ends
    if invoice_day is None:
        return tuple(by_timing)
    wanted = boundaries(1, invoice_day, 0, *years)
    return tuple(wanted[bisect_left(wanted, day)] for day in by_timing)
