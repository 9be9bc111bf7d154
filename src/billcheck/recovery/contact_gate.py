"""The contact gate: no document bills arrears before somebody has talked to the client.

Comes in: a case, and the reason of whoever passes by. Goes out: the override to keep, or a refusal. Must not know
documents or files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.errors import Problem
from billcheck.recovery.events import Override

if TYPE_CHECKING:
    from billcheck.recovery.case import Case

SAFEGUARD = "contact_first"
"""What an override of this gate is called in a case."""


class ContactFirstError(Problem):
    """Nobody has talked to the client yet, and no document bills arrears before that."""

    remedy = (
        "Talk to them, then record it: billcheck recover record CASE contacted. "
        'Or give --without-contact "why", which every brief prints.'
    )


class NoReasonError(Problem):
    """The contact is passed by for a reason only."""

    remedy = 'Say why: --without-contact "why".'


def pass_gate(case: Case, without_contact: str | None = None) -> Override | None:
    """What is to be kept of passing the gate: an override, or None where a contact is on record.

    Args:
        case: The case.
        without_contact: Why documents are made without a contact; None where nobody said.

    Raises:
        ContactFirstError: No contact is on record, and there is no reason.
        NoReasonError: The reason is empty.
    """
    if without_contact is not None and not without_contact.strip():
        raise NoReasonError("--without-contact", without_contact)
    if case.has_contact:
        return None
    if without_contact is None:
        raise ContactFirstError(f"case {case.id}, {case.customer}")
    return Override(safeguard=SAFEGUARD, reason=without_contact.strip())
