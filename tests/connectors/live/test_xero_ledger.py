"""A whole ledger of Xero, with every trap in it, is read as what it truly says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

import billcheck
from billcheck.connectors.snapshot import snapshot_lines
from billcheck.connectors.xero import connector as rooms
from billcheck.ledger.source import Keys
from tests.connectors.live.test_xero import YEAR, fetch
from tests.servers.xero_ledger import TRAPS, Books, TrueDocument, as_rows, lay_down

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.connectors.base import Fetched, FetchedDocument
    from tests.servers.raw import Asked, Reply
    from tests.servers.xero import XeroServer

NAMES = ["regular", *(trap.__name__ for trap in TRAPS)]


@cache
def both() -> tuple[Books, Fetched]:
    """The ledger and what is read of it, on pages of fifty."""
    books = lay_down()
    size = rooms.PAGE_SIZE
    rooms.PAGE_SIZE = 50
    try:
        return books, fetch(books.server, YEAR)
    finally:
        rooms.PAGE_SIZE = size


def told(document: FetchedDocument) -> dict[str, object]:
    return {
        "number": document.number,
        "kind": document.kind,
        "status": document.status,
        "day": document.issue_date,
        "due": document.due_date,
        "customer": document.customer,
        "currency": document.currency,
        "reference": document.reference,
        "credits": document.credits_document,
        "excl_tax": document.excl_tax,
        "lines": [
            (line.amount, line.tax, line.description, line.item, line.account, line.tracking, line.template)
            for line in document.lines
        ],
        "prices": [(line.quantity, line.unit_price) for line in document.lines],
    }


def truly(true: TrueDocument) -> dict[str, object]:
    return {
        "number": true.number,
        "kind": true.kind,
        "status": true.status,
        "day": true.day,
        "due": true.due,
        "customer": true.customer,
        "currency": true.currency,
        "reference": true.reference,
        "credits": true.credits_document,
        "excl_tax": true.excl_tax,
        "lines": [
            (
                true.sign * line.amount,
                true.sign * line.tax,
                line.description,
                line.item,
                line.account,
                line.tracking,
                line.template,
            )
            for line in true.lines
        ],
        "prices": [(line.quantity, line.price) for line in true.lines],
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_trap_is_read_as_what_it_truly_says(name: str) -> None:
    books, fetched = both()
    by_id = {document.id: document for document in fetched.documents}
    of_trap = [true for true in books.truth if true.trap == name]
    assert of_trap or name == "bills"
    for true in of_trap:
        assert told(by_id[true.id]) == truly(true), true


def test_the_whole_is_there_once_and_proved() -> None:
    books, fetched = both()
    assert len(books.truth) >= 400
    assert len(books.truth) > 8 * 50  # pages
    assert {document.id for document in fetched.documents} == {true.id for true in books.truth}
    assert len(fetched.documents) == len(books.truth)
    assert fetched.completeness.is_complete, fetched.completeness.shortcomings
    counts = {count.kind: count.read for count in fetched.completeness.counts}
    assert counts["Invoices"] == sum(true.kind == "invoice" for true in books.truth)
    assert counts["CreditNotes"] == sum(true.kind == "credit_note" for true in books.truth)
    assert counts["RepeatingInvoices"] == len(fetched.templates) == 5


def test_each_customer_alone_is_the_same_as_among_all() -> None:
    books, fetched = both()
    for customer in ("Merged Into BV", "Customer 07", "zwei zeilen gmbh"):
        some = fetch(books.server, type(YEAR)(first_day=YEAR.first_day, last_day=YEAR.last_day, customers=(customer,)))
        wanted = [each for each in fetched.documents if each.customer.casefold() == customer.casefold()]
        assert wanted
        assert list(some.documents) == wanted


def test_it_stands_in_the_columns_of_the_generic_ledger_too(tmp_path: Path) -> None:
    books, fetched = both()
    written = {"ledger.csv": as_rows(books.truth), "ledger.jsonl": "".join(snapshot_lines(fetched))}
    totals: list[list[str]] = []
    for name, content in written.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        batches = list(billcheck.read_ledger(tmp_path / name).sources[0].scan(Keys()))
        assert not [refused for batch in batches for refused in batch.refused]
        totals.append(sorted(str(total) for batch in batches for total in batch.outside.items()))
    assert len(totals[0]) > 40  # customers and currencies
    assert totals[0] == totals[1]


def test_what_is_asked_for_is_what_xero_documents() -> None:
    """Pages by the id that never changes, four decimals, the customers that are archived, and nothing in short."""
    books = lay_down()
    asked: list[str] = []

    def script(_: XeroServer, one: Asked) -> Reply | None:
        asked.append(one.target)
        return None

    books.server.before = script
    fetch(books.server, YEAR)
    lists = [target for target in asked if "/Invoices?" in target or "/CreditNotes?" in target]
    assert lists
    assert all("unitdp=4" in target and "page=" in target for target in lists)
    assert all(f"order={'Invoice' if '/Invoices' in target else 'CreditNote'}ID" in target for target in lists)
    assert any("pageSize=1000" in target for target in lists)
    assert any("/Contacts?includeArchived=true" in target for target in asked)
    assert not any("summaryOnly" in target for target in asked)
