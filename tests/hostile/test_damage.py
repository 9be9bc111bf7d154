"""Good files damaged at random are answered by typed errors, and never by other figures in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import scan_text
from tests.hostile.damage import CHANGES, GENERIC_FILE, XERO_FILE, change

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=800, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=1200, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=1200, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
