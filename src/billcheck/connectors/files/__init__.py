"""Exported ledger files, read by profiles.

Comes in: paths of files and folders. Goes out: a `Ledger` of one source per file, which opens nothing before it is
scanned. Must not know contracts or the engine.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.configuration.rules import LedgerFile
from billcheck.connectors.files.instructions import Instructions
from billcheck.connectors.files.limits import DEFAULT_LIMITS
from billcheck.errors import LedgerRefusedError, Problem, UsageError
from billcheck.ledger.source import Ledger
from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.files.limits import Limits

__all__ = ["read_ledger"]


SUFFIXES = (".csv", ".xlsx", ".xml", ".jsonl")
"""How the files of a folder end that are read, in any case of their letters."""


class NoPathError(Problem):
    """No ledger was given."""

    remedy = "Give at least one file, or a folder of them."


class NotAPathError(Problem):
    """A ledger is given by its path."""

    remedy = "Give a text or a path; a data frame goes to billcheck.read_frame, lines to billcheck.Ledger.from_lines."


class MissingPathError(Problem):
    """There is no such file or folder."""

    remedy = "Check the spelling and the folder you are in."


class EmptyFolderError(Problem):
    """The folder holds no ledger file."""

    remedy = f"Files must end in {' or '.join(SUFFIXES)}; give others by their own path."


class SameFileError(Problem):
    """The file is given twice, so its lines would count twice."""

    remedy = "Give it once."


class NotACurrencyError(Problem):
    """This is not a currency of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


def read_ledger(
    *paths: str | os.PathLike[str] | LedgerFile,
    profile: str | os.PathLike[str] | None = None,
    currency: str | None = None,
    profiles: Iterable[str | os.PathLike[str]] = (),
    sheet: str | int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Ledger:
    """The ledger in files, read when a check asks for it: CSV, XLSX, electronic invoices in XML, snapshots.

    Args:
        paths: Files, or folders whose files ending in ``.csv``, ``.xlsx``, ``.xml`` or ``.jsonl`` are read, subfolders
            included, in the order of their names; names that begin with a dot are left out. Reports name a file as it
            was given, a file of a folder as ``folder/relative/name.csv``. A `LedgerFile`, as configurations hold them,
            brings a profile, a currency and a sheet of its own.
        profile: How all files are read, as in ``generic`` or ``xero.sales-invoices:day-first``, or the path of a
            profile file, which ends in ``.toml``; None recognises each file by its headings.
        currency: The currency, in ISO 4217, of files that name none; a column of currencies comes first.
        profiles: Profile files of your own, or folders of them, which are known beside those that ship.
        sheet: The sheet of workbooks, by its name, or by its number from 1 in the order of the tabs; None reads the
            only visible one that holds anything, and asks where several do.
        limits: What a file may hold at most.

    Raises:
        LedgerRefusedError: A path does not exist, a folder holds no ledger file, or a file is given twice.
        ProfilesRefusedError: A profile file holds faults.
        UsageError: No path was given, or there is no such profile or currency.
    """
    if not paths:
        raise UsageError([NoPathError("ledger")])
    from billcheck.connectors.files.opening import FileOpener  # noqa: PLC0415 - keeps naming a ledger quick
    from billcheck.connectors.files.source import StreamSource  # noqa: PLC0415 - likewise

    own = list(profiles)
    instructions = _instructions(profile, currency, own)
    problems: list[Problem] = [
        NotAPathError("ledger", type(path).__name__) for path in paths if not isinstance(path, str | os.PathLike)
    ]
    if problems:
        raise UsageError(problems)
    files: dict[str, StreamSource] = {}
    for path in paths:
        given, said, own_sheet = os.fspath(path), instructions, None
        if isinstance(path, LedgerFile):
            said = _instructions(path.profile or profile, path.currency or currency, own)
            own_sheet = path.sheet
        found = list(_files_of(given))
        if not found:
            kind = EmptyFolderError if Path(given).is_dir() else MissingPathError
            problems.append(kind(given))
        for name in found:
            location = os.path.realpath(name)
            if location in files:
                problems.append(SameFileError(name))
            else:
                chosen = sheet if own_sheet is None else own_sheet
                files[location] = StreamSource(FileOpener(name, name, replace(said, sheet=chosen, limits=limits)))
    if problems:
        raise LedgerRefusedError(problems)
    return Ledger(tuple(files.values()))


def _instructions(
    profile: str | os.PathLike[str] | None, currency: str | None, paths: Iterable[str | os.PathLike[str]]
) -> Instructions:
    """How files are to be read; a profile that is named by its file is the only one of the user's that is loaded.

    Raises:
        ProfilesRefusedError: A profile file holds faults.
        UsageError: There is no such profile or currency.
    """
    if currency is not None and not is_currency(currency):
        raise UsageError([NotACurrencyError("currency", currency)])
    name = None if profile is None else os.fspath(profile)
    if name is None and not paths:
        return Instructions(None, currency)
    from billcheck.connectors.files.profile import find_profile  # noqa: PLC0415 - profiles load when one is named
    from billcheck.connectors.files.profile_files import load_profiles, split_path  # noqa: PLC0415 - likewise

    by_file = None if name is None else split_path(name)
    own = tuple(one.profile for one in load_profiles(paths if by_file is None else by_file[:1]))
    if by_file is not None:
        name = f"{own[0].id}{by_file[1]}"
    if name is not None:
        find_profile(name, own)
    return Instructions(name, currency, own)


def passed_over(folder: str | os.PathLike[str]) -> tuple[list[str], list[str]]:
    """The files of a folder that `read_ledger` passes over, by their names in it, sorted; none where it is no folder.

    First those whose names end otherwise than those of ledgers, but for the TOML files that are billcheck's own; then
    ledgers that are hidden, since a part of their name begins with a dot.
    """
    top = Path(folder)
    others: list[str] = []
    hidden: list[str] = []
    for entry in top.rglob("*") if top.is_dir() else ():
        relative = entry.relative_to(top)
        is_hidden, suffix = any(part.startswith(".") for part in relative.parts), entry.suffix.lower()
        if not entry.is_file() or (is_hidden and suffix not in SUFFIXES) or suffix == ".toml":
            continue
        if is_hidden:
            hidden.append(relative.as_posix())
        elif suffix not in SUFFIXES:
            others.append(relative.as_posix())
    return sorted(others), sorted(hidden)


def _files_of(given: str) -> Iterator[str]:
    """The files a path stands for, named as reports name them; none where it does not exist."""
    path = Path(given)
    if not path.is_dir():
        if path.exists():
            yield given
        return
    found = [
        entry.relative_to(path) for entry in path.rglob("*") if entry.suffix.lower() in SUFFIXES and entry.is_file()
    ]
    for relative in sorted(found, key=lambda relative: relative.parts):
        if not any(part.startswith(".") for part in relative.parts):
            yield f"{given.rstrip('/')}/{relative.as_posix()}"
