"""The named ways of invoicing, one test each: what is placed where, and what is left for later steps or open."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from billcheck.engine.align import FreeEvent, Openings
from billcheck.engine.habit import Habit, find_habit
from billcheck.period import add_months

if TYPE_CHECKING:
    from billcheck.contracts.terms import Timing

PRICE = 240_000
FIRST = date(2026, 1, 1)


def month(number: int) -> int:
    """The due day of month `number`, counted from 0; fractions of a month are added in days by the caller."""
    return add_months(FIRST, number, 1).toordinal()


class Books(NamedTuple):
    habit: Habit
    billed: list[int]
    left: list[int]


def invoice(
    events: list[tuple[int, int]], months: int = 12, *, timing: Timing = "in_arrears", prices: list[int] | None = None
) -> Books:
    """Read events against `months` months that must have been billed and thirteen that need not yet be."""
    count = months + 13
    amounts = (*(prices or [PRICE] * months), *[PRICE] * 13)
    openings = Openings(
        tuple(month(number) for number in range(count)),
        amounts,
        tuple(number < months and amounts[number] > 0 for number in range(count)),
        (False,) * count,
    )
    free = [FreeEvent(*event) for event in events]
    habit = find_habit(free, openings, expected=amounts, nominal_days=30, timing=timing)
    billed: Counter[int] = Counter()
    left = Counter({index: event.amount for index, event in enumerate(free)})
    for placement in habit.placements:
        for share in placement.shares:
            billed[share.period] += share.amount
            left[share.event] -= share.amount
    assert sum(left.values()) + sum(billed.values()) == sum(event.amount for event in free)
    assert all(not left[event] for placement in habit.placements for event in placement.events)
    return Books(
        habit,
        [billed[period] for period in range(max([months, *billed]) + (max(billed, default=0) >= months))],
        sorted(+left),
    )


def every_month(months: int, late: int = 0, amount: int = PRICE) -> list[tuple[int, int]]:
    return [(month(number) + late, amount) for number in range(months)]


def usual(books: Books) -> tuple[int, int]:
    return books.habit.offset, books.habit.block


def test_half_rate_for_six_months() -> None:
    books = invoice([*every_month(2), *[(month(number), PRICE // 2) for number in range(2, 8)]], 8)
    assert books.billed == [PRICE] * 2 + [PRICE // 2] * 6
    assert usual(books) == (0, 1)
    assert not books.left


def test_one_invoice_28_days_late() -> None:
    events = every_month(12)
    events[4] = (month(4) + 28, PRICE)
    books = invoice(sorted(events))
    assert books.billed == [PRICE] * 12
    assert usual(books) == (0, 1)


def test_one_missing() -> None:
    events = every_month(12)
    del events[4]
    books = invoice(events)
    assert books.billed == [PRICE] * 4 + [0] + [PRICE] * 7
    assert usual(books) == (0, 1)


def test_a_late_catch_up_is_left_for_settlement() -> None:
    events = every_month(12)
    events[3:4] = []
    events.append((month(8) + 2, PRICE))
    books = invoice(sorted(events))
    assert books.billed == [PRICE] * 3 + [0] + [PRICE] * 8
    assert books.left == [8]


def test_a_late_catch_up_of_a_half_is_left_for_settlement() -> None:
    events = every_month(12)
    events[3] = (month(3), PRICE // 2)
    events.append((month(8) + 2, PRICE // 2))
    books = invoice(sorted(events))
    assert books.billed == [PRICE] * 3 + [PRICE // 2] + [PRICE] * 8
    assert books.left == [9]


def test_a_doubled_catch_up_bills_both_months() -> None:
    events = every_month(12)
    events[4:6] = [(month(5), 2 * PRICE)]
    books = invoice(events)
    assert books.billed == [PRICE] * 12
    assert [p.kind for p in books.habit.placements].count("combine") == 1


def test_a_catch_up_on_a_later_invoice_leaves_its_excess_there() -> None:
    events = every_month(12)
    events[9] = (month(9), 2 * PRICE)
    del events[4]
    books = invoice(events)
    assert books.billed == [PRICE] * 4 + [0] + [PRICE] * 4 + [2 * PRICE] + [PRICE] * 2


def test_quarterly_for_monthly_in_arrears_needs_no_habit_where_the_sums_are_exact() -> None:
    books = invoice([(month(number), 3 * PRICE) for number in (2, 5, 8, 11)])
    assert books.billed == [PRICE] * 12
    assert usual(books) == (0, 1)
    assert books.habit.cost == 0


def test_quarterly_for_monthly_in_advance() -> None:
    books = invoice([(month(number), 3 * PRICE) for number in (0, 3, 6, 9)], timing="in_advance")
    assert books.billed == [PRICE] * 12
    assert usual(books) == (0, 3)
    assert books.habit.due_days[:6] == (month(0),) * 3 + (month(3),) * 3


@pytest.mark.parametrize("phase", [1, 2])
def test_quarters_that_do_not_begin_with_the_charge(phase: int) -> None:
    events = [(month(0), phase * PRICE), *[(month(number), 3 * PRICE) for number in range(phase, 12 + phase, 3)]]
    books = invoice(events, 12 + phase, timing="in_advance")
    assert books.billed == [PRICE] * (12 + phase)
    assert (books.habit.block, books.habit.phase) == (3, phase)


@pytest.mark.parametrize(("timing", "first"), [("in_advance", 0), ("in_arrears", 2)])
def test_quarterly_at_half(timing: Timing, first: int) -> None:
    books = invoice([(month(number), 3 * PRICE // 2) for number in range(first, 12, 3)], timing=timing)
    assert books.billed == [PRICE // 2] * 12
    assert usual(books) == (0, 3)
    assert {placement.kind for placement in books.habit.placements} == {"block"}


def test_quarterly_with_one_quarter_missing() -> None:
    books = invoice([(month(number), 3 * PRICE) for number in (0, 3, 9)], timing="in_advance")
    assert books.billed == [PRICE] * 6 + [0] * 3 + [PRICE] * 3
    assert usual(books) == (0, 3)


def test_sixty_forty() -> None:
    events = [(day + late, part) for day, _ in every_month(6) for late, part in ((0, 144_000), (3, 96_000))]
    books = invoice(events, 6)
    assert books.billed == [PRICE] * 6
    assert {placement.kind for placement in books.habit.placements} == {"split"}


def test_a_duplicate_of_the_next_day_is_left() -> None:
    events = sorted([*every_month(12), (month(5) + 1, PRICE)])
    books = invoice(events)
    assert books.billed == [PRICE] * 12
    assert books.left == [6]


def test_always_20_days_late() -> None:
    books = invoice(every_month(12, 20))
    assert books.billed == [PRICE] * 12
    assert usual(books) == (20, 1)
    assert books.habit.cost == 0


def test_always_20_days_late_with_a_missing_month() -> None:
    events = every_month(12, 20)
    del events[6]
    books = invoice(events)
    assert books.billed == [PRICE] * 6 + [0] + [PRICE] * 5
    assert usual(books) == (20, 1)


def test_always_20_days_early() -> None:
    books = invoice(every_month(12, -20))
    assert books.billed == [PRICE] * 12
    assert usual(books) == (-20, 1)
    assert books.habit.cost == 0


def test_always_20_days_early_at_half() -> None:
    books = invoice(every_month(12, -20, PRICE // 2))
    assert books.billed == [PRICE // 2] * 12
    assert usual(books) == (-20, 1)


@pytest.mark.parametrize("timing", ["in_advance", "in_arrears"])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_the_price_of_a_month_once_a_quarter_hides_no_missing_month(timing: Timing, first: int) -> None:
    months = list(range(first, 12, 3))
    books = invoice([(month(number), PRICE) for number in months], timing=timing)
    assert books.billed == [PRICE * (number in months) for number in range(12)]
    assert usual(books) == (0, 1)


def test_an_old_price_once_a_quarter_hides_no_missing_month_either() -> None:
    prices = [200_000] * 3 + [PRICE] * 9
    books = invoice([(month(number), 200_000) for number in (0, 3, 6, 9)], prices=prices)
    assert usual(books) == (0, 1)
    assert books.billed == [200_000 * (number in (0, 3, 6, 9)) for number in range(12)]


def test_a_new_price_billed_early_once_a_quarter_hides_no_missing_month_either() -> None:
    prices = [200_000] * 3 + [PRICE] * 9
    books = invoice([(month(number) - 20, PRICE) for number in (3, 6, 9)], prices=prices)
    assert usual(books) == (-20, 1)
    assert books.billed == [PRICE * (number in (3, 6, 9)) for number in range(12)]


def test_a_price_not_yet_in_force_does_not_make_quarters_look_like_months() -> None:
    prices = [PRICE] * 9 + [3 * PRICE] * 3
    books = invoice([(month(number), 3 * PRICE) for number in (0, 3, 6)], timing="in_advance", prices=prices)
    assert usual(books) == (0, 3)
    assert books.billed == [PRICE] * 9 + [0] * 3


@pytest.mark.parametrize("seed", range(5))
def test_half_every_month_with_jitter(seed: int) -> None:
    random = Random(seed)
    events = sorted((day + random.randint(-6, 6), PRICE // 2) for day, _ in every_month(18))
    books = invoice(events, 18)
    assert books.billed == [PRICE // 2] * 18
    assert books.habit.block == 1
    assert abs(books.habit.offset) <= 6


def test_a_year_ahead_in_one_invoice() -> None:
    books = invoice([(month(0), 12 * PRICE)], timing="in_advance")
    assert books.billed == [PRICE] * 12
    assert usual(books) == (0, 12)


def test_a_year_ahead_at_half_is_no_habit_after_one_invoice() -> None:
    books = invoice([(month(0), 6 * PRICE)], timing="in_advance")
    assert usual(books) == (0, 6)
    books = invoice([(month(0), 5 * PRICE + 1)], timing="in_advance")
    assert usual(books) == (0, 1)
    assert books.billed[0] == 5 * PRICE + 1


def test_one_missing_at_the_end() -> None:
    books = invoice(every_month(11))
    assert books.billed == [PRICE] * 11 + [0]


def test_an_invoice_before_its_time_goes_to_the_period_to_come() -> None:
    books = invoice([*every_month(12), (month(12) - 2, PRICE)])
    assert books.billed == [PRICE] * 13


@pytest.mark.parametrize("timing", ["in_advance", "in_arrears"])
@pytest.mark.parametrize("months", [2, 3, 6, 12])
def test_double_rate_pays_for_no_other_month(timing: Timing, months: int) -> None:
    books = invoice(every_month(months, amount=2 * PRICE), months, timing=timing)
    assert books.billed == [2 * PRICE] * months
    assert usual(books) == (0, 1)


def test_one_invoice_of_two_months_is_both_in_advance_and_one_too_dear_in_arrears() -> None:
    assert usual(invoice([(month(0), 2 * PRICE)], 1, timing="in_advance")) == (0, 2)
    in_arrears = invoice([(month(0), 2 * PRICE)], 1, timing="in_arrears")
    assert usual(in_arrears) == (0, 1)
    assert in_arrears.billed == [2 * PRICE]


def test_a_doubled_first_invoice_is_no_habit_of_billing_ahead() -> None:
    books = invoice([(month(0), 2 * PRICE), *every_month(4)[1:]], 4)
    assert books.billed == [2 * PRICE] + [PRICE] * 3
    assert usual(books) == (0, 1)


def test_a_doubled_invoice_in_the_middle_keeps_its_month() -> None:
    events = every_month(12)
    events[5] = (month(5), 2 * PRICE)
    assert invoice(events).billed == [PRICE] * 5 + [2 * PRICE] + [PRICE] * 6


def test_the_old_price_after_a_step_keeps_its_months() -> None:
    prices = [200_000] * 6 + [PRICE] * 6
    books = invoice(every_month(12, amount=200_000), prices=prices)
    assert books.billed == [200_000] * 12
    assert usual(books) == (0, 1)


def test_twice_a_month_at_half_price_each_is_a_split() -> None:
    events = sorted(event for late in (0, 14) for event in every_month(6, late, PRICE // 2))
    books = invoice(events, 6)
    assert books.billed == [PRICE] * 6
    assert not books.left


def test_free_months_are_not_missed() -> None:
    prices = [0, 0, *[PRICE] * 10]
    books = invoice(every_month(12)[2:], prices=prices)
    assert books.billed == prices
    assert books.habit.cost == 0


def test_an_invoice_for_a_free_month_goes_to_that_month() -> None:
    prices = [PRICE] * 6 + [0] + [PRICE] * 5
    books = invoice(every_month(12), prices=prices)
    assert books.billed == [PRICE] * 12


def test_two_missing_in_a_row_do_not_shift_the_rest() -> None:
    events = every_month(12)
    del events[4:6]
    assert invoice(events).billed == [PRICE] * 4 + [0] * 2 + [PRICE] * 6


def test_a_missing_first_month_is_no_habit_of_billing_late() -> None:
    books = invoice(every_month(12)[1:])
    assert books.billed == [0] + [PRICE] * 11
    assert usual(books) == (0, 1)


def periods(count: int, days: int, *, missed: int) -> Openings:
    """Periods of so many days each at the price, of which the first `missed` must have been billed."""
    return Openings(
        tuple(number * days for number in range(count)),
        (PRICE,) * count,
        tuple(number < missed for number in range(count)),
        (False,) * count,
    )


@pytest.mark.parametrize(("days", "late"), [(7, 0), (7, 3), (15, 5), (90, 40), (360, 100)])
def test_half_rate_at_every_cadence(days: int, late: int) -> None:
    openings = periods(22, days, missed=10)
    events = [FreeEvent(number * days + late, PRICE // 2 if number > 3 else PRICE) for number in range(10)]
    habit = find_habit(events, openings, expected=openings.amounts, nominal_days=days, timing="in_arrears")
    assert [placement.periods for placement in habit.placements] == [(number,) for number in range(10)]
    assert (habit.offset, habit.block, habit.cost) == (late, 1, 6 * 2 * days)


@pytest.mark.parametrize(
    ("size", "timing"), [(2, "in_advance"), (3, "in_arrears"), (6, "in_advance"), (12, "in_arrears")]
)
def test_three_fifths_at_every_block(size: int, timing: Timing) -> None:
    openings = periods(48, 7, missed=36)
    first = 0 if timing == "in_advance" else 7 * (size - 1)
    events = [FreeEvent(first + 7 * number, size * PRICE * 3 // 5) for number in range(0, 36, size)]
    habit = find_habit(events, openings, expected=openings.amounts, nominal_days=7, timing=timing)
    assert (habit.offset, habit.block, habit.phase) == (0, size, 0)
    assert [share.amount for placement in habit.placements for share in placement.shares] == [PRICE * 3 // 5] * 36


def test_a_cent_that_does_not_divide_stays_inside_its_block() -> None:
    books = invoice([(month(number), 3 * PRICE // 2 + 1) for number in (0, 3, 6, 9)], timing="in_advance")
    assert books.billed == [PRICE // 2 + 1, PRICE // 2, PRICE // 2] * 4


@pytest.mark.parametrize(("single", "block"), [((9,), 3), ((3,), 3), ((6, 9), 1)])
def test_up_to_a_quarter_of_the_invoices_may_bill_one_month_of_their_quarter(
    single: tuple[int, ...], block: int
) -> None:
    books = invoice(
        [(month(number), PRICE if number in single else 3 * PRICE) for number in (0, 3, 6, 9)], timing="in_advance"
    )
    assert usual(books) == (0, block)


@pytest.mark.large
def test_ten_thousand_events_on_one_charge() -> None:
    random = Random(1)
    days = sorted(random.randint(month(0), month(24)) for _ in range(10_000))
    books = invoice([(day, random.choice((PRICE, PRICE // 2))) for day in days], 24)
    assert len(books.left) > 9_800
