"""Times a check of one large export next to the same documents in many small files, as Xero exports 500 at a time.

    python -m benchmarks.many_files --lines 1430000

A generated ledger is cut between documents into files of 500 documents each (1,430,000 lines make about two thousand
files). Two checks take turns, each a whole process: of the one file, and of the folder. Both must come to the same
totals, and the many files may cost no more time than a tenth above the one, and no more memory.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.agreements import AS_OF, FIRST_DAY
from benchmarks.bench import DATA, SEED, Runs, check_command, load, run_timed
from benchmarks.generate import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = 500
SLACK = 1.1
PROFILE = "xero.sales-invoices:day-first"
"""A file of few documents may hold no date that shows the order."""
COVERS = f"{FIRST_DAY}..{AS_OF}"


def documents_of(path: Path) -> Iterator[list[list[str]]]:
    """The rows of each document of an export, one after the other; the heading comes first."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        heading = next(reader)
        yield [heading]
        number, customer = heading.index("InvoiceNumber"), heading.index("ContactName")
        rows: list[list[str]] = []
        for row in reader:
            if rows and (row[number], row[customer]) != (rows[0][number], rows[0][customer]):
                yield rows
                rows = []
            rows.append(row)
        yield rows


def cut(path: Path, folder: Path) -> int:
    """Cut an export into files of 500 documents in a folder; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = documents_of(path)
    heading = next(documents)
    held: list[list[str]] = []
    files = 0
    for count, rows in enumerate(documents, 1):
        held += rows
        if count % DOCUMENTS == 0:
            files += 1
            _write(folder / f"export-{files:05}.csv", heading + held)
            held = []
    if held:
        files += 1
        _write(folder / f"export-{files:05}.csv", heading + held)
    return files


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def measure(folder: Path, repeats: int) -> tuple[Runs, Runs, bool]:
    """The one file, the many, and whether both came to the same totals and causes."""
    one, many = Runs(), Runs()
    places = str(folder / "SalesInvoices.csv"), str(folder / "parts")
    for _ in range(repeats):
        for runs, place in zip((one, many), places, strict=True):
            run_timed(command_of(folder, place, "table"), runs, folder / "report.txt")
    reports = []
    for place in places:
        run_timed(command_of(folder, place, "json"), Runs(), folder / "report.json")
        reports.append(load(folder / "report.json"))
    names = ("verdict", "totals", "coverage", "causes", "outside", "residue")
    return one, many, all(reports[0][name] == reports[1][name] for name in names)


def command_of(folder: Path, place: str, output_format: str) -> list[str]:
    """The check of one file or a folder; files of just 500 documents may be cut unless what they cover is declared."""
    words = check_command(folder, output_format, 1)
    words = [place if word.endswith("SalesInvoices.csv") else word for word in words]
    return [*words, "--profile", PROFILE, "--covers", COVERS]


def main() -> int:
    """Read the command line and measure; 1 where many files cost more, or come to something else."""
    parser = argparse.ArgumentParser(
        description="Time a check of one export next to the same in files of 500 documents."
    )
    parser.add_argument("--lines", type=int, default=100_000, help="lines of the ledger (default: 100000)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the generated ledgers")
    arguments = parser.parse_args()
    folder = arguments.data / str(arguments.lines)
    if not (folder / "truth.json").exists():
        generate(folder, arguments.lines, SEED)
    files = len(list((folder / "parts").glob("*.csv"))) or cut(folder / "SalesInvoices.csv", folder / "parts")
    one, many, is_same = measure(folder, arguments.repeats)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {arguments.repeats} runs each, one process")
    for name, runs in (("one file", one), (f"{files:,} files", many)):
        print(f"  {name:<14} {runs.time:>8.2f} s {runs.busy_time:>8.2f} s of processor {runs.peak:>8.1f} MiB")
    print(f"  many to one: {many.busy_time / one.busy_time:.2f} x processor time, {many.peak / one.peak:.2f} x memory")
    print("  the same totals, causes and outside" if is_same else "  DIFFERENT totals, causes or outside")
    return 0 if is_same and max(many.busy_time / one.busy_time, many.peak / one.peak) <= SLACK else 1


if __name__ == "__main__":
    sys.exit(main())
