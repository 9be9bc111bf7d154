from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.money import tax_on
from billcheck.recovery.statement import Statement, make_statement
from billcheck.recovery.time_shares import CALENDAR_YEAR, TimeShare, YearEnd, by_fiscal_year, by_month, fiscal_year_of
from tests.recovery.by_hand import CAUSE, half_rate_case, make_case, make_period


def spans(statement: Statement, name: str) -> list[tuple[str, str, int, int]]:
    return [
        (str(share.first_day), str(share.last_day), share.arrears_minor, share.overbilled_minor)
        for share in getattr(statement, name)
    ]


def test_the_story_to_the_cent() -> None:
    statement = make_statement(half_rate_case())
    totals = statement.arrears
    assert (totals.agreed_minor, totals.billed_minor) == (1_440_000, 720_000)
    assert (totals.excl_tax_minor, totals.tax_minor, totals.incl_tax_minor) == (720_000, 151_200, 871_200)
    assert [(group.percent, group.excl_tax_minor, group.tax_minor) for group in totals.tax_groups] == [
        (Decimal(21), 720_000, 151_200)
    ]
    assert [(row.shortfall_minor, row.billed[0].document) for row in statement.periods] == [
        (120_000, f"INV-2026-{number:03}") for number in range(3, 9)
    ]
    assert (statement.owed_back.excl_tax_minor, statement.owed_back.tax_groups) == (0, ())
    assert statement.leak.is_running
    assert (statement.leak.monthly_minor, statement.leak.fixed_on) == (120_000, None)


def test_months_and_calendar_year_of_the_story() -> None:
    statement = make_statement(half_rate_case())
    assert [(first[:7], minor) for first, _, minor, _ in spans(statement, "months")] == [
        (f"2026-{month:02}", 120_000) for month in range(3, 9)
    ]
    assert spans(statement, "fiscal_years") == [("2026-01-01", "2026-12-31", 720_000, 0)]
    assert not statement.is_shared_out


def test_a_fiscal_year_that_ends_in_june_divides_the_story() -> None:
    # March to June are 4 × 1,200.00; July and August 2 × 1,200.00.
    statement = make_statement(half_rate_case(), fiscal_year_end=YearEnd(6, 30))
    assert spans(statement, "fiscal_years") == [
        ("2025-07-01", "2026-06-30", 480_000, 0),
        ("2026-07-01", "2027-06-30", 240_000, 0),
    ]
    assert not statement.is_shared_out


def test_a_quarter_over_the_end_of_a_year_is_shared_out_by_days() -> None:
    # November 2025 to January 2026: 30 + 31 + 31 = 92 days, 1,000.00 missing. Up to the end of November
    # 1,000 × 30 / 92 = 326.0869… → 326.09; up to the end of December 1,000 × 61 / 92 = 663.0434… → 663.04.
    row = make_period("2025-11", 300_000, 200_000, document="INV-1", months=3)
    statement = make_statement(make_case([row]))
    assert [minor for *_, minor, _ in spans(statement, "months")] == [32_609, 33_695, 33_696]
    assert spans(statement, "fiscal_years") == [
        ("2025-01-01", "2025-12-31", 66_304, 0),
        ("2026-01-01", "2026-12-31", 33_696, 0),
    ]
    assert statement.is_shared_out


def test_a_tax_change_inside_the_arrears_keeps_each_periods_rate() -> None:
    # Germany, second half of 2020: 19 % to June, 16 % from July. 6 × 600.00 at 19 % = 684.00, 6 × 600.00 at 16 % =
    # 576.00; one rate for all would say 1,368.00 or 1,152.00.
    rows = [
        make_period(f"2020-{month:02}", 120_000, 60_000, document=f"R-{month}", tax="19" if month < 7 else "16")
        for month in range(1, 13)
    ]
    totals = make_statement(make_case(rows)).arrears
    assert [(group.percent, group.tax_minor) for group in totals.tax_groups] == [
        (Decimal(16), 57_600),
        (Decimal(19), 68_400),
    ]
    assert totals.incl_tax_minor == 720_000 + 126_000


def test_tax_is_rounded_once_per_rate_not_per_period() -> None:
    # 3 × 33.33 = 99.99; 5 % of it is 4.9995 → 5.00. Rounded per period it would be 3 × 1.67 = 5.01.
    rows = [make_period(f"2026-0{month}", 3_333, 0, tax="5") for month in (1, 2, 3)]
    assert make_statement(make_case(rows)).arrears.tax_minor == 500


def test_an_overbilled_month_is_shown_and_set_off_against_nothing() -> None:
    overbilled = make_period("2026-02", 240_000, 250_000, document="INV-2026-002")
    statement = make_statement(half_rate_case(overbilled=(overbilled,)))
    assert statement.arrears.excl_tax_minor == 720_000
    back = statement.owed_back
    assert (back.agreed_minor, back.billed_minor) == (240_000, 250_000)
    assert (back.excl_tax_minor, back.tax_minor, back.incl_tax_minor) == (10_000, 2_100, 12_100)
    assert ("2026-02-01", "2026-02-28", 0, 10_000) in spans(statement, "months")
    assert spans(statement, "fiscal_years") == [("2026-01-01", "2026-12-31", 720_000, 10_000)]


def test_a_tax_percent_nobody_stated_is_said_and_not_taken_for_zero() -> None:
    rows = [make_period("2026-03", 240_000, 120_000, document="A"), make_period("2026-04", 100, 50, tax=None)]
    totals = make_statement(make_case(rows)).arrears
    assert not totals.is_tax_known
    assert [group.percent for group in totals.tax_groups] == [Decimal(21), None]
    assert (totals.tax_minor, totals.incl_tax_minor) == (25_200, 120_050 + 25_200)


