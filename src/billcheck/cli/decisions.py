"""`billcheck decisions`: how every decision stands after a check, and the file without those that decide nothing.

Comes in: ledgers, contracts and the file of decisions. Goes out: a list on standard output, or a shorter file. Must not
know how a decision is judged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_format_option, add_reading_options
from billcheck.cli.console import write, write_text
from billcheck.cli.inputs import decisions_file, make_report
from billcheck.report.page import Line, Role, Span, grid, line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.decisions.rules import Outcome

NAME = "decisions"
HELP = "list what was decided and how it stands, or take out what decides nothing any more"
DESCRIPTION = """\
Run a check and list every decision with its standing, or take those out of the file that have nothing to decide any
more, or were replaced by a later one."""

_ROLES: dict[str, Role] = {"applied": "good", "smaller": "attention", "not_checked": "muted"}


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    listing = actions.add_parser("list", help="list every decision and how it stands", allow_abbrev=False)
    add_reading_options(listing, has_ledger_option=True)
    add_format_option(listing)
    pruning = actions.add_parser(
        "prune", help="take out of the file what has nothing to decide any more", allow_abbrev=False
    )
    add_reading_options(pruning, has_ledger_option=True)


def run(arguments: Namespace) -> int:
    """List or prune; the exit code says nothing about findings."""
    report = make_report(arguments)
    if arguments.action == "prune":
        return _prune(arguments, report.decisions)
    if arguments.format == "json":
        from billcheck.report.json_text import decision_table

        write_text(f"{json.dumps([decision_table(outcome) for outcome in report.decisions], indent=2)}\n")
    else:
        write(_listed(report.decisions))
    return 0


def _listed(outcomes: tuple[Outcome, ...]) -> list[Line]:
    from billcheck.report.decided import describe, reason_of

    if not outcomes:
        return [line("No decision was made.", "muted")]
    cells = [
        (
            Span(outcome.decision.place),
            Span(str(outcome.standing).replace("_", " "), _ROLES.get(outcome.standing, "bad")),
            Span(f"{describe(outcome.decision)}: {outcome.remark}. {reason_of(outcome.decision)}"),
        )
        for outcome in outcomes
    ]
    return grid(cells, ("left", "left", "left"), head=False)


def _prune(arguments: Namespace, outcomes: tuple[Outcome, ...]) -> int:
    from billcheck.decisions.standing import prunable
    from billcheck.decisions.writing import without
    from billcheck.report.decided import describe
    from billcheck.whole_files import write_whole

    numbers = prunable(outcomes)
    if not numbers:
        write([line("Every decision is kept.")])
        return 0
    file = Path(decisions_file(arguments))
    write_whole(file, without(str(file), file.read_text(encoding="utf-8"), numbers))
    taken = [outcomes[number] for number in sorted(numbers)]
    write([line(f"Taken out: {describe(outcome.decision)}: {outcome.remark}") for outcome in taken])
    return 0
