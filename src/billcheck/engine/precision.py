"""How far a line may be off because its unit price was rounded before it was multiplied.

Comes in: a small difference and the rows of the lines that made it. Goes out: whether half a step of their unit prices,
times their quantities, explains it. Quantity and unit price are read back from the source, so that a scan need not look
at them. Must not know how sources read.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.prices import unit_amounts
from billcheck.money import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from billcheck.contracts.terms import Charge
    from billcheck.engine.match import Matched
    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Source


class Precision:
    """Reads lines back; how far each may be off is worked out at most once."""

    def __init__(self, sources: Sequence[Source], matched: Matched) -> None:
        self._sources = sources
        self._matched = matched
        self._known: dict[int, Fraction] = {}

    def line(self, row: int) -> Line:
        """A line as its source has it."""
        lines = self._matched.lines
        return self._sources[lines.sources[row]].read([lines.locators[row]])[0].line

    def amount(self, row: int) -> int:
        """What a line bills, in minor units excluding tax."""
        return self._matched.lines.amounts[row]

    def slack(self, rows: Sequence[int]) -> Fraction:
        """Minor units by which lines may be off beyond the one that each may be off anyway."""
        lines = self._matched.lines
        unknown: dict[int, list[int]] = {}
        for row in rows:
            if row not in self._known:
                unknown.setdefault(lines.sources[row], []).append(row)
        for source, wanted in unknown.items():
            found = self._sources[source].read([lines.locators[row] for row in wanted])
            for row, place in zip(wanted, found, strict=True):
                self._known[row] = _slack_of(place.line)
        return sum((self._known[row] for row in rows), Fraction(0))


SMALL_PART = Fraction(1, 50)
"""The part of what was agreed beyond which no unit price of a quarter or more explains a difference by its rounding."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """What rounded unit prices may explain for one charge; `part` of what was agreed bounds what is worth a look."""

    precision: Precision
    part: Fraction

    def is_worth_a_look(self, open_amount: int, expected: int) -> bool:
        """Whether a difference is small enough to read lines back for; in minor units."""
        return abs(open_amount) <= self.part * abs(expected)

    def explains(self, open_amount: int, lines: int, rows: Sequence[int]) -> bool:
        """Whether so many lines, of which these came whole, may be off by this amount."""
        return abs(open_amount) <= lines + self.precision.slack(rows)


def small_part(charges: Iterable[Charge], scale: int) -> Fraction:
    """The part of an expected amount that rounding might make, wider where a unit price is but a few minor units."""
    prices: list[Decimal] = []
    for charge in charges:
        stated = (
            charge.price,
            *(step.price for step in charge.price_steps),
            *(amendment.price for amendment in charge.amendments if amendment.price is not None),
        )
        prices.extend(amount for price in stated for amount in unit_amounts(price) if amount)
    if not prices:
        return SMALL_PART
    return max(SMALL_PART, min(1 / abs(Fraction(min(prices, key=abs)) * scale), Fraction(1)))


def _slack_of(line: Line) -> Fraction:
    """Half a step of the unit price times the quantity; zero where the line's amount does not come of the two."""
    quantity, price = line.quantity, line.unit_price
    if quantity is None or price is None or not (quantity.is_finite() and price.is_finite()):
        return Fraction(0)
    scale = 10 ** MINOR_DIGITS[line.currency]
    slack = abs(Fraction(quantity)) * _step(price, scale) / 2
    product = abs(Fraction(quantity) * Fraction(price)) * scale
    return slack if abs(product - abs(Fraction(line.amount)) * scale) <= slack + 1 else Fraction(0)


def _step(price: Decimal, scale: int) -> Fraction:
    """One unit of the last decimal a price is written with, in minor units; at most one, as zeros are left out."""
    exponent = price.as_tuple().exponent
    return min(Fraction(10) ** int(exponent) * scale, Fraction(1))
