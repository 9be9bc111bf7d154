from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.demo import command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]


def test_the_story_from_beginning_to_end(run: Run) -> None:
    outcome = run("demo")
    assert (outcome.code, outcome.err) == (0, "")
    text = outcome.out
    rows = [line.split() for line in text.splitlines() if re.match(r" {4}2026-\d\d ", line)]
    assert [row[0] for row in rows] == [f"2026-{month:02}" for month in range(1, 10)]
    assert [row[4] for row in rows[:8]] == ["0.00"] * 2 + ["1,200.00"] * 6
    assert [row[5] for row in rows[:8]] == ["ok"] * 2 + ["underbilled"] * 6
    assert [row[6] for row in rows[:8]] == [f"INV-2026-{number:03}" for number in range(1, 9)]
    assert rows[8][3:] == ["not", "due", "yet"]
    for said in (
        "SalesInvoices.csv: 8 rows, read as xero.sales-invoices",
        "2026-01-31 to 2026-08-31, the first to the last document",
        "billed at half the agreed amount since 2026-03",
        "two ways to ask for 8,712.00 EUR (7,200.00 excl. tax + 1,512.00 tax at 21%)",
        "A  On the next invoice, dated 2026-09-30, due 2026-10-30",
        "B  As a separate invoice, dated 2026-09-08, due 2026-10-08",
        "7,200.00 EUR excl. tax was agreed and never billed",
        "together 11,616.00 EUR",
    ):
        assert said in text
    paid = [line.split()[-2] for line in text.splitlines() if line.strip().startswith("to pay")]
    assert paid == ["11,616.00", "8,712.00", "2,904.00"]
    assert max(map(len, text.splitlines())) <= 100


def test_the_demo_says_nothing_of_where_it_is_installed(run: Run) -> None:
    assert str(files("billcheck.cli.demo")) not in run("demo").out


def test_saving_writes_the_files_and_the_command_given_works(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved = run("demo", "--save", "my files")
    assert saved.code == 0
    assert {path.name for path in (tmp_path / "my files").iterdir()} == {"contracts.toml", "SalesInvoices.csv"}
    (given,) = [line.strip() for line in saved.out.splitlines() if line.strip().startswith("billcheck check")]
    words = shlex.split(given)[1:]
    checked = run(*words)
    assert checked.code == 1
    story = run("demo").out
    for line in checked.out.splitlines():
        assert line.replace("my files/", "") in story


def test_the_two_commands_of_the_plain_demo_work_as_printed(tmp_path: Path, run: Run) -> None:
    lines = [line.strip() for line in run("demo").out.splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith("billcheck ")]
    assert [words[1] for words in commands] == ["demo", "check"]
    for words, code in zip(commands, (0, 1), strict=True):
        done = subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize("name", [command.CONTRACTS, command.LEDGER])
def test_saving_overwrites_nothing(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    outcome = run("demo", "--save", str(tmp_path))
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{tmp_path / name}: There is a file of this name already" in outcome.err
    assert (tmp_path / name).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_a_file_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    outcome = run("demo", "--save", str(tmp_path / "taken"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "Traceback" not in outcome.err


def test_the_export_has_the_headings_of_a_xero_export() -> None:
    text = (files("billcheck.cli.demo") / command.LEDGER).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 8
    assert len(rows[0]) == 44
    assert {row["Status"] for row in rows} == {"Paid"}
    assert [row["Total"] for row in rows] == ["2904.00"] * 2 + ["1452.00"] * 6
