"""Rate cards and hours by role, from the keys of a time charge.

Comes in: the table of a charge, and lists of rates and hours in it. Goes out: rates, hours, and the price steps that
dated rates come to; faults go to the docket. A role is spelt in one way throughout a charge: as it first stands in it.
Must not know what else a price holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.prices import Rate, RoleHours, TimePrice
from billcheck.contracts.shapes import ChargeShape
from billcheck.contracts.terms import PriceStep
from billcheck.contracts.values import OutsideTermProblem, fold, read_day, read_decimal, require, tables_of
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.shapes import HoursShape, PricedShape, RateShape
    from billcheck.contracts.terms import Amendment
    from billcheck.contracts.values import Term


class RepeatedRoleProblem(Problem):
    """The role stands twice in the list (case and spaces aside)."""

    remedy = "Keep one entry."


class UnknownRoleProblem(Problem):
    """The rate card does not have this role."""

    remedy = "Add it to rates, or check the spelling."


class DatedRatesProblem(Problem):
    """Dated rates and price steps are two ways to say the same."""

    remedy = "Keep one of them."


class StrayDateProblem(Problem):
    """Only the rates of the charge itself have dates."""

    remedy = "Take on out: a step or an amendment has the day of its rates."


def read_rates(docket: Docket, path: Path, shapes: list[RateShape], charge: PricedShape) -> tuple[Rate, ...]:
    """The rates of a card from its beginning, without those that come into force later."""
    spelling = _spelling(charge)
    rates = []
    roles: set[str] = set()
    for place, shape in tables_of(docket, path, shapes):
        _judge_rate(docket, place, shape)
        if shape.on is not None:
            if path[-3:-2] == ("price_steps",) or path[-3:-2] == ("amendments",):
                docket.add(StrayDateProblem, (*place, "on"), shape.on)
            continue
        _judge_role(docket, place, shape.role, roles)
        unit_amount = read_decimal(shape.unit_amount)
        if shape.role is not None and unit_amount is not None:
            rates.append(Rate(spelling.get(fold(shape.role), shape.role), unit_amount))
    return tuple(rates)


def read_dated_rates(
    docket: Docket, prefix: Path, charge: ChargeShape, term: Term, price: Price | None
) -> tuple[PriceStep, ...]:
    """The price steps that rates with a day come to: each day has the card before it with its own rates put in."""
    dated: dict[date, list[Rate]] = {}
    spelling = _spelling(charge)
    for place, shape in tables_of(docket, (*prefix, "rates"), charge.rates or []):
        day = read_day(docket, (*place, "on"), shape.on)
        unit_amount = read_decimal(shape.unit_amount)
        if day is None or shape.role is None or unit_amount is None:
            continue
        if not term.holds(day):
            docket.add(OutsideTermProblem, (*place, "on"), day, what=f"The day is outside the charge's term ({term}).")
        role = spelling[fold(shape.role)]
        if any(rate.role == role for rate in dated.setdefault(day, [])):
            docket.add(RepeatedRoleProblem, (*place, "role"), shape.role)
        dated[day].append(Rate(role, unit_amount))
    if dated and charge.price_steps:
        docket.add(DatedRatesProblem, (*prefix, "price_steps"))
    if not isinstance(price, TimePrice):
        return ()
    steps = []
    for day in sorted(dated):
        card = {rate.role: rate for rate in (*price.rates, *dated[day])}
        price = replace(price, rates=tuple(card.values()))
        steps.append(PriceStep(day, price))
    return tuple(steps)


def read_hours(docket: Docket, path: Path, shapes: list[HoursShape], charge: PricedShape) -> Quantity | None:
    """The hours of each role; None where the list is at fault."""
    faults = len(docket.problems)
    spelling = _spelling(charge)
    if not spelling:
        return None  # that there is no rate card is told elsewhere
    roles: set[str] = set()
    hours = []
    for place, shape in tables_of(docket, path, shapes):
        require(docket, (*place, "role"), shape.role, shape)
        require(docket, (*place, "quantity"), shape.quantity, shape)
        _judge_role(docket, place, shape.role, roles)
        quantity = read_decimal(shape.quantity)
        if shape.role is None or quantity is None:
            continue
        role = spelling.get(fold(shape.role))
        if role is None:
            docket.add(UnknownRoleProblem, (*place, "role"), shape.role)
        else:
            hours.append(RoleHours(role, quantity))
    return tuple(hours) if len(docket.problems) == faults else None


def judge_cards(
    docket: Docket,
    prefix: Path,
    first: tuple[Price, Quantity | None],
    price_steps: tuple[PriceStep, ...],
    amendments: tuple[Amendment, ...],
) -> None:
    """On every day, the hours must be of roles on the card then in force; the lists are in the order of the file."""
    price, hours = first
    changes: list[tuple[date, int, Path, Price | None, Quantity | None]] = [
        (step.on, 0, ("price_steps", index), step.price, None) for index, step in enumerate(price_steps)
    ]
    changes += [(each.on, 1, ("amendments", index), each.price, each.quantity) for index, each in enumerate(amendments)]
    _judge_card(docket, (*prefix, "hours"), price, hours)
    for _, _, place, new_price, quantity in sorted(changes, key=lambda change: change[:2]):
        price = new_price or price
        hours = hours if quantity is None else quantity
        _judge_card(docket, (*prefix, *place), price, hours)


def _judge_card(docket: Docket, path: Path, price: Price, hours: Quantity | None) -> None:
    if not isinstance(price, TimePrice) or not isinstance(hours, tuple):
        return
    roles = {rate.role for rate in price.rates}
    for entry in hours:
        if entry.role not in roles:
            docket.add(UnknownRoleProblem, path, entry.role)


def _judge_rate(docket: Docket, path: Path, shape: RateShape) -> None:
    require(docket, (*path, "role"), shape.role, shape)
    require(docket, (*path, "unit_amount"), shape.unit_amount, shape)


def _judge_role(docket: Docket, path: Path, role: str | None, roles: set[str]) -> None:
    """A role stands once in a list."""
    if role is None:
        return
    if fold(role) in roles:
        docket.add(RepeatedRoleProblem, (*path, "role"), role)
    roles.add(fold(role))


def _spelling(charge: PricedShape) -> dict[str, str]:
    """Every role of the charge's cards by its folded name, as it first stands there."""
    spelling: dict[str, str] = {}
    for shape in _cards(charge):
        for rate in shape.rates or ():
            if rate.role is not None:
                spelling.setdefault(fold(rate.role), rate.role)
    return spelling


def _cards(charge: PricedShape) -> Iterator[PricedShape]:
    yield charge
    if isinstance(charge, ChargeShape):
        yield from charge.price_steps or ()
        yield from charge.amendments or ()
