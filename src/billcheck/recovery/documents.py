"""The documents of a case: from what was agreed to be asked for to drafts that a person approves.

Comes in: a case, an offer, and what somebody wishes of the documents. Goes out: drafts, each line with its service
period, the documents it is about and the tax of its period. What was waived, cut off, credited or invoiced never
reaches a document, and no document bills arrears before a contact with the client. Nothing is sent, and the ledger is
not touched. Must not know file formats, reports or what is decided within the business about less than the offer.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from billcheck.errors import DraftsRefusedError, Problem
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.recovery.claims import row_claims
from billcheck.recovery.contact_gate import pass_gate
from billcheck.recovery.document_kinds import kind_in
from billcheck.recovery.drafting import NO_CODES, arrears_line, credit_line, make_document, regular_line
from billcheck.recovery.events import Contacted, Drafted, Noticed
from billcheck.recovery.line_texts import lacking
from billcheck.recovery.line_words import WORDS
from billcheck.recovery.options import TALK_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.ledger.draft import DraftDocument, DraftKind, DraftLine, PaymentDue
    from billcheck.recovery.arrears import AgreedCharge, CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.document_kinds import ArrearsKind
    from billcheck.recovery.line_words import DraftLanguage, LineWords
    from billcheck.recovery.offer import Offer

Letter = Literal["waiver_letter", "price_confirmation"]
Claims = tuple[tuple[str, int], ...]
"""What to ask for, excluding tax, by the id of a period row."""


class NothingToBillProblem(Problem):
    """Nothing of the arrears is left to bill."""

    remedy = "Everything was invoiced, waived, cut off by a clause, or waits for a decision about a credit note."


class NoNextInvoiceProblem(Problem):
    """No next regular invoice is known, so there is none to put arrears on."""

    remedy = "Make a separate invoice."


class NothingOwedBackProblem(Problem):
    """No period was billed too high, so there is nothing to credit."""


class NotClaimableProblem(Problem):
    """More is asked for a period than can be claimed of it on the date of the document."""


class NoTaxPercentProblem(Problem):
    """Nobody stated the tax percent of a period, and it is not taken for zero."""

    remedy = (
        "Give --tax-percent, 0 where the service bears no tax, or state tax in the contract and open the case anew."
    )


class BeforeNoticeProblem(Problem):
    """The document would be dated before the notice that explains it."""

    remedy = "Give a later --issue-date."


class PlanProblem(Problem):
    """The payments of the plan do not add up to the document."""

    remedy = "Make the offer anew: what it was made of has changed, such as a tax percent."


class UnusedNumberProblem(Problem):
    """There are more numbers than documents."""


class RepeatedNumberProblem(Problem):
    """Two documents would have one number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wishes of the documents; all may be left out.

    `issue_date` is that of documents for arrears alone and of credit notes: by default some days after the report, to
    leave time for the talk, and not before the last notice or contact. The next regular invoice keeps its own day.
    `due_date` is that of documents for arrears, and of others where no terms of payment give one. `kind` and `country`
    choose the document that bills arrears. `tax_percent` is that of periods of which nobody stated one. `language` is
    that of the client. `numbers` are what documents are to be called, in their order.
    """

    issue_date: date | None = None
    due_date: date | None = None
    kind: ArrearsKind | None = None
    country: str | None = None
    tax_percent: Decimal | None = None
    language: DraftLanguage = "en"
    numbers: tuple[str, ...] = ()


NO_WISHES = Wishes()


def supplementary_invoice(
    case: Case, claims: Claims | None = None, *, wishes: Wishes = NO_WISHES, without_contact: str | None = None
) -> DraftDocument:
    """An invoice for arrears alone, or the document that stands for one in a country.

    Args:
        case: The case.
        claims: What to ask for; None for everything that can be claimed.
        wishes: What somebody wishes of it.
        without_contact: Why it is made before a contact with the client.

    Raises:
        ContactFirstError: No contact is on record, and nobody said why one is passed by.
        DraftsRefusedError: It cannot be made so; holds every reason.
    """
    pass_gate(case, without_contact)
    return _numbered(case, [_Drafting(case, wishes).arrears(claims)], wishes)[0]


def next_invoice(
    case: Case, claims: Claims | None = None, *, wishes: Wishes = NO_WISHES, without_contact: str | None = None
) -> DraftDocument:
    """The next regular invoice with the arrears as further lines; arguments are those of `supplementary_invoice`.

    Raises:
        ContactFirstError: No contact is on record, and nobody said why one is passed by.
        DraftsRefusedError: It cannot be made so, or no next invoice is known; holds every reason.
    """
    pass_gate(case, without_contact)
    return _numbered(case, [_Drafting(case, wishes).next_with(claims)], wishes)[0]


def first_correct_invoice(case: Case, *, wishes: Wishes = NO_WISHES) -> DraftDocument:
    """The next regular invoice as agreed, without arrears: what to hand over whatever the client answers.

    Raises:
        DraftsRefusedError: It cannot be made, or no next invoice is known; holds every reason.
    """
    return _numbered(case, [_Drafting(case, wishes).regular()], wishes)[0]


def credit_note(case: Case, *, wishes: Wishes = NO_WISHES) -> DraftDocument:
    """A credit note for every period that was billed too high: owed back in full, and set off against nothing.

    Raises:
        DraftsRefusedError: Nothing is owed back, or it cannot be made; holds every reason.
    """
    return _numbered(case, [_Drafting(case, wishes).credit()], wishes)[0]


def draft_documents(
    case: Case,
    offer: Offer,
    *,
    issue_date: date | None = None,
    wishes: Wishes = NO_WISHES,
    without_contact: str | None = None,
) -> tuple[DraftDocument, ...]:
    """Every document that an offer makes.

    First those that bill arrears: one, or one for each instalment; then the next regular invoice as agreed, where one
    is known and bears no arrears; then a credit note, where periods were billed too high. The last two are owed
    whatever was agreed.

    Args:
        case: The case.
        offer: What was agreed.
        issue_date: Stands in for that of the wishes.
        wishes: What somebody wishes of the documents.
        without_contact: Why they are made before a contact with the client.

    Raises:
        ContactFirstError: They bill arrears, no contact is on record, and nobody said why one is passed by.
        DraftsRefusedError: They cannot be made so; holds every reason.
    """
    drafting = _Drafting(case, wishes, issue_date)
    documents: list[DraftDocument] = []
    if offer.claims:
        pass_gate(case, without_contact)
        if offer.how == "next_invoice":
            documents.append(drafting.next_with(offer.claims))
        elif offer.invoices:
            documents += drafting.instalments(offer)
        else:
            documents.append(drafting.arrears(offer.claims, offer.payments))
    if case.arrears.coming and not (offer.claims and offer.how == "next_invoice"):
        documents.append(drafting.regular())
    if case.arrears.overbilled:
        documents.append(drafting.credit())
    return _numbered(case, documents, wishes)


def letters_for(offer: Offer) -> tuple[Letter, ...]:
    """The letters that go with an offer: what is given up is confirmed, and so is the price from now on."""
    return ("waiver_letter", "price_confirmation") if offer.waived else ("price_confirmation",)


def default_issue_date(case: Case, *, drafted_on: date | None = None) -> date:
    """The date of documents for arrears alone where nobody states one: not before the notice, nor before the talk.

    Args:
        case: The case.
        drafted_on: The day on which they are drafted; None for some days after the report.
    """
    told = [event.on for event in case.current if isinstance(event, Noticed | Contacted)]
    return max([drafted_on or case.arrears.as_of + timedelta(days=TALK_DAYS), *told])


class _Drafting:
    """Makes the documents of one case by one set of wishes."""

    def __init__(self, case: Case, wishes: Wishes, issue_date: date | None = None) -> None:
        self._case = case
        self._wishes = wishes
        self._words = WORDS[wishes.language]
        self._issue_date = issue_date or wishes.issue_date or default_issue_date(case)
        arrears = case.arrears
        self._periods: Mapping[str, CasePeriod] = {period.row: period for period in arrears.periods}
        self._codes: Mapping[tuple[str, str], AgreedCharge] = {
            (agreement.contract, charge.name): charge
            for agreement in arrears.agreements
            for charge in agreement.charges
        }

    def arrears(self, claims: Claims | None, payments: tuple[PaymentDue, ...] = ()) -> DraftDocument:
        """A document for arrears alone."""
        lines = self._arrears_lines(claims, self._issue_date)
        kind, remark = kind_in(self._wishes.country, self._wishes.kind)
        document = self._document(kind, lines, self._issue_date, payments, [remark, *self._left_out(self._issue_date)])
        if payments and sum(each.amount_minor for each in payments) != document.incl_tax_minor:
            raise DraftsRefusedError([self._plan_problem(document, sum(each.amount_minor for each in payments))])
        return document

    def instalments(self, offer: Offer) -> Iterator[DraftDocument]:
        """A document for each instalment, dated so that the terms of payment give its due day."""
        kind, remark = kind_in(self._wishes.country, self._wishes.kind)
        billed: defaultdict[str, int] = defaultdict(int)
        for each in offer.invoices:
            contracts = {self._periods[row].contract for row, _ in each.claims if row in self._periods}
            day = self._case.arrears.issue_day_for(each.due_date, contracts, self._issue_date)
            for row, minor in each.claims:
                billed[row] += minor
            # Each invoice has to be in time for what it bills; what an earlier one billed stays billed.
            self._judge_claims(tuple((row, billed[row]) for row, _ in each.claims), day)
            lines = self._arrears_lines(each.claims, day)
            document = self._document(kind, lines, day, (), [remark, *self._left_out(day)], due_date=each.due_date)
            if document.incl_tax_minor != each.incl_tax_minor:
                raise DraftsRefusedError([self._plan_problem(document, each.incl_tax_minor)])
            yield document

    def next_with(self, claims: Claims | None) -> DraftDocument:
        """The next regular invoice with arrears beside its own lines."""
        regular, day = self._regular_lines()
        lines = [*regular, *self._arrears_lines(claims, day)]
        remark = "The ledger may make its regular invoice itself: then add the lines for earlier periods to that one."
        return self._document("next_invoice", lines, day, (), [remark, self._past(day), *self._left_out(day)])

    def regular(self) -> DraftDocument:
        """The next regular invoice as agreed."""
        lines, day = self._regular_lines()
        remark = "The ledger may make this invoice itself: then check that it comes to this amount, and import none."
        return self._document("regular_invoice", lines, day, (), [remark, self._past(day)])

    def credit(self) -> DraftDocument:
        """A credit note for what was billed too much."""
        if not self._case.arrears.overbilled:
            raise DraftsRefusedError([NothingOwedBackProblem(self._case.customer)])
        day = self._issue_date
        lines = [
            credit_line(
                period, day, codes=self._codes_of(period), tax_percent=self._wishes.tax_percent, words=self._words
            )
            for period in self._case.arrears.overbilled
        ]
        return self._document("credit_note", lines, day, (), ["It is owed back whatever becomes of the arrears."])

    def _left_out(self, day: date) -> Iterator[str]:
        """What of the arrears is in no document of this date, though nobody gave it up."""
        for each in row_claims(self._case, on=day):
            if each.cut_off_minor:
                amount, last = self._amount(each.cut_off_minor), each.period.last_invoice_day
                clause = "the clause on late invoices takes it" + (f" after {last}" if last is not None else "")
                yield f"{each.label}: {amount} is in no document, because {clause}."
            if each.credited_minor:
                amount = self._amount(each.credited_minor)
                yield (
                    f"{each.label}: {amount} is in no document, because a credit note made it and nobody decided about "
                    "it."
                )

    def _past(self, day: date) -> str:
        """What to say of a next invoice whose day had passed when something last happened in the case."""
        latest = self._case.events[-1].on
        if day >= latest:
            return ""
        return (
            f"This invoice was the next one when the case was opened; on {latest} its day had passed, so it may stand "
            "in the ledger by now. Check again, and reopen the case with that report."
        )

    def _regular_lines(self) -> tuple[list[DraftLine], date]:
        coming = self._case.arrears.coming
        if not coming:
            raise DraftsRefusedError([NoNextInvoiceProblem(self._case.customer)])
        day = coming[0].due_on
        percent = self._wishes.tax_percent
        return [
            regular_line(period, day, codes=self._codes_of(period), tax_percent=percent, words=self._words)
            for period in coming
        ], day

    def _arrears_lines(self, claims: Claims | None, day: date) -> list[DraftLine]:
        if claims is None:
            found = row_claims(self._case, on=day)
            claims = tuple((each.period.row, each.claimable_minor) for each in found if each.claimable_minor > 0)
        if not claims:
            raise DraftsRefusedError([NothingToBillProblem(self._case.customer)])
        self._judge_claims(claims, day)
        periods = [(self._periods[row], minor) for row, minor in claims]
        percent = self._wishes.tax_percent
        return [
            arrears_line(period, minor, day, codes=self._codes_of(period), tax_percent=percent, words=self._words)
            for period, minor in periods
        ]

    def _judge_claims(self, claims: Claims, day: date) -> None:
        """Refuse what was waived, cut off, credited or invoiced."""
        most = {each.period.row: each for each in row_claims(self._case, on=day)}
        problems: list[Problem] = []
        for row, minor in claims:
            allowed = most[row].claimable_minor if row in most else 0
            if not 0 < minor <= allowed:
                period = self._periods.get(row)
                label = row if period is None else period_label(period.first_day, period.last_day)
                remedy = f"On {day} it is at most {self._amount(allowed)}, excl. tax; make the offer anew."
                problems.append(NotClaimableProblem(label, self._amount(minor), remedy=remedy))
        if problems:
            raise DraftsRefusedError(problems)

    def _document(
        self,
        kind: DraftKind,
        lines: Sequence[DraftLine],
        day: date,
        payments: tuple[PaymentDue, ...],
        remarks: Iterable[str],
        due_date: date | None = None,
    ) -> DraftDocument:
        """A document of these lines, unless something speaks against it."""
        problems: list[Problem] = [NoTaxPercentProblem(line.description) for line in lines if line.tax_percent is None]
        notice = max((event.on for event in self._case.current if isinstance(event, Noticed)), default=None)
        has_arrears = any(line.is_arrears for line in lines)
        if has_arrears and notice is not None and day < notice:
            problems.append(BeforeNoticeProblem("issue_date", str(day), what=f"The notice is of {notice}."))
        if problems:
            raise DraftsRefusedError(problems)
        terms = {agreement.contract: agreement.payment_terms for agreement in self._case.arrears.agreements}
        agreed = [terms[line.contract] for line in lines]
        if due_date is None and (has_arrears or not any(agreed)):
            due_date = self._wishes.due_date
        return make_document(
            kind,
            lines,
            day,
            agreed,
            customer=self._case.customer,
            currency=self._case.currency,
            schedule=payments,
            due_date=due_date,
            reason=_reason(kind, notice if has_arrears else None, self._words),
            remarks=(
                *filter(None, remarks),
                *_text_remarks(kind, lines, day, self._words),
                *self._draft_remarks(lines),
            ),
        )

    def _draft_remarks(self, lines: Iterable[DraftLine]) -> Iterator[str]:
        """What unapproved drafts of the ledger would bill a second time."""
        for row in dict.fromkeys(line.row for line in lines if line.is_arrears):
            period = self._periods[row]
            if period.drafted_minor:
                yield (
                    f"The ledger holds an unapproved draft of {self._amount(period.drafted_minor)} for "
                    f"{period_label(period.first_day, period.last_day)}: delete it, or the period is billed twice."
                )

    def _codes_of(self, period: CasePeriod) -> AgreedCharge:
        """The codes of the first charge of a period that has any; of charges checked together any one will do."""
        found = [self._codes.get((period.contract, name)) for name in period.charges]
        known = [codes for codes in found if codes is not None]
        coded = (codes for codes in known if codes.item or codes.account or codes.tracking)
        return next(coded, known[0] if known else NO_CODES)

    def _plan_problem(self, document: DraftDocument, planned: int) -> Problem:
        what = f"The plan comes to {self._amount(planned)}, the document to {self._amount(document.incl_tax_minor)}."
        return PlanProblem("payments", what=what)

    def _amount(self, minor: int) -> str:
        return f"{format_minor(minor, self._case.currency, grouped=True)} {self._case.currency}"


def _numbered(case: Case, documents: Sequence[DraftDocument], wishes: Wishes) -> tuple[DraftDocument, ...]:
    """The documents with the numbers wished for; the others are counted on from what the case has drafted before."""
    if len(wishes.numbers) > len(documents):
        raise DraftsRefusedError(
            [UnusedNumberProblem("--number", number) for number in wishes.numbers[len(documents) :]]
        )
    drafted = {each.number for event in case.of(Drafted) for each in event.documents}
    free = (number for count in itertools.count(1) if (number := f"DRAFT-{case.id[:6]}-{count}") not in drafted)
    twice = [number for number in dict.fromkeys(wishes.numbers) if wishes.numbers.count(number) > 1]
    if twice:
        raise DraftsRefusedError([RepeatedNumberProblem("--number", number) for number in twice])
    own = (*wishes.numbers, *itertools.islice(free, len(documents) - len(wishes.numbers)))
    return tuple(replace(document, number=number) for document, number in zip(documents, own, strict=True))


def _reason(kind: DraftKind, notice: date | None, words: LineWords) -> str:
    explained = "" if notice is None else f", {words.explained.format(day=notice)}"
    if kind == "credit_note":
        return f"{words.credit}."
    if kind == "regular_invoice":
        return f"{words.regular}."
    if kind == "next_invoice":
        return f"{words.next_with}{explained}."
    return f"{words.supplementary}{explained}; {words.stays_valid}."


_LACKS = {
    "charge": "the name of its charge would be read as a period and is left out of the text",
    "period": "no text is read as this period: where the ledger has no column for it, set it by hand",
    "references": "the number of an original invoice would be read as a period and is left out: name it elsewhere",
}


def _text_remarks(kind: DraftKind, lines: Iterable[DraftLine], day: date, words: LineWords) -> Iterator[str]:
    """What the texts of lines cannot say, and what a kind of document cannot bill."""
    for line in lines:
        name = f"{' + '.join(line.charges)}, {period_label(line.first_day, line.last_day)}"
        for lack in lacking(line, day, words):
            yield f"{name}: {_LACKS[lack]}."
        if kind in _OF_ORIGINALS and not line.references:
            yield f"{name}: no invoice billed it, so there is none for a {kind.replace('_', ' ')} to name."


_OF_ORIGINALS = frozenset({"debit_note", "corrective_invoice"})
"""Kinds that change what an earlier invoice says, and name it."""
