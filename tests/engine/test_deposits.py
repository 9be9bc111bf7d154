"""Deposits on books made by hand: what is billed, what takes it back, and what deducts it."""

from __future__ import annotations

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.deposits import place_deposit
from billcheck.engine.events import Events
from tests.engine.bookings import Row, books_of, event, postings

OWN = PostingRule.OWN_PERIOD
ROWS = [Row(0, 1, 0, 500), Row(90, 91, 90, -500)]
"""500 paid at the start, and taken off again on day 90."""


def placed(*credited: tuple[int, str]) -> list[tuple[int, int, PostingRule]]:
    """Where two invoices of a deposit go, and credits of an amount that name a document."""
    books = books_of(ROWS)
    credits_ = [event(-amount, 90, f"CN-{number}", credited=name) for number, (amount, name) in enumerate(credited)]
    place_deposit(books, Events(billed=[event(300, 0, "D-1"), event(200, 5, "D-2")], credits=credits_))
    return postings(books)


def test_all_that_is_billed_is_the_deposit() -> None:
    assert placed() == [(0, 300, OWN), (0, 200, OWN)]


@pytest.mark.parametrize(("name", "row"), [("", 1), ("INV-9", 1), ("D-1", 0), ("D-2", 0)])
def test_a_credit_of_the_deposit_itself_takes_it_back_and_any_other_deducts_it(name: str, row: int) -> None:
    assert placed((200, name))[2:] == [(row, -200, OWN)]


def test_each_credit_goes_its_own_way() -> None:
    assert placed((200, "D-2"), (300, ""))[2:] == [(0, -200, OWN), (1, -300, OWN)]


def test_a_negative_line_of_the_document_that_billed_the_deposit_deducts_it() -> None:
    """An invoice that bills 500 and takes 500 off names itself: nothing is reversed."""
    books = books_of(ROWS)
    own = event(-500, 0, "D-1", credited="D-1")
    place_deposit(books, Events(billed=[event(500, 0, "D-1")], credits=[own]))
    assert postings(books) == [(0, 500, OWN), (1, -500, OWN)]
