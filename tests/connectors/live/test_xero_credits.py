"""What Xero says became of a credit note, and what that says of what it takes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcheck import check
from billcheck.connectors.live import hold
from tests.connectors.live.test_xero import HARTWELL, MARCH, fetch, only
from tests.engine.agreements import contract, flat
from tests.servers.xero import XeroServer, credit_note, identifier, invoice


def applied(number: int, amount: float, **more: Any) -> dict[str, Any]:
    return {
        "AllocationID": identifier(number + 900),
        "Amount": amount,
        "Invoice": {"InvoiceID": identifier(number), "InvoiceNumber": f"INV-{number:04}"},
        "IsDeleted": False,
        **more,
    }


def credit(*allocations: dict[str, Any], left: float = 0.0, **more: Any) -> dict[str, Any]:
    """A credit note of 100.00, 121.00 with tax."""
    return credit_note(5, HARTWELL, MARCH, "100.00", Allocations=[*allocations], RemainingCredit=left, **more)


def test_all_of_it_on_one_invoice_credits_that() -> None:
    assert only(credit(applied(1, 121.0))).credits_document == "INV-0001"
    assert only(credit(applied(1, 100.0), applied(1, 21.0))).credits_document == "INV-0001"


def test_what_was_paid_back_in_money_went_nowhere_else() -> None:
    payments = [{"PaymentID": identifier(80), "Amount": 21.0}]
    assert only(credit(applied(1, 100.0), Payments=payments)).credits_document == "INV-0001"


@pytest.mark.parametrize("mark", [True, "true"])
def test_what_was_undone_does_not_count(mark: object) -> None:
    found = only(credit(applied(1, 121.0, IsDeleted=mark), applied(2, 121.0)))
    assert (found.credits_document, found.notes) == ("INV-0002", ())


def test_several_invoices_are_named_in_a_note_and_none_is_credited() -> None:
    fetched = fetch(XeroServer([credit(applied(1, 100.0), applied(2, 21.0))], [HARTWELL]))
    (found,) = fetched.documents
    assert found.credits_document == ""
    told = "It was applied to INV-0001 (100.00 EUR) and INV-0002 (21.00 EUR), with tax"
    assert found.notes == (f"{told}: its text or reference tells what it takes back.",)
    assert fetched.completeness.is_complete
    assert f"CN-0005: {found.notes[0]}" in fetched.completeness.blind_spots


def test_part_of_it_on_the_invoice_that_was_open_says_nothing_of_what_it_takes_back() -> None:
    found = only(credit(applied(1, 30.0), left=91.0))
    assert found.credits_document == ""
    told = "It was applied to INV-0001 (30.00 EUR), with tax, 91.00 EUR of it is left"
    assert found.notes == (f"{told}: its text or reference tells what it takes back.",)


def test_what_settled_three_later_invoices_makes_no_arrears_of_them() -> None:
    """January to March were billed twice as high as agreed and paid, and the credit was applied to April to June.

    Agreed are 6 × 100.00 = 600.00, billed 3 × 200.00 + 3 × 100.00 = 900.00: overbilled 300.00, which the note of 300.00
    gives back. It is a question, since nothing says so; a part of it for each of the three would make them missing.
    """
    days = [date(2026, month, 1) for month in range(1, 7)]
    made = [invoice(at, HARTWELL, day, "200.00" if at <= 3 else "100.00") for at, day in enumerate(days, start=1)]
    note = credit_note(9, HARTWELL, date(2026, 6, 15), "300.00", Allocations=[applied(at, 121.0) for at in (4, 5, 6)])
    note["LineItems"][0]["Description"] = "For what was too much"
    ledger = hold("xero:", fetch(XeroServer([*made, note], [HARTWELL])))
    agreed = contract(flat(amount="100.00", timing="in_advance", invoice_day=None))
    report = check([agreed], ledger, as_of=date(2026, 6, 30), covers=(days[0], date(2026, 6, 30)))
    (totals,) = report.totals
    assert (totals.arrears, totals.overbilled, totals.residue) == (0, 30_000, -30_000)
    assert [each.document for each in report.residue] == ["CN-0009"]
    assert sorted({finding.kind for finding in report.findings}) == ["open_credit", "overbilled"]


def test_nothing_applied_credits_nothing() -> None:
    found = only(credit(left=121.0))
    assert (found.credits_document, found.notes, found.excl_tax) == ("", (), Decimal(-100))


def test_what_became_of_it_is_asked_for_where_the_list_leaves_it_out() -> None:
    ledger = XeroServer([credit(applied(1, 121.0))], [HARTWELL], leaves_allocations_out_of=frozenset({identifier(5)}))
    assert fetch(ledger).documents[0].credits_document == "INV-0001"


def test_an_invoice_without_its_number_is_known_by_its_id() -> None:
    allocation = applied(1, 121.0, Invoice={"InvoiceID": identifier(1)})
    made = [invoice(1, HARTWELL, MARCH, "100.00"), credit(allocation)]
    found = {each.kind: each.credits_document for each in fetch(XeroServer(made, [HARTWELL])).documents}
    assert found == {"invoice": "", "credit_note": "INV-0001"}


def test_an_invoice_that_nobody_knows_is_named_by_its_id_alone() -> None:
    found = only(credit(applied(1, 121.0, Invoice={"InvoiceID": identifier(1)})))
    assert found.credits_document == ""
    assert f"id {identifier(1)} (121.00 EUR)" in found.notes[0]


@pytest.mark.parametrize("status", ["DRAFT", "VOIDED"])
def test_one_that_does_not_count_credits_nothing(status: str) -> None:
    assert only(credit(applied(1, 121.0), Status=status)).credits_document == ""


def test_one_that_says_less_than_it_should_credits_nothing_and_refuses_nothing() -> None:
    found = only(credit({"AllocationID": identifier(90)}, Payments=[{"PaymentID": identifier(80)}]))
    assert (found.credits_document, found.excl_tax) == ("", Decimal(-100))
