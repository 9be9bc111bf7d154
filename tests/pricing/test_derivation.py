"""Derivations: lines that can be checked with a calculator."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from billcheck.contracts.prices import FlatPrice, Tier, TieredPrice
from billcheck.contracts.terms import Amendment, Charge, Discount, PriceStep
from billcheck.period import Cadence
from billcheck.pricing.models import Item
from billcheck.pricing.wording import plain_number
from tests.pricing.random_charges import random_charge
from tests.pricing.samples import charges_until, flat, one_off, per_unit

ROUNDED = "rounded half-up once for the charge (default)"


def lines(charge: Charge, until: date, index: int = 0, currency: str = "EUR") -> list[str]:
    return list(charges_until(charge, until, currency)[index].derivation)


def test_a_whole_period_is_one_line() -> None:
    assert lines(flat("2400"), date(2026, 1, 1)) == ["2,400.00 per month (2026-01-01 to 2026-01-31) = 2,400.00"]


def test_a_stub_names_its_days_and_its_full_period() -> None:
    charge = flat("2400.00", start=date(2026, 5, 1), end=date(2026, 5, 16))
    assert lines(charge, date(2026, 5, 1)) == [
        "2,400.00 × 15/31 days (2026-05-01 to 2026-05-15) = 1,161.29",
        f"1,161.290322… {ROUNDED}",
        "partial period by actual days of its full period of 31 days (default)",
    ]


def test_units_show_their_price_in_full() -> None:
    assert lines(per_unit("0.0375", "1003"), date(2026, 1, 1)) == [
        "1003 × 0.0375 per month (2026-01-01 to 2026-01-31) = 37.61",
        f"37.6125 {ROUNDED}",
    ]


def test_a_yen_has_no_decimals() -> None:
    assert lines(flat("123.5"), date(2026, 1, 1), currency="JPY") == [
        "123.5 per month (2026-01-01 to 2026-01-31) = 124",
        f"123.5 {ROUNDED}",
    ]


def test_cadences_are_named_in_words() -> None:
    charge = flat("100", every=Cadence("half_year"))
    assert lines(charge, date(2026, 1, 1)) == ["100.00 per half year (2026-01-01 to 2026-06-30) = 100.00"]


def test_a_one_off_is_once() -> None:
    assert lines(one_off("900", date(2026, 2, 10)), date(2026, 3, 1)) == ["900.00 once (2026-02-10) = 900.00"]


def test_discounts_are_named_with_their_days() -> None:
    charge = flat("100", discounts=(Discount(Decimal(10)), Discount(Decimal("2.50"), end=date(2026, 7, 1))))
    assert lines(charge, date(2026, 1, 1)) == [
        "100.00 per month less 10 % less 2.5 % (2026-01-01 to 2026-01-31) = 87.75",
        "discount of 10 %",
        "discount of 2.5 % through 2026-06-30",
    ]


def test_a_discount_that_begins_is_named_from_its_day() -> None:
    charge = flat("100", discounts=(Discount(Decimal(10), date(2026, 1, 1), date(2026, 7, 1)),))
    assert lines(charge, date(2026, 1, 1))[1] == "discount of 10 % from 2026-01-01 through 2026-06-30"


def test_parts_are_shown_exactly_and_rounded_once() -> None:
    step = PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(400)))
    charge = flat("300", timing="in_arrears", price_steps=(step,))
    assert lines(charge, date(2026, 2, 1)) == [
        "300.00 × 15/31 days (2026-01-01 to 2026-01-15) = 145.161290…",
        "400.00 × 16/31 days (2026-01-16 to 2026-01-31) = 206.451612…",
        "sum of 2 parts = 351.61",
        f"351.612903… {ROUNDED}",
        "price in force since 2026-01-16",
        "a new price or quantity counts from its day (default)",
    ]


def test_a_change_says_what_it_is_instead_of_and_when_it_is_billed() -> None:
    charge = per_unit("31", "10", amendments=(Amendment(date(2026, 1, 16), quantity=Decimal(14)),))
    assert lines(charge, date(2026, 2, 1), 2) == [
        "(14 × 31.00 − 10 × 31.00) × 16/31 days (2026-01-16 to 2026-01-31) = 64.00",
        "quantity in force since 2026-01-16",
        "change on 2026-01-16 inside a period already due; billed with the next invoice (default: next_invoice)",
    ]


def test_a_change_of_a_reduced_price_takes_the_amount_off_both_prices() -> None:
    """(130 - 10) - (100 - 10) = 30.00 for 16 of January's 31 days: 480 / 31 = 15.483870..."""
    step = PriceStep(date(2026, 1, 16), FlatPrice(Decimal(130)))
    charge = flat("100", discounts=(Discount(percent=None, amount=Decimal(10)),), price_steps=(step,))
    prices = "((130.00 less 10.00, at least 0) − (100.00 less 10.00, at least 0))"
    assert lines(charge, date(2026, 2, 1), 2)[:2] == [
        f"{prices} × 16/31 days (2026-01-16 to 2026-01-31) = 15.48",
        f"15.483870… {ROUNDED}",
    ]


def test_a_paused_period_says_since_when_nothing_is_due() -> None:
    charge = flat("100", amendments=(Amendment(date(2026, 2, 1), change="pause"),))
    assert lines(charge, date(2026, 2, 1), 1) == [
        "0.00 per month (2026-02-01 to 2026-02-28) = 0.00",
        "nothing due since 2026-02-01 (paused or cancelled)",
    ]


