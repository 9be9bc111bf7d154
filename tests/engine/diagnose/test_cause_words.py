"""Causes in words: how sure, how many, and since when."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.engine.cause_words import say_cause, say_extent
from billcheck.engine.patterns import Fraction
from billcheck.pricing.mistake import Mistake
from tests.pricing.samples import flat

HALF, THREE_QUARTERS = Fraction(2, 1), Fraction(4, 3)
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 31)


def mistake(code: str, general: str = "") -> Mistake:
    return Mistake(code, f"{code} was done", flat("1"), general)


A, B, C, D, E = (mistake(code) for code in "abcde")


@pytest.mark.parametrize(
    ("mistakes", "fraction", "support", "rows", "code", "sentence"),
    [
        ([A], None, 2, 5, "a", "a was done, since"),
        ([A], None, 1, 5, "a", "consistent with: a was done, since"),
        ([A, B], None, 2, 5, "a_or_b", "a was done or b was done, since"),
        ([A, B, C], None, 1, 1, "a_or_b_or_c", "consistent with: a was done or b was done or c was done, since"),
        (
            [A, B, C, D, E], None, 2, 5, "a_or_b_or_c_or_d_or_e",
            "open, consistent with: a was done or b was done or c was done or 2 more, since",
        ),
        (
            [A, B, C], HALF, 2, 5, "a_or_b_or_c_or_half_rate",
            "open, consistent with: a was done or b was done or c was done or 1 more, since",
        ),
        ([], HALF, 1, 2, "half_rate", "billed at half the agreed amount since"),
        ([], HALF, 1, 1, "half_rate", "consistent with half the agreed amount since"),
        ([], THREE_QUARTERS, 2, 2, "part_rate", "billed at 3/4 of the agreed amount since"),
        ([A], HALF, 2, 5, "a_or_half_rate", "a was done or billed at half the agreed amount, since"),
        ([A], HALF, 1, 5, "a_or_half_rate", "billed at half the agreed amount since, consistent with: a was done"),
        (
            [A], HALF, 1, 1, "a_or_half_rate",
            "consistent with: a was done or billed at half the agreed amount, since",
        ),
        ([A, A], None, 2, 5, "a", "a was done, since"),
    ],
)  # fmt: skip
def test_words(
    mistakes: list[Mistake], fraction: Fraction | None, support: int, rows: int, code: str, sentence: str
) -> None:
    assert say_cause(mistakes, fraction, "since", support=support, rows=rows)[:2] == (code, sentence)


def test_groups_have_no_figures_of_the_contract() -> None:
    general = [mistake("a", "in general"), mistake("b", "in general"), mistake("c")]
    assert say_cause(general, HALF, "since 2026-03", support=1, rows=3)[2] == (
        "in general or c was done or billed at half the agreed amount"
    )
    assert say_cause([A, B, C, D], None, "since", support=2, rows=2)[2] == (
        "a was done or b was done or c was done or 1 more"
    )


def test_extents() -> None:
    assert say_extent(MARCH, date(2026, 3, 31), 1, is_last=True, has_right_ones=False) == "in 2026-03"
    assert say_extent(MARCH, MAY, 3, is_last=True, has_right_ones=False) == "since 2026-03"
    assert say_extent(MARCH, MAY, 3, is_last=False, has_right_ones=False) == "from 2026-03 to 2026-05"
    assert say_extent(MARCH, MAY, 2, is_last=True, has_right_ones=True) == "in 2 periods from 2026-03 to 2026-05"


@pytest.mark.parametrize(
    ("fraction", "code", "words"),
    [
        (Fraction(2, 1), "half_rate", "half the agreed amount"),
        (Fraction(1, 2), "double_rate", "double the agreed amount"),
        (Fraction(1, 3), "multiple_rate", "3 times the agreed amount"),
        (Fraction(2, 3), "multiple_rate", "3/2 of the agreed amount"),
        (Fraction(12, 5), "part_rate", "5/12 of the agreed amount"),
    ],
)
def test_fractions(fraction: Fraction, code: str, words: str) -> None:
    assert (fraction.code, str(fraction)) == (code, words)
    assert fraction.is_simple is (max(fraction) <= 4)
