"""Several charges that are checked together: one schedule with their amounts added.

Comes in: the schedules of charges with the same rhythm. Goes out: one schedule whose rows are the periods of any of
them, with the sum of what those that have the period expect. Must not know why they are checked together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.pricing.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.pricing.expected import ExpectedCharge
    from billcheck.pricing.schedule import Worked


@dataclass(frozen=True, slots=True)
class CombinedSchedule(Schedule):
    """A schedule of several charges; `contract` and `charge` are those of the first, which has the rhythm of all.

    `parts` names, per row, the members that have this period, each with its own row.
    """

    members: tuple[Schedule, ...]
    parts: tuple[tuple[tuple[int, int], ...], ...]

    def charge_at(self, index: int, worked: Worked | None = None) -> ExpectedCharge:
        """The expected charges of one row as one, with the derivations of all."""
        found = [self.members[member].charge_at(row, worked) for member, row in self.parts[index]]
        currency, amount = self.contract.currency, self.amounts[index]
        lines = [f"{charge.charge}: {line}" for charge in found for line in charge.derivation]
        is_known = index not in self.unknowns
        if len(found) > 1 and is_known:
            lines.append(f"{len(found)} charges checked together = {format_minor(amount, currency, grouped=True)}")
        return replace(
            found[0],
            charge=" + ".join(charge.charge for charge in found),
            quantity=None,
            amount_minor=amount if is_known else None,
            derivation=tuple(lines),
            parts=tuple(part for charge in found for part in charge.parts),
        )


def combine_schedules(members: Sequence[Schedule]) -> CombinedSchedule:
    """One schedule for charges of the same rhythm; periods with equal days are one row."""
    rows: dict[tuple[int, bool, int, int], list[tuple[int, int]]] = {}
    for member, schedule in enumerate(members):
        keys = zip(schedule.due_days, schedule.changes, schedule.first_days, schedule.ends, strict=True)
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append((member, row))
    ordered = sorted(rows)
    parts = tuple(tuple(rows[key]) for key in ordered)
    return CombinedSchedule(
        contract=members[0].contract,
        charge=members[0].charge,
        first_days=tuple(first_day for _, _, first_day, _ in ordered),
        ends=tuple(end for _, _, _, end in ordered),
        due_days=tuple(due_day for due_day, _, _, _ in ordered),
        amounts=tuple(sum(members[member].amounts[row] for member, row in part) for part in parts),
        changes=tuple(is_change for _, is_change, _, _ in ordered),
        members=tuple(members),
        parts=parts,
        unknowns={
            row: reason
            for row, part in enumerate(parts)
            for member, index in part
            if (reason := members[member].unknowns.get(index))
        },
    )
