"""Each fault at each request of a fetch from each ledger: `python -m tests.connectors.live.every_request`.

A fault strikes one request alone, or all from it on; where an answer holds nothing that it could strike, it is left
out. Every run has to end as the fault allows: equal to the truth, told to be incomplete, or in an error of a known
type; with other figures and without a word, never.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.connectors.live.faults import FAULTS, faults_of
from tests.connectors.live.worlds import PROVIDERS, Place, World, places, read, run, small_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BY_NAME = {(fault.of, fault.name): fault for fault in FAULTS}


@dataclass(frozen=True)
class Case:
    """One run."""

    provider: str
    fault: tuple[str, str]
    at: Place


@dataclass(frozen=True)
class Told:
    """How it ended."""

    case: Case
    how: str
    is_right: bool
    is_idle: bool
    seconds: float
    said: str


def cases(providers: Sequence[str], words: str = "", step: int = 1) -> Iterator[Case]:
    """Every fault at every request; `step` takes one of so many."""
    number = 0
    for provider in map(PROVIDERS.__getitem__, providers):
        world = World(provider)
        read(world)
        for fault in faults_of(provider):
            for at, asked in zip(places(world.asked), world.asked, strict=True):
                if words in fault.name and (not fault.is_alteration or world.applies(fault, asked)):
                    number += 1
                    if number % step == 0:
                        yield Case(provider.name, (fault.of, fault.name), at)


def ended(case: Case) -> Told:
    """Run one."""
    with small_pages():
        ending = run(PROVIDERS[case.provider], _BY_NAME[case.fault], case.at)
    return Told(case, ending.how, ending.is_right, ending.is_idle, ending.seconds, str(ending.error or ""))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them all and say how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", choices=sorted(PROVIDERS), action="append")
    parser.add_argument("--fault", default="", help="only faults whose names hold this")
    parser.add_argument("--step", type=int, default=1, help="one of so many")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    began, endings = time.monotonic(), Counter[str]()
    wrong, idle, slowest = 0, 0, 0.0
    with small_pages():
        listed = list(cases(chosen.provider or sorted(PROVIDERS), chosen.fault, chosen.step))
    with ProcessPoolExecutor(max_workers=chosen.processes) as pool:
        for number, told in enumerate(pool.map(ended, listed, chunksize=20), start=1):
            if not number % 1000:
                sys.stderr.write(f"{number:,} of {len(listed):,} runs: {dict(endings)}\n")
            endings[told.how] += 1
            idle += told.is_idle
            slowest = max(slowest, told.seconds)
            if not told.is_right:
                wrong += 1
                name = told.case.fault[1]
                at = f"request {told.case.at.before + 1} for {unquote(told.case.at.target)}"
                sys.stdout.write(f"{told.case.provider}, {at}: {name}: {told.how} {told.said}\n")
    seconds = time.monotonic() - began
    told_all = ", ".join(f"{how} {count:,}" for how, count in endings.most_common())
    sys.stdout.write(
        f"{len(listed):,} runs in {seconds:,.0f} s, the slowest {slowest:.1f} s; {told_all}. "
        f"In {idle:,} the fault found nothing to strike. Silent: {endings['silent']}. Not as allowed: {wrong}.\n"
    )
    return 1 if wrong or not listed else 0


if __name__ == "__main__":
    sys.exit(main())
