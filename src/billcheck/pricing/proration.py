"""Parts of a full period's price, exact until they are rounded once.

Comes in: whole-number ratios in minor units and counts of days. Goes out: whole minor units, rounded half-up (half away
from zero). The rule is `actual_actual`: the days of the part over the days of the full period that contains it. Knows
neither contracts nor dates.
"""

from __future__ import annotations

Ratio = tuple[int, int]
"""An exact number as numerator and positive denominator, not necessarily in lowest terms."""


def round_ratio(numerator: int, denominator: int) -> int:
    """The nearest whole number; a half goes away from zero. `denominator` is positive."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def multiply(left: Ratio, right: Ratio) -> Ratio:
    """The exact product."""
    return left[0] * right[0], left[1] * right[1]


def subtract(left: Ratio, right: Ratio) -> Ratio:
    """The exact difference."""
    return left[0] * right[1] - right[0] * left[1], left[1] * right[1]


def add(left: Ratio, right: Ratio) -> Ratio:
    """The exact sum."""
    return left[0] * right[1] + right[0] * left[1], left[1] * right[1]


def prorate(price: Ratio, days: int, full_days: int) -> Ratio:
    """The part of a full period's price that falls to `days` of its `full_days`."""
    return price[0] * days, price[1] * full_days
