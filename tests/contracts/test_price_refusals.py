"""Every fault of a price as contract files write it, by its smallest example; and what the keys come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Rate,
    RoleHours,
    Tier,
    TieredPrice,
    TimePrice,
    UnitPrice,
)
from billcheck.contracts.terms import Amendment, PriceStep
from tests.contracts.samples import (
    FLAT,
    GRADUATED,
    MILESTONE,
    PACKAGE,
    PER_UNIT,
    PERCENTAGE,
    TIERS,
    TIME,
    contract_table,
    load_charge,
    refusals,
    write_json,
)

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.prices import Price

STAIRS = {**GRADUATED, "model": "stairstep", "tiers": [{"up_to": "10", "flat_amount": "5"}, {"flat_amount": "9"}]}
PART_OF_PROJECT = {"name": "Go-live", "model": "milestone", "percent": "30", "project_total": "50000"}
SENIOR = {"role": "senior", "unit_amount": "150"}

PRICE_FAULTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (GRADUATED, {"tiers": []}, '"Seats" tiers: There is no tier. Give at least one; the last has no up_to.'),
    (
        GRADUATED,
        {"tiers": None},
        (
            '"Seats" tiers: A required key is missing. Add it, for example '
            'tiers = [{ up_to = "10", unit_amount = "30.00" }, { unit_amount = "25.00" }].'
        ),
    ),
    (
        GRADUATED,
        {"tiers": [{"up_to": "10", "unit_amount": "30"}, {"up_to": "10", "unit_amount": "2"}, {"unit_amount": "1"}]},
        (
            "\"Seats\" tiers #2.up_to: The bound of the tier is not above the one before it. Found '10'. "
            "Sort the tiers by up_to, the first above zero."
        ),
    ),
    (
        GRADUATED,
        {"tiers": [{"up_to": "0", "unit_amount": "30"}, {"unit_amount": "1"}]},
        (
            "\"Seats\" tiers #1.up_to: The bound of the tier is not above the one before it. Found '0'. "
            "Sort the tiers by up_to, the first above zero."
        ),
    ),
    (
        GRADUATED,
        {"tiers": [{"up_to": "10", "unit_amount": "30"}]},
        (
            "\"Seats\" tiers #1.up_to: A quantity must be in exactly one tier. Found '10'. "
            "Give every tier but the last an up_to."
        ),
    ),
    (
        GRADUATED,
        {"tiers": [{"unit_amount": "30"}, {"unit_amount": "25"}]},
        ('"Seats" tiers #1.up_to: A quantity must be in exactly one tier. Give every tier but the last an up_to.'),
    ),
    (
        GRADUATED,
        {"tiers": [{"up_to": "ten", "unit_amount": "30"}, {"unit_amount": "25"}]},
        (
            "\"Seats\" tiers #1.up_to: This is not a plain decimal. Found 'ten'. "
            'Write a string such as "2400.50": digits and a point, no grouping, no sign, no currency.'
        ),
    ),
    (
        GRADUATED,
        {"tiers": [{"up_to": "10"}, {"unit_amount": "25"}]},
        '"Seats" tiers #1: The tier has no price. Give its unit_amount or flat_amount.',
    ),
    (
        GRADUATED,
        {"tiers": [{"unit_amount": "25", "percent": "3"}]},
        (
            "\"Seats\" tiers #1.percent: A graduated charge knows no percent here. Found '3'. "
            "Take it out, or change the model."
        ),
    ),
    (
        STAIRS,
        {"tiers": [{"unit_amount": "25", "flat_amount": "3"}]},
        (
            "\"Seats\" tiers #1.unit_amount: A stairstep charge knows no unit_amount here. Found '25'. "
            "Take it out, or change the model."
        ),
    ),
    (
        PACKAGE,
        {"package_size": "0.00"},
        (
            "\"Seats\" package_size: A package holds more than nothing. Found '0.00'. "
            "Write how many units one amount pays for."
        ),
    ),
    (
        PERCENTAGE,
        {"percent": None},
        '"Seats" percent: A required key is missing. Add it, for example percent = "2.5".',
    ),
    (
        PERCENTAGE,
        {"percent": "200"},
        '"Seats" percent: A percent is from 0 to 100. Found \'200\'. Write 21 % as "21".',
    ),
    (
        PERCENTAGE,
        {"tiers": [{"percent": "2"}]},
        (
            "\"Seats\" percent: Both percent and tiers are given. Found '2'. "
            "Keep one: a percent of the whole amount, or one for each part of it."
        ),
    ),
    (
        PERCENTAGE,
        {"percent": None, "tiers": [{"up_to": "5", "percent": "2", "flat_amount": "1"}, {"percent": "1"}]},
        (
            "\"Seats\" tiers #1.flat_amount: A percentage charge knows no flat_amount here. Found '1'. "
            "Take it out, or change the model."
        ),
    ),
    (
        TIME,
        {"rates": [SENIOR, {"role": "Senior", "unit_amount": "1"}]},
        (
            "\"Advice\" rates #2.role: The role stands twice in the list (case and spaces aside). Found 'Senior'. "
            "Keep one entry."
        ),
    ),
    (
        TIME,
        {"hours": [{"role": "partner", "quantity": "1"}]},
        (
            "\"Advice\" hours #1.role: The rate card does not have this role. Found 'partner'. "
            "Add it to rates, or check the spelling."
        ),
    ),
    (
        MILESTONE,
        {"amount": None},
        '"Go-live" amount: A required key is missing. Add it, for example amount = "2400.00".',
    ),
    (
        MILESTONE,
        {"percent": "30", "project_total": "30000"},
        (
            "\"Go-live\" percent: Both an amount and a percent are given. Found '30'. "
            "Keep one: a fixed amount, or a percent of project_total."
        ),
    ),
    (
        MILESTONE,
        {"amount": None, "percent": "30"},
        '"Go-live" project_total: A required key is missing. Add it, for example project_total = "50000.00".',
    ),
    (
        MILESTONE,
        {"project_total": "30000"},
        (
            '"Go-live" project_total: The total of a project means nothing for a milestone of a fixed amount. '
            "Found '30000'. Take it out, or give a percent of it in the place of the amount."
        ),
    ),
    (
        MILESTONE,
        {"accepted_on": "2025-12-31"},
        (
            '"Go-live" accepted_on: The day is before the term (2026-01-01 to 2027-12-31). '
            "Found '2025-12-31'. Check the year, or widen the term: a contract may start before its charges do."
        ),
    ),
    (
        MILESTONE,
        {"on": "2026-03-31"},
        ("\"Go-live\" on: A milestone charge knows no on here. Found '2026-03-31'. Take it out, or change the model."),
    ),
    (
        FLAT,
        {"accepted_on": "2026-03-31"},
        (
            "\"Fee\" accepted_on: A flat charge knows no accepted_on here. Found '2026-03-31'. "
            "Take it out, or change the model."
        ),
    ),
    (
        TIME,
        {"rates": [{**SENIOR, "on": "2026-07-01"}]},
        (
            '"Advice" rates: The rate card has no rate at its beginning. '
            "Give at least one rate without on: that of the first day."
        ),
    ),
    (
        TIME,
        {"rates": [SENIOR, {**SENIOR, "on": "2026-07-01"}], "price_steps": [{"on": "2026-08-01", "rates": [SENIOR]}]},
        '"Advice" price_steps: Dated rates and price steps are two ways to say the same. Keep one of them.',
    ),
    (
        TIME,
        {"price_steps": [{"on": "2026-08-01", "rates": [{**SENIOR, "on": "2026-08-01"}]}]},
        (
            '"Advice" price_steps #1.rates #1.on: Only the rates of the charge itself have dates. '
            "Found '2026-08-01'. Take on out: a step or an amendment has the day of its rates."
        ),
    ),
    (
        TIME,
        {"rates": [SENIOR, {**SENIOR, "on": "2028-07-01"}]},
        (
            '"Advice" rates #2.on: The day is outside the charge\'s term (2026-01-01 to 2027-12-31). '
            "Found '2028-07-01'. Check the year, or widen the term: a contract may start before its charges do."
        ),
    ),
    (
        TIME,
        {"rates": [SENIOR, {**SENIOR, "on": "2026-07-01"}, {**SENIOR, "on": "2026-07-01"}]},
        (
            "\"Advice\" rates #3.role: The role stands twice in the list (case and spaces aside). Found 'senior'. "
            "Keep one entry."
        ),
    ),
    (
        TIME,
        {"price_steps": [{"on": "2026-08-01", "rates": [{"role": "junior", "unit_amount": "1"}]}]},
        (
            "\"Advice\" price_steps #1: The rate card does not have this role. Found 'senior'. "
            "Add it to rates, or check the spelling."
        ),
    ),
    (
        TIME,
        {
            "rates": [SENIOR],
            "hours": [],
            "amendments": [{"on": "2026-05-01", "hours": [{"role": "x", "quantity": "1"}]}],
        },
        (
            "\"Advice\" amendments #1.hours #1.role: The rate card does not have this role. Found 'x'. "
            "Add it to rates, or check the spelling."
        ),
    ),
    (
        TIME,
        {
            "rates": [SENIOR, {"role": "junior", "unit_amount": "90", "on": "2026-07-01"}],
            "amendments": [{"on": "2026-05-01", "hours": [{"role": "junior", "quantity": "1"}]}],
        },
        (
            "\"Advice\" amendments #1: The rate card does not have this role. Found 'junior'. "
            "Add it to rates, or check the spelling."
        ),
    ),
    (
        TIME,
        {"included": "10"},
        (
            '"Advice" amount: Included hours and the fee that pays for them belong together. '
            "Give both amount and included, or neither."
        ),
    ),
    (
        TIME,
        {"rates": [{"role": "senior"}]},
        '"Advice" rates #1.unit_amount: A required key is missing. Add it, for example unit_amount = "140.00".',
    ),
    (
        TIME,
        {"quantity": "3"},
        "\"Advice\" quantity: A time charge knows no quantity here. Found '3'. Take it out, or change the model.",
    ),
    (
        PER_UNIT,
        {"hours": TIME["hours"]},
        '"Seats" hours: A per_unit charge knows no hours here. Take it out, or change the model.',
    ),
    (
        FLAT,
        {"tiers": TIERS},
        '"Fee" tiers: A flat charge knows no tiers here. Take it out, or change the model.',
    ),
    (
        GRADUATED,
        {"price_steps": [{"on": "2026-07-01", "unit_amount": "3", "tiers": TIERS}]},
        (
            "\"Seats\" price_steps #1.unit_amount: A graduated charge knows no unit_amount here. Found '3'. "
            "Take it out, or change the model."
        ),
    ),
    (
        TIME,
        {"amendments": [{"on": "2026-07-01"}]},
        '"Advice" amendments #1: The amendment changes nothing. Give the new rates or hours.',
    ),
    (
        GRADUATED,
        {
            "price_steps": [{"on": "2026-07-01", "tiers": TIERS}],
            "amendments": [{"on": "2026-07-01", "tiers": TIERS}],
        },
        ('"Seats" amendments #1.tiers: A price step and an amendment set a price for the same day. Keep one of them.'),
    ),
]


@pytest.mark.parametrize(("kind", "keys", "message"), PRICE_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_a_price(tmp_path: Path, kind: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    charge = {key: value for key, value in {**kind, **keys}.items() if value is not None}
    path = write_json(tmp_path, contract_table(charge))
    assert refusals(path) == [f"{path}: C-1 {message}"]


TWO_TIERS = (Tier(Decimal(10), Decimal("30.00")), Tier(None, Decimal("25.00")))


@pytest.mark.parametrize(
    ("kind", "keys", "price"),
    [
        (GRADUATED, {}, TieredPrice("graduated", TWO_TIERS)),
        (GRADUATED, {"model": "volume", "bill_zero": False}, TieredPrice("volume", TWO_TIERS, bills_zero=False)),
        (
            STAIRS,
            {},
            TieredPrice("stairstep", (Tier(Decimal(10), flat_amount=Decimal(5)), Tier(None, flat_amount=Decimal(9)))),
        ),
        (PACKAGE, {}, PackagePrice(Decimal("9.00"), Decimal(100))),
        (
            PACKAGE,
            {"free_units": "50", "package_rounding": "down"},
            PackagePrice(Decimal("9.00"), Decimal(100), Decimal(50), "down"),
        ),
        (PERCENTAGE, {}, PercentagePrice((PercentTier(Decimal(2)),))),
        (
            PERCENTAGE,
            {"percent": None, "tiers": [{"up_to": 5, "percent": "2"}, {"percent": "1"}]},
            PercentagePrice((PercentTier(Decimal(2), Decimal(5)), PercentTier(Decimal(1)))),
        ),
        (
            TIME,
            {"amount": "1000", "included": "10", "overage": "160"},
            TimePrice(
                (Rate("senior", Decimal("140.00")), Rate("junior", Decimal("95.00"))),
                Decimal(1000),
                Decimal(10),
                Decimal(160),
            ),
        ),
    ],
)
def test_keys_make_a_price(tmp_path: Path, kind: dict[str, Any], keys: dict[str, Any], price: Price) -> None:
    charge = {key: value for key, value in {**kind, **keys}.items() if value is not None}
    assert load_charge(tmp_path, charge).price == price


def test_hours_are_spelt_as_on_the_rate_card(tmp_path: Path) -> None:
    charge = load_charge(tmp_path, TIME, hours=[{"role": "SENIOR ", "quantity": "2"}][:0])
    assert charge.quantity == ()
    charge = load_charge(tmp_path, TIME, hours=[{"role": "Senior", "quantity": "2.5"}])
    assert charge.quantity == (RoleHours("senior", Decimal("2.5")),)


def test_a_step_replaces_the_price_and_keeps_what_it_leaves_out(tmp_path: Path) -> None:
    steps = [
        {"on": "2026-07-01", "amount": "10"},
        {"on": "2026-08-01", "amount": "11", "free_units": "0", "package_size": "50"},
    ]
    charge = load_charge(tmp_path, PACKAGE, free_units="5", price_steps=steps)
    assert charge.price_steps == (
        PriceStep(date(2026, 7, 1), PackagePrice(Decimal(10), Decimal(100), Decimal(5))),
        PriceStep(date(2026, 8, 1), PackagePrice(Decimal(11), Decimal(50), Decimal(0))),
    )


def test_an_amendment_of_tiers_and_hours(tmp_path: Path) -> None:
    charge = load_charge(
        tmp_path, GRADUATED, amendments=[{"on": "2026-07-01", "tiers": [{"unit_amount": "20"}], "quantity": "15"}]
    )
    assert charge.amendments == (
        Amendment(date(2026, 7, 1), Decimal(15), TieredPrice("graduated", (Tier(None, Decimal(20)),))),
    )
    advice = load_charge(
        tmp_path,
        TIME,
        amendments=[
            {"on": "2026-07-01", "rates": [SENIOR], "hours": [{"role": "Senior", "quantity": "3"}]},
            {"on": "2026-08-01", "hours": [{"role": "senior", "quantity": "4"}]},
        ],
    )
    first, second = advice.amendments
    assert first == Amendment(
        date(2026, 7, 1),
        (RoleHours("senior", Decimal(3)),),
        TimePrice((Rate("senior", Decimal(150)),)),
    )
    assert second == Amendment(date(2026, 8, 1), (RoleHours("senior", Decimal(4)),))


def test_dated_rates_are_steps_of_the_whole_card(tmp_path: Path) -> None:
    rates = [
        *TIME["rates"],
        {"role": "SENIOR", "unit_amount": "150.00", "on": "2026-07-01"},
        {"role": "partner", "unit_amount": "250.00", "on": "2027-01-01"},
        {"role": "junior", "unit_amount": "100.00", "on": "2027-01-01"},
    ]
    charge = load_charge(tmp_path, TIME, rates=rates, amount="1000", included="10")

    def card(senior: str, junior: str, *others: Rate) -> TimePrice:
        rates = (Rate("senior", Decimal(senior)), Rate("junior", Decimal(junior)), *others)
        return TimePrice(rates, Decimal(1000), Decimal(10))

    assert charge.price == card("140.00", "95.00")
    assert charge.price_steps == (
        PriceStep(date(2026, 7, 1), card("150.00", "95.00")),
        PriceStep(date(2027, 1, 1), card("150.00", "100.00", Rate("partner", Decimal("250.00")))),
    )


def test_a_milestone_is_an_amount_or_a_part_of_a_project(tmp_path: Path) -> None:
    fixed = load_charge(tmp_path, MILESTONE)
    assert (fixed.price, fixed.quantity, fixed.on) == (FlatPrice(Decimal(9000)), None, date(2026, 3, 31))
    part = load_charge(tmp_path, {**PART_OF_PROJECT, "accepted_on": "2028-02-01"})
    assert (part.price, part.quantity) == (PercentagePrice((PercentTier(Decimal(30)),)), Decimal(50000))
    assert part.on == date(2028, 2, 1)  # acceptance may come late
    assert load_charge(tmp_path, PART_OF_PROJECT).on is None


def test_equal_prices_are_in_memory_once(tmp_path: Path) -> None:
    charge = load_charge(tmp_path, PER_UNIT, price_steps=[{"on": "2026-07-01", "unit_amount": "30.00"}])
    assert isinstance(charge.price, UnitPrice)
    assert charge.price_steps[0].price is charge.price
    assert load_charge(tmp_path, FLAT).price == FlatPrice(Decimal("100.00"))
