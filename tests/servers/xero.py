"""Xero on this machine: what its accounting interface documents of what we read, over real sockets.

It knows only the queries a reader may send: another one is a bad request, so that a filter that nobody understands is
never taken for no filter. What changed since a moment is told to the second, as Xero does, so that a change within that
second is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
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
LONGEST_QUERY = 2048
"""Beyond that Xero says that there is no such thing (404)."""
_WHERE = re.compile(
    r'Type=="(?P<type>\w+)"'
    r"(?: AND Date>=DateTime\((?P<first>[\d,]+)\) AND Date<DateTime\((?P<end>[\d,]+)\)(?: AND \((?P<contacts>.*)\))?)?"
)
_ALWAYS = {"first": "1,1,1", "end": "9999,12,31"}
_CONTACT = re.compile(r'Contact\.ContactID==Guid\("([0-9a-f-]{36})"\)')
_SINCE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
ORGANISATION = {
    "Name": "Duinweg Webbeheer",
    "BaseCurrency": "EUR",
    "CountryCode": "NL",
    "Version": "GLOBAL",
    "Timezone": "WEUROPESTANDARDTIME",
    "IsDemoCompany": False,
}
SCOPES = {
    "Organisation": "accounting.settings.read",
    "Items": "accounting.settings.read",
    "Contacts": "accounting.contacts.read",
    "Invoices": "accounting.invoices.read",
    "CreditNotes": "accounting.invoices.read",
    "RepeatingInvoices": "accounting.invoices.read",
}


@dataclass
class XeroServer:
    """A script for a `RawServer`. `before` may answer a request itself, or change the ledger before it is read.

    `items`, `repeating` and `organisation` are what their endpoints answer. `scopes` are those of the sign-in. Ids in
    `leaves_lines_out_of` are listed without their lines, those in `leaves_allocations_out_of` without what became of
    them, and those in `gone` are not there when they are asked for one by one. `left_today` and `left_this_minute` are
    counted down by each answer where they are set.
    """

    documents: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    repeating: list[dict[str, Any]] = field(default_factory=list)
    organisation: dict[str, Any] = field(default_factory=lambda: dict(ORGANISATION))
    scopes: frozenset[str] = frozenset(SCOPES.values())
    before: Callable[[XeroServer, Asked], Reply | None] | None = None
    tenants: tuple[str, ...] = (TENANT,)
    leaves_lines_out_of: frozenset[str] = frozenset()
    leaves_allocations_out_of: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    left_today: int | None = None
    left_this_minute: int | None = None
    warnings: tuple[str, ...] = ()
    largest_page: int = MOST_ON_A_PAGE
    repeats_first_page: bool = False

    def __call__(self, asked: Asked) -> Reply:
        given = self.before(self, asked) if self.before else None
        if given is not None:
            return given
        if asked.headers.get("authorization") != SIGNED_IN:
            return answer({"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired"}, status=401)
        parts = urlsplit(asked.target)
        if len(parts.query) > LONGEST_QUERY:
            return answer(b"The resource you're looking for cannot be found", status=404, kind="text/html")
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        path = parts.path.removeprefix("/api.xro/2.0")
        if path.lower() == "/connections":  # Xero takes both ways of writing it
            return answer([{"tenantId": tenant, "tenantName": f"Company {tenant[:4]}"} for tenant in self.tenants])
        if asked.headers.get("xero-tenant-id") not in self.tenants:
            return answer({"Title": "Forbidden", "Status": 403, "Detail": "AuthenticationUnsuccessful"}, status=403)
        _, kind, *rest = path.split("/")
        if SCOPES[kind] not in self.scopes:
            refused = {"Type": None, "Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}
            return answer(refused, status=401)
        self._count_down()
        return self._single(kind, rest[0]) if rest else self._listed(kind, query, asked)

    def _single(self, kind: str, key: str) -> Reply:
        found = [each for each in self.documents if each.get(_ID[kind]) == key not in self.gone]
        return self._told(**{kind: found}) if found else answer(b"not found", status=404, kind="text/html")

    def _listed(self, kind: str, query: dict[str, str], asked: Asked) -> Reply:
        # Neither of these two is paged, nor told by when it changed.
        if kind == "Items":
            return self._told(Items=self.items)
        if kind == "RepeatingInvoices":
            found = [each for each in self.repeating if each["Type"] == "ACCREC"]
            whole = query == {"where": 'Type=="ACCREC"'}
            return self._told(RepeatingInvoices=found) if whole else _refused("No property")
        if kind == "Organisation":
            return self._told(Organisations=[self.organisation])
        since = asked.headers.get("if-modified-since", "")
        if since and not _SINCE.fullmatch(since):
            return _refused("If-Modified-Since")
        changed = [each for each in (self.contacts if kind == "Contacts" else self.documents) if _is_after(each, since)]
        return self._page(kind, changed, query) if kind == "Contacts" else self._documents(kind, changed, query)

    def _count_down(self) -> None:
        if self.left_today is not None:
            self.left_today -= 1
        if self.left_this_minute is not None:
            self.left_this_minute -= 1

    def change(self, document: dict[str, Any], at: datetime, **more: Any) -> None:
        """Change a document, as somebody does at a moment in Xero."""
        document.update(
            more, UpdatedDateUTC=moment(at), UpdatedDateUTCString=f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        )

    def _documents(self, kind: str, held: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        found = _WHERE.fullmatch(query.get("where", ""))
        if found is None or query.get("order") != _ID[kind] or query.get("unitdp") != "4":
            return _refused("No property")
        if "summaryOnly" in query or ("includeArchived" in query and kind != "Invoices"):
            return _refused("No parameter")
        has_archived = query.get("includeArchived") == "true"
        first, end = (date(*map(int, (found[name] or day).split(","))) for name, day in _ALWAYS.items())
        contacts = set(_CONTACT.findall(found["contacts"] or ""))
        chosen = [
            each
            for each in held
            if each["Type"] == found["type"]
            and (has_archived or each["Status"] != "ARCHIVED")
            and first <= date.fromisoformat(each["DateString"][:10]) < end
            and (not contacts or each["Contact"]["ContactID"] in contacts)
        ]
        return self._page(kind, [self._shown(each, each[_ID[kind]]) for each in chosen], query)

    def _shown(self, document: dict[str, Any], key: str) -> dict[str, Any]:
        """A document as lists show it."""
        without: dict[str, Any] = {"LineItems": []} if key in self.leaves_lines_out_of else {}
        return {**document, **without, **({"Allocations": []} if key in self.leaves_allocations_out_of else {})}

    def _page(self, kind: str, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        ordered = sorted(found, key=lambda each: str(each[_ID[kind]]))
        page, size = int(query["page"]), min(int(query["pageSize"]), self.largest_page)
        page = 1 if self.repeats_first_page else page
        paging = {"page": page, "pageSize": size, "pageCount": -(-len(found) // size), "itemCount": len(found)}
        return self._told(pagination=paging, **{kind: ordered[(page - 1) * size : page * size]})

    def _told(self, **members: Any) -> Reply:
        body = {"Id": str(UUID(int=1)), "Status": "OK", "ProviderName": "tests", "DateTimeUTC": "/Date(1)/", **members}
        if self.warnings:
            body["Warnings"] = [{"Message": text} for text in self.warnings]
        this_minute = 59 if self.left_this_minute is None else max(self.left_this_minute, 0)
        headers = {
            "Xero-Correlation-Id": "c-1",
            "X-MinLimit-Remaining": str(this_minute),
            "X-AppMinLimit-Remaining": "9999",
        }
        if self.left_today is not None:
            headers["X-DayLimit-Remaining"] = str(max(self.left_today, 0))
        return answer(body, headers=headers)


def _refused(message: str) -> Reply:
    return answer({"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}, status=400)


def _is_after(held: dict[str, Any], since: str) -> bool:
    """Whether something changed after a moment of UTC, both to the second."""
    if not since:
        return True
    milliseconds = int(re.sub(r"\D", "", str(held.get("UpdatedDateUTC", "0")).split("+", 1)[0]))
    return milliseconds // 1000 > datetime.fromisoformat(f"{since}+00:00").timestamp()


def moment(at: datetime) -> str:
    return f"/Date({round(at.timestamp() * 1000)}+0000)/"


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


def repeating(number: int, of: dict[str, Any], *amounts: str, first: date, **more: Any) -> dict[str, Any]:
    """A repeating invoice of every month; a key of its schedule is given as `Schedule__EndDate`."""
    made = invoice(number, of, first, *amounts, is_inclusive=bool(more.pop("is_inclusive", False)))
    wanted = ("Type", "Contact", "LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total", "CurrencyCode")
    schedule = {
        "Period": 1,
        "Unit": "MONTHLY",
        "DueDate": 10,
        "DueDateType": "OFFOLLOWINGMONTH",
        "StartDate": milliseconds(first),
        "NextScheduledDate": milliseconds(first),
    }
    schedule |= {name.removeprefix("Schedule__"): more.pop(name) for name in [*more] if name.startswith("Schedule__")}
    return {
        **{name: made[name] for name in wanted},
        "RepeatingInvoiceID": identifier(number),
        "ID": identifier(number),
        "Reference": "",
        "Status": "AUTHORISED",
        "ApprovedForSending": False,
        "Schedule": schedule,
        **more,
    }


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
