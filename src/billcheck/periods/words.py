"""What every known word means in every language that is read.

Comes in: the generated vocabulary. Goes out: for each word its kind per language, and the month, ordinal or length it
stands for. A word that one language gives a dangerous meaning ("since", "due", "per year") has it in all others that do
not use the word themselves: a text is refused sooner than read in the wrong language. Must not know texts or dates.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from billcheck.periods.kinds import Kind
from billcheck.periods.vocabulary import LANGUAGES, TABLE

ENGLISH = 1
"""The bit of English in a set of languages."""

FRENCH = 1 << LANGUAGES.index("fr")
ALL_LANGUAGES = (1 << len(LANGUAGES)) - 1
MONTHS_IN_QUARTER = 3
MONTHS_IN_HALF = 6

_JOINTS = (Kind.TO, Kind.THROUGH, Kind.UNTIL, Kind.UP_TO, Kind.FROM, Kind.BETWEEN)
# What a word is where only other languages know it: the first that applies.
_ELSEWHERE = {
    Kind.MONTH: Kind.UNREADABLE,
    **dict.fromkeys(_JOINTS, Kind.OPEN),
    **dict.fromkeys((Kind.OPEN, Kind.HALF_WORD, Kind.ORDINAL, Kind.FISCAL), Kind.OPEN),
    Kind.DUE: Kind.DUE,
    Kind.DOCUMENT: Kind.DOCUMENT,
    Kind.INVOICE: Kind.INVOICE,
    Kind.DURATION: Kind.DURATION,
    Kind.QUARTER_WORD: Kind.DURATION,
    Kind.PRICE: Kind.PRICE,
    Kind.INCLUSIVE: Kind.INCLUSIVE,
    Kind.WITHOUT: Kind.WITHOUT,
    Kind.BILLED: Kind.BILLED,
}


class Word(NamedTuple):
    """One word: its kind in each language (a single letter where all agree), its number, and who uses it.

    `number` is the month, the ordinal, or the months of a quarter or half year. `owners` are bits in the order of
    `LANGUAGES`.
    """

    kinds: str
    number: int = 0
    owners: int = 0


UNKNOWN = Word(Kind.WORD)


class _Meanings:
    """A table of words, sorted: a line names a language, a key, and words in which `_` stands for a space."""

    def __init__(self, table: str) -> None:
        self.kinds: dict[str, dict[int, str]] = {}
        self.numbers: dict[str, int] = {}
        self.letters: dict[str, int] = {}
        self.lists: dict[str, set[str]] = {}
        self.others: dict[int, set[str]] = {}
        self.starts: dict[str, Word] = {}
        self.ends: dict[str, Word] = {}
        self.wide: set[str] = set()
        self.short: set[str] = set()
        for line in table.strip().splitlines():
            language, key, *words = line.split()
            self._add(LANGUAGES.index(language), key, [word.replace("_", " ") for word in words])

    def _add(self, language: int, key: str, words: list[str]) -> None:
        kind, _, number = key.partition("_")
        if kind in {"starts", "ends"}:
            parts = self.starts if kind == "starts" else self.ends
            for word in words:
                parts[word] = Word(number, owners=1 << language | parts.get(word, UNKNOWN).owners)
        elif kind == "letter":
            for letter in words:
                self.letters[number + letter] = self.letters.get(number + letter, 0) | 1 << language
        elif kind == "other":
            self.others.setdefault(language, set()).update(words)
        elif kind.isdigit():
            self.wide.add(words[0])
            self.short.update(words[1:])
            self._name(language, Kind.MONTH, words, int(kind))
        elif kind == "ordinal":
            self._name(language, Kind.ORDINAL, words, int(number))
        elif len(kind) == 1:
            months = {Kind.QUARTER_WORD: MONTHS_IN_QUARTER, Kind.HALF_WORD: MONTHS_IN_HALF}.get(kind, 0)
            self._name(language, kind, words, months)
        else:
            self.lists.setdefault(kind, set()).update(words)

    def _name(self, language: int, kind: str, words: list[str], number: int) -> None:
        for word in words:
            self.kinds.setdefault(word, {}).setdefault(language, kind)
            if number:
                self.numbers.setdefault(word, number)

    def word(self, word: str) -> Word:
        """The meaning of one word in all languages."""
        own = self.kinds[word]
        elsewhere = next((there for kind, there in _ELSEWHERE.items() if kind in own.values()), Kind.WORD)
        kinds = [
            own.get(language) or (Kind.WORD if word in self.others.get(language, ()) else elsewhere)
            for language in range(len(LANGUAGES))
        ]
        text = kinds[0] if len(set(kinds)) == 1 else "".join(kinds)
        return Word(text, self.numbers.get(word, 0), sum(1 << language for language in own))


_MEANINGS = _Meanings(TABLE)

WORDS: dict[str, Word] = {word: _MEANINGS.word(word) for word in _MEANINGS.kinds}
"""Every known word, in lower case."""

_STARTS, _ENDS = tuple(_MEANINGS.starts), tuple(_MEANINGS.ends)
_SHORTEST_PART = 3


@lru_cache(maxsize=4096)
def unlisted_word(word: str) -> Word:
    """The meaning of a word in lower case that is not in `WORDS`: that of what it is put together with, if anything.

    "Mieterhöhung" is an increase and "Jahresabo" something for a year, in whatever language the rest is.
    """
    if word.startswith(_STARTS):
        part = max((start for start in _STARTS if word.startswith(start)), key=len)
        return _MEANINGS.starts[part]
    if word.endswith(_ENDS):
        part = max((end for end in _ENDS if word.endswith(end)), key=len)
        return _MEANINGS.ends[part] if len(word) >= len(part) + _SHORTEST_PART else UNKNOWN
    return UNKNOWN


PHRASES = frozenset(word for word in WORDS if not word.replace("'", "").isalpha())
"""Known words that hold spaces, dots or strokes ("t/m", "tot en met")."""

MONTHS = frozenset(word for word, entry in WORDS.items() if Kind.MONTH in entry.kinds)
"""Every spelling of a month."""

ABBREVIATIONS = frozenset(word for word in MONTHS if word not in _MEANINGS.wide and WORDS[word].owners & ENGLISH)
"""English months that are not written in full."""

ABBREVIATED = frozenset(
    word
    for word, entry in WORDS.items()
    if {Kind.DOCUMENT, Kind.QUARTER_WORD} & set(entry.kinds) or word in _MEANINGS.short
) | frozenset(_MEANINGS.lists["dotted"])
"""Words after which a dot may be that of an abbreviation ("Sept. 2026", "No. 12")."""

NAMES = frozenset(_MEANINGS.lists["names"])
"""Months that are people's names as well, never a month on their own."""

