"""UBL 2.1 invoices and credit notes, the syntax of Peppol.

Comes in: the root element. Goes out: an `Invoice`. Element names and the business terms (BT-…) in messages are those of
the UBL binding of EN 16931. Must not know files.
"""

from __future__ import annotations

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

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {
    f"{_UBL}Invoice-2": "ubl",
    f"{_UBL}CreditNote-2": "cn",
    f"{_UBL}CommonAggregateComponents-2": "cac",
    f"{_UBL}CommonBasicComponents-2": "cbc",
    f"{_UBL}CommonExtensionComponents-2": "ext",
}
INVOICE, CREDIT_NOTE = "ubl:Invoice", "cn:CreditNote"


def read_invoice(root: Element, values: Values) -> Invoice:
    """The invoice in a UBL document; `values` takes what is missing or bad."""
    is_credit_note = root.name == CREDIT_NOTE
    names = ("CreditNoteLine", "CreditedQuantity") if is_credit_note else ("InvoiceLine", "InvoicedQuantity")
    currency = values.currency(root, values.needed(root, "currency (BT-5)", "cbc:DocumentCurrencyCode"))
    party = "cac:AccountingCustomerParty/cac:Party"
    due = root.text_at("cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate")
    sums = values.only(root, "set of totals", "cac:LegalMonetaryTotal") or root
    invoice = Invoice(
        syntax="ubl",
        number=values.needed(root, "number (BT-1)", "cbc:ID"),
        type_code=root.text_at("cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode") or ("381" if is_credit_note else "380"),
        is_credit_note=is_credit_note,
        issue_date=values.day(root, values.needed(root, "issue date (BT-2)", "cbc:IssueDate"), "issue date (BT-2)"),
        due_date=values.day(root, due, "due date (BT-9)") if due else None,
        customer=values.needed(
            root,
            "name of the buyer (BT-44)",
            f"{party}/cac:PartyLegalEntity/cbc:RegistrationName",
            f"{party}/cac:PartyName/cbc:Name",
        ),
        customer_id=root.text_at(f"{party}/cac:PartyIdentification/cbc:ID", f"{party}/cbc:EndpointID"),
        currency=currency,
        contract=root.text_at("cac:ContractDocumentReference/cbc:ID"),
        references=tuple(
            found.text
            for path in ("cac:OrderReference/cbc:ID", "cbc:BuyerReference")
            for found in root.all(path)
            if found.text
        ),
        preceding=tuple(
            found.text for found in root.all("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") if found.text
        ),
        period=_period(root, values),
        lines=tuple(_line(found, names[1], values) for found in root.all(f"cac:{names[0]}")),
        adjustments=tuple(_adjustments(root, values)),
        totals=Totals(
            values.needed_decimal(sums, "sum of its lines (BT-106)", "cbc:LineExtensionAmount"),
            values.needed_decimal(sums, "total without tax (BT-109)", "cbc:TaxExclusiveAmount"),
            values.optional_decimal(sums, "total with tax (BT-112)", "cbc:TaxInclusiveAmount"),
            values.optional_decimal(sums, "amount due (BT-115)", "cbc:PayableAmount"),
        ),
    )
    _check_currencies(root, sums, names[0], currency, values)
    return invoice


def _line(element: Element, quantity_name: str, values: Values) -> InvoiceLine:
    item = element.find("cac:Item")
    texts = [] if item is None else [item.text_at("cbc:Name"), *(found.text for found in item.all("cbc:Description"))]
    texts += [found.text for found in element.all("cbc:Note")]
    base = values.optional_decimal(element, "price base quantity (BT-149)", "cac:Price/cbc:BaseQuantity")
    return InvoiceLine(
        row=element.line,
        amount=values.needed_decimal(element, "amount of the line (BT-131)", "cbc:LineExtensionAmount"),
        description=JOINT.join(dict.fromkeys(filter(None, texts))),
        item=""
        if item is None
        else item.text_at(
            "cac:SellersItemIdentification/cbc:ID",
            "cac:StandardItemIdentification/cbc:ID",
            "cac:BuyersItemIdentification/cbc:ID",
        ),
        quantity=values.optional_decimal(element, "quantity (BT-129)", f"cbc:{quantity_name}"),
        price=values.optional_decimal(element, "price (BT-146)", "cac:Price/cbc:PriceAmount"),
        base_quantity=Decimal(1) if base is None else base,
        adjustment=sum((line.amount for line in _adjustments(element, values)), Decimal(0)),
        period=_period(element, values),
        order=element.text_at("cac:OrderLineReference/cac:OrderReference/cbc:ID"),
        tax_percent=values.only_decimal(element, PERCENT, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
    )


def _adjustments(parent: Element, values: Values) -> Iterator[InvoiceLine]:
    """Allowances as negative and charges as positive amounts, of the document or of one line."""
    for element in parent.all("cac:AllowanceCharge"):
        amount = values.needed_decimal(element, "amount of an allowance or charge (BT-92, BT-99)", "cbc:Amount")
        is_charge = values.is_charge(element, "cbc:ChargeIndicator")
        text = element.text_at("cbc:AllowanceChargeReason") or ("Charge" if is_charge else "Allowance")
        percent = values.only_decimal(element, PERCENT, "cac:TaxCategory/cbc:Percent")
        yield InvoiceLine(element.line, amount if is_charge else -amount, text, tax_percent=percent)


def _period(parent: Element, values: Values) -> Period | None:
    """The period of the document or of a line; one of its ends alone is no period."""
    found = values.only(parent, "period", "cac:InvoicePeriod")
    if found is None:
        return None
    first, last = found.text_at("cbc:StartDate"), found.text_at("cbc:EndDate")
    if not first or not last:
        return None
    return Period(values.day(found, first, "first day"), values.day(found, last, "last day"))


def _check_currencies(root: Element, sums: Element, line_name: str, currency: str, values: Values) -> None:
    """All amounts that are read must be in the currency of the document."""
    read = [sums, *root.all("cac:AllowanceCharge")]
    for line in root.all(f"cac:{line_name}"):
        read += [line, *line.all("cac:Price"), *line.all("cac:AllowanceCharge")]
    for parent in read:
        for amount in parent.children:
            values.check_currency(amount, currency)
