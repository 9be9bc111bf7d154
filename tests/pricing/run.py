"""Price many random contracts twice: `python -m tests.pricing.run --count 20000`; or show one: `--first N`.

Comes in: how many, from which number on, in how many processes. Goes out: a line of counts, and every contract that the
package and the oracle price differently. Exit code 1 where one differs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pprint import pformat
from typing import TYPE_CHECKING

from tests.pricing.comparison import compare

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARE = 250
"""How many contracts a process prices at a time."""


@dataclass(slots=True)
class Tally:
    """Counts over many contracts, and those that differ, by number."""

    kinds: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    changes: int = 0
    differing: dict[int, str] = field(default_factory=dict)

    def merge(self, other: Tally) -> None:
        """Count in what another process counted."""
        self.kinds.update(other.kinds)
        self.rows += other.rows
        self.changes += other.changes
        self.differing.update(other.differing)

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return (
            f"{self.kinds.total()} contracts ({kinds}); {self.rows} rows, {self.changes} of them of changes; "
            f"differing {len(self.differing)}"
        )


def run(numbers: Iterable[int]) -> Tally:
    """Price the contracts of these numbers twice."""
    tally = Tally()
    for number in numbers:
        compared = compare(number)
        tally.kinds[compared.kind] += 1
        tally.rows += compared.rows
        tally.changes += compared.changes
        if compared.difference:
            tally.differing[number] = f"{compared.difference}\n{pformat(compared.charges)}"
    return tally


def run_in_processes(first: int, count: int, processes: int) -> Tally:
    """Price many contracts, a share at a time in each of several processes; the counts do not depend on how many."""
    shares = [range(start, min(start + SHARE, first + count)) for start in range(first, first + count, SHARE)]
    tally = Tally()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for counted in pool.map(run, shares):
            tally.merge(counted)
    return tally


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the number of the first contract; 0 by default")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="how many at a time; 1 by default")
    options = parser.parse_args(arguments)
    if options.processes == 1:
        tally = run(range(options.first, options.first + options.count))
    else:
        tally = run_in_processes(options.first, options.count, options.processes)
    for number, difference in sorted(tally.differing.items()):
        sys.stdout.write(f"{number}: {difference}\n\n")
    sys.stdout.write(f"{tally}\n")
    return int(bool(tally.differing))


if __name__ == "__main__":
    sys.exit(main())
