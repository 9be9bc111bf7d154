"""How Xero speaks of faults, and the limits it sets.

Comes in: answers. Goes out: what they call for. The limits are those of its documentation: 60 requests a minute and 5
at once for each organisation, of which we use a little less, and so many a day. Must not know documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.faults import excerpt
from billcheck.connectors.http import Fault
from billcheck.connectors.patience import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.http import Answer

PACE = Pace(
    per_minute=55,
    at_once=4,
    minute_headers=("x-minlimit-remaining", "x-appminlimit-remaining"),
    day_header="x-daylimit-remaining",
)
_CONCURRENT = "concurrent"
_OUT_OF_REACH = ("AuthorizationUnsuccessful", "insufficient_scope")
_UNAUTHORISED, _TOO_MANY, _BAD_REQUEST = 401, 429, 400


class XeroDialect:
    """Reads status, body and headers of an answer."""

    def request_id(self, headers: Mapping[str, str]) -> str:
        """Xero's correlation id."""
        return headers.get("xero-correlation-id", "")

    def fault(self, answer: Answer, /) -> Fault | None:
        """What is wrong; None leaves it to the status."""
        if answer.status == _TOO_MANY:
            problem = answer.headers.get("x-rate-limit-problem", "")
            if problem.lower() == _CONCURRENT and "retry-after" not in answer.headers:
                # Others of the same application ask as well: that is over in a moment, not in a minute.
                return Fault("again", "too many ask at once")
            return Fault("limit", f"its {problem or 'request'} limit is used up", problem)
        said = _said(answer)
        if answer.status == _UNAUTHORISED:
            # Only an expired token is worth a new one; a scope that lacks, or a wrong organisation, stays wrong.
            is_out_of_reach = any(word in said for word in _OUT_OF_REACH)
            return Fault("not_allowed" if is_out_of_reach else "expired", said)
        if answer.status == _BAD_REQUEST:
            return Fault("refused", said)
        return None


def _said(answer: Answer) -> str:
    """The words of a fault, in any of the shapes that were seen."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return excerpt(answer.body)
    words = [str(found[key]) for key in ("error", "Title", "Detail", "Message") if found.get(key)]
    for element in found.get("Elements") or ():
        errors = element.get("ValidationErrors") if isinstance(element, dict) else None
        words += [str(error.get("Message")) for error in errors or () if isinstance(error, dict)]
    return excerpt("; ".join(words).encode()) or excerpt(answer.body)
