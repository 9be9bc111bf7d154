"""Rows of cells as a stream: what a scan of them gives, and where it says they come from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.files import limits, rendered
from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.text import TextFile
from billcheck.errors import LedgerRefusedError, SourceChangedError
from tests.connectors.exports import GENERIC, only, scan

if TYPE_CHECKING:
    from pathlib import Path

TITLED = (
    "Ledger of Duinweg\n\n"
    f'"two\nlines",,\n{GENERIC},description\n'
    'F-1,2026-01-31,A,1.00,EUR,"Support\nand more"\n'
    "\n"
    "F-2,2026-02-31,A,2.00,EUR,\n"
    "F-3,2026-02-28,A,3.00,EUR,x\n"
)


@pytest.mark.parametrize("spool", [limits.SPOOL_BYTES, 10], ids=["in memory", "in a file"])
def test_rows_below_titles_are_named_as_the_file_numbers_them(
    spool: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendered, "SPOOL_BYTES", spool)
    monkeypatch.setattr(rendered, "BLOCK_BYTES", 20)
    path = tmp_path / "titled.csv"
    path.write_text(TITLED, encoding="utf-8", newline="")
    source = only(path)
    found = scan(source)
    lines = found.lines
    assert [(line.document, line.amount) for line in lines] == [("F-1", 100), ("F-3", 300)]
    assert [(refusal.row, refusal.value) for refusal in found.refused] == [(9, "2026-02-31")]
    locators = [line.locator for line in lines]
    assert source.rows_of(locators) == [6, 10]
    read = source.read(locators)
    assert [(row.row, row.line.document, row.line.description) for row in read] == [
        (6, "F-1", "Support\nand more"),
        (10, "F-3", "x"),
    ]
    receipt = found.receipt
    assert receipt.sha256 == sha256(path.read_bytes()).hexdigest()
    assert (receipt.rows, receipt.lines) == (3, 2)


def test_a_file_that_changes_after_its_scan_is_not_read_back(tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_text(TITLED, encoding="utf-8")
    source = only(path)
    lines = scan(source).lines
    path.write_text(TITLED + "\n", encoding="utf-8")
    with pytest.raises(SourceChangedError):
        source.read([lines[0].locator])


def test_typed_cells_are_written_in_the_marks_of_the_profile() -> None:
    stream = rendered.Rendered(TextFile("x", "x"))
    heading = stream.write(
        ("a", "b,c"), 4, [CellRow(5, (Decimal("1E+2"), date(2026, 1, 31))), CellRow(7, (Decimal("-0.5"), ""))], ","
    )
    assert b"".join(stream.blocks()) == b'a,"b,c"\r\n100,2026-01-31\r\n"-0,5",\r\n'
    assert (heading.row, heading.end, heading.next_line) == (4, 9, 2)
    assert [stream.row_of(line) for line in (1, 2, 3)] == [4, 5, 7]
    assert list(stream.slices([(9, 12), (25, 26)])) == [b"100", b'"']


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("a\0b", r"x row 7: The file holds a NUL byte"),
        ("a" * 131_073, r"x row 7: A field is longer than any field that is read"),
    ],
)
def test_a_cell_that_cannot_be_rendered_is_named(cell: str, message: str) -> None:
    with pytest.raises(LedgerRefusedError, match=message):
        rendered.Rendered(TextFile("x", "x")).write(("a",), 1, [CellRow(7, (cell,))], ".")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('F-1,2026-01-31,"A"b,1.00,EUR\n', r"row 4: A quoted field ends in the middle of a cell"),
        ('F-1,2026-01-31,A,1.00,"EUR\n', r"row 4: A quoted field begins here and never ends"),
        ("F-1,2026-01-31," + "A" * 131_073 + ",1.00,EUR\n", r"row 4: A field is longer than any field"),
        ("F-1,2026-01-31,\xff,1.00,EUR\n", r"row 4: The file is not text in utf-8"),
    ],
    ids=["stray quote", "open quote", "long field", "encoding"],
)
def test_what_a_file_with_titles_is_refused_for(rows: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_bytes(f"Ledger\n\n{GENERIC}\n{rows}".encode("latin-1"))
    with pytest.raises(LedgerRefusedError, match=message):
        scan(only(path))


def test_a_carriage_return_in_a_cell_ends_no_row(tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_bytes(f'Ledger\r\n{GENERIC},description\r\nF-1,2026-01-31,A,1.00,EUR,"a\rb\r"\r\n'.encode())
    source = only(path)
    (line,) = scan(source).lines
    assert line.text == "a\rb\r"
    assert source.read([line.locator])[0].row == 3
