"""Periods that were copied from one invoice to the next: texts that state the same period again and again.

Comes in: the billing events of one charge. Goes out: those whose stated period is a copy, to be placed by their dates
like events that state none. A period that repeats is believed where it brings the named period to its exact amount,
where its document states other periods as well, and where the period of its date is billed by another document. Must
not know what a period comes to in the end.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.pinned import periods_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.engine.events import Event
    from billcheck.pricing.schedule import Schedule

Days = tuple[int, int]
"""First day and end, exclusive, of a stated period."""


class Mislabelled(NamedTuple):
    """Events that state one period though they bill others."""

    days: Days
    events: tuple[Event, ...]


def find_copied(schedule: Schedule, billed: Sequence[Event], nominal_days: int) -> list[Mislabelled]:
    """The events whose text states a period that it copies from another document."""
    stated: dict[Days, list[Event]] = {}
    for event in billed:
        if event.is_pinned:
            stated.setdefault((event.first_day, event.end_day), []).append(event)
    repeated = {days: events for days, events in stated.items() if len({event.number for event in events}) > 1}
    if not repeated:
        return []
    regular = [row for row, is_change in enumerate(schedule.changes) if not is_change]
    periods_of_documents = Counter((event.number, event.issue_day) for event in billed if event.is_pinned)
    found = []
    for days, events in repeated.items():
        issue_days = [event.issue_day for event in events]
        is_copied_on = 2 * (max(issue_days) - min(issue_days)) >= nominal_days
        if not is_copied_on or not all(event.is_from_text for event in events):
            continue
        taken = {row for other, group in stated.items() if other != days for row in periods_of(schedule, group[0])}
        original, lag = _original(schedule, events, nominal_days)
        free = {_row_of_date(schedule, regular, event, lag) for event in billed if not event.is_pinned}
        copies = _copies(schedule, regular, events, original, lag, taken | free)
        if original is not None:  # what follows it within half an interval is a second invoice for the same period
            copies = [event for event in copies if 2 * abs(event.issue_day - original.issue_day) >= nominal_days]
        copies = [event for event in copies if periods_of_documents[event.number, event.issue_day] == 1]
        if copies:
            found.append(Mislabelled(days, tuple(copies)))
    return found


def _original(schedule: Schedule, events: Sequence[Event], nominal_days: int) -> tuple[Event | None, int]:
    """The event that states the period rightly, nearest to its due day, and how many days after that day it comes."""
    rows = periods_of(schedule, events[0])
    if not rows:
        return None, 0
    due_day = schedule.due_days[rows[0]]
    nearest = min(events, key=lambda event: (abs(event.issue_day - due_day), event.issue_day))
    lag = nearest.issue_day - due_day
    return (nearest, lag) if abs(lag) <= nominal_days else (None, 0)


def _row_of_date(schedule: Schedule, regular: Sequence[int], event: Event, lag: int) -> int:
    """The period an event would bill by its date, when invoices come so many days after the due day."""
    return min(regular, key=lambda row: (abs(event.issue_day - lag - schedule.due_days[row]), row))


def _copies(
    schedule: Schedule,
    regular: Sequence[int],
    events: Sequence[Event],
    original: Event | None,
    lag: int,
    taken: set[int],
) -> list[Event]:
    """The events that bill an empty period by their date, unless together they make up the period they name."""
    named = periods_of(schedule, events[0])
    if sum(event.amount for event in events) == sum(schedule.amounts[row] for row in named):
        return []
    copies = []
    for event in events:
        row = _row_of_date(schedule, regular, event, lag)
        if event is not original and row not in taken and row not in named:
            taken = taken | {row}
            copies.append(event)
    return copies
