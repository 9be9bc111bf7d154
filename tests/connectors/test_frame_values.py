"""Single values of frames as cells: what is read, exactly, and what no cell can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.connectors.frames.values import (
    FloatMoney,
    NoCellError,
    cell_of,
    cells_at_once,
    is_empty,
    plain,
    rounded,
    without_noise,
)
from billcheck.grammar import AmountMarks

DAY = date(2026, 3, 31)
EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    "value", [None, float("nan"), np.nan, np.float32("nan"), pd.NaT, pd.NA, np.datetime64("NaT")], ids=repr
)
@pytest.mark.parametrize("field", ["document", "amount", "quantity", "issue_date"])
def test_what_stands_for_nothing_is_an_empty_cell(value: object, field: str) -> None:
    assert is_empty(value)
    assert cell_of(value, field) == ""


@pytest.mark.parametrize("value", [0, 0.0, "", "nan", "NaN", "None", Decimal("NaN"), False], ids=repr)
def test_nothing_else_is_empty(value: object) -> None:
    assert not is_empty(value)


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime(2026, 3, 31, 23, 59),  # noqa: DTZ001 - the written day counts
        datetime(2026, 3, 31, 0, 30, tzinfo=EAST),
        datetime(2026, 3, 31, 23, 30, tzinfo=UTC),
        pd.Timestamp("2026-03-31 23:30", tz="America/Los_Angeles"),
        np.datetime64("2026-03-31T23:30:00.000000001"),
        np.datetime64("2026-03-31"),
    ],
    ids=repr,
)
def test_the_day_as_written_counts(value: object) -> None:
    cell = cell_of(value, "issue_date")
    assert (cell if isinstance(cell, str) else cell.isoformat()) == "2026-03-31"  # type: ignore[union-attr]
    assert not isinstance(cell, datetime)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (Decimal("12.50"), "12.5"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.1234567891"), "0.1234567891"),
        (Decimal("1.234"), "1.2340"),
        (Decimal("1.200"), "1.2"),
        (12, "12"),
        (-3, "-3"),
        (0, "0"),
        (np.int64(7), "7"),
        (np.uint8(200), "200"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("field", ["amount", "tax", "total", "amount_due", "unit_price", "quantity"])
def test_exact_numbers_are_figures(value: object, number: str, field: str) -> None:
    assert str(cell_of(value, field)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**12), max_value=10**12))
def test_a_number_stays_the_same_and_reads_in_one_way(number: Decimal) -> None:
    text = f"{plain(number):f}"
    assert Decimal(text) == number
    assert AmountMarks().read(text).value == number
    assert not AmountMarks().read(text).is_open


@pytest.mark.parametrize(
    ("value", "shortest"),
    [
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-07, "1E-7"),
        (2.675, "2.675"),
        (-1.005, "-1.005"),
        (np.float64(1.1), "1.1"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_money_as_a_float_is_the_shortest_decimal_that_stands_for_it(value: object, shortest: str) -> None:
    found = cell_of(value, "amount")
    assert isinstance(found, FloatMoney)
    assert found.shortest == Decimal(shortest)
    assert isinstance(cell_of(value, "unit_price"), FloatMoney)


def test_a_quantity_as_a_float_is_a_figure_without_noise() -> None:
    assert cell_of(0.1 + 0.2, "quantity") == Decimal("0.3")
    assert cell_of(12.0, "quantity") == Decimal(12)
    assert without_noise(Decimal("1E-11")) == 0


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("2.675", "EUR", "2.68"),
        ("-2.675", "EUR", "-2.68"),
        ("2.6749999", "EUR", "2.67"),
        ("1.0055", "KWD", "1.006"),
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("1.5", "???", "1.5"),
        ("123456789012345678901234567890.125", "EUR", "123456789012345678901234567890.13"),
    ],
)
def test_amounts_are_rounded_half_away_from_zero_to_minor_units(text: str, currency: str, amount: str) -> None:
    assert rounded(Decimal(text), currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("field", "value", "cell"),
    [
        ("document", "INV-1", "INV-1"),
        ("customer", "Zoë", "Zoë"),
        ("document", np.str_("a"), "a"),
        ("document", 20260001, "20260001"),
        ("account", np.int32(4000), "4000"),
        ("amount", "1,234.50", "1,234.50"),
        ("issue_date", "31/03/2026", "31/03/2026"),
    ],
)
def test_texts_are_left_to_the_grammar_and_whole_numbers_are_names(field: str, value: object, cell: str) -> None:
    found = cell_of(value, field)
    assert (type(found), found) == (str, cell)


class Odd:
    def __repr__(self) -> str:
        return "<Odd>"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        *[(field, value, "flag") for field in ("amount", "document", "issue_date") for value in (True, np.True_)],
        ("amount", 1j, "complex is no figure"),
        ("amount", Fraction(1, 2), "Fraction is no figure"),
        ("amount", b"1.00", "bytes is no figure"),
        ("amount", Odd(), "Odd is no figure"),
        ("amount", [1], "list is no figure"),
        ("amount", DAY, "date is no figure"),
        ("amount", float("inf"), "infinite"),
        ("quantity", float("-inf"), "infinite"),
        ("amount", Decimal("NaN"), "undefined"),
        ("amount", Decimal("sNaN"), "undefined"),
        ("amount", Decimal("Infinity"), "infinite"),
        ("amount", Decimal("1E+1000000"), "that large"),
        ("amount", Decimal("1E-1000000"), "that large"),
        ("amount", 10**5000, "that large"),
        ("document", 10**5000, "that large"),
        ("amount", 1e300, "that large"),
        ("issue_date", 20260331, "int is no day"),
        ("issue_date", 46112.0, "float is no day"),
        ("issue_date", time(1), "time is no day"),
        ("issue_date", pd.Period("2026-03"), "Period is no day"),
        ("document", 1001.0, "may have a fraction"),
        ("document", np.float32(1), "may have a fraction"),
        ("document", Decimal(1), "Decimal is no text"),
        ("document", DAY, "date is no text"),
        ("document", b"INV", "bytes is no text"),
        ("document", Fraction(1), "Fraction is no text"),
        ("document", {"a": 1}, "dict is no text"),
        ("document", "a\ud800", "half of a character"),
        ("amount", "\ud800", "half of a character"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else type(value).__name__,
)
def test_what_no_cell_can_hold_is_refused(field: str, value: object, why: str) -> None:
    with pytest.raises(NoCellError, match=why):
        cell_of(value, field)


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(),
    st.just(pd.NaT),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(pd.Timestamp),  # noqa: DTZ001
    st.integers(),
)


COLUMNS = VALUES.flatmap(lambda one: st.lists(st.just(one) | VALUES, min_size=1))


@given(st.sampled_from(["issue_date", "amount", "document"]), COLUMNS)
def test_a_column_at_once_is_the_same_as_value_by_value(field: str, values: list[object]) -> None:
    at_once = cells_at_once(values, field)
    if at_once is not None:
        assert at_once == [cell_of(value, field) for value in values]
