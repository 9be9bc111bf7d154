"""A line that bills exactly a change beside the regular charge becomes an event of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, Line, check, load_contracts
from billcheck.engine.change_lines import set_changes_apart
from billcheck.engine.events import Events
from tests.engine.bookings import Row, books_of, event

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """
[[contract]]
id = "C-1"
customer = "Acme BV"
currency = "EUR"
start = 2026-01-01
[[contract.charge]]
name = "Seats"
model = "per_unit"
unit_amount = "31.00"
quantity = "10"
every = "month"
timing = "in_advance"
amendments = [{ on = 2026-03-16, quantity = "14" }]
"""
"""March: 4 x 31.00 x 16/31 = 64.00 more, due with April's 434.00."""
APRIL = date(2026, 4, 1)
MARCH_CHANGE, APRIL_ROW = (date(2026, 3, 16), True), (APRIL, False)


def billed(
    tmp_path: Path, *amounts: str, issued: date = APRIL, kind: str = "invoice"
) -> dict[tuple[date, bool], Decimal]:
    """What the lines of one document come to per row, after January to March were billed rightly."""
    path = tmp_path / "contracts.toml"
    path.write_text(CONTRACT, encoding="utf-8")
    line = Line(
        document="INV-1", issue_date=APRIL, customer="Acme BV", amount=Decimal(310), currency="EUR", description="Seats"
    )
    days = [date(2026, month, 1) for month in (1, 2, 3)]
    lines = [replace(line, document=f"INV-{day.month}", issue_date=day) for day in days]
    lines += [
        replace(line, document="INV-4", issue_date=issued, amount=Decimal(amount), kind=kind) for amount in amounts
    ]
    as_of = issued + timedelta(14)
    report = check(load_contracts(path), Ledger.from_lines(lines), as_of=as_of, covers=(date(2026, 1, 1), as_of))
    return {(row.first_day, row.is_change): row.billed for row in report.rows}


@pytest.mark.parametrize("amounts", [("310.00", "64.00"), ("64.00", "310.00"), ("200.00", "64.00", "110.00")])
def test_a_change_in_a_line_of_its_own_is_billed_whatever_stands_beside_it(
    tmp_path: Path, amounts: tuple[str, ...]
) -> None:
    rows = billed(tmp_path, *amounts)
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(64), Decimal(310))


def test_lines_that_are_together_exactly_the_regular_charge_stay_together(tmp_path: Path) -> None:
    rows = billed(tmp_path, "370.00", "64.00")
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(0), Decimal(434))


@pytest.mark.parametrize("amounts", [("64.00", "64.00", "100.00"), ("310.00", "63.99")])
def test_it_must_be_one_line_and_exact(tmp_path: Path, amounts: tuple[str, ...]) -> None:
    rows = billed(tmp_path, *amounts)
    assert (rows[MARCH_CHANGE], rows[APRIL_ROW]) == (Decimal(0), sum(map(Decimal, amounts)))


def test_a_line_long_after_the_change_is_not_taken_for_it(tmp_path: Path) -> None:
    rows = billed(tmp_path, "310.00", "64.00", issued=date(2026, 5, 1))
    assert rows[MARCH_CHANGE] == Decimal(0)
    assert rows[date(2026, 5, 1), False] == Decimal(374)


# --- on schedules made by hand ---------------------------------------------------------------------------------------

CHANGED = [Row(0, 30, 0, 100), Row(10, 30, 30, 40, is_change=True), Row(30, 60, 30, 160)]
"""The first period costs 100, a change in it 40, due with the second, which costs 160."""


def set_apart(rows: list[Row], amounts: tuple[int, ...], day: int = 30, half: int = 15, **fields: Any) -> list[Any]:
    """Rows and amounts of the events that one document of these lines becomes."""
    whole = event(sum(amounts), day, rows=tuple(range(len(amounts))), **fields)
    events = set_changes_apart(Events(billed=[whole]), books_of(rows).schedule, amounts, half)
    return [(one.rows, one.amount) for one in events.billed]


