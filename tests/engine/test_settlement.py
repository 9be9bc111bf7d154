"""What left-over money and excesses settle: exact equality alone, on books made by hand."""

from __future__ import annotations

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.settlement import (
    LONGEST_RUN,
    Shortfalls,
    feed_changes,
    mark_pinned_duplicates,
    post_duplicates,
    settle,
    settle_by_words,
)
from tests.engine.bookings import DAY_0, Row, billed, books_of, event, leftovers, postings, regular

OPEN = [True] * 100
PLACED, SETTLEMENT, AHEAD, OWN = PostingRule.PLACED, PostingRule.SETTLEMENT, PostingRule.AHEAD, PostingRule.OWN_PERIOD
CHANGE, NETTED, DUPLICATE = PostingRule.CHANGE, PostingRule.CHANGE_NETTED, PostingRule.DUPLICATE
CATCH_UP, RANGE = PostingRule.CATCH_UP, PostingRule.RANGE


def change(amount: int, due: int = 0) -> Row:
    """A change of ten days at the end of the first period."""
    return Row(20, 30, due, amount, is_change=True)


# --- changes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "paid", "moved"),
    [
        (40, [150], 40),  # as much as the change needs
        (40, [130], 30),  # no more than the excess
        (40, [130, 10], 10),  # no more than the last invoice, though the excess is 40
        (40, [100], 0),
        (40, [90], 0),
        (0, [150], 0),
    ],
)
def test_a_change_takes_the_excess_of_its_regular_row(wanted: int, paid: list[int], moved: int) -> None:
    books = books_of([*regular(100), change(wanted)])
    for amount in paid:
        books.post(event(amount), 0, amount, PLACED)
    feed_changes(books)
    assert books.billed == [sum(paid) - moved, moved]
    assert [item[1:] for item in postings(books) if item[0] == 1] == ([(moved, CHANGE)] if moved else [])


@pytest.mark.parametrize(
    ("rules", "moved"),
    [
        ((OWN, OWN), 0),  # each invoice states what it bills
        ((PLACED, OWN), 20),
        ((OWN, PLACED), 20),
        ((PLACED, PLACED), 20),
    ],
)
def test_a_change_with_an_invoice_of_its_own_takes_no_excess_of_another_stated_period(
    rules: tuple[PostingRule, PostingRule], moved: int
) -> None:
    books = books_of([*regular(100), change(40)])
    for period, (amount, rule) in enumerate(zip((130, 20), rules, strict=True)):
        books.post(event(amount, number=f"INV-{period}"), period, amount, rule)
    feed_changes(books)
    assert books.billed == [130 - moved, 20 + moved]


def test_what_one_change_has_of_its_own_says_nothing_of_another() -> None:
    books = books_of([*regular(100), change(40), change(30)])
    books.post(event(130, number="A"), 0, 130, OWN)
    books.post(event(10, number="B"), 1, 10, OWN)
    feed_changes(books)
    assert books.billed == [100, 10, 30]


@pytest.mark.parametrize(
    ("lowered", "paid", "netted"), [(-30, 60, -30), (-50, 70, -30), (-30, 100, 0), (-30, 110, 0), (-30, 99, -1)]
)
def test_a_change_to_less_is_netted_against_its_regular_row(lowered: int, paid: int, netted: int) -> None:
    books = billed(books_of([*regular(100), change(lowered)]), paid)
    feed_changes(books)
    assert books.billed == [paid - netted, netted]
    assert [item[2] for item in postings(books) if item[0] == 1] == ([NETTED] if netted else [])


def test_two_changes_due_with_one_row_share_its_excess() -> None:
    books = billed(books_of([*regular(100), change(30), change(40)]), 160)
    feed_changes(books)
    assert books.billed == [100, 30, 30]


@pytest.mark.parametrize(
    "rows",
    [
        [change(40), *regular(100)],  # no row comes before the change
        [*regular(100), change(40, due=1)],  # another due day
        [change(10), change(40)],  # nothing but changes
    ],
)
def test_a_change_without_a_regular_row_takes_nothing(rows: list[Row]) -> None:
    books = books_of(rows)
    period = next((index for index, row in enumerate(rows) if not row.is_change), 0)
    books.post(event(200), period, 200, PLACED)
    feed_changes(books)
    assert [item[2] for item in postings(books)] == [PLACED]


def test_a_row_billed_by_credits_alone_feeds_no_change() -> None:
    books = books_of([*regular(-100), change(40)])
    books.post(event(-50), 0, -50, PostingRule.CREDIT)
    feed_changes(books)
    assert books.billed == [-50, 0]


