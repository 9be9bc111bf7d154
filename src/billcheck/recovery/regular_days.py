"""The days on which the client pays the regular invoices to come, so that instalments can go with them.

Comes in: the arrears of a case, whose coming rows say what is invoiced next. Goes out: the days on which those invoices
and the ones after them are due to be paid, by the contract's terms of payment; the day of the invoice where it states
none. Must not know offers, amounts or events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.grammar import LAST_YEAR
from billcheck.period import ONE_DAY, add_months, boundary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from billcheck.period import Cadence
    from billcheck.recovery.arrears import Agreement, Arrears, CasePeriod


class NoRegularInvoiceError(Problem):
    """No regular invoices are known to come, so instalments cannot go with them."""

    remedy = "Take every week, two weeks, month or quarter."


class FewRegularInvoicesError(Problem):
    """The contract ends before so many regular invoices."""


def regular_payment_days(
    arrears: Arrears, contracts: Collection[str], first: date | None, count: int
) -> tuple[date, ...]:
    """The days on which the next regular invoices are to be paid.

    Where several charges are billed, the one billed most often sets the days, those of the contracts named before
    others.

    Args:
        arrears: The arrears of a case.
        contracts: The contracts whose arrears are paid.
        first: Only days from this one on; None for all.
        count: How many days.

    Raises:
        UsageError: No regular invoice is known to come, or fewer than so many.
    """
    agreements = {agreement.contract: agreement for agreement in arrears.agreements}
    known = [
        (period.contract not in contracts, every.nominal_days, number, period, every)
        for number, period in enumerate(arrears.coming)
        if (every := _cadence(agreements[period.contract], period)) is not None
    ]
    if not known:
        raise UsageError([NoRegularInvoiceError("every", "regular")])
    *_, period, every = min(known, key=lambda each: each[:3])
    agreement = agreements[period.contract]
    days: list[date] = []
    for invoice_day in _invoice_days(agreement, period, every):
        if len(days) == count:
            break
        day = invoice_day if agreement.payment_terms is None else agreement.payment_terms.due_date(invoice_day)
        if first is None or day >= first:
            days.append(day)
    if len(days) < count:
        remedy = f"Take at most {len(days)} instalments, or every month."
        raise UsageError([FewRegularInvoicesError("count", str(count), remedy=remedy)])
    return tuple(days)


def _cadence(agreement: Agreement, period: CasePeriod) -> Cadence | None:
    """How often a coming row's charges are billed; None for a single charge, and for a change inside a period."""
    if period.is_change:
        return None
    cadences = [charge.every for charge in agreement.charges if charge.name in period.charges and charge.every]
    return min(cadences, key=lambda every: every.nominal_days, default=None)


def _invoice_days(agreement: Agreement, period: CasePeriod, every: Cadence) -> Iterator[date]:
    """The day of a known regular invoice and of those after it, as long as the contract runs."""
    number, anchor = _place(agreement.start, period.first_day, every)
    ends = [charge.last_day for charge in agreement.charges if charge.name in period.charges]
    last_day = min((each for each in (agreement.last_day, *ends) if each is not None), default=None)
    while True:
        first_day, end = boundary(anchor, every, number), boundary(anchor, every, number + 1)
        if end.year > LAST_YEAR or (last_day is not None and first_day > last_day):
            return
        if last_day is not None:
            end = min(end, last_day + ONE_DAY)
        yield _invoice_day(period, every, first_day, end)
        number += 1


def _invoice_day(period: CasePeriod, every: Cadence, first_day: date, end: date) -> date:
    """The day of a period's invoice, which lies to it as the known invoice lies to its own period."""
    if period.due_on == period.first_day:
        return first_day
    if period.due_on in {period.last_day, period.last_day + ONE_DAY}:
        return end - (period.last_day + ONE_DAY - period.due_on)
    if every.months:
        months = (first_day.year - period.first_day.year) * 12 + first_day.month - period.first_day.month
        return add_months(period.due_on, months, period.due_on.day)
    return first_day + (period.due_on - period.first_day)


def _place(start: date, first_day: date, every: Cadence) -> tuple[int, date]:
    """The number of the boundary on which a period begins, and the day the boundaries are counted from.

    That is the start of the contract, so that a 31st is kept, where the period begins on a boundary of it; else the
    period's own first day.
    """
    number = max((first_day - start).days // (every.nominal_days + 2) - 1, 0)
    while (found := boundary(start, every, number)) < first_day:
        number += 1
    return (number, start) if found == first_day else (0, first_day)