@pytest.mark.parametrize(
    ("currency", "agreed", "billed", "tax"), [("JPY", 240_001, 120_000, 12_000), ("KWD", 240_001, 120_000, 12_000)]
)
def test_currencies_with_no_and_with_three_decimals(currency: str, agreed: int, billed: int, tax: int) -> None:
    # 10 % of 120,001 minor units is 12,000.1 → 12,000, whatever a minor unit is.
    totals = make_statement(make_case([make_period("2026-03", agreed, billed, tax="10")], currency=currency)).arrears
    assert (totals.excl_tax_minor, totals.tax_minor) == (120_001, tax)


def test_a_mistake_that_was_put_right_is_said_with_its_day() -> None:
    cause = replace(CAUSE, fixed_on=date(2026, 9, 5))
    leak = make_statement(half_rate_case(cause=cause)).leak
    assert (leak.is_running, leak.fixed_on) == (True, date(2026, 9, 5))


def test_a_period_from_the_31st_lies_in_two_months() -> None:
    # 31 January to 27 February 2026 is 28 days, one of them in January: 28.00 → 1.00 and 27.00.
    row = make_period("2026-01", 2_800, 0, first_day=date(2026, 1, 31), last_day=date(2026, 2, 27))
    assert [(first, minor) for first, _, minor, _ in spans(make_statement(make_case([row])), "months")] == [
        ("2026-01-01", 100),
        ("2026-02-01", 2_700),
    ]


@pytest.mark.parametrize(
    ("day", "year_end", "first", "last"),
    [
        ("2026-12-31", CALENDAR_YEAR, "2026-01-01", "2026-12-31"),
        ("2026-06-30", YearEnd(6, 30), "2025-07-01", "2026-06-30"),
        ("2026-07-01", YearEnd(6, 30), "2026-07-01", "2027-06-30"),
        ("2024-02-29", YearEnd(2, 29), "2023-03-01", "2024-02-29"),
        ("2025-03-01", YearEnd(2, 29), "2025-03-01", "2026-02-28"),
        ("2024-02-29", YearEnd(2, 28), "2024-02-29", "2025-02-28"),
        ("2026-04-05", YearEnd(4, 5), "2025-04-06", "2026-04-05"),
    ],
)
def test_fiscal_years_by_hand(day: str, year_end: YearEnd, first: str, last: str) -> None:
    span = fiscal_year_of(date.fromisoformat(day), year_end)
    assert (str(span.first_day), str(span.last_day)) == (first, last)


def entries() -> st.SearchStrategy[list[TimeShare]]:
    def make(first: int, days: int, arrears: int, overbilled: int) -> TimeShare:
        return TimeShare(date.fromordinal(first), date.fromordinal(first + days), arrears, overbilled)

    start, amount = date(2019, 1, 1).toordinal(), st.integers(0, 10**9)
    return st.lists(st.builds(make, st.integers(start, start + 3_000), st.integers(0, 800), amount, amount), max_size=5)


@given(entries(), st.integers(1, 12))
def test_months_add_up_to_the_fiscal_years_that_end_with_them(listed: list[TimeShare], month: int) -> None:
    year_end = YearEnd(month, 31)
    months = by_month(listed)
    for year in by_fiscal_year(listed, year_end):
        inside = [share for share in months if year.first_day <= share.first_day <= year.last_day]
        assert sum(share.arrears_minor for share in inside) == year.arrears_minor
        assert sum(share.overbilled_minor for share in inside) == year.overbilled_minor
    assert sum(share.arrears_minor for share in months) == sum(entry.arrears_minor for entry in listed)


@given(entries())
def test_no_share_has_another_sign_than_its_whole(listed: list[TimeShare]) -> None:
    assert all(share.arrears_minor >= 0 and share.overbilled_minor >= 0 for share in by_month(listed))


amounts = st.tuples(st.integers(1, 10**8), st.integers(0, 10**8), st.sampled_from(["0", "9", "16", "19", "21", None]))


@given(st.lists(amounts, min_size=1, max_size=12))
def test_totals_are_those_of_the_rows(listed: list[tuple[int, int, str | None]]) -> None:
    rows: dict[str, list[Any]] = {"periods": [], "overbilled": []}
    for number, (agreed, billed, tax) in enumerate(listed):
        row = make_period(f"20{10 + number}-03", agreed, billed, tax=tax)
        rows["overbilled" if billed > agreed else "periods"].append(row)
    statement = make_statement(make_case(rows["periods"], overbilled=tuple(rows["overbilled"])))
    for totals, name, sign in ((statement.arrears, "periods", 1), (statement.owed_back, "overbilled", -1)):
        assert totals.excl_tax_minor == sign * sum(row.expected_minor - row.billed_minor for row in rows[name])
        by_rate: dict[Any, int] = {}
        for row in rows[name]:
            by_rate[row.tax_percent] = by_rate.get(row.tax_percent, 0) + sign * row.shortfall_minor
        known = {percent: minor for percent, minor in by_rate.items() if percent is not None}
        assert totals.tax_minor == sum(tax_on(minor, percent) for percent, minor in known.items())
        assert totals.incl_tax_minor == totals.excl_tax_minor + totals.tax_minor
        assert totals.is_tax_known is (None not in by_rate)
