"""Contract files to vary in tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.files import load_contracts
from billcheck.errors import ContractsRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.terms import Charge, Contract

FLAT: dict[str, Any] = {"name": "Fee", "model": "flat", "amount": "100.00", "every": "month", "timing": "in_advance"}
PER_UNIT: dict[str, Any] = {
    "name": "Seats",
    "model": "per_unit",
    "unit_amount": "30.00",
    "quantity": "12",
    "every": "month",
    "timing": "in_advance",
}
TIERS: list[dict[str, Any]] = [{"up_to": "10", "unit_amount": "30.00"}, {"unit_amount": "25.00"}]
GRADUATED: dict[str, Any] = {
    **{key: value for key, value in PER_UNIT.items() if key != "unit_amount"},
    "model": "graduated",
    "tiers": TIERS,
}
PACKAGE: dict[str, Any] = {
    **{key: value for key, value in PER_UNIT.items() if key != "unit_amount"},
    "model": "package",
    "amount": "9.00",
    "package_size": "100",
}
PERCENTAGE: dict[str, Any] = {
    **{key: value for key, value in PER_UNIT.items() if key != "unit_amount"},
    "model": "percentage",
    "percent": "2",
}
TIME: dict[str, Any] = {
    "name": "Advice",
    "model": "time",
    "rates": [{"role": "senior", "unit_amount": "140.00"}, {"role": "junior", "unit_amount": "95.00"}],
    "hours": [{"role": "senior", "quantity": "12.5"}],
    "every": "month",
    "timing": "in_arrears",
}
MILESTONE: dict[str, Any] = {"name": "Go-live", "model": "milestone", "amount": "9000", "accepted_on": "2026-03-31"}
ONE_OFF: dict[str, Any] = {"name": "Setup", "model": "one_off", "amount": "900", "on": "2026-02-10"}


def contract_table(*charges: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """The table of a valid contract; a key given as None is left out."""
    table = {
        "id": "C-1",
        "customer": "Acme BV",
        "currency": "EUR",
        "start": "2026-01-01",
        "last_day": "2027-12-31",
        "charge": list(charges or (FLAT,)),
        **keys,
    }
    return {key: value for key, value in table.items() if value is not None}


def write_json(folder: Path, *contracts: Any, name: str = "contracts.json") -> str:
    """A JSON contract file; returns its path."""
    path = folder / name
    path.write_text(json.dumps({"contract": list(contracts)}), encoding="utf-8")
    return str(path)


def load_one(folder: Path, *charges: dict[str, Any], **keys: Any) -> Contract:
    """The contract of a file that holds only this one."""
    (contract,) = load_contracts(write_json(folder, contract_table(*charges, **keys)))
    return contract


def load_charge(folder: Path, kind: dict[str, Any], **keys: Any) -> Charge:
    """The charge of a contract that holds only this one."""
    (charge,) = load_one(folder, {**kind, **keys}).charges
    return charge


def refusals(*paths: str) -> list[str]:
    """Every problem that these paths are refused for, as shown."""
    with pytest.raises(ContractsRefusedError) as refused:
        load_contracts(*paths)
    return [str(problem) for problem in refused.value.problems]
