"""Names of files made from numbers of documents, safe in any folder of any system.

Comes in: numbers as people and programs write them. Goes out: a name for each, of plain characters, inside the folder
it is put into, none like another even where case makes no difference. Must not know what the files hold.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 80
"""Characters of a name before its ending."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._]+")


def file_names(numbers: Iterable[str], ending: str) -> tuple[str, ...]:
    """A name for each number, in order; numbers that come to one name are counted apart.

    Args:
        numbers: The numbers of the documents.
        ending: What every name ends with, as ``.csv``.
    """
    taken: set[str] = set()
    names: list[str] = []
    for number in numbers:
        plain, count = slug(number), 1
        name = plain
        while name.lower() in taken:
            count += 1
            tail = f"-{count}"
            name = f"{plain[: LONGEST - len(tail)]}{tail}"
        taken.add(name.lower())
        names.append(f"{name}{ending}")
    return tuple(names)


def slug(number: str) -> str:
    """The number in plain letters, figures, points, underscores and hyphens: never empty, hidden or reserved."""
    plain = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    joined = _NOT_PLAIN.sub("-", plain)[:LONGEST].strip("-._")
    if not joined:
        return "document"
    return f"document-{joined}"[:LONGEST].rstrip("-._") if _RESERVED.fullmatch(joined) else joined
