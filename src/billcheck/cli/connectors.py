"""`billcheck connectors`: the connectors to live ledgers that are installed.

Comes in: nothing. Goes out: a list on standard output. Loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.console import write
from billcheck.report.page import Span, grid

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "connectors"
HELP = "list the connectors to live ledgers that are installed"
DESCRIPTION = "List every connector that is installed, with the distribution and version that bring it."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    actions.add_parser("list", help="list them", allow_abbrev=False)


def run(_: Namespace) -> int:
    """List them."""
    from billcheck.connectors.registry import list_connectors

    rows = [
        (Span("Connector"), Span("Brought by"), Span("Version")),
        *((Span(each.name), Span(each.distribution), Span(each.version)) for each in list_connectors()),
    ]
    write(grid(rows, ("left", "left", "left")))
    return 0
