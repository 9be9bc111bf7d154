"""Kills fetches at random moments and runs them again: `python -m tests.interruptions.run --count 50`.

It fails where a sign-in was lost, or where the snapshot at the end is not what the ledger holds. `--seed 7` runs one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.interruptions.killed import LEDGERS, killed_until_done


def main() -> int:
    """Run, tell, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int)
    chosen = parser.parse_args()
    seeds = range(chosen.count) if chosen.seed is None else [chosen.seed]
    outcomes = []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            outcomes.append(killed_until_done(LEDGERS[seed % 2], seed, Path(folder)))
    wrong = [line for outcome in outcomes for line in outcome.wrong]
    kills, went_on = sum(each.killed for each in outcomes), sum(each.went_on for each in outcomes)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    sys.stdout.write(
        f"{len(outcomes)} fetches, killed {kills} times; {went_on} went on from what was held; {len(wrong)} wrong.\n"
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
