"""What lines say of quantity and unit price, and how much that speaks for an explanation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction as Rational
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import PercentagePrice, PercentTier, UnitPrice
from billcheck.contracts.terms import Contract, Discount, PriceStep
from billcheck.engine.patterns import Fraction
from billcheck.engine.quotes import Quote, _quotes_in, _score, _shares_of, prefer_by_lines
from billcheck.pricing.mistake import Mistake
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


def quotes_of(charge: Charge, row: int = 1) -> list[Quote]:
    contract = Contract(id="C-1", customer="Acme BV", currency="EUR", start=charge.start, charges=(charge,))
    return _quotes_in(make_schedule(contract, charge, date(2026, 3, 31)), row)


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


def test_a_discount_of_nothing_lowers_no_price() -> None:
    assert quotes_of(per_unit("10.00", "12", discounts=(Discount(D(0)),))) == [quote("12", "10"), quote("12", "10")]


def test_what_is_not_one_price_times_one_quantity_has_no_unit_price() -> None:
    step = PriceStep(date(2026, 2, 15), UnitPrice(D("11.00")))
    in_arrears = per_unit("10.00", "12", price_steps=(step,), timing="in_arrears")
    assert quotes_of(in_arrears) == []  # February is billed at two prices
    in_advance = replace(in_arrears, timing="in_advance")
    assert quotes_of(in_advance) == [quote("12", "10"), quote("12", "10")]  # it was billed before they changed
    assert quotes_of(in_advance, 3) == []  # the change, due with March, is a difference of two prices


# --- what speaks for which explanation, where 10 at 24.00 a month were agreed ----------------------------------------

AGREED = per_unit("24.00", "10")
HALF = Fraction(2, 1)
FEBRUARY, MARCH = 1, 2


def mistake(code: str, unit_amount: str, quantity: str, factor: tuple[int, int] | None = None) -> Mistake:
    return Mistake(code, code, per_unit(unit_amount, quantity), factor=factor)


def preferred(
    mistakes: list[Mistake], fraction: Fraction | None, *said: tuple[str | None, str | None] | None
) -> tuple[list[str], Fraction | None]:
    """The codes that are kept, and the fraction, where the lines of February and March say so much."""
    lines: list[Any] = [
        None if one is None else SimpleNamespace(quantity=one[0] and D(one[0]), unit_price=one[1] and D(one[1]))
        for one in said
    ]
    around: Any = SimpleNamespace(line_of=lambda period: lines[period - FEBRUARY])
    contract = Contract(id="C-1", customer="Acme BV", currency="EUR", start=AGREED.start, charges=(AGREED,))
    schedule = make_schedule(contract, AGREED, date(2026, 3, 31))
    kept, left = prefer_by_lines(contract, schedule, [FEBRUARY, MARCH], mistakes, fraction, around)
    return [one.code for one in kept], left


def test_a_line_that_says_other_terms_speaks_against_a_part_of_the_rate() -> None:
    """120.00 of 240.00 are half, and 8 at 15.00, and 12 at 10.00; the line says which."""
    old, other = mistake("old", "15.00", "8"), mistake("other", "10.00", "12")
    assert preferred([old], HALF, ("8", "15.00"), None) == (["old"], None)
    assert preferred([other, old], HALF, ("8", "15.00"), None) == (["old"], None)
    assert preferred([other, old], HALF, ("10", "12.00"), None) == ([], HALF)
    assert preferred([other, old], HALF, ("5", "24.00"), None) == ([], HALF)
    assert preferred([other, old], None, ("12", "10.00"), None) == (["other"], None)
    assert preferred([other, old], HALF, None, None) == (["other", "old"], HALF)


@pytest.mark.parametrize("said", [("8", None), (None, "15.00"), (None, None)])
def test_a_line_that_says_only_one_of_the_two_says_nothing(said: tuple[str | None, str | None]) -> None:
    old, other = mistake("old", "15.00", "8"), mistake("other", "10.00", "12")
    assert preferred([other, old], HALF, said, said) == (["other", "old"], HALF)
    assert preferred([other, old], HALF, said, ("12", "10.00")) == (["other"], None)


def test_a_mistake_that_multiplies_every_amount_is_asked_for_its_multiplied_price() -> None:
    """Half of 24.00 is 12.00: the line says just that, and of 10 at 9.00 only the quantity."""
    halved, cheaper = mistake("halved", "24.00", "10", factor=(1, 2)), mistake("cheaper", "9.00", "10")
    assert preferred([halved, cheaper], None, ("10", "12.00"), None) == (["halved"], None)
    assert preferred([halved, cheaper], None, ("5", "24.00"), None) == (["halved"], None)
    assert preferred([halved, cheaper], None, ("10", "9.00"), None) == (["cheaper"], None)
