"""Rounded unit prices never give a finding; what rounding cannot explain always does."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, Line, check
from billcheck.contracts.prices import UnitPrice
from billcheck.contracts.terms import Charge, Contract
from billcheck.engine.precision import small_part
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
