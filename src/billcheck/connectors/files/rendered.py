"""Rows of cells rendered as a flat CSV stream, so that every source is read by one and the same scan.

Comes in: a heading and rows of cells, and the origin they were read from. Goes out: a `Stream` that knows the source
row of each of its lines. Small streams stay in memory, large ones go to an unnamed temporary file. Typed cells are
written in the marks of the profile that will read them. Must not know what a column means.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import weakref
from array import array
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from billcheck.connectors.files.cells import Unreadable
from billcheck.connectors.files.heading import Heading
from billcheck.connectors.files.limits import BLOCK_BYTES, FIELD_BYTES, SPOOL_BYTES, check_field
from billcheck.connectors.files.stream import NO_FACTS
from billcheck.connectors.files.tokens import NulError
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from billcheck.connectors.files.cells import Cell, CellRow
    from billcheck.connectors.files.stream import Digest, Facts, Fingerprint

DELIMITER = ","


class Origin(Protocol):
    """What the rows were read from: a file, or a frame in memory."""

    @property
    def path(self) -> str:
        """How messages name it."""
        ...

    def fingerprint(self) -> Fingerprint:
        """What it looks like now.

        Raises:
            LedgerRefusedError: It is gone.
        """
        ...

    def stored(self) -> Iterator[bytes]:
        """Its bytes as stored, for the digest in reports."""
        ...


class Rendered:
    """A stream of rendered rows; the heading is the first line."""

    is_divisible = False

    def __init__(self, origin: Origin, facts: Facts = NO_FACTS, field_bytes: int = FIELD_BYTES) -> None:
        self.facts = facts
        self.origin = origin
        self._field_bytes = field_bytes
        self.unreadable: dict[int, dict[int, Unreadable]] = {}
        self._rows = array("q", [0])  # the source row of each line; lines count from 1
        self._file: BinaryIO = io.BytesIO()
        self._is_spooled = False
        self._size = 0

    @property
    def path(self) -> str:
        """How messages name the origin."""
        return self.origin.path

    def write(self, headings: Sequence[str], heading_row: int, rows: Iterable[CellRow], decimal_mark: str) -> Heading:
        """Render headings and the rows below them; blank rows are left out.

        Args:
            headings: The columns.
            heading_row: Where the headings stand in the source.
            rows: The rows below it.
            decimal_mark: The mark that stands in typed numbers.

        Returns:
            Where the headings stand in the stream, for the layout.

        Raises:
            LedgerRefusedError: A cell is too long, or holds a NUL.
        """
        text = io.StringIO(newline="")
        # A writer quotes what is in its line end, and a carriage return within a cell has to be quoted.
        writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n")
        self._write_row(writer, heading_row, headings)
        end = len(text.getvalue().encode())
        heading = Heading(DELIMITER.encode(), tuple(headings), heading_row, end, len(self._rows))
        for row, cells in rows:
            texts = [text_of(cell, decimal_mark) for cell in cells]
            if any(texts):
                self._check(row, texts)
                self._note_unreadable(cells)
                self._write_row(writer, row, texts)
                if text.tell() >= BLOCK_BYTES:
                    self._flush(text)
        self._flush(text)
        return heading

    def _write_row(self, writer: _Writer, row: int, texts: Sequence[str]) -> None:
        writer.writerow(texts)
        self._rows.extend([row] * (1 + sum(cell.count("\n") for cell in texts)))

    def _note_unreadable(self, cells: Sequence[Cell]) -> None:
        """Keep the cells without a sure value of a row that is to be written next."""
        found = {column: cell for column, cell in enumerate(cells) if isinstance(cell, Unreadable)}
        if found:
            self.unreadable[len(self._rows)] = found

    def _check(self, row: int, texts: Sequence[str]) -> None:
        for cell in texts:
            if "\0" in cell:
                raise LedgerRefusedError([NulError(f"{self.path} row {row}")])
            check_field(f"{self.path} row {row}", cell, self._field_bytes)

    def _flush(self, text: io.StringIO) -> None:
        data = text.getvalue().encode()
        text.seek(0)
        text.truncate()
        self._size += len(data)
        if self._size > SPOOL_BYTES and not self._is_spooled:
            spool = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this stream
            spool.write(self._file.read() if self._file.seek(0) == 0 else b"")
            self._file, self._is_spooled = spool, True
            weakref.finalize(self, spool.close)
        self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        self._file.flush()

    def fingerprint(self) -> Fingerprint:
        """What the origin looks like now.

        Raises:
            LedgerRefusedError: It is gone.
        """
        return self.origin.fingerprint()

    def blocks(self, start: int = 0, digest: Digest | None = None) -> Iterator[bytes]:
        """The stream from `start`, a block at a time.

        Args:
            start: Offset of the first byte wanted.
            digest: Takes in every byte of the origin as stored.

        Raises:
            LedgerRefusedError: The origin cannot be read.
        """
        if digest is not None:
            for block in self.origin.stored():
                digest.update(block)
        while start < self._size:
            yield self._read(start, BLOCK_BYTES)
            start += BLOCK_BYTES

    def slices(self, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, exclusive end)."""
        return (self._read(start, end - start) for start, end in spans)

    def row_of(self, line: int) -> int:
        """The row of the origin that a line of the stream comes from."""
        return self._rows[line]

    def _read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)


class _Writer(Protocol):
    def writerow(self, row: Iterable[str], /) -> object: ...


def text_of(cell: Cell, decimal_mark: str) -> str:
    """A cell as text: typed numbers in full with this decimal mark, days as 2026-01-31."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal_mark)
    return cell.isoformat()
