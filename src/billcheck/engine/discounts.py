"""Negative lines of an invoice that say nothing of a charge: they lower the other lines of their document.

Comes in: all lines with the charges they found, and the negative ones that bear no evidence of their own. Goes out: the
same lines, each split over the lines of its document by their amounts, to the cent. What falls to a line that has no
charge stays without one. Must not know schedules or how money is allocated.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.match_rules import RULE_MASK, SET_ASIDE_WORDS, MatchRule, match_rule_of
from billcheck.ledger.table import NO_SLOT, Share
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        rows = by_document[key]
        if any(slots[row] != NO_SLOT for row in lowered) and sum(amounts[row] for row in (*rows, *lowered)) >= 0:
            splits.update((row, _shares_of(matched, row, lowered)) for row in rows)
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


def _shares_of(matched: Matched, row: int, lowered: Sequence[int]) -> list[Share]:
    """The shares of one negative line; where it states a period, only lines of that period have one, if any do.

    What falls to lines without a charge comes first, and keeps the period that the negative line has itself.
    """
    lines = matched.lines
    own, named = _target(matched, row), lines.match_rules[row] & ~RULE_MASK
    if own.first_day:
        lowered = [other for other in lowered if _target(matched, other)[1:3] == own[1:3]] or lowered
    amounts: dict[_Target, int] = {}
    parts = split_by_weights(lines.amounts[row], [lines.amounts[other] for other in lowered])
    for other, part in zip(lowered, parts, strict=True):
        target = _target(matched, other)
        if own.first_day or target.slot == NO_SLOT:
            target = own._replace(slot=target.slot)
        amounts[target] = amounts.get(target, 0) + part
    return [
        Share(slot, amount, first_day, end_day, _rule(matched, row, slot) | named, period_rule)
        for (slot, first_day, end_day, period_rule), amount in sorted(amounts.items())
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