def test_an_immediate_change_says_so() -> None:
    amendment = Amendment(date(2026, 1, 16), price=FlatPrice(Decimal(31)), change_billing="immediate")
    found = lines(flat("62", amendments=(amendment,)), date(2026, 1, 31), 1)
    assert found[0] == "(31.00 − 62.00) × 16/31 days (2026-01-16 to 2026-01-31) = -16.00"
    assert found[-1].endswith("billed on that day (immediate)")


def test_a_last_day_is_named_alone() -> None:
    charge = flat("31", timing="in_arrears", price_steps=(PriceStep(date(2026, 1, 31), price=FlatPrice(Decimal(62))),))
    assert lines(charge, date(2026, 2, 1))[1] == "62.00 × 1/31 days (2026-01-31) = 2.00"


def test_negative_parts_keep_their_sign_where_they_are_cut_off() -> None:
    charge = flat("62", amendments=(Amendment(date(2026, 2, 16), price=FlatPrice(Decimal(30))),))
    change = next(row for row in charges_until(charge, date(2026, 3, 1)) if row.is_change)
    assert change.amount == Decimal("-14.86")  # −32 × 13/28
    assert change.derivation[1] == f"-14.857142… {ROUNDED}"


def test_plain_numbers_lose_only_zeros_after_the_point() -> None:
    assert [plain_number(Decimal(text)) for text in ("12", "120", "2.50", "0.000", "1E+2")] == [
        "12",
        "120",
        "2.5",
        "0",
        "100",
    ]


def test_parts_are_figures_too() -> None:
    """350.00 × 15/31: twelve units, ten at 30.00 and two at 25.00, from 1 to 15 May."""
    tiers = (Tier(Decimal(10), Decimal(30)), Tier(None, Decimal(25)))
    charge = replace(flat("1", start=date(2026, 5, 1), end=date(2026, 5, 16)), quantity=Decimal(12))
    (expected,) = charges_until(replace(charge, price=TieredPrice("graduated", tiers)), date(2026, 5, 1))
    (part,) = expected.parts
    assert (part.first_day, part.last_day) == (date(2026, 5, 1), date(2026, 5, 15))
    assert part.items == (Item(Decimal(10), Decimal(30)), Item(Decimal(2), Decimal(25)))
    assert (part.share, part.amount) == (Fraction(15, 31), Fraction(350 * 15, 31))
    assert expected.derivation[0] == ("(10 × 30.00 + 2 × 25.00) × 15/31 days (2026-05-01 to 2026-05-15) = 169.35")


def test_parts_add_up_to_the_amount() -> None:
    random = Random("parts")
    for _ in range(200):
        charge = replace(random_charge(random), minimum=None, maximum=None, remainder="per_line")
        for expected in charges_until(charge, charge.start + timedelta(days=200)):
            assert expected.amount_minor is not None
            total = sum((part.amount for part in expected.parts), Fraction())
            assert abs(total * 100 - expected.amount_minor) <= Fraction(1, 2)


def test_every_first_line_works_out_to_the_amount() -> None:
    """A calculator of a few lines reads the first line of every single-part row and comes to the same amount."""
    random = Random("calculator")
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}
    read = 0
    for _ in range(400):
        charge, currency = random_charge(random), random.choice(tuple(digits))
        for expected in charges_until(charge, charge.start + timedelta(days=200), currency):
            if any(line.startswith("sum of") or "cumulative" in line for line in expected.derivation):
                continue
            product, shown = expected.derivation[0].rsplit(" = ", 1)
            assert Decimal(shown.replace(",", "")) == expected.amount
            scaled = calculate(product) * 10 ** digits[currency]
            assert abs(scaled - expected.amount_minor) <= Fraction(1, 2)
            read += 1
    assert read > 1_000


def calculate(product: str) -> Fraction:
    """The value of a line before its equals sign."""
    text = re.sub(r" \(\d{4}-[^)]*\)$", "", product).replace(",", "")
    text, *percents = text.split(" less ")
    text = re.sub(r" (once|per (\d+ )?[a-z ]+)(?= ×|$)", "", text)
    value = _sum(re.findall(r"[()+−×%]|[\d./]+", text))
    for percent in percents:
        value *= 1 - Fraction(percent.removesuffix(" %")) / 100
    return value


def _sum(tokens: list[str]) -> Fraction:
    """Products added and subtracted, up to a closing bracket or the end."""
    total = _product(tokens)
    while tokens and tokens[0] in "+−":
        sign = 1 if tokens.pop(0) == "+" else -1
        total += sign * _product(tokens)
    return total


def _product(tokens: list[str]) -> Fraction:
    """Factors; a percent stands before what it is taken of."""
    value = _factor(tokens)
    while tokens and tokens[0] in "×%":
        value *= Fraction(1, 100) if tokens[0] == "%" else 1
        tokens.pop(0)
        value *= _factor(tokens)
    return value


def _factor(tokens: list[str]) -> Fraction:
    first = tokens.pop(0)
    if first != "(":
        return Fraction(first)
    value = _sum(tokens)
    assert tokens.pop(0) == ")"
    return value
