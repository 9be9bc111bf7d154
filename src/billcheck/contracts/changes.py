"""Price steps, amendments and discounts of one charge.

Comes in: their tables, and the charge's term. Goes out: frozen terms in the order of the file; faults go to the docket.
A change outside the term, one that changes nothing, and two that set one thing for one day are refused, because each is
more likely a slip than meant. Must not know contracts as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.price_keys import (
    ONE_DAY_MODELS,
    PRICE_KEYS,
    foreign_price_keys,
    foreign_quantity_keys,
    has_price,
    read_hours,
    read_price,
)
from billcheck.contracts.shapes import PricedShape
from billcheck.contracts.terms import Amendment, Discount, PriceStep
from billcheck.contracts.values import (
    OutsideTermProblem,
    Term,
    read_day,
    read_decimal,
    read_percent,
    read_term,
    refuse_foreign,
    require,
    tables_of,
)
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from datetime import date

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.shapes import AmendmentShape, ChargeShape, PriceStepShape


class EmptyChangeProblem(Problem):
    """The amendment changes nothing."""


class RepeatedChangeProblem(Problem):
    """Another entry of this list begins on the same day."""

    remedy = "Write them as one."


class TwoPricesProblem(Problem):
    """A price step and an amendment set a price for the same day."""

    remedy = "Keep one of them."


def read_price_steps(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[PriceStep, ...]:
    """The price steps of a recurring charge."""
    model = charge.model
    if not charge.price_steps or model is None or model in ONE_DAY_MODELS:
        return ()
    steps = []
    days: set[date] = set()
    for path, step in tables_of(docket, (*prefix, "price_steps"), charge.price_steps):
        day = _read_change_day(docket, path, step, term, days)
        price = _read_new_price(docket, path, step, model, charge)
        if day is not None and price is not None:
            steps.append(PriceStep(day, price))
    return tuple(steps)


def read_amendments(
    docket: Docket, prefix: Path, charge: ChargeShape, term: Term, price: Price | None
) -> tuple[Amendment, ...]:
    """The amendments of a recurring charge, whose price is the one it begins with."""
    model = charge.model
    if not charge.amendments or model is None or model in ONE_DAY_MODELS:
        return ()
    step_days = {str(step.on) for step in charge.price_steps or ()}
    amendments = []
    days: set[date] = set()
    for path, amendment in tables_of(docket, (*prefix, "amendments"), charge.amendments):
        day = _read_change_day(docket, path, amendment, term, days)
        new_price = None
        is_priced = has_price(amendment, model)
        if is_priced:
            new_price = _read_new_price(docket, path, amendment, model, charge)
        else:
            refuse_foreign(docket, path, amendment, model, foreign_price_keys(model))
        refuse_foreign(docket, path, amendment, model, foreign_quantity_keys(model))
        if str(day) in step_days and is_priced:
            key = next(key for key in type(amendment).model_fields if getattr(amendment, key) is not None)
            value = getattr(amendment, key)
            docket.add(TwoPricesProblem, (*path, key), None if isinstance(value, list) else value)
        quantity: Quantity | None = read_decimal(amendment.quantity)
        if amendment.hours is not None:
            quantity = read_hours(docket, (*path, "hours"), amendment.hours, new_price or price)
        if not is_priced and quantity is None:
            _judge_emptiness(docket, path, amendment, model)
        if day is not None:
            amendments.append(Amendment(day, quantity, new_price, amendment.change_billing or "next_invoice"))
    return tuple(amendments)


def _read_new_price(
    docket: Docket, path: Path, change: PriceStepShape | AmendmentShape, model: str, charge: ChargeShape
) -> Price | None:
    """The price that a change sets."""
    refuse_foreign(docket, path, change, model, foreign_price_keys(model))
    for key in PRICE_KEYS[model]:
        if key != "percent":
            require(docket, (*path, key), getattr(change, key), change)
    return read_price(docket, path, change, model, charge)


def _judge_emptiness(docket: Docket, path: Path, amendment: AmendmentShape, model: str) -> None:
    """An amendment that changes nothing is a slip."""
    if all(
        getattr(amendment, key) is None and not docket.is_broken(*path, key)
        for key in (*PricedShape.model_fields, "quantity", "hours")
    ):
        known = (*PRICE_KEYS[model], *(key for key in ("quantity", "hours") if key not in foreign_quantity_keys(model)))
        docket.add(EmptyChangeProblem, path, remedy=f"Give the new {' or '.join(known)}.")


def read_discounts(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[Discount, ...]:
    """The discounts of a charge; each must touch its term."""
    if not charge.discounts:
        return ()
    discounts = []
    for path, shape in tables_of(docket, (*prefix, "discounts"), charge.discounts):
        require(docket, (*path, "percent"), shape.percent, shape)
        percent = read_percent(docket, (*path, "percent"), shape.percent)
        given = read_term(docket, path, shape)
        _judge_overlap(docket, path, given, term)
        if percent is not None:
            discounts.append(Discount(percent, given.start, given.end))
    return tuple(discounts)


def _read_change_day(
    docket: Docket, path: Path, change: PriceStepShape | AmendmentShape, term: Term, days: set[date]
) -> date | None:
    """The first day of a change: in the term, and of no other change in `days`, to which it is added."""
    path = (*path, "on")
    require(docket, path, change.on, change)
    day = read_day(docket, path, change.on)
    if day is None:
        return None
    if not term.holds(day):
        docket.add(OutsideTermProblem, path, day, what=f"The day is outside the charge's term ({term}).")
    if day in days:
        docket.add(RepeatedChangeProblem, path, day)
    days.add(day)
    return day


def _judge_overlap(docket: Docket, path: Path, given: Term, term: Term) -> None:
    """A discount that is never given is a slip."""
    if not (given.is_known and term.is_known):
        return
    what = f"The discount is never given: the charge runs {term}."
    if given.start is not None and term.end is not None and given.start >= term.end:
        docket.add(OutsideTermProblem, (*path, "start"), given.start, what=what)
    if given.end is not None and term.start is not None and given.end <= term.start:
        docket.add(OutsideTermProblem, path, f"until {given.end - ONE_DAY}", what=what)
