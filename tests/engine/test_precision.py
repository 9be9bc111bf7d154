"""Rounded unit prices never give a finding; what rounding cannot explain always does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, Line, check
from billcheck.contracts.prices import UnitPrice
from billcheck.contracts.terms import Amendment, Charge, Contract
from billcheck.engine.precision import _slack_of, small_part
from billcheck.period import Cadence

if TYPE_CHECKING:
    from billcheck.findings import PeriodRow

CENT = Decimal("0.01")


def judged(agreed: Decimal, quantity: Decimal, price: Decimal | None, amount: Decimal) -> PeriodRow:
    """The row of a month in which so much was billed at this price."""
    charge = Charge(
        "Calls",
        "per_unit",
        date(2026, 1, 1),
        price=UnitPrice(agreed),
        quantity=quantity,
        every=Cadence("month"),
        timing="in_advance",
    )
    contract = Contract("C-1", "Acme BV", "EUR", date(2026, 1, 1), (charge,))
    line = Line(
        document="INV-1",
        issue_date=date(2026, 1, 1),
        customer="Acme BV",
        amount=amount,
        currency="EUR",
        quantity=quantity,
        unit_price=price,
    )
    return check([contract], Ledger.from_lines([line]), as_of=date(2026, 1, 15)).contracts[0].rows[0]


def rounded(amount: Decimal, step: Decimal = CENT) -> Decimal:
    return amount.quantize(step, ROUND_HALF_UP)


@given(
    st.decimals("0.0101", "500", places=4),
    st.integers(1, 10_000).map(Decimal),
    st.sampled_from([Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")]),
)
def test_a_rounded_unit_price_is_no_finding(agreed: Decimal, quantity: Decimal, step: Decimal) -> None:
    price = rounded(agreed, step)
    row = judged(agreed, quantity, price, rounded(quantity * price))
    assert row.status in {"ok", "rounding"}
    assert row.arrears_minor == row.overbilled_minor == 0


@given(
    st.decimals("1", "500", places=2),
    st.integers(1, 500).map(Decimal),
    st.integers(1, 50),
)
def test_a_cent_beyond_what_rounding_explains_is_a_finding(price: Decimal, quantity: Decimal, beyond: int) -> None:
    billed = rounded(price * quantity)
    allowed = (quantity / 2 + 1).to_integral_value("ROUND_FLOOR")
    short = judged(price, quantity, price, billed - CENT * (allowed + beyond))
    assert short.status == "underbilled"
    assert judged(price, quantity, None, billed - CENT * 2).status == "underbilled"


@pytest.mark.parametrize(
    ("unit_amount", "part"),
    [("30.00", Fraction(1, 50)), ("0.25", Fraction(1, 25)), ("0.0375", Fraction(100, 375)), ("0.005", Fraction(1))],
)
def test_small_unit_prices_are_looked_at_more_widely(unit_amount: str, part: Fraction) -> None:
    charge = Charge("Calls", "per_unit", date(2026, 1, 1), UnitPrice(Decimal(unit_amount)), quantity=Decimal(1))
    assert small_part([charge], 100) == part


def test_a_price_without_a_figure_explains_nothing() -> None:
    assert judged(Decimal(10), Decimal(10), Decimal("NaN"), Decimal("99.95")).status == "underbilled"
    assert judged(Decimal(10), Decimal(10), Decimal(10), Decimal("99.95")).status == "rounding"


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "slack"),
    [
        ("10", "1.25", "12.50", Fraction(5)),  # half a cent for each of ten
        ("10", "1.3", "13.00", Fraction(5)),  # 1.30, whose last zero is left out
        ("10", "13", "130.00", Fraction(5)),
        ("10", "1.234", "12.34", Fraction(1, 2)),
        ("-10", "1.25", "-12.50", Fraction(5)),
        ("10", "-1.25", "-12.50", Fraction(5)),
        ("10", "1.25", "12.56", Fraction(5)),  # five cents and one off the product
        ("10", "1.25", "12.57", Fraction(0)),  # more: the amount does not come of the two
        ("10", "1.25", "12.44", Fraction(5)),
        ("10", "1.25", "12.43", Fraction(0)),
        (None, "1.25", "12.50", Fraction(0)),
        ("10", None, "12.50", Fraction(0)),
        ("Infinity", "1.25", "12.50", Fraction(0)),
        ("10", "NaN", "12.50", Fraction(0)),
    ],
)
def test_how_far_a_line_may_be_off(quantity: str | None, price: str | None, amount: str, slack: Fraction) -> None:
    given = Line(
        document="A",
        issue_date=date(2026, 1, 1),
        customer="Acme BV",
        amount=Decimal(amount),
        currency="EUR",
        quantity=None if quantity is None else Decimal(quantity),
        unit_price=None if price is None else Decimal(price),
    )
    assert _slack_of(given) == slack
    # A yen has no smaller unit: half of 0.1 yen for each of ten.
    yen = replace(given, currency="JPY", amount=Decimal(35), quantity=Decimal(10), unit_price=Decimal("3.5"))
    assert _slack_of(yen) == Fraction(1, 2)


def test_the_smallest_price_that_ever_holds_decides_how_widely_is_looked() -> None:
    """25 cents, 1/25, is the smallest in size; then a tenth of that by an amendment; a price below zero counts too."""
    charge = Charge("Calls", "per_unit", date(2026, 1, 1), UnitPrice(Decimal("0.25")), quantity=Decimal(1))
    assert small_part([charge], 100) == Fraction(1, 25)
    amended = replace(charge, amendments=(Amendment(on=date(2026, 3, 1), price=UnitPrice(Decimal("0.025"))),))
    assert small_part([amended], 100) == Fraction(1, 2) * Fraction(4, 5)
    lowered = replace(charge, price=UnitPrice(Decimal(-30)))
    assert small_part([charge, lowered], 100) == Fraction(1, 25)
