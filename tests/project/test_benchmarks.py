"""The benchmark itself: a small ledger agrees with its truth, and every stage that is timed is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.bench import compare_with_truth
from benchmarks.generate import generate
from benchmarks.pricing import KINDS, price_century, price_many
from benchmarks.stages import STAGES, time_stages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated ledger of two thousand lines."""
    made = tmp_path_factory.mktemp("benchmark")
    generate(made, 2_000, seed=11)
    return made


def test_a_generated_ledger_agrees_with_its_truth_to_the_cent(folder: Path) -> None:
    assert compare_with_truth(folder) == []


def test_every_stage_of_a_check_is_timed(folder: Path) -> None:
    seconds = time_stages(folder)
    assert {stage for stage in STAGES if seconds[stage] > 0} == {*STAGES}


def test_pricing_is_timed_for_every_kind_of_contract() -> None:
    found = price_many(len(KINDS))
    assert {*found} == {*KINDS}
    assert all(periods >= 12 for _, periods in found.values())


def test_a_century_has_as_many_periods_as_its_length_says() -> None:
    periods = {every: count for every, (_, count) in price_century(1).items()}
    # All that begin in it, the first that is due after it, and the change that the price step makes.
    assert (periods["year"], periods["month"]) == (102, 1202)
