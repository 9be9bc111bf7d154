"""Lines that bill a change beside the regular charge, on one document and without a period: told apart by the amount.

Comes in: the events of a charge whose schedule has changes, and the amounts of their lines. Goes out: the same events,
of which a line that bills exactly a change is one of its own. Were it added to the line beside it, a wrong price there
would hide that the change was billed, and a credit note that gives a change back and bills a period would do neither.
Must not know what other events billed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.engine.events import Event, Events
    from billcheck.pricing.schedule import Schedule


def set_changes_apart(events: Events, schedule: Schedule, amounts: Sequence[int], half_interval: int) -> Events:
    """The events, in their order; what bills a change stands before or after what its document bills beside it, as due.

    A credit note that takes back a change to lower terms in one line, and in others bills a period exactly, does both.

    Args:
        events: The events of the charge.
        schedule: Its periods and changes.
        amounts: Per row of the line table, what the line bills.
        half_interval: How many days from its due day a change may be billed, half the interval of the charge.
    """
    billed: list[Event] = []
    for event in events.billed:
        row = _row_of_change(event, schedule, amounts, half_interval)
        if row is None:
            billed.append(event)
            continue
        change, rest = _parted(event, row, amounts)
        is_before = _is_due_before(schedule, change, rest, half_interval)
        billed += [change, rest] if is_before else [rest, change]
    credits_: list[Event] = []
    for event in events.credits:
        row = _row_of_lowering(event, schedule, amounts, half_interval)
        if row is None:
            credits_.append(event)
            continue
        change, rest = _parted(event, row, amounts)
        credits_.append(change)
        billed.append(rest)
    if len(billed) > len(events.billed):
        billed.sort(key=lambda event: (event.issue_day, event.number))
    return replace(events, billed=billed, credits=credits_)


def _parted(event: Event, row: int, amounts: Sequence[int]) -> tuple[Event, Event]:
    """One line of an event as an event of its own, and the rest."""
    rows = tuple(other for other in event.rows if other != row)
    return (
        event._replace(rows=(row,), amount=amounts[row]),
        event._replace(rows=rows, amount=event.amount - amounts[row]),
    )


def _is_due_before(schedule: Schedule, change: Event, rest: Event, half_interval: int) -> bool:
    """Whether a change is due before the regular period beside it: the nearest one that costs just that, else any."""
    columns = list(zip(schedule.due_days, schedule.amounts, schedule.changes, strict=True))
    near = [column for column in columns if abs(change.issue_day - column[0]) <= half_interval]
    regular = [
        (amount != rest.amount, abs(rest.issue_day - day), day) for day, amount, is_change in near if not is_change
    ]
    due_days = [day for day, amount, is_change in near if is_change and amount == change.amount]
    return bool(regular) and min(due_days) < min(regular)[2]


def _row_of_change(event: Event, schedule: Schedule, amounts: Sequence[int], half_interval: int) -> int | None:
    """The only line of an event that is exactly a change due by then; None where regular periods explain the event."""
    if event.is_pinned or len(event.rows) == 1:
        return None
    regular, changes = _due_around(event, schedule, half_interval)
    if event.amount in regular:
        return None
    wanted = {amount for amount in changes - regular if amount > 0}
    found = [row for row in event.rows if amounts[row] in wanted]
    return found[0] if len(found) == 1 and event.amount > amounts[found[0]] else None


def _row_of_lowering(event: Event, schedule: Schedule, amounts: Sequence[int], half_interval: int) -> int | None:
    """The only line of a credit note that is exactly a change to lower terms, where the rest bills a period exactly."""
    if event.is_pinned or event.credited or len(event.rows) == 1 or event.amount >= 0:
        return None
    regular, changes = _due_around(event, schedule, half_interval)
    wanted = {amount for amount in changes if amount < 0}
    found = [row for row in event.rows if amounts[row] in wanted]
    return found[0] if len(found) == 1 and event.amount - amounts[found[0]] in regular else None


def _due_around(event: Event, schedule: Schedule, half_interval: int) -> tuple[set[int], set[int]]:
    """What the regular periods, and what the changes cost that are due near the day of an event."""
    near = [row for row, day in enumerate(schedule.due_days) if abs(event.issue_day - day) <= half_interval]
    regular = {schedule.amounts[row] for row in near if not schedule.changes[row]}
    return regular, {schedule.amounts[row] for row in near if schedule.changes[row]}
