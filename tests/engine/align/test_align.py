from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.engine.align import Alignment, Board, FreeEvent, Openings, Placement, align, weigh
from billcheck.errors import InternalError

HALF_MONTH = 150


def openings(*rows: tuple[int, int], missed: str = "", changes: str = "") -> Openings:
    """Rows of due day and amount; `missed` marks with 0 what costs nothing when open, `changes` with 1 a change."""
    return Openings(
        tuple(due_day for due_day, _ in rows),
        tuple(amount for _, amount in rows),
        tuple(int(mark) for mark in missed or "1" * len(rows)),
        tuple(mark == "1" for mark in changes or "0" * len(rows)),
    )


def read(events: list[tuple[int, int]], rows: Openings, offset: int = 0) -> Alignment:
    return align([FreeEvent(*event) for event in events], rows, half_interval=HALF_MONTH, offset=offset)


def place(event: int, period: int) -> Placement:
    return Placement("place", (event,), (period,))


def test_nothing_to_read_costs_nothing() -> None:
    assert read([], openings()) == Alignment(0, ())


def test_without_events_every_missed_period_costs_half_an_interval() -> None:
    assert read([], openings((0, 100), (30, 100), (60, 100), missed="110")) == Alignment(300, ())


def test_without_periods_every_event_is_left() -> None:
    assert read([(0, 100), (5, 100)], openings()) == Alignment(300, ())


def test_an_exact_amount_costs_its_lag() -> None:
    assert read([(4, 100)], openings((0, 100))) == Alignment(40, (place(0, 0),))


def test_another_amount_costs_two_fifths_of_half_an_interval_more() -> None:
    assert read([(4, 50)], openings((0, 100))) == Alignment(100, (place(0, 0),))


def test_the_offset_moves_the_due_day() -> None:
    assert read([(4, 100)], openings((0, 100)), offset=6) == Alignment(20, (place(0, 0),))


@pytest.mark.parametrize(("lag", "is_placed"), [(30, True), (31, False), (-30, True), (-31, False)])
def test_an_event_is_never_placed_further_than_an_interval(lag: int, *, is_placed: bool) -> None:
    alignment = read([(100 + lag, 100)], openings((100, 100)))
    assert bool(alignment.placements) is is_placed
    assert alignment.cost == 300


def test_a_wrong_amount_is_left_rather_than_placed_from_far() -> None:
    assert read([(24, 50)], openings((0, 100))) == Alignment(300, (place(0, 0),))
    assert read([(25, 50)], openings((0, 100))) == Alignment(300, ())


def test_a_period_that_misses_nothing_draws_no_event_from_far() -> None:
    assert read([(16, 100)], openings((0, 100), missed="0")) == Alignment(150, ())
    assert read([(15, 100)], openings((0, 100), missed="0")) == Alignment(150, (place(0, 0),))


def test_the_order_of_events_is_the_order_of_periods() -> None:
    rows = openings((0, 100), (30, 200))
    assert read([(14, 200), (16, 100)], rows).placements == (place(0, 0), place(1, 1))


def test_two_events_that_are_exactly_one_period_are_a_split() -> None:
    rows = openings((0, 100), (30, 100))
    assert read([(0, 60), (3, 40), (30, 100)], rows) == Alignment(30, (Placement("split", (0, 1), (0,)), place(2, 1)))


def test_a_split_of_five_is_none() -> None:
    assert not any(p.kind == "split" for p in read([(0, 20)] * 5, openings((0, 100))).placements)
    assert read([(0, 25)] * 4, openings((0, 100))) == Alignment(0, (Placement("split", (0, 1, 2, 3), (0,)),))


def test_parts_of_a_split_lie_within_half_an_interval() -> None:
    assert read([(0, 60), (15, 40)], openings((0, 100))).placements[0].kind == "split"
    assert read([(0, 60), (16, 40)], openings((0, 100))).placements[0].kind == "place"


def test_one_event_that_is_exactly_several_periods_is_combined() -> None:
    rows = openings((0, 100), (30, 100), (60, 100))
    assert read([(62, 300)], rows) == Alignment(20, (Placement("combine", (0,), (0, 1, 2)),))


