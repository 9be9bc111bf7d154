"""What each plausible mistake would have billed, period by period.

Comes in: a charge with its schedule, the judged rows, and the mistakes. Goes out: cells that say which mistakes and
which fractions fit each row. Mistakes that move dates have other periods and are tried by `engine.retrial` instead.
Must not know how rows are cut into segments, nor how a cause is worded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import TieredPrice
from billcheck.engine.patterns import fitting_fractions
from billcheck.engine.segments import LEAST_AMOUNTS_OF_PAIR, LEAST_ROWS_OF_PAIR, Cell
from billcheck.findings import JUDGED, Status
from billcheck.pricing.mistakes import mistaken_schedule, pairs_of_mistakes, plausible_mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.engine.diff import JudgedRow
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.schedule import Schedule

CORRECT = frozenset({Status.OK, Status.ROUNDING, Status.SETTLED})

_WITHOUT_BILLING = frozenset(
    {
        "part_forgotten",
        "zero_not_billed",
        "free_period_prolonged",
        "expired_discount",
        "pause_ignored",
        "minimum_ignored",
    }
)
"""Mistakes by which a period may not be billed at all."""


class RowDays(NamedTuple):
    """The days of a row of a schedule (`end` exclusive), and whether it is that of a change."""

    first_day: int
    end: int
    is_change: bool


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """The mistakes that a charge invites, and what each would have billed for its judged rows.

    `predictions` stand beside `mistakes`, one amount per row; None where the mistake has no such row. Those from
    `first_pair` on are two mistakes at once.
    """

    mistakes: tuple[Mistake, ...]
    predictions: tuple[tuple[int | None, ...], ...]
    first_pair: int


def says_something(row: JudgedRow) -> bool:
    """Whether a row tells about the terms: it is judged, and nothing but them explains its amount."""
    return row.status in JUDGED and not (row.is_duplicate or row.is_foreign or row.credited)


def is_unbilled(row: JudgedRow) -> bool:
    """Whether a row should have been billed and was not."""
    return row.billed == 0 and row.expected != 0


def differs(row: JudgedRow) -> bool:
    """Whether a row was billed, but not as agreed."""
    return row.status not in CORRECT and not is_unbilled(row)


@dataclass(frozen=True, slots=True)
class Trial:
    """The judged rows of a charge and the days of each, against which mistakes are held up to the last due day."""

    contract: Contract
    charge: Charge
    schedule: Schedule
    rows: Sequence[JudgedRow]

    @property
    def until(self) -> date:
        """The last day that matters."""
        return date.fromordinal(max(self.schedule.due_days[row.period] for row in self.rows if says_something(row)))

    @property
    def days(self) -> list[RowDays]:
        """The days of each row."""
        schedule = self.schedule
        return [
            RowDays(schedule.first_days[row.period], schedule.ends[row.period], schedule.changes[row.period])
            for row in self.rows
        ]


def find_hypotheses(trial: Trial, others: Iterable[Mistake]) -> Hypotheses:
    """What may have been done wrong, as far as it explains at least one of the rows."""
    charge = trial.charge
    is_billed = is_billed_otherwise(trial.schedule, trial.rows)
    if not is_billed and not _may_bill_nothing(charge):
        return Hypotheses((), (), 0)
    found = plausible_mistakes(trial.contract, charge, trial.until, others)
    if not is_billed:
        # Only periods that were not billed at all: nothing but what bills nothing could explain them.
        found = tuple(mistake for mistake in found if mistake.code in _WITHOUT_BILLING)
    singles = _telling(trial, [mistake for mistake in found if not moves_dates(mistake, charge)])
    mistakes = tuple(mistake for mistake, _ in singles)
    return Hypotheses(mistakes, tuple(prediction for _, prediction in singles), len(mistakes))


def is_billed_otherwise(schedule: Schedule, rows: Sequence[JudgedRow]) -> bool:
    """Whether there is more than periods without an invoice: another amount, or a change that was not billed."""
    return any(
        says_something(row) and (differs(row) or (is_unbilled(row) and schedule.changes[row.period])) for row in rows
    )


def _may_bill_nothing(charge: Charge) -> bool:
    """Whether a charge has terms by which somebody might bill nothing for a period."""
    return bool(
        charge.discounts
        or charge.minimum is not None
        or charge.wanted_day != charge.start.day
        or charge.end is not None
        or isinstance(charge.price, TieredPrice)
        or any(each.change for each in charge.amendments)
    )


def with_pairs(trial: Trial, hypotheses: Hypotheses) -> Hypotheses:
    """The hypotheses, and two mistakes at once as declared."""
    pairs = _telling(trial, pairs_of_mistakes(trial.contract, trial.charge, trial.until))
    return Hypotheses(
        hypotheses.mistakes + tuple(mistake for mistake, _ in pairs),
        hypotheses.predictions + tuple(prediction for _, prediction in pairs),
        len(hypotheses.mistakes),
    )


def may_be_pair(rows: Sequence[JudgedRow]) -> bool:
    """Whether so many rows of so many amounts were billed otherwise that two mistakes at once could be believed."""
    amounts = [(row.expected, row.billed) for row in rows if says_something(row) and differs(row)]
    return len(amounts) >= LEAST_ROWS_OF_PAIR and len(set(amounts)) >= LEAST_AMOUNTS_OF_PAIR


def moves_dates(mistake: Mistake, charge: Charge) -> bool:
    """Whether the periods of a mistake begin on other days than those of the charge."""
    return mistake.charge.rhythm != charge.rhythm


def _telling(trial: Trial, mistakes: Iterable[Mistake]) -> list[tuple[Mistake, tuple[int | None, ...]]]:
    """The mistakes that would have billed what was billed for a row that differs, and what they have for each row."""
    wanted = [
        (index, row.billed)
        for index, row in enumerate(trial.rows)
        if says_something(row) and row.expected != row.billed and row.status not in CORRECT
    ]
    found, days, until = [], trial.days, trial.until
    for mistake in mistakes:
        prediction = _predict(mistaken_schedule(trial.contract, mistake, until), days)
        if any(prediction[index] == billed for index, billed in wanted):
            found.append((mistake, prediction))
    return found


def _predict(mistaken: Schedule, days: Sequence[RowDays]) -> tuple[int | None, ...]:
    """What a mistaken schedule has for rows of the agreed one."""
    keys = zip(mistaken.first_days, mistaken.ends, mistaken.changes, strict=True)
    amounts = dict(zip(keys, mistaken.amounts, strict=True))
    if mistaken.unknowns:
        for index in mistaken.unknowns:
            amounts.pop((mistaken.first_days[index], mistaken.ends[index], mistaken.changes[index]), None)
    if all(day in amounts for day in days):
        return tuple([amounts[day] for day in days])
    regular = sorted(zip(mistaken.first_days, mistaken.ends, mistaken.amounts, mistaken.changes, strict=True))
    regular = [row for row in regular if not row[3]]
    return tuple([amounts[day] if day in amounts else _near(regular, day) for day in days])


def _near(regular: Sequence[tuple[int, int, int, bool]], day: RowDays) -> int | None:
    """What a schedule without just this row has in its place: nothing, or the row that begins with it."""
    if day.is_change:
        return 0  # a forgotten change makes no row of its own
    start = bisect_left(regular, (day.first_day,))
    if start < len(regular) and regular[start][0] == day.first_day:
        return regular[start][2]
    before = bisect_right(regular, (day.first_day,)) - 1
    is_free = before < 0 or regular[before][1] <= day.first_day
    return 0 if is_free and (start == len(regular) or regular[start][0] >= day.end) else None


def make_cells(
    rows: Sequence[JudgedRow], changes: Sequence[bool], predictions: Sequence[Sequence[int | None]]
) -> list[Cell]:
    """The rows that say something about the terms, neighbours of which the same holds together.

    Args:
        rows: The judged rows.
        changes: Which of them are rows of changes.
        predictions: What each mistake would have billed for each row.
    """
    cells: list[Cell] = []
    without_billing = _without_billing(rows, changes, predictions)
    has_begun = False
    for position, row in enumerate(rows):
        has_begun = has_begun or row.billed != 0
        if not says_something(row):
            continue
        if is_unbilled(row):
            mistakes = without_billing[position]
            if not mistakes:
                continue
            cell = Cell((position,), (), (position,), frozenset(), mistakes, None, 0 if has_begun else 1)
        else:
            cell = _billed_cell(position, row, predictions)
        if cells and cells[-1].is_like(cell):
            cells[-1] = cells[-1].joined(cell)
        else:
            cells.append(cell)
    return cells


def _without_billing(
    rows: Sequence[JudgedRow], changes: Sequence[bool], predictions: Sequence[Sequence[int | None]]
) -> dict[int, frozenset[int]]:
    """The mistakes by which rows that were not billed would not have been, by position.

    Periods in a row were left out together: what explains only some of them explains none.
    """
    found: dict[int, frozenset[int]] = {}
    run: list[int] = []
    for position, row in enumerate(rows):
        if not says_something(row):
            continue
        if is_unbilled(row):
            found[position] = _fitting(position, frozenset({0}), predictions)
            run += [] if changes[position] else [position]
        elif not changes[position]:
            _explain_together(run, found)
            run = []
    _explain_together(run, found)
    return found


def _explain_together(run: Sequence[int], found: dict[int, frozenset[int]]) -> None:
    """Leave to each row of a run only what explains all of them."""
    if run:
        common = frozenset.intersection(*(found[position] for position in run))
        found |= dict.fromkeys(run, common)


def _fitting(position: int, amounts: frozenset[int], predictions: Sequence[Sequence[int | None]]) -> frozenset[int]:
    """The mistakes that would have billed one of some amounts for a row."""
    return frozenset(number for number, prediction in enumerate(predictions) if prediction[position] in amounts)


def _billed_cell(position: int, row: JudgedRow, predictions: Sequence[Sequence[int | None]]) -> Cell:
    own = (position,)
    # A cent more or less is no term.
    amounts = {row.billed, row.expected} if row.status is Status.ROUNDING else {row.billed}
    mistakes = _fitting(position, frozenset(amounts), predictions)
    fractions = frozenset(fitting_fractions(row.expected, row.billed)) if row.expected or row.billed else None
    if not differs(row):
        return Cell(own, (), (), frozenset(), mistakes, fractions)
    return Cell(own, own, (), frozenset({(row.expected, row.billed)}), mistakes, fractions)
