"""The one strict grammar of amounts and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.grammar import (
    NOT_AN_AMOUNT,
    TOO_MANY_DIGITS,
    AmountMarks,
    DateOrder,
    DateReadings,
    GrammarError,
    parse_plain_decimal,
    read_date,
)

POINT, COMMA = AmountMarks(".", ","), AmountMarks(",", ".")
TRAPS = [
    "", " ", "-", ".", "NaN", "sNaN", "Infinity", "-inf", "1e400", "1E5", "1_000", "٥٠٠", "５００", " 1", "1 ", "1\n",
    "+1", "--1", "1-", "(1)", "0x1", "1.2.3", "1..2", "1.", ".1", "\u00a01", "1\u00a0", "€1", "1%", "½",
    "−1", "1,", ",1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", "0"), ("-0", "0"), ("2400.50", "2400.50"), ("-7", "-7"), ("007", "7"), ("0.0000000001", "1E-10")],
)
def test_plain_decimals(text: str, value: str) -> None:
    assert parse_plain_decimal(text) == Decimal(value)


@pytest.mark.parametrize("text", [*TRAPS, "1,000", "1,000.00"])
def test_what_is_no_plain_decimal(text: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_plain_decimal(text)
    assert (caught.value.text, caught.value.reason) == (text, NOT_AN_AMOUNT)
    assert str(caught.value) == f"{NOT_AN_AMOUNT} Found {text!r}."


@pytest.mark.parametrize("text", ["1" * 16, "1." + "1" * 11, "9" * 5000])
def test_too_many_digits_are_said_to_be_too_many(text: str) -> None:
    for parse in (parse_plain_decimal, POINT.parse):
        with pytest.raises(GrammarError) as caught:
            parse(text)
        assert caught.value.reason == TOO_MANY_DIGITS
    with pytest.raises(GrammarError) as caught:
        COMMA.parse(text.replace(".", ","))
    assert caught.value.reason == TOO_MANY_DIGITS


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=4))
def test_every_decimal_that_is_written_plainly_is_read_exactly(value: Decimal) -> None:
    assert parse_plain_decimal(f"{value:f}") == value
    assert POINT.parse(f"{value:,f}") == value
    assert COMMA.parse(f"{value:,f}".translate(str.maketrans(".,", ",."))) == value


@given(st.text(st.sampled_from("0123456789.,-_eE +()٣ "), max_size=10))
def test_an_amount_is_read_as_decimal_reads_it_or_not_at_all(text: str) -> None:
    try:
        value = POINT.parse(text)
    except GrammarError:
        return
    assert value == Decimal(text.replace(",", ""))
    assert text.isascii()


@pytest.mark.parametrize(
    ("marks", "text", "value"),
    [
        (POINT, "1,234,567.89", "1234567.89"), (POINT, "1234567.89", "1234567.89"), (POINT, "-1,000", "-1000"),
        (POINT, "999,999,999,999,999", "999999999999999"), (COMMA, "1.234,5", "1234.5"), (COMMA, "1.234", "1234"),
        (AmountMarks(".", "'"), "1'234.50", "1234.50"), (AmountMarks(",", " "), "1 234,50", "1234.50"),
        (AmountMarks(".", ""), "1234.50", "1234.50"),
    ],
)  # fmt: skip
def test_groups(marks: AmountMarks, text: str, value: str) -> None:
    assert marks.parse(text) == Decimal(value)


@pytest.mark.parametrize("text", [*TRAPS, "1,00", "12,34,567", "1234,567", "1,234,56", "1,,234", "1.234,5", "1,2345"])
def test_groups_are_strict(text: str) -> None:
    with pytest.raises(GrammarError):
        POINT.parse(text)


def test_without_a_group_mark_there_are_no_groups() -> None:
    with pytest.raises(GrammarError):
        AmountMarks(".", "").parse("1,234.50")


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [
        ("1200,50", True), ("1.200,50", True), ("1 200,50", True), ("1'200,5", True), ("-0,5", True), ("1,2345", True),
        ("1.200.300", True), ("1,200", False), ("1.200", False), ("1200", False), ("NaN", False), ("1,2,3", False),
        ("12,34.00", False), ("", False),
    ],
)  # fmt: skip
def test_the_other_convention_is_told_from_nonsense(text: str, is_broken: bool) -> None:
    assert POINT.is_broken_by(text) is is_broken
    assert COMMA.is_broken_by(text.translate(str.maketrans(".,", ",."))) is is_broken


@pytest.mark.parametrize(
    ("text", "is_open", "is_proof"),
    [
        ("1.200", True, False), ("-12.000", True, False), ("123.456", True, False), ("0.500", False, True),
        ("1200.000", False, True), ("1.20", False, True), ("1,200.500", False, True), ("1200", False, False),
        ("1,200", False, False),
    ],
)  # fmt: skip
def test_which_amounts_show_their_decimal_mark(text: str, is_open: bool, is_proof: bool) -> None:
    assert (POINT.is_open(text), POINT.proves(text)) == (is_open, is_proof)


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("2026-01-31", date(2026, 1, 31), date(2026, 1, 31)), ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("31/01/2026", date(2026, 1, 31), None), ("01/31/2026", None, date(2026, 1, 31)),
        ("5/3/2026", date(2026, 3, 5), date(2026, 5, 3)), ("05.03.2026", date(2026, 3, 5), date(2026, 5, 3)),
        ("05-03-2026", date(2026, 3, 5), date(2026, 5, 3)), ("05/05/2026", date(2026, 5, 5), date(2026, 5, 5)),
    ],
)  # fmt: skip
def test_dates(text: str, day_first: date | None, month_first: date | None) -> None:
    readings = read_date(text)
    assert readings == DateReadings(day_first, month_first)
    assert readings.by(DateOrder.DAY_FIRST) == day_first
    assert readings.by(DateOrder.MONTH_FIRST) == month_first


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "2026/01/31", "31/02/2026", "13/13/2026",
        "00/01/2026", "1/1/26", "1899-12-31", "2200-01-01", "0000-01-01", "31 Jan 2026", "Feb 2026", "10", "2026",
        "2026-01-31 ", "２026-01-31", "٣١/٠١/٢٠٢٦", "1/2-2026", "2026-01-31T00:00:00", "111/01/2026",
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    readings = read_date(text)
    assert readings == DateReadings(None, None)
    assert readings.is_same
    assert readings.proof is None


def test_what_proves_an_order() -> None:
    assert read_date("31/01/2026").proof is DateOrder.DAY_FIRST
    assert read_date("01/31/2026").proof is DateOrder.MONTH_FIRST
    assert read_date("05/03/2026").proof is None
    assert not read_date("05/03/2026").is_same
    assert read_date("2026-01-31").proof is None


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_in_each_way_of_writing(day: date) -> None:
    assert read_date(day.isoformat()).by(DateOrder.DAY_FIRST) == day
    assert read_date(f"{day.day}/{day.month}/{day.year}").by(DateOrder.DAY_FIRST) == day
    assert read_date(f"{day.month:02}.{day.day:02}.{day.year}").by(DateOrder.MONTH_FIRST) == day
