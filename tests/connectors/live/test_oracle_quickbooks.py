"""Our server of QuickBooks and our reading of it, held against a client library that shares no code with ours.

The library signs in, asks in its own statements, and reads pages, counts and documents. So the server speaks as
QuickBooks does to whoever else talks to it, and both agree on what stands on each document. Of the library itself it
is known that it has no types for the members of a bundle, which it keeps as they came, and that it fills in what is
missing.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.exceptions import AuthorizationException, QuickbooksException, ValidationException
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.customer import Customer
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.refundreceipt import RefundReceipt
from quickbooks.objects.salesreceipt import SalesReceipt

from billcheck.connectors.faults import AnswerError
from tests.connectors.live.test_quickbooks import fetch
from tests.servers.quickbooks import REALM, QuickBooksServer, customer, fault, invoice, lower_fault, many
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.tokens import TokenService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.base import FetchedDocument

ENTITIES = {
    "Invoice": (Invoice, 1),
    "SalesReceipt": (SalesReceipt, 1),
    "CreditMemo": (CreditMemo, -1),
    "RefundReceipt": (RefundReceipt, -1),
}
COUNTS = {"SalesItemLineDetail": 1, "DiscountLineDetail": -1}
IN_2026 = "TxnDate >= '2026-01-01' AND TxnDate <= '2026-12-31'"
MARCH = date(2026, 3, 31)
HARTWELL = customer(1, "Hartwell Interieur")


@dataclass
class _Intuit:
    """The addresses that a sign-in is led through, and the company behind them."""

    company: QuickBooksServer
    tokens: TokenService
    address: str = ""

    def __call__(self, asked: Asked) -> Reply:
        if asked.target == "/discovery":
            names = ("authorization", "token", "revocation", "userinfo")
            return answer(
                {"issuer": "tests", "jwks_uri": "", **{f"{name}_endpoint": f"{self.address}/{name}" for name in names}}
            )
        return self.tokens(asked) if asked.target == "/token" else self.company(asked)


@contextmanager
def library(company: QuickBooksServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """The library, signed in to a local server by a refresh token."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # plain http, on this machine alone
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    intuit = _Intuit(company, TokenService())
    company.signed_in = "Bearer access-1"
    with RawServer(intuit) as server:
        intuit.address = server.address
        monkeypatch.setattr(QuickBooks, "api_url_v3", f"{server.address}/v3")
        with AuthClient("app", "secret", "http://127.0.0.1/back", f"{server.address}/discovery") as sign_in:
            kept = {"refresh_token": "refresh-0", "company_id": REALM}
            client = QuickBooks(auth_client=sign_in, minorversion=75, use_decimal=True, **kept)
            with client.session:
                yield client
    company.signed_in = "Bearer access-0"


def all_of(of_kind: Any, client: QuickBooks, where: str, size: int = 100) -> list[Any]:
    """All objects of a kind, page by page until one is empty, and as many as the count says."""
    found: list[Any] = []
    while page := of_kind.where(where, order_by="Id", start_position=len(found) + 1, max_results=size, qb=client):
        found += page
    assert of_kind.count(where, qb=client) == len(found)
    return found


def told_by_library(entity: str, sign: int, each: Any) -> dict[str, Any]:
    tax = each.TxnTaxDetail.TotalTax
    return {
        "id": f"{entity}/{each.Id}",
        "number": each.DocNumber,
        "status": "void" if not each.TotalAmt and each.PrivateNote.startswith("Void") else "approved",
        "issue_date": each.TxnDate,
        "due_date": each.DueDate,
        "customer": each.CustomerRef.name,
        "customer_id": each.CustomerRef.value,
        "currency": each.CurrencyRef.value,
        "excl_tax": sign * (each.TotalAmt - tax),
        "total": sign * each.TotalAmt,
        "lines": sign * sum((signed(line) for line in each.Line), Decimal(0)),
    }


def signed(line: Any) -> Decimal:
    """What a line adds to a document: items and the members of bundles, less discounts; texts and sums add nothing."""
    if isinstance(line, dict):
        return Decimal(line["Amount"]) * COUNTS.get(line["DetailType"], 0)
    if line.DetailType == "GroupLineDetail":
        detail = line.GroupLineDetail  # an object on an invoice; on a receipt, which has no typed lines, a dictionary
        return sum(map(signed, detail["Line"] if isinstance(detail, dict) else detail.Line), Decimal(0))
    return Decimal(line.Amount) * COUNTS.get(line.DetailType, 0)


