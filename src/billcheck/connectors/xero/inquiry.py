"""What can be asked of Xero beyond pages: what was changed since a moment, and what lies around a place.

Comes in: a way to ask for pages. Goes out: objects that were changed, and short runs. Must not know addresses, or what
is kept of a fetch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.connectors.sweep import Page, divide, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from billcheck.connectors.payload import Payload
    from billcheck.connectors.sweep import Changes

_LONGEST_RUN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroInquiry:
    """One query of Xero.

    `ask` gives a page of it by number and size, `ask_since` one of everything of its kind that was changed since a
    moment; `belongs` says whether an object is among what the query asks for. `more` are ways to ask for what has to be
    read again besides, such as the documents of a contact that is called otherwise by now.
    """

    kind: str
    size: int
    ask: Callable[[int, int], Page[Payload]]
    ask_since: Callable[[datetime], Callable[[int, int], Page[Payload]]]
    belongs: Callable[[Payload], bool]
    more: Sequence[Callable[[int, int], Page[Payload]]] = ()

    def changes(self, since: datetime) -> Changes[Payload] | None:
        """What was changed since; None where that moved while it was read."""
        found: dict[str, Payload] = {}
        for ask in (*self.more, self.ask_since(since)):
            some, count = sweep(self.kind, ask, size=self.size, at_once=1)
            if count.read != count.stated:
                return None
            found |= some
        return divide(found, self.belongs)

    def around(self, position: int) -> Page[Payload]:
        """A page of such a size that the place lies well within it, since pages lie where their size puts them."""
        size = max(range(2, _LONGEST_RUN + 1), key=lambda size: min(position % size, size - position % size))
        return self.ask(position // size + 1, size)

    def gone(self, ids: frozenset[str], since: datetime) -> frozenset[str]:
        """None: Xero keeps what was deleted, and says so by its status."""
        del ids, since
        return frozenset()
