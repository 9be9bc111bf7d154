"""Commitments: what several charges come to at least, over a longer period.

Comes in: their tables, the term of the contract, and its charges. Goes out: a charge of its own for each commitment,
which bills what the others fall short of it; faults go to the docket. Must not know prices in minor units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.charges import read_charge_matching, read_tax
from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Charge
from billcheck.contracts.values import Term, fold, read_decimal, read_term, require, shared, tables_of
from billcheck.errors import Problem
from billcheck.period import Cadence

if TYPE_CHECKING:
    from billcheck.contracts.contract_shapes import CommitmentShape
    from billcheck.contracts.faults import Docket, Path


class UnknownChargeProblem(Problem):
    """The contract has no charge of this name."""

    remedy = "Name charges as they stand in this contract."


class RepeatedNameProblem(Problem):
    """A charge or another commitment of the contract has this name (case and spaces aside)."""

    remedy = "Give it a name of its own."


def read_commitments(
    docket: Docket, shapes: list[CommitmentShape], charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """A charge for each commitment; those at fault are left out."""
    if not shapes:
        return ()
    names = {fold(charge.name): charge.name for charge in charges}
    taken = set(names)
    found = []
    for path, shape in tables_of(docket, ("commitment",), shapes):
        for key in ("name", "amount", "every", "charges"):
            require(docket, (*path, key), getattr(shape, key), shape)
        if shape.name is not None:
            if fold(shape.name) in taken:
                docket.add(RepeatedNameProblem, (*path, "name"), shape.name)
            taken.add(fold(shape.name))
        charge = _read_commitment(docket, path, shape, names, term)
        if charge is not None:
            found.append(charge)
    return tuple(found)


def _read_commitment(
    docket: Docket, path: Path, shape: CommitmentShape, names: dict[str, str], contract_term: Term
) -> Charge | None:
    for index, name in enumerate(shape.charges or ()):
        if fold(name) not in names and not docket.problems:
            docket.add(UnknownChargeProblem, (*path, "charges", index), name)
    term = read_term(docket, path, shape, within=contract_term)
    tax_percent, tax_steps = read_tax(docket, path, shape.tax)
    amount = read_decimal(shape.amount)
    if docket.problems or term.start is None or shape.name is None or shape.every is None or amount is None:
        return None
    return Charge(
        name=shared(shape.name),
        model="commitment",
        start=term.start,
        end=term.end,
        price=FlatPrice(ZERO),
        every=Cadence(shape.every),
        timing="in_arrears",
        minimum=amount,
        spans=tuple(names[fold(name)] for name in shape.charges or ()),
        tax_percent=tax_percent,
        tax_steps=tax_steps,
        matching=read_charge_matching(shape.matching),
    )
