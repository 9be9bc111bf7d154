"""Figures typed in wrong: swapped digits, and tax in the price; what was billed is worked out beside each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.prices import FlatPrice, Rate, RoleHours, TimePrice, UnitPrice
from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.period import Cadence
from billcheck.pricing.entry_mistakes import swap_neighbours, swapped_digits, tax_mistakes
from tests.pricing.samples import figures, flat, one_off, per_unit
from tests.pricing.test_commitments import commitment

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge
    from billcheck.pricing.mistake import Mistake

D = Decimal
UNTIL = date(2029, 6, 1)


def swapped(charge: Charge) -> list[Mistake]:
    return list(swapped_digits(charge, UNTIL, "EUR"))


def sentences(charge: Charge) -> list[str]:
    return [mistake.sentence for mistake in swapped(charge)]


@pytest.mark.parametrize(
    ("value", "swapped_values"),
    [
        ("2400.00", ["4200", "2040"]),
        ("1249.5", ["2149.5", "1429.5", "1294.5", "1245.9"]),
        ("105", ["150"]),
        ("11", []),
        ("7", []),
        ("0.06", []),
        ("0.61", ["0.16"]),
        ("-12", ["-21"]),
    ],
)
def test_neighbours_are_swapped_unless_a_zero_would_lead(value: str, swapped_values: list[str]) -> None:
    assert [str(each) for each in swap_neighbours(D(value))] == swapped_values


@given(st.integers(1, 10**6).map(Decimal))
def test_swapping_twice_gives_the_number_back(value: Decimal) -> None:
    for other in swap_neighbours(value):
        assert other != value
        assert value in swap_neighbours(other)


def test_prices_and_quantities_latest_first() -> None:
    charge = per_unit(
        "34", "12",
        price_steps=(PriceStep(date(2026, 2, 1), UnitPrice(D(35))), PriceStep(date(2026, 3, 1), UnitPrice(D(36)))),
        amendments=(
            Amendment(date(2026, 4, 1), quantity=D(13)),
            Amendment(date(2026, 5, 1), quantity=D(14), price=UnitPrice(D(37))),
            Amendment(date(2026, 6, 1), added=D(12)),
        ),
    )  # fmt: skip
    assert sentences(charge) == [
        "two digits of the price of 37.00 were swapped: 73.00",
        "two digits of the quantity of 14 were swapped: 41",
        "two digits of the quantity of 13 were swapped: 31",
        "two digits of the price of 36.00 were swapped: 63.00",
        "two digits of the price of 35.00 were swapped: 53.00",
        "two digits of the price of 34.00 were swapped: 43.00",
        "two digits of the quantity of 12 were swapped: 21",
    ]
    billed = [[row[3] for row in figures(each.charge, date(2026, 5, 1))][:5] for each in swapped(charge)]
    right = ["408.00", "420.00", "432.00", "468.00", "518.00"]  # 12 × 34, 35, 36; 13 × 36; 14 × 37
    assert billed == [
        [*right[:4], "1022.00"],
        [*right[:4], "1517.00"],
        [*right[:3], "1116.00", right[4]],
        [*right[:2], "756.00", "819.00", right[4]],
        [right[0], "636.00", *right[2:]],
        ["516.00", *right[1:]],
        ["714.00", "735.00", "756.00", *right[3:]],
    ]
    assert {each.group for each in swapped(charge)} == {
        "two digits of a price were swapped",
        "two digits of a quantity were swapped",
    }


def test_a_price_raised_by_an_uplift_is_typed_in_wrong_on_its_day() -> None:
    """1,000 and 10 % more each year: 1,100, 1,210, 1,331 (2029); the last two uplifts are tried."""
    charge = flat("1000", every=Cadence("year"), escalators=(Escalator(D(10)),))
    assert sentences(charge)[:4] == [
        "two digits of the price of 1,331.00 were swapped: 3,131.00",
        "two digits of the price of 1,331.00 were swapped: 1,313.00",
        "two digits of the price of 1,210.00 were swapped: 2,110.00",
        "two digits of the price of 1,210.00 were swapped: 1,120.00",
    ]
    assert not any("1,100.00" in sentence for sentence in sentences(charge))
    typed = swapped(charge)[3].charge
    # The next uplift is taken of what was typed: 1,120 × 1.1.
    assert [row[3] for row in figures(typed, UNTIL)][:4] == ["1000.00", "1100.00", "1120.00", "1232.00"]
    assert sentences(charge)[4:] == [
        "two digits of the price of 1,210.00 were swapped: 1,201.00"
    ]  # 1,000 has only digits that cannot be swapped
    stepped = replace(charge, price_steps=(PriceStep(date(2028, 6, 1), FlatPrice(D(77))),))
    assert [step.on for step in swapped(stepped)[0].charge.price_steps] == [date(2028, 6, 1), date(2029, 1, 1)]


def test_each_rate_of_a_card_by_itself() -> None:
    card = TimePrice((Rate("senior", D(14)), Rate("junior", D(14))))
    charge = replace(flat("1"), price=card, quantity=(RoleHours("senior", D(12)),))
    assert [mistake.charge.price for mistake in swapped(charge)] == [
        TimePrice((Rate("senior", D(41)), Rate("junior", D(14)))),
        TimePrice((Rate("senior", D(14)), Rate("junior", D(41)))),
    ]


def test_commitments_and_deposits_and_what_was_used_have_none() -> None:
    assert swapped(commitment("120")) == []
    deposit = replace(one_off("120", date(2026, 1, 1)), model="deposit")
    assert swapped(deposit) == []
    assert list(tax_mistakes(deposit, D(21), "EUR")) == []
    assert list(tax_mistakes(commitment("120"), D(21), "EUR")) == []
    assert sentences(one_off("120", date(2026, 1, 1))) == [
        "two digits of the price of 120.00 were swapped: 210.00",
        "two digits of the price of 120.00 were swapped: 102.00",
    ]


def test_tax_in_a_flat_price_is_a_factor() -> None:
    """1,000.00 entered as including 21 % is 1,000 × 100/121; with it as without it, 1,210.00."""
    found = list(tax_mistakes(flat("1000"), D(21), "EUR"))
    assert [(each.code, each.sentence, each.factor) for each in found] == [
        ("tax_included", "the price was entered as if it included the tax of 21 %", (100, 121)),
        ("tax_on_top", "the price with the tax of 21 % was entered as the price without it", (121, 100)),
    ]
    assert list(tax_mistakes(flat("1000"), None, "EUR")) == list(tax_mistakes(flat("1000"), D(0), "EUR")) == []


def test_tax_in_a_unit_price_is_rounded_there() -> None:
    """9.99 / 1.21 = 8.256… and 9.99 × 1.21 = 12.0879: 1,000 units at 8.26 and at 12.09."""
    found = list(tax_mistakes(per_unit("9.99", "1000"), D(21), "EUR"))
    assert [each.factor for each in found] == [(100, 121), (121, 100), None, None]
    assert [figures(each.charge, date(2026, 1, 1))[0][3] for each in found[2:]] == ["8260.00", "12090.00"]
    whole = list(tax_mistakes(per_unit("999", "2"), D(10), "JPY"))
    assert [each.charge.price for each in whole[2:]] == [UnitPrice(D(908)), UnitPrice(D(1099))]
