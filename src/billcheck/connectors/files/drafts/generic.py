"""Drafts in billcheck's own ledger format, one row for each line, with the status draft.

Comes in: a document. Goes out: the text of a CSV file that the profile `generic` reads; it says period, contract
and charge in columns of their own. Must not know why a document is drafted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.files.drafts.cells import table_text, text_cell
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument, DraftLine

ENDING = ".csv"
COLUMNS = (
    "document",
    "kind",
    "status",
    "issue_date",
    "due_date",
    "customer",
    "description",
    "item",
    "account",
    "tracking",
    "amount",
    "tax",
    "total",
    "currency",
    "period_first_day",
    "period_last_day",
    "contract",
    "charge",
    "credits_document",
)


def problems_with(document: DraftDocument, settings: ImportSettings) -> Iterable[Problem]:  # noqa: ARG001 - as others
    """What speaks against writing it: nothing; this format holds every document."""
    return ()


def to_text(document: DraftDocument, settings: ImportSettings) -> str:
    """The file of a document."""
    rows = zip(document.lines, document.line_taxes, strict=True)
    return table_text(COLUMNS, (_cells(document, line, tax, settings) for line, tax in rows))


def _cells(document: DraftDocument, line: DraftLine, tax_minor: int, settings: ImportSettings) -> list[str]:
    is_credit = document.kind == "credit_note"
    sign = -1 if is_credit else 1
    currency = document.currency
    originals = {reference.number for reference in line.references}
    return [
        text_cell(document.number),
        "credit note" if is_credit else "invoice",
        "draft",
        document.issue_date.isoformat(),
        "" if document.due_date is None else document.due_date.isoformat(),
        text_cell(settings.customer or document.customer),
        text_cell(line.description),
        text_cell(line.item or settings.item),
        text_cell(line.account or settings.account),
        text_cell(line.tracking),
        format_minor(sign * line.amount_minor, currency),
        "" if line.tax_percent is None else format_minor(sign * tax_minor, currency),
        format_minor(sign * document.incl_tax_minor, currency),
        currency,
        line.first_day.isoformat(),
        line.last_day.isoformat(),
        text_cell(line.contract),
        text_cell(line.charges[0]) if len(line.charges) == 1 else "",
        text_cell(originals.pop()) if is_credit and len(originals) == 1 else "",
    ]
