"""What was read of a ledger, kept so that an interruption or the next fetch asks only for what is missing.

Comes in: pages as a ledger answered them. Goes out: the same pages, from a file that only its owner can read and one
process at a time writes. A *checkpoint* is what a fetch under way has read; a *base* is the checkpoint of one that came
to its end. Neither ever holds a token. A file that is not to be believed is no reason to fail: that is told, and
everything is read. Must not know what the pages mean, or how they are proved to be everything.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self

from billcheck.connectors.held_lines import Held, HeldQuery, NotBelievedError, header, line_of, page_line, read_held
from billcheck.connectors.locks import try_lock, unlock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from billcheck.connectors.held_lines import HeldPage

LONGEST_AGE = timedelta(days=1)
"""How long after a fetch began its pages are still believed."""
LONGEST_WITHOUT_WHOLE = timedelta(days=30)
"""How long a base is built upon before everything is read again: not every change bears a date in a ledger."""
_CLOCKS_DIFFER = timedelta(hours=1)
"""By how much a moment may lie in the future: clocks are not all alike."""
_OWNER_ONLY = 0o600
_CHECKPOINT, _BASE = ".fetch.jsonl", ".base.jsonl"


def checkpoint_path(folder: Path, name: dict[str, Any], *, is_base: bool = False) -> Path:
    """The file of a fetch; another organisation or request has another, another version of billcheck has not."""
    keys = ("connector", "host", "organisation_id", "first_day", "last_day", "customers")
    what = "\0".join(str(name[key]) for key in keys)
    key = sha256(what.encode()).hexdigest()[:16]
    return folder / f"{name['connector']}.{key}{_BASE if is_base else _CHECKPOINT}"


@dataclass(slots=True)
class _File:
    """An open file under its lock."""

    handle: int

    def close(self) -> None:
        with suppress(OSError):
            unlock(self.handle)
        os.close(self.handle)


class Checkpoint:
    """The pages of one fetch under way, by the text of the query that asked for them; for any number of threads.

    `begun` is when the fetch began, which is before the oldest of its pages was read.
    """

    def __init__(self, path: Path, held: Held, file: _File | None, tell: Callable[[str], None]) -> None:
        """Take what is held; `Checkpoint.open` reads it."""
        self.path = path
        self.begun = held.begun
        self._queries = held.queries
        self._digest = held.digest
        self._sizes = {
            (query, number): len(page.items)
            for query, pages in held.queries.items()
            for number, page in pages.pages.items()
        }
        self._file = file
        self._tell = tell
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path,
        name: dict[str, Any],
        *,
        now: datetime,
        whole_since: datetime,
        is_fresh: bool,
        tell: Callable[[str], None],
    ) -> Self:
        """The checkpoint of a fetch, with what an earlier run left.

        Args:
            path: The file.
            name: What it is of.
            now: The time by the ledger's clock.
            whole_since: When what is built upon was last read from nothing; `now` where nothing is.
            is_fresh: Whether what an earlier run left is thrown away.
            tell: Is told what is not believed and what cannot be kept.
        """
        new = Held(now, whole_since)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = _open_locked(path)
        except OSError as error:
            tell(_not_kept(path, error))
            return cls(path, new, None, tell)
        if file is None:
            tell("Another run of the same fetch is under way: this one keeps nothing for the case of an interruption.")
            return cls(path, new, None, tell)
        held = None
        try:
            held = None if is_fresh else _believed(file, name, now)
        except NotBelievedError as error:
            tell(f"{path}: {error} What it holds is thrown away, and everything is read.")
        made = cls(path, held or new, file, tell)
        made._begin(name, new if held is None else None, held.end if held else 0)
        return made

    @property
    def objects(self) -> int:
        """How many objects the file holds."""
        with self._lock:
            return sum(self._sizes.values())

    def take(self, query: str) -> HeldQuery:
        """What an earlier run left of a query, once: it stays in the file, and memory is let go of it."""
        with self._lock:
            return self._queries.pop(query, None) or HeldQuery()

    def keep(self, query: str, number: int, page: HeldPage) -> None:
        """Keep a page; when this returns, it survives the end of this process."""
        if self._append(page_line(query, number, page)):
            with self._lock:
                self._sizes[query, number] = len(page.items)

    def mend(self, query: str, key: str, data: object) -> None:
        """Keep what was read of an object by itself, because its page left something out."""
        self._append({"query": query, "mended": [key, data]})

    def prove(self, query: str) -> None:
        """Keep that the pages were proved to be everything, when they were read."""
        self._append({"query": query, "proved": True})

    def drop(self, query: str) -> None:
        """Keep nothing of a query any more."""
        if self._append({"query": query, "dropped": True}):
            with self._lock:
                self._sizes = {key: size for key, size in self._sizes.items() if key[0] != query}

    def close(self) -> None:
        """Let go of the file; it stays for the next run, if it holds anything."""
        if self._sizes:
            self._let_go()
        else:
            self.finish()

    def finish(self, base: Path | None = None) -> None:
        """The fetch is over: remove the file, or make it the base of the next fetch."""
        with self._lock:
            if self._file is None:
                return
            is_windows = os.name == "nt"  # where nobody moves a file that is open
            try:
                if is_windows:
                    self._let_go()
                if base is None:
                    self.path.unlink(missing_ok=True)
                else:
                    self.path.replace(base)
            except OSError as error:
                self._tell(_not_kept(self.path, error))
            self._let_go()

    def _begin(self, name: dict[str, Any], new: Held | None, end: int) -> None:
        """Cut the file where what is believed of it ends; a new one begins with its header."""
        if self._file is not None:
            try:
                os.ftruncate(self._file.handle, end)
            except OSError as error:
                self._give_up(error)
        if new is not None:
            self._append(header(name, new.begun, new.whole_since))

    def _append(self, value: dict[str, Any]) -> bool:
        with self._lock:
            made = None if self._file is None else line_of(value, self._digest)
            if self._file is None or made is None:
                return False
            line, digest = made
            try:
                _write(self._file.handle, line)
            except OSError as error:
                self._give_up(error)
                return False
            self._digest = digest
            return True

    def _give_up(self, error: OSError) -> None:
        self._tell(_not_kept(self.path, error))
        self._let_go()

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def read_base(path: Path, name: dict[str, Any], *, now: datetime, tell: Callable[[str], None]) -> Held | None:
    """What the last fetch of the same request left for this one; None where that is nothing to build upon.

    Args:
        path: The file.
        name: What it is to be of.
        now: The time by the ledger's clock.
        tell: Is told why it is not used.
    """
    try:
        with path.open("rb") as file:
            held = read_held(file, name)
            is_whole = held is not None and held.end == os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        tell("Nothing is held of an earlier fetch of the same, so everything is read.")
        return None
    except OSError as error:
        tell(f"{path}: {error.strerror}. Everything is read.")
        return None
    except NotBelievedError as error:
        tell(f"{path}: {error} Everything is read.")
        return None
    if held is None or not is_whole:
        tell(f"{path}: It was cut short. Everything is read.")
        return None
    if not all(_is_within(LONGEST_WITHOUT_WHOLE, moment, now) for moment in (held.whole_since, held.begun)):
        tell(
            f"Everything was last read on {held.whole_since:%Y-%m-%d}: after {LONGEST_WITHOUT_WHOLE.days} days it is "
            "read again, since not every change bears a date in a ledger."
        )
        return None
    return held


def remove_old(folder: Path, now: datetime) -> None:
    """Remove what interrupted fetches left that nobody would take up any more: it holds what a ledger does."""
    ages = ((_CHECKPOINT, LONGEST_AGE), (_BASE, LONGEST_WITHOUT_WHOLE))
    with suppress(OSError):
        for path, longest in [(path, age) for suffix, age in ages for path in sorted(folder.glob(f"*{suffix}"))]:
            if now - datetime.fromtimestamp(path.lstat().st_mtime, UTC) <= longest:
                continue
            file = _open_locked(path)
            if file is None:
                continue
            if os.name == "nt":
                file.close()
            path.unlink(missing_ok=True)
            if os.name != "nt":
                file.close()


def _believed(file: _File, name: dict[str, Any], now: datetime) -> Held | None:
    """What an earlier run left; None for nothing.

    Raises:
        NotBelievedError: It is not to be used.
    """
    with os.fdopen(os.dup(file.handle), "rb") as lines:
        lines.seek(0)
        held = read_held(lines, name)
    if held is not None and not _is_within(LONGEST_AGE, held.begun, now):
        message = f"It was begun on {held.begun:%Y-%m-%d %H:%M} UTC, which is not within the last day."
        raise NotBelievedError(message)
    return held


def _is_within(longest: timedelta, moment: datetime, now: datetime) -> bool:
    return -_CLOCKS_DIFFER <= now - moment <= longest


def _open_locked(path: Path) -> _File | None:
    """A file, made if need be and locked; None where another process has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        handle = os.open(path, flags, _OWNER_ONLY)
        try:
            if not try_lock(handle):
                os.close(handle)
                return None
            with suppress(FileNotFoundError):
                # Whoever had it before may have removed or moved it between the two calls: then it is another file.
                if os.path.samestat(os.fstat(handle), path.stat()):
                    path.chmod(_OWNER_ONLY)
                    return _File(handle)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _not_kept(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror}. What is read is not kept for the case of an interruption."
