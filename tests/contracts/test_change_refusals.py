"""Every fault of terms that change over time, by its smallest example; and what their keys come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice, Tier, TieredPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator, IndexClause, Notice
from tests.contracts.samples import (
    FLAT,
    GRADUATED,
    ONE_OFF,
    PACKAGE,
    PER_UNIT,
    PERCENTAGE,
    contract_table,
    load_charge,
    refusals,
    write_json,
)

if TYPE_CHECKING:
    from pathlib import Path

INDEX: dict[str, Any] = {"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2", "2026-10": "134.9"}}
JULY = "2026-07-01"


def amend(*amendments: dict[str, Any]) -> dict[str, Any]:
    return {"amendments": [{"on": JULY, **amendment} for amendment in amendments]}


FAULTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (FLAT, {"escalator": {}}, 'escalator.percent: A required key is missing. Add it, for example percent = "3.2".'),
    (
        FLAT,
        {"escalator": {"percent": "3", "index": INDEX}},
        "escalator.percent: An escalator has either a percent or an index. Found '3'. Keep one of them.",
    ),
    (
        FLAT,
        {"escalator": {"percent": "101"}},
        "escalator.percent: A percent is from 0 to 100. Found '101'. Write 21 % as \"21\".",
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "on": "1 January"}},
        (
            "escalator.on: This is neither the anniversary nor a date in the calendar of every year. "
            'Found \'1 January\'. Write "anniversary", or month and day such as "01-01".'
        ),
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "on": "02-30"}},
        "escalator.on: This is neither the anniversary nor a date in the calendar of every year. Found '02-30'.",
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "on": "01-01", "every": "half_year"}},
        (
            "escalator.every: A calendar date comes once a year. Found 'half_year'. "
            'Leave every out, or write on = "anniversary".'
        ),
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "first_after_months": "12"}},
        "escalator.first_after_months: A number of months from 0 to 1200 is expected here. Found '12'.",
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "decimals": 11}},
        "escalator.decimals: A number of digits from 0 to 10 is expected here. Found '11'.",
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "notified_on": ["2026-11-20"]}},
        (
            "escalator.notified_on: The days of a notice mean nothing without requires_notice = true. "
            "Add it, or take the days out."
        ),
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "requires_notice": True, "notified_on": "2026-11-20"}},
        (
            "escalator.notified_on: A list of days is expected here. Found '2026-11-20'. "
            'Write ["2026-11-20"], also for a single one.'
        ),
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "requires_notice": True, "notified_on": ["2026-02-30"]}},
        "escalator.notified_on: There is no such day in the calendar. Found '2026-02-30'. Check the date.",
    ),
    (
        FLAT,
        {"escalator": {"percent": "3", "applies": "never"}},
        "escalator.applies: The word is not one of those this key knows. Found 'never'.",
    ),
    (
        FLAT,
        {"escalator": {"index": {}}},
        'escalator.index.series: A required key is missing. Add it, for example series = "CPI all households".',
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "base_month": "October"}}},
        "escalator.index.base_month: This is not a month of a year. Found 'October'.",
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "base_month": "2025-09"}}},
        (
            "escalator.index.base_month: The values hold none for the base month. Found '2025-09'. "
            "Add its value: uplifts are measured from it."
        ),
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "values": {"2025-10": 131.2}}}},
        "escalator.index.values: Values of an index by month are expected here. Found 'a table'.",
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "values": {"2025-10": "0"}}}},
        "escalator.index.values.2025-10: An index has no value that is zero. Found '0'.",
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "file": "cpi.csv"}}},
        (
            "escalator.index.values: The values of an index stand either in the contract or in a file. "
            "Give values, or file, and not both."
        ),
    ),
    (
        FLAT,
        {"escalator": {"index": {**INDEX, "cap": "2", "floor": "3"}}},
        "escalator.index.cap: The cap is below the floor. Found '2'. Check both.",
    ),
    (
        PERCENTAGE,
        {"escalator": {"percent": "3"}},
        "escalator: A percentage charge knows no escalator here. Take it out, or change the model.",
    ),
    (
        FLAT,
        {"discounts": [{"percent": "10", "amount": "5"}]},
        (
            "discounts #1.amount: A discount is either a percentage or an amount. Found '5'. "
            "Keep one of them; write two discounts where both are agreed."
        ),
    ),
    (
        FLAT,
        {"discounts": [{"amount": "5", "periods": 3, "last_day": "2026-03-31"}]},
        (
            "discounts #1.periods: A discount ends either on a day or after a number of periods. Found '3'. "
            "Keep one of them."
        ),
    ),
    (
        FLAT,
        {"discounts": [{"amount": "5", "periods": 0}]},
        "discounts #1.periods: A number of periods from 1 to 1200 is expected here. Found '0'.",
    ),
    (
        ONE_OFF,
        {"discounts": [{"amount": "5", "periods": 1}]},
        "discounts #1.periods: A one_off charge knows no periods here. Found '1'.",
    ),
    (ONE_OFF, {"free_periods": 1}, "free_periods: A one_off charge knows no free_periods here. Found '1'."),
    (
        FLAT,
        {"minimum": "5", "maximum": "4"},
        "minimum: The minimum is above the maximum. Found '5'. Check both.",
    ),
    (
        FLAT,
        amend({"change": "pause", "amount": "5"}),
        ("amendments #1.amount: The key does not go with this change. Found '5'. Take it out, or correct change."),
    ),
    (
        PER_UNIT,
        amend({"change": "add"}),
        'amendments #1.quantity: A required key is missing. Add it, for example quantity = "16".',
    ),
    (
        PER_UNIT,
        amend({"change": "quantity"}),
        'amendments #1.quantity: A required key is missing. Add it, for example quantity = "16".',
    ),
    (
        FLAT,
        amend({"change": "price"}),
        'amendments #1.amount: A required key is missing. Add it, for example amount = "2400.00".',
    ),
    (
        FLAT,
        amend({"change": "plan", "amount": "5"}),
        'amendments #1.model: A required key is missing. Add it, for example model = "flat".',
    ),
    (
        FLAT,
        amend({"model": "one_off", "amount": "5"}),
        "amendments #1.model: The key does not go with this change. Found 'one_off'.",
    ),
    (
        FLAT,
        amend({"model": "per_unit", "unit_amount": "5"}),
        'amendments #1.quantity: A required key is missing. Add it, for example quantity = "16".',
    ),
    (
        FLAT,
        amend({"model": "package", "amount": "5", "quantity": "3"}),
        'amendments #1.package_size: A required key is missing. Add it, for example package_size = "100".',
    ),
    (
        FLAT,
        amend({"change": "resume"}),
        "amendments #1.on: There is no pause to resume from. Found '2026-07-01'.",
    ),
    (
        FLAT,
        {"amendments": [{"on": JULY, "change": "pause"}, {"on": "2026-08-01", "change": "pause"}]},
        "amendments #2.on: The charge is paused already. Found '2026-08-01'.",
    ),
    (
        FLAT,
        {"amendments": [{"on": JULY, "change": "cancel"}, {"on": "2026-08-01", "amount": "5"}]},
        (
            "amendments #2.on: The charge was cancelled before. Found '2026-08-01'. "
            "Check the days; what starts anew is a charge of its own."
        ),
    ),
    (
        FLAT,
        {"amendments": [{"on": "2026-01-01", "change": "cancel"}]},
        "amendments #1.on: The term ends before it has held a day. Found '2026-01-01'. Take the charge out.",
    ),
    (
        FLAT,
        amend({"amount": "5", "agreed_on": "2026-06-01"}),
        (
            "amendments #1.agreed_on: The change was agreed before its day, as is usual. Found '2026-06-01'. "
            "Leave agreed_on out; it is for changes agreed afterwards."
        ),
    ),
    (FLAT, amend({}), "amendments #1: The amendment changes nothing. Give the new amount."),
]


@pytest.mark.parametrize(("kind", "keys", "message"), FAULTS, ids=lambda value: str(value)[:70])
def test_a_fault(tmp_path: Path, kind: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    path = write_json(tmp_path, contract_table({**kind, **keys}))
    found = refusals(path)
    assert any(refusal.startswith(f'{path}: C-1 "{kind["name"]}" {message}') for refusal in found), found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "row 1: This row of an index file cannot be read."),
        ("monat;wert\n", "row 1: This row of an index file cannot be read. Found 'monat;wert'."),
        ("month,value\n2025-10,131.2\n2026-13,1\n", "row 3: This row of an index file cannot be read."),
        ("month,value\n2025-10,131.2\n2025-10,131.3\n", "row 3: This row of an index file cannot be read."),
        ('month,value\n2025-10,"131,2"\n', "row 2: This row of an index file cannot be read."),
    ],
)
def test_a_fault_of_an_index_file(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "cpi.csv").write_text(content, encoding="utf-8")
    clause = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv"}
    path = write_json(tmp_path, contract_table({**FLAT, "escalator": {"index": clause}}))
    assert any(refusal.startswith(f"{tmp_path}/cpi.csv: {message}") for refusal in refusals(path)), refusals(path)


def test_an_index_file_that_is_not_there(tmp_path: Path) -> None:
    clause = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv"}
    path = write_json(tmp_path, contract_table({**FLAT, "escalator": {"index": clause}}))
    assert refusals(path)[0].startswith(f"{tmp_path}/cpi.csv: The file cannot be read. The system says: ")


def test_an_index_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "cpi.csv").write_text("month,value\n2026-10, 134.9\n\n2025-10,131.2\n", encoding="utf-8")
    clause = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv", "lag_months": 3, "cap": "5"}
    (escalator,) = load_charge(tmp_path, FLAT, escalator={"index": clause}).escalators
    october = (date(2025, 10, 1), date(2026, 10, 1))
    assert escalator.index == IndexClause(
        "CPI",
        october[0],
        ((october[0], Decimal("131.2")), (october[1], Decimal("134.9"))),
        lag_months=3,
        cap=Decimal(5),
    )


def test_an_escalator_with_its_defaults_and_without(tmp_path: Path) -> None:
    assert load_charge(tmp_path, FLAT, escalator={"percent": "3.2"}).escalators == (Escalator(Decimal("3.2")),)
    told = {"requires_notice": True, "notice_days": 30, "notified_on": ["2026-11-20"]}
    terms = {"on": "01-31", "first_after_months": 6, "compounding": False, "rounding": "from_base", "decimals": 4}
    written = {"percent": "3", **terms, **told, "applies": "next_period", "change_billing": "immediate"}
    assert load_charge(tmp_path, FLAT, escalator=written).escalators == (
        Escalator(
            Decimal(3),
            month_and_day=(1, 31),
            first_after_months=6,
            is_compounding=False,
            rounding="from_base",
            decimals=4,
            notice=Notice(30, (date(2026, 11, 20),)),
            applies="next_period",
            change_billing="immediate",
        ),
    )


def test_an_escalator_by_months(tmp_path: Path) -> None:
    written = {"percent": "1", "on": "anniversary", "every": "quarter"}
    assert load_charge(tmp_path, FLAT, escalator=written).escalators[0].every_months == 3


def test_discounts_of_every_kind_and_free_periods_before_them(tmp_path: Path) -> None:
    written = [
        {"amount": "25.00", "periods": 3},
        {"percent": "10", "start": "2026-03-16", "applies": "next_period"},
    ]
    assert load_charge(tmp_path, FLAT, free_periods=2, discounts=written).discounts == (
        Discount(Decimal(100), periods=2, is_free=True),
        Discount(amount=Decimal(25), periods=3),
        Discount(Decimal(10), date(2026, 3, 16), applies="next_period"),
    )


def test_bounds(tmp_path: Path) -> None:
    charge = load_charge(tmp_path, FLAT, minimum="50", maximum="5000.5")
    assert (charge.minimum, charge.maximum) == (Decimal(50), Decimal("5000.5"))


def test_a_price_step_that_waits(tmp_path: Path) -> None:
    step = {"on": JULY, "amount": "120", "applies": "next_period", "change_billing": "immediate"}
    assert load_charge(tmp_path, FLAT, price_steps=[step]).price_steps == (
        PriceStep(date(2026, 7, 1), FlatPrice(Decimal(120)), "immediate", "next_period"),
    )


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (FLAT, {"change": "pause"}, {"change": "pause"}),
        (FLAT, {"change": "cancel", "applies": "next_period"}, {"change": "cancel", "applies": "next_period"}),
        (PER_UNIT, {"change": "add", "quantity": "3"}, {"added": Decimal(3)}),
        (PER_UNIT, {"change": "remove", "quantity": "3"}, {"added": Decimal(-3)}),
        (PER_UNIT, {"change": "quantity", "quantity": "3"}, {"quantity": Decimal(3)}),
        (PER_UNIT, {"change": "price", "unit_amount": "3"}, {"price": UnitPrice(Decimal(3))}),
        (
            FLAT,
            {"amount": "3", "agreed_on": "2026-07-01"},
            {"price": FlatPrice(Decimal(3)), "agreed_on": date(2026, 7, 1)},
        ),
        (PER_UNIT, {"change": "plan", "model": "flat", "amount": "3"}, {"price": FlatPrice(Decimal(3))}),
        (
            FLAT,
            {"model": "per_unit", "unit_amount": "3", "quantity": "4"},
            {"price": UnitPrice(Decimal(3)), "quantity": Decimal(4)},
        ),
        (
            PER_UNIT,
            {"model": "graduated", "tiers": [{"unit_amount": "2"}]},
            {"price": TieredPrice("graduated", (Tier(None, Decimal(2)),))},
        ),
    ],
)
def test_an_amendment(tmp_path: Path, kind: dict[str, Any], written: dict[str, Any], expected: dict[str, Any]) -> None:
    charge = load_charge(tmp_path, kind, amendments=[{"on": JULY, **written}])
    assert charge.amendments == (Amendment(date(2026, 7, 1), **expected),)


def test_after_another_plan_its_keys_count(tmp_path: Path) -> None:
    charge = load_charge(
        tmp_path,
        PACKAGE,
        amendments=[
            {"on": "2026-09-01", "model": "graduated", "tiers": [{"unit_amount": "2"}]},
            {"on": "2026-10-01", "tiers": [{"unit_amount": "3"}]},
            {"on": JULY, "amount": "8.00"},
        ],
        price_steps=[{"on": "2026-11-01", "tiers": [{"unit_amount": "4"}]}],
    )
    assert charge.price_steps[0].price == TieredPrice("graduated", (Tier(None, Decimal(4)),))
    assert [type(each.price).__name__ for each in charge.amendments] == ["TieredPrice", "TieredPrice", "PackagePrice"]


def test_a_pause_and_its_end(tmp_path: Path) -> None:
    written = [{"on": "2026-08-16", "change": "resume"}, {"on": JULY, "change": "pause"}]
    assert [each.change for each in load_charge(tmp_path, GRADUATED, amendments=written).amendments] == [
        "resume",
        "pause",
    ]
