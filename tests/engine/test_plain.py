"""The quick way to judge a charge, on schedules and lines made by hand: what it takes on, and what it leaves alone.

Periods of thirty days at 10.00, each due on its first day; half an interval is fifteen days. Days count from the first.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.allocate import Known
from billcheck.engine.coverage import NOTE_START, Window
from billcheck.engine.diff import JudgedRow
from billcheck.engine.plain import Billed, judge_one_by_one, match_one_by_one
from billcheck.findings import Status
from tests.engine.bookings import DAY_0, Row, books_of, regular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.pricing.schedule import Schedule

Entry = tuple[int, int] | tuple[int, int, tuple[int, int]]
"""Issue day, amount, and the period stated, if any."""

SIX = regular(*[1000] * 6)


def known(as_of: int = 100, grace: int = 10, first_covered: int = -100) -> Known:
    return Known(DAY_0 + as_of, grace, Window(DAY_0 + first_covered, DAY_0 + 1000), DAY_0 - 1000, 45)


def schedule(rows: Sequence[Row] = SIX) -> Schedule:
    return books_of(rows).schedule


def match(*entries: Entry, rows: Sequence[Row] = SIX, **options: int) -> Billed | None:
    stated = [entry[2] if len(entry) > 2 else (-DAY_0, -DAY_0) for entry in entries]
    lines: Any = SimpleNamespace(
        issue_days=[DAY_0 + entry[0] for entry in entries],
        amounts=[entry[1] for entry in entries],
        first_days=[DAY_0 + first for first, _ in stated],
        end_days=[DAY_0 + end for _, end in stated],
    )
    return match_one_by_one(schedule(rows), lines, range(len(entries)), known(**options))


def billed(offset: int = 0, *, is_to_the_day: bool = True, **periods: tuple[int, int]) -> Billed:
    """What was billed per period, as `p0=(amount, day)`."""
    found = {int(name[1:]): (amount, DAY_0 + day) for name, (amount, day) in periods.items()}
    return Billed(found, offset, is_to_the_day)


P0, P1, P2, P3 = ((start, start + 30) for start in (0, 30, 60, 90))


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        # on the day, to the cent
        ([(0, 1000), (30, 1000), (60, 1000)], billed(p0=(1000, 0), p1=(1000, 30), p2=(1000, 60))),
        # in any order of the file, and short of what was agreed
        ([(60, 600), (0, 1000), (30, 1000)], billed(p0=(1000, 0), p1=(1000, 30), p2=(600, 60))),
        # the second period was skipped
        ([(0, 1000), (60, 1000)], billed(p0=(1000, 0), p2=(1000, 60))),
        # late by as much as the grace days
        (
            [(10, 1000), (40, 1000), (70, 1000), (100, 1000)],
            billed(10, is_to_the_day=False, p0=(1000, 10), p1=(1000, 40), p2=(1000, 70), p3=(1000, 100)),
        ),
        # early by as much
        (
            [(-10, 1000), (20, 1000), (50, 1000), (80, 1000)],
            billed(-10, is_to_the_day=False, p0=(1000, -10), p1=(1000, 20), p2=(1000, 50), p3=(1000, 80)),
        ),
        # one of them late by half an interval
        (
            [(0, 1000), (30, 1000), (75, 1000), (90, 1000)],
            billed(is_to_the_day=False, p0=(1000, 0), p1=(1000, 30), p2=(1000, 75), p3=(1000, 90)),
        ),
        # stated, whatever the days say
        ([(5, 1000, P1), (6, 400, P0), (6, 1, P3)], billed(p1=(1000, 5), p0=(400, 6), p3=(1, 6))),
    ],
)
def test_invoices_that_stand_one_for_one(entries: list[Entry], wanted: Billed) -> None:
    assert match(*entries) == wanted


@pytest.mark.parametrize(
    "entries",
    [
        [(0, 1001), (30, 1000)],  # more than was agreed
        [(0, 1000), (0, 1000)],  # two of one day
        [(0, 1000), (30, 1000, P1)],  # one states its period, the other does not
        [(0, 1000, P1), (30, 1000, P1)],  # two for one period
        [(0, 1000, (0, 29)), (30, 1000, P2)],  # no period ends there
        [(0, 1000, (1, 30)), (30, 1000, P2)],  # nor begins there
        [(0, 1000, (0, 60)), (30, 1000, P2)],
        [(0, 1000, P0), (30, 1000, (120, 150))],  # not due by day 100
        [(11, 1000), (41, 1000), (71, 1000)],  # a habit beyond the grace days
        [(-11, 1000), (19, 1000), (49, 1000), (79, 1000)],
        [(0, 1000), (30, 1000), (76, 1000), (90, 1000)],  # one is further than half an interval from its day
        [(0, 1000), (2, 1000), (4, 1000), (6, 1000), (8, 1000)],  # more than there are periods
        [(0, 2000), (60, 2000)],  # two periods each
        [(0, 1000), (60, 2000)],  # the second for two
        [(0, 1000), (30, 1000), (60, 500), (62, 500)],  # two for the third
    ],
)
def test_what_is_not_plain_is_left_to_the_full_examination(entries: list[Entry]) -> None:
    assert match(*entries) is None


def test_a_period_counts_from_its_due_day_on() -> None:
    assert match((0, 1000, P3), as_of=90) == billed(p3=(1000, 0))
    assert match((0, 1000, P3), as_of=89) is None


def test_changes_are_not_plain() -> None:
    rows = [*regular(1000, 1000), Row(0, 30, 30, 5, is_change=True)]
    assert match((0, 1000), (30, 1000), rows=rows) is None
    assert match((0, 1000), (30, 1000), rows=rows[:2]) is not None


def judged(found: Billed, rows: Sequence[Row] = SIX, **options: int) -> list[JudgedRow]:
    return judge_one_by_one(schedule(rows), found, known(**options))


def test_every_due_period_has_a_row() -> None:
    """On day 100 the first four of six are due; the fourth, of day 90, may still come until day 100."""
    rows = judged(billed(p0=(1000, 0), p1=(999, 30), p2=(998, 60)))
    assert rows == [
        JudgedRow(0, Status.OK, 1000, 1000),
        JudgedRow(1, Status.ROUNDING, 1000, 999),
        JudgedRow(2, Status.UNDERBILLED, 1000, 998),
        JudgedRow(3, Status.AWAITING, 1000, 0),
    ]


def test_a_period_that_costs_nothing_needs_no_invoice() -> None:
    assert judged(billed(p1=(1000, 30)), regular(0, 1000), as_of=60) == [
        JudgedRow(0, Status.OK, 0, 0),
        JudgedRow(1, Status.OK, 1000, 1000),
    ]


@pytest.mark.parametrize(
    ("lags", "offset", "status"),
    [
        ((0, 0, 0), 0, Status.MISSING),  # 89 + 10 is before day 100
        ((0, 1, 1), 0, Status.AWAITING),  # usually a day late: 89 + 10 + 1
        ((0, 0, 1), 0, Status.MISSING),
        ((1, 1), 0, Status.MISSING),  # two are too few to tell
        ((0, 0), 1, Status.AWAITING),  # but the habit was found
    ],
)
def test_an_unbilled_period_is_awaited_as_long_as_the_charge_is_usually_late(
    lags: tuple[int, ...], offset: int, status: Status
) -> None:
    rows = [Row(30 * index, 30 * index + 30, 30 * index - 1, 1000) for index in range(5)]
    found = Billed(
        {period: (1000, DAY_0 + rows[period].due + lag) for period, lag in enumerate(lags)}, offset, not any(lags)
    )
    assert judged(found, rows)[3] == JudgedRow(3, status, 1000, 0)


def test_a_period_whose_invoice_may_lie_before_the_ledger_is_not_judged() -> None:
    """The ledger begins on day 20; nothing is known of how early the one invoice of day 60 comes: 45 days before 30."""
    rows = judged(billed(p2=(1000, 60)), first_covered=20)
    assert rows[:2] == [JudgedRow(period, Status.INCONCLUSIVE, 1000, 0, note=NOTE_START) for period in (0, 1)]
    assert rows[2].status is Status.OK
