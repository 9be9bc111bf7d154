"""One spelling for the names and codes that contracts and ledgers both write.

Comes in: a name as a person or a system wrote it. Goes out: its folded spelling, equal for spellings that differ only
in case, spaces, width, legal punctuation ("Hartwell Interieur B.V." and "HARTWELL INTERIEUR BV") or characters that
cannot be seen. Says nothing about names that merely look alike.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSEEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
"""Soft hyphens, joiners and spaces of no width, marks of writing direction: they come along with copied text."""
_DROPPED = str.maketrans(dict.fromkeys(".,'’`´\"", "")) | _UNSEEN
_DROPPED_IN_ASCII = ".,'`\""
_JOINED = str.maketrans({"–": "-", "—": "-", "\N{NON-BREAKING HYPHEN}": "-"})


def fold_name(name: str) -> str:
    """The spelling of a customer name to compare: case, spaces, width and legal punctuation folded."""
    if name.isascii():  # as most names are; the same outcome for a quarter of the work
        for mark in _DROPPED_IN_ASCII:
            name = name.replace(mark, "")
        return _joined(" ".join(name.lower().split()))
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_DROPPED).translate(_JOINED)
    # Once more: an accent may now follow the letter that a dropped mark parted it from.
    return _joined(" ".join(unicodedata.normalize("NFKC", plain).split()))


def _joined(name: str) -> str:
    """Without spaces around the colons between a customer and its sub-customers."""
    return name.replace(" :", ":").replace(": ", ":") if ":" in name else name


def fold_code(code: str) -> str:
    """The spelling of an id, item, account or reference to compare: case, outer spaces and unseen characters folded."""
    if code.isascii():
        return " ".join(code.lower().split())
    folded = unicodedata.normalize("NFKC", code).casefold().translate(_UNSEEN)
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def parents_of(name: str) -> Iterator[str]:
    """The folded names above that of a sub-customer, nearest first; "Parent:Child" is how QuickBooks writes one."""
    while ":" in name:
        name = name.rpartition(":")[0].rstrip()
        yield name


def spaced_words(text: str) -> str:
    """The words of a text, folded, between single spaces, so that whole words can be found by plain containment."""
    folded = fold_name(text)
    return f" {' '.join(''.join(char if char.isalnum() else ' ' for char in folded).split())} "
