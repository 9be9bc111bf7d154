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

_PARTS = 16
"""In how many groups the settled documents are compared with each other; one at a time takes little memory."""


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
        self._exclusive = array("q")
        self._inclusive = array("q")

    def judge(self, converted: Converted) -> dict[int, TaxMode]:
        """The runs whose amounts do not plainly exclude tax; those that are `OPEN` are added to `waiting`."""
        keys, runs, columns = converted.run_keys, converted.runs, converted.columns
        sums, taxes = run_sums(columns.amounts, runs.ends), run_sums(columns.taxes, runs.ends)
        if taxes == converted.tax_totals and sums == list(map(sub, converted.totals, converted.tax_totals)):
            self._exclusive.extend(map(hash, keys))
            return {}
        modes: dict[int, TaxMode] = {}
        for index, found in self.documents(converted, range(len(keys))):
            key = keys[index]
            found.add(sums[index], taxes[index])
            mode = found.mode if taxes[index] == found.tax_total else TaxMode.OPEN
            if mode is TaxMode.EXCLUSIVE:
                self._exclusive.append(hash(key))
                continue
            modes[index] = mode
            if mode is TaxMode.INCLUSIVE:
                self._inclusive.append(hash(key))
            elif key in self.waiting:
                self.waiting[key].add(sums[index], taxes[index])
            else:
                self.waiting[key] = found
        return modes

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

    def join(self, later: Footing) -> None:
        """Count in the documents of rows that follow, seen by this process or a copy of it: elsewhere hashes differ."""
        self._exclusive += later._exclusive
        self._inclusive += later._inclusive
        for key, document in later.waiting.items():
            known = self.waiting.get(key)
            if known is None:
                self.waiting[key] = document
            else:
                known.lines += document.lines
                known.taxes += document.taxes
                known.runs += document.runs

    def suspects(self) -> frozenset[int]:
        """Hashes of documents with a settled run and another run; they need a second look at the whole file."""
        waiting = {hash(key) for key in self.waiting}
        found = _repeated(self._inclusive) | waiting.intersection(self._inclusive)
        if waiting or self._inclusive:
            found |= (waiting | set(self._inclusive)).intersection(self._exclusive)
        groups = [array("q") for _ in range(_PARTS)]
        for value in self._exclusive:
            groups[value % _PARTS].append(value)
        for group in groups:
            found |= _repeated(group)
        return frozenset(found)

    def look_again(self, documents: Mapping[Key, DocumentSum]) -> list[DocumentSum]:
        """Read waiting rows in the light of whole documents; the documents that stand in the file more than once.

        Args:
            documents: The suspects, with all their rows counted in.
        """
        problems: list[DocumentSum] = []
        settled = ((TaxMode.EXCLUSIVE, self._exclusive), (TaxMode.INCLUSIVE, self._inclusive))
        for key, document in documents.items():
            if document.runs == 1:
                continue
            modes = {mode for mode, hashes in settled if hash(key) in hashes}
            if document.mode is TaxMode.OPEN or modes != {document.mode}:
                problems.append(document)
            elif key in self.waiting:
                self.waiting[key] = document
        problems += [document for document in self.waiting.values() if document.is_repeated]
        return sorted(problems, key=lambda document: document.first_line)


def _repeated(values: Sequence[int]) -> set[int]:
    """The values that occur more than once."""
    if len(set(values)) == len(values):
        return set()
    return {value for value, count in Counter(values).items() if count > 1}


def run_sums(values: Sequence[int], ends: Sequence[int]) -> list[int]:
    """The sum of each run of values; runs follow each other and are given by their exclusive ends."""
    upto = list(accumulate(values))
    if len(ends) == len(upto):
        return list(values)
    sums = [upto[end - 1] for end in ends]
    return list(map(sub, sums, [0, *sums]))
