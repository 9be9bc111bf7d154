"""Numbers that lack in the sequences of a ledger's documents.

Comes in: which numbers each series of document numbers holds. Goes out: the series that are kept without a break but
for some numbers, those numbers, and between which days they were given out. Numbers that come thinly, as order numbers
do, are no sequence. Must not know what the documents say.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.ledger.numbers import DocumentNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.ledger.numbers import Series
    from billcheck.ledger.source import Receipt
    from billcheck.ledger.table import DocumentTable

FEWEST_DOCUMENTS = 10
"""How many documents a stretch of numbers must have before one that lacks means something."""

LEAST_DENSITY = 5
"""Of so many numbers in a row at most one may lack on the whole; thinner ones are no sequence."""

MOST_STEPS = 5
"""How many numbers away a document may be that tells when a number that lacks was given out."""

MOST_DAYS = 10
"""How many days before the document before them, or after the one after them, numbers may have been given out."""

LISTED = 20
"""How many of the numbers that lack are listed for each series."""


class SequenceGap(NamedTuple):
    """A series with numbers that lack: its first and last number as they are written, how many lack, the first few."""

    first: str
    last: str
    lacking: int
    missing: tuple[str, ...]


def find_sequence_gaps(receipts: Iterable[Receipt]) -> list[SequenceGap]:
    """One gap for each series that has one, over all sources together."""
    numbers = DocumentNumbers()
    for receipt in receipts:
        if receipt.numbers is not None:
            numbers.merge(receipt.numbers)
    return [gap for series, pairs in _joined(numbers) for gap in _gap_in(series, pairs)]


class Neighbours(NamedTuple):
    """Numbers that lack in a row, and the documents of contracted customers nearest to them, each with its day."""

    missing: tuple[str, ...]
    before: tuple[str, int]
    after: tuple[str, int]


class NumbersLacking:
    """Where numbers that lack lie in time, as far as documents of contracted customers stand close to them."""

    def __init__(self, gaps: Sequence[SequenceGap], documents: DocumentTable) -> None:
        self._gaps = gaps
        self._documents = documents

    def near(self, day: int) -> list[Neighbours]:
        """The numbers that were given out around a day, by the documents before and after them."""
        return [run for run in self._runs if run.before[1] - MOST_DAYS <= day <= run.after[1] + MOST_DAYS]

    @cached_property
    def _runs(self) -> list[Neighbours]:
        runs = [_Run(gap, numbers) for gap in self._gaps for numbers in _runs(_numbers_in(gap))]
        rows = self._documents.find(spelled for run in runs for side in run.sides for spelled in side)
        found = []
        for run in runs:
            before, after = (next((one for one in side if one in rows), None) for side in run.sides)
            if before is not None and after is not None:
                days = [self._documents.issue_days[rows[one]] for one in (before, after)]
                if days[0] <= days[1]:
                    missing = tuple(run.spell(number) for number in run.numbers)
                    found.append(Neighbours(missing, (before, days[0]), (after, days[1])))
        return found


class _Run(NamedTuple):
    """Numbers that lack in a row, and the gap they are in."""

    gap: SequenceGap
    numbers: list[int]

    def spell(self, number: int) -> str:
        """A number of the series as the ledger writes it."""
        prefix = self.gap.first.rstrip("0123456789")
        return f"{prefix}{number:0{len(self.gap.first) - len(prefix)}}"

    @property
    def sides(self) -> tuple[list[str], list[str]]:
        """The next few numbers below and above, nearest first."""
        first, last = self.numbers[0], self.numbers[-1]
        below = range(first - 1, max(first - 1 - MOST_STEPS, -1), -1)
        return [*map(self.spell, below)], [*map(self.spell, range(last + 1, last + 1 + MOST_STEPS))]


def _numbers_in(gap: SequenceGap) -> list[int]:
    prefix = gap.first.rstrip("0123456789")
    return [int(number[len(prefix) :]) for number in gap.missing]


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Numbers, ascending, as runs without a break."""
    for _, run in groupby(enumerate(numbers), key=lambda place: place[1] - place[0]):
        yield [number for _, number in run]


Pairs = list[tuple[int, int]]


def _joined(numbers: DocumentNumbers) -> Iterator[tuple[Series, Pairs]]:
    """The series, those whose numbers grew by a digit (INV-99, INV-100) as one, under its first width."""
    held: tuple[Series, int, Pairs] | None = None
    for (prefix, width), pairs in numbers.series():
        if held is not None:
            (held_prefix, first_width), last_width, held_pairs = held
            if held_prefix == prefix and width == last_width + 1 and pairs[0][0] >= 10**last_width:
                held = (held_prefix, first_width), width, held_pairs + pairs
                continue
            yield (held_prefix, first_width), held_pairs
        held = (prefix, width), width, pairs
    if held is not None:
        yield held[0], held[2]


def _gap_in(series: Series, pairs: Pairs) -> Iterator[SequenceGap]:
    prefix, width = series
    stretches = list(_dense(pairs))
    lacking = 0
    missing: list[int] = []
    for stretch in stretches:
        for (_, last), (first, _) in pairwise(stretch):
            lacking += first - last - 1
            missing.extend(range(last + 1, first)[: LISTED - len(missing)])
    if lacking:
        ends = (stretches[0][0][0], stretches[-1][-1][1])
        begin, end, *listed = (_spell(prefix, width, number) for number in (*ends, *missing))
        yield SequenceGap(begin, end, lacking, tuple(listed))


def _dense(pairs: Pairs) -> Iterator[Sequence[tuple[int, int]]]:
    """Runs of stretches with so little between them that the numbers were given out one after the other."""
    documents = sum(last - first + 1 for first, last in pairs)
    widest = max(1, documents // (2 * LEAST_DENSITY))
    run: Pairs = []
    for pair in pairs:
        if run and pair[0] - run[-1][1] - 1 > widest:
            if _is_dense(run):
                yield run
            run = []
        run.append(pair)
    if _is_dense(run):
        yield run


def _is_dense(run: Pairs) -> bool:
    documents = sum(last - first + 1 for first, last in run)
    numbers = run[-1][1] - run[0][0] + 1
    return documents >= FEWEST_DOCUMENTS and LEAST_DENSITY * (numbers - documents) <= numbers


def _spell(prefix: bytes, width: int, number: int) -> str:
    return prefix.decode("utf-8", "replace") + str(number).zfill(width)
