"""Short ways to make contracts and lines for tests of the engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge, ChargeMatching, Contract, ContractMatching
from billcheck.ledger.line import Line
from billcheck.period import Cadence, add_months

START = date(2026, 1, 1)


def flat(name: str = "Retainer", amount: str = "2400.00", **terms: Any) -> Charge:
    """A monthly charge in arrears, unless told otherwise."""
    matching = {key: terms.pop(key) for key in ("items", "accounts", "tracking", "patterns") if key in terms}
    values: dict[str, Any] = {
        "model": "flat",
        "start": START,
        "price": FlatPrice(Decimal(amount)),
        "every": Cadence("month"),
        "timing": "in_arrears",
        "invoice_day": "period_end",
        "matching": ChargeMatching(**matching),
    }
    return Charge(name=name, **(values | terms))


def one_off(name: str = "Setup", amount: str = "500.00", on: date = START, **terms: Any) -> Charge:
    """A charge that comes once."""
    matching = {key: terms.pop(key) for key in ("items", "accounts", "tracking", "patterns") if key in terms}
    return Charge(
        name=name,
        model="one_off",
        start=on,
        price=FlatPrice(Decimal(amount)),
        on=on,
        matching=ChargeMatching(**matching),
        **terms,
    )


def contract(*charges: Charge, name: str = "C-117", customer: str = "Hartwell Interieur", **terms: Any) -> Contract:
    """A contract in euros from the first day of 2026."""
    keys = ("aliases", "customer_ids", "references", "confirmed", "sub_customers")
    matching = {key: terms.pop(key) for key in keys if key in terms}
    values: dict[str, Any] = {"currency": "EUR", "start": START, "matching": ContractMatching(**matching)}
    return Contract(id=name, customer=customer, charges=charges or (flat(),), **(values | terms))


def line(document: str = "INV-1", day: str = "2026-01-31", amount: str = "2400.00", **fields: Any) -> Line:
    """An approved invoice line of the one customer."""
    values: dict[str, Any] = {"customer": "Hartwell Interieur", "currency": "EUR"}
    return Line(document=document, issue_date=date.fromisoformat(day), amount=Decimal(amount), **(values | fields))


def month_ends(count: int, amount: str = "2400.00", first: int = 1) -> list[Line]:
    """One invoice on the last day of each month."""
    days = [add_months(START, first - 1 + month, 31) for month in range(count)]
    return [line(f"INV-{first + index}", day.isoformat(), amount) for index, day in enumerate(days)]
