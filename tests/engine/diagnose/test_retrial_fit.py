"""How well periods fit what was billed, on books made by hand."""

from __future__ import annotations

from fractions import Fraction as Rational
from random import Random
from typing import TYPE_CHECKING

import pytest

from billcheck.engine.allocate import Known, allocate
from billcheck.engine.books import PostingRule
from billcheck.engine.coverage import Window
from billcheck.engine.events import Events
from billcheck.engine.retrial import Fit, _is_near, _usual_days, fit_of, least_days
from billcheck.period import Cadence
from tests.engine.agreements import flat
from tests.engine.bookings import DAY_0, billed, books_of, event, regular

if TYPE_CHECKING:
    from billcheck.engine.books import Books

KNOWN = Known(DAY_0 + 185, 10, Window(DAY_0 - 100, DAY_0 + 1000), DAY_0, 45)
OWN = PostingRule.OWN_PERIOD


def fit(books: Books) -> tuple[int, int, int]:
    found = fit_of(books, KNOWN)
    return found.unexplained, found.misstated, found.days


def test_books_that_fit_leave_nothing() -> None:
    assert fit_of(billed(books_of(regular(10, 10, 10)), 10, 10, 10), KNOWN) == Fit(0, 0, 0)


def test_rows_that_are_open_or_billed_otherwise_and_invoices_left_over_are_unexplained() -> None:
    assert fit(billed(books_of(regular(10, 10, 10)), 10, 9, 11)) == (2, 0, 0)
    assert fit(billed(books_of(regular(10, 10, 10)), 10, 0, 10)) == (1, 0, 0)
    # The last three are due on days 150, 180 and 210: the first of them is missed, and the second still awaited.
    rows = regular(*[10] * 8)
    assert fit(billed(books_of(rows), 10, 10, 10, 10, 10)) == (1, 0, 0)
    # One of those awaited is explained as little as any other where it is billed in part.
    assert fit(billed(books_of(rows), 10, 10, 10, 10, 10, 10, 4)) == (1, 0, 0)
    books = billed(books_of(regular(10, 10)), 10, 10)
    books.leave(event(5), 5, "left_over", "")
    books.leave(event(6), 6, "left_over", "")
    assert fit(books) == (2, 0, 0)


def test_days_apart_add_up_over_what_states_no_period() -> None:
    books = books_of(regular(10, 10, 10, 10))
    for period, day in enumerate((3, 28, 60, 95)):
        books.post(event(10, day, f"INV-{period}"), period, 10, PostingRule.PLACED)
    assert fit(books) == (0, 0, 3 + 2 + 0 + 5)


def test_stated_periods_that_are_none_add_up_and_their_days_do_not_count() -> None:
    books = books_of(regular(10, 10, 10, 10))
    for period, days in enumerate(((0, 30), (30, 59), (59, 90), (90, 120))):
        books.post(event(10, 30 * period + 20, f"INV-{period}", days), period, 10, OWN)
    assert fit(books) == (0, 2, 0)


def test_what_takes_back_and_what_is_taken_back_is_passed_over() -> None:
    """The credit and what it reverses stand on days of their own; what comes after them counts again."""
    books = books_of(regular(10, 10, 10))
    books.post(event(10, 9, "INV-0"), 0, 10, PostingRule.REVERSED)
    books.post(event(-10, 17, "CN"), 0, -10, PostingRule.REVERSED)
    books.post(event(10, 4, "INV-1"), 0, 10, PostingRule.PLACED)
    books.post(event(12, 30, "INV-2"), 1, 12, PostingRule.PLACED)
    books.post(event(-2, 58, "CN-2"), 1, -2, PostingRule.CREDIT)
    books.post(event(0, 40, "INV-3"), 1, 0, PostingRule.PLACED)
    books.post(event(1, 67, "INV-4"), 2, 1, PostingRule.PLACED)
    books.post(event(9, 60, "INV-5"), 2, 9, PostingRule.PLACED)
    assert fit(books) == (0, 0, 4 + 7)


def test_an_invoice_is_at_least_as_far_from_its_period_as_from_the_nearest_due_day() -> None:
    invoices = [event(10, day) for day in (-4, 3, 28, 45, 70)]
    due_days = [DAY_0 + day for day in (60, 0, 30)]  # in any order
    assert least_days(invoices, due_days, 0) == 4 + 3 + 2 + 15 + 10
    assert least_days(invoices, due_days, 2) == 4 + 3 + 2
    assert least_days(invoices, due_days, 6) == 0
    # What states a period is held against that, and what bills nothing goes nowhere.
    assert least_days([*invoices, event(10, 45, days=(0, 30)), event(0, 45)], due_days, 0) == 34


def test_no_allocation_is_nearer_than_the_least_days() -> None:
    random, seen = Random(17), 0
    for _ in range(300):
        schedule = books_of(regular(*[random.choice((10, 10, 12))] * random.randint(2, 7))).schedule
        days = sorted(random.randint(-20, 200) for _ in range(random.randint(3, 9)))
        invoices = [
            event(random.choice((10, 10, 5, 12, 20, 7)), day, f"INV-{number}", rows=(number,))
            for number, day in enumerate(days)
        ]
        books = allocate(schedule, Events(billed=invoices), KNOWN)
        found = fit_of(books, KNOWN)
        seen += found.days > 0
        assert least_days(invoices, schedule.due_days, len(books.leftovers)) <= found.days
    assert seen > 200


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        (Cadence("week"), Rational(7)),
        (Cadence("week", 4), Rational(28)),
        (Cadence("semi_month"), Rational(365, 24)),
        (Cadence("month"), Rational(365, 12)),
        (Cadence("quarter"), Rational(365, 4)),
        (Cadence("year"), Rational(365)),
    ],
)
def test_the_days_of_a_cadence_on_average(cadence: Cadence, days: Rational) -> None:
    assert _usual_days(flat(every=cadence)) == days


@pytest.mark.parametrize(
    ("days", "is_near"),
    [
        ([0, 28, 56, 84], True),
        ([0, 30, 61, 92], False),
        ([0, 28, 28, 56], True),  # two of one day are one
        ([0, 28, 56, 87, 118], False),  # 28, 28, 31, 31: of two middle ones the longer
        ([0, 29, 58], True),  # 29 is 1 from four weeks and 17/12 from a month
        ([5], True),  # no interval speaks against the shorter one
        ([], True),
    ],
)
def test_invoices_come_at_intervals_of_four_weeks_or_of_a_month(days: list[int], *, is_near: bool) -> None:
    four_weeks, month = flat(every=Cadence("week", 4)), flat(every=Cadence("month"))
    assert _is_near(four_weeks, month, [event(10, day) for day in days]) is is_near
    assert _is_near(month, month, [event(10, day) for day in days])


def test_stated_periods_count_before_issue_days() -> None:
    stated = [event(10, 30 * number, days=(28 * number, 28 * number + 28)) for number in range(4)]
    assert _is_near(flat(every=Cadence("week", 4)), flat(every=Cadence("month")), stated)


def test_intervals_as_far_from_both_are_those_agreed() -> None:
    """Every 21 days lies half way between two weeks and four."""
    two, four = flat(every=Cadence("week", 2)), flat(every=Cadence("week", 4))
    events = [event(10, 21 * number) for number in range(4)]
    assert not _is_near(two, four, events)
    assert not _is_near(four, two, events)
