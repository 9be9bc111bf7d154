"""Drafts in the columns of QuickBooks Online's import of invoices.

Comes in: a document, and how the company calls its tax codes and products. Goes out: the text of a CSV file. QuickBooks
has no drafts: what is imported is booked at once, so importing it is approving it. Columns as others describe
QuickBooks' sample file. Must not know why a document is drafted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.files.drafts.cells import percent_text, table_text, text_cell
from billcheck.connectors.files.drafts.needs import (
    LongNumberProblem,
    NoCreditNoteProblem,
    NoDueDateProblem,
    NoTaxNameProblem,
    NoTaxProblem,
)
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument, DraftLine

ENDING = ".csv"
LONGEST_NUMBER = 21
COLUMNS = (
    "*InvoiceNo",
    "*Customer",
    "*InvoiceDate",
    "*DueDate",
    "Terms",
    "Location",
    "Memo",
    "Item(Product/Service)",
    "ItemDescription",
    "ItemQuantity",
    "ItemRate",
    "*ItemAmount",
    "*ItemTaxCode",
    "ItemTaxAmount",
    "Currency",
    "Service Date",
)


def problems_with(document: DraftDocument, settings: ImportSettings) -> Iterator[Problem]:
    """What the import cannot hold, or asks for and nobody said."""
    if document.kind == "credit_note":
        yield NoCreditNoteProblem(document.number)
        return
    if len(document.number) > LONGEST_NUMBER:
        yield LongNumberProblem("document", document.number)
    if document.due_date is None:
        yield NoDueDateProblem(document.number)
    for percent in dict.fromkeys(line.tax_percent for line in document.lines):
        if percent is None:
            yield NoTaxProblem(document.number)
        elif percent and percent not in settings.tax_names:
            yield NoTaxNameProblem(document.number, percent_text(percent))


def to_text(document: DraftDocument, settings: ImportSettings) -> str:
    """The file of a document."""
    rows = zip(document.lines, document.line_taxes, strict=True)
    return table_text(COLUMNS, (_cells(document, line, tax, settings) for line, tax in rows))


def _cells(document: DraftDocument, line: DraftLine, tax_minor: int, settings: ImportSettings) -> list[str]:
    currency = document.currency
    amount = format_minor(line.amount_minor, currency)
    return [
        text_cell(document.number),
        text_cell(settings.customer or document.customer),
        settings.date_text(document.issue_date),
        "" if document.due_date is None else settings.date_text(document.due_date),
        "",
        "",
        text_cell(document.reason),
        text_cell(line.item or settings.item),
        text_cell(line.description),
        "1",
        amount,
        amount,
        text_cell("" if line.tax_percent is None else settings.tax_names.get(line.tax_percent, "")),
        format_minor(tax_minor, currency),
        currency,
        settings.date_text(line.last_day),
    ]
