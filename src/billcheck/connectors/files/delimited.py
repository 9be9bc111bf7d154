"""Delimited text as rows of cells, for files that are not read the fast way.

Comes in: a text file and its delimiter. Goes out: every row with the line of text it begins on, by the csv module in
its strict mode. Must not know headings, profiles or what a cell means.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.limits import FIELD_BYTES, LongFieldError, check_field
from billcheck.connectors.files.tokens import StrayQuoteError, UnclosedQuoteError
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.files.text import TextFile
    from billcheck.errors import Problem


def read_cells(text: TextFile, delimiter: str, field_bytes: int = FIELD_BYTES) -> Iterator[CellRow]:
    """Every row of a text file, blank ones included, which have no cells.

    Args:
        text: The file.
        delimiter: What stands between its cells.
        field_bytes: How long a field may be.

    Raises:
        LedgerRefusedError: The file cannot be opened or is not text, a quote is not closed or ends within a cell, or a
            field is too long.
    """
    reader = csv.reader(text.lines(), delimiter=delimiter, strict=True)
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise LedgerRefusedError([_problem_of(f"{text.path} row {row}", str(error), field_bytes)]) from error
        if cells is None:
            return
        for cell in cells:
            check_field(f"{text.path} row {row}", cell, field_bytes)
        yield CellRow(row, tuple(cells))


def rows_before_faults(rows: Iterable[CellRow], most: int) -> Iterator[CellRow]:
    """The first rows, up to one that cannot be read."""
    with suppress(LedgerRefusedError):
        yield from islice(rows, most)


def _problem_of(where: str, message: str, field_bytes: int) -> Problem:
    """Which fault the csv module means: it has no classes for them."""
    if f"({FIELD_BYTES})" in message:
        return LongFieldError(where, FIELD_BYTES + 1, field_bytes, is_least=True)
    return UnclosedQuoteError(where) if "end of data" in message else StrayQuoteError(where)
