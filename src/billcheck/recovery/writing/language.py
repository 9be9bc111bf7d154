"""How amounts, days, percents and periods are written in the language of a letter.

Comes in: minor units, dates, decimals. Goes out: text as CLDR has it for that language, the same on every machine: no
locale of the environment is looked at. Babel is loaded when the first letter is written. Must not know letters.

Euros and pounds are written with their signs, every other currency with its code, since a `$` or a `¥` stands for
several. An amount has exactly the decimals of its currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from billcheck.money import MINOR_DIGITS, to_decimal
from billcheck.period import ONE_DAY, period_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

Language = Literal["en", "nl", "de", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_LOCALES: dict[Language, str] = {"en": "en_GB", "nl": "nl_NL", "de": "de_DE", "fr": "fr_FR"}
_SIGNS = {"EUR": "€", "GBP": "£"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_TO: dict[Language, tuple[str, str]] = {
    "en": ("to", "to"),
    "nl": ("tot en met", "tot en met"),
    "de": ("bis", "bis"),
    "fr": ("à", "au"),
}
"""What stands between two months, and between two days."""


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: Language) -> Any:  # noqa: ANN401 - a type of Babel, which is loaded only when needed
    from babel import Locale  # noqa: PLC0415 - nobody pays for Babel who writes no letter

    return Locale.parse(_LOCALES[language])


@dataclass(frozen=True, slots=True)
class Speech:
    """One language and one currency."""

    language: Language
    currency: str

    def amount(self, minor: int) -> str:
        """An amount without its currency: ``7,200.00``, ``7.200,00``."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        digits = MINOR_DIGITS[self.currency]
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return format_decimal(to_decimal(minor, self.currency), format=pattern, locale=_locale(self.language))

    def money(self, minor: int) -> str:
        """An amount with its currency where the language puts it: ``€7,200.00``, ``7.200,00 €``, ``USD 7,200.00``."""
        sign = _SIGNS.get(self.currency, self.currency)
        pattern: str = _locale(self.language).currency_formats["standard"].pattern.partition(";")[0]
        gap = "" if sign != self.currency and _NO_BREAK not in pattern else _NO_BREAK
        parts = (sign, self.amount(minor)) if pattern.startswith("¤") else (self.amount(minor), sign)
        return gap.join(parts)

    def percent(self, percent: Decimal) -> str:
        """A percentage without needless zeros; `percent` is 21 for 21 %."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        number = format_decimal(percent, format="#,##0.########", locale=_locale(self.language))
        pattern: str = _locale(self.language).percent_formats[None].pattern
        return pattern.replace("#,##0", number)

    def day(self, day: date) -> str:
        """A date with the name of its month: ``4 September 2026``."""
        from babel.dates import format_date  # noqa: PLC0415

        text = format_date(day, "long", locale=_locale(self.language))
        # CLDR has "1 septembre", which nobody writes in a letter.
        return text.replace("1 ", "1er ", 1) if self.language == "fr" and day.day == 1 else text

    def month(self, day: date) -> str:
        """The month of a date: ``March 2026``."""
        from babel.dates import format_date  # noqa: PLC0415

        return format_date(day, "LLLL y", locale=_locale(self.language))

    def period(self, first_day: date, last_day: date) -> str:
        """A period as people name it: a month, months in a row, a day, or its first and last day (inclusive)."""
        if first_day == last_day:
            return self.day(first_day)
        if first_day.day != 1 or (last_day + ONE_DAY).day != 1:
            return f"{self.day(first_day)} {_TO[self.language][1]} {self.day(last_day)}"
        first, last = self.month(first_day), self.month(last_day)
        return first if first == last else f"{first} {_TO[self.language][0]} {last}"

    def label(self, first_day: date, last_day: date) -> str:
        """The same period as the statement names it, in no language: ``2026-03``, ``2026-03 – 2026-08``."""
        return period_label(first_day, last_day).replace(" to ", " – ")

    def number(self, number: int) -> str:
        """A count: ``6``, ``1,200``."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        return format_decimal(number, format="#,##0", locale=_locale(self.language))

    def listed(self, words: Sequence[str]) -> str:
        """Words in a sentence: ``a``, ``a and b``, ``a, b and c``."""
        from babel.lists import format_list  # noqa: PLC0415

        return format_list(list(words), locale=_locale(self.language)) if words else ""
