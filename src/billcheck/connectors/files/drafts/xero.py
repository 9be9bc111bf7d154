"""Drafts in the columns of Xero's import of sales invoices and of its import of credit notes.

Comes in: a document, and how the organisation calls its tax rates, accounts and tracking. Goes out: the text of a CSV
file. What Xero imports is a draft until somebody approves it there. The columns are those of Xero's template as others
describe it; Xero works out line amounts and totals itself. Must not know why a document is drafted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.files.drafts.cells import percent_text, table_text, text_cell
from billcheck.connectors.files.drafts.needs import (
    NoAccountProblem,
    NoDueDateProblem,
    NoTaxNameProblem,
    NoTaxProblem,
    NoTrackingNameProblem,
)
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument, DraftLine

ENDING = ".csv"
_ADDRESS = (
    "EmailAddress",
    "POAddressLine1",
    "POAddressLine2",
    "POAddressLine3",
    "POAddressLine4",
    "POCity",
    "PORegion",
    "POPostalCode",
    "POCountry",
)
_AFTER_DATES = (
    "Total",
    "InventoryItemCode",
    "*Description",
    "*Quantity",
    "*UnitAmount",
    "Discount",
    "*AccountCode",
    "*TaxType",
    "TaxAmount",
    "TrackingName1",
    "TrackingOption1",
    "TrackingName2",
    "TrackingOption2",
    "Currency",
    "BrandingTheme",
)
INVOICE_COLUMNS = (
    "*ContactName",
    *_ADDRESS,
    "*InvoiceNumber",
    "Reference",
    "*InvoiceDate",
    "*DueDate",
    *_AFTER_DATES,
)
CREDIT_COLUMNS = (
    "*ContactName",
    *_ADDRESS,
    "*CreditNoteNumber",
    "Reference",
    "*CreditNoteDate",
    *_AFTER_DATES,
)


def problems_with(document: DraftDocument, settings: ImportSettings) -> Iterator[Problem]:
    """What the import asks for and nobody said."""
    if document.due_date is None and document.kind != "credit_note":
        yield NoDueDateProblem(document.number)
    percents = dict.fromkeys(line.tax_percent for line in document.lines)
    for percent in percents:
        if percent is None:
            yield NoTaxProblem(document.number)
        elif percent not in settings.tax_names:
            yield NoTaxNameProblem(document.number, percent_text(percent))
    lacking = [line for line in document.lines if not (line.account or settings.account)]
    for charges in dict.fromkeys(line.charges for line in lacking):
        yield NoAccountProblem(f"{document.number}: {' + '.join(charges)}")
    if any(line.tracking for line in document.lines) and not settings.tracking_name:
        options = dict.fromkeys(line.tracking for line in document.lines if line.tracking)
        yield NoTrackingNameProblem(document.number, ", ".join(options))


def to_text(document: DraftDocument, settings: ImportSettings) -> str:
    """The file of a document; amounts are above zero on credit notes too, which have an import of their own."""
    rows = zip(document.lines, document.line_taxes, strict=True)
    columns = CREDIT_COLUMNS if document.kind == "credit_note" else INVOICE_COLUMNS
    return table_text(columns, (_cells(document, line, tax, settings) for line, tax in rows))


def _cells(document: DraftDocument, line: DraftLine, tax_minor: int, settings: ImportSettings) -> list[str]:
    currency = document.currency
    dates = [settings.date_text(document.issue_date)]
    if document.kind != "credit_note":
        dates.append("" if document.due_date is None else settings.date_text(document.due_date))
    contracts = dict.fromkeys(each.contract for each in document.lines)
    tax_name = "" if line.tax_percent is None else settings.tax_names.get(line.tax_percent, "")
    return [
        text_cell(settings.customer or document.customer),
        *([""] * len(_ADDRESS)),
        text_cell(document.number),
        text_cell(" ".join(contracts)),
        *dates,
        format_minor(document.incl_tax_minor, currency),
        text_cell(line.item or settings.item),
        text_cell(line.description),
        "1",
        format_minor(line.amount_minor, currency),
        "",
        text_cell(line.account or settings.account),
        text_cell(tax_name),
        format_minor(tax_minor, currency),
        text_cell(settings.tracking_name) if line.tracking else "",
        text_cell(line.tracking),
        "",
        "",
        currency,
        "",
    ]
