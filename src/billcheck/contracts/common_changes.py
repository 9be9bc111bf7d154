"""What a contract agrees for each of several charges: uplifts, percentages off, pauses, their end, and the end of all.

Comes in: the escalator, discounts and amendments of a contract, and its charges. Goes out: the charges with those that
concern them; faults go to the docket. Must not know prices.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.balances import names_of
from billcheck.contracts.changes import AgreedEarlierProblem, judge_stops
from billcheck.contracts.discounts import read_common_discount
from billcheck.contracts.escalators import read_escalator
from billcheck.contracts.terms import Amendment
from billcheck.contracts.uplifts import CONTRACT_ESCALATOR
from billcheck.contracts.values import OutsideTermProblem, Term, read_day, refuse_foreign, require, tables_of
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from billcheck.contracts.contract_shapes import (
        ContractAmendmentShape,
        ContractDiscountShape,
        ContractEscalatorShape,
    )
    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.terms import Charge, Discount


class NoRecurringChargeProblem(Problem):
    """A charge that is billed once has no pause, and ends on its day."""

    remedy = "Take it out of charges."


class NothingRaisedProblem(Problem):
    """No charge of the contract rises by this."""

    remedy = "Take it out: what is billed once, percentages, and charges with escalators of their own do not."


class NeverRaisedProblem(Problem):
    """The price of this charge does not rise: it is billed once, or it is a percentage."""

    remedy = "Take it out of charges."


class OwnEscalatorProblem(Problem):
    """The charge has an escalator of its own."""

    remedy = "Keep one of the two, or take the charge out of charges."


class OtherBeginningProblem(Problem):
    """The charge does not begin with the contract, which leaves open when its price first rises."""

    remedy = "Give it an escalator of its own, and name the others in charges."


class PeriodsOfManyProblem(Problem):
    """The charges do not have the same periods, so a number of them says nothing."""

    remedy = "Give the last day instead, or write the discount with each charge."


def with_uplifts(
    docket: Docket, shape: ContractEscalatorShape | None, charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The charges with the escalator of the contract: those it names, else all that can rise and have none."""
    if shape is None:
        return charges
    path: Path = ("escalator",)
    escalator = read_escalator(docket, path, shape)
    names = names_of(docket, path, shape.charges, [charge for charge in charges if shape.charges or _rises(charge)])
    if shape.charges is None:
        names = tuple(charge.name for charge in charges if charge.name in names and not charge.escalators)
    if not names and not shape.charges:
        docket.add(NothingRaisedProblem, path)
    for index, name in enumerate(names):
        charge = next(charge for charge in charges if charge.name == name)
        place = path if shape.charges is None else (*path, "charges", index)
        if not _rises(charge):
            docket.add(NeverRaisedProblem, place, name)
        elif charge.escalators:
            docket.add(OwnEscalatorProblem, place, name)
        elif charge.start != term.start:
            docket.add(OtherBeginningProblem, place, name)
    if escalator is None or docket.problems:
        return charges
    common = (replace(escalator, name=CONTRACT_ESCALATOR),)
    return tuple(replace(charge, escalators=common) if charge.name in names else charge for charge in charges)


def _rises(charge: Charge) -> bool:
    """Whether a charge has a price that can rise: it recurs, and is no percentage of an amount."""
    return charge.every is not None and charge.model != "percentage"


