"""What a line itself says of quantity and unit price, held against explanations that fit its amount equally well.

Comes in: explanations of some rows, and the lines that billed them. Goes out: those that the lines speak for most. Must
not know how explanations are found or worded.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction as Rational
from typing import TYPE_CHECKING, NamedTuple

from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.engine.circumstances import Circumstances
    from billcheck.engine.patterns import Fraction
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.schedule import Schedule

MOST_ROWS = 3
"""So many rows are looked at: the first ones of a run whose lines say something."""

_HUNDRED = 100


class Quote(NamedTuple):
    """Quantity and unit price as a line states them, or would; None for a quantity that is not."""

    quantity: Rational | None
    unit_price: Rational


def prefer_by_lines(
    contract: Contract,
    schedule: Schedule,
    periods: Sequence[int],
    mistakes: Sequence[Mistake],
    fraction: Fraction | None,
    around: Circumstances,
) -> tuple[tuple[Mistake, ...], Fraction | None]:
    """Of equally good explanations of some periods those that quantities and unit prices of their lines speak for.

    All of them where the lines make no difference, or say nothing.
    """
    scores = [0] * (len(mistakes) + (fraction is not None))
    until = date.fromordinal(max(schedule.due_days[period] for period in periods))
    schedules: list[Schedule] = []
    looked_at = 0
    for period in periods:
        line = around.line_of(period)
        if line is None or line.quantity is None or line.unit_price is None:
            continue
        said = Quote(Rational(line.quantity), Rational(line.unit_price))
        schedules = schedules or [make_schedule(contract, mistake.charge, until) for mistake in mistakes]
        quotes = [
            _quotes_by(other, schedule, period, mistake) for other, mistake in zip(schedules, mistakes, strict=True)
        ]
        if fraction is not None:
            quotes.append(_shares_of(_quotes_in(schedule, period), Rational(fraction.numerator, fraction.denominator)))
        scores = [score + _score(said, quote) for score, quote in zip(scores, quotes, strict=True)]
        looked_at += 1
        if looked_at == MOST_ROWS:
            break
    kept = tuple(mistake for mistake, score in zip(mistakes, scores, strict=False) if score == max(scores))
    return kept, fraction if fraction is None or scores[-1] == max(scores) else None


def _score(said: Quote, quotes: Sequence[Quote]) -> int:
    """How much a line speaks for what an explanation would have had it say: 0 where that is not told."""
    return max(
        (
            (0 if quote.quantity is None else 1 if quote.quantity == said.quantity else -1)
            + (1 if quote.unit_price == said.unit_price else -1)
            for quote in quotes
        ),
        default=0,
    )


def _quotes_by(by_mistake: Schedule, schedule: Schedule, period: int, mistake: Mistake) -> list[Quote]:
    """What a line by a mistake would say for a period of the agreed schedule."""
    days = schedule.first_days[period], schedule.ends[period], schedule.changes[period]
    for index, found in enumerate(zip(by_mistake.first_days, by_mistake.ends, by_mistake.changes, strict=True)):
        if found == days and index not in by_mistake.unknowns:
            quotes = _quotes_in(by_mistake, index)
            return quotes if mistake.factor is None else _shares_of(quotes, Rational(*mistake.factor))
    return []


def _quotes_in(schedule: Schedule, index: int) -> list[Quote]:
    """Quantity and unit price of a row that is one price times one quantity, before and after discounts; else none."""
    parts = schedule.charge_at(index).parts
    if len(parts) != 1 or parts[0].instead_of or len(parts[0].items) != 1 or parts[0].items[0].is_percent:
        return []
    part, (item,) = parts[0], parts[0].items
    quantity, price = (
        None if item.quantity is None else Rational(item.quantity),
        Rational(item.unit_amount) * part.share,
    )
    if any(discount.percent is None for discount in part.discounts):
        return [Quote(quantity, price)]
    reduced = price
    for discount in part.discounts:
        reduced *= 1 - Rational(discount.percent or 0) / _HUNDRED
    return [Quote(quantity, price), Quote(quantity, reduced)]


def _shares_of(quotes: Sequence[Quote], share: Rational) -> list[Quote]:
    """A share of an amount as a share of its price, or of its quantity."""
    by_price = [Quote(quote.quantity, quote.unit_price * share) for quote in quotes]
    return by_price + [Quote((quote.quantity or 1) * share, quote.unit_price) for quote in quotes]
