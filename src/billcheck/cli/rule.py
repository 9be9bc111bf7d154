"""`billcheck rule`: what a kind of finding means, whether it fails a check, and what settles it.

Comes in: a kind, or nothing. Goes out: its entry in the catalogue, or a list of all kinds. Must not know reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_kind
from billcheck.cli.console import write
from billcheck.findings import KINDS, Severity
from billcheck.report.page import Line, Span, grid, line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "rule"
HELP = "say what a kind of finding means and what settles it"
DESCRIPTION = (
    "Say what a kind of finding means, whether it fails a check, and what settles it; list all kinds without one."
)


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "kind", nargs="?", type=parse_kind, metavar="KIND", help="a kind of finding (default: list them all)"
    )


def run(arguments: Namespace) -> int:
    """Print the entry, or the list."""
    write(_all() if arguments.kind is None else _one(arguments.kind))
    return 0


def _one(kind: str) -> list[Line]:
    entry = KINDS[kind]
    facts = (
        ("Meaning", entry.meaning),
        ("Severity", f"{entry.severity}, {_effect(entry.severity)} (--fail-on changes that)"),
        ("What settles it", entry.settled_by),
    )
    cells = [(Span(name, "muted"), Span(text)) for name, text in facts]
    return [line(kind, "heading"), *grid(cells, ("left", "left"), indent=2, head=False)]


def _all() -> list[Line]:
    rows = [
        ("Kind", "Severity", "Meaning"),
        *((kind, str(entry.severity), entry.meaning) for kind, entry in KINDS.items()),
    ]
    return grid([tuple(Span(word) for word in row) for row in rows], ("left", "left", "left"))


def _effect(severity: Severity) -> str:
    return "fails a check" if severity is Severity.ERROR else "informs"
