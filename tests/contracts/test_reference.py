"""The reference of contract terms names every key, and its examples hold."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from billcheck.contracts.files import load_contracts
from billcheck.contracts.shapes import (
    FOREIGN_TO_MODEL,
    REQUIRED_FOR_MODEL,
    REQUIRED_KEYS,
    AmendmentShape,
    ChargeMatchingShape,
    ChargeShape,
    ContractMatchingShape,
    ContractShape,
    DiscountShape,
    PriceStepShape,
    Shape,
    TaxShape,
)
from billcheck.contracts.terms import Model
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, contract_table, write_json

PAGE = Path(__file__).parents[2].joinpath("docs", "reference", "contract-terms.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[Shape]] = {
    "## Contract": ContractShape,
    "## Charge": ChargeShape,
    "### Tax": TaxShape,
    "### Price steps": PriceStepShape,
    "### Discounts": DiscountShape,
    "### Amendments": AmendmentShape,
    "### Matching of a contract": ContractMatchingShape,
    "### Matching of a charge": ChargeMatchingShape,
}


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by key."""
    section = PAGE.split(f"\n{heading}\n", 1)[1]
    section = re.split(r"\n##", section, maxsplit=1)[0]
    found = [re.split(r" \| ", line.strip("| ")) for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in found}


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_names_every_key_of_its_table_and_no_other(heading: str) -> None:
    shape = SECTIONS[heading]
    found = rows(heading)
    assert set(found) == set(shape.model_fields)
    for key, (_, default, meaning, example) in found.items():
        assert meaning.endswith((".", ").")) or "below" in meaning, key
        assert example, key
        assert default.startswith("required") or key not in REQUIRED_KEYS.get(shape, ()), key


def test_what_a_model_needs_is_said() -> None:
    found = rows("## Charge")
    for model in get_args(Model):
        for key in REQUIRED_FOR_MODEL[model]:
            default = found[key][1]
            assert default in {"required", "required but for one_off"} or model in default
        for key in FOREIGN_TO_MODEL[model]:
            assert model not in found[key][1].replace("but for one_off", "")


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_example_of_a_key_is_accepted(heading: str, tmp_path: Path) -> None:
    for key, cells in rows(heading).items():
        example = cells[3]
        if example.startswith("see "):
            continue
        value = tomllib.loads(f"x = {example.strip('`')}")["x"]
        table = table_with(heading, key, value)
        path = write_json(tmp_path, json.loads(json.dumps(table, default=str)))
        assert load_contracts(path), (heading, key)


def table_with(heading: str, key: str, value: Any) -> dict[str, Any]:
    """A contract in which this key of this table has this value."""
    kind = {"model": PER_UNIT, "unit_amount": PER_UNIT, "quantity": PER_UNIT, "on": ONE_OFF}.get(key, FLAT)
    if heading == "## Contract":
        return contract_table(**{"last_day": None, key: value})
    if heading == "## Charge":
        changes_of_units = key == "amendments"
        charge = {**(PER_UNIT if changes_of_units else kind), key: value}
        timing = {"timing": "in_arrears"} if key == "invoice_day" else {}
        return contract_table({**charge, **timing})
    if heading == "### Tax":
        return contract_table(tax={key: value})
    if heading == "### Price steps":
        price = {"unit_amount": "1"} if kind is PER_UNIT else {"amount": "1"}
        return contract_table(
            {**(PER_UNIT if kind is PER_UNIT else FLAT), "price_steps": [{"on": "2026-07-01", **price, key: value}]}
        )
    if heading == "### Discounts":
        return contract_table({**FLAT, "discounts": [{"percent": "10", key: value}]})
    if heading == "### Amendments":
        price = {"quantity": "1"} if kind is PER_UNIT else {"amount": "1"}
        charge = PER_UNIT if kind is PER_UNIT else FLAT
        return contract_table({**charge, "amendments": [{"on": "2026-07-01", **price, key: value}]})
    if heading == "### Matching of a contract":
        return contract_table(matching={key: value})
    return contract_table({**FLAT, "matching": {key: value}})


def test_the_file_on_the_page_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "contracts.toml"
    path.write_text(example, encoding="utf-8")
    (contract,) = load_contracts(path)
    assert [charge.name for charge in contract.charges] == ["Retainer", "Seats", "Setup"]
