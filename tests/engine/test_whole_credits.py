"""Credits that equal a whole invoice of several parts: which invoice, and what each part takes back."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billcheck import Ledger, Line, Report, check
from billcheck.configuration.rules import Configuration, Scope, Selector
from tests.engine.agreements import contract, flat, line

FEE = flat("Fee", "100", timing="in_advance", invoice_day=None, items=("FEE",))
SEATS = flat("Seats", "50", timing="in_advance", invoice_day=None, items=("SEAT",))
WINDOW = (date(2025, 12, 1), date(2026, 2, 20))
FREIGHT_ASIDE = Configuration(Scope(Selector(items=("FREIGHT",))))


def invoice(document: str, day: str, *parts: str) -> list[Line]:
    """An invoice with parts such as "FEE 100"."""
    return [line(document, day, part.split()[1], description="Monthly", item=part.split()[0]) for part in parts]


def credit(document: str, day: str, *amounts: str, **fields: str) -> list[Line]:
    return [line(document, day, amount, description="Cancelled", kind="credit_note", **fields) for amount in amounts]


def examine(*lines: list[Line]) -> Report:
    """The report, the same in whatever order the lines come."""
    flat_lines = [one for some in lines for one in some]
    shuffled = random.Random(7).sample(flat_lines, len(flat_lines))
    reports = [
        check(
            [contract(FEE, SEATS)],
            Ledger.from_lines(each),
            as_of=date(2026, 2, 20),
            covers=WINDOW,
            configuration=FREIGHT_ASIDE,
        )
        for each in (flat_lines, shuffled)
    ]
    assert figures(reports[0]) == figures(reports[1])
    return reports[0]


def figures(report: Report) -> dict[tuple[str, int], tuple[str, int]]:
    """Status and credited cents of every row that is due, by charge and month."""
    return {
        (row.charges[0], row.first_day.month): (str(row.status), row.credited_minor)
        for row in report.rows
        if row.status != "not_due"
    }


JANUARY = invoice("INV-1", "2026-01-01", "FEE 100", "SEAT 50", "FREIGHT 9")
FEBRUARY = invoice("INV-2", "2026-02-01", "FEE 100", "SEAT 50", "FREIGHT 9")
BILLED, GIVEN_BACK = ("ok", 0), "missing"


@pytest.mark.parametrize("amounts", [("-159",), ("-150", "-9"), ("-100", "-59"), ("-9", "-50", "-100"), ("-80", "-79")])
def test_the_latest_equal_invoice_is_taken_back_however_the_credit_is_divided(amounts: tuple[str, ...]) -> None:
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", *amounts))
    assert figures(report) == {
        ("Fee", 1): BILLED,
        ("Seats", 1): BILLED,
        ("Fee", 2): (GIVEN_BACK, 10000),
        ("Seats", 2): (GIVEN_BACK, 5000),
    }
    assert not report.residue
    assert [item.amount_minor for item in report.out_of_scope] == [900 * 2 - 900]


def test_the_invoice_a_credit_names_is_taken_back_and_the_next_credit_takes_another() -> None:
    named = credit("CN-2", "2026-02-11", "-159", credits_document="INV-2")
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", "-159"), named)
    assert {status for status, _ in figures(report).values()} == {GIVEN_BACK}
    assert not report.residue


def test_a_third_credit_of_two_invoices_is_a_question() -> None:
    three = [credit(f"CN-{number}", "2026-02-10", "-159") for number in (1, 2, 3)]
    report = examine(JANUARY, FEBRUARY, *three)
    assert [(item.kind, item.document) for item in report.residue] == [("ambiguous", "CN-3")]


@pytest.mark.parametrize(
    "fields", [{"description": "Parcel March 2026"}, {"item": "FEE"}, {"period_first_day": date(2026, 1, 1)}]
)
def test_a_credit_that_says_what_it_is_for_is_not_divided(fields: dict[str, object]) -> None:
    if "period_first_day" in fields:
        fields = fields | {"period_last_day": date(2026, 1, 31)}
    one = line("CN-1", "2026-02-10", "-159", kind="credit_note", **fields)
    report = examine(JANUARY, FEBRUARY, [one])
    assert ("Seats", 2) in figures(report)
    assert figures(report)["Seats", 2] == BILLED


def test_a_credit_before_the_invoice_or_of_another_amount_is_not_divided() -> None:
    for one in (credit("CN-1", "2025-12-31", "-159"), credit("CN-1", "2026-02-10", "-158.99")):
        report = examine(JANUARY, FEBRUARY, one)
        assert set(figures(report).values()) == {BILLED}
        assert [item.document for item in report.residue] == ["CN-1"]


def test_the_evidence_calls_it_inferred_and_names_both() -> None:
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", "-159"))
    rules = {item.rule for row in report.rows for item in row.evidence if item.document == "CN-1"}
    assert rules == {
        "customer + what the invoice it takes back bills; equal to the whole of an invoice (inferred); credited in full"
    }


@pytest.mark.parametrize(
    ("amount", "fee", "seats"), [("-30", 2000, 1000), ("-0.01", 1, 0), ("-0.02", 1, 1), ("-150", 10000, 5000)]
)
def test_a_part_of_a_named_invoice_is_taken_from_all_its_charges(amount: str, fee: int, seats: int) -> None:
    """The freight is no part of it: what is out of scope is given back with the whole only."""
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", amount, credits_document="INV-1"))
    credited = {charge: minor for (charge, month), (_, minor) in figures(report).items() if month == 1}
    assert credited == {"Fee": fee, "Seats": seats}
    assert not report.residue


def test_more_than_the_charges_of_a_named_invoice_and_less_than_all_of_it_stays_a_question() -> None:
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", "-155", credits_document="INV-1"))
    assert [(item.kind, item.document) for item in report.residue] == [("ambiguous", "CN-1")]


def test_a_credit_that_is_divided_as_its_invoice_is_stays_as_it_is() -> None:
    """Its lines carry the items of the invoice and its amounts, so that nothing has to be inferred."""
    parts = [
        line("CN-1", "2026-02-10", amount, item=item, kind="credit_note", credits_document="INV-1")
        for item, amount in (("FEE", "-100"), ("SEAT", "-50"), ("FREIGHT", "-9"))
    ]
    report = examine(JANUARY, FEBRUARY, parts)
    assert figures(report) == {
        ("Fee", 1): (GIVEN_BACK, 10000),
        ("Seats", 1): (GIVEN_BACK, 5000),
        ("Fee", 2): BILLED,
        ("Seats", 2): BILLED,
    }
    rules = {item.rule for row in report.rows for item in row.evidence if item.document == "CN-1"}
    assert rules == {"customer + item of the charge; period from the invoice date; credited in full"}


def test_a_credit_of_an_invoice_for_one_charge_is_not_divided() -> None:
    one = line("CN-1", "2026-02-10", "-100", item="FEE", kind="credit_note", credits_document="INV-1")
    report = examine(invoice("INV-1", "2026-01-01", "FEE 100"), FEBRUARY, [one])
    assert figures(report)["Fee", 1] == (GIVEN_BACK, 10000)
    assert figures(report)["Fee", 2] == BILLED


def test_a_credit_note_whose_lines_name_several_invoices_is_taken_line_by_line() -> None:
    """100 of January's fee and 50 of February's seats; neither line may take back the whole of an invoice."""
    both = [
        line("CN-1", "2026-02-10", "-100", description="Credit INV-1", item="FEE", kind="credit_note"),
        line("CN-1", "2026-02-10", "-50", description="Credit INV-2", item="SEAT", kind="credit_note"),
    ]
    assert figures(examine(JANUARY, FEBRUARY, both)) == {
        ("Fee", 1): (GIVEN_BACK, 10000),
        ("Seats", 1): BILLED,
        ("Fee", 2): BILLED,
        ("Seats", 2): (GIVEN_BACK, 5000),
    }


def test_a_freight_line_of_more_than_the_freight_takes_back_parts_of_the_charges() -> None:
    """60 and 99 come to the whole invoice of 159, so that each charge and the freight are given back."""
    parts = [
        line("CN-1", "2026-02-10", amount, item=item, kind="credit_note", credits_document="INV-1")
        for item, amount in (("FREIGHT", "-60"), ("FEE", "-99"))
    ]
    report = examine(JANUARY, FEBRUARY, parts)
    assert figures(report)["Fee", 1] == (GIVEN_BACK, 10000)
    assert figures(report)["Seats", 1] == (GIVEN_BACK, 5000)
    assert [item.amount_minor for item in report.out_of_scope] == [900 * 2 - 900]


def test_a_credit_that_names_its_invoice_in_its_text_keeps_the_period_of_its_fields() -> None:
    days = {"period_first_day": date(2026, 1, 1), "period_last_day": date(2026, 1, 31)}
    one = [line("CN-1", "2026-02-10", "-100", description="Credit INV-1", item="FEE", kind="credit_note", **days)]
    report = examine(JANUARY, FEBRUARY, one)
    assert figures(report)["Fee", 1] == (GIVEN_BACK, 10000)
    rules = {item.rule for row in report.rows for item in row.evidence if item.document == "CN-1"}
    assert rules == {"customer + item of the charge; period in its own fields; credited in full"}


# --- what is counted, and whose invoices -----------------------------------------------------------------------------


@pytest.mark.parametrize("amounts", [("-159",), ("-150", "-9"), ("-109", "-50"), ("-100", "-50", "-9")])
def test_lines_are_counted_once_however_they_are_split(amounts: tuple[str, ...]) -> None:
    """Two invoices of three lines and the credit; of the freight the line of February is given back."""
    lines = (JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", *amounts))
    report = examine(*lines)
    (aside,) = report.out_of_scope
    assert (aside.currency, aside.amount_minor) == ("EUR", 900)
    whole_freight = sum(amount == "-9" for amount in amounts)
    assert aside.lines == 2 + whole_freight
    assert report.counts.lines == 6 + len(amounts) - aside.lines


def test_a_freight_line_that_takes_back_a_charge_is_in_scope_again() -> None:
    """Of a line with the item of the freight, 158 of 159, all but 9 are of the charges."""
    concerns_none = line("CN-1", "2026-02-10", "-159", item="FREIGHT", kind="credit_note")
    assert set(figures(examine(JANUARY, FEBRUARY, [concerns_none])).values()) == {BILLED}
    fields = {"kind": "credit_note", "credits_document": "INV-2"}
    named = [
        line("CN-1", "2026-02-10", amount, item=item, **fields) for amount, item in (("-158", "FREIGHT"), ("-1", "FEE"))
    ]
    report = examine(JANUARY, FEBRUARY, named)
    assert figures(report)["Fee", 2] == (GIVEN_BACK, 10000)
    assert figures(report)["Seats", 2] == (GIVEN_BACK, 5000)
    (aside,) = report.out_of_scope
    assert (aside.amount_minor, aside.lines) == (900, 2)


@pytest.mark.parametrize(
    ("day", "number", "taken"),
    [("2026-02-01", "CN-1", True), ("2026-02-10", "INV-0", True), ("2026-01-31", "CN-1", False)],
)
def test_an_invoice_of_the_same_day_may_be_taken_back(day: str, number: str, taken: bool) -> None:
    """Of the two equal invoices that of January is taken back where February's is not written yet."""
    report = examine(JANUARY, FEBRUARY, credit(number, day, "-159"))
    assert figures(report)["Fee", 2] == ((GIVEN_BACK, 10000) if taken else BILLED)
    assert figures(report)["Fee", 1] == (BILLED if taken else (GIVEN_BACK, 10000))


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"status": "void"}, {"currency": "USD"}])
def test_an_invoice_that_does_not_count_is_not_taken_back(fields: dict[str, Any]) -> None:
    without = [replace(one, **fields) for one in FEBRUARY]
    report = examine(JANUARY, without, credit("CN-1", "2026-02-10", "-159"))
    assert figures(report)["Fee", 1] == (GIVEN_BACK, 10000)
    assert figures(report)["Seats", 1] == (GIVEN_BACK, 5000)


