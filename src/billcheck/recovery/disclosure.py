"""What of a case a client gets to see, and the only place where anything of a case becomes a text for a client.

Comes in: a case, the two ways to bill its arrears, and who writes when. Goes out: views that hold the figures, the
dates and the stated cause, and have no place for anything else. A notice asks for the full amount: where a part of a
period was waived, invoiced or taken by a clause, none can be made. Must not know wording, languages or formats.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.errors import NoticeRefusedError, Problem
from billcheck.ledger.draft import DocumentReference, DraftLine
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.recovery.claims import row_claims
from billcheck.recovery.client_view import (
    ClientChoice,
    ClientInvoice,
    ClientPeriod,
    ClientSpan,
    ClientTotals,
    ClientView,
)
from billcheck.recovery.drafting import arrears_line, make_document, regular_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, timedelta
    from decimal import Decimal

    from billcheck.ledger.draft import DraftDocument, DraftKind
    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.client_view import ChoiceHow, ClientContact
    from billcheck.recovery.events import StatedCause

Choices = dict["ChoiceHow", tuple["DraftDocument", ...]]
"""The documents of each way to be billed: the one that bears the arrears first, then the regular invoice."""


class NothingToAskProblem(Problem):
    """There is nothing to ask the client for."""

    remedy = "Everything was invoiced, waived, cut off by a clause, or waits for a decision about a credit note."


class PartOfPeriodProblem(Problem):
    """Only a part of this period can be asked for, and a notice asks for the full amount."""

    remedy = "A notice comes before anything is waived or invoiced; confirm what was agreed by a letter instead."


class NoNextInvoiceProblem(Problem):
    """No next regular invoice is known, and a notice offers two ways to be billed."""

    remedy = (
        "State it with --next-invoice DATE=AMOUNT, excl. tax, or say with --no-next-invoice that there is none; then"
        " the notice asks whether a separate invoice suits."
    )


class UnknownNextAmountProblem(Problem):
    """The next regular invoice will hold charges whose amount nobody knows yet, so its total cannot be stated."""

    remedy = "State the whole invoice with --next-invoice DATE=AMOUNT, excl. tax."


class PastNextInvoiceProblem(Problem):
    """The next regular invoice is dated before the notice."""

    remedy = (
        "Check the ledger anew and reopen the case with the new report, or state the one after with --next-invoice."
    )


class ReplyAfterInvoiceProblem(Problem):
    """The client may still answer when the next regular invoice, one of the two ways, has gone out already."""


class ChoicesDifferProblem(Problem):
    """The two ways would not bill the same amount: on the later day a clause on late invoices takes a part of it."""

    remedy = "Say with --no-next-invoice that the difference is billed by a separate invoice."


class UnknownTaxProblem(Problem):
    """Nobody stated the tax percent of a period, and it is not taken for zero."""

    remedy = (
        "Give --tax-percent, 0 where the service bears no tax, or state tax in the contract and open the case anew."
    )


class UnknownTermsProblem(Problem):
    """No contract says when an invoice is to be paid, and both ways name the day."""

    remedy = "Give --payment-days, or state payment_terms in the contract and open the case anew."


class DayOrderProblem(Problem):
    """The days of the notice are not in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextInvoice:
    """The next regular invoice as somebody states it, excluding tax."""

    issue_date: date
    excl_tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """How the two ways are dated and what is stated about them; all but the first may be left out.

    `separate_on` is the date of a separate invoice. `next_invoice` stands in for the one that the case knows, and
    `has_next_invoice` is False where there is to be none. `tax_percent` is that of periods for which nobody stated one,
    `payment_time` that of contracts without terms of payment.
    """

    separate_on: date
    next_invoice: NextInvoice | None = None
    has_next_invoice: bool = True
    tax_percent: Decimal | None = None
    payment_time: timedelta | None = None


def choices_of(case: Case, billing: Billing) -> Choices:
    """Both ways to bill everything that can be claimed; the separate invoice alone where there is no next one.

    Raises:
        NoticeRefusedError: Something is missing or in the way; holds every reason.
    """
    rows = _claimed(case, billing.separate_on)
    problems = list(_row_problems(case, rows))
    if problems:
        raise NoticeRefusedError(problems)
    separate = _document(case, "supplementary_invoice", _arrears_lines(rows, billing), billing, billing.separate_on)
    choices: Choices = {"separate_invoice": (separate,)}
    if billing.has_next_invoice:
        regular, next_on = _regular(case, rows, billing)
        lines = _arrears_lines(rows, billing, next_on)
        later = _claimed(case, next_on)
        if _amounts(later) != _amounts(rows):
            raise NoticeRefusedError([ChoicesDifferProblem(str(next_on))])
        together = _document(case, "next_invoice", (*regular, *lines), billing, next_on)
        alone = _document(case, "regular_invoice", regular, billing, next_on)
        choices = {"next_invoice": (together,), "separate_invoice": (separate, alone)}
    documents = [document for each in choices.values() for document in each]
    problems = list(_document_problems(documents))
    if problems:
        raise NoticeRefusedError(problems)
    return choices


