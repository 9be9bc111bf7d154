"""What the general ledger says was billed, against what the lines at hand add up to.

Comes in: totals a person stated per currency, the kept lines and the totals of all others. Goes out: both figures side
by side, and a sentence where they differ. Must not know rows, findings or how lines were allocated.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from billcheck.engine.match_rules import MatchRule, match_rule_of
from billcheck.findings import ControlTotal
from billcheck.ledger.line import DocumentStatus
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.engine.match import Matched
    from billcheck.ledger.source import OutsideTotal

_NOT_IN_THE_BOOKS = frozenset({MatchRule.VOID, MatchRule.NOT_BILLING, MatchRule.DRAFT, MatchRule.REPEATED})
"""Lines that no general ledger has as revenue, or has once only."""


def compare_with_controls(
    stated: Mapping[str, int], matched: Matched, outside: Mapping[tuple[str, str], OutsideTotal]
) -> tuple[ControlTotal, ...]:
    """The stated totals (minor units, excl. tax) beside those of the lines, by currency.

    Counted is every approved invoice and credit note, of whatever customer and date: those dated after the day of the
    check as well, since the general ledger has them too.
    """
    if not stated:
        return ()
    found: Counter[str] = Counter()
    for (_, currency), total in outside.items():
        found[currency] += total.amount + total.later_amount
    lines, statuses = matched.lines, matched.documents.statuses
    for row in lines:
        if statuses[lines.documents[row]] != DocumentStatus.APPROVED:
            continue
        if match_rule_of(lines.match_rules[row]) not in _NOT_IN_THE_BOOKS:
            found[matched.currency_of(row)] += lines.amounts[row]
    return tuple(ControlTotal(currency, stated[currency], found[currency]) for currency in sorted(stated))


def say_difference(control: ControlTotal) -> str:
    """The sentence about a total that does not tie."""
    difference, currency = control.difference_minor, control.currency
    in_files, stated, money = (
        f"{format_minor(minor, currency, grouped=True)} {currency}"
        for minor in (control.ledger_minor, control.stated_minor, abs(difference))
    )
    remedy = (
        f"{money} was billed that these files do not hold; add the export that has it."
        if difference > 0
        else f"{money} stands in these files only; find out why."
    )
    return f"The ledger comes to {in_files} excl. tax, the general ledger to {stated}: {remedy}"
