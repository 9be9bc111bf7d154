"""What a connector to a live ledger offers, and the normalised documents it gives.

Comes in: what is asked for: a window of days and, if wanted, customers. Goes out: documents as the ledger holds them,
normalised, and a record of what they are complete for. A connector that cannot prove it read everything says so, and
what is missing; it never gives a part as if it were the whole. Must not know contracts, the engine, or how documents
are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from billcheck.ledger.template import Template

SNAPSHOT_MARK = b'{"billcheck_snapshot":'
"""How a snapshot of a live ledger begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What of a ledger is wanted: documents dated from `first_day` to `last_day`, both inclusive.

    `customers` are names or ids as the ledger has them; empty for all.
    """

    first_day: date
    last_day: date
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedLine:
    """One line of a document; `amount` excludes tax and is signed: negative where it lowers what was billed.

    The sign is the one that counts, so the lines of a credit note are below zero. `tax` bears the sign of its amount.
    The period's days are both inclusive, and given together or not at all.
    """

    amount: Decimal
    description: str = ""
    item: str = ""
    account: str = ""
    tracking: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax: Decimal | None = None
    template: str = ""
    charge: str = ""
    period_first_day: date | None = None
    period_last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedDocument:
    """One document of the ledger.

    `id` is the ledger's own and never changes; `number` is what people call it and may be empty or shared. `kind` is
    ``invoice``, ``credit_note`` or ``other`` (cash, which is no billing), `status` ``approved``, ``draft`` or ``void``.
    `excl_tax` is what the document itself says its lines add up to, signed like them; where they do not, it is
    refused. `digest` is the SHA-256 of the payload it came in. `notes` say what was inferred, as where
    a document without lines was given one.
    """

    id: str
    number: str
    kind: str
    status: str
    issue_date: date
    customer: str
    currency: str
    excl_tax: Decimal
    lines: tuple[FetchedLine, ...]
    digest: str
    due_date: date | None = None
    customer_id: str = ""
    reference: str = ""
    contract: str = ""
    credits_document: str = ""
    total: Decimal | None = None
    amount_due: Decimal | None = None
    updated: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many objects of a kind the ledger says it holds for what was asked, and how many were read."""

    kind: str
    stated: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What a fetch holds, and what it may lack.

    `shortcomings` are sentences, each with what settles it; none where everything was read and proved. `blind_spots`
    are what this ledger never shows through its interface, so that no fetch could hold it; they make nothing
    incomplete. `read_at` is when the last answer came, in UTC.
    """

    connector: str
    organisation: str
    organisation_id: str
    request: Request
    read_at: datetime
    counts: tuple[Count, ...] = ()
    shortcomings: tuple[str, ...] = ()
    blind_spots: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything that was asked for was read, and that is proved."""
        return not self.shortcomings and all(count.read == count.stated for count in self.counts)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a connector read: the documents by issue date, then number, then id, each id once, and what that proves.

    `templates` are all of the customers asked for, whatever the window, since what they make lies ahead; by customer,
    then id, each id once; empty where the ledger has none or does not show them.
    """

    documents: tuple[FetchedDocument, ...]
    completeness: Completeness
    templates: tuple[Template, ...] = ()


class Connector(Protocol):
    """What a connector registers under the entry points `billcheck.connectors`."""

    @property
    def name(self) -> str:
        """How commands call it, as in ``xero``: small letters, digits and hyphens."""
        ...

    def fetch(self, request: Request) -> Fetched:
        """Read what is asked for; nothing is written to the ledger.

        Raises:
            ConnectorError: The ledger could not be read, or not to the end; there is no part of a result then.
        """
        ...
