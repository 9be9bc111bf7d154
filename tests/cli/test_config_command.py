from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

CONFIGURED = """\
contracts = ["contracts.toml"]
ledgers = ["half.csv"]
decisions = "decided.toml"

[thresholds]
fail_on = ["missing"]
min_amounts = { EUR = "5.00" }
covers = { first_day = 2026-01-01, last_day = 2026-05-31 }
control_totals = { EUR = "200.00" }

[scope]
contracts = ["C-117"]
ignore_items = ["Expenses"]

[credits.rebate]
patterns = ["Volume rebate"]
"""
WHEN = ("--as-of", "2026-05-31")


@pytest.fixture
def configured(folder: Path) -> Path:
    (folder / "billcheck.toml").write_text(CONFIGURED, encoding="utf-8")
    (folder / "decided.toml").touch()
    return folder


def shown(run: Run, *words: str) -> dict[str, tuple[Any, str]]:
    outcome = run("config", "show", *words, "--format", "json")
    assert outcome.code == 0
    return {entry["key"]: (entry["value"], entry["origin"]) for entry in json.loads(outcome.out)}


@pytest.mark.usefixtures("configured")
def test_every_setting_is_shown_with_where_it_comes_from(run: Run) -> None:
    settings = shown(run)
    assert settings["ledgers"] == (["half.csv"], "billcheck.toml")
    assert settings["thresholds.min_amounts"] == ({"EUR": "5.00"}, "billcheck.toml")
    assert settings["thresholds.covers"] == (["2026-01-01", "2026-05-31"], "billcheck.toml")
    assert settings["thresholds.grace_days"] == (None, "default")
    assert settings["scope.contracts"] == (["C-117"], "billcheck.toml")
    assert settings["scope.ignore_items"] == (["expenses"], "billcheck.toml")
    assert settings["credits.rebate.patterns"] == (["volume rebate"], "billcheck.toml")
    assert settings["credits.goodwill.items"] == ([], "default")


@pytest.mark.usefixtures("configured")
def test_the_command_line_wins(run: Run) -> None:
    settings = shown(
        run, "right.csv", "--grace-days", "0", "--fail-on", "none", "--min-amount", "EUR=1.00", "--customer", "Acme BV",
        "--check-until", "2026-03-31", "--decisions", "other.toml", "--profile", "generic",
    )  # fmt: skip
    assert settings["ledgers"] == (["right.csv"], "command line")
    assert settings["thresholds.grace_days"] == (0, "command line")
    assert settings["thresholds.fail_on"] == ([], "command line")
    assert settings["thresholds.min_amounts"] == ({"EUR": "1.00"}, "command line")
    assert settings["scope.customers"] == (["Acme BV"], "command line")
    assert settings["scope.contracts"] == ([], "default")
    assert settings["scope.check_until"] == ("2026-03-31", "command line")
    assert settings["decisions"] == ("other.toml", "command line")
    assert settings["profile"] == ("generic", "command line")
    assert settings["contracts"] == (["contracts.toml"], "billcheck.toml")


@pytest.mark.usefixtures("folder")
def test_without_a_configuration_the_defaults_are_shown(run: Run) -> None:
    outcome = run("config", "show")
    assert (outcome.code, outcome.err) == (0, "")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in outcome.out.splitlines()}
    assert lines["contracts"] == "contracts.toml default"
    assert lines["ledgers"] == "- default"
    assert lines["decisions"] == "- default"
    assert lines["thresholds.fail_on"].startswith("credited_not_rebilled, currency_mismatch, duplicate, missing")


@pytest.mark.usefixtures("configured")
def test_plain_check_does_it_all(run: Run) -> None:
    plain = run("check", *WHEN, "--format", "json")
    named = run(
        "check", "half.csv", "--contracts", "contracts.toml", "--fail-on", "missing", "--min-amount", "EUR=5.00",
        "--covers", "2026-01-01..2026-05-31", "--control-total", "EUR=200.00", "--contract", "C-117", *WHEN,
        "--decisions", "decided.toml", "--format", "json",
    )  # fmt: skip
    assert plain.code == 1
    assert plain.err == "Read billcheck.toml, the configuration of this folder.\n"
    assert plain.out == named.out
    assert json.loads(plain.out)["scope"]["contracts"] == ["C-117"]
    assert run("check", *WHEN, "--fail-on", "none").code == 0


