"""The grammar held against a second one that shares no code with it, and against what writes amounts and dates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from billcheck.grammar import NEGATIVE_FORMS, AmountMarks, DateFormats, DateOrder, GrammarError
from tests.grammar import recogniser

if TYPE_CHECKING:
    from decimal import Decimal

MARKS = [(decimal, group) for decimal in ".," for group in ("", ",", ".", " ", "'") if decimal != group]
SIGNS_OF = {"": (), "EUR": ("€", "EUR"), "USD": ("$", "US$", "USD"), "SEK": ("kr", "kr.", "Kr", "Kr.", "SEK")}
PIECES = [
    *"0123456789", "00", "000", "123", "1", ".", ",", *recogniser.SPACES, "'", "\u2019", *recogniser.MINUSES, "(", ")",
    "CR", "Cr", "cr", "C", "R", "€", "EUR", "$", "US$", "USD", "kr", "kr.", "SEK", "ZAR", "ABC", "+", "e", "_", "٣",
    "５", "\u2013", "\t", "\n", "%", "",
]  # fmt: skip
marks = st.sampled_from(MARKS)
currencies = st.sampled_from([*SIGNS_OF])
forms = st.lists(st.sampled_from(NEGATIVE_FORMS), unique=True).map(tuple)


def read(text: str, pair: tuple[str, str], negative: tuple[str, ...], currency: str) -> Fraction | None:
    try:
        return Fraction(AmountMarks(*pair, negative).parse(text, currency))
    except GrammarError:
        return None


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), marks, forms, currencies)
def test_any_text_means_what_the_second_reading_says(
    text: str, pair: tuple[str, str], negative: tuple[str, ...], currency: str
) -> None:
    assert read(text, pair, negative, currency) == recogniser.amount(text, pair, negative, SIGNS_OF[currency])


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[str, Fraction, tuple[str, str], str, str]:
    """An amount in some convention: the text, its value, its marks, its form of negative and its currency."""
    pair, currency = draw(marks), draw(currencies)
    digits, decimals = draw(st.integers(0, 10**15 - 1)), draw(st.integers(0, 10))
    part = draw(st.integers(0, 10**decimals - 1))
    grouped = f"{digits:,}" if draw(st.booleans()) else f"{digits}"
    mark = {" ": draw(st.sampled_from(recogniser.SPACES)), "'": draw(st.sampled_from("'\u2019"))}.get(pair[1], pair[1])
    number = grouped.replace(",", mark) + (f"{pair[0]}{part:0{decimals}d}" if decimals else "")
    sign = draw(st.sampled_from(["", *SIGNS_OF[currency]]))
    form, frames = draw(st.sampled_from([*recogniser.frames_of(sign).items()]))
    text = draw(st.sampled_from(sorted(frames))).replace("N", number, 1)
    value = Fraction(digits) + Fraction(part, 10**decimals)
    return text, -value if form else value, pair, form, currency


@given(written_amounts())
def test_every_amount_that_a_convention_writes_is_read_back_in_it(
    written: tuple[str, Fraction, tuple[str, str], str, str],
) -> None:
    text, value, pair, form, currency = written
    assert read(text, pair, NEGATIVE_FORMS, currency) == value
    assert AmountMarks(*pair, NEGATIVE_FORMS).deviation(text) is None
    if form:
        others = tuple(other for other in NEGATIVE_FORMS if other != form)
        assert read(text, pair, others, currency) is None
        assert AmountMarks(*pair, others).deviation(text) is not None


@given(written_amounts(), st.data())
def test_a_slip_of_the_pen_is_read_as_the_second_reading_does(
    written: tuple[str, Fraction, tuple[str, str], str, str], data: st.DataObject
) -> None:
    text, _, pair, _, currency = written
    place = data.draw(st.integers(0, len(text)))
    text = text[:place] + data.draw(st.sampled_from(PIECES)) + text[place + data.draw(st.integers(0, 1)) :]
    expected = recogniser.amount(text, pair, NEGATIVE_FORMS, SIGNS_OF[currency])
    assert read(text, pair, NEGATIVE_FORMS, currency) == expected


@given(written_amounts(), marks)
def test_an_amount_of_another_convention_is_never_read_as_another_amount_unnoticed(
    written: tuple[str, Fraction, tuple[str, str], str, str], pair: tuple[str, str]
) -> None:
    text, value, _, _, currency = written
    own = AmountMarks(*pair, NEGATIVE_FORMS)
    try:
        reading = own.read(text, currency)
    except GrammarError:
        return
    if Fraction(reading.value) != value:
        # A number of which only the convention says what it is: one mark, before three digits and after a few.
        digits = [place for place, character in enumerate(text) if character in recogniser.DIGITS]
        number = text[digits[0] : digits[-1] + 1]
        whole, mark, rest = number.replace(",", ".").partition(".")
        assert mark
        assert len(rest) == 3
        assert len(whole) <= 3
        assert whole[0] != "0"
        assert not reading.is_proof
        assert own.deviation(text) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), currencies)
def test_a_decimal_comes_back_from_every_convention(value: Decimal, currency: str) -> None:
    for decimal, group in MARKS:
        text = f"{abs(value):,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", group)
        for frame in (f"-{text}", f"{text}-", f"({text})", f"{text} CR") if value < 0 else (text,):
            assert AmountMarks(decimal, group, NEGATIVE_FORMS).parse(frame, currency) == value


FORMATS = ["%d/%m/%Y", "%m-%d-%Y", "%d.%m.%y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y", "%d %B %y", "%Y%m%d", "%Y. %m. %d"]
DATE_PIECES = [
    *"0123456789", "01", "12", "31", "26", "2026", "1999", *"/.-, ", "Jan", "may", "SEPT", "Sep", "March", "ſept", "٣",
    "T",
]  # fmt: skip


@given(st.lists(st.sampled_from(DATE_PIECES), max_size=7).map("".join), st.sampled_from(FORMATS))
def test_any_text_is_the_day_that_the_second_reading_says(text: str, form: str) -> None:
    readings = DateFormats((form,)).read(text)
    if readings.form == "iso":
        return
    order = DateFormats((form,)).order or DateOrder.DAY_FIRST
    assert readings.by(order) == _date(recogniser.day(text, form))
    other = form.replace("%d", "%~").replace("%m", "%d").replace("%~", "%m") if DateFormats((form,)).order else form
    opposite = DateOrder.MONTH_FIRST if order is DateOrder.DAY_FIRST else DateOrder.DAY_FIRST
    assert readings.by(opposite) == _date(recogniser.day(text, other))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMATS), st.data())
def test_a_slip_in_a_date_is_read_as_the_second_reading_does(day: date, form: str, data: st.DataObject) -> None:
    text = day.strftime(form)
    place = data.draw(st.integers(0, len(text)))
    test_text = text[:place] + data.draw(st.sampled_from(DATE_PIECES)) + text[place + data.draw(st.integers(0, 2)) :]
    readings = DateFormats((form,)).read(test_text)
    if readings.form != "iso":
        order = DateFormats((form,)).order or DateOrder.DAY_FIRST
        assert readings.by(order) == _date(recogniser.day(test_text, form))


def _date(parts: tuple[int, int, int] | None) -> date | None:
    return None if parts is None else date(*parts)
