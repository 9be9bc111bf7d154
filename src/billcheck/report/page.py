"""Text for a terminal, a file or a log: lines of spans, each with a role that a face may colour.

Comes in: words and data. Goes out: lines whose plain text is complete without any colour, and in which control and
bidirectional characters of the data are shown as escapes, so that a name in a ledger can neither move the cursor nor
turn the text around. Must not know reports, terminals or colours.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Role = Literal["plain", "heading", "muted", "strong", "good", "attention", "bad"]
Align = Literal["left", "right"]

_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_ZERO_WIDTH_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_WIDE = frozenset({"W", "F"})


def visible(text: str) -> str:
    r"""The text with control, bidirectional and other invisible characters written as escapes such as ``\x1b``.

    The two joiners that some scripts need inside words stay. Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES or character in _JOINERS:
        return character
    number = ord(character)
    if number <= 0xFF:  # noqa: PLR2004 - two hexadecimal digits
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - four digits


def width_of(text: str) -> int:
    """Columns the text takes on a terminal: wide East Asian characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(character) in _ZERO_WIDTH_CATEGORIES
        else 2
        if unicodedata.east_asian_width(character) in _WIDE
        else 1
        for character in text
    )


def pad(text: str, width: int, align: Align = "left") -> str:
    """The text filled with spaces to `width` columns; a longer text stays whole."""
    fill = " " * max(width - width_of(text), 0)
    return fill + text if align == "right" else text + fill


class Span(NamedTuple):
    """A run of text with one role."""

    text: str
    role: Role = "plain"


Line = tuple[Span, ...]
BLANK: Line = ()


def line(text: str, role: Role = "plain", *, indent: int = 0) -> Line:
    """One line of one role; `indent` counts columns."""
    return (Span(" " * indent + visible(text), role),)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text without colour, one trailing newline each, no spaces at their ends."""
    return "".join("".join(span.text for span in spans).rstrip() + "\n" for spans in lines)


def grid(
    rows: Sequence[Sequence[Span]], aligns: Sequence[Align], *, indent: int = 0, gap: int = 2, head: bool = True
) -> list[Line]:
    """Rows of cells as lines with aligned columns, the first row as a heading if `head`.

    Nothing is wrapped or cut. A row may have fewer cells than there are columns.
    """
    cells = [[Span(visible(span.text), span.role) for span in row] for row in rows]
    widths = [max((width_of(row[i].text) for row in cells if i < len(row)), default=0) for i in range(len(aligns))]
    lines: list[Line] = []
    for number, row in enumerate(cells):
        spans = [Span(" " * indent)]
        for index, span in enumerate(row):
            role: Role = "muted" if head and not number else span.role
            if index:
                spans.append(Span(" " * gap))
            spans.append(Span(pad(span.text, widths[index], aligns[index]), role))
        lines.append(tuple(spans))
    return lines
