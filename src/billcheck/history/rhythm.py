"""How often a series recurs, and which period each of its events is for.

Comes in: the events of a series. Goes out: a `Rhythm`: cadence, boundaries, timing, the period of every event, and by
what each of these is known; or None where nothing recurs. Service periods in texts and columns come first; where there
are none, the distances between issue dates speak, and the timing is a guess. Whole numbers and medians only. Must not
know amounts beyond asking whether two are equal, nor prices or contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

from billcheck.history.series import most_common
from billcheck.ledger.source import NO_DAY
from billcheck.period import Cadence, add_months, boundary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Timing
    from billcheck.history.series import Event

_MONTHS = {1: Cadence("month"), 3: Cadence("quarter"), 6: Cadence("half_year"), 12: Cadence("year")}
_MONTHS_TRIED = (1, 2, 3, 4, 6, 12, 24, 36)
_WEEKS_TRIED = (1, 2, 3, 4, 6, 8)
_WEEK = 7
_MOST_MONTHS = 60
_EARLY_IN_MONTH, _LATE_IN_MONTH = 10, 25
_LATEST_FIRST_HALF = 27
_MOST_OF_HALF_MONTH = 20
_MOST_SHIFTED = 5
_SURE = 4
"""From so many events on four weeks are told from a month."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a series recurs.

    `anchor` is the first day of period 0, its day of the month `anchor_day` where periods are of months. `numbers` has
    for each event the periods it bills, the first and the last. `stated` counts events whose period is written on them,
    `timed` those whose issue date shows the timing; where none does the timing is a guess. `first_day` is that of the
    first period, later than its boundary where only a part of it was billed, and `end` likewise, exclusive.
    """

    every: Cadence
    anchor: date
    anchor_day: int | None
    numbers: tuple[tuple[int, int], ...]
    timing: Timing
    stated: int
    timed: int
    first_day: date
    end: date
    lag: int
    is_on_last_day: bool

    def boundary(self, number: int) -> date:
        """The first day of a period."""
        return boundary(self.anchor, self.every, number, self.anchor_day)

    @property
    def last(self) -> int:
        """The number of the last period that was billed; the first is 0."""
        return max(last for _, last in self.numbers)

    def due_day(self, number: int) -> int:
        """The day a period is due by the timing."""
        if self.timing == "in_advance":
            return self.boundary(number).toordinal()
        return self.boundary(number + 1).toordinal() - self.is_on_last_day


def find_rhythm(events: Sequence[Event]) -> Rhythm | None:
    """How events recur; None where they do not, or too rarely to tell."""
    if len(events) < 2:  # noqa: PLR2004 - twice is recurring
        return None
    stated = [event for event in events if event.first_day != NO_DAY]
    if len(stated) * 2 >= len(events):
        found = _by_periods(events, stated)
        if found is not None:
            return found
    return _by_days(events)


def cadence_of(months: int) -> Cadence:
    """The cadence of so many months."""
    return _MONTHS.get(months) or Cadence("month", months)


def months_between(first: date, end: date) -> int:
    """How many whole months from one day to another; 0 where it is no whole number of them."""
    months = (end.year - first.year) * 12 + end.month - first.month
    if months <= 0:
        return 0
    is_whole = add_months(first, months, first.day) == end or add_months(end, -months, end.day) == first
    return months if is_whole else 0


def _by_periods(events: Sequence[Event], stated: Sequence[Event]) -> Rhythm | None:
    """The rhythm that written periods show."""
    spans = [(date.fromordinal(event.first_day), date.fromordinal(event.end_day)) for event in stated]
    months, often = most_common(filter(None, (months_between(*span) for span in spans)))
    firsts = sorted({first for first, _ in spans})
    half_months = _half_months_of_spans(spans)
    if half_months is not None:
        every = half_months
    elif often * 2 > len(stated) and months <= _MOST_MONTHS and not _are_of_one_length(spans, firsts):
        if _is_spaced_wider(months, firsts):
            return None  # a bill of a quarter that names one month of it: what is named is not what it is for
        every = cadence_of(months)
    else:
        days, often = most_common((end - first).days for first, end in spans)
        if often * 2 <= len(stated) or (days % _WEEK and days != 30):  # noqa: PLR2004 - the one other length in use
            return None
        every = Cadence("day", days) if days % _WEEK else _weeks(days // _WEEK)
    anchor, anchor_day = _anchor_of(every, [first for first, end in spans if _is_full(every, first, end)] or firsts)
    grid = _Grid(every, anchor, anchor_day)
    lag = _median([event.day - event.first_day for event in stated])
    numbers = [
        grid.span_of(event.first_day, event.end_day) if event.first_day != NO_DAY else grid.nearest(event.day - lag)
        for event in events
    ]
    if len({first for first, _ in numbers}) < 2:  # noqa: PLR2004 - twice is recurring
        return None
    timing, timed, is_on_last_day = _timing_of(grid, events, numbers)
    return _made(
        grid, events, numbers, timing, (len(stated), timed), (firsts[0], max(end for _, end in spans)), is_on_last_day
    )


def _are_of_one_length(spans: Sequence[tuple[date, date]], firsts: Sequence[date]) -> bool:
    """Whether periods follow each other that all have 28 or 30 days, as no four months in a row have."""
    length = (spans[0][1] - spans[0][0]).days
    if (
        length not in {4 * _WEEK, 30}
        or len(firsts) < _SURE
        or any((end - first).days != length for first, end in spans)
    ):
        return False
    steps = [(later - first).days for first, later in pairwise(firsts)]
    return sum(step == length for step in steps) * 5 >= len(steps) * 4


def _is_full(every: Cadence, first: date, end: date) -> bool:
    if every.unit == "semi_month":
        return first.day in every.days
    return months_between(first, end) == every.months if every.months else (end - first).days == every.fixed_days


def _is_spaced_wider(months: int, firsts: Sequence[date]) -> bool:
    """Whether the distances between periods are always greater than what is named as one."""
    steps = [(later.year - first.year) * 12 + later.month - first.month for first, later in pairwise(firsts)]
    step, often = most_common(steps)
    return step > months and often > 1 and all(each % step == 0 for each in steps) and step % months == 0


def _anchor_of(every: Cadence, firsts: Sequence[date]) -> tuple[date, int | None]:
    """The first boundary, and the day of the month where periods are of months."""
    first = min(firsts)
    if not every.months:
        return first, None
    latest = max(day.day for day in firsts)
    is_end = all(add_months(day, 0, latest) == day for day in firsts)
    day, _ = most_common(day.day for day in firsts)
    return first, latest if is_end else day


@dataclass(frozen=True, slots=True)
class _Grid:
    """Boundaries from an anchor on; `known` are those asked for so far."""

    every: Cadence
    anchor: date
    anchor_day: int | None
    known: dict[int, int] = field(default_factory=dict, compare=False)

    def at(self, number: int) -> int:
        """The first day of a period, as an ordinal."""
        day = self.known.get(number)
        if day is None:
            day = self.known[number] = boundary(self.anchor, self.every, number, self.anchor_day).toordinal()
        return day

    def holding(self, day: int) -> int:
        """The period that holds a day."""
        number = (day - self.anchor.toordinal()) // self.every.nominal_days
        while self.at(number) > day:
            number -= 1
        while self.at(number + 1) <= day:
            number += 1
        return number

    def nearest(self, day: int) -> tuple[int, int]:
        """The period whose first day is nearest to a day; the earlier of two."""
        number = self.holding(day)
        if self.at(number + 1) - day < day - self.at(number):
            number += 1
        return number, number

    def span_of(self, first_day: int, end_day: int) -> tuple[int, int]:
        """The periods from a first day up to an end."""
        first = self.holding(first_day)
        return first, max(first, self.holding(end_day - 1))


def _timing_of(grid: _Grid, events: Sequence[Event], numbers: Sequence[tuple[int, int]]) -> tuple[Timing, int, bool]:
    """The timing that most issue dates of stated periods are nearer to, how many are, and whether on the last day."""
    in_advance = in_arrears = on_last_day = 0
    for event, (first, last) in zip(events, numbers, strict=True):
        if event.first_day == NO_DAY:
            continue
        since_first, since_end = event.day - grid.at(first), event.day - grid.at(last + 1)
        if abs(since_first) < abs(since_end):
            in_advance += 1
        else:
            in_arrears += 1
            on_last_day += since_end == -1
    if in_advance >= in_arrears:
        return "in_advance", in_advance, False
    return "in_arrears", in_arrears, on_last_day * 3 >= in_arrears * 2


def _made(
    grid: _Grid,
    events: Sequence[Event],
    numbers: Sequence[tuple[int, int]],
    timing: Timing,
    counts: tuple[int, int],
    term: tuple[date, date] | None,
    is_on_last_day: bool,  # noqa: FBT001 - told by the function before
) -> Rhythm:
    """The rhythm whose period 0 is the first that was billed."""
    start = min(first for first, _ in numbers)
    last = max(last for _, last in numbers)
    first_day, end = date.fromordinal(grid.at(start)), date.fromordinal(grid.at(last + 1))
    if term is not None:
        first_day = max(first_day, term[0]) if term[0] < date.fromordinal(grid.at(start + 1)) else first_day
        end = min(end, term[1]) if term[1].toordinal() > grid.at(last) else end
    shifted = tuple((first - start, last - start) for first, last in numbers)
    due = [grid.at(first) if timing == "in_advance" else grid.at(last + 1) - is_on_last_day for first, last in numbers]
    lag = _median([event.day - day for event, day in zip(events, due, strict=True)])
    anchor = date.fromordinal(grid.at(start))
    return Rhythm(grid.every, anchor, grid.anchor_day, shifted, timing, *counts, first_day, end, lag, is_on_last_day)


def _by_days(events: Sequence[Event]) -> Rhythm | None:
    """The rhythm that issue dates show by themselves."""
    days = sorted({event.day for event in events})
    if len(days) < 2:  # noqa: PLR2004 - twice is recurring
        return None
    every = _weeks_of(days) or _half_months_of(days) or _months_of(days)
    if every is None:
        return None
    grid, timing, is_on_last_day = _guessed(every, days)
    shift = _median([day - grid.at(grid.nearest(day)[0]) for day in days]) if timing == "in_advance" else 0
    numbers = []
    for event in events:
        number = grid.nearest(event.day - shift)[0] - (timing == "in_arrears")
        numbers.append((number, number))
    if len(set(numbers)) < 2:  # noqa: PLR2004 - twice is recurring
        return None
    return _made(grid, events, numbers, timing, (0, 0), None, is_on_last_day)


def _guessed(every: Cadence, days: Sequence[int]) -> tuple[_Grid, Timing, bool]:
    """Boundaries and timing by what is likelier: bills late in a month are for it, all others for what begins then."""
    first = date.fromordinal(days[0])
    if every.unit == "semi_month":
        first = first.replace(day=every.days[0])
    if not every.months:
        return _Grid(every, first, None), "in_advance", False
    probe = _Grid(every, first, first.day)
    usual = add_months(first, 0, first.day).toordinal() + _median(
        [day - probe.at(probe.nearest(day)[0]) for day in days]
    )
    typical = date.fromordinal(usual)
    if typical.day <= _EARLY_IN_MONTH:
        return _Grid(every, typical.replace(day=1), 1), "in_advance", False
    if typical.day >= _LATE_IN_MONTH:
        after = add_months(typical, 1, 1)
        on_last_day = sum(add_months(date.fromordinal(day), 1, 1).toordinal() - day == 1 for day in days)
        return _Grid(every, after, 1), "in_arrears", on_last_day * 3 >= len(days) * 2
    return _Grid(every, typical, typical.day), "in_advance", False


def _weeks(count: int) -> Cadence:
    return Cadence("week", count)


def _weeks_of(days: Sequence[int]) -> Cadence | None:
    """Weeks, where nearly all distances are whole weeks and months do not fit as well."""
    gaps = [later - day for day, later in pairwise(days)]
    gap, often = most_common(gaps)
    if often * 5 < len(gaps) * 4 and often * 2 < len(gaps):
        return None
    whole = sum(each % gap == 0 for each in gaps)
    if whole * 5 < len(gaps) * 4:
        return None
    if gap == 30 and len(days) >= _SURE:  # noqa: PLR2004 - the one other length in use
        return Cadence("day", 30)
    if gap % _WEEK or gap // _WEEK not in _WEEKS_TRIED:
        return None
    if gap >= 4 * _WEEK and len(days) < _SURE:
        return None
    return _weeks(gap // _WEEK)


def _half_months_of(days: Sequence[int]) -> Cadence | None:
    """Twice a month, where nearly all documents are of two days of the month, or as many days before or after two."""
    distance = _median([later - day for day, later in pairwise(days)])
    if len(days) < _SURE or not _WEEK < distance <= _MOST_OF_HALF_MONTH:
        return None
    for shift in sorted(range(-_MOST_SHIFTED, _MOST_SHIFTED + 1), key=abs):
        of_month = [date.fromordinal(day - shift).day for day in days]
        first, first_often = most_common(of_month)
        second, second_often = most_common(day for day in of_month if day != first)
        low, high = sorted((first, second))
        is_regular = (first_often + second_often) * 5 >= len(days) * 4 and first_often > 1 < second_often
        if is_regular and low <= _LATEST_FIRST_HALF:
            return Cadence("semi_month", 1, (low, high))
    return None


def _half_months_of_spans(spans: Sequence[tuple[date, date]]) -> Cadence | None:
    """Twice a month, where periods go from one of two days of the month to the other."""
    first, _ = most_common(start.day for start, _ in spans)
    second, _ = most_common(start.day for start, _ in spans if start.day != first)
    low, high = sorted((first, second))
    ends = {low: high, high: low}
    fitting = [
        start for start, end in spans if ends.get(start.day) == end.day and (end - start).days < _MOST_OF_HALF_MONTH
    ]
    is_regular = len(fitting) * 5 >= len(spans) * 4 and len({start.day for start in fitting}) == 2  # noqa: PLR2004
    if not is_regular or not 0 < low <= _LATEST_FIRST_HALF or len(fitting) < _SURE - 1:
        return None
    return Cadence("semi_month", 1, (low, high))


def _months_of(days: Sequence[int]) -> Cadence | None:
    """Months, where the documents of different periods have about the same day; the best of the lengths in use."""
    first = date.fromordinal(days[0])
    best: tuple[tuple[int, int, int], int] | None = None
    for months in _MONTHS_TRIED:
        grid = _Grid(cadence_of(months), first, first.day)
        placed = [(grid.nearest(day)[0], day) for day in days]
        usual = _median([day - grid.at(number) for number, day in placed])
        near = min(_EARLY_IN_MONTH, grid.every.nominal_days // 4)
        fitting = {number for number, day in placed if abs(day - grid.at(number) - usual) <= near}
        numbers = sorted({number for number, _ in placed})
        span = numbers[-1] - numbers[0] + 1
        if len(fitting) * 5 < len(days) * 4 or len(numbers) * 2 < span or len(numbers) < 2:  # noqa: PLR2004
            continue
        if len(numbers) > 2 and gcd(*(later - number for number, later in pairwise(numbers))) > 1:  # noqa: PLR2004
            continue
        off = sum(abs(day - grid.at(number) - usual) for number, day in placed)
        rank = (-len(fitting), span - len(numbers), off)
        if best is None or rank < best[0]:
            best = rank, months
        if rank[:2] == (-len(days), 0):
            break
    return None if best is None else cadence_of(best[1])


def _median(values: Sequence[int]) -> int:
    """The lower median."""
    return sorted(values)[(len(values) - 1) // 2]
