"""`billcheck diff`: what changed from one report to a later one.

Comes in: two files of JSON reports. Goes out: what is new, grown, shrunk, settled or decided, and an exit code. Must
not know ledgers or contracts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_kinds
from billcheck.cli.console import write, write_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "diff"
HELP = "show what changed from one JSON report to a later one"
DESCRIPTION = """\
Compare two reports that were kept as JSON: what is new, settled, grown, shrunk or decided. Exit code: 1 where anything
is new or has grown, else 0; 2 where a file is no report."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("earlier", metavar="REPORT_A", help="the earlier report, as JSON")
    parser.add_argument("later", metavar="REPORT_B", help="the later report, as JSON")
    parser.add_argument(
        "--format", choices=("table", "json", "markdown"), default="table", help="how to show it (default: table)"
    )
    parser.add_argument(
        "--fail-on",
        type=parse_kinds,
        metavar="KIND,...",
        help="kinds of findings that give exit code 1 where they are new or have grown (default: any)",
    )


def run(arguments: Namespace) -> int:
    """Compare, print, and return the exit code, which is the same for every format."""
    from billcheck import compare_reports
    from billcheck.report import comparison_faces
    from billcheck.report.comparison import WORSE

    comparison = compare_reports(arguments.earlier, arguments.later)
    if arguments.format == "json":
        write_text(comparison_faces.to_json(comparison))
    elif arguments.format == "markdown":
        write_text(comparison_faces.to_markdown(comparison))
    else:
        write(comparison_faces.to_lines(comparison))
    if arguments.fail_on is None:
        return comparison.exit_code
    return int(any(step.outcome in WORSE and step.kind in arguments.fail_on for _, step in comparison.steps))
