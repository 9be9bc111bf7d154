"""Clauses on late invoices: how long after a service it may still be invoiced, and what becomes of it afterwards.

Comes in: the table of such a clause. Goes out: a frozen clause; faults go to the docket. It changes no amount: what was
agreed stays what it is, and what can still be asked for is judged later. Must not know periods or amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.terms import LateInvoiceCutoff
from billcheck.contracts.values import read_percent, require
from billcheck.errors import Problem

if TYPE_CHECKING:
    from billcheck.contracts.contract_shapes import LateInvoiceCutoffShape
    from billcheck.contracts.faults import Docket


class TwoLengthsProblem(Problem):
    """The clause counts in days or in months."""

    remedy = "Keep one of days and months, as the contract has it."


class NoTimeProblem(Problem):
    """The clause would leave no day on which to invoice."""

    remedy = "Write how long after it a service may still be invoiced, or take the clause out."


class NoReductionProblem(Problem):
    """A late invoice is reduced by a percent above zero."""

    remedy = 'Write the percent of the contract, such as "10", or effect = "forfeited" where nothing is due then.'


class ReducedAndForfeitedProblem(Problem):
    """A percent is what a late invoice is reduced by, and by this clause nothing of it is due."""

    remedy = 'Write effect = "discount", or take percent out.'


def read_cutoff(docket: Docket, shape: LateInvoiceCutoffShape | None) -> LateInvoiceCutoff | None:
    """The clause; None where there is none, or it is at fault."""
    if shape is None:
        return None
    path = ("late_invoice_cutoff",)
    if shape.months is None:
        require(docket, (*path, "days"), shape.days, shape)
    elif shape.days is not None:
        docket.add(TwoLengthsProblem, (*path, "months"), shape.months)
    for key in ("days", "months"):
        if getattr(shape, key) == 0:
            docket.add(NoTimeProblem, (*path, key), 0)
    percent = read_percent(docket, (*path, "percent"), shape.percent)
    if shape.effect == "discount":
        require(docket, (*path, "percent"), shape.percent, shape)
        if percent is not None and not percent:
            docket.add(NoReductionProblem, (*path, "percent"), shape.percent)
    elif shape.percent is not None and not docket.is_broken(*path, "effect"):
        docket.add(ReducedAndForfeitedProblem, (*path, "percent"), shape.percent)
    if docket.problems:
        return None
    return LateInvoiceCutoff(
        days=shape.days,
        months=shape.months,
        counted_from=getattr(shape, "from") or "service_end",
        effect=shape.effect or "forfeited",
        percent=percent,
        notice_extends=shape.notice_extends,
    )
