"""`billcheck contracts compare` as people run it, on a snapshot of a live ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.main import main
from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.snapshot import snapshot_lines
from tests.acceptance import half_rate
from tests.forecast.test_comparison import HALF, priced

if TYPE_CHECKING:
    from billcheck.ledger.template import Template


def snapshot(*templates: Template) -> str:
    """The half-rate ledger as it would be fetched."""
    documents = tuple(
        FetchedDocument(
            id=f"i-{number}",
            number=month.document,
            kind="invoice",
            status="approved",
            issue_date=month.invoice_date,
            customer=half_rate.CUSTOMER,
            currency="EUR",
            excl_tax=Decimal(month.billed),
            lines=(
                FetchedLine(
                    amount=Decimal(month.billed),
                    description="Website care",
                    template="T-1",
                    period_first_day=date.fromisoformat(month.first_day),
                    period_last_day=date.fromisoformat(month.last_day),
                ),
            ),
            digest="0" * 64,
        )
        for number, month in enumerate(half_rate.MONTHS[:8], start=1)
    )
    whole = Completeness(
        connector="xero",
        organisation="Duinweg Webbeheer",
        organisation_id="t-1",
        request=Request(first_day=date(2026, 1, 1), last_day=date(2026, 9, 4)),
        read_at=datetime(2026, 9, 4, 10, 30, tzinfo=UTC),
        counts=(Count(kind="Invoices", stated=8, read=8),),
    )
    return "".join(snapshot_lines(Fetched(documents, whole, templates)))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contracts.toml").write_text(half_rate.CONTRACT_TOML, encoding="utf-8")
    Path("ledger.jsonl").write_text(snapshot(HALF), encoding="utf-8")


def compare(*words: str) -> int:
    return main(["contracts", "compare", "ledger.jsonl", "--as-of", "2026-09-04", *words])


def test_the_table_says_that_the_next_invoice_will_be_wrong_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare() == 1
    said = capsys.readouterr().out
    assert 'C-117 "Website care", Hartwell Interieur  (EUR, excl. tax)\n' in said
    assert "  Agreed    2,400.00  for 2026-09, due on 2026-09-30\n" in said
    assert "  Template  1,200.00  on 2026-09-30 by T-1\n" in said
    assert "  Invoice   1,200.00  for 2026-08, INV-2026-008 of 2026-08-31\n" in said
    assert "The next invoice will be wrong too: on 2026-09-30 template T-1 will bill 1,200.00 EUR for 2026-09" in said
    assert said.endswith("1 of 1 charge will be billed wrongly next.\n")


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("--format", "json") == 1
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (said["as_of"], said["templates"], said["complete"], said["verdict"]) == ("2026-09-04", 1, True, "wrong")
    (one,) = said["next_invoices"]
    assert (one["expected"], one["planned"], one["on"], one["due_on"]) == (
        "2400.00",
        "1200.00",
        "2026-09-30",
        "2026-09-30",
    )
    assert len(one["last"]) == 6
    assert [(each["kind"], each["weight"], each["amount"]) for each in one["concerns"]] == [
        ("wrong_amount", "wrong", "1200.00")
    ]
    assert one["templates"][0]["next_date"] == "2026-09-30"


def test_what_is_right_and_what_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ledger.jsonl").write_text(snapshot(priced("2400.00")), encoding="utf-8")
    assert compare() == 0
    assert capsys.readouterr().out.endswith("1 charge, 1 template: what comes next is what is agreed.\n")
    Path("ledger.jsonl").write_text(snapshot(), encoding="utf-8")
    assert compare() == 3
    said = capsys.readouterr()
    assert "The ledger holds no templates, so nothing was compared. Templates are what a ledger makes" in said.err
    assert (
        "repeating invoices in Xero, recurring transactions in QuickBooks. Exports hold none: name a live" in said.err
    )
    assert (
        "fetch again, for all customers, and see whether billcheck fetch says that they could not be read" in said.err
    )
    assert said.out.endswith("1 charge, 0 templates: not everything could be told.\n")
    Path("ledger.jsonl").write_text(snapshot(priced("2400.00", next_date=None)), encoding="utf-8")
    assert compare() == 3


def test_templates_of_no_charge_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    stranger = replace(HALF, id="T-7", customer="Merged BV")
    Path("ledger.jsonl").write_text(snapshot(priced("2400.00"), stranger), encoding="utf-8")
    assert compare() == 0
    assert (
        "Templates of no charge\n"
        "  On 2026-09-30 the template T-7 will bill 1,200.00 EUR to Merged BV, with whom there is no contract.\n"
    ) in capsys.readouterr().out
    assert compare("--format", "json") == 0
    (other,) = json.loads(capsys.readouterr().out)["unclaimed"]
    assert (other["template"]["id"], other["amount"], other["concern"]["kind"]) == ("T-7", "1200.00", "no_contract")


def test_drafts_from_the_same_snapshot_know_its_template() -> None:
    assert main(["contracts", "draft", "ledger.jsonl", "--as-of", "2026-09-04", "--out", "drafts.toml"]) == 0
    text = Path("drafts.toml").read_text(encoding="utf-8")
    assert "# The template T-1 bills 1,200.00 every month, next on 2026-09-30." in text
    assert "# Templates that make documents by themselves: 1." in text
    assert "what comes next is" not in text
    assert main(["contracts", "compare", "ledger.jsonl", "--as-of", "2026-09-04", "--contracts", "drafts.toml"]) == 2


def test_hostile_names_are_seen(capsys: pytest.CaptureFixture[str]) -> None:
    nasty = "\x1b[2J\n::error::x\u202e"
    Path("ledger.jsonl").write_text(
        snapshot(replace(HALF, id=nasty, name=nasty), replace(HALF, id="T-7", customer=nasty)), encoding="utf-8"
    )
    for form in ("table", "json"):
        compare("--format", form)
        said = "".join(capsys.readouterr())
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert not any(line.lstrip().startswith("::") for line in said.splitlines())
