"""What lines say of quantity and unit price, and how much that speaks for an explanation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction as Rational
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.prices import PercentagePrice, PercentTier
from billcheck.contracts.terms import Contract, Discount
from billcheck.engine.quotes import Quote, _quotes_in, _score, _shares_of
from billcheck.pricing.schedule import make_schedule
from tests.pricing.samples import flat, per_unit

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge

D = Decimal


def quote(quantity: str | None, price: str) -> Quote:
    return Quote(None if quantity is None else Rational(quantity), Rational(price))


@pytest.mark.parametrize(
    ("quotes", "score"),
    [
        ([], 0),  # nothing is told
        ([quote("10", "12")], 2),
        ([quote("10", "9")], 0),  # the quantity speaks for it, the price against it
        ([quote("9", "12")], 0),
        ([quote("9", "9")], -2),
        ([quote(None, "12")], 1),  # a quantity that is not told says nothing
        ([quote(None, "9")], -1),
        ([quote("9", "9"), quote("10", "9"), quote(None, "12")], 1),  # the best of several
    ],
)
def test_how_much_a_line_speaks_for_an_explanation(quotes: list[Quote], score: int) -> None:
    assert _score(quote("10", "12"), quotes) == score


def test_a_share_is_one_of_the_price_or_of_the_quantity() -> None:
    assert _shares_of([quote("12", "8")], Rational(3, 4)) == [quote("12", "6"), quote("9", "8")]
    # What has no quantity is one of it.
    assert _shares_of([quote(None, "8")], Rational(1, 4)) == [quote(None, "2"), quote("1/4", "8")]
    assert _shares_of([], Rational(1, 2)) == []


def quotes_of(charge: Charge) -> list[Quote]:
    contract = Contract(id="C-1", customer="Acme BV", currency="EUR", start=charge.start, charges=(charge,))
    return _quotes_in(make_schedule(contract, charge, date(2026, 3, 31)), 1)


def test_a_price_is_quoted_before_and_after_its_discounts() -> None:
    assert quotes_of(per_unit("10.00", "12")) == [quote("12", "10"), quote("12", "10")]
    assert quotes_of(flat("100.00")) == [quote(None, "100"), quote(None, "100")]
    tenth, fifth = Discount(D(10)), Discount(D(20))
    assert quotes_of(per_unit("10.00", "12", discounts=(tenth, fifth))) == [quote("12", "10"), quote("12", "7.2")]
    # An amount off the whole shows in no unit price.
    off = Discount(amount=D("5.00"))
    assert quotes_of(per_unit("10.00", "12", discounts=(tenth, off))) == [quote("12", "10")]
    assert quotes_of(flat("100.00", discounts=(off,))) == [quote(None, "100")]


def test_a_percent_of_something_has_no_unit_price() -> None:
    share = replace(flat("1"), price=PercentagePrice((PercentTier(D(2)),)), quantity=D(1000))
    assert quotes_of(share) == []
