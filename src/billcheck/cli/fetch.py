"""`billcheck fetch`: what a live ledger holds of a window, as a snapshot.

Comes in: the name of a connector and a window. Goes out: a file that `billcheck check` reads like any ledger. Must not
know any ledger.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli import clock
from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import note, progress
from billcheck.cli.live import ReversedDaysError, fetch_from, refuse_place, tell_counts
from billcheck.errors import UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from billcheck.connectors.base import Fetched

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
        type=parse_working_date,
        metavar="DATE",
        help="documents dated up to this day, inclusive (default: today, which is said)",
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
        "--update",
        action="store_true",
        help="ask only for what was changed since the last --update, and say what became of FILE's documents",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="read everything, whatever an earlier run of the same left"
    )


def run(arguments: Namespace) -> int:
    """Fetch, and write the snapshot."""
    from billcheck.connectors.base import Request
    from billcheck.connectors.live import keep
    from billcheck.connectors.start import Start
    from billcheck.connectors.tokens import state_folder

    until: date | None = arguments.until
    if until is None:
        until = clock.today()
        note(f"Documents up to {until}, which is today; give --until for a window that stays the same.")
    if until < arguments.since:
        window = f"{arguments.since}..{until}"
        raise UsageError([ReversedDaysError("--since", window, remedy="Give a last day that is not before the first.")])
    refuse_place("--out", arguments.out)
    request = Request(first_day=arguments.since, last_day=until, customers=tuple(arguments.customer))
    folder = state_folder(os.environ)
    how = {"is_update": arguments.update, "is_fresh": arguments.fresh}
    with (
        progress(f"Fetching {arguments.connector}:") as show,
        Start(folder, tell=note, show=show, **how) as start,
    ):
        fetched = fetch_from(start, arguments.connector, request)
        if arguments.update:
            fetched = _compared(fetched, arguments.out)
        keep(fetched, arguments.out)
        start.finish()
    _tell(fetched, arguments.out)
    return 0 if fetched.completeness.is_complete else INCOMPLETE


def _compared(fetched: Fetched, path: Path) -> Fetched:
    """What was fetched, saying what vanished since the snapshot that is in the file; the rest is told."""
    from billcheck.connectors.comparison import compare_documents, listed_differences, with_what_vanished
    from billcheck.connectors.snapshot import read_snapshot
    from billcheck.errors import LedgerRefusedError

    try:
        with path.open("rb") as lines:
            before = read_snapshot(str(path), lines)
    except FileNotFoundError:
        note(f"{path}: there was no snapshot to compare with.")
        return fetched
    except LedgerRefusedError as error:
        note(f"{error}\nIt is not compared with, and written anew.")
        return fetched
    old, new = before.completeness, fetched.completeness
    if (old.connector, old.organisation_id, old.request) != (new.connector, new.organisation_id, new.request):
        note(f"{path}: it held another fetch, so there is nothing to compare with.")
        return fetched
    differences = compare_documents(before.documents, fetched.documents)
    told = list(listed_differences(differences)) or ["Nothing became of its documents."]
    note("\n  ".join([f"{path}: since {old.read_at:%Y-%m-%d %H:%M} UTC:", *told]))
    return with_what_vanished(fetched, before, differences.gone)


def _tell(fetched: Fetched, path: Path) -> None:
    tell_counts(str(path), fetched)
    for doubt in fetched.completeness.shortcomings:
        note(f"  May lack something: {doubt}")
    for remark in fetched.completeness.blind_spots:
        note(f"  {remark}")