# --- exact settlement ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("open_amounts", "amount", "settled"),
    [
        ([100, 100, 0, 0], 200, [0, 1]),  # all of them
        ([100, 60, 40, 0], 200, [0, 1, 2]),
        ([100, 0, 60, 0], 160, [0, 2]),  # all of them, apart
        ([100, 0, 60, 0], 60, [2]),  # exactly one
        ([100, 0, 100, 0], 100, [0]),  # the first of several of like shape
        ([30, 50, 20, 0], 70, [1, 2]),  # a run
        ([30, 50, 20, 0], 80, [0, 1]),
        ([30, 50, 20, 0], 50, [1]),
        ([100, 0, 60, 40], 100, []),  # candidates of unlike shape
        ([100, 0, 60, 0], 99, []),
        ([100, 0, 60, 0], 101, []),
        ([30, 0, 50, 20], 80, []),  # no run: a period between is not open
        ([0, 0, 0, 0], 50, []),
    ],
)
def test_a_left_over_event_settles_what_it_equals(open_amounts: list[int], amount: int, settled: list[int]) -> None:
    books = billed(books_of(regular(*[100] * 4)), *(100 - missing for missing in open_amounts))
    left = event(amount, 95, "LATE")
    assert settle(books, [left], OPEN) == ([] if settled else [left])
    new = [item for item in postings(books) if item[2] is not PLACED]
    assert new == [(period, open_amounts[period], SETTLEMENT) for period in settled]


def test_only_periods_known_to_be_open_and_due_are_settled() -> None:
    books = books_of(regular(100, 100, 100))
    assert settle(books, [event(100, 29)], [False, True, True]) == [event(100, 29)]
    assert settle(books, [event(100, 30)], [False, True, True]) == []
    assert postings(books) == [(1, 100, SETTLEMENT)]


def test_every_event_settles_after_the_one_before_it() -> None:
    books = billed(books_of(regular(100, 100, 100, 100)), 50, 50, 100, 100)
    first, second, third = event(50, 95, "A"), event(50, 96, "B"), event(50, 97, "C")
    assert settle(books, [first, second, third], OPEN) == [third]
    assert [item[0] for item in postings(books) if item[2] is SETTLEMENT] == [0, 1]


def test_the_candidates_of_an_amount_are_all_runs_that_equal_it() -> None:
    books = billed(books_of(regular(*[100] * 5)), 0, 100, 40, 60, 0)
    assert Shortfalls(books, OPEN).runs_equal(100, DAY_0 + 200) == [[0], [2, 3], [4]]
    assert Shortfalls(books, OPEN).runs_equal(100, DAY_0 + 100) == [[0], [2, 3]]
    assert Shortfalls(books, OPEN).runs_equal(140, DAY_0 + 200) == [[3, 4]]
    assert Shortfalls(books, OPEN).runs_equal(101, DAY_0 + 200) == []


@pytest.mark.parametrize(("length", "is_settled"), [(LONGEST_RUN, True), (LONGEST_RUN + 1, False)])
def test_the_longest_run_that_is_settled(length: int, *, is_settled: bool) -> None:
    books = books_of(regular(*[100] * (length + 1)))
    flags = [True] * (length + 1)
    assert bool(Shortfalls(books, flags).runs_equal(100 * length, DAY_0 + 10_000)) is is_settled


# --- ahead ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "amount", "day", "ahead"),
    [
        ([100, 0, 0, 0], 200, 5, [1, 2]),
        ([100, 0, 0, 0], 300, 5, [1, 2, 3]),
        ([100, 0, 0, 0], 100, 5, []),  # one alone is as likely a repeat
        ([100, 0, 0, 0], 250, 5, []),
        ([100, 0, 0, 0], 400, 5, []),
        ([100, 0, 0, 0], 200, 30, [2, 3]),  # what is due on the day itself is not ahead
        ([100, 0, 50, 0], 200, 5, []),  # a period in between is billed
    ],
)
def test_an_event_that_equals_the_next_periods_is_ahead(
    paid: list[int], amount: int, day: int, ahead: list[int]
) -> None:
    books = billed(books_of(regular(*[100] * 4)), *paid)
    left = event(amount, day, "AHEAD")
    assert settle(books, [left], [False] * 4) == ([] if ahead else [left])
    assert [item for item in postings(books) if item[2] is not PLACED] == [(period, 100, AHEAD) for period in ahead]


