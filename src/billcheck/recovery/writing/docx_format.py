"""A letter as a DOCX document, for whoever writes on their own letterhead.

Comes in: a page, and a document whose styles, header and footer it takes over, if there is one. Goes out: bytes, the
same for the same letter: no clock is read, and the parts of the archive bear one fixed date. Needs the package
python-docx (extra `docx`). Must not know what the letter is about.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from billcheck.errors import MissingPackageError, Problem
from billcheck.money import split_by_weights
from billcheck.recovery.writing.page import Bullets, Heading, Paragraph, Table, text_of
from billcheck.recovery.writing.templates import TemplatesRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.writing.page import Block, Page, Runs, TableRow

LETTERHEAD = "letterhead.docx"
"""A document of this name in the folder of templates gives the letter its styles, header, footer and margins."""

_LANGUAGES = {"en": "en-GB", "nl": "nl-NL", "de": "de-DE", "fr": "fr-FR"}
_GAP = 3
"""Characters between two columns."""
_CHARACTERS = 84
"""So many characters of a table stand beside each other on a page with our margins, in a wide font."""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEADING_POINTS = {1: 14, 2: 11}
_FONT, _POINTS, _TABLE_POINTS = "Liberation Sans", 10, 9


class LetterheadError(Problem):
    """The document with the letterhead cannot be opened."""

    remedy = "Save it as DOCX from your word processor, or take it out of the folder of templates."


def to_docx(page: Page, letterhead: Path | None = None) -> bytes:
    """The letter as a document.

    Raises:
        MissingPackageError: python-docx is not installed.
        TemplatesRefusedError: The letterhead cannot be opened.
    """
    document = _opened(letterhead)
    if letterhead is None:
        _set_style(document)
    _set_language(document, _LANGUAGES.get(page.language, page.language))
    properties = document.core_properties
    properties.title, properties.author, properties.comments = page.title, "", ""
    properties.language, properties.last_modified_by, properties.revision = page.language, "", 1
    properties.created = properties.modified = datetime(*_ZIP_EPOCH, tzinfo=UTC)
    for part in page.parts:
        for block in part.blocks:
            _add(document, block)
    stream = BytesIO()
    document.save(stream)
    return _with_fixed_dates(stream.getvalue())


def _opened(letterhead: Path | None) -> Any:  # noqa: ANN401 - a type of python-docx
    try:
        import docx  # noqa: PLC0415 - an extra
    except ImportError as error:
        what = "A letter as DOCX"
        raise MissingPackageError(what, "python-docx", "docx") from error
    if letterhead is None:
        return docx.Document()
    try:
        return docx.Document(str(letterhead))
    except Exception as error:  # whatever its reader stumbles over in a file that is no such document
        raise TemplatesRefusedError([LetterheadError(str(letterhead))]) from error


def _set_style(document: Any) -> None:  # noqa: ANN401
    """A4 with room for one page, a plain font, black headings."""
    from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(18)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(_POINTS)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(5), 1
    document.styles["List Bullet"].paragraph_format.space_after = Pt(3)
    for level, points in _HEADING_POINTS.items():
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(points), RGBColor(0, 0, 0)
        # The default names a font of its theme beside, which would win.
        for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            style.element.rPr.rFonts.attrib.pop(_named(f"w:{name}"), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(5)


def _named(name: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415

    return str(qn(name))


def _set_language(document: Any, language: str) -> None:  # noqa: ANN401
    """The language that a word processor checks the spelling in."""
    for found in document.styles.element.iter(_named("w:lang")):
        found.set(_named("w:val"), language)


def _style(document: Any, name: str) -> Any:  # noqa: ANN401
    """A style by its name; None, which is the normal one, where a letterhead has no such style."""
    return document.styles[name] if name in document.styles else None  # noqa: SIM401 - it has no get


def _add(document: Any, block: Block) -> None:  # noqa: ANN401
    match block:
        case Heading(level, runs):
            style = _style(document, f"Heading {level}")
            _write(document.add_paragraph(style=style), runs, is_strong=style is None)
        case Paragraph(runs):
            _write(document.add_paragraph(), runs)
        case Bullets(items):
            style = _style(document, "List Bullet")
            for item in items:
                paragraph = document.add_paragraph(style=style)
                if style is None:
                    paragraph.add_run("– ")
                _write(paragraph, item)
        case Table():
            _add_table(document, block)


def _write(paragraph: Any, runs: Runs, *, is_strong: bool = False, points: int = 0) -> None:  # noqa: ANN401
    from docx.shared import Pt  # noqa: PLC0415

    for run in runs:
        if run.is_break:
            paragraph.add_run().add_break()
            continue
        written = paragraph.add_run(run.text)
        if run.is_strong or is_strong:
            written.bold = True
        if points:
            written.font.size = Pt(points)


def _add_table(document: Any, block: Table) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(block.is_amount))
    table.autofit = False
    widths = _widths(document, block)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in block.rows:
        cells = table.add_row()
        if row.is_head:
            _append(cells._tr.get_or_add_trPr(), "w:tblHeader", {"w:val": "true"})  # noqa: SLF001 - as its manual says
        _append(cells._tr.get_or_add_trPr(), "w:cantSplit", {"w:val": "true"})  # noqa: SLF001
        for cell, runs, is_amount, width in zip(cells.cells, row.cells, block.is_amount, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1)
            if is_amount:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, runs, is_strong=row.is_head or row.is_sum, points=_TABLE_POINTS)
            _draw_border(cell, row)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _widths(document: Any, block: Table) -> list[Any]:  # noqa: ANN401
    """The width of each column: not every word processor works that out by itself.

    Every column gets room for its longest word, and one of amounts for all of them; what is left goes to those whose
    lines are longer.
    """
    from docx.shared import Emu  # noqa: PLC0415

    section = document.sections[-1]
    room = section.page_width - section.left_margin - section.right_margin
    columns = [[text_of(row.cells[index]) for row in block.rows] for index in range(len(block.is_amount))]
    whole = [max(len(line) for text in column for line in text.split("\n")) + _GAP for column in columns]
    least = [
        size if is_amount else max((len(word) for text in column for word in text.split()), default=0) + _GAP
        for column, size, is_amount in zip(columns, whole, block.is_amount, strict=True)
    ]
    spare = max(_CHARACTERS - sum(least), 0)
    wanted = [size - minimum for size, minimum in zip(whole, least, strict=True)]
    more = wanted if sum(wanted) <= spare else split_by_weights(spare, wanted)
    weights = [minimum + extra for minimum, extra in zip(least, more, strict=True)]
    return [Emu(width) for width in split_by_weights(room, weights)]


def _draw_border(cell: Any, row: TableRow) -> None:  # noqa: ANN401
    """A line below each row, and a darker one around the heading and above a sum."""
    borders = _append(cell._tc.get_or_add_tcPr(), "w:tcBorders", {})  # noqa: SLF001
    if row.is_sum:
        _append(borders, "w:top", {"w:val": "single", "w:sz": "6", "w:color": "444444"})
    colour = "444444" if row.is_head else "BBBBBB"
    _append(borders, "w:bottom", {"w:val": "single", "w:sz": "4", "w:color": colour})


def _append(parent: Any, name: str, attributes: dict[str, str]) -> Any:  # noqa: ANN401
    from docx.oxml import OxmlElement  # noqa: PLC0415

    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(_named(attribute), value)
    parent.append(element)
    return element


def _with_fixed_dates(archive: bytes) -> bytes:
    """The same archive, its parts in the same order, all of one date; the library takes that of the clock."""
    stream = BytesIO()
    with ZipFile(BytesIO(archive)) as found, ZipFile(stream, "w", ZIP_DEFLATED) as made:
        for name in found.namelist():
            entry = ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            made.writestr(entry, found.read(name))
    return stream.getvalue()
