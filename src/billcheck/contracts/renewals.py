"""Renewal: how a contract goes on after its last day, until somebody ends it.

Comes in: the table of a renewal, and the written term of its contract. Goes out: the term with the end it comes to,
what prices do at each renewal, and the charges with it; faults go to the docket. Must not know amounts in minor units.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.changes import TwoPricesProblem, read_later_price
from billcheck.contracts.commitments import UnknownChargeProblem
from billcheck.contracts.escalators import UpliftSourceProblem, read_index
from billcheck.contracts.terms import PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.values import LATEST_DAY, Term, fold, read_day, read_percent, require, tables_of
from billcheck.errors import Problem
from billcheck.period import MONTHS_OF, add_months

if TYPE_CHECKING:
    from billcheck.contracts.contract_shapes import ContractShape, RenewalShape
    from billcheck.contracts.faults import Docket
    from billcheck.contracts.terms import Charge


class NothingToRenewProblem(Problem):
    """A contract without a last day goes on anyway."""

    remedy = "Give the last day of the first term, or take renewal out."


class TerminatedBeforeStartProblem(Problem):
    """The contract was terminated before it began."""

    remedy = "Check the day."


class NotRenewedProblem(Problem):
    """The charge does not run on the day of the first renewal."""

    remedy = "Take its price out, or check its own last day; a charge that is billed once is not renewed."


class RepeatedPriceProblem(Problem):
    """Another price is given for this charge."""

    remedy = "Keep one of them; later prices are price steps of the charge."


class Renewal(NamedTuple):
    """The term of a contract with its renewals, the uplift at each, and the day of the first (None: there is none)."""

    term: Term
    uplift: Escalator | None = None
    first_on: date | None = None


def read_renewal(docket: Docket, shape: RenewalShape | None, term: Term) -> Renewal:
    """What a renewal makes of the written term.

    Without a notice the term has no end. With one it ends with the first term that ends late enough after the notice.
    """
    if shape is None:
        return Renewal(term)
    require(docket, ("renewal", "every"), shape.every, shape)
    percent = read_percent(docket, ("renewal", "percent"), shape.percent)
    index = None if shape.index is None else read_index(docket, ("renewal", "index"), shape.index)
    if shape.percent is not None and shape.index is not None:
        docket.add(UpliftSourceProblem, ("renewal", "percent"), shape.percent)
    terminated_on = read_day(docket, ("renewal", "terminated_on"), shape.terminated_on)
    if term.is_known and term.end is None:
        docket.add(NothingToRenewProblem, ("renewal",))
    if terminated_on is not None and term.start is not None and terminated_on < term.start:
        docket.add(TerminatedBeforeStartProblem, ("renewal", "terminated_on"), terminated_on)
    if docket.problems or term.end is None or shape.every is None:
        return Renewal(Term(term.start, None, is_known=False))
    months = MONTHS_OF[shape.every]
    uplift = None
    if percent or index is not None:
        uplift = Escalator(percent, index, every_months=months, first_on=term.end, name="renewal")
    if terminated_on is None:
        return Renewal(Term(term.start, None), uplift, term.end)
    end = _end_after(term.end, months, terminated_on, shape.notice_days or 0)
    return Renewal(Term(term.start, end), uplift, None if end == term.end else term.end)


def with_renewal(
    docket: Docket, shape: ContractShape, charges: tuple[Charge, ...], renewal: Renewal
) -> tuple[Charge, ...]:
    """The charges with their prices from the first renewal on, and with the uplift at each if they run as long."""
    if shape.renewal is None:
        return charges
    prices = _read_prices(docket, shape, charges, renewal)
    found = []
    for charge in charges:
        step = prices.get(charge.name)
        raised = charge if step is None else replace(charge, price_steps=(*charge.price_steps, step))
        takes_part = charge.every is not None and not charge.spans and charge.end == renewal.term.end
        if renewal.uplift is not None and takes_part:
            raised = replace(raised, escalators=(*raised.escalators, renewal.uplift))
        found.append(raised)
    return tuple(found)


def _read_prices(
    docket: Docket, shape: ContractShape, charges: tuple[Charge, ...], renewal: Renewal
) -> dict[str, PriceStep]:
    """The new prices, by the name of their charge; none where the contract is not renewed."""
    written = {fold(table.name or ""): index for index, table in enumerate(shape.charge or ())}
    found: dict[str, PriceStep] = {}
    tables = [] if shape.renewal is None else shape.renewal.prices or []
    for path, table in tables_of(docket, ("renewal", "prices"), tables):
        require(docket, (*path, "charge"), table.charge, table)
        index = written.get(fold(table.charge or ""))
        if index is None:
            if table.charge is not None:
                docket.add(UnknownChargeProblem, (*path, "charge"), table.charge)
            continue
        charge = charges[index]
        if charge.name in found:
            docket.add(RepeatedPriceProblem, (*path, "charge"), table.charge)
        if charge.every is None or not _runs_on(charge, renewal.first_on):
            docket.add(NotRenewedProblem, (*path, "charge"), table.charge)
            continue
        price = read_later_price(docket, path, table, (shape.charge or [])[index], renewal.first_on)
        if price is not None and renewal.first_on is not None:
            days = {step.on for step in charge.price_steps}
            days |= {each.on for each in charge.amendments if each.price is not None}
            if renewal.first_on in days:
                docket.add(TwoPricesProblem, (*path, "charge"), table.charge)
            found[charge.name] = PriceStep(renewal.first_on, price)
    return found


def _runs_on(charge: Charge, day: date | None) -> bool:
    """Whether a charge runs on the day of the first renewal; none is asked for where there is no such day."""
    return day is None or (charge.start <= day and (charge.end is None or day < charge.end))


def _end_after(first_end: date, months: int, terminated_on: date, notice_days: int) -> date | None:
    """The end of the first term, counted from the first one, for which a notice came in time; None beyond all years."""
    number = 0
    while (end := add_months(first_end, number * months, first_end.day)) <= LATEST_DAY:
        if terminated_on <= end - timedelta(days=notice_days):
            return end
        number += 1
    return None
