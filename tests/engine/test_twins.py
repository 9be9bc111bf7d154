"""Invoices that settle earlier periods without a word and are like another one of their day: asked about, no others."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.check import check
from billcheck.engine.books import PostingRule
from billcheck.engine.twins import Twin, find_twins
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, line, month_ends
from tests.engine.bookings import billed, books_of, event, regular

if TYPE_CHECKING:
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event
    from billcheck.findings import Finding
    from billcheck.ledger.line import Line

PLACED, SETTLEMENT, OWN = PostingRule.PLACED, PostingRule.SETTLEMENT, PostingRule.OWN_PERIOD
HALF = 15
AS_OF = date(2026, 10, 20)
COVERS = (date(2025, 12, 1), AS_OF)


def asked(lines: list[Line]) -> list[Finding]:
    report = check([contract()], Ledger.from_lines(lines), as_of=AS_OF, covers=COVERS)
    assert report.totals[0].net == 0  # what is asked never changes what was counted
    return [finding for finding in report.findings if finding.kind == "possible_duplicate"]


def books_with(second: Event, *parts: tuple[int, int], rule: PostingRule = SETTLEMENT) -> Books:
    """Four periods, the first two half billed, each with an invoice of its own; and another that pays for some."""
    books = billed(books_of(regular(100, 100, 100, 100)), 50, 50, 100, 100)
    for row, posting in enumerate(books.postings):
        books.postings[row] = posting._replace(event=posting.event._replace(rows=(row,)))
    for period, amount in parts:
        books.post(second, period, amount, rule)
    return books


def extra(day: int = 60, amount: int = 100, **fields: Any) -> Event:
    return event(amount, day, "X", **({"rows": (9,)} | fields))


HALVES = (0, 50), (1, 50)


def test_one_that_is_like_another_of_its_day() -> None:
    books = books_with(extra(), *HALVES)
    assert find_twins(books, HALF) == [Twin(extra(), books.postings[2].event, (0, 1), 100)]


@pytest.mark.parametrize(
    "other",
    [
        extra(day=61),  # a day of its own
        extra(is_catch_up=True),  # its text says what it is for
        extra(days=(0, 30)),  # it states a period
    ],
)
def test_one_that_is_no_twin(other: Event) -> None:
    assert find_twins(books_with(other, *HALVES), HALF) == []


def test_another_amount_is_no_twin() -> None:
    assert find_twins(books_with(extra(amount=50), (0, 50)), HALF) == []


def test_a_part_of_an_invoice_is_no_twin() -> None:
    """It bills 50 of a period of its own, and settles one other half."""
    assert find_twins(books_with(extra(), (0, 50), (3, 50)), HALF) == []


def test_what_leaves_something_open_is_a_finding_of_its_own() -> None:
    assert find_twins(books_with(extra(), (0, 40), (1, 60)), HALF) == []


@pytest.mark.parametrize("rule", [OWN, PostingRule.CATCH_UP, PostingRule.DUPLICATE])
def test_only_what_settles_without_words(rule: PostingRule) -> None:
    assert find_twins(books_with(extra(), *HALVES, rule=rule), HALF) == []


@pytest.mark.parametrize(("day", "found"), [(75, 1), (76, 0), (45, 1), (44, 0)])
def test_the_other_one_bills_the_period_of_its_date(day: int, found: int) -> None:
    """The third period is due on day 60; an invoice of more than half an interval around that bills it out of turn."""
    books = books_with(extra(day=day), *HALVES)
    third = books.postings[2]
    books.postings[2] = third._replace(event=third.event._replace(issue_day=extra(day=day).issue_day))
    assert len(find_twins(books, HALF)) == found


@pytest.mark.parametrize(("lag", "found"), [(16, 1), (15, 0)])
def test_one_that_order_puts_before_its_date(lag: int, found: int) -> None:
    """Placed more than half an interval after its period is due; the same by the habit of the charge is no question."""
    books = billed(books_of(regular(100, 100)), 0, 0)
    first, second = event(100, lag, "A", rows=(0,)), event(100, lag, "B", rows=(1,))
    books.post(first, 0, 100, PLACED)
    books.post(second, 1, 100, PLACED)
    books.far = frozenset({first.rows})
    assert len(find_twins(books, HALF)) == found
    books.offset = lag
    assert find_twins(books, HALF) == []


def test_nothing_is_looked_at_where_nothing_is_inferred() -> None:
    books = books_with(extra(), (3, 100), rule=PLACED)
    books.due_days = ()  # whoever looks a day up fails
    assert find_twins(books, HALF) == []


@given(st.integers(1, 6), st.integers(1, 27), st.integers(7, 9))
def test_a_late_line_without_a_twin_is_no_question(missing: int, day: int, month: int) -> None:
    """One month is never billed, and an invoice of just that follows on a day of its own."""
    lines = [item for item in month_ends(9) if item.issue_date.month != missing]
    assert asked([*lines, line("X", f"2026-{month:02}-{day:02}", "2400.00")]) == []


@given(st.integers(1, 6), st.integers(7, 9), st.booleans())
def test_the_same_line_on_the_day_of_a_regular_one_is_a_question(missing: int, month: int, is_later: bool) -> None:
    lines = [item for item in month_ends(9) if item.issue_date.month != missing]
    day = f"2026-{month:02}-{monthrange(2026, month)[1]}"
    twin = line("X" if is_later else "A", day, "2400.00")
    (finding,) = asked([*lines, twin])
    assert finding.first_day == date(2026, missing, 1)
    assert f"of {day} is like" in finding.sentence
    assert asked([*lines, replace(twin, description="Retainer, catch-up")]) == []
