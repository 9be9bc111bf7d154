"""The tax of lines held against the percent of their charge: runs, days, percents, and what is left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, LedgerRefusedError, check
from billcheck.contracts.terms import TaxStep
from billcheck.engine.taxes import _percent_of, _rate_of
from billcheck.money import tax_on
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.findings import Finding
    from billcheck.ledger.line import Line

AS_OF = date(2026, 12, 31)
TAXED = contract(flat("Support", "100.00"), tax_percent=Decimal(21))


def taxed(month: int, tax: str | None, amount: str = "100.00", number: str = "", **fields: Any) -> Line:
    """The invoice of a month of the first half of 2026, on its 28th."""
    paid = None if tax is None else Decimal(tax)
    return line(number or f"INV-{month}", f"2026-{month:02}-28", amount, tax=paid, **fields)


def mismatches(lines: list[Line], *contracts: Contract) -> list[Finding]:
    report = check(contracts or (TAXED,), Ledger.from_lines(lines), as_of=AS_OF)
    return [finding for finding in report.findings if finding.kind == "tax_mismatch"]


def sentences(lines: list[Line], *contracts: Contract) -> list[str]:
    return [finding.sentence for finding in mismatches(lines, *contracts)]


def days(lines: list[Line]) -> list[tuple[int, int]]:
    found = mismatches(lines)
    return [
        (finding.first_day.month, finding.last_day.month) for finding in found if finding.first_day and finding.last_day
    ]


def test_a_run_says_days_percents_and_the_difference() -> None:
    (finding,) = mismatches([taxed(1, "21.00"), taxed(2, "9.00"), taxed(3, "9.00")])
    assert (finding.first_day, finding.last_day) == (date(2026, 2, 28), date(2026, 3, 28))
    assert finding.amount is None
    assert finding.sentence == (
        "Hartwell Interieur, Support, invoiced 2026-02-28 to 2026-03-28: 200.00 EUR was billed at 9% tax, 21% was "
        "agreed: the tax is 24.00 EUR short."
    )


@pytest.mark.parametrize(
    ("tax", "agreed", "words"),
    [
        ("0.00", "21", "billed without tax, 21% was agreed: the tax is 21.00 EUR short."),
        ("21.00", "0", "billed at 21% tax, none was agreed: the tax is 21.00 EUR too much."),
        ("20.00", "19.6", "billed at 20% tax, 19.6% was agreed: the tax is 0.40 EUR too much."),
        ("7.70", "8.10", "billed at 7.7% tax, 8.1% was agreed: the tax is 0.40 EUR short."),
    ],
)
def test_percents_are_said_as_people_write_them(tax: str, agreed: str, words: str) -> None:
    agreement = contract(flat("Support", "100.00"), tax_percent=Decimal(agreed))
    (sentence,) = sentences([taxed(1, tax)], agreement)
    assert sentence.endswith(words)


LOWERED = contract(
    flat("Support", "100.00"),
    tax_percent=Decimal(19),
    tax_steps=(TaxStep(date(2026, 3, 1), Decimal(16)), TaxStep(date(2026, 5, 1), Decimal(0))),
)


def test_a_percent_that_changed_is_no_other_percent() -> None:
    """Nor is one that a line of arrears or of a period in advance bears, which is of another day than its invoice."""
    assert sentences([taxed(1, "19.00"), taxed(2, "16.00"), taxed(3, "19.00"), taxed(5, "0.00")], LOWERED) == []


def test_another_percent_is_held_against_the_one_of_its_day() -> None:
    found = sentences([taxed(1, "9.00"), taxed(3, "9.00"), taxed(4, "16.00"), taxed(5, "9.00")], LOWERED)
    assert [sentence.split("tax, ")[1] for sentence in found] == [
        "19% was agreed: the tax is 10.00 EUR short.",
        "16% was agreed: the tax is 7.00 EUR short.",
        "none was agreed: the tax is 9.00 EUR too much.",
    ]


def test_arrears_bear_the_tax_of_their_own_period() -> None:
    """February at 19 %, March at 16 %: each short by half, 9.50 and 8.00 of tax."""
    lines = [taxed(1, "19.00"), taxed(2, "9.50", "50.00"), taxed(3, "8.00", "50.00"), taxed(4, "16.00")]
    report = check((LOWERED,), Ledger.from_lines(lines), as_of=date(2026, 4, 29))
    short = [
        (row.first_day.month, row.tax_percent, row.shortfall_tax_minor)
        for row in report.rows
        if row.shortfall_minor > 0
    ]
    assert short[:2] == [(2, Decimal(19), 950), (3, Decimal(16), 800)]


def test_a_right_month_ends_a_run_and_another_percent_begins_one() -> None:
    lines = [taxed(1, "0.00"), taxed(2, "21.00"), taxed(3, "0.00"), taxed(4, "0.00"), taxed(5, "9.00")]
    assert days(lines) == [(1, 1), (3, 4), (5, 5)]


def test_a_right_line_beside_a_wrong_one_does_not_end_the_run() -> None:
    lines = [taxed(month, tax, "50.00") for month in (1, 2, 3) for tax in ("10.50", "0.00")]
    assert days(lines) == [(1, 3)]


@pytest.mark.parametrize("tax", ["20.99", "21.01"])
def test_a_cent_is_rounding(tax: str) -> None:
    assert not mismatches([taxed(1, tax)])


@pytest.mark.parametrize("tax", ["20.98", "21.02"])
def test_two_cents_are_not(tax: str) -> None:
    assert len(mismatches([taxed(1, tax)])) == 1


@pytest.mark.parametrize(
    "lines",
    [
        [taxed(1, None)],
        [taxed(1, "0.00", status="draft")],
        [taxed(1, "0.00", status="void")],
        [taxed(1, "0.00", currency="USD")],
        [taxed(1, "0.00", customer="Somebody else")],
        [taxed(1, "0.00", "0.00"), taxed(1, "21.00")],
        [taxed(1, "21.00", kind="credit_note"), taxed(2, "21.00", "-100.00", kind="credit_note")],
        [taxed(1, "-21.00", "-100.00")],
    ],
    ids=["no tax", "draft", "void", "currency", "outside", "no amount", "credit written positive", "negative"],
)
def test_what_is_not_compared_or_right(lines: list[Line]) -> None:
    assert not mismatches(lines)


def test_no_percent_no_finding() -> None:
    agreement = contract(flat("Support", "100.00"))
    assert not mismatches([taxed(1, "0.00"), taxed(2, "21.00")], agreement)


def test_each_charge_has_its_own_percent() -> None:
    agreement = contract(
        flat("Support", "100.00", items=("SUP",)),
        flat("Books", "50.00", items=("BOOK",), tax_percent=Decimal(9)),
        tax_percent=Decimal(21),
    )
    right = [taxed(1, "21.00", item="SUP"), taxed(1, "4.50", "50.00", item="BOOK")]
    swapped = [taxed(2, "9.00", item="SUP"), taxed(2, "10.50", "50.00", item="BOOK")]
    assert not mismatches(right, agreement)
    assert [finding.charge for finding in mismatches([*right, *swapped], agreement)] == ["Books", "Support"]


def test_lines_of_others_between_do_not_shift_the_taxes() -> None:
    other = "Somebody else"
    lines = [taxed(1, "9.00", customer=other), taxed(1, "21.00"), taxed(2, "9.00", customer=other), taxed(2, "0.00")]
    scope = contract(name="C-118", customer=other)
    assert days(lines) == [(2, 2)]
    assert len(mismatches(lines, TAXED, scope)) == 1


def test_charges_that_no_line_tells_apart_are_compared_too() -> None:
    agreement = contract(flat("Support", "100.00"), flat("Hosting", "100.00"), tax_percent=Decimal(21))
    lines = [taxed(month, "0.00") for month in (1, 1, 2, 2)]
    (finding,) = mismatches(lines, agreement)
    assert finding.charge == "Support + Hosting"


def test_a_line_split_over_charges_is_compared_as_a_whole() -> None:
    agreement = contract(flat("Support", "60.00"), flat("Hosting", "40.00"), tax_percent=Decimal(21))
    apart = [
        taxed(1, "12.60", "60.00", description="Support"),
        taxed(1, "8.40", "40.00", "INV-1b", description="Hosting"),
    ]
    (sentence,) = sentences([*apart, taxed(2, "9.00")], agreement)
    assert "100.00 EUR was billed at 9% tax, 21% was agreed: the tax is 12.00 EUR short" in sentence
    assert not mismatches([*apart, taxed(2, "21.00")], agreement)


def test_a_document_read_twice_counts_once() -> None:
    sources = (Ledger.from_lines([taxed(1, "0.00")], path=path).sources[0] for path in ("a", "b"))
    report = check((TAXED,), Ledger(tuple(sources)), as_of=AS_OF)
    (sentence,) = (finding.sentence for finding in report.findings if finding.kind == "tax_mismatch")
    assert "100.00 EUR was billed without tax" in sentence


@pytest.mark.parametrize("tax", [Decimal("0.001"), Decimal("NaN")])
def test_a_tax_that_is_no_amount_is_refused(tax: Decimal) -> None:
    with pytest.raises(LedgerRefusedError, match="tax"):
        mismatches([line(tax=tax)])


@given(
    minor=st.integers(1, 10_000_00),
    percent=st.sampled_from([Decimal(text) for text in ("0", "5.5", "8.1", "9", "19.6", "21")]),
    cent=st.integers(-1, 1),
)
def test_no_amount_with_its_own_tax_is_a_mismatch(minor: int, percent: Decimal, cent: int) -> None:
    amount, tax = Decimal(minor) / 100, Decimal(tax_on(minor, percent) + cent) / 100
    agreement = contract(flat("Support", "100.00"), tax_percent=percent)
    assert not mismatches([line(amount=str(amount), tax=tax)], agreement)


def test_a_credit_at_the_same_percent_lessens_what_is_short() -> None:
    """100.00 at 9 % is 12.00 short of 21 %; 50.00 of it credited at 9 % is 6.00 less short, and a cent nothing."""
    lines = [taxed(1, "9.00"), taxed(2, "-4.50", "-50.00", "CN-1", kind="credit_note")]
    (said,) = sentences(lines)
    assert said.endswith("50.00 EUR was billed at 9% tax, 21% was agreed: the tax is 6.00 EUR short.")
    (said,) = sentences([taxed(2, "-4.50", "-50.00", "CN-1", kind="credit_note")])
    assert said.endswith("-50.00 EUR was billed at 9% tax, 21% was agreed: the tax is 6.00 EUR too much.")


def test_lines_that_are_not_compared_hide_none_after_them() -> None:
    lines = [
        taxed(1, "9.00", status="draft"), taxed(1, "9.00", number="USD-1", currency="USD"),
        taxed(2, "5.00", "0.00", description="February 2026"), taxed(3, "9.00"),
    ]  # fmt: skip
    assert days(lines) == [(3, 3)]


@pytest.mark.parametrize(("on", "agreed"), [(date(2026, 3, 28), "19"), (date(2026, 3, 29), "21")])
def test_the_percent_of_the_day_itself_was_agreed(on: date, agreed: str) -> None:
    steps = (TaxStep(on=on, percent=Decimal(19)),)
    agreement = contract(flat("Support", "100.00"), tax_percent=Decimal(21), tax_steps=steps)
    (said,) = sentences([taxed(3, "9.00")], agreement)
    assert f"was billed at 9% tax, {agreed}% was agreed" in said


@pytest.mark.parametrize(
    ("amount", "tax", "fits"),
    [
        (10000, 2100, True),
        (10000, 2101, True),  # a cent
        (10000, 2102, False),
        (10001, 2099, True),  # 21.0021 is rounded to 21.00: a cent less is 20.99
        (10050, 2109, True),  # 21.105: one and a half cents at most
        (10050, 2112, True),
        (10050, 2113, False),
        (-10000, 2100, True),  # signs say nothing
        (10000, -2100, True),
        (0, 0, True),
    ],
)
def test_a_tax_fits_within_a_cent_and_the_half_that_rounding_takes(amount: int, tax: int, *, fits: bool) -> None:
    assert _rate_of(Decimal(21)).fits(amount, tax) is fits


@pytest.mark.parametrize(
    ("amount", "tax", "percent"),
    [(10000, 900, "9"), (10000, 550, "5.5"), (1000000, 66600, "6.66"), (10000000, 1234567, "12.35"), (100, 100, "100")],
)
def test_the_percent_of_a_tax_is_the_shortest_that_explains_it(amount: int, tax: int, percent: str) -> None:
    assert _percent_of(amount, tax).normalize() == Decimal(percent)
