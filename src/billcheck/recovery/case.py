"""A case: everything that happened about one customer's arrears, in the order it was told.

Comes in: events. Goes out: the case as a value, what it knows by now, and sums that always add up: per period,
excluding tax, arrears = open + invoiced + waived; per document, including tax, total = paid + outstanding + credited.
Must not know files, reports or wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from billcheck.recovery.events import Opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.arrears import Arrears
    from billcheck.recovery.events import Event

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `events` begin with the opening and are only ever appended to; `id` is stable."""

    id: str
    events: tuple[Event, ...]

    @property
    def opened(self) -> Opened:
        """How it began."""
        first = self.events[0]
        assert isinstance(first, Opened)  # noqa: S101 - what a case begins with is checked where it is made
        return first

    @property
    def arrears(self) -> Arrears:
        """The arrears as frozen at the opening."""
        return self.opened.arrears

    def of(self, kind: type[E]) -> Iterator[E]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))
