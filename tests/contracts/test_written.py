"""Contracts written in another kind of file are the same contracts when they are read."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from billcheck.contracts import written
from billcheck.contracts.files import Written, load_contracts, load_written
from billcheck.contracts.sheets import guarded, unguarded
from billcheck.contracts.terms import Release
from billcheck.errors import UsageError
from tests.contracts.samples import FLAT, MILESTONE, ONE_OFF, PER_UNIT, contract_table, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip() and not re.match(r"\s|.*\s\Z", text))
RISKY = st.sampled_from(
    ("=1+1", "+49", "-5", "@sum", "'=x", "''+y", "'plain", "a;b", ";", 'say "no"', "a,b", "no", "012", "1_000", "12:30",
     "2026-01-01", "true", "null", "~", "*x", "&y", "!tag", "# no", "a: b", "_x0041_", "\\u0041", "\ufeffx", "{", "[1]")
)  # fmt: skip
NAMES = st.one_of(TEXTS, RISKY)
DECIMALS = st.one_of(
    st.integers(0, 10**12 - 1),
    st.decimals(min_value=0, max_value=10**6, places=4).map(str),
    st.sampled_from(("0", "007.50", "2400.10", "0.0000000001", "999999999999.9999999999")),
)


def charge_tables(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Charges of each model with the keys that tables and lists hold."""
    texts = st.lists(NAMES, min_size=1, max_size=3, unique=True)
    optional: dict[str, Any] = {
        "tax": st.fixed_dictionaries({"percent": st.sampled_from(("21", 9, "0"))}),
        "grace_days": st.integers(0, 366),
        "matching": st.fixed_dictionaries({}, optional={"items": texts, "patterns": texts, "accounts": texts}),
        "discounts": st.lists(
            st.fixed_dictionaries({"percent": st.sampled_from(("10", 5))}, optional={"end": st.just("2026-07-01")}),
            max_size=3,
        ),
    }
    recurring = {
        **optional,
        "anchor_day": st.one_of(st.integers(1, 31), st.just("last")),
        "invoice_day": st.integers(1, 31),
        "start": st.sampled_from(("2026-01-01", "2026-02-03")),
    }
    steps = st.lists(st.fixed_dictionaries({"on": st.just("2026-07-01"), "amount": DECIMALS}), max_size=1)
    changes = st.lists(
        st.fixed_dictionaries(
            {"on": st.just("2026-05-16"), "quantity": DECIMALS}, optional={"change_billing": st.just("immediate")}
        ),
        max_size=1,
    )
    flat = st.fixed_dictionaries({"amount": DECIMALS}, optional={**recurring, "price_steps": steps})
    per_unit = st.fixed_dictionaries({"quantity": DECIMALS}, optional={**recurring, "amendments": changes})
    one_off = st.fixed_dictionaries({"amount": DECIMALS}, optional=optional)
    return st.one_of(
        flat.map(lambda keys: {**FLAT, **keys, "name": name}),
        per_unit.map(lambda keys: {**PER_UNIT, **keys, "name": name}),
        one_off.map(lambda keys: {**ONE_OFF, **keys, "name": name}),
    )


