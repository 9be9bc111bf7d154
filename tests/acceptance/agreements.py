"""Small agreements and ledgers for whole checks, and a report in a form that can be compared across sources."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge, ChargeMatching, Contract, ContractMatching
from billcheck.ledger.line import Line
from billcheck.period import Cadence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck import Report
    from billcheck.contracts.terms import Timing
    from billcheck.period import CadenceUnit

CUSTOMER = "Acme BV"
GENERIC_COLUMNS = (
    "document", "kind", "status", "issue_date", "customer", "customer_id", "description", "item", "account", "quantity",
    "unit_price", "amount", "tax", "currency", "period_first_day", "period_last_day", "contract", "charge", "reference",
    "credits_document",
)  # fmt: skip


def fee(
    amount: str = "100.00",
    *,
    name: str = "Fee",
    every: CadenceUnit = "month",
    timing: Timing = "in_advance",
    start: date = date(2026, 1, 1),
    items: tuple[str, ...] = (),
) -> Charge:
    """A flat recurring charge without an end."""
    return Charge(
        name=name,
        model="flat",
        start=start,
        price=FlatPrice(Decimal(amount)),
        every=Cadence(every),
        timing=timing,
        matching=ChargeMatching(items=items),
    )


def agreement(
    *charges: Charge, name: str = "C-1", customer: str = CUSTOMER, currency: str = "EUR", is_confirmed: bool = False
) -> Contract:
    """A contract that starts with its earliest charge."""
    return Contract(
        id=name,
        customer=customer,
        currency=currency,
        start=min(charge.start for charge in charges),
        charges=charges,
        matching=ContractMatching(confirmed=is_confirmed),
    )


def bill(document: str, issue_date: date, amount: str | Decimal, **more: Any) -> Line:
    """One approved invoice line of the one customer in EUR."""
    stated: dict[str, Any] = {"customer": CUSTOMER, "currency": "EUR", **more}
    return Line(document=document, issue_date=issue_date, amount=Decimal(amount), **stated)


def bills(amount: str, *days: date, **more: Any) -> list[Line]:
    """One invoice of the same amount on each of these days, numbered by its date."""
    return [bill(f"INV-{day:%y%m%d}", day, amount, **more) for day in days]


def to_csv(lines: Iterable[Line]) -> str:
    """The lines in the generic long format, columns in the documented order."""
    names = {name.name for name in fields(Line)}
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(GENERIC_COLUMNS)
    for line in lines:
        values = [getattr(line, column) if column in names else "" for column in GENERIC_COLUMNS]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue()


def comparable(report: Report, *, first_row: int = 1, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The report's JSON without its inputs and paths, rows of the source counted from 1.

    Args:
        report: What to compare.
        first_row: The number the source gives its first line: 2 where row 1 is the heading.
        without: Further keys to leave out, wherever they stand.
    """
    content: dict[str, Any] = _strip(json.loads(report.to_json()), first_row, without | {"path", "inputs"})
    return content


def _strip(value: Any, first_row: int, without: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_strip(item, first_row, without) for item in value]
    if isinstance(value, dict):
        return {
            key: item - first_row + 1 if key == "row" else _strip(item, first_row, without)
            for key, item in value.items()
            if key not in without
        }
    return value
