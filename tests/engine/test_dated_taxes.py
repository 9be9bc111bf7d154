"""Charges whose agreed tax changes on a day: which of the agreed percents a line may bear."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcheck import Ledger, check
from billcheck.contracts.terms import TaxStep
from billcheck.engine.dated_taxes import DatedTax, Served
from billcheck.period import Cadence
from tests.engine.agreements import contract, flat, line

JULY = date(2026, 7, 1)
STEPS = (TaxStep(JULY, Decimal(16)),)
LOWERED = contract(flat("Support", "100.00"), tax_percent=Decimal(19), tax_steps=STEPS)
LOW, HIGH = "16.00", "19.00"


def taxed(day: str, tax: str, text: str = "Support", **fields: Any) -> Any:
    return line(f"INV-{day}", day, fields.pop("amount", "100.00"), tax=Decimal(tax), description=text, **fields)


def usual(taxes: dict[int, str], text: str = "Support") -> list[Any]:
    """An invoice on the 28th of each month, at 19 % up to June and 16 % from July on unless said otherwise."""
    return [taxed(f"2026-{month:02}-28", taxes.get(month, HIGH if month < 7 else LOW), text) for month in range(1, 12)]


def found(lines: list[Any], agreement: Any = LOWERED) -> list[str]:
    report = check((agreement,), Ledger.from_lines(lines), as_of=date(2026, 12, 31))
    return [finding.sentence for finding in report.findings if finding.kind == "tax_mismatch"]


def test_an_old_percent_that_is_kept_on_is_found_once_no_neighbour_explains_it() -> None:
    """28 July is 27 days from the change: the line may be about June. From 28 August on, 58 days, it is not."""
    (sentence,) = found(usual({7: HIGH, 8: HIGH, 9: HIGH}))
    assert sentence == (
        "Hartwell Interieur, Support, invoiced 2026-08-28 to 2026-09-28: 200.00 EUR was billed at 19% tax, 16% was "
        "agreed: the tax is 6.00 EUR too much."
    )


def test_a_new_percent_before_its_time_is_found() -> None:
    (sentence,) = found(usual({4: LOW}))
    assert sentence.endswith("100.00 EUR was billed at 16% tax, 19% was agreed: the tax is 3.00 EUR short.")


def test_every_line_may_bear_the_percent_of_its_date() -> None:
    assert found(usual({})) == []


@pytest.mark.parametrize(
    ("day", "text", "tax", "agreed"),
    [
        # Period and date agree on 16 %.
        ("2026-07-28", "Support July 2026", HIGH, "16%"),
        ("2026-07-28", "Support July 2026", LOW, None),
        # June in July: the period bears 19 %, the date 16 %.
        ("2026-07-05", "Support June 2026", HIGH, None),
        ("2026-07-05", "Support June 2026", LOW, None),
        # July in June, in advance.
        ("2026-06-28", "Support July 2026", HIGH, None),
        ("2026-06-28", "Support July 2026", LOW, None),
        # Arrears of June long after, and September long before: the date explains nothing.
        ("2026-11-05", "Support June 2026", LOW, "19%"),
        ("2026-11-05", "Support June 2026", HIGH, None),
        ("2026-06-10", "Support September 2026", HIGH, "16%"),
        ("2026-06-10", "Support September 2026", LOW, None),
    ],
)
def test_a_stated_period_and_the_date_about_it(day: str, text: str, tax: str, agreed: str | None) -> None:
    sentences = found([taxed(day, tax, text)])
    assert [sentence.split("tax, ")[1].split(" was")[0] for sentence in sentences] == ([agreed] if agreed else [])


@pytest.mark.parametrize("tax", [LOW, HIGH])
def test_a_period_around_the_change_may_bear_either(tax: str) -> None:
    """A year in advance: invoiced under 19 %, complete under 16 %."""
    yearly = flat("Support", "100.00", every=Cadence("year"), timing="in_advance", invoice_day=None)
    agreement = contract(yearly, tax_percent=Decimal(19), tax_steps=STEPS)
    assert found([taxed("2026-01-01", tax, "Support 2026")], agreement) == []


def test_a_credit_of_an_old_period_bears_its_old_percent() -> None:
    lines = usual({})
    lines.append(taxed("2026-11-20", "-19.00", "Credit for INV-2026-03-28", amount="-100.00"))
    assert found(lines) == []


def test_texts_that_are_copied_from_invoice_to_invoice_state_no_period() -> None:
    assert found(usual({}, "Support January 2026")) == []


def test_a_line_that_went_to_no_period_may_bear_any_percent() -> None:
    """The charge ended in March; it is billed on in December at the percent of March."""
    ended = contract(flat("Support", "100.00", end=date(2026, 4, 1)), tax_percent=Decimal(19), tax_steps=STEPS)
    assert (
        found([*usual({})[:3], taxed("2026-12-01", HIGH, "Support March 2026"), taxed("2026-12-15", HIGH)], ended) == []
    )


def test_a_percent_that_was_never_agreed_is_told_with_the_one_of_its_date() -> None:
    sentences = found(usual({3: "9.00", 10: "9.00"}))
    assert [sentence.split("tax, ")[1].split(" was")[0] for sentence in sentences] == ["19%", "16%"]


def test_a_line_of_a_group_is_held_to_the_percent_of_the_group() -> None:
    twins = contract(flat("Support", "60.00"), flat("Hosting", "40.00"), tax_percent=Decimal(19), tax_steps=STEPS)
    assert len(found(usual({9: HIGH}, "Services"), twins)) == 1
    assert found(usual({}, "Services"), twins) == []


class TestAccepted:
    """16 % from day 100 on, 0 % from day 200 on."""

    DATED = DatedTax(
        Decimal(19),
        (TaxStep(date.fromordinal(100), Decimal(16)), TaxStep(date.fromordinal(200), Decimal(0))),
    )

    def accepted(self, first_day: int, end: int, issue_day: int, *, is_stated: bool = True) -> list[int]:
        served = Served(first_day, end, end, is_stated)
        return sorted(map(int, self.DATED.accepted((served,), issue_day)))

    def test_the_percents_in_force_in_the_period(self) -> None:
        assert self.accepted(70, 100, 70) == [19]
        assert self.accepted(70, 101, 70) == [16, 19]
        assert self.accepted(100, 130, 130) == [16]
        assert self.accepted(99, 201, 150) == [0, 16, 19]

    def test_the_date_counts_up_to_45_days_beside_the_period(self) -> None:
        assert self.accepted(30, 60, 104) == [16, 19]
        assert self.accepted(30, 60, 105) == [16, 19]  # 45 days after the usual invoice
        assert self.accepted(30, 60, 106) == [19]
        assert self.accepted(144, 150, 99) == [16, 19]
        assert self.accepted(145, 150, 99) == [16]

    def test_without_a_stated_period_its_neighbours_count(self) -> None:
        assert self.accepted(25, 55, 55, is_stated=False) == [16, 19]
        assert self.accepted(24, 54, 54, is_stated=False) == [19]
        assert self.accepted(115, 145, 145, is_stated=False) == [16]
        assert self.accepted(115, 144, 144, is_stated=False) == [16, 19]
        assert self.accepted(120, 155, 155, is_stated=False) == [0, 16]
        assert self.accepted(0, 10, 300, is_stated=False) == [19]

    def test_every_percent_once(self) -> None:
        again = DatedTax(Decimal(19), (*self.DATED.steps, TaxStep(date.fromordinal(300), Decimal(19))))
        assert again.percents == (Decimal(19), Decimal(16), Decimal(0))
        assert [int(again.on(day)) for day in (1, 99, 100, 199, 200, 299, 300)] == [19, 19, 16, 16, 0, 0, 19]


# June 2026 of an agreement whose percent changes on 1 July; 45 days before and after it count as about its time.
FIRST, END = date(2026, 6, 1).toordinal(), JULY.toordinal()


@pytest.mark.parametrize(
    ("day", "is_near"),
    [(FIRST - 46, False), (FIRST - 45, True), (END - 1, True), (END, True), (END + 44, True), (END + 45, False)],
)
def test_an_invoice_is_about_its_period_forty_five_days_around_it(day: int, *, is_near: bool) -> None:
    assert Served(FIRST, END, FIRST, is_stated=True).is_near(day) is is_near


def test_an_invoice_far_from_its_period_may_be_about_the_day_it_is_usually_written() -> None:
    late = Served(FIRST, END, END + 100, is_stated=True)
    assert [late.is_near(day) for day in (END + 54, END + 55, END + 145, END + 146)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("first_day", "end", "is_stated", "issue_day", "percents"),
    [
        (FIRST, END, True, FIRST, {19}),
        (FIRST, END, True, END - 1, {19}),
        (FIRST, END, True, END, {19, 16}),  # dated on the very day of the change
        (FIRST, END, False, END - 46, {19}),
        (FIRST, END, False, END - 45, {19, 16}),  # without a stated period its neighbour may be meant
        (FIRST, END + 1, True, FIRST, {19, 16}),  # one day of the period bears the new percent
        (END, END + 31, True, END + 5, {16}),
        (END, END + 31, True, END - 1, {16, 19}),
    ],
)
def test_the_percents_that_a_line_may_bear(
    first_day: int, end: int, issue_day: int, percents: set[int], *, is_stated: bool
) -> None:
    dated = DatedTax(Decimal(19), STEPS)
    assert dated.accepted([Served(first_day, end, first_day, is_stated)], issue_day) == percents
