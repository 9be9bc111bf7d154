"""What a coming period would be billed at, if nothing changes: by the terms that explain the latest difference.

Comes in: the explanations of a run of differences, and one period that is still to be billed. Goes out: its amount in
minor units, or None where the explanations do not agree on one. That is an inference, and whoever shows it says so.
Must not know what was billed, nor how an explanation was found.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.money import round_half_up
from billcheck.pricing.mistakes import mistaken_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from billcheck.contracts.terms import Contract
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.schedule import Schedule


def find_outlook(
    contract: Contract, schedule: Schedule, period: int, mistakes: Sequence[Mistake], share: Fraction | None
) -> int | None:
    """What a period would be billed at under explanations that fit equally well, if all say the same.

    Args:
        contract: The contract of the charge.
        schedule: The agreed schedule.
        period: The coming period, as an index of the schedule.
        mistakes: Each of the wrong terms that explain the difference.
        share: The part of the agreed amount that explains it too; None where none does.

    Returns:
        The amount in minor units. None where nothing explains the difference, where explanations differ on this period,
        or where it is not known what was agreed for it or what the wrong terms would make of it.
    """
    if period in schedule.unknowns:
        return None
    amounts = {_amount_by(contract, mistake, schedule, period) for mistake in mistakes}
    if share is not None:
        amounts.add(round_half_up(share * schedule.amounts[period]))
    return amounts.pop() if len(amounts) == 1 else None


def _amount_by(contract: Contract, mistake: Mistake, schedule: Schedule, period: int) -> int | None:
    """What a period comes to by other terms; None where these have no such period, or its amount is not known."""
    other = mistaken_schedule(contract, mistake, date.fromordinal(schedule.due_days[period]))
    days = schedule.first_days[period], schedule.ends[period], False
    for index, found in enumerate(zip(other.first_days, other.ends, other.changes, strict=True)):
        if found == days:
            return None if index in other.unknowns else other.amounts[index]
    return None
