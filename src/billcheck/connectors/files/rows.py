"""Raw rows by column, cut where one document ends and the next begins.

Comes in: slabs of records and the layout of the file. Goes out: `Rows`, parallel columns of raw cells that end with the
last row of a document, and the runs of rows that belong together. Must not know what a cell means.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from operator import ne, sub
from typing import TYPE_CHECKING

from billcheck.connectors.files.heading import ZERO
from billcheck.connectors.files.limits import LimitProblem
from billcheck.connectors.files.places import locators_of
from billcheck.connectors.files.stream import place
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.stream import Stream
    from billcheck.connectors.files.tokens import Slab

Key = tuple[bytes, ...]

_DOCUMENT_FIELDS = ("document", "customer", "kind")
_HEADER_FIELDS = (*_DOCUMENT_FIELDS, "issue_date", "status", "currency", "control:total", "control:tax_total")


class LongDocumentError(LimitProblem):
    """One document has more rows than any document that is read."""

    limit = "document_rows"


@dataclass(slots=True)
class Rows:
    """Rows as parallel columns: raw cells by field, the locator of each row and the line of text it begins on."""

    locators: list[int]
    lines: list[int]
    cells: dict[str, list[bytes]]

    @classmethod
    def of_slab(cls, slab: Slab, layout: Layout) -> Rows:
        """The fields of a layout out of a slab."""
        cells = {
            field: slab.column(column)
            for field, column in layout.fields.items()
            if field in SCANNED_FIELDS or field.startswith(ZERO)
        }
        for field, cell in layout.constants.items():
            cells[field] = [cell] * len(slab.offsets)
        return cls(locators_of(slab), list(slab.lines), cells)

    def __len__(self) -> int:
        return len(self.locators)

    def put_before(self, other: Rows) -> None:
        """Put the rows of another slab of the same file in front."""
        self.locators[:0] = other.locators
        self.lines[:0] = other.lines
        for field, column in self.cells.items():
            column[:0] = other.cells[field]

    def cut_off(self, at: int) -> Rows:
        """Take the rows from `at` on away, and return them."""
        tail = Rows(self.locators[at:], self.lines[at:], {field: column[at:] for field, column in self.cells.items()})
        del self.locators[at:], self.lines[at:]
        for column in self.cells.values():
            del column[at:]
        return tail

    def pick(self, flags: Sequence[bool], fields: Collection[str] | None = None) -> Rows:
        """The rows whose flag is set, with all of their fields or only some."""
        return Rows(
            list(compress(self.locators, flags)),
            list(compress(self.lines, flags)),
            {
                field: list(compress(column, flags))
                for field, column in self.cells.items()
                if fields is None or field in fields
            },
        )

    def keys(self, fields: Sequence[str]) -> list[Key]:
        """What each row says in these fields; equal for rows of one document."""
        return list(zip(*(self.cells[field] for field in fields), strict=True))

    def last_run(self, fields: Sequence[str], since: int) -> int:
        """Where the run of the last row begins, if all rows before `since` are one run."""
        columns = [self.cells[field] for field in fields]
        last = [column[-1] for column in columns]
        at = len(self) - 1
        while (
            at > 0 and at >= since and all(column[at - 1] == cell for column, cell in zip(columns, last, strict=True))
        ):
            at -= 1
        return 0 if at < since else at


SCANNED_FIELDS = frozenset(
    {
        *_HEADER_FIELDS,
        "control:tax",
        "tax",
        "due_date",
        "customer_id",
        "description",
        "template",
        "item",
        "account",
        "tracking",
        "tracking:2",
        "amount",
        "period_first_day",
        "period_last_day",
        "contract",
        "charge",
        "reference",
        "credits_document",
    }
)
"""Fields a scan looks at; the others (quantity, prices) are only read back for what a report shows."""


def key_fields(layout: Layout) -> tuple[str, ...]:
    """The fields that tell one document from the next: all that repeats on its rows where totals must add up."""
    fields = _HEADER_FIELDS if layout.profile.control else _DOCUMENT_FIELDS
    return tuple(field for field in fields if field in layout.fields)


def whole_runs(stream: Stream, pieces: Iterable[Rows], fields: Sequence[str], most: int) -> Iterator[Rows]:
    """The same rows in the same order, cut only where the document changes.

    Args:
        stream: Where they come from.
        pieces: The rows.
        fields: What tells one document from the next.
        most: How many rows that follow each other may belong to one document; only the last one in hand is held
            against it, since what was cut off is no burden any more.

    Raises:
        LedgerRefusedError: More rows in a row belong to one document than are read.
    """
    held: Rows | None = None
    for rows in pieces:
        if not len(rows):
            continue
        before = 0 if held is None else len(held)
        if held is not None:
            rows.put_before(held)
        at = rows.last_run(fields, before)
        if at:
            held = rows.cut_off(at)
            yield rows
        else:
            held = rows
        if len(held) > most:
            where = place(stream, held.lines[0])
            raise LedgerRefusedError([LongDocumentError(where, len(held), most, is_least=True)])
    if held is not None:
        yield held


@dataclass(frozen=True, slots=True)
class Runs:
    """Where each run of equal keys begins and ends (exclusive)."""

    starts: list[int]
    ends: list[int]
    lengths: list[int]

    @classmethod
    def of(cls, keys: Sequence[Key]) -> Runs:
        """The runs of some rows."""
        starts = [0, *compress(range(1, len(keys)), map(ne, keys[1:], keys))]
        ends = [*starts[1:], len(keys)]
        return cls(starts, ends, list(map(sub, ends, starts)))

    def line_numbers(self) -> list[int]:
        """The position of each row in its run, from 1."""
        numbers = [1] * self.ends[-1]
        for start, end in zip(self.starts, self.ends, strict=True):
            if end - start > 1:
                numbers[start:end] = range(1, end - start + 1)
        return numbers
