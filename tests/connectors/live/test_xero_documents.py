"""What Xero's documents hold that reads otherwise than it looks, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.faults import AnswerError
from billcheck.connectors.payload import Payload
from billcheck.connectors.xero.days import read_day
from billcheck.connectors.xero.directory import zone_of
from tests.connectors.live.test_xero import HARTWELL, MARCH, YEAR, fetch, only
from tests.servers.raw import Asked, Reply, answer
from tests.servers.xero import XeroServer, contact, credit_note, identifier, invoice

if TYPE_CHECKING:
    from billcheck.connectors.base import Fetched

SCHOUTEN = contact(2, "Schouten")


def remarks(fetched: Fetched) -> str:
    return " ".join(fetched.completeness.blind_spots)


def lines_of(*changes: dict[str, Any], subtotal: str, **more: Any) -> dict[str, Any]:
    """An invoice with these lines in place of its own."""
    made = invoice(1, HARTWELL, MARCH, *["10.00"] * len(changes))
    lines = [{**line, **change} for line, change in zip(made["LineItems"], changes, strict=True)]
    return {**made, "LineItems": lines, "SubTotal": float(subtotal), **more}


# Amounts


def test_the_amount_of_a_line_is_after_its_discount() -> None:
    # One at 19.95 less 10 % is 17.955, and half a cent rounds up: 17.96.
    line = {"UnitAmount": 19.95, "Quantity": 1, "DiscountRate": 10.0, "LineAmount": 17.96, "TaxAmount": 2.69}
    found = only(lines_of(line, subtotal="17.96", TotalDiscount=1.99, IsDiscounted=True))
    assert (found.excl_tax, found.lines[0].amount, found.lines[0].unit_price) == (
        Decimal("17.96"),
        Decimal("17.96"),
        Decimal("19.95"),
    )


def test_a_discount_in_money_that_xero_does_not_repeat_changes_nothing() -> None:
    assert only(lines_of({"UnitAmount": 50.0, "Quantity": 2, "LineAmount": 90.0}, subtotal="90")).excl_tax == 90


def test_tax_is_rounded_line_by_line_as_xero_does() -> None:
    # 15 % of 25.06, 25.61 and 25.63 is 3.759, 3.8415 and 3.8445: 3.76, 3.84, 3.84, and 11.44 together, not 11.45.
    lines = [
        {"UnitAmount": gross, "LineAmount": gross, "TaxAmount": tax}
        for gross, tax in ((28.82, 3.76), (29.45, 3.84), (29.47, 3.84))
    ]
    found = only(lines_of(*lines, subtotal="76.30", LineAmountTypes="Inclusive", TotalTax=11.44, Total=87.74))
    assert [line.amount for line in found.lines] == [Decimal("25.06"), Decimal("25.61"), Decimal("25.63")]
    assert found.excl_tax == Decimal("76.30")


def test_the_price_of_a_unit_is_without_tax_where_amounts_are_with() -> None:
    two = {"UnitAmount": 60.5, "Quantity": 2, "LineAmount": 121.0, "TaxAmount": 21.0}
    odd = {"UnitAmount": 10.0, "Quantity": 3, "LineAmount": 30.0, "TaxAmount": 5.21}
    found = only(lines_of(two, odd, subtotal="124.79", LineAmountTypes="Inclusive", TotalTax=26.21))
    assert [(line.amount, line.unit_price) for line in found.lines] == [
        (Decimal(100), Decimal(50)),
        (Decimal("24.79"), None),  # 8.26333… is nobody's price
    ]


def test_no_tax_is_no_tax_and_prices_have_four_decimals() -> None:
    line = {"UnitAmount": 0.1648, "Quantity": 1000, "LineAmount": 164.8, "TaxAmount": 0}
    found = only(lines_of(line, subtotal="164.80", LineAmountTypes="NoTax", TotalTax=0, Total=164.8))
    assert (found.lines[0].unit_price, found.lines[0].tax, found.excl_tax) == (
        Decimal("0.1648"),
        Decimal(0),
        Decimal("164.8"),
    )


@pytest.mark.parametrize("word", ["INCLUSIVE", "inclusive", "Inclusive"])
def test_how_the_way_of_stating_tax_is_spelt_makes_no_difference(word: str) -> None:
    made = invoice(1, HARTWELL, MARCH, "121.00", is_inclusive=True, LineAmountTypes=word)
    assert only(made).excl_tax == 100


@pytest.mark.parametrize(("is_inclusive", "amount"), [(True, 100), (False, 121)])
@pytest.mark.parametrize("word", [None, "TaxOnTop"])
def test_a_way_of_stating_tax_that_nobody_knows_is_the_one_that_adds_up(
    is_inclusive: bool, amount: int, word: str | None
) -> None:
    made = invoice(1, HARTWELL, MARCH, "121.00", is_inclusive=is_inclusive, LineAmountTypes=word)
    fetched = fetch(XeroServer([made], [HARTWELL]))
    assert fetched.documents[0].excl_tax == amount
    assert fetched.completeness.is_complete
    assert f"INV-0001: Its LineAmountTypes {word or '(none)'} does not say" in remarks(fetched)


def test_where_both_ways_of_stating_tax_add_up_the_fetch_is_doubtful() -> None:
    lines = {"LineAmount": 100.0, "TaxAmount": 21.0}, {"LineAmount": -100.0, "TaxAmount": -21.0}
    fetched = fetch(XeroServer([lines_of(*lines, subtotal="0", LineAmountTypes="TaxOnTop")], [HARTWELL]))
    assert not fetched.completeness.is_complete
    assert "both add up: read as without" in fetched.completeness.shortcomings[0]


def test_a_line_below_zero_lowers_its_invoice() -> None:
    found = only(lines_of({"LineAmount": 100.0, "UnitAmount": 100.0}, {"LineAmount": -30.0}, subtotal="70"))
    assert [line.amount for line in found.lines] == [100, -30]


def test_a_line_that_is_only_a_text_is_no_line() -> None:
    text = {"LineAmount": None, "Quantity": None, "UnitAmount": None, "TaxAmount": None, "Description": "Thank you"}
    assert [line.amount for line in only(lines_of({"LineAmount": 5.0}, text, subtotal="5")).lines] == [5]


def test_a_line_of_nothing_has_no_sign() -> None:
    made = credit_note(3, HARTWELL, MARCH, "0.00", "5.00")
    assert [str(line.amount) for line in only(made).lines] == ["0", "-5.0"]


def test_an_invoice_of_nothing_is_one() -> None:
    assert only(invoice(1, HARTWELL, MARCH, "0.00")).excl_tax == 0


def test_lines_that_make_nothing_together_are_asked_for_as_well() -> None:
    made = lines_of({"LineAmount": 40.0}, {"LineAmount": -40.0}, subtotal="0")
    ledger = XeroServer([made], [HARTWELL], leaves_lines_out_of=frozenset({identifier(1)}))
    assert [line.amount for line in fetch(ledger).documents[0].lines] == [40, -40]


def test_what_is_withheld_of_an_invoice_in_britain_was_billed() -> None:
    # CIS: the contractor pays 20 % of the labour to the tax office; the total of the invoice is what it was.
    made = invoice(1, HARTWELL, MARCH, "1000.00", CISDeduction=200.0, CISRate=20.0, AmountDue=1010.0)
    assert only(made).excl_tax == 1000


def test_money_is_in_the_currency_of_the_document_and_a_rate_converts_nothing() -> None:
    made = invoice(1, HARTWELL, MARCH, "100.00", CurrencyCode="USD", CurrencyRate=1.0823)
    found = only(made)
    assert (found.currency, found.excl_tax, found.total) == ("USD", Decimal(100), Decimal(121))
    other = only({**made, "CurrencyRate": 0.9239})
    assert replace(other, digest=found.digest) == found


def test_what_was_paid_ahead_or_too_much_is_money_and_no_credit() -> None:
    made = invoice(
        1, HARTWELL, MARCH, "100.00", AmountCredited=60.0, AmountPaid=0.0,
        Overpayments=[{"OverpaymentID": identifier(8), "Amount": 40.0}],
        Prepayments=[{"PrepaymentID": identifier(9), "Amount": 20.0}],
    )  # fmt: skip
    fetched = fetch(XeroServer([made], [HARTWELL]))
    assert [(each.kind, each.excl_tax) for each in fetched.documents] == [("invoice", Decimal(100))]


# Currencies, names, items


def test_a_document_without_a_currency_is_in_that_of_the_organisation_and_it_is_said() -> None:
    fetched = fetch(XeroServer([invoice(1, HARTWELL, MARCH, "10.00", CurrencyCode="")], [HARTWELL]))
    assert fetched.documents[0].currency == "EUR"
    assert fetched.completeness.is_complete
    assert "INV-0001: It names no currency: taken for EUR, that of the organisation." in remarks(fetched)


def test_a_document_without_any_currency_is_refused() -> None:
    ledger = XeroServer([invoice(1, HARTWELL, MARCH, "10.00", CurrencyCode="")], [HARTWELL])
    ledger.organisation["BaseCurrency"] = ""
    with pytest.raises(AnswerError, match=r"xero Invoices INV-0001: Its CurrencyCode"):
        fetch(ledger)


def test_a_currency_that_is_none_leaves_its_document_out_and_makes_the_fetch_incomplete() -> None:
    made = [invoice(1, HARTWELL, MARCH, "10.00", CurrencyCode="LTL"), invoice(2, HARTWELL, MARCH, "10.00")]
    fetched = fetch(XeroServer(made, [HARTWELL]))
    assert [each.number for each in fetched.documents] == ["INV-0002"]
    assert fetched.completeness.shortcomings == (
        "INV-0001: its currency LTL is none of ISO 4217, so it is not in here.",
    )


def test_a_name_on_two_lines_is_read_on_one() -> None:
    split = contact(6, "Hartwell\n  Interieur BV")
    assert only(invoice(1, split, MARCH, "10.00"), contacts=(split,)).customer == "Hartwell Interieur BV"


def test_a_contact_that_came_after_the_contacts_were_read_has_the_name_on_its_document() -> None:
    assert only(invoice(1, SCHOUTEN, MARCH, "10.00")).customer == "Schouten"


def test_an_archived_contact_is_read_and_named() -> None:
    gone = contact(7, "Gone", ContactStatus="ARCHIVED")
    assert only(invoice(1, gone, MARCH, "10.00"), contacts=(gone,)).customer == "Gone"


def sold(code: str, **more: Any) -> dict[str, Any]:
    return {"ItemCode": code, "Item": {"ItemID": identifier(70), "Code": code, "Name": "Hosting"}, **more}


def test_an_item_bears_the_code_it_has_today() -> None:
    made = lines_of(sold("HST-OLD", LineAmount=10.0), subtotal="10")
    items = [{"ItemID": identifier(70), "Code": "HST", "Name": "Hosting"}]
    fetched = fetch(XeroServer([made], [HARTWELL], items=items))
    assert fetched.documents[0].lines[0].item == "HST"
    assert "Items whose code was changed bear the new one on all lines: HST-OLD is HST." in remarks(fetched)


def test_a_line_without_a_text_has_the_name_of_its_item() -> None:
    made = lines_of({"ItemCode": "HST", "Description": "", "LineAmount": 10.0}, subtotal="10")
    items = [{"ItemID": identifier(70), "Code": "HST", "Name": "Hosting"}]
    (line,) = fetch(XeroServer([made], [HARTWELL], items=items)).documents[0].lines
    assert (line.item, line.description) == ("HST", "Hosting")


def test_items_are_not_asked_for_where_no_line_names_any() -> None:
    ledger = XeroServer([invoice(1, HARTWELL, MARCH, "10.00")], [HARTWELL])
    asked: list[str] = []

    def script(_: XeroServer, one: Asked) -> Reply | None:
        asked.append(one.target)
        return None

    ledger.before = script
    fetch(ledger)
    assert asked
    assert not [target for target in asked if "/Items" in target]


def test_items_that_cannot_be_read_leave_the_codes_as_they_are_and_it_is_said() -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        refused = {"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}
        return answer(refused, status=401) if "/Items" in asked.target else None

    made = lines_of(sold("HST-OLD", LineAmount=10.0), subtotal="10")
    fetched = fetch(XeroServer([made], [HARTWELL], before=script))
    assert fetched.completeness.is_complete
    assert fetched.documents[0].lines[0].item == "HST-OLD"
    assert "Items could not be read" in remarks(fetched)


# Days


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("/Date(1682856000000+0000)/", "NEWZEALANDSTANDARDTIME", date(2023, 5, 1)),  # 30 April 12:00 UTC
        ("/Date(1682856000000)/", "NEWZEALANDSTANDARDTIME", date(2023, 5, 1)),
        ("/Date(1682899200000+0000)/", "NEWZEALANDSTANDARDTIME", date(2023, 5, 1)),  # midnight of UTC is a day
        ("/Date(1682892000000+0000)/", "WEUROPESTANDARDTIME", date(2023, 5, 1)),  # 30 April 22:00 UTC, summer time
        ("/Date(1682913600000+0000)/", "EASTERNSTANDARDTIME", date(2023, 5, 1)),  # 1 May 04:00 UTC
        ("/Date(1682856000000+0000)/", "", date(2023, 4, 30)),
    ],
)
def test_a_moment_within_a_day_is_midnight_where_the_organisation_is(text: str, zone: str, day: date) -> None:
    assert read_day(Payload("x", {"Date": text}), "Date", zone_of(zone)) == day


def test_time_zones_that_nobody_knows_are_none() -> None:
    assert zone_of("MOONSTANDARDTIME") is None
    assert str(zone_of("GMTSTANDARDTIME")) == "Europe/London"
    assert str(zone_of("AUSEASTERNSTANDARDTIME")) == "Australia/Sydney"


# What lists leave out, and what is not there


def test_an_invoice_that_went_after_it_was_listed_makes_the_fetch_incomplete() -> None:
    made = [invoice(1, HARTWELL, MARCH, "10.00"), invoice(2, HARTWELL, MARCH, "10.00")]
    key = frozenset({identifier(1)})
    fetched = fetch(XeroServer(made, [HARTWELL], leaves_lines_out_of=key, gone=key))
    assert [each.number for each in fetched.documents] == ["INV-0002"]
    assert not fetched.completeness.is_complete
    assert [(each.stated, each.read) for each in fetched.completeness.counts if each.kind == "Invoices"] == [(2, 1)]


def test_lines_that_a_list_gives_in_part_are_asked_for_as_well() -> None:
    whole = lines_of({"LineAmount": 10.0}, {"LineAmount": 5.0}, subtotal="15")

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        if "/Invoices?" in asked.target:
            listed = {**whole, "LineItems": whole["LineItems"][:1]}
            return answer({"pagination": {"itemCount": 1}, "Invoices": [listed]})
        return None

    assert fetch(XeroServer([whole], [HARTWELL], before=script)).documents[0].excl_tax == 15


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_a_document_that_counts_for_nothing_need_not_add_up(status: str) -> None:
    made = {**invoice(1, HARTWELL, MARCH, "40.00", Status=status), "SubTotal": 41.0}
    assert only(made).status == "void"


def test_a_null_in_place_of_lines_is_no_line() -> None:
    made = {**invoice(1, HARTWELL, MARCH, "10.00"), "LineItems": None}
    with pytest.raises(AnswerError, match=r"xero Invoices INV-0001: Its lines add up to 0, and it says 10"):
        fetch(XeroServer([made], [HARTWELL]))


def test_what_xero_warns_of_is_told() -> None:
    fetched = fetch(XeroServer([], [HARTWELL], warnings=("This version ends in June.",)))
    assert fetched.completeness.is_complete
    assert "Xero warns: This version ends in June." in fetched.completeness.blind_spots


def test_a_demo_company_is_said_to_be_one() -> None:
    ledger = XeroServer([], [HARTWELL])
    ledger.organisation["IsDemoCompany"] = True
    assert "demo company" in remarks(fetch(ledger))


def test_names_of_documents_that_are_noted_are_few() -> None:
    made = [invoice(number, HARTWELL, MARCH, "1.00", CurrencyCode=None) for number in range(1, 15)]
    fetched = fetch(XeroServer(made, [HARTWELL]), YEAR)
    assert "4 more documents have notes of their own in the snapshot." in fetched.completeness.blind_spots


def test_a_document_of_another_kind_than_was_asked_for_is_refused() -> None:
    # As where a filter is not understood, and everything is answered.
    made = invoice(1, HARTWELL, MARCH, "10.00", Type="ACCPAY")

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        if "/Invoices?" in asked.target:
            return answer({"pagination": {"itemCount": 1}, "Invoices": [made]})
        return None

    with pytest.raises(AnswerError, match=r'xero Invoices INV-0001: Its Type is "ACCPAY" in place of one of those'):
        fetch(XeroServer([], [HARTWELL], before=script))


def test_an_answer_that_holds_another_document_is_refused() -> None:
    made, other = (invoice(number, HARTWELL, MARCH, "10.00") for number in (1, 2))

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer({"Invoices": [other]}) if f"/Invoices/{identifier(1)}" in asked.target else None

    ledger = XeroServer([made], [HARTWELL], before=script, leaves_lines_out_of=frozenset({identifier(1)}))
    with pytest.raises(AnswerError, match="It does not hold the document"):
        fetch(ledger)


@pytest.mark.parametrize(("quantity", "price"), [(0, None), (None, None), (3, None), (-2, Decimal(-5))])
def test_the_price_of_a_unit_without_tax_is_told_only_where_there_is_one(
    quantity: float | None, price: Decimal | None
) -> None:
    line = {"Quantity": quantity, "UnitAmount": 12.1, "LineAmount": 12.1, "TaxAmount": 2.1}
    huge = {"Quantity": 1e-10, "UnitAmount": 1.0, "LineAmount": 1_210_000.0, "TaxAmount": 210_000.0}
    made = lines_of(line, huge, subtotal="1000010", LineAmountTypes="Inclusive")
    assert [each.unit_price for each in only(made).lines] == [price, None]


def test_a_time_zone_that_this_machine_does_not_have_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("billcheck.connectors.xero.directory.ZoneInfo", lacking)
    assert zone_of("GMTSTANDARDTIME") is None
