"""Charges that are checked together, because their terms say so or because no line tells them apart.

Comes in: all lines with the charges they found, and those that fit several. Goes out: the same, with groups of charges
in the place of their members: the lines of all stand under the first, as do the lines that fit several of them. Only
charges with one rhythm, one currency and one tax percent are added up. Must not know how money is allocated.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from billcheck.engine.match_rules import NAMING_RULES, RULE_MASK, MatchRule
from billcheck.pricing.combined import combine_schedules
from billcheck.pricing.schedule import Schedule, make_schedule

if TYPE_CHECKING:
    from datetime import date

    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched

MOST_SUMMED = 12
"""Of more charges than this, a line is held against the sum of all only, not against every selection."""


def check_together(matched: Matched, until: date) -> None:
    """Put groups in the place of charges that are checked together.

    Args:
        matched: All lines; documents that stand in several sources are set aside by now. Changed in place.
        until: How far prices are laid out.
    """
    if not matched.ambiguous and not any(slot.group for slot in matched.directory.slots):
        return
    search = _Search(matched, until)
    search.join_declared()
    for row, numbers in matched.ambiguous.items():
        search.consider(row, numbers)
    _put_in_place(matched, search.groups(), search.chosen)


def schedule_of(slot: Slot, until: date) -> Schedule:
    """The schedule of a charge, or the sum of those of a group."""
    if not slot.members:
        return make_schedule(slot.contract, slot.charge, until)
    return combine_schedules([make_schedule(member.contract, member.charge, until) for member in slot.members])


class _Search:
    """Finds the groups; `_leaders` leads each slot towards the first of its group.

    `chosen` names, per line that asked for a group, one of its members.
    """

    def __init__(self, matched: Matched, until: date) -> None:
        self._matched = matched
        self._until = until
        self._slots = matched.directory.slots
        self._leaders: dict[int, int] = {}
        self._days: dict[int, list[int]] = {}
        self._named: dict[int, bool] = {}
        self._schedules: dict[int, Schedule] = {}
        self.chosen: dict[int, int] = {}
        self._known: dict[tuple[tuple[int, ...], int, int, int], tuple[int, ...]] = {}

    def join_declared(self) -> None:
        """Join the charges of a contract that declare the same group."""
        first: dict[tuple[str, str], int] = {}
        for slot in self._slots:
            if slot.group:
                self._join((first.setdefault((slot.contract.id, slot.group), slot.number), slot.number))

    def consider(self, row: int, numbers: tuple[int, ...]) -> None:
        """Join the charges that one line asks for: those it is the sum of, else those nothing tells apart."""
        matched = self._matched
        amount, day = matched.lines.amounts[row], matched.lines.first_days[row] or matched.lines.issue_days[row]
        currency = self._slots[numbers[0]].currency
        if amount <= 0 or matched.currency_of(row) != currency:
            return
        key = (numbers, amount, day, matched.lines.first_days[row])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._asked_for(numbers, amount, day)
        self._join(known)
        if known:
            self.chosen[row] = known[0]

    def groups(self) -> list[tuple[int, ...]]:
        """The groups, each in slot order."""
        found: dict[int, list[int]] = {}
        for number in sorted(self._leaders):
            found.setdefault(self._leader(number), []).append(number)
        return [tuple(members) for members in found.values() if len(members) > 1]

    def _join(self, numbers: tuple[int, ...]) -> None:
        leaders = {self._leader(number) for number in numbers}
        for leader in leaders:
            self._leaders[leader] = min(leaders)

    def _leader(self, number: int) -> int:
        leader = self._leaders.setdefault(number, number)
        while leader != self._leaders[leader]:
            leader = self._leaders[leader]
        self._leaders[number] = leader
        return leader

    def _asked_for(self, numbers: tuple[int, ...], amount: int, day: int) -> tuple[int, ...]:
        slots = [self._slots[number] for number in numbers]
        summed = self._summed(slots, amount, day)
        if summed:
            return summed if not any(self._has_line_near(number, day) for number in summed) else ()
        if len({_measure(slot) for slot in slots}) > 1 or not all(slot.is_recurring for slot in slots):
            return ()
        if any(slot.items or slot.accounts or slot.trackings or slot.patterns for slot in slots):
            return ()
        if any(self._is_named(number) for number in numbers):
            return ()
        return numbers if not all(self._has_line_near(number, day) for number in numbers) else ()

    def _summed(self, slots: list[Slot], amount: int, day: int) -> tuple[int, ...]:
        """The only charges of one rhythm that come to this amount together at the time; none where several do."""
        found: list[tuple[int, ...]] = []
        by_measure: dict[tuple[object, ...], list[Slot]] = {}
        for slot in slots:
            if slot.is_recurring:
                by_measure.setdefault(_measure(slot), []).append(slot)
        for alike in by_measure.values():
            prices = [(slot.number, self._price_near(slot, day)) for slot in alike]
            sizes = range(2, len(prices) + 1) if len(prices) <= MOST_SUMMED else (len(prices),)
            found += [
                tuple(number for number, _ in chosen)
                for size in sizes
                for chosen in combinations(prices, size)
                if sum(price for _, price in chosen) == amount and all(price for _, price in chosen)
            ]
        return found[0] if len(found) == 1 else ()

    def _price_near(self, slot: Slot, day: int) -> int:
        """What the charge expects for the regular period that holds the day or is due nearest to it; 0 for none."""
        schedule = self._schedules.get(slot.number)
        if schedule is None:
            schedule = self._schedules[slot.number] = make_schedule(slot.contract, slot.charge, self._until)
        rows = [row for row in range(len(schedule)) if not schedule.changes[row]]
        nearest = min(rows, key=lambda row: (abs(schedule.due_days[row] - day), row), default=None)
        return 0 if nearest is None else schedule.amounts[nearest]

    def _has_line_near(self, number: int, day: int) -> bool:
        """Whether the charge has a line of its own less than half an interval away."""
        days = self._days.get(number)
        lines = self._matched.lines
        if days is None:
            days = self._days[number] = sorted(
                lines.first_days[row] or lines.issue_days[row] for row in lines.rows_of(number)
            )
        every = self._slots[number].charge.every
        reach = 0 if every is None else every.nominal_days // 2
        at = bisect_left(days, day - reach)
        return at < len(days) and days[at] <= day + reach

    def _is_named(self, number: int) -> bool:
        """Whether some line names the charge."""
        known = self._named.get(number)
        if known is None:
            lines = self._matched.lines
            rules = {lines.match_rules[row] & RULE_MASK for row in lines.rows_of(number)}
            known = self._named[number] = not NAMING_RULES.isdisjoint(rules)
        return known


def _measure(slot: Slot) -> tuple[object, ...]:
    """What charges must share to be added up."""
    return (slot.charge.rhythm, slot.currency, slot.contract.tax_percent_of(slot.charge))


def _put_in_place(matched: Matched, groups: list[tuple[int, ...]], chosen: dict[int, int]) -> None:
    directory = matched.directory
    slots = list(directory.slots)
    leader_of = {number: members[0] for members in groups for number in members}
    extra: dict[int, list[int]] = {}
    for row, numbers in list(matched.ambiguous.items()):
        asked_for = (chosen[row],) if row in chosen else numbers
        leaders = tuple(sorted({leader_of.get(number, number) for number in asked_for}))
        if len(leaders) == 1:
            extra.setdefault(leaders[0], []).append(row)
            del matched.ambiguous[row]
            matched.lines.match_rules[row] = matched.lines.match_rules[row] & ~RULE_MASK | MatchRule.TOGETHER
        else:
            matched.ambiguous[row] = leaders
    for members in groups:
        leader = members[0]
        slots[leader] = replace(slots[leader], members=tuple(directory.slots[number] for number in members))
        matched.lines.merge(members, extra.get(leader, []), into=leader)
        matched.is_plain[leader] = 0
        matched.merged.update(members[1:])
        contracts = {directory.slots[number].contract.id for number in members}
        if matched.touched_contracts & contracts:
            matched.touched_contracts |= contracts
    matched.directory = replace(directory, slots=tuple(slots))
