"""Times the reading side alone, in one process, next to `csv.reader` doing nothing over the same file.

    python -m benchmarks.reading 100000 1000000

Three processes take turns: one runs `csv.reader`; one scans the file with keys that match nothing, so that every line
is parsed, judged and totalled and none is kept; one scans it with the keys of the generated contracts, which keep about
every other line. Seconds are those of the loop alone, without starting Python or loading contracts; medians count.
Python's cycle search is off, as it is in the command. Peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks.bench import DATA, SEED, Runs, run_timed
from benchmarks.generate import generate

FLOOR, NONE, CONTRACTS = "csv.reader", "no keys", "keys of contracts"
GOAL = 2.0


def time_floor(path: Path) -> tuple[float, float]:
    """Wall and processor seconds of `csv.reader` over a file."""
    import csv  # noqa: PLC0415 - each process loads only what it times

    began, busy = time.perf_counter(), time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.perf_counter() - began, time.process_time() - busy


def time_scan(path: Path, contracts: Path | None) -> tuple[float, float]:
    """Wall and processor seconds of one scan, with the keys of these contracts or with none."""
    from billcheck.connectors.files import read_ledger  # noqa: PLC0415 - as above
    from billcheck.ledger.source import Keys  # noqa: PLC0415

    keys = Keys()
    if contracts is not None:
        from billcheck.contracts.files import load_contracts  # noqa: PLC0415
        from billcheck.engine.keys import make_directory  # noqa: PLC0415

        keys = make_directory(load_contracts(contracts)).keys()
    (source,) = read_ledger(path).sources
    began, busy = time.perf_counter(), time.process_time()
    for _ in source.scan(keys):
        pass
    return time.perf_counter() - began, time.process_time() - busy


def measure(folder: Path, repeats: int) -> dict[str, Runs]:
    """What each of the three took; they take turns."""
    runs = {name: Runs() for name in (FLOOR, NONE, CONTRACTS)}
    output = folder / "reading.txt"
    for _ in range(repeats):
        for name, taken in runs.items():
            whole = Runs()
            run_timed([sys.executable, "-m", "benchmarks.reading", "--time", name, str(folder)], whole, output)
            seconds, busy = map(float, output.read_text(encoding="utf-8").split())
            taken.seconds.append(seconds)
            taken.busy.append(busy)
            taken.peaks += whole.peaks
    return runs


def print_times(lines: int, runs: dict[str, Runs]) -> None:
    """One line for each of the three."""
    headings = ("median s", "x csv.reader", "processor s", "x csv.reader", "peak MiB")
    print(f"{lines:>12,} lines     " + " ".join(f"{heading:>12}" for heading in headings))
    floor = runs[FLOOR]
    for name, taken in runs.items():
        ratio, busy_ratio = taken.time / floor.time, taken.busy_time / floor.busy_time
        figures = f"{taken.time:>12.2f} {ratio:>12.2f} {taken.busy_time:>12.2f} {busy_ratio:>12.2f} {taken.peak:>12.1f}"
        print(f"  {name:<20} {figures}")


def main() -> int:
    """Read the command line and measure each size; 1 where the largest takes more than twice `csv.reader`."""
    parser = argparse.ArgumentParser(description="Time the reading of generated ledgers next to csv.reader.")
    parser.add_argument("sizes", nargs="*", default=["100000"], help="numbers of lines (default: 100000)")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the generated ledgers")
    parser.add_argument("--time", choices=(FLOOR, NONE, CONTRACTS), help="time one of them over the ledger in a folder")
    arguments = parser.parse_args()
    if arguments.time:
        gc.disable()
        folder = Path(arguments.sizes[0])
        path = folder / "SalesInvoices.csv"
        contracts = folder / "contracts.json" if arguments.time == CONTRACTS else None
        print(*(time_floor(path) if arguments.time == FLOOR else time_scan(path, contracts)))
        return 0
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {arguments.repeats} runs each")
    ratio = 0.0
    for lines in map(int, arguments.sizes):
        folder = arguments.data / str(lines)
        if not (folder / "truth.json").exists():
            generate(folder, lines, SEED)
        runs = measure(folder, arguments.repeats)
        print_times(lines, runs)
        ratio = max(runs[name].busy_time for name in (NONE, CONTRACTS)) / runs[FLOOR].busy_time
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
