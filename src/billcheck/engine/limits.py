"""A check of some contracts only: what concerns the others is left out, after it found its way.

Comes in: all lines with the charges they found among all contracts, and the contracts that are asked for. Goes out: the
same lines, those of other contracts out of scope. Lines are matched against all contracts first, so that no line of a
contract that was not asked for passes for one of its neighbours. Must not know how money is allocated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.match_rules import RULE_MASK, MatchRule, match_rule_of
from billcheck.ledger.table import NO_SLOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched
    from billcheck.engine.overlaps import Conflict


def leave_out_contracts(matched: Matched, asked_for: Collection[str], lines: int) -> frozenset[str]:
    """Put everything out of scope that concerns none of some contracts.

    Args:
        matched: All lines, charges that are checked together put in place. Changed in place.
        asked_for: The ids of these contracts.
        lines: How many lines there were before any was split; what comes after are further shares.

    Returns:
        The contracts that are in scope: those asked for, and those that are checked together with one of them.
    """
    slots = [slot for slot in matched.directory.slots if slot.number not in matched.merged]
    in_scope = _with_companions(slots, asked_for)
    kept = {slot.number for slot in slots if slot.contract.id in in_scope}
    for row, slot in enumerate(matched.lines.slots):
        if slot != NO_SLOT and slot not in kept:
            _leave_out(matched, row, is_share=row >= lines)
    for without_charge in (matched.compared, matched.ambiguous):
        for row, numbers in list(without_charge.items()):
            if kept.isdisjoint(numbers):
                del without_charge[row]
                _leave_out(matched, row, is_share=row >= lines)
    for row, (_, numbers) in list(matched.declared.items()):
        if kept.isdisjoint(numbers):
            del matched.declared[row]
            _leave_out(matched, row, is_share=row >= lines)
    return in_scope


def _with_companions(slots: Iterable[Slot], asked_for: Collection[str]) -> frozenset[str]:
    """The contracts asked for with all that share a group of charges with them, or with one of those."""
    groups = [contracts for slot in slots if len(contracts := {one.contract.id for one in slot.members}) > 1]
    in_scope = set(asked_for)
    is_growing = True
    while is_growing:
        added = [group for group in groups if not group <= in_scope and not group.isdisjoint(in_scope)]
        in_scope.update(*added)
        is_growing = bool(added)
    return frozenset(in_scope)


def _leave_out(matched: Matched, row: int, *, is_share: bool) -> None:
    lines = matched.lines
    currency, amount = matched.currency_of(row), lines.amounts[row]
    lines.remove(row)
    matched.placeholders.pop(row, None)
    matched.misspelt.pop(row, None)
    rule = MatchRule.DRAFT if matched.is_draft(row) else MatchRule.OUT_OF_SCOPE
    lines.match_rules[row] = lines.match_rules[row] & ~RULE_MASK | rule
    if rule is MatchRule.DRAFT:
        matched.set_aside(currency, amount)
    else:
        matched.leave_out(currency, amount, lines=0 if is_share else 1)


def in_scope_only(matched: Matched, conflicts: Iterable[Conflict]) -> list[Conflict]:
    """The documents in conflict of which a line is in scope."""
    rules = matched.lines.match_rules
    return [
        conflict
        for conflict in conflicts
        if any(match_rule_of(rules[row]) is not MatchRule.OUT_OF_SCOPE for row in conflict.rows)
    ]