def test_a_cent_less_is_not_combined() -> None:
    rows = openings((0, 100), (30, 100), (60, 100))
    assert read([(62, 299)], rows) == Alignment(20 + 60 + 300, (place(0, 2),))


@pytest.mark.parametrize(("count", "kind"), [(12, "combine"), (13, "place")])
def test_no_more_than_twelve_periods_are_combined(count: int, kind: str) -> None:
    rows = openings(*((30 * number, 100) for number in range(count)))
    assert [p.kind for p in read([(30 * (count - 1), 100 * count)], rows).placements] == [kind]


def test_the_last_of_combined_periods_is_due_by_half_an_interval_after() -> None:
    rows = openings((0, 100), (30, 100))
    assert read([(15, 200)], rows) == Alignment(150, (Placement("combine", (0,), (0, 1)),))
    assert read([(14, 200)], rows).placements == (place(0, 0),)


def test_billing_early_pays_for_no_period_ahead() -> None:
    rows = openings((0, 100), (30, 100))
    assert read([(0, 200)], rows, offset=-30) == Alignment(210, (place(0, 1),))
    assert read([(15, 200)], rows, offset=-30).placements == (Placement("combine", (0,), (0, 1)),)


def test_a_combine_reaches_no_further_than_an_interval_after_its_last_period() -> None:
    rows = openings((0, 100), (30, 100))
    assert read([(60, 200)], rows) == Alignment(300, (Placement("combine", (0,), (0, 1)),))
    assert read([(61, 200)], rows) == Alignment(450, ())


def test_a_combine_passes_over_what_is_already_billed() -> None:
    rows = openings((0, 100), (30, 0), (60, 100), missed="101")
    assert read([(60, 200)], rows) == Alignment(0, (Placement("combine", (0,), (0, 1, 2)),))


def test_a_combine_neither_begins_nor_ends_with_a_period_that_needs_nothing() -> None:
    rows = openings((0, 100), (30, 0), missed="10")
    assert read([(25, 100)], rows) == Alignment(250, (place(0, 0),))


def test_money_billed_too_much_pays_for_no_other_period() -> None:
    rows = openings((0, -50), (30, 100), missed="01")
    assert read([(30, 50)], rows) == Alignment(60, (place(0, 1),))


def test_a_change_takes_its_exact_amount() -> None:
    rows = openings((0, 100), (0, 30), changes="01")
    assert read([(0, 100), (0, 30)], rows) == Alignment(0, (place(0, 0), place(1, 1)))


def test_a_change_takes_no_other_amount() -> None:
    rows = openings((0, 100), (0, 30), changes="01")
    assert read([(0, 100), (0, 29)], rows) == Alignment(300, (place(0, 0),))


def test_a_change_takes_no_split() -> None:
    rows = openings((0, 30), changes="1")
    assert read([(0, 20), (0, 10)], rows) == Alignment(450, ())


def test_a_regular_row_and_its_change_are_combined() -> None:
    rows = openings((0, 100), (0, 30), changes="01")
    assert read([(0, 130)], rows) == Alignment(0, (Placement("combine", (0,), (0, 1)),))


def test_a_change_that_lowers_is_combined() -> None:
    rows = openings((0, 100), (0, -30), missed="10", changes="01")
    assert read([(0, 70)], rows) == Alignment(0, (Placement("combine", (0,), (0, 1)),))


def test_of_two_periods_equally_near_the_earlier_is_preferred() -> None:
    assert read([(15, 100)], openings((0, 100), (30, 100))).placements == (place(0, 0),)


def test_placing_is_preferred_to_leaving() -> None:
    assert read([(30, 100)], openings((0, 100))).placements == (place(0, 0),)


def test_placing_is_preferred_to_combining() -> None:
    rows = openings((0, 100), (0, -100), (0, 100), missed="100", changes="011")
    assert read([(0, 100)], rows).placements == (place(0, 0),)


