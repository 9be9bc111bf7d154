from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from billcheck.engine.habit import Habit, find_habit
from tests.engine.align.questions import openings_of
from tests.engine.habit.charges import Charge, make_charge
from tests.engine.habit.oracle import best_habit

pytestmark = pytest.mark.large
CASES_PER_SEED = 300


def habit_of(charge: Charge) -> Habit:
    return find_habit(
        charge.events,
        openings_of(charge.rows),
        expected=charge.terms.expected,
        nominal_days=charge.terms.interval,
        timing=charge.timing,
        settled_day=charge.terms.settled_day,
    )


def money_of(habit: Habit) -> dict[tuple[int, int], int]:
    money: Counter[tuple[int, int]] = Counter()
    for placement in habit.placements:
        for share in placement.shares:
            money[share.event, share.period] += share.amount
    return dict(money)


@pytest.mark.parametrize("seed", range(4))
def test_every_candidate_of_small_charges_is_compared(seed: int) -> None:
    random = Random(seed)
    for _ in range(CASES_PER_SEED):
        charge = make_charge(random)
        wanted = best_habit(charge.events, charge.rows, charge.terms)
        habit = habit_of(charge)
        assert (habit.cost, habit.block, habit.offset, habit.phase) == wanted[:4], charge
        assert money_of(habit) == wanted.money, charge
        assert habit.due_days == wanted.due_days, charge