def told_by_us(each: FetchedDocument) -> dict[str, Any]:
    names = ("id", "number", "status", "customer", "customer_id", "currency", "excl_tax", "total")
    return {
        **{name: getattr(each, name) for name in names},
        "issue_date": each.issue_date.isoformat(),
        "due_date": each.due_date and each.due_date.isoformat(),
        "lines": sum((line.amount for line in each.lines), Decimal(0)),
    }


def test_hundreds_of_documents_by_pages_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    company = many(430)
    with library(company, monkeypatch) as client:
        theirs = [
            told_by_library(entity, sign, each)
            for entity, (of_kind, sign) in ENTITIES.items()
            for each in all_of(of_kind, client, IN_2026)
        ]
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    ours = [told_by_us(each) for each in fetched.documents]
    assert len(ours) == 430
    assert {each["status"] for each in ours} == {"approved", "void"}
    charged = {each.id for each in fetched.documents if any(line.item == "unitemised" for line in each.lines)}
    for each in theirs:
        # What was made from a delayed charge has no line to add up, and the library knows nothing of that.
        if each["id"] in charged:
            assert each["lines"] == 0
            each["lines"] = each["excl_tax"]
    assert sorted(ours, key=lambda each: str(each["id"])) == sorted(theirs, key=lambda each: str(each["id"]))


def test_customers_also_those_made_inactive(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = customer(1, "Brightwater")
    people = [parent, customer(2, "North", parent=parent), customer(3, "O'Brien & Zoon (deleted)", Active=False)]
    company = QuickBooksServer([("Invoice", invoice(1, people[1], MARCH, "1.00"))], people)
    with library(company, monkeypatch) as client:
        names = {each.Id: each.FullyQualifiedName for each in all_of(Customer, client, "Active IN (true, false)")}
        active = {each.Id for each in all_of(Customer, client, "")}
        (named,) = CompanyInfo.query("SELECT * FROM CompanyInfo", qb=client)
    assert (names["2"], set(names), active) == ("Brightwater:North", {"1", "2", "3"}, {"1", "2"})
    fetched = fetch(company)
    assert fetched.documents[0].customer == names["2"]
    assert fetched.completeness.organisation == named.CompanyName


def test_some_customers_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    company = many(130)
    where = "TxnDate >= '2026-02-01' AND TxnDate <= '2026-03-31' AND CustomerRef IN ('3', '7')"
    with library(company, monkeypatch) as client:
        found = all_of(Invoice, client, where, size=7)
    assert found
    assert {each.CustomerRef.value for each in found} == {"3", "7"}
    assert {each.TxnDate[:7] for each in found} == {"2026-02", "2026-03"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(fault("4001", "QueryValidationError"), status=400), ValidationException),
        (answer(fault("610", "Object Not Found")), QuickbooksException),
        (
            answer(lower_fault("3200", "AuthenticationFailed", "AUTHENTICATION", 401), status=401),
            AuthorizationException,
        ),
    ],
)
def test_faults_are_shaped_as_the_library_knows_them(
    reply: Reply, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = QuickBooksServer(before=lambda *_: reply)
    with library(company, monkeypatch) as client, pytest.raises(error):
        Invoice.count(qb=client)


def test_a_statement_that_nobody_understands_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with library(many(1), monkeypatch) as client, pytest.raises(ValidationException, match="Invalid query"):
        Invoice.where("TotalAmt > '5' OR TotalAmt < '3'", qb=client)


def test_the_library_fills_in_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credit memo without a total is none; the library says 0 of it, and ours refuses it."""
    made = invoice(1, HARTWELL, MARCH, "10.00")
    del made["TotalAmt"]
    company = QuickBooksServer([("CreditMemo", made)], [HARTWELL])
    with library(company, monkeypatch) as client:
        (found,) = all_of(CreditMemo, client, IN_2026)
    assert found.TotalAmt == 0
    with pytest.raises(AnswerError, match="Its TotalAmt is missing"):
        fetch(company)
