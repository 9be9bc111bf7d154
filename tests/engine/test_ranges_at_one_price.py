"""A stated range whose amount is exactly that of one price throughout."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, check, load_contracts
from tests.engine.agreements import line

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """
[[contract]]
id = "C-1"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2026-06-15

[[contract.charge]]
name = "Fee"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_advance"
price_steps = [{ on = 2026-04-01, amount = "STEP" }]
"""


@pytest.mark.parametrize(
    ("step", "amount", "shares"),
    [
        # 3 x 100 + 2 x 120 + 60 for half of June are agreed: 600.
        ("120.00", "600.00", [100, 100, 100, 120, 120, 60]),
        ("120.00", "560.00", [100, 100, 100, 100, 100, 60]),  # as if 100 held on, for all but the half month
        ("120.00", "720.00", [120, 120, 120, 120, 120, 120]),  # as if 120 had held from the start, for whole months
        # 3 x 100 + 2 x 80 + 40 are agreed: 500.
        ("80.00", "600.00", [100, 100, 100, 100, 100, 100]),
        ("80.00", "440.00", [80, 80, 80, 80, 80, 40]),
        ("80.00", "240.00", [48, 48, 48, 38.4, 38.4, 19.2]),  # 6 x 40 is what half of June costs, and no price
        ("80.00", "250.00", [50, 50, 50, 40, 40, 20]),  # half of everything
    ],
)
def test_the_share_of_each_month(tmp_path: Path, step: str, amount: str, shares: list[float]) -> None:
    (tmp_path / "c.toml").write_text(CONTRACT.replace("STEP", step))
    days = {"period_first_day": date(2026, 1, 1), "period_last_day": date(2026, 6, 15)}
    report = check(
        load_contracts(str(tmp_path / "c.toml")),
        Ledger.from_lines([line("INV-1", "2026-01-01", amount, **days)]),
        as_of=date(2026, 7, 20),
    )
    assert [float(row.billed) for row in report.rows] == shares
