"""Retentions: a percent that is held back of every invoice, and billed on a later day.

Comes in: the retentions of a contract and of its charges, the charges themselves and the term. Goes out: the charges
with what is held back of each, and a charge of its own for each retention, which bills it later; faults go to the
docket. Must not know prices in minor units.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.charges import read_charge_matching, read_tax
from billcheck.contracts.commitments import UnknownChargeProblem
from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.releases import read_releases
from billcheck.contracts.terms import Charge, Retention
from billcheck.contracts.values import (
    Term,
    fold,
    read_percent,
    require,
    shared,
)
from billcheck.errors import Problem

if TYPE_CHECKING:
    from billcheck.contracts.contract_shapes import ContractShape
    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import RetentionShape

RETENTION_NAME = "Retention"


class RetentionNameProblem(Problem):
    """A charge or another retention of the contract has this name (case and spaces aside)."""

    remedy = "Give the retention a name of its own."


class RetentionTwiceProblem(Problem):
    """The charge has a retention of its own."""

    remedy = "Take the charge out of one of them."


class OwnChargesProblem(Problem):
    """The retention of a charge is of that charge alone."""

    remedy = "Take charges out, or write the retention with the contract."


def read_retentions(
    docket: Docket, shape: ContractShape, charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The charges, with what is held back of them, and those that bill it later; unchanged where one is at fault."""
    written = charges[: len(shape.charge or ())]
    held: list[tuple[Path, RetentionShape, tuple[str, ...]]] = []
    for index, (own, charge) in enumerate(zip(shape.charge or (), written, strict=True)):
        if own.retention is not None:
            place: Path = ("charge", index, "retention")
            if own.retention.charges is not None:
                docket.add(OwnChargesProblem, (*place, "charges"))
            held.append((place, own.retention, (charge.name,)))
    if shape.retention is not None:
        others = {name for _, _, names in held for name in names}
        names = _names_of(docket, shape.retention, written, others)
        for balance in charges:
            # What an agreement about their sum adds or takes off is part of the same invoices.
            if balance.model in {"minimum", "maximum", "discount"} and set(balance.spans) <= set(names):
                names += (balance.name,)
        held.append((("retention",), shape.retention, names))
    found = charges
    for path, table, names in held:
        found = _hold_back(docket, path, table, names, found, term)
    return found


def _names_of(docket: Docket, table: RetentionShape, charges: tuple[Charge, ...], own: set[str]) -> tuple[str, ...]:
    """The charges of a contract's retention: those it names, else all without one of their own."""
    if table.charges is None:
        return tuple(charge.name for charge in charges if charge.name not in own)
    known = {fold(charge.name): charge.name for charge in charges}
    for index, name in enumerate(table.charges):
        place = ("retention", "charges", index)
        if fold(name) not in known:
            docket.add(UnknownChargeProblem, place, name)
        elif known[fold(name)] in own:
            docket.add(RetentionTwiceProblem, place, name)
    return tuple(known[fold(name)] for name in table.charges if fold(name) in known)


def _hold_back(
    docket: Docket, path: Path, table: RetentionShape, names: tuple[str, ...], charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The charges with this retention, and the one that bills it."""
    require(docket, (*path, "percent"), table.percent, table)
    percent = read_percent(docket, (*path, "percent"), table.percent)
    name = table.name or RETENTION_NAME
    if fold(name) in {fold(charge.name) for charge in charges}:
        docket.add(RetentionNameProblem, (*path, "name"), name)
    releases = read_releases(docket, path, table, charges, term)
    tax_percent, tax_steps = read_tax(docket, path, table.tax)
    if docket.problems or percent is None or term.start is None:
        return charges
    days = [part.on for part in releases if part.on is not None]
    is_by_rest = releases[-1].percent is None
    day = releases[-1].on if is_by_rest else max(days) if len(days) == len(releases) else None
    retention = Retention(percent, day, () if len(releases) == 1 else releases)
    released = Charge(
        name=shared(name),
        model="retention",
        start=term.start,
        price=FlatPrice(ZERO),
        on=day,
        spans=names,
        tax_percent=tax_percent,
        tax_steps=tax_steps,
        matching=read_charge_matching(table.matching),
    )
    return (*(replace(each, retention=retention) if each.name in names else each for each in charges), released)