def with_percents(
    docket: Docket, shapes: list[ContractDiscountShape], charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The charges with the percentages that the contract takes off them, after their own; amounts are off sums."""
    found = charges
    for path, table in tables_of(docket, ("discounts",), shapes):
        if table.amount is not None:
            continue
        names = names_of(docket, path, table.charges, charges)
        if any(charge.every is None for charge in charges if charge.name in names):
            refuse_foreign(docket, path, table, "one_off", ("periods", "applies"))
        discount = read_common_discount(docket, path, table, term)
        if discount is not None:
            _judge_periods(docket, path, discount, [charge for charge in charges if charge.name in names])
            found = tuple(
                replace(charge, discounts=(*charge.discounts, discount))
                if charge.name in names and _touches(discount, charge)
                else charge
                for charge in found
            )
    return found


def _judge_periods(docket: Docket, path: Path, discount: Discount, charges: Sequence[Charge]) -> None:
    """A number of periods must be the same days for all charges."""
    if discount.periods is None or not charges:
        return
    starts = {charge.start for charge in charges}
    since = min(starts) if discount.start is None else max(discount.start, min(starts))
    if max(starts) > since or len({charge.rhythm for charge in charges}) > 1:
        docket.add(PeriodsOfManyProblem, (*path, "periods"), discount.periods)


def _touches(discount: Discount, charge: Charge) -> bool:
    """Whether a discount is ever given while the charge runs."""
    first_day, end = (charge.start, charge.end) if charge.on is None else (charge.on, charge.on + ONE_DAY)
    if discount.start is not None and end is not None and discount.start >= end:
        return False
    return discount.end is None or discount.end > first_day


def with_stops(
    docket: Docket, shapes: list[ContractAmendmentShape], charges: tuple[Charge, ...], term: Term
) -> tuple[Charge, ...]:
    """The charges with the pauses and ends that the contract agrees for them, after their own amendments.

    What ends all charges ends commitments too; a pause leaves these as they are.
    """
    if not shapes:
        return charges
    stops: dict[str, list[tuple[Path, Amendment]]] = defaultdict(list)
    for path, table in tables_of(docket, ("amendments",), shapes):
        stop = _read_stop(docket, path, table, term)
        own = [charge for charge in charges if not charge.spans]
        for index, name in enumerate(names_of(docket, path, table.charges, own)):
            if next(charge for charge in own if charge.name == name).every is None:
                docket.add(NoRecurringChargeProblem, (*path, "charges", index), name)
            elif stop is not None:
                stops[name].append((path, stop))
        if stop is not None and table.charges is None and stop.change == "cancel":
            for charge in charges:
                if charge.model == "commitment":
                    stops[charge.name].append((path, stop))
    return tuple(
        _stopped(docket, ("charge", index), charge, stops[charge.name]) if charge.name in stops else charge
        for index, charge in enumerate(charges)
    )


def _read_stop(docket: Docket, path: Path, table: ContractAmendmentShape, term: Term) -> Amendment | None:
    for key in ("on", "change"):
        require(docket, (*path, key), getattr(table, key), table)
    day, agreed_on = (read_day(docket, (*path, key), getattr(table, key)) for key in ("on", "agreed_on"))
    if day is None or table.change is None:
        return None
    if not term.holds(day):
        docket.add(OutsideTermProblem, (*path, "on"), day, what=f"The day is outside the contract's term ({term}).")
    if agreed_on is not None and agreed_on < day:
        docket.add(AgreedEarlierProblem, (*path, "agreed_on"), agreed_on)
    billing, applies = table.change_billing or "next_invoice", table.applies or "day"
    return Amendment(day, None, None, billing, applies, agreed_on, None, table.change)


def _stopped(docket: Docket, path: Path, charge: Charge, stops: Sequence[tuple[Path, Amendment]]) -> Charge:
    """A charge with those of the contract's pauses and ends that fall into its own term."""
    common = list(_inside(charge, sorted(stops, key=lambda pair: pair[1].on)))
    own = [((*path, "amendments", index), each) for index, each in enumerate(charge.amendments)]
    if common:
        judge_stops(docket, [*own, *common], charge.start)
    return replace(charge, amendments=(*charge.amendments, *(stop for _, stop in common)))


def _inside(charge: Charge, stops: Sequence[tuple[Path, Amendment]]) -> Iterator[tuple[Path, Amendment]]:
    """The stops of a charge's own term, in the order of their days; one that was paused before begins so."""
    end: date | None = min((each.on for each in charge.amendments if each.change == "cancel"), default=charge.end)
    before = [stop for stop in stops if stop[1].on <= charge.start]
    if before and before[-1][1].change != "resume":
        path, stop = before[-1]
        yield path, replace(stop, on=charge.start)
    for path, stop in stops:
        if stop.on > charge.start and (end is None or stop.on < end):
            yield path, stop
