"""How periods lie, by hand: weeks, days, half months, calendars, and prices for another stretch of time."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from billcheck.contracts.terms import DaysAfter
from billcheck.errors import UsageError
from billcheck.period import Cadence
from billcheck.pricing.schedule import make_schedule
from tests.pricing.random_charges import contract_of
from tests.pricing.samples import figures, flat

WEEK, FOUR_WEEKS, HALVES = Cadence("week"), Cadence("week", 4), Cadence("semi_month")


def rows(amount: str, until: date, **terms: Any) -> list[tuple[str, str, str]]:
    """First day, last day and amount of every row."""
    return [(first, last, figure) for first, last, _, figure in figures(flat(amount, **terms), until)]


def test_weeks_follow_each_other_from_the_start() -> None:
    found = rows("70", date(2026, 1, 22), start=date(2026, 1, 8), every=WEEK)
    assert found == [
        ("2026-01-08", "2026-01-14", "70.00"),
        ("2026-01-15", "2026-01-21", "70.00"),
        ("2026-01-22", "2026-01-28", "70.00"),
        ("2026-01-29", "2026-02-04", "70.00"),
    ]


def test_the_last_week_is_a_part() -> None:
    """From Thursday 8 January through Monday 19 January: a week, and 5 days of 7."""
    found = rows("70", date(2026, 2, 1), start=date(2026, 1, 8), end=date(2026, 1, 20), every=WEEK)
    assert [figure for _, _, figure in found] == ["70.00", "50.00"]


def test_weeks_of_the_calendar_begin_on_monday() -> None:
    """8 January 2026 is a Thursday: four days of a week first, 70.00 × 4/7 = 40.00."""
    found = rows("70", date(2026, 1, 12), start=date(2026, 1, 8), every=WEEK, align="calendar")
    assert found[:2] == [("2026-01-08", "2026-01-11", "40.00"), ("2026-01-12", "2026-01-18", "70.00")]


def test_four_weeks_are_thirteen_bills_a_year() -> None:
    start = date(2026, 1, 1)
    found = figures(flat("100", start=start, end=date(2026, 12, 31), every=FOUR_WEEKS), date(2026, 12, 31))
    assert len(found) == 13  # 13 × 28 = 364 days
    assert found[12][:2] == ("2026-12-03", "2026-12-30")


def test_thirty_days_know_no_month() -> None:
    found = figures(flat("1", every=Cadence("day", 30)), date(2026, 4, 1))
    assert [first for first, *_ in found] == ["2026-01-01", "2026-01-31", "2026-03-02", "2026-04-01", "2026-05-01"]


def test_half_months_begin_on_the_first_and_the_fifteenth() -> None:
    """From 8 January: 7 days of the 14 from 1 to 14 January, then 17 days, 14 days, 14 days."""
    found = rows("310", date(2026, 2, 15), start=date(2026, 1, 8), every=HALVES)
    assert found == [
        ("2026-01-08", "2026-01-14", "155.00"),
        ("2026-01-15", "2026-01-31", "310.00"),
        ("2026-02-01", "2026-02-14", "310.00"),
        ("2026-02-15", "2026-02-28", "310.00"),
        ("2026-03-01", "2026-03-14", "310.00"),
    ]


def test_half_months_with_days_of_their_own() -> None:
    every = Cadence("semi_month", 1, (15, 31))
    found = rows("1", date(2026, 3, 31), start=date(2026, 1, 15), every=every)
    assert [first for first, *_ in found] == [
        *("2026-01-15", "2026-01-31", "2026-02-15", "2026-02-28", "2026-03-15", "2026-03-31", "2026-04-15"),
    ]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, ["2026-02-10", "2026-03-01"]),
        (2, ["2026-02-10", "2026-03-01", "2026-05-01"]),
        (3, ["2026-02-10", "2026-04-01", "2026-07-01"]),
        (4, ["2026-02-10", "2026-05-01", "2026-09-01"]),
        (6, ["2026-02-10", "2026-07-01", "2027-01-01"]),
        (12, ["2026-02-10", "2027-01-01", "2028-01-01"]),
    ],
)
def test_months_of_the_calendar_are_counted_from_january(months: int, expected: list[str]) -> None:
    charge = flat("1", start=date(2026, 2, 10), every=Cadence("month", months), align="calendar")
    found = [first for first, *_ in figures(charge, date(2028, 1, 1))]
    assert found[: len(expected)] == expected


def test_a_start_that_fits_the_calendar_has_no_part() -> None:
    charge = flat("300", start=date(2026, 4, 1), every=Cadence("quarter"), align="calendar")
    assert figures(charge, date(2026, 4, 1))[0] == ("2026-04-01", "2026-06-30", "2026-04-01", "300.00")


def test_five_months_keep_their_distance_across_years() -> None:
    found = figures(flat("1", start=date(2026, 1, 31), every=Cadence("month", 5)), date(2028, 3, 1))
    assert [first for first, *_ in found] == [
        *("2026-01-31", "2026-06-30", "2026-11-30", "2027-04-30", "2027-09-30", "2028-02-29", "2028-07-31"),
    ]


def test_two_years_from_a_leap_day() -> None:
    found = figures(flat("1", start=date(2024, 2, 29), every=Cadence("year", 2)), date(2028, 2, 29))
    assert [first for first, *_ in found] == ["2024-02-29", "2026-02-28", "2028-02-29", "2030-02-28"]


def test_the_31st_stays_a_31st_and_a_28th_stays_a_28th() -> None:
    for day, expected in ((31, ["2026-01-31", "2026-02-28", "2026-03-31"]), (28, ["2026-01-28", "2026-02-28"])):
        found = [first for first, *_ in figures(flat("1", start=date(2026, 1, day)), date(2026, 3, 31))]
        assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    ("every", "per", "amount", "expected"),
    [
        (Cadence("month"), Cadence("year"), "12000", "1000.00"),  # 12,000 × 1/12
        (Cadence("quarter"), Cadence("month"), "1000", "3000.00"),  # 1,000 × 3
        (Cadence("year"), Cadence("month"), "99.99", "1199.88"),  # 99.99 × 12
        (Cadence("month"), Cadence("year"), "10000", "833.33"),  # 833.333...
        (HALVES, Cadence("month"), "1000", "500.00"),  # half a month is half a month
        (HALVES, Cadence("year"), "2400", "100.00"),  # 2,400 × 1/24
        (FOUR_WEEKS, WEEK, "25", "100.00"),
        (Cadence("day", 10), WEEK, "7", "10.00"),  # 7 × 10/7
    ],
)
def test_a_price_for_another_stretch_of_time(every: Cadence, per: Cadence, amount: str, expected: str) -> None:
    assert figures(flat(amount, every=every, amount_per=per), date(2026, 1, 1))[0][3] == expected


def test_a_yearly_price_billed_by_month_is_prorated_by_the_month() -> None:
    """12,000 a year from 17 January: 1,000 × 15/31 = 483.87 for January, then 1,000 a month."""
    charge = flat("12000", start=date(2026, 1, 17), anchor_day=1, amount_per=Cadence("year"))
    assert [figure for *_, figure in figures(charge, date(2026, 2, 1))][:2] == ["483.87", "1000.00"]


def test_months_and_days_do_not_mix() -> None:
    charge = flat("1", every=WEEK, amount_per=Cadence("year"))
    with pytest.raises(UsageError, match='charge "Fee" amount_per: A price for months cannot be billed by days'):
        make_schedule(contract_of(charge), charge, date(2026, 1, 1))


def test_an_invoice_some_days_after() -> None:
    advance = figures(flat("1", invoice_day=DaysAfter(10)), date(2026, 2, 11))
    assert [due for _, _, due, _ in advance] == ["2026-01-11", "2026-02-11", "2026-03-11"]
    arrears = figures(flat("1", timing="in_arrears", invoice_day=DaysAfter(0)), date(2026, 2, 1))
    assert [due for _, _, due, _ in arrears] == ["2026-02-01", "2026-03-01"]


@pytest.mark.parametrize("every", [WEEK, FOUR_WEEKS, HALVES, Cadence("month", 2), Cadence("year", 5)])
@pytest.mark.parametrize("start", [date(1900, 1, 1), date(2026, 5, 31), date(2199, 12, 31)])
def test_every_rhythm_has_periods_in_all_years_that_can_be_priced(every: Cadence, start: date) -> None:
    charge = flat("1", start=start, every=every, timing="in_arrears", invoice_day=31)
    schedule = make_schedule(contract_of(charge), charge, date(2199, 12, 31))
    assert all(end == first for end, (_, first) in zip(schedule.ends, pairwise(schedule.first_days), strict=False))
    assert schedule.due_days[-1] > date(2199, 12, 31).toordinal()
    assert schedule.charge_at(len(schedule) - 1).amount_minor == schedule.amounts[-1]
