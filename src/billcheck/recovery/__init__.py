"""From a number to money, without losing the client: cases, and what is done in them.

Comes in: a report. Goes out: the same verbs as `billcheck recover` has, to be used from a program. A name loads its
room when it is first used.

    case = recovery.open_case(report, customer="Hartwell Interieur", cause=cause, on=date(2026, 9, 4))
    case = recovery.add(case, recovery.Contacted(on=date(2026, 9, 8), channel="in_person"))
    recovery.write_case(case, "case.json")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.recovery.arrears import Arrears, CasePeriod
    from billcheck.recovery.brief import Brief, make_brief
    from billcheck.recovery.case import Case
    from billcheck.recovery.case_files import case_schema, case_text, load_case, parse_case, write_case
    from billcheck.recovery.claims import RowClaim, row_claims
    from billcheck.recovery.client_view import ClientContact, ClientView
    from billcheck.recovery.contact_gate import ContactFirstError
    from billcheck.recovery.deadlines import Deadlines, deadlines_of
    from billcheck.recovery.disclosed_letters import price_view, waiver_view
    from billcheck.recovery.disclosure import Billing, NextInvoice, choices_of, notice_view
    from billcheck.recovery.documents import (
        Wishes,
        credit_note,
        draft_documents,
        first_correct_invoice,
        letters_for,
        next_invoice,
        supplementary_invoice,
    )
    from billcheck.recovery.events import (
        Agreed,
        Briefed,
        Closed,
        Contacted,
        ContactPlan,
        Disputed,
        Drafted,
        Invoiced,
        Noticed,
        Objected,
        Offered,
        Override,
        Paid,
        Planned,
        Refused,
        Relationship,
        Reopened,
        StatedCause,
        Survival,
        Waived,
        WalkAway,
    )
    from billcheck.recovery.instalments import split
    from billcheck.recovery.ladder import Rung, compare_offers, preset_offers
    from billcheck.recovery.letters.letters import draft_to_hand_over, price_confirmation, waiver_letter
    from billcheck.recovery.notice.notice import make_notice
    from billcheck.recovery.offer import InstalmentInvoice, Offer
    from billcheck.recovery.offers import (
        default_count,
        instalment_offer,
        next_invoice_offer,
        separate_invoice_offer,
        waive_all,
        waive_part,
    )
    from billcheck.recovery.opening import open_case, reopen_case
    from billcheck.recovery.statement import Statement, make_statement
    from billcheck.recovery.states import State, add, state_of
    from billcheck.recovery.status import CaseStatus, make_status
    from billcheck.recovery.sums import CaseSums, DocumentSum, PeriodSum, document_sums, period_sums, sums_of
    from billcheck.recovery.surprise import find_surprises
    from billcheck.recovery.telling_apart import TELLINGS, Telling, unclear_charges
    from billcheck.recovery.time_limits import TimeLimit, find_time_limit, parse_time_limit
    from billcheck.recovery.time_shares import YearEnd
    from billcheck.recovery.waivers import waiver_decisions, waiver_entries
    from billcheck.recovery.writing.letter import Letter
    from billcheck.recovery.writing.templates import Templates, TemplatesRefusedError

__all__ = [
    "TELLINGS",
    "Agreed",
    "Arrears",
    "Billing",
    "Brief",
    "Briefed",
    "Case",
    "CasePeriod",
    "CaseStatus",
    "CaseSums",
    "ClientContact",
    "ClientView",
    "Closed",
    "ContactFirstError",
    "ContactPlan",
    "Contacted",
    "Deadlines",
    "Disputed",
    "DocumentSum",
    "Drafted",
    "InstalmentInvoice",
    "Invoiced",
    "Letter",
    "NextInvoice",
    "Noticed",
    "Objected",
    "Offer",
    "Offered",
    "Override",
    "Paid",
    "PeriodSum",
    "Planned",
    "Refused",
    "Relationship",
    "Reopened",
    "RowClaim",
    "Rung",
    "State",
    "StatedCause",
    "Statement",
    "Survival",
    "Telling",
    "Templates",
    "TemplatesRefusedError",
    "TimeLimit",
    "Waived",
    "WalkAway",
    "Wishes",
    "YearEnd",
    "add",
    "case_schema",
    "case_text",
    "choices_of",
    "compare_offers",
    "credit_note",
    "deadlines_of",
    "default_count",
    "document_sums",
    "draft_documents",
    "draft_to_hand_over",
    "find_surprises",
    "find_time_limit",
    "first_correct_invoice",
    "instalment_offer",
    "letters_for",
    "load_case",
    "make_brief",
    "make_notice",
    "make_statement",
    "make_status",
    "next_invoice",
    "next_invoice_offer",
    "notice_view",
    "open_case",
    "parse_case",
    "parse_time_limit",
    "period_sums",
    "preset_offers",
    "price_confirmation",
    "price_view",
    "reopen_case",
    "row_claims",
    "separate_invoice_offer",
    "split",
    "state_of",
    "sums_of",
    "supplementary_invoice",
    "unclear_charges",
    "waive_all",
    "waive_part",
    "waiver_decisions",
    "waiver_entries",
    "waiver_letter",
    "waiver_view",
    "write_case",
]

_ROOMS = {
    "arrears": ("Arrears", "CasePeriod"),
    "brief": ("Brief", "make_brief"),
    "case": ("Case",),
    "case_files": ("case_schema", "case_text", "load_case", "parse_case", "write_case"),
    "claims": ("RowClaim", "row_claims"),
    "client_view": ("ClientContact", "ClientView"),
    "contact_gate": ("ContactFirstError",),
    "deadlines": ("Deadlines", "deadlines_of"),
    "disclosed_letters": ("price_view", "waiver_view"),
    "disclosure": ("Billing", "NextInvoice", "choices_of", "notice_view"),
    "documents": (
        "Wishes",
        "credit_note",
        "draft_documents",
        "first_correct_invoice",
        "letters_for",
        "next_invoice",
        "supplementary_invoice",
    ),
    "instalments": ("split",),
    "ladder": ("Rung", "compare_offers", "preset_offers"),
    "letters.letters": ("draft_to_hand_over", "price_confirmation", "waiver_letter"),
    "notice.notice": ("make_notice",),
    "offer": ("InstalmentInvoice", "Offer"),
    "offers": (
        "default_count",
        "instalment_offer",
        "next_invoice_offer",
        "separate_invoice_offer",
        "waive_all",
        "waive_part",
    ),
    "opening": ("open_case", "reopen_case"),
    "statement": ("Statement", "make_statement"),
    "states": ("State", "add", "state_of"),
    "status": ("CaseStatus", "make_status"),
    "sums": ("CaseSums", "DocumentSum", "PeriodSum", "document_sums", "period_sums", "sums_of"),
    "surprise": ("find_surprises",),
    "telling_apart": ("TELLINGS", "Telling", "unclear_charges"),
    "time_limits": ("TimeLimit", "find_time_limit", "parse_time_limit"),
    "time_shares": ("YearEnd",),
    "waivers": ("waiver_decisions", "waiver_entries"),
    "writing.letter": ("Letter",),
    "writing.templates": ("Templates", "TemplatesRefusedError"),
}
"""Which room has which names; all others are events."""

_HOMES = {name: room for room, names in _ROOMS.items() for name in names}


if not TYPE_CHECKING:  # a type checker reads the imports above, and knows a misspelt name when it sees one

    def __getattr__(name: str) -> object:
        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module  # noqa: PLC0415 - a name loads its room when it is first used

        value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'events')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
