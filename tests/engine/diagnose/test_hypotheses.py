"""What rows say about terms, and what a mistaken schedule has in the place of a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice, Tier, TieredPrice
from billcheck.contracts.terms import Amendment, Discount
from billcheck.engine.diff import JudgedRow
from billcheck.engine.hypotheses import (
    RowDays,
    _may_bill_nothing,
    _predict,
    is_billed_otherwise,
    make_cells,
    may_be_pair,
)
from billcheck.findings import Status
from tests.engine.bookings import DAY_0, Row, books_of
from tests.pricing.samples import flat

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge
    from billcheck.engine.segments import Cell
    from billcheck.pricing.schedule import Schedule


D = Decimal


def row(expected: int, billed: int, status: Status | None = None, period: int = 0, **fields: Any) -> JudgedRow:
    if status is None:
        status = Status.OK if expected == billed else Status.MISSING if not billed else Status.UNDERBILLED
    return JudgedRow(period, status, expected, billed, **fields)


def numbered(*rows: JudgedRow) -> list[JudgedRow]:
    return [one._replace(period=period) for period, one in enumerate(rows)]


def schedule(*rows: tuple[int, int, int] | tuple[int, int, int, bool], unknowns: tuple[int, ...] = ()) -> Schedule:
    """First day, end and amount of each row, and whether a change made it."""
    made = books_of([Row(first, end, first, amount, *change) for first, end, amount, *change in rows]).schedule
    return replace(made, unknowns=dict.fromkeys(unknowns, "?"))


def days(first: int, end: int, *, is_change: bool = False) -> RowDays:
    return RowDays(DAY_0 + first, DAY_0 + end, is_change)


PLAIN = schedule((0, 30, 10), (30, 60, 20), (60, 90, 30))


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (days(30, 60), 20),  # that very row
        (days(30, 50), 20),  # the row that begins with it
        (days(0, 10), 10),
        (days(35, 55), None),  # it lies inside another row
        (days(35, 70), None),
        (days(55, 60), None),
        (days(-20, 0), 0),  # nothing stands there
        (days(-20, 1), None),
        (days(90, 120), 0),
        (days(89, 120), None),
        (days(30, 60, is_change=True), 0),  # a forgotten change makes no row
    ],
)
def test_what_a_mistaken_schedule_has_in_the_place_of_a_row(asked: RowDays, wanted: int | None) -> None:
    assert _predict(PLAIN, [asked]) == (wanted,)
    # Beside one that is not there at all the answer is the same.
    assert _predict(PLAIN, [days(35, 36), asked]) == (None, wanted)
    assert _predict(PLAIN, [days(60, 90), asked]) == (30, wanted)


def test_a_gap_in_a_mistaken_schedule_bills_nothing() -> None:
    paused = schedule((0, 30, 10), (60, 90, 30))
    assert _predict(paused, [days(30, 60), days(30, 61), days(29, 60), days(31, 59)]) == (0, None, None, 0)


def test_changes_of_a_mistaken_schedule_are_rows_of_their_own() -> None:
    changed = schedule((0, 30, 10), (10, 30, 5, True), (30, 60, 20))
    asked = [days(0, 30), days(10, 30, is_change=True), days(10, 30), days(30, 59)]
    assert _predict(changed, asked) == (10, 5, None, 20)


def test_what_is_not_known_predicts_nothing_for_that_row() -> None:
    half_known = schedule((0, 30, 10), (30, 60, 20), (60, 90, 30), unknowns=(1,))
    assert _predict(half_known, [days(0, 30), days(60, 90)]) == (10, 30)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([row(10, 5), row(10, 5), row(20, 5)], True),
        ([row(10, 5), row(20, 5)], False),  # three rows at least
        ([row(10, 5), row(10, 5), row(10, 5)], False),  # and two amounts
        ([row(10, 5), row(10, 5), row(20, 5, is_duplicate=True)], False),
        ([row(10, 5), row(10, 5), row(20, 5, is_foreign=True)], False),
        ([row(10, 5), row(10, 5), row(20, 5, credited=3)], False),
        ([row(10, 5), row(10, 5), row(20, 0)], False),
        ([row(10, 5), row(10, 5), row(20, 20)], False),
        ([row(10, 5), row(10, 5), row(20, 19, Status.ROUNDING)], False),
        ([row(10, 5), row(10, 5), row(20, 5, Status.INCONCLUSIVE)], False),
        ([row(10, 5), row(10, 6), row(10, 7)], True),
    ],
)
def test_when_two_mistakes_at_once_may_be_believed(rows: list[JudgedRow], *, wanted: bool) -> None:
    assert may_be_pair(rows) is wanted


CHANGED = schedule((0, 30, 10), (10, 30, 5, True), (30, 60, 20))


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([row(10, 10), row(5, 5), row(20, 20)], False),
        ([row(10, 0), row(5, 5), row(20, 20)], False),  # just no invoice
        ([row(10, 0), row(5, 0), row(20, 20)], True),  # a change was not billed
        ([row(10, 10), row(5, 5), row(20, 19)], True),
        ([row(10, 10), row(5, 5), row(20, 19, Status.ROUNDING)], False),
        ([row(10, 10), row(5, 0, credited=5), row(20, 20)], False),
        ([row(10, 10), row(5, 5), row(20, 40, Status.OVERBILLED, is_duplicate=True)], False),
        ([row(10, 10), row(5, 0, Status.INCONCLUSIVE), row(20, 20)], False),
    ],
)
def test_whether_there_is_more_than_periods_without_an_invoice(rows: list[JudgedRow], *, wanted: bool) -> None:
    assert is_billed_otherwise(CHANGED, numbered(*rows)) is wanted


def cells(*rows: JudgedRow, changes: str = "", predictions: tuple[tuple[int | None, ...], ...] = ()) -> list[Cell]:
    return make_cells(rows, [mark == "1" for mark in changes.ljust(len(rows), "0")], predictions)


def test_rows_that_say_nothing_make_no_cell_and_others_say_which_mistakes_fit() -> None:
    found = cells(
        row(10, 10), row(10, 5, credited=5), row(10, 5), row(10, 0), predictions=((10, 10, 5, 7), (9, 5, 5, 5))
    )
    assert [(cell.rows, cell.billed, cell.mistakes) for cell in found] == [
        ((0,), (), frozenset({0})), ((2,), (2,), frozenset({0, 1})),
    ]  # fmt: skip


def test_a_cent_more_or_less_is_what_either_amount_says() -> None:
    rounding = row(10, 9, Status.ROUNDING)
    (cell,) = cells(rounding, predictions=((10,), (9,), (8,), (11,)))
    assert (cell.billed, cell.mistakes) == ((), frozenset({0, 1}))
    (cell,) = cells(row(10, 9), predictions=((10,), (9,), (8,), (11,)))
    assert (cell.billed, cell.mistakes) == ((0,), frozenset({1}))


def test_of_a_row_with_nothing_agreed_and_nothing_billed_every_fraction_is_true() -> None:
    (cell,) = cells(row(0, 0))
    assert cell.fractions is None
    (cell,) = cells(row(0, 7, Status.OVERBILLED))
    assert cell.fractions == frozenset()


def test_periods_left_out_together_are_explained_together() -> None:
    """Mistake 0 would bill none of the first two, 1 only the first not; the third stands apart behind a right one."""
    rows = (row(10, 0), row(10, 0), row(10, 10), row(10, 0))
    found = cells(*rows, predictions=((0, 0, 10, 0), (0, 7, 10, 0)))
    assert [(cell.rows, cell.mistakes, cell.leading) for cell in found] == [
        ((0, 1), frozenset({0}), 2), ((2,), frozenset({0, 1}), 0), ((3,), frozenset({0, 1}), 0),
    ]  # fmt: skip


def test_a_change_between_two_periods_does_not_part_them_and_has_its_own_explanation() -> None:
    rows = (row(10, 0), row(5, 0), row(10, 0))
    found = cells(*rows, changes="010", predictions=((0, 0, 0), (0, 0, 7), (0, 7, 0)))
    assert [(cell.rows, cell.mistakes) for cell in found] == [
        ((0,), frozenset({0, 2})), ((1,), frozenset({0, 1})), ((2,), frozenset({0, 2})),
    ]  # fmt: skip
    found = cells(row(10, 0), row(5, 5), row(10, 0), changes="010", predictions=((0, 5, 0), (0, 5, 7)))
    assert [(cell.rows, cell.mistakes, cell.leading) for cell in found] == [
        ((0,), frozenset({0}), 1), ((1,), frozenset({0, 1}), 0), ((2,), frozenset({0}), 0),
    ]  # fmt: skip


PLAIN_CHARGE = flat("100.00")
TIERS = TieredPrice("graduated", (Tier(None, D("3.00")),))


@pytest.mark.parametrize(
    ("charge", "wanted"),
    [
        (PLAIN_CHARGE, False),
        (replace(PLAIN_CHARGE, discounts=(Discount(D(10)),)), True),
        (replace(PLAIN_CHARGE, minimum=D(0)), True),
        (replace(PLAIN_CHARGE, anchor_day=2), True),
        (replace(PLAIN_CHARGE, anchor_day=1), False),
        (replace(PLAIN_CHARGE, end=date(2027, 1, 1)), True),
        (replace(PLAIN_CHARGE, model="graduated", price=TIERS, quantity=D(3)), True),
        (replace(PLAIN_CHARGE, amendments=(Amendment(date(2026, 3, 1), change="pause"),)), True),
        (replace(PLAIN_CHARGE, amendments=(Amendment(date(2026, 3, 1), price=FlatPrice(D(9))),)), False),
    ],
)
def test_terms_by_which_nothing_might_be_billed(charge: Charge, *, wanted: bool) -> None:
    assert _may_bill_nothing(charge) is wanted
