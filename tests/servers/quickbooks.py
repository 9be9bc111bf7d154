"""QuickBooks Online on this machine: what its accounting interface documents of what we read, over real sockets.

It knows the query language only as far as a reader needs it: any other statement, path or method is refused, so that a
condition that nobody understands is never taken for none. What is not confirmed of QuickBooks is left to the test: in
which order the ids come, and whether recurring transactions can be counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.servers.raw import Asked, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNED_IN = "Bearer access-0"
REALM = "9130357766654321"
MOST_ON_A_PAGE = 1000
MOST_CHANGES = 1000
ENTITIES = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
_STATEMENT = re.compile(
    r"(?i:SELECT) (?P<what>\*|(?i:COUNT)\(\*\)) (?i:FROM) (?P<entity>\w+)"
    r"(?: (?i:WHERE) (?P<where>.+?))?"
    r"(?: (?i:ORDER ?BY) (?P<order>[\w.]+)(?: (?i:ASC))?)?"
    r"(?: (?i:STARTPOSITION) (?P<start>[1-9]\d*))?(?: (?i:MAXRESULTS) (?P<most>[1-9]\d*))?"
)
_TEXT = r"'(?:[^'\\]|\\.)*'"
_CONDITION = re.compile(
    rf"(?P<field>[\w.]+) (?:(?P<sign>=|<=|>=|<|>) (?P<value>{_TEXT}|true|false)"
    rf"|IN \((?P<values>(?:{_TEXT}|true|false)(?:, ?(?:{_TEXT}|true|false))*)\))(?: AND |$)"
)
_SIGNS = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}
_OF_ALL = {"Id", "MetaData.LastUpdatedTime", "MetaData.CreateTime"}
_OF_DOCUMENTS = _OF_ALL | {"TxnDate", "DueDate", "DocNumber", "CustomerRef"}
_FILTERS = {
    **dict.fromkeys((*ENTITIES, "Payment"), _OF_DOCUMENTS),
    "Customer": _OF_ALL | {"Active", "DisplayName"},
    "Item": _OF_ALL | {"Active", "Name"},
    "RecurringTransaction": {"Id", "RecurDataRef", "MetaData.LastUpdatedTime", "Type"},
    "CompanyInfo": set[str](),
    "Preferences": set[str](),
}


class NotUnderstoodError(Exception):
    """The server would refuse this query."""


@dataclass
class QuickBooksServer:
    """A script for a `RawServer`. `before` may answer a request itself, or change the company before it is read.

    `order` is what ``ORDERBY Id`` does: ``text`` or ``number`` sort by it, ``changed`` ignores it and gives the newest
    change first, as without any order, and ``refused`` refuses it. `templates` are wrapped by what they make, as in
    ``{"Invoice": {...}}``. `claims_deleted` are documents that the list of changes calls deleted though they are there.
    """

    documents: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[QuickBooksServer, Asked], Reply | None] | None = None
    largest_page: int = MOST_ON_A_PAGE
    repeats_first_page: bool = False
    signed_in: str = SIGNED_IN
    statements: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    templates: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    preferences: dict[str, Any] = field(
        default_factory=lambda: {"CurrencyPrefs": {"HomeCurrency": {"value": "EUR"}, "MultiCurrencyEnabled": False}}
    )
    order: str = "text"
    counts_templates: bool = True
    deleted: list[tuple[str, str, datetime]] = field(default_factory=list)
    claims_deleted: set[tuple[str, str]] = field(default_factory=set)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def __call__(self, asked: Asked) -> Reply:
        given = self.before(self, asked) if self.before else None
        if given is not None:
            return given
        if asked.headers.get("authorization") != self.signed_in:
            return answer(lower_fault("3200", "AuthenticationFailed", "AUTHENTICATION", 401), status=401)
        parts = urlsplit(asked.target)
        # A plus stays one, as QuickBooks takes it.
        query = {
            name: unquote(text, errors="strict")
            for name, _, text in (one.partition("=") for one in parts.query.split("&"))
        }
        company, path = parts.path[: len(_COMPANY)], parts.path[len(_COMPANY) :].split("/")
        if company != _COMPANY or query.get("minorversion") != "75":
            return answer(b"<html>no such page", status=404, kind="text/html")
        try:
            if path == ["query"] and asked.method == "POST" and asked.headers.get("content-type") == "application/text":
                return self._answer(" ".join(asked.body.decode().split()))
            if path == ["query"] and asked.method == "GET":
                return self._answer(query["query"])
            if path == ["cdc"] and asked.method == "GET":
                return self._changes(query["entities"].split(","), query["changedSince"])
            return self._one(*path) if asked.method == "GET" else answer(b"", status=405)
        except NotUnderstoodError as error:
            return answer(fault("4001", "Invalid query", detail=f"QueryValidationError: {error}"), status=400)

    def delete(self, entity: str, key: str) -> None:
        """Delete a document, as people do: only the list of changes tells of it."""
        self.documents = [each for each in self.documents if (each[0], each[1]["Id"]) != (entity, key)]
        self.deleted.append((entity, key, self.now()))

    def objects(self, entity: str) -> list[dict[str, Any]]:
        """Everything there is of an entity."""
        if entity in ENTITIES:
            return [each for kind, each in self.documents if kind == entity]
        return {
            "Customer": self.customers,
            "Item": self.items,
            "Payment": self.payments,
            "RecurringTransaction": self.templates,
            "CompanyInfo": [{"CompanyName": "Duinweg Webbeheer", "Id": "1", "Country": "NLD"}],
            "Preferences": [{"Id": "1", **self.preferences}],
        }[entity]

    def _answer(self, statement: str) -> Reply:
        self.statements.append(statement)
        found = _STATEMENT.fullmatch(statement)
        if found is None or found["entity"] not in _FILTERS:
            raise NotUnderstoodError(statement)
        entity, most = found["entity"], int(found["most"] or 100)
        if most > MOST_ON_A_PAGE or (entity == "RecurringTransaction" and found["order"]):
            raise NotUnderstoodError(statement)
        chosen = _filtered(entity, self.objects(entity), found["where"] or "")
        if found["what"] != "*":
            if entity == "RecurringTransaction" and not self.counts_templates:
                raise NotUnderstoodError(statement)
            return _told({"totalCount": len(chosen)})
        self._sort(chosen, found["order"])
        start, most = int(found["start"] or 1), min(most, self.largest_page)
        start = 1 if self.repeats_first_page else start
        page = chosen[start - 1 : start - 1 + most]
        return _told({entity: page, "startPosition": start, "maxResults": len(page)} if page else {})

    def _sort(self, chosen: list[dict[str, Any]], order: str | None) -> None:
        if order not in {None, "Id", "TxnDate"} or (order == "Id" and self.order == "refused"):
            raise NotUnderstoodError(f"property {order} is not sortable")
        if order == "Id" and self.order in {"text", "number"}:
            chosen.sort(key=lambda each: int(each["Id"]) if self.order == "number" else str(each["Id"]))
        elif order == "TxnDate":
            chosen.sort(key=lambda each: str(each["TxnDate"]))
        else:
            chosen.sort(key=_updated, reverse=True)

    def _one(self, entity: str = "", key: str = "", *_: str) -> Reply:
        for kind in _FILTERS:
            for each in self.objects(kind) if kind.lower() == entity.lower() else ():
                if each.get("Id") == key:
                    return answer({kind: each, "time": "2026-11-29T04:12:55.901-08:00"})
        return answer(fault("610", "Object Not Found"), status=400)

    def _changes(self, entities: list[str], since: str) -> Reply:
        moment = _moment(since)
        if moment < self.now() - timedelta(days=30):
            raise NotUnderstoodError("changedSince is more than 30 days ago")
        left, groups = MOST_CHANGES, []
        for entity in entities:
            changed = [each for each in self.objects(entity) if _updated(each) >= moment]
            told = [_gone(each["Id"]) if (entity, each["Id"]) in self.claims_deleted else each for each in changed]
            told += [_gone(key) for kind, key, at in self.deleted if kind == entity and at >= moment]
            groups.append({entity: told[:left], "startPosition": 1, "maxResults": len(told[:left])} if told else {})
            left -= len(told[:left])
        groups.reverse()  # their order is free
        return answer({"CDCResponse": [{"QueryResponse": groups}], "time": "2026-11-29T04:12:55.901-08:00"})


_COMPANY = f"/v3/company/{REALM}/"


def _gone(key: str) -> dict[str, Any]:
    return {
        "domain": "QBO",
        "status": "Deleted",
        "Id": key,
        "MetaData": {"LastUpdatedTime": "2026-11-20T09:00:00-08:00"},
    }


def _filtered(entity: str, objects: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """The objects that meet every condition; lists of names hold inactive ones only where that is asked for."""
    at, conditions = 0, []
    while at < len(where):
        found = _CONDITION.match(where, at)
        if found is None or found["field"].replace("Metadata.", "MetaData.") not in _FILTERS[entity]:
            raise NotUnderstoodError(where)
        conditions.append(found)
        at = found.end()
    chosen = [each for each in objects if all(_meets(entity, each, one) for one in conditions)]
    if entity in {"Customer", "Item"} and all(one["field"] != "Active" for one in conditions):
        return [each for each in chosen if each["Active"]]
    return chosen


def _meets(entity: str, one: Mapping[str, Any], condition: re.Match[str]) -> bool:
    kept = next(iter(one.values())) if entity == "RecurringTransaction" else one
    name = condition["field"].replace("Metadata.", "MetaData.")
    value: Any = kept
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    value = value.get("value") if isinstance(value, dict) else value
    if condition["values"]:
        return value in [_literal(text) for text in re.findall(rf"{_TEXT}|true|false", condition["values"])]
    wanted = _literal(condition["value"])
    if name == "MetaData.LastUpdatedTime":
        return bool(_SIGNS[condition["sign"]](_updated(kept), _moment(str(wanted))))
    if name.startswith("MetaData."):
        return bool(_SIGNS[condition["sign"]](_moment(str(value)), _moment(str(wanted))))
    return value is not None and bool(_SIGNS[condition["sign"]](value, wanted))


def _literal(text: str) -> str | bool:
    return text == "true" if text in {"true", "false"} else re.sub(r"\\(.)", r"\1", text[1:-1])


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstoodError(text) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _updated(one: Mapping[str, Any]) -> datetime:
    kept = one if "MetaData" in one or "Id" in one else next(iter(one.values()))
    return _moment(kept.get("MetaData", {}).get("LastUpdatedTime", "2026-01-02T00:00:00-08:00"))


def _told(response: dict[str, Any]) -> Reply:
    body = {"QueryResponse": response, "time": "2026-11-29T04:12:55.901-08:00"}
    return answer(body, headers={"intuit_tid": "1-674f"})


def fault(code: str, message: str, kind: str = "ValidationFault", *, detail: str = "") -> dict[str, Any]:
    return {"Fault": {"Error": [{"Message": message, "Detail": detail, "code": code}], "type": kind}, "time": "2026"}


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


def product(number: int, name: str, *, account: str = "", **more: Any) -> dict[str, Any]:
    income = {"IncomeAccountRef": {"value": "79", "name": account}} if account else {}
    return {
        "Id": str(number),
        "Name": name,
        "FullyQualifiedName": name,
        "Type": "Service",
        "Active": True,
        **income,
        **more,
    }


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


def recurring(made: dict[str, Any], template: int, name: str, *, makes: str = "Invoice", **info: Any) -> dict[str, Any]:
    """A document as a template, wrapped by what it makes; `info` is of its schedule, but for RecurType and Active."""
    own: dict[str, Any] = {key: info.pop(key) for key in ("RecurType", "Active") if key in info}
    schedule = {"IntervalType": "Monthly", "NumInterval": 1, "DayOfMonth": 1, "NextDate": "2027-01-01", **info}
    whole: dict[str, Any] = {"Name": name, "RecurType": "Automated", "Active": True, "ScheduleInfo": schedule, **own}
    kept = {key: value for key, value in made.items() if key not in {"DocNumber", "TxnDate", "DueDate"}}
    return {makes: {**kept, "RecurDataRef": {"value": str(template)}, "RecurringInfo": whole}}


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
