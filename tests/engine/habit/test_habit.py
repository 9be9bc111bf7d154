from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.engine import habit as habit_module
from billcheck.engine.align import Board, FreeEvent, Openings, Weighing, weigh
from billcheck.engine.blocks import Share
from billcheck.engine.habit import Habit, HabitPlacement, find_habit
from billcheck.errors import InternalError
from tests.engine.habit.charges import Charge, make_charge
from tests.engine.habit.test_habit_against_oracle import habit_of

if TYPE_CHECKING:
    from billcheck.contracts.terms import Timing
    from billcheck.engine.habit import HabitKind


def months(count: int, amount: int = 100) -> Openings:
    """Periods of exactly 30 days, all missed where nobody bills them."""
    return Openings(tuple(range(0, 30 * count, 30)), (amount,) * count, (1,) * count, (False,) * count)


def find(events: list[tuple[int, int]], openings: Openings, settled_day: int | None = None) -> Habit:
    free = [FreeEvent(*event) for event in events]
    return find_habit(
        free, openings, expected=openings.amounts, nominal_days=30, timing="in_arrears", settled_day=settled_day
    )


def test_without_events_there_is_no_habit() -> None:
    assert find([], months(3)) == Habit(0, 1, 0, 450, (), (0, 30, 60))


def test_without_periods_everything_is_left() -> None:
    assert find([(5, 100)], months(0)) == Habit(0, 1, 0, 150, (), ())


def test_the_offset_is_the_lower_median_of_the_days_after() -> None:
    events = [(30 * number + late, 100) for number, late in enumerate((2, 4, 6, 8))]
    assert find(events, months(4)).offset == 4


@pytest.mark.parametrize("offsets", [None, [0, 2]])
def test_the_habit_of_a_long_charge_is_kept(offsets: list[int] | None) -> None:
    """Twice the same question, and another one between: nineteen years of weeks, each but the last two days late."""
    count = habit_module.LONG
    weeks = Openings(
        tuple(range(0, 7 * count + 1, 7)), (100,) * (count + 1), (1,) * (count + 1), (False,) * (count + 1)
    )
    events = [FreeEvent(7 * number + 2, 100) for number in range(count)]

    def ask(events: list[FreeEvent]) -> Habit:
        return find_habit(events, weeks, expected=weeks.amounts, nominal_days=7, timing="in_advance", offsets=offsets)

    first, other, again = ask(events), ask([events[0]._replace(issue_day=3), *events[1:]]), ask(events)
    assert (first.offset, first.block, len(first.placements), first.cost) == (2, 1, count, 35)
    assert (other.offset, other.cost) == (2, 45)
    assert again is first


