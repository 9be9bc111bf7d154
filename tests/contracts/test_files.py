"""Contract files that are as they should be."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.files import load_contracts
from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import (
    DEFAULT_GRACE_DAYS,
    Amendment,
    ChargeMatching,
    ContractMatching,
    Discount,
    PaymentTerms,
    PriceStep,
)
from billcheck.contracts.values import fold, read_decimal, shared
from billcheck.period import Cadence
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, contract_table, load_charge, load_one, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.terms import Charge

EVERYTHING = """
[[contract]]
id = "C-117"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2027-12-31
payment_terms = "30 days"
tax = { percent = "21" }
grace_days = 14
fiscal_year_start = 4
owner = "Ines"
tags = ["retainer", "nl"]
matching = { aliases = ["Hartwell BV"], customer_ids = ["4711"], references = ["C-117"], confirmed = true }

[[contract.charge]]
name = "Retainer"
model = "flat"
amount = "2400.00"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"

[[contract.charge]]
name = "Seats"
model = "per_unit"
unit_amount = "30.00"
quantity = 12
every = "quarter"
timing = "in_advance"
start = 2026-03-01
end = 2027-01-01
anchor_day = "last"
invoice_day = 15
grace_days = 0
tax = { percent = 9 }
matching.templates = ["R-7"]
matching.items = ["SEATS"]
matching.accounts = ["4000"]
matching.tracking = ["North"]
matching.patterns = ["seat licence"]
price_steps = [{ on = 2026-07-01, unit_amount = "28.00" }]
discounts = [{ percent = "10", last_day = 2026-06-30 }, { percent = "5", start = 2026-03-01, end = 2026-04-01 }]
amendments = [{ on = 2026-05-16, quantity = "16.5", change_billing = "immediate" }]

