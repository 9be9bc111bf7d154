"""What runs out in a case, and when: the contract's own clause first, then hints about tax, then about time limits.

Comes in: a case, and the day one looks from. Goes out: per period how old it is, by when it can still be invoiced, and
how it stands by a rule that somebody chose; and what falls due, the earliest first. A clause of the contract takes a
period out of the claim, and that is shown; a time limit never does. Must not know wording beyond these sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.period import ONE_DAY
from billcheck.recovery.claims import row_claims
from billcheck.recovery.events import Agreed

if TYPE_CHECKING:
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.time_limits import TimeLimit

Standing = Literal["inside", "ends_soon", "past"]

SOON_DAYS = 180
"""A time limit that ends within so many days is told with its days."""
DEBIT_NOTE_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodClock:
    """One period in arrears on the day one looks from.

    `age_days` counts from its last day. `claim` says what of it can be claimed on that day, and what a clause cut off.
    `limit_day` is the last day by the chosen time limit, None where none was chosen; `standing` how that is.
    """

    claim: RowClaim
    age_days: int
    limit_day: date | None
    standing: Standing | None
    days_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """The next day on which a clause of a contract takes something: the periods it takes, excluding tax.

    `is_before_next_invoice` says that what is left to the next regular invoice will not be on it.
    """

    day: date
    periods: tuple[str, ...]
    amount_minor: int
    is_before_next_invoice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """All clocks of a case.

    `cut_off_minor` is what clauses took already, `lost_on_next_invoice_minor` what they will have taken besides on the
    day of the next regular invoice. `debit_note_by` is the day for a debit note where the client agreed, which the law
    of the United Kingdom asks for; None before.
    """

    as_of: date
    found_on: date
    days_since_found: int
    periods: tuple[PeriodClock, ...]
    cut_off_minor: int
    next_cut_offs: tuple[CutOff, ...]
    next_invoice_day: date | None
    lost_on_next_invoice_minor: int
    limit: TimeLimit | None
    debit_note_by: date | None


def deadlines_of(case: Case, *, as_of: date, limit: TimeLimit | None = None) -> Deadlines:
    """Every clock of the case.

    Args:
        case: The case.
        as_of: The day to look from.
        limit: A rule for a time limit; None judges nothing, and only ages are given.
    """
    rows = row_claims(case, on=as_of)
    found_on = case.opened.cause.found_on
    next_day = case.arrears.coming[0].due_on if case.arrears.coming else None
    lost = 0
    if next_day is not None and next_day > as_of:
        lost = sum(row.cut_off_minor for row in row_claims(case, on=next_day)) - sum(row.cut_off_minor for row in rows)
    agreed = [event.on for event in case.current if isinstance(event, Agreed)]
    return Deadlines(
        as_of=as_of,
        found_on=found_on,
        days_since_found=(as_of - found_on).days,
        periods=tuple(_clock(row, as_of, limit, found_on) for row in rows),
        cut_off_minor=sum(row.cut_off_minor for row in rows),
        next_cut_offs=tuple(_cut_offs(case, rows, next_day)),
        next_invoice_day=next_day,
        lost_on_next_invoice_minor=lost,
        limit=limit,
        debit_note_by=agreed[-1] + DEBIT_NOTE_DAYS * ONE_DAY if agreed else None,
    )


def _clock(row: RowClaim, as_of: date, limit: TimeLimit | None, found_on: date) -> PeriodClock:
    period = row.period
    limit_day = standing = days_left = None
    if limit is not None:
        limit_day = limit.last_day(service_end=period.last_day, billing_day=period.due_on, found_on=found_on)
        days_left = (limit_day - as_of).days
        standing = _standing(days_left)
    return PeriodClock(
        claim=row,
        age_days=(as_of - period.last_day).days,
        limit_day=limit_day,
        standing=standing,
        days_left=days_left,
    )


def _standing(days_left: int) -> Standing:
    if days_left < 0:
        return "past"
    return "ends_soon" if days_left <= SOON_DAYS else "inside"


def _cut_offs(case: Case, rows: tuple[RowClaim, ...], next_invoice: date | None) -> list[CutOff]:
    """The coming days on which clauses take something of what can be claimed now, the earliest first."""
    days = sorted({row.period.last_invoice_day for row in rows if row.period.last_invoice_day and row.claimable_minor})
    found = []
    for day in days:
        after = {row.period.row: row.cut_off_minor for row in row_claims(case, on=day + ONE_DAY)}
        taken = [(row, after[row.period.row] - row.cut_off_minor) for row in rows if row.period.last_invoice_day == day]
        amount = sum(minor for _, minor in taken)
        if amount:
            found.append(
                CutOff(
                    day=day,
                    periods=tuple(row.label for row, minor in taken if minor),
                    amount_minor=amount,
                    is_before_next_invoice=next_invoice is not None and day < next_invoice,
                )
            )
    return found
