"""What was billed, as people read it: lines and the places they come from.

Comes in: lines made by hand, or read back from a source on demand. Goes out: frozen values with dates and decimals.
The engine works on the arrays of `ledger.table` instead; these values exist for people, reports and tests. Must not
know contracts, files or the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


TRACKING_SEPARATOR = " | "
"""Stands between the options in `Line.tracking` where a line is tracked in two ways at once."""


class Kind(IntEnum):
    """What a document is. Only invoices and credit notes are billing; `OTHER` is cash or unknown and is set aside."""

    INVOICE = 0
    CREDIT_NOTE = 1
    OTHER = 2


class DocumentStatus(IntEnum):
    """How far a document got. Only `APPROVED` counts as billed; a draft is evidence, a void document is nothing."""

    APPROVED = 0
    DRAFT = 1
    VOID = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of one invoice or credit note, in the words of the generic ledger.

    `amount` is excluding tax, in `currency`, with no more decimals than that currency has. A credit note's amounts
    may be given positive or negative, the same way throughout one document; they count as negative.
    `period_first_day` and `period_last_day` (inclusive) are given together or not at all. `kind` is "invoice",
    "credit_note" or "other" (cash: payments, prepayments and overpayments, which are set aside), `status` "approved",
    "draft" or "void". `template` is the id of the recurring invoice that produced the document, or the line.
    """

    document: str
    issue_date: date
    customer: str
    amount: Decimal
    currency: str
    kind: str = "invoice"
    status: str = "approved"
    due_date: date | None = None
    customer_id: str = ""
    description: str = ""
    template: str = ""
    item: str = ""
    account: str = ""
    tracking: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    amount_due: Decimal | None = None
    period_first_day: date | None = None
    period_last_day: date | None = None
    contract: str = ""
    charge: str = ""
    reference: str = ""
    credits_document: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line read back for a report: what it says and where it stands.

    `row` counts the lines of text of the file from 1 (the heading is row 1), or the position of a line made by hand
    from 1.
    """

    path: str
    row: int
    line: Line
