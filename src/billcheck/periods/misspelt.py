"""A month that is probably meant and cannot be read, such as "Febuary 2026": a word beside a year, one slip from it.

Comes in: the text of a line that names no period. Goes out: the word and year as they are written, and the month that
may be meant; it is never taken for a period. Two neighbouring letters that changed places are a slip in any month, one
letter too many, too few or another one only in long names, where no other word is as near. Must not know dates.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from billcheck.periods.kinds import Kind
from billcheck.periods.words import WORDS

SHORTEST = 5
"""Letters of a month's name that can be told from other words by two that changed places."""
LONG = 7
"""Letters of a name that can be told by one letter more, less or other."""

_DATED_WORD = re.compile(rf"([^\W\d_]{{{SHORTEST},}})[ ,./'-]{{1,2}}(20[0-9]{{2}})(?![0-9])")
_MONTHS = {
    word: entry.number
    for word, entry in WORDS.items()
    if Kind.MONTH in entry.kinds and len(word) >= SHORTEST and word.isalpha()
}


class Misspelt(NamedTuple):
    """What a text says, as it is written, and the month it may mean."""

    written: str
    year: int
    month: int


def find_misspelt_month(text: str) -> Misspelt | None:
    """The first word beside a year that is no word we know and one slip from the name of just one month."""
    if "20" not in text:
        return None
    for found in _DATED_WORD.finditer(text):
        month = _month_like(found[1].lower())
        if month:
            return Misspelt(found[0], int(found[2]), month)
    return None


@lru_cache(maxsize=4096)
def _month_like(word: str) -> int:
    """The number of the only month that a word may be meant for; 0 where there is none, or the word is known."""
    if word in WORDS:
        return 0
    near = {month for name, month in _MONTHS.items() if abs(len(name) - len(word)) <= 1 and _is_slip(word, name)}
    return near.pop() if len(near) == 1 else 0


def _is_slip(word: str, name: str) -> bool:
    """Whether a word is a name with two neighbours changed about, or, where that is long, one letter of it amiss."""
    if len(word) == len(name):
        differing = [place for place, letters in enumerate(zip(word, name, strict=True)) if len({*letters}) > 1]
        if len(differing) == 1:
            return len(name) >= LONG
        return any(
            differing == [first, second] and word[first] == name[second] and word[second] == name[first]
            for first, second in pairwise(range(len(name)))
        )
    longer, shorter = (word, name) if len(word) > len(name) else (name, word)
    return len(longer) >= LONG and any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
