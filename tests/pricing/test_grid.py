"""Periods: they partition the term, and their boundaries are those of the calendar."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.errors import UsageError
from billcheck.period import Cadence, CadenceUnit, add_months, boundary
from billcheck.pricing.grid import Grid, boundaries, make_grid, phase_of

if TYPE_CHECKING:
    from billcheck.contracts.terms import InvoiceDay, Timing

DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))
MONTHS = st.sampled_from((1, 3, 6, 12))
ANCHORS = st.integers(1, 31)
TIMINGS: st.SearchStrategy[Timing] = st.sampled_from(("in_advance", "in_arrears"))
INVOICE_DAYS: st.SearchStrategy[InvoiceDay | None] = st.one_of(
    st.none(), st.sampled_from(("period_start", "period_end")), st.integers(1, 31)
)
MONTH = Cadence("month")
UNITS: dict[int, CadenceUnit] = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}


@st.composite
def grids(draw: st.DrawFn) -> tuple[Grid, int, int | None, int]:
    """A grid with its start, end and horizon."""
    start = draw(DAYS).toordinal()
    end = draw(st.one_of(st.none(), st.integers(1, 1500).map(lambda days: start + days)))
    until = start + draw(st.integers(-500, 1500))
    grid = make_grid(start, end, Cadence(UNITS[draw(MONTHS)]), draw(ANCHORS), draw(TIMINGS), draw(INVOICE_DAYS), until)
    return grid, start, end, until


@given(grids())
def test_periods_partition_the_term(made: tuple[Grid, int, int | None, int]) -> None:
    grid, start, end, until = made
    assert grid.first_days[0] == start
    assert all(ends == first for ends, first in zip(grid.ends, grid.first_days[1:], strict=False))
    assert all(first < ends for first, ends in zip(grid.first_days, grid.ends, strict=True))
    if grid.due_days[-1] <= until:
        assert grid.ends[-1] == end, "rows may only run out where the term does"


@given(grids())
def test_all_rows_are_due_by_the_horizon_but_the_last(made: tuple[Grid, int, int | None, int]) -> None:
    grid, _, _, until = made
    assert list(grid.due_days) == sorted(grid.due_days)
    assert all(due <= until for due in grid.due_days[:-1])
    assert all(first <= due for first, due in zip(grid.first_days, grid.due_days, strict=True))


@given(grids())
def test_stubs_are_first_or_last_and_shorter_than_their_full_period(made: tuple[Grid, int, int | None, int]) -> None:
    grid, *_ = made
    stubs = {index for index, _, _ in grid.stubs}
    for index, first_day, end in grid.stubs:
        assert index in {0, len(grid.ends) - 1}
        assert first_day <= grid.first_days[index] < grid.ends[index] <= end
        assert end - first_day > grid.ends[index] - grid.first_days[index]
        assert grid.full_period(index) == (first_day, end)
    whole = [index for index in range(len(grid.ends)) if index not in stubs]
    assert all(grid.full_period(index) == (grid.first_days[index], grid.ends[index]) for index in whole)
    assert grid.is_cut_at_start is (0 in stubs and grid.stubs[0][1] < grid.first_days[0])


@given(DAYS, MONTHS, ANCHORS)
def test_boundaries_are_those_of_the_original_anchor(anchor: date, months: int, wanted: int) -> None:
    laid_out = boundaries(months, wanted, phase_of(anchor, months, is_calendar=False))
    first = add_months(anchor.replace(day=1), 0, wanted)
    index = laid_out.index(first.toordinal())
    for number in range(-12, 40):
        expected = boundary(first, Cadence(UNITS[months]), number, wanted)
        assert laid_out[index + number] == expected.toordinal()


@given(DAYS, st.integers(0, 80 * 366), MONTHS, ANCHORS, st.sampled_from([None, 1, 31]))
def test_the_years_laid_out_are_enough(
    start: date, days: int, months: int, anchor: int, invoice_day: int | None
) -> None:
    until = min(start.toordinal() + days, date(2202, 12, 31).toordinal())
    grid = make_grid(start.toordinal(), None, Cadence(UNITS[months]), anchor, "in_arrears", invoice_day, until)
    everything = boundaries(months, anchor, phase_of(start, months, is_calendar=False))
    following = bisect_left(everything, start.toordinal())
    assert grid.ends == everything[following + (grid.first_days[0] in everything) :][: len(grid.ends)]
    dues = grid.ends if invoice_day is None else boundaries(1, invoice_day, 0)
    assert grid.due_days == tuple(dues[bisect_left(dues, end)] for end in grid.ends)
    assert grid.due_days[-1] > until


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2199, 12, 31), date(2200, 1, 1)])
@pytest.mark.parametrize("months", [1, 12])
def test_the_first_and_last_days_have_a_grid(day: date, months: int) -> None:
    grid = make_grid(
        day.toordinal(), None, Cadence(UNITS[months]), 31, "in_arrears", 31, date(2202, 12, 31).toordinal()
    )
    assert grid.first_days[0] == day.toordinal()
    assert grid.due_days[-1] > date(2202, 12, 31).toordinal()


@given(grids())
def test_a_further_horizon_only_adds_rows(made: tuple[Grid, int, int | None, int]) -> None:
    grid, start, end, _ = made
    first = date.fromordinal(start)
    near, far = (make_grid(start, end, MONTH, first.day, "in_advance", None, start + days) for days in (100, 400))
    assert far.first_days[: len(near.first_days)] == near.first_days
    assert far.due_days[: len(near.due_days)] == near.due_days
    assert grid.changes == (False,) * len(grid.ends)


@pytest.mark.parametrize("years", [4, -4, 28, -28])
def test_a_shift_by_four_years_shifts_everything(years: int) -> None:
    days = (date(2031 + years, 1, 1) - date(2031, 1, 1)).days
    start, until = date(2031, 1, 31).toordinal(), date(2033, 6, 1).toordinal()
    here = make_grid(start, None, MONTH, 31, "in_arrears", 15, until)
    there = make_grid(start + days, None, MONTH, 31, "in_arrears", 15, until + days)
    assert [day + days for day in here.due_days] == list(there.due_days)
    assert [day + days for day in here.ends] == list(there.ends)


def test_consecutive_boundaries_are_a_cadence_apart() -> None:
    for months in (1, 3, 6, 12):
        gaps = {later - earlier for earlier, later in pairwise(boundaries(months, 31, 0))}
        assert min(gaps) >= 28 * months
        assert max(gaps) <= 31 * months


@pytest.mark.parametrize(
    ("start", "end", "until", "problem"),
    [
        (date(1899, 12, 31), None, date(2000, 1, 1), ("start", "1899-12-31")),
        (date(2200, 1, 2), None, date(2199, 1, 1), ("start", "2200-01-02")),
        (date(2000, 1, 1), date(2200, 1, 2), date(2001, 1, 1), ("end", "2200-01-02")),
        (date(2000, 1, 1), None, date(1899, 12, 31), ("until", "1899-12-31")),
        (date(2000, 1, 1), None, date(2215, 1, 1), ("until", "2215-01-01")),
        (date(2000, 1, 1), date(2000, 1, 1), date(2001, 1, 1), ("end", "2000-01-01")),
        (date(2000, 1, 1), date(1999, 12, 1), date(2001, 1, 1), ("end", "1999-12-01")),
    ],
)
def test_days_that_cannot_be_priced_are_refused(
    start: date, end: date | None, until: date, problem: tuple[str, str]
) -> None:
    with pytest.raises(UsageError) as refused:
        make_grid(start.toordinal(), end and end.toordinal(), MONTH, 1, "in_advance", None, until.toordinal())
    assert [(each.where, each.value) for each in refused.value.problems] == [problem]


def test_five_months_apart_begin_with_the_start() -> None:
    start = date(2026, 2, 10)
    grid = make_grid(start.toordinal(), None, Cadence("month", 5), 10, "in_advance", None, start.toordinal() + 300)
    wanted = [start, date(2026, 7, 10), date(2026, 12, 10)]
    assert (grid.first_days, grid.stubs) == (tuple(day.toordinal() for day in wanted), ())


def test_one_day_is_a_period() -> None:
    day = date(2026, 2, 28)
    grid = make_grid(
        day.toordinal(), (day + timedelta(days=1)).toordinal(), MONTH, 31, "in_arrears", None, day.toordinal()
    )
    assert (grid.stubs, len(grid.ends)) == (
        ((0, day.toordinal(), date(2026, 3, 31).toordinal()),),
        1,
    )  # 28 Feb stands for the 31st: its period ends on 30 March


def test_the_first_periods_of_a_grid_are_a_grid() -> None:
    # From 10 January with months from the 1st: a stub of 22 days, February, March, and a last stub to 9 April.
    start, end = date(2026, 1, 10).toordinal(), date(2026, 4, 10).toordinal()
    grid = make_grid(start, end, MONTH, 1, "in_arrears", None, end)
    days = [date(2026, month, 1).toordinal() for month in (1, 2, 3, 4, 5)]
    assert grid.stubs == ((0, days[0], days[1]), (3, days[3], days[4]))
    assert grid.first_periods(3) == Grid(
        (start, *days[1:3]),
        tuple(days[1:4]),
        tuple(days[1:4]),
        (False,) * 3,
        ((0, days[0], days[1]),),
        is_cut_at_start=True,
    )
