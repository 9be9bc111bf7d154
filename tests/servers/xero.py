"""Xero on this machine: what its accounting interface documents of what we read, over real sockets.

It knows only the queries a reader may send: another one is a bad request, so that a filter that nobody understands is
never taken for no filter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from tests.servers.raw import Asked, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNED_IN = "Bearer access-0"
TENANT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
MOST_ON_A_PAGE = 1000
_WHERE = re.compile(
    r'Type=="(?P<type>\w+)" AND Date>=DateTime\((?P<first>[\d,]+)\) AND Date<DateTime\((?P<end>[\d,]+)\)'
    r"(?: AND \((?P<contacts>.*)\))?"
)
_CONTACT = re.compile(r'Contact\.ContactID==Guid\("([0-9a-f-]{36})"\)')


@dataclass
class XeroServer:
    """A script for a `RawServer`. `before` may answer a request itself, or change the ledger before it is read."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[XeroServer, Asked], Reply | None] | None = None
    tenants: tuple[str, ...] = (TENANT,)
    leaves_lines_out_of: frozenset[str] = frozenset()
    largest_page: int = MOST_ON_A_PAGE
    repeats_first_page: bool = False

    def __call__(self, asked: Asked) -> Reply:
        given = self.before(self, asked) if self.before else None
        if given is not None:
            return given
        if asked.headers.get("authorization") != SIGNED_IN:
            return answer({"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired"}, status=401)
        parts = urlsplit(asked.target)
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        path = parts.path.removeprefix("/api.xro/2.0")
        if path.lower() == "/connections":  # Xero takes both ways of writing it
            return answer([{"tenantId": tenant, "tenantName": f"Company {tenant[:4]}"} for tenant in self.tenants])
        if asked.headers.get("xero-tenant-id") not in self.tenants:
            return answer({"Title": "Forbidden", "Status": 403, "Detail": "AuthenticationUnsuccessful"}, status=403)
        if path == "/Organisation":
            return self._told(Organisations=[{"Name": "Duinweg Webbeheer", "BaseCurrency": "EUR"}])
        _, kind, *rest = path.split("/")
        if rest:
            found = [each for each in self.documents if each.get(_ID[kind]) == rest[0]]
            return self._told(**{kind: found}) if found else answer(b"not found", status=404, kind="text/html")
        if kind == "Contacts":
            return self._page(kind, self.contacts, query)
        return self._documents(kind, query)

    def _documents(self, kind: str, query: dict[str, str]) -> Reply:
        found = _WHERE.fullmatch(query.get("where", ""))
        if found is None or query.get("order") != _ID[kind] or query.get("unitdp") != "4":
            return answer({"ErrorNumber": 16, "Type": "QueryParseException", "Message": "No property"}, status=400)
        first, end = (date(*map(int, found[name].split(","))) for name in ("first", "end"))
        contacts = set(_CONTACT.findall(found["contacts"] or ""))
        chosen = [
            each
            for each in self.documents
            if each["Type"] == found["type"]
            and first <= date.fromisoformat(each["DateString"][:10]) < end
            and (not contacts or each["Contact"]["ContactID"] in contacts)
        ]
        shown = [{**each, "LineItems": []} if each[_ID[kind]] in self.leaves_lines_out_of else each for each in chosen]
        return self._page(kind, shown, query)

    def _page(self, kind: str, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        ordered = sorted(found, key=lambda each: str(each[_ID[kind]]))
        page, size = int(query["page"]), min(int(query["pageSize"]), self.largest_page)
        page = 1 if self.repeats_first_page else page
        paging = {"page": page, "pageSize": size, "pageCount": -(-len(found) // size), "itemCount": len(found)}
        return self._told(pagination=paging, **{kind: ordered[(page - 1) * size : page * size]})

    def _told(self, **members: Any) -> Reply:
        body = {"Id": str(UUID(int=1)), "Status": "OK", "ProviderName": "tests", "DateTimeUTC": "/Date(1)/", **members}
        return answer(body, headers={"Xero-Correlation-Id": "c-1", "X-MinLimit-Remaining": "59"})


_ID = {"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID", "Contacts": "ContactID"}


def identifier(number: int) -> str:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))


def contact(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"ContactID": identifier(number), "Name": name, "ContactStatus": "ACTIVE", **more}


def money(amount: str | Decimal) -> float:
    """As JSON has it: 40.00 is 40.0, which is what a server sends; readers make exact decimals of the text."""
    return float(amount)


def milliseconds(day: date) -> str:
    return f"/Date({(day - date(1970, 1, 1)).days * 86_400_000}+0000)/"


def invoice(
    number: int,
    of: dict[str, Any],
    day: date,
    *amounts: str,
    tax_percent: int = 21,
    is_inclusive: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """A sales invoice; amounts are those of its lines as its LineAmountTypes has them."""
    lines, excl_tax, tax_total = [], Decimal(0), Decimal(0)
    due = day + timedelta(days=30)
    for at, text in enumerate(amounts):
        amount = Decimal(text)
        base = amount * 100 / (100 + tax_percent) if is_inclusive else amount
        tax = (amount - base if is_inclusive else base * tax_percent / 100).quantize(Decimal("0.01"))
        excl_tax, tax_total = excl_tax + amount - (tax if is_inclusive else 0), tax_total + tax
        lines.append(
            {
                "LineItemID": identifier(number * 100 + at),
                "Description": f"Retainer {day:%Y-%m}",
                "Quantity": 1.0,
                "UnitAmount": money(amount),
                "LineAmount": money(amount),
                "TaxAmount": money(tax),
                "AccountCode": "200",
                "Tracking": [],
            }
        )
    return {
        "Type": "ACCREC",
        "InvoiceID": identifier(number),
        "InvoiceNumber": f"INV-{number:04}",
        "Reference": "",
        "Contact": {"ContactID": of["ContactID"], "Name": of["Name"]},
        "DateString": f"{day}T00:00:00",
        "Date": milliseconds(day),
        "DueDateString": f"{due}T00:00:00",
        "DueDate": milliseconds(due),
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive" if is_inclusive else "Exclusive",
        "LineItems": lines,
        "SubTotal": money(excl_tax),
        "TotalTax": money(tax_total),
        "Total": money(excl_tax + tax_total),
        "AmountDue": 0,
        "CurrencyCode": "EUR",
        "CurrencyRate": 1.0,
        "UpdatedDateUTC": "/Date(1541176290160+0000)/",
        **more,
    }


def credit_note(number: int, of: dict[str, Any], day: date, *amounts: str, **more: Any) -> dict[str, Any]:
    made = invoice(number, of, day, *amounts, **more)
    made["CreditNoteID"] = made.pop("InvoiceID")
    made["CreditNoteNumber"] = f"CN-{number:04}"
    del made["InvoiceNumber"]
    return {**made, "Type": "ACCRECCREDIT", "Allocations": [], "RemainingCredit": 0, **more}


def many(count: int, seed: int = 7) -> XeroServer:
    """A ledger of so many documents: several customers, both ways of stating tax, credits, drafts and voids."""
    random = Random(seed)
    contacts = [contact(number, f"Customer {number}") for number in range(1, 20)]
    documents = []
    for number in range(100, 100 + count):
        day = date(2026, 1, 1) + timedelta(days=random.randrange(240))
        amounts = [f"{random.randrange(1, 500_000) / 100:.2f}" for _ in range(random.randrange(1, 4))]
        make = credit_note if random.random() < 0.1 else invoice
        status = random.choice(("AUTHORISED", "PAID", "PAID", "DRAFT", "SUBMITTED", "VOIDED"))
        documents.append(
            make(number, random.choice(contacts), day, *amounts, is_inclusive=random.random() < 0.3, Status=status)
        )
    return XeroServer(documents, contacts)
