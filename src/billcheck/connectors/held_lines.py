"""Lines of what is held of a ledger's answers: what they say, and how an edited one is noticed.

Comes in: pages as a ledger answered them, and what they are pages of. Goes out: lines of JSON, each with a digest that
covers the lines above it; and back. What the end of a process cut off is left out; what was edited, or is of another
version or another fetch, is not believed at all. Must not know files, or what the pages mean.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from billcheck.errors import BillcheckError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.connectors.base import Request

VERSION = 1
"""Changes when a line changes its meaning."""
_START, _MIDDLE, _END = b'{"digest":"', b'","held":', b"}\n"
_HEAD = len(_START) + 64
_EXACT = "$"
"""The key of an object that stands for a number with decimals, since JSON has no exact ones."""
_NO_LINE = "It holds a line that is none of ours."


class NotBelievedError(BillcheckError):
    """What is held is not used, and why."""


@dataclass(frozen=True, slots=True)
class HeldPage:
    """One page: how many objects were asked for, how many the ledger said there are in all, and the objects by id.

    A `size` of 0 is a part of everything that was found, in no order of the ledger.
    """

    size: int
    stated: int
    items: Sequence[tuple[str, Any]]
    is_last: bool = False


@dataclass(slots=True)
class HeldQuery:
    """What is held of one query: its pages by number, what was read of an object by itself, and whether that is all."""

    pages: dict[int, HeldPage] = field(default_factory=dict)
    mended: dict[str, Any] = field(default_factory=dict)
    is_proved: bool = False


@dataclass(slots=True)
class Held:
    """All lines of a file: when the fetch began, since when nothing was read from nothing, and the queries by text.

    `digest` is that of the last line, and `end` where it ends.
    """

    begun: datetime
    whole_since: datetime
    queries: dict[str, HeldQuery] = field(default_factory=dict)
    digest: str = ""
    end: int = 0


def fetch_name(connector: str, organisation_id: str, request: Request, host: str = "") -> dict[str, Any]:
    """What a file is of: the version of billcheck, the organisation at a host, and the request.

    A sandbox and what is real may call an organisation the same, and answer at different hosts.
    """
    return {
        "billcheck_held": VERSION,
        "billcheck": version("billcheck"),
        "connector": connector,
        "host": host,
        "organisation_id": organisation_id,
        "first_day": request.first_day.isoformat(),
        "last_day": request.last_day.isoformat(),
        "customers": list(request.customers),
    }


def header(name: dict[str, Any], begun: datetime, whole_since: datetime) -> dict[str, Any]:
    """The first line."""
    return {**name, "begun": begun.isoformat(), "whole_since": whole_since.isoformat()}


def page_line(query: str, number: int, page: HeldPage) -> dict[str, Any]:
    """The line of a page."""
    return {
        "query": query,
        "page": number,
        "size": page.size,
        "stated": page.stated,
        "is_last": page.is_last,
        "items": [[key, data] for key, data in page.items],
    }


def read_held(lines: Iterable[bytes], name: dict[str, Any]) -> Held | None:
    """What lines hold; None where there is not even a header.

    Args:
        lines: The lines with their line ends.
        name: What they should be of.

    Raises:
        NotBelievedError: Nothing of it is to be used.
    """
    held: Held | None = None
    digest = ""
    for number, line in enumerate(lines, start=1):
        body = _checked(line, digest)
        if body is None:
            if line.endswith(b"\n"):
                message = f"Its line {number} is not as it was written."
                raise NotBelievedError(message)
            break  # the process ended while it wrote this
        digest = line[len(_START) : _HEAD].decode("ascii")
        if held is None:
            held = _read_header(_decoded(body), name)
        else:
            _read_line(_decoded(body), held.queries)
        held.digest = digest
        held.end += len(line)
    return held


def _read_header(found: dict[str, Any], name: dict[str, Any]) -> Held:
    if any(found.get(key) != name[key] for key in ("billcheck_held", "billcheck")):
        message = "It was written by another version of billcheck."
        raise NotBelievedError(message)
    try:
        begun, whole_since = (datetime.fromisoformat(found[key]).astimezone(UTC) for key in ("begun", "whole_since"))
    except (KeyError, TypeError, ValueError):
        raise NotBelievedError(_NO_LINE) from None
    if found != header(name, begun, whole_since):
        message = "It is of another fetch."
        raise NotBelievedError(message)
    return Held(begun, whole_since)


def _read_line(line: dict[str, Any], queries: dict[str, HeldQuery]) -> None:
    try:
        query = line["query"]
        if "dropped" in line:
            queries.pop(query, None)
            return
        held = queries.setdefault(query, HeldQuery())
        if "proved" in line:
            held.is_proved = True
        elif "mended" in line:
            key, data = line["mended"]
            held.mended[key] = data
        else:
            items = tuple((str(key), data) for key, data in line["items"])
            size, stated = int(line["size"]), int(line["stated"])
            held.pages[int(line["page"])] = HeldPage(size, stated, items, line["is_last"] is True)
            held.is_proved = False
    except (KeyError, TypeError, ValueError):
        raise NotBelievedError(_NO_LINE) from None


def line_of(value: dict[str, Any], digest: str) -> tuple[bytes, str] | None:
    """A line and its digest; None where an object of the ledger looks like a number of ours, and cannot be told apart.

    Args:
        value: What it says.
        digest: That of the line above it, empty for none.
    """
    body = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_exact).encode("ascii")
    if body.count(b'{"' + _EXACT.encode() + b'":') != _decimals(value):
        return None
    own = _digest_of(digest, body)
    return _START + own.encode("ascii") + _MIDDLE + body + _END, own


def _digest_of(last: str, body: bytes) -> str:
    digest = sha256(last.encode("ascii"))
    digest.update(body)
    return digest.hexdigest()


def _checked(line: bytes, last: str) -> bytes | None:
    """What a line holds; None where it does not fit its digest or the lines above it."""
    body = line[_HEAD + len(_MIDDLE) : -len(_END)]
    own = _digest_of(last, body).encode("ascii")
    return body if line == _START + own + _MIDDLE + body + _END else None


def _exact(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_EXACT: str(value)}
    raise TypeError(type(value).__name__)


def _decimals(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_decimals, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_decimals, value))
    return isinstance(value, Decimal)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body, object_hook=_number_or_object)
    except (ValueError, ArithmeticError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotBelievedError(_NO_LINE)
    return found


def _number_or_object(value: dict[str, Any]) -> Any:  # noqa: ANN401 - a number, or the object as it is
    is_number = len(value) == 1 and isinstance(value.get(_EXACT), str)
    return json.loads(value[_EXACT], parse_float=Decimal, parse_int=Decimal) if is_number else value
