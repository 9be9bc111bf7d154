"""The lines around a report: which days it covers, and its footer."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.connectors.files.reports.footer import Basis, Footer, read_footer
from billcheck.connectors.files.reports.period_line import covers_of, read_period_line


def days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("January 1-September 29, 2026", "2026-01-01", "2026-09-29"),
        ("March 1-August 31, 2026", "2026-03-01", "2026-08-31"),
        ("January 1 - 31, 2026", "2026-01-01", "2026-01-31"),
        ("January 1, 2024-December 31, 2025", "2024-01-01", "2025-12-31"),
        ("January-December, 2025", "2025-01-01", "2025-12-31"),
        ("March - August 2026", "2026-03-01", "2026-08-31"),
        ("January - February 2028", "2028-01-01", "2028-02-29"),
        ("November 2025 - February 2026", "2025-11-01", "2026-02-28"),
        ("Mar \N{EN DASH} Sept. 2026", "2026-03-01", "2026-09-30"),
        ("February 2028", "2028-02-01", "2028-02-29"),
        ("March 5, 2026", "2026-03-05", "2026-03-05"),
        ("1-31 March 2026", "2026-03-01", "2026-03-31"),
        ("1 March - 31 August, 2026", "2026-03-01", "2026-08-31"),
        ("For the period 1 March 2026 to 31 August 2026", "2026-03-01", "2026-08-31"),
        ("From March 1, 2026 through August 31, 2026", "2026-03-01", "2026-08-31"),
        ("For the month ended 28 February 2026", "2026-02-01", "2026-02-28"),
        ("For the 6 months ended 31 January 2026", "2025-08-01", "2026-01-31"),
        ("For the quarter ended March 31, 2026", "2026-01-01", "2026-03-31"),
        ("For the year ended 30 June 2026", "2025-07-01", "2026-06-30"),
        ("01/03/2026 - 31/08/2026", "2026-03-01", "2026-08-31"),
        ("03/01/2026-08/31/2026", "2026-03-01", "2026-08-31"),
        ("2026-03-01 to 2026-08-31", "2026-03-01", "2026-08-31"),
    ],
)
def test_a_period_line_says_which_days_are_covered(line: str, first: str, last: str) -> None:
    assert read_period_line(line) == days(first, last)
    assert read_period_line(f"  {line.upper()} ") == days(first, last)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "All Dates",
        "As of March 2, 2026",
        "Since March 2, 2026",
        "Northlight Advisory, LLC",
        "May",
        "2026",  # which may be a company
        "2025-2026",
        "May-July",
        "7",
        "November-February, 2026",  # of which year November is, it does not say
        "January 1 - March 2026",
        "February 30, 2026",
        "March 1 - February 30, 2026",
        "January 1, 2026-March 1, 2026-May 1, 2026",
        "August 31, 2026 - March 1, 2026",
        "March 1, 1815 - March 2, 1816",
        "01/03/2026 - 04/05/2026",
        "For the month ended 27 February 2026",
        "For the 0 months ended 28 February 2026",
        "For the month ended February",
    ],
)
def test_a_line_that_leaves_something_open_declares_nothing(line: str) -> None:
    assert read_period_line(line) is None


def test_of_the_lines_above_a_report_one_is_its_period() -> None:
    assert covers_of(["Sales", "Acme", "March 2026"]) == days("2026-03-01", "2026-03-31")
    assert covers_of(["March 2026", "March 1-31, 2026"]) == days("2026-03-01", "2026-03-31")
    assert covers_of(["April 2026", "March 2026"]) is None
    for line in ("All Dates", "All  dates", "As of April 30, 2026", "Since April 1, 2026"):
        assert covers_of(["March 2026", line]) is None
    assert covers_of(["Since We Met, Ltd", "March 2026"]) == days("2026-03-01", "2026-03-31")
    assert covers_of([]) is None


@pytest.mark.parametrize(
    ("line", "day", "basis"),
    [
        ("Accrual Basis Monday, March 02, 2026 08:01 PM GMTZ", "2026-03-02", Basis.ACCRUAL),
        ("Cash Basis Tuesday, September 29, 2026 09:30 PM GMT-04:00", "2026-09-29", Basis.CASH),
        (" Tuesday, September 29, 2026 09:30 PM GMT-04:00", "2026-09-29", Basis.UNKNOWN),
        ("Monday, Mar 02, 2026 12:01:05 PM GMT-8 - Accrual Basis", "2026-03-02", Basis.ACCRUAL),
        ("Monday, Mar 02, 2026 12:01:05 PM GMT-8 - Cash Basis", "2026-03-02", Basis.CASH),
        ("Accrual basis  Monday, March 2, 2026 08:01\N{NARROW NO-BREAK SPACE}PM GMT+5:30", "2026-03-02", Basis.ACCRUAL),
        ("Accrual Basis Monday, 2 March 2026 20:01 GMT", "2026-03-02", Basis.ACCRUAL),
        ("Accrual Basis Monday, Sept. 2, 2026 8:01 p.m. UTC", "2026-09-02", Basis.ACCRUAL),
    ],
)
def test_a_footer_says_when_and_on_which_basis(line: str, day: str, basis: Basis) -> None:
    assert read_footer(line) == Footer(date.fromisoformat(day), basis)


def test_a_footer_without_a_day_of_the_calendar_is_one_all_the_same() -> None:
    assert read_footer("Cash Basis Monday, Mars 02, 2026 08:01 PM GMTZ") == Footer(None, Basis.CASH)


@pytest.mark.parametrize(
    "line", ["", "Monday Morning Ltd", "Accrual Basis", "Cash Basis Advisers", "Monday, March 2, 2026"]
)
def test_a_customer_is_no_footer(line: str) -> None:
    assert read_footer(line) is None
