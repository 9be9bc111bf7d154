"""Hostile files: read exactly, read but for named rows, or refused; and the same for files damaged at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import GENERIC, scan_text, xero_row, xero_text
from tests.hostile.corpus import CORPUS, Hostile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_hostile_file_gets_its_verdict(hostile: Hostile, tmp_path: Path) -> None:
    if hostile.refused:
        with pytest.raises(LedgerRefusedError, match=hostile.refused) as caught:
            scan_text(tmp_path, hostile.data)
        assert all(str(tmp_path / "ledger.csv") in problem.where for problem in caught.value.problems)
        return
    found = scan_text(tmp_path, hostile.data)
    assert sorted(found.amounts) == sorted(hostile.read)
    assert [(row.row, row.column) for row in found.refused] == list(hostile.rows)
    assert all(row.reason for row in found.refused)
    assert found.receipt.rows == len(hostile.read) + len(hostile.rows)


def test_the_manifest_is_large_and_names_each_file_once() -> None:
    names = [hostile.name for hostile in CORPUS]
    assert len(names) == len(set(names)) >= 90


GENERIC_FILE = "\n".join(
    [
        f"{GENERIC},description,kind",
        "F-1,2026-01-31,Acme,100.00,EUR,Retainer,invoice",
        'F-1,2026-01-31,Acme,20.50,EUR,"Seats, 12",invoice',
        'F-2,2026-02-28,"Beta ""B""",7.25,EUR,"two\nlines",',
        "CN-1,2026-03-31,Zoë,3.75,EUR,,credit note",
        "F-3,2026-04-30,Acme,-11.00,EUR,,",
        "",
    ]
).encode()
XERO_FILE = xero_text(
    [
        xero_row(Total="181.50", TaxTotal="31.50"),
        xero_row(Total="181.50", TaxTotal="31.50", LineAmount="50.00", TaxAmount="10.50", Description='"a, b\nc"'),
        xero_row(InvoiceNumber="INV-2", LineAmount="121.00", TaxAmount="21.00"),
        xero_row(InvoiceNumber="CN-1", Type="Sales credit note", Total="12.10", TaxTotal="2.10", LineAmount="10.00",
                 TaxAmount="2.10"),
    ]
).encode()  # fmt: skip
CHANGES = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from(["replace", "insert", "delete"]),
    st.binary(min_size=1, max_size=1)
    | st.sampled_from([b'"', b",", b"\n", b"\r", b"0", b"9", b".", b"-", b"\0", b" "]),
)


def change(data: bytes, position: int, how: str, byte: bytes) -> bytes:
    at = position % len(data)
    rest = data[at:] if how == "insert" else data[at + 1 :]
    return data[:at] + (b"" if how == "delete" else byte) + rest


@settings(deadline=None, max_examples=800, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([GENERIC_FILE, XERO_FILE]), st.lists(CHANGES, min_size=1, max_size=6))
def test_damage_is_answered_by_typed_errors_only(
    tmp_path: Path, data: bytes, changes: list[tuple[int, str, bytes]]
) -> None:
    for position, how, byte in changes:
        data = change(data, position, how, byte)
    try:
        found = scan_text(tmp_path, data)
    except LedgerRefusedError:
        return
    assert found.receipt.rows == found.receipt.lines + len(found.refused)
    assert len(found.lines) == found.receipt.lines


@settings(deadline=None, max_examples=1200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
@example((len(XERO_FILE) - 1, "delete", b"x"))
def test_one_wrong_byte_never_changes_a_figure_that_totals_vouch_for(
    tmp_path: Path, changed: tuple[int, str, bytes]
) -> None:
    data = change(XERO_FILE, *changed)
    if data.split(b"\r\n")[0] != XERO_FILE.split(b"\r\n")[0]:
        return
    try:
        found = scan_text(tmp_path, data)
    except LedgerRefusedError:
        return
    if not found.refused:
        assert sorted(found.amounts) == [-1000, 5000, 10000, 10000]


@settings(deadline=None, max_examples=1200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_one_wrong_byte_never_loses_a_row_in_silence(tmp_path: Path, changed: tuple[int, str, bytes]) -> None:
    data = change(GENERIC_FILE, *changed)
    if data.split(b"\n")[0] != GENERIC_FILE.split(b"\n")[0]:
        return
    before = [2050, -1100, -375, 725, 10000]
    try:
        found = scan_text(tmp_path, data)
    except LedgerRefusedError:
        return
    if not found.refused:
        after = list(found.amounts)
        assert len(after) == len(before)
        # A wrong byte inside an amount, or in the word that makes a credit note, is another figure: of one row only.
        unchanged = [amount for amount in before if amount in after]
        assert len(unchanged) >= len(before) - 1
