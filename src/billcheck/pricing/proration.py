"""Parts of a full period's price, exact until they are rounded once.

Comes in: whole-number ratios in minor units, and the days of a period and of the full period around it. Goes out: the
part of the price that falls to some of the days, by the rule of the charge, and whole minor units, rounded half-up
(half away from zero). Knows neither contracts nor prices.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from billcheck.contracts.terms import ProrationRule

Ratio = tuple[int, int]
"""An exact number as numerator and positive denominator, not necessarily in lowest terms."""

WHOLE: Ratio = (1, 1)
MONTH_OF_30 = 30


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


class Measure(NamedTuple):
    """How the days of one period are weighed against the price of a full period.

    `first_day` and `end` (exclusive) are the period, `full_first_day` and `full_end` the full period it is, or is a
    part of; all are ordinals. `months` is how many calendar months a full period has, 0 for weeks, days and half
    months. `factor` brings the price to a full period where it is stated for another stretch of time (a yearly price
    billed by month: 1/12). `is_cut` says that the period is a part, though perhaps as long as the full period given.
    `is_price_whole` says that the price is for the period as it is, a part or not.
    """

    first_day: int
    end: int
    full_first_day: int
    full_end: int
    rule: ProrationRule = "actual_actual"
    months: int = 0
    factor: Ratio = WHOLE
    is_cut: bool = False
    is_price_whole: bool = False

    @property
    def is_stub(self) -> bool:
        """Whether the period is only part of a full one."""
        return self.is_cut or (self.first_day, self.end) != (self.full_first_day, self.full_end)

    @property
    def full_days(self) -> int:
        """The days of the full period, by the calendar."""
        return self.full_end - self.full_first_day

    def share(self, first_day: int, end: int) -> Ratio:
        """What some days of the period are of a full period: days over days, by the rule.

        ``actual_actual``: days over the days of the full period. ``actual_30``: days over 30 for every month, also in a
        full period. ``30_360`` and ``fixed_30`` count every month as 30 days, the first with the last day of a month as
        its 30th; a period that is full is always whole. ``full_period``: a period costs a full one however short, and
        its days are weighed against each other. ``none``: a period that is not full costs nothing.
        """
        days, rule = end - first_day, self.rule
        is_all = (first_day, end) == (self.first_day, self.end)
        if rule == "actual_30":
            return days, MONTH_OF_30 * self.months
        if not self.is_stub:
            if is_all:
                return WHOLE
            if rule in _POSITIONS:
                position = _POSITIONS[rule]
                return position(end) - position(first_day), position(self.end) - position(self.first_day)
            return days, self.full_days
        if rule == "none":
            return 0, 1
        if rule == "full_period":
            return days, self.end - self.first_day
        if rule in _POSITIONS:
            position = _POSITIONS[rule]
            return position(end) - position(first_day), MONTH_OF_30 * self.months
        return days, self.full_days

    def price_share(self, first_day: int, end: int) -> Ratio:
        """What part of a price falls to some days of the period: their share, or that of the days of the period."""
        return (end - first_day, self.end - self.first_day) if self.is_price_whole else self.share(first_day, end)

    def amount_off(self, first_day: int, end: int) -> Ratio:
        """What of an amount off a full period is taken off the price for these days, before that is prorated."""
        off = self.factor[1], self.factor[0]
        if not self.is_price_whole:
            return off
        share, price_share = self.share(first_day, end), self.price_share(first_day, end)
        return multiply(off, (share[0] * price_share[1], share[1] * price_share[0]))

    def prorate(self, price: Ratio, first_day: int, end: int) -> Ratio:
        """The part of a price that falls to some days of the period."""
        return multiply(multiply(price, self.factor), self.price_share(first_day, end))


def _position_of_30_360(day: int) -> int:
    """How many days lie before a day if every month has 30, the last of which is its last by the calendar."""
    found = date.fromordinal(day)
    is_last = date.fromordinal(day + 1).day == 1
    return MONTH_OF_30 * (12 * found.year + found.month) + (MONTH_OF_30 if is_last else min(found.day, MONTH_OF_30))


def _position_of_fixed_30(day: int) -> int:
    """How many days lie before a day if every month has 30, counted from its first."""
    found = date.fromordinal(day)
    return MONTH_OF_30 * (12 * found.year + found.month) + found.day


_POSITIONS = {"30_360": _position_of_30_360, "fixed_30": _position_of_fixed_30}
