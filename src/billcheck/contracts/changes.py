"""Price steps and amendments of one charge.

Comes in: their tables, and the charge's term. Goes out: frozen terms in the order of the file; faults go to the docket.
A change outside the term, one that changes nothing, and two that set one thing for one day are refused, because each is
more likely a slip than meant. Must not know contracts as a whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.price_keys import (
    ONE_DAY_MODELS,
    PRICE_KEYS,
    foreign_price_keys,
    foreign_quantity_keys,
    has_price,
    known_quantity_keys,
    read_price,
    required_price_keys,
)
from billcheck.contracts.rate_cards import read_hours
from billcheck.contracts.shapes import PricedShape
from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.contracts.values import (
    EndBeforeStartProblem,
    OutsideTermProblem,
    Term,
    read_day,
    read_decimal,
    refuse_foreign,
    require,
    tables_of,
)
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.shapes import AmendmentShape, ChargeShape, PriceStepShape
    from billcheck.contracts.terms import Stop


class EmptyChangeProblem(Problem):
    """The amendment changes nothing."""


class RepeatedChangeProblem(Problem):
    """Another entry of this list begins on the same day."""

    remedy = "Write them as one."


class TwoPricesProblem(Problem):
    """A price step and an amendment set a price for the same day."""

    remedy = "Keep one of them."


class OtherThanSaidProblem(Problem):
    """The key does not go with this change."""

    remedy = "Take it out, or correct change."


class NoPauseProblem(Problem):
    """There is no pause to resume from."""

    remedy = "Check the days of the pause and its end."


class PausedTwiceProblem(Problem):
    """The charge is paused already."""

    remedy = "Check the days of the pause and its end."


class AfterCancellationProblem(Problem):
    """The charge was cancelled before."""

    remedy = "Check the days; what starts anew is a charge of its own."


class AgreedEarlierProblem(Problem):
    """The change was agreed before its day, as is usual."""

    remedy = "Leave agreed_on out; it is for changes agreed afterwards."


class _Plan(NamedTuple):
    """The model in force from a day on, and the table that holds the keys of its price."""

    since: str
    model: str
    shape: PricedShape


def read_price_steps(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[PriceStep, ...]:
    """The price steps of a recurring charge."""
    model = charge.model
    if not charge.price_steps or model is None or model in ONE_DAY_MODELS:
        return ()
    plans = _plans_of(charge, model)
    steps = []
    days: set[date] = set()
    for path, step in tables_of(docket, (*prefix, "price_steps"), charge.price_steps):
        day = _read_change_day(docket, path, step, term, days)
        price = _read_new_price(docket, path, step, _plan_on(plans, day))
        if day is not None and price is not None:
            steps.append(PriceStep(day, price, step.change_billing or "next_invoice", step.applies or "day"))
    return tuple(steps)


def read_amendments(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[Amendment, ...]:
    """The amendments of a recurring charge."""
    model = charge.model
    if not charge.amendments or model is None or model in ONE_DAY_MODELS:
        return ()
    plans = _plans_of(charge, model)
    step_days = {str(step.on) for step in charge.price_steps or ()}
    found: list[tuple[Path, Amendment]] = []
    days: set[date] = set()
    for path, shape in tables_of(docket, (*prefix, "amendments"), charge.amendments):
        day = _read_change_day(docket, path, shape, term, days)
        if str(day) in step_days and has_price(shape, _plan_on(plans, day).model):
            key = next(key for key in PricedShape.model_fields if getattr(shape, key) is not None)
            value = getattr(shape, key)
            docket.add(TwoPricesProblem, (*path, key), None if isinstance(value, list) else value)
        if shape.model is not None and day is not None and not charge.metered:
            _judge_quantity(docket, path, shape, _plan_on(plans, day - ONE_DAY).model)
        amendment = _read_amendment(docket, path, shape, _plan_on(plans, day), charge, day)
        if amendment is not None:
            found.append((path, amendment))
    if not docket.problems:
        judge_stops(docket, found, term.start)
    return tuple(amendment for _, amendment in found)


def _judge_quantity(docket: Docket, path: Path, shape: AmendmentShape, before: str) -> None:
    """Another plan needs a quantity of its own where the one before had none of its kind."""
    keys = known_quantity_keys(shape.model or before)
    if keys and keys != known_quantity_keys(before):
        require(docket, (*path, keys[0]), getattr(shape, keys[0]), shape)


def _plans_of(charge: ChargeShape, model: str) -> list[_Plan]:
    """The models of a charge by the day they begin, the first since ever."""
    plans = [_Plan("", model, charge)]
    plans += [
        _Plan(str(shape.on), shape.model, charge if shape.model == model else shape)
        for shape in sorted(charge.amendments or (), key=lambda each: str(each.on))
        if shape.model is not None and shape.on is not None
    ]
    return plans


def _plan_on(plans: list[_Plan], day: date | None) -> _Plan:
    """The plan in force on a day; the first where the day is not known."""
    return plans[0] if day is None else [plan for plan in plans if plan.since <= str(day)][-1]


def _read_amendment(
    docket: Docket, path: Path, shape: AmendmentShape, plan: _Plan, charge: ChargeShape, day: date | None
) -> Amendment | None:
    """One amendment, in the words of the plan in force after it; None where it is at fault."""
    faults, model = len(docket.problems), plan.model
    if model in ONE_DAY_MODELS:
        docket.add(OtherThanSaidProblem, (*path, "model"), shape.model)
        return None
    if shape.change is not None:
        _judge_keys(docket, path, shape, shape.change)
    new_price = None
    if has_price(shape, model) or shape.model is not None or shape.change == "price":
        new_price = _read_new_price(docket, path, shape, plan)
    else:
        refuse_foreign(docket, path, shape, model, foreign_price_keys(model))
    refuse_foreign(docket, path, shape, model, foreign_quantity_keys(model))
    quantity: Quantity | None = read_decimal(shape.quantity)
    if shape.hours is not None:
        quantity = read_hours(docket, (*path, "hours"), shape.hours, charge)
    added = None
    if shape.change in {"add", "remove"}:
        require(docket, (*path, "quantity"), shape.quantity, shape)
        if isinstance(quantity, Decimal):
            added, quantity = (quantity if shape.change == "add" else -quantity), None
    if new_price is None and quantity is None and added is None and shape.change not in _STOPS:
        _judge_emptiness(docket, path, shape, model)
    agreed_on = read_day(docket, (*path, "agreed_on"), shape.agreed_on)
    if agreed_on is not None and day is not None and agreed_on < day:
        docket.add(AgreedEarlierProblem, (*path, "agreed_on"), agreed_on)
    if day is None or len(docket.problems) > faults:
        return None
    stop: Stop | None = _STOPS.get(shape.change or "")
    billing = shape.change_billing or "next_invoice"
    return Amendment(day, quantity, new_price, billing, shape.applies or "day", agreed_on, added, stop)


_STOPS: dict[str, Stop] = {"pause": "pause", "resume": "resume", "cancel": "cancel"}

_PRICES = tuple(PricedShape.model_fields)
_KEYS_OF_CHANGE: dict[str, tuple[str, ...]] = {
    "quantity": ("quantity", "hours"),
    "price": _PRICES,
    "plan": ("model", "quantity", "hours", *_PRICES),
    "pause": (),
    "resume": (),
    "cancel": (),
    "add": ("quantity",),
    "remove": ("quantity",),
}
"""What each kind of change may set."""


def _judge_keys(docket: Docket, path: Path, shape: AmendmentShape, change: str) -> None:
    """A change that says what it is sets that and nothing else."""
    for key in ("model", "quantity", "hours", *_PRICES):
        value = getattr(shape, key)
        if value is not None and key not in _KEYS_OF_CHANGE[change]:
            docket.add(OtherThanSaidProblem, (*path, key), None if isinstance(value, list) else value)
    if change == "plan":
        require(docket, (*path, "model"), shape.model, shape)
    if change == "quantity" and shape.hours is None:
        require(docket, (*path, "quantity"), shape.quantity, shape)


def judge_stops(docket: Docket, amendments: Iterable[tuple[Path, Amendment]], start: date | None) -> None:
    """Pauses and their ends alternate, and nothing follows a cancellation; `start` is the first day of the charge."""
    is_paused = is_cancelled = False
    for path, amendment in sorted(amendments, key=lambda pair: pair[1].on):
        place = (*path, "on")
        if is_cancelled:
            docket.add(AfterCancellationProblem, place, amendment.on)
        elif amendment.change == "resume" and not is_paused:
            docket.add(NoPauseProblem, place, amendment.on)
        elif amendment.change == "pause" and is_paused:
            docket.add(PausedTwiceProblem, place, amendment.on)
        elif amendment.change == "cancel" and amendment.on == start:
            docket.add(EndBeforeStartProblem, place, amendment.on, remedy="Take the charge out.")
        is_cancelled = is_cancelled or amendment.change == "cancel"
        is_paused = (is_paused or amendment.change == "pause") and amendment.change != "resume"


def _read_new_price(docket: Docket, path: Path, change: PricedShape, plan: _Plan) -> Price | None:
    """The price that a change sets."""
    model = plan.model
    refuse_foreign(docket, path, change, model, foreign_price_keys(model))
    keys = required_price_keys(model) if plan.shape is change else PRICE_KEYS[model]
    for key in keys:
        if key != "percent":
            require(docket, (*path, key), getattr(change, key), change)
    return read_price(docket, path, change, model, plan.shape)


def read_later_price(
    docket: Docket, path: Path, table: PricedShape, charge: ChargeShape, day: date | None
) -> Price | None:
    """The price that a table sets for a charge from a day on, in the words of the plan then in force."""
    model = charge.model
    return None if model is None else _read_new_price(docket, path, table, _plan_on(_plans_of(charge, model), day))


def _judge_emptiness(docket: Docket, path: Path, amendment: AmendmentShape, model: str) -> None:
    """An amendment that changes nothing is a slip."""
    if all(
        getattr(amendment, key) is None and not docket.is_broken(*path, key)
        for key in (*PricedShape.model_fields, "quantity", "hours", "change", "model")
    ):
        known = (*PRICE_KEYS[model], *(key for key in ("quantity", "hours") if key not in foreign_quantity_keys(model)))
        docket.add(EmptyChangeProblem, path, remedy=f"Give the new {' or '.join(known)}.")


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
