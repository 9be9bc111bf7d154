"""Credits that name nothing: what they equal exactly, on books made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.open_credits import settle_open_credits
from tests.engine.bookings import billed, books_of, event, leftovers, postings, regular

if TYPE_CHECKING:
    from billcheck.engine.books import Books

EXCESS, REVERSED, RANGE = PostingRule.EXCESS_CREDITED, PostingRule.REVERSED, PostingRule.RANGE


def with_credit(books: Books, amount: int, day: int = 95, name: str = "CN", **fields: Any) -> Books:
    """The books with a credit that nothing has taken yet."""
    books.leave(event(-amount, day, name, **fields), -amount, "open_credit", "it names nothing")
    return books


def too_much() -> Books:
    """Three months of 100: the second was billed with 130, the third with 107."""
    return billed(books_of(regular(100, 100, 100)), 100, 130, 107)


@pytest.mark.parametrize(("amount", "period"), [(30, 1), (7, 2), (37, None), (29, None), (31, None), (100, None)])
def test_a_credit_takes_back_the_only_excess_it_equals(amount: int, period: int | None) -> None:
    books = with_credit(too_much(), amount)
    before = list(books.billed)
    settle_open_credits(books)
    if period is None:
        assert (books.billed, leftovers(books)) == (before, [(-amount, "open_credit")])
    else:
        assert postings(books)[3:] == [(period, -amount, EXCESS)]
        assert (books.open_amount(period), leftovers(books)) == (0, [])


def test_of_two_equal_excesses_none_is_chosen() -> None:
    books = with_credit(billed(books_of(regular(100, 100)), 130, 130), 30)
    settle_open_credits(books)
    assert leftovers(books) == [(-30, "open_credit")]


def test_two_lines_of_one_period_are_one_excess() -> None:
    books = billed(books_of(regular(100)), 100)
    books.post(event(30, 5, "B"), 0, 30, PostingRule.PLACED)
    settle_open_credits(with_credit(books, 30))
    assert leftovers(books) == []


@pytest.mark.parametrize(("day", "is_taken"), [(29, False), (30, True)])
def test_a_credit_takes_back_only_what_was_billed_by_then(day: int, *, is_taken: bool) -> None:
    """The second month was billed on day 30."""
    books = with_credit(too_much(), 30, day)
    settle_open_credits(books)
    assert (leftovers(books) == []) is is_taken


@pytest.mark.parametrize(
    ("fields", "is_taken"),
    [
        ({}, True),
        ({"credited": "INV-77"}, False),  # it names a document, which is not in sight
        ({"credited": "CN"}, True),  # an invoice that names itself names none
        ({"days": (30, 60)}, False),  # what states a period of the charge went there before
        ({"days": (90, 120)}, True),  # days after the last period
    ],
)
def test_only_credits_that_name_nothing_are_looked_at(fields: dict[str, Any], *, is_taken: bool) -> None:
    books = with_credit(too_much(), 30, **fields)
    settle_open_credits(books)
    assert (leftovers(books) == []) is is_taken


def test_one_that_is_passed_over_does_not_stop_the_others() -> None:
    books = with_credit(too_much(), 30, name="CN-1", credited="INV-77")
    with_credit(books, 30, name="CN-2", days=(30, 60))
    with_credit(books, 7, name="CN-3")
    books.leave(event(500, 200, "X"), 500, "left_over", "it fits nothing")
    settle_open_credits(books)
    assert leftovers(books) == [(-30, "open_credit"), (-30, "open_credit"), (500, "left_over")]
    assert books.billed == [100, 130, 100]


def test_what_is_left_of_a_credit_is_not_taken_for_the_whole() -> None:
    books = too_much()
    books.leave(event(-130, 95, "CN"), -30, "open_credit", "the rest")
    settle_open_credits(books)
    assert leftovers(books) == [(-30, "open_credit")]


def test_what_is_open_for_another_reason_is_left_there() -> None:
    books = too_much()
    books.leave(event(-30, 95, "CN"), -30, "left_over", "no credit")
    settle_open_credits(books)
    assert leftovers(books) == [(-30, "left_over")]


# --- after the end of the charge -------------------------------------------------------------------------------------

AFTER: dict[str, Any] = {"days": (90, 120)}
"""The charge ended with day 89."""


def ended(kind: str = "expired_still_billed", amount: int = 100, left: int | None = None, day: int = 91) -> Books:
    books = billed(books_of(regular(100, 100, 100)), 100, 100, 100)
    books.leave(event(amount, day, "AFTER", days=(90, 120)), left or amount, kind, "the charge had ended")
    return books


@pytest.mark.parametrize(
    ("books", "is_taken"),
    [
        (ended(), True),
        (ended("out_of_term"), True),
        (ended("left_over"), False),
        (ended(day=95), True),
        (ended(day=96), False),  # billed after the credit
        (ended(amount=99), False),
        (ended(left=60), False),  # only a part of it is left
        (ended(amount=150, left=100), False),
    ],
)
def test_a_credit_of_days_after_the_end_takes_back_what_was_billed_for_them(books: Books, *, is_taken: bool) -> None:
    before = leftovers(books)
    settle_open_credits(with_credit(books, 100, **AFTER))
    if is_taken:
        assert postings(books)[3:] == [(2, 100, REVERSED), (2, -100, REVERSED)]
        assert leftovers(books) == []
    else:
        assert leftovers(books) == [*before, (-100, "open_credit")]


def test_of_several_the_latest_is_taken_back_and_each_once() -> None:
    books = ended()
    books.leave(event(100, 93, "LATER", days=(120, 150)), 100, "expired_still_billed", "the charge had ended")
    with_credit(books, 100, name="CN-1", **AFTER)
    settle_open_credits(books)
    assert [item.event.number for item in books.leftovers] == ["AFTER"]
    with_credit(books, 100, name="CN-2", **AFTER)
    settle_open_credits(books)
    assert leftovers(books) == []


def ranged(*shares: int, days: tuple[int, int] = (0, 120)) -> Books:
    """Three months of 100, and one invoice for a range that also holds a month after the end."""
    books = books_of(regular(100, 100, 100))
    for period, part in enumerate(shares):
        books.post(event(sum(shares), 0, "RANGE", days=days), period, part, RANGE)
    return books


@pytest.mark.parametrize(
    ("shares", "amount", "is_taken"),
    [
        ((133, 133, 134), 100, True),  # 33 + 33 + 34
        ((133, 133, 134), 99, False),
        ((150, 100, 150), 100, True),
        ((150, 90, 150), 100, True),  # what is short elsewhere is another matter
        ((100, 100, 100), 100, False),
    ],
)
def test_a_range_beyond_the_end_gives_back_its_excess(shares: tuple[int, ...], amount: int, *, is_taken: bool) -> None:
    books = with_credit(ranged(*shares), amount, **AFTER)
    settle_open_credits(books)
    assert (leftovers(books) == []) is is_taken
    given_back = {period: -part for period, part, rule in postings(books) if rule is EXCESS}
    assert given_back == ({n: part - 100 for n, part in enumerate(shares) if part > 100} if is_taken else {})


@pytest.mark.parametrize(
    ("days", "credit_days", "is_taken"),
    [
        ((0, 91), (90, 120), True),  # one day of the range
        ((0, 90), (90, 120), False),
        ((-5, 60), (-10, -4), True),
        ((-4, 60), (-10, -4), False),
    ],
)
def test_the_range_must_hold_days_of_the_credit(
    days: tuple[int, int], credit_days: tuple[int, int], *, is_taken: bool
) -> None:
    books = with_credit(ranged(150, 150, days=days), 100, days=credit_days)
    settle_open_credits(books)
    assert (leftovers(books) == []) is is_taken


def test_only_ranges_billed_by_then_give_back() -> None:
    books = with_credit(ranged(150, 150), 100, day=-1, **AFTER)
    settle_open_credits(books)
    assert leftovers(books) == [(-100, "open_credit")]


def test_what_a_single_invoice_billed_too_much_is_no_part_of_a_range() -> None:
    books = with_credit(billed(books_of(regular(100, 100)), 150, 150), 100, **AFTER)
    settle_open_credits(books)
    assert leftovers(books) == [(-100, "open_credit")]


def test_without_days_after_the_end_several_excesses_are_not_added_up() -> None:
    books = with_credit(ranged(133, 133, 134), 100)
    settle_open_credits(books)
    assert leftovers(books) == [(-100, "open_credit")]
