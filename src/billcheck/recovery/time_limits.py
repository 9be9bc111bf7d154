"""Time limits of laws as data: cautious hints for planning, with their source and the day somebody read it.

Comes in: the shipped file of hints, or a rule of the user's own. Goes out: by when a claim about a period would have to
be raised by that rule. No rule is chosen for anybody, no period leaves a claim by one, and nothing here says what the
law is. Must not know cases or how hints are shown.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, get_args

from billcheck.errors import Problem, UsageError
from billcheck.period import add_months

if TYPE_CHECKING:
    from datetime import date

Clock = Literal["service_end", "billing_day", "claimable", "year_end", "found"]
"""What the years are counted from.

The last day of the period; the day it was due to be billed; the earlier of the two; the end of the calendar year of the
earlier of the two; the day the mistake was found.
"""

MOST_YEARS = 30
CAUTION = "A hint for planning, not legal advice; it may be wrong for this case. Ask an adviser."
OWN_RULE = "own rule"


class UnknownLimitError(Problem):
    """There is no time limit of this id."""


class LimitRuleError(Problem):
    """This is no rule for a time limit."""

    remedy = f"Write it as years=6,clock=service_end; the clocks are {', '.join(get_args(Clock))}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """One rule; `as_of` is the day its source was read, None for a rule of the user's own."""

    id: str
    years: int
    clock: Clock
    scope: str = ""
    statute: str = ""
    url: str = ""
    as_of: date | None = None
    confidence: str = ""

    def last_day(self, *, service_end: date, billing_day: date, found_on: date) -> date:
        """The last day of the time, for a period that ended and was to be billed on these days."""
        claimable = min(service_end, billing_day)
        starts: dict[Clock, date] = {
            "service_end": service_end,
            "billing_day": billing_day,
            "claimable": claimable,
            "year_end": claimable.replace(month=12, day=monthrange(claimable.year, 12)[1]),
            "found": found_on,
        }
        start = starts[self.clock]
        return add_months(start, 12 * self.years, start.day)


def time_limits() -> tuple[TimeLimit, ...]:
    """The shipped hints, in the order of the file."""
    return tuple(_shipped().values())


def find_time_limit(name: str) -> TimeLimit:
    """The shipped hint of an id.

    Raises:
        UsageError: There is none.
    """
    limits = _shipped()
    if name not in limits:
        remedy = f"There are: {', '.join(limits)}. Or give a rule of your own: --limitation years=6,clock=service_end."
        raise UsageError([UnknownLimitError("time_limit", name, remedy=remedy)])
    return limits[name]


def parse_time_limit(text: str) -> TimeLimit:
    """A rule of the user's own, written ``years=6,clock=service_end``.

    Raises:
        UsageError: It is not written so.
    """
    found = _RULE.fullmatch(text) or _RULE_TURNED.fullmatch(text)
    if found is None or int(found["years"]) > MOST_YEARS:
        raise UsageError([LimitRuleError("limitation", text)])
    clock = next(name for name in _CLOCKS if name == found["clock"])
    return TimeLimit(id=OWN_RULE, years=int(found["years"]), clock=clock)


_CLOCKS: tuple[Clock, ...] = get_args(Clock)
_YEARS_PART, _CLOCK_PART = r"years=(?P<years>[1-9][0-9]?)", rf"clock=(?P<clock>{'|'.join(_CLOCKS)})"
_RULE = re.compile(f"{_YEARS_PART},{_CLOCK_PART}")
_RULE_TURNED = re.compile(f"{_CLOCK_PART},{_YEARS_PART}")


@cache
def _shipped() -> dict[str, TimeLimit]:
    text = files("billcheck.recovery").joinpath("data", "time_limits.toml").read_text(encoding="utf-8")
    return {entry["id"]: TimeLimit(**entry) for entry in tomllib.loads(text)["limit"]}
