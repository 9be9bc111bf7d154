"""Agreements about the sum of several charges: a minimum, a maximum, and amounts off.

Comes in: their tables, and the charges of the contract. Goes out: the same charges, those that one agreement spans in
one group, so that they are checked together; and a charge of its own for each agreement, which brings their sum to what
was agreed. Faults go to the docket. Must not know prices in minor units.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.contracts.charges import read_charge_matching
from billcheck.contracts.commitments import RepeatedNameProblem, UnknownChargeProblem
from billcheck.contracts.discounts import BoundsProblem, read_common_discount
from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Charge
from billcheck.contracts.values import Term, fold, read_decimal, require, shared, tables_of
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.contract_shapes import BoundShape, ContractShape
    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.terms import ChargeMatching, Discount, TaxStep

Balance = Literal["minimum", "maximum", "discount"]
Tax = tuple["Decimal | None", "tuple[TaxStep, ...]"]

_NAMES: dict[Balance, str] = {"minimum": "Minimum", "maximum": "Maximum", "discount": "Discount"}


class UnlikeChargesProblem(Problem):
    """Charges whose sum is agreed must recur, at one rhythm, and be taxed alike."""

    remedy = "Name those that are billed together; a commitment may be of charges with different rhythms."


class OtherGroupProblem(Problem):
    """Charges whose sum is agreed are checked together, and this one is checked with others."""

    remedy = "Give all of them one matching.group, or none."


class SharedInPartProblem(Problem):
    """Two agreements about sums share only some of their charges."""

    remedy = "Let both name the same charges, or none in common."


class _Agreed(NamedTuple):
    """One agreement: where it stands, what it is, the charges it spans, and its amount or discount."""

    path: Path
    kind: Balance
    names: tuple[str, ...]
    amount: Decimal | None
    discount: Discount | None
    name: str
    matching: ChargeMatching


def read_balances(docket: Docket, shape: ContractShape, charges: tuple[Charge, ...], tax: Tax) -> tuple[Charge, ...]:
    """The charges, and one for each agreement about the sum of some; unchanged where one is at fault."""
    if shape.minimum is None and shape.maximum is None and not shape.discounts:
        return charges
    agreed = [*_read_discounts(docket, shape, charges), *_read_bounds(docket, shape, charges)]
    taken = {fold(charge.name) for charge in charges}
    found: list[_Agreed] = []
    for each in agreed:
        for other in found:
            if set(each.names) & set(other.names) and set(each.names) != set(other.names):
                docket.add(SharedInPartProblem, each.path)
        if fold(each.name) in taken:
            docket.add(RepeatedNameProblem, (*each.path, "name"), each.name)
        taken.add(fold(each.name))
        _judge_charges(docket, each, charges, tax)
        found.append(each)
    return charges if docket.problems else _put_together(found, charges)


def names_of(docket: Docket, path: Path, written: list[str] | None, charges: Sequence[Charge]) -> tuple[str, ...]:
    """The charges that an agreement names, as they stand in the contract; all that recur if it names none."""
    if written is None:
        return tuple(charge.name for charge in charges if charge.every is not None)
    known = {fold(charge.name): charge.name for charge in charges}
    for index, name in enumerate(written):
        if fold(name) not in known:
            docket.add(UnknownChargeProblem, (*path, "charges", index), name)
    return tuple(dict.fromkeys(known[fold(name)] for name in written if fold(name) in known))


def _read_bounds(docket: Docket, shape: ContractShape, charges: tuple[Charge, ...]) -> list[_Agreed]:
    """The maximum and then the minimum, as they apply."""
    found = []
    kinds: tuple[tuple[Balance, BoundShape | None], ...] = (("maximum", shape.maximum), ("minimum", shape.minimum))
    for kind, bound in kinds:
        if bound is None:
            continue
        path: Path = (kind,)
        require(docket, (*path, "amount"), bound.amount, bound)
        names, amount = names_of(docket, path, bound.charges, charges), read_decimal(bound.amount)
        found.append(
            _Agreed(path, kind, names, amount, None, bound.name or _NAMES[kind], read_charge_matching(bound.matching))
        )
    amounts = [each.amount for each in found if each.amount is not None]
    if len(amounts) > 1 and amounts[0] < amounts[1] and set(found[0].names) == set(found[1].names):
        docket.add(BoundsProblem, ("minimum", "amount"), amounts[1])
    return found


def _read_discounts(docket: Docket, shape: ContractShape, charges: tuple[Charge, ...]) -> list[_Agreed]:
    """The amounts off sums; percentages are those of each charge."""
    found: list[_Agreed] = []
    for path, table in tables_of(docket, ("discounts",), shape.discounts or []):
        if table.amount is None:
            continue
        names = names_of(docket, path, table.charges, charges)
        spanned = [charge for charge in charges if charge.name in names]
        term = Term(min((each.start for each in spanned), default=None), _latest_end(spanned))
        discount = read_common_discount(docket, path, table, term)
        if discount is not None:
            name = _free_name({fold(charge.name) for charge in charges} | {fold(other.name) for other in found})
            found.append(_Agreed(path, "discount", names, None, discount, name, read_charge_matching(None)))
    return found


def _free_name(taken: set[str]) -> str:
    """A name for an amount off that no charge has: "Discount", "Discount 2" and so on."""
    names = (f"{_NAMES['discount']}{number}" for number in ("", *(f" {count}" for count in range(2, len(taken) + 3))))
    return next(name for name in names if fold(name) not in taken)


def _judge_charges(docket: Docket, agreed: _Agreed, charges: tuple[Charge, ...], tax: Tax) -> None:
    """The charges of an agreement must have periods and a tax that can be added up."""
    if docket.problems:
        return
    spanned = [charge for charge in charges if charge.name in agreed.names]
    measures = {
        (charge.rhythm, tax if charge.tax_percent is None else (charge.tax_percent, charge.tax_steps))
        for charge in spanned
    }
    if not spanned or len(measures) > 1 or any(charge.every is None for charge in spanned):
        docket.add(UnlikeChargesProblem, (*agreed.path, "charges"))
    groups = {charge.matching.group and fold(charge.matching.group) for charge in spanned}
    if len(groups) > 1:
        docket.add(OtherGroupProblem, (*agreed.path, "charges"))


def _put_together(agreed: list[_Agreed], charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    """The charges in their groups, and the agreements, each of which spans those before it with the same charges."""
    members = {charge.name: charge for charge in charges}
    for each in agreed:
        spanned = [members[name] for name in each.names]
        group = spanned[0].matching.group or f"sum of {', '.join(sorted(each.names))}"
        for charge in spanned:
            members[charge.name] = replace(charge, matching=replace(charge.matching, group=group))
        earlier = [other.name for other in agreed[: agreed.index(each)] if set(other.names) == set(each.names)]
        members[each.name] = _balance(each, spanned, (*each.names, *earlier), group)
    return tuple(members.values())


def _balance(agreed: _Agreed, spanned: Sequence[Charge], spans: tuple[str, ...], group: str) -> Charge:
    """The charge that brings a sum to what was agreed: with the rhythm of its charges, for as long as any runs."""
    first = min(spanned, key=lambda charge: charge.start)
    return Charge(
        name=shared(agreed.name),
        model=agreed.kind,
        start=first.start,
        end=_latest_end(spanned),
        price=FlatPrice(ZERO),
        every=first.every,
        timing=first.timing,
        invoice_day=first.invoice_day,
        anchor_day=first.anchor_day,
        align=first.align,
        proration=spanned[0].proration,
        minimum=agreed.amount if agreed.kind == "minimum" else None,
        maximum=agreed.amount if agreed.kind == "maximum" else None,
        discounts=() if agreed.discount is None else (agreed.discount,),
        spans=spans,
        tax_percent=first.tax_percent,
        tax_steps=first.tax_steps,
        grace_days=first.grace_days,
        matching=replace(agreed.matching, group=group),
    )


def _latest_end(charges: Sequence[Charge]) -> date | None:
    """The day after the last on which any of these charges runs; None where one has no end."""
    ends = [charge.end for charge in charges]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
