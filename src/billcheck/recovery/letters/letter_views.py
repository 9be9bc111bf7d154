"""What a client may see in the letters that follow a talk.

Comes in: figures that were worked out elsewhere. Goes out: frozen values, one type for each letter. A waiver letter
names what was given up, because the client was told; no other text for a client can hold that. Must not know cases,
offers or anything that is decided within the business.

Amounts are in minor units of the view's currency, excluding tax unless their name says otherwise; `last_day` is
inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.recovery.client_view import ClientContact, ClientSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedPeriod:
    """What the client is not asked for of one period."""

    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    waived_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightInvoice:
    """The first invoice at the agreed price."""

    issue_date: date
    due_date: date
    first_day: date
    last_day: date
    excl_tax_minor: int
    incl_tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverView:
    """All that a waiver letter is made from.

    `is_part` tells that something is still to be paid for one of the periods. `next_invoice` is None where no regular
    invoice is known to come; `right_again` is the period from which on the client was billed as agreed, None where that
    begins with the next invoice.
    """

    customer: str
    currency: str
    contracts: tuple[str, ...]
    issue_date: date
    is_our_mistake: bool
    periods: tuple[WaivedPeriod, ...]
    contact: ClientContact
    is_part: bool = False
    next_invoice: RightInvoice | None = None
    right_again: ClientSpan | None = None

    @property
    def waived_minor(self) -> int:
        """All that is given up."""
        return sum(period.waived_minor for period in self.periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedPrice:
    """What a charge is billed at for a period at the agreed price."""

    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    amount_minor: int
    tax_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceView:
    """All that a confirmation of the price is made from.

    `further_prices` are those of recurring charges that are not on the next invoice, each for its next period that is
    known; what the case is about is always here or there. `further_charges` are those without a known price, each with
    its contract; the letter names them without one.
    """

    customer: str
    currency: str
    contracts: tuple[str, ...]
    issue_date: date
    prices: tuple[AgreedPrice, ...]
    next_invoice: RightInvoice
    contact: ClientContact
    further_prices: tuple[AgreedPrice, ...] = ()
    further_charges: tuple[str, ...] = ()
