"""Uplifts: on which days, and by how much, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billcheck.contracts.uplifts import Escalator, IndexClause, Notice
from billcheck.pricing.escalation import Uplift, uplifts_of

START = date(2024, 3, 15)
UNTIL = date(2028, 12, 31)
VALUES = {"2023-12": "120.0", "2024-12": "123.6", "2025-12": "129.78", "2026-12": "127.1844"}
"""By hand: 123.6 / 120 is 3 % more, 129.78 / 123.6 is 5 % more, 127.1844 / 129.78 is 2 % less."""


def percent(**terms: Any) -> Escalator:
    return Escalator(percent=Decimal(3), **terms)


def index(values: dict[str, str] | None = None, **clause: Any) -> Escalator:
    """An index escalator on 1 January with the December before as reference month."""
    pairs = tuple((date.fromisoformat(f"{month}-01"), Decimal(value)) for month, value in (values or VALUES).items())
    terms: dict[str, Any] = {"base_month": date(2023, 12, 1), "lag_months": 1, **clause}
    return Escalator(index=IndexClause("CPI", values=pairs, **terms), month_and_day=(1, 1))


def days(escalator: Escalator, start: date = START, until: date = UNTIL) -> list[str]:
    return [uplift.day.isoformat() for uplift in uplifts_of(escalator, start, until)]


def percents(escalator: Escalator, until: date = date(2027, 1, 1)) -> list[Fraction | None]:
    return [uplift.percent for uplift in uplifts_of(escalator, date(2023, 12, 1), until)]


class TestDays:
    def test_each_anniversary_from_the_first(self) -> None:
        assert days(percent()) == ["2025-03-15", "2026-03-15", "2027-03-15", "2028-03-15"]

    def test_the_horizon_is_included(self) -> None:
        assert days(percent(), until=date(2025, 3, 15)) == ["2025-03-15"]
        assert days(percent(), until=date(2025, 3, 14)) == []

    def test_a_leap_day_is_the_last_of_february_and_a_leap_day_again(self) -> None:
        assert days(percent(), date(2024, 2, 29)) == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]

    def test_a_calendar_date_waits_for_a_full_year(self) -> None:
        # From 15 March 2024 the first 1 January after twelve months is that of 2026.
        assert days(percent(month_and_day=(1, 1))) == ["2026-01-01", "2027-01-01", "2028-01-01"]

    def test_a_calendar_date_on_the_very_day_is_late_enough(self) -> None:
        assert days(percent(month_and_day=(3, 15)), until=date(2025, 12, 31)) == ["2025-03-15"]

    def test_a_calendar_date_may_come_sooner_if_agreed(self) -> None:
        assert days(percent(month_and_day=(1, 1), first_after_months=0), until=date(2026, 1, 1)) == [
            "2025-01-01",
            "2026-01-01",
        ]

    def test_a_first_uplift_after_months_is_still_an_anniversary(self) -> None:
        assert days(percent(first_after_months=18), until=date(2027, 12, 31)) == ["2026-03-15", "2027-03-15"]
        assert days(percent(first_after_months=24), until=date(2026, 12, 31)) == ["2026-03-15"]
        assert days(percent(first_after_months=0), until=date(2025, 12, 31)) == ["2025-03-15"]

    def test_every_other_interval(self) -> None:
        assert days(percent(every_months=6), until=date(2025, 12, 31)) == ["2024-09-15", "2025-03-15", "2025-09-15"]
        assert days(percent(every_months=24)) == ["2026-03-15", "2028-03-15"]

    def test_a_day_that_few_months_have(self) -> None:
        assert days(percent(every_months=1), date(2025, 12, 31), date(2026, 4, 30)) == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
        ]

    def test_a_fixed_first_day(self) -> None:
        assert days(percent(first_on=date(2025, 12, 31), every_months=2), until=date(2026, 4, 30)) == [
            "2025-12-31",
            "2026-02-28",
            "2026-04-30",
        ]

    def test_what_mistakes_leave_out_or_give_twice(self) -> None:
        second = date(2026, 3, 15)
        assert days(percent(until=second)) == ["2025-03-15"]
        assert days(percent(skipped=(second,))) == ["2025-03-15", "2027-03-15", "2028-03-15"]
        assert days(percent(doubled=(second,)), until=second) == ["2025-03-15", "2026-03-15", "2026-03-15"]

    def test_the_end_of_the_calendar_is_the_end(self) -> None:
        assert days(percent(), date(9990, 1, 1), date.max)[-1] == "9998-01-01"


class TestIndex:
    def test_each_uplift_takes_the_change_since_the_one_before(self) -> None:
        assert percents(index()) == [3, 5, -2]

    def test_the_change_names_its_months_and_values(self) -> None:
        change = uplifts_of(index(), date(2023, 12, 1), date(2026, 1, 1))[1].change
        assert change is not None
        assert (change.from_month, change.to_month) == (date(2024, 12, 1), date(2025, 12, 1))
        assert (change.from_value, change.to_value) == (Decimal("123.6"), Decimal("129.78"))

    def test_a_lag_goes_back_over_the_turn_of_the_year(self) -> None:
        values = {"2023-10": "100", "2024-10": "102"}
        assert percents(index(values, base_month=date(2023, 10, 1), lag_months=3), date(2025, 1, 1)) == [2]

    def test_without_a_lag_the_month_itself_counts(self) -> None:
        values = {"2024-01": "100", "2025-01": "101"}
        assert percents(index(values, base_month=date(2024, 1, 1), lag_months=0), date(2025, 1, 1)) == [1]

    @pytest.mark.parametrize(
        ("clause", "expected"),
        [
            ({"share": "80"}, ["2.4", "4", "-1.6"]),
            ({"plus": "0.5"}, ["3.5", "5.5", "-1.5"]),
            ({"share": "50", "plus": "1"}, ["2.5", "3.5", "0"]),  # the share is of the change, not of what is added
            ({"cap": "4"}, ["3", "4", "-2"]),
            ({"floor": "0"}, ["3", "5", "0"]),
            ({"floor": "1.5", "cap": "2.5"}, ["2.5", "2.5", "1.5"]),
            ({"plus": "2", "cap": "4"}, ["4", "4", "0"]),  # capped after what is added
            ({"share": "0"}, ["0", "0", "0"]),
            ({"floor": "5", "cap": "3"}, ["5", "5", "5"]),
        ],
    )
    def test_share_then_plus_then_cap_and_floor(self, clause: dict[str, str], expected: list[str]) -> None:
        terms: dict[str, Any] = {key: Decimal(value) for key, value in clause.items()}
        assert percents(index(**terms)) == [Fraction(text) for text in expected]

    def test_percents_are_exact(self) -> None:
        assert percents(index({"2023-12": "112.3", "2024-12": "115.1"}), date(2025, 1, 1)) == [
            (Fraction(1151, 1123) - 1) * 100
        ]

    @pytest.mark.parametrize("missing", ["2024-12", "2025-12"])
    def test_a_value_that_is_not_known_is_named(self, missing: str) -> None:
        values = {month: value for month, value in VALUES.items() if month != missing}
        uplift = uplifts_of(index(values), date(2023, 12, 1), date(2026, 1, 1))[1]
        assert uplift.percent is None
        assert uplift.missing_month == date.fromisoformat(f"{missing}-01")
        assert uplift.change is None


class TestNotice:
    def uplifts(self, *given: str, days: int = 30) -> list[bool]:
        """Whether the uplifts of 15 March 2025 and 2026 were exercised."""
        notice = Notice(days, tuple(date.fromisoformat(day) for day in given))
        found: list[Uplift] = uplifts_of(percent(notice=notice), START, date(2026, 12, 31))
        assert [uplift.notify_by for uplift in found] == [
            date(2025, 3, 15 - days) if days < 15 else date(2025, 2, 13),
            date(2026, 3, 15 - days) if days < 15 else date(2026, 2, 13),
        ]
        return [uplift.is_exercised for uplift in found]

    def test_without_one_nothing_is_exercised(self) -> None:
        assert self.uplifts() == [False, False]

    def test_the_last_day_is_in_time(self) -> None:
        assert self.uplifts("2025-02-13") == [True, False]
        assert self.uplifts("2025-02-14") == [False, False]

    def test_a_late_notice_is_lost_and_counts_for_no_later_uplift(self) -> None:
        assert self.uplifts("2025-03-15") == [False, False]

    def test_a_notice_after_an_uplift_is_for_the_next(self) -> None:
        assert self.uplifts("2025-03-16") == [False, True]

    def test_one_long_before_the_first_uplift_is_for_none(self) -> None:
        assert self.uplifts("2024-03-15") == [False, False]
        assert self.uplifts("2024-03-16") == [True, False]

    def test_without_days_the_day_itself_is_in_time(self) -> None:
        assert self.uplifts("2025-03-15", days=0) == [True, False]


def test_an_index_needs_its_notice_too_known_or_not() -> None:
    # 30 days before 1 January 2025 are 2 December 2024; nobody gave notice.
    for values, month in ((VALUES, None), ({"2023-12": "120.0"}, date(2024, 12, 1))):
        escalator = replace(index(values), notice=Notice(30, ()))
        (uplift,) = uplifts_of(escalator, date(2023, 12, 1), date(2025, 1, 1))
        assert (uplift.is_exercised, uplift.notify_by, uplift.missing_month) == (False, date(2024, 12, 2), month)
