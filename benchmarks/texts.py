"""How the lines of one contract are worded: in which language, with which kind of service period, or with none.

Comes in: a seeded random generator, then services with their days. Goes out: descriptions as people write them. The
months are written out here: what a benchmark says must not rest on what it measures.
"""

from __future__ import annotations

from dataclasses import dataclass
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
}
_LANGUAGES = {"en": 50, "nl": 15, "de": 15, "fr": 10, "es": 10}
_STYLES = {"plain": 30, "wordy": 4, "iso": 15, "month": 35, "days": 16}
"""Nearly a third of the contracts say nothing about the period."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The style and the language in which one contract's lines are written."""

    style: str
    language: str

    @classmethod
    def draw(cls, random: Random) -> Wording:
        """Some wording."""
        style = random.choices([*_STYLES], [*_STYLES.values()])[0]
        return cls(style, random.choices([*_LANGUAGES], [*_LANGUAGES.values()])[0])

    def describe(self, service: str, every: str, first_day: date, last_day: date) -> str:
        """The text of a line for one period; both days are inclusive."""
        if self.style == "plain":
            return f"{service} as agreed"
        if self.style == "wordy":
            return f"{service} services, per contract\nThank you"
        if self.style == "iso":
            return f"{service} {first_day} to {last_day}"
        if self.style == "month" and first_day.day == 1 and every == "month":
            joint = " de " if self.language == "es" else " "
            return f"{service} {self._month(first_day)}{joint}{first_day.year}"
        return f"{service} {self._days(first_day, last_day)}"

    def _days(self, first_day: date, last_day: date) -> str:
        first, last = f"{first_day.day} {self._month(first_day)}", f"{last_day.day} {self._month(last_day)}"
        match self.language:
            case "nl":
                return f"{first} {first_day.year} t/m {last} {last_day.year}"
            case "de":
                return f"{first_day:%d.%m.%Y} – {last_day:%d.%m.%Y}"
            case "fr":
                return f"du {first} {first_day.year} au {last} {last_day.year}"
            case "es":
                first, last = first.replace(" ", " de "), last.replace(" ", " de ")
                return f"del {first} de {first_day.year} al {last} de {last_day.year}"
            case _:
                short_first, short_last = self._month(first_day)[:3], self._month(last_day)[:3]
                days = f"{first_day.day} {short_first} {first_day.year}", f"{last_day.day} {short_last} {last_day.year}"
                return " - ".join(days)

    def _month(self, day: date) -> str:
        return MONTHS[self.language].split()[day.month - 1]
