"""What a text leaves open and its surroundings decide: the order of day and month, fiscal years, the end of "tot"."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.grammar import DateOrder
from billcheck.periods.reading import read
from billcheck.periods.resolve import refusal, resolve

Days = tuple[date, date] | None


def days_of(text: str, issued: date, *, order: DateOrder | None = None, fiscal_year_start: int | None = None) -> Days:
    """First and last day, inclusive; a refusal says why."""
    reading, day = read(text), issued.toordinal()
    period = resolve(reading, day, order=order, fiscal_year_start=fiscal_year_start)
    reason = refusal(reading, day, order=order, fiscal_year_start=fiscal_year_start)
    assert (period is None) == bool(reason)
    if period is None:
        return None
    return date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("01/03/2026 - 01/04/2026", DateOrder.DAY_FIRST, (date(2026, 3, 1), date(2026, 3, 31))),
        ("01/03/2026 - 01/04/2026", DateOrder.MONTH_FIRST, (date(2026, 1, 3), date(2026, 1, 4))),
        ("01/03/2026 - 01/04/2026", None, None),
        ("01/03/2026 - 31/03/2026", None, (date(2026, 3, 1), date(2026, 3, 31))),
        ("03/01/2026 - 03/31/2026", None, (date(2026, 3, 1), date(2026, 3, 31))),
        ("03/01/2026 - 03/31/2026", DateOrder.DAY_FIRST, (date(2026, 3, 1), date(2026, 3, 31))),
        ("01.03.2026 - 01.04.2026", None, (date(2026, 3, 1), date(2026, 3, 31))),
        ("05/05/2026 - 06/06/2026", None, (date(2026, 5, 5), date(2026, 6, 5 + 1))),
        # Read with the month first the range would be reversed, so the day comes first
        ("05/03/2026 - 04/04/2026", None, (date(2026, 3, 5), date(2026, 4, 4))),
        # Each date proves another order
        ("13/02/2026 - 02/14/2026", None, None),
        ("13/02/2026 - 02/14/2026", DateOrder.DAY_FIRST, None),
        # Neither order gives a period
        ("09/08/2026 - 08/07/2026", DateOrder.MONTH_FIRST, None),
        ("05/02/2026 until 01/03/2026", DateOrder.DAY_FIRST, None),
    ],
)
def test_the_order_of_day_and_month(text: str, order: DateOrder | None, expected: Days) -> None:
    assert days_of(text, date(2026, 3, 31), order=order) == expected


Q1_FROM_APRIL = (date(2026, 4, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("text", "start", "issued", "expected"),
    [
        # A fiscal year from April is named after the year it starts in, or the one it ends in: the date tells
        ("FY26 Q1", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("FY27 Q1", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("FY2026/27 Q1", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("FQ1 2026", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("FQ1", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("Q1 FY26", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("fiscal Q1 2026", 4, date(2026, 6, 30), Q1_FROM_APRIL),
        ("FY26 Q4", 4, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        ("FY26 H1", 7, date(2025, 9, 30), (date(2025, 7, 1), date(2025, 12, 31))),
        ("FY26 H2", 7, date(2026, 4, 30), (date(2026, 1, 1), date(2026, 6, 30))),
        ("FY26", 4, date(2026, 9, 30), (date(2026, 4, 1), date(2027, 3, 31))),
        # Where the fiscal year is the calendar year its number leaves nothing open
        ("FY26 Q1", 1, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        ("FY26", 1, date(2026, 12, 31), (date(2026, 1, 1), date(2026, 12, 31))),
        ("FQ1", 1, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        # Nothing near enough, or two
        ("FY20 Q1", 4, date(2026, 6, 30), None),
        ("FQ1", 4, date(2026, 11, 30), None),
        ("FY26", 4, date(2026, 4, 1), None),
        # Without the contract's word nothing is fiscal
        ("FY26 Q1", None, date(2026, 6, 30), None),
        # A quarter that does not say whose year it is part of
        ("Q1 2026", 4, date(2026, 3, 31), None),
        ("Q1 2026", 1, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        ("Q1 2026", None, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        ("March 2026", 4, date(2026, 3, 31), (date(2026, 3, 1), date(2026, 3, 31))),
    ],
)
def test_fiscal_years(text: str, start: int | None, issued: date, expected: Days) -> None:
    assert days_of(text, issued, fiscal_year_start=start) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The day named is not included: that is a full month
        ("1 maart 2026 tot 1 april 2026", (date(2026, 3, 1), date(2026, 3, 31))),
        ("15 maart 2026 tot 15 april 2026", (date(2026, 3, 15), date(2026, 4, 14))),
        # With the day named it is a full month, without it a fragment
        ("1 maart 2026 tot 31 maart 2026", (date(2026, 3, 1), date(2026, 3, 31))),
        # Neither is full: the word means what it says
        ("3 maart tot 14 maart 2026", (date(2026, 3, 3), date(2026, 3, 13))),
        # Both are full: two weeks, or half a month
        ("1 maart tot 15 maart 2026", None),
        # Not one day is left
        ("1 maart tot 1 maart 2026", None),
        # Months
        ("jan tot mrt 2026", (date(2026, 1, 1), date(2026, 3, 31))),
        ("jan tot apr 2026", (date(2026, 1, 1), date(2026, 3, 31))),
        ("jan 2026 tot jan 2027", (date(2026, 1, 1), date(2026, 12, 31))),
        ("januari tot februari 2026", None),
    ],
)
def test_dutch_tot(text: str, expected: Days) -> None:
    assert days_of(text, date(2026, 3, 31)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1Q2026", (date(2026, 1, 1), date(2026, 3, 31))),
        ("1Q26", (date(2026, 1, 1), date(2026, 3, 31))),
        ("Q1-26", (date(2026, 1, 1), date(2026, 3, 31))),
        ("H1 2026", (date(2026, 1, 1), date(2026, 6, 30))),
        ("H3 2026", None),
        ("FH3 2026", None),
        ("Q1-15", None),
        ("Huur K2", (date(2026, 4, 1), date(2026, 6, 30))),
        ("Cuota T2", (date(2026, 4, 1), date(2026, 6, 30))),
        ("Loyer T2", None),  # a flat of two rooms
        ("Loyer T2 2026", (date(2026, 4, 1), date(2026, 6, 30))),
        ("Printer K2", None),
        ("5 March 26 - 7 March 26", (date(2026, 3, 5), date(2026, 3, 7))),
        ("5 March 2 - 7 March 2", None),
        ("5. Quartal 2026", None),
        ("3 quarter 2026", None),
    ],
)
def test_quarters_and_years_in_two_figures(text: str, expected: Days) -> None:
    assert days_of(text, date(2026, 3, 31)) == expected
