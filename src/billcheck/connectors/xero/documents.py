"""Xero's invoices and credit notes as normalised documents.

Comes in: objects of its answers, as its accounting interface describes them. Goes out: documents with signed amounts
excluding tax, which add up to what Xero says. Amounts on credit notes are positive there, so the sign is ours to give.
Everything is in the document's own currency: a rate converts nothing here. Must not know requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedDocument
from billcheck.connectors.xero.days import read_day
from billcheck.connectors.xero.lines import Lines, adds_up, read_lines, unproved_lines
from billcheck.money import MINOR_DIGITS, is_currency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billcheck.connectors.payload import Payload
    from billcheck.connectors.xero.directory import Directory

_STATUSES = {
    "AUTHORISED": "approved",
    "PAID": "approved",
    "DRAFT": "draft",
    "SUBMITTED": "draft",
    "VOIDED": "void",
    "DELETED": "void",
}
INVOICE, CREDIT_NOTE = "ACCREC", "ACCRECCREDIT"
_KINDS = {INVOICE: "invoice", CREDIT_NOTE: "credit_note"}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, what of it is doubtful, and the items it calls otherwise than Xero does today."""

    document: FetchedDocument
    doubts: tuple[str, ...] = ()
    renamed: frozenset[tuple[str, str]] = frozenset()


def read_document(payload: Payload, directory: Directory, numbers: Mapping[str, str]) -> ReadDocument:
    """One invoice or credit note, with its lines.

    Args:
        payload: The object, with its line items.
        directory: What it refers to.
        numbers: Numbers of invoices by id.

    Raises:
        AnswerError: A value is missing or of another type, or the lines do not add up.
    """
    kind = _KINDS.get(payload.text("Type"))
    if kind is None:
        payload.refuse("Type", "one of those asked for")
    sign = -1 if kind == "credit_note" else 1
    customer_id, customer = directory.customer(payload.nested("Contact"))
    status = _STATUSES.get(payload.text("Status"))
    if status == "void":  # what it once billed stays on it, and counts for nothing
        lines = Lines(unproved_lines(payload, sign, directory))
    else:
        lines = read_lines(payload, sign, directory)
    total = payload.optional_amount("Total")
    currency, notes = currency_of(payload, directory)
    credited = ""
    if kind == "credit_note" and status == "approved":
        credited, applied = _credited(payload, numbers, currency)
        notes += applied
    # What status a document has decides whether it was billed, so one we do not know counts as not billed, and is told.
    unknown = () if status else (f"Its status {payload.text('Status')} is not known, so it does not count as billed.",)
    doubts = unknown + lines.doubts
    document = FetchedDocument(
        id=id_of(payload),
        number=number_of(payload),
        kind=kind,
        status=status or "draft",
        issue_date=read_day(payload, "Date", directory.organisation.zone) or payload.refuse("Date", "a day"),
        due_date=read_day(payload, "DueDate", directory.organisation.zone),
        customer=customer,
        customer_id=customer_id,
        currency=currency,
        excl_tax=sum((line.amount for line in lines.lines), Decimal(0)),
        lines=lines.lines,
        digest=payload.digest(),
        reference=payload.optional_text("Reference"),
        credits_document=credited,
        total=None if total is None else sign * total,
        amount_due=payload.optional_amount("AmountDue"),
        updated=payload.optional_text("UpdatedDateUTC"),
        notes=notes + lines.notes + doubts,
    )
    return ReadDocument(document, doubts, lines.renamed)


def id_of(payload: Payload) -> str:
    """Xero's own id of an invoice or credit note."""
    return payload.text("InvoiceID" if payload.has("InvoiceID") else "CreditNoteID")


def number_of(payload: Payload) -> str:
    """What people call it; empty where they do not."""
    return payload.optional_text("InvoiceNumber") or payload.optional_text("CreditNoteNumber")


def currency_of(payload: Payload, directory: Directory) -> tuple[str, tuple[str, ...]]:
    """The currency of an object, that of the organisation where it names none, and what to say of that.

    Raises:
        AnswerError: It is no currency.
    """
    own, base = payload.optional_text("CurrencyCode"), directory.organisation.currency
    if not is_currency(own or base):
        payload.refuse("CurrencyCode", "one of ISO 4217")
    return own or base, () if own else (f"It names no currency: taken for {base}, that of the organisation.",)


def is_whole(payload: Payload, directory: Directory) -> bool:
    """Whether an object of a list has what counts: its lines, and what became of a credit note.

    Lists leave lines out at times, which is not the same as billing nothing. Nor do they always say which invoices a
    credit note was applied to.
    """
    status = _STATUSES.get(payload.text("Status"))
    if status == "void":
        return True
    if not adds_up(payload, directory):
        return False
    if payload.text("Type") != CREDIT_NOTE or status != "approved" or not payload.has("RemainingCredit"):
        return True
    refunded = sum(each.optional_amount("Amount") or 0 for each in payload.optional_each("Payments"))
    applied = sum(each.optional_amount("Amount") or 0 for each in _allocations(payload))
    return applied + refunded >= payload.amount("Total") - payload.amount("RemainingCredit")


def _allocations(payload: Payload) -> Sequence[Payload]:
    """What of a credit note was applied to which invoice; what was undone stays in the list, marked as deleted."""
    return [each for each in payload.optional_each("Allocations") if not each.is_set("IsDeleted")]


def _credited(payload: Payload, numbers: Mapping[str, str], currency: str) -> tuple[str, tuple[str, ...]]:
    """The number of the invoice a credit note was applied to where all of it went to that one, and what else to say.

    A credit that went to several invoices, or of which some is left, was applied to what was open, which need not be
    what it takes back: it names none then, and its own words decide.
    """
    applied: dict[str, Decimal] = {}
    for each in _allocations(payload):
        invoice = each.nested("Invoice") if each.has("Invoice") else None
        key = "" if invoice is None else invoice.optional_text("InvoiceID")
        number = numbers.get(key) or f"id {key or 'unknown'}"
        if invoice is not None:
            number = invoice.optional_text("InvoiceNumber") or number
        applied[number] = applied.get(number, Decimal(0)) + (each.optional_amount("Amount") or 0)
    if not applied:
        return "", ()
    left = payload.optional_amount("RemainingCredit") or Decimal(0)
    first = next(iter(applied))
    if len(applied) == 1 and not left and not first.startswith("id "):
        return first, ()
    digits = MINOR_DIGITS[currency]
    told = " and ".join(f"{number} ({amount:.{digits}f} {currency})" for number, amount in applied.items())
    rest = f", {left:.{digits}f} {currency} of it is left" if left else ""
    remark = f"It was applied to {told}, with tax{rest}: its text or reference tells what it takes back."
    return "", (remark,)
