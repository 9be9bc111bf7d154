"""`billcheck recover statement`: per period what was agreed, billed and missing.

Comes in: the file of a case. Goes out: the statement on standard output or in a file; the case stays as it is. Must not
know how a figure came about.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from calendar import monthrange
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.console import write_text
from billcheck.cli.recover.arguments import add_case_argument, case_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.recovery.time_shares import YearEnd

NAME = "statement"
HELP = "show per period what was agreed, billed and missing, with tax, by month and fiscal year"
DESCRIPTION = """\
Show the arrears of a case as the client may see them: every period with what was agreed, what was billed, the
difference, the document and its date; totals with tax by rate; what is owed back, apart; by month and by fiscal year.
Changes nothing."""

FORMATS = ("csv", "json", "markdown", "html")
_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-([0-3][0-9])")
_LEAP_YEAR = 2024


def parse_year_end(text: str) -> YearEnd:
    """The last day of fiscal years, written ``06-30``.

    Raises:
        ArgumentTypeError: It is not written so, or is no day of a calendar.
    """
    from billcheck.recovery.time_shares import YearEnd

    found = _MONTH_AND_DAY.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= monthrange(_LEAP_YEAR, int(found[1]))[1]:
        message = f"{text!r} is no day of the year; write it as 06-30"
        raise ArgumentTypeError(message)
    return YearEnd(int(found[1]), int(found[2]))


def add_year_end_option(parser: ArgumentParser) -> None:
    """`--fiscal-year-end MM-DD`."""
    parser.add_argument(
        "--fiscal-year-end",
        type=parse_year_end,
        metavar="MM-DD",
        help="last day of your fiscal years, to add up by them (default: 12-31)",
    )


def add_output_option(parser: ArgumentParser) -> None:
    """`-o FILE`."""
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there (default: standard output)")


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument("--format", choices=FORMATS, default="markdown", help="how to show it (default: markdown)")
    add_year_end_option(parser)
    add_output_option(parser)


def run(arguments: Namespace) -> int:
    """Show the statement."""
    from billcheck.recovery import statement_faces
    from billcheck.recovery.statement import make_statement

    made = make_statement(case_of(arguments), fiscal_year_end=arguments.fiscal_year_end)
    faces = {
        "csv": statement_faces.to_csv,
        "json": statement_faces.to_json,
        "markdown": statement_faces.to_markdown,
        "html": statement_faces.to_html,
    }
    deliver(faces[arguments.format](made), arguments.output)
    return 0


def deliver(text: str, output: Path | None) -> None:
    """Write a text whole into a file, or on standard output."""
    from billcheck.whole_files import write_whole

    if output is None:
        write_text(text)
    else:
        write_whole(output, text)
