"""Placeholders of a template that nobody filled in, such as "[Month Year]" or "{{period}}".

Comes in: any text. Goes out: the first such placeholder that stands for a date or a period. Must not know periods.
"""

from __future__ import annotations

import re

from billcheck.periods.words import PLACEHOLDERS

_WORD = "(?:" + "|".join(sorted(PLACEHOLDERS, key=len, reverse=True)) + r")(?![^\W_])"
# In single brackets people write remarks too, so nothing but such words may stand there ("[Month Year +1]").
_ONLY = rf"\s*(?:{_WORD}[\s_./:,+-]*(?:[+-]?\s*[0-9]{{1,2}})?\s*)+"
_SOMEWHERE = rf"(?:[\w.\s|:+-]*[\W_])?{_WORD}[\w.\s|:+-]*"
_PLACEHOLDER = re.compile(
    rf"\[{{1,2}}{_ONLY}\]{{1,2}}|<{{1,2}}{_ONLY}>{{1,2}}|%{{1,2}}{_ONLY}%{{1,2}}|\{{{_ONLY}\}}"
    rf"|#{_ONLY}#|\{{\{{{_SOMEWHERE}\}}\}}|\$\{{{_SOMEWHERE}\}}",
    re.IGNORECASE,
)
_OPENINGS = re.compile(r"[\[{<%#]")


def find_placeholder(text: str) -> str:
    """The first placeholder of a date or period in the text as it is written, else an empty string."""
    if _OPENINGS.search(text) is None:
        return ""
    found = _PLACEHOLDER.search(text)
    return "" if found is None else found[0]