def test_an_invoice_with_a_line_that_fits_several_charges_is_not_divided() -> None:
    doubtful = [
        *invoice("INV-2", "2026-02-01", "FEE 99", "FREIGHT 9"),
        line("INV-2", "2026-02-01", "51", description="?"),
    ]
    report = examine(JANUARY, doubtful, credit("CN-1", "2026-02-10", "-159"))
    assert figures(report)["Fee", 1] == (GIVEN_BACK, 10000)


def test_what_no_charge_is_for_is_given_back_as_such() -> None:
    """Fee, seats and 9 of something no charge is for: the credit of the whole leaves none of the 9."""
    invoices = [invoice(f"INV-{month}", f"2026-0{month}-01", "FEE 100", "SEAT 50", "ELSE 9") for month in (1, 2)]
    report = examine(*invoices, credit("CN-1", "2026-02-10", "-159"))
    assert figures(report)["Fee", 2] == (GIVEN_BACK, 10000)
    assert figures(report)["Seats", 2] == (GIVEN_BACK, 5000)
    left = sorted((item.kind, item.document, item.amount_minor) for item in report.residue)
    assert left == [("unmatched", "CN-1", -900), ("unmatched", "INV-1", 900), ("unmatched", "INV-2", 900)]
    (of_credit,) = [item for item in report.residue if item.document == "CN-1"]
    assert of_credit.candidates == ('C-117 "Fee"', 'C-117 "Seats"')


