"""Half-open periods and the grid of boundaries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from billcheck.period import Cadence, CadenceUnit, Period, add_months, boundary, period_label

UNITS: list[CadenceUnit] = ["month", "quarter", "half_year", "year"]
DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))


def test_the_end_is_exclusive_and_the_last_day_inclusive() -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert march == Period.from_last_day(date(2026, 3, 1), date(2026, 3, 31))
    assert march.last_day == date(2026, 3, 31)
    assert march.days == 31
    assert date(2026, 2, 28) not in march
    assert date(2026, 3, 1) in march
    assert date(2026, 3, 31) in march
    assert date(2026, 4, 1) not in march
    assert str(march) == "2026-03-01 to 2026-03-31"


def test_a_period_holds_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="at least one day: 2026-03-01 to 2026-03-01"):
        Period(date(2026, 3, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("unit", "months", "days"), [("month", 1, 30), ("quarter", 3, 90), ("half_year", 6, 180), ("year", 12, 360)]
)
def test_cadences_in_months_and_nominal_days(unit: CadenceUnit, months: int, days: int) -> None:
    cadence = Cadence(unit)
    assert (cadence.months, cadence.nominal_days, str(cadence)) == (months, days, unit)


@pytest.mark.parametrize(
    ("cadence", "months", "days", "nominal", "name"),
    [
        (Cadence("week"), 0, 7, 7, "week"),
        (Cadence("week", 4), 0, 28, 28, "4 weeks"),
        (Cadence("day", 30), 0, 30, 30, "30 days"),
        (Cadence("month", 2), 2, 0, 60, "2 months"),
        (Cadence("year", 2), 24, 0, 720, "2 years"),
        (Cadence("semi_month"), 0, 0, 15, "semi_month"),
    ],
)
def test_other_cadences(cadence: Cadence, months: int, days: int, nominal: int, name: str) -> None:
    found = (cadence.months, cadence.fixed_days, cadence.nominal_days, str(cadence))
    assert found == (months, days, nominal, name)


def test_weeks_and_days_are_counted_from_the_anchor() -> None:
    anchor = date(2026, 1, 8)
    assert [boundary(anchor, Cadence("week", 4), number) for number in (-1, 0, 2)] == [
        *(date(2025, 12, 11), date(2026, 1, 8), date(2026, 3, 5)),
    ]
    assert boundary(anchor, Cadence("day", 30), 1) == date(2026, 2, 7)


@pytest.mark.parametrize("anchor", [date(2026, 1, 1), date(2026, 1, 15)])
def test_half_months_alternate_between_their_days(anchor: date) -> None:
    walk = [date(2025, 12, 1), date(2025, 12, 15), date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 1)]
    here = walk.index(anchor)
    assert [boundary(anchor, Cadence("semi_month"), number - here) for number in range(5)] == walk


def test_half_months_end_with_february() -> None:
    halves = Cadence("semi_month", 1, (15, 31))
    assert [boundary(date(2026, 2, 28), halves, number) for number in (-1, 0, 1, 2)] == [
        *(date(2026, 2, 15), date(2026, 2, 28), date(2026, 3, 15), date(2026, 3, 31)),
    ]


def test_the_31st_survives_february() -> None:
    anchor = date(2026, 1, 31)
    found = [boundary(anchor, Cadence("month"), number) for number in range(4)]
    assert found == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_29_february_returns_in_leap_years() -> None:
    found = [boundary(date(2024, 2, 29), Cadence("year"), number) for number in range(5)]
    assert found == [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_an_anchor_in_february_may_stand_for_the_last_day() -> None:
    assert boundary(date(2026, 2, 28), Cadence("month"), 1, anchor_day=31) == date(2026, 3, 31)
    assert boundary(date(2026, 2, 28), Cadence("month"), 1) == date(2026, 3, 28)


@given(DAYS, st.sampled_from(UNITS), st.integers(-120, 120))
def test_boundaries_agree_with_dateutil_from_the_anchor(anchor: date, unit: CadenceUnit, number: int) -> None:
    cadence = Cadence(unit)
    assert boundary(anchor, cadence, number) == anchor + relativedelta(months=number * cadence.months)


@given(DAYS, st.integers(-500, 500), st.integers(1, 31))
def test_a_month_shift_keeps_the_wanted_day_or_the_last(day: date, months: int, wanted: int) -> None:
    moved = add_months(day, months, wanted)
    assert moved.day == wanted or (moved.day < wanted and (moved + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2026-03-01", "2026-03-31", "2026-03"),
        ("2026-01-01", "2026-03-31", "2026-01 to 2026-03"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("2026-03-01", "2026-03-30", "2026-03-01 to 2026-03-30"),
        ("2026-03-15", "2026-03-31", "2026-03-15 to 2026-03-31"),
        ("2024-02-01", "2024-02-29", "2024-02"),
    ],
)
def test_periods_are_named_as_people_do(first: str, last: str, label: str) -> None:
    assert period_label(date.fromisoformat(first), date.fromisoformat(last)) == label


@pytest.mark.parametrize(
    ("anchor", "cadence", "number", "expected"),
    [
        (date(2026, 1, 1), Cadence("week"), 2, date(2026, 1, 15)),
        (date(2026, 1, 1), Cadence("week", 4), 1, date(2026, 1, 29)),
        (date(2026, 1, 1), Cadence("week"), -1, date(2025, 12, 25)),
        (date(2026, 1, 1), Cadence("semi_month"), 1, date(2026, 1, 15)),
        (date(2026, 1, 1), Cadence("semi_month"), 2, date(2026, 2, 1)),
        (date(2026, 1, 15), Cadence("semi_month"), 1, date(2026, 2, 1)),
        (date(2026, 1, 1), Cadence("semi_month"), -1, date(2025, 12, 15)),
        (date(2026, 2, 28), Cadence("semi_month", 1, (15, 31)), 1, date(2026, 3, 15)),
    ],
)
def test_boundaries_of_weeks_and_half_months(anchor: date, cadence: Cadence, number: int, expected: date) -> None:
    assert boundary(anchor, cadence, number) == expected
