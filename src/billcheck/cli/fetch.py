"""`billcheck fetch`: what a live ledger holds of a window, as a snapshot.

Comes in: the name of a connector and a window. Goes out: a file that `billcheck check` reads like any ledger. Must not
know any ledger.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import note, progress

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.connectors.base import Fetched

NAME = "fetch"
HELP = "read a live ledger into a file that a check reads (Xero, QuickBooks)"
DESCRIPTION = """\
Read the invoices and credit notes of a window from a live ledger, and write them to a snapshot. Nothing in the ledger
is changed. Exit code: 0 everything was read and that is proved, 3 something may lack and the snapshot says what, 2
nothing was written."""

INCOMPLETE = 3


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("connector", metavar="CONNECTOR", help="such as xero; billcheck connectors lists them")
    parser.add_argument(
        "--since", required=True, type=parse_working_date, metavar="DATE", help="documents dated from this day on"
    )
    parser.add_argument(
        "--until",
        required=True,
        type=parse_working_date,
        metavar="DATE",
        help="documents dated up to this day, inclusive",
    )
    parser.add_argument(
        "--customer",
        action="append",
        default=[],
        metavar="NAME",
        help="only of this customer, by name or id; repeatable",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the snapshot, as in ledger.jsonl")


def run(arguments: Namespace) -> int:
    """Fetch, and write the snapshot."""
    from billcheck.connectors.base import Request
    from billcheck.connectors.registry import load_connector
    from billcheck.connectors.snapshot import snapshot_lines
    from billcheck.whole_files import write_whole

    request = Request(first_day=arguments.since, last_day=arguments.until, customers=tuple(arguments.customer))
    factory = load_connector(arguments.connector)
    with factory(os.environ, tell=note) as connector, progress("Fetching"):
        fetched = connector.fetch(request)
    write_whole(arguments.out, "".join(snapshot_lines(fetched)))
    _tell(fetched, arguments.out)
    return 0 if fetched.completeness.is_complete else INCOMPLETE


def _tell(fetched: Fetched, path: Path) -> None:
    completeness = fetched.completeness
    note(f"{path}: {len(fetched.documents)} documents of {completeness.organisation}.")
    for count in completeness.counts:
        remark = "" if count.read == count.stated else ", which is not all"
        note(f"  {count.kind}: {count.read} read, {count.stated} in the ledger{remark}.")
    for doubt in completeness.shortcomings:
        note(f"  May lack something: {doubt}")
    for remark in completeness.blind_spots:
        note(f"  {remark}")