@st.composite
def contract_tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to three contracts with names nobody would choose."""
    fold = str.casefold
    ids = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=lambda text: " ".join(fold(text).split())))
    contracts = []
    for identity in ids:
        names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=lambda text: " ".join(fold(text).split())))
        charges = [draw(charge_tables(name)) for name in names]
        keys = draw(
            st.fixed_dictionaries(
                {"customer": NAMES},
                optional={
                    "tags": st.lists(NAMES, max_size=3),
                    "owner": NAMES,
                    "matching": st.fixed_dictionaries(
                        {}, optional={"aliases": st.lists(NAMES, max_size=2), "confirmed": st.booleans()}
                    ),
                },
            )
        )
        contracts.append(contract_table(*charges, id=identity, **keys))
    return contracts


def test_parts_of_a_retention_are_written_in_every_format(tmp_path: Path) -> None:
    releases = [{"percent": "50", "released_with": "Go-live"}, {"released_on": "2027-12-31"}]
    of_charge = {"percent": "10", "releases": [{"amount": "99.50", "released_on": "2026-12-31"}, releases[1]]}
    table = contract_table(
        {**FLAT, "retention": {**of_charge, "name": "Own"}}, PER_UNIT, MILESTONE,
        retention={"percent": "5", "releases": releases},
    )  # fmt: skip
    (found,) = load_written(write_json(tmp_path, table))
    assert [charge.retention.releases for charge in found.contract.charges if charge.retention] == [
        (Release(date(2026, 12, 31), amount=Decimal("99.50")), Release(date(2027, 12, 31))),
        *((Release(date(2026, 3, 31), Decimal(50)), Release(date(2027, 12, 31), Decimal(50))),) * 2,
    ]
    assert [charge.on for charge in found.contract.charges if charge.model == "retention"] == [date(2027, 12, 31)] * 2
    hold_in_every_format([found], tmp_path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(contract_tables())
@example([contract_table(FLAT, ONE_OFF, id="=1+1", customer="'@x", tags=["a;b", "c"])])
def test_every_format_gives_the_same_contracts(tables: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        hold_in_every_format(load_written(write_json(folder, *tables)), folder)


def hold_in_every_format(found: Sequence[Written], folder: Path) -> None:
    """Write contracts in each format below the folder, and read them back."""
    wanted = [replace(item.contract, file="") for item in found]
    as_written = [item.table for item in found]
    files = {
        "toml": {"a.toml": written.to_toml(as_written).encode()},
        "json": {"a.json": written.to_json(as_written).encode()},
        "yaml": {"a.yaml": written.to_yaml(as_written).encode()},
        "csv": {file: text.encode() for file, text in written.to_csv(as_written).items()},
        "xlsx": {"a.xlsx": written.to_xlsx(as_written)},
    }
    for kind, contents in files.items():
        (folder / kind).mkdir()
        for file, content in contents.items():
            (folder / kind / file).write_bytes(content)
        read = [replace(contract, file="") for contract in load_contracts(folder / kind)]
        assert read == wanted, kind


def test_the_contracts_of_every_case_are_kept_by_every_format(tmp_path: Path) -> None:
    """They hold every term that has a case, also those that the generated contracts above know nothing of."""
    seen: set[str] = set()
    keys: set[str] = set()
    for path in sorted((Path(__file__).parents[1] / "cases").glob("*/contracts.*")):
        read = load_written(path)
        found = [Written(written.self_contained(item.table, item.contract), item.contract) for item in read]
        text = written.to_json([item.table for item in found])
        if text not in seen:
            seen.add(text)
            (tmp_path / path.parent.name).mkdir()
            hold_in_every_format(found, tmp_path / path.parent.name)
        keys |= {key for item in found for charge in item.table["charge"] for key in charge}
    assert {"tiers", "escalator", "rollover", "amendments", "price_steps", "free_periods"} <= keys


@given(st.one_of(RISKY, st.text(max_size=6)))
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not guarded(text).startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["=1", "'=1", " =1", "' =1", "\n=1", "＝1", "＋1", "－1", "＠a", "\t", "\r"])
def test_what_a_spreadsheet_might_calculate_gets_one_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "a", "1", "'", "'a", " 1", "a=1", "(1)", " '=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def test_no_cell_of_a_csv_file_begins_a_formula(tmp_path: Path) -> None:
    charge = {**PER_UNIT, "name": "@now", "amendments": [{"on": "2026-05-16", "quantity": "1"}]}
    table = contract_table(charge, id="=1+1", customer="+49 30", owner="-x", tags=["=a"])
    (item,) = load_written(write_json(tmp_path, table))
    texts = written.to_csv([item.table])
    assert set(texts) == {"contracts.csv", "amendments.csv"}
    cells = [cell for text in texts.values() for row in csv.reader(StringIO(text)) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_cells_of_a_workbook_are_texts_and_the_same_contracts_give_the_same_bytes(tmp_path: Path) -> None:
    (item,) = load_written(write_json(tmp_path, contract_table(id="=1+1", customer="http://a.example")))
    content = written.to_xlsx([item.table])
    assert content == written.to_xlsx([item.table])
    heading, *rows = load_workbook(BytesIO(content)).get_sheet_by_name("charges").to_python()
    assert all(isinstance(cell, str) for row in rows for cell in row)
    assert dict(zip(heading, rows[0], strict=True))["contract"] == "=1+1"


def test_the_amendments_of_a_workbook_stand_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    charge = {**PER_UNIT, "amendments": [{"on": "2026-05-16", "quantity": "1"}]}
    (item,) = load_written(write_json(tmp_path, contract_table(charge)))
    workbook = load_workbook(BytesIO(written.to_xlsx([item.table])))
    assert workbook.sheet_names == ["charges", "amendments"]


def test_a_text_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    (item,) = load_written(write_json(tmp_path, contract_table(owner="x" * 32_768)))
    with pytest.raises(UsageError, match="A sheet of a workbook cannot hold this"):
        written.to_xlsx([item.table])


def test_the_values_of_an_index_file_come_along(tmp_path: Path) -> None:
    (tmp_path / "cpi.csv").write_text("month,value\n2025-10,131.2\n2026-10,134.90\n", encoding="utf-8")
    index = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv"}
    table = contract_table({**FLAT, "escalator": {"index": index}})
    (item,) = load_written(write_json(tmp_path, table))
    whole = written.self_contained(item.table, item.contract)
    assert whole["charge"][0]["escalator"]["index"]["values"] == {"2025-10": "131.2", "2026-10": "134.90"}
    assert item.table == table
    (tmp_path / "elsewhere").mkdir()
    hold_in_every_format([Written(whole, item.contract)], tmp_path / "elsewhere")


def test_json_keeps_what_was_written(tmp_path: Path) -> None:
    table = contract_table(FLAT, customer="Café")
    (item,) = load_written(write_json(tmp_path, table))
    assert json.loads(written.to_json([item.table])) == {"contract": [table]}
