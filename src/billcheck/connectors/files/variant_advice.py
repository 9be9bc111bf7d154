"""All variants of a profile that a refused file needs, so that they need not be found out one refusal after the other.

Comes in: why a file was refused, and its first block. Goes out: the same faults, where several variants are needed with
the one name of a profile that has them all. Must not know documents, nor read a file any differently.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from billcheck.connectors.files.columns import AMOUNT_FIELDS, OpenDecimalMarkError, OtherDecimalMarkError
from billcheck.connectors.files.date_order import DATE_FIELDS, OpenDateOrderError
from billcheck.connectors.files.limits import BLOCK_BYTES
from billcheck.connectors.files.text import UTF8
from billcheck.connectors.files.tokens import NotUtf8Error
from billcheck.grammar import APOSTROPHES, SPACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.stream import Stream
    from billcheck.errors import Problem

FOREIGN_ENCODING = "cp1252"
"""What exports are written in that are not UTF-8; every byte but five is a letter in it."""

_COMMA = re.compile(rf"[^0-9]{{0,6}}[0-9][0-9.{SPACES}{APOSTROPHES}]*,[0-9]{{1,2}}[^0-9]{{0,6}}")
_POINT = re.compile(rf"[^0-9]{{0,6}}[0-9][0-9,{SPACES}{APOSTROPHES}]*\.[0-9]{{1,2}}[^0-9]{{0,6}}")
"""Amounts that show their decimal mark, with whatever signs stand beside them."""


def advise(problems: Iterable[Problem], stream: Stream, layout: Layout) -> list[Problem]:
    """The faults of a file; those that a variant settles name all variants that the beginning of the file needs.

    Args:
        problems: Why the file was refused.
        stream: The file.
        layout: Its columns, and the profile it was read with.
    """
    advised: list[Problem] = []
    for problem in problems:
        if isinstance(problem, NotUtf8Error | OtherDecimalMarkError | OpenDecimalMarkError | OpenDateOrderError):
            names = ":".join([layout.profile.id, *_needed(stream, layout)])
            if names.count(":") > 1:  # one variant alone is what the fault itself names
                other = " (or month-first instead of day-first)" if "day-first" in names else ""
                remedy = f"By its first rows the file needs all of this: --profile {names}{other}."
                advised.append(type(problem)(problem.where, problem.value, what=problem.what, remedy=remedy))
                continue
        advised.append(problem)
    return advised


def _needed(stream: Stream, layout: Layout) -> list[str]:
    """The variants that the first rows need beside those already named."""
    profile = layout.profile
    head = next(stream.blocks(), b"")
    needed, encoding = [], UTF8
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError as error:
        # A letter may be cut in two at the end of the block.
        is_cut = len(head) == BLOCK_BYTES and error.start > len(head) - 4
        encoding = encoding if is_cut else FOREIGN_ENCODING
        needed += [] if is_cut else [FOREIGN_ENCODING]
        text = head.decode(encoding, "replace")
    cells = list(_cells(text, layout))
    amounts = [cell for name, cell in cells if name in AMOUNT_FIELDS]
    has_comma, has_point = (any(map(mark.fullmatch, amounts)) for mark in (_COMMA, _POINT))
    if has_comma and not has_point and profile.values.marks.decimal == ".":
        needed.append("decimal-comma")
    if profile.values.date_order is None:
        readings = [profile.values.dates.read(cell) for name, cell in cells if name in DATE_FIELDS]
        if any(not one.is_same and not one.proof for one in readings) and not any(one.proof for one in readings):
            needed.append("day-first")
    return [name for name in needed if name in profile.variants]


def _cells(text: str, layout: Layout) -> Iterator[tuple[str, str]]:
    """Field and text of the cells of all rows that have as many as the heading; the last may be cut off."""
    rows = csv.reader(text.splitlines(keepends=True), delimiter=layout.delimiter.decode())
    for row in rows:
        if len(row) == layout.width:
            for name, column in layout.fields.items():
                yield name, row[column].strip()