VERBS = frozenset(_MEANINGS.lists["verbs"])
"""Months that must be capitalised to be one on their own."""

MODALS = frozenset(_MEANINGS.lists["modals"])
"""Months that must be capitalised to be one at all."""

DOUBTFUL = frozenset(_MEANINGS.lists["doubtful"])
"""Months that need a year, or a word of their language beside them."""

WEAK = frozenset().union(*_MEANINGS.others.values()) & MONTHS
"""Months that are common words of another language: they always need a word of their own language beside them."""

HALVES = frozenset(_MEANINGS.lists["halves"])
"""What half of a month is called."""

NAMED = frozenset(_MEANINGS.lists["named"])
"""What bears a name, which may be a month: never a month alone behind it, without a year."""

STREETS = frozenset(_MEANINGS.lists["streets"])
"""What streets and squares are called, before a name that may be a day of a month."""

PLACEHOLDERS = frozenset(_MEANINGS.lists["placeholder"])
"""The words templates leave in brackets where a date belongs."""

LETTERS: dict[str, int] = {"qQ": ALL_LANGUAGES, "hH": ALL_LANGUAGES} | _MEANINGS.letters
"""The languages in which a kind (q or h) and a letter before a number name a quarter or half year."""

INVOICES = frozenset(word for word, entry in WORDS.items() if Kind.INVOICE in entry.kinds)
"""What an invoice is called, in any language."""


def is_document_word(word: str) -> bool:
    """Whether a word in lower case stands before the number of a document ("no", "nummer", "Rechnungsnummer")."""
    return Kind.DOCUMENT in (WORDS.get(word) or unlisted_word(word)).kinds