def test_of_two_splits_the_one_of_the_earlier_period_is_preferred() -> None:
    rows = openings((0, 5), (5, 4), missed="01")
    assert read([(2, 2), (2, 2), (2, 1)], rows) == Alignment(210, (Placement("split", (0, 1, 2), (0,)),))


def test_the_earlier_of_two_equal_events_takes_the_only_period() -> None:
    assert read([(0, 100), (0, 100)], openings((0, 100))) == Alignment(150, (place(0, 0),))


def test_half_a_week_is_counted_without_a_fraction() -> None:
    rows = openings((0, 100))
    assert align([FreeEvent(0, 99)], rows, half_interval=35).cost == 14
    assert align([], rows, half_interval=35).cost == 35


def test_a_missed_block_costs_as_many_periods_as_it_holds() -> None:
    rows = Openings((0, 90), (300, 200), (3, 2), (False, False))
    assert align([], rows, half_interval=450, open_cost=150).cost == 750


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([(2, 100), (1, 100)], openings((0, 100))),
        ([(1, 100)], openings((30, 100), (0, 100))),
        ([(1, 0)], openings((0, 100))),
        ([(1, -5)], openings((0, 100))),
        ([(1, 5)], Openings((0,), (1, 2), (1,), (False,))),
    ],
)
def test_what_would_be_read_wrongly_is_refused(events: list[tuple[int, int]], rows: Openings) -> None:
    with pytest.raises(InternalError):
        read(events, rows)


def test_a_period_that_needs_nothing_lends_a_combine_no_due_day() -> None:
    """The two months before are 25 days away; the last, which is paid, would be five days away only."""
    rows = openings((0, 100), (30, 100), (60, 0), missed="110")
    assert read([(55, 200)], rows) == Alignment(250, (Placement("combine", (0,), (0, 1)),))


def test_a_late_habit_does_not_let_a_combine_reach_further() -> None:
    rows = openings((0, 100), (30, 100))
    assert read([(19, 200)], rows, offset=5).placements == (place(0, 0),)
    assert read([(20, 200)], rows, offset=5).placements == (Placement("combine", (0,), (0, 1)),)


def test_a_combine_that_gains_nothing_is_preferred_to_leaving() -> None:
    """Left, the event costs 150; combined with rows that may stay open it costs the fifteen days to the nearest."""
    rows = openings((0, 100), (15, 100), missed="00")
    assert read([(30, 200)], rows) == Alignment(150, (Placement("combine", (0,), (0, 1)),))


def test_parts_of_a_split_may_lie_half_an_interval_before_and_after() -> None:
    assert read([(0, 60), (30, 40)], openings((15, 100))) == Alignment(300, (Placement("split", (0, 1), (0,)),))


def test_a_wrong_amount_goes_to_the_regular_row_and_not_to_its_change() -> None:
    rows = openings((0, 100), (0, 30), changes="01")
    assert read([(0, 90)], rows) == Alignment(60 + 150, (place(0, 0),))
    assert read([(0, 29)], rows) == Alignment(60 + 150, (place(0, 0),))


@pytest.mark.parametrize(("lag", "is_placed"), [(30, True), (31, False)])
def test_a_row_that_is_dear_when_open_draws_no_event_from_further_than_an_interval(
    lag: int, *, is_placed: bool
) -> None:
    """It costs three missed periods; the other event lies between two rows, so that the readings are searched."""
    rows = Openings((0, 200, 230), (100, 100, 100), (3, 1, 1), (False,) * 3)
    alone = align([FreeEvent(lag, 100)], rows, half_interval=150)
    assert alone.placements == ((place(0, 0),) if is_placed else ())
    both = align([FreeEvent(lag, 100), FreeEvent(215, 100)], rows, half_interval=150)
    assert both.placements == ((place(0, 0), place(1, 1)) if is_placed else (place(1, 1),))
    assert both.cost == (300 if is_placed else 150 + 450) + 150 + 150


# --- what a reading costs at least -----------------------------------------------------------------------------------


