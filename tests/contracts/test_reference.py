"""The reference of contract terms names every key, and its examples hold."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.change_shapes import EscalatorShape, IndexShape
from billcheck.contracts.contract_shapes import (
    REQUIRED_KEYS,
    BoundShape,
    CommitmentShape,
    ContractAmendmentShape,
    ContractDiscountShape,
    ContractEscalatorShape,
    ContractMatchingShape,
    ContractShape,
    DepositShape,
    LateInvoiceCutoffShape,
    RenewalPriceShape,
    RenewalShape,
)
from billcheck.contracts.faults import _kind_and_shape
from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.price_keys import FOREIGN_TO_MODEL, PRICE_KEYS, REQUIRED_FOR_MODEL
from billcheck.contracts.shapes import (
    AmendmentShape,
    ChargeMatchingShape,
    ChargeShape,
    DiscountShape,
    HoursShape,
    PriceStepShape,
    RateShape,
    ReleaseShape,
    RetentionShape,
    RoundingShape,
    TaxShape,
    TaxStepShape,
    TierShape,
)
from tests.contracts.samples import (
    FLAT,
    GRADUATED,
    MILESTONE,
    ONE_OFF,
    PACKAGE,
    PER_UNIT,
    PERCENTAGE,
    TIERS,
    TIME,
    contract_table,
    write_json,
)

if TYPE_CHECKING:
    from billcheck.contracts.kinds import Shape
from billcheck.contracts.metering_shapes import RolloverShape

PAGE = Path(__file__).parents[2].joinpath("docs", "reference", "contract-terms.md").read_text(encoding="utf-8")
SOURCES = Path(__file__).parents[2].joinpath("docs", "reference", "term-sources.md").read_text(encoding="utf-8")
COLUMNS = 4
TYPES = r"(?:text|day|table|true or false|word|decimal|list of|two of|\d)"
SECTIONS: dict[str, type[Shape]] = {
    "## Contract": ContractShape,
    "## Charge": ChargeShape,
    "### Tiers": TierShape,
    "### Rates": RateShape,
    "### Hours": HoursShape,
    "### Rollover": RolloverShape,
    "### Tax": TaxShape,
    "### Tax steps": TaxStepShape,
    "### Rounding": RoundingShape,
    "### Price steps": PriceStepShape,
    "### Renewal": RenewalShape,
    "### Prices of a renewal": RenewalPriceShape,
    "### Late invoice cutoff": LateInvoiceCutoffShape,
    "### Deposit": DepositShape,
    "### Retention": RetentionShape,
    "### Releases": ReleaseShape,
    "### Commitment": CommitmentShape,
    "### Minimum or maximum of a contract": BoundShape,
    "### Discounts of a contract": ContractDiscountShape,
    "### Escalator of a contract": ContractEscalatorShape,
    "### Amendments of a contract": ContractAmendmentShape,
    "### Escalator": EscalatorShape,
    "### Index": IndexShape,
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
    for key, cells in found.items():
        assert len(cells) == COLUMNS, f"{key} lacks one of type, default, meaning and example"
        kind, default, meaning, example = cells
        assert re.match(TYPES, kind), f"{key} has no type"
        assert default, f"{key} has no default"
        assert meaning.endswith((".", ").")) or "below" in meaning, key
        assert example, key
        assert default.startswith("required") or key not in REQUIRED_KEYS.get(shape, ()), key


def sources() -> dict[tuple[str, str], list[str]]:
    """The sources of each key of each table, from the page that says where the terms come from."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in SOURCES.splitlines():
        cells = re.split(r" \| ", line.strip("| "))
        if len(cells) == 3 and "`" in cells[1]:
            for key in re.findall(r"`(\w+)`", cells[1]):
                found.setdefault((cells[0], key), []).append(cells[2])
    return found


def test_every_key_has_one_source_and_nothing_else_has() -> None:
    """A new key needs a word in docs/reference/term-sources.md on who has it, or that it is our own."""
    found = sources()
    wanted = {(heading.strip("# "), key) for heading, shape in SECTIONS.items() for key in shape.model_fields}
    assert found.keys() == wanted
    assert [place for place, texts in found.items() if len(texts) != 1 or not texts[0].endswith(".")] == []


