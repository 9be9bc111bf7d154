"""How ledgers are read, as the command line and the configuration say it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import CONTRACTS
from tests.connectors.test_profile_files import ACME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

WHEN = ("--as-of", "2026-02-28", "--covers", "2026-01-01..2026-02-28")
LEDGER = "Nummer;Datum;Klant;Netto\nF-1;2026-01-31;Hartwell Interieur;100,00\nF-2;2026-02-28;Hartwell Interieur;60,00\n"


@pytest.fixture
def own(folder: Path) -> Path:
    (folder / "profiles").mkdir()
    (folder / "profiles" / "acme.toml").write_text(ACME, encoding="utf-8")
    (folder / "export.csv").write_text(LEDGER, encoding="utf-8")
    return folder


def report_of(run: Run, *words: str) -> dict[str, Any]:
    outcome = run("check", *words, *WHEN, "--format", "json")
    assert outcome.code in {0, 1}, outcome.err
    report: dict[str, Any] = json.loads(outcome.out)
    return report


@pytest.mark.usefixtures("own")
def test_the_profiles_beside_the_contracts_are_read_and_that_is_said(run: Run) -> None:
    outcome = run("check", "export.csv", "--currency", "EUR", *WHEN)
    assert (outcome.code, outcome.err) == (1, "Read profiles/, the profiles beside the contracts.\n")
    assert "40.00" in outcome.out, "February was billed at 60.00 instead of 100.00"
    report = report_of(run, "export.csv", "--currency", "EUR")
    assert [source["profile"] for source in report["inputs"]] == ["acme.lines"]


def test_beside_the_contracts_is_beside_their_file_or_folder(own: Path, run: Run) -> None:
    (own / "firm" / "contracts").mkdir(parents=True)
    (own / "contracts.toml").unlink()
    (own / "firm" / "contracts" / "c.toml").write_text(CONTRACTS, encoding="utf-8")
    (own / "profiles").rename(own / "firm" / "profiles")
    words = ("check", "export.csv", "--currency", "EUR", *WHEN, "--contracts")
    for contracts in ("firm/contracts", "firm/contracts/"):
        outcome = run(*words, contracts)
        assert (outcome.code, outcome.err) == (1, "Read firm/profiles/, the profiles beside the contracts.\n")
    (own / "firm" / "contracts" / "c.toml").rename(own / "firm" / "c.toml")
    assert run(*words, "firm/c.toml").err == "Read firm/profiles/, the profiles beside the contracts.\n"
    (own / "elsewhere").mkdir()
    (own / "firm" / "c.toml").rename(own / "elsewhere" / "c.toml")
    outcome = run(*words, "elsewhere/c.toml")
    assert outcome.code == 2
    assert "No profile knows these headings" in outcome.err
    assert run(*words, "elsewhere/c.toml", "--profiles", "firm/profiles").err == ""


def test_a_folder_of_that_name_without_profiles_is_somebody_elses(own: Path, run: Run) -> None:
    (own / "profiles" / "acme.toml").rename(own / "profiles" / "acme.json")
    assert run("check", "right.csv", "--as-of", "2026-04-01").err == ""
    outcome = run("check", "right.csv", "--as-of", "2026-04-01", "--profiles", "profiles")
    assert outcome.code == 2
    assert "profiles: The folder holds no profile." in outcome.err


def test_a_profile_with_faults_stops_the_check(own: Path, run: Run) -> None:
    (own / "profiles" / "b.toml").write_text(ACME.replace('title = "Acme"', 'title = ""'), encoding="utf-8")
    outcome = run("check", "right.csv", "--as-of", "2026-04-01")
    assert (outcome.code, outcome.out) == (2, "")
    assert (
        "The profiles were refused (1 problem):\n  profiles/b.toml: title: This is left to be filled in." in outcome.err
    )
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("own")
def test_a_profile_may_be_named_by_its_file(run: Run) -> None:
    report = report_of(run, "export.csv", "--currency", "EUR", "--profile", "profiles/acme.toml:month-first")
    assert [source["profile"] for source in report["inputs"]] == ["acme.lines:month-first"]


@pytest.mark.usefixtures("own")
def test_a_ledger_without_a_currency_is_refused_until_it_is_named(run: Run) -> None:
    outcome = run("check", "export.csv", *WHEN)
    assert outcome.code == 2
    assert "Say which with --currency EUR" in outcome.err
    outcome = run("check", "export.csv", "--currency", "eur", *WHEN)
    assert outcome.code == 2
    assert "'eur' is no currency; write three capitals such as EUR" in outcome.err


def test_the_configuration_says_of_each_ledger_how_it_is_read(own: Path, run: Run) -> None:
    below = own / "below"
    below.mkdir()
    (own / "profiles").rename(below / "own")
    (below / "billcheck.toml").write_text(
        """
        contracts = ["../contracts.toml"]
        ledgers = ["../january.csv"]
        profiles = ["own"]
        currency = "EUR"
        [[ledger]]
        path = "../february.csv"
        profile = "own/acme.toml"
        [[ledger]]
        path = "../march.csv"
        profile = "generic"
        currency = "JPY"
        """,
        encoding="utf-8",
    )
    heading, january, february = LEDGER.splitlines()
    (own / "january.csv").write_text(f"{heading}\n{january}\n", encoding="utf-8")
    (own / "february.csv").write_text(f"{heading}\n{february}\n", encoding="utf-8")
    (own / "march.csv").write_text("document,issue_date,customer,amount\nF-3,2026-02-28,Other,100\n", encoding="utf-8")
    report = report_of(run, "--config", "below/billcheck.toml")
    assert [source["profile"] for source in report["inputs"]] == ["acme.lines", "acme.lines", "generic"]
    assert [(one["currency"], one["amount"]) for one in report["outside"]] == [("JPY", "100")]

    shown = run("config", "show", "--config", "below/billcheck.toml", "--format", "json")
    settings = {entry["key"]: entry["value"] for entry in json.loads(shown.out)}
    assert settings["ledgers"] == [
        "below/../january.csv",
        {"path": "below/../february.csv", "profile": "below/own/acme.toml"},
        {"path": "below/../march.csv", "profile": "generic", "currency": "JPY"},
    ]
    assert (settings["profiles"], settings["currency"]) == (["below/own"], "EUR")
    shown = run("config", "show", "--config", "below/billcheck.toml")
    assert "below/../march.csv (profile generic, currency JPY)" in shown.out

    # What the command line says counts for all of them.
    shown = run("config", "show", "--config", "below/billcheck.toml", "--currency", "EUR", "--profile", "generic")
    assert "below/../january.csv, below/../february.csv, below/../march.csv" in shown.out


@pytest.mark.parametrize("file", ["profiles/acme.toml", "other/acme.toml"])
def test_a_profile_is_never_overwritten(own: Path, run: Run, file: str) -> None:
    (own / "other").mkdir()
    (own / "other" / "acme.toml").write_text(ACME, encoding="utf-8")
    before = (own / file).read_text(encoding="utf-8")
    words = () if file.startswith("profiles") else ("--profile", f"{file}:month-first")
    outcome = run("check", "export.csv", "--currency", "EUR", *WHEN, *words, "--output", f"json={file}")
    assert outcome.code == 2
    assert "would be overwritten" in outcome.err
    assert (own / file).read_text(encoding="utf-8") == before