def bound(events: list[tuple[int, int]], rows: Openings) -> tuple[int, list[tuple[int, int, int, int]] | None]:
    """The bound, and the reading it proves, if any."""
    days, amounts = [10 * day for day, _ in events], [amount for _, amount in events]
    weighing = weigh(Board(days, amounts, rows, half_interval=HALF_MONTH, open_cost=HALF_MONTH, offset=0))
    return weighing.cost, weighing.chain


def test_where_every_event_has_one_best_row_the_bound_is_the_answer() -> None:
    rows = openings((0, 100), (30, 100), (60, 100))
    assert bound([(4, 100), (30, 100), (61, 90)], rows) == (40 + 70, [(0, 1, 0, 1), (1, 1, 1, 2), (2, 1, 2, 3)])
    assert bound([(62, 300)], rows) == (20, [(0, 1, 0, 3)])
    assert bound([(200, 100)], rows) == (600, [])


def test_where_two_rows_are_equally_good_or_one_is_wanted_twice_nothing_is_proved() -> None:
    assert bound([(15, 100)], openings((0, 100), (30, 100))) == (300, None)
    # Base 450; both would gain 300 alone, so that the bound lies far below what any reading costs.
    assert bound([(0, 100), (0, 100)], openings((0, 100))) == (-150, None)


@pytest.mark.parametrize(
    ("events", "missed", "cost"),
    [
        # Base 450. The first gains 300 as a part of the split; the second 300 - 30 - 60 alone, 150 - 30 as a part.
        ([(100, 60), (103, 40)], "1", 450 - 300 - 210),
        # Base 300. Alone they gain 150 - 20 - 60 and 150 - 30 - 60, as parts of the split 150 - 20 and 150 - 30.
        ([(102, 60), (103, 40)], "0", 300 - 130 - 120),
        # Base 450. The event before them is no part of the split and gains 150 - 60.
        ([(100, 7), (102, 60), (103, 40)], "0", 450 - 90 - 130 - 120),
        # Base 450. Three parts: 150 each less 10, 20 and 30.
        ([(101, 50), (102, 30), (103, 20)], "0", 450 - 140 - 130 - 120),
    ],
)
def test_a_split_is_dealt_out_to_its_parts(events: list[tuple[int, int]], missed: str, cost: int) -> None:
    rows = openings((100, 100), missed=missed)
    assert bound(events, rows) == (cost, None)
    assert read(events, rows).cost >= cost


MONTHS = st.lists(st.integers(0, 40), min_size=1, max_size=8).map(sorted)


@given(
    due_days=MONTHS, days=MONTHS, amounts=st.lists(st.integers(1, 6), min_size=8, max_size=8), offset=st.integers(-9, 9)
)
def test_the_reading_is_in_order_and_costs_what_its_parts_cost(
    due_days: list[int], days: list[int], amounts: list[int], offset: int
) -> None:
    rows = openings(*((due_day, 4) for due_day in due_days))
    events = list(zip(days, amounts, strict=False))
    alignment = align([FreeEvent(*event) for event in events], rows, half_interval=40, offset=offset)
    used_events = [event for placement in alignment.placements for event in placement.events]
    used_periods = [period for placement in alignment.placements for period in placement.periods]
    assert used_events == sorted(set(used_events))
    assert used_periods == sorted(set(used_periods))
    cost = 40 * (len(events) - len(used_events) + len(due_days) - len(used_periods))
    for kind, its_events, its_periods in alignment.placements:
        lags = [10 * abs(days[event] - offset - due_days[period]) for event in its_events for period in its_periods]
        is_exact = sum(amounts[event] for event in its_events) == 4 * len(its_periods)
        assert is_exact or kind == "place"
        cost += min(lags) if kind == "combine" else sum(lags) + (0 if is_exact else 16)
    assert alignment.cost == cost


@given(due_days=MONTHS, days=MONTHS, shift=st.integers(-500_000, 500_000))
def test_only_distances_count(due_days: list[int], days: list[int], shift: int) -> None:
    rows = openings(*((due_day, 4) for due_day in due_days))
    moved = openings(*((due_day + shift, 4) for due_day in due_days))
    assert read([(day, 4) for day in days], rows) == read([(day + shift, 4) for day in days], moved)
