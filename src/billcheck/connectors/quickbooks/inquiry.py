"""What can be asked of QuickBooks Online beyond pages: what was changed since a moment, and what lies around a place.

Comes in: ways to ask for rows. Goes out: objects that were changed, and short runs. Must not know addresses, or what is
kept of a fetch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from billcheck.connectors.sweep import Page, divide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from billcheck.connectors.base import Count
    from billcheck.connectors.payload import Payload
    from billcheck.connectors.sweep import Changes

_RUN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickBooksInquiry:
    """One query of QuickBooks.

    `changed` reads everything of its kind that was changed since a moment, as statements write it, and whatever else
    has to be read again; `rows` gives so many objects of the query from a place on. `belongs` says whether an object is
    among what the query asks for, `deleted` which of some ids were deleted since a moment.
    """

    changed: Callable[[str], Iterable[tuple[dict[str, Payload], Count]]]
    rows: Callable[[int, int], list[tuple[str, Payload]]]
    belongs: Callable[[Payload], bool]
    deleted: Callable[[frozenset[str], datetime], frozenset[str]]

    def changes(self, since: datetime) -> Changes[Payload] | None:
        """What was changed since; None where that moved while it was read."""
        found: dict[str, Payload] = {}
        for some, count in self.changed(written(since)):
            if count.read != count.stated:
                return None
            found |= some
        return divide(found, self.belongs)

    def around(self, position: int) -> Page[Payload]:
        """The last objects before a place, and whatever lies behind it."""
        start = max(position - _RUN + 1, 1)
        before = position - start + 1
        rows = self.rows(start, before + 1)
        return Page(rows, position, is_last=len(rows) == before)

    def gone(self, ids: frozenset[str], since: datetime) -> frozenset[str]:
        """Which of these were deleted since."""
        return self.deleted(ids, since)


def written(moment: datetime) -> str:
    """A moment as statements write it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
