"""What is prepared for the talk: each of three outcomes with its next step and document, and answers to objections.

Comes in: a brief. Goes out: blocks of a paper. An objection of law gets no scripted answer, but an adviser. Internal.
Must not know how a figure came about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.recovery.paper import Bullets, Heading, Paragraph, Table
from billcheck.report.wording import listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.brief import Brief
    from billcheck.recovery.events import ObjectionKind
    from billcheck.recovery.ladder import Rung
    from billcheck.recovery.paper import Block

ADVISER = "No answer on the spot: note what they say, and ask your adviser before you reply."

ANSWERS: dict[ObjectionKind, tuple[str, str]] = {
    "your_error": (
        "It was your mistake",
        "Yes, it was ours. What was agreed and delivered did not change by it; the statement shows each period.",
    ),
    "already_budgeted": (
        "The budget is spent",
        "Understood: that is why we ask how it suits you. Which month has room for it? Then offer the next step below.",
    ),
    "accepted_invoices": ("We paid what you invoiced, so it is settled", ADVISER),
    "service_quality": (
        "The service was not good",
        "Ask what was wrong and write it down. It is settled as a matter of its own, with its own answer and day.",
    ),
    "cannot_pay": (
        "We cannot pay this now",
        "Ask what a month allows, incl. tax, and offer instalments of that size; the amount stays the same.",
    ),
    "clause": ("The contract has a clause against it", f"{ADVISER} Have the clause read out and write it down."),
    "too_old": ("It is too old", f"{ADVISER} The ages of the periods stand under what runs out."),
    "other": ("Anything else", "Listen, write it down, and name the day on which you come back to it."),
}
"""Objections as clients word them, with what is prepared; those of law lead to an adviser."""


def outcome_blocks(brief: Brief) -> Iterator[Block]:
    """What to do when the client agrees, argues or refuses."""
    yield Heading("The client agrees")
    yield from _steps(
        brief,
        _choice_text(brief),
        _document_texts(brief, {"next_invoice", "separate_invoice"}),
        "after the talk, billcheck recover record CASE contacted; then billcheck recover documents CASE --choice "
        "next_invoice or separate_invoice.",
    )
    yield Heading("The client argues")
    yield from _steps(
        brief,
        "Answer once, then go down the concessions one step at a time, and never below the floor.",
        _compromise_texts(brief),
        "billcheck recover record CASE objected or disputed; put one step on record with billcheck recover offers CASE "
        "--record OFFER; once they agree, billcheck recover record CASE agreed --offer OFFER.",
    )
    yield Heading("The client refuses")
    yield from _steps(
        brief,
        "Decide, at your desk and not in the talk: waive it and correct the price from now on, small claims, a lawyer, "
        "a collection agency, or the end of the relationship. Estimate what each costs, in money and days.",
        _refusal_texts(brief),
        "billcheck recover record CASE refused --decision with what you decided; a waiver with billcheck recover "
        "record CASE waived. No letter that threatens comes from here.",
    )


def _choice_text(brief: Brief) -> str:
    lost = brief.deadlines.lost_on_next_invoice_minor
    if lost:
        amount = money_text(lost, brief.currency)
        return f"The next invoice comes too late for {amount} by the contract: ask whether a separate one suits them."
    return "Let them choose: on the next invoice, or as a separate one. Both are for all that can be claimed."


def _steps(brief: Brief, step: str, documents: list[str], record: str) -> Iterator[Block]:
    yield Paragraph(step)
    yield Bullets((*documents, *_first_correct(brief), f"Next step: {record}"))


def _document_texts(brief: Brief, hows: set[str]) -> list[str]:
    """The documents of offers for the full amount."""
    texts = []
    for rung in brief.rungs:
        if rung.offer.how not in hows or rung.offer.waived:
            continue
        minor, regular = rung.offer.incl_tax_minor, brief.first_correct_invoice
        due = "" if rung.last_day is None else f", due {rung.last_day}"
        if rung.offer.how == "next_invoice" and regular is not None:
            total, own = (money_text(each, brief.currency) for each in (minor + regular.incl_tax_minor, minor))
            texts.append(
                f"Document: the next invoice, dated {regular.issue_date}{due}: {total} incl. tax, {own} of it arrears"
            )
        else:
            amount = money_text(minor, brief.currency)
            texts.append(f"Document: a supplementary invoice, {amount} incl. tax{due} if it is dated {brief.as_of}")
    return texts


def _compromise_texts(brief: Brief) -> list[str]:
    """The smallest concession: time, and no amount."""
    plans = [rung for rung in brief.rungs if rung.offer.payments and not rung.offer.waived]
    texts = []
    if plans:
        texts.append(f"Document: supplementary invoice with a schedule, {_plan_text(plans[0], brief)}")
    given = next((rung for rung in brief.rungs if rung.offer.payments and rung.offer.waived), None)
    if given is not None:
        waived = money_text(given.offer.waived_minor, brief.currency)
        texts.append(f"After that: {waived} excl. tax given up, {_plan_text(given, brief)}")
    return texts


def _plan_text(rung: Rung, brief: Brief) -> str:
    total = money_text(rung.offer.incl_tax_minor, brief.currency)
    largest = money_text(rung.peak_minor, brief.currency)
    return f"{total} incl. tax in {rung.count} payments of at most {largest}, the last on {rung.last_day}"


def _refusal_texts(brief: Brief) -> list[str]:
    waived = next((rung for rung in brief.rungs if rung.offer.how == "waive_all"), None)
    if waived is None:
        return []
    amount = money_text(waived.offer.waived_minor, brief.currency)
    return [f"Document, if it is waived: waiver letter over {amount} excl. tax, naming the periods; no precedent"]


def _first_correct(brief: Brief) -> list[str]:
    """What goes along whatever the answer is."""
    invoice = brief.first_correct_invoice
    if invoice is None:
        return ["No next regular invoice is known to take along"]
    excl, tax, incl = (
        money_text(minor, brief.currency)
        for minor in (invoice.excl_tax_minor, invoice.tax_minor, invoice.incl_tax_minor)
    )
    more = f", and what {listed(brief.unknown_charges)} comes to, not known yet" if brief.unknown_charges else ""
    return [f"Take along: the first correct invoice, dated {invoice.issue_date}: {excl} + {tax} tax = {incl}{more}"]


def answer_blocks(brief: Brief) -> Iterator[Block]:
    """Objections that may come, and those that came."""
    yield Heading("Objections, and what is prepared")
    yield Table(("They say", "Prepared"), ("left", "left"), tuple(ANSWERS.values()))
    if brief.objections:
        yield Paragraph("What they said so far:")
        yield Bullets(tuple(f"{event.on}, {event.kind.replace('_', ' ')}: {event.text}" for event in brief.objections))
