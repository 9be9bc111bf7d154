"""Exported ledger files, read by profiles.

Comes in: paths of files and folders. Goes out: a `Ledger` of one source per file, which opens nothing before it is
scanned. Must not know contracts or the engine.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.connectors.files.instructions import Instructions
from billcheck.errors import LedgerRefusedError, Problem, UsageError
from billcheck.ledger.source import Ledger
from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_ledger"]


class NoPathError(Problem):
    """No ledger was given."""

    remedy = "Give at least one CSV file, or a folder of them."


class MissingPathError(Problem):
    """There is no such file or folder."""

    remedy = "Check the spelling and the folder you are in."


class EmptyFolderError(Problem):
    """The folder holds no CSV file."""

    remedy = "Files must end in .csv; give others by their own path."


class SameFileError(Problem):
    """The file is given twice, so its lines would count twice."""

    remedy = "Give it once."


class NotACurrencyError(Problem):
    """This is not a currency of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


def read_ledger(*paths: str | os.PathLike[str], profile: str | None = None, currency: str | None = None) -> Ledger:
    """The ledger in CSV files, read when a check asks for it.

    Args:
        paths: Files, or folders whose files ending in ``.csv`` are read, subfolders included, in the order of their
            names; names that begin with a dot are left out. Reports name a file as it was given, a file of a folder as
            ``folder/relative/name.csv``.
        profile: How all files are read, as in ``generic`` or ``xero.sales-invoices:day-first``; None recognises each
            file by its headings.
        currency: The currency, in ISO 4217, of files that name none; a column of currencies comes first.

    Raises:
        LedgerRefusedError: A path does not exist, a folder holds no CSV file, or a file is given twice.
        UsageError: No path was given, or there is no such profile or currency.
    """
    if not paths:
        raise UsageError([NoPathError("ledger")])
    if currency is not None and not is_currency(currency):
        raise UsageError([NotACurrencyError("currency", currency)])
    if profile is not None:
        from billcheck.connectors.files.profile import find_profile  # noqa: PLC0415 - profiles load when one is named

        find_profile(profile)
    from billcheck.connectors.files.opening import FileOpener  # noqa: PLC0415 - keeps naming a ledger quick
    from billcheck.connectors.files.source import StreamSource  # noqa: PLC0415 - likewise

    instructions = Instructions(profile, currency)

    problems: list[Problem] = []
    files: dict[str, StreamSource] = {}
    for path in paths:
        given = os.fspath(path)
        found = list(_files_of(given))
        if not found:
            kind = EmptyFolderError if Path(given).is_dir() else MissingPathError
            problems.append(kind(given))
        for name in found:
            location = os.path.realpath(name)
            if location in files:
                problems.append(SameFileError(name))
            else:
                files[location] = StreamSource(FileOpener(name, name, instructions))
    if problems:
        raise LedgerRefusedError(problems)
    return Ledger(tuple(files.values()))


def _files_of(given: str) -> Iterator[str]:
    """The files a path stands for, named as reports name them; none where it does not exist."""
    path = Path(given)
    if not path.is_dir():
        if path.exists():
            yield given
        return
    found = [entry.relative_to(path) for entry in path.rglob("*") if entry.suffix.lower() == ".csv" and entry.is_file()]
    for relative in sorted(found, key=lambda relative: relative.parts):
        if not any(part.startswith(".") for part in relative.parts):
            yield f"{given.rstrip('/')}/{relative.as_posix()}"
