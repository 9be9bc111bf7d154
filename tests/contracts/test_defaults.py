"""Defaults that are shown are those that count."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.defaults import OF_AMENDMENTS, OF_CHARGES, OF_CONTRACTS, fill_in
from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.shapes import AmendmentShape, ChargeShape, ContractShape
from billcheck.pricing.schedule import make_schedule
from tests.contracts.samples import FLAT, GRADUATED, ONE_OFF, PACKAGE, PER_UNIT, contract_table, write_json

if TYPE_CHECKING:
    from pathlib import Path

ARREARS = {**FLAT, "name": "Arrears", "timing": "in_arrears", "start": "2026-02-14"}
WEEKLY = {**FLAT, "name": "Weekly", "every": "week", "start": "2026-02-14"}
CALENDAR = {**FLAT, "name": "Calendar", "every": "quarter", "align": "calendar", "start": "2026-02-14"}
HALVES = {**FLAT, "name": "Halves", "every": "semi_month", "start": "2026-02-14"}
PACKAGES = {**PACKAGE, "name": "Packages"}
TIERS = {**GRADUATED, "name": "Tiers", "quantity": "0"}
AMENDED = {**PER_UNIT, "amendments": [{"on": "2026-05-16", "quantity": "16"}], "end": "2027-01-01"}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"last_day": None},
        {"last_day": None, "end": "2027-03-08"},
        {"tax": {"percent": "21"}, "grace_days": 5},
        {"start": "2026-01-31"},
    ],
)
def test_filled_in_or_not_it_comes_to_the_same(tmp_path: Path, keys: dict[str, Any]) -> None:
    table = contract_table(FLAT, ARREARS, AMENDED, WEEKLY, CALENDAR, HALVES, PACKAGES, TIERS, ONE_OFF, **keys)
    (item,) = load_written(write_json(tmp_path, table))
    filled, defaults = fill_in(item.table)
    assert item.table == table
    assert defaults
    (again,) = load_contracts(write_json(tmp_path, filled, name="filled.json"))
    for one, other in zip(item.contract.charges, again.charges, strict=True):
        schedule = make_schedule(item.contract, one, date(2027, 6, 1))
        same = make_schedule(again, other, date(2027, 6, 1))
        for column in ("first_days", "ends", "due_days", "amounts", "changes"):
            assert getattr(schedule, column) == getattr(same, column)
        assert item.contract.grace_of(one) == again.grace_of(other)
        assert item.contract.tax_percent_of(one) == again.tax_percent_of(other)
    assert fill_in(filled)[1] == tuple(default for default in defaults if default.value is None)


def test_defaults_are_of_keys_that_exist() -> None:
    assert set(OF_CONTRACTS) <= set(ContractShape.model_fields)
    assert set(OF_CHARGES) <= set(ChargeShape.model_fields)
    assert set(OF_AMENDMENTS) <= set(AmendmentShape.model_fields)
