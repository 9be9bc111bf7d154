"""`billcheck recover reopen`: begin a case anew, with the figures of a later report or as they are.

Comes in: the file of a case, a reason and perhaps a report. Goes out: the file with one more event. Must not know what
stands in a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.recover.arguments import (
    add_case_argument,
    add_day_option,
    add_teller_options,
    case_of,
    happened_on,
    keep,
)
from billcheck.cli.recover.open import add_report_options

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "reopen"
HELP = "begin a case anew, with the figures of a later report or as they are"
DESCRIPTION = """\
Reopen a case. With a report its arrears are those of the report from now on; a claim grows in no other way. Whatever
the client was told before, they have to hear of it again before anything is drafted."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why")
    parser.add_argument("--report", metavar="REPORT", help="a later report as JSON, whose figures count from now on")
    add_report_options(parser)
    add_day_option(parser, "the day it is reopened")
    add_teller_options(parser)


def run(arguments: Namespace) -> int:
    """Reopen it and write its file."""
    from billcheck import load_contracts
    from billcheck.recovery.events import Override
    from billcheck.recovery.opening import reopen_case
    from billcheck.report.recorded import read_report_text

    case = reopen_case(
        case_of(arguments),
        reason=arguments.reason.strip(),
        report=None if arguments.report is None else read_report_text(arguments.report),
        on=happened_on(arguments),
        overrides=[Override(safeguard=name, reason=reason) for name, reason in arguments.override],
        contracts=load_contracts(*arguments.contracts) if arguments.contracts else None,
        by=arguments.by,
        note=arguments.note,
        name=arguments.report or "report",
    )
    return keep(case, arguments.case, "reopened. Talk to the client again before anything is drafted.")
