"""Postings, moves, leftovers and the nearest period, on books made by hand."""

from __future__ import annotations

import pytest

from billcheck.engine.books import PostingRule
from tests.engine.bookings import DAY_0, Row, books_of, event, leftovers, postings, regular

PLACED, CHANGE = PostingRule.PLACED, PostingRule.CHANGE


def test_a_move_takes_a_part_along() -> None:
    books = books_of(regular(100, 100))
    books.post(event(130), 0, 130, PLACED)
    assert (books.open_amount(0), books.open_amount(1)) == (-30, 100)
    books.move(0, 1, 30, CHANGE)
    assert postings(books) == [(0, 100, PLACED), (1, 30, CHANGE)]
    assert books.billed == [100, 30]
    assert {posting.event for posting in books.postings} == {event(130)}


def test_nothing_left_over_is_not_kept() -> None:
    books = books_of(regular(100))
    books.leave(event(5), 0, "left_over", "nothing")
    books.leave(event(5), -5, "open_credit", "why")
    assert leftovers(books) == [(-5, "open_credit")]
    assert (books.leftovers[0].event, books.leftovers[0].reason) == (event(5), "why")


@pytest.mark.parametrize(
    ("day", "offset", "nearest"),
    [(-99, 0, 0), (0, 0, 0), (15, 0, 0), (16, 0, 1), (45, 0, 1), (46, 0, 2), (99, 0, 2), (36, 21, 0), (36, 20, 1)],
)
def test_the_nearest_period(day: int, offset: int, nearest: int) -> None:
    books = books_of([*regular(100, 100), Row(30, 60, 45, 9, is_change=True), *regular(0, 0, 100)[2:]])
    books.offset = offset
    wanted = {0: 0, 1: 1, 2: 3}[nearest]
    assert books.nearest_period(DAY_0 + day) == wanted


def test_of_periods_due_on_one_day_the_first_is_nearest() -> None:
    books = books_of([Row(0, 10, 0, 1), Row(10, 20, 20, 1), Row(20, 30, 20, 1), Row(30, 40, 40, 1)])
    assert [books.nearest_period(DAY_0 + day) for day in (11, 20, 29, 30, 31)] == [1, 1, 1, 1, 3]


def test_where_there_is_no_period_none_is_nearest() -> None:
    assert books_of([]).nearest_period(DAY_0) is None
    assert books_of([Row(0, 10, 0, 1, is_change=True)]).nearest_period(DAY_0) is None


@pytest.mark.parametrize(
    ("paid", "needed", "is_repeat"),
    [
        ([100, 100], 50, True),
        ([100, 100], 100, False),  # just what is needed elsewhere
        ([100], 50, False),
        ([100, 60], 50, False),  # too much, and not as a whole
        ([200], 50, False),  # alone
        ([100, 100, 100], 50, True),
    ],
)
def test_a_repeat_is_too_much_as_a_whole_beside_an_equal_one(paid: list[int], needed: int, *, is_repeat: bool) -> None:
    books = books_of(regular(100, 100))
    books.post(event(100, 30, "OTHER"), 1, 100, PLACED)
    for number, amount in enumerate(paid):
        books.post(event(amount, number, f"INV-{number}"), 0, amount, PLACED)
    assert books.is_repeat(1, needed) is is_repeat


def test_books_begin_empty() -> None:
    books = books_of(regular(100))
    assert (books.offset, books.block, books.mislabelled, books.far) == (0, 1, [], frozenset())
    assert (books.billed, books.credited, books.postings, books.leftovers) == ([0], [0], [], [])
    assert books.due_days == books.schedule.due_days
