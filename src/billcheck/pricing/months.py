"""How many months a service period is long, as an exact number.

Comes in: a charge and the days of one of its periods. Goes out: months; a part of a full period by its days. A month of
a rhythm that is counted in days is a twelfth of a year of 365.25 days. Must not know prices.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.pricing.grid import make_grid

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge

DAYS_OF_A_MONTH = Fraction(487, 16)
"""30.4375 days."""


def months_of(charge: Charge, first_day: int, end: int) -> Fraction | None:
    """The length of a period in months (days are ordinals, `end` exclusive); None where the charge does not recur.

    A full period of a rhythm in months has as many months as the rhythm says, whatever its days; half a month counts as
    a half. A part of a full period has the share that its days are of the full period's.
    """
    every, timing = charge.every, charge.timing
    if every is None or timing is None:
        return None
    if every.fixed_days:
        return (end - first_day) / DAYS_OF_A_MONTH
    last = None if charge.end is None else charge.end.toordinal()
    grid = make_grid(
        charge.start.toordinal(), last, every, charge.wanted_day, timing, None, end,
        is_calendar=charge.align == "calendar",
    )  # fmt: skip
    full_first_day, full_end = grid.full_period(max(bisect_right(grid.first_days, first_day) - 1, 0))
    months = Fraction(every.months) if every.months else Fraction(every.count, 2)
    return months * (end - first_day) / (full_end - full_first_day)
