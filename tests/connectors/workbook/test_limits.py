"""The limits of workbooks: just at one a workbook is read, one less is refused with the limit and what was found."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from billcheck import Limits
from billcheck.connectors.files.limits import FIELD_BYTES
from billcheck.errors import LedgerRefusedError
from tests.connectors.workbook.books import SHEET, cells_of, number, packed, parts_of, row, text, write

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1 << 20
ROWS = row(*(number("1") for _ in range(30))) * 3000
PARTS = {**parts_of(ROWS), "xl/other.xml": "<x/>"}


def sizes(data: bytes) -> dict[str, tuple[int, int]]:
    """What each part of an archive unpacks to, and takes."""
    with ZipFile(BytesIO(data)) as archive:
        return {member.filename: (member.file_size, member.compress_size) for member in archive.infolist()}


def hold_to(folder: Path, data: bytes, limit: str, exact: int, *, found: str = "", **others: int) -> None:
    """Read at the limit and above it; refused one below, by a message that names the limit and what was found."""
    path = write(folder, data)
    given: dict[str, Any] = dict(others)
    whole = cells_of(path, limits=Limits(**given | {limit: exact}))
    assert whole
    assert cells_of(path, limits=Limits(**given | {limit: exact + 1})) == whole
    with pytest.raises(LedgerRefusedError) as caught:
        cells_of(path, limits=Limits(**given | {limit: exact - 1}))
    (problem,) = caught.value.problems
    wanted = (
        rf"The limit {limit} is {exact - 1:,}; this has {found or f'{exact:,}'}\. .*limits=Limits\({limit}=([0-9]+)\)"
    )
    raised = re.search(wanted, str(problem))
    assert raised is not None, str(problem)
    assert cells_of(path, limits=Limits(**given | {limit: int(raised[1])})) == whole, "the limit it says lets it in"


def test_the_number_of_parts(tmp_path: Path) -> None:
    hold_to(tmp_path, packed(PARTS), "zip_members", len(PARTS), zip_ratio=10_000)


def test_the_bytes_of_one_part(tmp_path: Path) -> None:
    data = packed(PARTS)
    largest = max(size for size, _ in sizes(data).values())
    assert largest == sizes(data)[SHEET][0]
    hold_to(tmp_path, data, "zip_member_bytes", largest, zip_ratio=10_000)


def test_the_bytes_of_all_parts(tmp_path: Path) -> None:
    data = packed(PARTS)
    hold_to(tmp_path, data, "zip_total_bytes", sum(size for size, _ in sizes(data).values()), zip_ratio=10_000)


def test_the_ratio_of_a_part(tmp_path: Path) -> None:
    """A part may unpack to the limit times its packed size; a fraction more is beyond it."""
    data = packed(PARTS)
    size, stored = sizes(data)[SHEET]
    assert size > MEBIBYTE
    least = -(-size // stored)
    hold_to(tmp_path, data, "zip_ratio", least)


@pytest.mark.parametrize(("size", "is_read"), [(MEBIBYTE, True), (MEBIBYTE + 1, False)])
def test_a_part_of_up_to_a_mebibyte_may_have_any_ratio(tmp_path: Path, size: int, *, is_read: bool) -> None:
    rows = row(text("x"))
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    path = write(tmp_path, packed(parts_of(sheet + " " * (size - len(sheet)))))
    sizes_of_sheet = sizes(path.read_bytes())[SHEET]
    assert sizes_of_sheet[0] == size
    assert size > 200 * sizes_of_sheet[1]
    if is_read:
        assert cells_of(path) == [("x",)]
        return
    with pytest.raises(
        LedgerRefusedError, match=rf"The limit zip_ratio is 200; this has {-(-size // sizes_of_sheet[1]):,}\."
    ):
        cells_of(path)


@pytest.mark.parametrize("field", ["x" * 20, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 10, "\N{EURO SIGN}" * 6 + "ab"])
def test_the_bytes_of_a_cell(tmp_path: Path, field: str) -> None:
    assert len(field.encode()) == 20
    hold_to(tmp_path, packed(parts_of(row(text("a"), text(field)))), "field_bytes", 20)


@pytest.mark.parametrize("field", ["x" * 20, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 10])
def test_the_bytes_of_a_shared_text(tmp_path: Path, field: str) -> None:
    parts = parts_of(row('<c t="s"><v>0</v></c>', text("a")))
    relation = '<Relationship Id="shared" Type="x/sharedStrings" Target="sharedStrings.xml"/></R>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace("</R>", relation)
    parts["xl/sharedStrings.xml"] = f"<sst><si><t>{field}</t></si></sst>"
    hold_to(tmp_path, packed(parts), "field_bytes", 20)


def test_the_longest_cell_there_may_be(tmp_path: Path) -> None:
    assert cells_of(write(tmp_path, row(text("x" * FIELD_BYTES)))) == [("x" * FIELD_BYTES,)]
    with pytest.raises(
        LedgerRefusedError, match=r"The limit field_bytes is 131,072; this has 131,073\. At most 131,072"
    ):
        cells_of(write(tmp_path, row(text("x" * (FIELD_BYTES + 1)))))
