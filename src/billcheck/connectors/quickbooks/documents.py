"""QuickBooks Online's invoices, sales receipts, credit memos and refund receipts as normalised documents.

Comes in: objects of its answers, as its accounting interface describes them. Goes out: documents with signed amounts
excluding tax, of which each is proved to add up to its own total. Amounts are positive on every kind of document there,
so the sign is ours to give; they exclude tax also where prices include it, and are in the document's own currency: what
it is in that of the company is never read. Must not know requests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedDocument, FetchedLine
from billcheck.connectors.quickbooks.lines import Footing, read_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.payload import Payload
    from billcheck.connectors.quickbooks.company import Currencies, Products

KINDS = {"Invoice": "invoice", "SalesReceipt": "invoice", "CreditMemo": "credit_note", "RefundReceipt": "credit_note"}
"""What each entity counts as."""
NO_CUSTOMER = "(no customer)"
_MAY_LACK_CUSTOMER = frozenset({"SalesReceipt", "RefundReceipt"})
"""A sale over the counter; whoever owes something, or is owed it, has a name."""
ZEROS = "zeros"
"""The trait of a document of nothing but zeros that does not say it was voided."""
_STATUSES = {"": "approved", "Synchronized": "approved", "Draft": "draft", "Voided": "void", "Deleted": "void"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What documents refer to: names of customers by id, products, and what currency they are in."""

    names: Mapping[str, str]
    products: Products
    currencies: Currencies


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, and what of it is doubtful: `doubts` are sentences about amounts nobody can vouch for.

    `traits` are the inferences it needed, each a word of this module or of `lines`; `credits_id` is the id of the
    invoice that a credit memo says it is of, where it does.
    """

    document: FetchedDocument
    doubts: tuple[str, ...]
    traits: frozenset[str]
    credits_id: str = ""


def read_document(entity: str, payload: Payload, books: Books) -> ReadDocument:
    """One document, with its lines.

    Args:
        entity: As QuickBooks calls what it is, one of `KINDS`.
        payload: The object.
        books: What it refers to.

    Raises:
        AnswerError: A value is missing or of another type, or the document does not add up.
    """
    kind = KINDS[entity]
    sign = -1 if kind == "credit_note" else 1
    currency = books.currencies.of(payload)
    footing = read_lines(payload, currency, books.products)
    if entity not in _MAY_LACK_CUSTOMER:
        payload.nested("CustomerRef")
    customer, customer_id = customer_of(payload, books.names)
    status, doubts, traits = _status(payload, footing)
    document = FetchedDocument(
        id=f"{entity}/{payload.text('Id')}",
        number=payload.optional_text("DocNumber"),
        kind=kind,
        status=status,
        issue_date=day_of(payload, "TxnDate") or payload.refuse("TxnDate", "a day"),
        due_date=day_of(payload, "DueDate"),
        customer=customer,
        customer_id=customer_id,
        currency=currency,
        excl_tax=sign * footing.excl_tax,
        lines=tuple(_signed(line, sign) for line in footing.lines),
        digest=payload.digest(),
        reference=reference_of(payload),
        total=sign * payload.amount("TotalAmt"),
        amount_due=payload.optional_amount("Balance"),
        updated=updated_of(payload),
        notes=footing.notes + doubts,
    )
    credited = payload.nested("InvoiceRef").optional_text("value") if payload.has("InvoiceRef") else ""
    return ReadDocument(document, doubts, traits, credited)


def _status(payload: Payload, footing: Footing) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """How far it got, the doubts about it, and its traits.

    Voiding sets all amounts to zero and says so in the private note alone, in the words of the company's language.
    """
    stated = payload.optional_text("status")
    status = _STATUSES.get(stated)
    if status is None:
        remark = f"Its status {stated} is not known, so it does not count as billed."
        return "draft", (*footing.doubts, remark), footing.traits
    if payload.amount("TotalAmt") or any(line.amount for line in footing.lines):
        return status, footing.doubts, footing.traits
    if payload.optional_text("PrivateNote").strip().casefold().startswith("void"):
        status = "void"
    return status, footing.doubts, footing.traits | (frozenset() if status == "void" else {ZEROS})


def _signed(line: FetchedLine, sign: int) -> FetchedLine:
    return replace(line, amount=sign * line.amount, tax=None if line.tax is None else sign * line.tax)


def customer_of(payload: Payload, names: Mapping[str, str]) -> tuple[str, str]:
    """The name and the id of the customer, where there is one."""
    if not payload.has("CustomerRef"):
        return NO_CUSTOMER, ""
    customer = payload.nested("CustomerRef")
    key = customer.text("value")
    return names.get(key) or customer.optional_text("name") or key, key


def reference_of(payload: Payload) -> str:
    """What people wrote into the fields of their own; an empty one has no value at all."""
    texts = (each.optional_text("StringValue") for each in payload.optional_each("CustomField"))
    return ", ".join(filter(None, texts))


def updated_of(payload: Payload) -> str:
    """When it was last changed, as QuickBooks writes it."""
    return payload.nested("MetaData").optional_text("LastUpdatedTime") if payload.has("MetaData") else ""


def day_of(payload: Payload, name: str) -> date | None:
    """A day, as it is written: QuickBooks gives days without a zone."""
    text = payload.optional_text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        payload.refuse(name, "a day")