def test_credits_of_one_customer_leave_the_invoices_of_another_alone() -> None:
    """Both customers have the same invoices; the first credit of each takes back its own of February."""
    other = contract(FEE, SEATS, name="C-2", customer="Juniper")
    parts = [*JANUARY, *FEBRUARY]
    lines = [*parts, *(replace(one, customer="Juniper", document=f"J-{one.document}") for one in parts)]
    credits_ = credit("CN-1", "2026-02-10", "-158"), credit("CN-2", "2026-02-11", "-159")
    lines += [*credits_[0], *credits_[1], *credit("CN-3", "2026-02-11", "-159", customer="Juniper")]
    report = check(
        [contract(FEE, SEATS), other], Ledger.from_lines(lines), as_of=date(2026, 2, 20), covers=WINDOW,
        configuration=FREIGHT_ASIDE,
    )  # fmt: skip
    for item in report.contracts:
        credited = {(row.charges[0], row.first_day.month): row.credited_minor for row in item.rows}
        assert (credited["Fee", 1], credited["Fee", 2], credited["Seats", 2]) == (0, 10000, 5000)
    assert [(item.document, item.amount_minor) for item in report.residue] == [("CN-1", -15800)]


def test_a_credit_note_with_a_line_above_zero_is_not_divided() -> None:
    lines = [*credit("CN-1", "2026-02-10", "-159"), line("CN-1", "2026-02-10", "1", kind="credit_note", item="FEE")]
    report = examine(JANUARY, FEBRUARY, lines)
    assert figures(report)["Seats", 2] == BILLED
    assert figures(report)["Seats", 1] == BILLED


