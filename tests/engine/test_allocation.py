"""Where billed money goes: own periods, habit, credits, exact settlement, duplicates, and what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.check import check
from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.ledger.source import Ledger
from billcheck.period import Cadence
from tests.engine.agreements import contract, flat, line, month_ends, one_off

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

AS_OF = date(2026, 9, 4)


def checked(agreed: Contract, lines: list[Line], **options: Any) -> Report:
    return check([agreed], Ledger.from_lines(lines), **({"as_of": AS_OF} | options))


def remarkable(report: Report) -> dict[str, tuple[str, str]]:
    """Status and billed amount of every row that is neither ok nor not due, under its first day."""
    return {
        row.first_day.isoformat(): (row.status.value, str(row.billed))
        for row in report.rows
        if row.status.value not in {"ok", "not_due"}
    }


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def stated(day: str, first: str, last: str, amount: str = "2400.00", document: str = "P") -> Line:
    return line(
        document, day, amount, period_first_day=date.fromisoformat(first), period_last_day=date.fromisoformat(last)
    )


def without(lines: list[Line], *documents: str) -> list[Line]:
    return [item for item in lines if item.document not in documents]


# --- own periods ---------------------------------------------------------------------------------------------------


def test_a_stated_period_goes_before_the_date() -> None:
    lines = [*without(month_ends(8), "INV-3"), stated("2026-07-10", "2026-03-01", "2026-03-31")]
    assert remarkable(checked(contract(), lines)) == {}


def test_a_stated_month_means_the_anniversary_period_it_shares_most_days_with() -> None:
    agreed = contract(flat(start=date(2026, 1, 15), invoice_day=None), start=date(2026, 1, 15))
    lines = [stated("2026-02-20", "2026-02-01", "2026-02-28", document="A")]
    rows = checked(agreed, lines, as_of=date(2026, 3, 20)).rows
    assert [(str(row.first_day), str(row.billed)) for row in rows if row.billed] == [("2026-02-15", "2400.00")]


def test_a_part_of_a_period_means_that_period() -> None:
    lines = [*without(month_ends(8), "INV-3"), stated("2026-03-16", "2026-03-01", "2026-03-15", "1200.00", "A"),
             stated("2026-03-31", "2026-03-16", "2026-03-31", "1200.00", "B")]  # fmt: skip
    assert remarkable(checked(contract(), lines)) == {}


def test_a_range_is_split_by_what_is_still_open() -> None:
    lines = [*month_ends(2), line("INV-3", "2026-03-31", "400.00"), *month_ends(3, first=6)]
    lines[2] = stated("2026-03-31", "2026-03-01", "2026-03-31", "400.00", "INV-3")
    lines.append(stated("2026-06-05", "2026-03-01", "2026-05-31", "6800.00", "R"))
    report = checked(contract(), lines)
    assert remarkable(report) == {}
    assert [str(item.amount) for row in report.rows for item in row.evidence if item.document == "R"] == [
        "2000.00",
        "2400.00",
        "2400.00",
    ]


def test_a_range_over_periods_already_billed_is_split_by_what_was_expected() -> None:
    lines = [*month_ends(8), stated("2026-06-05", "2026-03-01", "2026-04-30", "100.00", "R")]
    pinned = [
        replace(item, period_first_day=item.issue_date.replace(day=1), period_last_day=item.issue_date)
        for item in lines[:-1]
    ]
    assert remarkable(checked(contract(), [*pinned, lines[-1]])) == {
        "2026-03-01": ("overbilled", "2450.00"),
        "2026-04-01": ("overbilled", "2450.00"),
    }


def test_a_period_outside_the_term_is_residue() -> None:
    report = checked(contract(), [*month_ends(8), stated("2026-01-05", "2025-12-01", "2025-12-31")])
    assert [(item.kind, str(item.amount)) for item in report.residue] == [("out_of_term", "2400.00")]
    assert kinds(report) == ["out_of_term"]
    assert report.arrears == {"EUR": Decimal("0.00")}


# --- habit and order -----------------------------------------------------------------------------------------------


def test_twenty_days_late_as_always_awaits_longer_than_grace() -> None:
    late = [replace(item, issue_date=date.fromordinal(item.issue_date.toordinal() + 20)) for item in month_ends(7)]
    report = checked(contract(), late, as_of=date(2026, 9, 15), covers=(date(2026, 1, 1), date(2026, 9, 15)))
    assert remarkable(report) == {"2026-08-01": ("awaiting", "0.00")}
    assert kinds(report) == ["habit"]
    later = checked(contract(), late, as_of=date(2026, 10, 15), covers=(date(2026, 1, 1), date(2026, 10, 15)))
    assert remarkable(later)["2026-08-01"] == ("missing", "0.00")


def test_two_late_invoices_already_lengthen_the_wait() -> None:
    late = [replace(item, issue_date=date.fromordinal(item.issue_date.toordinal() + 8)) for item in month_ends(2)]
    covers = (date(2026, 1, 1), date(2026, 4, 30))
    assert remarkable(checked(contract(), late, as_of=date(2026, 4, 13), covers=covers)) == {
        "2026-03-01": ("awaiting", "0.00")
    }


def test_a_quarterly_habit_awaits_the_end_of_its_block() -> None:
    quarters = [line(f"Q{n}", day, "7200.00") for n, day in enumerate(("2026-03-31", "2026-06-30"), 1)]
    quarters.append(line("Q0", "2025-12-31", "7200.00"))
    agreed = contract(flat(start=date(2025, 10, 1)), start=date(2025, 10, 1))
    report = checked(agreed, quarters, covers=(date(2025, 10, 1), AS_OF))
    assert remarkable(report) == {"2026-07-01": ("awaiting", "0.00"), "2026-08-01": ("awaiting", "0.00")}


# --- credits -------------------------------------------------------------------------------------------------------


def credit(amount: str, day: str = "2026-06-05", document: str = "CN", **fields: Any) -> Line:
    return line(document, day, amount, kind="credit_note", **fields)


@pytest.mark.parametrize("named", ["INV-5", ""])
def test_a_credit_in_full_and_a_new_invoice_change_nothing(named: str) -> None:
    lines = [*month_ends(8), credit("-2400.00", credits_document=named), line("RB", "2026-06-06")]
    report = checked(contract(), lines)
    assert remarkable(report) == {}
    assert kinds(report) == []


def test_a_credit_in_full_alone_leaves_the_period_open_and_says_why() -> None:
    report = checked(contract(), [*month_ends(8), credit("-2400.00", credits_document="INV-5")])
    assert remarkable(report) == {"2026-05-01": ("missing", "0.00")}
    assert kinds(report) == ["credited_not_rebilled"]
    assert report.totals[0].credited == 240000


def test_a_credit_in_part_is_subtracted_from_the_document_it_names() -> None:
    report = checked(contract(), [*month_ends(8), credit("-400.00", credits_document="INV-5")])
    assert remarkable(report) == {"2026-05-01": ("underbilled", "2000.00")}
    assert kinds(report) == ["credited_not_rebilled"]


def test_a_credit_in_part_is_subtracted_from_the_period_it_states() -> None:
    given = credit("-400.00", period_first_day=date(2026, 3, 1), period_last_day=date(2026, 3, 31))
    assert remarkable(checked(contract(), [*month_ends(8), given])) == {"2026-03-01": ("underbilled", "2000.00")}


def test_a_credit_of_an_excess_makes_the_period_right() -> None:
    lines = [*without(month_ends(8), "INV-5"), line("INV-5", "2026-05-31", "2900.00")]
    report = checked(contract(), [*lines, credit("-500.00", credits_document="INV-5")])
    assert remarkable(report) == {}
    assert kinds(report) == []


def test_a_credit_that_only_names_the_charge_corrects_the_excess_it_equals() -> None:
    lines = [*without(month_ends(8), "INV-3"), line("INV-3", "2026-03-31", "2900.00")]
    report = checked(contract(), [*lines, credit("-500.00", description="Retainer")])
    assert remarkable(report) == {}


def test_a_credit_linked_to_nothing_is_an_open_question_outside_arrears() -> None:
    report = checked(contract(), [*month_ends(8), credit("-400.00")])
    assert remarkable(report) == {}
    assert kinds(report) == ["open_credit"]
    assert [str(item.amount) for item in report.residue] == ["-400.00"]


def test_a_credit_of_a_document_the_ledger_does_not_hold_is_an_open_question() -> None:
    report = checked(contract(), [*month_ends(8), credit("-400.00", credits_document="OLD-9")])
    assert "OLD-9, which bills nothing for this charge" in report.residue[0].reason


def test_a_negative_line_of_an_invoice_is_netted_inside_it() -> None:
    lines = [
        *without(month_ends(8), "INV-5"),
        line("INV-5", "2026-05-31", "2500.00"),
        line("INV-5", "2026-05-31", "-100.00"),
    ]
    assert remarkable(checked(contract(), lines)) == {}


# --- exact settlement ----------------------------------------------------------------------------------------------


def test_a_late_line_that_equals_all_open_shortfalls_settles_them() -> None:
    lines = [*month_ends(2), *month_ends(2, "1200.00", 3), *month_ends(4, first=5), line("X", "2026-07-10", "2400.00")]
    report = checked(contract(), lines)
    assert remarkable(report) == {"2026-03-01": ("settled", "2400.00"), "2026-04-01": ("settled", "2400.00")}
    assert report.totals[0].inferred == 240000
    assert report.verdict.value == "clean"


def test_an_excess_settles_an_open_shortfall_it_equals() -> None:
    lines = [
        *month_ends(2),
        *month_ends(1, "1300.00", 3),
        *month_ends(4, first=4),
        line("INV-8", "2026-08-31", "3500.00"),
    ]
    assert remarkable(checked(contract(), lines)) == {"2026-03-01": ("settled", "2400.00")}


def test_equal_shortfalls_are_settled_oldest_first() -> None:
    lines = [*month_ends(2), *month_ends(2, "1200.00", 3), *month_ends(4, first=5), line("X", "2026-07-10", "1200.00")]
    found = remarkable(checked(contract(), lines))
    assert found["2026-03-01"] == ("settled", "2400.00")
    assert found["2026-04-01"] == ("underbilled", "1200.00")


def test_an_amount_that_equals_nothing_exactly_stays_in_sight() -> None:
    lines = [*month_ends(2), *month_ends(2, "1200.00", 3), *month_ends(4, first=5), line("X", "2026-07-10", "2399.00")]
    report = checked(contract(), lines)
    assert remarkable(report) == {"2026-03-01": ("underbilled", "1200.00"), "2026-04-01": ("underbilled", "1200.00")}
    assert [(item.kind, str(item.amount)) for item in report.residue] == [("left_over", "2399.00")]


def test_candidates_of_unlike_shape_are_named_and_not_chosen() -> None:
    amounts = {3: "600.00", 5: "1800.00", 6: "1200.00"}
    lines = [
        line(f"INV-{n}", item.issue_date.isoformat(), amounts.get(n, "2400.00"))
        for n, item in enumerate(month_ends(8), 1)
    ]
    report = checked(contract(), [*lines, line("X", "2026-07-12", "1800.00")])
    assert "of different shape" in report.residue[0].reason
    assert report.arrears == {"EUR": Decimal("3600.00")}


def test_a_shortfall_is_not_settled_before_it_is_due() -> None:
    lines = [*month_ends(7), line("INV-8", "2026-08-31", "1200.00"), line("X", "2026-05-12", "1200.00")]
    report = checked(contract(), lines)
    assert remarkable(report)["2026-08-01"] == ("underbilled", "1200.00")


# --- ahead and twice -----------------------------------------------------------------------------------------------


def test_one_invoice_for_its_period_and_the_next_is_billed_ahead() -> None:
    lines = [*month_ends(7), line("INV-8", "2026-08-31", "7200.00")]
    assert remarkable(checked(contract(), lines)) == {
        "2026-09-01": ("billed_ahead", "2400.00"),
        "2026-10-01": ("billed_ahead", "2400.00"),
    }


def test_a_repeat_on_the_next_day_is_a_duplicate() -> None:
    report = checked(contract(), [*month_ends(8), line("D", "2026-06-01")])
    assert remarkable(report) == {"2026-05-01": ("overbilled", "4800.00")}
    assert kinds(report) == ["duplicate"]
    assert report.overbilled == {"EUR": Decimal("2400.00")}


def test_a_repeat_for_a_stated_period_is_a_duplicate_not_a_payment_ahead() -> None:
    lines = [
        replace(item, period_first_day=item.issue_date.replace(day=1), period_last_day=item.issue_date)
        for item in month_ends(8)
    ]
    lines.append(stated("2026-09-01", "2026-08-01", "2026-08-31", document="D"))
    report = checked(contract(), lines)
    assert remarkable(report) == {"2026-08-01": ("overbilled", "4800.00")}
    assert kinds(report) == ["duplicate"]


def test_a_repeat_for_a_stated_period_never_settles_a_missing_one() -> None:
    lines = [
        replace(item, period_first_day=item.issue_date.replace(day=1), period_last_day=item.issue_date)
        for item in without(month_ends(8), "INV-3")
    ]
    lines.append(stated("2026-06-04", "2026-05-01", "2026-05-31", document="D"))
    report = checked(contract(), lines)
    assert remarkable(report) == {"2026-03-01": ("missing", "0.00"), "2026-05-01": ("overbilled", "4800.00")}
    assert kinds(report) == ["missing", "duplicate"]


# --- changes -------------------------------------------------------------------------------------------------------


def seats(**amendment: Any) -> Contract:
    change = Amendment(on=date(2026, 5, 16), quantity=Decimal(16), **amendment)
    charge = replace(
        flat("Seats"), model="per_unit", price=UnitPrice(Decimal("31.00")), quantity=Decimal(10),
        timing="in_advance", invoice_day=None, amendments=(change,),
    )  # fmt: skip
    return contract(charge)


def month_starts(amounts: dict[int, str]) -> list[Line]:
    return [line(f"INV-{month}", f"2026-{month:02d}-01", amount) for month, amount in amounts.items()]


SEATS_BILLED = {1: "310.00", 2: "310.00", 3: "310.00", 4: "310.00", 5: "310.00", 7: "496.00", 8: "496.00", 9: "496.00"}


def test_a_change_is_fed_by_the_excess_of_the_invoice_it_is_due_with() -> None:
    lines = month_starts(SEATS_BILLED | {6: "592.00"})
    report = checked(seats(), lines)
    assert remarkable(report) == {}
    assert [(str(row.first_day), str(row.billed)) for row in report.rows if row.is_change] == [("2026-05-16", "96.00")]


def test_a_forgotten_change_is_missing_on_its_own() -> None:
    report = checked(seats(), month_starts(SEATS_BILLED | {6: "496.00"}))
    assert remarkable(report) == {"2026-05-16": ("missing", "0.00")}
    assert report.arrears == {"EUR": Decimal("96.00")}


def test_a_lower_quantity_is_netted_with_the_next_invoice() -> None:
    agreed = seats()
    change = Amendment(on=date(2026, 5, 16), quantity=Decimal(5))
    agreed = replace(agreed, charges=(replace(agreed.charges[0], amendments=(change,)),))
    billed = SEATS_BILLED | {6: "75.00", 7: "155.00", 8: "155.00", 9: "155.00"}
    assert remarkable(checked(agreed, month_starts(billed))) == {}


def test_a_price_step_not_applied_shows_from_its_day() -> None:
    agreed = contract(flat(price_steps=(PriceStep(on=date(2026, 7, 1), price=FlatPrice(Decimal("2500.00"))),)))
    assert remarkable(checked(agreed, month_ends(8))) == {
        "2026-07-01": ("underbilled", "2400.00"),
        "2026-08-01": ("underbilled", "2400.00"),
    }


# --- what keeps a period from being judged ---------------------------------------------------------------------------


def test_a_draft_is_shown_and_does_not_count() -> None:
    lines = [*month_ends(7), line("D", "2026-08-31", status="draft")]
    report = checked(contract(), lines, as_of=date(2026, 9, 20), covers=(date(2026, 1, 1), date(2026, 9, 20)))
    assert remarkable(report) == {"2026-08-01": ("missing", "0.00")}
    assert kinds(report) == ["missing", "unapproved"]
    assert [item.reason for item in report.set_aside] == ["the document is a draft, which does not count as billed"]


def test_a_line_in_another_currency_leaves_its_period_open_to_doubt() -> None:
    lines = [*without(month_ends(8), "INV-5"), line("INV-5", "2026-05-31", currency="USD")]
    report = checked(contract(), lines)
    assert remarkable(report) == {"2026-05-01": ("inconclusive", "0.00")}
    assert kinds(report) == ["currency_mismatch"]
    assert [(item.kind, item.currency) for item in report.residue] == [("currency_mismatch", "USD")]
    assert report.arrears == {"EUR": Decimal("0.00"), "USD": Decimal("0.00")}


def test_rows_an_ambiguous_line_might_fill_are_not_called_missing() -> None:
    agreed = contract(flat("Support", items=("S",)), flat("Hosting", items=("H",)))
    lines = [replace(item, item=code, document=f"{code}{item.document}") for item in month_ends(8) for code in "SH"]
    lines = [item for item in lines if item.document != "HINV-5"] + [line("?", "2026-05-31", "1000.00")]
    report = checked(agreed, lines)
    assert remarkable(report) == {"2026-05-01": ("inconclusive", "0.00")}
    assert kinds(report) == ["ambiguous"]


def test_a_contract_without_a_line_is_asked_about_and_not_counted() -> None:
    lines = [line("X", "2026-01-01", customer="Somebody"), line("Y", "2026-09-04", customer="Somebody")]
    report = checked(contract(), lines)
    assert kinds(report) == ["never_billed"]
    assert report.arrears == {"EUR": Decimal("0.00")}
    assert report.totals[0].never_billed == report.totals[0].inconclusive == 7 * 240000
    confirmed = checked(contract(confirmed=True), lines)
    assert confirmed.arrears == {"EUR": Decimal("16800.00")}


def test_a_one_off_takes_its_lines_whenever_they_come() -> None:
    agreed = contract(one_off("Setup", "500.00"))
    report = checked(agreed, [line("S", "2026-05-31", "450.00", description="Setup")])
    assert remarkable(report) == {"2026-01-01": ("underbilled", "450.00")}


def test_two_files_with_the_same_document_count_it_once() -> None:
    first, second = Ledger.from_lines(month_ends(8), path="a"), Ledger.from_lines(month_ends(3, first=6), path="b")
    report = check([contract()], Ledger((*first.sources, *second.sources)), as_of=AS_OF)
    assert remarkable(report) == {}
    assert report.counts.set_aside == 3
    assert kinds(report) == []


def test_a_document_that_differs_between_files_is_counted_and_reported() -> None:
    first, second = (
        Ledger.from_lines(month_ends(8), path="a"),
        Ledger.from_lines([line("INV-8", "2026-08-31", "9.00")], path="b"),
    )
    report = check([contract()], Ledger((*first.sources, *second.sources)), as_of=AS_OF)
    assert "document_conflict" in kinds(report)
    assert report.totals[0].billed == 8 * 240000 + 900


def test_quarterly_charges_keep_their_own_interval() -> None:
    agreed = contract(flat(every=Cadence("quarter"), amount="7200.00"))
    amounts = {"2026-03-31": "7200.00", "2026-06-30": "3600.00"}
    lines = [line(day, day, amount) for day, amount in amounts.items()]
    assert remarkable(checked(agreed, lines)) == {"2026-04-01": ("underbilled", "3600.00")}
