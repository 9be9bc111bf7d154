"""Contract files: found, read and judged as a whole.

Comes in: paths of TOML or JSON files, or of folders that hold some. Goes out: frozen contracts in the order of the
paths; or one error with every fault of every file. Must not know ledgers or prices.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.contracts.agreement import read_contract
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
from billcheck.contracts.shapes import FileShape, contract_schema
from billcheck.contracts.tables import parse_tables, read_text
from billcheck.contracts.values import fold
from billcheck.errors import ContractsRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.terms import Contract, Contracts

__all__ = ["contract_schema", "load_contracts"]

_READERS = {".toml": "TOML", ".json": "JSON"}


class NoPathProblem(Problem):
    """No contract file was named."""

    remedy = "Name a contract file or a folder of contract files."


class NoSuchFileProblem(Problem):
    """There is no such file or folder."""

    remedy = "Check the path."


class EmptyFolderProblem(Problem):
    """The folder holds no contract file."""

    remedy = "Contract files end in .toml or .json."


class FileTypeProblem(Problem):
    """This is not a contract file."""

    remedy = "Contract files end in .toml or .json."


class EmptyFileProblem(Problem):
    """The file is empty."""

    remedy = "Write contracts in it, or take it away."


class NoContractProblem(Problem):
    """The file holds no contract."""

    remedy = 'Add one: [[contract]] in TOML, {"contract": [...]} in JSON.'


class RepeatedContractProblem(Problem):
    """Another contract of this check has this id (case and spaces aside)."""

    remedy = "Give each contract an id of its own, and name each file once."


def load_contracts(*paths: str | os.PathLike[str]) -> Contracts:
    """The contracts of files and folders, in the order of the paths and, within a file, as written.

    Args:
        paths: Files ending in .toml or .json; of a folder, all such files in it and below it, sorted by path.

    Returns:
        The contracts, with every default filled in.

    Raises:
        ContractsRefusedError: Something is wrong; holds every fault of every file, and no contract is used.
    """
    problems: list[Problem] = [] if paths else [NoPathProblem("contracts")]
    contracts: list[Contract] = []
    places: dict[str, str] = {}
    for path in _find_files([os.fsdecode(path) for path in paths], problems):
        table = _read_file(path, problems)
        if table is None:
            continue
        for docket in _open_dockets(path, table, problems):
            contract = read_contract(docket)
            _judge_id(docket, places)
            problems += docket.problems
            if contract is not None:
                contracts.append(contract)
    if problems:
        raise ContractsRefusedError(problems)
    return tuple(contracts)


def _find_files(paths: list[str], problems: list[Problem]) -> Iterator[str]:
    """The files that paths stand for, spelt as the paths were given."""
    for path in paths:
        place = Path(path)
        if not path or not place.exists():
            problems.append(NoSuchFileProblem(path))
        elif place.is_dir():
            within = sorted(
                file.relative_to(place).as_posix() for file in place.rglob("*") if _reader_of(file) and file.is_file()
            )
            if not within:
                problems.append(EmptyFolderProblem(path))
            yield from (f"{path.rstrip('/')}/{name}" for name in within)
        elif _reader_of(place) is None:
            problems.append(FileTypeProblem(path))
        else:
            yield path


def _reader_of(path: Path) -> str | None:
    """TOML or JSON by the file's ending; None for any other."""
    return _READERS.get(path.suffix.lower())


def _read_file(path: str, problems: list[Problem]) -> object:
    """The file's content as tables, lists and values; None where it is no such thing."""
    text = read_text(path, problems)
    if text is None:
        return None
    if not text.strip():
        problems.append(EmptyFileProblem(path))
        return None
    return parse_tables(path, text, problems, is_toml=_reader_of(Path(path)) == "TOML")


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
    for number, contract in enumerate(contracts, start=1):
        yield Docket(path, number, contract)


_HINTS = {"charge": "A charge stands in its contract: [[contract.charge]] in TOML."}


def _judge_id(docket: Docket, places: dict[str, str]) -> None:
    """An id may stand once in a check; `places` remembers where each was seen."""
    identity = docket.table.get("id") if isinstance(docket.table, dict) else None
    if not isinstance(identity, str):
        return
    folded = fold(identity)
    if folded in places:
        docket.add(RepeatedContractProblem, ("id",), identity, remedy=f"The other is in {places[folded]}.")
    else:
        places[folded] = docket.file
