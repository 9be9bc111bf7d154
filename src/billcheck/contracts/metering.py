"""Metered charges: what their keys mean together.

Comes in: the table of one charge. Goes out: how it is metered, without any quantity yet; faults go to the docket. Must
not know how much was used, or what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.usage import Metering, Rollover
from billcheck.contracts.values import read_decimal, require
from billcheck.errors import Problem

if TYPE_CHECKING:
    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import ChargeShape

QUANTITY_KEYS = ("quantity", "hours")
KEYS_OF_METERED = ("quantity_basis", "rollover")
_FREE_UNITS = {"package": "free_units", "time": "included"}
"""Models that have units free of charge, and the key that says how many."""


class UnmeteredProblem(Problem):
    """Only a metered charge has this key."""

    remedy = "Write metered = true, or take it out."


class NothingMeteredProblem(Problem):
    """A charge of this model has no quantity that could be metered."""

    remedy = "Take metered out, or change the model."


class TwoQuantitiesProblem(Problem):
    """The quantity of a metered charge is given with --quantities, not in the contract."""

    remedy = "Take it out, or take metered out."


class MeteredInAdvanceProblem(Problem):
    """What is used is known when the period is over."""

    remedy = 'Write timing = "in_arrears", or quantity_basis = "first" for the quantity of the first day.'


class LatePlanProblem(Problem):
    """A plan that was agreed after its day asks for another kind of quantity than the one before it."""

    remedy = "Cancel the charge and write another one."


class RolloverPlanProblem(Problem):
    """Free units roll over only within one model: those of another are not the same units."""

    remedy = "Cancel the charge and write another one."


class LateRolloverProblem(Problem):
    """A change that was agreed after its day cannot be priced where free units roll over."""

    remedy = "Cancel the charge and write another one."


class StretchProblem(Problem):
    """What was used in a period is billed for it, whatever its length."""

    remedy = "Take amount_per out: unit_amount is the price of one unit that is used."


class WholeSumProblem(Problem):
    """What was used in a part of a period counts in full, and nothing else of this charge goes by days."""

    remedy = "Take it out; it is for a minimum, a maximum and amounts off."


class RolloverProblem(Problem):
    """Only unused free units of a sum of what was used can roll over."""

    remedy = 'It takes quantity_basis = "sum", and free_units (package) or included (time).'


def read_metering(docket: Docket, prefix: Path, shape: ChargeShape) -> Metering | None:
    """How a charge is metered; None where it is not, or where the docket holds the reasons."""
    if not shape.metered:
        for key in KEYS_OF_METERED:
            if getattr(shape, key) is not None:
                docket.add(UnmeteredProblem, (*prefix, key))
        return None
    if shape.model is not None and not is_counted_model(shape.model):
        docket.add(NothingMeteredProblem, (*prefix, "metered"), shape.model)
        return None
    require(docket, (*prefix, "quantity_basis"), shape.quantity_basis, shape)
    _refuse_quantities(docket, prefix, shape)
    if shape.timing == "in_advance" and shape.quantity_basis not in {None, "first"}:
        docket.add(MeteredInAdvanceProblem, (*prefix, "timing"), shape.timing)
    if shape.amount_per is not None and shape.quantity_basis == "sum":
        docket.add(StretchProblem, (*prefix, "amount_per"), shape.amount_per)
    _judge_proration(docket, prefix, shape)
    _judge_changes(docket, prefix, shape)
    rollover = _read_rollover(docket, prefix, shape)
    return None if shape.quantity_basis is None else Metering(shape.quantity_basis, rollover)


def _judge_changes(docket: Docket, prefix: Path, shape: ChargeShape) -> None:
    """What was used can be told for every plan but those that need to know earlier what is known later."""
    plans = {shape.model, *(each.model for each in shape.amendments or () if each.model is not None)}
    are_alike = all(plan is not None and is_counted_model(plan) and plan != "time" for plan in plans)
    for number, amendment in enumerate(shape.amendments or ()):
        path = (*prefix, "amendments", number)
        if shape.rollover is not None and amendment.model not in {None, shape.model}:
            docket.add(RolloverPlanProblem, (*path, "model"), amendment.model)
        if amendment.agreed_on is None:
            continue
        if shape.rollover is not None:
            docket.add(LateRolloverProblem, (*path, "agreed_on"), amendment.agreed_on)
        elif amendment.model is not None and not are_alike:
            docket.add(LatePlanProblem, (*path, "agreed_on"), amendment.agreed_on)


def _refuse_quantities(docket: Docket, prefix: Path, shape: ChargeShape) -> None:
    """Quantities stand in the contract or in a file of quantities, never in both."""
    places: list[tuple[Path, object]] = [(prefix, shape)]
    places += [((*prefix, "amendments", number), change) for number, change in enumerate(shape.amendments or ())]
    for path, table in places:
        for key in QUANTITY_KEYS:
            if getattr(table, key) is not None:
                docket.add(TwoQuantitiesProblem, (*path, key))


_PRORATION_KEYS = ("proration", "proration_first", "proration_last", "proration_denominator")


def _judge_proration(docket: Docket, prefix: Path, shape: ChargeShape) -> None:
    """A rule for parts of periods that would do nothing is refused: it was meant to do something."""
    has_amounts_off = any(discount.amount is not None for discount in shape.discounts or ())
    becomes_fixed = any(amendment.model == "flat" for amendment in shape.amendments or ())
    goes_by_days = shape.minimum is not None or shape.maximum is not None or has_amounts_off or becomes_fixed
    if shape.quantity_basis != "sum" or goes_by_days:
        return
    for key in _PRORATION_KEYS:
        if getattr(shape, key) is not None:
            docket.add(WholeSumProblem, (*prefix, key), getattr(shape, key))


def is_counted_model(model: str) -> bool:
    """Whether charges of the model have a quantity."""
    return model not in {"flat", "one_off", "milestone"}


def _read_rollover(docket: Docket, prefix: Path, shape: ChargeShape) -> Rollover | None:
    rollover = shape.rollover
    if rollover is None:
        return None
    require(docket, (*prefix, "rollover", "periods"), rollover.periods, rollover)
    free_units = _FREE_UNITS.get(shape.model or "")
    if shape.quantity_basis not in {None, "sum"} or free_units is None or getattr(shape, free_units) is None:
        docket.add(RolloverProblem, (*prefix, "rollover"))
    return None if rollover.periods is None else Rollover(rollover.periods, read_decimal(rollover.cap))
