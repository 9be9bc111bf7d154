"""Drafts as JSON, for a program of one's own.

Comes in: a document. Goes out: its text, every key in one order, amounts as strings with the decimals of the currency.
Must not know why a document is drafted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible_json
from billcheck.connectors.files.drafts.cells import percent_text
from billcheck.ledger.draft import TYPE_CODES
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument, DraftLine

ENDING = ".json"
SCHEMA_VERSION = 1


def problems_with(document: DraftDocument, settings: ImportSettings) -> Iterable[Problem]:  # noqa: ARG001 - as others
    """What speaks against writing it: nothing; this format holds every document."""
    return ()


def to_text(document: DraftDocument, settings: ImportSettings) -> str:
    """The file of a document."""
    return visible_json(f"{json.dumps(draft_table(document, settings), indent=2, ensure_ascii=False)}\n")


def draft_table(document: DraftDocument, settings: ImportSettings) -> dict[str, Any]:
    """A document as plain values. Every draft has the status draft; `type_code` is that of UNTDID 1001."""

    def amount(minor: int) -> str:
        return format_minor(minor, document.currency)

    return {
        "schema_version": SCHEMA_VERSION,
        "status": "draft",
        "kind": document.kind,
        "type_code": TYPE_CODES[document.kind],
        "number": document.number,
        "issue_date": document.issue_date.isoformat(),
        "due_date": None if document.due_date is None else document.due_date.isoformat(),
        "customer": settings.customer or document.customer,
        "currency": document.currency,
        "reason": document.reason,
        "lines": [
            _line(line, amount(line.amount_minor), amount(tax))
            for line, tax in zip(document.lines, document.line_taxes, strict=True)
        ],
        "tax": [
            {
                "percent": None if group.percent is None else percent_text(group.percent),
                "excl_tax": amount(group.excl_tax_minor),
                "tax": None if group.percent is None else amount(group.tax_minor),
            }
            for group in document.tax_groups
        ],
        "excl_tax": amount(document.excl_tax_minor),
        "tax_total": amount(document.tax_minor),
        "incl_tax": amount(document.incl_tax_minor),
        "schedule": [
            {"number": each.number, "due_date": each.due_date.isoformat(), "incl_tax": amount(each.amount_minor)}
            for each in document.schedule
        ],
        "remarks": list(document.remarks),
    }


def _line(line: DraftLine, amount: str, tax: str) -> dict[str, Any]:
    return {
        "contract": line.contract,
        "charges": list(line.charges),
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "description": line.description,
        "excl_tax": amount,
        "tax_percent": None if line.tax_percent is None else percent_text(line.tax_percent),
        "tax": None if line.tax_percent is None else tax,
        "is_arrears": line.is_arrears,
        "references": [
            {
                "number": reference.number,
                "issue_date": None if reference.issue_date is None else reference.issue_date.isoformat(),
            }
            for reference in line.references
        ],
        "item": line.item,
        "account": line.account,
        "tracking": line.tracking,
        "row": line.row,
    }
