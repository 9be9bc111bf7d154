"""Dates, half-open periods and the grid of boundaries a cadence draws.

Comes in: dates, day ordinals and cadences. Goes out: periods and boundaries. Boundary *n* is always computed from the
original anchor, never from boundary *n - 1*, so the 31st stays the 31st through February. Imports nothing of ours and
knows nothing about money, contracts or text.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ONE_DAY = timedelta(days=1)
MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAYS_OF = {"week": 7, "day": 1}
NOMINAL_DAYS_OF = {"month": 30, "quarter": 90, "half_year": 180, "year": 360, "week": 7, "day": 1, "semi_month": 15}

CadenceUnit = Literal["month", "quarter", "half_year", "year", "week", "day", "semi_month"]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A run of days from `first_day` up to, and not including, `end`.

    Raises:
        ValueError: `end` is not after `first_day`; a period holds at least one day.
    """

    first_day: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first_day:
            message = f"a period needs at least one day: {self.first_day} to {self.end}"
            raise ValueError(message)

    @classmethod
    def from_last_day(cls, first_day: date, last_day: date) -> Period:
        """The period from `first_day` through `last_day`, which is included."""
        return cls(first_day, last_day + ONE_DAY)

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period (inclusive; what people see and write)."""
        return self.end - ONE_DAY

    @property
    def days(self) -> int:
        """How many days the period holds."""
        return (self.end - self.first_day).days

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day < self.end

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a charge recurs: every `count` months, quarters, half years, years, weeks or days, or twice a month.

    Twice a month (semi_month) is on the two `days` of every month; they ascend, and the first is at most 27, so that no
    month lets them fall together.
    """

    unit: CadenceUnit
    count: int = 1
    days: tuple[int, int] = (1, 15)

    @property
    def months(self) -> int:
        """Calendar months between two boundaries; 0 for weeks, days and half months."""
        return MONTHS_OF.get(self.unit, 0) * self.count

    @property
    def fixed_days(self) -> int:
        """Days between two boundaries, where that is always the same number; else 0."""
        return DAYS_OF.get(self.unit, 0) * self.count

    @property
    def nominal_days(self) -> int:
        """The round number of days the matching of invoices to periods reckons with (month 30, quarter 90, …)."""
        return NOMINAL_DAYS_OF[self.unit] * self.count

    def __str__(self) -> str:
        return self.unit if self.count == 1 else f"{self.count} {self.unit}s"


def add_months(day: date, months: int, wanted_day: int) -> date:
    """The date `months` later on the `wanted_day` of its month, or on the month's last day where it has fewer days."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(wanted_day, monthrange(year, month + 1)[1]))


def boundary(anchor: date, cadence: Cadence, number: int, anchor_day: int | None = None) -> date:
    """Boundary `number` of the grid that `anchor` starts; negative numbers lie before the anchor.

    Args:
        anchor: Boundary 0; for half months one of their days.
        cadence: The distance between boundaries.
        number: Which boundary.
        anchor_day: The wanted day of the month where it differs from the anchor's own (an anchor on 28 February that
            stands for the 31st); None takes the anchor's day. Only months have one.
    """
    if cadence.fixed_days:
        return anchor + number * cadence.fixed_days * ONE_DAY
    if cadence.unit == "semi_month":
        half = number + (anchor.day >= min(cadence.days[1], monthrange(anchor.year, anchor.month)[1]))
        return add_months(anchor, half // 2, cadence.days[half % 2])
    return add_months(anchor, number * cadence.months, anchor.day if anchor_day is None else anchor_day)


def period_label(first_day: date, last_day: date) -> str:
    """A period as people name it; both days are inclusive.

    ``2026-03`` for a whole month, ``2026-01 to 2026-03`` for whole months in a row, the day itself for one day, else
    its first and last day.
    """
    if first_day == last_day:
        return first_day.isoformat()
    if first_day.day != 1 or (last_day + ONE_DAY).day != 1:
        return f"{first_day} to {last_day}"
    first, last = first_day.isoformat()[:7], last_day.isoformat()[:7]
    return first if first == last else f"{first} to {last}"
