"""Amounts, dates and percentages as each language writes them; the figures are written out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.money import MINOR_DIGITS
from billcheck.recovery.writing.language import LANGUAGES, Language, Speech

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "currency", "minor", "text"),
    [
        ("en", "EUR", 720000, "€7,200.00"),
        ("en", "GBP", 5, "£0.05"),
        ("en", "USD", 123456789, f"USD{NO_BREAK}1,234,567.89"),
        ("en", "JPY", 1234567, f"JPY{NO_BREAK}1,234,567"),
        ("en", "KWD", 1234567, f"KWD{NO_BREAK}1,234.567"),
        ("nl", "EUR", 720000, f"€{NO_BREAK}7.200,00"),
        ("nl", "USD", 720000, f"USD{NO_BREAK}7.200,00"),
        ("de", "EUR", 720000, f"7.200,00{NO_BREAK}€"),
        ("de", "CHF", 720000, f"7.200,00{NO_BREAK}CHF"),
        ("fr", "EUR", 720000, f"7{NARROW}200,00{NO_BREAK}€"),
        ("fr", "KWD", 5, f"0,005{NO_BREAK}KWD"),
    ],
)
def test_money(language: Language, currency: str, minor: int, text: str) -> None:
    assert Speech(language, currency).money(minor) == text


@pytest.mark.parametrize(
    ("language", "percent", "text"),
    [
        ("en", "21", "21%"),
        ("en", "21.00", "21%"),
        ("nl", "5.5", "5,5%"),
        ("de", "19", f"19{NO_BREAK}%"),
        ("fr", "20", f"20{NO_BREAK}%"),
        ("de", "0", f"0{NO_BREAK}%"),
        ("en", "8.8750", "8.875%"),
        ("en", "1E+1", "10%"),
    ],
)
def test_percent(language: Language, percent: str, text: str) -> None:
    assert Speech(language, "EUR").percent(Decimal(percent)) == text


@pytest.mark.parametrize(
    ("language", "first", "last", "text"),
    [
        ("en", "2026-03-01", "2026-03-31", "March 2026"),
        ("en", "2026-03-01", "2026-08-31", "March 2026 to August 2026"),
        ("en", "2026-03-16", "2026-03-31", "16 March 2026 to 31 March 2026"),
        ("en", "2026-03-16", "2026-03-16", "16 March 2026"),
        ("nl", "2026-03-01", "2026-08-31", "maart 2026 tot en met augustus 2026"),
        ("nl", "2026-03-16", "2026-04-15", "16 maart 2026 tot en met 15 april 2026"),
        ("de", "2026-03-01", "2026-03-31", "März 2026"),
        ("de", "2026-03-16", "2026-04-15", "16. März 2026 bis 15. April 2026"),
        ("fr", "2026-03-01", "2026-08-31", "mars 2026 à août 2026"),
        ("fr", "2026-03-01", "2026-04-15", "1er mars 2026 au 15 avril 2026"),
        ("fr", "2026-03-11", "2026-04-21", "11 mars 2026 au 21 avril 2026"),
    ],
)
def test_period(language: Language, first: str, last: str, text: str) -> None:
    assert Speech(language, "EUR").period(date.fromisoformat(first), date.fromisoformat(last)) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_is_that_of_the_statement_in_every_language(language: Language) -> None:
    speech = Speech(language, "EUR")
    assert speech.label(date(2026, 3, 1), date(2026, 3, 31)) == "2026-03"
    assert speech.label(date(2026, 3, 1), date(2026, 8, 31)) == "2026-03 – 2026-08"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "a, b and c"), ("nl", "a, b en c"), ("de", "a, b und c"), ("fr", "a, b et c")]
)
def test_words_in_a_sentence(language: Language, text: str) -> None:
    speech = Speech(language, "EUR")
    assert speech.listed(["a", "b", "c"]) == text
    assert speech.listed(["a"]) == "a"
    assert speech.listed([]) == ""


@given(
    minor=st.integers(-(10**24), 10**24),
    currency=st.sampled_from(["EUR", "USD", "JPY", "KWD", "HUF"]),
    language=st.sampled_from(LANGUAGES),
)
def test_every_amount_reads_back_with_exactly_the_decimals_of_its_currency(
    minor: int, currency: str, language: Language
) -> None:
    point = {"en": "."}.get(language, ",")
    text = Speech(language, currency).amount(minor)
    _, _, part = text.partition(point)
    assert len(part) == MINOR_DIGITS[currency]
    digits = "".join(character for character in text if character.isdigit())
    assert int(digits) == abs(minor)
    assert text.startswith("-") == (minor < 0)
