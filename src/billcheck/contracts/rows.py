"""Contracts in rows: one row for each charge, and a second table with a row for each amendment.

Comes in: sheets. Goes out: dockets with the tables of contracts, as TOML or JSON would have given them, whose faults
name row and column; and the other way round, tables of contracts as rows of text. Must not know how sheets are read or
written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.contracts.advice import elsewhere
from billcheck.contracts.columns import Column, Keys, close_gaps, flatten, heading_of, put
from billcheck.contracts.contract_shapes import ContractShape
from billcheck.contracts.faults import Docket
from billcheck.contracts.heading_hints import has_table, hint_on_heading
from billcheck.contracts.shapes import AmendmentShape, ChargeShape
from billcheck.contracts.sheets import RepeatedHeadingProblem
from billcheck.contracts.values import fold
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.contracts.faults import Path
    from billcheck.contracts.kinds import Shape
    from billcheck.contracts.sheets import Cell, Row, Sheet

OF_CHARGES = frozenset({"contract", "model"})
OF_AMENDMENTS = frozenset({"contract", "on"})
OF_CONTRACTS = frozenset({"customer", "contract.customer", "currency", "contract.currency"})
"""What every contract has and no amendment; one that changes the plan has a model too."""
STOPS_OF_CONTRACTS = frozenset({"pause", "resume", "cancel"})
"""What a contract may agree for all of its charges in the table of amendments."""
OF_INDICES = frozenset({"month", "value"})
OF_QUANTITIES = frozenset({"contract", "charge", "first_day", "quantity"})


class UnknownTableProblem(Problem):
    """By its headings this is neither a table of charges nor one of amendments."""

    remedy = (
        "A table of charges has the columns contract, charge, customer and model; one of amendments contract, charge "
        "and on, and no customer."
    )


class UnknownColumnProblem(Problem):
    """There is no such column here."""

    remedy = "Take it out, or see the reference of contract terms."


class NoContractNamedProblem(Problem):
    """The row names no contract."""

    remedy = "Write the contract's id in every row, so that rows may be sorted."


class NoChargeNamedProblem(Problem):
    """The row names no charge."""

    remedy = (
        "Write the charge's name in every row; only a pause, resume or cancel without one is of the whole contract."
    )


class ContradictingRowProblem(Problem):
    """An earlier row of this contract says something else of it."""

    remedy = "Write the same in every row of a contract, or only in its first."


class TwoValuesProblem(Problem):
    """Two columns give this key a value."""

    remedy = "Keep one of them."


class StrayAmendmentProblem(Problem):
    """No table of charges has this contract."""

    remedy = "Check the id, and name both files."


class StrayChargeProblem(Problem):
    """The contract has no charge of this name."""


class DateCellProblem(Problem):
    """The cell holds a date, and this column does not."""

    remedy = "Format the cell as text and write it anew."


@dataclass(slots=True)
class RowDocket(Docket):
    """The faults of one contract that is written in rows; `places` has the row that each path begins in."""

    places: dict[Path, tuple[Sheet, int, dict[Path, str]]] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """Row and column of a path."""
        length = max(length for length in range(len(path) + 1) if path[:length] in self.places)
        sheet, row, headings = self.places[path[:length]]
        return sheet.where(row, headings.get(path) or self._heading(path[:length], path[length:]))

    @staticmethod
    def _heading(base: Path, rest: Path) -> str:
        if not rest:
            return ""
        if base:
            return "charge" if rest == ("name",) else heading_of(rest)
        return "contract" if rest == ("id",) else f"contract.{heading_of(rest)}"


@dataclass(slots=True)
class _ReadRow:
    """One row that was read: its values as a table, the heading of each path, and paths whose fault was told."""

    sheet: Sheet
    number: int
    table: dict[str, Any] = field(default_factory=dict)
    headings: dict[Path, str] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)

    def where(self, heading: str) -> str:
        """A cell of the row."""
        return self.sheet.where(self.number, heading)

    def join(self, docket: RowDocket, base: Path, place: Path) -> None:
        """Tell a docket that what the row has below `base` stands at `place`."""
        depth = len(base)
        below = {(*place, *path[depth:]): name for path, name in self.headings.items() if path[:depth] == base}
        docket.places[place] = (self.sheet, self.number, below)
        docket.broken.update((*place, *path[depth:]) for path in self.broken if path[:depth] == base)


def is_of_charges(sheet: Sheet) -> bool:
    """Whether the headings are those of a table of charges."""
    return set(sheet.headings) >= OF_CHARGES and not is_of_amendments(sheet)


def is_of_amendments(sheet: Sheet) -> bool:
    """Whether the headings are those of a table of amendments."""
    return set(sheet.headings) >= OF_AMENDMENTS and OF_CONTRACTS.isdisjoint(sheet.headings)


def is_of_index(sheet: Sheet) -> bool:
    """Whether the headings are those of the values of an index, which contracts name as a file."""
    return set(sheet.headings) == OF_INDICES


def refuse_table(sheet: Sheet, problems: list[Problem]) -> None:
    """Say that a sheet is no table of ours, and where it belongs if that can be told."""
    is_usage = set(sheet.headings) >= OF_QUANTITIES
    remedy = "These look like quantities: give the file with --quantities instead." if is_usage else ""
    problems.append(UnknownTableProblem(sheet.place, ", ".join(sheet.headings)[:200], remedy=remedy))


class RowReader:
    """Puts the rows of tables together to contracts."""

    def __init__(self, problems: list[Problem]) -> None:
        self._keys = Keys()
        self._problems = problems
        self._amendments: dict[str, list[_ReadRow]] = {}

    def add_amendments(self, sheet: Sheet) -> None:
        """Keep the rows of a table of amendments for the contracts they name."""
        columns = self._columns(sheet, are_amendments=True)
        for row in sheet.rows:
            read = self._read_row(sheet, row, columns)
            identity = self._take_identity(read, "contract")
            if identity is not None:
                self._amendments.setdefault(fold(identity), []).append(read)

    def contracts(self, sheet: Sheet) -> Iterator[RowDocket]:
        """A docket for each contract of a table of charges, in the order of their first rows."""
        columns = self._columns(sheet, are_amendments=False)
        dockets: dict[str, RowDocket] = {}
        for row in sheet.rows:
            read = self._read_row(sheet, row, columns)
            (charge,) = read.table.pop("charge", None) or [{}]
            identity = self._take_identity(read, "id")
            if identity is None:
                continue
            docket = dockets.get(fold(identity))
            if docket is None:
                docket = RowDocket(sheet.file, len(dockets) + 1, {"id": identity, **read.table, "charge": []})
                read.join(docket, (), ())
                dockets[fold(identity)] = docket
            else:
                self._compare(docket, read)
            charges = docket.table["charge"] if isinstance(docket.table, dict) else []
            charges.append(charge)
            read.join(docket, ("charge", 0), ("charge", len(charges) - 1))
        for folded, docket in dockets.items():
            for amendment in self._amendments.pop(folded, ()):
                self._amend(docket, amendment)
            yield docket

    def _take_identity(self, read: _ReadRow, key: str) -> str | None:
        """The contract that a row names; the row is refused where it names none, unless that was told already."""
        identity = read.table.pop(key, None)
        if isinstance(identity, str):
            return identity
        if (key,) not in read.broken:
            self._problems.append(NoContractNamedProblem(read.where("contract")))
        return None

    def finish(self) -> None:
        """Tell the amendments that no table of charges took."""
        for rows in self._amendments.values():
            self._problems.extend(StrayAmendmentProblem(read.where("contract")) for read in rows)
        self._amendments.clear()

    def _columns(self, sheet: Sheet, *, are_amendments: bool) -> list[Column | None]:
        """The column of each heading; those that are none are told once, and their cells not read."""
        find = self._keys.of_amendments if are_amendments else self._keys.of_charges
        columns: list[Column | None] = []
        seen: set[Path] = set()
        for heading in sheet.headings:
            column = find(heading) if heading else None
            place = f'{sheet.place}, column "{heading}"' if sheet.name else f'{sheet.file}: column "{heading}"'
            if column is not None and column.path in seen:
                self._problems.append(RepeatedHeadingProblem(place))
                column = None
            elif column is None and heading:
                names = self._keys.names(are_amendments=are_amendments)
                near = "" if has_table(heading, names) else _advice(heading, are_amendments=are_amendments)
                self._problems.append(UnknownColumnProblem(place, remedy=near or hint_on_heading(heading, names)))
            if column is not None:
                seen.add(column.path)
            columns.append(column)
        return columns

    def _read_row(self, sheet: Sheet, row: Row, columns: Sequence[Column | None]) -> _ReadRow:
        """The values of a row as a table."""
        read = _ReadRow(sheet, row.number)
        for column, cell in zip(columns, row.cells, strict=True):
            if column is None or cell == "":
                continue
            read.headings[column.path] = column.heading
            if cell is None:
                read.broken.add(column.path)
            elif isinstance(cell, date) and not isinstance(cell, datetime) and not column.leaf.is_day:
                self._problems.append(DateCellProblem(read.where(column.heading), cell.isoformat()))
                read.broken.add(column.path)
            elif not put(read.table, column.path, _value(column, cell)):
                self._problems.append(TwoValuesProblem(read.where(column.heading), str(cell)))
        close_gaps(read.table)
        return read

    def _compare(self, docket: RowDocket, read: _ReadRow) -> None:
        """A later row of a contract may repeat what its first row says of it, and say nothing else."""
        first = docket.table if isinstance(docket.table, dict) else {}
        known = dict(flatten({key: value for key, value in first.items() if key != "charge"}))
        for path, text in flatten(read.table):
            if known.get(path) != text:
                heading = read.headings.get(path) or f"contract.{heading_of(path)}"
                self._problems.append(ContradictingRowProblem(read.where(heading), text))

    def _amend(self, docket: RowDocket, read: _ReadRow) -> None:
        """Put an amendment into the charge it names; a stop that names none into the contract."""
        owner: Any = docket.table
        path: Path = ("amendments",)
        name = read.table.pop("charge", None)
        if name is None and read.table.get("change") not in STOPS_OF_CONTRACTS:
            if ("charge",) not in read.broken:
                self._problems.append(NoChargeNamedProblem(read.where("charge")))
            return
        if name is not None:
            names = [fold(str(charge.get("name"))) for charge in owner["charge"]]
            if fold(str(name)) not in names:
                shown = ", ".join(f'"{charge.get("name")}"' for charge in owner["charge"])
                remedy = f"Its charges are {shown}."
                self._problems.append(StrayChargeProblem(read.where("charge"), str(name), remedy=remedy))
                return
            index = names.index(fold(str(name)))
            owner, path = owner["charge"][index], ("charge", index, "amendments")
        amendments = owner.setdefault("amendments", [])
        amendments.append(read.table)
        read.join(docket, (), (*path, len(amendments) - 1))


def _table_of(heading: str, *, are_amendments: bool) -> tuple[type[Shape], list[str]]:
    """The table that a heading is about, and the words that lead on from there."""
    shape: type[Shape] = AmendmentShape if are_amendments else ChargeShape
    words = heading.split(".")
    if words[0] == "contract" and not are_amendments:
        return ContractShape, words[1:]
    return shape, words


def _advice(heading: str, *, are_amendments: bool) -> str:
    """Where to write what a heading means that stands for no key; empty where nothing certain can be said."""
    shape, words = _table_of(heading, are_amendments=are_amendments)
    return elsewhere(shape, words[0]) if words else ""


def _value(column: Column, cell: Cell | None) -> object:
    """A cell as a contract file would have given it."""
    if isinstance(cell, str):
        return column.leaf.read(cell)
    if isinstance(cell, bool) and not column.leaf.is_flag:
        return "TRUE" if cell else "FALSE"
    return column.leaf.read(f"{cell:f}") if isinstance(cell, Decimal) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts to be written: headings, and rows as wide."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def to_rows(contracts: Iterable[dict[str, Any]]) -> tuple[Table, Table | None]:
    """Tables of contracts as a table of charges, and one of amendments where there are any.

    Reading them gives the same tables of contracts, but for empty ones in them, which say nothing.
    """
    charges: list[dict[str, str]] = []
    amendments: list[dict[str, str]] = []
    for contract in contracts:
        own = {key: value for key, value in contract.items() if key not in {"id", "charge", "amendments"}}
        identity = {"contract": contract["id"]}
        common = {_contract_heading(path): text for path, text in flatten(own)}
        amendments += [{**identity, **_row(item)} for item in contract.get("amendments", ())]
        for charge in contract["charge"]:
            named = {**identity, "charge": charge["name"]}
            terms = {key: value for key, value in charge.items() if key not in {"name", "amendments"}}
            charges.append({**named, **common, **_row(terms)})
            amendments += [{**named, **_row(item)} for item in charge.get("amendments", ())]
    return _table("charges", charges), _table("amendments", amendments) if amendments else None


def _contract_heading(path: Path) -> str:
    return heading_of(path) if path in {("customer",), ("currency",)} else f"contract.{heading_of(path)}"


def _row(table: dict[str, Any]) -> dict[str, str]:
    return {heading_of(path): text for path, text in flatten(table)}


def _table(name: str, rows: list[dict[str, str]]) -> Table:
    first = ["contract", "charge"]
    headings = tuple(dict.fromkeys([*first, *(heading for row in rows for heading in row)]))
    return Table(name, headings, tuple(tuple(row.get(heading, "") for heading in headings) for row in rows))
