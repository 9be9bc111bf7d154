"""Workbooks made by hand, part by part, so that each holds exactly one oddity."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from billcheck.connectors.files.workbook import open_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.limits import Limits

TYPES = "[Content_Types].xml"
STYLES = '<Relationship Id="s" Type="x/styles" Target="/xl/styles.xml"/>'
SHEET = "xl/worksheets/sheet1.xml"
HEAD = ("document", "issue_date", "customer", "amount", "currency")
FORMATS = ("General", "yyyy-mm-dd", "0%", "h:mm", "[h]:mm", '#,##0.00\\ "kr"', "dd/mm/yyyy hh:mm", "@")
"""The formats of the styles 0 to 7."""


def text(value: str) -> str:
    """A cell without a name that holds a text."""
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def formula(code: str, saved: str = "") -> str:
    return f"<c><f>{code}</f><v>{saved}</v></c>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<row{attributes}>{''.join(cells)}</row>"


def headed(*cells: str) -> str:
    """The headings of the generic ledger, and a row below them."""
    return row(*map(text, HEAD)) + row(*cells)


def billed(amount: str) -> str:
    """A ledger of one line, whose amount is this cell."""
    return headed(text("F-1"), text("2026-01-31"), text("Acme"), amount, text("EUR"))


def parts_of(*sheets: str, names: Sequence[str] = (), states: Mapping[int, str] | None = None) -> dict[str, str]:
    """The parts of a workbook whose sheets hold these rows."""
    states = states or {}
    names = names or [f"Sheet{index}" for index in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{index}" state="{states.get(index, "visible")}" r:id="rId{index}"/>'
        for index, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{index}" Type="x/worksheet" Target="worksheets/sheet{index}.xml"/>'
        for index in range(1, len(sheets) + 1)
    )
    formats = "".join(
        f'<numFmt numFmtId="{170 + index}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for index, code in enumerate(FORMATS)
    )
    styles = "".join(f'<xf numFmtId="{170 + index}"/>' for index in range(len(FORMATS)))
    return {
        TYPES: "<Types/>",
        "_rels/.rels": '<R><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></R>',
        "xl/workbook.xml": f'<workbook xmlns:r="r"><workbookPr/><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<R>{relations}{STYLES}</R>",
        "xl/styles.xml": f"<styleSheet><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
        **{
            f"xl/worksheets/sheet{index}.xml": (
                rows if "<sheetData" in rows else f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
            )
            for index, rows in enumerate(sheets, start=1)
        },
    }


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts as an archive, the same bytes on every day."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return file.getvalue()


def write(folder: Path, data: bytes | Mapping[str, str | bytes] | str) -> Path:
    """A file with this archive, with these parts, or with the rows of one sheet."""
    path = folder / "ledger.xlsx"
    parts = parts_of(data) if isinstance(data, str) else data
    path.write_bytes(parts if isinstance(parts, bytes) else packed(parts))
    return path


def cells_of(path: Path, sheet: str | int | None = None, limits: Limits | None = None) -> list[tuple[Cell, ...]]:
    """The rows of a sheet."""
    book = open_workbook("x.xlsx", str(path), sheet, *([] if limits is None else [limits]))
    return [one.cells for one in book.rows()]
