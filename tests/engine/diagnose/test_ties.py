"""Explanations that fit equally well: what the lines say of quantity and unit price decides between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, Line, check
from billcheck.contracts.prices import FlatPrice, PercentagePrice, PercentTier, UnitPrice
from billcheck.contracts.terms import Amendment, Contract, ContractMatching, Discount, PriceStep
from billcheck.engine.circumstances import Circumstances
from tests.pricing.samples import flat, per_unit

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge

D = Decimal
MARCH = date(2026, 3, 1)
AS_OF = date(2026, 4, 20)
LAST_DAYS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))


def lines_of(amounts: list[str], quotes: list[tuple[str, str] | None], **more: Any) -> list[Line]:
    """One line on the first of each month of 2026, with quantity and unit price where they are quoted."""
    return [
        Line(
            document=f"INV-{month}",
            issue_date=date(2026, month, 1),
            customer="Acme BV",
            amount=D(amount),
            currency="EUR",
            quantity=D(quote[0]) if quote else None,
            unit_price=D(quote[1]) if quote else None,
            **more,
        )
        for month, (amount, quote) in enumerate(zip(amounts, quotes, strict=True), start=1)
    ]


def codes(charge: Charge, lines: list[Line], tax: str | None = None) -> set[str]:
    """The codes of all causes that a check names."""
    contract = Contract(
        id="C-1", customer="Acme BV", currency="EUR", start=charge.start, charges=(charge,),
        tax_percent=D(tax) if tax else None, matching=ContractMatching(confirmed=True),
    )  # fmt: skip
    report = check([contract], Ledger.from_lines(lines), as_of=AS_OF, covers=(date(2025, 12, 1), AS_OF))
    return {cause.code for item in report.contracts for row in item.rows for cause in row.causes}


def price_and_quantity() -> Charge:
    """10 at 10.00 until February, then 12 at 12.00; both the old price and the old quantity make 120.00 of 144.00."""
    return per_unit(
        "10.00", "10",
        price_steps=(PriceStep(MARCH, UnitPrice(D("12.00"))),),
        amendments=(Amendment(MARCH, quantity=D(12)),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (("12", "10.00"), {"previous_price"}),
        (("10", "12.00"), {"old_quantity"}),
        (("120", "1.00"), {"previous_price_or_old_quantity"}),
        (None, {"previous_price_or_old_quantity"}),
    ],
)
def test_old_price_or_old_quantity(quote: tuple[str, str] | None, expected: set[str]) -> None:
    right = ("10", "10.00")
    lines = lines_of(["100.00", "100.00", "120.00", "120.00"], [right, right, quote, quote])
    assert codes(price_and_quantity(), lines) == expected


def test_lines_are_looked_at_until_some_say_something() -> None:
    right = ("10", "10.00")
    lines = lines_of(["100.00", "100.00", "120.00", "120.00"], [right, right, None, ("12", "10.00")])
    assert codes(price_and_quantity(), lines) == {"previous_price"}


def test_several_lines_of_a_period_say_nothing_together() -> None:
    right, old = ("10", "10.00"), ("12", "10.00")
    lines = lines_of(["100.00", "100.00", "50.00", "50.00"], [right, right, old, old])
    again = [replace(line, document=f"{line.document}-2", amount=D("70.00")) for line in lines[2:]]
    stated = [
        replace(line, period_first_day=line.issue_date, period_last_day=LAST_DAYS[line.issue_date.month - 1])
        for line in [*lines, *again]
    ]
    assert codes(price_and_quantity(), stated) == {"previous_price_or_old_quantity"}


def test_no_more_than_three_lines_are_looked_at() -> None:
    """The first three say the old price, and the fourth cannot outvote them."""
    charge = replace(
        price_and_quantity(),
        start=date(2025, 10, 1),
        price_steps=(PriceStep(date(2026, 1, 1), UnitPrice(D("12.00"))),),
        amendments=(Amendment(date(2026, 1, 1), quantity=D(12)),),
    )
    price, quantity = ("12", "10.00"), ("10", "12.00")
    lines = lines_of(["120.00"] * 4, [price, quantity, quantity, price])
    assert codes(charge, lines) == {"old_quantity"}


def doubled() -> Charge:
    return flat("1200.00", price_steps=(PriceStep(MARCH, FlatPrice(D("2400.00"))),))


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (("1", "1200.00"), {"previous_price_or_half_rate"}),
        (("0.5", "2400.00"), {"half_rate"}),
    ],
)
def test_old_price_or_half(quote: tuple[str, str], expected: set[str]) -> None:
    quotes: list[tuple[str, str] | None] = [("1", "1200.00"), ("1", "1200.00"), quote, quote]
    assert codes(doubled(), lines_of(["1200.00"] * 4, quotes)) == expected


@pytest.mark.parametrize(
    ("discount", "quote", "expected"),
    [
        (Discount(D(10), end=MARCH), ("1", "1030.00"), {"expired_discount"}),
        (Discount(D(10), end=MARCH), ("1", "927.00"), {"previous_price_or_expired_discount"}),
        (Discount(amount=D(103), end=MARCH), ("1", "1030.00"), {"expired_discount"}),
        (Discount(amount=D(103), end=MARCH), ("1", "927.00"), {"previous_price"}),
    ],
)
def test_old_price_or_expired_discount(discount: Discount, quote: tuple[str, str], expected: set[str]) -> None:
    """927.00 until February, less the discount; then 1,030.00, of which 927.00 is nine tenths."""
    charge = flat("927.00", price_steps=(PriceStep(MARCH, FlatPrice(D("1030.00"))),), discounts=(discount,))
    first = "834.30" if discount.percent else "824.00"
    assert codes(charge, lines_of([first, first, "927.00", "927.00"], [None, None, quote, quote])) == expected


def test_a_share_of_a_price_is_quoted_as_such() -> None:
    """12 at 8.00, from 2026 at 10.00; 10.00 as if it included 25 % is 8.00 as well."""
    steps = (PriceStep(date(2026, 1, 1), UnitPrice(D("10.00"))),)
    charge = per_unit("8.00", "12", start=date(2025, 10, 1), price_steps=steps)
    quotes: list[tuple[str, str] | None] = [("12", "8.00")] * 4
    assert codes(charge, lines_of(["96.00"] * 4, quotes), tax="25") == {"previous_price_or_tax_included"}
    odd: list[tuple[str, str] | None] = [("9.6", "10.00")] * 4
    assert codes(charge, lines_of(["96.00"] * 4, odd), tax="25") == {"tax_included"}


def test_what_is_no_price_times_quantity_is_not_asked() -> None:
    """2 % then 3 % of 1,000, and no discount then one of 50 %: what was billed, 20.00, is both forgotten and double."""
    steps = (PriceStep(MARCH, PercentagePrice((PercentTier(D(4)),))),)
    charge = replace(flat("1"), price=PercentagePrice((PercentTier(D(2)),)), quantity=D(1000), price_steps=steps)
    quotes: list[tuple[str, str] | None] = [("1", "20.00")] * 4
    assert codes(charge, lines_of(["20.00"] * 4, quotes)) == {"previous_price_or_half_rate"}


def test_a_line_for_several_periods_says_nothing_of_one() -> None:
    lines = lines_of(["100.00", "100.00", "240.00"], [None, None, ("12", "20.00")])
    stated = [
        replace(line, period_first_day=line.issue_date, period_last_day=last_day)
        for line, last_day in zip(lines, (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)), strict=True)
    ]
    assert codes(price_and_quantity(), stated) == {"previous_price_or_old_quantity"}


@pytest.mark.parametrize(
    ("quote", "expected"),
    [(("10", "19.95"), {"previous_price"}), (("10", "29.925"), {"previous_price_or_inclusive_end"})],
)
def test_a_mistake_without_that_very_row_is_not_asked(quote: tuple[str, str], expected: set[str]) -> None:
    """10 at 29.925, from April at 31.50, until 20 April: 20 days of 29.925, or 19 of 31.50, are 199.50 of 210.00."""
    step = PriceStep(date(2026, 4, 1), UnitPrice(D("31.50")))
    charge = per_unit("29.925", "10", end=date(2026, 4, 21), price_steps=(step,))
    quotes: list[tuple[str, str] | None] = [None, None, None, quote]
    assert codes(charge, lines_of(["299.25"] * 3 + ["199.50"], quotes)) == expected


def test_without_sources_no_line_is_looked_at() -> None:
    never: Any = None
    assert Circumstances(lambda: never).line_of(0) is None
