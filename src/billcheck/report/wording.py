"""How the faces of a report say things: amounts, counts, lists, sentences.

Comes in: minor units, numbers, words. Goes out: short English text in one fixed spelling, whatever the locale. Must
not know where the text will be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.findings import Status
from billcheck.money import format_minor
from billcheck.period import period_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.findings import PeriodRow
    from billcheck.report.report import Report

NOT_KNOWN = "not known"
"""Stands in the place of an agreed amount that depends on what was not given."""

STATUS_WORDS: dict[Status, str] = {
    Status.OK: "ok",
    Status.ROUNDING: "rounding",
    Status.UNDERBILLED: "underbilled",
    Status.MISSING: "missing",
    Status.OVERBILLED: "overbilled",
    Status.SETTLED: "settled",
    Status.NOT_DUE: "not due yet",
    Status.AWAITING: "awaiting",
    Status.BILLED_AHEAD: "billed ahead",
    Status.INCONCLUSIVE: "inconclusive",
    Status.DECIDED: "decided",
}


def money_text(minor: int, currency: str) -> str:
    """An amount with grouped thousands and its currency: ``7,200.00 EUR``."""
    return f"{amount_text(minor, currency)} {currency}"


def amount_text(minor: int, currency: str) -> str:
    """An amount with grouped thousands: ``7,200.00``."""
    return format_minor(minor, currency, grouped=True)


def percent_text(percent: Decimal) -> str:
    """A percentage without needless zeros: ``21%``, ``7.5%``."""
    text = f"{percent:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 period``, ``1,200 periods``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def said_of_later_lines(count: int, as_of: date) -> str:
    """The sentence about lines of customers without a contract that are dated after the day of the check."""
    billed = f"{counted(count, 'line')} billed to customers without a contract"
    return f"{billed} {'is' if count == 1 else 'are'} dated after {as_of}, and not counted."


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: ``a``, ``a and b``, ``a, b and c``; nothing for none."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def scope_text(report: Report) -> str:
    """What was asked for, where that is not everything; else nothing."""
    scope, parts = report.scope, []
    if report.is_partial and (scope.contracts or scope.customers):
        named = [*scope.contracts, *scope.customers]
        rest = [f"{len(named) - _NAMED:,} more"] if len(named) > _NAMED else []
        left_out = counted(report.contracts_left_out, "contract is", "contracts are")
        parts.append(f"{listed([*named[:_NAMED], *rest])} ({left_out} left out)")
    first, last = report.check_from or scope.check_from, scope.check_until
    if first is not None and last is not None:
        parts.append(f"periods that begin from {first} to {last}")
    elif first is not None or last is not None:
        parts.append(f"periods that begin {f'from {first} on' if last is None else f'up to {last}'}")
    return "; ".join(parts)


_NAMED = 5
"""So many contracts or customers of a scope are named before the rest is counted."""


def documents_of(row: PeriodRow) -> tuple[str, ...]:
    """The numbers of the documents that billed a period, each once, in the order of the evidence."""
    return tuple(dict.fromkeys(evidence.document for evidence in row.evidence))


def spans_of(rows: Iterable[PeriodRow]) -> str:
    """The days a run of rows spans, from the earliest first day to the latest last day."""
    listed_rows = tuple(rows)
    return period_label(min(row.first_day for row in listed_rows), max(row.last_day for row in listed_rows))
