"""Cross Industry Invoices of UN/CEFACT, the syntax of Factur-X and ZUGFeRD.

Comes in: the root element. Goes out: an `Invoice`. Element names and the business terms (BT-…) in messages are those of
the CII binding of EN 16931. Must not know files.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import JOINT
from billcheck.connectors.files.invoice_xml.invoice import (
    PERCENT,
    Invoice,
    InvoiceLine,
    Period,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.invoice_xml.invoice import Values
    from billcheck.connectors.files.invoice_xml.tree import Element

_CII = "urn:un:unece:uncefact:data:standard:"
NAMESPACES = {
    f"{_CII}CrossIndustryInvoice:100": "rsm",
    f"{_CII}ReusableAggregateBusinessInformationEntity:100": "ram",
    f"{_CII}UnqualifiedDataType:100": "udt",
    f"{_CII}QualifiedDataType:100": "qdt",
}
INVOICE = "rsm:CrossIndustryInvoice"

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FORMAT = "102"
_TERMS = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_TERMS}/ram:ApplicableHeaderTradeAgreement"
_SETTLEMENT = f"{_TERMS}/ram:ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_LINE = f"{_TERMS}/ram:IncludedSupplyChainTradeLineItem"
_LINE_SETTLEMENT = f"{_LINE}/ram:SpecifiedLineTradeSettlement"
_WITH_AMOUNTS = (
    _SUMS,
    f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge",
    f"{_SETTLEMENT}/ram:SpecifiedLogisticsServiceCharge",
    f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation",
    f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge",
    f"{_LINE}/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice",
)
_DATE = "udt:DateTimeString"
_BASE = "price base quantity (BT-149)"
_GROUPS = frozenset({"GROUP", "INFORMATION"})
"""Lines that only head or explain others, and whose amounts the totals leave out."""


def read_invoice(root: Element, values: Values) -> Invoice:
    """The invoice in a CII document; `values` takes what is missing or bad."""
    document = root.find("rsm:ExchangedDocument") or root
    currency = values.currency(root, values.needed(root, "currency (BT-5)", f"{_SETTLEMENT}/ram:InvoiceCurrencyCode"))
    sums = values.only(root, "set of totals", _SUMS) or root
    settlement = root.find(_SETTLEMENT) or root
    buyer = f"{_AGREEMENT}/ram:BuyerTradeParty"
    due = root.first_text(f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/{_DATE}")
    issued = document.first_text(f"ram:IssueDateTime/{_DATE}")
    values.needed(document, "issue date (BT-2)", f"ram:IssueDateTime/{_DATE}")
    invoice = Invoice(
        syntax="cii",
        number=values.needed(document, "number (BT-1)", "ram:ID"),
        type_code=values.needed(document, "type code (BT-3)", "ram:TypeCode"),
        is_credit_note=False,
        issue_date=date.min if issued is None else _day(issued, values, "issue date (BT-2)"),
        due_date=None if due is None else _day(due, values, "due date (BT-9)"),
        customer=values.needed(root, "name of the buyer (BT-44)", f"{buyer}/ram:Name"),
        customer_id=root.text_at(
            f"{buyer}/ram:ID", f"{buyer}/ram:GlobalID", f"{buyer}/ram:URIUniversalCommunication/ram:URIID"
        ),
        currency=currency,
        contract=root.text_at(f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        references=tuple(
            found.text
            for path in ("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "ram:BuyerReference")
            for found in root.all(f"{_AGREEMENT}/{path}")
            if found.text
        ),
        preceding=tuple(
            found.text
            for found in root.all(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID")
            if found.text
        ),
        period=_period(settlement, values),
        lines=tuple(
            _line(found, values)
            for found in root.all(_LINE)
            if found.text_at("ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode") not in _GROUPS
        ),
        adjustments=tuple(_adjustments(settlement, values)),
        totals=Totals(
            values.needed_decimal(sums, "sum of its lines (BT-106)", "ram:LineTotalAmount"),
            values.needed_decimal(sums, "total without tax (BT-109)", "ram:TaxBasisTotalAmount"),
            values.optional_decimal(sums, "total with tax (BT-112)", "ram:GrandTotalAmount"),
            values.optional_decimal(sums, "amount due (BT-115)", "ram:DuePayableAmount"),
        ),
    )
    _check_currencies(root, currency, values)
    return invoice


def _line(element: Element, values: Values) -> InvoiceLine:
    product = "ram:SpecifiedTradeProduct"
    price, gross = (f"ram:SpecifiedLineTradeAgreement/ram:{name}PriceProductTradePrice" for name in ("Net", "Gross"))
    settlement = element.find("ram:SpecifiedLineTradeSettlement") or element
    texts = [
        element.text_at(f"{product}/ram:Name"),
        element.text_at(f"{product}/ram:Description"),
        *(found.text for found in element.all("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content")),
    ]
    base = values.optional_decimal(element, _BASE, f"{price}/ram:BasisQuantity")
    if base is None:
        base = values.optional_decimal(element, _BASE, f"{gross}/ram:BasisQuantity")
    return InvoiceLine(
        row=element.line,
        amount=values.needed_decimal(
            settlement,
            "amount of the line (BT-131)",
            "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        ),
        description=JOINT.join(dict.fromkeys(filter(None, texts))),
        item=element.text_at(
            f"{product}/ram:SellerAssignedID", f"{product}/ram:GlobalID", f"{product}/ram:BuyerAssignedID"
        ),
        quantity=values.optional_decimal(
            element, "quantity (BT-129)", "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
        ),
        price=values.optional_decimal(element, "price (BT-146)", f"{price}/ram:ChargeAmount"),
        base_quantity=Decimal(1) if base is None else base,
        adjustment=sum((line.amount for line in _adjustments(settlement, values)), Decimal(0)),
        period=_period(settlement, values),
        order=element.text_at("ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        tax_percent=values.only_decimal(settlement, PERCENT, "ram:ApplicableTradeTax/ram:RateApplicablePercent"),
    )


def _adjustments(settlement: Element, values: Values) -> Iterator[InvoiceLine]:
    """Allowances as negative and charges as positive amounts, of the document or of one line."""
    for element in settlement.all("ram:SpecifiedTradeAllowanceCharge"):
        amount = values.needed_decimal(element, "amount of an allowance or charge (BT-92, BT-99)", "ram:ActualAmount")
        is_charge = values.is_charge(element, "ram:ChargeIndicator/udt:Indicator")
        text = element.text_at("ram:Reason") or ("Charge" if is_charge else "Allowance")
        percent = values.only_decimal(element, PERCENT, "ram:CategoryTradeTax/ram:RateApplicablePercent")
        yield InvoiceLine(element.line, amount if is_charge else -amount, text, tax_percent=percent)
    for element in settlement.all("ram:SpecifiedLogisticsServiceCharge"):
        amount = values.needed_decimal(element, "amount of a charge for transport", "ram:AppliedAmount")
        text = element.text_at("ram:Description") or "Charge"
        percent = values.only_decimal(element, PERCENT, "ram:AppliedTradeTax/ram:RateApplicablePercent")
        yield InvoiceLine(element.line, amount, text, tax_percent=percent)


def _period(settlement: Element, values: Values) -> Period | None:
    """The period of the document or of a line; one of its ends alone is no period."""
    found = values.only(settlement, "period", "ram:BillingSpecifiedPeriod")
    if found is None:
        return None
    first, last = (found.first_text(f"ram:{name}DateTime/{_DATE}") for name in ("Start", "End"))
    if first is None or last is None:
        return None
    return Period(_day(first, values, "first day"), _day(last, values, "last day"))


def _day(element: Element, values: Values, term: str) -> date:
    """The day of a CII date, which must be written as in format 102: 20260131."""
    stated = element.attributes.get("format", _DAY_FORMAT)
    shape = _DAY.fullmatch(element.text) if stated == _DAY_FORMAT else None
    return values.day(element, "-".join(shape.groups()) if shape else element.text, term)


def _check_currencies(root: Element, currency: str, values: Values) -> None:
    """All amounts that are read must be in the currency of the document, where they state one."""
    for parent in (found for path in _WITH_AMOUNTS for found in root.all(path)):
        for amount in parent.children:
            # The total tax may be stated once more in the currency of the tax (BT-111).
            if amount.name != "ram:TaxTotalAmount":
                values.check_currency(amount, currency)
