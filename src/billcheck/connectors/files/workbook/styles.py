"""How numbers of a workbook are shown, which alone tells a date from an amount.

Comes in: the part with the cell styles. Goes out: for each style what its numbers are. Must not know cells.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from billcheck.spreadsheets import parse_elements

if TYPE_CHECKING:
    from collections.abc import Iterable


class Shown(Enum):
    """What a number is shown as."""

    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"


_BUILT_IN = {
    **dict.fromkeys((9, 10), Shown.PERCENT),
    **dict.fromkeys((14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, *range(50, 55), 57, 58), Shown.DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), Shown.TIME),
}
"""The formats that have a number and no text; those from 27 on count in East Asian editions only."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_FRACTION = re.compile(r"s+[.,]0+", re.IGNORECASE)


def read_styles(blocks: Iterable[bytes]) -> list[Shown]:
    """What the numbers of each cell style are, in the order of the styles.

    Raises:
        ExpatError: The part is no markup.
    """
    formats: dict[str, Shown] = {}
    styles: list[Shown] = []
    is_of_cells = False

    def start(tag: str, own: dict[str, str]) -> None:
        nonlocal is_of_cells
        if tag == "numFmt":
            formats[own.get("numFmtId", "")] = shown_by(own.get("formatCode", ""))
        elif tag in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
            is_of_cells = tag == "cellXfs"
        elif tag == "xf" and is_of_cells:
            number = own.get("numFmtId", "0")
            known = _BUILT_IN.get(int(number), Shown.NUMBER) if number.isdecimal() else Shown.NUMBER
            styles.append(formats.get(number, known))

    parse_elements(blocks, start)
    return styles


def shown_by(code: str) -> Shown:
    """What a format makes of a number, by its part for positive ones."""
    section = _LITERAL.sub("", code).partition(";")[0]
    if _ELAPSED.search(section):
        return Shown.TIME
    section = _FRACTION.sub("s", _BRACKET.sub("", section)).casefold()
    if "%" in section:
        return Shown.PERCENT
    if "general" in section or any(mark in section for mark in "0#?"):
        return Shown.NUMBER
    if any(letter in section for letter in "ydge") or ("m" in section and not any(mark in section for mark in "hs")):
        return Shown.DATE
    return Shown.TIME if any(letter in section for letter in "hms") else Shown.NUMBER
