"""Processor seconds of each stage of one `billcheck check` in one process.

    python -m benchmarks.stages benchmarks/data/1000000

The functions at the joints of the pipeline are wrapped from outside, so the pipeline itself carries no clocks. What
one stage spends inside another counts for the inner one; what no stage claims is `rest`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import time
from collections import defaultdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.agreements import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGES = {
    "contracts": ("billcheck.contracts.files:load_contracts", "billcheck.check:make_directory"),
    "reading": ("billcheck.connectors.files.source:StreamSource.scan",),
    "matching": (
        "billcheck.engine.match:Matcher.add",
        "billcheck.check:set_aside_overlaps",
        "billcheck.check:check_together",
    ),
    "pricing": ("billcheck.engine.examination:make_schedule", "billcheck.engine.examination:schedule_of"),
    "allocation": (
        "billcheck.engine.examination:gather_events",
        "billcheck.engine.examination:allocate",
        "billcheck.engine.examination:is_billed_exactly",
        "billcheck.engine.examination:match_one_by_one",
    ),
    "diff": (
        "billcheck.engine.examination:judge",
        "billcheck.engine.examination:judge_one_by_one",
        "billcheck.engine.sums:Sums.add_row",
    ),
    "causes": (
        "billcheck.engine.examination:find_leaks",
        "billcheck.engine.cause_sums:CauseSums.add",
    ),
    "findings": (
        "billcheck.stages:find_in_row",
        "billcheck.check:make_residue",
        "billcheck.check:find_in_residue",
        "billcheck.check:_never_billed",
    ),
    "printing": ("billcheck.cli.check:select", "billcheck.report.table:body_lines"),
}


class Clock:
    """Processor seconds per stage; only the innermost stage that runs is charged."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = ["rest"]
        self._since = time.process_time()

    def begin(self, stage: str) -> None:
        """Charge what follows to a stage."""
        self._charge()
        self._running.append(stage)

    def end(self) -> None:
        """Charge what follows to the stage around it again."""
        self._charge()
        self._running.pop()

    def _charge(self) -> None:
        now = time.process_time()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its time charged to a stage; for a generator, the time until each value."""

        @wraps(function)
        def timed(*args: object, **options: object) -> object:
            self.begin(stage)
            try:
                result = function(*args, **options)
            finally:
                self.end()
            return self._timed_values(stage, result) if hasattr(result, "__next__") else result

        return timed

    def _timed_values(self, stage: str, values: Iterator[object]) -> Iterator[object]:
        while True:
            self.begin(stage)
            try:
                value = next(values)
            except StopIteration:
                return
            finally:
                self.end()
            yield value


def time_stages(folder: Path) -> dict[str, float]:
    """Processor seconds per stage of a check of the generated ledger in a folder."""
    command = importlib.import_module("billcheck.cli.main")
    words = ["check", str(folder / "SalesInvoices.csv"), "--contracts", str(folder / "contracts.json")]
    words += ["--as-of", AS_OF.isoformat(), "--exit-zero", "--processes", "1"]
    clock = Clock()
    with contextlib.ExitStack() as stack:
        for stage, places in STAGES.items():
            for place in places:
                module, _, path = place.partition(":")
                *owners, name = path.split(".")
                owner: Any = importlib.import_module(module)
                for part in owners:
                    owner = getattr(owner, part)
                stack.enter_context(patch.object(owner, name, clock.wrap(stage, getattr(owner, name))))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        command.main(words)
        clock.begin("rest")
    return clock.seconds


def main() -> None:
    """Read the command line and print a line per stage."""
    parser = argparse.ArgumentParser(description="Processor seconds of each stage of a check.")
    parser.add_argument("folder", type=Path, help="a folder written by benchmarks.generate")
    seconds = time_stages(parser.parse_args().folder)
    total = sum(seconds.values())
    for stage in (*STAGES, "rest"):
        print(f"{stage:<12} {seconds[stage]:>8.2f} s {seconds[stage] / total:>7.1%}")
    print(f"{'together':<12} {total:>8.2f} s")


if __name__ == "__main__":
    main()
