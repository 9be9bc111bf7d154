"""A line that was counted for the only charge of a customer, and may be something else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck import Contract, Line

RETAINER = contract(flat(amount="1000.00", timing="in_advance", invoice_day=None))
ADVICE = "if it is something else, write that into the contract, or ignore it in [scope]."


def retainer(month: int, amount: str = "1000.00", text: str = "Retainer", **fields: Any) -> Line:
    return line(f"INV-{month}", f"2026-{month:02}-01", amount, description=text, **fields)


def said(*lines: Line, agreed: Contract = RETAINER) -> list[str]:
    """What is said of such lines, by finding, without the advice."""
    report = check(
        [agreed], Ledger.from_lines(lines), as_of=date(2026, 7, 20), covers=(date(2026, 1, 1), date(2026, 7, 20))
    )
    sentences = [finding.sentence for finding in report.findings]
    assert all(sentence.endswith((" short.", " too much.", ADVICE)) for sentence in sentences)
    begin, end = "Of this ", f", counted here only because no other charge fits: {ADVICE}"
    hints = [sentence[sentence.index(begin) :] for sentence in sentences if begin in sentence]
    assert all(hint.endswith(end) for hint in hints)
    return [hint.removeprefix(begin).removesuffix(end) for hint in hints]


PLANTS = "Delivery of office plants"


def test_a_line_in_the_place_of_an_invoice_is_shown_with_its_text() -> None:
    found = said(retainer(1), retainer(2, "37.50", PLANTS), *map(retainer, range(3, 8)))
    assert found == [f'INV-2 bills 37.50 EUR as "{PLANTS}"']


def test_a_line_beside_the_regular_one_is_shown_where_it_is_just_what_is_too_much() -> None:
    lines = [retainer(month) for month in range(1, 8)]
    assert said(*lines, retainer(3, "700.00", "Travel expenses")) == ['INV-3 bills 700.00 EUR as "Travel expenses"']
    # The first line is not the agreed one either, and both together explain nothing.
    wrong = [one if one.document != "INV-3" else retainer(3, "960.00") for one in lines]
    assert said(*wrong, retainer(3, "700.00", "Travel expenses")) == []
    assert said(*wrong, retainer(3, "499.99", "Travel expenses")) == ['INV-3 bills 499.99 EUR as "Travel expenses"']
    assert said(*wrong, retainer(3, "500.00", "Travel expenses")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No. 12 - 3",  # no word that tells anything
        "retainer, reduced",
        "Services rendered",  # as the other invoices say
    ],
)
def test_a_text_that_may_be_the_charge_s_is_not_shown(text: str) -> None:
    others = [retainer(month, text="Services of the month") for month in (1, 3, 4, 5, 6, 7)]
    assert said(*others, retainer(2, "37.50", text)) == []
    assert said(*others, retainer(2, "37.50", PLANTS)) == [f'INV-2 bills 37.50 EUR as "{PLANTS}"']


def test_texts_of_several_other_periods_are_looked_at() -> None:
    texts = ("Retainer", "Fee", "Delivery of advice", "Retainer", "Retainer", "Retainer")
    lines = [retainer(month, text=text) for month, text in zip((1, 2, 3, 5, 6, 7), texts, strict=True)]
    assert said(*lines, retainer(4, "37.50", PLANTS)) == []


def test_an_amount_that_comes_again_or_has_a_cause_is_not_shown() -> None:
    others = [retainer(month) for month in (1, 4, 5, 6, 7)]
    assert said(*others, retainer(2, "37.50", PLANTS), retainer(3, "37.51", "Other work")) == [
        f'INV-2 bills 37.50 EUR as "{PLANTS}"', 'INV-3 bills 37.51 EUR as "Other work"',
    ]  # fmt: skip
    assert said(*others, retainer(2, "37.50", PLANTS), retainer(3, "37.50", "Other work")) == []
    assert said(*others, retainer(2), retainer(3, "250.00", PLANTS)) == []  # consistent with a quarter


def test_a_line_that_bears_a_code_of_the_charge_is_its_own() -> None:
    coded = contract(flat(amount="1000.00", timing="in_advance", invoice_day=None, items=("RET",)))
    lines = [retainer(month, item="RET") for month in (1, 3, 4, 5, 6, 7)]
    assert said(*lines, retainer(2, "37.50", PLANTS, item="RET"), agreed=coded) == []
    assert said(*lines, retainer(2, "37.50", PLANTS), agreed=coded) == [f'INV-2 bills 37.50 EUR as "{PLANTS}"']


def test_three_periods_of_a_charge_are_looked_at() -> None:
    lines = [retainer(month, f"{month}1.13", f"Thing{chr(96 + month)}" + "x" * 70) for month in range(2, 7)]
    found = said(retainer(1), *lines, retainer(7))
    assert found == [f'INV-{month} bills {month}1.13 EUR as "Thing{chr(96 + month)}{"x" * 54}…"' for month in (2, 3, 4)]


def test_nothing_is_said_of_charges_that_are_checked_together() -> None:
    charges = [flat(name, "500.00", timing="in_advance", invoice_day=None) for name in ("Retainer", "Care")]
    lines = [retainer(month, text="Services") for month in (1, 3, 4, 5, 6, 7)]
    assert said(*lines, retainer(2, "37.50", PLANTS), agreed=contract(*charges)) == []


def test_a_finding_without_a_hint_is_as_it_was() -> None:
    lines = [retainer(month) for month in (1, 2, 3, 5, 6, 7)]
    report = check(
        [RETAINER], Ledger.from_lines([*lines, retainer(4, "37.50")]), as_of=date(2026, 7, 20),
        covers=(date(2026, 1, 1), date(2026, 7, 20)),
    )  # fmt: skip
    assert [finding.sentence for finding in report.findings] == [
        "Hartwell Interieur, Retainer, 2026-04: billed 37.50 EUR of 1,000.00 EUR agreed: 962.50 EUR short."
    ]


def test_an_invoice_that_bears_a_code_may_stand_beside_one_that_does_not() -> None:
    """Both for April: 2,900.00 of the first are the charge's own, whatever they say; the 37.50 may not be."""
    coded = contract(flat(amount="3000.00", timing="in_advance", invoice_day=None, items=("RET",)))
    lines = [retainer(month, "3000.00", item="RET") for month in (1, 2, 3, 5, 6, 7)]
    april = {"period_first_day": date(2026, 4, 1), "period_last_day": date(2026, 4, 30)}
    own = retainer(4, "1000.01", "Something", item="RET", **april)
    other = line("INV-99", "2026-04-02", "37.50", description=PLANTS, **april)
    assert said(*lines, own, other, agreed=coded) == [f'INV-99 bills 37.50 EUR as "{PLANTS}"']


def test_words_of_three_letters_count_and_shorter_ones_do_not() -> None:
    others = [retainer(month, text="Our fee no") for month in (1, 2, 3, 5, 6, 7)]
    assert said(*others, retainer(4, "37.50", "Taxi fee")) == []
    assert said(*others, retainer(4, "37.50", "Taxi no")) == ['INV-4 bills 37.50 EUR as "Taxi no"']


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Taxi" + "x" * 56, "Taxi" + "x" * 56),
        ("Taxi" + "x" * 57, "Taxi" + "x" * 56 + "…"),
        ("Taxi" + "x" * 55 + " and more", "Taxi" + "x" * 55 + "…"),
    ],
)
def test_sixty_letters_of_a_text_are_quoted(text: str, shown: str) -> None:
    lines = [retainer(month) for month in range(1, 8)]
    assert said(*lines, retainer(3, "1700.00", text)) == [f'INV-3 bills 1,700.00 EUR as "{shown}"']
