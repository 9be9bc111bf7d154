"""The manifest of hostile files: what each holds, and what must come of it.

Comes in: the TOML files beside this module, in `manifest/`, one a theme. Goes out: one `Hostile` per file. A file is
written out (`text`, `below` the headings of the generic ledger, `xero` rows), lies in `files/`, is a small electronic
invoice with some texts replaced (`ubl`, `credit` or `cii`: pairs of what is there once and what stands instead), is a
workbook of the plain line with some cells replaced (`cells`: the markup by the heading), or is made by a small function
(`make = "module:function"`, a module of this folder, giving bytes).

Exactly one verdict holds for each: *parsed* to exactly these lines, *rows_refused* (parsed but for these rows), or
*file_refused* with these problems. A line is document, issue date, customer, amount (signed, excluding tax), currency,
and where they are not the usual ones kind and status; "plain" stands for the line that most files begin with.
"""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.connectors.exports import GENERIC, xero_row, xero_text
from tests.connectors.workbook.books import HEAD, headed, number, packed, parts_of, text

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PLAIN = ("F-1", "2026-01-31", "Acme", "100.00", "EUR", "invoice", "approved")
USUAL = ("invoice", "approved")
KEYS = {"name", "why", "suffix", "options", "lines", "refused", "problems", "where", "exit"}
INVOICES = {"ubl", "credit", "cii"}
SOURCES = {"text", "below", "xero", "file", "make", "cells", *INVOICES}

LineFacts = tuple[str, ...]
"""Document, issue date, customer, amount, currency, kind, status."""


@dataclass(frozen=True)
class Hostile:
    """One file of the manifest.

    `options` are arguments of `read_ledger`, and options of the command by the same names. `refused` holds row, column,
    value and the name of the reason in `refusals.py` or `cell_values.py`; `problems` the classes for which the file is
    refused, `where` a text that the place of the first one ends with. `exit` is given where the code of a check must be
    exactly this.
    """

    name: str
    theme: str
    data: bytes
    suffix: str = ".csv"
    options: dict[str, Any] = field(default_factory=dict)
    lines: tuple[LineFacts, ...] = ()
    refused: tuple[tuple[int, str, str, str], ...] = ()
    problems: tuple[str, ...] = ()
    where: str = ""
    exit: int | None = None

    @property
    def verdict(self) -> str:
        """One of the three verdicts."""
        if self.problems:
            return "file_refused"
        return "rows_refused" if self.refused else "parsed"

    def write(self, folder: Path) -> Path:
        """The file, written into a folder."""
        path = folder / f"ledger{self.suffix}"
        path.write_bytes(self.data)
        return path


def data_of(entry: dict[str, Any]) -> bytes:
    """The bytes of an entry; `encoding` is that of `text` and `below` (latin-1 lets them spell any byte)."""
    if "file" in entry:
        return (HERE / "files" / str(entry["file"])).read_bytes()
    if "make" in entry:
        module, _, name = entry["make"].partition(":")
        return bytes(getattr(importlib.import_module(f"tests.hostile.{module}"), name)())
    if "cells" in entry:
        return packed(parts_of(headed(*cells_of_a_line(entry["cells"]))))
    if "xero" in entry:
        content = xero_text([xero_row(**cells) for cells in entry["xero"]])
    elif found := INVOICES & entry.keys():
        content = changed_invoice(*found, entry=entry)
    else:
        content = f"{GENERIC}\n{entry['below']}" if "below" in entry else entry["text"]
    return str(content).encode(entry.get("encoding", "utf-8"))


def cells_of_a_line(changes: dict[str, str]) -> list[str]:
    """The cells of the plain line, with the changes of an entry."""
    assert changes.keys() <= set(HEAD), changes
    cells = [text("F-1"), text("2026-01-31"), text("Acme"), number("100"), text("EUR")]
    return [changes.get(heading, cell) for heading, cell in zip(HEAD, cells, strict=True)]


def changed_invoice(name: str, *, entry: dict[str, Any]) -> str:
    """The plain electronic invoice of a name, with the changes of an entry."""
    content = (HERE / "files" / f"plain-{name}.xml").read_text(encoding="utf-8")
    for before, after in entry[name]:
        assert content.count(before) == 1, (entry["name"], before, content.count(before))
        content = content.replace(before, after)
    return content


def line_facts(line: str | list[str]) -> LineFacts:
    """One line of an entry in full."""
    if line == "plain":
        return PLAIN
    assert not isinstance(line, str), line
    facts = (*line, *USUAL[len(line) - 5 :])
    assert len(facts) == len(PLAIN), line
    return facts


def read_entry(entry: dict[str, Any], theme: str) -> Hostile:
    """An entry of a manifest; a key that is unknown, or a verdict too many or too few, fails."""
    unknown = entry.keys() - KEYS - SOURCES - {"encoding"}
    assert not unknown, (entry["name"], unknown)
    assert len(SOURCES & entry.keys()) == 1, entry["name"]
    assert ("problems" in entry) != ("lines" in entry), entry["name"]
    return Hostile(
        name=entry["name"],
        theme=theme,
        data=data_of(entry),
        suffix=entry.get("suffix", suffix_of(entry)),
        options=entry.get("options", {}),
        lines=tuple(map(line_facts, entry.get("lines", ()))),
        refused=tuple((row, column, value, reason) for row, column, value, reason in entry.get("refused", ())),
        problems=tuple(entry.get("problems", ())),
        where=entry.get("where", ""),
        exit=entry.get("exit"),
    )


def suffix_of(entry: dict[str, Any]) -> str:
    """How the name of a file ends that does not say so."""
    if INVOICES & entry.keys():
        return ".xml"
    return ".xlsx" if "cells" in entry or entry.get("make", "").startswith("made_sheets:") else ".csv"


def read_manifest() -> Iterator[Hostile]:
    """Every hostile file, theme by theme."""
    for path in sorted((HERE / "manifest").glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["file"]:
            yield read_entry(entry, path.stem)


CORPUS = tuple(read_manifest())
CSV_FILES = tuple(hostile for hostile in CORPUS if hostile.suffix == ".csv")
