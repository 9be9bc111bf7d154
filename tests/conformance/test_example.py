"""The connector of the page on writing one: short, typed, installed, listed, fetched with, checked and conforming."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.main import main
from billcheck.connectors.faults import AnswerError
from tests.conformance.test_mutants import RULES, broken_rules
from tests.distributions import make_distribution
from tests.project.sources import ROOT, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billcheck.testing import ConnectorTests

PAGE = text_of("docs/how-to/write-a-connector.md")
BLOCK = re.compile(r"^```\{code-block\} (\w+)\n(?::caption: ([^\n]+)\n)?\n?(.*?)^```", re.MULTILINE | re.DOTALL)
MODULES = {caption.removesuffix(".py"): text for _, caption, text in BLOCK.findall(PAGE) if caption.endswith(".py")}
CONTRACTS = """\
[[contract]]
id = "C-1"
customer = "Acme"
currency = "EUR"
start = 2026-01-01
last_day = 2026-01-31

[[contract.charge]]
name = "Retainer"
model = "flat"
amount = "60.00"
every = "month"
timing = "in_arrears"
"""


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[ConnectorTests]]:
    """The distribution of the page, installed; gives its tests."""
    (project,) = (tomllib.loads(text) for kind, _, text in BLOCK.findall(PAGE) if kind == "toml")
    named = project["project"]
    make_distribution(
        tmp_path / "site", named["name"], named["version"], MODULES, named["entry-points"]["billcheck.connectors"]
    )
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    tests: Any = importlib.import_module("test_plainbooks")
    yield tests.TestPlainbooks
    for name in MODULES:
        sys.modules.pop(name, None)


def test_it_is_short() -> None:
    lines = [line for line in MODULES["plainbooks_billcheck"].splitlines() if line.strip()]
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 120


def test_it_is_typed(tmp_path: Path) -> None:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    files = [str(tmp_path / f"{name}.py") for name in MODULES]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *files], cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_passes_the_tests_of_every_connector(example: type[ConnectorTests]) -> None:
    assert broken_rules(example(), RULES) == {}


def test_pytest_finds_its_tests(example: type[ConnectorTests], tmp_path: Path) -> None:
    assert example.name == "plainbooks"
    shutil.copy(tmp_path / "site" / "test_plainbooks.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "test_plainbooks.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert set(re.findall(r"::TestPlainbooks::(\w+)", done.stdout)) == {*RULES}, done.stdout + done.stderr


def test_it_is_listed_fetched_with_and_checked(
    example: type[ConnectorTests], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "contracts.toml").write_text(CONTRACTS, encoding="utf-8")

    def run(words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(words.split())
        return code, *capsys.readouterr()

    shown = re.search(r"^\$ billcheck connectors list\n(.*?)^\$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert run("connectors list")[1].split() == shown[1].split()
    assert "plainbooks_billcheck" not in sys.modules
    with example().ledger() as environment:
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        fetch, check = re.findall(r"^\$ billcheck ((?:fetch|check) .*)$", PAGE, re.MULTILINE)
        code, _, told = run(fetch)
        assert (code, told) == (0, "ledger.jsonl: 4 documents of Plainbooks.\n  documents: 4 read, 4 in the ledger.\n")
        # 20.00 and 40.00 are what was agreed with Acme for January.
        code, out, _ = run("check ledger.jsonl --as-of 2026-03-31")
        assert code == 0, out
        assert run(check)[0] == 0
        (tmp_path / "contracts.toml").write_text(CONTRACTS.replace("60.00", "61.00"), encoding="utf-8")
        code, out, _ = run(check)
        assert code == 1
        assert "1.00" in out


def test_what_it_cannot_read_is_refused_with_words(
    example: type[ConnectorTests], monkeypatch: pytest.MonkeyPatch
) -> None:
    tests: Any = sys.modules["test_plainbooks"]
    for old, new, told in (
        ("2026-01-15", "2026-01-15T", "Its date is .* in place of a day."),
        ("invoice", "quote", "Its type is .* in place of invoice or credit."),
    ):
        held = tuple(tuple(new if part == old else part for part in one) for one in tests.HELD)
        with monkeypatch.context() as patched:
            patched.setattr(tests, "HELD", held)
            with pytest.raises(AnswerError, match=told):
                example()._fetch()


def test_the_message_of_the_page_is_what_is_said(
    example: type[ConnectorTests], monkeypatch: pytest.MonkeyPatch
) -> None:
    module: Any = importlib.import_module("plainbooks_billcheck")
    monkeypatch.setitem(module.KINDS, "credit", ("credit_note", 1))
    (told,) = broken_rules(example(), ["test_signs_are_right"]).values()
    assert f"```{{code-block}} text\n{told}\n```" in PAGE


def test_the_page_uses_nothing_that_is_not_there() -> None:
    used = set(re.findall(r"^\| `(\w+)\.(\w+)`", PAGE, re.MULTILINE))
    assert used
    for module, name in used:
        assert hasattr(importlib.import_module(f"billcheck.connectors.{module}"), name)
    for text in MODULES.values():
        ast.parse(text)
