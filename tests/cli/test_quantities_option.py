from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

METERED = """\
[[contract]]
id = "C-1"
customer = "Acme BV"
currency = "EUR"
start = 2026-01-01

[[contract.charge]]
name = "Calls"
model = "per_unit"
unit_amount = "0.05"
every = "month"
timing = "in_arrears"
metered = true
quantity_basis = "sum"
"""
HEADINGS = "contract,charge,first_day,last_day,quantity"
LEDGER = "document,issue_date,customer,amount,currency\nINV-1,2026-02-01,Acme BV,60.00,EUR\n"


@pytest.fixture
def metered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one metered charge, a ledger, and the usage of January."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts.toml").write_text(METERED)
    (tmp_path / "ledger.csv").write_text(LEDGER)
    (tmp_path / "usage.csv").write_text(f"{HEADINGS}\nC-1,Calls,2026-01-01,2026-01-31,1200\n")
    (tmp_path / "more.csv").write_text(f"{HEADINGS}\nC-1,Calls,2026-02-01,2026-02-28,0\n")
    return tmp_path


CHECK = ("check", "ledger.csv", "--as-of", "2026-02-20", "--format", "json")


@pytest.mark.usefixtures("metered")
def test_a_check_without_quantities_is_inconclusive_and_says_what_to_give(run: Run) -> None:
    outcome = run(*CHECK)
    assert outcome.code == 3
    row, *_ = json.loads(outcome.out)["contracts"][0]["rows"]
    assert (row["expected"], row["billed"], row["status"]) == (None, "60.00", "inconclusive")
    assert row["note"] == (
        "No quantity is given for 2026-01-01 to 2026-01-31: give it with --quantities. "
        "If nothing was used, write a row with quantity 0."
    )
    assert "not known" in run("check", "ledger.csv", "--as-of", "2026-02-20").out


@pytest.mark.usefixtures("metered")
def test_a_check_with_quantities_judges_the_period(run: Run) -> None:
    outcome = run(*CHECK, "--quantities", "usage.csv")
    assert outcome.code == 0
    row, *_ = json.loads(outcome.out)["contracts"][0]["rows"]
    assert (row["expected"], row["status"]) == ("60.00", "ok")
    assert "usage 1200 2026-01-01 to 2026-01-31 (usage.csv row 2)" in row["derivation"]


@pytest.mark.usefixtures("metered")
def test_a_schedule_takes_several_files(run: Run) -> None:
    words = ("schedule", "--until", "2026-03-01", "--format", "json")
    found = json.loads(run(*words, "--quantities", "usage.csv", "--quantities", "more.csv").out)
    assert [charge["amount"] for charge in found] == ["60.00", "0.00"]
    assert [charge["amount"] for charge in json.loads(run(*words).out)] == [None, None]
    assert run("schedule", "--until", "2026-03-01").out.endswith("2 charges, 0.00 EUR and 2 not known\n")


@pytest.mark.usefixtures("metered")
def test_an_explanation_shows_the_rows_of_usage(run: Run) -> None:
    words = ("explain", "ledger.csv", "--as-of", "2026-02-20", "--contract", "C-1")
    assert "usage 1200 2026-01-01 to 2026-01-31 (usage.csv row 2)" in run(*words, "--quantities", "usage.csv").out
    assert "Agreed: not known, due 2026-02-01." in run(*words).out


@pytest.mark.parametrize("command", [CHECK, ("schedule", "--until", "2026-03-01")])
def test_what_is_wrong_with_quantities_is_said_all_at_once(run: Run, metered: Path, command: tuple[str, ...]) -> None:
    lines = [HEADINGS, "C-9,Calls,2026-01-01,,1", "C-1,Cells,2026-01-01,,1", "C-1,Calls,2025-12-31,,1"]
    (metered / "bad.csv").write_text("\n".join(lines))
    outcome = run(*command, "--quantities", "bad.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("The quantities were refused (3 problems):\n  bad.csv row 2: ")
