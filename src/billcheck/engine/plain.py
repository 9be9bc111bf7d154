"""Charges whose invoices stand one for one with their periods: judged without events and books.

Comes in: the lines of a charge, all of them ordinary invoice lines each from a document of its own, and its schedule.
Goes out: the billed amount per period, or nothing where the full examination is needed. It decides only what the full
examination decides the same way: every line has a period to itself, none bills more than was agreed, and so there is
no excess and nothing left over that could go anywhere else. Must not know sums, findings or sources.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import FreeEvent
from billcheck.engine.allocate import find_habit_of, nominal_days, pace_of
from billcheck.engine.diff import JudgedRow, status_of_unbilled
from billcheck.findings import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.engine.allocate import Known
    from billcheck.ledger.table import LineTable
    from billcheck.pricing.schedule import Schedule


class Billed(NamedTuple):
    """Per period, as index of the schedule, the amount billed and the issue day; and the offset of the habit.

    `is_to_the_day` tells whether every line states just the period it bills, or came on its due day.
    """

    periods: dict[int, tuple[int, int]]
    offset: int
    is_to_the_day: bool


def is_billed_exactly(schedule: Schedule, lines: LineTable, rows: Sequence[int], as_of_day: int) -> bool:
    """Whether every due period is billed by one line of just its amount, that states its days or came on its due day.

    Then there is nothing to match, judge or say: whole columns are equal.
    """
    due = bisect_right(schedule.due_days, as_of_day)
    if not due or len(rows) != due or any(schedule.changes):
        return False
    amounts = [lines.amounts[row] for row in rows]
    first_days = [lines.first_days[row] for row in rows]
    if all(first_days):
        stated = sorted(zip(first_days, [lines.end_days[row] for row in rows], amounts, strict=True))
        return stated == list(zip(schedule.first_days[:due], schedule.ends, schedule.amounts, strict=False))
    days = [lines.issue_days[row] for row in rows]
    if any(first_days) or len(set(days)) < due:
        return False
    dated = sorted(zip(days, amounts, strict=True))
    return dated == list(zip(schedule.due_days[:due], schedule.amounts, strict=False))


def match_one_by_one(schedule: Schedule, lines: LineTable, rows: Sequence[int], known: Known) -> Billed | None:
    """What was billed per period where every line has one due period to itself and bills no more than was agreed.

    None where that is not so: some lines state a period and others do not, a stated period equals no row, the schedule
    has changes, the habit is not one invoice per period near its due day, or an amount exceeds what was agreed.
    """
    if any(schedule.changes):
        return None
    offset = 0
    first_days = [lines.first_days[row] for row in rows]
    dated = [(lines.issue_days[row], lines.amounts[row]) for row in rows]
    is_stated = all(first_days)
    if is_stated:
        row_of = {days: row for row, days in enumerate(zip(schedule.first_days, schedule.ends, strict=True))}
        stated = zip(first_days, [lines.end_days[row] for row in rows], strict=True)
        periods = [row_of.get(days, -1) for days in stated]
    elif any(first_days) or len({day for day, _ in dated}) < len(dated):
        return None
    else:
        dated.sort()
        found = _periods_by_habit(schedule, dated, known)
        if found is None:
            return None
        periods, offset = found
    billed = {period: (amount, day) for period, (day, amount) in zip(periods, dated, strict=True)}
    due = bisect_right(schedule.due_days, known.as_of_day)
    if len(billed) < len(rows) or min(billed) < 0 or max(billed) >= due:
        return None
    if any(amount > schedule.amounts[period] for period, (amount, _) in billed.items()):
        return None
    is_to_the_day = is_stated or all(day == schedule.due_days[period] for period, (_, day) in billed.items())
    return Billed(billed, offset, is_to_the_day)


def _periods_by_habit(schedule: Schedule, dated: list[tuple[int, int]], known: Known) -> tuple[list[int], int] | None:
    """The period of each free event, and the offset, where the habit places each on its own within grace."""
    count = len(dated)
    if schedule.due_days[:count] == tuple([day for day, _ in dated]) and schedule.amounts[:count] == tuple(
        [amount for _, amount in dated]
    ):
        return list(range(count)), 0
    habit = find_habit_of(schedule, [FreeEvent(*event) for event in dated], schedule.amounts, known)
    if habit.block > 1 or abs(habit.offset) > known.grace_days or len(habit.placements) < count:
        return None
    placed = [placement.periods for placement in habit.placements if placement.kind == "place"]
    if len(placed) < count:
        return None
    periods = [period for (period,) in placed]
    half = nominal_days(schedule.charge) // 2
    is_far = any(abs(day - schedule.due_days[period]) > half for (day, _), period in zip(dated, periods, strict=True))
    # What its date alone would not have put there is an inference, which is counted by the books.
    return None if is_far else (periods, habit.offset)


def judge_one_by_one(schedule: Schedule, billed: Billed, known: Known) -> list[JudgedRow]:
    """The rows of every due period; see `match_one_by_one` for what `billed` promises."""
    dated = [(day, day - schedule.due_days[period]) for period, (_, day) in billed.periods.items()]
    pace = pace_of(dated, billed.offset, known)
    rows = []
    for period in range(bisect_right(schedule.due_days, known.as_of_day)):
        expected = schedule.amounts[period]
        entry = billed.periods.get(period)
        if entry is not None:
            amount = entry[0]
            rows.append(JudgedRow(period, _status_of_billed(expected - amount), expected, amount))
        elif not expected:
            rows.append(JudgedRow(period, Status.OK, 0, 0))
        else:
            status, note = status_of_unbilled(schedule.due_days[period], pace, known)
            rows.append(JudgedRow(period, status, expected, 0, note=note))
    return rows


def _status_of_billed(shortfall: int) -> Status:
    if not shortfall:
        return Status.OK
    return Status.ROUNDING if shortfall == 1 else Status.UNDERBILLED
