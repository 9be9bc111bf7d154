"""Xero's invoices and credit notes as normalised documents.

Comes in: objects of its answers, as its accounting interface describes them. Goes out: documents with signed amounts
excluding tax, which add up to what Xero says. Amounts on credit notes are positive there, so the sign is ours to give.
Must not know requests.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedDocument, FetchedLine
from billcheck.connectors.faults import AnswerError
from billcheck.ledger.line import TRACKING_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.payload import Payload

_MOMENT = re.compile(r"/Date\((-?[0-9]{1,15})(?:([+-])([0-9]{2})([0-9]{2}))?\)/")
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


def read_document(payload: Payload, names: Mapping[str, tuple[str, str]]) -> FetchedDocument:
    """One invoice or credit note, with its lines.

    Args:
        payload: The object, with its line items.
        names: Contacts by id: the id and name of the contact each was merged into, or its own.

    Raises:
        AnswerError: A value is missing or of another type, or the lines do not add up.
    """
    kind = _KINDS.get(payload.text("Type"))
    if kind is None:
        payload.refuse("Type", "one of those asked for")
    sign = -1 if kind == "credit_note" else 1
    contact = payload.nested("Contact")
    contact_id = contact.text("ContactID")
    customer_id, customer = names.get(contact_id, (contact_id, contact.optional_text("Name")))
    status = _STATUSES.get(payload.text("Status"))
    excl_tax = payload.amount("SubTotal")
    lines = tuple(read_lines(payload, sign))
    if status == "void" and not lines:
        excl_tax = Decimal(0)  # what it once billed stays on it, and counts for nothing
    if sum(line.amount for line in lines) != sign * excl_tax:
        remark = f"Its lines add up to {sum(line.amount for line in lines)}, and it says {sign * excl_tax} excl. tax."
        raise AnswerError(payload.where, remark)
    total = payload.optional_amount("Total")
    # What status a document has decides whether it was billed, so one we do not know counts as not billed, and is told.
    notes = () if status else (f"Its status {payload.text('Status')} is not known, so it does not count as billed.",)
    return FetchedDocument(
        id=id_of(payload),
        number=payload.optional_text("InvoiceNumber") or payload.optional_text("CreditNoteNumber"),
        kind=kind,
        status=status or "draft",
        issue_date=read_day(payload, "Date") or payload.refuse("Date", "a day"),
        due_date=read_day(payload, "DueDate"),
        customer=customer or contact_id,
        customer_id=customer_id,
        currency=payload.text("CurrencyCode"),
        excl_tax=sign * excl_tax,
        lines=lines,
        digest=payload.digest(),
        reference=payload.optional_text("Reference"),
        credits_document=_credited(payload) if kind == "credit_note" else "",
        total=None if total is None else sign * total,
        amount_due=payload.optional_amount("AmountDue"),
        updated=payload.optional_text("UpdatedDateUTC"),
        notes=notes,
    )


def id_of(payload: Payload) -> str:
    """Xero's own id of an invoice or credit note."""
    return payload.text("InvoiceID" if payload.has("InvoiceID") else "CreditNoteID")


def lacks_lines(payload: Payload) -> bool:
    """Whether lines that count were left out, as lists do at times; that is not the same as billing nothing."""
    if _STATUSES.get(payload.text("Status")) == "void":
        return False
    return not any(payload.optional_each("LineItems")) and payload.amount("SubTotal") != 0


def read_lines(payload: Payload, sign: int) -> list[FetchedLine]:
    """The lines, excluding tax by the document's own tax; those that are only a text bill nothing and are left out."""
    is_inclusive = payload.optional_text("LineAmountTypes").upper() == "INCLUSIVE"
    template = payload.optional_text("RepeatingInvoiceID")
    lines = []
    for item in payload.optional_each("LineItems"):
        if not item.has("LineAmount"):
            if item.has("Quantity") and item.has("UnitAmount") and item.amount("Quantity") * item.amount("UnitAmount"):
                item.refuse("LineAmount", "a number")
            continue
        tax = item.optional_amount("TaxAmount") or Decimal(0)
        amount = item.amount("LineAmount") - (tax if is_inclusive else 0)
        lines.append(
            FetchedLine(
                amount=sign * amount,
                description=item.optional_text("Description"),
                item=item.optional_text("ItemCode"),
                account=item.optional_text("AccountCode"),
                tracking=TRACKING_SEPARATOR.join(
                    option for each in item.optional_each("Tracking") if (option := each.optional_text("Option"))
                ),
                quantity=item.optional_amount("Quantity"),
                unit_price=item.optional_amount("UnitAmount"),
                tax=sign * tax,
                template=template,
            )
        )
    return lines


def read_day(payload: Payload, name: str) -> date | None:
    """A day, by its text where there is one, else by milliseconds and the offset that stands beside them.

    The start of 1970 stands for no day. Without an offset, the milliseconds are those of a day in UTC.
    """
    text = payload.optional_text(f"{name}String")
    if text:
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            payload.refuse(f"{name}String", "a day")
    text = payload.optional_text(name)
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        payload.refuse(name, "a day")
    milliseconds = int(found[1])
    if not milliseconds:
        return None
    offset = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0)) * (-1 if found[2] == "-" else 1)
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        return moment.astimezone(timezone(offset)).date()
    except (OverflowError, ValueError):
        payload.refuse(name, "a day")


def _credited(payload: Payload) -> str:
    """The number of the invoice a credit note was allocated to, where all of it went to one."""
    numbers = {
        each.nested("Invoice").optional_text("InvoiceNumber")
        for each in payload.optional_each("Allocations")
        if not each.is_set("IsDeleted")
    }
    return numbers.pop() if len(numbers) == 1 else ""
