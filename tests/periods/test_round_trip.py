"""What CLDR formats, in every language and many styles, is read back or refused: how much is read, and never wrongly.

The formatting is Babel's, the periods are drawn at random by a fixed seed, and the floors say which share of each style
must be read.
"""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from babel.dates import format_date, format_interval

from billcheck.grammar import DateOrder
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve
from billcheck.periods.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 60

IN_WORDS = ("d MMMM y", "d. MMMM y", "long")
SHORTENED = ("d MMM y", "medium")
IN_FIGURES = ("y-MM-dd", "dd.MM.y", "d.M.y", "dd.MM.yy")
OPEN_ORDER = ("dd/MM/y", "dd-MM-y", "dd/MM/yy", "short")
MONTHS = ("MMMM y", "LLLL y", "MM/y")
SHORTENED_MONTHS = ("MMM y", "LLL y")
QUARTERS = ("QQQQ y", "QQQ y")

AMBIGUOUS_MONTHS = {"pl": 0.4, "it": 0.6, "pt": 0.65, "fi": 0.75, "es": 0.75, "nb": 0.8}
"""The least share read of languages with shortened months that are common words elsewhere ("set", "ago", "lip")."""


def spelt(day: date, style: str, language: str) -> str:
    return format_date(day, style, locale=language)


def random_period(chance: random.Random) -> tuple[date, date]:
    """Some period as contracts have them, first and last day: whole months, months from any day, or just days."""
    first = date(2021, 1, 1) + timedelta(days=chance.randrange(8 * 365))
    shape = chance.randrange(4)
    if shape == 0:
        return first, first + timedelta(days=chance.randint(1, 300))
    first = first.replace(day=1 if shape < 3 else chance.randint(2, 28))
    year, month = divmod(first.year * 12 + first.month - 1 + chance.choice((1, 1, 1, 3, 12)), 12)
    return first, date(year, month + 1, first.day) - timedelta(days=1)


def random_part(chance: random.Random, style: str) -> tuple[date, date]:
    """A month, or a quarter where the style names one, first and last day."""
    months = 3 if style.startswith("Q") else 1
    year, part = chance.randint(2021, 2028), chance.randrange(12 // months)
    last = part * months + months
    return date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1])


def share_read(
    language: str,
    draw: Callable[[random.Random], tuple[date, date, str]],
    *,
    order: DateOrder | None = None,
    is_told: bool = False,
) -> float:
    """The share of texts read; what is read is what was written, or this fails."""
    chance = random.Random(f"{language} {order} {is_told}")
    found = 0
    for _ in range(SAMPLES):
        first, last, text = draw(chance)
        period = resolve(read(text, language if is_told else None), first.toordinal(), order=order)
        if period is None:
            continue
        found += 1
        is_to_same_day = first.day == last.day and first != last
        expected = (first, last - timedelta(days=is_to_same_day))
        days = date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1)
        assert days == expected, text
    return found / SAMPLES


def floor_of(style: str, language: str, *, is_told: bool) -> float:
    """The least share of texts in this style that must be read."""
    if style in OPEN_ORDER:
        return 0.75  # days up to the twelfth on both ends leave the order open, unless the range would be reversed
    if style in {*SHORTENED, *SHORTENED_MONTHS} and not is_told:
        return min(AMBIGUOUS_MONTHS.get(language, 1.0), 0.97 if style in SHORTENED else 1.0)
    return 1.0 if style in {*MONTHS, *SHORTENED_MONTHS, *QUARTERS} else 0.97


@pytest.mark.parametrize("is_told", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", [*IN_WORDS, *SHORTENED, *IN_FIGURES, *OPEN_ORDER])
def test_ranges(style: str, language: str, *, is_told: bool) -> None:
    def draw(chance: random.Random) -> tuple[date, date, str]:
        first, last = random_period(chance)
        return first, last, f"{spelt(first, style, language)} - {spelt(last, style, language)}"

    assert share_read(language, draw, is_told=is_told) >= floor_of(style, language, is_told=is_told)


@pytest.mark.parametrize("is_told", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", [*MONTHS, *SHORTENED_MONTHS, *QUARTERS])
def test_months_and_quarters(style: str, language: str, *, is_told: bool) -> None:
    def draw(chance: random.Random) -> tuple[date, date, str]:
        first, last = random_part(chance, style)
        return first, last, spelt(first, style, language)

    assert share_read(language, draw, is_told=is_told) >= floor_of(style, language, is_told=is_told)


@pytest.mark.parametrize("order", DateOrder)
@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_in_an_order_that_is_known(language: str, order: DateOrder) -> None:
    style = "dd/MM/y" if order is DateOrder.DAY_FIRST else "MM/dd/y"

    def draw(chance: random.Random) -> tuple[date, date, str]:
        first, last = random_period(chance)
        return first, last, f"{spelt(first, style, language)} - {spelt(last, style, language)}"

    assert share_read(language, draw, order=order) >= 0.97


@pytest.mark.parametrize("language", LANGUAGES)
def test_intervals_as_cldr_words_them(language: str) -> None:
    def draw(chance: random.Random) -> tuple[date, date, str]:
        first, last = random_period(chance)
        return first, last, format_interval(first, last, "yMMMd", locale=language)

    assert share_read(language, draw) >= min(AMBIGUOUS_MONTHS.get(language, 1.0), 0.97)