[[contract.charge]]
name = "Setup"
model = "one_off"
amount = "900"
on = 2026-01-15
"""


def test_every_key_arrives(tmp_path: Path) -> None:
    path = tmp_path / "contracts.toml"
    path.write_text(EVERYTHING, encoding="utf-8")
    (contract,) = load_contracts(path)
    assert (contract.id, contract.customer, contract.currency) == ("C-117", "Hartwell Interieur", "EUR")
    assert (contract.start, contract.end) == (date(2026, 1, 1), date(2028, 1, 1))
    assert (contract.payment_terms, contract.tax_percent, contract.grace_days) == (PaymentTerms(30), Decimal(21), 14)
    assert contract.fiscal_year_start == 4
    assert (contract.owner, contract.tags, contract.where) == ("Ines", ("retainer", "nl"), f"{path}: C-117")
    assert contract.matching == ContractMatching(("Hartwell BV",), ("4711",), ("C-117",), confirmed=True)
    retainer, seats, setup = contract.charges
    assert (retainer.price, retainer.every) == (FlatPrice(Decimal("2400.00")), Cadence("month"))
    assert retainer.timing == "in_arrears"
    assert (retainer.start, retainer.end, retainer.invoice_day) == (contract.start, contract.end, "period_end")
    assert (seats.price, seats.quantity) == (UnitPrice(Decimal("30.00")), Decimal(12))
    assert seats.every == Cadence("quarter")
    assert (seats.start, seats.end) == (date(2026, 3, 1), date(2027, 1, 1))
    assert (seats.anchor_day, seats.invoice_day, seats.grace_days, seats.tax_percent) == (31, 15, 0, Decimal(9))
    assert seats.matching == ChargeMatching(("R-7",), ("SEATS",), ("4000",), ("North",), ("seat licence",))
    assert seats.price_steps == (PriceStep(date(2026, 7, 1), price=UnitPrice(Decimal("28.00"))),)
    assert seats.discounts == (
        Discount(Decimal(10), None, date(2026, 7, 1)),
        Discount(Decimal(5), date(2026, 3, 1), date(2026, 4, 1)),
    )
    assert seats.amendments == (Amendment(date(2026, 5, 16), quantity=Decimal("16.5"), change_billing="immediate"),)
    assert (setup.model, setup.price, setup.on, setup.every, setup.timing) == (
        "one_off",
        FlatPrice(Decimal(900)),
        date(2026, 1, 15),
        None,
        None,
    )


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml = tmp_path / "contracts.toml"
    toml.write_text(EVERYTHING, encoding="utf-8")
    (from_toml,) = load_contracts(toml)

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    jsonned = tmp_path / "contracts.json"
    jsonned.write_text(json.dumps(tomllib.loads(EVERYTHING), default=plain), encoding="utf-8")
    (from_json,) = load_contracts(jsonned)
    assert from_json == replace(from_toml, file=from_json.file)


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    contract = load_one(tmp_path, last_day=None)
    (charge,) = contract.charges
    assert (contract.end, contract.payment_terms, contract.tax_percent, contract.grace_days) == (None,) * 4
    assert (contract.owner, contract.tags, contract.matching) == (None, (), ContractMatching())
    assert contract.fiscal_year_start is None
    assert (charge.end, charge.anchor_day, charge.invoice_day, charge.matching) == (None, None, None, ChargeMatching())
    assert contract.grace_of(charge) == DEFAULT_GRACE_DAYS


def test_an_end_is_exclusive_and_a_last_day_inclusive(tmp_path: Path) -> None:
    by_end = load_one(tmp_path, end="2026-07-01", last_day=None)
    by_last_day = load_one(tmp_path, last_day="2026-06-30")
    assert by_end == by_last_day
    assert by_end.charges[0].end == date(2026, 7, 1)


def test_a_term_of_one_day(tmp_path: Path) -> None:
    assert load_one(tmp_path, last_day="2026-01-01").end == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("written", "decimal"),
    [
        ("100", "100"),
        ("0.0375", "0.0375"),
        ("007.50", "7.50"),
        (100, "100"),
        (0, "0"),
        ("999999999999.9999999999",) * 2,
    ],
)
def test_decimals_are_exact(tmp_path: Path, written: object, decimal: str) -> None:
    assert load_charge(tmp_path, FLAT, amount=written).price == FlatPrice(Decimal(decimal))


@pytest.mark.parametrize(
    ("written", "terms", "due_date", "shown"),
    [
        ("30 days", PaymentTerms(30), date(2026, 3, 12), "30 days"),
        ("net 30", PaymentTerms(30), date(2026, 3, 12), "30 days"),
        ("1 day", PaymentTerms(1), date(2026, 2, 11), "1 days"),
        ("0 days", PaymentTerms(0), date(2026, 2, 10), "0 days"),
        ("end of month", PaymentTerms(0, is_from_month_end=True), date(2026, 2, 28), "end of month"),
        # 30 days after 28 February
        ("30 days end of month", PaymentTerms(30, is_from_month_end=True), date(2026, 3, 30), "30 days end of month"),
        ("net 30 end of month", PaymentTerms(30, is_from_month_end=True), date(2026, 3, 30), "30 days end of month"),
    ],
)
def test_payment_terms(tmp_path: Path, written: str, terms: PaymentTerms, due_date: date, shown: str) -> None:
    read = load_one(tmp_path, payment_terms=written).payment_terms
    assert read == terms
    assert (terms.due_date(date(2026, 2, 10)), str(terms)) == (due_date, shown)


def test_tax_may_change_by_day(tmp_path: Path) -> None:
    steps = [{"on": "2027-01-01", "percent": "19"}, {"on": "2026-07-01", "percent": "16"}]
    own = {**FLAT, "name": "Own", "tax": {"percent": "9", "steps": [{"on": "2026-03-01", "percent": "10"}]}}
    plain = {**FLAT, "name": "Plain", "tax": {"percent": "7"}}
    contract = load_one(tmp_path, FLAT, own, plain, tax={"percent": "19", "steps": steps})
    fee, other, fixed = contract.charges

    def percents(charge: Charge) -> list[str]:
        days = (date(2026, 2, 28), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1))
        return [str(contract.tax_percent_of(charge, day)) for day in days]

    assert percents(fee) == ["19", "19", "16", "16", "19"]
    assert percents(other) == ["9", "10", "10", "10", "10"]
    assert percents(fixed) == ["7"] * 5
    assert contract.tax_percent_of(fee) == Decimal(19)


def test_percents_from_nothing_to_all(tmp_path: Path) -> None:
    assert load_one(tmp_path, tax={"percent": "0"}).tax_percent == Decimal(0)
    assert load_charge(tmp_path, FLAT, discounts=[{"percent": 100}]).discounts == (Discount(Decimal(100)),)


def test_a_charge_may_have_its_own_part_of_the_term(tmp_path: Path) -> None:
    charge = load_charge(tmp_path, FLAT, start="2026-01-01", last_day="2027-12-31")
    assert (charge.start, charge.end) == (date(2026, 1, 1), date(2028, 1, 1))
    later = load_charge(tmp_path, FLAT, start="2026-06-15")
    assert (later.start, later.end) == (date(2026, 6, 15), date(2028, 1, 1))


def test_changes_may_fall_on_the_first_and_last_day(tmp_path: Path) -> None:
    days = ("2026-01-01", "2027-12-31")
    charge = load_charge(tmp_path, FLAT, price_steps=[{"on": day, "amount": "1"} for day in days])
    assert [step.on.isoformat() for step in charge.price_steps] == list(days)


def test_a_step_and_an_amendment_of_the_quantity_may_share_a_day(tmp_path: Path) -> None:
    charge = load_charge(
        tmp_path,
        PER_UNIT,
        price_steps=[{"on": "2026-07-01", "unit_amount": "28"}],
        amendments=[{"on": "2026-07-01", "quantity": "3"}],
    )
    assert charge.amendments[0].on == charge.price_steps[0].on


def test_a_one_off_on_the_first_or_last_day_of_the_term(tmp_path: Path) -> None:
    assert load_charge(tmp_path, ONE_OFF, on="2026-01-01").on == date(2026, 1, 1)
    assert load_charge(tmp_path, ONE_OFF, on="2027-12-31").on == date(2027, 12, 31)


def test_null_in_json_is_a_key_left_out(tmp_path: Path) -> None:
    contract = load_one(tmp_path, {**FLAT, "anchor_day": None, "discounts": None}, tax=None)
    path = tmp_path / "null.json"
    table = {**contract_table({**FLAT, "anchor_day": None, "discounts": None}), "tax": None, "tags": None}
    path.write_text(json.dumps({"contract": [table]}), encoding="utf-8")
    (with_nulls,) = load_contracts(path)
    assert with_nulls == replace(contract, file=with_nulls.file)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    for name in ("a.toml", "b.json"):
        path = tmp_path / name
        text = EVERYTHING if name == "a.toml" else json.dumps({"contract": [contract_table()]})
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [contract.id for contract in load_contracts(tmp_path)] == ["C-117", "C-1"]


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b.json", "a.JSON", "sub/c.json", "a/z.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_json(tmp_path, contract_table(id=name), name=name)
    (tmp_path / "notes.txt").write_text("not a contract", encoding="utf-8")
    contracts = load_contracts(f"{tmp_path}/")
    assert [contract.id for contract in contracts] == ["a.JSON", "a/z.json", "b.json", "sub/c.json"]
    assert contracts[1].where == f"{tmp_path}/a/z.json: a/z.json"


def test_what_contracts_have_in_common_is_in_memory_once(tmp_path: Path) -> None:
    charge = {**FLAT, "matching": {"items": ["RET"]}}
    first, second = load_contracts(write_json(tmp_path, contract_table(charge), contract_table(charge, id="C-2")))
    assert first.currency is second.currency
    assert first.charges[0].name is second.charges[0].name
    assert first.charges[0].price is second.charges[0].price
    assert first.charges[0].matching is second.charges[0].matching


def test_nothing_is_remembered_after_the_last_contract(tmp_path: Path) -> None:
    load_one(tmp_path)
    assert [memo.cache_info().currsize for memo in (read_decimal, fold, shared)] == [0, 0, 0]


def test_a_contract_made_by_hand_is_named_without_a_file(tmp_path: Path) -> None:
    assert replace(load_one(tmp_path), file="").where == "C-1"


def test_paths_are_read_in_their_order_and_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_json(tmp_path, contract_table(id="one"), name="one.json")
    write_json(tmp_path, contract_table(id="two"), contract_table(id="three"), name="two.json")
    monkeypatch.chdir(tmp_path)
    contracts = load_contracts("./two.json", "one.json")
    assert [contract.where for contract in contracts] == ["./two.json: two", "./two.json: three", "one.json: one"]


def test_importing_billcheck_loads_no_pydantic() -> None:
    code = "import sys, billcheck; print([name for name in ('pydantic', 'pydantic_core') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
