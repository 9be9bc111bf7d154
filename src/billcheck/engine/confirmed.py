"""What people confirmed: whose name a customer bears in the ledger, and which charge a line belongs to.

Comes in: all lines with the charges they found, and decisions that confirm something. Goes out: the same lines, those
that were confirmed under their charges; the contracts whose customers were; and how each such decision stands. A line
that bears evidence of its own stays where that puts it. Must not know how money is allocated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from billcheck.decisions.rules import Standing
from billcheck.engine.match_rules import INFERRED_MATCHES, RULE_MASK, MatchRule, match_rule_of
from billcheck.ledger.names import fold_name
from billcheck.ledger.table import NO_SLOT, Share
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.contracts.terms import Contracts
    from billcheck.decisions.rules import Decision
    from billcheck.decisions.standing import Register
    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched

NOT_ASKED = "the line finds its charge without it, or is not in the ledger"


@dataclass(slots=True)
class Confirmed:
    """The contracts of which the customer is confirmed, and per decision that confirms something how it stands."""

    contracts: frozenset[str] = frozenset()
    standings: dict[int, tuple[Standing, str]] = field(default_factory=dict)


def confirm(matched: Matched, contracts: Contracts, register: Register) -> Confirmed:
    """Put the confirmed lines under their charges, and say what was confirmed.

    Args:
        matched: All lines, no charges checked together yet. Changed in place.
        contracts: The agreements.
        register: What was decided.
    """
    found = Confirmed(register.confirmed_customers)
    lines = register.confirmed_lines
    if lines:
        _confirm_lines(matched, lines, found)
    known = {contract.id: contract for contract in contracts}
    for number, decision in enumerate(register.decisions):
        if decision.verb != "confirm" or number in found.standings:
            continue
        if decision.is_confirming_line or decision.contract not in found.contracts:
            remark = f"it ended on {decision.until}, so what it is about counts again"
            found.standings[number] = Standing.EXPIRED, remark
            continue
        contract = known.get(decision.contract or "")
        if contract is None:
            found.standings[number] = Standing.STALE, "no contract has this id"
        elif contract.id in matched.touched_contracts:
            found.standings[number] = Standing.STALE, "the ledger holds lines of this contract"
        elif contract.matching.confirmed or contract.matching.customer_ids:
            found.standings[number] = Standing.STALE, "the contract itself confirms its customer"
        else:
            found.standings[number] = Standing.APPLIED, "confirmed: its periods are judged"
    return found


def _confirm_lines(matched: Matched, decisions: list[tuple[int, Decision]], found: Confirmed) -> None:
    targets = {(slot.contract.id, slot.charge.name): slot for slot in matched.directory.slots}
    rows = _rows_by_place(matched, [decision for _, decision in decisions])
    splits: dict[int, list[Share]] = {}
    for number, decision in decisions:
        target = targets.get((decision.contract or "", decision.charge or ""))
        if target is None:
            found.standings[number] = Standing.STALE, "no contract has this charge"
            continue
        place = (decision.document or "", decision.line or 0)
        asking = [row for row in rows.get(place, ()) if _asks_for(matched, row, target)]
        standing = _judge(matched, asking, decision)
        found.standings[number] = standing
        if standing[0] in {Standing.APPLIED, Standing.SMALLER}:
            splits[asking[0]] = [_share(matched, asking[0], target)]
    for row, shares in splits.items():
        _note(matched, row, shares[0].slot)
    matched.lines.split(splits)


def _rows_by_place(matched: Matched, decisions: Iterable[Decision]) -> dict[tuple[str, int], list[int]]:
    """The lines with these document and line numbers."""
    wanted = {(decision.document or "", decision.line or 0) for decision in decisions}
    numbers = {number.encode("utf-8", "surrogatepass"): number for number, _ in wanted}
    documents, lines = matched.documents, matched.lines
    named = {
        document: number
        for document in range(len(documents))
        if (number := numbers.get(bytes(documents.number_bytes(document)))) is not None
    }
    found: dict[tuple[str, int], list[int]] = {}
    for row, document in enumerate(lines.documents):
        if document in named and (place := (named[document], lines.line_numbers[row])) in wanted:
            found.setdefault(place, []).append(row)
    return found


def _asks_for(matched: Matched, row: int, target: Slot) -> bool:
    """Whether nothing but an amount says which charge a line belongs to, and it is of the customer of this one."""
    slot = matched.lines.slots[row]
    if slot == NO_SLOT:
        numbers = matched.ambiguous.get(row) or matched.compared.get(row) or ()
    else:
        numbers = (slot,) if match_rule_of(matched.lines.match_rules[row]) in INFERRED_MATCHES else ()
    customer = fold_name(target.contract.customer)
    return any(fold_name(matched.directory.slots[number].contract.customer) == customer for number in numbers)


def _judge(matched: Matched, asking: list[int], decision: Decision) -> tuple[Standing, str]:
    if not asking:
        return Standing.STALE, NOT_ASKED
    if len(asking) > 1:
        return Standing.CHANGED, "several lines have this document and line number, so none was confirmed"
    currency, amount = matched.currency_of(asking[0]), matched.lines.amounts[asking[0]]
    given = decision.amount_minor or 0
    found = f"{format_minor(amount, currency, grouped=True)} {currency}"
    if currency != decision.currency:
        return Standing.CHANGED, f"the line bills {found}, in another currency, so it was not confirmed"
    if amount * given < 0 or abs(amount) > abs(given):
        return Standing.OUTGROWN, f"the line bills {found}, more than was confirmed, so it was not"
    if amount != given:
        return Standing.SMALLER, f"confirmed, though the line bills only {found}"
    return Standing.APPLIED, f'confirmed: the line belongs to "{decision.charge}"'


def _share(matched: Matched, row: int, target: Slot) -> Share:
    lines = matched.lines
    rule = lines.match_rules[row] & ~RULE_MASK | MatchRule.CONFIRMED
    return Share(
        target.number, lines.amounts[row], lines.first_days[row], lines.end_days[row], rule, lines.period_rules[row]
    )


def _note(matched: Matched, row: int, target: int) -> None:
    """Keep in step what is known about lines without a charge and about charges with ordinary lines only."""
    for number in {matched.lines.slots[row], target} - {NO_SLOT}:
        matched.is_plain[number] = 0
    matched.ambiguous.pop(row, None)
    matched.compared.pop(row, None)
    if row in matched.unnamed_credits:
        matched.unnamed_credits.remove(row)
    matched.touched_contracts.add(matched.directory.slots[target].contract.id)
