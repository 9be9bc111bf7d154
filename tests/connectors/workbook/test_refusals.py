"""Workbooks that are not opened, and the sheet that is read where there are several."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck import read_ledger
from billcheck.cli.main import main
from billcheck.connectors.files.limits import FIELD_BYTES, Limits
from billcheck.connectors.files.workbook import open_workbook
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import scan
from tests.connectors.workbook.books import (
    SHEET,
    TYPES,
    billed,
    cells_of,
    number,
    packed,
    parts_of,
    row,
    text,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE = billed(number("100"))
VALUE = "<row><c><v>1</v></c></row>"
GOOD = packed(parts_of(ONE))


def refusal(folder: Path, data: bytes, limits: Limits | None = None, sheet: str | int | None = None) -> str:
    """Why a file is refused."""
    with pytest.raises(LedgerRefusedError) as refused:
        cells_of(write(folder, data), sheet, limits)
    (problem,) = refused.value.problems
    return str(problem)


def with_part(name: str, content: str | bytes | None) -> bytes:
    parts: dict[str, str | bytes] = dict(parts_of(ONE))
    parts.pop(name, None)
    return packed(parts if content is None else {**parts, name: content})


def with_rows(rows: str) -> bytes:
    return packed(parts_of(rows))


def directory_of(data: bytes) -> int:
    return data.rindex(b"PK\x05\x06")


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def encrypted(archive: bytes = GOOD) -> bytes:
    return patched(archive, archive.index(b"PK\x01\x02") + 8, b"\x01\x00")


def declared_too_small() -> bytes:
    """The directory says that the sheet is shorter than it is."""
    at = GOOD.rindex(b"PK\x01\x02")
    return patched(GOOD, at + 24, struct.pack("<I", 3))


def overlapping() -> bytes:
    """Every part of the directory points at one and the same place."""
    data, at = GOOD, -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data = patched(data, at + 42, struct.pack("<I", 0))
    return data


def two_of_one_name() -> bytes:
    file = BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(file, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    return file.getvalue()


def packed_otherwise() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_LZMA) as archive:
        for name, content in parts_of(ONE).items():
            archive.writestr(name, content)
    return file.getvalue()


def damaged() -> bytes:
    at = GOOD.index(SHEET.encode()) + len(SHEET)
    return patched(GOOD, at, bytes(20))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GOOD[:-30], "The workbook is cut off: its directory is missing."),
        (lambda: b"PK\x03\x04", "The workbook is cut off"),
        (lambda: GOOD[: len(GOOD) // 2] + GOOD[directory_of(GOOD) :], "The workbook is damaged"),
        (damaged, f"x.xlsx {SHEET}: The workbook is damaged"),
        (declared_too_small, "Bad CRC-32"),
        (encrypted, "x.xlsx: The workbook is protected by a password. Save it without a password."),
        (
            lambda: encrypted(packed({"a.csv": "x"})),
            "x.xlsx: This is an archive of files, but no XLSX workbook. Give the workbook itself",
        ),
        (overlapping, "Parts of the archive lie over each other"),
        (two_of_one_name, "Parts of the archive lie over each other or have one name"),
        (packed_otherwise, "The workbook is damaged"),
        (lambda: with_part(TYPES, None), "This is an archive of files, but no XLSX workbook."),
        (lambda: packed({"mimetype": "x", "content.xml": "<x/>"}), "Found 'ODS'. Save it as .xlsx"),
        (lambda: packed({TYPES: "<Types/>", "xl/workbook.bin": "x"}), "Found 'XLSB'. Save it as .xlsx"),
        (lambda: with_part("_rels/.rels", "<R/>"), "The workbook does not say where its parts are."),
        (lambda: with_part("_rels/.rels", None), "A part of the workbook is missing. Found '_rels/.rels'."),
        (lambda: with_part(SHEET, None), f"A part of the workbook is missing. Found '{SHEET}'."),
        (lambda: with_part(SHEET, "<worksheet>"), f"{SHEET}: The workbook is damaged"),
        (lambda: with_part("xl/styles.xml", "<x"), "xl/styles.xml: The workbook is damaged"),
        (lambda: with_part("xl/workbook.xml", "x"), "xl/workbook.xml: The workbook is damaged"),
        (
            lambda: with_part(SHEET, '<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>'),
            "a document type is declared",
        ),
        (lambda: with_part("xl/workbook.xml", "<!DOCTYPE x><workbook/>"), "a document type is declared"),
        (lambda: with_rows('<row r="2"><c><v>1</v></c></row><row r="1"/>'), "row 1 follows row 2"),
        (lambda: with_rows('<row r="2"><c><v>1</v></c></row><row r="2"/>'), "row 2 follows row 2"),
        (lambda: with_rows(VALUE + '<row r="1048577"/>'), "row 1048577 follows row 1"),
        (lambda: with_rows(VALUE + '<row r="x"/>'), "x is no number of a row"),
        (lambda: with_rows(VALUE + '<row><c r="B2"/><c r="A2"/></row>'), "cell A2 stands in row 2 after column B"),
        (lambda: with_rows(VALUE + '<row><c r="A2"/><c r="A2"/></row>'), "cell A2 stands in row 2 after column A"),
        (lambda: with_rows(VALUE + '<row><c r="A3"/></row>'), "cell A3 stands in row 2"),
        (lambda: with_rows(VALUE + '<row><c r="XFE2"/></row>'), "cell XFE2 stands in row 2"),
        (lambda: with_rows("<row><c><v>1,5</v></c></row>"), "row 1 has a number 1,5 that is none"),
        (lambda: with_rows("<row><c><v>NaN</v></c></row>"), "row 1 has a number NaN that is none"),
        (lambda: with_rows('<row><c s="99"><v>1</v></c></row>'), "row 1 has a style 99 that is not declared"),
        (lambda: with_rows('<row><c t="s"><v>0</v></c></row>'), "row 1 points at a text 0 that is not there"),
        (lambda: with_rows('<row><c t="s"><v>x</v></c></row>'), "row 1 points at a text x that is not there"),
        (lambda: with_rows(row(text("x" * (FIELD_BYTES + 1)))), "sheet Sheet1 row 1: A field is longer"),
        (lambda: with_rows(""), "No visible sheet of the workbook holds anything."),
        (lambda: packed(parts_of(ONE, states={1: "hidden"})), "Hidden sheets are read only by name: Sheet1."),
        (
            lambda: packed(parts_of(ONE, ONE, names=["May", "June"])),
            "it is open which one is the ledger. Found 'May, June'. Name the one to read, as in read_ledger(",
        ),
        (
            lambda: with_part(
                SHEET,
                f"<worksheet><sheetData>{ONE}</sheetData><mergeCells><mergeCell ref='A1:?'/></mergeCells></worksheet>",
            ),
            "cells A1:? cannot be merged",
        ),
        (
            lambda: with_part(
                SHEET,
                "<worksheet><sheetData><row r='1048576'><c r='A1048576'><v>1</v></c></row></sheetData><mergeCells>"
                "<mergeCell ref='A1:A1048576'/></mergeCells></worksheet>",
            ),
            "Merged cells cover more than any table. Found 'A1:A1048576'.",
        ),
    ],
)
def test_a_workbook_is_refused_for_a_reason(tmp_path: Path, make: Callable[[], bytes], message: str) -> None:
    assert message in refusal(tmp_path, make())


LARGE = row(*(number("1") for _ in range(30))) * 4000
"""Some 2 MB that pack to a few thousand bytes."""


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(zip_members=6), "more parts than are opened. The limit zip_members is 6; this has 7."),
        (Limits(zip_member_bytes=1000), "The limit zip_member_bytes is 1,000; this has"),
        (Limits(zip_total_bytes=3_000, zip_ratio=1000), "The limit zip_total_bytes is 3,000; this has"),
        (Limits(), "that is made to fill the memory. The limit zip_ratio is 200; this has"),
        (Limits(zip_ratio=10_000, columns=29), "sheet Sheet1: The file has more columns than"),
    ],
)
def test_each_limit_names_itself_and_how_to_raise_it(tmp_path: Path, limits: Limits, message: str) -> None:
    data = packed({**parts_of(LARGE), "xl/other.xml": "<x/>"})
    found = refusal(tmp_path, data, limits)
    assert message in found
    assert "If that is right, raise it: limits=Limits(" in found


def test_an_honest_limit_that_is_raised_lets_the_workbook_in(tmp_path: Path) -> None:
    assert len(cells_of(write(tmp_path, LARGE), limits=Limits(zip_ratio=2000))) == 4000


def test_a_directory_of_millions_is_not_read_into_memory(tmp_path: Path) -> None:
    end = directory_of(GOOD)
    lying = patched(GOOD, end + 12, struct.pack("<I", 0x7FFFFFFF))
    assert "The limit zip_members is 10,000; this has 46,684,427." in refusal(tmp_path, lying)
    assert "damaged" in refusal(tmp_path, patched(GOOD, end + 12, struct.pack("<I", 0xFFFFFFFF)))
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1)
    assert "damaged" in refusal(tmp_path, GOOD[:end] + locator + GOOD[end:])


def test_sizes_are_counted_while_parts_are_read(tmp_path: Path) -> None:
    """The directory may lie; what comes out of the archive is counted as well."""
    path = write(tmp_path, LARGE)
    limits = Limits(zip_ratio=10_000)
    book = open_workbook("x", str(path), None, limits)
    assert len(list(book.rows())) == 4000
    from billcheck.connectors.files.workbook import archive  # noqa: PLC0415 - only here

    with archive.open_archive("x", str(path), limits) as opened:
        opened.limits = replace(limits, zip_total_bytes=100_000)
        with pytest.raises(LedgerRefusedError, match="The limit zip_total_bytes is 100,000; this has 131,072"):
            opened.read(SHEET)


@pytest.mark.parametrize(
    ("sheet", "first"), [("June", "2"), (" june", "2"), (1, "1"), (3, "tips"), ("May", "1"), (None, "1")]
)
def test_the_sheet_is_chosen(tmp_path: Path, sheet: str | int | None, first: str) -> None:
    names = ["May", "June", "QuickBooks Export Tips"]
    data = packed(parts_of(row(text("1")), row(text("2")), row(text("tips")), names=names, states={2: "hidden"}))
    assert cells_of(write(tmp_path, data), sheet) == [(first,)]


@pytest.mark.parametrize("sheet", ["July", 0, 4])
def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path, sheet: str | int) -> None:
    found = refusal(tmp_path, packed(parts_of(ONE, ONE, names=["May", "June"])), sheet=sheet)
    assert found.endswith(f"has no such sheet. Found '{sheet}'. It has the sheets 1 May, 2 June.")


def test_a_folder_is_read_with_its_workbooks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("document,issue_date,customer,amount,currency\nF-0,2026-01-31,Acme,1,EUR\n")
    write(tmp_path, billed(number("100.5")))
    found = [scan(source) for source in read_ledger(tmp_path).sources]
    assert [one.amounts for one in found] == [[100], [10050]]


def test_an_old_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (source,) = read_ledger(path).sources
    with pytest.raises(LedgerRefusedError, match=r"XLS, or XLSX with a password'. Save it as \.xlsx"):
        scan(source)


def test_headings_below_titles_and_unknown_ones(tmp_path: Path) -> None:
    (source,) = read_ledger(write(tmp_path, row(text("Ledger of Duinweg")) + row() + ONE)).sources
    found = scan(source)
    assert found.amounts == [10000]
    assert source.read([found.lines[0].locator])[0].row == 4
    (source,) = read_ledger(write(tmp_path, row(text("a"), text("b")))).sources
    with pytest.raises(LedgerRefusedError, match=r"No profile knows these headings\. Found 'a, b'"):
        scan(source)


def test_the_command_reads_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """100.00 was agreed for January, and 100 billed in a sheet with a hidden row."""
    ledger = tmp_path / "ledger.xlsx"
    with xlsxwriter.Workbook(str(ledger)) as book:
        sheet = book.add_worksheet("Ledger")
        sheet.write_row(0, 0, ["document", "issue_date", "customer", "amount", "currency"])
        sheet.write_row(1, 0, ["F-1", "2026-01-31", "Acme", 100, "EUR"])
        sheet.set_row(1, None, None, {"hidden": True})
    contracts = tmp_path / "contracts.toml"
    contracts.write_text(
        '[[contract]]\nid = "C-1"\ncustomer = "Acme"\ncurrency = "EUR"\nstart = 2026-01-01\nlast_day = 2026-01-31\n'
        '[[contract.charge]]\nname = "Fee"\nmodel = "flat"\namount = "100"\nevery = "month"\ntiming = "in_arrears"\n'
    )
    days = ["--as-of", "2026-03-31", "--covers", "2026-01-01..2026-03-31"]
    code = main(["check", str(ledger), "--contracts", str(contracts), *days])
    shown = capsys.readouterr()
    assert (code, "row 2 is hidden" in shown.err) == (0, True), shown


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_workbook_is_refused_or_reads_the_same(cuts: list[tuple[int, int]], tmp_path: Path) -> None:
    """Checksums guard the parts: whatever is changed, a figure never is."""
    data = bytearray(GOOD)
    for at, byte in cuts:
        data[at] = byte
    (source,) = read_ledger(write(tmp_path, bytes(data))).sources
    try:
        found = scan(source)
    except LedgerRefusedError:
        return
    assert found.amounts == [10000]


CHANGES = st.lists(st.tuples(st.integers(0, len(ONE) - 1), st.sampled_from('<>/"&;0123456789 abcrtsv=')), max_size=4)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_damaged_markup_never_ends_in_a_traceback(changes: list[tuple[int, str]], tmp_path: Path) -> None:
    rows = list(ONE)
    for at, mark in changes:
        rows[at] = mark
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts_of("".join(rows)).items():
            archive.writestr(name, content)
    (source,) = read_ledger(write(tmp_path, file.getvalue())).sources
    try:
        scan(source)
    except LedgerRefusedError:
        return