def test_who_bills_ahead_leaves_no_month_for_a_later_invoice() -> None:
    books = books_of(regular(*[100] * 5))
    books.post(event(100, 30, "LATER"), 1, 100, PLACED)
    left = event(200, 5, "AHEAD")
    assert settle(books, [left], [False] * 5) == [left]
    books = books_of(regular(*[100] * 5))
    books.post(event(100, 4, "EARLIER"), 1, 100, PLACED)
    assert settle(books, [left], [False] * 5) == []
    assert [item[0] for item in postings(books) if item[2] is AHEAD] == [2, 3]


@pytest.mark.parametrize(("elsewhere", "billed_to"), [((), [100, 100, 0]), ((2,), [100, 100, 0]), ((1,), [200, 0, 0])])
def test_a_period_with_an_invoice_in_another_currency_is_not_paid_ahead(
    elsewhere: tuple[int, ...], billed_to: list[int]
) -> None:
    """One invoice bills 200 of 100, as if two units were billed of one."""
    books = books_of(regular(100, 100, 100))
    books.post(event(200), 0, 200, PLACED)
    books.elsewhere = frozenset(elsewhere)
    settle(books, [], [False] * 3)
    assert books.billed == billed_to


def test_changes_are_never_billed_ahead() -> None:
    rows = [*regular(100), Row(40, 60, 30, 5, is_change=True), *regular(0, 100, 100)[1:]]
    books = billed(books_of(rows), 100)
    left = event(200, 5, "AHEAD")
    assert settle(books, [left], [False] * 4) == []
    assert books.billed == [100, 0, 100, 100]


def test_a_change_between_the_next_periods_is_passed_over() -> None:
    rows = [*regular(100, 100), Row(40, 60, 60, 5, is_change=True), *regular(0, 0, 100)[2:]]
    books = billed(books_of(rows), 100)
    assert settle(books, [event(200, 5, "AHEAD")], [False] * 4) == []
    assert books.billed == [100, 100, 0, 100]


def test_nothing_is_ahead_over_a_period_without_a_price() -> None:
    books = billed(books_of(regular(100, 100, 0, 100)), 100)
    assert settle(books, [event(200, 5, "AHEAD")], [False] * 4) == [event(200, 5, "AHEAD")]


@pytest.mark.parametrize(
    ("paid", "is_open", "expected", "rule"),
    [
        ([300, 0, 0, 0], False, [100, 100, 100, 0], AHEAD),
        ([250, 0, 0, 0], False, [250, 0, 0, 0], None),
        ([200, 0, 0, 0], False, [100, 100, 0, 0], AHEAD),
        ([100, 50, 150, 0], True, [100, 100, 100, 0], SETTLEMENT),
        ([60, 50, 150, 0], True, [60, 100, 100, 0], SETTLEMENT),  # one of two that are short
        ([60, 50, 190, 0], True, [100, 100, 100, 0], SETTLEMENT),  # both
        ([120, 220, 0, 0], False, [120, 220, 0, 0], None),  # a wrong price is no payment ahead
    ],
)
def test_an_excess_goes_to_what_it_equals(
    paid: list[int], *, is_open: bool, expected: list[int], rule: PostingRule | None
) -> None:
    books = billed(books_of(regular(*[100] * 4)), *paid)
    settle(books, [], [is_open] * 4)
    assert books.billed == expected
    assert {item[2] for item in postings(books)} - {PLACED} == ({rule} if rule else set())


def test_an_excess_ahead_skips_changes_and_ends_with_the_schedule() -> None:
    rows = [*regular(100), Row(40, 60, 30, 5, is_change=True), *regular(0, 100)[1:]]
    books = billed(books_of(rows), 200)
    settle(books, [], [False] * 3)
    assert books.billed == [100, 0, 100]
    books = books_of(rows)
    books.post(event(150), 0, 150, PLACED)
    books.post(event(50, 2), 0, 50, PLACED)
    settle(books, [], [False] * 3)
    assert books.billed == [200, 0, 0]  # no single invoice holds the excess
    rows = [*regular(100), Row(40, 60, 30, 5, is_change=True)]
    books = billed(books_of(rows), 150)
    settle(books, [], [False] * 2)
    assert books.billed == [150, 0]


