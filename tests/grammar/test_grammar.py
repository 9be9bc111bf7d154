"""The one strict grammar of amounts and dates."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.grammar import (
    FOREIGN_SIGN,
    NEGATIVE_FORMS,
    NOT_A_DATE_FORMAT,
    NOT_AN_AMOUNT,
    TOO_MANY_DIGITS,
    AmountMarks,
    DateFormats,
    DateOrder,
    DateReadings,
    Deviation,
    ForeignSignError,
    GrammarError,
    check_date_format,
    parse_plain_decimal,
    read_date,
)
from billcheck.money import CURRENCY_SIGNS, MINOR_DIGITS

POINT, COMMA = AmountMarks(".", ","), AmountMarks(",", ".")
TRAPS = [
    "", " ", "-", ".", "NaN", "sNaN", "Infinity", "-inf", "1e400", "1E5", "1_000", "٥٠٠", "５００", " 1", "1 ", "1\n",
    "+1", "--1", "1-", "(1)", "0x1", "1.2.3", "1..2", "1.", ".1", "\u00a01", "1\u00a0", "1%", "½",
    "1,", ",1",
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


@pytest.mark.parametrize(
    "text", [*TRAPS, "1,00", "12,34,567", "1234,567", "1,234,56", "1,,234", "1.234,5", "1,2345", "0,500", "0,500,000"]
)
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
        ("1.200.300", True), ("0,500", True), ("00,500", True), ("€ 1.200,50", True),
        ("(0,5)", True), ("5,00-", True), ("1,200", False), ("1.200", False),
        ("1200", False), ("NaN", False), ("1,2,3", False), ("12,34.00", False), ("", False),
    ],
)  # fmt: skip
def test_the_other_convention_is_told_from_nonsense(text: str, is_broken: bool) -> None:
    exchanged = text.translate(str.maketrans(".,", ",."))
    assert (POINT.deviation(text) is Deviation.DECIMAL_MARK) is is_broken
    assert (COMMA.deviation(exchanged) is Deviation.DECIMAL_MARK) is is_broken


@pytest.mark.parametrize(
    ("marks", "text", "deviation"),
    [
        (POINT, "1 200.50", Deviation.GROUP_MARK), (POINT, "1'200", Deviation.GROUP_MARK),
        (COMMA, "1\u00a0200,50", Deviation.GROUP_MARK), (AmountMarks(".", ""), "1,200.50", Deviation.GROUP_MARK),
        (POINT, "(1.00)", Deviation.NEGATIVE), (POINT, "1.00-", Deviation.NEGATIVE),
        (POINT, "1 CR", Deviation.NEGATIVE),
        (AmountMarks(negative=("()",)), "-1.00", Deviation.NEGATIVE), (POINT, "$(1.00)", Deviation.NEGATIVE),
        (AmountMarks(negative=NEGATIVE_FORMS), "(1.00)", None), (POINT, "-1.00", None), (POINT, "€ 1.00", None),
        (POINT, "1 20.50", None), (POINT, "5 00", None), (POINT, "9" * 20, None), (POINT, "(-1.00)", None),
        (POINT, "1,234 567.00", None), (POINT, "ABC 1 200", None),
    ],
)  # fmt: skip
def test_an_amount_of_another_convention_says_in_what(
    marks: AmountMarks, text: str, deviation: Deviation | None
) -> None:
    assert marks.deviation(text) is deviation


@pytest.mark.parametrize(
    ("text", "is_open", "is_proof"),
    [
        ("1.200", True, False), ("-12.000", True, False), ("123.456", True, False), ("0.500", False, True),
        ("1200.000", False, True), ("1.20", False, False),
        ("1200.5005", False, False), ("1,200.500", False, True), ("1200", False, False),
        ("1,200", False, False), ("€ 1.200", True, False), ("-€1.20", False, False), ("0", False, False),
    ],
)  # fmt: skip
def test_which_amounts_show_that_three_digits_are_decimals(text: str, is_open: bool, is_proof: bool) -> None:
    reading = POINT.read(text, "EUR")
    assert (reading.is_open, reading.is_proof) == (is_open, is_proof)


ALL_FORMS = AmountMarks(".", ",", NEGATIVE_FORMS)


@pytest.mark.parametrize(
    ("marks", "text", "currency", "value"),
    [
        (ALL_FORMS, "-$2,666.00", "USD", "-2666.00"), (ALL_FORMS, "$(250.00)", "CAD", "-250.00"),
        (ALL_FORMS, "($ 250.00)", "AUD", "-250.00"), (ALL_FORMS, "(50.00)", "EUR", "-50.00"),
        (ALL_FORMS, "(50.00 €)", "EUR", "-50.00"), (ALL_FORMS, "(50.00) EUR", "EUR", "-50.00"),
        (ALL_FORMS, "50.00-", "EUR", "-50.00"), (ALL_FORMS, "50.00- EUR", "EUR", "-50.00"),
        (ALL_FORMS, "€50.00-", "EUR", "-50.00"), (ALL_FORMS, "50.00 €-", "EUR", "-50.00"),
        (ALL_FORMS, "50.00 CR", "EUR", "-50.00"), (ALL_FORMS, "50.00Cr", "EUR", "-50.00"),
        (ALL_FORMS, "50.00 USD cr", "USD", "-50.00"), (ALL_FORMS, "50.00 CRC", "CRC", "50.00"),
        (ALL_FORMS, "\N{MINUS SIGN}50.00", "EUR", "-50.00"), (ALL_FORMS, "$-50.00", "USD", "-50.00"),
        (ALL_FORMS, "50.00\N{MINUS SIGN}", "EUR", "-50.00"), (ALL_FORMS, "R$ 5", "BRL", "5"),
        (ALL_FORMS, "R 5", "ZAR", "5"), (ALL_FORMS, "kr.5", "DKK", "5"), (ALL_FORMS, "¥5", "JPY", "5"),
        (COMMA, "€ 1.250,00", "EUR", "1250.00"), (COMMA, "1.250,00\N{NARROW NO-BREAK SPACE}€", "EUR", "1250.00"),
        (AmountMarks(",", " "), "1 250,00", "", "1250.00"),
        (AmountMarks(",", " "), "1\u202f250\u202f000", "", "1250000"),
        (AmountMarks(",", " "), "1\u2009250,5 kr", "SEK", "1250.5"), (AmountMarks(".", "'"), "1’250.00", "", "1250.00"),
    ],
)  # fmt: skip
def test_the_forms_that_exports_have(marks: AmountMarks, text: str, currency: str, value: str) -> None:
    assert marks.parse(text, currency) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "-(5)", "(-5)", "-5-", "(5", "5)", "(5)-", "(5)CR", "-5 CR", "- 5", "( 5)", "(5 )", "--5", "+5", "5 -", "() 5",
        "€€5", "€ 5 €", "€5 EUR", "€  5", "ABC 5", "eur 5", "-€-5", "5 C R", "CR 5", "(€5", "5E", "5%", "1 2", "()",
        "€", "CR", "-", "\N{MINUS SIGN}", "\N{EN DASH}5", "1 250.00", "1 250 000.00",
    ],
)  # fmt: skip
def test_what_is_no_amount_in_any_form(text: str) -> None:
    with pytest.raises(GrammarError) as caught:
        ALL_FORMS.parse(text, "EUR")
    assert caught.value.reason == NOT_AN_AMOUNT


def test_one_amount_has_one_group_mark() -> None:
    for text in ("1 250\u00a0000,00", "1'250’000"):
        with pytest.raises(GrammarError):
            AmountMarks(",", text[1]).parse(text)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("€5", "USD"), ("$5", "EUR"), ("5 USD", "CAD"), ("US$5", "CAD"), ("-£5", "SEK"), ("$5", ""), ("EUR 5", "")],
)
def test_a_currency_sign_has_to_agree(text: str, currency: str) -> None:
    with pytest.raises(ForeignSignError) as caught:
        POINT.parse(text, currency)
    assert (caught.value.text, caught.value.reason) == (text, FOREIGN_SIGN)


def test_every_sign_means_currencies_that_there_are() -> None:
    for sign, codes in CURRENCY_SIGNS.items():
        assert codes <= MINOR_DIGITS.keys()
        assert POINT.parse(f"{sign} 1", min(codes)) == POINT.parse(f"1{sign}", max(codes)) == 1


def test_the_precision_of_decimal_arithmetic_changes_no_amount() -> None:
    with localcontext(prec=3):
        assert ALL_FORMS.parse("(123,456.789)").as_tuple() == Decimal("-123456.789").as_tuple()


def test_texts_that_mean_an_empty_cell() -> None:
    marks = AmountMarks(missing=("-", "n/a"))
    assert [marks.is_missing(text) for text in ("", "-", "n/a", "--", "0", "N/A")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert not POINT.is_missing("-")


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
        "2026-01-31 ", "２026-01-31", "٣١/٠١/٢٠٢٦", "1/2-2026", "111/01/2026",
        "2026-01-31T", "2026-01-31T24:00", "2026-01-31 9:00", "2026-01-31T10:60", "2026-01-31T10:00:60",
        "2026-01-31T10:00+15:00", "2026-01-31T10:00 CET", "2026-01-31Z", "2026-02-30T00:00", "31/01/2026 00:00",
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


@pytest.mark.parametrize(
    "time",
    [
        "T00:00:00Z",
        " 00:00",
        "T23:59:59.999999999+14:00",
        " 23:59:59 UTC",
        "T10:00:00,5-0800",
        " 10:00 +01:00",
        "T08:30",
    ],
)
def test_of_a_date_time_the_written_day_is_kept(time: str) -> None:
    readings = read_date(f"2026-01-31{time}")
    assert readings.day_first == readings.month_first == date(2026, 1, 31)
    assert readings.form == read_date("2026-12-31").form


@pytest.mark.parametrize(
    ("form", "text", "day_first", "month_first"),
    [
        ("%d-%m-%Y", "05-03-2026", date(2026, 3, 5), date(2026, 5, 3)),
        ("%d-%m-%Y", "31-01-2026", date(2026, 1, 31), None),
        ("%d-%m-%Y", "01-31-2026", None, date(2026, 1, 31)),
        ("%m/%d/%Y", "05/03/2026", date(2026, 3, 5), date(2026, 5, 3)),
        ("%m/%d/%y", "1/31/26", None, date(2026, 1, 31)),
        ("%d.%m.%y", "31.1.00", date(2000, 1, 31), None),
        ("%d %b %Y", "22 Aug 2023", date(2023, 8, 22), date(2023, 8, 22)),
        ("%d %b %Y", "1 sept 2023", date(2023, 9, 1), date(2023, 9, 1)),
        ("%d %B %Y", "1 SEPTEMBER 2023", date(2023, 9, 1), date(2023, 9, 1)),
        ("%b %d %Y", "Jan 28 2021", date(2021, 1, 28), date(2021, 1, 28)),
        ("%B %d, %Y", "May 1, 2021", date(2021, 5, 1), date(2021, 5, 1)),
        ("%Y/%m/%d", "2026/1/31", date(2026, 1, 31), date(2026, 1, 31)),
        ("%Y. %m. %d", "2026. 01. 31", date(2026, 1, 31), date(2026, 1, 31)),
        ("%Y%m%d", "20260131", date(2026, 1, 31), date(2026, 1, 31)),
        ("%d/%m/%Y %H:%M", "31/01/2026 23:59", date(2026, 1, 31), None),
        ("%d/%m/%Y %H:%M:%S", "31/01/2026 23:59:00", date(2026, 1, 31), None),
        ("%d %b %Y", "2026-01-31T00:00:00Z", date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_declared_formats(form: str, text: str, day_first: date | None, month_first: date | None) -> None:
    check_date_format(form)
    assert DateFormats((form,)).read(text) == DateReadings(day_first, month_first)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d-%m-%Y", "31/01/2026"), ("%d-%m-%Y", "31-01-26"), ("%d-%m-%y", "31-01-2026"), ("%d-%m-%Y", "31-1- 2026"),
        ("%d %b %Y", "22 August 2023"), ("%d %B %Y", "22 Aug 2023"), ("%d %b %Y", "22 Abc 2023"),
        ("%d %b %Y", "31 Feb 2023"), ("%d %b %Y", "22  Aug 2023"), ("%Y%m%d", "2026131"), ("%Y%m%d", "20261301"),
        ("%d/%m/%Y", "31/01/0000"), ("%d/%m/%Y", "31/01/1899"), ("%d/%m/%Y %H:%M", "31/01/2026"),
        ("%d/%m/%Y %H:%M", "31/01/2026 24:00"), ("%d.%m.%Y", "31x01x2026"), ("%d %b %Y", "２２ Aug 2023"),
        ("%b %d %Y", "ſept 1 2023"), ("%d/%m/%Y", ""),
    ],
)  # fmt: skip
def test_what_a_declared_format_does_not_read(form: str, text: str) -> None:
    assert DateFormats((form,)).read(text) == DateReadings(None, None)


@pytest.mark.parametrize(
    "form",
    [
        "", "%d", "%d/%m", "%d/%m/%Z", "%Y/%d/%m", "%d/%Y/%m", "%y/%m/%d", "%y-%m-%d", "%d%m%Y", "%d/%d/%Y", "%m/%b/%Y",
        "%m/%m/%Y", "%d/%m/%Y ", " %d/%m/%Y", "%d/%m/%Y %H", "%d/%m/%Y %I:%M", "%j %Y", "%x", "%d of %m %Y", "%b/%d/%d",
        "%d   %m %Y", "dd-mm-yyyy", "%Y/%m/%Y", "%d/%m/%Y %H:%M %p",
    ],
)  # fmt: skip
def test_what_is_no_date_format(form: str) -> None:
    with pytest.raises(GrammarError) as caught:
        check_date_format(form)
    assert (caught.value.text, caught.value.reason) == (form, NOT_A_DATE_FORMAT)


@pytest.mark.parametrize(
    ("formats", "order"),
    [
        ((), None), (("%d-%m-%Y",), DateOrder.DAY_FIRST), (("%m/%d/%y", "%d %b %Y"), DateOrder.MONTH_FIRST),
        (("%d/%m/%Y", "%m/%d/%Y"), None), (("%d %b %Y",), None), (("%b %d %Y",), None), (("%Y%m%d",), None),
        (("%d/%m/%Y", "%d/%m/%y"), DateOrder.DAY_FIRST),
    ],
)  # fmt: skip
def test_which_order_formats_declare(formats: tuple[str, ...], order: DateOrder | None) -> None:
    assert DateFormats(formats).order is order


def test_each_way_of_writing_has_a_name() -> None:
    formats = DateFormats(("%d/%m/%Y", "%m/%d/%Y", "%d %b %Y"))
    texts = ["31/01/2026", "01/31/2026", "1 Jan 2026", "2026-01-01", "2026-01-01 10:00", "x"]
    forms = [formats.read(text).form for text in texts]
    assert forms == ["%d/%m/%Y", "%d/%m/%Y", "%d %b %Y", "iso", "iso", ""]
    assert read_date("1.2.2026").form == read_date("1/2/2026").form != read_date("2026-01-01").form


_DIRECTIVES = {
    "dmy": ["%d/%m/%Y", "%d-%m-%y", "%d. %m. %Y", "%d %b %Y", "%d %B, %y", "%d/%m/%Y %H:%M"],
    "mdy": ["%m/%d/%Y", "%m-%d-%y", "%b %d, %Y", "%B %d %Y", "%m/%d/%Y %H:%M:%S"],
    "ymd": ["%Y/%m/%d", "%Y %b %d", "%Y%m%d", "%Y.%m.%d"],
}


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from([*_DIRECTIVES.items()]), st.data())
def test_what_strftime_writes_in_a_format_is_read_back(
    day: date, kind: tuple[str, list[str]], data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from(kind[1]))
    readings = DateFormats((form,)).read(datetime.combine(day, time(14, 5)).strftime(form))
    assert readings.by(DateOrder.MONTH_FIRST if kind[0] == "mdy" else DateOrder.DAY_FIRST) == day
    assert readings.form == form
