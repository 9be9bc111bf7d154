"""How the periods of one charge lie, how their days are weighed, and what part of its price one of them is.

Comes in: a recurring charge and a horizon. Goes out: its grid, the measure of a period, and a factor. Must not know
prices or schedules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.pricing.grid import Grid, make_grid
from billcheck.pricing.models import require
from billcheck.pricing.proration import WHOLE, Measure, Ratio
from billcheck.pricing.timeline import first_day_of_effect

if TYPE_CHECKING:
    from billcheck.contracts.terms import Amendment, Charge


class IncomparableProblem(Problem):
    """A price for months cannot be billed by days, nor the other way round."""

    remedy = "Write the price for one full period."


def grid_of(charge: Charge, until: int) -> Grid:
    """The grid of periods of a recurring charge: shared with others, unless it is cancelled."""
    grid = whole_grid_of(charge, until)
    if not charge.amendments:
        return grid
    cancelled = [amendment for amendment in charge.amendments if amendment.change == "cancel"]
    return _cancelled(charge, cancelled[0], grid, until) if cancelled else grid


def whole_grid_of(charge: Charge, until: int) -> Grid:
    """The grid of periods of a recurring charge as if it were never cancelled."""
    return _grid_until(charge, None if charge.end is None else charge.end.toordinal(), until)


def _grid_until(charge: Charge, end: int | None, until: int) -> Grid:
    every = require(charge.every, charge, "every")
    return make_grid(
        charge.start.toordinal(),
        end,
        every,
        charge.wanted_day,
        require(charge.timing, charge, "timing"),
        charge.invoice_day,
        until,
        is_calendar=charge.align == "calendar",
        full_period=charge.proration.full_period,
    )


def _cancelled(charge: Charge, cancel: Amendment, grid: Grid, until: int) -> Grid:
    """The grid of a cancelled charge: periods that were due before anybody knew are whole, no other goes on."""
    day = first_day_of_effect(cancel, charge, grid)
    if day is None:
        return grid
    known_day = max(day, (cancel.agreed_on or cancel.on).toordinal())
    count = sum(
        first_day < day or due_day < known_day
        for first_day, due_day in zip(grid.first_days, grid.due_days, strict=True)
    )
    if count and grid.first_days[count - 1] < day < grid.ends[count - 1] and grid.due_days[count - 1] >= known_day:
        return _grid_until(charge, day, until)
    return grid.first_periods(count)


def measure_of(charge: Charge, grid: Grid, period: int) -> Measure:
    """How the days of one period of the charge's grid are weighed."""
    proration = charge.proration
    first_day, end = grid.first_days[period], grid.ends[period]
    full_first_day, full_end = grid.full_period(period)
    rule = proration.rule
    is_cut = any(stub == period for stub, _, _ in grid.stubs)
    if is_cut:
        is_first = period == 0 and grid.is_cut_at_start
        rule = (proration.first if is_first else proration.last) or rule
    months = 0 if charge.every is None else charge.every.months
    return Measure(
        first_day, end, full_first_day, full_end, rule, months, factor_of(charge), is_cut, proration.is_price_whole
    )


def factor_of(charge: Charge) -> Ratio:
    """What part of the stretch of time that the price is for one full period is.

    Raises:
        UsageError: The two cannot be compared: one counts months, the other days.
    """
    every, per = charge.every, charge.amount_per
    if every is None or per is None:
        return WHOLE
    # Half a month is half a month, whatever its days.
    halves = 1 if every.unit == "semi_month" else 2 * every.months
    if halves and per.months:
        return halves, 2 * per.months
    if every.fixed_days and per.fixed_days:
        return every.fixed_days, per.fixed_days
    raise UsageError([IncomparableProblem(f'charge "{charge.name}" amount_per', str(per))])
