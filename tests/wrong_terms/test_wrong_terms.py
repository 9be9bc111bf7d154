"""A mistake that somebody made is named, and none is named where nobody made one.

A small sample; `nox -s wrong_terms` takes 300 ledgers for each mistake.
"""

from __future__ import annotations

import pytest

from billcheck.engine.patterns import PATTERNS
from billcheck.pricing.mistake import KINDS
from billcheck.pricing.mistakes import PAIRS
from tests.wrong_terms.pairs import PAIR_STORIES
from tests.wrong_terms.run import count, count_false, outcome_for
from tests.wrong_terms.stories import STORIES

LEDGERS = 4
WITHOUT_TRACE = {"other_remainder"}
"""A cent here and there, which is rounding and needs no cause."""


@pytest.mark.parametrize("code", STORIES)
def test_the_mistake_is_named(code: str) -> None:
    tally = count({code: STORIES[code]}, range(LEDGERS))[code]
    assert tally.shown
    assert tally.is_enough(code), tally


@pytest.mark.parametrize("code", PAIR_STORIES)
def test_both_of_two_mistakes_are_named(code: str) -> None:
    tally = count({code: PAIR_STORIES[code]}, range(LEDGERS))[code]
    assert tally.shown == LEDGERS
    assert tally.is_enough(code), tally


def test_none_is_named_without_a_mistake() -> None:
    assert count_false(range(10)) == []


def test_every_mistake_has_its_story() -> None:
    assert {*STORIES} == ({*KINDS} | {*PATTERNS}) - WITHOUT_TRACE
    assert {*PAIR_STORIES} == {f"{first}_and_{second}" for first, second in PAIRS}


def test_a_mistake_that_is_not_named_would_be_noticed() -> None:
    outcome = outcome_for("half_rate", STORIES["half_rate"], 1)
    assert outcome.names("half_rate")
    assert not outcome.names("double_rate")
    assert not outcome.names("half_rate_and_missed_uplift")
