"""Days as Xero writes them.

Comes in: objects of its answers, and the time zone of the organisation. Goes out: days. Must not know which object
it is.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from billcheck.connectors.payload import Payload

_MOMENT = re.compile(r"/Date\((-?[0-9]{1,15})(?:([+-])([0-9]{2})([0-9]{2}))?\)/")
_DAY = 86_400_000


def read_day(payload: Payload, name: str, zone: ZoneInfo | None = None) -> date | None:
    """A day, by its text where there is one, else by milliseconds and the offset that stands beside them.

    The start of 1970 stands for no day. Without an offset, milliseconds at midnight are those of a day in UTC; others
    are midnight where the organisation is, which Xero is known to give as the evening of the day before.
    """
    text = payload.optional_text(f"{name}String")
    if text:
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            payload.refuse(f"{name}String", "a day")
    text = payload.optional_text(name)
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        payload.refuse(name, "a day")
    milliseconds = int(found[1])
    if not milliseconds:
        return None
    offset = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0)) * (-1 if found[2] == "-" else 1)
    is_local = not offset and zone is not None and milliseconds % _DAY
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        return moment.astimezone(zone if is_local else timezone(offset)).date()
    except (OverflowError, ValueError):
        payload.refuse(name, "a day")


def is_within_a_day(payload: Payload, name: str) -> bool:
    """Whether a day is given as a moment within one, without the offset that tells which day is meant."""
    found = _MOMENT.fullmatch(payload.optional_text(name))
    has_text = payload.has(f"{name}String")
    return found is not None and not has_text and found[3] in {None, "00"} and int(found[1]) % _DAY != 0
