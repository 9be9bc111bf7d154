"""The first rows of a file of unknown kind, cut as its headings suggest.

Comes in: a file. Goes out: a `Sample`: its headings and first rows, and how they are written. It serves a draft
that a person looks over, and no ledger. Must not know profiles, or what a cell means.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.connectors.files import delimited
from billcheck.connectors.files.heading import DELIMITERS, fold_heading
from billcheck.connectors.files.heading_words import HEADINGS, OPEN_AMOUNTS, match
from billcheck.connectors.files.invoice_xml import is_xml
from billcheck.connectors.files.limits import HEADING_ROWS
from billcheck.connectors.files.text import UTF8, TextFile, UndecodableError
from billcheck.connectors.files.workbook import MARK, OLD_MARK
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.connectors.files.cells import CellRow

SAMPLE_ROWS = 2_000
"""Rows a draft looks at."""
ENCODINGS = (UTF8, "cp1252")
"""What files are tried as, strictly and in this order."""
MISSING = ("-", "–", "n/a", "N/A", "NULL")
"""What exports write into a cell that is empty."""
_LAST_RESORT = "latin-1"
_LEAST_COLUMNS = 2
_HEAD_BYTES = 64


class NoHeadingFoundError(Problem):
    """No row looks like the headings of a table, so nothing can be drafted from it."""

    remedy = "Give a file that has a row of headings, with invoice lines or invoices below it."


class NoTextError(Problem):
    """A draft is made from text, and this is a workbook or an electronic invoice."""

    remedy = "Save the sheet as CSV and draft from that; an electronic invoice needs no profile."


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file.

    `encoding` is "" where it cannot be told; `delimiter` is None for what is no text. `rows` hold the number of each
    row and its cells, as many as there are headings; ragged rows are left out. `is_whole` tells whether these are all.
    """

    path: str
    encoding: str
    delimiter: str | None
    heading_row: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    is_whole: bool

    def column(self, index: int) -> list[tuple[int, str]]:
        """The cells of one column that say something, each with its row."""
        return [(row, cells[index]) for row, cells in self.rows if cells[index] not in {"", *MISSING}]

    @property
    def doubled(self) -> frozenset[int]:
        """The columns whose heading another column has too."""
        folded = [fold_heading(heading) for heading in self.headings]
        return frozenset(index for index, name in enumerate(folded) if folded.count(name) > 1)


def take_sample(path: str, location: str) -> Sample:
    """The beginning of a text file.

    Args:
        path: How messages name it.
        location: Where it is.

    Raises:
        LedgerRefusedError: It cannot be opened, is a workbook, or holds no row of headings.
    """
    with Path(location).open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head.startswith((MARK, OLD_MARK)) or is_xml(head):
            raise LedgerRefusedError([NoTextError(path)])
    try:
        text = TextFile.recognise(path, location, ENCODINGS)
        encoding = text.encoding
    except LedgerRefusedError as error:
        if not isinstance(error.problems[0], UndecodableError):
            raise
        text, encoding = TextFile.recognise(path, location, (_LAST_RESORT,)), ""
    found: list[tuple[int, int, str, Sequence[CellRow]]] = []
    for delimiter in DELIMITERS:
        mark = delimiter.decode()
        first = list(delimited.rows_before_faults(delimited.read_cells(text, mark), SAMPLE_ROWS + HEADING_ROWS))
        place, known = _heading_of(first)
        if place is not None:
            found.append((known, len(first[place].cells), mark, first[place:]))
    if not found:
        raise LedgerRefusedError([NoHeadingFoundError(path)])
    _, _, mark, rows = max(found, key=lambda one: one[:2])
    return _sample(path, encoding, mark, rows)


def _sample(path: str, encoding: str, delimiter: str | None, rows: Sequence[CellRow]) -> Sample:
    heading = rows[0]
    headings = tuple(str(cell).strip() for cell in heading.cells)
    below = [(row, tuple(str(cell).strip() for cell in cells)) for row, cells in rows[1:]]
    whole = [(row, cells) for row, cells in below if len(cells) == len(headings) and any(cells)]
    return Sample(path, encoding, delimiter, heading.row, headings, tuple(whole), len(rows) <= SAMPLE_ROWS)


def _heading_of(rows: Sequence[CellRow]) -> tuple[int | None, int]:
    """Which of the first rows is the heading, and how many of its cells are known headings.

    Where none is known, it is the first row with as many filled cells as any has.
    """
    first = [(index, [str(cell) for cell in row.cells]) for index, row in enumerate(rows[:HEADING_ROWS])]
    filled = {index: sum(map(bool, map(str.strip, cells))) for index, cells in first}
    if max(filled.values(), default=0) < _LEAST_COLUMNS:
        return None, 0
    known = {index: sum(map(_is_known, cells)) for index, cells in first}
    best = max(known.values())
    if best >= _LEAST_COLUMNS:
        return next(index for index, count in known.items() if count == best), best
    widest = max(filled.values())
    return next(index for index, count in filled.items() if count == widest), best


def _is_known(cell: str) -> bool:
    found = [match(cell, phrases) for phrases in (*HEADINGS.values(), OPEN_AMOUNTS)]
    return any(one is not None and one.is_whole for one in found)
