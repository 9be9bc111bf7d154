from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTRACTS = """\
[[contract]]
id = "C-117"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2026-12-31
payment_terms = "30 days"
tax = { percent = "21" }

[[contract.charge]]
name = "Retainer"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
"""
HEADING = "document,issue_date,customer,amount,currency,description"
RIGHT = [
    "INV-1,2026-01-31,Hartwell Interieur,100.00,EUR,Retainer January 2026",
    "INV-2,2026-02-28,Hartwell Interieur,100.00,EUR,Retainer February 2026",
    "INV-3,2026-03-31,Hartwell Interieur,100.00,EUR,Retainer March 2026",
]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with contracts.toml and right.csv, three months billed as agreed; half.csv bills too little."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILLCHECK_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    (tmp_path / "contracts.toml").write_text(CONTRACTS, encoding="utf-8")
    write_ledger(tmp_path / "right.csv", RIGHT)
    write_ledger(tmp_path / "half.csv", [RIGHT[0], *(row.replace("100.00", "50.00") for row in RIGHT[1:])])
    return tmp_path


def write_ledger(path: Path, rows: list[str]) -> None:
    path.write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command line in this process; a SystemExit counts as its code."""

    def run_command(*words: str) -> Outcome:
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 2
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_command
