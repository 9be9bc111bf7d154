"""A check that several processes share says what one process says, byte for byte."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck import check, processes, read_ledger, stages
from billcheck.connectors.files import shares
from billcheck.errors import LedgerRefusedError
from tests.acceptance.agreements import agreement, fee
from tests.hostile.manifest import CSV_FILES, Hostile
from tests.test_cases import CASES, read_case, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE_BYTES", 100)
    monkeypatch.setattr(stages, "CHARGES_PER_PROCESS", 1)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_case_is_judged_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    case = read_case(folder)
    assert run(case, processes=3).to_json() == run(case).to_json()


@pytest.mark.skipif(not processes.CAN_FORK, reason="no process can be copied here, so nothing is shared")
def test_the_cases_are_really_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    fork = os.fork

    def counted() -> int:
        started.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    for folder in CASES[:40]:
        monkeypatch.chdir(folder)
        run(read_case(folder), processes=3)
    assert len(started) > 30


@pytest.mark.parametrize("hostile", CSV_FILES, ids=lambda hostile: hostile.name)
def test_hostile_ledgers_are_answered_alike(hostile: Hostile, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_bytes(hostile.data)
    assert answer(tmp_path, 3) == answer(tmp_path, 1)


def answer(folder: Path, count: int) -> str:
    """The report, or what the refusal says."""
    contracts = (agreement(fee()),)
    try:
        return check(contracts, read_ledger(folder / "ledger.csv"), as_of=date(2026, 9, 4), processes=count).to_json()
    except LedgerRefusedError as error:
        return str(error)
