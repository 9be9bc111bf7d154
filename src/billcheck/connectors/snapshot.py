"""A snapshot of a live ledger: JSON lines that a check, git and auditors use like any ledger file.

Comes in: documents, templates, and what they are complete for. Goes out: text, one document or template a line below a
header, that is the same bytes for the same documents; and back. What is read is believed only where it fits the header:
how many there are of both, the digest of their lines, and the own sum of each. Must not know the network, profiles or
the engine.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.snapshot_shapes import DocumentShape, HeaderShape, TemplateShape
from billcheck.errors import LedgerRefusedError, Problem
from billcheck.ledger.template import Template, TemplateLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


VERSION = 1
"""Changes when a key changes its meaning or goes away."""

AnyShape = TypeVar("AnyShape", HeaderShape, DocumentShape, TemplateShape)
_TEMPLATE_MARK = b'{"template":'


class NotASnapshotLineError(Problem):
    """This line is no document of a snapshot."""

    remedy = "A snapshot is not to be edited: fetch it again."


class SnapshotVersionError(Problem):
    """The snapshot has another version than this billcheck reads."""

    remedy = f"Fetch it again, or use the billcheck that wrote it; this one reads version {VERSION}."


class CutSnapshotError(Problem):
    """The snapshot does not hold the documents and templates that its header counts."""

    remedy = "It was cut short or edited: fetch it again."


class ChangedSnapshotError(Problem):
    """The documents of the snapshot are not those it was written with."""

    remedy = "It was edited, or another program changed it: fetch it again."


class UnfootedDocumentError(Problem):
    """The lines of a document or template do not add up to what it says itself."""

    remedy = "It was edited: fetch it again."


class ContradictionError(Problem):
    """The header says otherwise of its being complete than its counts and shortcomings do."""

    remedy = "It was edited: fetch it again."


class TwiceError(Problem):
    """The snapshot holds a document or a template twice."""

    remedy = "It was edited: fetch it again."


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """The first line: what the documents are complete for, how many lines there are, and the SHA-256 of those."""

    completeness: Completeness
    documents: int
    templates: int
    digest: str


def snapshot_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a snapshot: the header, a document or a template."""
    schema = TypeAdapter(HeaderShape | DocumentShape | TemplateShape).json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A line of a snapshot", **schema}


def snapshot_lines(fetched: Fetched) -> Iterator[str]:
    """The text of a snapshot, line by line, each with its line end: ASCII, the header first."""
    lines = [_text(_keys(document)) for document in fetched.documents]
    lines += [_text(_template(template)) for template in fetched.templates]
    digest = sha256()
    for line in lines:
        digest.update(line.encode("ascii"))
    counted = {"documents": len(fetched.documents), "templates": len(fetched.templates)}
    yield _text({**_header(fetched.completeness), **counted, "digest": digest.hexdigest()})
    yield from lines


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n"


def _header(completeness: Completeness) -> dict[str, object]:
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
    }


def _template(template: Template) -> dict[str, object]:
    """The fields of a template; its id comes first, under the key that lines of documents name it by."""
    keys = _keys(template)
    return {"template": keys.pop("id"), **keys}


def _keys(whole: FetchedDocument | Template) -> dict[str, object]:
    """The fields of a document or template in their order, those without a value left out."""
    needed = frozenset(field.name for field in fields(whole) if field.default is MISSING)
    value = {name: _plain(getattr(whole, name)) for name in _names(type(whole)) if name != "lines"}
    lines = [_without_empty({name: _plain(getattr(line, name)) for name in _names(type(line))}) for line in whole.lines]
    return {**_without_empty(value, keep=needed), "lines": lines}


def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


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
    return SnapshotHeader(completeness, shape.documents, shape.templates, shape.digest)


def read_snapshot(path: str, lines: Iterator[bytes]) -> Fetched:
    """A whole snapshot.

    Args:
        path: How messages name it.
        lines: Its lines, each with its line end.

    Raises:
        LedgerRefusedError: It is none, or was cut or changed.
    """
    header = read_header(path, next(lines, b""))
    found = [whole for _, whole in _read_lines(path, header, lines)]
    return Fetched(
        tuple(each for each in found if isinstance(each, FetchedDocument)),
        header.completeness,
        tuple(each for each in found if isinstance(each, Template)),
    )


def read_documents(path: str, header: SnapshotHeader, lines: Iterable[bytes]) -> Iterator[tuple[int, FetchedDocument]]:
    """The documents below the header, each with the row it stands in.

    Args:
        path: How messages name the snapshot.
        header: What `read_header` gave.
        lines: The lines below it, each with its line end.

    Raises:
        LedgerRefusedError: A line is neither a document nor a template, one does not add up or stands there twice, or
            the lines are not those the header was written for.
    """
    return ((row, whole) for row, whole in _read_lines(path, header, lines) if isinstance(whole, FetchedDocument))


def read_templates(path: str, header: SnapshotHeader, lines: Iterable[bytes]) -> tuple[Template, ...]:
    """The templates below the documents, in their order; the arguments and errors are those of `read_documents`."""
    return tuple(whole for _, whole in _read_lines(path, header, lines) if isinstance(whole, Template))


def _read_lines(
    path: str, header: SnapshotHeader, lines: Iterable[bytes]
) -> Iterator[tuple[int, FetchedDocument | Template]]:
    digest, ids = sha256(), set[tuple[bool, str]]()
    row = 1
    for row, line in enumerate(lines, start=2):
        digest.update(line)
        where = f"{path} row {row}"
        is_template = line.startswith(_TEMPLATE_MARK)
        whole = _read_template(where, line) if is_template else _read_document(where, line)
        if sum(part.amount for part in whole.lines) != whole.excl_tax:
            raise LedgerRefusedError([UnfootedDocumentError(where, _called(whole))])
        if (is_template, whole.id) in ids:
            raise LedgerRefusedError([TwiceError(where, whole.id)])
        ids.add((is_template, whole.id))
        yield row, whole
    for counted, word, is_template in ((header.documents, "documents", False), (header.templates, "templates", True)):
        found = sum(kind is is_template for kind, _ in ids)
        if found != counted:
            remark = f"The header counts {counted} {word}, and {found} follow."
            raise LedgerRefusedError([CutSnapshotError(f"{path} row {row}", what=remark)])
    if digest.hexdigest() != header.digest:
        raise LedgerRefusedError([ChangedSnapshotError(path)])


def _called(whole: FetchedDocument | Template) -> str:
    return (whole.name if isinstance(whole, Template) else whole.number) or whole.id


def _read_template(where: str, line: bytes) -> Template:
    values = dict(_read(TemplateShape, where, line))
    lines = tuple(TemplateLine(**dict(part)) for part in values.pop("lines"))
    return Template(id=values.pop("template"), lines=lines, **values)


def _read_document(where: str, line: bytes) -> FetchedDocument:
    values = dict(_read(DocumentShape, where, line))
    return FetchedDocument(lines=tuple(FetchedLine(**dict(part)) for part in values.pop("lines")), **values)


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
