"""Every ledger of the simulator comes out as the truth has it: no miss, no false alarm, no cent off.

A failing seed is shown whole by `python -m tests.simulator.run --seed N`; `nox -s simulate` checks many more.
"""

from __future__ import annotations

import pytest

from tests.simulator import mistakes
from tests.simulator.comparison import compare, examine, make_world
from tests.simulator.mistakes import MISTAKES
from tests.simulator.run import Tally, run, show

LEDGERS = 2_000
SHARDS = 4
TWICE_ON_A_DAY = 300
MOST_UNDECIDABLE = 3
"""Percent of ledgers of which the rules give several readings that cost the same."""

MOST_OTHERS = 15
"""Of a thousand ledgers, how many the rules may read otherwise than they were made."""


@pytest.fixture(scope="module")
def tallies() -> dict[int, Tally]:
    """Counts by shard, each worked out by the first test that asks for it."""
    return {}


def tally_of(tallies: dict[int, Tally], shard: int) -> Tally:
    if shard not in tallies:
        size = LEDGERS // SHARDS
        tallies[shard] = run(range(shard * size, (shard + 1) * size))
    return tallies[shard]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_money_is_conserved_on_every_ledger(tallies: dict[int, Tally], shard: int) -> None:
    assert tally_of(tallies, shard).lost == []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_row_and_finding_is_as_the_truth_has_it(tallies: dict[int, Tally], shard: int) -> None:
    tally = tally_of(tallies, shard)
    assert (tally.wrong, tally.misses, tally.false_alarms, tally.minor_units_off) == ([], 0, 0, 0), str(tally)


def test_few_ledgers_can_be_read_in_two_ways_equally_well(tallies: dict[int, Tally]) -> None:
    found = [tally_of(tallies, shard) for shard in range(SHARDS)]
    assert 100 * sum(len(tally.ties) for tally in found) <= MOST_UNDECIDABLE * LEDGERS


def test_few_ledgers_show_something_else_than_was_done(tallies: dict[int, Tally]) -> None:
    """By the rules themselves: an invoice too many pays for one too few, or another order of them costs less."""
    found = [tally_of(tallies, shard) for shard in range(SHARDS)]
    others = sum(len({*tally.settles, *tally.cheaper}) for tally in found)
    assert 1000 * others <= MOST_OTHERS * LEDGERS
    assert sum(tally.looked_at for tally in found) > LEDGERS // 10


@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_can_be_read_in_two_ways_is_marked(tallies: dict[int, Tally], shard: int) -> None:
    """As inferred, as residue, or by a finding on a row that it touches."""
    assert tally_of(tallies, shard).unmarked == []


def test_every_kind_of_error_is_made(tallies: dict[int, Tally]) -> None:
    """Else the tests above would show nothing about it."""
    made = sum((tally_of(tallies, shard).injected for shard in range(SHARDS)), start=tally_of(tallies, 0).injected)
    assert {kind for kind, count in made.items() if count >= 10} == set(MISTAKES)


def test_what_was_written_twice_on_a_day_and_pays_for_a_hole_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledgers above have each second copy on a later day."""
    monkeypatch.setattr(mistakes, "WRITTEN_TWICE_DAYS", (0, 0))
    monkeypatch.setattr(
        mistakes, "MISTAKES", {kind: MISTAKES[kind] for kind in ("double_bill", "missed_period", "stale_quantity")}
    )
    monkeypatch.setattr(mistakes, "_hides", lambda *_: False)
    asked = 0
    for seed in range(TWICE_ON_A_DAY):
        world = make_world(seed)
        report = examine(world)
        outcome = compare(world, report)
        assert (outcome.wrong, outcome.misses, outcome.false_alarms) == ([], 0, 0), seed
        asked += any(finding.kind == "possible_duplicate" for finding in report.findings)
    assert asked >= TWICE_ON_A_DAY // 100


def test_a_seed_makes_the_same_ledger_every_time() -> None:
    assert show(make_world(7)) == show(make_world(7)) != show(make_world(8))


def test_a_wrong_report_would_be_noticed() -> None:
    """One cent more on one document than its entries say they bill is a difference."""
    world = make_world(3, with_mistakes=False)
    assert compare(world, examine(world)).wrong == []
    report = examine(world)
    entry = world.papers[0].entries[0]
    entry.shares[min(entry.shares)] += 5
    outcome = compare(world, report)
    assert outcome.lost
    assert outcome.wrong
