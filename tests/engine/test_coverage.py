"""What the window of a ledger can tell about an unbilled period."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.engine.coverage import NOTE_END, NOTE_GAP, NOTE_START, Window, find_coverage, make_window
from billcheck.findings import Coverage
from billcheck.ledger.source import Receipt

WINDOW = Window(first_day=1000, last_day=1365)


@pytest.mark.parametrize(
    ("due", "wait", "early", "start", "settled"),
    [
        (1200, 10, 45, 500, True),
        (1355, 10, 45, 500, True),
        (1356, 10, 45, 500, False),
        (1045, 10, 45, 500, True),
        (1044, 10, 45, 500, False),
        (1044, 10, 0, 500, True),
        (1001, 10, 45, 1000, True),
        (999, 10, 0, 500, False),
    ],
)
def test_the_invoice_must_have_to_lie_inside(due: int, wait: int, early: int, start: int, settled: bool) -> None:
    assert WINDOW.settles(due, wait, early, start) is settled


GAPPED = Window(first_day=1000, last_day=1365, gaps=((1100, 1150), (1200, 1260)))


@pytest.mark.parametrize(
    ("due", "early", "start", "settled"),
    [
        (1050, 45, 500, True),
        (1089, 45, 500, True),
        (1090, 45, 500, False),
        (1100, 45, 500, False),
        (1150, 0, 500, False),
        (1151, 0, 500, True),
        (1160, 45, 500, False),
        (1160, 45, 1151, True),
        (1189, 30, 500, True),
        (1260, 0, 500, False),
        (1306, 45, 500, True),
    ],
)
def test_a_gap_is_like_the_end_of_one_ledger_and_the_start_of_another(
    due: int, early: int, start: int, settled: bool
) -> None:
    assert GAPPED.settles(due, 10, early, start) is settled


def test_what_would_settle_a_period_depends_on_where_it_was_due() -> None:
    assert GAPPED.advice(1360, 10) == NOTE_END
    assert GAPPED.advice(1010, 10) == NOTE_START
    assert (
        GAPPED.advice(1095, 10)
        == GAPPED.advice(1160, 10)
        == NOTE_GAP.format(first_day=date.fromordinal(1100), last_day=date.fromordinal(1150))
    )
    assert date.fromordinal(1260).isoformat() in GAPPED.advice(1270, 10)
    doubtful = Window(1000, 1365, doubt="Half of it is gone.")
    assert not doubtful.settles(1200, 10, 0, 1100)
    assert doubtful.advice(1200, 10) == "Half of it is gone. An invoice that was left out may bill this period."


def receipt(first: int, last: int, covers: tuple[date, date] | None = None) -> Receipt:
    return Receipt("a.csv", "", "generic", 1, 1, first, last, covers)


def test_declared_windows_leave_no_day_out() -> None:
    months = [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))]
    joined = find_coverage(None, [receipt(0, 0, covers) for covers in months])
    assert joined == Coverage(date(2026, 1, 1), date(2026, 2, 28), declared=True)
    later = (date(2026, 3, 2), date(2026, 3, 31))
    gapped = find_coverage(None, [receipt(0, 0, covers) for covers in (*months, later)])
    assert gapped is not None
    assert gapped.gaps == ((date(2026, 3, 1), date(2026, 3, 1)),)


def test_windows_that_overlap_or_hold_nothing_make_no_gap() -> None:
    found = find_coverage(None, [receipt(1000, 1300), receipt(1010, 1020), receipt(0, 0), receipt(1346, 1350)])
    assert found is not None
    assert (found.gaps, found.declared, found.last_day.toordinal()) == ((), False, 1350)
    wider = find_coverage(None, [receipt(1000, 1300), receipt(1347, 1350)])
    assert wider is not None
    assert wider.gaps == ((date.fromordinal(1301), date.fromordinal(1346)),)
    assert find_coverage(None, [receipt(0, 0)]) is None
    assert make_window(None).settles(1, 0, 0, 1) is False


# --- a window of days 0 to 100 with a gap from 40 to 60 --------------------------------------------------------------

HUNDRED_DAYS = Window(0, 100, ((40, 60),))


@pytest.mark.parametrize(
    ("due", "wait", "early", "start", "is_settled"),
    [
        (35, 4, 0, 0, True),  # waited for until the day before the gap
        (35, 5, 0, 0, False),
        (40, 0, 0, 0, False),
        (50, 0, 0, 0, False),
        (60, 0, 0, 0, False),
        (61, 0, 0, 0, True),
        (61, 0, 1, 0, False),  # the invoice may lie in the gap
        (61, 0, 1, 61, True),  # not before the charge began
        (100, 0, 0, 0, True),
        (100, 1, 0, 0, False),
    ],
)
def test_a_gap_parts_the_window(due: int, wait: int, early: int, start: int, *, is_settled: bool) -> None:
    assert HUNDRED_DAYS.settles(due, wait, early, start) is is_settled


def test_what_would_settle_a_period() -> None:
    assert Window(1, 100).advice(90, 10) == NOTE_START
    assert Window(1, 100).advice(90, 11) == NOTE_END
    gapped = Window(1, 100, ((40, 60),))
    assert gapped.advice(35, 4) == NOTE_START
    assert gapped.advice(35, 5) == NOTE_GAP.format(first_day="0001-02-09", last_day="0001-03-01")


def test_a_doubt_about_the_sources_goes_with_the_window() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    declared = find_coverage((first, last), [])
    assert declared is not None
    assert declared.declared is True
    assert make_window(declared, "Cut off.") == Window(first.toordinal(), last.toordinal(), (), "Cut off.")
    assert make_window(None, "Cut off.") == Window(1, 0, (), "Cut off.")
    assert make_window(None).doubt == ""
