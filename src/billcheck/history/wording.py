"""What an invoice text says beside its dates: by which words two lines bill the same thing.

Comes in: any text. Goes out: its words without dates, period words and numbers, and runs of them that stand in the text
as it is written; of those that make a name only what was read as a period is missing. Must not know lines, amounts or
contracts.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, NamedTuple

from billcheck.ledger.names import fold_code
from billcheck.periods.kinds import Kind
from billcheck.periods.placeholders import find_placeholder
from billcheck.periods.reading import read
from billcheck.periods.tokens import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SAYING = frozenset({Kind.WORD, Kind.BILLED, Kind.PRICE, Kind.WITHOUT, Kind.INVOICE, Kind.DOCUMENT})
"""Kinds of words that say what is billed. A word that is a date in any language says nothing."""
_JOINING = frozenset({Kind.FILLER, Kind.OF, Kind.AND})
"""Kinds of words that only stand between such words."""
_NUMBERED = frozenset({Kind.DAY, Kind.NUMBER})
_NAMING = frozenset({Kind.MONTH, Kind.ORDINAL})
"""Kinds of words that may be a part of a name where they are none of a period: "Jan", "May", "second"."""
_ELSEWHERE = _NAMING | {Kind.OPEN, Kind.DURATION, Kind.HALF_WORD, Kind.QUARTER_WORD}
"""With those that a name may begin with, and does not end with: "weekly", "annual", "quarter"."""
_HYPHENS = frozenset("-\u2010\u2011")
_LONGEST_NAME = 60
_MOST_WORDS = 16


folded = lru_cache(maxsize=65_536)(fold_code)
"""The folded spelling of a code; of one that stands on every line it is worked out once."""


class Word(NamedTuple):
    """A word of a name. It `may_begin` one, and `may_end` one, or only stands between others."""

    spelling: str
    may_begin: bool
    may_end: bool


class Wording(NamedTuple):
    """What a text says beside its dates.

    `words` tells things apart, `numbered` has the numbers too, with which "Server 1" is not "Server 2". `phrases` are
    runs of words as they stand in the text, in its order. `runs` are the same with words that may be a month or a
    period elsewhere and are none here ("Set", "May", "second"), and with the hyphens of words ("Set-up").
    """

    words: str
    numbered: str
    phrases: tuple[str, ...]
    runs: tuple[tuple[Word, ...], ...]


_NOTHING = Wording("", "", (), ())


@lru_cache(maxsize=65_536)
def wording_of(text: str) -> Wording:
    """What a text says beside its dates."""
    if not text.strip():
        return _NOTHING
    placeholder = find_placeholder(text)
    if placeholder:
        text = text.replace(placeholder, " ")
    numbered: list[str] = []
    phrases: list[list[tuple[str, bool]]] = [[]]
    runs = _Runs(text)
    seen: Counter[str] = Counter()
    for token in cut(text):
        spelling, kinds = token.text.strip(), frozenset(token.kinds)
        seen[spelling] += 1
        is_code = any(character.isdigit() for character in spelling)
        if spelling and not is_code and kinds <= _SAYING | _JOINING:
            is_saying = not kinds & _JOINING
            phrases[-1].append((spelling, is_saying))
            runs.add(Word(spelling, is_saying, is_saying))
            continue
        if is_code and (kinds <= _SAYING or kinds <= _NUMBERED):
            numbered.append(spelling)
        phrases.append([])
        if spelling in _HYPHENS:
            runs.hyphen(spelling)
        elif is_code or not any(map(str.isalpha, spelling)):
            runs.end()
        elif not kinds & _ELSEWHERE:
            runs.add_apart(spelling)
        elif _is_of_period(text, spelling, seen[spelling]):
            runs.end()
        else:
            runs.add(Word(spelling, True, bool(kinds & _NAMING)))  # noqa: FBT003 - as its fields say
    whole = [_without_edges(phrase) for phrase in phrases]
    words = fold_code(" ".join(spelling for phrase in phrases for spelling, is_saying in phrase if is_saying))
    numbers = fold_code(" ".join([words, *numbered]))
    return Wording(words, numbers, tuple(filter(None, whole)), runs.whole())


class _Runs:
    """Runs of words as they are found one after the other; words that a hyphen ties together are one word."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: list[list[Word]] = [[]]
        self._apart = ""
        self._hyphen = ""

    def add(self, word: Word) -> None:
        """The next word of a name."""
        if not self._is_tied(word.spelling):
            if self._hyphen or self._apart:
                self.end()
            self._runs[-1].append(word)
        self._apart = self._hyphen = ""

    def add_apart(self, spelling: str) -> None:
        """A word that is a part of a name only where a hyphen ties it to another."""
        is_tied = self._is_tied(spelling)
        if not is_tied and (self._hyphen or self._apart):
            self.end()
        self._apart, self._hyphen = "" if is_tied else spelling, ""

    def _is_tied(self, spelling: str) -> bool:
        """Whether a hyphen ties a word to the one before it; then they are one word of the run."""
        before = self._apart or (self._runs[-1][-1].spelling if self._runs[-1] else "")
        whole = f"{before}{self._hyphen}{spelling}"
        if not before or not self._hyphen or whole not in self._text:
            return False
        if not self._apart:
            self._runs[-1].pop()
        self._runs[-1].append(Word(whole, may_begin=True, may_end=True))
        return True

    def hyphen(self, spelling: str) -> None:
        """A hyphen: whether it ties two words the next one tells."""
        if self._hyphen:
            self.end()
        self._hyphen = spelling

    def end(self) -> None:
        """Something that is no word of a name."""
        self._runs.append([])
        self._apart = self._hyphen = ""

    def whole(self) -> tuple[tuple[Word, ...], ...]:
        """All runs that hold words."""
        return tuple(tuple(run) for run in self._runs if run)


