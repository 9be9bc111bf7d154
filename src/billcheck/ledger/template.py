"""What a ledger will make invoices from by itself: repeating invoices, recurring transactions.

Comes in: what a connector read. Goes out: frozen templates with signed amounts excluding tax. A template shows what is
going to be billed, never what was agreed, and only its newest version: what it made before it was edited stands on the
documents it made. Must not know connectors, contracts, files or the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

TemplateStatus = Literal["active", "paused", "ended"]
"""``ended`` ones make nothing any more: deleted, past their last day, or at the number of documents they were for."""
Makes = Literal["approved", "draft", "reminder"]
"""What a template makes on its day: a document that counts, one that somebody has to approve, or nothing but a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """One line of every document that the template makes; `amount` excludes tax and is signed, as on a document."""

    amount: Decimal
    description: str = ""
    item: str = ""
    account: str = ""
    tracking: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What the ledger makes documents from by itself.

    `id` is the one that lines bear as their `template`; `name` is what people call it, which some ledgers have not.
    `every` is spelt as in a contract (``month``, ``2 months``, ``4 weeks``, ``30 days``), "" where it is not known.
    `next_date` is the date of the next document, `previous_date` of the last one; both None where it is not known.
    `first_date` is where its schedule begins, which an edit may have moved: not the start of an agreement. `last_date`
    is inclusive. `excl_tax` is what its lines add up to; a template where they do not is not given. `digest` is the
    SHA-256 of the payload it came in. `notes` say what was inferred.
    """

    id: str
    status: TemplateStatus
    makes: Makes
    customer: str
    currency: str
    every: str
    excl_tax: Decimal
    lines: tuple[TemplateLine, ...]
    digest: str
    name: str = ""
    kind: Literal["invoice", "credit_note", "other"] = "invoice"
    customer_id: str = ""
    next_date: date | None = None
    previous_date: date | None = None
    first_date: date | None = None
    last_date: date | None = None
    reference: str = ""
    contract: str = ""
    updated: str = ""
    notes: tuple[str, ...] = ()
