"""Charges that are checked together, because their terms say so or because no line tells them apart.

Comes in: all lines with the charges they found, and those that fit several. Goes out: the same, with groups of charges
in the place of their members: the lines of all stand under the first, as do the lines that fit several of them. A line
that is the exact sum of charges which other lines do tell apart is split over them instead, each its own amount. Only
charges with one rhythm, one currency and one tax percent are added up. Must not know how money is allocated.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.engine.exact_sums import ExactSums, measure_of
from billcheck.engine.match_rules import NAMING_RULES, RULE_MASK, MatchRule
from billcheck.ledger.table import Share
from billcheck.pricing.combined import CombinedSchedule, combine_schedules
from billcheck.pricing.schedule import Schedule, make_schedule

if TYPE_CHECKING:
    from datetime import date

    from billcheck.engine.exact_sums import Shares
    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched


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
    search.read_sums()
    search.join_indistinct()
    _put_in_place(matched, search)


def schedule_of(slot: Slot, until: date) -> Schedule:
    """The schedule of a charge, or the sum of those of a group."""
    if not slot.members:
        return make_schedule(slot.contract, slot.charge, until)
    return combine_schedules([make_schedule(member.contract, member.charge, until) for member in slot.members])


def names_in(slot: Slot, schedule: Schedule, period: int) -> tuple[str, ...]:
    """The charges that a period is of: those of a group that have it."""
    if not isinstance(schedule, CombinedSchedule):
        return slot.names
    return tuple(slot.names[member] for member, _ in schedule.parts[period])


class _Search:
    """Finds the groups; `_leaders` leads each slot towards the first of its group.

    `together` names, per line that asked for a group, one of its members; `shares` what each charge has of a line that
    is the exact sum of several.
    """

    def __init__(self, matched: Matched, until: date) -> None:
        self._matched = matched
        self._slots = matched.directory.slots
        self._sums = ExactSums(self._slots, until)
        self._leaders: dict[int, int] = {}
        self._days: dict[int, list[int]] = {}
        self._named: dict[int, bool] = {}
        self._indistinct: dict[tuple[int, ...], bool] = {}
        self.together: dict[int, int] = {}
        self.shares: dict[int, Shares] = {}

    def join_declared(self) -> None:
        """Join the charges of a contract that declare the same group."""
        first: dict[tuple[str, str], int] = {}
        for slot in self._slots:
            if slot.group:
                self._join((first.setdefault((slot.contract.id, slot.group), slot.number), slot.number))

    def read_sums(self) -> None:
        """Find the lines that are the exact sum of charges.

        Charges without any line of their own are joined. Where one of them has lines of its own, others tell them
        apart: added up, an excess on one would hide a shortfall on another. Each then has its own share of the line.
        """
        asked = {number for numbers in {*self._matched.ambiguous.values()} for number in numbers}
        alone = {number for number in asked if self._days_of(number)}
        found: list[tuple[int, Shares]] = []
        for row, numbers in self._matched.ambiguous.items():
            if not self._may_ask(row, numbers):
                continue
            shares = self._sums.find(numbers, self._amount(row), self._day(row), is_pinned=self._is_pinned(row))
            if shares and not any(self._has_line_near(number, self._day(row)) for number, _ in shares):
                found.append((row, shares))
        for row, shares in found:
            members = tuple(number for number, _ in shares)
            if not alone.isdisjoint(members):
                self.shares[row] = shares
            else:
                self._join(members)
                self.together[row] = members[0]
            for number in members:
                insort(self._days[number], self._day(row))

    def join_indistinct(self) -> None:
        """Join the charges that nothing tells apart, where a line asks for it."""
        for row, numbers in self._matched.ambiguous.items():
            if row in self.together or row in self.shares or not self._may_ask(row, numbers):
                continue
            if self._is_indistinct(numbers) and not all(
                self._has_line_near(number, self._day(row)) for number in numbers
            ):
                self._join(numbers)
                self.together[row] = numbers[0]

    def groups(self) -> list[tuple[int, ...]]:
        """The groups, each in slot order."""
        found: dict[int, list[int]] = {}
        for number in sorted(self._leaders):
            found.setdefault(self.leader(number), []).append(number)
        return [tuple(members) for members in found.values() if len(members) > 1]

    def leader(self, number: int) -> int:
        """The first charge of the group that a charge is in; itself where it is in none."""
        leader = self._leaders.setdefault(number, number)
        while leader != self._leaders[leader]:
            leader = self._leaders[leader]
        self._leaders[number] = leader
        return leader

    def _join(self, numbers: tuple[int, ...]) -> None:
        leaders = {self.leader(number) for number in numbers}
        for leader in leaders:
            self._leaders[leader] = min(leaders)

    def _amount(self, row: int) -> int:
        return self._matched.lines.amounts[row]

    def _day(self, row: int) -> int:
        return self._matched.lines.first_days[row] or self._matched.lines.issue_days[row]

    def _is_pinned(self, row: int) -> bool:
        return bool(self._matched.lines.first_days[row])

    def _may_ask(self, row: int, numbers: tuple[int, ...]) -> bool:
        return self._amount(row) > 0 and self._matched.currency_of(row) == self._slots[numbers[0]].currency

    def _is_indistinct(self, numbers: tuple[int, ...]) -> bool:
        """Whether charges have one measure and no code, and no line names any of them."""
        known = self._indistinct.get(numbers)
        if known is None:
            slots = [self._slots[number] for number in numbers]
            known = self._indistinct[numbers] = (
                all(slot.is_recurring for slot in slots)
                and len({measure_of(slot) for slot in slots}) == 1
                and not any(slot.has_code for slot in slots)
                and not any(self._is_named(number) for number in numbers)
            )
        return known

    def _days_of(self, number: int) -> list[int]:
        """The days of the lines of a charge, ascending."""
        days = self._days.get(number)
        if days is None:
            days = self._days[number] = sorted(self._day(row) for row in self._matched.lines.rows_of(number))
        return days

    def _has_line_near(self, number: int, day: int) -> bool:
        """Whether the charge has a line of its own, or a share of one, less than half an interval away."""
        days = self._days_of(number)
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


def _put_in_place(matched: Matched, search: _Search) -> None:
    directory, lines = matched.directory, matched.lines
    slots, groups = list(directory.slots), search.groups()
    extra: dict[int, list[int]] = {}
    splits: dict[int, list[Share]] = {}
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}
    for row, numbers in list(matched.ambiguous.items()):
        if row in search.shares and (shares := _shares_of(matched, row, search)):
            splits[row] = shares
            continue
        asked_for = (search.together[row],) if row in search.together else numbers
        leaders = shared.get(asked_for)
        if leaders is None:
            leaders = shared[asked_for] = tuple(sorted({search.leader(number) for number in asked_for}))
        if len(leaders) == 1:
            extra.setdefault(leaders[0], []).append(row)
            del matched.ambiguous[row]
            lines.match_rules[row] = lines.match_rules[row] & ~RULE_MASK | MatchRule.TOGETHER
        else:
            matched.ambiguous[row] = leaders
    for row, shares in splits.items():
        del matched.ambiguous[row]
        for share in shares:
            matched.is_plain[share.slot] = 0
    matched.shares += lines.split(splits)
    for members in groups:
        leader = members[0]
        slots[leader] = replace(slots[leader], members=tuple(directory.slots[number] for number in members))
        lines.merge(members, extra.get(leader, []), into=leader)
        matched.is_plain[leader] = 0
        matched.merged.update(members[1:])
        contracts = {directory.slots[number].contract.id for number in members}
        if matched.touched_contracts & contracts:
            matched.touched_contracts |= contracts
    matched.directory = replace(directory, slots=tuple(slots))


def _shares_of(matched: Matched, row: int, search: _Search) -> list[Share]:
    """What each charge, or its group, has of a line; none where all of them are one group."""
    amounts: dict[int, int] = {}
    for number, amount in search.shares[row]:
        leader = search.leader(number)
        amounts[leader] = amounts.get(leader, 0) + amount
    if len(amounts) == 1:
        search.together[row] = next(iter(amounts))
        return []
    lines = matched.lines
    rule = lines.match_rules[row] & ~RULE_MASK | MatchRule.EXACT_SUM
    days = lines.first_days[row], lines.end_days[row]
    return [Share(slot, amount, *days, rule, lines.period_rules[row]) for slot, amount in sorted(amounts.items())]
