from __future__ import annotations

from datetime import date

import pytest

from billcheck.contracts.terms import Contract, ContractMatching
from billcheck.engine.unread import find_unread, find_unread_documents
from billcheck.ledger.source import RefusedRow


def contract(contract_id: str, customer: str, matching: ContractMatching | None = None) -> Contract:
    return Contract(contract_id, customer, "EUR", date(2026, 1, 1), (), matching=matching or ContractMatching())


CONTRACTS = (
    contract("C-1", "Acme B.V.", ContractMatching(aliases=("Acme Holding",))),
    contract("C-2", "Borealis Ltd", ContractMatching(customer_ids=("77",))),
    contract("C-3", "Cedar"),
)


@pytest.mark.parametrize(
    ("customer", "concerned"),
    [
        ("ACME BV", {"C-1"}),
        ("Acme Holding", {"C-1"}),
        ("Acme BV:Amsterdam", {"C-1"}),
        ("Cedar", {"C-3"}),
        ("Somebody else", {"C-2"}),
        ("", {"C-1", "C-2", "C-3"}),
    ],
)
def test_who_a_row_may_concern(customer: str, concerned: set[str]) -> None:
    row = RefusedRow("a.csv", 7, "amount", "x", "This is no amount.", customer)
    unread = find_unread([row], CONTRACTS)
    assert unread.keys() == concerned
    assert all("a.csv row 7" in sentence for sentence in unread.values())


def test_the_first_row_of_the_customer_is_named() -> None:
    rows = [
        RefusedRow("a.csv", number, "", "", "", customer) for number, customer in ((3, ""), (4, "Cedar"), (5, "Cedar"))
    ]
    unread = find_unread(rows, CONTRACTS)
    assert unread["C-3"] == "a.csv row 4 is of this customer and could not be read: correct it."
    assert unread["C-1"] == "a.csv row 3 could not be read and may be of this customer: correct it."
    assert find_unread([], CONTRACTS) == {}


@pytest.mark.parametrize(
    ("customer", "document", "concerned"),
    [
        ("Cedar", "INV-9", {"C-3"}),
        ("Acme Holding", "INV-9", {"C-1"}),
        ("Acme BV:Amsterdam", "INV-9", {"C-1"}),
        ("Cedar", "", set()),
        ("", "INV-9", set()),
        ("Somebody else", "INV-9", set()),
    ],
)
def test_whose_documents_are_unread_in_part(customer: str, document: str, concerned: set[str]) -> None:
    row = RefusedRow("a.csv", 7, "amount", "x", "This is no amount.", customer, document)
    unread = find_unread_documents([row], CONTRACTS)
    assert unread.keys() == concerned
    sentence = "a.csv row 7 is of INV-9, which billed this, and could not be read: correct it."
    assert all(documents == {"INV-9": sentence} for documents in unread.values())
