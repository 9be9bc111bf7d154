from __future__ import annotations

from random import Random

import pytest

from billcheck.engine.align import TENTHS, Alignment, Board, align, search, weigh
from tests.engine.align.oracle import Fate, best_reading
from tests.engine.align.questions import Question, ask

pytestmark = pytest.mark.large
CASES_PER_SEED = 2_500


def half_interval(question: Question) -> int:
    return TENTHS * question.rules.interval // 2


def answer(question: Question) -> Alignment:
    return align(
        question.events, question.openings, half_interval=half_interval(question), offset=question.rules.offset
    )


def board_of(question: Question) -> Board:
    return Board(
        [TENTHS * event.issue_day for event in question.events],
        [event.amount for event in question.events],
        question.openings,
        half_interval=half_interval(question),
        open_cost=half_interval(question),
        offset=question.rules.offset,
    )


@pytest.mark.parametrize("seed", range(8))
def test_every_reading_of_small_questions_is_compared(seed: int) -> None:
    random = Random(seed)
    for _ in range(CASES_PER_SEED):
        question = ask(random)
        cost, reading = best_reading(question.events, question.rows, question.rules)
        found = answer(question)
        assert found.cost == cost, question
        assert [Fate(*placement) for placement in found.placements] == [
            fate for fate in reading if fate.kind != "left"
        ], question


@pytest.mark.parametrize("seed", range(4))
def test_the_short_way_gives_what_the_search_gives(seed: int) -> None:
    random, settled = Random(1_000 + seed), 0
    for _ in range(CASES_PER_SEED):
        question = ask(random, most=20)
        board = board_of(question)
        weighed = weigh(board)
        cost, chain = search(board, weighed)
        assert weighed.cost <= cost, question
        if weighed.chain is not None:
            settled += 1
            assert (weighed.cost, weighed.chain) == (cost, chain), question
    assert settled > CASES_PER_SEED // 5