@pytest.mark.parametrize(
    ("amounts", "apart"),
    [
        ((150, 40), [((0,), 150), ((1,), 40)]),
        ((40, 150), [((1,), 150), ((0,), 40)]),
        ((100, 40, 7), [((0, 2), 107), ((1,), 40)]),
        ((120, 40), [((0, 1), 160)]),  # together exactly the regular charge
        ((60, 40), [((0,), 60), ((1,), 40)]),  # 100 is the period before, which was due thirty days ago
        ((150, 41), [((0, 1), 191)]),
        ((40, 40, 9), [((0, 1, 2), 89)]),  # which of the two?
        ((40, -9), [((0, 1), 31)]),  # less than the change alone
        ((40, 0), [((0, 1), 40)]),
        ((40, 1), [((1,), 1), ((0,), 40)]),
        ((190,), [((0,), 190)]),
    ],
)
def test_a_line_of_exactly_the_change_is_set_apart(amounts: tuple[int, ...], apart: list[Any]) -> None:
    assert set_apart(CHANGED, amounts) == apart


def test_a_period_due_half_an_interval_ago_still_explains_the_lines() -> None:
    assert set_apart(CHANGED, (60, 40), 15) == [((0, 1), 100)]
    assert set_apart(CHANGED, (60, 40), 16) == [((0,), 60), ((1,), 40)]


@pytest.mark.parametrize(("day", "is_apart"), [(14, False), (15, True), (45, True), (46, False)])
def test_a_change_is_looked_for_within_half_an_interval(day: int, *, is_apart: bool) -> None:
    assert (len(set_apart(CHANGED, (150, 40), day)) == 2) is is_apart


def test_a_stated_period_is_left_together() -> None:
    assert set_apart(CHANGED, (150, 40), days=(30, 60)) == [((0, 1), 190)]


def test_a_change_to_less_or_of_nothing_is_no_line() -> None:
    for amount in (-40, 0):
        rows = [Row(0, 30, 0, 100), Row(10, 30, 30, amount, is_change=True), Row(30, 60, 30, 160)]
        assert set_apart(rows, (250, amount)) == [((0, 1), 250 + amount)]


def test_a_change_of_a_cent_is_one() -> None:
    rows = [Row(0, 30, 0, 100), Row(10, 30, 30, 1, is_change=True), Row(30, 60, 30, 160)]
    assert set_apart(rows, (250, 1)) == [((0,), 250), ((1,), 1)]


def test_an_amount_that_a_regular_period_costs_is_no_change() -> None:
    rows = [Row(0, 30, 0, 100), Row(10, 30, 30, 160, is_change=True), Row(30, 60, 30, 160)]
    assert set_apart(rows, (250, 160)) == [((0, 1), 410)]


@pytest.mark.parametrize(
    ("rest", "is_first"),
    [
        (160, True),  # the line beside it bills the period due on day 40
        (100, False),  # that of day 20; the change is due on day 30
        (7, False),  # any: the nearest to day 28 is that of day 20
    ],
)
def test_the_change_stands_before_what_is_due_after_it(rest: int, *, is_first: bool) -> None:
    rows = [Row(0, 20, 20, 100), Row(10, 20, 30, 40, is_change=True), Row(20, 40, 40, 160)]
    change, beside = ((1,), 40), ((0,), rest)
    assert set_apart(rows, (rest, 40), 28, 15) == ([change, beside] if is_first else [beside, change])


@pytest.mark.parametrize(("day", "is_first"), [(29, False), (31, True)])
def test_the_nearest_of_several_periods_decides(day: int, *, is_first: bool) -> None:
    """Both cost 100: the nearest to the issue day is that of day 20, or that of day 40. The change is due on day 30."""
    rows = [Row(0, 20, 20, 100), Row(10, 20, 30, 40, is_change=True), Row(20, 40, 40, 100)]
    change, beside = ((1,), 40), ((0,), 77)
    assert set_apart(rows, (77, 40), day, 15) == ([change, beside] if is_first else [beside, change])


