"""One ledger of the simulator, shown: `python -m tests.simulator.run --seed N`; or many, counted: `--count N`.

Comes in: a seed, or how many and from which on. Goes out: what was agreed and billed, the injected errors, the truth
and where the report differs from it; or a line of counts. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tests.simulator.agreements import as_text, to_toml
from tests.simulator.comparison import Outcome, compare, examine, make_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.bookkeeping import World

FEW = 10
SHARE = 500
"""How many ledgers a process checks at a time."""


@dataclass(slots=True)
class Tally:
    """Counts over many ledgers."""

    ledgers: int = 0
    pinned: int = 0
    correct: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    misses: int = 0
    false_alarms: int = 0
    minor_units_off: int = 0
    looked_at: int = 0
    ties: list[int] = field(default_factory=list)
    settles: list[int] = field(default_factory=list)
    cheaper: list[int] = field(default_factory=list)
    unmarked: list[int] = field(default_factory=list)
    lucky: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one ledger in."""
        world = outcome.world
        self.ledgers += 1
        self.pinned += world.is_pinned
        self.correct += not world.injected
        self.injected.update(kind for kind, _, _ in world.injected)
        self.misses += outcome.misses
        self.false_alarms += outcome.false_alarms
        self.minor_units_off += outcome.minor_units_off
        self.looked_at += outcome.looked_at
        for why, seeds in (("tie", self.ties), ("settles", self.settles), ("cheaper", self.cheaper)):
            if why in outcome.doubted.values():
                seeds.append(world.seed)
        if outcome.lucky:
            self.lucky.append(world.seed)
        if outcome.unmarked:
            self.unmarked.append(world.seed)
        if outcome.lost:
            self.lost.append(world.seed)
        if outcome.wrong:
            self.wrong.append(world.seed)

    def merge(self, other: Tally) -> None:
        """Count in what another process counted."""
        for name in ("ledgers", "pinned", "correct", "misses", "false_alarms", "minor_units_off", "looked_at"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.injected.update(other.injected)
        for name in ("ties", "settles", "cheaper", "lucky", "unmarked", "lost", "wrong"):
            getattr(self, name).extend(getattr(other, name))

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.injected.items()))
        return (
            f"{self.ledgers} ledgers ({self.pinned} pinned, {self.correct} correct); injected: {kinds}; "
            f"misses {self.misses}, false alarms {self.false_alarms}, minor units off {self.minor_units_off}; "
            f"free charges read independently {self.looked_at}; undecidable: {_counted(self.ties)}, "
            f"of which right by the order of ties alone {_counted(self.lucky)}; other readings: "
            f"an exact sum settles {_counted(self.settles)}, a cheaper order {_counted(self.cheaper)}; "
            f"of all these not marked {_counted(self.unmarked)}; "
            f"lost {_counted(self.lost)}, wrong {_counted(self.wrong)}"
        )


def _counted(seeds: list[int]) -> str:
    return f"{len(seeds)} {seeds[:FEW]}" if seeds else "0"


def run(seeds: Iterable[int]) -> Tally:
    """Check the worlds of these seeds."""
    tally = Tally()
    for seed in seeds:
        world = make_world(seed)
        tally.add(compare(world, examine(world)))
    return tally


def run_in_processes(first: int, count: int, processes: int) -> Tally:
    """Check many worlds, a share at a time in each of several processes; the counts do not depend on how many."""
    shares = [range(start, min(start + SHARE, first + count)) for start in range(first, first + count, SHARE)]
    tally = Tally()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for counted in pool.map(run, shares):
            tally.merge(counted)
    return tally


def show(world: World) -> str:
    """A world as text: the contract file, the documents in order of their day, the errors."""
    lines = [to_toml(world.agreements), f"as of {world.as_of}, covers {world.covers}, pinned {world.is_pinned}"]
    for paper in sorted(world.papers, key=lambda paper: (paper.issued, paper.number)):
        head = f"{paper.issued} {paper.number} {paper.kind} {paper.status} {paper.credits}".rstrip()
        lines.append(head)
        for entry in paper.entries:
            agreement, charge = world.agreements[entry.place[0]], world.charge(entry.place)
            rows = " ".join(f"{charge.rows[row].first_day}:{amount}" for row, amount in entry.shares.items())
            stated = "" if entry.stated is None else f" states {entry.stated[0]}..{entry.stated[1]}"
            amount = as_text(entry.amount, agreement.currency)
            lines.append(f"    {agreement.id} {charge.name} {amount} {entry.foreign} for {rows}{stated}")
    lines += [
        f"injected: {kind} {world.charge(place).name} {world.charge(place).rows[row].first_day}"
        for kind, place, row in world.injected
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Show one seed or count many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="how many at a time; 1 by default")
    options = parser.parse_args(arguments)
    if options.count > 1:
        tally = run_in_processes(options.seed, options.count, options.processes)
        sys.stdout.write(f"{tally}\n")
        return int(bool(tally.lost or tally.wrong or tally.unmarked))
    world = make_world(options.seed)
    outcome = compare(world, examine(world))
    said = [*outcome.lost, *outcome.wrong] or ["as the truth has it", *map(str, outcome.doubted.values())]
    sys.stdout.write(show(world) + "\n\n" + "\n".join(said) + "\n")
    return int(bool(outcome.lost or outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
