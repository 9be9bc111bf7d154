"""A contract without a line, whose customer the ledger bills all the same."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from billcheck.ledger.lines import LineList
from tests.engine.agreements import contract, flat, line, month_ends, one_off

if TYPE_CHECKING:
    from billcheck import Contract, Line

CONFIRM = "Where nothing was billed for it, set matching.confirmed = true."
BY_NAME = "Check the customer's name in the ledger, then set matching.aliases, or matching.confirmed = true."


def said(agreed: list[Contract], *exports: list[Line]) -> dict[str | None, str]:
    """Per contract that was never billed, what is said after the amount."""
    sources = tuple(LineList(tuple(lines), f"{number}.csv") for number, lines in enumerate(exports, 1))
    report = check(agreed, Ledger(sources), as_of=date(2026, 4, 20), covers=(date(2026, 1, 1), date(2026, 4, 20)))
    found = [finding for finding in report.findings if finding.kind == "never_billed"]
    return {finding.contract: finding.sentence.partition(" is due. ")[2] for finding in found}


def in_dollars(count: int, **fields: Any) -> list[Line]:
    return [line(f"INV-{number}", f"2026-0{number}-28", currency="USD", **fields) for number in range(1, count + 1)]


EUROS, DOLLARS = contract(), contract(name="C-2", currency="USD")


@pytest.mark.parametrize(("count", "documents"), [(1, "1 document in USD"), (3, "3 documents in USD")])
def test_documents_in_another_currency_are_counted_and_named(count: int, documents: str) -> None:
    assert said([EUROS, DOLLARS], in_dollars(count)) == {
        "C-117": f"The ledger bills this customer {documents} and none in EUR: check the currency of the contract and "
        f"of the documents. {CONFIRM}"
    }


def test_lines_that_no_charge_fits_are_told_too() -> None:
    """A charge that comes once takes no line without a sign of it."""
    once = contract(one_off())
    hint = "for other contracts or for no charge: check whether one is for this contract."
    assert said([once], month_ends(2)) == {"C-117": f"The ledger bills this customer 2 documents, {hint} {CONFIRM}"}
    assert said([once], [*month_ends(1), *in_dollars(2)]) == {
        "C-117": f"The ledger bills this customer 3 documents, {hint} {CONFIRM}"
    }


def test_several_currencies_are_all_named() -> None:
    pounds = [line("INV-9", currency="GBP")]
    (sentence,) = said([contract(one_off())], [*in_dollars(2), *pounds]).values()
    assert sentence.startswith("The ledger bills this customer 3 documents in GBP and USD and none in EUR: ")


def test_a_document_of_several_lines_or_exports_is_one() -> None:
    twice = [*in_dollars(1), *in_dollars(2)]
    (sentence,) = said([EUROS, DOLLARS], twice, in_dollars(2)).values()
    assert sentence.startswith("The ledger bills this customer 2 documents in USD ")


def test_an_alias_counts_as_the_customer_and_another_customer_does_not() -> None:
    once = contract(one_off(), aliases=("Hartwell Groep",))
    (sentence,) = said([once], month_ends(2), [line("X-1", customer="Hartwell Groep")]).values()
    assert sentence.startswith("The ledger bills this customer 3 documents, ")
    other = contract(name="C-3", customer="Juniper")
    assert said([other, contract()], month_ends(3)) == {"C-3": BY_NAME}


@pytest.mark.parametrize("fields", [{"status": "void"}, {"status": "draft"}, {"kind": "other"}, {"day": "2026-04-21"}])
def test_what_does_not_count_is_no_document(fields: dict[str, Any]) -> None:
    agreed = [contract(flat(items=("RET",))), contract(name="C-2", customer="Juniper")]
    (sentence, _) = said(agreed, [line("INV-1", item="OTHER", **fields)]).values()
    assert sentence == BY_NAME
    (sentence, _) = said(agreed, [line("INV-1", item="OTHER")]).values()
    assert sentence.startswith("The ledger bills this customer 1 document, ")


def test_the_reason_of_a_line_in_another_currency_says_so() -> None:
    two = contract(flat("A", "10.00", items=("A",)), flat("B", "20.00", items=("B",)))
    lines = [line("INV-1", amount="15.00", currency="USD"), line("INV-2", "2026-02-28", "15.00")]
    report = check([two], Ledger.from_lines(lines), as_of=date(2026, 4, 20))
    several = "several charges fit the line and nothing tells them apart"
    assert [item.reason for item in report.residue] == [f"{several}, and it is not in EUR", several]
    pounds = contract(flat("C", "5.00", items=("C",)), name="C-9", currency="GBP")
    report = check([two, pounds], Ledger.from_lines(lines[:1]), as_of=date(2026, 4, 20))
    assert [item.reason for item in report.residue] == [several]
