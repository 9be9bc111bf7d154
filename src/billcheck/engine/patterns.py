"""Simple parts and multiples of what was agreed: a pattern of amounts that needs no wrong terms to be seen.

Comes in: what was agreed and what was billed, in minor units. Goes out: the fractions that turn one into the other.
Must not know terms, periods or sentences about runs.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import NamedTuple

MOST_PARTS = 12
"""Fractions of the agreed amount are looked for with up to this numerator and denominator."""

MOST_PARTS_OF_ONE_ROW = 4
"""A single row suggests a fraction only with a denominator up to this: some fraction fits nearly every amount."""

MOST_SIMPLE_PARTS = 4
"""Beside a mistake that explains the same, only a fraction of numbers up to this is worth a word."""

PATTERNS = {
    "half_rate": "Half the agreed amount was billed.",
    "double_rate": "Twice the agreed amount was billed.",
    "part_rate": "A simple part of the agreed amount was billed, such as 3/4.",
    "multiple_rate": "A simple multiple of the agreed amount was billed, such as 3/2.",
}
"""The codes of fractions, in words."""


class Fraction(NamedTuple):
    """A part of the agreed amount in lowest terms; the simplest one sorts first."""

    denominator: int
    numerator: int

    @property
    def is_simple(self) -> bool:
        """Whether somebody might have meant it."""
        return max(self) <= MOST_SIMPLE_PARTS

    @property
    def code(self) -> str:
        """The code of a cause that it is."""
        denominator, numerator = self
        if (numerator, denominator) == (1, 2):
            return "half_rate"
        if (numerator, denominator) == (2, 1):
            return "double_rate"
        return "part_rate" if numerator < denominator else "multiple_rate"

    def __str__(self) -> str:
        denominator, numerator = self
        if denominator == 1:
            return "double the agreed amount" if numerator == 2 else f"{numerator} times the agreed amount"  # noqa: PLR2004 - double
        return f"{'half' if self.code == 'half_rate' else f'{numerator}/{denominator} of'} the agreed amount"


def both(some: frozenset[Fraction] | None, others: frozenset[Fraction] | None) -> frozenset[Fraction] | None:
    """The fractions in both; None stands for all of them."""
    if some is None:
        return others
    return some if others is None else some & others


def simplest(fractions: frozenset[Fraction] | None, rows: int) -> Fraction | None:
    """The simplest of the fractions that fit this many billed rows, or None where they are too few to suggest one."""
    found = min(fractions or (), default=None)
    if found is None or rows == 0 or (rows == 1 and found.denominator > MOST_PARTS_OF_ONE_ROW):
        return None
    return found


@lru_cache(maxsize=4096)
def fitting_fractions(expected: int, billed: int) -> tuple[Fraction, ...]:
    """The fractions that turn one amount into the other when rounded half-up to whole minor units, simplest first.

    Numerator and denominator are at most 12. Empty where the amounts are equal, zero or of unlike sign.
    """
    if expected == billed or (expected > 0) != (billed > 0) or not expected or not billed:
        return ()
    whole, part = 2 * abs(expected), 2 * abs(billed)
    found = []
    for denominator in range(1, MOST_PARTS + 1):
        # part - 1 <= whole × numerator / denominator < part + 1, in doubled minor units
        least = -(-(part - 1) * denominator // whole)
        most = -(-(part + 1) * denominator // whole) - 1
        found += [
            Fraction(denominator, numerator)
            for numerator in range(max(least, 1), min(most, MOST_PARTS) + 1)
            if gcd(numerator, denominator) == 1 and numerator != denominator
        ]
    return tuple(found)
