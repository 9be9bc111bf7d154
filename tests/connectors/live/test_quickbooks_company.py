"""Names, accounts and the currency that documents of QuickBooks Online leave to the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.faults import AnswerError
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, fetch
from tests.servers.quickbooks import QuickBooksServer, document, group, invoice, item, product

if TYPE_CHECKING:
    from billcheck.connectors.base import FetchedLine


def line_of(detail: dict[str, Any], *products: dict[str, Any]) -> FetchedLine:
    made = document(1, HARTWELL, MARCH, item("10.00", **detail), excl_tax="10.00")
    fetched = fetch(QuickBooksServer([("Invoice", made)], [HARTWELL], items=list(products)))
    assert fetched.completeness.is_complete
    return fetched.documents[0].lines[0]


CARE = product(4, "Care", account="Care income")
GONE = product(5, "Hosting (deleted)", FullyQualifiedName="Web (deleted):Hosting (deleted)", Active=False)


def test_a_product_bears_its_name_of_today_with_its_categories() -> None:
    filed = {**CARE, "FullyQualifiedName": "Retainers:Care"}
    assert line_of({"ItemRef": {"value": "4", "name": "Care"}}, filed).item == "Retainers:Care"
    bare = {key: value for key, value in CARE.items() if key != "FullyQualifiedName"}
    assert line_of({"ItemRef": {"value": "4"}}, bare).item == "Care"


def test_a_product_that_was_made_inactive_keeps_its_name() -> None:
    assert line_of({"ItemRef": {"value": "5", "name": "Hosting (deleted)"}}, GONE).item == "Web:Hosting"
    # A product in use may be called so.
    odd = product(6, "Data (deleted)")
    assert line_of({"ItemRef": {"value": "6", "name": "Data (deleted)"}}, odd).item == "Data (deleted)"


def test_a_product_that_is_not_listed_bears_the_name_on_the_line_else_its_id() -> None:
    assert line_of({"ItemRef": {"value": "9", "name": "Once"}}, CARE).item == "Once"
    assert line_of({"ItemRef": {"value": "9"}}, CARE).item == "9"


def test_the_account_is_that_of_the_line_else_that_of_its_product() -> None:
    own = {"ItemAccountRef": {"value": "75", "name": "Other income"}}
    assert line_of({"ItemRef": {"value": "4"}, **own}, CARE).account == "Other income"
    assert line_of({"ItemRef": {"value": "4"}}, CARE).account == "Care income"
    assert line_of({"ItemRef": {"value": "5"}}, CARE, GONE).account == ""
    numbered = {**CARE, "IncomeAccountRef": {"value": "79"}}
    assert line_of({"ItemRef": {"value": "4"}}, numbered).account == "79"


def test_a_bundle_without_members_bears_the_name_of_today() -> None:
    bundle = product(24, "Care plan", Type="Group")
    made = document(1, HARTWELL, MARCH, group(amount="30.00"), excl_tax="30.00")
    fetched = fetch(QuickBooksServer([("Invoice", made)], [HARTWELL], items=[bundle]))
    assert fetched.documents[0].lines[0].item == "Care plan"


def test_products_are_counted_among_what_was_read() -> None:
    fetched = fetch(QuickBooksServer([], [HARTWELL], items=[CARE, GONE]))
    assert [(count.kind, count.stated, count.read) for count in fetched.completeness.counts][:2] == [
        ("Customer", 1, 1),
        ("Item", 2, 2),
    ]


PLAIN = [("Invoice", invoice(number, HARTWELL, MARCH, "10.00", CurrencyRef=None)) for number in (1, 2)]


def test_without_a_currency_of_its_own_a_document_is_in_the_only_one_there_is() -> None:
    company = QuickBooksServer(PLAIN, [HARTWELL])
    company.preferences["CurrencyPrefs"]["HomeCurrency"]["value"] = "CAD"
    assert [each.currency for each in fetch(company).documents] == ["CAD", "CAD"]
    assert sum("Preferences" in each for each in company.statements) == 1


def test_preferences_are_not_asked_for_in_vain() -> None:
    company = QuickBooksServer([("Invoice", invoice(1, HARTWELL, MARCH, "10.00"))], [HARTWELL])
    fetch(company)
    assert not any("Preferences" in each for each in company.statements)


@pytest.mark.parametrize(
    "preferences",
    [
        {"CurrencyPrefs": {"HomeCurrency": {"value": "EUR"}, "MultiCurrencyEnabled": True}},
        {"CurrencyPrefs": {"MultiCurrencyEnabled": False}},
        {"CurrencyPrefs": {"HomeCurrency": {"value": "EURO"}}},
        {},
    ],
)
def test_a_currency_is_never_guessed(preferences: dict[str, Any]) -> None:
    company = QuickBooksServer(PLAIN, [HARTWELL], preferences=preferences)
    with pytest.raises(AnswerError, match=r"quickbooks Invoice 1: Its CurrencyRef is missing in place of one of ISO"):
        fetch(company)
