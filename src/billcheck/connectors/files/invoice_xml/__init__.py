"""Electronic invoices in XML (UBL 2.1 and CII, the two syntaxes of EN 16931) as rows of cells.

Comes in: an XML file. Goes out: a heading row of the generic ledger and one row for each line of the invoice, and for
each allowance or charge on the whole of it. Must not know contracts or the engine.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow, or_empty
from billcheck.connectors.files.invoice_xml import cii, ubl
from billcheck.connectors.files.invoice_xml.invoice import Values
from billcheck.connectors.files.invoice_xml.tree import read_tree
from billcheck.connectors.files.limits import DEFAULT_LIMITS
from billcheck.errors import LedgerRefusedError, Problem
from billcheck.grammar import DECIMAL_DIGITS
from billcheck.money import to_decimal, to_minor
from billcheck.periods.reading import NOTHING, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.invoice_xml.invoice import Invoice, InvoiceLine, Period
    from billcheck.connectors.files.limits import Limits

HEADINGS = (
    "document", "kind", "issue_date", "due_date", "customer", "customer_id", "description", "item", "quantity",
    "unit_price", "amount", "tax", "currency", "total", "amount_due", "period_first_day", "period_last_day", "contract",
    "reference", "credits_document",
)  # fmt: skip

SYNTAXES = {
    "ubl": "UBL 2.1, Invoice and CreditNote: Peppol BIS Billing, XRechnung, NLCIUS, EHF",
    "cii": "UN/CEFACT CrossIndustryInvoice: Factur-X, ZUGFeRD 2, XRechnung",
}
"""What reports call each syntax, and what it reads."""
READ_FROM = (
    ("document, issue_date, due_date, currency", "BT-1, BT-2, BT-9, BT-5"),
    ("kind", "BT-3 and the root element"),
    ("customer", "Name of the buyer, BT-44"),
    ("customer_id", "Identifier of the buyer, BT-46"),
    ("description", "Name, description and note of the line: BT-153, BT-154, BT-127"),
    ("item", "The seller's code, BT-155"),
    ("quantity, unit_price", "BT-129; BT-146 divided by BT-149"),
    ("amount", "BT-131"),
    ("tax", "BT-131 times the percent of the line, BT-152"),
    ("period_first_day, period_last_day", "Period of the line, BT-134 and BT-135"),
    ("contract", "Contract reference, BT-12"),
    ("reference", "Order reference, BT-13, and buyer reference, BT-10"),
    ("credits_document", "Preceding invoice, BT-25, of a credit note"),
    ("total, amount_due", "BT-112, BT-115"),
)
"""Fields of the ledger, and the terms of EN 16931 they are read from first."""

_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\s]*<")


class NotAnInvoiceError(Problem):
    """This is XML, but no electronic invoice that is read."""

    remedy = "Read are UBL 2.1 (Invoice, CreditNote) and CII (CrossIndustryInvoice). Leave the file out."


def is_xml(head: bytes) -> bool:
    """Whether a file that begins so is XML."""
    return _XML.match(head) is not None


def read_invoice(path: str, blocks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Invoice:
    """The invoice in an XML file, held to its own totals.

    Args:
        path: How messages name the file.
        blocks: The file.
        limits: What it may hold.

    Raises:
        LedgerRefusedError: The file is not well-formed or too large, is no invoice, lacks a value or does not
            add up.
    """
    root = read_tree(path, blocks, {**ubl.NAMESPACES, **cii.NAMESPACES}, limits)
    values = Values(path)
    if root.name in {ubl.INVOICE, ubl.CREDIT_NOTE}:
        invoice = ubl.read_invoice(root, values)
    elif root.name == cii.INVOICE:
        invoice = cii.read_invoice(root, values)
    else:
        raise LedgerRefusedError([NotAnInvoiceError(f"{path} row {root.line}", root.name[:60])])
    values.raise_for_problems()
    invoice.check(path)
    return invoice


def to_cells(invoice: Invoice) -> Iterator[CellRow]:
    """The lines of an invoice in the columns of `HEADINGS`."""
    taxes = iter(invoice.taxes())
    for line in invoice.lines:
        period = line.period
        # The period of the document is that of a line which says nothing of its own.
        if period is None and read(line.description) == NOTHING:
            period = invoice.period
        yield CellRow(line.row, tuple(_cells(invoice, line, period, next(taxes))))
    for line in invoice.adjustments:
        yield CellRow(line.row, tuple(_cells(invoice, line, None, next(taxes))))


def _cells(invoice: Invoice, line: InvoiceLine, period: Period | None, tax: int | None) -> Iterator[Cell]:
    totals = invoice.totals
    is_credit = invoice.kind == "credit note"
    one = invoice.preceding[0] if is_credit and len(invoice.preceding) == 1 else ""
    references = (*invoice.references, line.order, *(() if one else invoice.preceding))
    yield invoice.number
    yield invoice.kind
    yield invoice.issue_date
    yield or_empty(invoice.due_date)
    yield invoice.customer
    yield invoice.customer_id
    yield line.description
    yield line.item
    yield or_empty(line.quantity)
    yield or_empty(_unit_price(line))
    # What is positive on a credit note is credited. Where credits and charges cancel each other out, no sum shows that.
    sign = -1 if is_credit and not invoice.totals.excl_tax else 1
    yield _shortest(sign * line.amount, invoice.currency)
    yield "" if tax is None else to_decimal(sign * tax, invoice.currency)
    yield invoice.currency
    yield or_empty(totals.incl_tax)
    yield or_empty(totals.payable)
    yield "" if period is None else period.first_day
    yield "" if period is None else period.last_day
    yield invoice.contract
    yield " ".join(dict.fromkeys(filter(None, references)))
    yield one


def _shortest(amount: Decimal, currency: str) -> Decimal:
    """An amount without noughts beyond the decimals of its currency: 100.000 is no hundred thousand."""
    minor = to_minor(amount, currency)
    return amount if minor is None else to_decimal(minor, currency)


def _unit_price(line: InvoiceLine) -> Decimal | None:
    """The price of one unit, None where it has more decimals than any price."""
    if line.price is None:
        return None
    exact = Fraction(line.price) / Fraction(line.base_quantity)
    scaled = exact * 10**DECIMAL_DIGITS
    if scaled.denominator != 1:
        return None
    price = Decimal(scaled.numerator).scaleb(-DECIMAL_DIGITS)
    return line.price if price == line.price else price.normalize()