def test_every_table_of_a_contract_file_has_its_section() -> None:
    """A table that contract files learn cannot be left out of the page."""
    tables: set[type[Shape]] = {ContractShape}
    waiting: list[type[Shape]] = [ContractShape]
    while waiting:
        for field in waiting.pop().model_fields.values():
            below = _kind_and_shape(field.annotation, field.metadata)[1]
            if below is not None and below not in tables:
                tables.add(below)
                waiting.append(below)
    assert tables == set(SECTIONS.values())


def test_what_a_model_needs_is_said() -> None:
    found = rows("## Charge")
    for model in REQUIRED_FOR_MODEL:
        for key in REQUIRED_FOR_MODEL[model]:
            default = found[key][1]
            assert default in {"required", "required but for one_off, milestone"} or model in default
        for key in FOREIGN_TO_MODEL[model]:
            assert model not in re.findall(r"\w+", found[key][1].replace("but for one_off, milestone", ""))


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_example_of_a_key_is_accepted(heading: str, tmp_path: Path) -> None:
    for key, cells in rows(heading).items():
        example = cells[3]
        if example.startswith("see "):
            continue
        value = tomllib.loads(f"x = {example.strip('`')}")["x"]
        table = table_with(heading, key, value)
        path = write_json(tmp_path, json.loads(json.dumps(table, default=str)))
        assert load_written(path) if key == "draft" else load_contracts(path), (heading, key)


METERED: dict[str, Any] = {
    **{key: value for key, value in PACKAGE.items() if key != "quantity"},
    "free_units": "500",
    "timing": "in_arrears",
    "metered": True,
    "quantity_basis": "sum",
}
KIND_OF_KEY: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("model", "unit_amount", "quantity"), PER_UNIT),
    **dict.fromkeys(("tiers", "bill_zero"), GRADUATED),
    **dict.fromkeys(("package_size", "free_units", "package_rounding"), PACKAGE),
    **dict.fromkeys(("rates", "hours", "overage"), TIME),
    "included": {**TIME, "amount": "1000.00", "included": "10"},
    "percent": PERCENTAGE,
    "on": ONE_OFF,
    "accepted_on": MILESTONE,
    "project_total": {"name": "Go-live", "model": "milestone", "percent": "30"},
    "semi_month_days": {**FLAT, "every": "semi_month"},
    **dict.fromkeys(("metered", "quantity_basis", "rollover"), METERED),
}


INDEX = {"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2"}}
COMMITMENT = {"name": "Least", "amount": "1200", "every": "year", "charges": ["Fee"]}
ESCALATOR: dict[str, Any] = {"percent": "3"}
NOTICED: dict[str, dict[str, Any]] = {
    "notice_days": {"requires_notice": True},
    "notified_on": {"requires_notice": True},
    "index": {"percent": None},
}


def renewed_with(heading: str, key: str, value: Any) -> dict[str, Any] | None:
    """A contract in which this key of the tables of its renewal has this value; None for other tables."""
    if heading == "### Prices of a renewal":
        kind = {**(KIND_OF_KEY.get(key) or FLAT), "name": "Seats"}
        price_key = PRICE_KEYS[kind["model"]][0]
        prices = [{"charge": "Seats", price_key: kind[price_key], key: value}]
        return contract_table(kind, renewal={"every": "year", "prices": prices})
    if heading == "### Renewal":
        return contract_table({**PER_UNIT, "name": "Seats"}, renewal={"every": "year", key: value})
    return None


def escalator_with(key: str, value: Any) -> dict[str, Any]:
    """An escalator in which this key has this value."""
    table = {**ESCALATOR, **NOTICED.get(key, {}), key: value}
    return {name: each for name, each in table.items() if each is not None}


def retention_with(heading: str, key: str, value: Any) -> dict[str, Any]:
    """A retention in which this key, of itself or of its first part, has this value."""
    if heading == "### Retention":
        day = {} if key in {"released_with", "releases"} else {"released_on": "2027-12-31"}
        return {"percent": "5", **day, key: value}
    part = {key: value} if key in {"percent", "amount"} else {"percent": "50", key: value}
    day = {} if key.startswith("released") else {"released_on": "2026-12-31"}
    return {"percent": "5", "releases": [{**part, **day}, {"released_on": "2028-12-31"}]}


