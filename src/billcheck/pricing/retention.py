"""What is held back of charges, and what of that is released when: at once, or in parts.

Comes in: what charges come to, in minor units, with the day each row is due as an ordinal. Goes out: what is held back
of a row, and a row for each release. The releases of all time add up to what was held back, to the cent. Must not know
schedules or how a price is worked out.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import ZERO
from billcheck.money import minor_scale
from billcheck.pricing.proration import round_ratio
from billcheck.pricing.spanning import on_day
from billcheck.pricing.wording import minor_text, plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from billcheck.contracts.terms import Release, Retention
    from billcheck.pricing.spanning import ToldRow

_WHOLE = Decimal(100)


class HeldRow(NamedTuple):
    """One row of a charge: when it is due, what it comes to, what of that is held back, and why it is not known."""

    due_day: int
    amount: int
    held: int
    unknown: str = ""


class Held(NamedTuple):
    """What is held back of one charge, row by row."""

    name: str
    retention: Retention
    rows: tuple[HeldRow, ...]

    def before(self, day: date) -> list[HeldRow]:
        """The rows that are due before a day."""
        return [row for row in self.rows if row.due_day < day.toordinal()]

    def released(self, day: date, percent: Decimal) -> Fraction:
        """What of it is released once so many percent of everything are, exact.

        Of what was held back after an earlier release that part is left out which was not held back of it.
        """
        total = Fraction()
        for row in self.before(day):
            earlier = percent_released(self.retention, row.due_day)
            if row.held and percent > earlier:
                total += row.held * Fraction(percent - earlier) / Fraction(_WHOLE - earlier)
        return total


def percent_released(retention: Retention, day: int) -> Decimal:
    """What percent of all that is held back is released by a day; 0 where the parts are amounts."""
    parts = (part for part in retention.releases if part.on is not None and part.on.toordinal() <= day)
    return sum((part.percent or ZERO for part in parts), ZERO)


def percent_held(retention: Retention, day: int) -> Fraction:
    """What percent is held back of what is due on a day; nothing once all is released."""
    if retention.until is not None and day >= retention.until.toordinal():
        return Fraction()
    return Fraction(retention.percent) * Fraction(_WHOLE - percent_released(retention, day)) / 100


def held_of(retention: Retention, amount: int, due_day: int) -> int:
    """What is held back of an amount that is due on a day, rounded half-up."""
    held = amount * percent_held(retention, due_day) / 100
    return round_ratio(held.numerator, held.denominator)


def describe_held(retention: Retention, full: int, left: int, due_day: int, currency: str) -> str:
    """What is held back of one row."""
    whole, part, rest = (minor_text(each, currency) for each in (full, full - left, left))
    later = [part.on for part in retention.releases if part.on is None or part.on.toordinal() > due_day]
    days = [str(day) for day in later or [retention.until] if day is not None]
    until = " and ".join(f"until {day}" for day in days) if len(days) == len(later or [1]) else ""
    released = percent_released(retention, due_day)
    percent = f"{plain_number(retention.percent)} % retention"
    if released:
        percent = f"{plain_number(_WHOLE - released)} % of {percent}"
    return f"{whole} − {part} = {rest}; {percent} held back {until or 'until it is released'}"


def release_rows(releases: Sequence[Release], charges: Sequence[Held], currency: str, until: date) -> list[ToldRow]:
    """What is released on each day up to and including `until`, in the order of the days."""
    due = [(part.on, part) for part in releases if part.on is not None and part.on <= until]
    rows: list[ToldRow] = []
    percent, before = ZERO, 0
    for day, part in sorted(due, key=lambda pair: pair[0]):
        percent += part.percent or ZERO
        held = sum(row.held for charge in charges for row in charge.before(day))
        if part.percent is not None:
            exact = sum((charge.released(day, percent) for charge in charges), Fraction())
            amount = round_ratio(exact.numerator, exact.denominator) - before
        elif part.amount is not None:
            wanted = Fraction(part.amount) * minor_scale(currency)
            amount = min(round_ratio(wanted.numerator, wanted.denominator), max(held - before, 0))
        else:
            amount = held - before
        line = _sum_line(day, part, (held, before, amount), currency, percent)
        if rows and rows[-1].due_day == day.toordinal():
            # Milestones that are accepted on one day release their parts together.
            amount_of_day = rows[-1].amount + amount
            lines = (*rows[-1].lines, line, f"together on {day} = {minor_text(amount_of_day, currency)}")
            rows[-1] = rows[-1]._replace(amount=amount_of_day, lines=lines)
        else:
            unknown = next((row.unknown for charge in charges for row in charge.before(day) if row.unknown), "")
            lines = (*_lines(day, charges, currency), line)
            rows.append(on_day(day, amount, lines)._replace(unknown=unknown))
        before += amount
    return rows


def _lines(day: date, charges: Sequence[Held], currency: str) -> Iterator[str]:
    """What was held back of each charge before a day."""
    for charge in charges:
        rows = charge.before(day)
        whole = minor_text(sum(row.amount for row in rows), currency)
        held = minor_text(sum(row.held for row in rows), currency)
        count = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} due before {day}"
        percents = {percent_released(charge.retention, row.due_day) for row in rows}
        percent = f"{plain_number(charge.retention.percent)} % of each" if percents <= {ZERO} else "held back"
        yield f"{charge.name}: {percent} of {count}, {whole} in all: {held}"


def _sum_line(day: date, part: Release, figures: tuple[int, int, int], currency: str, percent: Decimal) -> str:
    """How one release comes about.

    Args:
        day: Its day.
        part: What is released.
        figures: What was held back before it, what was released before it, and what it is.
        currency: That of the figures.
        percent: How many percent of everything are released by then, it included.
    """
    held, before, amount = (minor_text(figure, currency) for figure in figures)
    less = f", less {before} released before" if figures[1] else ""
    if part.amount is not None and sum(figures[1:]) != figures[0]:
        return f"{held} held back until {day}{less}, of it an amount = {amount}"
    if part.percent is not None and percent != _WHOLE:
        released = f"{minor_text(sum(figures[1:]), currency)} of {held}" if figures[1] else held
        return f"{plain_number(part.percent)} % of what is held back, {released} until {day}{less} = {amount}"
    return f"{held} held back until {day}{less} = {amount}" if less else f"held back until {day} = {amount}"
