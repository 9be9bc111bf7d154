"""What one full period costs, by model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.errors import UsageError
from billcheck.pricing.models import full_price, new_price_of, price_of, quantity_of, require
from tests.pricing.samples import flat, one_off, per_unit

DECIMALS = st.decimals(0, 10**9, places=4)


def test_each_model_has_its_price() -> None:
    assert (price_of(flat("3")), quantity_of(flat("3"))) == (Decimal(3), None)
    assert (price_of(per_unit("3", "4")), quantity_of(per_unit("3", "4"))) == (Decimal(3), Decimal(4))
    setup = one_off("5", date(2026, 1, 1))
    assert (price_of(setup), quantity_of(setup)) == (Decimal(5), None)


def test_a_change_sets_the_price_of_its_model_only() -> None:
    step = PriceStep(date(2026, 1, 1), amount=Decimal(1), unit_amount=Decimal(2))
    more = Amendment(date(2026, 1, 1), quantity=Decimal(9))
    assert (new_price_of(flat("3"), step), new_price_of(per_unit("3", "4"), step)) == (Decimal(1), Decimal(2))
    assert (new_price_of(flat("3"), more), new_price_of(per_unit("3", "4"), more)) == (None, None)


@given(DECIMALS, st.one_of(st.none(), DECIMALS), st.sampled_from((1, 100, 1000)))
def test_a_full_price_is_exact(price: Decimal, quantity: Decimal | None, scale: int) -> None:
    units = Fraction(1) if quantity is None else Fraction(quantity)
    assert Fraction(*full_price(price, quantity, scale)) == Fraction(price) * units * scale


def test_what_is_required_is_named() -> None:
    charge = replace(flat("3"), name="Support")
    assert require(0, charge, "quantity") == 0
    with pytest.raises(UsageError, match='charge "Support" quantity: A charge lacks a term that its model needs'):
        require(None, charge, "quantity")
