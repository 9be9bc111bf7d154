"""One ledger, written as each of the ways we read: generic CSV, Xero's sales invoices as CSV, and both live ledgers.

What all four can express is less than what our own lines can. `common` leaves of a line what they share, and says there
why; what may still differ in a report is said at `told`. A ledger of no documents is left out: a file without rows is
refused, since it may be a failed export, and a live ledger says itself that there are none.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from billcheck import Ledger, read_ledger
from billcheck.connectors.base import Request
from billcheck.connectors.http import Http
from billcheck.connectors.live import hold
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.tokens import Secret
from tests.connectors.exports import XERO_44
from tests.connectors.live.worlds import BRISK, PROVIDERS, SkippingClock
from tests.servers import quickbooks, xero
from tests.servers.raw import RawServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from billcheck import Line, Report

GENERIC = (
    "document",
    "kind",
    "status",
    "issue_date",
    "customer",
    "currency",
    "description",
    "item",
    "reference",
    "quantity",
    "unit_price",
    "amount",
)


def common(line: Line) -> Line:
    """What every way can say of a line.

    - No ledger has a field for a service period or the name of a charge: they stand in the text.
    - No ledger has one for a contract: its id stands in the document's reference.
    - Xero's export does not say what a credit note is of.
    - QuickBooks states tax for whole documents, and Xero's export on every line: none is given, and none agreed.
    - Xero has a quantity and a price on every line: it is one of the amount, without the sign of a credit note.
    """
    words = [line.description, line.charge]
    if line.period_first_day is not None:
        words.append(f"{line.period_first_day} to {line.period_last_day}")
    return replace(
        line,
        description=", ".join(filter(None, words)),
        reference=line.contract,
        contract="",
        charge="",
        period_first_day=None,
        period_last_day=None,
        credits_document="",
        quantity=Decimal(1),
        unit_price=-line.amount if line.kind == "credit_note" else line.amount,
    )


def documents(lines: Iterable[Line]) -> list[tuple[Line, ...]]:
    """The lines by document, each line as all ways can say it."""
    ordered = sorted(map(common, lines), key=lambda line: line.document)
    return [tuple(group) for _, group in groupby(ordered, key=lambda line: line.document)]


def as_generic(written: Sequence[tuple[Line, ...]], folder: Path) -> Ledger:
    path = folder / "generic.csv"
    _write(path, GENERIC, ([getattr(line, name) for name in GENERIC] for each in written for line in each))
    return read_ledger(path)


def as_xero_export(written: Sequence[tuple[Line, ...]], folder: Path) -> Ledger:
    """One row a line; the totals of the document stand on each of them. Days are those of Xero outside the USA."""
    kinds = {"invoice": "Sales invoice", "credit_note": "Sales credit note"}
    statuses = {"approved": "Awaiting Payment", "draft": "Draft", "void": "Voided"}
    rows = []
    for each in written:
        total = sum((line.amount for line in each), Decimal(0))
        for line in each:
            said = {
                "ContactName": line.customer,
                "InvoiceNumber": line.document,
                "Reference": line.reference,
                "InvoiceDate": f"{line.issue_date:%d/%m/%Y}",
                "DueDate": f"{line.issue_date + timedelta(30):%d/%m/%Y}",
                "Total": total,
                "InventoryItemCode": line.item,
                "Description": line.description,
                "Quantity": "1.0000",
                "UnitAmount": line.unit_price,
                "LineAmount": line.amount,
                "Currency": line.currency,
                "Type": kinds[line.kind],
                "Status": statuses[line.status],
            }
            rows.append([said.get(name, "") for name in XERO_44.split(",")])
    path = folder / "SalesInvoices.csv"
    _write(path, XERO_44.split(","), rows)
    return read_ledger(path, profile="xero.sales-invoices:day-first")


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)


def as_xero(written: Sequence[tuple[Line, ...]], window: tuple[date, date]) -> Ledger:
    """Xero, live: every name a contact, amounts of credit notes without their sign."""
    contacts = {name: xero.contact(at, name) for at, name in enumerate(_customers(written), start=1)}
    made = []
    statuses = {"approved": "AUTHORISED", "draft": "DRAFT", "void": "VOIDED"}
    for number, each in enumerate(written, start=1):
        (first, *_), sign = each, _sign(each)
        make = xero.credit_note if sign < 0 else xero.invoice
        amounts = [f"{sign * line.amount}" for line in each]
        one = make(number, contacts[first.customer], first.issue_date, *amounts, tax_percent=0)
        one |= {"Status": statuses[first.status], "CurrencyCode": first.currency, "Reference": first.reference}
        one["CreditNoteNumber" if sign < 0 else "InvoiceNumber"] = first.document
        for item, line in zip(one["LineItems"], each, strict=True):
            item |= {"Description": line.description, "ItemCode": line.item}
            del item["TaxAmount"], item["AccountCode"]
        made.append(one)
    return _fetched("xero", xero.XeroServer(made, list(contacts.values())), window)


def as_quickbooks(written: Sequence[tuple[Line, ...]], window: tuple[date, date]) -> Ledger:
    """QuickBooks, live: a void document has only zeros and a note."""
    people = {name: quickbooks.customer(at, name) for at, name in enumerate(_customers(written), start=1)}
    made = []
    for number, each in enumerate(written, start=1):
        (first, *_), sign = each, _sign(each)
        lines = [_item(line, sign) for line in each]
        total = sum((sign * line.amount for line in each), Decimal(0))
        one = quickbooks.document(
            number,
            people[first.customer],
            first.issue_date,
            *lines,
            quickbooks.subtotal(str(total)),
            excl_tax=str(total),
            DocNumber=first.document,
            CurrencyRef={"value": first.currency},
            CustomField=[{"DefinitionId": "1", "Name": "Contract", "StringValue": first.reference}],
        )
        if first.status == "void":
            one = quickbooks.voided(one)
        if first.status == "draft":
            one["status"] = "Draft"
        made.append(("CreditMemo" if sign < 0 else "Invoice", one))
    return _fetched("quickbooks", quickbooks.QuickBooksServer(made, list(people.values())), window)


def _item(line: Line, sign: int) -> dict[str, Any]:
    product = {"ItemRef": {"value": line.item or "1", "name": line.item or "Services"}}
    price = {"Qty": 1, "UnitPrice": float(sign * line.amount)}
    return quickbooks.item(str(sign * line.amount), Description=line.description, **product, **price)


def _customers(written: Sequence[tuple[Line, ...]]) -> list[str]:
    return sorted({line.customer for each in written for line in each})


def _sign(each: tuple[Line, ...]) -> int:
    return -1 if each[0].kind == "credit_note" else 1


def _fetched(name: str, ledger: Any, window: tuple[date, date]) -> Ledger:
    provider, clock = PROVIDERS[name], SkippingClock()
    with (
        RawServer(ledger) as server,
        Http(name, provider.dialect(), pace=provider.pace, patience=BRISK, clock=clock) as http,
    ):
        connector = provider.connector(http, GivenToken(name, Secret("access-0")), server.address, clock)
        return hold(f"{name}:", connector.fetch(Request(first_day=window[0], last_day=window[1] + LATER)))


LATER = timedelta(60)
"""What is dated after the day of the check is in the files too."""
Doors = dict[str, "Callable[[Sequence[tuple[Line, ...]], Path, tuple[date, date]], Ledger]"]
DOORS: Doors = {
    "generic": lambda written, folder, _: as_generic(written, folder),
    "xero export": lambda written, folder, _: as_xero_export(written, folder),
    "xero": lambda written, _, window: as_xero(written, window),
    "quickbooks": lambda written, _, window: as_quickbooks(written, window),
}


def told(report: Report) -> Mapping[str, Any]:
    """What a report says, but for where it found it.

    `inputs` names files and their digests, and evidence names a path and a row there. What was set aside comes in the
    order of rows, which is another in another file.
    """
    found: dict[str, Any] = json.loads(report.to_json())
    del found["inputs"]
    found["set_aside"].sort(key=lambda each: each["reason"])
    return dict(_without(found))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(each) for name, each in value.items() if name not in {"path", "row"}}
    return [_without(each) for each in value] if isinstance(value, list) else value