def contract_with(heading: str, key: str, value: Any) -> dict[str, Any] | None:
    """A contract in which this key of this table of the contract itself has this value; None for other tables."""
    if heading == "## Contract":
        last_day = "2027-12-31" if key == "renewal" else None
        return contract_table(**{"last_day": last_day, key: value})
    single: dict[str, dict[str, Any]] = {
        "### Late invoice cutoff": {"late_invoice_cutoff": {**({} if key == "months" else {"days": 120}), key: value}},
        "### Escalator of a contract": {"escalator": escalator_with(key, value)},
        "### Deposit": {"deposit": {"amount": "5", "deducted_on": "2027-12-31", key: value}},
    }
    if heading in single:
        return contract_table(**single[heading])
    if heading in {"### Retention", "### Releases"}:
        milestone = {**MILESTONE, "name": "Handover"}
        return contract_table({**FLAT, "name": "Works"}, milestone, retention=retention_with(heading, key, value))
    if heading == "### Minimum or maximum of a contract":
        return contract_table(maximum={"amount": "5000", key: value})
    if heading == "### Discounts of a contract":
        return contract_table(discounts=[{**({} if key == "amount" else {"percent": "10"}), key: value}])
    if heading == "### Amendments of a contract":
        return contract_table(amendments=[{"on": "2026-05-16", "change": "pause", key: value}])
    if heading == "### Commitment":
        return contract_table(commitment=[{**COMMITMENT, key: value}])
    return renewed_with(heading, key, value)


def table_with(heading: str, key: str, value: Any) -> dict[str, Any]:
    """A contract in which this key of this table has this value."""
    kind = KIND_OF_KEY.get(key, FLAT)
    found = contract_with(heading, key, value)
    if found is not None:
        return found
    if heading == "## Charge":
        timing = {"timing": "in_arrears"} if key == "invoice_day" else {}
        return contract_table({**(PER_UNIT if key == "amendments" else kind), key: value, **timing})
    if heading in {"### Price steps", "### Amendments"}:
        kind = FLAT if key in {"on", "model"} else kind
        price_key = PRICE_KEYS[kind["model"]][0]
        change = {"on": "2026-07-01", price_key: kind[price_key], key: value}
        return contract_table({**kind, "price_steps" if "steps" in heading else "amendments": [change]})
    tables: dict[str, dict[str, Any]] = {
        "### Tiers": {**GRADUATED, "tiers": [{**TIERS[0], key: value}, TIERS[1]]},
        "### Rates": {**TIME, "rates": [*TIME["rates"][: key == "on"], {**TIME["rates"][0], key: value}]},
        "### Hours": {**TIME, "hours": [{**TIME["hours"][0], key: value}]},
        "### Rollover": {**METERED, "rollover": {"periods": 1, key: value}},
        "### Tax": {**FLAT, "tax": {"percent": "21", key: value}},
        "### Tax steps": {
            **FLAT,
            "tax": {"percent": "21", "steps": [{"on": "2026-07-01", "percent": "19", key: value}]},
        },
        "### Rounding": {**FLAT, "rounding": {key: value}},
        "### Discounts": {**FLAT, "discounts": [{**({} if key == "amount" else {"percent": "10"}), key: value}]},
        "### Escalator": {**FLAT, "escalator": escalator_with(key, value)},
        "### Index": {**FLAT, "escalator": {"index": {**INDEX, key: value}}},
        "### Matching of a charge": {**FLAT, "matching": {key: value}},
    }
    if heading == "### Tiers" and key == "percent":
        tables[heading] = {
            **PERCENTAGE,
            "percent": None,
            "tiers": [{"up_to": "10", "percent": value}, {"percent": "1"}],
        }
    if heading == "### Matching of a contract":
        return contract_table(matching={key: value})
    return contract_table({name: entry for name, entry in tables[heading].items() if entry is not None})


def test_the_file_on_the_page_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "contracts.toml"
    path.write_text(example, encoding="utf-8")
    (contract,) = load_contracts(path)
    assert [charge.name for charge in contract.charges] == ["Retainer", "Seats", "Setup"]
