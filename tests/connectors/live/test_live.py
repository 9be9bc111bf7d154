"""The library's door to live ledgers."""

from __future__ import annotations

import gc
import os
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

import billcheck
from billcheck.connectors import registry
from billcheck.connectors.settings import Settings
from billcheck.connectors.snapshot import snapshot_lines
from billcheck.ledger.source import Keys, TemplateSource
from billcheck.ledger.template import Template, TemplateLine
from tests.servers.counting import Counting, Entry, document

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.ledger.source import Ledger, Receipt

WINDOW: dict[str, Any] = {"first_day": date(2026, 1, 1), "last_day": date(2026, 3, 31)}
HARTWELL = Keys(customers=frozenset({"hartwell interieur"}))

TEMPLATE = Template(
    id="t-1",
    status="active",
    makes="approved",
    customer="Hartwell Interieur",
    currency="EUR",
    every="month",
    excl_tax=Decimal("100.00"),
    lines=(TemplateLine(amount=Decimal("100.00"), description="Retainer"),),
    digest="1" * 64,
)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    made = Counting()
    monkeypatch.setattr(registry, "entry_points", lambda **_: [Entry(made)])
    return made


def receipt_of(ledger: Ledger) -> Receipt:
    *_, last = ledger.sources[0].scan(HARTWELL)
    assert last.receipt is not None
    return last.receipt


def test_a_ledger_that_was_fetched_is_read_like_a_file(counting: Counting) -> None:
    ledger = billcheck.fetch_ledger("counting", **WINDOW)
    receipt = receipt_of(ledger)
    said = "".join(snapshot_lines(counting.given[0])).encode()
    assert (receipt.path, receipt.sha256, receipt.lines) == ("counting:", sha256(said).hexdigest(), 3)
    assert receipt.covers == (date(2026, 1, 1), date(2026, 3, 31))
    (source,) = ledger.sources
    (batch, *_) = source.scan(HARTWELL)
    rows = source.read(batch.locators)
    assert [(row.path, row.row, row.line.document) for row in rows] == [
        ("counting:", 2, "F-0"),
        ("counting:", 3, "F-1"),
        ("counting:", 4, "F-2"),
    ]
    assert source.rows_of(batch.locators) == [2, 3, 4]
    assert counting.asked[0].first_day == date(2026, 1, 1)


def test_its_templates_can_be_had(counting: Counting, tmp_path: Path) -> None:
    counting.templates = (TEMPLATE,)
    for out in (None, tmp_path / "a.jsonl"):
        ledger = billcheck.fetch_ledger("counting", **WINDOW, out=out)
        for source in ledger.sources:
            assert isinstance(source, TemplateSource)
            assert source.templates() == (TEMPLATE,)
        assert receipt_of(ledger).lines == 3


def test_a_file_keeps_what_was_fetched(counting: Counting, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "ledger.jsonl"
    ledger = billcheck.fetch_ledger("counting", **WINDOW, out=file)
    assert file.read_text(encoding="ascii") == "".join(snapshot_lines(counting.given[0]))
    assert receipt_of(ledger).path == str(file)
    assert receipt_of(ledger) == receipt_of(billcheck.read_ledger(file))


def test_the_shares_of_a_large_one_are_one(counting: Counting) -> None:
    counting.documents = tuple(document(at, date(2026, 1, 15), "1.00", "x" * 500) for at in range(3000))
    (source,) = billcheck.fetch_ledger("counting", **WINDOW).sources
    assert len(source.shares(4)) == 1  # type: ignore[attr-defined]
    assert source.digest() == receipt_of(billcheck.Ledger((source,))).sha256  # type: ignore[attr-defined]


def test_what_it_takes_room_goes_with_it(counting: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    counting.documents = tuple(document(at, date(2026, 1, 15), "1.00", "x" * 500) for at in range(3000))
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - links of this process
    ledger = billcheck.fetch_ledger("counting", **WINDOW)
    assert receipt_of(ledger).lines == 3000
    assert list(tmp_path.iterdir()) == []
    del ledger
    gc.collect()
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208 - likewise


def test_some_customers_are_incomplete_for_a_check(counting: Counting) -> None:
    ledger = billcheck.fetch_ledger("counting", **WINDOW, customers=["Hartwell Interieur"])
    assert counting.asked[0].customers == ("Hartwell Interieur",)
    assert "Only documents of these customers" in receipt_of(ledger).shortcoming


def test_the_environment_is_that_of_the_process_unless_given(counting: Counting) -> None:
    billcheck.fetch_ledger("counting", **WINDOW)
    assert counting.environment is os.environ
    told: list[str] = []
    billcheck.fetch_ledger("counting", **WINDOW, environment={"A": "1"}, tell=told.append)
    assert counting.environment == {"A": "1"}
    assert told == ["Waits for a second."]


def test_a_fault_is_a_connector_error_and_leaves_no_file(counting: Counting, tmp_path: Path) -> None:
    counting.fails = True
    with pytest.raises(billcheck.ConnectorError, match="Somebody pulled the plug"):
        billcheck.fetch_ledger("counting", **WINDOW, out=tmp_path / "a.jsonl")
    assert issubclass(billcheck.ConnectorError, billcheck.BillcheckError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"first_day": "2026-01-01"}, r"first_day: This is no day\. Found '2026-01-01'\."),
        ({"last_day": datetime(2026, 3, 31, tzinfo=UTC)}, "last_day: This is no day"),
        ({"last_day": date(2025, 12, 31)}, r"last_day: The window ends before it begins\. Found '2026-01-01\.\.2025"),
        ({"customers": "Hartwell"}, r"customers: This is no list of customers\. Found 'Hartwell'\. Give a list"),
    ],
)
def test_arguments_that_make_no_sense(counting: Counting, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(billcheck.UsageError, match=told):
        billcheck.fetch_ledger("counting", **{**WINDOW, **arguments})
    assert not counting.asked


@pytest.mark.usefixtures("counting")
def test_a_connector_that_is_not_there() -> None:
    with pytest.raises(billcheck.UsageError, match=r"Found 'counting:'\. Installed are: counting\."):
        billcheck.fetch_ledger("counting:", **WINDOW)


def test_a_variable_has_no_hyphen() -> None:
    settings = Settings("acme-books", {"BILLCHECK_ACME_BOOKS_URL": "https://api.acme.example"})
    assert settings.address("URL", "") == "https://api.acme.example"
    with pytest.raises(billcheck.UsageError, match="BILLCHECK_ACME_BOOKS_TOKEN: This environment variable is not set"):
        settings.needed("TOKEN", "")
