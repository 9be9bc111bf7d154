"""How the faces of a report say things: periods, amounts, counts, lists.

Comes in: dates, minor units, numbers. Goes out: short English text in one fixed spelling, whatever the locale. Must
not know where the text will be shown.
"""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from billcheck.findings import Status
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.findings import PeriodRow

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


def period_label(first_day: date, last_day: date) -> str:
    """A period as people name it: ``2026-03`` for a whole month, else its first and last day.

    Whole months in a row read ``2026-01 to 2026-03``, one day reads as that day.
    """
    if first_day == last_day:
        return first_day.isoformat()
    is_whole_months = first_day.day == 1 and last_day.day == monthrange(last_day.year, last_day.month)[1]
    if not is_whole_months:
        return f"{first_day} to {last_day}"
    first, last = first_day.isoformat()[:7], last_day.isoformat()[:7]
    return first if first == last else f"{first} to {last}"


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


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: ``a``, ``a and b``, ``a, b and c``; nothing for none."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(text: str) -> str:
    """The text with a capital in front and a full stop behind it."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def documents_of(row: PeriodRow) -> tuple[str, ...]:
    """The numbers of the documents that billed a period, each once, in the order of the evidence."""
    return tuple(dict.fromkeys(evidence.document for evidence in row.evidence))


def spans_of(rows: Iterable[PeriodRow]) -> str:
    """The days a run of rows spans, from the earliest first day to the latest last day."""
    listed_rows = tuple(rows)
    return period_label(min(row.first_day for row in listed_rows), max(row.last_day for row in listed_rows))
