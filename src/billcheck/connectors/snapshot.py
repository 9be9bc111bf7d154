"""A snapshot of a live ledger: JSON lines that a check, git and auditors use like any ledger file.

Comes in: documents and what they are complete for. Goes out: text, one document a line below a header, that is the same
bytes for the same documents; and back. What is read is believed only where it fits the header: the number of documents,
the digest of their lines, and each document's own sum. Must not know the network, profiles or the engine.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from billcheck.connectors.base import Completeness, Count, FetchedDocument, FetchedLine, Request
from billcheck.connectors.snapshot_shapes import DocumentShape, HeaderShape
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.base import Fetched

VERSION = 1
"""Changes when a key changes its meaning or goes away."""

AnyShape = TypeVar("AnyShape", HeaderShape, DocumentShape)


class NotASnapshotLineError(Problem):
    """This line is no document of a snapshot."""

    remedy = "A snapshot is not to be edited: fetch it again."


class SnapshotVersionError(Problem):
    """The snapshot has another version than this billcheck reads."""

    remedy = f"Fetch it again, or use the billcheck that wrote it; this one reads version {VERSION}."


class CutSnapshotError(Problem):
    """The snapshot does not hold the documents that its header counts."""

    remedy = "It was cut short or edited: fetch it again."


class ChangedSnapshotError(Problem):
    """The documents of the snapshot are not those it was written with."""

    remedy = "It was edited, or another program changed it: fetch it again."


class UnfootedDocumentError(Problem):
    """The lines of a document do not add up to what the document says."""

    remedy = "It was edited: fetch it again."


class ContradictionError(Problem):
    """The header says otherwise of its being complete than its counts and shortcomings do."""

    remedy = "It was edited: fetch it again."


class TwiceError(Problem):
    """The snapshot holds a document twice."""

    remedy = "It was edited: fetch it again."


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """The first line: what the documents are complete for, how many there are, and the SHA-256 of their lines."""

    completeness: Completeness
    documents: int
    digest: str


def snapshot_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a snapshot: the header or a document."""
    schema = TypeAdapter(HeaderShape | DocumentShape).json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A line of a snapshot", **schema}


def snapshot_lines(fetched: Fetched) -> Iterator[str]:
    """The text of a snapshot, line by line, each with its line end: ASCII, the header first."""
    lines = [_text(_document(document)) for document in fetched.documents]
    digest = sha256()
    for line in lines:
        digest.update(line.encode("ascii"))
    yield _text(_header(fetched.completeness, len(lines), digest.hexdigest()))
    yield from lines


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n"


def _header(completeness: Completeness, documents: int, digest: str) -> dict[str, object]:
    request = completeness.request
    return {
        "billcheck_snapshot": VERSION,
        "connector": completeness.connector,
        "organisation": completeness.organisation,
        "organisation_id": completeness.organisation_id,
        "first_day": request.first_day.isoformat(),
        "last_day": request.last_day.isoformat(),
        "customers": list(request.customers),
        "read_at": completeness.read_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "complete": completeness.is_complete,
        "shortcomings": list(completeness.shortcomings),
        "blind_spots": list(completeness.blind_spots),
        "counts": [{"kind": count.kind, "stated": count.stated, "read": count.read} for count in completeness.counts],
        "documents": documents,
        "digest": digest,
    }


def _document(document: FetchedDocument) -> dict[str, object]:
    """The fields of a document in their order, those without a value left out."""
    value = {name: _plain(getattr(document, name)) for name in _names(FetchedDocument) if name != "lines"}
    lines = [
        _without_empty({name: _plain(getattr(line, name)) for name in _names(FetchedLine)}) for line in document.lines
    ]
    return {**_without_empty(value, keep=_NEEDED), "lines": lines}


def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


_NEEDED = frozenset(field.name for field in fields(FetchedDocument) if field.default is MISSING)


def _without_empty(values: dict[str, object], keep: frozenset[str] = frozenset({"amount"})) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in keep or value not in (None, "", [])}


def read_header(path: str, line: bytes) -> SnapshotHeader:
    """The first line of a snapshot.

    Raises:
        LedgerRefusedError: It is no header, or one of another version.
    """
    where = f"{path} row 1"
    shape = _read(HeaderShape, where, line)
    completeness = Completeness(
        connector=shape.connector,
        organisation=shape.organisation,
        organisation_id=shape.organisation_id,
        request=Request(first_day=shape.first_day, last_day=shape.last_day, customers=shape.customers),
        read_at=shape.read_at,
        counts=tuple(Count(kind=count.kind, stated=count.stated, read=count.read) for count in shape.counts),
        shortcomings=shape.shortcomings,
        blind_spots=shape.blind_spots,
    )
    if shape.complete is not completeness.is_complete:
        raise LedgerRefusedError([ContradictionError(where, str(shape.complete).lower())])
    return SnapshotHeader(completeness, shape.documents, shape.digest)


def read_documents(path: str, header: SnapshotHeader, lines: Iterable[bytes]) -> Iterator[tuple[int, FetchedDocument]]:
    """The documents below the header, each with the row it stands in.

    Args:
        path: How messages name the snapshot.
        header: What `read_header` gave.
        lines: The lines below it, each with its line end.

    Raises:
        LedgerRefusedError: A line is no document, a document does not add up or stands there twice, or the lines are
            not those the header was written for.
    """
    digest, ids = sha256(), set[str]()
    row = 1
    for row, line in enumerate(lines, start=2):
        digest.update(line)
        where = f"{path} row {row}"
        document = _document_of(_read(DocumentShape, where, line))
        if sum(part.amount for part in document.lines) != document.excl_tax:
            raise LedgerRefusedError([UnfootedDocumentError(where, document.number or document.id)])
        if document.id in ids:
            raise LedgerRefusedError([TwiceError(where, document.id)])
        ids.add(document.id)
        yield row, document
    if len(ids) != header.documents:
        remark = f"The header counts {header.documents} documents, and {len(ids)} follow."
        raise LedgerRefusedError([CutSnapshotError(f"{path} row {row}", what=remark)])
    if digest.hexdigest() != header.digest:
        raise LedgerRefusedError([ChangedSnapshotError(path)])


def _document_of(shape: DocumentShape) -> FetchedDocument:
    values = dict(shape)
    return FetchedDocument(**{**values, "lines": tuple(FetchedLine(**dict(line)) for line in shape.lines)})


def _read(shape: type[AnyShape], where: str, line: bytes) -> AnyShape:
    try:
        return shape.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(map(str, fault["loc"]))
        if key == "billcheck_snapshot":
            raise LedgerRefusedError([SnapshotVersionError(where, str(fault["input"]))]) from None
        remark = f"This line is no {shape.NAME} of a snapshot{f', by its {key}' if key else ''}: {fault['msg']}."
        raise LedgerRefusedError([NotASnapshotLineError(where, what=remark)]) from None
