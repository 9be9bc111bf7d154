"""How QuickBooks Online speaks of faults, and the limits it sets.

Comes in: answers. Goes out: what they call for. A fault may stand in JSON with capitals or without, in XML where JSON
was asked for, and inside an answer that is good by its status. The limits are those of its documentation: 500 requests
a minute and 10 a second for each company, of which we use a little less. Must not know documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from billcheck.connectors.faults import excerpt
from billcheck.connectors.http import Fault
from billcheck.connectors.patience import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from billcheck.connectors.http import Answer

PACE = Pace(per_minute=450, per_second=8, at_once=4)
_TOO_MANY = 429
_FAILED = range(500, 600)
_EXPIRED, _THROTTLED, _SYSTEM = 3200, 3001, 10000
_SIGN_IN = frozenset({120, 3201})
_NOT_ALLOWED = {
    3100: "The application is not connected to this company: check the realm id, and that keys for the sandbox go to "
    "the sandbox and those for production to production",
    6190: "The subscription of this company has ended",
}
_HINTS = {
    610: "what it refers to may have been made inactive, and a whole list be refused for it: fetch shorter windows to "
    "find out which"
}
_TOKEN = re.compile(r"(token[^:\s]{0,20}(?: \w{1,20})?:\s*)[^\s;<]+", re.IGNORECASE)
"""A token in the words of a fault, as QuickBooks repeats one that has expired."""
_CODE_IN_WORDS = re.compile(r"errorCode=0*([0-9]{1,9})")
_MAY_BE_FAULT = re.compile(rb"fault", re.IGNORECASE)
_XML_FAULT = re.compile(rb"<(?:\w+:)?Fault\b")
_XML_CODE = re.compile(r"<(?:\w+:)?Error\b[^>]{0,500}?\bcode=\"0*([0-9]{1,9})\"")
_XML_WORDS = re.compile(r"<(?:\w+:)?(?:Message|Detail)>([^<]{0,2000})<")
_LIMIT_REMARK = "its request limit, or the month's quota of reads, is used up"
_MOST_PAUSES = 2
"""Pauses for a limit that names no time: it is over within a minute unless it is that of the month."""


class QuickBooksDialect:
    """Reads status, body and headers of an answer."""

    def request_id(self, headers: Mapping[str, str]) -> str:
        """Intuit's id of the exchange."""
        return headers.get("intuit_tid") or headers.get("intuit-tid", "")

    def fault(self, answer: Answer, /) -> Fault | None:
        """What is wrong; None leaves it to the status."""
        found = _said(answer)
        code, words = found or (0, "")
        if answer.status == _TOO_MANY or code == _THROTTLED:
            return Fault("limit", _LIMIT_REMARK, repeats=None if "retry-after" in answer.headers else _MOST_PAUSES)
        if found is None:
            return None
        if code == _EXPIRED:
            return Fault("expired", words)
        if code in _SIGN_IN:
            return Fault("sign_in", words)
        if code in _NOT_ALLOWED:
            return Fault("not_allowed", f"{_NOT_ALLOWED[code]} ({words})")
        if code == _SYSTEM:
            return Fault("again", words, repeats=1)
        if answer.status in _FAILED:
            return Fault("again", words)
        # 401 and 403 say by themselves whether a new token or another sign-in is called for.
        hint = f" ({_HINTS[code]})" if code in _HINTS else ""
        return Fault(_BY_STATUS.get(answer.status, "refused"), words + hint)


_BY_STATUS: dict[int, Any] = {401: "expired", 403: "not_allowed"}


def _said(answer: Answer) -> tuple[int, str] | None:
    """The code and the words of the first fault in an answer; None where it holds none."""
    if not _MAY_BE_FAULT.search(answer.body):
        return None  # most answers are large and good: they are not taken apart twice
    try:
        found = answer.json()
    except ValueError:
        return _said_in_xml(answer.body)
    for error in _errors(found):
        lower = {str(key).lower(): value for key, value in error.items()}
        words = [str(lower[key]) for key in ("message", "detail") if lower.get(key)]
        # Where the gateway speaks, the code may be 0 and stand, padded with zeros, in the words alone.
        code = _number(lower.get("code")) or _number_in("; ".join(words))
        shown = "; ".join([*words, *([f"code {code}"] if code else [])])
        return code, _shown(shown)
    return None


def _errors(found: object) -> Iterator[dict[str, Any]]:
    """The errors of every fault, at the top or in the members of a list, such as those of a batch."""
    if not isinstance(found, dict):
        return
    for key, value in found.items():
        if str(key).lower() == "fault" and isinstance(value, dict):
            yield from _errors_of(value)
        elif isinstance(value, list):
            for each in value:
                inner = each.get("Fault") or each.get("fault") if isinstance(each, dict) else None
                if isinstance(inner, dict):
                    yield from _errors_of(inner)


def _errors_of(fault: dict[str, Any]) -> Iterator[dict[str, Any]]:
    errors = next((value for key, value in fault.items() if str(key).lower() == "error"), None)
    listed = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    yield from listed or [{"message": str(fault.get("type") or "a fault without words")}]


def _said_in_xml(body: bytes) -> tuple[int, str] | None:
    if not _XML_FAULT.search(body):
        return None
    text = body.decode("utf-8", "replace")
    code = _XML_CODE.search(text)
    words = "; ".join(_XML_WORDS.findall(text))
    return (int(code[1]) if code else _number_in(words)), _shown(words) or "a fault without words"


def _shown(words: str) -> str:
    return excerpt(_TOKEN.sub(r"\1…", words).encode())


def _number(code: object) -> int:
    text = str(code)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - no code is so long


def _number_in(words: str) -> int:
    found = _CODE_IN_WORDS.search(words)
    return int(found[1]) if found else 0
