"""Which document numbers a source holds, as series of whole numbers without memory per document.

Comes in: the numbers of all documents as they are written, in UTF-8, whoever the customer. Goes out: per series (what
stands before the last digits, and how many digits) the stretches of numbers that are there. Must not know what a number
that is absent means.
"""

from __future__ import annotations

from array import array
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

Series = tuple[bytes, int]
"""What stands before the last digits, and how many digits there are."""

MOST_SERIES = 10_000
MOST_STRETCHES = 1_000_000
"""Beyond these the numbers are no sequence anybody keeps, or one that would need memory for each document."""

LONGEST = 15
_COMPACT_AT = 100_000
_DIGITS = b"0123456789"


class Stretches:
    """Whole numbers as stretches from first to last, both inclusive; those that touch are joined now and then."""

    __slots__ = ("_compact_at", "_firsts", "_lasts")

    def __init__(self) -> None:
        self._firsts = array("q")
        self._lasts = array("q")
        self._compact_at = _COMPACT_AT

    def add(self, firsts: Sequence[int], lasts: Sequence[int]) -> None:
        """Put stretches in."""
        self._firsts.extend(firsts)
        self._lasts.extend(lasts)
        if len(self._firsts) > self._compact_at:
            self._compact()

    def _compact(self) -> None:
        pairs = list(self)
        self._firsts = array("q", [first for first, _ in pairs])
        self._lasts = array("q", [last for _, last in pairs])
        self._compact_at = 2 * len(pairs) + _COMPACT_AT

    def __len__(self) -> int:
        return len(self._firsts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The stretches in order, joined."""
        begin = end = None
        for first, last in sorted(zip(self._firsts, self._lasts, strict=True)):
            if end is None or begin is None:
                begin, end = first, last
            elif first <= end + 1:
                end = max(end, last)
            else:
                yield begin, end
                begin, end = first, last
        if begin is not None and end is not None:
            yield begin, end


class DocumentNumbers:
    """The numbers of all documents of one or more sources."""

    def __init__(self) -> None:
        self._series: dict[Series, Stretches] = {}
        self._is_full = False

    def add(self, cells: Collection[bytes]) -> None:
        """Count document numbers in; repeated ones and those that end in no digit change nothing.

        Numbers of one series that follow each other are told by their first, their last and how many there are; only
        where some lack are they turned into numbers one by one.
        """
        if self._is_full or not cells or self._add_run(sorted(cells)):
            return
        distinct = {stripped for cell in cells if (stripped := cell.strip(b'" \t'))}
        for alike in _by_length(distinct):
            self._add_alike(alike)

    def _add_run(self, cells: list[bytes]) -> bool:
        """Take sorted numbers if they plainly are one run without a gap; False leaves them to be looked at closer."""
        first, last = cells[0], cells[-1]
        prefix = first.rstrip(_DIGITS)
        length, others = len(first), prefix.translate(None, _DIGITS)
        width = length - len(prefix)
        if first[:1] <= b'"' or not 0 < width <= LONGEST or len(last) != length or not last.startswith(prefix):
            return False
        joined = b"".join(cells)
        if len(joined) != length * len(cells) or joined.translate(None, _DIGITS) != others * len(cells):
            return False
        begin, end = int(first[-width:]), int(last[-width:])
        if end - begin + 1 != len(set(cells)):
            return False
        self._put((prefix, width), [begin], [end])
        return True

    def _add_alike(self, cells: Collection[bytes]) -> None:
        """Different numbers of one length; one series where all begin as the first and the last of them do."""
        first, last = min(cells), max(cells)
        prefix = first.rstrip(_DIGITS)
        others = b"".join(cells).translate(None, _DIGITS)
        if not last.startswith(prefix) or others != prefix.translate(None, _DIGITS) * len(cells):
            for same in _by_prefix(cells):
                self._add_alike(same)
            return
        width = len(first) - len(prefix)
        if not 0 < width <= LONGEST:
            return
        begin, end = int(first[-width:]), int(last[-width:])
        if end - begin + 1 == len(cells):
            self._put((prefix, width), [begin], [end])
        else:
            numbers = [int(cell[-width:]) for cell in cells]
            self._put((prefix, width), numbers, numbers)

    def _put(self, series: Series, firsts: Sequence[int], lasts: Sequence[int]) -> None:
        stretches = self._series.get(series)
        if stretches is None:
            stretches = self._series[series] = Stretches()
        stretches.add(firsts, lasts)
        if len(self._series) > MOST_SERIES or len(stretches) > MOST_STRETCHES:
            self._is_full = True
            self._series.clear()

    def merge(self, other: DocumentNumbers) -> None:
        """Count in what another source holds."""
        self._is_full = self._is_full or other._is_full
        for series, stretches in other._series.items():
            pairs = list(stretches)
            self._put(series, [first for first, _ in pairs], [last for _, last in pairs])

    def series(self) -> Iterator[tuple[Series, list[tuple[int, int]]]]:
        """Each series with its stretches in order; nothing where there were too many to follow."""
        if not self._is_full:
            for series, stretches in sorted(self._series.items()):
                yield series, list(stretches)


def _by_length(cells: set[bytes]) -> Iterable[Collection[bytes]]:
    if len(set(map(len, cells))) <= 1:
        return [cells] if cells else []
    return [list(group) for _, group in groupby(sorted(cells, key=len), len)]


def _by_prefix(cells: Collection[bytes]) -> Iterator[Collection[bytes]]:
    grouped: dict[bytes, list[bytes]] = {}
    for cell in cells:
        grouped.setdefault(cell.rstrip(_DIGITS), []).append(cell)
    return iter(grouped.values())
