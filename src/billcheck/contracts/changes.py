"""Price steps, amendments and discounts of one charge.

Comes in: their tables, and the charge's term. Goes out: frozen terms in the order of the file; faults go to the docket.
A change outside the term, one that changes nothing, and two that set one thing for one day are refused, because each is
more likely a slip than meant. Must not know contracts as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

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
)
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import AmendmentShape, ChargeShape, DiscountShape, PriceStepShape


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
    if not charge.price_steps or charge.model not in _PRICE_KEYS:
        return ()
    wanted, other = _PRICE_KEYS[charge.model]
    steps = []
    days: set[date] = set()
    for path, step in _tables(docket, (*prefix, "price_steps"), charge.price_steps):
        day = _read_change_day(docket, path, step, term, days)
        require(docket, (*path, wanted), getattr(step, wanted), step)
        refuse_foreign(docket, path, step, charge.model, (other,))
        if day is not None:
            steps.append(PriceStep(day, read_decimal(step.amount), read_decimal(step.unit_amount)))
    return tuple(steps)


def read_amendments(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[Amendment, ...]:
    """The amendments of a recurring charge."""
    if not charge.amendments or charge.model not in _PRICE_KEYS:
        return ()
    wanted, other = _PRICE_KEYS[charge.model]
    changeable = (wanted, "quantity") if charge.model == "per_unit" else (wanted,)
    foreign = (other,) if charge.model == "per_unit" else (other, "quantity")
    step_days = {str(step.on) for step in charge.price_steps or ()}
    amendments = []
    days: set[date] = set()
    for path, amendment in _tables(docket, (*prefix, "amendments"), charge.amendments):
        day = _read_change_day(docket, path, amendment, term, days)
        refuse_foreign(docket, path, amendment, charge.model, foreign)
        keys = (*changeable, *foreign)
        if all(getattr(amendment, key) is None and not docket.is_broken(*path, key) for key in keys):
            docket.add(EmptyChangeProblem, path, remedy=f"Give the new {' or '.join(changeable)}.")
        if str(day) in step_days and getattr(amendment, wanted) is not None:
            docket.add(TwoPricesProblem, (*path, wanted), getattr(amendment, wanted))
        if day is not None:
            amendments.append(
                Amendment(
                    day,
                    quantity=read_decimal(amendment.quantity),
                    amount=read_decimal(amendment.amount),
                    unit_amount=read_decimal(amendment.unit_amount),
                    change_billing=amendment.change_billing or "next_invoice",
                )
            )
    return tuple(amendments)


def read_discounts(docket: Docket, prefix: Path, charge: ChargeShape, term: Term) -> tuple[Discount, ...]:
    """The discounts of a charge; each must touch its term."""
    if not charge.discounts:
        return ()
    discounts = []
    for path, shape in _tables(docket, (*prefix, "discounts"), charge.discounts):
        require(docket, (*path, "percent"), shape.percent, shape)
        percent = read_percent(docket, (*path, "percent"), shape.percent)
        given = read_term(docket, path, shape)
        _judge_overlap(docket, path, given, term)
        if percent is not None:
            discounts.append(Discount(percent, given.start, given.end))
    return tuple(discounts)


_PRICE_KEYS = {"flat": ("amount", "unit_amount"), "per_unit": ("unit_amount", "amount")}
"""The key that is the price of a model, and the one that is not."""

Change = TypeVar("Change", "PriceStepShape", "AmendmentShape", "DiscountShape")


def _tables(docket: Docket, path: Path, shapes: list[Change]) -> Iterator[tuple[Path, Change]]:
    """The tables of a list with their paths, without those that were no tables."""
    for index, shape in enumerate(shapes):
        if not docket.is_broken(*path, index):
            yield (*path, index), shape


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
