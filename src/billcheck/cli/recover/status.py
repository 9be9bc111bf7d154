"""`billcheck recover status`: where a case stands, and what to do next.

Comes in: the file of a case. Goes out: its state, sums, plan and next steps on standard output. Must not know how they
are worked out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_format_option, parse_working_date
from billcheck.cli.console import write, write_text
from billcheck.cli.recover.arguments import add_case_argument, case_of, day_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "status"
HELP = "where a case stands, and what to do next"
DESCRIPTION = "Show the state of a case, its sums, its documents, how its plan of payments goes, and what to do next."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument(
        "--as-of", type=parse_working_date, metavar="DATE", help="the day to look from (default: today, which is said)"
    )
    add_format_option(parser)


def run(arguments: Namespace) -> int:
    """Show it."""
    from billcheck.recovery.status import make_status, to_lines, to_table

    status = make_status(case_of(arguments), as_of=day_of(arguments, "as_of"))
    if arguments.format == "json":
        write_text(f"{json.dumps(to_table(status), indent=2)}\n")
    else:
        write(to_lines(status))
    return 0
