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
_NO_BREAK = "\N{NO-BREAK SPACE}".encode()


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
    """The numbers of all documents of one or more sources.

    `has_others` tells that some number is in no series, because it ends in no digit, or in too many; `is_full` that
    there were too many numbers to keep any.
    """

    def __init__(self) -> None:
        self.has_others = False
        self._series: dict[Series, Stretches] = {}
        self.is_full = False

    def add(self, cells: Collection[bytes]) -> None:
        """Count document numbers in; repeated ones and those that end in no digit change nothing.

        Numbers of one series that follow each other are told by their first, their last and how many there are; only
        where some lack are they turned into numbers one by one.
        """
        if self.is_full or not cells or self._add_run(sorted(cells)):
            return
        distinct = {stripped for cell in cells if (stripped := cell.strip(b'" \t'))}
        self.has_others = self.has_others or not all(map(bytes.strip, cells))
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
            self.has_others = True
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
            self.is_full = True
            self._series.clear()

    def merge(self, other: DocumentNumbers) -> None:
        """Count in what another source holds."""
        self.is_full = self.is_full or other.is_full
        self.has_others = self.has_others or other.has_others
        for series, stretches in other._series.items():
            pairs = list(stretches)
            self._put(series, [first for first, _ in pairs], [last for _, last in pairs])

    def series(self) -> Iterator[tuple[Series, list[tuple[int, int]]]]:
        """Each series with its stretches in order; nothing where there were too many to follow."""
        if not self.is_full:
            for series, stretches in sorted(self._series.items()):
                yield series, list(stretches)


def sharing(numbers: Sequence[DocumentNumbers | None]) -> set[int]:
    """Which of several sources may hold a number that another holds too, by their positions; None may hold any."""
    known = [one for one in numbers if one is not None and not one.is_full]
    if len(known) < len(numbers):
        return set(range(len(numbers)))
    without_series = {position for position, one in enumerate(known) if one.has_others}
    found = without_series if len(without_series) > 1 else set()
    by_series: dict[Series, list[tuple[int, int, int]]] = {}
    for position, one in enumerate(known):
        for (prefix, width), pairs in one.series():
            # What differs between files that write the same number.
            plain = prefix.replace(_NO_BREAK, b" ").replace(b'""', b'"').lstrip()
            by_series.setdefault((plain, width), []).extend((first, last, position) for first, last in pairs)
    for spans in by_series.values():
        found |= overlapping(spans)
    return found


def overlapping(spans: Iterable[tuple[int, int, int]]) -> set[int]:
    """The owners of spans that overlap one of another owner; a span is its first, its last (inclusive) and its owner.

    Those of one owner do not overlap each other.
    """
    found: set[int] = set()
    reach: tuple[int, int] | None = None
    for first, last, owner in sorted(spans):
        if reach is not None and first <= reach[0]:
            found |= {owner, reach[1]}
        reach = (last, owner) if reach is None else max(reach, (last, owner))
    return found


def _by_length(cells: set[bytes]) -> Iterable[Collection[bytes]]:
    if len(set(map(len, cells))) <= 1:
        return [cells] if cells else []
    return [list(group) for _, group in groupby(sorted(cells, key=len), len)]


def _by_prefix(cells: Collection[bytes]) -> Iterator[Collection[bytes]]:
    grouped: dict[bytes, list[bytes]] = {}
    for cell in cells:
        grouped.setdefault(cell.rstrip(_DIGITS), []).append(cell)
    return iter(grouped.values())
