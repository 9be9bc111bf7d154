"""A data frame, opened as the stream and the layout that a scan needs.

Comes in: the columns of a frame and the fields they stand for. Goes out: its rows of cells, rendered as a flat CSV
stream, so that texts, documents and totals are judged as those of a file; or every value that no cell can hold, with
its row and column. The stream keeps what was read: a frame that changes later changes no report. Must not know which
library made the frame, or what a scan does.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.heading import place_fields
from billcheck.connectors.files.limits import Limits
from billcheck.connectors.files.rendered import Rendered
from billcheck.connectors.files.stream import Facts, Fingerprint
from billcheck.connectors.frames.values import (
    AMOUNTS,
    MONEY,
    FloatMoney,
    NoCellError,
    cell_of,
    cells_at_once,
    plain,
    rounded,
    without_noise,
)
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.profile import Profile
    from billcheck.connectors.files.stream import Stream
    from billcheck.connectors.frames.columns import Columns
    from billcheck.ledger.template import Template

TOLD = 100
"""How many values that no cell can hold are listed."""

_BESIDE_THE_ROWS = 0
"""The row of the headings; rows of a frame count from 1."""
_IN_MEMORY = Limits(rows=sys.maxsize)
"""A frame has found its place in the memory already, however many rows it has."""


class EmptyFrameError(Problem):
    """The frame has no rows."""

    remedy = "An empty ledger would look as if nothing had been billed."


class WrongValueError(Problem):
    """No cell of a ledger can hold this value."""

    remedy = "Correct the frame."


class FloatMoneyError(Problem):
    """Money is held as floating-point numbers, which are not exact."""

    remedy = 'Give decimals, whole numbers or texts, or say float_money="round" to have each rounded to the cent.'


@dataclass(slots=True)
class _Origin:
    """The frame as the origin of its own stream: what was read is what counts, and does not change."""

    path: str
    stream: Rendered | None = None

    def fingerprint(self) -> Fingerprint:
        """The same at all times."""
        return Fingerprint(0, 0)

    def stored(self) -> Iterator[bytes]:
        """The rows as they were rendered."""
        return iter(()) if self.stream is None else self.stream.blocks()


@dataclass(frozen=True, slots=True)
class FrameOpener:
    """A frame, and how it is read.

    `path` is what reports call it; `places` are the positions of the columns by field. `currency` is that of every
    line, None where a column says it. `is_rounding` allows money as floating-point numbers. `limits` are what the user
    allows it to hold, None for any number of rows.
    """

    path: str
    columns: Columns
    places: Mapping[str, int]
    currency: str | None
    profile: Profile
    is_rounding: bool
    limits: Limits | None = None

    def open(self) -> tuple[Stream, Layout]:
        """The frame as a stream, and the columns of its fields.

        Raises:
            LedgerRefusedError: It is empty, or holds values that no cell can hold.
        """
        origin = _Origin(self.path)
        limits = self.limits or _IN_MEMORY
        stream = origin.stream = Rendered(origin, field_bytes=limits.field_bytes)
        fields = [*self.places, *(["currency"] if self.currency else [])]
        reading = _Reading(self)
        placed = stream.write(fields, _BESIDE_THE_ROWS, reading.rows(), self.profile.values.marks.decimal)
        reading.finish()
        stream.facts = Facts(notes=reading.notes())
        labels = tuple(str(self.columns.labels[position]) for position in self.places.values())
        layout = place_fields(self.path, self.profile, placed)
        return stream, replace(layout, headings=(*labels, *fields[len(labels) :]), limits=limits)

    def digest(self) -> str:
        """The SHA-256 of the rows as they are rendered, in hexadecimal.

        Raises:
            LedgerRefusedError: As `open`.
        """
        digest = sha256()
        stream, _ = self.open()
        for block in stream.blocks():
            digest.update(block)
        return digest.hexdigest()

    def templates(self) -> tuple[Template, ...]:
        """None: a frame holds what was billed."""
        return ()


@dataclass(slots=True)
class _Reading:
    """One pass over a frame: its rows as cells, and what is told of them afterwards."""

    opener: FrameOpener
    count: int = 0
    changed: int = 0
    problems: list[Problem] = field(default_factory=list)
    float_columns: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[CellRow]:
        """Every row; in place of a value that no cell can hold stands nothing, and `finish` refuses it."""
        places, currency = self.opener.places, self.opener.currency
        for columns in self.opener.columns.batches(list(places.values())):
            read = {name: self._cells(name, values) for name, values in zip(places, columns, strict=True)}
            count = len(columns[0])
            codes = read["currency"] if currency is None else [currency] * count
            cells = [self._without_floats(name, column, codes) for name, column in read.items()]
            rows = zip(*cells, strict=True)
            for row, found in enumerate(rows, start=self.count + 1):
                yield CellRow(row, found if currency is None else (*found, currency if any(found) else ""))
            self.count += count

    def _cells(self, name: str, values: Sequence[object]) -> list[Cell | FloatMoney]:
        """The cells of one column."""
        quick = cells_at_once(values, name)
        if quick is not None:
            return quick
        cells: list[Cell | FloatMoney] = []
        for row, value in enumerate(values, start=self.count + 1):
            try:
                cells.append(cell_of(value, name))
            except NoCellError as error:
                cells.append("")
                self._tell(WrongValueError(self._where(name, row), _shown(value), what=str(error)))
        return cells

    def _without_floats(
        self, name: str, cells: list[Cell | FloatMoney], codes: Sequence[Cell | FloatMoney]
    ) -> Sequence[Cell]:
        """The cells with money that is held as floating-point numbers rounded, or refused once for its column."""
        if name not in MONEY:
            return cells  # type: ignore[return-value] # only money is held so
        if self.opener.is_rounding:
            return [
                self._rounded(name, cell, str(code)) if isinstance(cell, FloatMoney) else cell
                for cell, code in zip(cells, codes, strict=True)
            ]
        for row, cell in enumerate(cells, start=self.count + 1):
            if isinstance(cell, FloatMoney) and name not in self.float_columns:
                self.float_columns.add(name)
                self._tell(FloatMoneyError(self._where(name, row), str(cell.shortest)))
        return ["" if isinstance(cell, FloatMoney) else cell for cell in cells]

    def _rounded(self, name: str, money: FloatMoney, currency: str) -> Cell:
        if name not in AMOUNTS:
            return plain(without_noise(money.shortest))
        amount = rounded(money.shortest, currency.strip().upper())
        self.changed += amount != money.shortest
        return plain(amount)

    def _where(self, name: str, row: int) -> str:
        label = self.opener.columns.labels[self.opener.places[name]]
        return f"{self.opener.path} row {row} {label}"

    def _tell(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= TOLD:
            self.finish()

    def finish(self) -> None:
        """Refuse the frame where something in it cannot be read.

        Raises:
            LedgerRefusedError: It is empty, or holds such values; the first of them are named.
        """
        if self.problems:
            raise LedgerRefusedError(self.problems)
        if not self.count:
            raise LedgerRefusedError([EmptyFrameError(self.opener.path)])

    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know of the reading."""
        if not self.changed:
            return ()
        one = self.changed == 1
        said = (
            "amount had more decimals than its currency and was"
            if one
            else "amounts had more decimals than their currency and were"
        )
        return (f"{self.opener.path}: {self.changed:,} {said} rounded, half away from zero, as float_money says.",)


def _shown(value: object) -> str:
    """A value for a message; some cannot be written, such as a whole number of thousands of digits."""
    try:
        return repr(value)[:80]
    except Exception:  # noqa: BLE001 - what a foreign object does when it is written is not known
        return type(value).__name__
