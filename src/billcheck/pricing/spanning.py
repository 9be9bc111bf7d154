"""What is billed beside the prices of periods: deposits and commitments.

Comes in: what charges come to, in minor units, with their days as ordinals. Goes out: rows with an amount and the lines
that explain it. Must not know schedules or how a price is worked out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import ZERO
from billcheck.pricing.wording import minor_text, money_text

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge


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
        rows.append(on_day(day, sign * amount, (line,)))
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


def on_day(day: date, amount: int, lines: tuple[str, ...]) -> ToldRow:
    """A row of a single day, on which it is due."""
    first_day = day.toordinal()
    return ToldRow(first_day, first_day + 1, first_day, amount, lines)
