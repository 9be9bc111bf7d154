"""Live ledgers on a command line: ``xero:`` where a ledger file could stand.

Comes in: the words of a command line. Goes out: which of them name a live ledger, and each of those fetched, as a
ledger or as the file that its snapshot was asked to be kept in. Must not know any of them, or what a check does.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.console import note, progress
from billcheck.errors import Problem, UsageError, said_of
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from datetime import date

    from billcheck import Limits
    from billcheck.configuration.rules import LedgerFile
    from billcheck.connectors.base import Fetched, Request
    from billcheck.connectors.start import Start
    from billcheck.ledger.source import Source

_NAME = re.compile(r"([a-z][a-z0-9-]+):")
"""At least two characters, so that it is no drive."""


class NoLiveLedgerError(Problem):
    """No live ledger is named that this would say something of."""

    remedy = "Name one, such as xero:, or leave this out; what a file holds needs no window."


class NoFirstDayError(Problem):
    """A live ledger is read from a day on, and none is given."""

    remedy = "Give --since DATE, such as the day on which the oldest contract starts."


class ReversedDaysError(Problem):
    """The last day lies before the first."""

    remedy = "Without --until, documents up to the day of the check are read."


class NamedTwiceError(Problem):
    """The live ledger is named twice, so its documents would count twice."""

    remedy = "Name it once."


class NoColonError(Problem):
    """There is no such file or folder."""


class SnapshotFilesError(Problem):
    """Every live ledger needs a file of its own to be kept in."""

    remedy = "Give --snapshot FILE once for each, in their order, or not at all."


class NoSnapshotThereError(Problem):
    """The file is there already and is no snapshot, so it is not replaced."""

    remedy = "Name another file, or take this one away first."


class UnwritablePlaceError(Problem):
    """No snapshot can be written there."""

    remedy = "Name a file, such as ledger.jsonl, in a folder that may be written to."


@dataclass(frozen=True, slots=True)
class LiveLedger:
    """A live ledger, by the name of its connector."""

    name: str

    def __str__(self) -> str:
        return f"{self.name}:"


def live_or_path(word: str) -> str | LiveLedger:
    """What a word means that names a ledger: ``xero:`` the live one, everything else a path."""
    found = _NAME.fullmatch(word)
    return word if found is None else LiveLedger(found[1])


def refuse_names_without_colon(files: Iterable[str | LedgerFile]) -> None:
    """Refuse what names no file but, if it were written otherwise, a live ledger.

    Raises:
        UsageError: There is such a word.
    """
    names: dict[str, str] = {}
    for file in files:
        path = os.fspath(file)
        name = Path(path).name.rstrip(": ").casefold()
        if name and not Path(path).exists():
            names.setdefault(path, name)
    if not names:
        return
    from billcheck.connectors.registry import list_connectors

    known = {connector.name for connector in list_connectors()}
    problems = [
        NoColonError(path, remedy=f"On a command line, {name}: (with a colon) reads the live ledger.")
        for path, name in names.items()
        if name in known
    ]
    if problems:
        raise UsageError(problems)


def fetch_live(arguments: Namespace, live: Sequence[LiveLedger], as_of: date, limits: Limits) -> list[Source]:
    """Every live ledger that is named, fetched; its snapshot is kept where that was asked for.

    Args:
        arguments: The command line, with the window and where snapshots go.
        live: The ledgers.
        as_of: The last day that is of interest.
        limits: What a ledger may hold at most.

    Raises:
        UsageError: The options make no sense beside these ledgers, or there is no such connector.
        ConnectorError: A ledger could not be read.
    """
    if live:
        from billcheck.connectors.registry import load_connector

        for ledger in live:
            load_connector(ledger.name)  # one that is not there is told before anything else
    request = _request(arguments, live, as_of)
    if request is None:
        return []
    from billcheck import read_ledger
    from billcheck.connectors.live import hold, keep
    from billcheck.connectors.start import Start
    from billcheck.connectors.tokens import state_folder

    for file in arguments.snapshot:
        refuse_place("--snapshot", file)
    kept: Sequence[Path | None] = arguments.snapshot or [None] * len(live)
    found: list[Source] = []
    for ledger, file in zip(live, kept, strict=True):
        with progress(f"Fetching {ledger}") as show, Start(state_folder(os.environ), tell=note, show=show) as start:
            fetched = fetch_from(start, ledger.name, request)
            tell_counts(str(ledger) if file is None else str(file), fetched)
            if file is not None:
                keep(fetched, file)
            start.finish()
        opened = hold(str(ledger), fetched, limits) if file is None else read_ledger(file, limits=limits)
        found += opened.sources
    return found


def refuse_place(option: str, file: Path) -> None:
    """Refuse a place where no snapshot can be written, or that holds something else, before anything is read.

    Folders that lack are made when it is written.

    Raises:
        UsageError: It is a folder, is in one that cannot be written to, or holds what is no snapshot.
        OSError: It cannot be read.
    """
    from billcheck.connectors.base import SNAPSHOT_MARK

    above = next(folder for folder in file.absolute().parents if folder.exists())
    if file.is_dir() or not above.is_dir() or not os.access(above, os.W_OK):
        raise UsageError([UnwritablePlaceError(option, str(file))])
    if not file.exists():
        return
    with file.open("rb") as there:
        begin = there.read(len(SNAPSHOT_MARK))
    if begin not in {b"", SNAPSHOT_MARK}:
        raise UsageError([NoSnapshotThereError(option, str(file))])


def fetch_from(start: Start, name: str, request: Request) -> Fetched:
    """What a connector reads; where it breaks off, it is told what is kept.

    Args:
        start: From what the fetch starts.
        name: The name of the connector.
        request: What is wanted.

    Raises:
        UsageError: There is no such connector, or something of the environment is missing or makes no sense.
        ConnectorError: The ledger could not be read.
    """
    from billcheck.connectors.faults import WaitError
    from billcheck.connectors.registry import load_connector
    from billcheck.connectors.start import fetch_with

    factory = load_connector(name)
    try:
        with factory(os.environ, tell=note) as connector:
            return fetch_with(connector, request, start)
    except WaitError as error:
        error.keep(start.kept)
        raise
    except BaseException:
        if start.kept:
            note(f"{start.kept}: run the same command again, and it goes on from there.")
        raise


def tell_counts(path: str, fetched: Fetched) -> None:
    """Remarks on what was fetched."""
    completeness = fetched.completeness
    note(said_of(path, f"{counted(len(fetched.documents), 'document')} of {completeness.organisation}."))
    for count in completeness.counts:
        remark = "" if count.read == count.stated else ", which is not all"
        note(f"  {count.kind}: {count.read} read, {count.stated} in the ledger{remark}.")


def _request(arguments: Namespace, live: Sequence[LiveLedger], as_of: date) -> Request | None:
    """What is wanted of the live ledgers; None where there are none."""
    since: date | None = arguments.since
    until: date | None = getattr(arguments, "fetch_until", None)
    files: Sequence[Path] = arguments.snapshot
    problems: list[Problem] = []
    if not live:
        given = {"--since": since, "--until": until, "--snapshot": files[0] if files else None}
        problems += [NoLiveLedgerError(option, str(value)) for option, value in given.items() if value is not None]
    names = [str(ledger) for ledger in live]
    problems += [NamedTwiceError(name) for name in dict.fromkeys(names) if names.count(name) > 1]
    if live and since is None:
        problems.append(NoFirstDayError(names[0]))
    if live and files and len(files) != len(live):
        problems.append(SnapshotFilesError("--snapshot", ", ".join(map(str, files))))
    last_day = as_of if until is None else until
    if live and since is not None and last_day < since:
        problems.append(ReversedDaysError("--since", f"{since}..{last_day}"))
    if problems:
        raise UsageError(problems)
    if since is None:
        return None
    from billcheck.connectors.base import Request

    return Request(first_day=since, last_day=last_day)
