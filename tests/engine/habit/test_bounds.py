"""The bounds by which candidates are dismissed unsearched, worked out by hand: as sharp as they are said to be.

Everything in tenths of a day: months of thirty days are 300 apart, half a month is 150. A candidate is dismissed where
its bound reaches the best cost so far; one tenth more if it would win a tie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billcheck.engine.align import FreeEvent, Openings
from billcheck.engine.habit import MORE_THAN_ANY, _Candidate, _Hunt, find_habit
from tests.engine.habit.test_habit import find, months

if TYPE_CHECKING:
    from billcheck.contracts.terms import Timing

LATER = 5
"""A rank and a phase that lose every tie against 1."""


def hunt(days: list[int], openings: Openings, best: int, block: int = 1) -> _Hunt:
    """A search whose best candidate so far costs so much and would win ties at rank 1 and phase 1."""
    made = _Hunt([FreeEvent(day, 100) for day in days], openings, openings.amounts, 30, "in_arrears", None, None)
    made.best = _Candidate(best, block, 1, 1)
    return made


def is_dearer(
    days: list[int], due: list[int], best: int, *, offset: int = 0, block: int = 1, rank: int = LATER
) -> bool:
    candidate = _Candidate(0, block, rank, 0)
    return hunt(days, months(3), best, block)._is_dearer([10 * day for day in due], candidate, offset)


MONTHS = [0, 30, 60]


@pytest.mark.parametrize(
    ("days", "due", "offset", "block", "bound"),
    [
        ([3, 33, 64], MONTHS, 0, 1, 100),  # 3 + 3 + 4 days
        ([3, 33, 64], MONTHS, 3, 1, 10),  # of a shift of three days one day remains
        ([3, 33, 64], MONTHS, -3, 1, 190),  # 6 + 6 + 7
        ([14, 26], MONTHS, 0, 1, 180),  # 14 after one, 4 before the next
        ([15, 46], MONTHS, 0, 1, 290),  # 15 either way, and 14 before the next
        ([100, 200], MONTHS, 0, 1, 300),  # half a month each, however far
        ([-4, 65], MONTHS, 0, 1, 90),
        ([100, 200], MONTHS, 0, 2, 600),  # half of two months each
        ([80], [0], 0, 3, 450),
        ([0, 0, 0, 0, 0], [0], 0, 1, 150),  # four at most go to one row: the fifth is left
        ([0] * 9, [0, 0], 0, 1, 150),
        ([0] * 10, [0, 0], 0, 2, 600),
    ],
)
def test_an_event_costs_its_distance_or_half_an_interval(
    days: list[int], due: list[int], offset: int, block: int, bound: int
) -> None:
    assert is_dearer(days, due, bound, offset=offset, block=block)
    assert not is_dearer(days, due, bound + 1, offset=offset, block=block)
    assert not is_dearer(days, due, MORE_THAN_ANY, offset=offset, block=block)


def test_a_candidate_that_wins_ties_is_dismissed_only_where_it_costs_more() -> None:
    assert not is_dearer([3, 33, 64], MONTHS, 100, rank=0)
    assert is_dearer([3, 33, 64], MONTHS, 99, rank=0)
    # the very candidate that is best wins no tie against itself
    same = _Candidate(0, 1, 1, 1)
    assert hunt([3, 33, 64], months(3), 100)._is_dearer([0, 300, 600], same, 0)


def may_undercut(
    days: list[int], due: list[int], size: int, best: int, *, block: int = 1, is_change: bool = False
) -> bool:
    count = len(due)
    changes = tuple(is_change and index == count - 1 for index in range(count))
    openings = Openings(tuple(due), (100,) * count, (1,) * count, changes)
    return hunt(days, openings, best, block).may_undercut(size)


FIVE = [0, 30, 60, 90, 120]


@pytest.mark.parametrize(
    ("days", "due", "bound"),
    [
        ([0, 30, 60, 90], FIVE, 300),  # two pairs, each 30 apart, where blocks of two are 60; one of them is let off
        ([0, 10, 60, 70], FIVE, 100),  # 10 apart
        ([0, 55, 60, 115], FIVE, 50),  # 5 short of 60
        ([0, 10, 60, 80, 120, 150], [*FIVE, 150], 300),  # 100 + 200 + 300, less the greatest
        ([0, 30, 100, 130, 200, 210], [*FIVE, 150], 400),
        ([0, 40, 80, 120], [0, 40, 80, 120, 160], 300),  # half of two months, though the rows are further apart
        ([0, 90, 100, 190], FIVE, 0),  # further apart than the rows: nothing is sure
    ],
)
def test_two_events_in_a_row_cost_the_days_between_them(days: list[int], due: list[int], bound: int) -> None:
    assert may_undercut(days, due, 2, bound + 1)
    assert not may_undercut(days, due, 2, bound) or bound == 0
    # fewer periods at a time than the best has win a tie
    assert may_undercut(days, due, 2, bound, block=3)
    if bound:
        assert not may_undercut(days, due, 2, bound - 1, block=3)
        assert not may_undercut(days, due, 2, bound, block=2)


def test_nothing_is_said_of_changes_or_of_fewer_periods_than_a_block_has() -> None:
    days = [0, 30, 60, 90]
    assert not may_undercut(days, FIVE, 2, 1)
    assert may_undercut(days, FIVE, 2, 1, is_change=True)
    assert not may_undercut([0, 30, 60, 90], FIVE, 3, 1)
    assert may_undercut(days, FIVE, 6, 1)
    assert may_undercut(days, FIVE, 5, 1)


# --- what blocks are believed by -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "block"),
    [
        ([200, 200, 200, 200], 1),  # exact sums need no habit
        ([150, 150, 150, 150], 2),  # three quarters of the price
        ([150, 150, 150, 100], 2),  # one in four bills one month
        ([150, 150, 100, 100], 1),  # two in four do: the others are missing
        ([100, 100, 100, 100], 1),
    ],
)
def test_more_than_one_in_four_invoices_of_a_single_month_are_no_habit_of_two(amounts: list[int], block: int) -> None:
    events = [(60 * index + 30, amount) for index, amount in enumerate(amounts)]
    assert find(events, months(8)).block == block


def test_a_cent_is_a_price_too() -> None:
    events = [(60 * index + 30, 1) for index in range(4)]
    assert find(events, months(8, amount=1)).block == 1
    events = [(60 * index + 30, 3) for index in range(4)]
    assert find(events, months(8, amount=2)).block == 2


def test_two_invoices_are_no_habit_of_two_months() -> None:
    assert find([(30, 150), (90, 150)], months(4)).block == 1
    assert find([(30, 150), (90, 150), (150, 150)], months(6)).block == 2


def block_of(
    events: list[tuple[int, int]],
    needs: list[int],
    *,
    expected: int | None = None,
    fourth_due: int = 90,
    timing: Timing = "in_advance",
) -> int:
    """How many months an invoice bills, where the months need and were to cost so much."""
    due_days = (0, 30, 60, fourth_due, *range(120, 30 * len(needs), 30))
    openings = Openings(due_days, tuple(needs), tuple(int(need > 0) for need in needs), (False,) * len(needs))
    prices = openings.amounts if expected is None else (expected,) * len(needs)
    free = [FreeEvent(*event) for event in events]
    return find_habit(free, openings, expected=prices, nominal_days=30, timing=timing).block


def test_what_a_month_costs_in_all_is_a_single_month_though_part_of_it_is_billed_already() -> None:
    """Months of 100, of which 40 is billed. One of three invoices is 100: more than one in four, so no quarters."""
    assert block_of([(0, 100), (90, 150), (180, 150)], [60] * 9, expected=100) == 1
    assert block_of([(0, 90), (90, 150), (180, 150)], [60] * 9, expected=100) == 3


@pytest.mark.parametrize(("due", "is_in_force"), [(90, True), (91, False)])
def test_a_new_price_is_in_force_one_interval_after_the_issue_day(due: int, *, is_in_force: bool) -> None:
    """An invoice of day 60 bills 110, which a month costs from day 90 on: a month ahead, and no third of a quarter."""
    needs = [100] * 3 + [110] * 6
    block = block_of([(60, 110), (150, 165), (240, 165)], needs, fourth_due=due, timing="in_arrears")
    assert block == (1 if is_in_force else 3)


@pytest.mark.parametrize(
    ("price", "first", "is_quarter"),
    [(100, 200, False), (100, 190, True), (1, 2, False), (1, 4, True)],
)
def test_some_months_in_a_row_are_no_part_of_a_quarter(price: int, first: int, *, is_quarter: bool) -> None:
    """Two of three months, exactly: dealt out over the quarter they would make all of it look short."""
    other = 4 if price == 1 else 150
    events = [(0, first), (90, other), (180, other)]
    assert (block_of(events, [price] * 9) == 3) is is_quarter


def test_a_quarter_of_which_one_month_needs_money_says_nothing_of_quarters() -> None:
    """Its invoice does not count among those of quarters: one of three is two months exactly, and not one of four."""
    needs = [100, 0, 0] + [100] * 9
    assert block_of([(0, 100), (90, 200), (180, 150), (270, 150)], needs) == 2
    assert block_of([(0, 100), (90, 190), (180, 150), (270, 150)], needs) == 3


def test_a_later_quarter_may_be_the_exact_one_of_two() -> None:
    assert block_of([(0, 150), (90, 300)], [100] * 6) == 3
    assert block_of([(0, 150), (90, 290)], [100] * 6) == 1
