"""Times `billcheck check` as a whole process next to a whole process that only runs `csv.reader` over the same file.

    python -m benchmarks.bench 100000 1000000

The two alternate in one run, several times; medians count. Peak memory is that of each process. One more check says
what each stage takes. Afterwards the figures
of the report are held against the truth of the generated ledger, contract by contract, to the cent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from math import log10
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.agreements import AS_OF
from benchmarks.generate import generate

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parent / "data"
SEED = 7
KIB_PER_MIB = 1024
SHOWN_DIFFERENCES = 10
READ_ONLY = (
    "import csv, sys\n"
    "with open(sys.argv[1], encoding='utf-8', newline='') as file:\n"
    "    for row in csv.reader(file):\n"
    "        pass\n"
)


@dataclass(slots=True)
class Runs:
    """What one command took: wall seconds, seconds of processor time and peak MiB of each run."""

    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    @property
    def time(self) -> float:
        """The median of the seconds."""
        return median(self.seconds)

    @property
    def busy_time(self) -> float:
        """The median of the seconds of processor time."""
        return median(self.busy)

    @property
    def peak(self) -> float:
        """The median of the peak MiB."""
        return median(self.peaks)


class CommandFailedError(Exception):
    """A timed command did not end with exit code 0."""


def run_timed(command: Sequence[str], runs: Runs, output: Path) -> None:
    """Run a command once and add what it took to `runs`; its standard output goes to a file.

    Raises:
        CommandFailedError: It ended with another exit code than 0.
    """
    errors = output.with_suffix(".errors.txt")
    with output.open("wb") as file, errors.open("wb") as error_file:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=file, stderr=error_file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # it is reaped already
    if process.returncode:
        text = errors.read_text(encoding="utf-8", errors="replace")
        raise CommandFailedError(f"{' '.join(command)}\nended with {process.returncode}:\n{text[-2000:]}")
    runs.seconds.append(seconds)
    runs.busy.append(usage.ru_utime + usage.ru_stime)
    runs.peaks.append(usage.ru_maxrss / KIB_PER_MIB)


def check_command(folder: Path, output_format: str, processes: int | None = None) -> list[str]:
    """The command line of a check of the generated ledger."""
    command = [sys.executable, "-m", "billcheck", "check", str(folder / "SalesInvoices.csv")]
    command += ["--contracts", str(folder / "contracts.json"), "--as-of", AS_OF.isoformat()]
    command += [] if processes is None else ["--processes", str(processes)]
    return [*command, "--exit-zero", "--format", output_format]


def measure(folder: Path, repeats: int, processes: int | None = None) -> tuple[Runs, Runs]:
    """Reading only, and the check, in turns."""
    reading, checking = Runs(), Runs()
    for _ in range(repeats):
        run_timed([sys.executable, "-c", READ_ONLY, str(folder / "SalesInvoices.csv")], reading, folder / "none.txt")
        run_timed(check_command(folder, "table", processes), checking, folder / "report.txt")
    return reading, checking


def compare_with_truth(folder: Path) -> list[str]:
    """What the report says otherwise than the truth; empty where every contract agrees to the cent."""
    run_timed(check_command(folder, "json"), Runs(), folder / "report.json")
    report = load(folder / "report.json")
    truth = load(folder / "truth.json")
    wanted: dict[str, Counter[str]] = {}
    kinds: dict[str, str] = {}
    for leak in truth["leaks"]:
        amounts = wanted.setdefault(leak["contract"], Counter())
        kinds[leak["contract"]] = leak["kind"]
        for name in ("arrears", "overbilled"):
            amounts[name] += _cents(leak[name])
    differences = []
    for contract in report["contracts"]:
        expected = wanted.pop(contract["contract"], Counter())
        found = {name: _cents(contract[name]) for name in ("arrears", "overbilled")}
        if any(found[name] != expected[name] for name in found):
            kind = kinds.get(contract["contract"], "no leak")
            differences.append(f"{contract['contract']} ({kind}): found {found}, truth {dict(expected)}")
    differences += [f"{contract}: not in the report, truth {dict(amounts)}" for contract, amounts in wanted.items()]
    for total in report["totals"]:
        for name in ("arrears", "overbilled"):
            true_amount = truth[name].get(total["currency"], "0.00")
            if _cents(total[name]) != _cents(true_amount):
                differences.append(f"{name} {total['currency']}: found {total[name]}, truth {true_amount}")
    return differences


def _cents(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def load(path: Path) -> Any:  # noqa: ANN401 - a JSON document
    """The document in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def _print_times(lines: int, reading: Runs, checking: Runs) -> None:
    headings = ("median s", "x csv.reader", "processor s", "x csv.reader", "peak MiB")
    print(f"{lines:>12,} lines   " + " ".join(f"{heading:>12}" for heading in headings))
    for name, runs in (("csv.reader", reading), ("billcheck check", checking)):
        busy = runs.busy_time
        ratio, busy_ratio = runs.time / reading.time, busy / reading.busy_time
        figures = f"{runs.time:>12.2f} {ratio:>12.2f} {busy:>12.2f} {busy_ratio:>12.2f} {runs.peak:>12.1f}"
        print(f"  {name:<18} {figures}")


def main() -> int:
    """Read the command line, measure each size, then compare each with its truth; 1 where a figure is wrong."""
    parser = argparse.ArgumentParser(description="Time billcheck check next to csv.reader on generated ledgers.")
    parser.add_argument("lines", type=int, nargs="*", default=[100_000], help="numbers of lines (default: 100000)")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--processes", type=int, help="how many a check may use (default: one for each processor)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the generated ledgers")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {arguments.repeats} runs each")
    times: list[tuple[int, float]] = []
    for lines in arguments.lines:
        folder = arguments.data / str(lines)
        if not (folder / "truth.json").exists():
            generate(folder, lines, SEED)
        reading, checking = measure(folder, arguments.repeats, arguments.processes)
        _print_times(lines, reading, checking)
        times.append((lines, checking.time))
        stages = [sys.executable, "-m", "benchmarks.stages", str(folder)]
        run_timed(stages, Runs(), folder / "stages.txt")
        print((folder / "stages.txt").read_text(encoding="utf-8"), end="")
    for (few, short), (many, long) in pairwise(times):
        print(f"growth from {few:,} to {many:,} lines: exponent {log10(long / short) / log10(many / few):.2f}")
    is_right = True
    for lines in arguments.lines:
        differences = compare_with_truth(arguments.data / str(lines))
        is_right = is_right and not differences
        print(f"{lines:,} lines against the truth: {len(differences) or 'no'} differences")
        for difference in differences[:SHOWN_DIFFERENCES]:
            print(f"  {difference}")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
