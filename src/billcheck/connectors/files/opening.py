"""A ledger file, opened as the stream and the layout that a scan needs.

Comes in: a path and what the user says about it. Goes out: the file itself where it is a flat CSV file, else its rows
of cells, rendered as one; with the columns of each field either way. The first rows decide, never the file's name. Must
not know rows of data.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from billcheck.connectors.base import SNAPSHOT_MARK
from billcheck.connectors.files import delimited, invoice_xml
from billcheck.connectors.files.flattening import flatten
from billcheck.connectors.files.heading import (
    DELIMITERS,
    Heading,
    choose_profile,
    describe_misfit,
    headings_of,
    place_fields,
)
from billcheck.connectors.files.limits import HEADING_ROWS, LimitProblem
from billcheck.connectors.files.profile import find_profile, shipped_profiles
from billcheck.connectors.files.rendered import DELIMITER, Rendered
from billcheck.connectors.files.report_file import read_report
from billcheck.connectors.files.stream import Facts
from billcheck.connectors.files.text import UTF8, TextFile
from billcheck.connectors.files.workbook import MARK, OLD_MARK, open_workbook
from billcheck.connectors.files.workbook.archive import OtherWorkbookError
from billcheck.connectors.files.workbook.choice import NoSheetError
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.files.cells import CellRow
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.instructions import Instructions
    from billcheck.connectors.files.profile import Profile
    from billcheck.connectors.files.stream import Stream
    from billcheck.ledger.template import Template


_PORTABLE_DOCUMENT = b"%PDF-"


class PortableDocumentError(Problem):
    """This is a PDF, which shows a ledger to people and holds no rows."""

    remedy = "Export the same as CSV or Excel from the program it comes from."


class LargeFileError(LimitProblem):
    """The file is larger than any that is read."""

    limit = "file_bytes"


class LargeXmlFileError(LimitProblem):
    """The XML file is larger than any electronic invoice."""

    limit = "xml_bytes"


@dataclass(frozen=True, slots=True)
class FileOpener:
    """One ledger file: `path` names it in reports, exactly as it was given; `location` is where it is."""

    path: str
    location: str
    instructions: Instructions

    def open(self) -> tuple[Stream, Layout]:
        """The file as a stream, and the columns of its fields.

        Raises:
            LedgerRefusedError: The file is empty or unreadable, or no profile fits.
            UsageError: There is no profile of this name.
        """
        file = TextFile(self.path, self.location)
        size, most = file.fingerprint().size, self.instructions.limits.file_bytes
        if size > most:
            raise LedgerRefusedError([LargeFileError(self.path, size, most)])
        head = next(file.stored(), b"")
        if head.startswith(_PORTABLE_DOCUMENT):
            raise LedgerRefusedError([PortableDocumentError(self.path)])
        if invoice_xml.is_xml(head):
            return self._open_xml(file, size)
        if head.startswith(SNAPSHOT_MARK):
            from billcheck.connectors.files import snapshot_cells  # noqa: PLC0415 - loads pydantic, for few files

            return snapshot_cells.open_snapshot(file, self.instructions.limits)
        name, own = self.instructions.profile, self.instructions.own
        profiles = (*shipped_profiles(), *own) if name is None else (find_profile(name, own),)
        if head.startswith(OLD_MARK):
            raise LedgerRefusedError([OtherWorkbookError(self.path, "XLS, or XLSX with a password")])
        if head.startswith(MARK):
            return self._open_workbook(file, profiles, is_named=name is not None)
        return self._open_text(profiles, is_named=name is not None)

    def digest(self) -> str:
        """The SHA-256 of the file as stored, in hexadecimal.

        Raises:
            LedgerRefusedError: The file cannot be opened.
        """
        return TextFile(self.path, self.location).digest()

    def templates(self) -> tuple[Template, ...]:
        """What the ledger makes documents from by itself, which only a snapshot says; empty for any other file.

        Raises:
            LedgerRefusedError: The file cannot be opened, or the snapshot was cut or changed.
        """
        file = TextFile(self.path, self.location)
        if not next(file.stored(), b"").startswith(SNAPSHOT_MARK):
            return ()
        from billcheck.connectors.files import snapshot_cells  # noqa: PLC0415 - loads pydantic, which few files need

        return snapshot_cells.Snapshot(self.path, file.stored()).templates()

    def _open_xml(self, file: TextFile, size: int) -> tuple[Stream, Layout]:
        """An electronic invoice, which says itself how it is written: no profile the user named changes that."""
        limits = self.instructions.limits
        if size > limits.xml_bytes:
            raise LedgerRefusedError([LargeXmlFileError(self.path, size, limits.xml_bytes)])
        invoice = invoice_xml.read_invoice(self.path, file.stored(), limits)
        profile = replace(find_profile("generic"), id=invoice.syntax)
        rendered = Rendered(file, field_bytes=limits.field_bytes)
        placed = rendered.write(invoice_xml.HEADINGS, 1, invoice_xml.to_cells(invoice), profile.values.marks.decimal)
        return rendered, place_fields(self.path, profile, placed, limits=limits)

    def _open_workbook(self, file: TextFile, profiles: Sequence[Profile], *, is_named: bool) -> tuple[Stream, Layout]:
        """A sheet of a workbook, which a profile of text files reads as well: cells need no delimiter."""
        sheet = self.instructions.sheet
        if sheet is None and is_named:
            sheet = profiles[0].sheet
        book = open_workbook(self.path, self.location, sheet, self.instructions.limits)
        profiles = [replace(profile, delimiter=None) for profile in profiles]
        rows = book.rows()
        top = next((row for row in rows if any(row.cells)), None)
        if top is None:
            raise LedgerRefusedError([NoSheetError(self.path)])
        titled = [profile for profile in profiles if profile.has_titles]
        titles: list[str] = []
        found = _find_heading(self.path, [top], profiles, titles) or _find_heading(
            self.path, islice(rows, HEADING_ROWS), titled, titles
        )
        if found is None:
            heading = Heading(DELIMITER.encode(), tuple(map(str, top.cells)), top.row, 0, 0)
            raise LedgerRefusedError([describe_misfit(self.path, [heading], profiles, is_named=is_named)])
        profile, heading = found
        return self._render(replace(file, facts=Facts(notes=book.notes)), profile, heading, titles, rows)

    def _open_text(self, profiles: Sequence[Profile], *, is_named: bool) -> tuple[Stream, Layout]:
        encodings = profiles[0].values.encodings if is_named else (UTF8,)
        text = TextFile.recognise(self.path, self.location, encodings)
        try:
            headings = headings_of(self.path, next(text.blocks(), b""), self.instructions.limits.columns)
        except LedgerRefusedError:
            others = [] if is_named else [profile for profile in profiles if profile.values.encodings != encodings]
            opened = self._open_in_other_encoding(others)
            if opened is None:
                raise
            return opened
        chosen = choose_profile(self.path, headings, profiles)
        if chosen is None:
            return self._open_below_titles(text, headings, profiles, is_named=is_named)
        profile, heading = chosen
        if not is_named and profile.values.encodings != encodings:
            return self._open_text((profile,), is_named=True)
        if not profile.is_flat:
            rows = self._cells(text, heading.delimiter)
            return self._render(text, profile, heading, (), dropwhile(lambda row: row.row <= heading.row, rows))
        return text, place_fields(self.path, profile, heading, self.instructions.currency, self.instructions.limits)

    def _cells(self, text: TextFile, delimiter: bytes) -> Iterator[CellRow]:
        return delimited.read_cells(text, delimiter.decode(), self.instructions.limits.field_bytes)

    def _open_in_other_encoding(self, profiles: Sequence[Profile]) -> tuple[Stream, Layout] | None:
        """The file as the only one of these profiles reads it that can; None where none can, or several."""
        found: list[tuple[Stream, Layout]] = []
        for profile in profiles:
            with suppress(LedgerRefusedError):
                found.append(self._open_text((profile,), is_named=True))
        return found[0] if len(found) == 1 else None

    def _open_below_titles(
        self, text: TextFile, headings: Sequence[Heading], profiles: Sequence[Profile], *, is_named: bool
    ) -> tuple[Stream, Layout]:
        """The file without the titles above its heading.

        What cannot be read as rows before a heading is found is no such file, and is described by its first row.
        """
        titled = [profile for profile in profiles if profile.has_titles]
        for delimiter in DELIMITERS:
            rows = self._cells(text, delimiter)
            titles: list[str] = []
            found = _find_heading(
                self.path, delimited.rows_before_faults(rows, HEADING_ROWS), titled, titles, delimiter
            )
            if found is not None:
                profile, heading = found
                return self._render(text, profile, heading, titles, rows)
        raise LedgerRefusedError([describe_misfit(self.path, headings, profiles, is_named=is_named)])

    def _render(
        self, text: TextFile, profile: Profile, heading: Heading, titles: Sequence[str], rows: Iterable[CellRow]
    ) -> tuple[Stream, Layout]:
        currency, limits = self.instructions.currency, self.instructions.limits
        rendered = Rendered(text, text.facts, limits.field_bytes)
        report = None
        if profile.report is not None:
            report = read_report(self.path, titles, heading, rows, profile, profile.report, currency)
            heading, rows = report.heading, report.rows
        flat = flatten(self.path, profile, heading, rows)
        placed = rendered.write(flat.headings, heading.row, flat.rows, profile.values.marks.decimal)
        if report is not None:
            rendered.facts = report.facts(text.facts)
        return rendered, place_fields(self.path, flat.profile, placed, currency, limits)


def _find_heading(
    path: str,
    rows: Iterable[CellRow],
    profiles: Sequence[Profile],
    titles: list[str],
    delimiter: bytes = DELIMITER.encode(),
) -> tuple[Profile, Heading] | None:
    """The first row that holds the heading of a profile; None where there is none.

    Args:
        path: How messages name the file.
        rows: The first rows of the file.
        profiles: Those that may fit.
        titles: Takes the texts above the heading.
        delimiter: What cut the rows.

    Raises:
        LedgerRefusedError: The heading fits several profiles equally well.
    """
    for row, cells in rows:
        heading = Heading(delimiter, tuple(map(str, cells)), row, 0, 0)
        chosen = choose_profile(path, [heading], profiles)
        if chosen is not None:
            return chosen[0], heading
        titles += filter(None, map(str, cells))
    return None
