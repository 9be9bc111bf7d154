"""What an invoice text says beside its dates: by which words two lines bill the same thing.

Comes in: any text. Goes out: its words without dates, period words and numbers, and the longest run of them that stands
in the text as it is written. Must not know lines, amounts or contracts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.ledger.names import fold_code
from billcheck.periods.kinds import Kind
from billcheck.periods.placeholders import find_placeholder
from billcheck.periods.tokens import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAYING = frozenset({Kind.WORD, Kind.BILLED, Kind.PRICE, Kind.WITHOUT, Kind.INVOICE, Kind.DOCUMENT})
"""Kinds of words that say what is billed. A word that is a date in any language says nothing."""
_JOINING = frozenset({Kind.FILLER, Kind.OF, Kind.AND})
"""Kinds of words that only stand between such words."""
_NUMBERED = frozenset({Kind.DAY, Kind.NUMBER})
_LONGEST_NAME = 60


folded = lru_cache(maxsize=65_536)(fold_code)
"""The folded spelling of a code; of one that stands on every line it is worked out once."""


class Wording(NamedTuple):
    """What a text says beside its dates.

    `words` tells things apart, `numbered` has the numbers too, with which "Server 1" is not "Server 2". `phrases` are
    runs of words as they stand in the text, in its order.
    """

    words: str
    numbered: str
    phrases: tuple[str, ...]


_NOTHING = Wording("", "", ())


@lru_cache(maxsize=65_536)
def wording_of(text: str) -> Wording:
    """What a text says beside its dates."""
    if not text.strip():
        return _NOTHING
    placeholder = find_placeholder(text)
    numbered: list[str] = []
    phrases: list[list[tuple[str, bool]]] = [[]]
    for token in cut(text.replace(placeholder, " ") if placeholder else text):
        spelling, kinds = token.text.strip(), frozenset(token.kinds)
        is_code = any(character.isdigit() for character in spelling)
        if spelling and not is_code and kinds <= _SAYING | _JOINING:
            phrases[-1].append((spelling, not kinds & _JOINING))
            continue
        if is_code and (kinds <= _SAYING or kinds <= _NUMBERED):
            numbered.append(spelling)
        phrases.append([])
    whole = [_without_edges(phrase) for phrase in phrases]
    words = fold_code(" ".join(spelling for phrase in phrases for spelling, is_saying in phrase if is_saying))
    return Wording(words, fold_code(" ".join([words, *numbered])), tuple(filter(None, whole)))


def _without_edges(phrase: list[tuple[str, bool]]) -> str:
    """The words from the first to the last that says something."""
    saying = [index for index, (_, is_saying) in enumerate(phrase) if is_saying]
    return " ".join(spelling for spelling, _ in phrase[saying[0] : saying[-1] + 1]) if saying else ""


def name_in(texts: Iterable[str]) -> str:
    """The longest run of words that all texts share, as the first of them spells it; empty where they share none."""
    wordings = [wording_of(text) for text in dict.fromkeys(texts)]
    if not wordings:
        return ""
    others = [frozenset(map(fold_code, wording.phrases)) for wording in wordings[1:]]
    shared = [
        phrase
        for phrase in wordings[0].phrases
        if len(phrase) <= _LONGEST_NAME and all(fold_code(phrase) in phrases for phrases in others)
    ]
    return max(shared, key=lambda phrase: (len(phrase), phrase), default="")
