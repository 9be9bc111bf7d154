"""What a coming period would be billed at, if nothing changes: by the terms that explain the latest difference.

Comes in: the explanations of a run of differences, and one period that is still to be billed. Goes out: its amount in
minor units, or None where the explanations do not agree on one. That is an inference, and whoever shows it says so.
Must not know what was billed, nor how an explanation was found.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.money import round_half_up
from billcheck.pricing.escalation import uplifts_of
from billcheck.pricing.mistakes import mistaken_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.contracts.uplifts import Escalator
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.schedule import Schedule


class Ahead(NamedTuple):
    """The latest period that shows a difference and the one that is billed next, as indices of the schedule."""

    latest: int
    coming: int


def find_outlook(
    contract: Contract,
    charge: Charge,
    schedule: Schedule,
    ahead: Ahead,
    mistakes: Sequence[Mistake],
    share: Fraction | None,
) -> int | None:
    """What a period would be billed at under explanations that fit equally well, if all say the same.

    A change that was agreed for a day after the latest period, and that the wrong terms leave out like the ones before
    it, may be left out as well or not: where that matters, nothing is foretold.

    Args:
        contract: The contract of the charge.
        charge: The charge as agreed.
        schedule: Its schedule.
        ahead: The period in question, and the latest that the explanations are known to hold for.
        mistakes: Each of the wrong terms that explain the difference.
        share: The part of the agreed amount that explains it too; None where none does.

    Returns:
        The amount in minor units. None where nothing explains the difference, where explanations differ on this period,
        or where it is not known what was agreed for it or what the wrong terms would make of it.
    """
    if ahead.coming in schedule.unknowns:
        return None
    cutoff = date.fromordinal(schedule.ends[ahead.latest])
    amounts: set[int | None] = set()
    for mistake in mistakes:
        amounts.add(_amount_by(contract, mistake, schedule, ahead.coming))
        resumed = with_changes_since(mistake.charge, charge, cutoff)
        if resumed != mistake.charge:
            amounts.add(_amount_by(contract, replace(mistake, charge=resumed), schedule, ahead.coming))
    if share is not None:
        amounts.add(round_half_up(share * schedule.amounts[ahead.coming]))
    return amounts.pop() if len(amounts) == 1 else None


def with_changes_since(mistaken: Charge, agreed: Charge, cutoff: date) -> Charge:
    """The wrong terms, with the price steps, amendments and uplifts of the agreed ones from a day on."""
    escalators = mistaken.escalators
    if len(escalators) == len(agreed.escalators):
        pairs = zip(escalators, agreed.escalators, strict=True)
        escalators = tuple(_resumed(own, other, mistaken.start, cutoff) for own, other in pairs)
    return replace(
        mistaken,
        price_steps=(
            *(step for step in mistaken.price_steps if step.on < cutoff),
            *(step for step in agreed.price_steps if step.on >= cutoff),
        ),
        amendments=(
            *(amendment for amendment in mistaken.amendments if amendment.on < cutoff),
            *(amendment for amendment in agreed.amendments if amendment.on >= cutoff),
        ),
        escalators=escalators,
    )


def _resumed(own: Escalator, agreed: Escalator, start: date, cutoff: date) -> Escalator:
    """Uplifts that were forgotten for good, as if only those before a day were forgotten."""
    if own.until is None or own.until == agreed.until:
        return own
    days = (uplift.day for uplift in uplifts_of(agreed, start, cutoff) if own.until <= uplift.day < cutoff)
    return replace(own, until=agreed.until, skipped=tuple(sorted({*own.skipped, *days})))


def _amount_by(contract: Contract, mistake: Mistake, schedule: Schedule, period: int) -> int | None:
    """What a period comes to by other terms; None where these have no such period, or its amount is not known."""
    other = mistaken_schedule(contract, mistake, date.fromordinal(schedule.due_days[period]))
    days = schedule.first_days[period], schedule.ends[period], False
    for index, found in enumerate(zip(other.first_days, other.ends, other.changes, strict=True)):
        if found == days:
            return None if index in other.unknowns else other.amounts[index]
    return None