@pytest.mark.parametrize("long", [1, 1_000])
@pytest.mark.parametrize(
    ("offsets", "offset", "cost"),
    [
        (None, 20, 0),
        ([20], 20, 0),
        ([0, 20], 20, 0),
        ([0], 0, 600),  # three go to the month due 10 days later; the first month is open, and the last invoice is left
        ([-10], -10, 300),
    ],
)
def test_only_the_offsets_given_are_tried(
    offsets: list[int] | None, offset: int, cost: int, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four months, each billed 20 days late; also where a charge of one invoice is a long one, to be remembered."""
    monkeypatch.setattr(habit_module, "LONG", long)
    events = [FreeEvent(30 * number + 20, 100) for number in range(4)]
    openings = months(4)
    habit = find_habit(
        events, openings, expected=openings.amounts, nominal_days=30, timing="in_arrears", offsets=offsets
    )
    assert (habit.offset, habit.cost) == (offset, cost)


def test_what_is_remembered_of_a_long_charge_depends_on_all_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is due with its first month in advance and its last in arrears, and awaited days cost nothing."""
    monkeypatch.setattr(habit_module, "LONG", 1)
    events, openings = [FreeEvent(day, 150) for day in (60, 150, 240)], months(11)

    def ask(timing: Timing, settled_day: int | None) -> tuple[int, int]:
        habit = find_habit(
            events, openings, expected=openings.amounts, nominal_days=30, timing=timing, settled_day=settled_day
        )
        return habit.block, habit.cost

    # Each of three blocks costs 18 days for its amount; the last two months are open, at 15 days each, or awaited.
    assert ask("in_arrears", 290) == (3, 3 * 180)
    assert ask("in_arrears", None) == (3, 3 * 180 + 2 * 150)
    # In advance the first two months come before the first block, and it is they that are open.
    assert ask("in_advance", 290) == (3, 3 * 180 + 2 * 150)


def test_the_offset_is_the_lower_median_of_the_days_before() -> None:
    events = [(30 * number - early, 100) for number, early in enumerate((8, 6, 4, 2))]
    assert find(events, months(4)).offset == -4


def test_the_issue_day_counts_as_after() -> None:
    habit = find([(0, 100), (30, 100), (61, 100)], months(3))
    assert (habit.offset, habit.cost) == (0, 10)


def test_a_shift_must_pay() -> None:
    # Eleven days late or nineteen early cost the same here; so does no habit for one event of two.
    habit = find([(0, 100), (41, 100)], months(2))
    assert (habit.offset, habit.cost) == (0, 110)


def test_of_two_equal_shifts_the_later_wins() -> None:
    openings = Openings((0, 30), (100, 100), (0, 0), (False, False))
    habit = find([(15, 100)], openings)
    assert (habit.offset, habit.cost) == (15, 0)
    assert habit.placements[0].periods == (0,)


def test_a_late_habit_is_awaited_longer() -> None:
    events = [(number * 30 + 20, 100) for number in range(5)]
    assert find(events, months(6)).cost == 150
    assert find(events, months(6), settled_day=169).cost == 0
    assert find(events, months(6), settled_day=170).cost == 150


def test_awaiting_does_not_depend_on_an_early_habit() -> None:
    events = [(number * 30 - 20, 100) for number in range(5)]
    assert find(events, months(6), settled_day=149).cost == 0
    assert find(events, months(6), settled_day=150).cost == 150


def test_a_block_is_awaited_until_its_last_period_is_due() -> None:
    events = [(60, 150), (150, 150), (240, 150)]
    habit = find(events, months(11), settled_day=290)
    assert (habit.block, habit.cost) == (3, 3 * 180)
    assert habit.due_days == (60,) * 3 + (150,) * 3 + (240,) * 3 + (300,) * 2


def test_two_events_make_no_block() -> None:
    assert find([(60, 150), (150, 150)], months(6)).block == 1
    assert find([(60, 150), (150, 150), (240, 150)], months(9)).block == 3


def test_one_exact_block_makes_two_events_a_habit() -> None:
    openings = months(6)
    free = [FreeEvent(0, 300), FreeEvent(90, 150)]
    habit = find_habit(free, openings, expected=openings.amounts, nominal_days=30, timing="in_advance")
    assert (habit.block, habit.cost) == (3, 180)


def test_a_block_in_which_one_period_needs_money_is_no_evidence() -> None:
    openings = Openings((0, 30, 60), (100, 0, 0), (1, 0, 0), (False,) * 3)
    free = [FreeEvent(0, 100), FreeEvent(1, 70)]
    habit = find_habit(free, openings, expected=(100, 0, 0), nominal_days=30, timing="in_advance")
    assert habit.block == 1


def test_a_change_inside_blocks_keeps_its_own_day() -> None:
    openings = Openings(
        (0, 30, 30, 60, 90, 120, 150), (100, 100, 9, 100, 100, 100, 100), (1,) * 7, (False, False, True) + (False,) * 4
    )
    free = [FreeEvent(0, 300), FreeEvent(30, 9), FreeEvent(90, 300)]
    habit = find_habit(free, openings, expected=openings.amounts, nominal_days=30, timing="in_advance")
    assert (habit.block, habit.cost) == (3, 0)
    assert habit.due_days == (0, 0, 30, 0, 90, 90, 90)
    assert [placement.periods for placement in habit.placements] == [(0, 1, 3), (2,), (4, 5, 6)]


def test_rows_of_one_day_are_used_in_their_order() -> None:
    openings = Openings((0, 0, 30), (100, 30, 100), (1, 1, 1), (False, True, False))
    habit = find([(0, 100), (0, 30), (30, 100)], openings)
    assert (habit.cost, [placement.periods for placement in habit.placements]) == (0, [(0,), (1,), (2,)])
    habit = find([(0, 30), (0, 100), (30, 100)], openings)
    assert [placement.periods for placement in habit.placements] == [(1,), (2,)]


def test_of_two_equal_rows_of_one_day_the_first_is_used() -> None:
    openings = Openings((0, 0, 30), (100, 100, 100), (1, 0, 1), (False, True, False))
    habit = find([(0, 100), (30, 100)], openings)
    assert [placement.periods for placement in habit.placements] == [(0,), (2,)]
    both = find([(0, 100), (0, 100), (30, 100)], openings)
    assert [placement.periods for placement in both.placements] == [(0,), (1,), (2,)]


def test_what_is_not_in_order_is_refused() -> None:
    with pytest.raises(InternalError, match="in order"):
        find([(5, 100), (4, 100)], months(3))


def test_of_an_odd_number_of_shifts_the_middle_one_is_tried() -> None:
    late = [(30 * number + days, 100) for number, days in enumerate((2, 4, 6, 8, 9))]
    assert (find(late, months(5)).offset, find(late, months(5)).cost) == (6, 40 + 20 + 0 + 20 + 30)
    early = [(30 * number - days, 100) for number, days in enumerate((9, 8, 6, 4, 2))]
    assert (find(early, months(5)).offset, find(early, months(5)).cost) == (-6, 30 + 20 + 0 + 20 + 40)


def placed(kind: HabitKind, event: int, *shares: tuple[int, int]) -> HabitPlacement:
    """One event, and the amount it bills per period."""
    periods = tuple(period for period, _ in shares)
    return HabitPlacement(kind, (event,), periods, tuple(Share(event, *share) for share in shares))


def test_exact_invoices_on_their_due_days() -> None:
    wanted = Habit(0, 1, 0, 0, (placed("place", 0, (0, 100)), placed("place", 1, (1, 100))), (0, 30))
    assert find([(0, 100), (30, 100)], months(2)) == wanted


def test_invoices_that_are_late_or_of_another_amount() -> None:
    """Four days, and the 60 of another amount than agreed."""
    wanted = Habit(0, 1, 0, 40 + 60, (placed("place", 0, (0, 100)), placed("place", 1, (1, 90))), (0, 30))
    assert find([(4, 100), (30, 90)], months(2)) == wanted


def test_blocks_of_two_and_a_last_month_of_its_own() -> None:
    openings = months(5)
    free = [FreeEvent(0, 200), FreeEvent(60, 200), FreeEvent(120, 100)]
    habit = find_habit(free, openings, expected=openings.amounts, nominal_days=30, timing="in_advance")
    assert habit == Habit(
        0,
        2,
        0,
        0,
        (placed("block", 0, (0, 100), (1, 100)), placed("block", 1, (2, 100), (3, 100)), placed("place", 2, (4, 100))),
        (0, 0, 60, 60, 120),
    )


def test_what_a_block_bills_too_little_is_dealt_out_by_what_was_expected() -> None:
    """Nothing is open in the first block, whose periods cost 100 and 300: 40 go there as 10 and 30."""
    openings = Openings((0, 30, 60, 90, 120, 150), (0, 0, 100, 100, 100, 100), (0, 0, 1, 1, 1, 1), (False,) * 6)
    free = [FreeEvent(0, 40), FreeEvent(60, 200), FreeEvent(120, 200)]
    habit = find_habit(free, openings, expected=(100, 300, 100, 100, 100, 100), nominal_days=30, timing="in_advance")
    assert habit.placements[0] == placed("block", 0, (0, 10), (1, 30))


def test_most_candidates_are_dismissed_unsearched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two years at half the price, some days late: 25 ways to cut blocks at up to three shifts are 75 candidates."""
    tried = 0

    def count(board: Board) -> Weighing:
        nonlocal tried
        tried += 1
        return weigh(board)

    monkeypatch.setattr(habit_module, "weigh", count)
    events = [(30 * number + number % 3, 50) for number in range(24)]
    habit = find(events, months(24))
    assert (habit.block, [placement.periods for placement in habit.placements]) == (1, [(n,) for n in range(24)])
    assert tried <= 3


def search_through_everything(charge: Charge, monkeypatch: pytest.MonkeyPatch) -> Habit:
    """The same candidates, none of them dismissed or settled by a bound."""

    def never_sure(board: Board) -> Weighing:
        return weigh(board)._replace(cost=0, chain=None)

    with monkeypatch.context() as patch:
        patch.setattr(habit_module, "weigh", never_sure)
        patch.setattr(habit_module, "_read_on_due_days", lambda *_: None)
        patch.setattr(habit_module, "_read_in_turn", lambda *_: None)
        patch.setattr(habit_module._Hunt, "_is_dearer", lambda *_: False)
        patch.setattr(habit_module._Hunt, "may_undercut", lambda *_: True)
        return habit_of(charge)


@pytest.mark.parametrize("seed", range(3))
def test_the_bounds_dismiss_no_better_habit(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(500 + seed)
    for _ in range(60):
        charge = make_charge(random, most=random.choice((12, 26)))
        assert habit_of(charge) == search_through_everything(charge, monkeypatch), charge


def make_nearly_right(random: Random) -> tuple[list[FreeEvent], Openings, int, int | None, list[int] | None]:
    """A charge billed nearly as agreed: events, periods, nominal days, settled day and offsets."""
    nominal_days, count = random.choice((7, 15, 30, 90)), random.randint(1, 14)
    due_days = sorted(nominal_days * (10 + number) + random.randint(-2, 2) for number in range(count))
    price = random.choice((1, 2, 3, 100))
    amounts = [price + random.choice((0, 0, 0, 0, 1, 2)) * (random.random() < 0.4) for _ in range(count)]
    billed = random.randint(1, count)
    shift = random.choice((0, 0, 1, 3, -3, nominal_days // 3, -nominal_days // 2, nominal_days))
    most = random.choice((0, 2, nominal_days // 2))
    days = sorted(due_days[number] + shift + random.randint(-most, most) for number in range(billed))
    is_twice = [random.random() < 0.02 for _ in days]
    events = [FreeEvent(day, amount * (1 + twice)) for day, amount, twice in zip(days, amounts, is_twice, strict=False)]
    costs = tuple((number < billed) ^ (random.random() < 0.02) for number in range(count))
    changes = tuple(random.random() < 0.01 for _ in range(count))
    settled_day = random.choice((None, due_days[-1] + 50, due_days[billed - 1] + random.randint(-5, 40)))
    openings = Openings(tuple(due_days), tuple(amounts), costs, changes)
    return events, openings, nominal_days, settled_day, random.choice((None, None, [0], [0, shift]))


def test_what_is_read_in_turn_is_what_the_search_finds() -> None:
    random, read = Random(29), 0
    for _ in range(6_000):
        events, openings, nominal_days, settled_day, offsets = make_nearly_right(random)
        found = habit_module._read_in_turn(events, openings, nominal_days, settled_day, offsets)
        if found is not None:
            read += 1
            expected = random.choice((openings.amounts, tuple(2 * amount for amount in openings.amounts)))
            timing: Timing = random.choice(("in_advance", "in_arrears"))
            searched = habit_module._hunt(events, openings, expected, nominal_days, timing, settled_day, offsets)
            assert found == searched, (events, openings, offsets)
    assert read > 1_500


def test_an_amount_that_is_as_much_as_two_is_not_read_in_turn() -> None:
    openings = replace(months(3), amounts=(100, 100, 200))
    events = [FreeEvent(0, 100), FreeEvent(30, 100), FreeEvent(60, 200)]
    assert habit_module._read_in_turn(events, openings, 30, None, None) is None
    assert habit_module._read_in_turn(events[:2], replace(months(3), costs=(1, 1, 0)), 30, None, None) is not None


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_every_cent_of_a_placement_is_dealt_out(random: Random) -> None:
    charge = make_charge(random, most=18)
    habit = habit_of(charge)
    events = [event for placement in habit.placements for event in placement.events]
    assert events == sorted(set(events))
    for kind, its_events, its_periods, shares in habit.placements:
        assert {share.event for share in shares} == set(its_events)
        assert {share.period for share in shares} <= set(its_periods)
        for event in its_events:
            assert sum(share.amount for share in shares if share.event == event) == charge.events[event].amount
        assert (kind == "block") <= (len(its_events) == 1 and len(its_periods) > 1)


@settings(max_examples=60)
@given(st.integers(1, 24), st.integers(-5, 25))
def test_a_correct_ledger_is_read_as_it_was_written(count: int, late: int) -> None:
    habit = find([(30 * number + late, 100) for number in range(count)], months(count))
    assert [placement.periods for placement in habit.placements] == [(number,) for number in range(count)]
    assert (habit.offset, habit.block, habit.cost) == (late, 1, 0)
