"""A live ledger as a `Ledger`: fetched once, then read like the snapshot of it that could stand in a file.

Comes in: the name of a connector and what is wanted of its ledger. Goes out: a ledger whose rows can be read back as
long as it is in use; the snapshot of it is kept where a file is named, else it goes with the ledger, and stands under
no name that anybody could find it by. Must not know which ledger it is, contracts or the engine.
"""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from billcheck.connectors.base import Request
from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.limits import BLOCK_BYTES, DEFAULT_LIMITS, SPOOL_BYTES
from billcheck.connectors.files.snapshot_cells import Snapshot, open_snapshot
from billcheck.connectors.files.source import StreamSource
from billcheck.connectors.files.stream import Fingerprint
from billcheck.connectors.registry import load_connector
from billcheck.connectors.snapshot import snapshot_lines
from billcheck.errors import Problem, UsageError
from billcheck.ledger.source import Ledger
from billcheck.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from billcheck.connectors.base import Fetched
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.files.stream import Stream
    from billcheck.ledger.template import Template


class NotADayError(Problem):
    """This is no day."""

    remedy = "Give a datetime.date, such as date(2026, 1, 1)."


class ReversedWindowError(Problem):
    """The window ends before it begins."""

    remedy = "Give a last day that is not before the first."


class NotCustomersError(Problem):
    """This is no list of customers."""


def fetch_ledger(
    connector: str,
    *,
    first_day: date,
    last_day: date,
    customers: Iterable[str] = (),
    out: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Ledger:
    """The ledger that a connector reads live, as of now; nothing in it is changed.

    All of the window is fetched before this returns. Where something may lack, the ledger says so to the check, whose
    report is incomplete then.

    Args:
        connector: Its name, as in ``"xero"``; ``billcheck connectors list`` lists those that are installed. Reports
            name the ledger ``xero:``, or by `out`.
        first_day: Documents dated from this day on are fetched.
        last_day: Documents dated up to this day are fetched, inclusive.
        customers: Only documents of these, by name or id as the ledger has them; empty for all. A check of some is
            incomplete.
        out: Keeps the snapshot in this file, which is replaced if it is there; None keeps nothing. A file is what
            makes a check repeatable.
        environment: Sets the connector up, as the variables of the environment do; None for those themselves.
        tell: Is told of pauses that the ledger asks for; None for nobody.

    Raises:
        UsageError: There is no such connector, an argument makes no sense, or something of the environment is missing.
        ConnectorError: The ledger could not be read; nothing was kept.
        OSError: The file cannot be written.
    """
    request = ask_for(first_day, last_day, customers)
    fetched = fetch(connector, request, os.environ if environment is None else environment, tell or to_nobody)
    if out is None:
        return hold(f"{connector}:", fetched)
    keep(fetched, out)
    return read_ledger(out)


def ask_for(first_day: date, last_day: date, customers: Iterable[str] = ()) -> Request:
    """What is wanted of a ledger.

    Raises:
        UsageError: It makes no sense.
    """
    if isinstance(customers, str):
        raise UsageError([NotCustomersError("customers", customers, remedy=f"Give a list, such as [{customers!r}].")])
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if not isinstance(day, date) or isinstance(day, datetime):
            raise UsageError([NotADayError(name, str(day))])
    if last_day < first_day:
        raise UsageError([ReversedWindowError("last_day", f"{first_day}..{last_day}")])
    return Request(first_day=first_day, last_day=last_day, customers=tuple(customers))


def fetch(name: str, request: Request, environment: Mapping[str, str], tell: Callable[[str], None]) -> Fetched:
    """What a connector reads.

    Raises:
        UsageError: There is no such connector, or something of the environment is missing or makes no sense.
        ConnectorError: The ledger could not be read.
    """
    with load_connector(name)(environment, tell=tell) as connector:
        return connector.fetch(request)


def keep(fetched: Fetched, file: str | os.PathLike[str]) -> None:
    """Write the snapshot to a file, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    write_whole(Path(file), "".join(snapshot_lines(fetched)))


def hold(path: str, fetched: Fetched, limits: Limits = DEFAULT_LIMITS) -> Ledger:
    """A ledger of what was fetched, whose snapshot stands in no file that has a name; it goes with the ledger.

    Args:
        path: How reports name it.
        fetched: What was fetched.
        limits: What it may hold at most.
    """
    return Ledger((StreamSource(_HeldOpener(_Held(path, snapshot_lines(fetched)), limits)),))


class _Held:
    """A snapshot without a file of its own: a little is in memory, much in a temporary file that has no name."""

    def __init__(self, path: str, lines: Iterable[str]) -> None:
        self.path = path
        self._file = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - it lives as long as the ledger
        weakref.finalize(self, self._file.close)
        digest = sha256()
        for line in lines:
            data = line.encode("ascii")
            digest.update(data)
            self._file.write(data)
        self._size = self._file.tell()
        self.digest = digest.hexdigest()

    def fingerprint(self) -> Fingerprint:
        """The same at all times: nobody else can change it."""
        return Fingerprint(self._size, 0)

    def stored(self) -> Iterator[bytes]:
        """The snapshot, a block at a time."""
        for start in range(0, self._size, BLOCK_BYTES):
            self._file.seek(start)
            yield self._file.read(BLOCK_BYTES)


@dataclass(frozen=True, slots=True)
class _HeldOpener:
    """Opens the snapshot as if it were a file."""

    held: _Held
    limits: Limits

    @property
    def path(self) -> str:
        """How reports name it."""
        return self.held.path

    def open(self) -> tuple[Stream, Layout]:
        """The snapshot as a stream, and the columns of its fields.

        Raises:
            LedgerRefusedError: It holds more than is read.
        """
        return open_snapshot(self.held, self.limits)

    def digest(self) -> str:
        """The SHA-256 of the snapshot, in hexadecimal."""
        return self.held.digest

    def templates(self) -> tuple[Template, ...]:
        """What the ledger makes documents from by itself."""
        return Snapshot(self.path, self.held.stored()).templates()


def to_nobody(_: str) -> None:
    """Pauses pass in silence."""
