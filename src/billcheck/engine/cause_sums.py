"""The differences of all charges, added up by cause.

Comes in: the leaks of one charge after the other. Goes out: groups for each cause, currency and total, and what all
that still runs comes to. Sums of different charges can be joined, in the order of the charges. Must not know how a
cause was found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from billcheck.causes import UNEXPLAINED, CauseGroup
from billcheck.engine.leaks import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.causes import PartOf
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.keys import Slot
    from billcheck.engine.leaks import Leaks
    from billcheck.findings import Totals
    from billcheck.pricing.schedule import Schedule

Key = tuple[str, Reason]
"""The currency and the reason of a group."""


@dataclass(slots=True)
class _Group:
    """One group as it grows: minor units, ordinals, and the ids of contracts, each once and in their order."""

    first_day: int
    end: int
    amount: int = 0
    rows: int = 0
    monthly: int = 0
    contracts: dict[str, None] = field(default_factory=dict)
    running: dict[str, None] = field(default_factory=dict)

    def join(self, other: _Group) -> None:
        self.first_day, self.end = min(self.first_day, other.first_day), max(self.end, other.end)
        self.amount += other.amount
        self.rows += other.rows
        self.monthly += other.monthly
        self.contracts |= other.contracts
        self.running |= other.running


@dataclass(slots=True)
class CauseSums:
    """Groups of differences by cause, and what the next invoices will be short or too much, per currency and total."""

    groups: dict[Key, _Group] = field(default_factory=dict)
    coming: Counter[tuple[str, PartOf]] = field(default_factory=Counter)

    def add(self, slot: Slot, schedule: Schedule, rows: Iterable[JudgedRow], leaks: Leaks) -> None:
        """Count the differences of one charge in."""
        contract, currency = slot.contract.id, slot.currency
        for row in rows:
            reason = leaks.reasons.get(row.period)
            if reason is None:
                continue
            first_day, end = schedule.first_days[row.period], schedule.ends[row.period]
            own = _Group(first_day, end, amount=abs(row.shortfall), rows=1, contracts={contract: None})
            self._join_group((currency, reason), own)
        running = leaks.running
        if running is not None:
            group = self.groups[currency, Reason(running.part_of, running.code, running.sentence)]
            group.running[contract] = None
            group.monthly += running.monthly_minor
            shortfall = running.next_invoice.shortfall_minor or 0
            self.coming[currency, "arrears" if shortfall > 0 else "overbilled"] += abs(shortfall)

    def _join_group(self, key: Key, group: _Group) -> None:
        found = self.groups.get(key)
        if found is None:
            self.groups[key] = group
        else:
            found.join(group)

    def join(self, later: CauseSums) -> None:
        """Count in what charges that follow came to."""
        for key, group in later.groups.items():
            self._join_group(key, group)
        self.coming.update(later.coming)

    def add_to(self, totals: Totals) -> None:
        """Add what still runs in a currency to its totals."""
        currency = totals.currency
        for (of_currency, reason), group in self.groups.items():
            if of_currency == currency and reason.part_of == "arrears":
                totals.monthly_leak += group.monthly
            elif of_currency == currency:
                totals.monthly_overbilled += group.monthly
        totals.next_shortfall += self.coming[currency, "arrears"]
        totals.next_overbilled += self.coming[currency, "overbilled"]

    def found(self) -> tuple[CauseGroup, ...]:
        """The groups by currency, arrears before what is overbilled, then the largest first, the unexplained last."""
        groups = [_make(key, group) for key, group in self.groups.items()]
        return tuple(sorted(groups, key=_order))


def _make(key: Key, group: _Group) -> CauseGroup:
    currency, reason = key
    return CauseGroup(
        code=reason.code,
        sentence=reason.sentence,
        part_of=reason.part_of,
        currency=currency,
        amount_minor=group.amount,
        contracts=tuple(group.contracts),
        rows=group.rows,
        first_day=date.fromordinal(group.first_day),
        last_day=date.fromordinal(group.end - 1),
        running=len(group.running),
        monthly_minor=group.monthly,
    )


def _order(group: CauseGroup) -> tuple[str, PartOf, bool, int, str, str]:
    is_unexplained = group.code == UNEXPLAINED
    return group.currency, group.part_of, is_unexplained, -group.amount_minor, group.code, group.sentence
