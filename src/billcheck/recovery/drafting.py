"""Lines and documents of a draft, worked out once for whoever shows, writes or records them.

Comes in: periods with what was agreed and what was billed. Goes out: lines with the text a ledger reads back, and
documents with the dates that the terms of payment give. Must not know cases, offers, reports or file formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.ledger.draft import DocumentReference, DraftDocument, DraftLine
from billcheck.recovery.arrears import AgreedCharge
from billcheck.recovery.line_texts import line_text
from billcheck.recovery.line_words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.terms import PaymentTerms
    from billcheck.ledger.draft import DraftKind, PaymentDue
    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.line_words import LineWords, Why

NO_CODES = AgreedCharge(name="")
"""Stands for a charge that no code tells apart."""


def arrears_line(
    period: CasePeriod,
    amount_minor: int,
    issue_date: date,
    *,
    codes: AgreedCharge = NO_CODES,
    tax_percent: Decimal | None = None,
    words: LineWords = ENGLISH,
) -> DraftLine:
    """A line for what is missing of a period, or for a part of it.

    Args:
        period: The period.
        amount_minor: What to ask for, excluding tax.
        issue_date: Date of the document.
        codes: The codes of its charge.
        tax_percent: Stands in for that of the period where nobody stated one.
        words: Those of the client's language.
    """
    whole: Why = "difference" if period.billed else "missed"
    why: Why = "part" if amount_minor < period.shortfall_minor else whole
    return _line(
        period, amount_minor, issue_date, why, codes=codes, tax_percent=tax_percent, words=words, is_arrears=True
    )


def regular_line(
    period: CasePeriod,
    issue_date: date,
    *,
    codes: AgreedCharge = NO_CODES,
    tax_percent: Decimal | None = None,
    words: LineWords = ENGLISH,
) -> DraftLine:
    """A line of the next regular invoice: what is due and not billed yet."""
    why: Why | None = "change" if period.is_change else None
    amount = period.shortfall_minor
    return _line(period, amount, issue_date, why, codes=codes, tax_percent=tax_percent, words=words, is_arrears=False)


def credit_line(
    period: CasePeriod,
    issue_date: date,
    *,
    codes: AgreedCharge = NO_CODES,
    tax_percent: Decimal | None = None,
    words: LineWords = ENGLISH,
) -> DraftLine:
    """A line of a credit note: what a period was billed too much."""
    amount = -period.shortfall_minor
    return _line(
        period,
        amount,
        issue_date,
        "excess",
        codes=codes,
        tax_percent=tax_percent,
        words=words,
        is_arrears=False,
        owes=True,
    )


def _line(
    period: CasePeriod,
    amount_minor: int,
    issue_date: date,
    why: Why | None,
    *,
    codes: AgreedCharge,
    tax_percent: Decimal | None,
    words: LineWords,
    is_arrears: bool,
    owes: bool = False,
) -> DraftLine:
    is_about_documents = is_arrears or owes
    references = references_of(period) if is_about_documents else ()
    text = line_text(
        period.charges, period.first_day, period.last_day, issue_date, why=why, references=references, words=words
    )
    return DraftLine(
        contract=period.contract,
        charges=period.charges,
        first_day=period.first_day,
        last_day=period.last_day,
        description=text,
        amount_minor=amount_minor,
        tax_percent=tax_percent if period.tax_percent is None else period.tax_percent,
        is_arrears=is_arrears,
        references=references,
        item=codes.item,
        account=codes.account,
        tracking=codes.tracking,
        row=period.row if is_about_documents else "",
    )


def references_of(period: CasePeriod) -> tuple[DocumentReference, ...]:
    """The documents that billed a period, each once, in the order of their dates."""
    return tuple(dict.fromkeys(DocumentReference(part.document, part.issue_date) for part in period.billed))


def make_document(
    kind: DraftKind,
    lines: Sequence[DraftLine],
    issue_date: date,
    terms: Iterable[PaymentTerms | None],
    *,
    customer: str,
    currency: str,
    number: str = "",
    schedule: tuple[PaymentDue, ...] = (),
    due_date: date | None = None,
    reason: str = "",
    remarks: Iterable[str] = (),
) -> DraftDocument:
    """A document of these lines.

    Args:
        kind: What it is to be.
        lines: At least one.
        issue_date: Its date.
        terms: The terms of payment of the contracts on it; where they differ, the client gets the longest.
        customer: Who gets it.
        currency: ISO 4217 code of all lines.
        number: What it is to be called; empty where it only shows what there would be.
        schedule: When parts of it are to be paid; its last day is then the day the whole is due.
        due_date: Stands in for what the terms of payment give.
        reason: Why it exists, in one sentence for the client.
        remarks: What whoever approves it should know.
    """
    if schedule:
        due_date = schedule[-1].due_date
    elif due_date is None:
        due_date = max((each.due_date(issue_date) for each in terms if each is not None), default=None)
    return DraftDocument(
        kind=kind,
        number=number,
        issue_date=issue_date,
        due_date=None if kind == "credit_note" else due_date,
        customer=customer,
        currency=currency,
        lines=tuple(lines),
        reason=reason,
        schedule=schedule,
        remarks=tuple(dict.fromkeys(remarks)),
    )
