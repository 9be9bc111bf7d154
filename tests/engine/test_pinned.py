"""Events that state their period, on schedules made by hand: which rows it means, and what goes where."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.pinned import EXPIRED, periods_of, post_pinned
from tests.engine.agreements import START, flat
from tests.engine.bookings import Row, billed, books_of, event, leftovers, postings, regular

OWN, RANGE, CHANGE, PLACED = PostingRule.OWN_PERIOD, PostingRule.RANGE, PostingRule.CHANGE, PostingRule.PLACED
MONTHS = regular(100, 100, 100, 100)
SHORT_LAST = [*regular(100, 100, 100), Row(90, 94, 90, 13)]
"""Three months and a stub of four days."""
WITH_CHANGES = [*regular(100, 100), Row(10, 30, 30, 40, is_change=True), Row(20, 30, 30, 15, is_change=True)]
WITH_TWIN = [Row(0, 30, 0, 100), Row(0, 30, 30, 40, is_change=True)]


@pytest.mark.parametrize(
    ("rows", "days", "meant"),
    [
        (MONTHS, (30, 60), [1]),
        (MONTHS, (31, 60), [1]),
        (MONTHS, (0, 31), [0]),
        (MONTHS, (40, 50), [1]),
        (MONTHS, (0, 60), [0, 1]),  # exactly these rows
        (MONTHS, (0, 90), [0, 1, 2]),
        (MONTHS, (1, 60), [0, 1]),  # a range: half of each row, and long enough
        (MONTHS, (15, 60), [0, 1]),  # exactly half of the first row, and half again as long as a row
        (MONTHS, (16, 60), [1]),  # less than half of it
        (MONTHS, (15, 59), [1]),  # one day too short for a range
        (MONTHS, (15, 75), [0, 1, 2]),
        (MONTHS, (16, 75), [1, 2]),
        (MONTHS, (16, 74), [1]),
        (MONTHS, (14, 46), [1]),  # equally many days in both: the later
        (MONTHS, (13, 46), [0]),
        (MONTHS, (14, 47), [1]),
        (MONTHS, (-10, 0), []),
        (MONTHS, (-10, 1), [0]),
        (MONTHS, (119, 150), [3]),
        (MONTHS, (120, 150), []),
        (SHORT_LAST, (60, 94), [2, 3]),  # the end of a stub
        (SHORT_LAST, (60, 93), [2]),
        (SHORT_LAST, (61, 94), [2]),
        (SHORT_LAST, (90, 94), [3]),
        (WITH_CHANGES, (0, 30), [0]),
        (WITH_CHANGES, (10, 30), [2]),  # the very days of a change
        (WITH_CHANGES, (11, 30), [0]),  # a change is meant by its very days only
        (WITH_TWIN, (0, 30), [0]),
        (list(reversed(WITH_TWIN)), (0, 30), [1]),  # a regular row before a change
    ],
)
def test_the_rows_that_a_stated_period_means(rows: list[Row], days: tuple[int, int], meant: list[int]) -> None:
    assert periods_of(books_of(rows).schedule, event(100, days=days)) == meant


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (100, [100, 0, 0, 0]),
        (90, [90, 0, 0, 0]),
        (130, [100, 0, 30, 0]),
        (140, [100, 0, 40, 0]),
        (150, [100, 0, 40, 10]),
        (155, [100, 0, 40, 15]),
        (160, [105, 0, 40, 15]),
    ],
)
def test_what_exceeds_the_stated_row_goes_to_changes_inside_it(amount: int, expected: list[int]) -> None:
    books = books_of(WITH_CHANGES)
    assert post_pinned(books, [event(amount, days=(0, 30))]) == []
    assert books.billed == expected
    assert {item[2] for item in postings(books) if item[0] > 1} <= {CHANGE}


@pytest.mark.parametrize(
    ("days", "takes"), [((0, 21), [40, 15]), ((0, 20), [40, 0]), ((0, 11), [40, 0]), ((0, 10), [0, 0])]
)
def test_a_change_is_inside_where_it_begins_before_the_end(days: tuple[int, int], takes: list[int]) -> None:
    books = books_of(WITH_CHANGES)
    post_pinned(books, [event(200, days=days)])
    assert books.billed[2:] == takes


def test_a_change_named_by_its_own_days_keeps_its_excess() -> None:
    books = books_of(WITH_CHANGES)
    post_pinned(books, [event(60, days=(10, 30))])
    assert books.billed == [0, 0, 60, 0]


def test_only_the_excess_of_the_event_itself_is_moved_to_a_change() -> None:
    books = billed(books_of(WITH_CHANGES), 130)
    post_pinned(books, [event(10, days=(0, 30))])
    assert books.billed == [130, 0, 10, 0]


@pytest.mark.parametrize(
    ("paid", "amount", "shares"),
    [
        ([0, 0, 0, 0], 300, [100, 100, 100]),
        ([0, 50, 0, 0], 250, [100, 50, 100]),
        ([0, 100, 0, 0], 200, [100, 0, 100]),
        ([0, 120, 0, 0], 100, [50, 0, 50]),
        ([100, 100, 100, 0], 30, [10, 10, 10]),  # nothing is open: by what was expected
        ([0, 0, 0, 0], 100, [34, 33, 33]),
    ],
)
def test_a_range_is_split_by_what_is_open(paid: list[int], amount: int, shares: list[int]) -> None:
    books = billed(books_of(MONTHS), *paid)
    post_pinned(books, [event(amount, days=(0, 90))])
    new = [item for item in postings(books) if item[2] is not PLACED]
    assert new == [(period, share, RANGE) for period, share in enumerate(shares) if share]


LAST_DAY = [*regular(100, 100), Row(60, 61, 60, 3)]
"""Two periods and a last one of a single day."""


@pytest.mark.parametrize(
    ("days", "amount", "paid", "rows"),
    [
        ((30, 61), 100, [0, 0, 0], {1: 100}),  # a day too long, and just what the second row needs
        ((30, 61), 103, [0, 0, 0], {1: 100, 2: 3}),  # both
        ((30, 61), 99, [0, 0, 0], {1: 96, 2: 3}),  # neither: shared by what is open
        ((30, 61), 60, [0, 40, 0], {1: 60}),  # what is still open of it
        ((30, 61), 100, [0, 40, 0], {1: 95, 2: 5}),
        ((29, 61), 100, [0, 0, 0], {1: 100}),  # it begins with no row, so that it is no range
        ((0, 60), 100, [0, 0, 0], {0: 50, 1: 50}),  # two whole rows are no slip
        ((0, 61), 100, [0, 0, 0], {0: 49, 1: 49, 2: 2}),
    ],
)
def test_a_period_a_day_too_long_is_no_range(
    days: tuple[int, int], amount: int, paid: list[int], rows: dict[int, int]
) -> None:
    books = billed(books_of(LAST_DAY), *paid)
    post_pinned(books, [event(amount, days=days)])
    assert {period: part for period, part, rule in postings(books) if rule is not PLACED} == rows


def test_a_range_over_rows_below_zero_goes_where_something_is_expected() -> None:
    books = billed(books_of(regular(100, -20, 100)), 100, 0, 100)
    post_pinned(books, [event(50, days=(0, 90))])
    assert books.billed == [125, 0, 125]


@pytest.mark.parametrize(
    ("days", "amount", "expected"),
    [
        ((15, 45), 100, [0, 100, 0, 0]),  # as much as its own row needs
        ((15, 45), 130, [30, 100, 0, 0]),
        ((15, 45), 250, [100, 150, 0, 0]),  # the other is full
        ((23, 53), 130, [0, 130, 0, 0]),  # seven of thirty days in the other row: less than a quarter
        ((22, 54), 130, [30, 100, 0, 0]),  # eight of thirty-two: a quarter
        ((31, 59), 130, [0, 130, 0, 0]),  # wholly inside its row
        ((30, 60), 130, [0, 130, 0, 0]),
    ],
)
def test_the_excess_of_a_month_across_two_rows_fills_the_other(
    days: tuple[int, int], amount: int, expected: list[int]
) -> None:
    books = books_of(MONTHS)
    post_pinned(books, [event(amount, days=days)])
    assert books.billed == expected


def test_months_from_the_middle_fill_their_own_rows_first() -> None:
    books = books_of(MONTHS)
    post_pinned(
        books, [event(100, number="A", days=(15, 45)), event(100, number="B", days=(14, 43)), event(60, days=(45, 75))]
    )
    assert books.billed == [100, 100, 60, 0]


def test_free_events_come_back_in_order_and_strangers_are_left_over() -> None:
    books = books_of(MONTHS)
    free = [event(1, 5, "A"), event(2, 3, "B")]
    outside = event(7, days=(200, 230))
    assert post_pinned(books, [free[0], outside, free[1]]) == free
    assert leftovers(books) == [(7, "out_of_term")]
    assert books.leftovers[0].reason == "its period lies outside the term of the charge"


@pytest.mark.parametrize(
    ("first", "kind"), [(120, "expired_still_billed"), (150, "expired_still_billed"), (-60, "out_of_term")]
)
def test_what_begins_after_the_end_of_the_charge_is_named_so(first: int, kind: str) -> None:
    end = START + timedelta(120)
    books = books_of(MONTHS, flat(timing="in_advance", invoice_day=None, end=end))
    assert isinstance(end, date)
    assert post_pinned(books, [event(7, days=(first, first + 30))]) == []
    assert leftovers(books) == [(7, kind)]
    assert (books.leftovers[0].reason == EXPIRED) is (kind == "expired_still_billed")
    assert EXPIRED == "the charge had ended"
