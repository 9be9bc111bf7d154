from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AS_OF = ("--as-of", "2026-04-15")


@pytest.mark.usefixtures("folder")
def test_clean_findings_and_their_codes(run: Run) -> None:
    clean = run("check", "right.csv", *AS_OF)
    assert (clean.code, clean.err) == (0, "")
    assert "Verdict: clean." in clean.out
    half = run("check", "half.csv", *AS_OF)
    assert (half.code, half.err) == (1, "")
    assert "Verdict: findings. 100.00 EUR excl. tax was agreed and never billed." in half.out


@pytest.mark.usefixtures("folder")
def test_the_two_choices_are_printed_for_the_customer(run: Run) -> None:
    text = run("check", "half.csv", *AS_OF).out
    assert "Hartwell Interieur: two ways to ask for 121.00 EUR (100.00 excl. tax + 21.00 tax at 21%)" in text
    assert "A  On the next invoice, dated 2026-04-30, due 2026-05-30" in text
    assert "B  As a separate invoice, dated 2026-04-19, due 2026-05-19" in text
    assert "together 242.00 EUR" in text
    assert "ways to ask" not in run("check", "right.csv", *AS_OF).out


@pytest.mark.usefixtures("folder")
def test_exit_zero_forgives_findings_only(run: Run, folder: Path) -> None:
    assert run("check", "half.csv", *AS_OF, "--exit-zero").code == 0
    (folder / "bad.csv").write_text(
        (folder / "right.csv").read_text() + "INV-4,2026-13-31,Hartwell Interieur,1,EUR,x\n"
    )
    assert run("check", "bad.csv", *AS_OF, "--exit-zero").code == 3
    assert run("check", "nowhere.csv", *AS_OF, "--exit-zero").code == 2


@pytest.mark.usefixtures("folder")
def test_a_refused_row_is_never_clean(run: Run, folder: Path) -> None:
    (folder / "bad.csv").write_text(
        (folder / "right.csv").read_text() + "INV-4,2026-02-30,Hartwell Interieur,1,EUR,x\n"
    )
    outcome = run("check", "bad.csv", *AS_OF)
    assert outcome.code == 3
    assert "Refused: 1 row of the ledger could not be read" in outcome.out
    assert "2026-02-30" in outcome.out
    assert "incomplete" in outcome.out


@pytest.mark.usefixtures("folder")
def test_json_is_the_report_and_nothing_else(run: Run) -> None:
    outcome = run("check", "half.csv", *AS_OF, "--format", "json")
    data = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (1, "")
    assert data["totals"][0]["arrears"] == "100.00"
    assert data["inputs"][0]["path"] == "half.csv"
    assert run("check", "half.csv", *AS_OF, "--format", "json").out == outcome.out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("kinds", "code"), [("none", 0), ("missing", 0), ("underbilled", 1), ("missing,underbilled", 1), ("any", 1)]
)
def test_fail_on(run: Run, kinds: str, code: int) -> None:
    outcome = run("check", "half.csv", *AS_OF, "--fail-on", kinds)
    assert outcome.code == code
    assert "100.00" in outcome.out


