"""Several outputs at once: each whole or not at all, none over an input, and the exit code the same for all."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from billcheck.cli import outputs
from billcheck.cli.outputs import CHOICES
from billcheck.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AS_OF = ("--as-of", "2026-04-15")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", CHOICES)
@pytest.mark.parametrize(("ledger", "code"), [("right.csv", 0), ("half.csv", 1), ("bad.csv", 3), ("nowhere.csv", 2)])
def test_the_exit_code_is_the_same_for_every_format(run: Run, folder: Path, form: str, ledger: str, code: int) -> None:
    text = (folder / "right.csv").read_text()
    (folder / "bad.csv").write_text(f"{text}INV-4,2026-02-30,Hartwell Interieur,1,EUR,x\n")
    assert run("check", ledger, *AS_OF, "--format", form).code == code
    assert run("check", ledger, *AS_OF, "--output", f"{form}=out/report").code == code
    forgiven = run("check", ledger, *AS_OF, "--output", f"{form}=out/report", "--exit-zero").code
    assert forgiven == (code if code > 1 else 0)
    assert (folder / "out" / "report").exists() == (code != 2)


@pytest.mark.usefixtures("folder")
def test_every_file_holds_what_the_format_prints(run: Run, folder: Path) -> None:
    words = [word for form in CHOICES for word in ("--output", f"{form}=out/{form}")]
    outcome = run("check", "half.csv", *AS_OF, *words)
    assert (outcome.code, outcome.err) == (1, "")
    for form in CHOICES:
        printed = run("check", "half.csv", *AS_OF, "--format", form).out
        assert (folder / "out" / form).read_bytes().decode() == printed, form
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted(CHOICES), "nothing else is left behind"
    assert outcome.out == (folder / "out" / "table").read_text()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--output", "report.xml"), "'report.xml' is no output; write format and file as junit=report.xml"),
        (("--output", "junit="), "is no output"),
        (("--output", "junitt=x"), "'junitt' is no format (did you mean 'junit'?); the formats are table, json,"),
        (("--output", "csv=x", "--output", "json=./x"), "--output: Two outputs go to the same file. Found 'x'."),
        (("--output", "csv=half.csv"), "This file is read by the check and would be overwritten by its output."),
        (("--output", "csv=contracts.toml"), "would be overwritten"),
        (("--output", "csv=link.csv"), "would be overwritten"),
        (("--output", "csv=billcheck.toml"), "would be overwritten"),
        (("--output", "csv=half.csv/x"), "half.csv"),
    ],
)
def test_outputs_that_cannot_be_are_refused_and_nothing_is_written(
    run: Run, folder: Path, words: tuple[str, ...], said: str
) -> None:
    (folder / "link.csv").symlink_to("half.csv")
    (folder / "billcheck.toml").write_text("")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    outcome = run("check", "half.csv", *AS_OF, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_in_a_folder_of_ledgers_is_not_overwritten_but_a_new_one_may_stand_there(run: Run, folder: Path) -> None:
    (folder / "ledgers").mkdir()
    (folder / "half.csv").rename(folder / "ledgers" / "half.csv")
    assert run("check", "ledgers", *AS_OF, "--output", "csv=ledgers/half.csv").code == 2
    for _ in range(2):
        assert run("check", "ledgers", *AS_OF, "--output", "json=ledgers/report.json").code == 1, "again and again"


def test_an_electronic_invoice_in_a_folder_of_ledgers_is_not_overwritten(run: Run, folder: Path) -> None:
    (folder / "ledgers").mkdir()
    invoice = folder / "ledgers" / "invoice.xml"
    invoice.write_text("<Invoice/>", encoding="utf-8")
    outcome = run("check", "ledgers", *AS_OF, "--output", "junit=ledgers/invoice.xml")
    assert outcome.code == 2
    assert "would be overwritten" in outcome.err
    assert invoice.read_text(encoding="utf-8") == "<Invoice/>"


@pytest.mark.parametrize("output", ["junit=ledgers/report.xml", "csv=ledgers/june/report.CSV"])
def test_what_the_next_check_would_take_for_a_ledger_is_not_written(output: str, run: Run, folder: Path) -> None:
    (folder / "ledgers" / "june").mkdir(parents=True)
    (folder / "half.csv").rename(folder / "ledgers" / "half.csv")
    outcome = run("check", "ledgers", *AS_OF, "--output", output)
    assert (outcome.code, outcome.out) == (2, "")
    assert "would be read as a ledger by the next check, for it stands in a folder of ledgers." in outcome.err
    assert sorted(path.name for path in (folder / "ledgers").rglob("*.*")) == ["half.csv"]


def test_what_the_configuration_names_is_not_overwritten_either(run: Run, folder: Path) -> None:
    (folder / "contracts").mkdir()
    (folder / "contracts.toml").rename(folder / "contracts" / "one.toml")
    (folder / "billcheck.toml").write_text('ledgers = ["half.csv"]\ncontracts = ["contracts"]\n', encoding="utf-8")
    for name in ("half.csv", "contracts/one.toml", "billcheck.toml"):
        outcome = run("check", *AS_OF, "--output", f"csv={name}")
        assert (outcome.code, "would be overwritten" in outcome.err) == (2, True), name
    assert run("check", *AS_OF, "--output", "csv=contracts/readme.md").code == 1


@pytest.mark.usefixtures("folder")
def test_a_report_that_fails_to_be_written_leaves_the_old_one(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "report.json"
    target.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(os, "fsync", fail)
    outcome = run("check", "half.csv", *AS_OF, "--output", "json=report.json")
    assert (outcome.code, outcome.out) == (2, "")
    assert "report.json: No space left on device" in outcome.err
    assert target.read_text() == "old"
    assert not [path for path in folder.iterdir() if path.name.startswith("tmp")]


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "kept.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "deep" / "a.txt", "x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "deep" / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("--format", "github"), ("--output", "github=annotations.txt")])
def test_the_summary_of_a_workflow_step_is_added_to(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    summary = folder / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run("check", "half.csv", *AS_OF, *words).code == 1
    markdown = run("check", "half.csv", *AS_OF, "--format", "markdown").out
    assert summary.read_text() == f"before\n{markdown}", "only the format github writes a summary"


@pytest.mark.usefixtures("folder")
def test_a_summary_that_cannot_be_written_changes_no_exit_code(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder))
    outcome = run("check", "right.csv", *AS_OF, "--format", "github")
    assert (outcome.code, outcome.out.startswith("::notice")) == (0, True)
    assert outcome.err == "The summary of the step could not be written: Is a directory.\n"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "")
    assert run("check", "right.csv", *AS_OF, "--format", "github").err == ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("longest", "shown"), [(10_000, "## C-117"), (1_000, "1 more contract"), (50, "too long")])
def test_a_long_summary_shows_fewer_contracts(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, longest: int, shown: str
) -> None:
    monkeypatch.setattr(outputs, "LONGEST_SUMMARY", longest)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    run("check", "half.csv", *AS_OF, "--format", "github")
    text = (folder / "summary.md").read_text()
    assert text.startswith("# billcheck: findings\n")
    assert shown in text


@pytest.mark.usefixtures("folder")
def test_json_beside_a_table_is_the_same_json(run: Run, folder: Path) -> None:
    outcome = run("check", "half.csv", *AS_OF, "--output", "json=r.json")
    assert "Verdict: findings." in outcome.out
    assert json.loads((folder / "r.json").read_text())["verdict"] == "findings"
