"""Which invoices credits take back, and from which periods, on books made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.books import PostingRule
from billcheck.engine.credits import (
    EXCEEDS,
    Reversal,
    not_taken_back,
    post_credits,
    post_reversals,
    take_reductions,
    take_reversals,
)
from tests.engine.agreements import flat
from tests.engine.bookings import Row, billed, books_of, event, leftovers, postings, regular

if TYPE_CHECKING:
    from billcheck.engine.events import Event

CREDIT, REVERSED, PLACED = PostingRule.CREDIT, PostingRule.REVERSED, PostingRule.PLACED
IN_ARREARS = flat(timing="in_arrears", invoice_day=None)


def credit(amount: int, day: int = 50, number: str = "CN", names: str = "", **fields: Any) -> Event:
    """A credit note of an amount above zero."""
    return event(-amount, day, number, credited=names, rows=(sum(number.encode()),), **fields)


A, B, C = event(100, 0, "A"), event(100, 30, "B"), event(40, 40, "C")
PINNED_A, PINNED_B = event(100, 0, "A", (0, 30)), event(100, 0, "A", (30, 60))


# --- reversals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invoices", "note", "taken"),
    [
        ([A, B, C], credit(100), [B]),  # the latest of its amount
        ([A, B, C], credit(100, 29), [A]),  # not one after it
        ([A, B, C], credit(100, 30), [B]),  # one of the same day
        ([A, B, C], credit(100, -1), []),
        ([A, B, C], credit(40), [C]),
        ([A, B, C], credit(99), []),
        ([A, B, C], credit(100, names="A"), [A]),
        ([A, B, C], credit(150, names="A"), [A]),  # more than all of it
        ([A, B, C], credit(99, names="A"), []),
        ([A, B, C], credit(100, names="X"), []),  # what it names bills nothing here
        ([PINNED_A, PINNED_B], credit(200, names="A"), [PINNED_A, PINNED_B]),
        ([PINNED_A, PINNED_B], credit(100, names="A"), [PINNED_A]),
        ([PINNED_A, PINNED_B], credit(100, names="A", days=(30, 60)), [PINNED_B]),
        ([PINNED_A, PINNED_B], credit(100, names="A", days=(60, 90)), [PINNED_A]),
        ([PINNED_A, PINNED_B], credit(150, names="A", days=(30, 60)), []),
        ([PINNED_A, PINNED_B], credit(100, days=(0, 30)), [PINNED_A]),
        ([PINNED_A, PINNED_B], credit(100, days=(0, 29)), []),
        ([A, PINNED_B], credit(100, days=(0, 30)), []),
    ],
)
def test_what_a_credit_takes_back_in_full(invoices: list[Event], note: Event, taken: list[Event]) -> None:
    books = books_of(regular(100, 100, 100))
    found = take_reversals(books, invoices, [note])
    assert found.reversals == ([Reversal((note,), tuple(taken))] if taken else [])
    assert found.billed == [item for item in invoices if item not in taken]


def test_each_invoice_is_taken_back_once() -> None:
    books = books_of(regular(100, 100))
    notes = [credit(100, 50, "1"), credit(100, 51, "2"), credit(100, 52, "3")]
    found = take_reversals(books, [A, B], notes)
    assert found.reversals == [Reversal((notes[0],), (B,)), Reversal((notes[1],), (A,))]
    assert (found.billed, found.later, leftovers(books)) == ([], [], [(-100, "open_credit")])
    assert books.leftovers[0].reason == "the credit names no document and no period, and equals no invoice in full"


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (credit(30), "the credit names no document and no period, and equals no invoice in full"),
        (credit(30, names="X"), "the credit names document X, which bills nothing for this charge in the ledger"),
        (
            event(-30, 50, "I", credited="I"),
            "the credit names no document and no period, and equals no invoice in full",
        ),
    ],
)
def test_why_a_credit_stays_open(note: Event, reason: str) -> None:
    books = books_of(regular(100))
    found = take_reversals(books, [A], [note])
    assert (found.billed, found.reversals, found.later) == ([A], [], [])
    assert [(item.event, item.amount, item.kind, item.reason) for item in books.leftovers] == [
        (note, -30, "open_credit", reason)
    ]


def test_a_second_credit_of_a_document_credited_in_full_stays_open() -> None:
    books = books_of(regular(100))
    take_reversals(books, [A], [credit(100, 50, "1", "A"), credit(10, 51, "2", "A")])
    assert [item.reason for item in books.leftovers] == [
        "the credit names document A, which was already credited in full"
    ]


@pytest.mark.parametrize("note", [credit(30, names="A"), credit(30, days=(0, 30)), credit(30, names_charge=True)])
def test_a_linked_credit_of_a_part_waits(note: Event) -> None:
    books = books_of(regular(100))
    found = take_reversals(books, [A], [note])
    assert (found.billed, found.reversals, found.later, leftovers(books)) == ([A], [], [note], [])


@pytest.mark.parametrize(
    ("amounts", "together", "waiting"),
    [
        ([60, 40], 2, 0),
        ([60, 50], 2, 0),
        ([60, 39], 0, 2),
        ([30, 30, 40], 3, 0),
        ([60, 40, 10], 2, 0),
    ],
)
def test_credits_that_complete_a_document_reverse_it_together(amounts: list[int], together: int, waiting: int) -> None:
    books = books_of(regular(100))
    notes = [credit(amount, 50 + number, str(number), "A") for number, amount in enumerate(amounts)]
    found = take_reversals(books, [A], notes)
    assert found.reversals == ([Reversal(tuple(notes[:together]), (A,))] if together else [])
    assert len(found.later) == waiting
    assert found.billed == ([] if together else [A])


def test_credits_of_another_document_complete_nothing() -> None:
    books = books_of(regular(100, 100))
    notes = [credit(60, 50, "1", "A"), credit(40, 51, "2", "B")]
    found = take_reversals(books, [A, B], notes)
    assert (found.reversals, found.later) == ([], notes)


# --- subtraction ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "note", "expected", "credited", "left"),
    [
        ([100, 100, 0], credit(30, days=(0, 30)), [70, 100, 0], [30, 0, 0], 0),
        ([130, 100, 0], credit(30, days=(0, 30)), [100, 100, 0], [0, 0, 0], 0),
        ([110, 100, 0], credit(30, days=(0, 30)), [80, 100, 0], [20, 0, 0], 0),
        ([100, 100, 0], credit(130, days=(0, 30)), [0, 100, 0], [100, 0, 0], -30),
        ([100, 100, 0], credit(30, days=(60, 90)), [100, 100, 0], [0, 0, 0], -30),
        ([100, 100, 0], credit(30, days=(300, 330)), [100, 100, 0], [0, 0, 0], -30),
        ([100, 100, 0], credit(30, names="INV-0"), [70, 100, 0], [30, 0, 0], 0),
        ([100, 130, 0], credit(30, names_charge=True), [100, 100, 0], [0, 0, 0], 0),  # the one that exceeds by it
        ([130, 130, 0], credit(30, names_charge=True), [100, 130, 0], [0, 0, 0], 0),  # the first of two
        ([130, 100, 0], credit(29, names_charge=True), [130, 71, 0], [0, 29, 0], 0),  # else the last
        ([100, 100, 0], credit(30, 29, names_charge=True), [70, 100, 0], [30, 0, 0], 0),
        ([100, 100, 0], credit(30, 30, names_charge=True), [100, 70, 0], [0, 30, 0], 0),
        ([100, 130, 0], credit(30, 29, names_charge=True), [70, 130, 0], [30, 0, 0], 0),
        ([100, 100, 0], credit(30, -1, names_charge=True), [100, 100, 0], [0, 0, 0], -30),
        ([100, 100, 0], credit(60, days=(0, 60)), [70, 70, 0], [30, 30, 0], 0),
        ([120, 100, 0], credit(60, days=(0, 60)), [80, 80, 0], [20, 20, 0], 0),
        ([120, 140, 0], credit(30, days=(0, 60)), [110, 120, 0], [0, 0, 0], 0),
    ],
)
def test_what_a_credit_subtracts(
    paid: list[int], note: Event, expected: list[int], credited: list[int], left: int
) -> None:
    books = billed(books_of(regular(100, 100, 100)), *paid)
    post_credits(books, [note])
    assert (books.billed, books.credited) == (expected, credited)
    assert leftovers(books) == ([(left, "open_credit")] if left else [])
    assert {item[2] for item in postings(books)} <= {PLACED, CREDIT}


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (credit(130, days=(0, 30)), EXCEEDS),
        (credit(30, days=(60, 90)), "the credit is for a period of which nothing is billed"),
        (credit(30, days=(300, 330)), "the period of the credit lies outside the term of the charge"),
        (credit(30, -1, names_charge=True), "the credit comes before anything was billed"),
    ],
)
def test_why_a_credit_is_not_subtracted(note: Event, reason: str) -> None:
    books = billed(books_of(regular(100, 100, 100)), 100, 100)
    post_credits(books, [note])
    assert [item.reason for item in books.leftovers] == [reason]
    assert EXCEEDS == "the credit exceeds what it takes back"


def test_a_credit_may_name_another_credit_and_follows_it() -> None:
    books = billed(books_of(regular(100, 100)), 100, 100)
    post_credits(books, [credit(20, 40, "CN-1", "INV-0"), credit(10, 90, "CN-2", "CN-1")])
    assert books.billed == [70, 100]


@pytest.mark.parametrize(
    ("days", "expected"), [(None, [85, 85, 100]), ((30, 60), [100, 70, 100]), ((60, 90), [85, 85, 100])]
)
def test_of_a_document_of_two_periods_the_stated_one_is_credited(
    days: tuple[int, int] | None, expected: list[int]
) -> None:
    books = books_of(regular(100, 100, 100))
    both = event(200, 0, "AB")
    for period in (0, 1):
        books.post(both, period, 100, PLACED)
    books.post(event(100, 60, "X"), 2, 100, PLACED)
    post_credits(books, [credit(30, names="AB", days=days)])
    assert books.billed == expected


LOWERED = [*regular(100), Row(10, 30, 30, -40, is_change=True), *regular(0, 100)[1:]]
"""Two months; from the tenth day of the first on it costs 40 less."""


@pytest.mark.parametrize(
    ("note", "is_reduction"),
    [
        (credit(40, days=(10, 30)), True),
        (credit(15, days=(10, 30)), True),
        (credit(40, days=(0, 30)), False),
        (credit(40, names_charge=True), True),  # stating nothing, it equals the change
        (credit(39, names_charge=True), False),
        (credit(40, names="INV-0"), False),
        (credit(100, names_charge=True), False),
    ],
)
def test_a_credit_for_a_change_to_less_is_a_reduction(note: Event, *, is_reduction: bool) -> None:
    books = books_of(LOWERED)
    assert take_reductions(books, [note]) == (([note], []) if is_reduction else ([], [note]))


def test_a_reduction_is_posted_to_its_change_whatever_document_it_names() -> None:
    books = billed(books_of(LOWERED), 100)
    post_credits(books, [credit(40, names="INV-0", days=(10, 30))])
    assert (books.billed, books.credited) == ([100, -40, 0], [0, 0, 0])
    post_credits(books, [credit(10, days=(10, 30))])
    assert leftovers(books) == [(-10, "open_credit")]


def own(amount: int, number: str) -> Event:
    """A line of an invoice that takes off more than the invoice bills."""
    return event(-amount, 30, number, credited=number, rows=(sum(number.encode()),))


@pytest.mark.parametrize(
    ("rest", "taken_off", "is_reduction"),
    [
        (30, 40, True),  # 10 more than the rest of the invoice, and just the change
        (39, 40, True),
        (40, 40, False),  # just the rest: it is taken back
        (50, 40, False),
        (30, 41, False),  # no change: the rest is taken back, and more
    ],
)
def test_a_line_that_takes_off_more_than_its_invoice_bills_may_be_a_change(
    rest: int, taken_off: int, *, is_reduction: bool
) -> None:
    books = books_of(LOWERED)
    invoice, line = event(rest, 30, "I"), own(taken_off, "I")
    other = credit(100, 60, "CN", "A")
    found = take_reversals(books, [A, invoice], [line, other])
    taken = [] if is_reduction or rest > taken_off else [Reversal((line,), (invoice,))]
    assert found.reversals == [*taken, Reversal((other,), (A,))]
    assert found.later == ([] if taken else [line])
    assert take_reductions(books, found.later)[0] == found.later


def test_a_change_given_back_on_an_invoice_is_no_part_of_a_credit_of_that_invoice() -> None:
    books = books_of(LOWERED)
    invoice, line, note = event(30, 30, "I"), own(40, "I"), credit(10, 60, "CN", "I")
    found = take_reversals(books, [invoice], [line, note])
    assert (found.billed, found.reversals, found.later) == ([invoice], [], [line, note])


def test_a_change_given_back_on_an_invoice_goes_to_its_change_and_not_to_what_the_invoice_bills() -> None:
    books = books_of(LOWERED)
    books.post(event(100, 0, "INV-0"), 0, 100, PLACED)
    books.post(event(100, 30, "I"), 2, 100, PLACED)
    post_credits(books, [own(40, "I")])
    assert (books.billed, books.credited, leftovers(books)) == ([100, -40, 100], [0, 0, 0], [])


# --- reversed ------------------------------------------------------------------------------------------------------


def reversed_on(books_rows: list[Row], invoice: Event, *paid: int, **options: Any) -> list[int]:
    """Which periods a reversed invoice is put on; it and its credit come to nothing there."""
    books = billed(books_of(books_rows, **options), *paid)
    before = list(books.billed)
    post_reversals(books, [Reversal((credit(invoice.amount),), (invoice,))])
    assert books.billed == before
    assert leftovers(books) == []
    return [item[0] for item in postings(books) if item[2] is REVERSED and item[1] > 0]


CHANGED = [*regular(100, 100, 100), Row(40, 60, 60, 25, is_change=True), Row(70, 90, 90, 25, is_change=True)]


@pytest.mark.parametrize(
    ("rows", "invoice", "paid", "periods"),
    [
        (regular(100, 100, 100), event(100, 35), [], [1]),
        (regular(100, 100, 100), event(70, 35), [], [1]),  # nothing equals it: the nearest
        (regular(100, 100, 100), event(70, 35), [100, 30], [1]),
        (regular(100, 100, 100), event(100, 35, days=(0, 30)), [], [0]),
        (regular(100, 100, 100), event(200, 35, days=(0, 60)), [], [0, 1]),
        (regular(100, 100, 100), event(200, 35), [], [1, 2]),  # in a row, due with its first
        (regular(100, 100, 100), event(300, 35), [], [0, 1, 2]),
        (regular(100, 100, 100), event(300, 65), [], [0, 1, 2]),
        (regular(100, 100, 100), event(200, 35), [100, 0, 100], [1]),  # not over what is billed
        (regular(100, 100, 100), event(150, 35), [0, 50, 0], [1, 2]),
        (regular(100, 100, 100), event(200, 35), [0, 100, 0], [1]),  # the nearest needs nothing
        (CHANGED, event(25, 61), [100, 100, 100], [3]),
        (CHANGED, event(25, 89), [100, 100, 100], [4]),
        (CHANGED, event(25, 75), [100, 100, 100], [3]),  # the first of two equally near
        (CHANGED, event(100, 61), [], [2]),
        (CHANGED, event(26, 61), [100, 100, 100], [2]),
    ],
)
def test_where_a_reversed_invoice_belonged(
    rows: list[Row], invoice: Event, paid: list[int], periods: list[int]
) -> None:
    assert reversed_on(rows, invoice, *paid) == periods


def test_what_is_billed_in_arrears_is_due_with_its_last_period() -> None:
    assert reversed_on(regular(100, 100, 100), event(200, 35), charge=IN_ARREARS) == [0, 1]


@pytest.mark.parametrize(("length", "periods"), [(12, list(range(1, 13))), (13, [12])])
def test_no_more_than_twelve_periods_are_one_invoice(length: int, periods: list[int]) -> None:
    assert reversed_on(regular(*[100] * 20), event(100 * length, 30 * 12), charge=IN_ARREARS) == periods


def test_a_reversed_invoice_that_is_not_billed_again_counts_as_credited() -> None:
    books = books_of(regular(100, 100))
    post_reversals(books, [Reversal((credit(100),), (A,))])
    assert (books.billed, books.credited) == ([0, 0], [100, 0])
    post_reversals(books, [Reversal((credit(100),), (A,))])
    assert books.credited == [100, 0]  # never more than is short
    books = billed(books_of(regular(100, 100)), 70)
    post_reversals(books, [Reversal((credit(100),), (A,))])
    assert books.credited == [30, 0]
    books = billed(books_of(regular(100, 100)), 100)
    post_reversals(books, [Reversal((credit(100),), (A,))])
    assert books.credited == [0, 0]


def test_several_credits_take_back_several_invoices_and_what_exceeds_them_is_open() -> None:
    books = books_of(regular(100, 100))
    notes = (credit(60, number="1"), credit(150, number="2"), credit(10, number="3"))
    post_reversals(books, [Reversal(notes, (A, B))])
    assert books.billed == [0, 0]
    assert [(item.event, item.amount, item.reason) for item in books.leftovers] == [
        (notes[1], -10, EXCEEDS),
        (notes[2], -10, EXCEEDS),
    ]
    taken = [(item.event.number, item.period, item.amount) for item in books.postings]
    assert taken == [("A", 0, 100), ("1", 0, -60), ("2", 0, -40), ("B", 1, 100), ("2", 1, -100)]


def test_a_charge_without_any_period_keeps_a_reversed_invoice_as_residue() -> None:
    books = books_of([])
    post_reversals(books, [Reversal((credit(100),), (A,))])
    assert [(item.event.number, item.amount, item.kind, item.reason) for item in books.leftovers] == [
        ("A", 100, "out_of_term", "the charge has no period at all"),
        ("CN", -100, "open_credit", EXCEEDS),
    ]


def test_a_range_over_rows_below_zero_is_reversed_where_something_is_expected() -> None:
    books = books_of(regular(100, -20, 100))
    post_reversals(books, [Reversal((credit(100),), (event(100, 0, "A", (0, 90)),))])
    assert [(item.period, item.amount) for item in books.postings if item.amount > 0] == [(0, 50), (2, 50)]


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        ([credit(100, 50, "1")], []),  # the latest of its amount is gone, and the credit with it
        ([credit(99, 50, "1")], ["1"]),
        ([credit(150, 50, "1", "A")], ["1"]),  # more than all of what it names
        ([credit(100, 50, "1", "A"), credit(100, 51, "2", "A")], ["2"]),
    ],
)
def test_credits_that_take_nothing_back_whole_are_kept(notes: list[Event], kept: list[str]) -> None:
    invoices = [A, B]
    left = not_taken_back([*invoices, *notes])
    assert [item.number for item in left if item.amount < 0] == kept
