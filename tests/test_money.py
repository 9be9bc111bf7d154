"""Minor units, rounding and splitting."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.money import (
    HIDDEN,
    MINOR_DIGITS,
    HiddenAmount,
    format_minor,
    is_currency,
    minor_scale,
    percent_of,
    round_half_up,
    split_by_weights,
    tax_on,
    to_decimal,
    to_minor,
)


def test_currencies_have_the_digits_of_iso_4217() -> None:
    assert (MINOR_DIGITS["JPY"], MINOR_DIGITS["EUR"], MINOR_DIGITS["KWD"]) == (0, 2, 3)
    assert minor_scale("JPY") == 1
    assert minor_scale("KWD") == 1000
    assert is_currency("EUR")
    assert not is_currency("eur")
    assert not is_currency("XYZ")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("7200.00", "EUR", 720000),
        ("-0.01", "EUR", -1),
        ("1495.0000", "USD", 149500),
        ("12", "JPY", 12),
        ("1.5", "KWD", 1500),
    ],
)
def test_amounts_become_minor_units(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1.0005", "KWD")])
def test_an_amount_with_too_many_decimals_is_not_rounded_but_refused(amount: str, currency: str) -> None:
    assert to_minor(Decimal(amount), currency) is None


def test_a_decimal_has_exactly_the_digits_of_its_currency() -> None:
    assert str(to_decimal(720000, "EUR")) == "7200.00"
    assert str(to_decimal(-5, "EUR")) == "-0.05"
    assert str(to_decimal(12, "JPY")) == "12"
    assert str(to_decimal(1, "KWD")) == "0.001"


def test_text_may_be_grouped() -> None:
    assert format_minor(720000, "EUR") == "7200.00"
    assert format_minor(720000, "EUR", grouped=True) == "7,200.00"
    assert format_minor(-123456789, "JPY", grouped=True) == "-123,456,789"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(249, 100), 2), (Fraction(0), 0), (Fraction(1, 3), 0)],
)
def test_halves_go_away_from_zero(value: Fraction, rounded: int) -> None:
    assert round_half_up(value) == rounded


@given(st.fractions())
def test_rounding_is_never_off_by_more_than_a_half(value: Fraction) -> None:
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -round_half_up(value)


@pytest.mark.parametrize(
    ("minor", "percent", "tax"),
    [
        (720000, "21", 151200),
        (120000, "21", 25200),
        (50, "1", 1),
        (49, "1", 0),
        (-50, "1", -1),
        (100, "0", 0),
        (1999, "8.875", 177),
    ],
)
def test_tax_is_rounded_once(minor: int, percent: str, tax: int) -> None:
    assert tax_on(minor, Decimal(percent)) == tax


@given(st.integers(-(10**12), 10**12), st.decimals(0, 100, places=4))
def test_tax_equals_exact_arithmetic(minor: int, percent: Decimal) -> None:
    assert tax_on(minor, percent) == round_half_up(Fraction(minor) * Fraction(percent) / 100)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=13))
def test_parts_add_up_and_differ_from_their_share_by_less_than_one(total: int, weights: list[int]) -> None:
    parts = split_by_weights(total, weights)
    shares = weights if any(weights) else [1] * len(weights)
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(total * share, sum(shares))) < 1


def test_the_remainder_goes_to_the_largest_rest_and_then_to_the_first() -> None:
    assert split_by_weights(100, [1, 1, 1]) == [34, 33, 33]
    assert split_by_weights(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split_by_weights(10, [1, 5]) == [2, 8]
    assert split_by_weights(0, []) == []
    with pytest.raises(ValueError, match="no parts"):
        split_by_weights(1, [])


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_text_says_what_the_decimal_says(minor: int, currency: str) -> None:
    assert format_minor(minor, currency) == f"{to_decimal(minor, currency):f}"
    assert format_minor(minor, currency, grouped=True) == f"{to_decimal(minor, currency):,f}"


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "percent"),
    [(2100, 10000, 0, "21"), (770, 10000, 1, "7.7"), (2, 3, 2, "66.67"), (1, 200, 0, "1"), (0, 5, 2, "0.00")],
)
def test_percents_are_rounded_half_up(part: int, whole: int, decimals: int, percent: str) -> None:
    assert str(percent_of(part, whole, decimals)) == percent


@pytest.mark.parametrize(
    ("worked_out", "sign"),
    [
        (HiddenAmount(5) + 2, 1), (2 + HiddenAmount(-5), -1), (HiddenAmount(5) - 7, -1), (7 - HiddenAmount(5), 1),
        (HiddenAmount(5) * -2, -1), (-2 * HiddenAmount(5), -1), (HiddenAmount(5) // 2, 1), (-HiddenAmount(5), -1),
        (abs(HiddenAmount(-5)), 1), (HiddenAmount(5) - HiddenAmount(5), 0),
    ],
)  # fmt: skip
def test_whatever_is_worked_out_from_a_hidden_amount_is_hidden_and_keeps_its_sign(worked_out: int, sign: int) -> None:
    assert isinstance(worked_out, HiddenAmount)
    assert (worked_out > 0) - (worked_out < 0) == sign
    assert {str(worked_out), repr(worked_out), f"{worked_out:,}", f"{worked_out}"} == {HIDDEN}
    assert format_minor(worked_out, "EUR", grouped=True) == HIDDEN
    assert to_decimal(worked_out, "EUR").is_nan()
