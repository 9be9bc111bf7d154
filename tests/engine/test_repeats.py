"""Equal lines on one document: when the second is a repeat, and when it is another period."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, Line, check
from billcheck.engine.books import PostingRule
from billcheck.engine.repeats import post_repeats
from billcheck.period import Cadence, CadenceUnit
from tests.engine.agreements import contract, flat, line
from tests.engine.bookings import Row, books_of, event, postings, regular

if TYPE_CHECKING:
    from billcheck.engine.books import Books

IN_ADVANCE = flat(amount="100", timing="in_advance", invoice_day=None)
IN_ARREARS = flat(amount="100")
WINDOW = (date(2025, 12, 1), date(2026, 12, 31))


def billed(*lines: Line, as_of: str = "2026-03-20", charge: object = IN_ADVANCE) -> dict[int, tuple[str, str]]:
    """Status and billed amount by month, without what is not due."""
    day = date.fromisoformat(as_of)
    report = check([contract(charge)], Ledger.from_lines(lines), as_of=day, covers=WINDOW)  # type: ignore[arg-type]
    return {row.first_day.month: (str(row.status), f"{row.billed:.0f}") for row in report.rows if row.billed_minor}


FIRST_TWO = (line("INV-1", "2026-01-01", "100"), line("INV-2", "2026-02-01", "100"))
OK = ("ok", "100")


def test_a_line_that_stands_twice_in_the_last_month_is_billed_too_often() -> None:
    lines = [line("INV-3", "2026-03-01", "100")] * 2
    assert billed(*FIRST_TWO, *lines) == {1: OK, 2: OK, 3: ("overbilled", "200")}


@pytest.mark.parametrize("times", [3, 4, 10])
def test_more_equal_lines_are_paid_ahead_unless_each_states_the_month(times: int) -> None:
    free = billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "100")] * times)
    assert set(free.values()) == {OK, ("billed_ahead", "100")}
    assert len(free) == 2 + times
    days = {"period_first_day": date(2026, 3, 1), "period_last_day": date(2026, 3, 31)}
    stated = billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "100", **days)] * times)
    assert stated == {1: OK, 2: OK, 3: ("overbilled", f"{times}00")}


@pytest.mark.parametrize("unit", ["quarter", "half_year", "year"])
def test_a_line_that_stands_twice_on_the_only_invoice_is_no_second_quarter(unit: CadenceUnit) -> None:
    charge = flat(amount="100", timing="in_advance", invoice_day=None, every=Cadence(unit))
    assert billed(*[line("INV-1", "2026-01-01", "100")] * 2, as_of="2026-02-20", charge=charge) == {
        1: ("overbilled", "200")
    }


def test_a_single_line_of_twice_the_amount_is_billed_ahead() -> None:
    assert billed(*FIRST_TWO, line("INV-3", "2026-03-01", "200"))[4] == ("billed_ahead", "100")


def test_two_lines_that_make_up_one_month_are_no_repeat() -> None:
    assert billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "50")] * 2)[3] == OK


def test_three_lines_for_two_months_at_once_stay_there_if_one_would_else_be_missing() -> None:
    lines = [line("INV-3", "2026-03-01", "100")] * 3
    assert billed(*FIRST_TWO, *lines, as_of="2026-04-20") == {1: OK, 2: OK, 3: OK, 4: OK, 5: ("billed_ahead", "100")}


def test_equal_lines_for_a_forgotten_month_and_this_one_are_no_repeat() -> None:
    lines = [line("INV-3", "2026-03-31", "100")] * 2
    first = line("INV-1", "2026-01-31", "100")
    assert billed(first, *lines, as_of="2026-04-02", charge=IN_ARREARS) == {1: OK, 2: OK, 3: OK}


def test_a_wrong_price_that_stands_twice_leaves_no_exact_month_and_is_no_repeat() -> None:
    report = check(
        [contract(IN_ADVANCE)],
        Ledger.from_lines([*FIRST_TWO, *[line("INV-3", "2026-03-01", "70")] * 2]),
        as_of=date(2026, 3, 20),
        covers=WINDOW,
    )
    assert [finding.kind for finding in report.findings] == ["overbilled"]


def test_the_evidence_names_the_repeat_and_leaves_the_other_line_where_it_was() -> None:
    report = check(
        [contract(IN_ADVANCE)],
        Ledger.from_lines([*FIRST_TWO, *[line("INV-3", "2026-03-01", "100")] * 2]),
        as_of=date(2026, 3, 20),
        covers=WINDOW,
    )
    rules = [(item.line, item.rule.split("; ")[-1]) for row in report.rows for item in row.evidence]
    assert rules[-2:] == [
        (1, "the due day it is nearest to, in order"),
        (2, "repeats an amount already billed for this period"),
    ]


def test_the_evidence_says_where_the_date_alone_would_not() -> None:
    days = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-03-03", "2026-05-01")
    lines = [line(f"INV-{number}", day, "100") for number, day in enumerate(days)]
    report = check([contract(IN_ADVANCE)], Ledger.from_lines(lines), as_of=date(2026, 5, 20), covers=WINDOW)
    inferred = {row.first_day.month: row.inferred_minor for row in report.rows if row.inferred_minor}
    told = {
        row.first_day.month
        for row in report.rows
        for item in row.evidence
        if item.rule.endswith("which its date alone does not say (inferred)")
    }
    assert inferred == {4: 10000}
    assert told == {4}


# --- on books made by hand -------------------------------------------------------------------------------------------

OWN, PLACED, DUPLICATE = PostingRule.OWN_PERIOD, PostingRule.PLACED, PostingRule.DUPLICATE
COMBINED, AHEAD, RANGE = PostingRule.COMBINED, PostingRule.AHEAD, PostingRule.RANGE
LINES = (1, 2)
"""The rows of an event of two equal lines."""


def never(_period: int) -> bool:
    return False


@pytest.mark.parametrize(
    ("price", "amount", "repeated"),
    [
        (100, 100, 100),  # 200 billed, 100 too much
        (101, 100, 0),  # 99 are not one of the lines
        (99, 100, 0),
        (50, 100, 0),
        (200, 100, 0),  # just what it costs
        (300, 100, 0),
        (0, 100, 0),  # all of it is too much: nothing is repeated
        (1, 1, 1),
    ],
)
def test_what_equal_lines_bill_too_much_for_one_period(price: int, amount: int, repeated: int) -> None:
    books = books_of(regular(price))
    books.post(event(2 * amount, 0, "A", rows=LINES), 0, 2 * amount, OWN)
    post_repeats(books, {(8, 9): 7, LINES: amount}, never)
    first = [(0, 2 * amount - repeated, OWN)]
    assert postings(books) == first + ([(0, repeated, DUPLICATE)] if repeated else [])


def over_two(own: PostingRule = PLACED, later: PostingRule = AHEAD, first: int = 0) -> Books:
    """One event of two equal lines, whose second went to the period after; that of the later period stands first."""
    books = books_of(regular(100, 100, 100, 100))
    one = event(200, 30 * first, "A", rows=LINES)
    books.post(one, first + 1, 100, later)
    books.post(one, first, 100, own)
    return books


@pytest.mark.parametrize(
    ("own", "later", "is_repeat"),
    [
        (PLACED, AHEAD, True),
        (COMBINED, COMBINED, True),
        (OWN, AHEAD, True),
        (PLACED, RANGE, False),  # a stated range is meant
        (RANGE, AHEAD, False),
    ],
)
def test_the_second_line_of_two_is_a_repeat(own: PostingRule, later: PostingRule, *, is_repeat: bool) -> None:
    books = over_two(own, later)
    books.block = 2
    post_repeats(books, {LINES: 100}, never)
    assert books.billed == ([200, 0, 0, 0] if is_repeat else [100, 100, 0, 0])
    assert [one[2] for one in postings(books)[2:]] == ([DUPLICATE] if is_repeat else [])
    if is_repeat and own is COMBINED:
        assert (books.block, books.postings[1].rule) == (1, PLACED)
    else:
        assert (books.block, books.postings[1].rule) == (2, own)


def test_a_second_line_that_keeps_a_period_from_missing_is_none() -> None:
    books = over_two()
    post_repeats(books, {LINES: 100}, lambda period: period == 1)
    assert books.billed == [100, 100, 0, 0]


@pytest.mark.parametrize(
    ("due_days", "rows", "billed"),
    [
        ((30, 30), LINES, [100, 100, 0]),  # both are due together
        ((30, 31), LINES, [200, 0, 0]),
        ((30, 60), LINES, [200, 0, 0]),
    ],
)
def test_a_second_line_for_a_period_due_on_the_same_day_is_none(
    due_days: tuple[int, int], rows: tuple[int, ...], billed: list[int]
) -> None:
    first, second = due_days
    books = books_of([Row(0, 29, first, 100), Row(29, 59, second, 100), Row(59, 90, 90, 100)])
    one = event(200, 30, "A", rows=rows)
    books.post(one, 1, 100, COMBINED)
    books.post(one, 0, 100, COMBINED)
    post_repeats(books, {rows: 100}, never)
    assert books.billed == billed


def test_where_another_event_bills_several_periods_equal_lines_are_meant() -> None:
    books = over_two()
    post_repeats(books, {LINES: 100}, never)
    assert books.billed[0] == 200
    books = over_two()
    books.post(event(200, 60, "B", rows=(5,)), 2, 100, PLACED)
    books.post(event(200, 60, "B", rows=(5,)), 3, 100, AHEAD)
    post_repeats(books, {LINES: 100}, never)
    assert books.billed == [100] * 4


def test_one_event_that_is_no_repeat_does_not_stop_the_look_at_the_next() -> None:
    books = over_two(RANGE, AHEAD)
    books.post(event(200, 60, "B", rows=(5, 6)), 2, 200, OWN)
    post_repeats(books, {LINES: 100, (5, 6): 100}, never)
    assert books.billed == [100, 100, 200, 0]
    assert postings(books)[2:] == [(2, 100, OWN), (2, 100, DUPLICATE)]
