"""What a scan reads from: UTF-8 text in CSV form, wherever it comes from.

Comes in and goes out: nothing but the types. A text file is such a stream as it stands; workbooks, electronic invoices,
reports and data frames are rendered as one. Must not know any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from billcheck.connectors.files.cells import Unreadable


class Digest(Protocol):
    """What hashes a file while it is read."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What shows at a glance that a source changed: its size in bytes and the time of its last change in nanoseconds.

    A source that is no file may put any two numbers here that change with what it says.
    """

    size: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source says beside its rows.

    `covers` is the window it declares (inclusive ends), None where it declares none. `notes` are sentences for whoever
    reads the report; no figure depends on them. `period` is the window in which it says that all its documents were
    issued (inclusive ends), which may reach beyond what it covers; None where it does not say so. `shortcoming` is a
    sentence that says why the source may not say all; empty where nothing suggests so. `is_counted` where it says how
    many documents it holds, so that none means that there are none.
    """

    covers: tuple[date, date] | None = None
    notes: tuple[str, ...] = ()
    period: tuple[date, date] | None = None
    shortcoming: str = ""
    is_counted: bool = False


NO_FACTS = Facts()


class Stream(Protocol):
    """A source of UTF-8 bytes; positions are offsets in that stream."""

    @property
    def path(self) -> str:
        """How messages name the source."""
        ...

    @property
    def facts(self) -> Facts:
        """What the source says beside its rows."""
        ...

    @property
    def is_divisible(self) -> bool:
        """Whether offsets are those of the file itself, so that parts of it can be read side by side."""
        ...

    @property
    def unreadable(self) -> Mapping[int, Mapping[int, Unreadable]]:
        """Cells without a sure value, by the line their row begins on, from 1, and their column, from 0."""
        ...

    def fingerprint(self) -> Fingerprint:
        """What the source looks like now.

        Raises:
            LedgerRefusedError: The source is gone.
        """
        ...

    def blocks(self, start: int = 0, digest: Digest | None = None) -> Iterator[bytes]:
        """The stream from `start`, a block at a time.

        Args:
            start: Offset of the first byte wanted.
            digest: Takes in every byte of the source as stored; only meaningful from the start.

        Raises:
            LedgerRefusedError: The source cannot be read.
        """
        ...

    def slices(self, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, exclusive end); spans are in order and do not overlap."""
        ...

    def row_of(self, line: int) -> int:
        """The row of the source that a line of the stream comes from; both count from 1."""
        ...


def place(stream: Stream, line: int) -> str:
    """How messages name the row of the source that a line of the stream comes from."""
    return f"{stream.path} row {stream.row_of(line)}"