def notice_view(
    case: Case,
    choices: Mapping[ChoiceHow, Sequence[DraftDocument]],
    *,
    issue_date: date,
    reply_by: date,
    contact: ClientContact,
    cause: str = "",
    attachments: Sequence[str] = (),
    has_reservation: bool = False,
) -> ClientView:
    """What a notice is made from.

    Args:
        case: The case.
        choices: The documents of both ways, as `choices_of` gives them.
        issue_date: Date of the notice.
        reply_by: The day by which the client is asked to reply.
        contact: Who writes and who is to be called.
        cause: Stands in for the stated cause, such as the same sentence in the language of the client.
        attachments: Names of what is sent with it.
        has_reservation: Whether it reserves the right to performance in one neutral sentence.

    Raises:
        NoticeRefusedError: The days are not in their order; holds every reason.
    """
    separate = choices["separate_invoice"][0]
    problems = [
        *_day_problems(choices, issue_date, reply_by),
        *_told_problems(case.opened.cause, issue_date, contact.meeting_on),
    ]
    if problems:
        raise NoticeRefusedError(problems)
    percents = {line.row: line.tax_percent for line in separate.lines}
    rows = [claim for claim in _claimed(case, separate.issue_date) if claim.period.row in percents]
    stated = case.opened.cause
    return ClientView(
        customer=case.customer,
        currency=case.currency,
        contracts=tuple(dict.fromkeys(line.contract for line in separate.lines)),
        issue_date=issue_date,
        reply_by=reply_by,
        cause=cause.strip() or stated.sentence,
        is_our_mistake=stated.at_fault == "us",
        found_on=stated.found_on,
        fixed_on=stated.fixed_on,
        periods=tuple(_period(row.period, percents[row.period.row], row.credited_minor) for row in rows),
        totals=ClientTotals(taxes=separate.tax_groups),
        choices=tuple(_choice(how, documents) for how, documents in choices.items()),
        contact=contact,
        attachments=tuple(attachments),
        overbilled=tuple(_period(period, period.tax_percent) for period in case.arrears.overbilled),
        has_reservation=has_reservation,
        right_again=right_again(case),
    )


def right_again(case: Case) -> ClientSpan | None:
    """The period from which on the client was billed as agreed; None where it is not yet."""
    found = case.arrears.right_again
    return None if found is None else ClientSpan(first_day=found.first_day, last_day=found.last_day)


def _claimed(case: Case, on: date) -> list[RowClaim]:
    """The rows of which something can be claimed on a day."""
    return [claim for claim in row_claims(case, on=on) if claim.claimable_minor > 0]


def _amounts(rows: Sequence[RowClaim]) -> list[tuple[str, int]]:
    return [(row.period.row, row.claimable_minor) for row in rows]


def _row_problems(case: Case, rows: Sequence[RowClaim]) -> Iterator[Problem]:
    if not rows:
        yield NothingToAskProblem(case.customer)
    for row in rows:
        if row.claimable_minor != row.period.shortfall_minor - row.credited_minor:
            amounts = (row.claimable_minor, row.period.shortfall_minor)
            asked, missing = (format_minor(minor, case.currency, grouped=True) for minor in amounts)
            yield PartOfPeriodProblem(row.label, f"{asked} of {missing}")


def _arrears_lines(rows: Sequence[RowClaim], billing: Billing, on: date | None = None) -> tuple[DraftLine, ...]:
    day = on or billing.separate_on
    return tuple(arrears_line(row.period, row.claimable_minor, day, tax_percent=billing.tax_percent) for row in rows)


def _regular(case: Case, rows: Sequence[RowClaim], billing: Billing) -> tuple[tuple[DraftLine, ...], date]:
    """The lines of the next regular invoice, and its date."""
    stated, arrears = billing.next_invoice, case.arrears
    if stated is not None:
        newest = max(rows, key=lambda row: row.period.last_day).period
        percent = billing.tax_percent if newest.tax_percent is None else newest.tax_percent
        line = DraftLine(
            contract=newest.contract, charges=newest.charges, first_day=stated.issue_date, last_day=stated.issue_date,
            description="", amount_minor=stated.excl_tax_minor, tax_percent=percent,
        )  # fmt: skip
        return (line,), stated.issue_date
    if not arrears.coming:
        raise NoticeRefusedError([NoNextInvoiceProblem(case.customer)])
    if arrears.unknown_charges:
        raise NoticeRefusedError([UnknownNextAmountProblem(case.customer, ", ".join(arrears.unknown_charges))])
    day = arrears.coming[0].due_on
    return tuple(regular_line(period, day, tax_percent=billing.tax_percent) for period in arrears.coming), day


