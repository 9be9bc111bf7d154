"""Mistakes that move dates: what was billed, allocated to the periods that the mistake would have had.

Comes in: mistakes whose periods are not those of the charge, and the events of the charge. Goes out: the one that
leaves fewer rows unexplained than the agreed periods do, if its dates fit better too. Must not know how other mistakes
are found or how a cause is worded.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from fractions import Fraction as Rational
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import MOST_SPLIT
from billcheck.engine.allocate import allocate, open_flags
from billcheck.engine.books import PostingRule
from billcheck.pricing.mistakes import mistaken_schedule
from billcheck.pricing.models import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.engine.allocate import Known
    from billcheck.engine.books import Books
    from billcheck.engine.circumstances import Circumstances
    from billcheck.engine.events import Event
    from billcheck.pricing.mistake import Mistake

HORIZON_DAYS = 60
"""How far past the day of the check the periods of a mistake are laid out."""

DAYS_OF_YEAR = 365
LAST_DAY = date.max.toordinal()

LEAST_EVENTS = 3
"""Fewer invoices show no rhythm."""


class Fit(NamedTuple):
    """How badly periods fit what was billed: rows and invoices unexplained, periods stated otherwise, days apart."""

    unexplained: int
    misstated: int
    days: int


def retry(contract: Contract, mistakes: Iterable[Mistake], around: Circumstances) -> tuple[Mistake, ...]:
    """The mistakes whose periods fit best, and better than the agreed ones; none where these fit as well.

    They leave fewer rows and invoices unexplained, and are no further from the dates and stated periods of the
    invoices. Where the agreed periods fit those without a day between, no mistake is looked at.
    """
    if around.is_to_the_day:
        return ()
    books, events, known = around.allocated
    agreed, billed = fit_of(books, known), events.billed
    if not agreed.unexplained or len(billed) < LEAST_EVENTS or not (agreed.misstated or agreed.days):
        return ()
    until = date.fromordinal(known.as_of_day + HORIZON_DAYS)
    found: dict[Fit, list[Mistake]] = {}
    for mistake in mistakes:
        if not _is_near(mistake.charge, books.schedule.charge, billed):
            continue
        periods = mistaken_schedule(contract, mistake, until)
        if len(billed) > MOST_SPLIT * len(periods.due_days):
            continue  # more invoices than these periods could take, and many to try
        if not events.credits and least_days(billed, periods.due_days, agreed.unexplained - 1) > agreed.days:
            continue  # further from the invoices, whatever goes where
        fit = fit_of(allocate(periods, events, known), known)
        if fit.unexplained < agreed.unexplained and fit.misstated <= agreed.misstated and fit.days <= agreed.days:
            found.setdefault(fit, []).append(mistake)
    return tuple(found[min(found)]) if found else ()


def _is_near(mistaken: Charge, agreed: Charge, billed: Sequence[Event]) -> bool:
    """Whether invoices come at intervals that are those of the mistake rather than the agreed ones."""
    if mistaken.every == agreed.every:
        return True
    days = sorted({event.first_day if event.is_pinned else event.issue_day for event in billed})
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    usual = gaps[len(gaps) // 2] if gaps else 0
    return abs(usual - _usual_days(mistaken)) < abs(usual - _usual_days(agreed))


def _usual_days(charge: Charge) -> Rational:
    """The days from one period to the next, on average."""
    every = require(charge.every, charge, "every")
    halves = 1 if every.unit == "semi_month" else 2 * every.months
    return Rational(every.fixed_days) or Rational(halves * DAYS_OF_YEAR, 24)


def least_days(billed: Sequence[Event], due_days: Sequence[int], most_left: int) -> int:
    """The least days that invoices without a period can be apart from due days, if so many of them at most are left.

    Nothing is taken back: then each invoice goes somewhere or is left.
    """
    fenced = [-LAST_DAY, *sorted(due_days), LAST_DAY]
    near = []
    for event in billed:
        if event.amount and not event.is_pinned:
            after = bisect_left(fenced, event.issue_day)
            near.append(min(event.issue_day - fenced[after - 1], fenced[after] - event.issue_day))
    near.sort()
    return sum(near[: max(0, len(near) - max(0, most_left))])


def fit_of(books: Books, known: Known) -> Fit:
    """How badly the periods of some books fit what was billed."""
    schedule, is_open = books.schedule, open_flags(books, known)
    unexplained = len(books.leftovers) + sum(
        bool(books.open_amount(period)) and (is_open[period] or bool(books.billed[period]))
        for period in range(len(schedule.due_days))
    )
    misstated = days = 0
    for event, period, amount, rule in books.postings:
        if amount <= 0 or rule is PostingRule.REVERSED:
            continue
        if event.is_pinned:
            misstated += (event.first_day, event.end_day) != (schedule.first_days[period], schedule.ends[period])
        else:
            days += abs(event.issue_day - schedule.due_days[period])
    return Fit(unexplained, misstated, days)
