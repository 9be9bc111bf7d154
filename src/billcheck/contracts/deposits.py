"""Deposits: billed at the start, and taken off an invoice that is named by its day.

Comes in: the table of a deposit, and the term of its contract. Goes out: a charge of its own; faults go to the docket.
Must not know prices in minor units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.charges import read_charge_matching, read_tax
from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge
from billcheck.contracts.values import Term, fold, read_day, read_decimal, require, shared
from billcheck.errors import Problem

if TYPE_CHECKING:
    from billcheck.contracts.contract_shapes import DepositShape
    from billcheck.contracts.faults import Docket

DEPOSIT_NAME = "Deposit"


class DeductedBeforeProblem(Problem):
    """The deposit would be taken off before it is billed."""

    remedy = "Check both days."


class DepositNameProblem(Problem):
    """A charge of the contract has the name of the deposit (case and spaces aside)."""

    remedy = "Give the deposit a name of its own."


def read_deposit(
    docket: Docket, shape: DepositShape | None, charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The deposit as a charge; nothing where there is none, or it is at fault."""
    if shape is None or term.start is None:
        return ()
    path = ("deposit",)
    for key in ("amount", "deducted_on"):
        require(docket, (*path, key), getattr(shape, key), shape)
    name = shape.name or DEPOSIT_NAME
    if fold(name) in {fold(charge.name) for charge in charges}:
        docket.add(DepositNameProblem, (*path, "name"), name)
    on = read_day(docket, (*path, "on"), shape.on) or term.start
    deducted_on = read_day(docket, (*path, "deducted_on"), shape.deducted_on)
    if deducted_on is not None and deducted_on <= on:
        docket.add(DeductedBeforeProblem, (*path, "deducted_on"), deducted_on)
    tax_percent, tax_steps = read_tax(docket, path, shape.tax)
    amount = read_decimal(shape.amount)
    if docket.problems or amount is None or deducted_on is None:
        return ()
    return (
        Charge(
            name=shared(name),
            model="deposit",
            start=term.start,
            end=term.end,
            price=FlatPrice(amount),
            on=on,
            deducted_on=deducted_on,
            tax_percent=tax_percent,
            tax_steps=tax_steps,
            matching=read_charge_matching(shape.matching),
        ),
    )
