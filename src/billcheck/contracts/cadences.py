"""How often a charge recurs, and how its periods lie: from the keys of a charge to frozen terms.

Comes in: the table of one charge. Goes out: cadences, and the rules for parts of periods; faults go to the docket. Must
not know prices.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, get_args

from billcheck.contracts.terms import BY_ACTUAL_DAYS, LAST_DAY_OF_MONTH, DaysAfter, Proration
from billcheck.errors import Problem
from billcheck.period import Cadence, CadenceUnit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import ChargeShape
    from billcheck.contracts.terms import InvoiceDay

MOST_MONTHS, MOST_DAYS = 60, 1826
"""Longer periods are taken for slips of the pen; `billcheck.pricing.grid` prices no others."""

_COUNTED = re.compile(r"([0-9]+) (day|week|month|year)s?")
_UNITS: dict[str, CadenceUnit] = {unit: unit for unit in get_args(CadenceUnit)}
_WHOLE: dict[str, Cadence] = {unit: Cadence(unit) for unit in _UNITS.values() if unit != "day"}
_BY_MONTHS = ("30_360", "actual_30", "fixed_30")
_LATEST_FIRST_DAY = 27
_NAMED_DAYS: dict[str, InvoiceDay] = {"period_start": "period_start", "period_end": "period_end"}
_CONTRADICTIONS = {("in_advance", "period_end"), ("in_arrears", "period_start")}


class LongPeriodProblem(Problem):
    """A period is at most five years long."""

    remedy = "Check the number; what is billed once is a one_off charge."


class ContradictionProblem(Problem):
    """The invoice day contradicts the timing."""

    remedy = "in_advance goes with period_start, in_arrears with period_end."


class AnchorProblem(Problem):
    """Only periods of months that are counted from the start have an anchor day."""

    remedy = 'Take anchor_day out; weeks and days are counted from the start, and align = "calendar" from the first.'


class CalendarProblem(Problem):
    """The calendar does not say where these periods begin."""

    remedy = "The calendar has weeks, and months that make up a year; count other periods from the start."


class HalfMonthsProblem(Problem):
    """The days do not part every month in two."""

    remedy = 'Write the earlier day first, 27 at the latest; semi_month_days goes with every = "semi_month" alone.'


class AmountPerProblem(Problem):
    """A price for months cannot be billed by days, nor the other way round."""

    remedy = "Write the price for one full period, and leave amount_per out."


class ProrationProblem(Problem):
    """Months of 30 days are a rule for periods of months alone."""

    remedy = "Write actual_actual, full_period or none."


class DenominatorProblem(Problem):
    """Only the parts of months differ in the full period they may be divided by."""

    remedy = "Take proration_denominator out."


def read_cadence(
    docket: Docket, path: Path, written: str | None, days: Sequence[int | str] | None = None
) -> Cadence | None:
    """The cadence of a text that keeps the grammar; None for None, or where it is at fault.

    Args:
        docket: Where faults go.
        path: The path of the text.
        written: The text.
        days: The days on which half months begin, as written.
    """
    if written is None:
        return None
    cadence, is_too_long = _cadence_of(written)
    if is_too_long:
        docket.add(LongPeriodProblem, path, written)
        return None
    if days is None:
        return cadence
    first, second = (LAST_DAY_OF_MONTH if isinstance(day, str) else day for day in days)
    if cadence.unit != "semi_month" or first > _LATEST_FIRST_DAY or first >= second:
        docket.add(HalfMonthsProblem, (*path[:-1], "semi_month_days"), f"{first} and {second}")
        return None
    return Cadence("semi_month", 1, (first, second))


@lru_cache(maxsize=1024)
def _cadence_of(written: str) -> tuple[Cadence, bool]:
    """The same object for equal texts, and whether it is too long.

    A number of months or years that has a name of its own gets that.
    """
    counted = _COUNTED.fullmatch(written)
    if counted is None:
        return _WHOLE[written], False
    cadence = Cadence(_UNITS[counted[2]], int(counted[1]))
    cadence = next((known for known in _WHOLE.values() if _length(known) == _length(cadence)), cadence)
    return cadence, cadence.months > MOST_MONTHS or cadence.fixed_days > MOST_DAYS


def _length(cadence: Cadence) -> tuple[int, int]:
    return cadence.months, cadence.fixed_days


RHYTHM_KEYS = frozenset(
    {"amount_per", "semi_month_days", "anchor_day", "align", "invoice_day"}
    | {"proration", "proration_first", "proration_last", "proration_denominator"}
)
"""The keys that a rhythm may have besides how often; where none is given there is nothing more to judge."""


class Rhythm(NamedTuple):
    """How often a charge recurs, and how its periods lie."""

    every: Cadence | None
    amount_per: Cadence | None = None
    invoice_day: InvoiceDay | None = None
    proration: Proration = BY_ACTUAL_DAYS


def read_rhythm(docket: Docket, prefix: Path, shape: ChargeShape, *, is_plain: bool) -> Rhythm:
    """The rhythm of a charge; `is_plain` says that it has none of `RHYTHM_KEYS`."""
    every = read_cadence(docket, (*prefix, "every"), shape.every, shape.semi_month_days)
    if is_plain:
        return Rhythm(every)
    amount_per = read_cadence(docket, (*prefix, "amount_per"), shape.amount_per)
    judge_periods(docket, prefix, shape, every, amount_per)
    return Rhythm(every, amount_per, read_invoice_day(shape.invoice_day), read_proration(shape))


def read_invoice_day(written: int | str | None) -> InvoiceDay | None:
    """The invoice day of a value that keeps the grammar."""
    if written is None or isinstance(written, int):
        return written
    return _NAMED_DAYS.get(written) or DaysAfter(int(written.split()[0]))


def judge_periods(docket: Docket, prefix: Path, shape: ChargeShape, every: Cadence | None, per: Cadence | None) -> None:
    """The keys that say how periods lie must go together."""
    if isinstance(shape.invoice_day, str) and (shape.timing, shape.invoice_day) in _CONTRADICTIONS:
        docket.add(ContradictionProblem, (*prefix, "invoice_day"), f"{shape.invoice_day} with {shape.timing}")
    if every is None:
        return
    is_calendar = shape.align == "calendar"
    if shape.anchor_day is not None and (is_calendar or not every.months):
        docket.add(AnchorProblem, (*prefix, "anchor_day"), shape.anchor_day)
    makes_up_years = every.months and 12 % every.months == 0
    if is_calendar and every.unit != "semi_month" and every != Cadence("week") and not makes_up_years:
        docket.add(CalendarProblem, (*prefix, "align"), f"{shape.align} with {every}")
    if per is not None and not per.months if every.unit == "semi_month" else _differ(every, per):
        docket.add(AmountPerProblem, (*prefix, "amount_per"), f"{per} with {every}")
    for key in ("proration", "proration_first", "proration_last"):
        if getattr(shape, key) in _BY_MONTHS and not every.months:
            docket.add(ProrationProblem, (*prefix, key), getattr(shape, key))
    if shape.proration_denominator not in {None, "containing"} and not every.months:
        docket.add(DenominatorProblem, (*prefix, "proration_denominator"), shape.proration_denominator)


def _differ(every: Cadence, per: Cadence | None) -> bool:
    """Whether one counts months and the other days."""
    return per is not None and bool(every.months) is not bool(per.months)


def read_proration(shape: ChargeShape) -> Proration:
    """The rules for parts of periods; the same object where all are the defaults."""
    if (
        shape.proration is None
        and shape.proration_first is None
        and shape.proration_last is None
        and shape.proration_denominator is None
    ):
        return BY_ACTUAL_DAYS
    return Proration(
        shape.proration or "actual_actual",
        shape.proration_first,
        shape.proration_last,
        shape.proration_denominator or "containing",
    )
