"""What the keys of metered charges are refused for, and what they come to."""

from __future__ import annotations

import inspect
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billcheck.contracts import metering
from billcheck.contracts.usage import Metering, Rollover
from billcheck.errors import Problem
from tests.contracts.samples import FLAT, PACKAGE, PER_UNIT, TIME, contract_table, load_charge, refusals, write_json

KEYS: dict[str, Any] = {"quantity": None, "timing": "in_arrears", "metered": True, "quantity_basis": "sum"}
METERED: dict[str, Any] = {**PER_UNIT, **KEYS}
PACKAGES: dict[str, Any] = {**PACKAGE, **KEYS}
TWO_PLACES = "The quantity of a metered charge is given with --quantities, not in the contract."
WHOLE_SUM = "What was used in a part of a period counts in full, and nothing else of this charge goes by days."
LATE_PLAN = "A plan that was agreed after its day asks for another kind of quantity than the one before it."
OTHER_UNITS = "Free units roll over only within one model: those of another are not the same units."
ONLY_FREE_UNITS = "rollover: Only unused free units of a sum of what was used can roll over."


def charge(kind: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {key: value for key, value in {**kind, **keys}.items() if value is not None}


def test_a_metered_charge_has_no_quantity_yet(tmp_path: Path) -> None:
    found = load_charge(tmp_path, charge(METERED))
    assert (found.quantity, found.metering) == (None, Metering("sum"))
    assert load_charge(tmp_path, charge(PER_UNIT, metered=False)).metering is None


@pytest.mark.parametrize(
    "keys",
    [{"minimum": "5"}, {"maximum": "5"}, {"discounts": [{"amount": "5"}]}, {"quantity_basis": "by_day"}],
)
def test_a_sum_has_a_rule_for_parts_where_something_goes_by_days(tmp_path: Path, keys: dict[str, Any]) -> None:
    found = load_charge(tmp_path, charge(METERED, proration="full_period", **{"quantity_basis": "sum", **keys}))
    assert found.proration.rule == "full_period"
    faults = refusals(
        write_json(tmp_path, contract_table(charge(METERED, proration="none", discounts=[{"percent": "5"}])))
    )
    assert len(faults) == 1


def test_rollover(tmp_path: Path) -> None:
    kind = charge(PACKAGES, free_units="500", rollover={"periods": 2, "cap": "300"})
    assert load_charge(tmp_path, kind).metering == Metering("sum", Rollover(2, Decimal(300)))


PLANS: list[dict[str, Any]] = [
    {"on": "2026-02-01", "model": "flat", "amount": "5"},
    {"on": "2026-03-01", "model": "graduated", "tiers": [{"unit_amount": "2"}]},
    {"on": "2026-04-01", "model": "time", "rates": [{"role": "senior", "unit_amount": "5"}]},
    {"on": "2026-05-01", "unit_amount": "3", "model": "per_unit"},
]


def test_a_metered_charge_may_change_its_plan_and_needs_no_quantity_for_it(tmp_path: Path) -> None:
    found = load_charge(tmp_path, charge(METERED, amendments=PLANS))
    assert [type(each.price).__name__ for each in found.amendments] == [
        *("FlatPrice", "TieredPrice", "TimePrice", "UnitPrice")
    ]
    assert (found.roles, found.counts_units) == (("senior",), True)
    late = {"on": "2026-05-16", "agreed_on": "2026-07-01", "model": "graduated", "tiers": [{"unit_amount": "2"}]}
    assert load_charge(tmp_path, charge(METERED, amendments=[late])).amendments[0].agreed_on is not None


def test_free_units_may_roll_over_to_another_plan_of_the_same_model(tmp_path: Path) -> None:
    plan = {"on": "2026-05-16", "model": "package", "amount": "5", "package_size": "10"}
    kind = charge(PACKAGES, free_units="5", rollover={"periods": 1}, amendments=[plan])
    assert len(load_charge(tmp_path, kind).amendments) == 1


def test_a_metered_charge_may_be_rounded_as_a_running_sum(tmp_path: Path) -> None:
    assert load_charge(tmp_path, charge(METERED, rounding={"remainder": "cumulative"})).remainder == "cumulative"


def test_the_quantity_of_the_first_day_may_be_billed_in_advance(tmp_path: Path) -> None:
    assert load_charge(tmp_path, charge(METERED, timing="in_advance", quantity_basis="first")).timing == "in_advance"


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        charge(METERED, amendments=[{"on": "2026-05-16", "agreed_on": "2026-07-01", "model": "flat", "amount": "5"}]),
        f"amendments #1.agreed_on: {LATE_PLAN} Found '2026-07-01'. Cancel the charge and write another one.",
    ),
    (
        charge(
            METERED,
            amendments=[
                {
                    "on": "2026-05-16",
                    "agreed_on": "2026-07-01",
                    "model": "time",
                    "rates": [{"role": "senior", "unit_amount": "5"}],
                }
            ],
        ),
        "amendments #1.agreed_on: A plan that was agreed after its day",
    ),
    (
        charge(
            PACKAGES,
            free_units="5",
            rollover={"periods": 1},
            amendments=[{"on": "2026-05-16", "model": "per_unit", "unit_amount": "5"}],
        ),
        f"amendments #1.model: {OTHER_UNITS} Found 'per_unit'. Cancel the charge and write another one.",
    ),
    (
        charge(
            METERED,
            amendments=[{"on": "2026-05-16", "model": "package", "amount": "5", "package_size": "10", "hours": []}],
        ),
        "amendments #1.hours: ",
    ),
    (
        charge(
            PACKAGES,
            free_units="5",
            rollover={"periods": 1},
            amendments=[{"on": "2026-05-16", "agreed_on": "2026-07-01", "amount": "5"}],
        ),
        "amendments #1.agreed_on: A change that was agreed after its day cannot be priced where free units roll over.",
    ),
    (
        charge(METERED, amount_per="year"),
        "amount_per: What was used in a period is billed for it, whatever its length. Found 'year'.",
    ),
    *(
        (
            charge(METERED, **{key: value}),
            f"{key}: {WHOLE_SUM} Found '{value}'. Take it out; it is for a minimum, a maximum and amounts off.",
        )
        for key, value in (
            ("proration", "none"),
            ("proration_first", "full_period"),
            ("proration_last", "none"),
            ("proration_denominator", "from_start"),
        )
    ),
    (charge(PER_UNIT, quantity_basis="sum"), "quantity_basis: Only a metered charge has this key."),
    (charge(PACKAGE, rollover={"periods": 1}), "rollover: Only a metered charge has this key."),
    (
        charge(FLAT, metered=True, quantity_basis="sum"),
        "metered: A charge of this model has no quantity that could be metered.",
    ),
    (
        charge(METERED, quantity="5"),
        f"quantity: {TWO_PLACES}",
    ),
    (
        charge(METERED, quantity_basis=None),
        "quantity_basis: A required key is missing.",
    ),
    (
        charge(METERED, quantity_basis="mean"),
        "quantity_basis: The word is not one of those this key knows.",
    ),
    (charge(METERED, timing="in_advance"), "timing: What is used is known when the period is over."),
    (
        charge(METERED, rollover={"periods": 1}),
        "rollover: Only unused free units of a sum of what was used can roll over.",
    ),
    (charge(PACKAGES, free_units=None, rollover={"periods": 1}), ONLY_FREE_UNITS),
    (
        charge(PACKAGES, free_units="5", quantity_basis="max", rollover={"periods": 1}),
        ONLY_FREE_UNITS,
    ),
    (charge(PACKAGES, free_units="5", rollover={}), "rollover.periods: A required key is missing."),
    (
        charge(PACKAGES, free_units="5", rollover={"periods": 0}),
        "rollover.periods: A number of periods from 1 to 1200 is expected here. Found '0'.",
    ),
    (
        charge(METERED, amendments=[{"on": "2026-05-16", "quantity": "16"}]),
        f"amendments #1.quantity: {TWO_PLACES}",
    ),
    (
        charge(TIME, metered=True, quantity_basis="sum", timing="in_arrears"),
        f"hours: {TWO_PLACES}",
    ),
]


@pytest.mark.parametrize(("table", "message"), REFUSED)
def test_what_a_metered_charge_is_refused_for(tmp_path: Path, table: dict[str, Any], message: str) -> None:
    path = write_json(tmp_path, contract_table(table))
    found = refusals(path)
    assert len(found) == 1, found
    assert found[0].startswith(f'{path}: C-1 "{table["name"]}" {message}')


def test_every_problem_has_an_example() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    for _, item in inspect.getmembers(metering, inspect.isclass):
        if issubclass(item, Problem) and item.__module__ == metering.__name__:
            assert (item.__doc__ or "").splitlines()[0] in shown, item
