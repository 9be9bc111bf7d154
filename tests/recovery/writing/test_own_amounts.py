"""Amounts that a template states by itself, and numbers that are none."""

from __future__ import annotations

import pytest

from billcheck.recovery.writing.page import Page, Paragraph, Part, Run
from billcheck.recovery.writing.statements import own_amounts


def found(text: str, *, is_letterhead: bool = False) -> list[str | None]:
    page = Page("en", "x.html", (Part("a", (Paragraph((Run(text), Run("€1.00", is_fact=True))),)),))
    return [problem.value for problem in own_amounts(page, is_letterhead=is_letterhead)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("pay €8,712.00 now", "€8,712.00"),
        ("pay 8.712,00 € now", "8.712,00 €"),
        ("pay EUR 8712 now", "EUR 8712"),
        ("pay 8712 JPY now", "8712 JPY"),
        ("a fee of 5%", "5%"),
        ("a fee of 5 %", "5 %"),
    ],
)
def test_an_amount_is_found_anywhere(text: str, amount: str) -> None:
    assert found(text) == [amount]
    assert found(text, is_letterhead=True) == [amount]


@pytest.mark.parametrize("text", ["pay 8,712.00", "pay 8 712,00", "pay 12.50", "pay 8.712", "pay 8'712.00"])
def test_a_bare_amount_is_found_in_the_letter_alone(text: str) -> None:
    assert len(found(text)) == 1
    assert found(text, is_letterhead=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "KVK 12345678", "BTW NL123456789B01", "IBAN NL91 ABNA 0417 1643 00", "31.12.2026", "06.12.34.56.78",
        "ISO 9001", "room 7", "+31 20 555 0117", "2026-09-04", "§ 14",
    ],
)  # fmt: skip
def test_numbers_of_a_letterhead_are_no_amounts(text: str) -> None:
    assert found(text, is_letterhead=True) == []


@pytest.mark.parametrize("text", ["31.12.2026", "06.12.34.56.78", "room 7", "2026-09-04", "KVK 12345678"])
def test_dates_and_numbers_are_no_amounts_in_a_letter_either(text: str) -> None:
    assert found(text) == []


def test_facts_are_not_looked_at() -> None:
    assert found("") == []
