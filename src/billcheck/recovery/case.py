"""A case: everything that happened about one customer's arrears, in the order it was told.

Comes in: events. Goes out: the case as a value, and what it knows by now. Must not know which events may follow each
other, sums, files, reports or wording.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from billcheck.errors import InternalError
from billcheck.recovery.events import Briefed, Contacted, Opened, Reopened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from billcheck.recovery.arrears import Arrears
    from billcheck.recovery.events import Event, Override

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
        if not isinstance(first, Opened):
            raise InternalError("a case begins with its opening", event=type(first).__name__)
        return first

    @property
    def arrears(self) -> Arrears:
        """The arrears as frozen at the opening, or when the case was last reopened with other figures."""
        for event in reversed(self.events):
            if isinstance(event, Reopened) and event.arrears is not None:
                return event.arrears
        return self.opened.arrears

    @property
    def currency(self) -> str:
        """The currency of every amount in it."""
        return self.opened.arrears.currency

    @property
    def customer(self) -> str:
        """Whose arrears it is about, as the contracts spell it."""
        return self.opened.arrears.customer

    @property
    def briefed(self) -> Briefed:
        """What was settled before the talk: of each subject the latest that was said."""
        walk_away = survival = relationship = contact = None
        for event in self.of(Briefed):
            walk_away = event.walk_away or walk_away
            survival = event.survival or survival
            relationship = event.relationship or relationship
            contact = event.contact or contact
        return Briefed(
            on=self.events[-1].on, walk_away=walk_away, survival=survival, relationship=relationship, contact=contact
        )

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Every safeguard that was passed by, in order."""
        return tuple(
            override
            for event in self.events
            for override in (
                event.overrides if isinstance(event, Opened | Reopened) else (getattr(event, "override", None),)
            )
            if override is not None
        )

    @property
    def current(self) -> Iterator[Event]:
        """The events since the case was opened, or reopened: what was told and agreed before counts no more."""
        since = max(number for number, event in enumerate(self.events) if number == 0 or isinstance(event, Reopened))
        return iter(self.events[since:])

    @property
    def has_contact(self) -> bool:
        """Whether somebody has talked to the client, since the case was last opened."""
        return any(isinstance(event, Contacted) for event in self.current)

    def of(self, kind: type[E]) -> Iterator[E]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    def with_tax_percent(self, percent: Decimal) -> Case:
        """A case to reckon with, where periods of which nobody stated the tax percent have this one; not to be kept."""
        return replace(
            self,
            events=tuple(
                replace(event, arrears=event.arrears.with_tax_percent(percent))
                if isinstance(event, Opened | Reopened) and event.arrears is not None
                else event
                for event in self.events
            ),
        )
