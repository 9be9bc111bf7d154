from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from billcheck import load_contracts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]


@pytest.mark.usefixtures("folder")
def test_lint_says_that_nothing_is_wrong(run: Run) -> None:
    assert run("contracts", "lint") == run("contracts", "lint", "contracts.toml")
    assert run("contracts", "lint").out == "1 contract, 1 charge: nothing is wrong.\n"
    assert run("contracts", "lint").code == 0


def test_lint_lists_all_that_is_wrong_in_all_files(run: Run, folder: Path) -> None:
    text = (folder / "contracts.toml").read_text()
    (folder / "a.toml").write_text(text.replace("EUR", "EURO").replace("month", "moon"))
    (folder / "b.toml").write_text(text.replace("100.00", "1,00"))
    outcome = run("contracts", "lint", "a.toml", "b.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "(4 problems)" in outcome.err
    assert 'a.toml: C-117 "Retainer" every: ' in outcome.err
    assert 'b.toml: C-117 "Retainer" amount: ' in outcome.err


def test_lint_lists_what_is_doubtful_and_refuses_it_only_when_strict(run: Run, folder: Path) -> None:
    text = (folder / "contracts.toml").read_text()
    (folder / "a.toml").write_text(text.replace('percent = "21"', 'percent = "0.21"'))
    doubt = """a.toml: C-117 tax.percent: The percent is below 1. Found '0.21'. If 21 % was meant, write "21"."""
    outcome = run("contracts", "lint", "a.toml")
    assert (outcome.code, outcome.err) == (0, "")
    head = "1 contract, 1 charge: nothing is wrong, but something is doubtful:"
    assert " ".join(outcome.out.split()) == f"{head} {doubt}"
    strict = run("contracts", "lint", "a.toml", "--strict")
    assert (strict.code, strict.out) == (2, "")
    assert doubt in strict.err
    assert run("contracts", "lint", "--strict").code == 0
    (folder / "b.toml").write_text(
        text.replace("C-117", "C-2").replace("Hartwell", "Acme").replace('percent = "21"', 'percent = "0.09"')
    )
    both = run("contracts", "lint", "a.toml", "b.toml")
    assert "2 contracts, 2 charges: nothing is wrong, but 2 things are doubtful:" in both.out


def test_without_any_contract_it_is_said_how_to_name_some(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("contracts", "lint")
    assert outcome.code == 2
    assert "No contracts were given" in outcome.err


@pytest.mark.usefixtures("folder")
def test_show_marks_defaults(run: Run) -> None:
    outcome = run("contracts", "show")
    assert outcome.code == 0
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[0] == "C-117, Hartwell Interieur (contracts.toml)"
    assert "grace_days 10 (default)" in lines
    assert "last_day 2026-12-31" in lines
    assert "last_day 2026-12-31 (default: the contract's)" in lines
    assert "anchor_day 1 (default: day of start)" in lines
    assert "tax.percent 21 (default: the contract's)" in lines
    assert "invoice_day period_end" in lines


@pytest.mark.usefixtures("folder")
def test_show_as_json_holds_contracts_that_can_be_read(run: Run, tmp_path: Path) -> None:
    (found,) = json.loads(run("contracts", "show", "--format", "json").out)
    assert found["file"] == "contracts.toml"
    assert {"key": "charge.1.anchor_day", "value": 1, "rule": "day of start"} in found["defaults"]
    path = tmp_path / "shown.json"
    path.write_text(json.dumps({"contract": [found["contract"]]}))
    assert load_contracts(path)


@pytest.mark.parametrize("kind", ["toml", "json", "yaml", "xlsx"])
def test_convert_writes_a_file_that_says_the_same(run: Run, folder: Path, kind: str) -> None:
    outcome = run("contracts", "convert", "-o", f"new/c.{kind}")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"Wrote new/c.{kind}.\n")
    (found,) = load_contracts(folder / "new" / f"c.{kind}")
    (wanted,) = load_contracts(folder / "contracts.toml")
    assert replace(found, file="") == replace(wanted, file="")


def test_convert_to_csv_writes_into_a_folder(run: Run, folder: Path) -> None:
    with (folder / "contracts.toml").open("a") as file:
        file.write('amendments = [{ on = 2026-05-16, amount = "110.00" }]\n')
    outcome = run("contracts", "convert", "--to", "csv", "--output", "tables")
    assert outcome.err == "Wrote tables/contracts.csv.\nWrote tables/amendments.csv.\n"
    (found,) = load_contracts(folder / "tables")
    (wanted,) = load_contracts(folder / "contracts.toml")
    assert replace(found, file="") == replace(wanted, file="")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("kind", "begins"), [("toml", "[[contract]]"), ("json", '{\n  "contract"'), ("yaml", "contract:")]
)
def test_convert_prints_texts(run: Run, kind: str, begins: str) -> None:
    outcome = run("contracts", "convert", "--to", kind)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(begins)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--to: It is not said which format to write."),
        (("-o", "c.txt"), "--to: It is not said which format to write."),
        (("--to", "csv"), "-o: CSV is two files, and this is no folder for them."),
        (("-o", "c.csv"), "-o: CSV is two files, and this is no folder for them. Found 'c.csv'."),
        (("--to", "csv", "-o", "right.csv"), "-o: CSV is two files, and this is no folder for them."),
        (("--to", "xlsx"), "-o: A workbook is not printed."),
        (("--to", "json", "-o", "c.toml"), "-o: The ending of the file says another format"),
        (("-o", "contracts.toml"), "contracts.toml: This exists already, and nothing is overwritten."),
    ],
)
def test_what_convert_is_refused_for(run: Run, words: tuple[str, ...], message: str) -> None:
    outcome = run("contracts", "convert", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_what_a_format_cannot_hold_is_not_written(run: Run, folder: Path) -> None:
    text = (folder / "contracts.toml").read_text()
    (folder / "odd.toml").write_text(text.replace("Hartwell Interieur", "Hartwell \\uffff Interieur"))
    outcome = run("contracts", "convert", "odd.toml", "-o", "c.xlsx")
    assert outcome.code == 2
    assert "--to xlsx: " in outcome.err
    assert not (folder / "c.xlsx").exists()


@pytest.mark.usefixtures("folder")
def test_without_the_extra_no_workbook_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    outcome = run("contracts", "convert", "-o", "c.xlsx")
    assert outcome.code == 2
    assert (
        "--to xlsx: The package that writes workbooks is not installed. Run: pip install 'billcheck[xlsx]'"
        in outcome.err
    )
