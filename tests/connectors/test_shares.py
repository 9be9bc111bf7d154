"""A file scanned in shares gives what the file scanned as a whole gives, or asks for that."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files import read_ledger, shares
from billcheck.connectors.files.source import StreamSource
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import GENERIC, EveryKey, xero_row, xero_text
from tests.hostile.damage import CHANGES, GENERIC_FILE, XERO_FILE, change
from tests.hostile.manifest import CSV_FILES, Hostile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from billcheck.ledger.source import Batch

SMALL = 60
"""A file of a few rows then has shares."""


@pytest.fixture(autouse=True)
def _small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE_BYTES", SMALL)


def source_of(folder: Path, data: bytes) -> StreamSource:
    path = folder / "ledger.csv"
    path.write_bytes(data)
    source = read_ledger(str(path)).sources[0]
    assert isinstance(source, StreamSource)
    return source


def outcome_of(source: StreamSource, batches: Iterable[Batch]) -> dict[str, Any]:
    """All that batches say, with the rows that their locators lead back to."""
    lines: list[tuple[Any, ...]] = []
    locators: list[int] = []
    found: dict[str, Any] = {}
    for batch in batches:
        columns = (batch.documents, batch.line_numbers, batch.kinds, batch.statuses, batch.issue_days, batch.customers)
        more = (batch.amounts, batch.currencies, batch.texts, batch.credited)
        lines += zip(batch.locators, *columns, *more, strict=False)
        locators += batch.locators
        if batch.receipt is not None:
            found = {"outside": batch.outside, "refused": batch.refused, "receipt": batch.receipt}
            found["numbers"] = list(batch.receipt.numbers.series()) if batch.receipt.numbers else []
    return {"lines": [line[1:] for line in lines], "rows": source.read(locators), **found}


def scan_whole(folder: Path, data: bytes) -> dict[str, Any] | str:
    source = source_of(folder, data)
    try:
        return outcome_of(source, list(source.scan(EveryKey())))
    except LedgerRefusedError as error:
        return str(error)


def scan_in_shares(folder: Path, data: bytes, count: int) -> tuple[int, dict[str, Any] | str | None]:
    """How many shares there were, and their outcome; None where they ask for a scan of the whole."""
    source = source_of(folder, data)
    try:
        parts = source.shares(count)
    except LedgerRefusedError as error:
        return 0, str(error)
    try:
        batches = [batch for part in parts for batch in part.scan(EveryKey())]
    except LedgerRefusedError:
        return len(parts), None
    try:
        last = source.finish(EveryKey(), parts, [part.remainder() for part in parts], source.digest())
        return len(parts), None if last is None else outcome_of(source, [*batches, *last])
    except LedgerRefusedError as error:
        return len(parts), str(error)


def compare(folder: Path, data: bytes, count: int = 3) -> int:
    """The number of shares; they give what the whole gives, unless they ask for it."""
    whole = scan_whole(folder, data)
    number, found = scan_in_shares(folder, data, count)
    assert found is None or found == whole
    return number


@pytest.mark.parametrize("hostile", CSV_FILES, ids=lambda hostile: hostile.name)
def test_hostile_files_read_alike(hostile: Hostile, tmp_path: Path) -> None:
    compare(tmp_path, hostile.data)


@pytest.mark.parametrize("data", [GENERIC_FILE, XERO_FILE], ids=["generic", "xero"])
def test_ordinary_files_are_cut_and_need_no_second_scan(data: bytes, tmp_path: Path) -> None:
    assert compare(tmp_path, data, 2) > 1
    assert scan_in_shares(tmp_path, data, 2)[1] is not None


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([GENERIC_FILE, XERO_FILE]), st.lists(CHANGES, min_size=1, max_size=4), st.integers(2, 5))
def test_damaged_files_read_alike(
    tmp_path: Path, data: bytes, changes: list[tuple[int, str, bytes]], count: int
) -> None:
    for position, how, byte in changes:
        data = change(data, position, how, byte)
    compare(tmp_path, data, count)


CELLS = st.sampled_from(["Retainer", "two\nlines", 'a "quoted" word', "a, b", '5" pipe', "", "\n\n", 'x"\ny'])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 6), CELLS), min_size=4, max_size=25), st.integers(2, 6), st.booleans())
def test_no_cut_falls_into_a_quoted_cell_or_a_document(
    tmp_path: Path, rows: list[tuple[int, str]], count: int, is_quoted: bool
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    writer.writerow([*GENERIC.split(","), "description"])
    writer.writerows([f"F-{number}", "2026-01-31", "Acme", "10.00", "EUR", text] for number, text in rows)
    compare(tmp_path, file.getvalue().encode(), count)
    source = source_of(tmp_path, file.getvalue().encode())
    batches = [list(part.scan(EveryKey())) for part in source.shares(count)]
    documents = [[*batch.documents] for found in batches for batch in found if len(batch.locators)]
    ends = [(one[-1], other[0]) for one, other in pairwise(documents)]
    assert all(last != first for last, first in ends)


def test_a_document_in_two_shares_is_judged_by_all_of_its_rows(tmp_path: Path) -> None:
    other = [xero_row(InvoiceNumber=f"INV-{number}") for number in range(3, 9)]
    half = {"Total": "181.50", "TaxTotal": "31.50"}
    rows = [xero_row(**half), *other, xero_row(**half, LineAmount="50.00", TaxAmount="10.50")]
    number, found = scan_in_shares(tmp_path, xero_text(rows).encode(), 2)
    assert number > 1
    assert isinstance(found, dict)
    assert found == scan_whole(tmp_path, xero_text(rows).encode())
    assert sorted(line[6] for line in found["lines"] if line[0] == "INV-1") == [5000, 10000]


def test_shares_that_read_dates_otherwise_ask_for_the_whole(tmp_path: Path) -> None:
    rows = [f"F-{number},31/01/2026,Acme,10.00,EUR" for number in range(9)]
    late = [f"G-{number},01/31/2026,Acme,10.00,EUR" for number in range(9)]
    data = "\n".join([GENERIC, *rows, *late]).encode()
    assert scan_in_shares(tmp_path, data, 2)[1] is None
    assert "2026" in str(scan_whole(tmp_path, data))


def test_a_file_whose_first_dates_are_open_is_not_cut(tmp_path: Path) -> None:
    data = "\n".join([GENERIC, *(f"F-{number},01/02/2026,Acme,10.00,EUR" for number in range(40))]).encode()
    assert len(source_of(tmp_path, data).shares(3)) == 1


def test_other_encodings_are_not_cut(tmp_path: Path) -> None:
    text = "\n".join([GENERIC, *(f"F-{number},2026-02-01,Acme,10.00,EUR" for number in range(40))])
    assert len(source_of(tmp_path, text.encode()).shares(3)) == 3
    assert len(source_of(tmp_path, text.encode("utf-16")).shares(3)) == 1
    assert len(source_of(tmp_path, text.replace("\n", "\r").encode()).shares(3)) == 1
