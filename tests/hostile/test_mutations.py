"""Every hostile file damaged at random: typed errors only, and no number that a plain second reading does not give."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files import read_ledger
from billcheck.errors import LedgerRefusedError
from billcheck.money import to_decimal
from tests.connectors.exports import Scanned, scan
from tests.hostile.damage import GENERIC_FILE, XERO_FILE
from tests.hostile.manifest import CORPUS, CSV_FILES, Hostile
from tests.hostile.plain_reader import PlainFile, Reading, is_matched, read_plainly

if TYPE_CHECKING:
    from pathlib import Path

SMALL = 4_000
"""Bytes; what is longer differs in its length alone."""
PLAIN_PROFILES = {"generic", "xero.sales-invoices"}
FLAT = {"amounts", "dates", "documents", "encodings", "headings", "structure", "words"}
"""Themes whose files are flat text."""
FILES = [
    hostile
    for hostile in CSV_FILES
    if hostile.theme in FLAT
    and len(hostile.data) <= SMALL
    and hostile.options.get("profile", "generic").partition(":")[0] in PLAIN_PROFILES
] + [
    Hostile("generic", "damage", GENERIC_FILE),
    Hostile("xero", "damage", XERO_FILE),
]
OTHERS = [hostile for hostile in CORPUS if hostile.theme not in FLAT and len(hostile.data) <= 10 * SMALL]
SPECIAL = [b'"', b",", b"\n", b"\r", b";", b"\t", b"0", b"9", b".", b"-", b"\0", b" ", b"'", b"(", b"\xc2\xa0", b"\xff",
           b"\xef\xbb\xbf", "٣".encode(), "−".encode(), b"e", b"_", b'""', b'","', b"\n\n", b"1e5", b"/"]  # fmt: skip
BYTES = st.sampled_from(SPECIAL) | st.binary(min_size=1, max_size=2)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["cut", "double row", "drop row", "swap bytes", "swap rows", "insert", "replace", "drop quote"]
        ),
        st.integers(0, SMALL),
        st.integers(0, SMALL),
        BYTES,
    ),
    min_size=1,
    max_size=5,
)


def damaged(data: bytes, how: str, first: int, second: int, byte: bytes) -> bytes:
    """One change; positions wrap around."""
    if not data:
        return byte
    here, there = sorted((first % len(data), second % len(data)))
    rows = data.splitlines(keepends=True)
    row, other = first % len(rows), second % len(rows)
    if how == "cut":
        return data[:here]
    if how == "double row":
        return b"".join([*rows[:row], rows[row], *rows[row:]])
    if how == "drop row":
        return b"".join(rows[:row] + rows[row + 1 :])
    if how == "swap rows":
        rows[row], rows[other] = rows[other], rows[row]
        return b"".join(rows)
    if how == "swap bytes" and here != there:
        return (
            data[:here] + data[there : there + 1] + data[here + 1 : there] + data[here : here + 1] + data[there + 1 :]
        )
    if how == "drop quote":
        at = data.find(b'"', here)
        return data if at < 0 else data[:at] + data[at + 1 :]
    return data[:here] + byte + data[here + (how == "replace") :]


def lines_of(found: Scanned) -> list[Reading]:
    return [
        (
            line.document, date.fromordinal(line.issue_day), line.customer,
            to_decimal(line.amount, line.currency), line.currency,
        )
        for line in found.lines
    ]  # fmt: skip


def read(folder: Path, data: bytes, hostile: Hostile) -> Scanned | None:
    """What the library reads; None where it refuses the file."""
    path = folder / f"ledger{hostile.suffix}"
    path.write_bytes(data)
    try:
        (source,) = read_ledger(path, **hostile.options).sources
        return scan(source)
    except LedgerRefusedError:
        return None


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), CHANGES)
def test_no_line_is_read_that_a_plain_reading_does_not_give(
    tmp_path: Path, hostile: Hostile, changes: list[tuple[str, int, int, bytes]]
) -> None:
    data = hostile.data
    for change in changes:
        data = damaged(data, *change)
    found = read(tmp_path, data, hostile)
    if found is None:
        return
    plain = read_plainly(data, hostile.options.get("profile", ""))
    assert plain is not None
    assert plain.vouches_for(lines_of(found))
    assert len(found.lines) + len(found.refused) == found.receipt.rows == len(plain.day_first)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(OTHERS), CHANGES)
def test_other_formats_are_answered_by_typed_errors_and_count_every_row(
    tmp_path: Path, hostile: Hostile, changes: list[tuple[str, int, int, bytes]]
) -> None:
    data = hostile.data
    for change in changes:
        data = damaged(data, *change)
    found = read(tmp_path, data, hostile)
    if found is not None:
        assert len(found.lines) + len(found.refused) == found.receipt.rows


def test_the_plain_reading_gives_every_line_of_the_manifest() -> None:
    for hostile in FILES:
        if hostile.lines:
            plain = read_plainly(hostile.data, hostile.options.get("profile", ""))
            assert isinstance(plain, PlainFile), hostile.name
            assert len(plain.day_first) == len(hostile.lines) + len(hostile.refused), hostile.name


def test_a_number_that_no_row_says_is_noticed() -> None:
    plain = read_plainly(b"document,issue_date,customer,amount,currency\nF-1,2026-01-31,Acme,100.00,EUR\n")
    assert plain is not None
    (reading,) = plain.day_first[0].readings
    assert plain.vouches_for([reading])
    assert not plain.vouches_for([reading, reading])
    assert not plain.vouches_for([(*reading[:3], reading[3] * 10, reading[4])])
    assert is_matched([], plain.day_first)
