"""`billcheck recover open`: freeze one customer's arrears in a case.

Comes in: a report kept as JSON, a customer and a cause. Goes out: the file of a new case, or every reason why there is
none yet. Must not know what stands in a report.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_currency, parse_working_date
from billcheck.cli.console import write
from billcheck.cli.recover.arguments import add_day_option, add_teller_options, happened_on
from billcheck.errors import Problem, UsageError
from billcheck.report.page import line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.recovery.case import Case

NAME = "open"
HELP = "freeze one customer's arrears in a case"
DESCRIPTION = """\
Open a case about the arrears that a report kept as JSON has of one customer, in one currency. Refuses while something
about this customer is not settled, and says what settles it."""


class TakenCaseError(Problem):
    """There is a file of this name, and a case is never overwritten."""

    remedy = "Choose another name with -o, or go on with the case that is there."


def parse_override(text: str) -> tuple[str, str]:
    """A safeguard with the reason for passing it by, as ``overbilled=Credited by hand on 2 September``.

    Raises:
        ArgumentTypeError: It is not written so.
    """
    name, sign, reason = text.partition("=")
    if not sign or not name.strip() or not reason.strip():
        message = f"{text!r} lacks a reason; write it as SAFEGUARD=REASON"
        raise ArgumentTypeError(message)
    return name.strip(), reason.strip()


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("report", metavar="REPORT", help="a report as JSON, of billcheck check --output json=FILE")
    parser.add_argument("--customer", metavar="NAME", required=True, help="whose arrears, as the contracts spell it")
    parser.add_argument(
        "--currency", type=parse_currency, metavar="CODE", help="needed where the customer has arrears in several"
    )
    _add_cause_options(parser)
    add_report_options(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("case.json"),
        metavar="FILE",
        help="the file of the case (default: case.json)",
    )
    add_day_option(parser, "the day the case is opened")
    add_teller_options(parser)


def _add_cause_options(parser: ArgumentParser) -> None:
    """Why too little was billed, and since when."""
    parser.add_argument(
        "--cause", metavar="TEXT", required=True, help="why too little was billed, in one plain sentence"
    )
    parser.add_argument(
        "--found-on", type=parse_working_date, metavar="DATE", required=True, help="the day it was found"
    )
    parser.add_argument(
        "--at-fault",
        choices=("us", "client", "shared", "unknown"),
        default="us",
        help="whose mistake it is (default: us)",
    )
    parser.add_argument("--introduced-on", type=parse_working_date, metavar="DATE", help="since when it was there")
    parser.add_argument("--fixed-on", type=parse_working_date, metavar="DATE", help="the day it was put right")
    parser.add_argument("--prevention", metavar="TEXT", default="", help="what keeps it from happening again")


def add_report_options(parser: ArgumentParser) -> None:
    """`--contracts PATH` and `--override SAFEGUARD=REASON`, with which a report is read."""
    parser.add_argument(
        "--contracts",
        action="append",
        metavar="PATH",
        help="contract file or folder, to price what is still to come; may be given several times",
    )
    parser.add_argument(
        "--override",
        action="append",
        type=parse_override,
        default=[],
        metavar="SAFEGUARD=REASON",
        help="pass a safeguard by, for a reason that every brief prints; may be given several times",
    )


def run(arguments: Namespace) -> int:
    """Open the case and write its file."""
    from billcheck import load_contracts
    from billcheck.recovery.case_files import write_case
    from billcheck.recovery.events import Override, StatedCause
    from billcheck.recovery.opening import open_case
    from billcheck.report.recorded import read_report_text

    if arguments.output.exists():
        raise UsageError([TakenCaseError("--output", str(arguments.output))])
    case = open_case(
        read_report_text(arguments.report),
        customer=arguments.customer,
        currency=arguments.currency,
        cause=StatedCause(
            sentence=arguments.cause.strip(),
            found_on=arguments.found_on,
            at_fault=arguments.at_fault,
            introduced_on=arguments.introduced_on,
            fixed_on=arguments.fixed_on,
            prevention=arguments.prevention.strip(),
        ),
        on=happened_on(arguments),
        overrides=[Override(safeguard=name, reason=reason) for name, reason in arguments.override],
        contracts=load_contracts(*arguments.contracts) if arguments.contracts else None,
        by=arguments.by,
        note=arguments.note,
        name=arguments.report,
    )
    write_case(case, arguments.output)
    _say(case, arguments.output)
    return 0


def _say(case: Case, path: Path) -> None:
    from billcheck.recovery.status import opening_lines

    write([line(f"{path}: case {case.id} is opened."), *opening_lines(case)])
