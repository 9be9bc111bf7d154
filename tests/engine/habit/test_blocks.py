from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.engine.align import FreeEvent, Openings
from billcheck.engine.blocks import Share, block_due_days, form_blocks, share_out

DUE_DAYS = [0, 30, 60, 90, 120, 150, 180]


def openings(amounts: list[int], costs: list[int] | None = None, changes: str = "") -> Openings:
    count = len(amounts)
    return Openings(
        tuple(30 * number for number in range(count)),
        tuple(amounts),
        tuple(costs or [int(amount > 0) for amount in amounts]),
        tuple(mark == "1" for mark in changes or "0" * count),
    )


@pytest.mark.parametrize(
    ("phase", "in_advance", "in_arrears"),
    [(0, [0, 90, 180], [60, 150, 180]), (1, [0, 30, 120], [0, 90, 180]), (2, [0, 60, 150], [30, 120, 180])],
)
def test_a_block_is_due_with_its_first_or_last_period(phase: int, in_advance: list[int], in_arrears: list[int]) -> None:
    assert block_due_days(DUE_DAYS, 3, phase, "in_advance") == in_advance
    assert block_due_days(DUE_DAYS, 3, phase, "in_arrears") == in_arrears


@given(st.integers(1, 20), st.sampled_from([2, 3, 6, 12]), st.data())
def test_due_days_are_those_of_the_blocks(count: int, size: int, data: st.DataObject) -> None:
    phase = data.draw(st.integers(0, min(size, count) - 1))
    charge = openings([100] * count)
    for timing in ("in_advance", "in_arrears"):
        blocks = form_blocks(charge, size, phase, timing)
        assert list(blocks.openings.due_days) == block_due_days(list(charge.due_days), size, phase, timing)
        assert [period for block in blocks.members for period in block] == list(range(count))
        assert sum(blocks.openings.amounts) == 100 * count


def test_a_block_needs_what_its_periods_need() -> None:
    blocks = form_blocks(openings([100, 0, -40, 100]), 4, 0, "in_advance")
    assert blocks.openings == Openings((0,), (200,), (2,), (False,))


@pytest.mark.parametrize(
    ("timing", "costs", "wanted"),
    [
        ("in_advance", [1, 1, 0], 2),  # invoiced at the start, so what is due of it is missed
        ("in_arrears", [1, 1, 0], 0),  # the block is not due yet
        ("in_advance", [0, 1, 1], 0),  # may have been billed before the ledger begins
        ("in_arrears", [0, 1, 1], 2),
    ],
)
def test_a_block_is_missed_when_the_period_it_is_due_with_is(timing: str, costs: list[int], wanted: int) -> None:
    charge = openings([100] * 3, costs)
    blocks = form_blocks(charge, 3, 0, "in_advance" if timing == "in_advance" else "in_arrears")
    assert blocks.openings.costs == (wanted,)


def test_a_period_that_needs_nothing_does_not_decide_whether_a_block_is_missed() -> None:
    assert form_blocks(openings([0, 100, 100]), 3, 0, "in_advance").openings.costs == (2,)
    assert form_blocks(openings([100, 100, 0]), 3, 0, "in_arrears").openings.costs == (2,)
    assert form_blocks(openings([0, 0, 0]), 3, 0, "in_arrears").openings.costs == (0,)


def test_changes_stay_rows_of_their_own_after_the_block_of_their_day() -> None:
    charge = Openings((0, 0, 30, 30), (100, 7, 100, -5), (1, 1, 1, 0), (False, True, False, True))
    blocks = form_blocks(charge, 2, 0, "in_arrears")
    assert blocks.members == ((1,), (0, 2), (3,))
    assert blocks.openings == Openings((0, 30, 30), (7, 200, -5), (1, 2, 0), (True, False, True))


def shares(amounts: list[int], periods: list[int], charge: Openings, expected: list[int]) -> list[Share]:
    events = [FreeEvent(0, amount) for amount in amounts]
    return list(share_out(events, range(len(events)), periods, charge, expected))


def test_an_exact_amount_fills_what_is_open() -> None:
    charge = openings([100, 30, 0, -20])
    assert shares([130], [0, 1, 2, 3], charge, [100] * 4) == [Share(0, 0, 100), Share(0, 1, 30)]


def test_another_amount_is_dealt_out_by_what_is_open() -> None:
    charge = openings([100, 50, 0])
    assert shares([75], [0, 1, 2], charge, [100] * 3) == [Share(0, 0, 50), Share(0, 1, 25)]


def test_where_nothing_is_open_it_is_dealt_out_by_what_was_expected() -> None:
    assert shares([30], [0, 1], openings([0, 0]), [200, 100]) == [Share(0, 0, 20), Share(0, 1, 10)]


def test_a_period_that_was_to_cost_nothing_has_no_part() -> None:
    assert shares([30], [0, 1], openings([0, 0]), [0, 100]) == [Share(0, 1, 30)]
    assert shares([30], [0, 1], openings([0, 0]), [-50, 100]) == [Share(0, 1, 30)]
    assert shares([30], [0, 1], openings([-10, 30]), [100, 100]) == [Share(0, 1, 30)]


def test_a_single_cent_is_needed_too() -> None:
    assert form_blocks(openings([1, 1]), 2, 0, "in_advance").openings == Openings((0,), (2,), (2,), (False,))


def test_a_rest_goes_to_the_largest_remainder() -> None:
    assert shares([100], [0, 1, 2], openings([70, 70, 70]), [70] * 3) == [
        Share(0, 0, 34),
        Share(0, 1, 33),
        Share(0, 2, 33),
    ]


def test_a_change_that_lowers_takes_its_negative_part() -> None:
    charge = openings([100, -30], changes="01")
    assert shares([70], [0, 1], charge, [100, -30]) == [Share(0, 0, 100), Share(0, 1, -30)]


def test_several_events_fill_the_periods_one_after_the_other() -> None:
    assert shares([60, 140], [0, 1], openings([100, 100]), [100] * 2) == [
        Share(0, 0, 60),
        Share(1, 0, 40),
        Share(1, 1, 100),
    ]


@given(
    st.lists(st.integers(-50, 300), min_size=1, max_size=12),
    st.lists(st.integers(1, 500), min_size=1, max_size=4),
    st.integers(0, 400),
)
def test_shares_add_up_per_event(amounts: list[int], events: list[int], expected: int) -> None:
    dealt = shares(events, list(range(len(amounts))), openings(amounts), [expected] * len(amounts))
    assert [sum(share.amount for share in dealt if share.event == event) for event in range(len(events))] == events
    assert all(share.amount > 0 for share in dealt)