def test_the_configuration_of_a_folder_above_counts_and_its_paths_are_its_own(
    configured: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = configured / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    outcome = run("check", *WHEN, "--format", "json")
    assert outcome.code == 1
    assert outcome.err == "Read ../billcheck.toml, the configuration of that folder.\n"
    assert [source["path"] for source in json.loads(outcome.out)["inputs"]] == ["../half.csv"]
    assert "2 charges, 200.00 EUR" in run("schedule", "--until", "2026-02-28").out


def test_a_part_never_looks_like_the_whole(configured: Path, run: Run) -> None:
    (configured / "billcheck.toml").unlink()
    outcome = run("check", "right.csv", *WHEN, "--customer", "hartwell interieur", "--check-until", "2026-02-01",
                  "--covers", "2026-01-01..2026-05-31")  # fmt: skip
    assert outcome.code == 0
    assert "Scope      only Hartwell Interieur (0 contracts are left out); periods that begin up to 2026-02-01" in (
        outcome.out
    )
    assert "Only a part was asked for: Hartwell Interieur (0 contracts are left out); periods" in outcome.out


@pytest.mark.usefixtures("configured")
def test_explain_shows_any_contract_whatever_the_scope(configured: Path, run: Run) -> None:
    text = (configured / "billcheck.toml").read_text(encoding="utf-8")
    (configured / "billcheck.toml").write_text(text.replace("C-117", "C-118"), encoding="utf-8")
    assert run("explain", "--contract", "C-117", *WHEN).code == 0
    refused = run("check", *WHEN)
    assert refused.code == 2
    assert "No contract has this id. Found 'C-118'. Did you mean 'C-117'?" in refused.err


@pytest.mark.usefixtures("configured")
def test_decisions_go_to_the_file_that_is_configured(configured: Path, run: Run) -> None:
    report = json.loads(run("check", *WHEN, "--format", "json").out)
    found = next(finding["id"] for finding in report["findings"] if finding["kind"] == "underbilled")
    assert run("decide", found, "--waive", "--reason", "Given up.", *WHEN).code == 0
    assert "Given up." in (configured / "decided.toml").read_text(encoding="utf-8")
    assert run("decisions", "list", *WHEN).out.startswith("decided.toml #1  applied  waive, C-117")
    assert run("check", *WHEN, "--output", "json=decided.toml").code == 2


def test_what_is_wrong_with_a_configuration_stops_every_command(folder: Path, run: Run) -> None:
    (folder / "billcheck.toml").write_text("ledgres = ['half.csv']\n", encoding="utf-8")
    for words in (("check",), ("config", "show"), ("schedule", "--until", "2026-02-28")):
        outcome = run(*words)
        assert outcome.code == 2
        assert 'billcheck.toml: ledgres: There is no such key here. Did you mean "ledgers"?' in outcome.err
    (folder / "pyproject.toml").write_text("[tool.billcheck]\n", encoding="utf-8")
    assert "There are both a billcheck.toml and a table [tool.billcheck]" in run("check").err


def test_the_limits_of_the_configuration_count_for_every_ledger_that_is_read(folder: Path, run: Run) -> None:
    row = "F-1,2026-01-31,A,1.00,EUR\n"
    (folder / "two.csv").write_text(f"document,issue_date,customer,amount,currency\n{row}{row}", encoding="utf-8")
    for most, is_refused in ((1, True), (2, False)):
        (folder / "billcheck.toml").write_text(f"[limits]\nrows = {most}\n", encoding="utf-8")
        for words in (("check", "two.csv", *WHEN), ("profile", "test", "two.csv")):
            outcome = run(*words)
            assert (outcome.code == 2) is is_refused, outcome
            assert (f"The limit rows is {most}; this has" in outcome.out + outcome.err) is is_refused
    limits = {key: found for key, found in shown(run).items() if key.startswith("limits.")}
    assert limits["limits.rows"] == (2, "billcheck.toml")
    assert limits["limits.columns"] == (256, "default")
    assert len(limits) == 15
