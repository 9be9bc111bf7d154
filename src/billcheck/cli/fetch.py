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

    from billcheck.connectors.base import Fetched, Request
    from billcheck.connectors.start import Start

NAME = "fetch"
HELP = "read a live ledger into a file that a check reads (Xero, QuickBooks)"
DESCRIPTION = """\
Read the invoices and credit notes of a window from a live ledger, and write them to a snapshot. Nothing in the ledger
is changed. What was read is kept until the snapshot is written: after an interruption, the same command asks only for
what is missing. Exit code: 0 everything was read and that is proved, 3 something may lack and the snapshot says what, 2
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
    parser.add_argument(
        "--fresh", action="store_true", help="read everything, whatever an interrupted run of the same left"
    )


def run(arguments: Namespace) -> int:
    """Fetch, and write the snapshot."""
    from billcheck.connectors.base import Request
    from billcheck.connectors.snapshot import snapshot_lines
    from billcheck.connectors.start import Start
    from billcheck.connectors.tokens import state_folder
    from billcheck.whole_files import write_whole

    request = Request(first_day=arguments.since, last_day=arguments.until, customers=tuple(arguments.customer))
    with Start(state_folder(os.environ), tell=note, is_fresh=arguments.fresh) as start:
        fetched = _fetched(arguments.connector, request, start)
        write_whole(arguments.out, "".join(snapshot_lines(fetched)))
        start.finish()
    _tell(fetched, arguments.out)
    return 0 if fetched.completeness.is_complete else INCOMPLETE


def _fetched(name: str, request: Request, start: Start) -> Fetched:
    """What was fetched; where it broke off, it is told what is kept."""
    from billcheck.connectors.faults import WaitError
    from billcheck.connectors.registry import load_connector
    from billcheck.connectors.start import fetch_with

    factory = load_connector(name)
    try:
        with factory(os.environ, tell=note) as connector, progress("Fetching"):
            return fetch_with(connector, request, start)
    except WaitError as error:
        error.keep(start.kept)
        raise
    except BaseException:
        if start.kept:
            note(f"{start.kept}: run the same command again, and it goes on from there.")
        raise


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
