"""How an invoice line says its period, in the languages of its customers.

Comes in: first and last day, and a seeded generator. Goes out: text that means exactly those days in its language.
Written by hand, apart from the library's vocabulary. Must not know the library.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from random import Random

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "fi": ("tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu"),
}
WORDS = {language: words.split() for language, words in MONTHS.items()}
THROUGH = {"en": "through", "nl": "t/m", "de": "bis"}
"""Words by which a last day is surely included."""

CLEAR_DAY = 27
"""Up to this day a month later is the same day, so that nobody takes a last day for the first of the next period."""


def period_words(random: Random, language: str, first: date, last: date) -> str:
    """A period as a text in that language says it."""
    is_month = first.day == 1 and (last + timedelta(1)).day == 1
    if is_month and (first.year, first.month) == (last.year, last.month) and random.randrange(3):
        joint = " de " if language in {"es", "pt"} and random.randrange(2) else " "
        return f"{WORDS[language][first.month - 1]}{joint}{first.year}"
    if first.day > CLEAR_DAY or language in {"nl", "de"}:
        word = THROUGH.get(language, THROUGH["en"])
        return f"{first} {word} {last}"
    if language == "en" and random.randrange(2):
        return f"{_spelt(first)} - {_spelt(last)}"
    return f"{first} - {last}"


def _spelt(day: date) -> str:
    return f"{day.day} {WORDS['en'][day.month - 1]} {day.year}"
