"""Text for a terminal, a file or a log: lines of spans, each with a role that a face may colour.

Comes in: words and data. Goes out: lines whose plain text is complete without any colour. All that is printed of them
goes through `shown`, where control and bidirectional characters of the data become escapes, so that a name in a ledger
can neither move the cursor nor turn the text around. Must not know reports, terminals or colours.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.characters import visible, without_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Role = Literal["plain", "heading", "muted", "strong", "good", "attention", "bad"]
Align = Literal["left", "right"]

_ZERO_WIDTH_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_WIDE = frozenset({"W", "F"})


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
    return (Span(" " * indent + text, role),)


def shown(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines as they go out: all of their characters are seen, and none is a command to a terminal or a runner."""
    for spans in lines:
        is_begun = False
        safe = []
        for text, role in spans:
            seen = without_commands(visible(text), begins_line=not is_begun)
            is_begun = is_begun or not seen.isspace()
            safe.append(Span(seen, role))
        yield tuple(safe)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text without colour, one trailing newline each, no spaces at their ends."""
    return "".join("".join(span.text for span in spans).rstrip() + "\n" for spans in shown(lines))


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
