"""The cells of one sheet as the workbook stores them, read once and kept aside.

Comes in: the markup of a sheet, a block at a time. Goes out: a `Survey`, which knows what only the whole sheet can tell
(formulas, hidden rows, merged cells, the columns in use) and gives the stored cells again, row by row. Small sheets
stay in memory, large ones go to an unnamed temporary file. Must not know what a cell means.
"""

from __future__ import annotations

import json
import re
import tempfile
import weakref
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers.expat import ExpatError

from billcheck.connectors.files.limits import SPOOL_BYTES, check_field
from billcheck.connectors.files.workbook.package import broken_part, plain_text
from billcheck.spreadsheets import (
    LAST_COLUMN,
    LAST_ROW,
    exact_decimal,
    feed,
    letters_of,
    local_name,
    make_parser,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from billcheck.connectors.files.workbook.package import Package, SheetEntry

Place = tuple[int, int]
"""Row and column of a cell, from 0."""
_LONGEST_NUMBER = 9
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


class StoredCell(NamedTuple):
    """A cell that is not empty.

    `kind` is that of the workbook: ``n`` a number, ``s`` a text, ``b`` a flag, ``e`` an error, ``d`` a date in words.
    An open formula has the kind ``f``, and its saved result as the text.
    """

    column: int
    kind: str
    text: str
    style: int


@dataclass(slots=True, weakref_slot=True)
class Survey:
    """What the whole sheet tells; rows and columns count from 0.

    `formulas` are those whose saved result is none, zero or no exact decimal, so that they may never have been
    calculated. `calculated` are the columns where some formula has a saved result other than zero. `merged` are the
    ranges of merged cells: first and last place.
    """

    formulas: dict[Place, str] = field(default_factory=dict)
    calculated: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    last_row: int = -1
    spool: BinaryIO = field(default_factory=lambda: tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # type: ignore[assignment] # noqa: SIM115 - it lives as long as the survey

    def __post_init__(self) -> None:
        weakref.finalize(self, self.spool.close)

    def rows(self) -> Iterator[tuple[int, list[StoredCell]]]:
        """The rows that hold anything, in order, each by its number from 0."""
        self.spool.seek(0)
        for line in self.spool:
            row, cells = json.loads(line)
            yield row, [StoredCell(*cell) for cell in cells]


def survey_sheet(package: Package, sheet: SheetEntry) -> Survey:
    """Read a sheet to its end.

    Raises:
        LedgerRefusedError: It is damaged, has a text beyond measure, or names cells twice or in no order.
    """
    archive = package.archive
    reader, parser = _SheetReader(package, sheet), make_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        feed(parser, archive.blocks(sheet.part))
    except (ExpatError, _DisorderError) as error:
        raise broken_part(archive.path, sheet.part, error) from error
    return reader.survey


class _DisorderError(ValueError):
    """The cells of a sheet contradict each other."""


class _SheetReader:
    """Goes through the markup of a sheet."""

    def __init__(self, package: Package, sheet: SheetEntry) -> None:
        self.survey = Survey()
        self._where = f"{package.archive.path} sheet {sheet.name}"
        self._texts = package.texts
        self._field_bytes = package.archive.limits.field_bytes
        self._style_count = max(1, len(package.styles))
        self._row = self._column = -1
        self._cells: list[StoredCell] = []
        self._own: dict[str, str] = {}
        self._formula: dict[str, str] | None = None
        self._is_cell = self._is_aid = False
        self._into: list[str] | None = None
        self._value: list[str] = []
        self._code: list[str] = []

    def start(self, tag: str, own: dict[str, str]) -> None:
        name = tag if ":" not in tag else local_name(tag)
        if self._is_cell:
            self._start_in_cell(name, own)
        elif name == "c":
            self._start_cell(own)
        elif name == "row":
            self._start_row(own)
        elif name == "col":
            if _is_set(own.get("hidden")):
                self.survey.hidden_columns.append((_number(own.get("min")) - 1, _number(own.get("max")) - 1))
        elif name == "mergeCell":
            self._merge(own.get("ref", ""))

    def text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def end(self, tag: str) -> None:
        self._into = None
        name = tag if ":" not in tag else local_name(tag)
        if name == "rPh":
            self._is_aid = False
        elif name == "c" and self._is_cell:
            self._end_cell()
        elif name == "row" and self._cells:
            self._write_row()

    def _start_row(self, own: dict[str, str]) -> None:
        row = _number(own["r"]) - 1 if "r" in own else self._row + 1
        if not self._row < row < LAST_ROW:
            raise _DisorderError(f"row {row + 1} follows row {self._row + 1}")
        self._row, self._column = row, -1
        if _is_set(own.get("hidden")) or own.get("ht") == "0":
            self.survey.hidden_rows.append(row)

    def _start_cell(self, own: dict[str, str]) -> None:
        place = place_of(own["r"]) if "r" in own else (self._row, self._column + 1)
        if place is None or place[0] != self._row or not self._column < place[1] < LAST_COLUMN:
            last = letters_of(max(self._column, 0))
            raise _DisorderError(f"cell {own.get('r', '')} stands in row {self._row + 1} after column {last}")
        self._column = place[1]
        self._own, self._is_cell, self._formula = own, True, None
        self._value, self._code = [], []

    def _start_in_cell(self, name: str, own: dict[str, str]) -> None:
        if name == "v" or (name == "t" and not self._is_aid):
            self._into = self._value
        elif name == "f":
            self._formula, self._into = own, self._code
        elif name == "rPh":
            self._is_aid = True

    def _end_cell(self) -> None:
        self._is_cell = False
        own, text = self._own, "".join(self._value)
        kind = own.get("t", "n")
        if kind == "s" and text:
            text = self._shared(text)
        elif kind in {"inlineStr", "str"}:
            text = plain_text(text)
        check_field(f"{self._where} row {self._row + 1}", text, self._field_bytes)
        kind = "s" if kind in {"inlineStr", "str"} else kind
        if kind == "n":
            text = self._stripped(text)
        if self._formula is not None and kind in {"n", "s"}:
            kind = self._look_at_formula(kind, text)
        if text or kind == "f":
            style = _number(own.get("s", "0"))
            if style >= self._style_count:
                raise _DisorderError(f"row {self._row + 1} has a style {style} that is not declared")
            self._cells.append(StoredCell(self._column, kind, text, style))
            self.survey.columns.add(self._column)

    def _look_at_formula(self, kind: str, text: str) -> str:
        """The kind of a cell with a formula: open, where its saved result may be none."""
        if kind == "s":
            return kind
        number = exact_decimal(text) if text else Decimal()
        if number != 0:
            self.survey.calculated.add(self._column)
        if number:
            return kind
        is_plain = self._formula is not None and self._formula.get("t", "normal") == "normal"
        self.survey.formulas[self._row, self._column] = "".join(self._code).strip() if is_plain else ""
        return "f"

    def _stripped(self, text: str) -> str:
        """The text of a number, found to be one."""
        text = text.strip()
        if text and _NUMBER.fullmatch(text) is None:
            raise _DisorderError(f"row {self._row + 1} has a number {text[:20]} that is none")
        return text

    def _shared(self, text: str) -> str:
        try:
            return self._texts[int(text)]
        except (IndexError, ValueError) as error:
            raise _DisorderError(f"row {self._row + 1} points at a text {text[:20]} that is not there") from error

    def _merge(self, text: str) -> None:
        first, _, last = text.replace("$", "").partition(":")
        places = place_of(first), place_of(last or first)
        if places[0] is None or places[1] is None:
            raise _DisorderError(f"cells {text[:20]} cannot be merged")
        self.survey.merged.append((places[0], places[1]))

    def _write_row(self) -> None:
        survey = self.survey
        survey.last_row = self._row
        survey.spool.write(json.dumps((self._row, self._cells)).encode() + b"\n")
        self._cells = []


def _is_set(text: str | None) -> bool:
    return text in {"1", "true", "on"}


def _number(text: str | None) -> int:
    if text is None or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise _DisorderError(f"{text} is no number of a row, a column or a style")
    return int(text)
