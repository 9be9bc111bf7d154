"""The letters that follow a talk, and drafts to hand over: what is waived, the price from now on, a document to come.

Comes in: the view of a letter, or a draft; a language and templates. Goes out: a letter in every format. Each is
refused where its words blame, plead or threaten, and where it lacks what the client needs. Must not know cases or
offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.recovery.writing.filters import speech_filters
from billcheck.recovery.writing.language import Speech
from billcheck.recovery.writing.letter import write_letter
from billcheck.recovery.writing.statements import missing_facts, missing_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.letters.letter_views import PriceView, RightInvoice, WaiverView
    from billcheck.recovery.writing.language import Language
    from billcheck.recovery.writing.letter import Letter
    from billcheck.recovery.writing.page import Page
    from billcheck.recovery.writing.templates import Templates
    from billcheck.recovery.writing.tone import Tone

TONES: tuple[Tone, ...] = ("blame", "plea", "threat")
"""A letter after the talk may say what is waived."""


def waiver_letter(view: WaiverView, *, language: Language, templates: Templates | None = None) -> Letter:
    """The letter that confirms what is waived, period by period, that it sets no precedent, and the price from now on.

    Raises:
        TemplatesRefusedError: A template has faults, or what it makes must not go to a client; holds every reason.
    """
    speech = Speech(language, view.currency)
    amounts = {view.waived_minor, *(period.waived_minor for period in view.periods), *_amounts(view.next_invoice)}
    wanted = {
        "addressee": (view.customer, speech.day(view.issue_date), *view.contracts),
        "decision": (speech.money(view.waived_minor),),
        "table": [
            fact
            for period in view.periods
            for fact in (speech.period(period.first_day, period.last_day), speech.amount(period.waived_minor))
        ],
        "no_precedent": (),
        "from_now_on": _shown(view.next_invoice, speech),
        "contact": (view.contact.name, view.contact.phone),
    }
    facts = {
        "customer": view.customer,
        "currency": view.currency,
        "contracts": view.contracts,
        "issue_date": view.issue_date,
        "is_our_mistake": view.is_our_mistake,
        "is_part": view.is_part,
        "periods": view.periods,
        "first_day": min(period.first_day for period in view.periods),
        "last_day": max(period.last_day for period in view.periods),
        "names_charges": len({(period.contract, period.charges) for period in view.periods}) > 1,
        "waived_minor": view.waived_minor,
        "next_invoice": view.next_invoice,
        "right_again": view.right_again,
        "contact": view.contact,
    }
    return _letter("waiver-letter", speech, facts, amounts, wanted, templates)


def price_confirmation(view: PriceView, *, language: Language, templates: Templates | None = None) -> Letter:
    """The letter in which both sides confirm the price from now on.

    Raises:
        TemplatesRefusedError: A template has faults, or what it makes must not go to a client; holds every reason.
    """
    speech = Speech(language, view.currency)
    prices = (*view.prices, *view.further_prices)
    amounts = {*(price.amount_minor for price in prices), *_amounts(view.next_invoice)}
    wanted = {
        "addressee": (view.customer, speech.day(view.issue_date), *view.contracts),
        "confirmation": (speech.period(view.next_invoice.first_day, view.next_invoice.last_day),),
        "table": [
            fact for price in prices for fact in (speech.amount(price.amount_minor), speech.percent(price.tax_percent))
        ],
        "agreement": view.further_charges,
        "signatures": (view.customer,),
        "contact": (view.contact.name, view.contact.phone),
    }
    facts = {
        "customer": view.customer,
        "currency": view.currency,
        "contracts": view.contracts,
        "issue_date": view.issue_date,
        "prices": view.prices,
        "further_prices": view.further_prices,
        "further_charges": view.further_charges,
        "next_invoice": view.next_invoice,
        "contact": view.contact,
    }
    return _letter("price-confirmation", speech, facts, amounts, wanted, templates)


def draft_to_hand_over(document: DraftDocument, *, language: Language, templates: Templates | None = None) -> Letter:
    """A drafted document as the client reads it: every line with its period and the invoice it is about, and the sums.

    The texts that a ledger reads back are left out, and so is the reason, which is in English.

    Raises:
        TemplatesRefusedError: A template has faults, or what it makes must not go to a client; holds every reason.
    """
    speech = Speech(language, document.currency)
    amounts = {document.excl_tax_minor, document.tax_minor, document.incl_tax_minor}
    amounts |= {line.amount_minor for line in document.lines}
    amounts |= {minor for group in document.tax_groups for minor in (group.excl_tax_minor, group.tax_minor)}
    amounts |= {payment.amount_minor for payment in document.schedule}
    wanted = {
        "heading": (document.customer, document.number, speech.day(document.issue_date)),
        "table": [
            fact
            for line in document.lines
            for fact in (speech.period(line.first_day, line.last_day), speech.amount(line.amount_minor))
        ],
        "totals": (speech.amount(document.excl_tax_minor), speech.amount(document.incl_tax_minor)),
    }
    if document.schedule:
        wanted["schedule"] = [
            fact
            for payment in document.schedule
            for fact in (speech.day(payment.due_date), speech.amount(payment.amount_minor))
        ]
    facts = {
        "kind": document.kind,
        "number": document.number,
        "customer": document.customer,
        "currency": document.currency,
        "issue_date": document.issue_date,
        "due_date": document.due_date,
        "lines": document.lines,
        "tax_groups": document.tax_groups,
        "excl_tax_minor": document.excl_tax_minor,
        "tax_minor": document.tax_minor,
        "incl_tax_minor": document.incl_tax_minor,
        "schedule": document.schedule,
    }
    return _letter("draft", speech, facts, amounts, wanted, templates)


def _letter(
    name: str,
    speech: Speech,
    facts: Mapping[str, object],
    amounts_minor: set[int],
    wanted: Mapping[str, Iterable[str]],
    templates: Templates | None,
) -> Letter:
    def judge(page: Page) -> Iterator[Problem]:
        yield from missing_parts(page, wanted)
        yield from missing_facts(page, wanted)

    return write_letter(
        name,
        speech.language,
        facts=facts,
        filters=speech_filters(speech, amounts_minor),
        templates=templates,
        tones=TONES,
        judge=judge,
    )


def _amounts(invoice: RightInvoice | None) -> tuple[int, ...]:
    return () if invoice is None else (invoice.excl_tax_minor, invoice.incl_tax_minor)


def _shown(invoice: RightInvoice | None, speech: Speech) -> tuple[str, ...]:
    if invoice is None:
        return ()
    return speech.period(invoice.first_day, invoice.last_day), speech.money(invoice.excl_tax_minor)
