"""`check` through whole ledgers: what a person sees on a terminal, in a file, and for many customers."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import CONTRACTS, HEADING, RIGHT, write_ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AS_OF = ("--as-of", "2026-04-15")
GOLDEN = Path(__file__).parent / "golden"
SECOND = CONTRACTS.replace("C-117", "C-200").replace("Hartwell Interieur", "Sakura KK").replace("EUR", "JPY")


def test_the_demo_reads_exactly_like_this(run: Run) -> None:
    assert run("demo").out == (GOLDEN / "demo.txt").read_text(encoding="utf-8")


def on_a_terminal(folder: Path, *words: str, **environment: str) -> str:
    """What a command prints when its standard output is a terminal."""
    leader, follower = pty.openpty()
    settings = {**{name: value for name, value in os.environ.items() if name != "NO_COLOR"}, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "billcheck", *words],
        cwd=folder,
        stdout=follower,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env={**settings, **environment},
    )
    os.close(follower)
    parts = []
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # how a terminal says that its other end is gone
            break
        if not part:
            break
        parts.append(part)
    os.close(leader)
    process.wait()
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def test_a_terminal_shows_the_same_words_in_colour(folder: Path, run: Run) -> None:
    filed = run("check", "half.csv", *AS_OF).out
    shown = on_a_terminal(folder, "check", "half.csv", *AS_OF)
    assert "\x1b[" in shown
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert [line.rstrip() for line in without_colour.splitlines()] == filed.splitlines()


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(folder: Path, run: Run, environment: dict[str, str]) -> None:
    shown = on_a_terminal(folder, "check", "half.csv", *AS_OF, **environment)
    assert shown == run("check", "half.csv", *AS_OF).out


def test_json_on_a_terminal_is_json(folder: Path) -> None:
    shown = on_a_terminal(folder, "check", "half.csv", *AS_OF, "--format", "json")
    assert json.loads(shown)["verdict"] == "findings"


def test_two_customers_in_two_currencies_get_two_choices_each(folder: Path, run: Run) -> None:
    (folder / "contracts.toml").write_text(CONTRACTS + SECOND.replace('"100.00"', '"1000"'), encoding="utf-8")
    rows = [*RIGHT[:2], "S-1,2026-01-31,Sakura KK,1000,JPY,Retainer", "S-2,2026-02-28,Sakura KK,400,JPY,Retainer"]
    write_ledger(folder / "two.csv", rows)
    outcome = run("check", "two.csv", *AS_OF, "--covers", "2026-01-01..2026-04-15")
    assert outcome.code == 1
    assert "Hartwell Interieur: two ways to ask for 121.00 EUR (100.00 excl. tax + 21.00 tax at 21%)" in outcome.out
    # 600 + 1,000 JPY are open, and 21 % of 1,600 is 336.
    assert "Sakura KK: two ways to ask for 1,936 JPY (1,600 excl. tax + 336 tax at 21%)" in outcome.out
    assert "Retainer 2026-02, arrears on S-2" in outcome.out
    assert "Retainer 2026-03, not billed before" in outcome.out
    assert (
        "100.00 EUR excl. tax was agreed and never billed; 1,600 JPY excl. tax was agreed and never billed."
        in outcome.out
    )


def test_an_incomplete_check_says_so_before_any_talk(folder: Path, run: Run) -> None:
    text = (folder / "half.csv").read_text(encoding="utf-8")
    (folder / "half.csv").write_text(f"{text}INV-9,2026-02-30,Hartwell Interieur,1.00,EUR,x\n", encoding="utf-8")
    outcome = run("check", "half.csv", *AS_OF)
    assert outcome.code == 1
    assert (
        "The check is incomplete: what could not be read, or is not in these files, may bill what looks unbilled."
        in outcome.out
    )


def test_a_ledger_of_strangers_has_checked_nothing(folder: Path, run: Run) -> None:
    write_ledger(folder / "strangers.csv", [row.replace("Hartwell Interieur", "Somebody Else") for row in RIGHT])
    outcome = run("check", "strangers.csv", *AS_OF, "--fail-on", "none")
    assert outcome.code == 3
    assert "Verdict: inconclusive. Nothing was checked: not one period could be judged." in outcome.out
    assert "Somebody Else: 3 lines, 300.00 EUR" in outcome.out
    assert "Contracts  1, of which 1 without a line in the ledger" in outcome.out


def test_many_leaking_customers_are_shown_up_to_a_hundred(folder: Path, run: Run) -> None:
    numbers = range(120)
    contracts = "".join(CONTRACTS.replace("C-117", f"C-{n:03}").replace("Hartwell", f"Client {n:03}") for n in numbers)
    (folder / "contracts.toml").write_text(contracts, encoding="utf-8")
    write_ledger(
        folder / "many.csv",
        [f"D-{n},2026-01-31,Client {n:03} Interieur,{99 - n / 100:.2f},EUR,Retainer January 2026" for n in numbers],
    )
    outcome = run("check", "many.csv", "--as-of", "2026-02-05")
    assert outcome.code == 1
    assert outcome.out.count(": two ways to ask for ") == 100
    assert "20 more contracts with something to say: these are the largest 100." in outcome.out
    assert "Client 019 Interieur" not in outcome.out
    assert "Client 020 Interieur" in outcome.out
    data = json.loads(run("check", "many.csv", "--as-of", "2026-02-05", "--format", "json").out)
    assert len(data["findings"]) == 120
    # Each is short of 100.00 by 1.00 and n cents: 120 x 1.00 + (0 + ... + 119) x 0.01.
    assert data["totals"][0]["arrears"] == "191.40"
    assert "191.40 EUR excl. tax was agreed and never billed" in outcome.out


def test_names_that_try_to_steer_the_terminal_are_shown_harmless(folder: Path, run: Run) -> None:
    (folder / "evil.csv").write_text(
        f'{HEADING}\n{RIGHT[0]}\n"A\u202eB",2026-02-28,"Evil \u2066Ltd",5.00,EUR,x\n', encoding="utf-8"
    )
    outcome = run("check", "evil.csv", *AS_OF)
    assert "Evil \\u2066Ltd" in outcome.out
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", outcome.out + outcome.err)


def test_the_same_json_under_any_hash_seed(folder: Path) -> None:
    results = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-m", "billcheck", "check", "half.csv", *AS_OF, "--format", "json"],
            cwd=folder,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
        )
        results.add(done.stdout)
    assert len(results) == 1


def test_a_folder_of_ledgers_and_a_folder_of_contracts(folder: Path, run: Run) -> None:
    (folder / "agreements").mkdir()
    (folder / "contracts.toml").rename(folder / "agreements" / "one.toml")
    (folder / "exports").mkdir()
    write_ledger(folder / "exports" / "a.csv", RIGHT[:1])
    write_ledger(folder / "exports" / "b.csv", RIGHT[1:])
    outcome = run("check", "exports", *AS_OF, "--contracts", "agreements")
    assert (outcome.code, outcome.err) == (0, "")
    assert "exports/a.csv: 1 row, read as generic" in outcome.out
    assert "exports/b.csv: 2 rows, read as generic" in outcome.out
