"""`billcheck demo`: the story of a client billed at half the agreed rate, from files shipped in the package.

Comes in: nothing, or a folder to save the story's files to. Goes out: what `check` makes of them, and the command that
does the same with one's own files. Must not know any figure of the story: all of them come from the files.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.check import choice_lines
from billcheck.cli.console import write
from billcheck.errors import Problem, UsageError
from billcheck.report import table
from billcheck.report.page import BLANK, Line, line
from billcheck.report.selection import select
from billcheck.report.verdict import verdict_lines

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.report.report import Report

NAME = "demo"
HELP = "run the story of a client billed at half the agreed rate"
DESCRIPTION = "Run the half-rate story from files shipped with billcheck, and show how to do the same with your own."

CONTRACTS = "contracts.toml"
LEDGER = "SalesInvoices.csv"
AS_OF = date(2026, 9, 4)
SAVE_EXAMPLE = "my-check"

_INTRODUCTION = (
    "A client is billed every month. Since spring something has been wrong with the invoices.",
    f"{CONTRACTS} holds what was agreed, {LEDGER} (a Xero export) what was billed.",
)


class TakenNameError(Problem):
    """There is a file of this name already, and it was not overwritten."""

    remedy = "Give another folder."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--save", metavar="DIR", type=Path, help="also write the story's files to this folder, to start from"
    )


def run(arguments: Namespace) -> int:
    """Save the files if asked to, run the story, print it."""
    if arguments.save is not None:
        _save(arguments.save)
    report = _report()
    selection = select(report)
    write(
        [
            *(line(text) for text in _INTRODUCTION),
            BLANK,
            *table.body_lines(report, selection),
            *choice_lines(report, selection),
            BLANK,
            *verdict_lines(report),
            BLANK,
            *_next_steps(arguments.save),
        ]
    )
    return 0


def _report() -> Report:
    from billcheck import check, load_contracts, read_ledger

    folder = files("billcheck.cli.demo")
    with as_file(folder / CONTRACTS) as contracts, as_file(folder / LEDGER) as ledger:
        report = check(load_contracts(contracts), read_ledger(ledger), as_of=AS_OF)
        selected = [report.rows_of(contract.id) for contract in report.agreements]
    # Where the package is installed says nothing to the reader, and the rows are kept beyond the files' life.
    named = tuple(replace(source, path=Path(source.path).name) for source in report.inputs)
    return replace(report, inputs=named, contracts=selected)


def _save(folder: Path) -> None:
    targets = {name: folder / name for name in (CONTRACTS, LEDGER)}
    taken = [TakenNameError(str(target)) for target in targets.values() if target.exists()]
    if taken:
        raise UsageError(taken)
    folder.mkdir(parents=True, exist_ok=True)
    source = files("billcheck.cli.demo")
    for name, target in targets.items():
        with target.open("xb") as file:
            file.write((source / name).read_bytes())


def _next_steps(saved: Path | None) -> list[Line]:
    folder = Path(SAVE_EXAMPLE) if saved is None else saved
    command = shlex.join(("billcheck", "check", str(folder / LEDGER), "--contracts", str(folder / CONTRACTS)))
    lines = [line("Do the same with your own files", "heading")]
    if saved is None:
        lines.append(line(f"billcheck demo --save {SAVE_EXAMPLE}", indent=2))
        lines.append(
            line("writes these two files; put your agreements and your export in their place, then:", indent=2)
        )
    else:
        lines.append(line(f"{folder} holds these two files; put your agreements and your export in their place, then:"))
    lines.append(line(f"{command} --as-of {AS_OF}", indent=2))
    return lines
