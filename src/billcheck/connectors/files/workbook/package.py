"""What a workbook says of itself: its sheets, its texts, its styles and the day it counts from.

Comes in: an open archive. Goes out: a `Package`, whose parts are found by the relations they are declared by, never by
their usual names. Must not know what stands in a sheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from billcheck.connectors.files.workbook.archive import BrokenArchiveError, join_names
from billcheck.connectors.files.workbook.styles import Shown, read_styles
from billcheck.errors import LedgerRefusedError
from billcheck.spreadsheets import feed, local_name, make_parser, parse_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from billcheck.connectors.files.workbook.archive import Archive

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet in the order of its tab; `part` is where its rows stand."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook without its rows; `styles` and `texts` are what its cells point at."""

    archive: Archive
    sheets: tuple[SheetEntry, ...]
    texts: list[str]
    styles: list[Shown]
    counts_from_1904: bool


@dataclass(slots=True)
class _Contents:
    """What the part of the workbook itself says."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    counts_from_1904: bool = False

    def start(self, tag: str, own: Mapping[str, str]) -> None:
        if tag == "sheet":
            state = own.get("state", "visible")
            self.sheets.append((own.get("name", ""), own.get("id", ""), state != "visible"))
        elif tag == "workbookPr":
            self.counts_from_1904 = own.get("date1904", "0") in {"1", "true", "on"}


def read_package(archive: Archive) -> Package:
    """The workbook in an archive.

    Raises:
        LedgerRefusedError: Its parts are missing or damaged.
    """
    roots = _relations(archive, "")
    main = next((target for kind, target in roots.values() if kind == "officeDocument"), "")
    if not main:
        raise LedgerRefusedError(
            [BrokenArchiveError(archive.path, what="The workbook does not say where its parts are.")]
        )
    contents = _Contents()
    _parse(archive, main, contents.start)
    relations = _relations(archive, main)
    parts = dict(relations.values())
    sheets = tuple(
        SheetEntry(name, relations[key][1], is_hidden)
        for name, key, is_hidden in contents.sheets
        if key in relations and relations[key][0] == "worksheet"
    )
    texts = _read_texts(archive, parts["sharedStrings"]) if parts.get("sharedStrings", "") in archive else []
    styles = _read_styles(archive, parts["styles"]) if parts.get("styles", "") in archive else []
    return Package(archive, sheets, texts, styles, contents.counts_from_1904)


def broken_part(path: str, part: str, error: ExpatError | ValueError) -> LedgerRefusedError:
    """The refusal of a part whose markup cannot be read."""
    return LedgerRefusedError([BrokenArchiveError(f"{path} {part}", str(error)[:80])])


def plain_text(text: str) -> str:
    """A text of a workbook without the escapes that stand for control characters."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Kind and target of each relation of a part, by its id; external ones are left out."""
    folder, _, name = part.rpartition("/")
    where = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, own: dict[str, str]) -> None:
        if tag == "Relationship" and own.get("TargetMode") != "External":
            kind = own.get("Type", "").rpartition("/")[2]
            found[own.get("Id", "")] = (kind, join_names(part, own.get("Target", "")))

    _parse(archive, where, start)
    return found


def _parse(archive: Archive, part: str, start: Callable[[str, dict[str, str]], object]) -> None:
    try:
        parse_elements(archive.blocks(part), start)
    except (ExpatError, ValueError) as error:
        raise broken_part(archive.path, part, error) from error


def _read_styles(archive: Archive, part: str) -> list[Shown]:
    try:
        return read_styles(archive.blocks(part))
    except ExpatError as error:
        raise broken_part(archive.path, part, error) from error


def _read_texts(archive: Archive, part: str) -> list[str]:
    """The texts that cells share, without the reading aids of East Asian editions."""
    reader, parser = _TextReader(), make_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        feed(parser, archive.blocks(part))
    except ExpatError as error:
        raise broken_part(archive.path, part, error) from error
    return reader.texts


class _TextReader:
    """Gathers the texts of the shared ones."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_aid = False

    def start(self, tag: str, _: object) -> None:
        name = local_name(tag)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._is_aid = True
        self._is_text = name == "t" and not self._is_aid

    def text(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        name = local_name(tag)
        self._is_text = False
        if name == "rPh":
            self._is_aid = False
        elif name == "si":
            self.texts.append(plain_text("".join(self._pieces)))
