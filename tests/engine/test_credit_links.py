"""Numbers of invoices in words: what may be one, and which invoice a credit is linked to by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from billcheck import Ledger, Line, Report, check
from billcheck.engine.columns import Columns
from billcheck.engine.credit_links import Mentioned, find_numbers, note_credits, spell_number
from billcheck.engine.keys import make_directory
from billcheck.findings import Status
from tests.engine.agreements import contract, flat
from tests.engine.agreements import line as any_line


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Credit for INV-1042", "INV-1042"),
        ("credit for inv 1042.", "INV-1042"),
        ("Ref:INV1042", "INV-1042"),
        ("Gutschrift zu Rechnung RE-2026-017", "RE-2026-017"),
        ("Gutschrift (RE 2026 017)", "RE-2026-017"),
        ("Avoir sur facture 2026-017", "2026-017"),
        ("Kreditnota faktura nr. 10042, februar", "10042"),
        ("Creditnota bij factuurnummer 20260017", "20260017"),
        ("Gutschrift zu Rechnungsnummer 4711", "4711"),
        ("Credit invoice #4711", "4711"),
        ("Nota de crédito factura nº 4711", "4711"),
        ("Correction of invoices 41 and 42", "41"),
    ],
)
def test_a_number_in_words_is_found(text: str, number: str) -> None:
    assert spell_number(number) in find_numbers(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Credit 2026", "2026"),
        ("Credit EUR 1042", "1042"),
        ("Order no. 1042", "1042"),
        ("Credit of 12 March 2026", "12"),
        ("A4 paper sent back", "A4"),
        ("Credit for INV-1042", "INV-104"),
        ("Credit for INV-1042", "1042"),
        ("Invoice of March, 40 hours", "40"),
        ("Credit", "Credit"),
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str, number: str) -> None:
    assert spell_number(number) not in find_numbers(text)


def line(document: str, day: str, amount: str, text: str = "Services", **fields: str) -> Line:
    return any_line(document, day, amount, description=text, **fields)


MONTHLY = flat(amount="100", timing="in_advance", invoice_day=None)
THREE_MONTHS = (
    line("INV-1", "2026-01-01", "100"),
    line("INV-2", "2026-02-01", "100"),
    line("INV-3", "2026-03-01", "100"),
)


def month_credited(*lines: Line) -> list[int]:
    """The months of which something was credited."""
    report = examine(*lines)
    return [row.first_day.month for row in report.rows if row.credited_minor or row.status is Status.UNDERBILLED]


def examine(*lines: Line) -> Report:
    return check([contract(MONTHLY)], Ledger.from_lines(lines), as_of=date(2026, 3, 31))


@pytest.mark.parametrize("day", ["2026-02-01", "2026-03-20"])
def test_a_credit_takes_back_the_invoice_it_names(day: str) -> None:
    assert month_credited(*THREE_MONTHS, line("CN-1", day, "-30", "Credit for INV-2", kind="credit_note")) == [2]


def test_lines_of_one_credit_note_may_name_invoices_each() -> None:
    credit = (
        line("CN-1", "2026-03-20", "-30", "Credit for INV-1", kind="credit_note"),
        line("CN-1", "2026-03-20", "-20", "Credit for INV-2", kind="credit_note"),
    )
    assert month_credited(*THREE_MONTHS, *credit) == [1, 2]


def test_what_one_line_names_holds_for_the_credit_note() -> None:
    credit = (
        line("CN-1", "2026-03-20", "-30", "Credit for INV-1", kind="credit_note"),
        line("CN-1", "2026-03-20", "-20", "and for the trouble", kind="credit_note"),
    )
    report = examine(*THREE_MONTHS, *credit)
    assert [row.credited_minor for row in report.rows if row.credited_minor] == [5000]
    assert not report.residue


def test_the_text_comes_before_the_reference() -> None:
    credit = line("CN-1", "2026-03-20", "-30", "Credit for INV-2", reference="INV-1", kind="credit_note")
    assert month_credited(*THREE_MONTHS, credit) == [2]


def test_a_negative_invoice_is_linked_by_its_reference_and_a_discount_is_not() -> None:
    assert month_credited(*THREE_MONTHS, line("INV-4", "2026-03-20", "-30", reference="INV-2")) == [2]
    discounted = (
        line("INV-3", "2026-03-01", "100", reference="INV-2"),
        line("INV-3", "2026-03-01", "-30", "Discount", reference="INV-2"),
    )
    assert month_credited(*THREE_MONTHS[:2], *discounted) == [3]


def test_a_later_invoice_is_not_meant() -> None:
    credit = line("CN-1", "2026-02-10", "-30", "Will be billed by INV-3", kind="credit_note")
    assert month_credited(*THREE_MONTHS, credit) == []


def test_a_number_of_two_invoices_links_nothing() -> None:
    again = line("INV-1", "2026-02-15", "7", "Something else")
    credit = line("CN-1", "2026-03-20", "-30", "Credit for INV-1", kind="credit_note")
    assert [item.document for item in examine(*THREE_MONTHS, again, credit).residue] == ["INV-1", "CN-1"]


def test_a_void_invoice_may_be_named_and_a_draft_may_not() -> None:
    credit = line("CN-1", "2026-03-20", "-100", "Credit for INV-9", kind="credit_note")
    voided = examine(*THREE_MONTHS, line("INV-9", "2026-02-20", "100", status="void"), credit)
    assert [item.document for item in voided.residue] == ["CN-1"]
    assert "INV-9" in voided.residue[0].reason
    # Else the credit takes back the latest invoice of its amount.
    drafted = examine(*THREE_MONTHS, line("INV-9", "2026-02-20", "100", status="draft"), credit)
    assert not drafted.residue


def test_the_evidence_says_by_what_a_credit_was_linked() -> None:
    report = examine(*THREE_MONTHS, line("CN-1", "2026-03-20", "-30", "Credit for INV-2", kind="credit_note"))
    rules = [item.rule for row in report.rows for item in row.evidence if item.document == "CN-1"]
    words = "number of an invoice in the text or reference; credit linked to this period"
    assert rules == [f"customer + the only charge that fits; {words}"]


def test_another_name_of_the_customer_is_the_same_customer() -> None:
    credit = line("CN-1", "2026-03-20", "-30", "Credit for INV-2", kind="credit_note", customer="Hartwell Nederland")
    other = replace(credit, customer="Hartwell Interieur:Utrecht")
    for one in (credit, other):
        agreed = contract(MONTHLY, aliases=("Hartwell Nederland",), sub_customers=True)
        report = check([agreed], Ledger.from_lines([*THREE_MONTHS, one]), as_of=date(2026, 3, 31))
        assert [row.first_day.month for row in report.rows if row.credited_minor] == [2]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("4711", False),  # nothing stands before it
        ("invoice 4711", True),
        ("invoice no. 4711", True),
        ("no. 4711", False),
        ("credit no. 4711", False),
        ("credit invoice number 4711", True),
        ("invoice of order no. 4711", False),
        ("order 4711 invoice", False),
        ("your order no. 4711", False),
        ("factuurnr 4711", True),
    ],
)
def test_figures_alone_are_a_number_after_the_word_invoice(text: str, *, is_one: bool) -> None:
    assert ("4711" in find_numbers(text)) is is_one


def noted(*lines: Line) -> dict[int, Mentioned]:
    """What is remembered of lines, by their place in the batch; the first of them is row 100."""
    (batch,) = Ledger.from_lines(lines).sources[0].scan(make_directory((contract(MONTHLY),)).keys())
    found: dict[int, Mentioned] = {}
    note_credits(Columns.of(batch), 100, found)
    return found


def test_what_credits_mention_is_noted() -> None:
    text, nothing = "Credit INV-1", Mentioned((), ())
    lines = [
        line("A", "2026-01-01", "10", text),
        line("B", "2026-01-01", "0", text),
        line("C", "2026-01-01", "-10", text, status="draft"),
        line("D", "2026-01-01", "-10", text, kind="other"),
        line("E", "2026-01-01", "-10", text, reference="RE 2026 017"),
        line("F", "2026-01-01", "-10", text, kind="credit_note", credits_document="INV-9"),
        line("G", "2026-01-01", "0", "Zero", kind="credit_note"),
        line("H", "2026-01-01", "-0.01", "A cent"),
    ]
    found = noted(*lines)
    assert found == {104: found[104], 105: nothing, 106: nothing, 107: nothing}
    assert "inv1" in found[104].in_text
    assert "re2026017" in found[104].in_reference
    assert noted(*lines[:2]) == {}
    assert noted(lines[6]) == {100: nothing}
    assert noted(lines[7]) == {100: nothing}
