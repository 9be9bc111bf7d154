"""What is installed is listed with what brings it, and nothing of it is imported until somebody names it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.distributions import make_distribution

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

POISON = """\
from pathlib import Path
with Path("imported.txt").open("a") as file:
    file.write(__name__ + "\\n")
raise RuntimeError("nobody should have loaded this")
"""
WINDOW = ("--since", "2026-01-01", "--until", "2026-03-31")


@pytest.fixture
def poisoned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A connector that cannot be imported, installed beside those that ship; gives what an import leaves."""
    make_distribution(
        folder / "site", "poison-books", "3.1.4", {"poison_module": POISON}, {"poison": "poison_module:connect"}
    )
    monkeypatch.syspath_prepend(folder / "site")
    return Path("imported.txt")


@pytest.mark.usefixtures("poisoned")
def test_every_connector_is_listed_with_its_distribution_and_version(run: Run) -> None:
    listed = run("connectors", "list")
    assert listed.code == 0
    assert [line.split() for line in listed.out.splitlines()] == [
        ["Connector", "Brought", "by", "Version"],
        ["poison", "poison-books", "3.1.4"],
        ["quickbooks", "billcheck", version("billcheck")],
        ["xero", "billcheck", version("billcheck")],
    ]
    assert not listed.err


def test_nothing_of_a_connector_is_imported_until_it_is_named(
    run: Run, poisoned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BILLCHECK_XERO_CLIENT_ID", raising=False)
    assert run("connectors", "list").code == 0
    assert run("check", "right.csv", "--as-of", "2026-04-20").code == 0
    assert run("fetch", "xero", *WINDOW, "--out", "a.jsonl").code == 2  # nobody has signed in
    assert run("check", "xero:", *WINDOW).code == 2
    assert "Installed are: poison, quickbooks, xero." in run("check", "sage:", *WINDOW).err
    assert run("login", "xero", "--no-browser", "--port", "0").code == 2
    assert not poisoned.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("fetch", "poison", *WINDOW, "--out", "a.jsonl"),
        ("check", "poison:", *WINDOW),
        ("check", "xero:", "poison:", *WINDOW),
    ],
)
def test_one_that_cannot_be_loaded_is_told_when_it_is_named(run: Run, poisoned: Path, words: tuple[str, ...]) -> None:
    failed = run(*words)
    assert failed.code == 2
    assert "connector poison: The connector cannot be loaded." in failed.err
    assert "RuntimeError: nobody should have loaded this" in failed.err
    assert "Traceback" not in failed.err
    assert poisoned.read_text(encoding="utf-8") == "poison_module\n"
