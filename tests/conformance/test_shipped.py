"""The connectors that ship, held against their servers by the tests that every connector has to pass."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.testing import ConnectorTests, TrueDocument, Truth
from tests.servers import quickbooks, xero
from tests.servers.raw import Asked, RawServer, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
BEFORE, MIDDLE, AFTER = date(2025, 12, 31), date(2026, 1, 15), date(2026, 2, 1)
PATIENCE = {
    "BILLCHECK_HTTP_BACKOFF_SECONDS": "0.01",
    "BILLCHECK_HTTP_LONGEST_BACKOFF_SECONDS": "0.02",
    "BILLCHECK_HTTP_LEAST_WAIT_SECONDS": "0.01",
    "BILLCHECK_HTTP_TRIES": "3",
}
TOKEN = "access-0"  # noqa: S105 - that of the servers here


def after(count: int, reply: Reply) -> Callable[[Any, Asked], Reply | None]:
    """From the request with this number on, the same reply."""
    return lambda _, asked: reply if asked.number >= count else None


def once(number: int, reply: Reply) -> Callable[[Any, Asked], Reply | None]:
    """This request alone gets the reply."""
    return lambda _, asked: reply if asked.number == number else None


FAULTS: dict[str, Callable[[Any, Asked], Reply | None]] = {
    "down for one answer": once(3, answer(b"<html>Bad Gateway", status=502, kind="text/html")),
    "down for good": after(3, answer(b"<html>Bad Gateway", status=502, kind="text/html")),
    "a limit for a day": after(2, answer(b"", status=429, headers={"Retry-After": "86400"})),
    "cut off": after(3, answer({"a": 1}, length=999, end="close")),
    "reset": once(3, answer({"a": 1}, length=999, end="reset")),
    "no JSON": after(3, answer(b'{"Invoices": [', kind="application/json")),
    "nothing": after(3, answer(b"")),
    "null": after(3, answer(b"null")),
    "a list": after(3, answer([])),
    "signed out": after(3, answer({"Status": 401}, status=401)),
    "elsewhere": after(2, answer(b"", status=302, headers={"Location": "http://127.0.0.1:9/"})),
    "not found": after(3, answer(b"not found", status=404, kind="text/html")),
}


def without_last(reply: Reply, kind: str) -> Reply:
    """The same page without its last object."""
    head, body = b"".join(reply.pieces).split(b"\r\n\r\n", 1)
    found = json.loads(body) if b"json" in head else {}
    listed = found.get("QueryResponse", found).get(kind) if isinstance(found, dict) else None
    if not listed:
        return reply
    listed.pop()
    return answer(found)


def serve(made: Callable[[Asked], Reply], fault: str, kind: str) -> RawServer:
    """A server on this machine; where it loses something, its pages of a kind lack their last object."""
    return RawServer((lambda asked: without_last(made(asked), kind)) if fault == "a short page" else made)


class TestXero(ConnectorTests):
    name = "xero"
    secrets = (TOKEN,)
    faults = tuple(FAULTS)
    losses = ("a short page", "a page twice")
    acme, birch = xero.contact(1, "Acme"), xero.contact(2, "Birch")
    documents = (
        xero.invoice(10, acme, BEFORE, "1.00"),
        xero.invoice(11, acme, FIRST, "100.00", "50.00"),
        xero.invoice(12, acme, MIDDLE, "121.00", is_inclusive=True),
        xero.invoice(13, birch, MIDDLE, "20.00", "-5.00", Status="DRAFT"),
        xero.credit_note(14, birch, date(2026, 1, 20), "7.00"),
        xero.invoice(15, birch, LAST, "30.00", Status="PAID"),
        xero.invoice(16, birch, AFTER, "40.00"),
    )
    truth = Truth(
        first_day=FIRST,
        last_day=LAST,
        documents=tuple(
            TrueDocument(
                id=xero.identifier(number),
                number=f"{'CN' if amount < 0 else 'INV'}-{number:04}",
                kind="credit_note" if amount < 0 else "invoice",
                status="draft" if number == 13 else "approved",
                issue_date=day,
                customer=of["Name"],
                customer_id=of["ContactID"],
                excl_tax=amount,
            )
            for number, of, day, amount in (
                (10, acme, BEFORE, Decimal("1.00")),
                (11, acme, FIRST, Decimal("150.00")),
                (12, acme, MIDDLE, Decimal("100.00")),
                (13, birch, MIDDLE, Decimal("15.00")),
                (14, birch, date(2026, 1, 20), Decimal("-7.00")),
                (15, birch, LAST, Decimal("30.00")),
                (16, birch, AFTER, Decimal("40.00")),
            )
        ),
        templates=frozenset({xero.identifier(90), xero.identifier(91)}),
    )

    @contextmanager
    def ledger(self, fault: str = "") -> Iterator[Mapping[str, str]]:
        made = xero.XeroServer(list(self.documents), [self.acme, self.birch], before=FAULTS.get(fault))
        made.repeating = [
            xero.repeating(90, self.acme, "60.00", "40.00", first=AFTER),
            xero.repeating(91, self.birch, "30.00", first=AFTER),
        ]
        if fault == "a page twice":
            made.largest_page, made.repeats_first_page = 2, True
        with serve(made, fault, "Invoices") as at:
            yield {
                **PATIENCE,
                "BILLCHECK_XERO_API_URL": f"{at.address}/api.xro/2.0",
                "BILLCHECK_XERO_CONNECTIONS_URL": f"{at.address}/connections",
                "BILLCHECK_XERO_ACCESS_TOKEN": TOKEN,
            }


class TestQuickBooks(ConnectorTests):
    name = "quickbooks"
    secrets = (TOKEN,)
    faults = ("down for one answer", "reset", "cut off", "no JSON", "null", "signed out")  # its pace makes each slow
    losses = ("a short page", "a page twice")
    acme, birch = quickbooks.customer(1, "Acme"), quickbooks.customer(2, "Birch")
    documents = (
        ("Invoice", quickbooks.invoice(10, acme, BEFORE, "1.00")),
        ("Invoice", quickbooks.invoice(11, acme, FIRST, "100.00", "50.00")),
        ("SalesReceipt", quickbooks.invoice(12, acme, MIDDLE, "100.00")),
        ("Invoice", quickbooks.invoice(13, birch, MIDDLE, "20.00", "-5.00")),
        ("CreditMemo", quickbooks.invoice(14, birch, date(2026, 1, 20), "7.00")),
        ("Invoice", quickbooks.invoice(15, birch, LAST, "30.00")),
        ("Invoice", quickbooks.invoice(16, birch, AFTER, "40.00")),
    )
    truth = Truth(
        first_day=FIRST,
        last_day=LAST,
        documents=tuple(
            TrueDocument(
                id=f"{entity}/{number}",
                number=f"{number:04}",
                kind="credit_note" if amount < 0 else "invoice",
                issue_date=day,
                customer=of["DisplayName"],
                customer_id=of["Id"],
                excl_tax=amount,
            )
            for entity, number, of, day, amount in (
                ("Invoice", 10, acme, BEFORE, Decimal("1.00")),
                ("Invoice", 11, acme, FIRST, Decimal("150.00")),
                ("SalesReceipt", 12, acme, MIDDLE, Decimal("100.00")),
                ("Invoice", 13, birch, MIDDLE, Decimal("15.00")),
                ("CreditMemo", 14, birch, date(2026, 1, 20), Decimal("-7.00")),
                ("Invoice", 15, birch, LAST, Decimal("30.00")),
                ("Invoice", 16, birch, AFTER, Decimal("40.00")),
            )
        ),
        templates=frozenset({"90", "91"}),
    )

    @contextmanager
    def ledger(self, fault: str = "") -> Iterator[Mapping[str, str]]:
        made = quickbooks.QuickBooksServer(list(self.documents), [self.acme, self.birch], before=FAULTS.get(fault))
        made.templates = [
            quickbooks.recurring(quickbooks.invoice(80, self.acme, AFTER, "60.00", "40.00"), 90, "Care"),
            quickbooks.recurring(quickbooks.invoice(81, self.birch, AFTER, "30.00"), 91, "Seats"),
        ]
        if fault == "a page twice":
            made.largest_page, made.repeats_first_page = 2, True
        with serve(made, fault, "Invoice") as at:
            yield {
                **PATIENCE,
                "BILLCHECK_QUICKBOOKS_API_URL": at.address,
                "BILLCHECK_QUICKBOOKS_REALM_ID": quickbooks.REALM,
                "BILLCHECK_QUICKBOOKS_ACCESS_TOKEN": TOKEN,
            }
