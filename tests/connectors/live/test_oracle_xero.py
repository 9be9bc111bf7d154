"""Our reading of Xero, held against Xero's own client library, which shares no code with ours.

It asks the same local server for the same documents and pages, and what it makes of the answers is worked out here by
the rules that Xero documents, from its objects alone. What it is known to get wrong is held by tests of their own, so
that it shows when that ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from billcheck.connectors.payload import Payload
from billcheck.connectors.xero.days import read_day
from tests.connectors.live.test_xero import fetch
from tests.servers.raw import RawServer
from tests.servers.xero import TENANT, XeroServer, contact, credit_note, identifier, invoice, many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.base import FetchedDocument

HARTWELL = contact(1, "Hartwell Interieur")
MARCH = date(2026, 3, 31)
IN_2026 = "Date>=DateTime(2026,01,01) AND Date<DateTime(2027,01,01)"
TAKES = {"DRAFT": "draft", "SUBMITTED": "draft", "AUTHORISED": "approved", "PAID": "approved", "VOIDED": "void"}


@contextmanager
def library(ledger: XeroServer) -> Iterator[tuple[AccountingApi, IdentityApi]]:
    """Xero's library, signed in to a local server."""
    kept = {"access_token": "access-0", "token_type": "Bearer", "expires_in": 1800, "expires_at": 2**40, "scope": []}
    with RawServer(ledger) as server:
        configuration = Configuration(oauth2_token=OAuth2Token(client_id="app", client_secret="s"))  # noqa: S106
        client = ApiClient(configuration, oauth2_token_getter=lambda: kept, oauth2_token_saver=lambda _: None)
        api = f"{server.address}/api.xro/2.0"
        try:
            yield AccountingApi(client, base_url=api), IdentityApi(client, base_url=server.address)
        finally:
            client.rest_client.pool_manager.clear()


def whole(ledger: XeroServer, size: int = 1000) -> list[Any]:
    """Every document of the year as the library reads it, page by page; its own page count says when to end."""
    found: list[Any] = []
    with library(ledger) as (api, _):
        for kind, word, of_kind in (
            ("invoices", "ACCREC", "InvoiceID"),
            ("credit_notes", "ACCRECCREDIT", "CreditNoteID"),
        ):
            number, pages, stated, before = 0, 1, 0, len(found)
            while number < pages:
                number += 1
                where = f'Type=="{word}" AND {IN_2026}'
                ask = getattr(api, f"get_{kind}")
                page = ask(TENANT, where=where, order=of_kind, page=number, page_size=size, unitdp=4)
                found += getattr(page, kind)
                pages, stated = page.pagination.page_count, page.pagination.item_count
            assert len(found) - before == stated
    return found


def told_by_library(each: Any) -> dict[str, Any]:
    """What a document says, from the library's object, by Xero's rules: tax in or out, and the sign of a credit."""
    is_credit = hasattr(each, "credit_note_id")
    sign = -1 if is_credit else 1
    is_inclusive = each.line_amount_types.value == "Inclusive"
    allocated = [
        one.invoice.invoice_number for one in (each.allocations if is_credit else None) or () if not one.is_deleted
    ]
    return {
        "id": each.credit_note_id if is_credit else each.invoice_id,
        "number": each.credit_note_number if is_credit else each.invoice_number,
        "kind": "credit_note" if is_credit else "invoice",
        "status": TAKES[each.status],
        "issue_date": day(each.date),
        "due_date": day(each.due_date),
        "customer": each.contact.name,
        "customer_id": each.contact.contact_id,
        "currency": each.currency_code.value,
        "reference": each.reference,
        "excl_tax": sign * each.sub_total,
        "total": sign * each.total,
        "credits_document": allocated[0] if len(set(allocated)) == 1 else "",
        "lines": [
            {
                "amount": sign * (line.line_amount - (line.tax_amount if is_inclusive else 0)),
                "tax": sign * line.tax_amount,
                "description": line.description,
                "item": line.item_code or "",
                "account": line.account_code,
                "quantity": line.quantity,
                "unit_price": price_of(line, is_inclusive=is_inclusive),
                "tracking": [one.option for one in line.tracking or ()],
            }
            for line in each.line_items
        ],
    }


def price_of(line: Any, *, is_inclusive: bool) -> Decimal | None:
    """The price of a unit without tax: else the one that the amount without tax comes of, if that has 4 decimals."""
    if not (is_inclusive and line.tax_amount):
        price: Decimal = line.unit_amount
        return price
    amount = line.line_amount - line.tax_amount
    rounded = round(Decimal(amount / line.quantity), 4)
    return rounded if rounded * line.quantity == amount else None


def day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def told_by_us(each: FetchedDocument) -> dict[str, Any]:
    names = ("id", "number", "kind", "status", "issue_date", "due_date", "customer", "customer_id", "currency")
    more = ("reference", "excl_tax", "total", "credits_document")
    of_line = ("amount", "tax", "description", "item", "account", "quantity", "unit_price")
    return {
        **{name: getattr(each, name) for name in (*names, *more)},
        "lines": [
            {
                **{name: getattr(line, name) for name in of_line},
                "tracking": line.tracking.split(" | ") if line.tracking else [],
            }
            for line in each.lines
        ],
    }


