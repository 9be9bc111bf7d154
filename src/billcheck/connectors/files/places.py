"""Where rows stand in a file, and how a single number leads back to one.

Comes in: slabs as they are cut. Goes out: locators, and from a locator the offset of its row, its line of text and the
part of the file to read again. Must not know cells.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import chain, islice, repeat
from operator import add, mul, sub
from typing import TYPE_CHECKING
from zlib import crc32

from billcheck.connectors.files.limits import CHECKPOINT_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.connectors.files.tokens import Slab

_LINE_BITS = 16
_MOST_LINES = (1 << _LINE_BITS) - 1
_OFFSET_SHIFT = _LINE_BITS + 1


def locators_of(slab: Slab) -> list[int]:
    """A locator for each row: its offset, its lines of text from the start of its part, and a bit for whoever needs it.

    Locators ascend as rows do. The last bit is 0; `Output` sets it where the amounts of a document include tax.
    """
    if not slab.offsets:
        return []
    firsts = [slab.first_line, *islice(slab.lines, CHECKPOINT_ROWS, None, CHECKPOINT_ROWS)]
    inner = list(map(sub, slab.lines, chain.from_iterable(map(repeat, firsts, repeat(CHECKPOINT_ROWS)))))
    if max(inner) > _MOST_LINES:
        inner = [min(lines, _MOST_LINES) for lines in inner]
    return list(map(add, map(mul, slab.offsets, repeat(1 << _OFFSET_SHIFT)), map(add, inner, inner)))


def offset_of(locator: int) -> int:
    """The offset of a row in the stream."""
    return locator >> _OFFSET_SHIFT


class PlaceIndex:
    """The start, line number and checksum of every few rows of the stream: its parts."""

    def __init__(self) -> None:
        self.starts = array("q")
        self.lines = array("q")
        self.checksums = array("Q")
        self._end = 0

    def add(self, slab: Slab) -> None:
        """Remember a slab."""
        starts = [slab.start, *islice(slab.offsets, CHECKPOINT_ROWS, None, CHECKPOINT_ROWS)]
        self.starts.extend(starts)
        self.lines.extend([slab.first_line, *islice(slab.lines, CHECKPOINT_ROWS, None, CHECKPOINT_ROWS)])
        data = memoryview(slab.data)
        for start, end in zip(starts, [*starts[1:], slab.end], strict=True):
            self.checksums.append(crc32(data[start - slab.start : end - slab.start]))
        self._end = slab.end

    def join(self, later: PlaceIndex) -> None:
        """Count in the parts that follow."""
        self.starts += later.starts
        self.lines += later.lines
        self.checksums += later.checksums
        self._end = later._end

    def find(self, offset: int) -> int:
        """The number of the part that holds an offset."""
        return bisect_right(self.starts, offset) - 1

    def span(self, part: int) -> tuple[int, int]:
        """Start and exclusive end of a part."""
        return self.starts[part], self.starts[part + 1] if part + 1 < len(self.starts) else self._end

    def line_of(self, locator: int) -> int | None:
        """The line of text a row begins on, None for a row so deep in its part that the file must be asked."""
        inner = locator >> 1 & _MOST_LINES
        return None if inner == _MOST_LINES else self.lines[self.find(offset_of(locator))] + inner

    def joined_spans(self, locators: Sequence[int], size: int) -> Iterator[tuple[int, int, int]]:
        """The parts that hold these rows, neighbours joined up to some size: start, exclusive end, line number.

        Args:
            locators: Rows in the order of the stream.
            size: How many bytes are joined at most.
        """
        span: tuple[int, int, int] | None = None
        for part in dict.fromkeys(self.find(offset_of(locator)) for locator in locators):
            start, end = self.span(part)
            if span is not None and span[1] == start and end - span[0] <= size:
                span = (span[0], end, span[2])
                continue
            if span is not None:
                yield span
            span = (start, end, self.lines[part])
        if span is not None:
            yield span
