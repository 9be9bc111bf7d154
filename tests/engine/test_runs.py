"""Events that bill whole periods without a gap, against every way to cut the periods."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest

from billcheck.check import check
from billcheck.engine.align import FreeEvent, Openings
from billcheck.engine.runs import Run, find_runs
from billcheck.ledger.source import Ledger
from billcheck.period import add_months
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.contracts.terms import Timing
    from billcheck.ledger.line import Line

CASES_PER_SEED = 2_000
NOMINAL_DAYS = 30


def openings(amounts: list[int], costs: list[int] | None = None, changes: list[bool] | None = None) -> Openings:
    due_days = tuple(NOMINAL_DAYS * number for number in range(len(amounts)))
    return Openings(
        due_days, tuple(amounts), tuple(costs or [1] * len(amounts)), tuple(changes or [False] * len(amounts))
    )


def by_definition(events: list[FreeEvent], rows: Openings) -> list[Run] | None:
    """Every way to cut the periods in need into as many runs as there are events, the earliest start first."""
    needing = [row for row, amount in enumerate(rows.amounts) if amount > 0]
    for start in range(len(needing)):
        if sum(rows.costs[row] for row in needing[:start]):
            break
        for cuts in combinations(range(start + 1, len(needing) + 1), len(events)):
            runs = [tuple(needing[a:b]) for a, b in zip((start, *cuts), cuts, strict=False)]
            if all(fits(event, run, rows) for event, run in zip(events, runs, strict=True)):
                return runs if any(len(run) > 1 for run in runs) else None
    return None


def fits(event: FreeEvent, run: Run, rows: Openings) -> bool:
    days = [rows.due_days[row] for row in run]
    is_sum = sum(rows.amounts[row] for row in run) == event.amount
    return is_sum and len(run) <= 12 and days[0] - 15 <= event.issue_day <= days[-1] + 15


@pytest.mark.parametrize("seed", range(3))
def test_every_way_to_cut_small_charges_is_compared(seed: int) -> None:
    random = Random(seed)
    found = 0
    for _ in range(CASES_PER_SEED):
        amounts = [random.choice((12, 12, 12, 24, 0, -3)) for _ in range(random.randint(1, 7))]
        rows = openings(amounts, [int(random.random() < 0.7) for _ in amounts])
        events, row = [], random.choice((0, 0, 1))
        while row < len(amounts):
            size = random.choice((1, 1, 1, 2, 3))
            day = NOMINAL_DAYS * random.choice((row, row + size - 1)) + random.randint(-16, 16)
            amount = sum(max(0, one) for one in amounts[row : row + size]) + random.choice((0,) * 9 + (1,))
            if amount:
                events.append(FreeEvent(day, amount))
            row += size
        events.sort()
        wanted = by_definition(events, rows) if events else None
        assert find_runs(events, rows, NOMINAL_DAYS) == wanted, (events, rows)
        found += wanted is not None
    assert found > CASES_PER_SEED // 10


def test_twelve_periods_are_the_most() -> None:
    assert find_runs([FreeEvent(0, 120), FreeEvent(360, 10)], openings([10] * 13), NOMINAL_DAYS) is not None
    assert find_runs([FreeEvent(0, 130)], openings([10] * 13), NOMINAL_DAYS) is None


def test_changes_are_not_read_this_way() -> None:
    rows = openings([10, 10, 10], changes=[False, True, False])
    assert find_runs([FreeEvent(0, 20), FreeEvent(60, 10)], rows, NOMINAL_DAYS) is None


def lines_in_full(random: Random, timing: Timing, months: int) -> list[Line]:
    """Invoices for whole months without a gap: mostly one, sometimes several, early or late in their run."""
    lines: list[Line] = []
    start, month = date(2025, 1, 1), 0
    late, jitter = random.choice((0, 0, 3, 8)), random.choice((0, 2))
    while month < months:
        size = min(random.choices((1, 2, 3, 4, 12), (80, 10, 5, 4, 1))[0], months - month)
        member = random.choice((month, month + size - 1))
        day = add_months(start, member + (timing == "in_arrears"), 1) + timedelta(
            late + random.randint(-jitter, jitter)
        )
        lines.append(line(f"INV-{len(lines)}", day.isoformat(), f"{100 * size}.00"))
        month += size
    return sorted(lines, key=lambda item: item.issue_date)


@pytest.mark.parametrize("seed", range(150))
def test_a_ledger_billed_in_full_in_whole_periods_has_no_finding_but_a_habit(seed: int) -> None:
    random = Random(seed)
    timing: Timing = random.choice(("in_advance", "in_arrears"))
    months = random.randint(3, 14)
    agreed = contract(
        flat(amount="100.00", timing=timing, invoice_day=None, start=date(2025, 1, 1)), start=date(2025, 1, 1)
    )
    lines = lines_in_full(random, timing, months)
    last_due = add_months(date(2025, 1, 1), months - (timing == "in_advance"), 1)
    as_of = max(last_due + timedelta(12), lines[-1].issue_date)
    report = check([agreed], Ledger.from_lines(lines), as_of=as_of, covers=(date(2024, 11, 1), as_of))
    assert {finding.kind for finding in report.findings} <= {"habit"}
    assert not report.residue
    assert sum(row.billed for row in report.rows) == 100 * months
