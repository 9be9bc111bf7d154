from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

jsonschema: Any = import_module("jsonschema")  # it ships no types


def test_the_report_of_a_check_fits_the_printed_schema(run: Run, folder: Path) -> None:
    assert folder.is_dir()
    schema = json.loads(run("schema", "report").out)
    report = json.loads(run("check", "half.csv", "--as-of", "2026-04-15", "--format", "json").out)
    jsonschema.Draft202012Validator(schema).validate(report)


def test_the_contract_schema_is_valid_and_fits_a_contract(run: Run) -> None:
    outcome = run("schema", "contract")
    assert (outcome.code, outcome.err) == (0, "")
    schema = json.loads(outcome.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    contract = {
        "contract": [
            {
                "id": "C-1",
                "customer": "Hartwell",
                "currency": "EUR",
                "start": "2026-01-01",
                "charge": [{"name": "R", "model": "flat", "amount": "1.00", "every": "month", "timing": "in_advance"}],
            }
        ]
    }
    jsonschema.Draft202012Validator(schema).validate(contract)
    contract["contract"][0]["colour"] = "red"
    assert not jsonschema.Draft202012Validator(schema).is_valid(contract)


def test_anything_else_has_no_schema(run: Run) -> None:
    assert run("schema", "ledger").code == 2
