"""Charges to vary in tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Charge
from billcheck.period import Cadence
from billcheck.pricing.schedule import make_schedule
from tests.pricing.random_charges import contract_of

if TYPE_CHECKING:
    from billcheck.pricing.expected import ExpectedCharge


OF_NEARLY_ANY_CHARGE = frozenset({"swapped_digits", "other_rhythm", "other_alignment", "inclusive_end", "late_change"})
"""Mistakes that charges invite whatever is special about them; they have tests of their own."""


def flat(amount: str, **terms: Any) -> Charge:
    """A flat charge, by default monthly in advance from 2026-01-01."""
    defaults: dict[str, Any] = {"start": date(2026, 1, 1), "every": Cadence("month"), "timing": "in_advance"}
    return Charge(name="Fee", model="flat", price=FlatPrice(Decimal(amount)), **{**defaults, **terms})


def per_unit(unit_amount: str, quantity: str, **terms: Any) -> Charge:
    """A per_unit charge, by default monthly in advance from 2026-01-01."""
    defaults: dict[str, Any] = {"start": date(2026, 1, 1), "every": Cadence("month"), "timing": "in_advance"}
    return Charge(
        name="Seats",
        model="per_unit",
        price=UnitPrice(Decimal(unit_amount)),
        quantity=Decimal(quantity),
        **{**defaults, **terms},
    )


def one_off(amount: str, on: date, **terms: Any) -> Charge:
    """A one_off charge of a contract from 2026-01-01."""
    return Charge(
        name="Setup", model="one_off", start=date(2026, 1, 1), price=FlatPrice(Decimal(amount)), on=on, **terms
    )


def charges_until(charge: Charge, until: date, currency: str = "EUR") -> list[ExpectedCharge]:
    """Every row of the charge's schedule, with its derivation."""
    schedule = make_schedule(contract_of(charge, currency), charge, until)
    return [schedule.charge_at(index) for index in range(len(schedule))]


def figures(charge: Charge, until: date, currency: str = "EUR") -> list[tuple[str, str, str, str]]:
    """First day, last day, due day and amount of every row; change rows are marked."""
    return [
        (
            expected.first_day.isoformat(),
            expected.last_day.isoformat(),
            expected.due_on.isoformat(),
            f"{expected.amount}{' change' if expected.is_change else ''}",
        )
        for expected in charges_until(charge, until, currency)
    ]
