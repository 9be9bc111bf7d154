"""Contract files: found, read and judged as a whole.

Comes in: paths of TOML, JSON, YAML, CSV or XLSX files, or of folders that hold some. Goes out: frozen contracts in the
order of the paths, and where wanted the tables they were written as; or one error with every fault of every file. Must
not know ledgers or prices.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcheck.contracts.agreement import read_contract
from billcheck.contracts.contract_shapes import FileShape
from billcheck.contracts.escalators import is_index_file
from billcheck.contracts.faults import (
    DUPLICATE_MARK,
    Docket,
    RepeatedKeyProblem,
    TableProblem,
    TablesProblem,
    UnknownKeyProblem,
    suggest,
    written,
)
from billcheck.contracts.schema import contract_schema
from billcheck.contracts.succession import supersede
from billcheck.contracts.tables import parse_list, parse_tables, read_text
from billcheck.contracts.values import fold, forget
from billcheck.errors import ContractsRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.contracts.row_files import RowFiles
    from billcheck.contracts.terms import Contract, Contracts

__all__ = ["contract_schema", "load_contracts", "load_written"]

_READERS = {".toml": "TOML", ".json": "JSON", ".yaml": "YAML", ".yml": "YAML", ".csv": "CSV", ".xlsx": "XLSX"}
_ENDINGS = "Contract files end in .toml, .json, .yaml, .csv or .xlsx."
_ROW_READERS = {"CSV", "XLSX"}
_DRAFTS_NAMED = 5


class NoPathProblem(Problem):
    """No contract file was named."""

    remedy = "Name a contract file or a folder of contract files."


class NoSuchFileProblem(Problem):
    """There is no such file or folder."""

    remedy = "Check the path."


class EmptyFolderProblem(Problem):
    """The folder holds no contract file."""

    remedy = _ENDINGS


class FileTypeProblem(Problem):
    """This is not a contract file."""

    remedy = _ENDINGS


class EmptyFileProblem(Problem):
    """The file is empty."""

    remedy = "Write contracts in it, or take it away."


class NoContractProblem(Problem):
    """The file holds no contract."""

    remedy = 'Add one: [[contract]] in TOML, {"contract": [...]} in JSON, a row in a table.'


class RepeatedContractProblem(Problem):
    """Another contract of this check has this id (case and spaces aside)."""

    remedy = "Give each contract an id of its own, and name each file once."


class DraftProblem(Problem):
    """The file holds drafts that nobody has accepted, and what a draft says is not known to be agreed."""

    remedy = "Correct them, then run billcheck contracts accept with the file; or take the drafts out of it."


@dataclass(frozen=True, slots=True)
class Written:
    """A contract, and the table it was written as: the keys as they stand in the file, without those left out."""

    table: dict[str, Any]
    contract: Contract


def load_contracts(*paths: str | os.PathLike[str]) -> Contracts:
    """The contracts of files and folders, in the order of the paths and, within a file, as written.

    Args:
        paths: Files ending in .toml, .json, .yaml, .csv or .xlsx; of a folder, all such files in it and below it,
            sorted by path. CSV files are tables of charges or of amendments, told by their headings.

    Returns:
        The contracts, with every default filled in.

    Raises:
        ContractsRefusedError: Something is wrong, or some contract is a draft; holds every fault of every file, and no
            contract is used.
    """
    return tuple(_load(paths, None))


def load_written(*paths: str | os.PathLike[str]) -> tuple[Written, ...]:
    """The same contracts with the tables they were written as; drafts too, which are to be looked at and not priced.

    Raises:
        ContractsRefusedError: As `load_contracts`, but for drafts.
    """
    tables: list[dict[str, Any]] = []
    return tuple(map(Written, tables, _load(paths, tables)))


def _load(paths: tuple[str | os.PathLike[str], ...], tables: list[dict[str, Any]] | None) -> list[Contract]:
    """The contracts of paths; their tables are added to `tables` where that is given."""
    problems: list[Problem] = [] if paths else [NoPathProblem("contracts")]
    contracts: list[Contract] = []
    places: dict[str, str] = {}
    files = list(_find_files([os.fsdecode(path) for path in paths], problems))
    in_rows = [path for path in files if _reader_of(Path(path)) in _ROW_READERS]
    opened = _open_rows(in_rows, problems) if in_rows else None
    for path in files:
        found = _Found(keeps_tables=tables is not None)
        if opened is None or path not in in_rows:
            _read_file(path, places, found)
        else:
            _read_each(opened.dockets(path), places, found)
        problems += found.problems
        contracts += found.contracts
        places.update(dict.fromkeys(found.ids, path))
        if tables is not None:
            tables += found.tables
    if opened is not None:
        opened.finish()
    if any(contract.supersedes for contract in contracts):
        contracts = supersede(contracts, problems)
    forget()
    if not contracts and not problems:
        problems.append(NoContractProblem(files[0]))
    if tables is None:
        problems += _find_drafts(contracts)
    if problems:
        raise ContractsRefusedError(problems)
    return contracts


def _find_drafts(contracts: Iterable[Contract]) -> Iterator[Problem]:
    """One fault for each file that holds drafts."""
    drafts: dict[str, list[str]] = {}
    for contract in contracts:
        if contract.is_draft:
            drafts.setdefault(contract.file, []).append(contract.id)
    for file, ids in drafts.items():
        rest = f" and {len(ids) - _DRAFTS_NAMED:,} more" if len(ids) > _DRAFTS_NAMED else ""
        yield DraftProblem(f"{file}: draft", ", ".join(ids[:_DRAFTS_NAMED]) + rest)


def _open_rows(files: list[str], problems: list[Problem]) -> RowFiles:
    """The files that hold tables of rows; what reads them is loaded only for such files."""
    from billcheck.contracts.row_files import RowFiles  # noqa: PLC0415 - as the docstring says

    return RowFiles(files, problems)


def _find_files(paths: list[str], problems: list[Problem]) -> Iterator[str]:
    """The files that paths stand for, spelt as the paths were given."""
    for path in paths:
        place = Path(path)
        if not path or not place.exists():
            problems.append(NoSuchFileProblem(path))
        elif place.is_dir():
            within = sorted(
                file.relative_to(place).as_posix()
                for file in place.rglob("*")
                if _reader_of(file) and file.is_file() and not is_index_file(file)
            )
            if not within:
                problems.append(EmptyFolderProblem(path))
            yield from (f"{path.rstrip('/')}/{name}" for name in within)
        elif _reader_of(place) is None:
            problems.append(FileTypeProblem(path))
        else:
            yield path


def _reader_of(path: Path) -> str | None:
    """The kind of a file by its ending; None for any other than contract files."""
    return _READERS.get(path.suffix.lower())


@dataclass(slots=True)
class _Found:
    """What one file holds: its contracts, their folded ids, its faults, and their tables if these are to be kept."""

    keeps_tables: bool
    contracts: list[Contract] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def take(self, other: _Found) -> None:
        """Add what another reading of the file gave."""
        self.contracts += other.contracts
        self.tables += other.tables
        self.ids |= other.ids
        self.problems += other.problems


def _read_file(path: str, places: dict[str, str], found: _Found) -> None:
    """Add what a file holds to `found`; `places` has the files of all ids before it."""
    text = read_text(path, found.problems)
    if text is None:
        return
    if not text.strip():
        found.problems.append(EmptyFileProblem(path))
        return
    reader = _reader_of(Path(path))
    if reader == "JSON":
        streamed = _Found(found.keeps_tables)
        with suppress(ValueError, RecursionError):  # whatever is odd is told of the file as a whole
            _read_each(_number(path, parse_list(text, "contract")), places, streamed)
            found.take(streamed)
            return
    if reader == "YAML":
        table = _parse_yaml(path, text, found.problems)
    else:
        table = parse_tables(path, text, found.problems, is_toml=reader == "TOML")
    if table is not None:
        _read_each(_open_dockets(path, table, found.problems), places, found)


def _parse_yaml(path: str, text: str, problems: list[Problem]) -> object:
    """What a YAML text holds; what reads it is loaded only for such files."""
    from billcheck.contracts.yaml_file import parse_yaml  # noqa: PLC0415 - as the docstring says

    return parse_yaml(path, text, problems)


def _read_each(dockets: Iterable[Docket], places: dict[str, str], found: _Found) -> None:
    """Add the contracts of dockets to `found`; each docket is let go before the next is asked for."""
    for docket in dockets:
        contract = read_contract(docket)
        _judge_id(docket, places, found.ids)
        found.problems += docket.problems
        if contract is not None:
            found.contracts.append(contract)
            if found.keeps_tables:
                found.tables.append(docket.table if isinstance(docket.table, dict) else {})


def _open_dockets(path: str, table: object, problems: list[Problem]) -> Iterator[Docket]:
    """A docket for each contract of a file; faults of the file itself are told at once."""
    if not isinstance(table, dict):
        problems.append(TableProblem(path, written(table)))
        return
    for key in table:
        name = key.removeprefix(DUPLICATE_MARK)
        if name != key:
            problems.append(RepeatedKeyProblem(f"{path}: {name}"))
        elif key not in FileShape.model_fields:
            hint = suggest(key, FileShape.model_fields) or _HINTS.get(key, Docket.advice)
            problems.append(UnknownKeyProblem(f"{path}: {key}", remedy=hint))
    contracts = table.get("contract", [])
    if not isinstance(contracts, list):
        problems.append(TablesProblem(f"{path}: contract", written(contracts)))
        return
    if not contracts:
        problems.append(NoContractProblem(path))
    yield from _number(path, contracts)


def _number(path: str, tables: Iterable[object]) -> Iterator[Docket]:
    """A docket for each table, which keeps its number in the file."""
    return (Docket(path, number, table) for number, table in enumerate(tables, start=1))


_HINTS = {"charge": "A charge stands in its contract: [[contract.charge]] in TOML."}


def _judge_id(docket: Docket, places: dict[str, str], ids: set[str]) -> None:
    """An id may stand once in a check: neither in the files of `places`, nor among the `ids` of its own file."""
    identity = docket.table.get("id") if isinstance(docket.table, dict) else None
    if not isinstance(identity, str):
        return
    folded = fold(identity)
    if folded in places or folded in ids:
        other = places.get(folded, docket.file)
        docket.add(RepeatedContractProblem, ("id",), identity, remedy=f"The other is in {other}.")
    else:
        ids.add(folded)
