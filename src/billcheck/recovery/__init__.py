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
    from billcheck.recovery.case import Case
    from billcheck.recovery.case_files import case_text, load_case, parse_case, write_case
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
    from billcheck.recovery.offer import Offer
    from billcheck.recovery.opening import open_case
    from billcheck.recovery.states import State, add, state_of
    from billcheck.recovery.sums import document_sums, period_sums, sums_of

__all__ = [
    "Agreed",
    "Arrears",
    "Briefed",
    "Case",
    "CasePeriod",
    "Closed",
    "ContactPlan",
    "Contacted",
    "Disputed",
    "Drafted",
    "Invoiced",
    "Noticed",
    "Objected",
    "Offer",
    "Offered",
    "Override",
    "Paid",
    "Planned",
    "Refused",
    "Relationship",
    "Reopened",
    "State",
    "StatedCause",
    "Survival",
    "Waived",
    "WalkAway",
    "add",
    "case_text",
    "document_sums",
    "load_case",
    "open_case",
    "parse_case",
    "period_sums",
    "state_of",
    "sums_of",
    "write_case",
]

_ROOMS = {
    "arrears": ("Arrears", "CasePeriod"),
    "case": ("Case",),
    "case_files": ("case_text", "load_case", "parse_case", "write_case"),
    "offer": ("Offer",),
    "opening": ("open_case",),
    "states": ("State", "add", "state_of"),
    "sums": ("document_sums", "period_sums", "sums_of"),
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