def test_a_document_never_leaves_the_period_it_states_as_a_whole() -> None:
    books = billed(books_of(regular(100, 100)), 100, 0, rule=OWN)
    books.post(event(100, 40, "AGAIN"), 0, 100, OWN)
    settle(books, [], OPEN)
    assert books.billed == [200, 0]
    books = billed(books_of(regular(100, 100)), 100, 0)
    books.post(event(100, 40, "AGAIN"), 0, 100, PLACED)
    settle(books, [], OPEN)
    assert books.billed == [100, 100]


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "day", "expected", "left"),
    [
        (100, 95, [100, 0, 100, 0], 0),
        (150, 95, [100, 0, 100, 50], 0),
        (30, 95, [30, 0, 100, 0], 0),
        (250, 95, [100, 0, 100, 100], 50),
        (250, 89, [100, 0, 100, 100], 50),  # due one day after it
        (250, 79, [100, 0, 100, 0], 150),  # due eleven days after it
        (250, 80, [100, 0, 100, 100], 50),
    ],
)
def test_a_catch_up_settles_the_oldest_first(amount: int, day: int, expected: list[int], left: int) -> None:
    books = billed(books_of(regular(100, 0, 100, 100)), 0, 0, 100, 0)
    settle_by_words(books, event(amount, day), OPEN, 10)
    assert books.billed == expected
    assert leftovers(books) == ([(left, "left_over")] if left else [])
    assert {item[2] for item in postings(books)} == {PLACED, CATCH_UP}
    assert all(item[1] for item in postings(books))


# --- duplicates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "day", "period"),
    [
        (100, 15, 0),  # half an interval after it
        (100, 16, 1),  # nearer to the next
        (100, 45, 1),
        (100, 46, None),
        (100, -15, 0),
        (100, -16, None),
        (99, 0, None),
    ],
)
def test_a_repeat_has_the_amount_and_about_the_day_of_another(amount: int, day: int, period: int | None) -> None:
    books = billed(books_of(regular(100, 100, 100)), 100, 100)
    left = event(amount, day, "AGAIN")
    assert post_duplicates(books, [left], 15) == ([] if period is not None else [left])
    assert postings(books)[2:] == ([] if period is None else [(period, amount, DUPLICATE)])


def test_a_period_that_is_short_has_no_repeat() -> None:
    books = billed(books_of(regular(101)), 100)
    assert post_duplicates(books, [event(100, 3)], 15) == [event(100, 3)]


def test_a_part_of_an_event_has_no_repeat() -> None:
    books = books_of(regular(100, 100))
    whole = event(200)
    books.post(whole, 0, 100, RANGE)
    books.post(whole, 1, 100, RANGE)
    assert post_duplicates(books, [event(100, 3)], 15) == [event(100, 3)]


def test_a_repeat_is_no_pattern_for_another_but_the_same_period_may_be_repeated_twice() -> None:
    books = billed(books_of(regular(100)), 100)
    assert post_duplicates(books, [event(100, 10, "B"), event(100, 14, "C"), event(100, 20, "D")], 15) == [
        event(100, 20, "D")
    ]
    assert books.billed == [300]


@pytest.mark.parametrize(
    ("expected", "paid", "rules"),
    [
        (100, [100, 100], [OWN, DUPLICATE]),
        (100, [100, 100, 100], [OWN, DUPLICATE, DUPLICATE]),
        (200, [100, 100], [OWN, OWN]),  # two halves
        (101, [100, 100], [OWN, OWN]),
        (100, [100, 60], [OWN, OWN]),
        (100, [60, 100, 60], [OWN, OWN, DUPLICATE]),
        (100, [100, 60, 100], [OWN, OWN, DUPLICATE]),
        (100, [100, 60, 60], [OWN, OWN, DUPLICATE]),
    ],
)
def test_the_later_of_two_equal_events_of_a_period_is_a_duplicate(
    expected: int, paid: list[int], rules: list[PostingRule]
) -> None:
    books = books_of(regular(expected))
    for number, amount in enumerate(paid):
        books.post(event(amount, number, f"INV-{number}"), 0, amount, OWN)
    mark_pinned_duplicates(books)
    assert sorted(item[2] for item in postings(books)) == sorted(rules)
    assert books.billed == [sum(paid)]
    first = books.postings[0]
    assert (first.event.number, first.rule) == ("INV-0", OWN)


def test_events_of_other_periods_or_other_rules_are_no_twins() -> None:
    books = books_of(regular(100, 0))
    books.post(event(100, 0, "A"), 0, 100, OWN)
    books.post(event(100, 1, "B"), 1, 100, OWN)
    books.post(event(100, 2, "C"), 1, 100, RANGE)
    books.post(event(-100, 3, "D"), 0, -100, OWN)
    mark_pinned_duplicates(books)
    assert DUPLICATE not in {item[2] for item in postings(books)}
