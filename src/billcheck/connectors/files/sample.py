"""The first rows of a file of unknown kind, cut as its headings suggest.

Comes in: a text file or a workbook. Goes out: a `Sample`: its headings and first rows, and how they are written. It
serves a draft that a person looks over, and no ledger. Must not know profiles, or what a cell means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.connectors.files import delimited
from billcheck.connectors.files.heading import DELIMITERS, fold_heading
from billcheck.connectors.files.heading_words import HEADINGS, OPEN_AMOUNTS, TOTALS, match
from billcheck.connectors.files.invoice_xml import is_xml
from billcheck.connectors.files.limits import DEFAULT_LIMITS, HEADING_ROWS
from billcheck.connectors.files.rendered import text_of
from billcheck.connectors.files.text import UTF8, TextFile, UndecodableError
from billcheck.connectors.files.workbook import MARK, OLD_MARK, open_workbook
from billcheck.connectors.files.workbook.archive import OtherWorkbookError
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.connectors.files.cells import CellRow
    from billcheck.connectors.files.limits import Limits

SAMPLE_ROWS = 2_000
"""Rows a draft looks at."""
ENCODINGS = (UTF8, "cp1252")
"""What files are tried as, strictly and in this order."""
MISSING = ("-", "–", "n/a", "N/A", "NULL")
"""What exports write into a cell that is empty."""
_LAST_RESORT = "latin-1"
_LEAST_COLUMNS = 2
_HEAD_BYTES = 64
_POINT = "."
_OF = ("for", "of", "van", "voor", "f\N{LATIN SMALL LETTER U WITH DIAERESIS}r", "de", "du", "pour", "di", "per")
_TOTAL_WORDS = TOTALS.union(_OF)
"""What the last row of a group begins with, before the name of the group, in lower case."""


class NoHeadingFoundError(Problem):
    """No row looks like the headings of a table, so nothing can be drafted from it."""

    remedy = "Give a file that has a row of headings, with invoice lines or invoices below it."


class ElectronicInvoiceError(Problem):
    """This is XML, and nothing is drafted from it: an electronic invoice says itself how it is written."""

    remedy = "Read it as it is: billcheck profile test FILE."


class ReportShapedError(Problem):
    """This is a report with groups and their totals, and a draft is made from a plain list of lines."""

    remedy = (
        "Export the same as a list in which every row names its document and customer; or write a profile with a "
        "[report] by hand, after one that ships: billcheck profile list, billcheck profile show NAME."
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file.

    `encoding` is "" where it cannot be told; `delimiter` is None for what is no text. `rows` hold the number of each
    row and its cells, as many as there are headings; ragged rows are left out. `is_whole` tells whether these are all.
    `typed` are the cells, by row and column, that are numbers of a workbook and not texts, written with a point in
    `rows`; `sheet` is the sheet that was asked for.
    """

    path: str
    encoding: str
    delimiter: str | None
    heading_row: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    is_whole: bool
    typed: frozenset[tuple[int, int]] = frozenset()
    sheet: str | int | None = None

    def column(self, index: int) -> list[tuple[int, str]]:
        """The cells of one column that say something, each with its row."""
        return [(row, cells[index]) for row, cells in self.rows if cells[index] not in {"", *MISSING}]

    @property
    def doubled(self) -> frozenset[int]:
        """The columns whose heading another column has too."""
        folded = [fold_heading(heading) for heading in self.headings]
        return frozenset(index for index, name in enumerate(folded) if folded.count(name) > 1)


def take_sample(path: str, location: str, sheet: str | int | None = None, limits: Limits = DEFAULT_LIMITS) -> Sample:
    """The beginning of a file.

    Args:
        path: How messages name it.
        location: Where it is.
        sheet: The sheet of a workbook, as `read_ledger` takes it.
        limits: What the file may hold.

    Raises:
        LedgerRefusedError: It cannot be opened, is an electronic invoice or a report, or holds no row of headings.
    """
    with Path(location).open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(OLD_MARK):
        raise LedgerRefusedError([OtherWorkbookError(path, "XLS, or XLSX with a password")])
    if is_xml(head):
        raise LedgerRefusedError([ElectronicInvoiceError(path)])
    if head.startswith(MARK):
        return _of_workbook(path, location, sheet, limits)
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


def _of_workbook(path: str, location: str, sheet: str | int | None, limits: Limits) -> Sample:
    first = list(islice(open_workbook(path, location, sheet, limits).rows(), SAMPLE_ROWS + HEADING_ROWS))
    place, _ = _heading_of(first)
    if place is None:
        raise LedgerRefusedError([NoHeadingFoundError(path)])
    typed = frozenset(
        (row, column) for row, cells in first for column, cell in enumerate(cells) if isinstance(cell, Decimal)
    )
    return replace(_sample(path, UTF8, None, first[place:]), typed=typed, sheet=sheet)


def _sample(path: str, encoding: str, delimiter: str | None, rows: Sequence[CellRow]) -> Sample:
    heading = rows[0]
    headings = tuple(str(cell).strip() for cell in heading.cells)
    below = [(row, tuple(text_of(cell, _POINT).strip() for cell in cells)) for row, cells in rows[1:]]
    _refuse_report(path, below)
    whole = [(row, cells) for row, cells in below if len(cells) == len(headings) and any(cells)]
    return Sample(path, encoding, delimiter, heading.row, headings, tuple(whole), len(rows) <= SAMPLE_ROWS)


def _refuse_report(path: str, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Refuse rows in which a name stands alone, and further down in a row of its total."""
    alone: set[str] = set()
    for row, cells in rows:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            alone.add(" ".join(_words_of(filled[0])))
        elif filled and not alone.isdisjoint(_totalled(_words_of(filled[0]))):
            raise LedgerRefusedError([ReportShapedError(f"{path} row {row}", filled[0])])


def _words_of(text: str) -> list[str]:
    return text.casefold().replace(":", " ").split()


def _totalled(words: Sequence[str]) -> Iterator[str]:
    """The names that a text may be the total of: what is left behind one or more of such words."""
    for index, word in enumerate(words[:-1], start=1):
        if word not in _TOTAL_WORDS:
            return
        yield " ".join(words[index:])


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