def test_a_credit_for_a_contract_whose_only_line_it_is_makes_it_known() -> None:
    """The invoice of the whole names two contracts by the items; the credit takes back both."""
    fee, seats = contract(FEE), contract(SEATS, name="C-2")
    lines = [*JANUARY, *FEBRUARY, *credit("CN-1", "2026-02-10", "-159")]
    report = check(
        [fee, seats], Ledger.from_lines(lines), as_of=date(2026, 2, 20), covers=WINDOW, configuration=FREIGHT_ASIDE
    )
    assert figures(report)["Fee", 2] == (GIVEN_BACK, 10000)
    assert figures(report)["Seats", 2] == (GIVEN_BACK, 5000)
    assert not report.residue


def test_a_credit_of_more_than_the_invoice_it_names_is_a_question() -> None:
    report = examine(JANUARY, FEBRUARY, credit("CN-1", "2026-02-10", "-160", credits_document="INV-1"))
    assert [(item.kind, item.document, item.amount_minor) for item in report.residue] == [("ambiguous", "CN-1", -16000)]
    assert set(figures(report).values()) == {BILLED}


def test_of_two_invoices_with_one_number_neither_is_divided() -> None:
    again = [replace(one, document="INV-1") for one in FEBRUARY]
    report = examine(JANUARY, again, credit("CN-1", "2026-02-10", "-30", credits_document="INV-1"))
    assert [(item.kind, item.document) for item in report.residue] == [("ambiguous", "CN-1")]


def test_a_line_goes_to_the_part_of_its_own_kind_before_another_of_the_same_amount() -> None:
    """Fee and seats are 50 each; the first line of the credit names the seats, so the other takes back the fee."""
    alike = invoice("INV-2", "2026-02-01", "FEE 50", "SEAT 50", "FREIGHT 9")
    lines = [
        line("CN-1", "2026-02-10", amount, item=item, kind="credit_note", credits_document="INV-2")
        for item, amount in (("SEAT", "-50"), ("FREIGHT", "-59"))
    ]
    report = examine(JANUARY, alike, lines)
    rules = {
        row.charges[0]: [(item.line, item.amount_minor) for item in row.evidence if item.document == "CN-1"]
        for row in report.rows
        if row.first_day.month == 2
    }
    assert rules == {"Fee": [(2, -5000)], "Seats": [(1, -5000)]}