@pytest.mark.usefixtures("folder")
def test_without_as_of_it_is_today_and_said(run: Run) -> None:
    outcome = run("check", "right.csv")
    assert re.match(
        r"As of \d{4}-\d\d-\d\d, which is today; give --as-of for a result that can be repeated\.\n", outcome.err
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--customer", "interieur"],
            "--customer: No contract is with this customer. Found 'interieur'. Did you mean ",
        ),
        (["--contract", "c-117"], "--contract: No contract has this id. Found 'c-117'. Did you mean 'C-117'?"),
        (
            ["--check-from", "2026-03-01", "--check-until", "2026-02-01"],
            "--check-until: The last period would begin before the first",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_asked_for_in_vain_is_called_as_it_was_typed(run: Run, words: list[str], said: str) -> None:
    for command in (["check", "right.csv"], ["contracts", "compare", "right.csv"]):
        outcome = run(*command, *AS_OF, *words)
        assert outcome.code == 2
        assert f"  {said}" in outcome.err


def test_what_a_configuration_asks_for_in_vain_is_called_as_it_is_there(run: Run, folder: Path) -> None:
    (folder / "billcheck.toml").write_text('[scope]\ncustomers = ["Hartwell"]\n', encoding="utf-8")
    outcome = run("check", "right.csv", *AS_OF)
    assert outcome.code == 2
    said = "  billcheck.toml: scope.customers: No contract is with this customer. Found 'Hartwell'. Did you mean 'Hart"
    assert said in outcome.err


@pytest.mark.usefixtures("folder")
def test_window_grace_and_start_reach_the_check(run: Run) -> None:
    outcome = run(
        "check", "right.csv", "--as-of", "2026-05-15", "--covers", "2026-01-01..2026-05-14", "--grace-days", "3",
        "--check-from", "2026-02-01", "--format", "json",
    )  # fmt: skip
    data = json.loads(outcome.out)
    assert outcome.code == 1
    assert data["covers"] == {"first_day": "2026-01-01", "last_day": "2026-05-14", "declared": True, "gaps": []}
    rows = data["contracts"][0]["rows"]
    assert [(row["first_day"][:7], row["status"]) for row in rows] == [
        ("2026-02", "ok"), ("2026-03", "ok"), ("2026-04", "missing"), ("2026-05", "not_due"),
    ]  # fmt: skip


def test_contracts_are_found_as_documented(run: Run, folder: Path) -> None:
    text = (folder / "contracts.toml").read_text()
    (folder / "contracts").mkdir()
    (folder / "contracts" / "other.toml").write_text(text.replace("C-117", "C-118").replace("100.00", "90.00"))
    both = run("check", "right.csv", *AS_OF)
    assert both.code == 0
    assert "the folder contracts/ was not read" in both.err
    (folder / "contracts.toml").unlink()
    only_folder = run("check", "right.csv", *AS_OF)
    assert (only_folder.code, only_folder.err) == (1, "")
    given = run("check", "right.csv", *AS_OF, "--contracts", "contracts/other.toml", "--contracts", "contracts")
    assert given.code == 2
    assert "C-118" in given.err


def test_no_contracts_at_all_say_what_to_do(run: Run, folder: Path) -> None:
    (folder / "contracts.toml").unlink()
    outcome = run("check", "right.csv", *AS_OF)
    assert (outcome.code, outcome.out) == (2, "")
    assert "there is neither contracts.toml nor a folder contracts/ here" in outcome.err
    assert "billcheck demo --save DIR" in outcome.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check",), "LEDGER: No ledger was given, and no configuration names one."),
        (("check", "nowhere.csv", *AS_OF), "nowhere.csv"),
        (("check", "right.csv", *AS_OF, "--contracts", "nowhere.toml"), "nowhere.toml"),
        (("check", "right.csv", "--as-of", "4/9/2026"), "'4/9/2026' is no date; write it as 2026-09-04"),
        (("check", "right.csv", *AS_OF, "--covers", "2026"), "is no window"),
        (("check", "right.csv", *AS_OF, "--grace-days", "x"), "is no number of days"),
        (("check", "right.csv", *AS_OF, "--fail-on", "mising"), "did you mean 'missing'?"),
        (("check", "right.csv", *AS_OF, "--format", "xml"), "invalid choice"),
        (("check", "right.csv", *AS_OF, "--profile", "nothing.like-it"), "nothing.like-it"),
        (("check", "right.csv", *AS_OF, "--unknown"), "billcheck check: unrecognized arguments: --unknown\n"),
        (
            ("check", "right.csv", "--asof", "2026-04-20"),
            "unrecognized arguments: --asof 2026-04-20; did you mean --as-of?",
        ),
        (("check", "right.csv", "--asof=2026-04-20"), "arguments: --asof=2026-04-20; did you mean --as-of?"),
        (("profile", "test", "right.csv", "--curency", "EUR"), "--curency EUR; did you mean --currency?"),
        (("check", "right.csv", *AS_OF, "--format", "tabel"), "; did you mean table?"),
        (("frobnicate",), "invalid choice"),
        (("chekc",), "; did you mean check?"),
        ((), "required: COMMAND"),
    ],
)
def test_mistakes_are_told_on_standard_error_with_code_two(run: Run, words: tuple[str, ...], said: str) -> None:
    outcome = run(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert "usage:" not in outcome.err, "which is long, and stands in front of what is wrong"


@pytest.mark.usefixtures("folder")
def test_what_is_wrong_with_an_option_comes_first_and_where_to_look_next(run: Run) -> None:
    outcome = run("check", "right.csv", "--as-of", "4/9/2026")
    assert outcome.err == (
        "billcheck check: argument --as-of: '4/9/2026' is no date; write it as 2026-09-04\n"
        "billcheck check --help shows how it is used.\n"
    )


def test_what_a_folder_holds_beside_ledgers_is_told(run: Run, folder: Path) -> None:
    exports = folder / "exports"
    (exports / "old").mkdir(parents=True)
    (folder / "right.csv").rename(exports / "right.csv")
    for name in ("b.pdf", "old/c.XLS", "notes.txt", "d.ods", "e.numbers", "f.csv.bak", "own.toml", ".DS_Store"):
        (exports / name).write_text("x", encoding="utf-8")
    (exports / ".hidden.csv").write_text("x", encoding="utf-8")
    outcome = run("check", "exports", *AS_OF)
    assert outcome.code == 0
    assert outcome.err == (
        "exports: not read: b.pdf, d.ods, e.numbers, f.csv.bak, notes.txt and 1 more; only names that end in .csv, "
        ".xlsx, .xml or .jsonl are.\n"
        "exports: not read: .hidden.csv; names that begin with a dot are left out.\n"
    )
    assert run("check", "exports/right.csv", *AS_OF).err == ""


def test_all_refused_files_of_a_folder_are_named(run: Run, folder: Path) -> None:
    exports = folder / "exports"
    exports.mkdir()
    (folder / "right.csv").rename(exports / "b.csv")
    (exports / "a.csv").write_text("who,what\n1,2\n", encoding="utf-8")
    (exports / "c.csv").write_text("", encoding="utf-8")
    outcome = run("check", "exports", *AS_OF)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("The ledger was refused (2 problems):\n  exports/a.csv row 1: No profile knows")
    assert "\n  exports/c.csv: The file is empty" in outcome.err
    for number in range(30):
        (exports / f"d{number:02}.csv").write_text("", encoding="utf-8")
    outcome = run("check", "exports", *AS_OF)
    assert outcome.err.startswith("The ledger was refused (21 problems):\n")
    assert outcome.err.splitlines()[-1].startswith("  exports/d18.csv: From here on sources were not looked at")
    assert "Found '12'." in outcome.err, "of 33 files 21 were read, 20 of them refused"


def test_a_contract_fault_gives_no_report(run: Run, folder: Path) -> None:
    text = (folder / "contracts.toml").read_text()
    (folder / "contracts.toml").write_text(text.replace("100.00", "1,00").replace("timing", "timming"))
    outcome = run("check", "right.csv", *AS_OF)
    assert (outcome.code, outcome.out) == (2, "")
    assert "timming" in outcome.err
    assert "1,00" in outcome.err


def test_a_reader_that_stops_early_keeps_the_exit_code(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "billcheck", "check", "half.csv", *AS_OF],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate()
    assert errors == b""
    assert process.returncode == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("check", "right.csv"), ("explain", "right.csv", "--contract", "C-117")])
