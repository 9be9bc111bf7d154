"""What is billed beside the prices of periods: deposits, commitments, and what is held back and released.

Comes in: what charges come to, in minor units, with their days as ordinals. Goes out: rows with an amount and the lines
that explain it. Must not know schedules or how a price is worked out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import ZERO
from billcheck.pricing.proration import round_ratio
from billcheck.pricing.wording import minor_text, money_text, plain_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from billcheck.contracts.terms import Charge, Retention


class ToldRow(NamedTuple):
    """One row: its days (`end` exclusive), when it is due, its amount, and the lines that explain it.

    `unknown` says why the amount is not known, and is empty where it is; `is_change` marks what corrects a row before.
    """

    first_day: int
    end: int
    due_day: int
    amount: int
    lines: tuple[str, ...]
    unknown: str = ""
    is_change: bool = False


def deposit_rows(amount: int, days: tuple[date, date], currency: str) -> list[ToldRow]:
    """A deposit on the day it is billed, and less the same amount on the day it is taken off again."""
    rows = []
    for day, sign, what in zip(days, (1, -1), ("billed before any service", "taken off again"), strict=True):
        line = f"deposit, {what} on {day} = {minor_text(sign * amount, currency)}"
        rows.append(_on(day, sign * amount, (line,)))
    return rows


def commitment_row(charge: Charge, days: tuple[int, int, int], spent: int, least: int, currency: str) -> ToldRow:
    """What charges fall short of a commitment in one period.

    Args:
        charge: The commitment.
        days: First day, end and due day of the period.
        spent: What the charges come to.
        least: What they must come to.
        currency: That of both.
    """
    first_day, end, due_day = days
    names, amount = ", ".join(charge.spans), money_text(charge.minimum or ZERO, currency)
    committed, used, lacking = (minor_text(each, currency) for each in (least, spent, max(least - spent, 0)))
    of_period = "" if charge.every is None else f" per {str(charge.every).replace('_', ' ')}"
    part = "" if committed == amount else f", for these days {committed}"
    first, last = date.fromordinal(first_day), date.fromordinal(end - 1)
    lines = (
        f"{committed} − {used} ({first} to {last}), at least 0 = {lacking}",
        f"commitment of {amount}{of_period}{part}",
        f"{used} is what begins in this period of: {names}",
    )
    return ToldRow(first_day, end, due_day, max(least - spent, 0), lines)


class Held(NamedTuple):
    """What is held back of one charge: per row what it comes to, what of that is held, and why it is not known."""

    name: str
    percent: Decimal
    rows: tuple[tuple[int, int, str], ...]


def held_of(retention: Retention, amount: int, due_day: int) -> int:
    """What is held back of an amount that is due on a day, rounded half-up; nothing from the release on."""
    if retention.until is not None and due_day >= retention.until.toordinal():
        return 0
    numerator, denominator = retention.percent.as_integer_ratio()
    return round_ratio(amount * numerator, 100 * denominator)


def describe_held(retention: Retention, full: int, left: int, currency: str) -> str:
    """What is held back of one row."""
    until = "until it is released" if retention.until is None else f"until {retention.until}"
    held = f"{plain_number(retention.percent)} % retention held back {until}"
    whole, part, rest = (minor_text(each, currency) for each in (full, full - left, left))
    return f"{whole} − {part} = {rest}; {held}"


def release_row(day: date, charges: Sequence[Held], currency: str) -> ToldRow:
    """All that was held back, on the day it is released."""
    lines, total = [], 0
    for charge in charges:
        amount, held = sum(amount for amount, _, _ in charge.rows), sum(held for _, held, _ in charge.rows)
        total += held
        whole, part = minor_text(amount, currency), minor_text(held, currency)
        count = f"{len(charge.rows)} {'row' if len(charge.rows) == 1 else 'rows'} due before {day}"
        lines.append(f"{charge.name}: {plain_number(charge.percent)} % of each of {count}, {whole} in all: {part}")
    lines.append(f"held back until {day} = {minor_text(total, currency)}")
    unknown = next((reason for charge in charges for _, _, reason in charge.rows if reason), "")
    return _on(day, total, tuple(lines))._replace(unknown=unknown)


def _on(day: date, amount: int, lines: tuple[str, ...]) -> ToldRow:
    """A row of a single day, on which it is due."""
    first_day = day.toordinal()
    return ToldRow(first_day, first_day + 1, first_day, amount, lines)
