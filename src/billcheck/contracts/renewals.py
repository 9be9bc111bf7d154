"""Renewal: how a contract goes on after its last day, until somebody ends it.

Comes in: the table of a renewal, and the written term of its contract. Goes out: the term with the end it comes to, and
what prices do at each renewal; faults go to the docket. Must not know charges.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.values import LATEST_DAY, Term, read_day, read_percent, require
from billcheck.errors import Problem
from billcheck.period import MONTHS_OF, add_months

if TYPE_CHECKING:
    from billcheck.contracts.change_shapes import RenewalShape
    from billcheck.contracts.faults import Docket


class NothingToRenewProblem(Problem):
    """A contract without a last day goes on anyway."""

    remedy = "Give the last day of the first term, or take renewal out."


class TerminatedBeforeStartProblem(Problem):
    """The contract was terminated before it began."""

    remedy = "Check the day."


def read_renewal(docket: Docket, shape: RenewalShape | None, term: Term) -> tuple[Term, Escalator | None]:
    """The term that a renewal makes of the written one, and the uplift of prices at each renewal.

    Without a notice the term has no end. With one it ends with the first term that ends late enough after the notice.
    """
    if shape is None:
        return term, None
    require(docket, ("renewal", "every"), shape.every, shape)
    percent = read_percent(docket, ("renewal", "percent"), shape.percent)
    terminated_on = read_day(docket, ("renewal", "terminated_on"), shape.terminated_on)
    if term.is_known and term.end is None:
        docket.add(NothingToRenewProblem, ("renewal",))
    if terminated_on is not None and term.start is not None and terminated_on < term.start:
        docket.add(TerminatedBeforeStartProblem, ("renewal", "terminated_on"), terminated_on)
    if docket.problems or term.end is None or shape.every is None:
        return Term(term.start, None, is_known=False), None
    months = MONTHS_OF[shape.every]
    uplift = None
    if percent:
        uplift = Escalator(percent, every_months=months, first_on=term.end, name="renewal")
    if terminated_on is None:
        return Term(term.start, None), uplift
    return Term(term.start, _end_after(term.end, months, terminated_on, shape.notice_days or 0)), uplift


def _end_after(first_end: date, months: int, terminated_on: date, notice_days: int) -> date | None:
    """The end of the first term, counted from the first one, for which a notice came in time; None beyond all years."""
    number = 0
    while (end := add_months(first_end, number * months, first_end.day)) <= LATEST_DAY:
        if terminated_on <= end - timedelta(days=notice_days):
            return end
        number += 1
    return None
