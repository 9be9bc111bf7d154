"""Drafts as files that a ledger imports: what was worked out elsewhere, in the columns of one program.

Comes in: `DraftDocument`s. Goes out: one file for each document, there as a whole or not at all, none written over.
What is written here is read back by the readers beside it once somebody has approved it in the ledger. Nothing is sent
and nothing is approved. Must not know why a document is drafted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from billcheck.connectors.files.drafts.import_settings import DEFAULT_SETTINGS
from billcheck.connectors.files.drafts.names import file_names
from billcheck.errors import DraftsRefusedError, Problem
from billcheck.whole_files import write_whole

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.ledger.draft import DraftDocument

__all__ = ["FORMATS", "place_files", "render_drafts", "write_drafts"]

DraftFormat = Literal["json", "generic", "xero", "quickbooks"]
FORMATS: tuple[DraftFormat, ...] = ("json", "generic", "xero", "quickbooks")


class FileThereProblem(Problem):
    """A file of this name is there already."""

    remedy = "Write to another folder, or give --force to replace it."


class NotAFolderProblem(Problem):
    """Drafts are written to a folder, one file for each."""

    remedy = "Give the path of a folder; it is made if need be."


def render_drafts(
    documents: Sequence[DraftDocument], form: DraftFormat, settings: ImportSettings = DEFAULT_SETTINGS
) -> tuple[tuple[str, str], ...]:
    """The name and the text of a file for each document, in their order.

    Args:
        documents: The documents.
        form: ``json`` for any program, ``generic`` for billcheck's own ledger format, ``xero`` and ``quickbooks`` for
            the columns of their imports.
        settings: What the import of a program needs to know beside the documents.

    Raises:
        DraftsRefusedError: The format cannot hold a document, or asks for something nobody said; holds every reason.
    """
    from billcheck.connectors.files.drafts import generic, json_text, quickbooks, xero  # noqa: PLC0415 - one is used

    writers = {"json": json_text, "generic": generic, "xero": xero, "quickbooks": quickbooks}
    writer = writers[form]
    problems = [problem for document in documents for problem in writer.problems_with(document, settings)]
    if problems:
        raise DraftsRefusedError(problems)
    names = file_names([document.number for document in documents], writer.ENDING)
    texts = (writer.to_text(document, settings) for document in documents)
    return tuple(zip(names, texts, strict=True))


def write_drafts(
    documents: Sequence[DraftDocument],
    path: str | os.PathLike[str],
    form: DraftFormat,
    *,
    settings: ImportSettings = DEFAULT_SETTINGS,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write one file for each document into a folder, which is made if need be.

    Args:
        documents: The documents.
        path: The folder. Files are named after the numbers of the documents.
        form: The format, as for `render_drafts`.
        settings: What the import of a program needs to know beside the documents.
        force: Whether files that are there may be replaced.

    Raises:
        DraftsRefusedError: Something speaks against it; holds every reason, and nothing was written.
        OSError: A file cannot be written; those before it are there as a whole.
    """
    return place_files(render_drafts(documents, form, settings), path, force=force)


def place_files(
    files: Iterable[tuple[str, str]], path: str | os.PathLike[str], *, force: bool = False
) -> tuple[Path, ...]:
    """Write texts under their names, by `file_names`, into a folder; errors are those of `write_drafts`."""
    folder, named = Path(path), list(files)
    problems: list[Problem] = []
    if folder.exists() and not folder.is_dir():
        problems.append(NotAFolderProblem(str(folder)))
    elif not force:
        there = (folder / name for name, _ in named)
        problems.extend(FileThereProblem(str(file)) for file in there if file.exists() or file.is_symlink())
    if problems:
        raise DraftsRefusedError(problems)
    for name, text in named:
        write_whole(folder / name, text)
    return tuple(folder / name for name, _ in named)
