"""When what was held back is released: on a day, with a milestone, or in parts on several days.

Comes in: the table of a retention, the charges of its contract, the term. Goes out: the parts in the contract's order,
which come to all that is held back; faults go to the docket. Must not know prices in minor units.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.prices import ZERO
from billcheck.contracts.terms import Release
from billcheck.contracts.values import WHOLE, fold, read_day, read_decimal, read_percent, require, tables_of
from billcheck.errors import Problem

if TYPE_CHECKING:
    from datetime import date

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import ReleaseShape, RetentionShape
    from billcheck.contracts.terms import Charge
    from billcheck.contracts.values import Term

FEWEST_PARTS = 2


class TwoReleasesProblem(Problem):
    """What is held back is released on a day or with a milestone."""

    remedy = "Keep one of released_on and released_with."


class AtOnceAndInPartsProblem(Problem):
    """What is held back is released at once or in parts."""

    remedy = "Take it out: each of the releases has a day or a milestone of its own."


class OnePartProblem(Problem):
    """What is released in parts has at least two."""

    remedy = "Add the others, or write released_on or released_with instead of releases."


class PercentAndAmountProblem(Problem):
    """A part is a percent or an amount."""

    remedy = "Keep one of percent and amount."


class PercentsAndAmountsProblem(Problem):
    """The parts are percents or amounts, not both."""

    remedy = "Write all in one way; the last may be the rest, without percent and amount."


class NothingReleasedProblem(Problem):
    """Nothing would be released."""

    remedy = "Write what is released, or take this part out."


class RestBeforeLastProblem(Problem):
    """Only the last part may be the rest."""

    remedy = "Give this part a percent or an amount, or put it last."


class NoRestProblem(Problem):
    """What is held back may come to more than these amounts."""

    remedy = "Take the amount of the last part out: it is then the rest."


class NotAllProblem(Problem):
    """The parts do not come to all that is held back."""

    remedy = "Let the percents come to 100; the last part may leave its percent out, and is then the rest."


class ReleaseOrderProblem(Problem):
    """A part before this one is released on this day or later."""

    remedy = "Write the parts in the order of their days."


class ReleasedBeforeStartProblem(Problem):
    """The retention would be released before anything is billed."""

    remedy = "Check the day: it is the one on which what was held back is due, and from then on nothing is held back."


class NoMilestoneProblem(Problem):
    """The contract has no milestone of this name."""

    remedy = "Name a charge of the model milestone as it stands in this contract, or give the day as released_on."


def read_releases(
    docket: Docket, path: Path, table: RetentionShape, charges: tuple[Charge, ...], term: Term
) -> tuple[Release, ...]:
    """The parts in which it is released, in the order of the contract; the rest of it alone where that is at once.

    Empty where they are at fault.
    """
    if table.releases is None:
        if table.released_with is None:
            require(docket, (*path, "released_on"), table.released_on, table)
        return (Release(_read_release(docket, path, table, charges, term)),)
    for key in ("released_on", "released_with"):
        if getattr(table, key) is not None:
            docket.add(AtOnceAndInPartsProblem, (*path, key), getattr(table, key))
    if len(table.releases) < FEWEST_PARTS:
        docket.add(OnePartProblem, (*path, "releases"))
    parts = [
        _read_part(docket, place, part, charges, term)
        for place, part in tables_of(docket, (*path, "releases"), table.releases)
    ]
    if docket.problems:
        return ()
    _judge_days(docket, (*path, "releases"), table.releases, parts)
    return _judge_parts(docket, (*path, "releases"), parts)


def _read_part(docket: Docket, place: Path, part: ReleaseShape, charges: tuple[Charge, ...], term: Term) -> Release:
    """One part."""
    if part.released_with is None:
        require(docket, (*place, "released_on"), part.released_on, part)
    percent, amount = read_percent(docket, (*place, "percent"), part.percent), read_decimal(part.amount)
    if percent is not None and amount is not None:
        docket.add(PercentAndAmountProblem, (*place, "amount"), part.amount)
    for key, value in (("percent", percent), ("amount", amount)):
        if value is not None and not value:
            docket.add(NothingReleasedProblem, (*place, key), "0")
    return Release(_read_release(docket, place, part, charges, term), percent, amount)


def _judge_days(docket: Docket, path: Path, shapes: list[ReleaseShape], parts: list[Release]) -> None:
    """The days that are written must follow each other; when a milestone is accepted is nobody's to write."""
    before = None
    for number, (shape, part) in enumerate(zip(shapes, parts, strict=True)):
        if shape.released_on is None:
            continue
        if before is not None and part.on is not None and part.on <= before:
            docket.add(ReleaseOrderProblem, (*path, number, "released_on"), part.on)
        before = part.on


def _judge_parts(docket: Docket, path: Path, parts: list[Release]) -> tuple[Release, ...]:
    """The parts with the percent of the last one filled in, if they come to all that is held back."""
    *others, last = parts
    rests = [number for number, part in enumerate(others) if part.percent is None and part.amount is None]
    for number in rests:
        docket.add(RestBeforeLastProblem, (*path, number))
    if rests:
        return tuple(parts)
    if any(part.amount is not None for part in parts):
        if any(part.percent is not None for part in parts):
            docket.add(PercentsAndAmountsProblem, path)
        elif last.amount is not None:
            docket.add(NoRestProblem, (*path, len(others), "amount"), f"{last.amount:f}")
        return tuple(parts)
    percent = sum((part.percent or ZERO for part in parts), ZERO)
    if last.percent is None and percent < WHOLE:
        return (*others, replace(last, percent=WHOLE - percent))
    if percent != WHOLE or last.percent is None:
        rest = " before the rest of it" if last.percent is None else ""
        docket.add(NotAllProblem, path, what=f"The parts come to {percent.normalize():f} % of what is held back{rest}.")
    return tuple(parts)


def _read_release(
    docket: Docket, path: Path, table: RetentionShape | ReleaseShape, charges: tuple[Charge, ...], term: Term
) -> date | None:
    """The day of the release; None where it is at fault, or its milestone is not accepted yet."""
    day = read_day(docket, (*path, "released_on"), table.released_on)
    if table.released_with is not None and table.released_on is not None:
        docket.add(TwoReleasesProblem, (*path, "released_with"), table.released_with)
    elif table.released_with is not None:
        milestones = {fold(charge.name): charge for charge in charges if charge.model == "milestone"}
        milestone = milestones.get(fold(table.released_with))
        if milestone is None:
            docket.add(NoMilestoneProblem, (*path, "released_with"), table.released_with)
        else:
            day = milestone.on
    if table.released_on is not None and day is not None and term.start is not None and day <= term.start:
        docket.add(ReleasedBeforeStartProblem, (*path, "released_on"), day)
    return day
