"""`xero:` as the ledger that contracts are drafted from, and held against its templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from tests.history.ledgers import contracts_in
from tests.servers.raw import RawServer
from tests.servers.xero import XeroServer, contact, invoice, repeating

if TYPE_CHECKING:
    from collections.abc import Iterator

HARTWELL = contact(1, "Hartwell Interieur")
DAYS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
LIVE = ("xero:", "--since", "2026-01-01", "--as-of", "2026-05-05")


@pytest.fixture
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four months at half of what was agreed, and a template that goes on so."""
    monkeypatch.chdir(tmp_path)
    invoices = [invoice(number, HARTWELL, day, "1200.00") for number, day in enumerate(DAYS, start=1)]
    template = repeating(9, HARTWELL, "1200.00", first=date(2026, 5, 31))
    with RawServer(XeroServer(invoices, [HARTWELL], repeating=[template])) as server:
        monkeypatch.setenv("BILLCHECK_XERO_API_URL", f"{server.address}/api.xro/2.0")
        monkeypatch.setenv("BILLCHECK_XERO_CONNECTIONS_URL", f"{server.address}/connections")
        monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
        monkeypatch.setenv("BILLCHECK_STATE_DIR", str(tmp_path / "state"))
        yield


@pytest.mark.usefixtures("_ledger")
def test_drafted_corrected_and_held_against_the_next_invoice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contracts", "draft", *LIVE, "--out", "drafts.toml", "--snapshot", "kept.jsonl"]) == 0
    text = Path("drafts.toml").read_text(encoding="utf-8")
    (contract,) = contracts_in(text)
    (charge,) = contract["charge"]
    assert (charge["amount"], charge["every"], charge["timing"]) == ("1200.00", "month", "in_arrears")
    assert "bills 1,200.00 every month, next on 2026-05-31." in text
    corrected = text.replace('"1200.00"', '"2400.00"').replace("QUESTION:", "answered:")
    Path("drafts.toml").write_text(corrected, encoding="utf-8")
    assert main(["contracts", "accept", "drafts.toml"]) == 0
    capsys.readouterr()
    for ledger in (LIVE, ("kept.jsonl", "--as-of", "2026-05-05")):
        assert main(["contracts", "compare", *ledger, "--contracts", "drafts.toml"]) == 1
        assert "will bill 1,200.00 EUR for 2026-05, where 2,400.00 EUR is agreed." in capsys.readouterr().out
    assert main(["check", "kept.jsonl", "--as-of", "2026-05-05", "--contracts", "drafts.toml"]) == 1
    assert "4,800.00 EUR excl. tax was agreed and never billed" in capsys.readouterr().out
