"""What to write instead of a heading that stands for no key.

Comes in: the heading, and a heading for every key there is. Goes out: one sentence with the heading that was probably
meant, or with those that a table of values is spread over; empty where none is near. Must not know sheets or contracts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.faults import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_EXAMPLES = 3


def hint_on_heading(heading: str, names: Sequence[str]) -> str:
    """What to do about a heading that is none.

    Args:
        heading: The heading as written.
        names: All headings, the tables of lists with the number 1.
    """
    words = heading.split(".")
    plain = _plain(words)
    is_of_contract = words[0] == "contract"
    below = [
        name
        for name in names
        if _plain(name.split("."))[: len(plain)] == plain and name.startswith("contract.") is is_of_contract
    ]
    exact = [name for name in below if _plain(name.split(".")) == plain]
    if exact and len(exact[0].split(".")) > len(words):
        return f'The items of a list are numbered: write "{_numbered(exact[0], words)}".'
    if below and not exact:
        nearest = sorted(below, key=lambda name: name.count("."))[:_MOST_EXAMPLES]
        shown = [f'"{_numbered(name, words)}"' for name in nearest]
        listed = " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]
        return f"Its values stand in columns of their own: head them {listed}, as needed."
    near = suggest(".".join("1" if word.isdecimal() else word for word in words), names)
    return _numbered(near, words) if near else ""


def has_table(heading: str, names: Sequence[str]) -> bool:
    """Whether the first word of a heading is one that headings begin with."""
    first = _plain(heading.split("."))[:1]
    return any(_plain(name.split("."))[:1] == first for name in names)


def _plain(words: Sequence[str]) -> list[str]:
    """The words without the numbers of items, and without ``contract``, which may be left out."""
    kept = [word for word in words if not word.isdecimal()]
    return kept[1:] if kept[:1] == ["contract"] and len(kept) > 1 else kept


def _numbered(text: str, words: Sequence[str]) -> str:
    """A text with the numbers of the written heading, in their order, in the place of the ones of a suggestion."""
    numbers = [word for word in words if word.isdecimal() and word != "0"]
    parts = text.split(".")
    for index, part in enumerate(parts):
        if numbers and part == "1":
            parts[index] = numbers.pop(0)
    return ".".join(parts)
