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
    from billcheck.recovery.contact_gate import ContactFirstError
    from billcheck.recovery.deadlines import Deadlines, deadlines_of
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

__all__ = [
    "TELLINGS",
    "Agreed",
    "Arrears",
    "Brief",
    "Briefed",
    "Case",
    "CasePeriod",
    "CaseStatus",
    "CaseSums",
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
    "TimeLimit",
    "Waived",
    "WalkAway",
    "Wishes",
    "YearEnd",
    "add",
    "case_schema",
    "case_text",
    "compare_offers",
    "credit_note",
    "deadlines_of",
    "default_count",
    "document_sums",
    "draft_documents",
    "find_surprises",
    "find_time_limit",
    "first_correct_invoice",
    "instalment_offer",
    "letters_for",
    "load_case",
    "make_brief",
    "make_statement",
    "make_status",
    "next_invoice",
    "next_invoice_offer",
    "open_case",
    "parse_case",
    "parse_time_limit",
    "period_sums",
    "preset_offers",
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
    "write_case",
]

_ROOMS = {
    "arrears": (
        "Arrears",
        "CasePeriod",
    ),
    "brief": (
        "Brief",
        "make_brief",
    ),
    "case": ("Case",),
    "case_files": (
        "case_schema",
        "case_text",
        "load_case",
        "parse_case",
        "write_case",
    ),
    "claims": (
        "RowClaim",
        "row_claims",
    ),
    "contact_gate": ("ContactFirstError",),
    "deadlines": (
        "Deadlines",
        "deadlines_of",
    ),
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
    "ladder": (
        "Rung",
        "compare_offers",
        "preset_offers",
    ),
    "offer": (
        "InstalmentInvoice",
        "Offer",
    ),
    "offers": (
        "default_count",
        "instalment_offer",
        "next_invoice_offer",
        "separate_invoice_offer",
        "waive_all",
        "waive_part",
    ),
    "opening": (
        "open_case",
        "reopen_case",
    ),
    "statement": (
        "Statement",
        "make_statement",
    ),
    "states": (
        "State",
        "add",
        "state_of",
    ),
    "status": (
        "CaseStatus",
        "make_status",
    ),
    "sums": (
        "CaseSums",
        "DocumentSum",
        "PeriodSum",
        "document_sums",
        "period_sums",
        "sums_of",
    ),
    "surprise": ("find_surprises",),
    "telling_apart": (
        "TELLINGS",
        "Telling",
        "unclear_charges",
    ),
    "time_limits": (
        "TimeLimit",
        "find_time_limit",
        "parse_time_limit",
    ),
    "time_shares": ("YearEnd",),
    "waivers": (
        "waiver_decisions",
        "waiver_entries",
    ),
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
