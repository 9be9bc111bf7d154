"""Make `src/billcheck/periods/vocabulary.py` from CLDR and from `words.toml` beside this file.

Month names, quarter words and quarter letters come from CLDR, through Babel; the small words around them are ours.
After a change of `words.toml`, or a new Babel: ``python tests/periods/make_vocabulary.py``. A test proves that what is
committed is what this makes.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from babel import Locale

WORDS = Path(__file__).with_name("words.toml")
TARGET = Path(__file__).parents[2] / "src" / "billcheck" / "periods" / "vocabulary.py"

GROUPS = {
    "to": "t",
    "through": "T",
    "inclusive": "k",
    "until": "U",
    "up_to": "E",
    "and": "&",
    "of": "o",
    "between": "B",
    "from": "F",
    "filler": "f",
    "due": "C",
    "document": "R",
    "invoice": "i",
    "open": "P",
    "price": "p",
    "without": "e",
    "duration": "d",
    "billed": "g",
    "quarter": "q",
    "half": "h",
    "fiscal": "z",
}
LISTS = ("other", "doubtful", "names", "verbs", "modals", "dotted", "halves", "named", "streets", "placeholder")
UNACCENTED = ("fr", "es", "pt", "pl", "fi")
"""Languages whose writers leave accents out, in capitals or on foreign keyboards."""

KEPT_ACCENTS = frozenset({"março", "mês", "à", "é", "año", "años", "dès"})
"""Words that are another word without their accents ("marco", "a", "ano")."""

HEAD = '''"""The words of service periods in twelve languages, made by `tests/periods/make_vocabulary.py`; do not edit.

Comes in: nothing. Goes out: one line per language, key and words, in the language's order of precedence. A key is a
kind of `periods.kinds`, the number of a month, `ordinal` and a number, `letter` and a kind, or a list that
`periods.words` explains. An underscore in a word stands for a space. Must not know texts, dates or how words combine.
"""

from typing import Final

LANGUAGES: Final = {languages}
"""The languages that are read; English first, whose words serve where a text shows no language."""

TABLE: Final = """
{table}
"""
'''


def months_of(language: str) -> dict[int, list[str]]:
    """Every spelling that CLDR has for the months of a language, in lower case and without dots."""
    months: dict[int, list[str]] = {number: [] for number in range(1, 13)}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).months[context][width].items():
                months[number].append(name.lower().rstrip("."))
    return months


def quarters_of(language: str) -> tuple[set[str], set[str]]:
    """The words and the letters by which CLDR names quarters in a language."""
    forms = Locale(language).quarters["format"]
    names = [*forms["wide"].values(), *forms["abbreviated"].values()]
    letters = {name[0] for name in names if re.fullmatch("[A-Z][1-4]", name)} - {"Q"}
    spelt = (name.lower().rstrip(".").split()[-1] for name in names if " " in name)
    return set(spelt), letters


def with_unaccented(language: str, words: list[str]) -> list[str]:
    """The words, and their spelling without accents in languages where people write it."""
    more = [] if language not in UNACCENTED else [_unaccented(word) for word in words if word not in KEPT_ACCENTS]
    return list(dict.fromkeys([*words, *more]))


def _unaccented(word: str) -> str:
    plain = "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))
    return plain.replace("ł", "l")


def lines_of(language: str, ours: dict[str, Any]) -> list[str]:
    """The lines of one language."""
    rows: list[tuple[str, list[str]]] = []
    own_months = {int(number): spelt.split() for number, spelt in ours.get("months", {}).items()}
    for number, spelt in months_of(language).items():
        rows.append((str(number), [*spelt, *own_months.get(number, [])]))
    cldr_words, cldr_letters = quarters_of(language)
    letters = {kind: set(found) for kind, found in ours.get("letters", {}).items()}
    letters["q"] = letters.get("q", set()) | cldr_letters
    for group, kind in GROUPS.items():
        words = ours.get(group, "").split()
        rows.append((kind, [*words, *(sorted(cldr_words - set(words)) if group == "quarter" else [])]))
    rows += [(f"ordinal {number}", words.split()) for number, words in enumerate(ours.get("ordinals", []), 1)]
    rows = [(key, with_unaccented(language, words)) for key, words in rows]
    rows += [(f"letter {kind}", sorted(found)) for kind, found in sorted(letters.items())]
    for place in ("starts", "ends"):
        rows += [(f"{place} {GROUPS[group]}", words.split()) for group, words in ours.get(place, {}).items()]
    rows += [(name, ours.get(name, "").split()) for name in LISTS]
    lines: list[str] = []
    for key, words in rows:
        if words:
            head = f"{language} {key.replace(' ', '_')} "
            lines += [head + part for part in textwrap.wrap(" ".join(words), 119 - len(head), break_on_hyphens=False)]
    return lines


def make() -> str:
    """The text of the vocabulary module."""
    languages = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    table = "\n".join(line for language, ours in languages.items() for line in lines_of(language, ours))
    listed = "(" + ", ".join(f'"{language}"' for language in languages) + ")"
    return HEAD.format(languages=listed, table=table)


if __name__ == "__main__":
    TARGET.write_text(make(), encoding="utf-8")