def _is_of_period(text: str, spelling: str, count: int) -> bool:
    """Whether a word is a part of the period that was read in a text: without it, something else is read.

    Args:
        text: The text.
        spelling: The word.
        count: Which of the words spelt so, from 1.
    """
    reading = read(text)
    if reading.span is None:
        return False
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(spelling)}(?!\w)", text)]
    if len(places) < count:
        return True
    start, end = places[count - 1]
    without = read(text[:start] + text[end:])
    return (without.span, without.dated) != (reading.span, reading.dated)


def _without_edges(phrase: list[tuple[str, bool]]) -> str:
    """The words from the first to the last that says something."""
    saying = [index for index, (_, is_saying) in enumerate(phrase) if is_saying]
    return " ".join(spelling for spelling, _ in phrase[saying[0] : saying[-1] + 1]) if saying else ""


def name_in(texts: Iterable[str]) -> str:
    """The longest run of words that all texts share, as the first of them spells it; empty where they share none."""
    wordings = [wording_of(text) for text in dict.fromkeys(texts)]
    if not wordings:
        return ""
    others = list(dict.fromkeys(map(_spaced, wordings[1:])))
    found = ""
    for name in dict.fromkeys(_names_in(wordings[0])):
        if (len(name), name) > (len(found), found):
            folded_name = f" {fold_code(name)} "
            if all(folded_name in other for other in others):
                found = name
    return found


def _spaced(wording: Wording) -> str:
    """All runs of a text, folded, in which a name between spaces is found by plain containment."""
    runs = (" ".join(word.spelling for word in run) for run in wording.runs)
    return "".join(f" {fold_code(run)} |" for run in runs)


def _names_in(wording: Wording) -> Iterator[str]:
    """The runs of words in a text that may be a name, however short; words that say something stand in each."""
    for run in wording.runs:
        few = run[:_MOST_WORDS]
        for first, last in combinations_with_replacement(range(len(few)), 2):
            words = few[first : last + 1]
            name = " ".join(word.spelling for word in words)
            if words[0].may_begin and words[-1].may_end and len(name) <= _LONGEST_NAME:
                yield name
