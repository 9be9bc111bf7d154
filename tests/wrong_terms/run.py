"""Counts over many ledgers how often the injected mistake is named: `python -m tests.wrong_terms.run --count 300`.

It fails where a mistake is named in fewer than 95 of a hundred ledgers, two at once in fewer than 85, where a cause
stays open among more than three, or where one is named without a mistake. `--code missed_uplift --seed 7` shows one
ledger.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from tests.wrong_terms.ledgers import tell
from tests.wrong_terms.pairs import PAIR_STORIES
from tests.wrong_terms.stories import STORIES
from tests.wrong_terms.unnamed import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.wrong_terms.ledgers import Outcome
    from tests.wrong_terms.stories import Story


LEAST_SHARE, LEAST_SHARE_OF_PAIRS = 95, 85
"""Of so many ledgers in a hundred the mistake must be named."""


@dataclass(slots=True)
class Tally:
    """Ledgers told per code: `named` of the `shown` ones, where the mistake made any difference at all."""

    shown: int = 0
    named: int = 0
    open: int = 0
    others: list[tuple[int, str]] = field(default_factory=list)

    def is_enough(self, code: str) -> bool:
        """Whether the mistake is named often enough and never one of many."""
        return not self.open and self.share >= (LEAST_SHARE_OF_PAIRS if "_and_" in code else LEAST_SHARE)

    @property
    def share(self) -> float:
        """The share of ledgers in which the mistake is named, in percent."""
        return 100 * self.named / self.shown if self.shown else 0.0


def outcome_for(code: str, make: Callable[[Random], Story], seed: int) -> Outcome:
    """One ledger."""
    random = Random(f"{code} {seed}")
    return tell(random, make(random))


def count(makers: Mapping[str, Callable[[Random], Story]], seeds: Iterable[int]) -> dict[str, Tally]:
    """A tally for each code; ledgers in which nothing differs say nothing."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    seeds = list(seeds)
    for code, make in makers.items():
        tally = tallies[code]
        for seed in seeds:
            outcome = outcome_for(code, make, seed)
            if not outcome.different:
                continue
            tally.shown += 1
            tally.open += outcome.is_open
            if outcome.names(code):
                tally.named += 1
            else:
                tally.others.append((seed, outcome.causes[0].code if outcome.causes else "nothing"))
    return tallies


def count_false(seeds: Iterable[int]) -> list[tuple[str, int, str]]:
    """Ledgers with an error that no mistake makes, in which one is named all the same: kind, seed and code."""
    found = []
    for seed in seeds:
        for kind, make in UNNAMED.items():
            random = Random(f"{kind} {seed}")
            found += [(kind, seed, cause.code) for cause in make(random).causes]
    return found


def main() -> None:
    """Read the command line and print a line per mistake."""
    parser = argparse.ArgumentParser(description="How often a known mistake is named.")
    parser.add_argument("--count", type=int, default=100, help="ledgers for each mistake")
    parser.add_argument("--code", help="only this mistake")
    parser.add_argument("--seed", type=int, help="only this ledger, with its causes")
    arguments = parser.parse_args()
    makers = {**STORIES, **PAIR_STORIES}
    if arguments.code:
        makers = {arguments.code: makers[arguments.code]}
    if arguments.seed is not None:
        for code, make in makers.items():
            outcome = outcome_for(code, make, arguments.seed)
            said = [cause.sentence for cause in outcome.causes]
            sys.stdout.write("\n  ".join([f"{code}: {outcome.different} rows differ", *said]) + "\n")
        return
    failed = False
    for code, tally in count(makers, range(arguments.count)).items():
        share = f"{tally.named:>5} of {tally.shown:>5} {tally.share:>6.1f} %"
        sys.stdout.write(f"{code:<38} {share} open {tally.open} {tally.others[:4]}\n")
        failed = failed or not tally.is_enough(code)
    if not arguments.code:
        found = count_false(range(arguments.count))
        sys.stdout.write(f"named without a mistake: {found}\n")
        failed = failed or bool(found)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
