"""Negative lines of an invoice that say nothing of a charge, or hold part of it back: they lower its other lines.

Comes in: all lines with the charges they found, and the negative ones that bear no evidence of their own. Goes out: the
same lines, each split over the lines of its document by their amounts, to the cent; what a retention holds back lowers
the charges it is held back of alone. What falls to a line that has no charge stays without one. Must not know schedules
or how money is allocated.
"""

from __future__ import annotations

from collections import defaultdict
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.match_rules import RULE_MASK, SET_ASIDE_WORDS, MatchRule, match_rule_of
from billcheck.ledger.table import NO_SLOT, Share
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.engine.match import Matched

_DocumentKey = tuple[str, int, int, int, int, int, int]


class _Target(NamedTuple):
    """What a share of a negative line goes to: a charge, with the period and the rule of the line it lowers."""

    slot: int
    first_day: int
    end_day: int
    period_rule: int


def spread_discounts(matched: Matched) -> None:
    """Split the negative lines that bear no evidence over the lines of their documents.

    Documents whose negative lines exceed the others are left as they are: they take back more than a discount does.

    Args:
        matched: All lines, with groups of charges in place. Changed in place.
    """
    by_document: dict[_DocumentKey, list[int]] = defaultdict(list)
    for row in matched.unnamed_credits:
        if row not in matched.linked and match_rule_of(matched.lines.match_rules[row]) not in SET_ASIDE_WORDS:
            by_document[_key(matched, matched.lines.documents[row])].append(row)
    if not by_document:
        return
    amounts, slots = matched.lines.amounts, matched.lines.slots
    splits: dict[int, list[Share]] = {}
    for key, lowered in _positive_lines(matched, by_document).items():
        rows = [row for row in by_document[key] if _lowered_by(matched, row, lowered)]
        if any(slots[row] != NO_SLOT for row in lowered) and sum(amounts[row] for row in (*rows, *lowered)) >= 0:
            splits.update(_deal_out(matched, rows, lowered))
    for row, shares in splits.items():
        _note(matched, row, shares)
    matched.shares += matched.lines.split(splits)


def _key(matched: Matched, document: int) -> _DocumentKey:
    """What makes rows of the documents table one document; its lines need not stand together."""
    documents = matched.documents
    return (
        documents.number(document),
        documents.kinds[document],
        documents.statuses[document],
        documents.currencies[document],
        documents.customers[document],
        documents.sources[document],
        documents.issue_days[document],
    )


def _positive_lines(matched: Matched, by_document: dict[_DocumentKey, list[int]]) -> dict[_DocumentKey, list[int]]:
    """The positive lines in scope of each document, in an order that no file decides."""
    lines, documents = matched.lines, matched.documents
    days = {(customer, issue_day) for *_, customer, _, issue_day in by_document}
    keys: dict[int, _DocumentKey] = {}
    for document, day in enumerate(zip(documents.customers, documents.issue_days, strict=True)):
        if day in days and (key := _key(matched, document)) in by_document:
            keys[document] = key
    found: dict[_DocumentKey, list[int]] = {key: [] for key in by_document}
    for row, document in enumerate(lines.documents):
        if document in keys and lines.amounts[row] > 0 and _is_in_scope(matched, row):
            found[keys[document]].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (_target(matched, row), lines.amounts[row]))
    return found


def _is_in_scope(matched: Matched, row: int) -> bool:
    return matched.lines.slots[row] != NO_SLOT or row in matched.compared or row in matched.ambiguous


def _target(matched: Matched, row: int) -> _Target:
    lines = matched.lines
    return _Target(lines.slots[row], lines.first_days[row], lines.end_days[row], lines.period_rules[row])


def _deal_out(matched: Matched, rows: Sequence[int], lowered: Sequence[int]) -> dict[int, list[Share]]:
    """The shares of the negative lines of one document.

    Lines that lower the same are split as one, so that it changes no amount into how many lines a discount is written.
    """
    alike: dict[tuple[tuple[_Target, int], ...], list[int]] = defaultdict(list)
    for row in rows:
        alike[tuple(sorted(_weights_of(matched, row, lowered).items()))].append(row)
    shares: dict[int, list[Share]] = {}
    for weights, group in alike.items():
        targets = [target for target, _ in weights]
        left = split_by_weights(sum(matched.lines.amounts[row] for row in group), [weight for _, weight in weights])
        for row in sorted(group, key=lambda row: (matched.lines.amounts[row], row)):
            parts = split_by_weights(matched.lines.amounts[row], left)
            left = list(map(sub, left, parts))
            shares[row] = _shares_of(matched, row, zip(targets, parts, strict=True))
    return shares


def _lowered_by(matched: Matched, row: int, lowered: Sequence[int]) -> Sequence[int]:
    """The lines of its document that a negative line may lower."""
    slots, lines = matched.directory.slots, matched.lines
    slot = lines.slots[row]
    if slot == NO_SLOT or not slots[slot].is_retention:
        return lowered
    return [
        other
        for other in lowered
        if lines.slots[other] != NO_SLOT and slots[lines.slots[other]].is_held_back_by(slots[slot])
    ]


def _weights_of(matched: Matched, row: int, lowered: Sequence[int]) -> dict[_Target, int]:
    """What a negative line lowers, with what that is billed; of the period it states only, if anything is of that.

    What falls to lines without a charge keeps the period that the negative line has itself.
    """
    lines, own = matched.lines, _target(matched, row)
    lowered = _lowered_by(matched, row, lowered)
    if own.first_day:
        lowered = [other for other in lowered if _target(matched, other)[1:3] == own[1:3]] or lowered
    weights: dict[_Target, int] = {}
    for other in lowered:
        target = _target(matched, other)
        if own.first_day or target.slot == NO_SLOT:
            target = own._replace(slot=target.slot)
        weights[target] = weights.get(target, 0) + lines.amounts[other]
    return weights


def _shares_of(matched: Matched, row: int, parts: Iterable[tuple[_Target, int]]) -> list[Share]:
    """The shares of one negative line; what falls to lines without a charge comes first."""
    named = matched.lines.match_rules[row] & ~RULE_MASK
    return [
        Share(slot, amount, first_day, end_day, _rule(matched, row, slot) | named, period_rule)
        for (slot, first_day, end_day, period_rule), amount in sorted(parts)
        if amount
    ]


def _rule(matched: Matched, row: int, slot: int) -> MatchRule:
    """The rule of a share; one that falls to no charge is ambiguous where the line was."""
    if slot != NO_SLOT:
        return MatchRule.DISCOUNT
    return MatchRule.AMBIGUOUS if row in matched.ambiguous else MatchRule.UNMATCHED


def _note(matched: Matched, row: int, shares: Sequence[Share]) -> None:
    """Keep in step what is known about lines without a charge and about charges with ordinary lines only."""
    slot = matched.lines.slots[row]
    if shares[0].slot != NO_SLOT:
        matched.compared.pop(row, None)
        matched.ambiguous.pop(row, None)
    elif slot != NO_SLOT:
        matched.compared[row] = (slot,)
    for number in {slot, *(share.slot for share in shares)} - {NO_SLOT}:
        matched.is_plain[number] = 0
