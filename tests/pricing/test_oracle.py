"""Pricing agrees with an oracle that adds up single days."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from billcheck.pricing.schedule import Worked, expected_charges, make_schedule
from tests.pricing import changes_oracle, oracle
from tests.pricing.comparison import rows_of
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.random_charges import CURRENCIES, contract_of, perhaps_retained, random_charge

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.contracts.terms import Charge

CONTRACTS_PER_RUN = 2_000
CHANGING_PER_RUN = 3_000
"""More, for few of them hold a change inside a period that was already due."""
BATCHES = 10


def compare(random: Random, make: Callable[[Random], Charge], count: int) -> None:
    """Price so many random charges both ways."""
    changes = 0
    for _ in range(count):
        charge, currency = make(random), random.choice(CURRENCIES)
        until = charge.start + timedelta(days=random.choice((-30, 0, 10, 100, 370, 450, 450, 600)))
        charge = perhaps_retained(random, charge)
        found = rows_of(make_schedule(contract_of(charge, currency), charge, until))
        assert found == oracle.price_by_day(charge, currency, until), (charge, currency, until)
        changes += sum(row.is_change for row in found)
    assert changes > 20, "the sample must hold changes inside periods that were already due"


@pytest.mark.large
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_random_contract_is_priced_as_day_by_day(batch: int) -> None:
    compare(Random(f"pricing {batch}"), random_charge, CONTRACTS_PER_RUN // BATCHES)


@pytest.mark.large
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_random_contract_of_changing_terms_is_priced_as_day_by_day(batch: int) -> None:
    compare(Random(f"changing {batch}"), random_changing_charge, CHANGING_PER_RUN // BATCHES)


@pytest.mark.parametrize("kind", [random_charge, random_changing_charge])
def test_every_random_charge_explains_each_of_its_rows(kind: Callable[[Random], Charge]) -> None:
    random = Random("explained")
    for _ in range(300):
        charge, currency = kind(random), random.choice(CURRENCIES)
        until = charge.start + timedelta(days=400)
        contract = contract_of(charge, currency)
        schedule, worked = make_schedule(contract, charge, until), Worked()
        for index, row in enumerate(rows_of(schedule)):
            expected = schedule.charge_at(index)
            assert schedule.charge_at(index, worked) == expected, "as worked out for many rows, so for one"
            assert (expected.due_on, expected.is_change, expected.first_day, expected.amount_minor) == (
                row.due_on,
                row.is_change,
                row.first_day,
                row.amount,
            )
            assert expected.last_day == row.end - timedelta(days=1)
            assert expected.derivation
        due = [expected.due_on for expected in expected_charges((contract,), until)]
        assert due == [row.due_on for row in rows_of(schedule) if row.due_on <= until]


def test_the_oracle_shares_no_arithmetic_with_what_it_checks() -> None:
    trees = [ast.parse(Path(str(part.__file__)).read_text(encoding="utf-8")) for part in (oracle, changes_oracle)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert {module for module in imported if module and module.startswith("billcheck")} == {
        "billcheck.contracts.prices",
        "billcheck.contracts.terms",
        "billcheck.period",
        "billcheck.contracts.uplifts",
    }
    assert not imported & {"calendar", "dateutil"}