def _document(
    case: Case, kind: DraftKind, lines: Sequence[DraftLine], billing: Billing, issue_date: date
) -> DraftDocument:
    terms = {agreement.contract: agreement.payment_terms for agreement in case.arrears.agreements}
    agreed = [terms[line.contract] for line in lines]
    made = make_document(kind, lines, issue_date, agreed, customer=case.customer, currency=case.currency)
    if made.due_date is None and billing.payment_time is not None:
        return replace(made, due_date=issue_date + billing.payment_time)
    return made


def _document_problems(documents: Sequence[DraftDocument]) -> Iterator[Problem]:
    lines = [line for document in documents for line in document.lines if line.tax_percent is None]
    for label in dict.fromkeys(period_label(line.first_day, line.last_day) for line in lines):
        yield UnknownTaxProblem(label)
    for day in dict.fromkeys(str(document.issue_date) for document in documents if document.due_date is None):
        yield UnknownTermsProblem(f"invoice of {day}")


def _day_problems(
    choices: Mapping[ChoiceHow, Sequence[DraftDocument]], issue_date: date, reply_by: date
) -> Iterator[Problem]:
    if reply_by < issue_date:
        what = f"The client is to reply before the notice of {issue_date}."
        yield DayOrderProblem("--reply-by", str(reply_by), what=what, remedy="Give a later day.")
    separate = choices["separate_invoice"][0]
    if separate.issue_date < issue_date:
        what = f"The separate invoice is dated before the notice of {issue_date} that explains it."
        yield DayOrderProblem("--separate-on", str(separate.issue_date), what=what, remedy="Give a later day.")
    for document in choices.get("next_invoice", ()):
        if document.issue_date < issue_date:
            yield PastNextInvoiceProblem("next invoice", str(document.issue_date))
        elif reply_by >= document.issue_date:
            remedy = (
                f"Give a day before {document.issue_date}, or state the regular invoice after that one with"
                " --next-invoice DATE=AMOUNT, excl. tax."
            )
            yield ReplyAfterInvoiceProblem("--reply-by", str(reply_by), remedy=remedy)


def _told_problems(cause: StatedCause, issue_date: date, meeting_on: date | None) -> Iterator[Problem]:
    """The notice tells what was found and mended by its day, and asks for a talk from then on."""
    for told_on, done in ((cause.found_on, "found"), (cause.fixed_on, "mended")):
        if told_on is not None and issue_date < told_on:
            what = f"The notice says that the mistake was {done} on {told_on}, and would be dated before that day."
            yield DayOrderProblem("--issue-date", str(issue_date), what=what, remedy="Give a later day.")
    if meeting_on is not None and meeting_on < issue_date:
        what = f"The talk would be before the notice of {issue_date} that asks for it."
        yield DayOrderProblem("--meeting", str(meeting_on), what=what, remedy="Give a later day.")


def _period(period: CasePeriod, percent: Decimal | None, credited_minor: int = 0) -> ClientPeriod:
    """A period as the client sees it; what a credit note took off waits for a decision, and counts as billed."""
    parts = dict.fromkeys(DocumentReference(part.document, part.issue_date) for part in period.billed)
    return ClientPeriod(
        contract=period.contract,
        charges=period.charges,
        first_day=period.first_day,
        last_day=period.last_day,
        agreed_minor=period.expected_minor,
        billed_minor=period.billed_minor + credited_minor,
        tax_percent=percent,
        invoices=tuple(parts),
    )


def _choice(how: ChoiceHow, documents: Sequence[DraftDocument]) -> ClientChoice:
    first, *others = (_invoice(document) for document in documents)
    return ClientChoice(how=how, invoice=first, regular=others[0] if others else None)


def _invoice(document: DraftDocument) -> ClientInvoice:
    regular = [line for line in document.lines if not line.is_arrears]
    # A stated invoice has no text, and nobody said which days it bills.
    days = [line for line in regular if line.description]
    if document.due_date is None:
        raise NoticeRefusedError([UnknownTermsProblem(f"invoice of {document.issue_date}")])
    return ClientInvoice(
        issue_date=document.issue_date,
        due_date=document.due_date,
        arrears_minor=sum(line.amount_minor for line in document.lines if line.is_arrears),
        regular_minor=sum(line.amount_minor for line in regular),
        tax_minor=document.tax_minor,
        first_day=min((line.first_day for line in days), default=None),
        last_day=max((line.last_day for line in days), default=None),
    )
