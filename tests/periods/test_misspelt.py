"""Months that are probably meant and cannot be read."""

from __future__ import annotations

import pytest

from billcheck.periods.misspelt import Misspelt, find_misspelt_month
from billcheck.periods.reading import read
from billcheck.periods.vocabulary import LANGUAGES, TABLE


@pytest.mark.parametrize(
    ("text", "written", "month"),
    [
        ("Retainer Mrach 2026", "Mrach 2026", 3),  # two letters changed places
        ("Retainer APIRL 2026", "APIRL 2026", 4),
        ("Hosting Setpember 2026", "Setpember 2026", 9),
        ("Fee Febuary 2026", "Febuary 2026", 2),  # a letter lacks
        ("Janury, 2026", "Janury, 2026", 1),
        ("Novembber 2026 fee", "Novembber 2026", 11),  # one too many
        ("Dezenber-2026", "Dezenber-2026", 12),  # another one
        ("Januory 2026", "Januory 2026", 1),
        ("onderhoud okotber 2026", "okotber 2026", 10),
        ("Wartung Dezmeber 2026", "Dezmeber 2026", 12),
        ("Contract 2026, Febuary/2026", "Febuary/2026", 2),  # the first word that is one
        ("MAINTENANCE FEBURARY 2026", "FEBURARY 2026", 2),
    ],
)
def test_a_slip_beside_a_year_is_found(text: str, written: str, month: int) -> None:
    assert find_misspelt_month(text) == Misspelt(written, 2026, month)
    assert read(text).span is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Retainer March 2026",
        "Onderhoud 2026",
        "Match 2026",  # one letter of a short name says nothing: a match, a marsh, Marco
        "Marco 2026",
        "Agust 2026",
        "Augast 2026",
        "Januar 2026",  # German
        "Febuary",
        "Febuary 26",
        "Febuary of 2026",
        "Febuary 1926",
        "Febuary 20261",
        "Febuary   2026",
        "Fbrury 2026",  # two slips
        "xFebuaryx 2026",
        "Bmarhc 2026",
        "Marhac 2026",
        "Octobe2 2026",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert find_misspelt_month(text) is None


def test_no_month_of_any_language_is_misspelt_as_it_is() -> None:
    months = [line.split()[2:] for line in TABLE.strip().splitlines() if line.split()[1].isdigit()]
    assert len(months) >= 12 * len(LANGUAGES)
    assert not [word for words in months for word in words if find_misspelt_month(f"{word} 2026")]


def test_a_word_near_to_two_months_is_none_of_them() -> None:
    """Between English "november" and "nobember" lies nothing; between Danish "juni" and "juli" names are too short."""
    assert find_misspelt_month("Jnui 2026") is None
    assert find_misspelt_month("Juuli 2026") is None
