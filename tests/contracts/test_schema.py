"""The JSON Schema of contract files agrees with what is read."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.contract_shapes import REQUIRED_KEYS
from billcheck.contracts.files import contract_schema, load_contracts
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, contract_table, write_json
from tests.contracts.test_refusals import CHARGE_FAULTS, CONTRACT_FAULTS

if TYPE_CHECKING:
    from pathlib import Path

Draft202012Validator: Any = import_module("jsonschema").Draft202012Validator  # it ships no types
VALIDATOR = Draft202012Validator(contract_schema())

FULL_CHARGE: dict[str, Any] = {
    **PER_UNIT,
    "start": "2026-02-01",
    "last_day": "2026-12-31",
    "anchor_day": "last",
    "invoice_day": 15,
    "price_steps": [{"on": "2026-07-01", "unit_amount": 28}],
    "discounts": [{"percent": "10", "start": "2026-03-01", "end": "2026-06-30"}],
    "amendments": [{"on": "2026-05-16", "quantity": "16", "change_billing": "immediate"}],
    "tax": {"percent": "21"},
    "grace_days": 0,
    "matching": {"items": ["A"], "accounts": ["1"], "tracking": ["N"], "patterns": ["p"]},
}
FULL: dict[str, Any] = {
    "payment_terms": "30 days",
    "tax": {"percent": "21"},
    "grace_days": 14,
    "fiscal_year_start": 4,
    "owner": "Ines",
    "tags": ["retainer"],
    "matching": {"aliases": ["A"], "customer_ids": ["1"], "references": ["C"], "confirmed": True},
}


def is_valid(table: dict[str, Any]) -> bool:
    return not list(VALIDATOR.iter_errors({"contract": [table]}))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(contract_schema())
    assert json.dumps(contract_schema())


def test_every_key_is_described() -> None:
    schema = contract_schema()
    tables = [schema, *_dict(schema["$defs"]).values()]
    for table in tables:
        for name, key in table["properties"].items():
            assert key["description"].endswith("."), name
            assert "title" not in key
            assert {"type": "null"} not in key.get("anyOf", ())


@pytest.mark.parametrize(
    "table",
    [
        contract_table(FLAT),
        contract_table(PER_UNIT),
        contract_table(ONE_OFF),
        contract_table(FULL_CHARGE, ONE_OFF, **FULL),
    ],
)
def test_what_is_read_is_valid(tmp_path: Path, table: dict[str, Any]) -> None:
    assert load_contracts(write_json(tmp_path, table))
    assert is_valid(table)


@pytest.mark.parametrize("shape", REQUIRED_KEYS, ids=lambda shape: shape.__name__)
def test_every_example_is_valid_in_its_place(shape: Any) -> None:
    schema = contract_schema()
    tables = {**_dict(schema["$defs"]), "FileShape": schema}
    for name, key in tables[shape.__name__]["properties"].items():
        for example in key.get("examples", ()):
            place = Draft202012Validator({**key, "$defs": schema["$defs"]})
            assert place.is_valid(example), name


def test_faults_that_one_table_shows_are_invalid() -> None:
    """Faults of meaning (days, sums, names) are beyond a schema; those of keys, types and models are not."""
    beyond = (
        *(
            "no such day",
            "not a current",
            "outside",
            "Both end",
            "ends before",
            "payment terms",
            "Another",
            "percent is",
        ),
        *(
            "contradicts",
            "changes nothing",
            "set a price",
            "never given",
            "required key is missing",
            "knows no",
            "nothing else of this charge goes by days",
            "rounded period by period",
            "of one group",
            "goes on anyway",
            "taken off before",
            "has the name of",
            "no charge of this name",
            "A charge or another",
            "terminated before",
            "one supersedes",
            "supersedes one",
            "whose sum is agreed",
            "do not have the same periods",
            "either a percent or an index",
            "Another price is given",
            "on the day of the first renewal",
            "share only some",
            "minimum is above",
            "no pause to resume",
            "agreed before its day",
            "is billed once has no pause",
            "released before",
            "on a day or with a milestone",
            "no milestone of this name",
            "has a retention of its own",
            "is of that charge alone",
            "no rate at its beginning",
            "by a percent above zero",
            "does not rise",
            "rises by this",
            "an escalator of its own",
            "does not begin with the contract",
        ),
        "'1\\n'",  # the validator at hand lets a dollar stand before a line break
    )
    seen = 0
    tables = [(contract_table(**keys), message) for keys, message in CONTRACT_FAULTS]
    for kind, keys, message in CHARGE_FAULTS:
        charge = {key: value for key, value in {**kind, **keys}.items() if value is not None}
        tables.append((contract_table(charge), message))
    for table, message in tables:
        if not any(words in message for words in beyond):
            assert not is_valid(json.loads(json.dumps(table))), message
            seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    "charge",
    [
        {key: value for key, value in FLAT.items() if key != "amount"},
        {key: value for key, value in PER_UNIT.items() if key != "quantity"},
        {key: value for key, value in ONE_OFF.items() if key != "on"},
        {**FLAT, "quantity": "1"},
        {**ONE_OFF, "every": "month"},
        {key: value for key, value in FLAT.items() if key != "model"},
    ],
)
def test_the_schema_knows_what_each_model_needs(charge: dict[str, Any]) -> None:
    assert is_valid(contract_table(FLAT))
    assert not is_valid(contract_table(charge))


def _dict(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value
