"""Hostile workbooks that are no single odd cell.

Comes in: nothing. Goes out: the bytes of a file, by the name under which the manifest asks for it.
"""

from __future__ import annotations

import struct
import warnings
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from billcheck.connectors.files.limits import DEFAULT_LIMITS
from tests.connectors.workbook.books import (
    SHEET,
    TYPES,
    billed,
    formula,
    headed,
    number,
    packed,
    parts_of,
    row,
    text,
)

ONE = billed(number("100"))
PARTS = parts_of(ONE)
GOOD = packed(PARTS)
DIRECTORY = b"PK\x01\x02"
DAY_STYLE = 1


def line(document: str, day: str, amount: str) -> str:
    """The cells of a row of the generic ledger."""
    return text(document) + text(day) + text("Acme") + amount + text("EUR")


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def plain() -> bytes:
    return GOOD


def of_a_library() -> bytes:
    """As XlsxWriter makes it, with a date that is a number, and a formula whose result is not known."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 31, tzinfo=UTC)})
        sheet = book.add_worksheet("Ledger")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["document", "issue_date", "customer", "amount", "currency"])
        sheet.write_row(1, 0, ["F-1", None, "Acme", None, "EUR"])
        sheet.write_number(1, 1, 46053, day)
        sheet.write_formula(1, 3, "=60.00+40.00")
    return file.getvalue()


def sums_of_other_rows() -> bytes:
    """Each amount is a sum of others, and the first points at the last."""
    return packed(
        parts_of(
            headed(line("F-1", "2026-01-31", formula("D3+D4")))
            + row(line("F-2", "2026-01-31", formula("-(D4)")))
            + row(line("F-3", "2026-01-31", formula("SUM(H1:H3,I2)+70")))
        )
    )


def sum_of_a_cell_in_error() -> bytes:
    """What a formula points at is an error, so that it has no value either."""
    cells = line("F-1", "2026-01-31", formula("100+D3"))
    broken = line("F-2", "2026-01-31", '<c t="e"><f>#REF!</f><v>#REF!</v></c>')
    return packed(parts_of(headed(cells) + row(broken)))


def counted_from_1904() -> bytes:
    """The same day is 1,462 days less there: 46053 - 1462."""
    cells = text("F-1") + number("44591", DAY_STYLE) + text("Acme") + number("100") + text("EUR")
    parts = parts_of(headed(cells))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    return packed(parts)


def hidden_rows() -> bytes:
    """A filter that hides rows does not unbill them."""
    return packed(parts_of(ONE + row(line("F-2", "2026-02-28", number("100")), attributes=' hidden="1"')))


def hidden_column_of_amounts() -> bytes:
    columns = '<cols><col min="4" max="4" hidden="1"/></cols>'
    return packed(parts_of(f"<worksheet>{columns}<sheetData>{ONE}</sheetData></worksheet>"))


def error_that_is_not_read() -> bytes:
    """An error in a column of notes concerns nobody."""
    heading = row(*map(text, ("document", "issue_date", "customer", "amount", "currency", "our notes")))
    cells = line("F-1", "2026-01-31", number("100"))
    return packed(parts_of(heading + row(cells, '<c t="e"><v>#REF!</v></c>')))


def merged_customers() -> bytes:
    rows = ONE + row(text("F-2"), text("2026-02-28"), "<c/>", number("100"), text("EUR"))
    merges = '<mergeCells><mergeCell ref="C2:C3"/></mergeCells>'
    return packed(parts_of(f"<worksheet><sheetData>{rows}</sheetData>{merges}</worksheet>"))


def two_sheets() -> bytes:
    return packed(parts_of(billed(number("999")), ONE, names=["Old", "Ledger"]))


def hidden_sheet() -> bytes:
    """The hidden one has other figures, and is not read."""
    return packed(parts_of(billed(number("999")), ONE, names=["Old", "Ledger"], states={1: "veryHidden"}))


def only_a_hidden_sheet() -> bytes:
    return packed(parts_of(ONE, states={1: "hidden"}))


def macros() -> bytes:
    return packed({**PARTS, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(600)})


def in_utf16() -> bytes:
    markup = f'<?xml version="1.0" encoding="UTF-16"?>{PARTS[SHEET]}'
    return packed({**PARTS, SHEET: markup.encode("utf-16")})


def bomb_by_ratio() -> bytes:
    """Some ten megabytes of spaces in ten kilobytes."""
    return packed({**PARTS, SHEET: PARTS[SHEET] + " " * 10_000_000})


def bomb_by_members() -> bytes:
    file = BytesIO(GOOD)
    with ZipFile(file, "a") as archive:
        for member in range(DEFAULT_LIMITS.zip_members):
            archive.writestr(f"x/{member}", b"")
    return file.getvalue()


def bomb_in_a_bomb() -> bytes:
    """An archive within the archive is never opened."""
    inner = packed({"a": " " * 10_000_000})
    return packed({**PARTS, "xl/embeddings/a.zip": inner})


def overlapping_members() -> bytes:
    """Every part of the directory lies in one and the same place."""
    data, at = GOOD, -1
    while (at := data.find(DIRECTORY, at + 1)) >= 0:
        data = patched(data, at + 42, struct.pack("<I", 0))
    return data


def two_members_of_one_name() -> bytes:
    """A reader that takes the first bills 100.00, one that takes the last 999.00."""
    file = BytesIO(GOOD)
    with warnings.catch_warnings(), ZipFile(file, "a", ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        archive.writestr(SHEET, PARTS[SHEET].replace("<v>100</v>", "<v>999</v>"))
    return file.getvalue()


def encrypted() -> bytes:
    at = GOOD.index(DIRECTORY)
    return patched(GOOD, at + 8, b"\x01\x00")


def with_a_password() -> bytes:
    """A workbook with a password is an archive within a file of the old kind."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(992)


def larger_than_declared() -> bytes:
    at = GOOD.rindex(DIRECTORY)
    return patched(GOOD, at + 24, struct.pack("<I", 3))


def without_content_types() -> bytes:
    return packed({name: part for name, part in PARTS.items() if name != TYPES})


def truncated() -> bytes:
    return GOOD[: len(GOOD) // 2]


def hole_in_the_middle() -> bytes:
    at = GOOD.index(SHEET.encode()) + len(SHEET)
    return patched(GOOD, at, bytes(20))


def document_type() -> bytes:
    return packed({**PARTS, SHEET: f'<!DOCTYPE worksheet [<!ENTITY a "100">]>{PARTS[SHEET]}'})


def entity_that_is_a_file() -> bytes:
    head = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return packed({**PARTS, SHEET: head + PARTS[SHEET].replace("Acme", "&a;")})


def sheet_elsewhere_on_the_machine() -> bytes:
    relations = "xl/_rels/workbook.xml.rels"
    return packed({**PARTS, relations: PARTS[relations].replace("worksheets/sheet1.xml", "../../../../etc/passwd")})


def rows_in_no_order() -> bytes:
    """Two rows that both say they are the second."""
    again = row(line("F-2", "2026-02-28", number("100")), attributes=' r="2"')
    return packed(parts_of(ONE + again))


def xlsb() -> bytes:
    return packed({TYPES: "<Types/>", "xl/workbook.bin": "x"})


def ods() -> bytes:
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
