"""QuickBooks Online on this machine: what its accounting interface documents of what we read, over real sockets.

It knows the query language only as far as a reader needs it: any other statement, path or method is refused, so that a
condition that nobody understands is never taken for none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.servers.raw import Asked, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNED_IN = "Bearer access-0"
REALM = "9130357766654321"
MOST_ON_A_PAGE = 1000
_STATEMENT = re.compile(
    r"SELECT (?P<what>\*|COUNT\(\*\)) FROM (?P<entity>\w+)"
    r"(?: WHERE (?:Active IN \((?P<active>true, false)\)"
    r"|TxnDate >= '(?P<first>[\d-]{10})' AND TxnDate <= '(?P<last>[\d-]{10})'"
    r"(?: AND CustomerRef IN \((?P<customers>'\w+'(?:, '\w+')*)\))?))?"
    r"(?: ORDERBY Id STARTPOSITION (?P<start>[1-9]\d*) MAXRESULTS (?P<most>[1-9]\d*))?"
)
ENTITIES = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")


@dataclass
class QuickBooksServer:
    """A script for a `RawServer`. `before` may answer a request itself, or change the company before it is read."""

    documents: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[QuickBooksServer, Asked], Reply | None] | None = None
    largest_page: int = MOST_ON_A_PAGE
    repeats_first_page: bool = False
    signed_in: str = SIGNED_IN
    statements: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        given = self.before(self, asked) if self.before else None
        if given is not None:
            return given
        if asked.headers.get("authorization") != self.signed_in:
            return answer(lower_fault("3200", "AuthenticationFailed", "AUTHENTICATION", 401), status=401)
        parts = urlsplit(asked.target)
        query = dict(each.split("=", 1) for each in parts.query.split("&"))
        if parts.path != f"/v3/company/{REALM}/query" or query.get("minorversion") != "75":
            return answer(b"<html>no such page", status=404, kind="text/html")
        statement = unquote(query.get("query", ""), errors="strict")  # a plus stays one, as QuickBooks takes it
        if asked.method == "POST" and asked.headers.get("content-type") == "application/text":
            statement = " ".join(asked.body.decode().split())
        found = _STATEMENT.fullmatch(statement)
        self.statements.append(statement)
        if found is None or (found["most"] and int(found["most"]) > MOST_ON_A_PAGE):
            return answer(fault("4001", "Invalid query"), status=400)
        return self._answer(found)

    def _answer(self, found: re.Match[str]) -> Reply:
        entity = found["entity"]
        if entity == "CompanyInfo":
            return _told({"CompanyInfo": [{"CompanyName": "Duinweg Webbeheer", "Id": "1"}], "maxResults": 1})
        if entity == "Customer":
            chosen = [each for each in self.customers if each["Active"] or found["active"]]
        else:
            chosen = list(self._chosen(entity, found))
        if found["what"] != "*":
            return _told({"totalCount": len(chosen)})
        chosen.sort(key=lambda each: str(each["Id"]))
        start, most = int(found["start"] or 1), min(int(found["most"] or 100), self.largest_page)
        start = 1 if self.repeats_first_page else start
        page = chosen[start - 1 : start - 1 + most]
        return _told({entity: page, "startPosition": start, "maxResults": len(page)} if page else {})

    def _chosen(self, entity: str, found: re.Match[str]) -> Iterator[dict[str, Any]]:
        customers = set(re.findall(r"'(\w+)'", found["customers"] or ""))
        for kind, each in self.documents:
            is_of = not customers or each.get("CustomerRef", {}).get("value") in customers
            if kind == entity and is_of and (found["first"] or "") <= each["TxnDate"] <= (found["last"] or "9"):
                yield each


def _told(response: dict[str, Any]) -> Reply:
    body = {"QueryResponse": response, "time": "2026-11-29T04:12:55.901-08:00"}
    return answer(body, headers={"intuit_tid": "1-674f"})


def fault(code: str, message: str, kind: str = "ValidationFault") -> dict[str, Any]:
    return {"Fault": {"Error": [{"Message": message, "Detail": "", "code": code}], "type": kind}, "time": "2026"}


def lower_fault(code: str, message: str, kind: str, status: int) -> dict[str, Any]:
    """As the gateway speaks: in small letters, with the code once more in words and padded."""
    words = f"message={message}; errorCode={int(code):06}; statusCode={status}"
    error = {"message": words, "detail": "", "code": code, "element": None}
    return {"warnings": None, "fault": {"error": [error], "type": kind}, "requestId": None, "batchItemResponse": []}


def xml_fault(code: str, message: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<IntuitResponse time="2026-11-29" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
        f'<Error code="{code}"><Message>{message}</Message><Detail>Later.</Detail></Error></Fault></IntuitResponse>'
    ).encode()


def customer(number: int, name: str, *, parent: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    full = name if parent is None else f"{parent['FullyQualifiedName']}:{name}"
    above = {} if parent is None else {"ParentRef": {"value": parent["Id"]}, "Job": True}
    return {"Id": str(number), "DisplayName": name, "FullyQualifiedName": full, "Active": True, **above, **more}


def item(amount: str, **detail: Any) -> dict[str, Any]:
    more = {"ItemRef": {"value": "1", "name": "Services"}, **detail}
    shown = {"Description": more.pop("Description")} if "Description" in more else {}
    return {
        "Id": "1",
        "Amount": float(amount),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": more,
        **shown,
    }


def discount(amount: str) -> dict[str, Any]:
    return {"Amount": float(amount), "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}


def subtotal(amount: str) -> dict[str, Any]:
    return {"Amount": float(amount), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}


def group(*members: dict[str, Any], amount: str = "0") -> dict[str, Any]:
    detail = {"GroupItemRef": {"value": "24", "name": "Care bundle"}, "Quantity": 3, "Line": list(members)}
    return {"Id": "1", "Amount": float(amount), "DetailType": "GroupLineDetail", "GroupLineDetail": detail}


def document(
    number: int, of: dict[str, Any], day: date, *lines: dict[str, Any], excl_tax: str, tax: str = "0", **more: Any
) -> dict[str, Any]:
    return {
        "domain": "QBO",
        "Id": str(number),
        "SyncToken": "0",
        "MetaData": {"CreateTime": "2026-01-01T00:00:00-08:00", "LastUpdatedTime": "2026-01-02T00:00:00-08:00"},
        "DocNumber": f"{number:04}",
        "TxnDate": day.isoformat(),
        "DueDate": (day + timedelta(days=30)).isoformat(),
        "CurrencyRef": {"value": "EUR", "name": "Euro"},
        "CustomerRef": {"value": of["Id"], "name": of["DisplayName"]},
        "Line": list(lines),
        "TxnTaxDetail": {"TotalTax": float(tax)},
        "TotalAmt": float(Decimal(excl_tax) + Decimal(tax)),
        "Balance": 0,
        "PrivateNote": "",
        **more,
    }


def invoice(number: int, of: dict[str, Any], day: date, *amounts: str, **more: Any) -> dict[str, Any]:
    """A document of plain item lines, with a tax of 21 % on their sum; for any entity, since they look alike."""
    total = sum((Decimal(amount) for amount in amounts), Decimal(0))
    tax = (total * 21 / 100).quantize(Decimal("0.01"))
    lines = [item(amount, Description=f"Retainer {day:%Y-%m}") for amount in amounts]
    return document(number, of, day, *lines, subtotal(str(total)), excl_tax=str(total), tax=str(tax), **more)


def voided(made: dict[str, Any], note: str = "Voided") -> dict[str, Any]:
    """As QuickBooks leaves what was voided: nothing but zeros, and a note."""
    lines = [{**line, "Amount": 0} for line in made["Line"]]
    return {**made, "Line": lines, "TxnTaxDetail": {"TotalTax": 0}, "TotalAmt": 0, "Balance": 0, "PrivateNote": note}


def many(count: int, seed: int = 7) -> QuickBooksServer:
    """A company of so many documents: all four kinds, several customers, bundles, discounts, charges and voids."""
    random = Random(seed)
    customers = [customer(number, f"Customer {number}") for number in range(1, 20)]
    documents = []
    for number in range(100, 100 + count):
        of, day = random.choice(customers), date(2026, 1, 1) + timedelta(days=random.randrange(240))
        amounts = [f"{random.randrange(1, 500_000) / 100:.2f}" for _ in range(random.randrange(1, 4))]
        entity = random.choices(ENTITIES, (80, 8, 8, 4))[0]
        documents.append((entity, _shaped(random, invoice(number, of, day, *amounts))))
    return QuickBooksServer(documents, customers)


def _shaped(random: Random, made: dict[str, Any]) -> dict[str, Any]:
    *items, total = made["Line"]
    shape = random.choice(("plain", "plain", "bundle", "discount", "void", "charge"))
    if shape == "void":
        return voided(made)
    if shape == "bundle":
        made["Line"] = [group(*items), total]
    if shape == "charge":
        made["Line"] = [total]
        made["LinkedTxn"] = [{"TxnId": "29", "TxnType": "StatementCharge"}]
    if shape == "discount":
        lowered = (Decimal(str(total["Amount"])) / 10).quantize(Decimal("0.01"))
        made["Line"] = [*items, total, discount(str(lowered))]
        made["TotalAmt"] = float(Decimal(str(made["TotalAmt"])) - lowered)
    return made
