"""What happens in a case, one frozen value for each kind of event.

Comes in: what somebody did or said, with its day. Goes out: values that are only ever appended to a case. Amounts are
in minor units; `excl_tax` and `incl_tax` are said in every name. Must not know states, files or the clock: every event
bears the day it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from billcheck.ledger.draft import DraftDocument, PaymentDue
    from billcheck.recovery.arrears import Arrears
    from billcheck.recovery.offer import Offer

Fault = Literal["us", "client", "shared", "unknown"]
Channel = Literal["in_person", "video", "phone", "letter", "mail"]
ObjectionKind = Literal[
    "your_error",
    "already_budgeted",
    "accepted_invoices",
    "service_quality",
    "cannot_pay",
    "clause",
    "too_old",
    "other",
]
Outcome = Literal["agreed", "disputed", "refused"]
Decision = Literal["waive", "small_claims", "lawyer", "collection", "end_relationship", "undecided"]
Ending = Literal["paid", "waived", "settled", "given_up"]
Difficulty = Literal["easy", "ordinary", "difficult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A safeguard that was passed by, and why; every brief prints it."""

    safeguard: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCause:
    """Why too little was billed, in one plain sentence, by the people who looked into it.

    `found_on` starts the clock of the case; `fixed_on` is None while the mistake still runs. `prevention` says what
    keeps it from happening again.
    """

    sentence: str
    found_on: date
    at_fault: Fault = "us"
    introduced_on: date | None = None
    fixed_on: date | None = None
    prevention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkAway:
    """The least the supplier settles for, excluding tax, decided before the talk."""

    floor_excl_tax_minor: int
    decided_on: date
    decided_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """What tells whether the business can do without the money, in minor units of the case's currency."""

    cash_reserve_minor: int
    monthly_costs_minor: int
    must_collect_within_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """What is known of the client: it changes who talks and how, never an amount."""

    difficulty: Difficulty = "ordinary"
    since: date | None = None
    referrals: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPlan:
    """Who talks to the client, how and when; the person need not be the one who looks after the account."""

    person: str
    phone: str = ""
    channel: Channel = "phone"
    planned_for: date | None = None
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event bears: the day it is of, who says so, and a remark."""

    on: date
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """The case begins: its arrears are frozen."""

    arrears: Arrears
    cause: StatedCause
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefed(Event):
    """What was settled before the talk; a later one replaces what it states and leaves the rest."""

    walk_away: WalkAway | None = None
    survival: Survival | None = None
    relationship: Relationship | None = None
    contact: ContactPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed(Event):
    """A notice was made for the client; `digest` is the SHA-256 of its text, `reply_by` its date."""

    language: str
    excl_tax_minor: int
    incl_tax_minor: int
    reply_by: date
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted(Event):
    """Somebody talked to the client."""

    channel: Channel
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected(Event):
    """The client objected."""

    kind: ObjectionKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Event):
    """An offer was put to the client."""

    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Event):
    """The client agreed to an offer; `evidence` says where that stands."""

    offer: Offer
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Event):
    """Payments were agreed: including tax, in the order of their dates."""

    payments: tuple[PaymentDue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted(Event):
    """Documents were drafted; `override` where that came before a contact."""

    documents: tuple[DraftDocument, ...]
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced(Event):
    """A draft was approved in the ledger: from now on its rows count as invoiced.

    `draft` is the number the draft bore, `number` that of the ledger. `rows` give per row id what it bills, excluding
    tax; lines that are no arrears are in the total alone.
    """

    draft: str
    number: str
    rows: tuple[tuple[str, int], ...]
    incl_tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Event):
    """Money came in for a document, including tax; `is_credit` where a credit note took it off instead."""

    document: str
    incl_tax_minor: int
    is_credit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(Event):
    """Something is given up, per row id, excluding tax."""

    rows: tuple[tuple[str, int], ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed(Event):
    """The client disputes the claim."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event):
    """The client refuses to pay; `decision` is what the supplier makes of it."""

    decision: Decision = "undecided"
    estimated_cost_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """The case ends."""

    outcome: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """A case begins anew; with `arrears` where a later report changed the figures. A claim grows only this way.

    Whatever the client was told before, they have to hear of it again.
    """

    reason: str
    arrears: Arrears | None = None
    overrides: tuple[Override, ...] = ()
