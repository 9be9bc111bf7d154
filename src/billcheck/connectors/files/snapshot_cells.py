"""A snapshot of a live ledger as rows of cells, and as the stream of them that a scan reads.

Comes in: the bytes of a snapshot. Goes out: a heading row of the generic ledger and one row for each line of a
document, with what the snapshot is complete for. Must not know contracts, the engine or the network.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow, or_empty
from billcheck.connectors.files.heading import place_fields
from billcheck.connectors.files.limits import LINE_BYTES
from billcheck.connectors.files.profile import CreditSign, find_profile
from billcheck.connectors.files.rendered import Rendered
from billcheck.connectors.files.stream import Facts
from billcheck.connectors.files.tokens import LongLineError
from billcheck.connectors.snapshot import read_documents, read_header, read_templates
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.base import Completeness, FetchedDocument, FetchedLine
    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.files.rendered import Origin
    from billcheck.connectors.files.stream import Stream
    from billcheck.ledger.template import Template

HEADINGS = (
    "document", "kind", "status", "issue_date", "due_date", "customer", "customer_id", "currency", "description",
    "item", "account", "tracking", "template", "charge", "quantity", "unit_price", "amount", "tax", "total",
    "amount_due", "period_first_day", "period_last_day", "contract", "reference",
    "credits_document",
)  # fmt: skip
_KIND_WORDS = {"other": "payment"}
"""Where the generic ledger calls a kind otherwise."""


def open_snapshot(origin: Origin, limits: Limits) -> tuple[Stream, Layout]:
    """A snapshot as a stream, and the columns of its fields; it says itself how its amounts are signed.

    Args:
        origin: Where it stands.
        limits: What it may hold at most.

    Raises:
        LedgerRefusedError: It is none, was cut or changed, or holds more than is read.
    """
    snapshot = Snapshot(origin.path, origin.stored())
    profile = replace(find_profile("generic"), id="snapshot", credit_sign=CreditSign.NEGATIVE)
    rendered = Rendered(origin, snapshot.facts, limits.field_bytes)
    placed = rendered.write(HEADINGS, 1, snapshot.rows(), profile.values.marks.decimal)
    return rendered, place_fields(origin.path, profile, placed, limits=limits)


class Snapshot:
    """One snapshot, read once: `facts` are known from its header, the rows are read as they are asked for."""

    def __init__(self, path: str, blocks: Iterable[bytes]) -> None:
        """Read the header.

        Args:
            path: How messages name the file.
            blocks: The file.

        Raises:
            LedgerRefusedError: The first line is no header.
        """
        self._path = path
        self._lines = _lines(path, blocks)
        self._header = read_header(path, next(self._lines, b""))
        self.facts = _facts(self._header.completeness)

    def rows(self) -> Iterator[CellRow]:
        """The lines of the documents in the columns of `HEADINGS`.

        A document without lines, such as a void one, has a row of nothing, so that its number is known. One that has
        the number, kind and customer of another bears its id behind its number, so that they stay two.

        Raises:
            LedgerRefusedError: The snapshot was cut or changed.
        """
        seen: set[tuple[str, str, str]] = set()
        for row, document in read_documents(self._path, self._header, self._lines):
            number = document.number or f"id {document.id}"
            identity = (number, document.kind, document.customer)
            if identity in seen:
                number = f"{number} (id {document.id})"
            seen.add(identity)
            if not document.lines:
                yield CellRow(row, tuple(_cells(document, number, None)))
            for line in document.lines:
                yield CellRow(row, tuple(_cells(document, number, line)))

    def templates(self) -> tuple[Template, ...]:
        """The templates; instead of `rows`, since either reads the snapshot to its end.

        Raises:
            LedgerRefusedError: The snapshot was cut or changed.
        """
        return read_templates(self._path, self._header, self._lines)


def _lines(path: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines with their line ends; the last may have none."""
    rest, row = b"", 1
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line + b"\n"
        row += len(lines)
        if len(rest) > LINE_BYTES:
            raise LedgerRefusedError([LongLineError(f"{path} row {row}")])
    if rest:
        yield rest


def _facts(completeness: Completeness) -> Facts:
    request = completeness.request
    last_day = min(request.last_day, completeness.read_at.astimezone(UTC).date())
    covers = (request.first_day, last_day) if request.first_day <= last_day else None
    doubts = list(completeness.shortcomings)
    doubts += [
        f"Of {count.stated} {count.kind} that the ledger counts, {count.read} were read: fetch it again."
        for count in completeness.counts
        if count.read != count.stated
    ]
    if request.customers:
        names = ", ".join(request.customers)
        doubts.append(f"Only documents of these customers were fetched: {names}. Fetch without --customer for all.")
    return Facts(covers=covers, notes=completeness.blind_spots, shortcoming=" ".join(doubts), is_counted=True)


def _cells(document: FetchedDocument, number: str, line: FetchedLine | None) -> Iterator[Cell]:
    yield number
    yield _KIND_WORDS.get(document.kind, document.kind)
    yield document.status
    yield document.issue_date
    yield or_empty(document.due_date)
    yield document.customer
    yield document.customer_id
    yield document.currency
    if line is None:
        yield from ("",) * 8
        yield document.excl_tax
        yield ""
    else:
        yield line.description
        yield line.item
        yield line.account
        yield line.tracking
        yield line.template
        yield line.charge
        yield or_empty(line.quantity)
        yield or_empty(line.unit_price)
        yield line.amount
        yield or_empty(line.tax)
    yield or_empty(document.total)
    yield or_empty(document.amount_due)
    yield "" if line is None else or_empty(line.period_first_day)
    yield "" if line is None else or_empty(line.period_last_day)
    yield document.contract
    yield document.reference
    yield document.credits_document
