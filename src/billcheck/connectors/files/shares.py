"""A large file in parts that can be scanned side by side.

Comes in: a file and its layout. Goes out: shares, each from the first row of a document up to the first row of another,
so that whoever scans them one after the other has scanned the file. A cut that were wrong shows in the share before it,
which then ends inside a quoted field. Must not know who scans a share, or what its cells mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from operator import ne
from typing import TYPE_CHECKING

from billcheck.connectors.files.date_order import DATE_FIELDS
from billcheck.connectors.files.limits import SHARE_BYTES
from billcheck.connectors.files.places import offset_of
from billcheck.connectors.files.rows import Rows, key_fields
from billcheck.connectors.files.scan import FileScan, Remainder
from billcheck.connectors.files.tokens import Tokenizer
from billcheck.connectors.files.values import clean_text
from billcheck.errors import InternalError, LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.stream import Fingerprint, Stream
    from billcheck.connectors.files.tokens import Slab
    from billcheck.grammar import DateOrder
    from billcheck.ledger.source import Batch, Keys


@dataclass(slots=True)
class FileShare:
    """The rows of a file from `start`, on line `first_line`, up to, not including, `end`.

    `order` is the order of local dates that the first rows of the file prove, None where they need none; `fingerprint`
    is what the file looked like when it was cut.
    """

    text: Stream
    layout: Layout
    start: int
    first_line: int
    end: int
    order: DateOrder | None
    fingerprint: Fingerprint
    _scans: list[FileScan] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many bytes there are to read."""
        return self.end - self.start

    def scan(self, keys: Keys) -> Iterator[Batch]:
        """The lines of this share, in batches without totals, refused rows or receipt.

        Raises:
            LedgerRefusedError: The share cannot be read without guessing.
        """
        tokenizer = Tokenizer.of_layout(self.text.path, self.layout)
        scan = FileScan(self.text, self.layout, tokenizer, keys, self.order)
        yield from scan.take(self._blocks(), self.start, self.first_line)
        yield scan.rest()
        self._scans[:] = [scan]

    def remainder(self) -> Remainder:
        """What the scan left behind."""
        if not self._scans:
            raise InternalError("a share leaves something behind only after its scan", path=self.text.path)
        return self._scans[0].remainder

    def _blocks(self) -> Iterator[bytes]:
        left = self.size
        for block in self.text.blocks(self.start):
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return


def cut_file(text: Stream, layout: Layout, count: int) -> list[FileShare]:
    """The shares of a file, in order; one of it all where it is small, or its first rows leave open how to read it.

    Raises:
        LedgerRefusedError: The beginning of the file cannot be read without guessing.
    """
    fingerprint = text.fingerprint()
    tokenizer = Tokenizer.of_layout(text.path, layout)
    bounds = [(layout.start, layout.first_line)]
    is_open, order = _first_order(text, layout, tokenizer)
    count = min(count, (fingerprint.size - layout.start) // SHARE_BYTES)
    if count > 1 and text.is_divisible and not is_open:
        bounds += _cuts(text, layout, tokenizer, [fingerprint.size * part // count for part in range(1, count)])
    ends = [start for start, _ in bounds[1:]] + [max(fingerprint.size, layout.start)]
    return [
        FileShare(text, layout, start, line, end, order, fingerprint)
        for (start, line), end in zip(bounds, ends, strict=True)
    ]


def _first_order(text: Stream, layout: Layout, tokenizer: Tokenizer) -> tuple[bool, DateOrder | None]:
    """Whether the first rows leave the order of dates open, and the order that they prove, if they need one."""
    if layout.profile.values.date_order is not None:
        return False, layout.profile.values.date_order
    slab = _first_slab(text, tokenizer, layout.start, layout.first_line)
    columns = [layout.fields[name] for name in DATE_FIELDS if name in layout.fields]
    is_open = False
    for cell in dict.fromkeys(cell for column in columns for cell in (slab.column(column) if slab else ())):
        readings = layout.profile.values.dates.read(clean_text(cell, layout.delimiter))
        if readings.proof:
            return False, readings.proof
        is_open = is_open or not readings.is_same
    return is_open, None


def _first_slab(text: Stream, tokenizer: Tokenizer, start: int, line: int) -> Slab | None:
    """The first slab from an offset; none where there are no more rows, or they cannot be cut from there."""
    try:
        slab = next(tokenizer.slabs(text.blocks(start), start, line), None)
    except LedgerRefusedError:
        return None
    return slab


def _cuts(text: Stream, layout: Layout, tokenizer: Tokenizer, goals: list[int]) -> list[tuple[int, int]]:
    """Offset and line of the first document that begins after each goal; goals without one are left out."""
    cuts: list[tuple[int, int]] = []
    quotes, line, position = 0, layout.first_line, layout.start
    for block in text.blocks(layout.start):
        for goal in [goal for goal in goals if position <= goal < position + len(block)]:
            at = block.find(b"\n", goal - position)
            while at >= 0 and (quotes + block.count(b'"', 0, at)) % 2:
                at = block.find(b"\n", at + 1)
            if at >= 0:
                begin = position + at + 1
                cuts += _first_document(text, layout, tokenizer, begin, line + block.count(b"\n", 0, at + 1))
        quotes += block.count(b'"')
        line += block.count(b"\n")
        position += len(block)
    return [cut for before, cut in pairwise([(layout.start, 0), *cuts]) if cut[0] > before[0]]


def _first_document(text: Stream, layout: Layout, tokenizer: Tokenizer, start: int, line: int) -> list[tuple[int, int]]:
    """Offset and line of the first document that begins after the row at `start`; empty where it is too far away."""
    slab = _first_slab(text, tokenizer, start, line)
    rows = Rows.of_slab(slab, layout) if slab else None
    if rows is None or not len(rows):
        return []
    keys = rows.keys(key_fields(layout))
    starts = [index for index, is_new in enumerate(map(ne, keys[1:], keys), 1) if is_new]
    return [(offset_of(rows.locators[index]), rows.lines[index]) for index in starts[:1]]
