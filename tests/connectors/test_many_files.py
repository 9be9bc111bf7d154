"""A source that was scanned keeps only what reading its rows back needs: of small files there may be thousands."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING

from billcheck.connectors.files import read_ledger
from billcheck.ledger.source import Keys
from tests.connectors.exports import xero_row, xero_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from billcheck.ledger.source import Source

DOCUMENTS, FILES = 400, 12
KEPT_BYTES = 24_000
"""Of a file of some 90 kB; a few bytes for every 32 rows, and the headings."""


def scan_all(sources: Sequence[Source]) -> int:
    """Rows read, with keys that match nothing."""
    return sum(batch.receipt.rows for source in sources for batch in source.scan(Keys()) if batch.receipt is not None)


def test_little_is_kept_of_each_file_after_its_scan(tmp_path: Path) -> None:
    for file in range(FILES):
        rows = [
            xero_row(InvoiceNumber=f"INV-{file}-{number}", ContactName=f"Customer {file} {number}")
            for number in range(DOCUMENTS)
        ]
        (tmp_path / f"{file:02}.csv").write_text(xero_text(rows), encoding="utf-8")
    first, *others = read_ledger(tmp_path).sources
    scan_all([first])
    gc.collect()
    gc.disable()  # as the command does: what refers to itself would stay
    tracemalloc.start()
    try:
        assert scan_all(others) == DOCUMENTS * (FILES - 1)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert kept / (FILES - 1) < KEPT_BYTES
