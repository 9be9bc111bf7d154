"""Releases in parts on books made by hand: which part an invoice bills."""

from __future__ import annotations

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.releases import place_releases
from tests.engine.bookings import Row, books_of, event, postings

PLACED, COMBINED = PostingRule.PLACED, PostingRule.COMBINED
ROWS = [Row(100, 101, 100, 300), Row(200, 201, 200, 200), Row(300, 301, 300, 100)]


def placed(*billed: tuple[int, int]) -> list[tuple[int, int, PostingRule]]:
    """Where invoices of an amount and a day go."""
    books = books_of(ROWS)
    place_releases(books, [event(amount, day, f"R-{number}") for number, (amount, day) in enumerate(billed)])
    return postings(books)


def test_each_invoice_goes_to_the_part_of_its_day() -> None:
    assert placed((300, 100), (180, 210), (100, 290)) == [(0, 300, PLACED), (1, 180, PLACED), (2, 100, PLACED)]


@pytest.mark.parametrize(("day", "part"), [(0, 0), (149, 0), (150, 0), (151, 1), (249, 1), (251, 2), (900, 2)])
def test_the_nearest_is_the_earlier_of_two_equally_near(day: int, part: int) -> None:
    assert placed((7, day)) == [(part, 7, PLACED)]


def test_an_exact_amount_tells_more_than_the_day() -> None:
    assert placed((300, 290), (100, 100)) == [(0, 300, PLACED), (2, 100, PLACED)]


def test_what_is_billed_already_is_exact_no_more() -> None:
    assert placed((300, 100), (300, 290)) == [(0, 300, PLACED), (1, 200, COMBINED), (2, 100, COMBINED)]
    assert placed((300, 100), (200, 200), (300, 290)) == [(0, 300, PLACED), (1, 200, PLACED), (2, 300, PLACED)]


def test_exactly_all_that_is_open_goes_to_all_parts() -> None:
    assert placed((600, 310)) == [(0, 300, COMBINED), (1, 200, COMBINED), (2, 100, COMBINED)]
    assert placed((250, 100), (350, 300)) == [
        (0, 250, PLACED),
        (0, 50, COMBINED),
        (1, 200, COMBINED),
        (2, 100, COMBINED),
    ]


def test_what_comes_after_an_invoice_for_all_goes_on() -> None:
    assert placed((600, 310), (5, 320))[3:] == [(2, 5, PLACED)]


def test_one_cent_that_is_open_is_open() -> None:
    assert placed((299, 100), (200, 200), (100, 300), (1, 310))[3:] == [(0, 1, PLACED)]
    assert placed((299, 100), (301, 310))[1:] == [(0, 1, COMBINED), (1, 200, COMBINED), (2, 100, COMBINED)]


def test_each_posting_is_of_its_invoice() -> None:
    books = books_of(ROWS)
    place_releases(books, [event(300, 100, "R-1"), event(300, 310, "R-2")])
    assert [posting.event.number for posting in books.postings] == ["R-1", "R-2", "R-2"]


def test_of_parts_of_one_amount_the_nearest_is_billed() -> None:
    halves = [Row(100, 101, 100, 300), Row(300, 301, 300, 300)]
    books = books_of(halves)
    place_releases(books, [event(300, 290, "R-1")])
    assert postings(books) == [(1, 300, PLACED)]
