"""The tone of a letter: no blame, no plea, no threat, no third way; in every language, also in templates of one's own.

Comes in: a page, or a sentence of the user's own. Goes out: each word that a letter must not have, with its place. Only
the words of the template are looked at: a client may be called Discount Floors. Must not know what the letter is about.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.recovery.writing.page import Page, Runs

Tone = Literal["blame", "plea", "threat", "third_way"]
FACT = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in the place of a fact, so that the words around it never join."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?]) ")
_WHAT: dict[Tone, str] = {
    "blame": "This puts blame on somebody. The mistake is ours, and the client is not late: no invoice existed.",
    "plea": "This pleads. A letter states what is owed and asks one question.",
    "threat": "This threatens. Nothing is due before there is an invoice.",
    "third_way": "This speaks of a third way. A notice offers two ways to be billed for the full amount, and no other.",
}


class ForbiddenWordsError(Problem):
    """A letter to a client must not say this."""

    remedy = "Put it in other words, or leave it out."


class Found(NamedTuple):
    """A word that does not belong into a letter, as it stands there."""

    words: str
    tone: Tone


def find(text: str, language: str, tones: Iterable[Tone]) -> Iterator[Found]:
    """Each word of these tones, in the order of the text."""
    hits = []
    for tone in tones:
        hits += [(match.start(), Found(match[0], tone)) for match in _pattern(language, tone).finditer(text)]
    return (found for _, found in sorted(hits))


def check_tone(page: Page, tones: Iterable[Tone]) -> list[Problem]:
    """All words of a page's template that have one of these tones, and every apology but the first."""
    wanted, problems, apologies = tuple(tones), [], 0
    for part in page.parts:
        where = f"{page.template}, part {part.name!r}"
        for runs in part.lines():
            words = _own_words(runs)
            problems += [
                ForbiddenWordsError(where, found.words, what=_WHAT[found.tone])
                for found in find(words, page.language, wanted)
            ]
            for sentence in _SENTENCE_ENDS.split(words):
                apology = _pattern(page.language, "apology").search(sentence)
                apologies += apology is not None
                if apology is not None and apologies > 1:
                    what = "This apologises a second time; once, in one sentence, is enough."
                    problems.append(ForbiddenWordsError(where, apology[0], what=what))
    return list(problems)


def _own_words(runs: Runs) -> str:
    """The words of the template in a line; a fact is one character, and spaces are plain ones."""
    text = "".join(FACT if run.is_fact else run.text for run in runs)
    return " ".join(text.split()).replace("’", "'")


@lru_cache(maxsize=32)
def _pattern(language: str, tone: str) -> re.Pattern[str]:
    phrases: list[str] = _words()[language][tone]
    return re.compile(rf"(?i)\b(?:{'|'.join(phrases)})")


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, list[str]]]:
    text = resources.files("billcheck.recovery.writing").joinpath("tone.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
