"""Equal lines on one document: when the second is a repeat, and when it is another period."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck import Ledger, Line, check
from billcheck.period import Cadence, CadenceUnit
from tests.engine.agreements import contract, flat, line

IN_ADVANCE = flat(amount="100", timing="in_advance", invoice_day=None)
IN_ARREARS = flat(amount="100")
WINDOW = (date(2025, 12, 1), date(2026, 12, 31))


def billed(*lines: Line, as_of: str = "2026-03-20", charge: object = IN_ADVANCE) -> dict[int, tuple[str, str]]:
    """Status and billed amount by month, without what is not due."""
    day = date.fromisoformat(as_of)
    report = check([contract(charge)], Ledger.from_lines(lines), as_of=day, covers=WINDOW)  # type: ignore[arg-type]
    return {row.first_day.month: (str(row.status), f"{row.billed:.0f}") for row in report.rows if row.billed_minor}


FIRST_TWO = (line("INV-1", "2026-01-01", "100"), line("INV-2", "2026-02-01", "100"))
OK = ("ok", "100")


def test_a_line_that_stands_twice_in_the_last_month_is_billed_too_often() -> None:
    lines = [line("INV-3", "2026-03-01", "100")] * 2
    assert billed(*FIRST_TWO, *lines) == {1: OK, 2: OK, 3: ("overbilled", "200")}


@pytest.mark.parametrize("times", [3, 4, 10])
def test_more_equal_lines_are_paid_ahead_unless_each_states_the_month(times: int) -> None:
    free = billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "100")] * times)
    assert set(free.values()) == {OK, ("billed_ahead", "100")}
    assert len(free) == 2 + times
    days = {"period_first_day": date(2026, 3, 1), "period_last_day": date(2026, 3, 31)}
    stated = billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "100", **days)] * times)
    assert stated == {1: OK, 2: OK, 3: ("overbilled", f"{times}00")}


@pytest.mark.parametrize("unit", ["quarter", "half_year", "year"])
def test_a_line_that_stands_twice_on_the_only_invoice_is_no_second_quarter(unit: CadenceUnit) -> None:
    charge = flat(amount="100", timing="in_advance", invoice_day=None, every=Cadence(unit))
    assert billed(*[line("INV-1", "2026-01-01", "100")] * 2, as_of="2026-02-20", charge=charge) == {
        1: ("overbilled", "200")
    }


def test_a_single_line_of_twice_the_amount_is_billed_ahead() -> None:
    assert billed(*FIRST_TWO, line("INV-3", "2026-03-01", "200"))[4] == ("billed_ahead", "100")


def test_two_lines_that_make_up_one_month_are_no_repeat() -> None:
    assert billed(*FIRST_TWO, *[line("INV-3", "2026-03-01", "50")] * 2)[3] == OK


def test_three_lines_for_two_months_at_once_stay_there_if_one_would_else_be_missing() -> None:
    lines = [line("INV-3", "2026-03-01", "100")] * 3
    assert billed(*FIRST_TWO, *lines, as_of="2026-04-20") == {1: OK, 2: OK, 3: OK, 4: OK, 5: ("billed_ahead", "100")}


def test_equal_lines_for_a_forgotten_month_and_this_one_are_no_repeat() -> None:
    lines = [line("INV-3", "2026-03-31", "100")] * 2
    first = line("INV-1", "2026-01-31", "100")
    assert billed(first, *lines, as_of="2026-04-02", charge=IN_ARREARS) == {1: OK, 2: OK, 3: OK}


def test_a_wrong_price_that_stands_twice_leaves_no_exact_month_and_is_no_repeat() -> None:
    report = check(
        [contract(IN_ADVANCE)],
        Ledger.from_lines([*FIRST_TWO, *[line("INV-3", "2026-03-01", "70")] * 2]),
        as_of=date(2026, 3, 20),
        covers=WINDOW,
    )
    assert [finding.kind for finding in report.findings] == ["overbilled"]


def test_the_evidence_names_the_repeat_and_leaves_the_other_line_where_it_was() -> None:
    report = check(
        [contract(IN_ADVANCE)],
        Ledger.from_lines([*FIRST_TWO, *[line("INV-3", "2026-03-01", "100")] * 2]),
        as_of=date(2026, 3, 20),
        covers=WINDOW,
    )
    rules = [(item.line, item.rule.split("; ")[-1]) for row in report.rows for item in row.evidence]
    assert rules[-2:] == [
        (1, "the due day it is nearest to, in order"),
        (2, "repeats an amount already billed for this period"),
    ]


def test_the_evidence_says_where_the_date_alone_would_not() -> None:
    days = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-03-03", "2026-05-01")
    lines = [line(f"INV-{number}", day, "100") for number, day in enumerate(days)]
    report = check([contract(IN_ADVANCE)], Ledger.from_lines(lines), as_of=date(2026, 5, 20), covers=WINDOW)
    inferred = {row.first_day.month: row.inferred_minor for row in report.rows if row.inferred_minor}
    told = {
        row.first_day.month
        for row in report.rows
        for item in row.evidence
        if item.rule.endswith("which its date alone does not say (inferred)")
    }
    assert inferred == {4: 10000}
    assert told == {4}
