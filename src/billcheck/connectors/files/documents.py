"""Whether the lines of each document add up to the totals it states, and so whether they include tax.

Comes in: the runs of rows of one document each, with their sums and stated totals. Goes out: for every run whether its
amounts exclude or include tax, or that it cannot be told from this run alone. Rows of one document need not follow each
other: what does not add up by itself waits until the end of the file. Must not know customers or the keys of a check.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from operator import sub
from typing import TYPE_CHECKING

from billcheck.connectors.files.values import clean_text
from billcheck.errors import Problem
from billcheck.ledger.line import DocumentStatus, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from billcheck.connectors.files.columns import Converted
    from billcheck.connectors.files.rows import Key

_BUCKETS = 256


class TaxMode(IntEnum):
    """What the amounts of a document are."""

    EXCLUSIVE = 0
    INCLUSIVE = 1
    OPEN = 2


class RepeatedDocumentError(Problem):
    """The document stands in the file more than once, and together its rows do not add up to what it says."""

    remedy = "Remove the repeated rows; a file put together from several exports may hold a document twice."


@dataclass(slots=True)
class DocumentSum:
    """What the lines of one document add up to, and the totals it states, in minor units of `currency`.

    `number` is the document's, `first_line` the line number of its first row; `runs` counts the places of the file that
    hold rows of it.
    """

    number: str
    currency: str
    total: int
    tax_total: int
    first_line: int
    lines: int = 0
    taxes: int = 0
    runs: int = 0

    def add(self, lines: int, taxes: int) -> None:
        """Count a run in."""
        self.lines += lines
        self.taxes += taxes
        self.runs += 1

    @property
    def mode(self) -> TaxMode:
        """What the amounts are; `OPEN` where they do not add up.

        Amounts that include tax are brought to amounts without by the tax of each line; so that must add up as well.
        """
        if self.lines == self.total - self.tax_total:
            return TaxMode.EXCLUSIVE
        if self.lines == self.total and self.taxes == self.tax_total:
            return TaxMode.INCLUSIVE
        return TaxMode.OPEN

    @property
    def is_repeated(self) -> bool:
        """Whether the rows add up to the document several times over."""
        excl_tax = self.total - self.tax_total
        times = self.lines // excl_tax if excl_tax else 0
        return times > 1 and self.lines == times * excl_tax and self.taxes == times * self.tax_total


class Footing:
    """The documents of one scan, as far as they had to be remembered.

    A run is settled at once if both its lines and its taxes add up: then no other row of the document can change what
    its amounts are, short of the document standing in the file twice. Only a number of eight bytes is kept of such a
    run, to notice that. `waiting` holds the others, by key.
    """

    def __init__(self, delimiter: bytes) -> None:
        self.waiting: dict[Key, DocumentSum] = {}
        self._delimiter = delimiter
        self._settled = [array("q") for _ in range(_BUCKETS)]

    def judge(self, converted: Converted, keys: Sequence[Key]) -> list[int] | None:
        """The `TaxMode` of each run, None where all exclude tax; runs that are `OPEN` are added to `waiting`.

        Args:
            converted: Rows that hold whole runs.
            keys: The key of each run.
        """
        runs, columns = converted.runs, converted.columns
        sums, taxes = run_sums(columns.amounts, runs.ends), run_sums(columns.taxes, runs.ends)
        if taxes == converted.tax_totals and sums == list(map(sub, converted.totals, converted.tax_totals)):
            for value in map(hash, keys):
                self._settled[(value >> 1) % _BUCKETS].append(value & ~1)
            return None
        modes = [TaxMode.EXCLUSIVE] * len(keys)
        for index, found in self.documents(converted, range(len(keys))):
            key = keys[index]
            found.add(sums[index], taxes[index])
            is_settled = taxes[index] == found.tax_total and found.mode is not TaxMode.OPEN
            modes[index] = found.mode if is_settled else TaxMode.OPEN
            if is_settled:
                self._settled[(hash(key) >> 1) % _BUCKETS].append(hash(key) & ~1 | modes[index])
            elif key in self.waiting:
                self.waiting[key].add(sums[index], taxes[index])
            else:
                self.waiting[key] = found
        return list(modes)

    def documents(self, converted: Converted, indexes: Iterable[int]) -> Iterator[tuple[int, DocumentSum]]:
        """The runs at these indexes as documents without lines yet; void documents and cash need not add up."""
        columns, rows = converted.columns, converted.rows
        for index in indexes:
            start = converted.runs.starts[index]
            if columns.kinds[start] == Kind.OTHER or columns.statuses[start] == DocumentStatus.VOID:
                continue
            yield (
                index,
                DocumentSum(
                    clean_text(rows.cells["document"][start], self._delimiter),
                    columns.currencies[start],
                    converted.totals[index],
                    converted.tax_totals[index],
                    rows.lines[start],
                ),
            )

    def suspects(self) -> frozenset[int]:
        """Halved hashes of documents with a settled run and another run; they need a second look at the whole file."""
        waiting = {hash(key) >> 1 for key in self.waiting}
        found: set[int] = set()
        for bucket in self._settled:
            halves = [value >> 1 for value in bucket]
            seen = set(halves)
            found |= seen & waiting
            if len(seen) < len(halves):
                found.update(half for half, count in Counter(halves).items() if count > 1)
        return frozenset(found)

    def look_again(self, documents: Mapping[Key, DocumentSum]) -> list[DocumentSum]:
        """Read waiting rows in the light of whole documents; the documents that stand in the file more than once.

        Args:
            documents: The suspects, with all their rows counted in.
        """
        problems: list[DocumentSum] = []
        for key, document in documents.items():
            if document.runs == 1:
                continue
            half = hash(key) >> 1
            modes = {value & 1 for value in self._settled[half % _BUCKETS] if value >> 1 == half}
            if document.mode is not TaxMode.OPEN and modes == {document.mode}:
                if key in self.waiting:
                    self.waiting[key] = document
            else:
                problems.append(document)
        problems += [document for document in self.waiting.values() if document.is_repeated]
        return sorted(problems, key=lambda document: document.first_line)


def run_sums(values: Sequence[int], ends: Sequence[int]) -> list[int]:
    """The sum of each run of values; runs follow each other and are given by their exclusive ends."""
    upto = list(accumulate(values))
    sums = [upto[end - 1] for end in ends]
    return list(map(sub, sums, [0, *sums]))
