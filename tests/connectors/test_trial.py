"""Files read on trial: every row is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcheck.connectors.files.instructions import Instructions
from billcheck.connectors.files.opening import FileOpener
from billcheck.connectors.files.trial import NO_BILLING, Trial, try_file
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import GENERIC

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.suffix in {".csv", ".xml"})


def trial_of(path: Path) -> Trial:
    return try_file(FileOpener(path.name, str(path), Instructions(currency="EUR")))


def test_cash_from_nobody_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        "F-1,2026-01-31,Acme,1.00,EUR,invoice",
        ",2026-01-31,,5.00,EUR,payment",
        "X,2026-01-31,Acme,5.00,EUR,payment",
    ]
    path.write_text("\n".join([f"{GENERIC},kind", *rows, ""]), encoding="utf-8")
    found = trial_of(path)
    assert (found.rows, found.used, dict(found.set_aside), found.is_complete) == (3, 1, {NO_BILLING: 2}, True)
    assert [(total.currency, total.rows, total.amount) for total in found.totals] == [("EUR", 1, 100)]


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_row_of_every_sample_is_accounted_for(path: Path) -> None:
    try:
        found = trial_of(path)
    except LedgerRefusedError:
        return  # some exports need a word of the user's first
    assert found.rows == found.used + sum(found.set_aside.values()) + len(found.refused)
    assert found.used == sum(total.rows for total in found.totals)
    assert found.used > 0
