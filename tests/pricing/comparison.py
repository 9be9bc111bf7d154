"""One random contract priced twice: by the package, and day by day by an oracle that shares nothing with it.

Comes in: a number. Goes out: the contract made from it, with terms of one kind or of all kinds mixed, and where the two
differ. Of ten contracts three have terms that change in every way, two have every model, cadence and proration, one is
metered, one is metered by role, one is a commitment, one has amounts off, a maximum or a minimum over several charges,
and of one part is held back and released at once or in parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from billcheck.contracts.terms import Contract
from billcheck.pricing.schedule import make_schedule
from tests.pricing import balance_oracle, oracle, retention_oracle, usage_oracle
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.random_charges import CURRENCIES, contract_of, perhaps_retained, random_charge
from tests.pricing.random_usage import random_metered, random_metered_by_role
from tests.pricing.test_commitments import commitment

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge
    from billcheck.pricing.schedule import Schedule

KINDS = ("changes",) * 3 + ("models",) * 2 + ("usage", "roles", "commitment", "balance", "retention")
HORIZONS = (-30, 0, 10, 100, 370, 450, 450, 600)
LONGEST_CORRECTION = 370


@dataclass(frozen=True, slots=True)
class Comparison:
    """Charges of a contract, how many rows were compared, how many of them are of changes, and the first difference."""

    kind: str
    charges: tuple[Charge, ...]
    rows: int
    changes: int
    difference: str


def compare(number: int) -> Comparison:
    """Make the contract of a number and price it twice."""
    kind = KINDS[number % len(KINDS)]
    random = Random(f"priced {number}")
    if kind in {"usage", "roles"}:
        return _compare_usage(kind, random_metered(random) if kind == "usage" else random_metered_by_role(random))
    if kind == "commitment":
        return _compare_commitment(random_changing_charge(random), random)
    if kind == "balance":
        return _compare_balance(random)
    if kind == "retention":
        return _compare_retention(random)
    charge = random_charge(random) if kind == "models" else random_changing_charge(random)
    currency = random.choice(CURRENCIES)
    until = charge.start + timedelta(days=random.choice(HORIZONS))
    charge = perhaps_retained(random, charge)
    found = rows_of(make_schedule(contract_of(charge, currency), charge, until))
    wanted = oracle.price_by_day(charge, currency, until)
    changes = sum(row.is_change for row in found)
    return Comparison(kind, (charge,), len(found), changes, difference(found, wanted, f"{currency}, until {until}"))


def rows_of(schedule: Schedule) -> list[oracle.Row]:
    """The rows of a schedule as the oracle writes its own."""
    columns = zip(
        schedule.due_days, schedule.changes, schedule.first_days, schedule.ends, schedule.amounts, strict=True
    )
    return [
        oracle.Row(date.fromordinal(due), is_change, date.fromordinal(first), date.fromordinal(end), amount)
        for due, is_change, first, end, amount in columns
    ]


def difference(found: list[oracle.Row], wanted: list[oracle.Row], where: str) -> str:
    """The rows that only one of the two has; empty where there are none."""
    if found == wanted:
        return ""
    ours = [row for row in found if row not in wanted]
    theirs = [row for row in wanted if row not in found]
    return f"{where}: billcheck {ours}, the oracle {theirs}"


def _compare_usage(kind: str, charge: Charge) -> Comparison:
    assert charge.metering is not None
    until = charge.start + timedelta(450)
    schedule = make_schedule(contract_of(charge), charge, until)
    wanted = usage_oracle.amounts_of(charge, charge.metering, until)
    found = [None if index in schedule.unknowns else amount for index, amount in enumerate(schedule.amounts)]
    found = found[: len(wanted)]
    differs = "" if found == wanted else f"billcheck {found}, the oracle {wanted}"
    return Comparison(kind, (charge,), len(wanted), 0, differs)


def _compare_balance(random: Random) -> Comparison:
    charges = balance_oracle.alike(random)
    agreed = balance_oracle.random_agreements(random, charges)
    currency, until = random.choice(CURRENCIES), charges[0].start + timedelta(days=150)
    contract = Contract("C-1", "Acme", currency, charges[0].start, (*charges, *agreed))
    schedules = [make_schedule(contract, charge, until) for charge in contract.charges]
    wanted = balance_oracle.sums_of(agreed, charges, until, currency)
    found = balance_oracle.added_up(schedules, list(wanted), until)
    changes = sum(sum(schedule.changes) for schedule in schedules)
    differs = "" if found == wanted else f"{currency}: billcheck {found}, the oracle {wanted}"
    return Comparison("balance", contract.charges, sum(map(len, schedules)), changes, differs)


def _compare_retention(random: Random) -> Comparison:
    charges, retention, until = retention_oracle.random_retention(random)
    currency = random.choice(CURRENCIES)
    contract = retention_oracle.retained_contract(charges, currency)
    found = [rows_of(make_schedule(contract, charge, until)) for charge in charges]
    wanted = [oracle.price_by_day(charge, currency, until) for charge in charges]
    differs = " ".join(filter(None, map(difference, found, wanted, [f"{currency}, until {until}"] * len(charges))))
    released = rows_of(make_schedule(contract, contract.charges[-1], until))
    by_day = retention_oracle.releases_by_day(charges, retention, currency, until)
    if [(row.due_on, row.amount) for row in released] != by_day:
        differs += f" {currency}: billcheck releases {released}, the oracle {by_day}"
    rows = [row for of_charge in found for row in of_charge]
    changes = sum(row.is_change for row in rows)
    return Comparison("retention", contract.charges, len(rows) + len(released), changes, differs)


def _compare_commitment(charge: Charge, random: Random) -> Comparison:
    minimum = random.randrange(10**6)
    every = random.choice(("month", "quarter", "year"))
    least = commitment(str(minimum), every, spans=(charge.name,), start=charge.start.replace(day=1))
    contract = Contract("C-1", "Acme", "EUR", least.start, (charge, least))
    schedule = make_schedule(contract, least, least.start + timedelta(days=500))
    limit = date.fromordinal(schedule.ends[-1]) + timedelta(days=LONGEST_CORRECTION)
    spent = oracle.price_by_day(charge, "EUR", limit)
    wanted = [
        max(minimum * 100 - sum(row.amount for row in spent if first <= row.first_day.toordinal() < end), 0)
        for first, end in zip(schedule.first_days, schedule.ends, strict=True)
    ]
    found = list(schedule.amounts)
    differs = "" if found == wanted else f"billcheck {found}, the oracle {wanted}"
    return Comparison("commitment", (charge, least), len(found), 0, differs)
