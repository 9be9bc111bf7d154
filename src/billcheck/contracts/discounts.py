"""Discounts, free periods, and the bounds of what a period comes to.

Comes in: the table of a charge, and its term. Goes out: frozen discounts in the order of the file; faults go to the
docket. A discount that is never given is refused, because it is more likely a slip than meant. Must not know prices or
contracts as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.price_keys import ONE_DAY_MODELS
from billcheck.contracts.terms import Discount
from billcheck.contracts.values import (
    WHOLE,
    OutsideTermProblem,
    Term,
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
    from decimal import Decimal

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import ChargeShape, DiscountShape


class PercentOrAmountProblem(Problem):
    """A discount is either a percentage or an amount."""

    remedy = "Keep one of them; write two discounts where both are agreed."


class PeriodsOrLastDayProblem(Problem):
    """A discount ends either on a day or after a number of periods."""

    remedy = "Keep one of them."


class BoundsProblem(Problem):
    """The minimum is above the maximum."""

    remedy = "Check both."


def read_discounts(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[Discount, ...]:
    """The free periods and discounts of a charge; each must touch its term."""
    discounts = []
    if charge.free_periods is not None and charge.model not in ONE_DAY_MODELS:
        discounts.append(Discount(WHOLE, periods=charge.free_periods, is_free=True))
    for path, shape in tables_of(docket, (*prefix, "discounts"), charge.discounts or []):
        discount = _read_discount(docket, path, shape, term, charge.model)
        if discount is not None:
            discounts.append(discount)
    return tuple(discounts)


def _read_discount(docket: Docket, path: Path, shape: DiscountShape, term: Term, model: str | None) -> Discount | None:
    """One discount; None where it is at fault."""
    faults = len(docket.problems)
    if shape.amount is None and not docket.is_broken(*path, "amount"):
        require(docket, (*path, "percent"), shape.percent, shape)
    elif shape.percent is not None and shape.amount is not None:
        docket.add(PercentOrAmountProblem, (*path, "amount"), shape.amount)
    if shape.periods is not None and (shape.end is not None or shape.last_day is not None):
        docket.add(PeriodsOrLastDayProblem, (*path, "periods"), shape.periods)
    if model in ONE_DAY_MODELS and model is not None:
        refuse_foreign(docket, path, shape, model, ("periods", "applies"))
    percent = read_percent(docket, (*path, "percent"), shape.percent)
    given = read_term(docket, path, shape)
    _judge_overlap(docket, path, given, term)
    if len(docket.problems) > faults or docket.is_broken(*path, "percent") or docket.is_broken(*path, "amount"):
        return None
    amount = read_decimal(shape.amount)
    return Discount(percent, given.start, given.end, amount, shape.periods, shape.applies or "day")


def read_common_discount(docket: Docket, path: Path, shape: DiscountShape, term: Term) -> Discount | None:
    """A discount for several charges that run in this term; None where it is at fault."""
    return _read_discount(docket, path, shape, term, None)


def read_bounds(docket: Docket, prefix: Path, charge: ChargeShape) -> tuple[Decimal | None, Decimal | None]:
    """The minimum and the maximum of a full period."""
    minimum, maximum = read_decimal(charge.minimum), read_decimal(charge.maximum)
    if minimum is not None and maximum is not None and minimum > maximum:
        docket.add(BoundsProblem, (*prefix, "minimum"), charge.minimum)
    return minimum, maximum


def _judge_overlap(docket: Docket, path: Path, given: Term, term: Term) -> None:
    """A discount that is never given is a slip."""
    if not (given.is_known and term.is_known):
        return
    what = f"The discount is never given: the charge runs {term}."
    if given.start is not None and term.end is not None and given.start >= term.end:
        docket.add(OutsideTermProblem, (*path, "start"), given.start, what=what)
    if given.end is not None and term.start is not None and given.end <= term.start:
        docket.add(OutsideTermProblem, path, f"until {given.end - ONE_DAY}", what=what)
