"""Rows of CSV files that spreadsheets open too: no text in them begins a formula.

Comes in: texts and amounts. Goes out: cells, and the whole text of a file by RFC 4180. Must not know columns.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.contracts.sheets import guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

_AFTER_SEMICOLON = re.compile(r"(?<=;)(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def text_cell(text: str) -> str:
    """A text that begins no formula, neither here nor after a semicolon, where some spreadsheets begin a cell."""
    return _AFTER_SEMICOLON.sub(r"\1'", guarded(visible(text)))


def percent_text(percent: Decimal) -> str:
    """A percentage without needless zeros: ``21``, ``7.5``."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def table_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The text of a CSV file with a heading row."""
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return stream.getvalue()
