"""The notice to a client: what happened, every amount, and the question which of two ways of being billed they prefer.

Comes in: a `ClientView`, a language, templates. Goes out: a letter in Markdown, HTML, plain text or DOCX. It is refused
where its words blame, plead, threaten or speak of a third way, where a part is missing, and where an amount stands in
it that is not of the view. Must not know cases, offers or anything that is decided within the business: it only ever
receives a view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.recovery.notice.content import check_content
from billcheck.recovery.writing.filters import speech_filters
from billcheck.recovery.writing.language import Speech
from billcheck.recovery.writing.letter import Letter, write_letter
from billcheck.recovery.writing.tone import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.client_view import ClientView
    from billcheck.recovery.writing.language import Language
    from billcheck.recovery.writing.templates import Templates
    from billcheck.recovery.writing.tone import Tone

TONES: tuple[Tone, ...] = ("blame", "plea", "threat", "third_way")


Notice = Letter
"""A notice is a letter like the others."""


def make_notice(view: ClientView, *, language: Language, templates: Templates | None = None) -> Notice:
    """The notice in one language.

    Args:
        view: What the client may see.
        language: ``en``, ``nl``, ``de`` or ``fr``.
        templates: Where templates come from; None for those that ship.

    Raises:
        TemplatesRefusedError: A template has faults, or what it makes must not go to a client.
    """
    speech = Speech(language, view.currency)
    return write_letter(
        "notice",
        language,
        facts=_facts(view),
        filters=speech_filters(speech, view.amounts_minor()),
        templates=templates,
        tones=TONES,
        judge=lambda page: check_content(page, view, speech),
        warnings=_warnings(view, language),
    )


def _facts(view: ClientView) -> dict[str, object]:
    """What a template may name."""
    cause = " ".join(view.cause.split())
    return {
        "customer": view.customer,
        "currency": view.currency,
        "contracts": view.contracts,
        "issue_date": view.issue_date,
        "reply_by": view.reply_by,
        "cause": cause if cause.endswith((".", "!", "?", "…")) else f"{cause}.",
        "is_our_mistake": view.is_our_mistake,
        "found_on": view.found_on,
        "fixed_on": view.fixed_on,
        "periods": view.periods,
        "first_day": min(period.first_day for period in view.periods),
        "last_day": max(period.last_day for period in view.periods),
        "names_charges": len({(period.contract, period.charges) for period in view.periods}) > 1,
        "totals": view.totals,
        "overbilled": view.overbilled,
        "choices": view.choices,
        "next_invoice": view.next_invoice,
        "contact": view.contact,
        "attachments": view.attachments,
        "has_reservation": view.has_reservation,
        "right_again": view.right_again,
    }


def _warnings(view: ClientView, language: Language) -> Iterator[str]:
    """What of the user's own words would be refused in a template; they may have their reasons."""
    stated = [("the cause", view.cause), *(("an attachment", name) for name in view.attachments)]
    for name, text in stated:
        for found in find(text.replace("’", "'"), language, TONES):
            yield f"In {name}, {found.words!r} sounds like {found.tone.replace('_', ' ')} to the client: {text!r}"