def test_of_two_equal_changes_the_first_counts() -> None:
    """Changes of 40 due on days 18 and 30, the period beside them on day 20: the earlier comes before it."""
    rows = [
        Row(0, 9, 18, 40, is_change=True),
        Row(0, 20, 20, 100),
        Row(10, 20, 30, 40, is_change=True),
        Row(20, 40, 30, 41, is_change=True),
    ]
    assert set_apart(rows, (77, 40), 25, 15) == [((1,), 40), ((0,), 77)]
    assert set_apart(rows[1:], (77, 40), 25, 15) == [((0,), 77), ((1,), 40)]
    assert set_apart(rows, (77, 41), 25, 15) == [((0,), 77), ((1,), 41)]


def test_without_a_regular_period_near_the_change_stands_after() -> None:
    rows = [Row(10, 20, 30, 40, is_change=True), Row(0, 20, 90, 100)]
    assert set_apart(rows, (77, 40), 30, 15) == [((0,), 77), ((1,), 40)]


LOWERED = [Row(0, 30, 0, 100), Row(10, 30, 30, -40, is_change=True), Row(30, 60, 30, 30)]
"""The first period costs 100, from day 10 on 40 less, due with the second, a last part that costs 30."""


def credited(amounts: tuple[int, ...], day: int = 30, **fields: Any) -> tuple[list[Any], list[Any]]:
    """What is left of a credit note of these lines, and what is billed by it."""
    note = event(sum(amounts), day, rows=tuple(range(len(amounts))), **fields)
    events = set_changes_apart(Events(credits=[note]), books_of(LOWERED).schedule, amounts, 15)
    return [(one.rows, one.amount) for one in events.credits], [(one.rows, one.amount) for one in events.billed]


@pytest.mark.parametrize(
    ("amounts", "left", "billed_by_it"),
    [
        ((-40, 30), [((0,), -40)], [((1,), 30)]),
        ((30, -40), [((1,), -40)], [((0,), 30)]),
        ((-40, 10, 20), [((0,), -40)], [((1, 2), 30)]),
        ((-40, 29), [((0, 1), -11)], []),  # no period costs that
        ((-41, 30), [((0, 1), -11)], []),
        ((-40, -40, 70), [((0, 1, 2), -10)], []),  # which of the two?
        ((-40, 100), [((0, 1), 60)], []),  # it takes nothing back
        ((-40,), [((0,), -40)], []),
    ],
)
def test_a_credit_note_gives_a_change_back_and_bills_the_rest(
    amounts: tuple[int, ...], left: list[Any], billed_by_it: list[Any]
) -> None:
    assert credited(amounts) == (left, billed_by_it)


@pytest.mark.parametrize(("day", "is_apart"), [(14, False), (15, True), (45, True), (46, False)])
def test_what_a_credit_note_gives_back_is_looked_for_within_half_an_interval(day: int, *, is_apart: bool) -> None:
    assert bool(credited((-40, 30), day)[1]) is is_apart


def test_a_credit_note_that_names_a_period_or_an_invoice_stays_together() -> None:
    assert credited((-40, 30), days=(30, 60)) == ([((0, 1), -10)], [])
    assert credited((-40, 30), credited="INV-1") == ([((0, 1), -10)], [])


def test_what_a_credit_note_bills_stands_where_its_day_puts_it() -> None:
    note = event(-10, 30, rows=(0, 1))
    late, early = event(5, 31, rows=(2,)), event(5, 29, rows=(3,))
    events = set_changes_apart(
        Events(billed=[early, late], credits=[note]), books_of(LOWERED).schedule, (-40, 30, 5, 5), 15
    )
    assert [one.rows for one in events.billed] == [(3,), (1,), (2,)]
