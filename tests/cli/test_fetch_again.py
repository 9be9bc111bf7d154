"""Fetches that go on from an earlier one, as commands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.raw import RawServer, answer
from tests.servers.xero import XeroServer, contact, invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

HARTWELL = contact(1, "Hartwell Interieur")
MONTHS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
FETCH = ["fetch", "xero", "--since", "2026-01-01", "--until", "2026-12-31", "--out", "ledger.jsonl"]


@pytest.fixture
def ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[XeroServer]:
    made = XeroServer([invoice(number, HARTWELL, day, "50.00") for number, day in enumerate(MONTHS, 1)], [HARTWELL])
    with RawServer(made) as server:
        for key, value in {
            "XERO_API_URL": f"{server.address}/api.xro/2.0",
            "XERO_CONNECTIONS_URL": f"{server.address}/connections",
            "XERO_ACCESS_TOKEN": "access-0",
            "STATE_DIR": str(folder / "state"),
            "HTTP_BACKOFF_SECONDS": "0.01",
        }.items():
            monkeypatch.setenv(f"BILLCHECK_{key}", value)
        yield made


def header(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "ledger.jsonl").read_text().splitlines()[0])
    return found


def held(folder: Path) -> list[str]:
    return sorted(path.name.split(".", 2)[2] for path in (folder / "state").glob("*.jsonl"))


def test_a_limit_that_ends_a_fetch_says_what_is_kept_and_when_to_go_on(
    run: Run, folder: Path, ledger: XeroServer
) -> None:
    spent = answer(b"{}", status=429, headers={"Retry-After": "66975", "X-Rate-Limit-Problem": "day"})
    ledger.before = lambda _, asked: spent if "CreditNotes" in asked.target else None
    failed = run(*FETCH)
    assert failed.code == 2
    assert "The day limit of the ledger is used up until " in failed.err
    assert "What was read so far (4 objects) is kept in " in failed.err
    assert "run the same command again then, and it goes on from there. No snapshot was written." in failed.err
    assert held(folder) == ["fetch.jsonl"]
    assert not (folder / "ledger.jsonl").exists()
    ledger.before = None
    again = run(*FETCH)
    assert again.code == 0
    assert "Going on where a fetch of " in again.err
    assert "4 objects are held, and what was changed since is asked for." in again.err
    assert "ledger.jsonl: 3 documents" in again.err
    assert held(folder) == []


def test_a_fault_that_ends_a_fetch_says_what_is_kept(run: Run, folder: Path, ledger: XeroServer) -> None:
    ledger.before = lambda _, asked: answer(b"", status=400) if "CreditNotes" in asked.target else None
    failed = run(*FETCH)
    assert failed.code == 2
    assert "(4 objects) is kept in " in failed.err
    assert "run the same command again, and it goes on from there." in failed.err
    ledger.before = None
    fresh = run(*FETCH, "--fresh")
    assert "Going on" not in fresh.err
    assert fresh.code == 0
    assert held(folder) == []


def test_a_file_that_was_edited_is_not_believed(run: Run, folder: Path, ledger: XeroServer) -> None:
    ledger.before = lambda _, asked: answer(b"", status=400) if "CreditNotes" in asked.target else None
    run(*FETCH)
    (kept,) = (folder / "state").glob("*.fetch.jsonl")
    kept.write_bytes(kept.read_bytes().replace(b'"50.0"', b'"25.0"'))
    ledger.before = None
    again = run(*FETCH)
    assert again.code == 0
    assert "is not as it was written. What it holds is thrown away, and everything is read." in again.err
    assert "Traceback" not in again.err
    assert '"excl_tax":"50.0"' in (folder / "ledger.jsonl").read_text()


def test_what_became_of_the_documents_is_told_and_what_vanished_is_kept_for_the_auditor(
    run: Run, folder: Path, ledger: XeroServer
) -> None:
    first = run(*FETCH, "--update")
    assert first.code == 0, first.err
    assert "Nothing is held of an earlier fetch of the same, so everything is read." in first.err
    assert "ledger.jsonl: there was no snapshot to compare with." in first.err
    assert held(folder) == ["base.jsonl"]
    now = datetime.now(UTC)
    new = invoice(4, HARTWELL, date(2026, 4, 30), "60.00")
    ledger.documents.append(new)
    for made, more in (
        (new, {}),
        (ledger.documents[0], {"Status": "VOIDED"}),
        (ledger.documents[1], {"DateString": "2025-12-31T00:00:00", "Date": "/Date(1767139200000+0000)/"}),
        (ledger.documents[2], {"Reference": "C-117"}),
    ):
        ledger.change(made, now, **more)
    second = run(*FETCH, "--update")
    assert second.code == 0, second.err
    assert "Asking for what was changed since " in second.err
    for number, word in enumerate(("void by now", "no longer there", "changed", "new"), start=1):
        assert f"1 {word}: INV-000{number}." in second.err
    (sentence,) = (each for each in header(folder)["blind_spots"] if "No longer in this window" in each)
    assert "approved invoice INV-0002 of 2026-02-28, Hartwell Interieur, 50.0 EUR excl. tax" in sentence
    checked = run("check", "ledger.jsonl", "--contracts", "contracts.toml", "--as-of", "2026-04-20")
    assert "INV-0002 of 2026-02-28" in checked.err
    third = run(*FETCH, "--update")
    assert "Nothing became of its documents." in third.err
    assert sentence in header(folder)["blind_spots"]
    run(*FETCH)
    assert sentence not in header(folder)["blind_spots"]


@pytest.mark.usefixtures("ledger")
def test_a_snapshot_that_cannot_be_read_is_not_compared_with(run: Run, folder: Path) -> None:
    (folder / "ledger.jsonl").write_text('{"billcheck_snapshot":9}\n')
    assert "It is not compared with, and written anew." in run(*FETCH, "--update").err
    other = [*FETCH[:3], "2026-02-01", *FETCH[4:]]
    assert "it held another fetch, so there is nothing to compare with." in run(*other, "--update").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--since", "2026-12-31", "--until", "2026-01-01", "--out", "new.jsonl"),
            "The last day lies before the first",
        ),
        ((*FETCH[2:6], "--out", "contracts.toml"), "The file is there already and is no snapshot"),
        ((*FETCH[2:6], "--out", "right.csv", "--update"), "The file is there already and is no snapshot"),
        ((*FETCH[2:6], "--out", "."), "No snapshot can be written there"),
        ((*FETCH[2:6], "--out", "right.csv/ledger.jsonl"), "No snapshot can be written there"),
    ],
)
def test_what_would_lose_a_file_or_find_nothing_is_refused_before_anything_is_asked(
    run: Run, folder: Path, ledger: XeroServer, words: tuple[str, ...], said: str
) -> None:
    asked: list[str] = []
    ledger.before = lambda _, exchange: asked.append(exchange.target)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    failed = run("fetch", "xero", *words)
    assert failed.code == 2
    assert said in failed.err
    assert asked == []
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    checked = run("check", "xero:", "--since", "2026-01-01", "--as-of", "2026-04-20", "--snapshot", "half.csv")
    assert checked.code == 2
    assert "half.csv" in checked.err
    assert asked == []