def agreed(ledger: XeroServer) -> list[dict[str, Any]]:
    """What both read of a ledger, once it is the same."""
    fetched = fetch(ledger)
    assert fetched.completeness.is_complete
    ours = sorted((told_by_us(each) for each in fetched.documents), key=lambda each: str(each["id"]))
    theirs = sorted(map(told_by_library, whole(ledger)), key=lambda each: str(each["id"]))
    assert ours == theirs
    return ours


def test_hundreds_of_documents() -> None:
    """Invoices and credit notes of several customers, both ways of stating tax, all statuses."""
    found = agreed(many(430))
    assert len(found) == 430
    assert {each["status"] for each in found} == {"approved", "draft", "void"}
    assert {each["kind"] for each in found} == {"invoice", "credit_note"}


def test_pages_and_their_counts() -> None:
    ledger = many(130)
    assert sorted(map(id_of, whole(ledger, size=25))) == sorted(map(id_of, whole(ledger)))


def id_of(each: Any) -> str:
    return str(each.credit_note_id if hasattr(each, "credit_note_id") else each.invoice_id)


def test_what_a_line_may_bear() -> None:
    made = invoice(1, HARTWELL, MARCH, "61.17", "0.10", Reference="C-117", CurrencyCode="NZD")
    made["LineItems"][0] |= {
        "ItemCode": "SEATS",
        "Quantity": 3.5,
        "UnitAmount": 17.4771,
        "Tracking": [{"Name": "Region", "Option": "North"}, {"Name": "Team", "Option": "Care"}],
    }
    (found,) = agreed(XeroServer([made], [HARTWELL]))
    first, _ = found["lines"]
    assert (first["quantity"], first["unit_price"]) == (Decimal("3.5"), Decimal("17.4771"))
    assert (first["item"], first["tracking"], found["currency"]) == ("SEATS", ["North", "Care"], "NZD")


@pytest.mark.parametrize(
    ("allocations", "credited"),
    [
        ([], ""),
        ([("INV-0001", 50, False)], "INV-0001"),
        ([("INV-0001", 20, False), ("INV-0001", 30, False)], "INV-0001"),
        ([("INV-0001", 20, False), ("INV-0002", 30, False)], ""),
        ([("INV-0001", 50, False), ("INV-0002", 50, True)], "INV-0001"),
    ],
)
def test_what_a_credit_note_is_of(allocations: list[tuple[str, int, bool]], credited: str) -> None:
    listed = [
        {
            "AllocationID": identifier(90 + at),
            "Amount": amount,
            "Date": "/Date(1774915200000+0000)/",
            "IsDeleted": is_deleted,
            "Invoice": {"InvoiceID": identifier(int(number[-1])), "InvoiceNumber": number},
        }
        for at, (number, amount, is_deleted) in enumerate(allocations)
    ]
    note = credit_note(5, HARTWELL, MARCH, "50.00", Allocations=listed)
    (found,) = agreed(XeroServer([note], [HARTWELL]))
    assert found["credits_document"] == credited


def test_days_at_the_ends_of_months_and_years() -> None:
    days = [date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31)]
    ledger = XeroServer([invoice(at, HARTWELL, day, "10.00") for at, day in enumerate(days, 1)], [HARTWELL])
    assert sorted(each["issue_date"] for each in agreed(ledger)) == days


def test_organisation_connections_and_customers() -> None:
    ledger = many(1)
    with library(ledger) as (api, identity):
        (connection,) = identity.get_connections()
        (organisation,) = api.get_organisations(TENANT).organisations
        contacts = api.get_contacts(TENANT, page=1, page_size=1000).contacts
    fetched = fetch(ledger).completeness
    assert (fetched.organisation, fetched.organisation_id) == (organisation.name, connection.tenant_id)
    assert {each.contact_id: each.name for each in contacts} == {
        each["ContactID"]: each["Name"] for each in ledger.contacts
    }
    assert fetched.counts[0].read == len(contacts)


def test_the_library_drops_the_offset_of_a_day() -> None:
    """Xero documents that noon of the 30th in UTC with thirteen hours beside it is the 31st; the library says the 30th.

    The text that stands beside the milliseconds says the 31st too. The two differ on that day, and on nothing else.
    """
    made = invoice(1, HARTWELL, date(2026, 12, 31), "10.00", Date="/Date(1798628400000+1300)/")
    ledger = XeroServer([made], [HARTWELL])
    (theirs,), (ours,) = map(told_by_library, whole(ledger)), map(told_by_us, fetch(ledger).documents)
    assert read_day(Payload("x", {"Date": made["Date"]}), "Date") == ours["issue_date"] == date(2026, 12, 31)
    assert theirs == {**ours, "issue_date": date(2026, 12, 30)}


def test_the_library_refuses_a_whole_page_for_one_status_it_does_not_know() -> None:
    """Ours reads the rest, and says of the one that it does not count as billed."""
    strange = invoice(1, HARTWELL, MARCH, "10.00", Status="ONHOLD")
    ledger = XeroServer([strange, invoice(2, HARTWELL, MARCH, "20.00")], [HARTWELL])
    with pytest.raises(ValueError, match="ONHOLD"):
        whole(ledger)
    fetched = fetch(ledger)
    assert [each.status for each in fetched.documents] == ["draft", "approved"]
    assert not fetched.completeness.is_complete