def test_the_configuration_of_the_folder_is_read_and_said_another_when_named(
    run: Run, folder: Path, words: tuple[str, ...]
) -> None:
    (folder / "other.toml").write_text("[scop]\n", encoding="utf-8")
    refused = run(*words, *AS_OF, "--config", "other.toml")
    assert refused.code == 2
    assert "The configuration was refused (1 problem)" in refused.err
    assert 'other.toml: scop: There is no such key here. Did you mean "scope"?' in refused.err
    (folder / "billcheck.toml").write_text("[scope]\nignore_accounts = ['620']\n", encoding="utf-8")
    read = run(*words, *AS_OF)
    assert (read.code, read.err) == (0, "Read billcheck.toml, the configuration of this folder.\n")
    (folder / "empty.toml").write_text("", encoding="utf-8")
    assert run(*words, *AS_OF, "--config", "empty.toml").err == ""


@pytest.mark.usefixtures("folder")
def test_a_small_finding_does_not_fail_and_is_said_to_be_small(run: Run) -> None:
    outcome = run("check", "half.csv", *AS_OF, "--min-amount", "EUR=50.01")
    assert outcome.code == 0
    assert (
        "Verdict: clean. 100.00 EUR excl. tax was agreed and never billed, but no finding fails this check"
        in outcome.out
    )
    assert "2 findings are below the least amount (50.01 EUR) and so not asked to fail: 2 underbilled." in outcome.out
    assert run("check", "half.csv", *AS_OF, "--min-amount", "EUR=50.00").code == 1


@pytest.mark.usefixtures("folder")
def test_a_control_total_is_shown_with_its_difference(run: Run) -> None:
    billed = json.loads(run("check", "right.csv", *AS_OF, "--format", "json").out)["totals"][0]["billed"]
    total = float(billed)
    ties = run("check", "right.csv", *AS_OF, "--control-total", f"EUR={total:.2f}")
    assert ties.code == 0
    assert f"{total:,.2f} EUR in the general ledger: ties" in ties.out
    differs = run("check", "right.csv", *AS_OF, "--control-total", f"EUR={total + 1:.2f}")
    assert differs.code == 3
    assert "EUR in the general ledger: differs by 1.00 EUR" in differs.out
    assert "1.00 EUR was billed that these files do not hold; add the export that has it." in differs.out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("option", ["--control-total", "--min-amount"])
def test_an_amount_stands_once_per_currency(run: Run, option: str) -> None:
    outcome = run("check", "right.csv", *AS_OF, option, "EUR=1", option, "USD=1", option, "EUR=2")
    assert outcome.code == 2
    assert f"{option}: The currency is given twice. Found 'EUR'. Give one amount per currency." in outcome.err
