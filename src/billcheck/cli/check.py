"""`billcheck check`: was it billed as agreed, and how to ask for what was not.

Comes in: ledgers, contracts and options. Goes out: a report on standard output and an exit code. Must not know how
anything is read or worked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_reading_options, add_scope_options, add_threshold_options
from billcheck.cli.console import write
from billcheck.cli.inputs import make_report
from billcheck.cli.outputs import (
    add_output_options,
    deliver,
    inputs_of,
    ledger_folders_of,
    refuse_outputs,
    snapshots_of,
)
from billcheck.findings import Verdict
from billcheck.report import table
from billcheck.report.page import BLANK, Line, line, plain
from billcheck.report.places import Places
from billcheck.report.redaction import Redaction
from billcheck.report.selection import select
from billcheck.report.verdict import verdict_lines

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.recovery.case import Case
    from billcheck.report.report import Report
    from billcheck.report.selection import Selection

NAME = "check"
HELP = "check what was billed against what was agreed"
DESCRIPTION = """\
Check ledgers against contracts: which periods were billed too low, too high or not at all, to the cent, and the two
ways to ask the client for what is missing. Exit code: 0 clean, 1 findings, 3 inconclusive or incomplete, 2 nothing
could be checked."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    add_reading_options(parser)
    add_output_options(parser)
    add_scope_options(parser)
    add_threshold_options(parser)
    parser.add_argument(
        "--case",
        action="append",
        default=[],
        metavar="CASE",
        help="the file of a case: an invoice far above what was agreed for it, with no notice on record, is a finding; "
        "may be given several times",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 instead of 1; 2 and 3 stay what they are")


def run(arguments: Namespace) -> int:
    """Check, write the files asked for, print, and return the exit code, which is the same for every format."""
    refuse_outputs(
        [*arguments.output, *snapshots_of(arguments)],
        [*inputs_of(arguments), *arguments.case],
        ledger_folders_of(arguments),
    )
    report = make_report(arguments, cases=_cases(arguments))
    shown, places = report, Places(report)
    if arguments.redact:
        redaction = Redaction(report, names="names" in arguments.redact, amounts="amounts" in arguments.redact)
        shown, places = redaction.report, Places(report, redaction.path)
    if not deliver(shown, arguments, places, lambda: plain(_table_lines(shown))):
        write(_table_lines(shown))
    if arguments.exit_zero and report.verdict is Verdict.FINDINGS:
        return 0
    return report.exit_code


def _cases(arguments: Namespace) -> list[Case]:
    """The cases of the command line; none where none is given, and nothing of them is loaded."""
    if not arguments.case:
        return []
    from billcheck.recovery.case_files import load_case

    return [load_case(path) for path in arguments.case]


def _table_lines(report: Report) -> list[Line]:
    selection = select(report)
    choices = [] if report.redacted else choice_lines(report, selection)
    return [*table.body_lines(report, selection), *choices, BLANK, *verdict_lines(report)]


def choice_lines(report: Report, selection: Selection) -> list[Line]:
    """The choices for the customers whose contracts are shown; none without arrears."""
    from billcheck.recovery import choices_page
    from billcheck.recovery.options import make_options

    if not any(totals.arrears for totals in report.totals):
        return []
    shown = None if not selection.left_out else {item.contract.id for item in selection.shown}
    lines: list[Line] = []
    for options in make_options(report, contracts=shown):
        lines.append(BLANK)
        lines.extend(choices_page.to_lines(options))
    if lines and not report.complete:
        warning = (
            "The check is incomplete: what could not be read, or is not in these files, may bill what looks unbilled. "
            "Settle that before any talk."
        )
        return [BLANK, line(warning, "attention"), *lines]
    return lines
