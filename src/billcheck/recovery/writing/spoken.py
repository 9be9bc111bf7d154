"""Which language a sentence of the user's own seems to be in, by its little words.

Comes in: a sentence, and the language of a letter. Goes out: whether the two seem to go together; short sentences tell
little, so nothing is ever refused by it. Must not know letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.recovery.writing.language import Language

_LISTS: Mapping[Language, str] = {
    "en": ("a an and at by for from had has have in is it not of on our that the this to was we were when with your"),
    "nl": (
        "bij dat de deze die door een en er hebben heeft het in is met naar niet om onze op te toen uit uw "
        "van voor was we werd wij zijn zonder"
    ),
    "de": (
        "als am auf aus bei beim das dem den der des die durch ein eine einem einen einer für haben hat ihre "
        "ihrer im in ist mit nach nicht ohne seit um und unser unsere unserer vom von war was wir wurde "
        "wurden zu zum zur"
    ),
    "fr": (
        "a au aux avec avons ce cette d dans de des du en est et il l la le les lors n notre nous par pas "
        "pour qu que qui sans sur un une votre à était été"
    ),
}
_LITTLE_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def seems_to_be_in(text: str, language: Language) -> bool:
    """Whether a sentence reads as much like this language as like any other.

    One without any little word counts as English, in which causes are mostly written.
    """
    words = _WORD.findall(text.casefold())
    found = {each: sum(word in known for word in words) for each, known in _LITTLE_WORDS.items()}
    if not any(found.values()):
        return language == "en"
    return found[language] == max(found.values())
