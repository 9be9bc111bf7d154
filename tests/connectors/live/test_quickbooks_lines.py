"""Every kind of line and total that QuickBooks Online has, each with figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from billcheck.connectors.faults import AnswerError
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, fetch
from tests.connectors.live.test_quickbooks import only as only_document
from tests.servers.quickbooks import (
    QuickBooksServer,
    customer,
    discount,
    document,
    group,
    invoice,
    item,
    subtotal,
    voided,
)


def only(made: dict[str, Any], entity: str = "Invoice") -> Any:
    return only_document(made, entity)


def amounts(found: Any) -> list[Any]:
    return [line.amount for line in found.lines]


def remarks(*documents: tuple[str, dict[str, Any]]) -> tuple[str, ...]:
    fetched = fetch(QuickBooksServer(list(documents), [HARTWELL]))
    assert fetched.completeness.is_complete, fetched.completeness.shortcomings
    return fetched.completeness.blind_spots[1:]


def refused(made: dict[str, Any], words: str) -> str:
    with pytest.raises(AnswerError, match=words) as caught:
        fetch(QuickBooksServer([("Invoice", made)], [HARTWELL]))
    return str(caught.value)


def test_a_document_that_does_not_add_up_is_named_with_its_figures_and_what_to_do() -> None:
    message = refused(document(7, HARTWELL, MARCH, item("99.00"), excl_tax="100.00", tax="21.00"), "add up to")
    assert message == (
        "quickbooks Invoice 7: Its lines add up to 99.00, and it says 100.00 excl. tax. Nothing was taken from it. "
        "Compare it with what QuickBooks shows; to go on without it, fetch the days before and after it, or other "
        "customers, and please report it with the request's id. (request 1-674f)"
    )


def test_what_the_building_trade_withholds_lowers_what_is_paid_and_not_what_was_billed() -> None:
    # 1,000.00 of labour with 200.00 VAT; the customer withholds 20 % of the labour, 200.00, for the tax office.
    paid_less = document(1, HARTWELL, MARCH, item("1000.00"), excl_tax="1000", tax="200", LessCIS=200, Balance=1000)
    found = only(paid_less)
    assert (found.excl_tax, found.total, found.amount_due, found.notes) == (1000, 1200, 1000, ())
    # The same where the total leaves it out: 1,200.00 - 200.00 = 1,000.00.
    left_out = document(1, HARTWELL, MARCH, item("1000.00"), excl_tax="800", tax="200", LessCIS=200, Balance=1000)
    found = only(left_out)
    assert (found.excl_tax, found.total, amounts(found)) == (1000, 1000, [1000])
    assert found.notes == ("Its total leaves out 200.00 that the customer withholds, which counts as billed.",)
    assert remarks(("Invoice", left_out)) == (
        "The totals of these leave out what the customer withholds: 0001. Their lines count as billed in full.",
    )


def test_what_is_withheld_explains_nothing_but_itself() -> None:
    refused(document(1, HARTWELL, MARCH, item("1000"), excl_tax="850", tax="200", LessCIS=200), "add up to 1000")
    refused(document(1, HARTWELL, MARCH, item("1000"), excl_tax="800", tax="200", LessCIS=0), "add up to 1000")


def test_retainage_counts_as_billed() -> None:
    # 5,000.00 of work, of which 10 % stay with the customer until the building is done.
    made = document(1, HARTWELL, MARCH, item("5000"), excl_tax="4500", TxnRetainageDetail={"RetainageAmount": 500})
    assert only(made).excl_tax == 5000
    both: dict[str, Any] = {"LessCIS": 100, "TxnRetainageDetail": {"RetainageAmount": 500}}
    assert only(document(1, HARTWELL, MARCH, item("5000"), excl_tax="4400", **both)).excl_tax == 5000
    in_full = document(1, HARTWELL, MARCH, item("5000"), excl_tax="5000", TxnRetainageDetail={"RetainageAmount": 500})
    assert (only(in_full).excl_tax, only(in_full).notes) == (5000, ())


INCLUSIVE = {"GlobalTaxCalculation": "TaxInclusive"}
TENS = [item("8.26", TaxInclusiveAmt=10.0)] * 3


def test_lines_with_tax_prove_a_document_whose_lines_without_are_rounded() -> None:
    # Three times 10.00 with 21 %: 8.2645 each, 8.26 rounded, 24.78 in all; on the whole 24.79 with 5.21 tax.
    found = only(document(1, HARTWELL, MARCH, *TENS, excl_tax="24.79", tax="5.21", **INCLUSIVE))
    assert (found.excl_tax, found.total) == (Decimal("24.78"), 30)
    assert amounts(found) == [Decimal("8.26")] * 3
    assert [line.tax for line in found.lines] == [Decimal("1.74")] * 3
    assert found.notes == ("Its lines with tax add up to its total; without, each is rounded, -0.01 in all.",)


def test_a_rounding_is_at_most_half_a_cent_a_line_and_only_where_prices_include_tax() -> None:
    # Three lines round by 1.5 cents at most: 24.80 would be two.
    refused(document(1, HARTWELL, MARCH, *TENS, excl_tax="24.80", tax="5.20", **INCLUSIVE), "24.78, and it says 24.80")
    refused(document(1, HARTWELL, MARCH, *TENS, excl_tax="24.79", tax="5.21"), "add up to")
    # With tax they come to 30.00, and the total is 30.01.
    refused(document(1, HARTWELL, MARCH, *TENS, excl_tax="24.79", tax="5.22", **INCLUSIVE), "add up to")
    untold = [item("8.26", TaxInclusiveAmt=10.0), item("8.26"), item("8.26")]
    refused(document(1, HARTWELL, MARCH, *untold, excl_tax="24.79", tax="5.21", **INCLUSIVE), "add up to")


def test_a_discount_with_tax_lowers_by_what_it_is_without() -> None:
    # 121.00 and 60.50 with 21 % are 100.00 and 50.00; 18.15 off with tax are 15.00 without, 10.00 and 5.00 of it.
    lines = item("100.00", TaxInclusiveAmt=121.0), item("50.00", TaxInclusiveAmt=60.5), discount("18.15")
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="135.00", tax="28.35", **INCLUSIVE))
    assert (found.excl_tax, amounts(found)) == (135, [90, 45])
    assert found.notes == ("Its discount is 18.15 with tax, and 15.00 without.",)
    # Where it is given without, as in the answers that are known, nothing is to be inferred.
    lines = (*lines[:2], discount("15.00"))
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="135.00", tax="28.35", **INCLUSIVE))
    assert (amounts(found), found.notes) == ([90, 45], ())


def test_a_discount_that_would_be_larger_without_tax_than_with_is_refused() -> None:
    lines = item("100.00", TaxInclusiveAmt=121.0), discount("21.00")
    refused(document(1, HARTWELL, MARCH, *lines, excl_tax="70.00", tax="30.00", **INCLUSIVE), "add up to")


@pytest.mark.parametrize(("applies_after", "tax"), [(True, "47.25"), (False, "52.50"), (None, "52.50")])
def test_a_discount_before_or_after_tax_lowers_lines_alike(applies_after: bool | None, tax: str) -> None:
    # 10 % of 250.00 are 25.00: 20.00 of 200.00 and 5.00 of 50.00. 21 % are 47.25 of 225.00, 52.50 of 250.00.
    ten_percent = {"PercentBased": True, "DiscountPercent": 10, "DiscountAccountRef": {"value": "86"}}
    lowered = {"Amount": 25.0, "DetailType": "DiscountLineDetail", "DiscountLineDetail": ten_percent}
    lines = item("200.00"), item("50.00"), subtotal("250.00"), lowered
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="225", tax=tax, ApplyTaxAfterDiscount=applies_after))
    assert (found.excl_tax, amounts(found)) == (225, [180, 45])


def test_a_percent_alone_is_no_amount() -> None:
    lowered = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    refused(
        document(1, HARTWELL, MARCH, item("200.00"), lowered, excl_tax="180"), "add up to 200.00, and it says 180.00"
    )


def test_a_document_discounted_to_nothing_bills_nothing_and_is_no_void() -> None:
    made = document(1, HARTWELL, MARCH, item("40"), discount("40"), excl_tax="0", PrivateNote="")
    assert (only(made).status, amounts(only(made))) == ("approved", [0])


def test_quantities_in_a_bundle_are_those_of_the_whole_and_its_text_stands_before_theirs() -> None:
    # Three bundles of 5 and 8: the members say 15 and 24.
    members = item("7.96", Qty=15, UnitPrice=0.5306667, Description="Drops"), item("2.65", Qty=24, UnitPrice=0.1104167)
    bundle = {**group(*members), "Description": "Sweets March 2026"}
    found = only(document(1, HARTWELL, MARCH, bundle, subtotal("10.61"), excl_tax="10.61"))
    assert amounts(found) == [Decimal("7.96"), Decimal("2.65")]
    assert [line.quantity for line in found.lines] == [15, 24]
    assert [line.description for line in found.lines] == ["Sweets March 2026: Drops", "Sweets March 2026"]
    named = only(document(1, HARTWELL, MARCH, group(*members), excl_tax="10.61"))
    assert [line.description for line in named.lines] == ["Care bundle: Drops", "Care bundle"]


def test_a_sum_beside_a_bundle_does_not_count_twice() -> None:
    made = document(1, HARTWELL, MARCH, group(item("7.96"), item("2.65"), amount="10.61"), excl_tax="10.61")
    assert amounts(only(made)) == [Decimal("7.96"), Decimal("2.65")]


def test_texts_and_sums_in_a_bundle_bill_nothing_and_what_nobody_knows_is_doubtful() -> None:
    text = {"Amount": 8.0, "DetailType": "DescriptionOnly", "Description": "Subtotal: 8.00"}
    found = only(document(1, HARTWELL, MARCH, group(item("8"), text, subtotal("8")), excl_tax="8"))
    assert amounts(found) == [8]
    inner = group(item("2"))
    fetched = fetch(
        QuickBooksServer(
            [("Invoice", document(1, HARTWELL, MARCH, group(item("8"), inner), excl_tax="10"))], [HARTWELL]
        )
    )
    (doubt,) = fetched.completeness.shortcomings
    assert doubt.startswith("0001: Its lines of the kind GroupLineDetail in a bundle are not known; 2.00 of them")


def test_a_text_may_bear_an_amount_that_repeats_others() -> None:
    # The inline subtotal of 150.00 repeats 100.00 and 50.00.
    inline = {"Amount": 150.0, "DetailType": "DescriptionOnly", "Description": "Subtotal: 150.00"}
    lines = item("100"), item("50"), inline, item("25"), subtotal("175")
    assert amounts(only(document(1, HARTWELL, MARCH, *lines, excl_tax="175", tax="36.75"))) == [100, 50, 25]


def test_shipping_and_gratuity_are_items_without_a_name() -> None:
    lines = (
        item("100"),
        item("12.50", ItemRef={"value": "SHIPPING_ITEM_ID"}),
        item("5", ItemRef={"value": "GRATUITY_ITEM_ID"}),
    )
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="117.50"), "SalesReceipt")
    assert [(line.item, line.amount) for line in found.lines] == [
        ("Services", 100),
        ("Shipping", Decimal("12.5")),
        ("Gratuity", 5),
    ]


def test_a_deposit_lowers_what_is_due_and_nothing_else() -> None:
    made = document(1, HARTWELL, MARCH, item("500"), excl_tax="500", Deposit=200, Balance=300)
    found = only(made)
    assert (found.excl_tax, found.total, found.amount_due) == (500, 500, 300)


def test_a_foreign_document_is_in_its_own_currency() -> None:
    # 1,000.00 dollars at 0.91 are 910.00 euros, which are never read.
    home: dict[str, Any] = {"ExchangeRate": 0.91, "HomeTotalAmt": 910.0, "HomeBalance": 910.0}
    made = document(1, HARTWELL, MARCH, item("1000"), excl_tax="1000", CurrencyRef={"value": "USD"}, **home)
    found = only(made)
    assert (found.currency, found.excl_tax, found.total) == ("USD", 1000, 1000)


def test_amounts_keep_every_decimal_that_is_given() -> None:
    lines = item("0.10"), item("0.20"), item("0.00001")
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="0.30001"))
    assert amounts(found) == [Decimal("0.1"), Decimal("0.2"), Decimal("0.00001")]
    # 0.9090889 times 450 is 409.090005: the amount counts, and the price is only shown.
    back = item("409.09", Qty=450, UnitPrice=0.9090889)
    assert amounts(only(document(1, HARTWELL, MARCH, back, excl_tax="409.09"))) == [Decimal("409.09")]
    assert amounts(only(document(1, HARTWELL, MARCH, item("100", Qty=None), excl_tax="100"))) == [100]


def test_numbers_that_lack_or_are_shared_lose_no_document() -> None:
    shared = [("Invoice", invoice(number, HARTWELL, MARCH, "10.00", DocNumber="1001")) for number in (1, 2)]
    fetched = fetch(
        QuickBooksServer([*shared, ("Invoice", invoice(3, HARTWELL, MARCH, "10.00", DocNumber=None))], [HARTWELL])
    )
    assert [(each.id, each.number) for each in fetched.documents] == [
        ("Invoice/3", ""),
        ("Invoice/1", "1001"),
        ("Invoice/2", "1001"),
    ]


def test_a_credit_memo_names_the_invoice_it_is_of_where_quickbooks_says_so() -> None:
    owed = ("Invoice", invoice(1, HARTWELL, MARCH, "50.00"))
    credit = invoice(2, HARTWELL, MARCH, "50.00", InvoiceRef={"value": "1"})
    fetched = fetch(QuickBooksServer([owed, ("CreditMemo", credit)], [HARTWELL]))
    assert [each.credits_document for each in fetched.documents] == ["", "0001"]
    # An invoice outside the window has no number, and a number that two share names neither.
    outside = fetch(QuickBooksServer([("CreditMemo", credit)], [HARTWELL]))
    twice = ("Invoice", invoice(3, HARTWELL, MARCH, "70.00", DocNumber="0001"))
    shared = fetch(QuickBooksServer([owed, twice, ("CreditMemo", credit)], [HARTWELL]))
    assert {each.credits_document for each in (*outside.documents, *shared.documents)} == {""}


def test_zeros_without_a_note_of_being_void_are_told() -> None:
    # As a company leaves it that works in Dutch, whatever word QuickBooks uses there.
    made = voided(invoice(1, HARTWELL, MARCH, "40.00"), "Ongeldig gemaakt")
    assert only(made).status == "approved"
    (told,) = remarks(("Invoice", made))
    assert told.startswith(
        "Nothing but zeros stands in these, without the note of QuickBooks in English on what was voided: 0001."
    )
    assert remarks(("Invoice", voided(invoice(1, HARTWELL, MARCH, "40.00")))) == ()


def test_a_refund_that_may_pay_out_a_credit_is_told() -> None:
    memo, refund = invoice(1, HARTWELL, MARCH, "50.00"), invoice(2, HARTWELL, MARCH, "50.00")
    (told,) = remarks(("CreditMemo", memo), ("RefundReceipt", refund))
    assert told.endswith("may pay it out: 0002.")
    assert remarks(("CreditMemo", memo), ("RefundReceipt", invoice(2, HARTWELL, MARCH, "50.01"))) == ()
    other = customer(2, "Brightwater")
    fetched = fetch(
        QuickBooksServer(
            [("CreditMemo", memo), ("RefundReceipt", invoice(2, other, MARCH, "50.00"))], [HARTWELL, other]
        )
    )
    assert len(fetched.completeness.blind_spots) == 1


def test_keys_that_nobody_knows_yet_change_nothing() -> None:
    more: dict[str, Any] = {
        "CustomExtensions": [],
        "V4IDPseudonym": "002c",
        "AllowOnlineAffirmPayment": True,
        "invoiceStatus": "PAID",
    }
    assert only(invoice(1, HARTWELL, MARCH, "10.00", **more)).excl_tax == 10
