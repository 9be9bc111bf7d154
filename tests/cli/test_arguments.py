from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.arguments import (
    parse_date,
    parse_days,
    parse_kinds,
    parse_money,
    parse_window,
    parse_working_date,
    suggestion,
)
from billcheck.cli.explain import parse_period
from billcheck.findings import KINDS
from billcheck.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable


def test_dates_windows_days_and_periods() -> None:
    assert parse_date("2026-09-04") == date(2026, 9, 4)
    assert parse_window("2026-01-01..2026-08-31") == (date(2026, 1, 1), date(2026, 8, 31))
    assert parse_window("2026-01-01..2026-01-01") == (date(2026, 1, 1), date(2026, 1, 1))
    assert parse_window("0001-01-01..9999-12-31") == (date.min, date.max)
    assert parse_working_date("1900-01-01") == date(1900, 1, 1)
    assert parse_days("0") == 0
    assert parse_period("2026") == Period(date(2026, 1, 1), date(2027, 1, 1))
    assert parse_period("2026-12") == Period(date(2026, 12, 1), date(2027, 1, 1))
    assert parse_period("2026-03-15") == Period(date(2026, 3, 15), date(2026, 3, 16))


def test_kinds() -> None:
    assert parse_kinds("missing, underbilled") == {"missing", "underbilled"}
    assert parse_kinds("any") == set(KINDS)
    assert parse_kinds("any,missing") == set(KINDS)
    assert parse_kinds("none") == set()


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (parse_date, "4-9-2026", "'4-9-2026' is no date; write it as 2026-09-04"),
        (parse_date, "20260904", "is no date"),
        (parse_date, "2026-W36-5", "is no date"),
        (parse_date, "٢٠٢٦-09-04", "is no date"),
        (parse_date, "2026-02-30", "there is no day '2026-02-30' in the calendar"),
        (parse_working_date, "0026-09-04", "'0026-09-04' lies outside the years 1900 to 2199"),
        (parse_working_date, "2200-01-01", "lies outside the years 1900 to 2199"),
        (parse_window, "2026-01-01", "'2026-01-01' is no window; write it as 2026-01-01..2026-08-31"),
        (parse_window, "2026-01-01..", "'' is no date"),
        (parse_window, "2026-02-01..2026-01-01", "ends before it begins"),
        (parse_days, "-1", "'-1' is no number of days"),
        (parse_days, "1_0", "is no number of days"),
        (parse_days, "10.5", "is no number of days"),
        (parse_kinds, "mising", "'mising' is no kind of finding (did you mean 'missing'?); the kinds are underbilled,"),
        (parse_kinds, "", "'' is no kind of finding; the kinds are"),
        (parse_kinds, "none,missing", "asks for none and for more"),
        (parse_period, "2026-13", "'2026-13' is no period"),
        (parse_period, "0000", "'0000' is no period"),
        (parse_period, "mei", "'mei' is no period; write it as 2026, 2026-03 or 2026-03-15"),
        (parse_period, "2026-02-30", "there is no day '2026-02-30' in the calendar"),
    ],
)
def test_what_is_written_otherwise_is_refused(parse: Callable[[str], Any], text: str, said: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        parse(text)
    assert said in str(caught.value)


def test_suggestions_ignore_case_and_need_some_likeness() -> None:
    assert suggestion("c-117", ["C-117", "C-118"]) == " (did you mean 'C-117'?)"
    assert suggestion("zebra", ["C-117"]) == ""
    assert suggestion("x", []) == ""


@pytest.mark.parametrize("text", ["EUR", "EUR=", "eur=5", "EURO=5", "EUR=5,00", "EUR=1e3", "EUR= 5", "=5"])
def test_amounts_are_written_in_one_way(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"write currency and amount as EUR=12345\.67"):
        parse_money(text)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert parse_money("EUR=12345.67") == ("EUR", Decimal("12345.67"))
    with pytest.raises(ArgumentTypeError, match=r"'JPY=5\.50' has more decimals than JPY"):
        parse_money("JPY=5.50")
