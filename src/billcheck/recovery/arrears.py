"""What a case is about, frozen when it was opened: the periods of one customer in one currency, and what was agreed.

Comes in: one customer's part of a report, read by `recovery.opening`. Goes out: frozen values that every later step
works from, so that a figure a client was told never changes under way. Amounts are in minor units, excluding tax;
`last_day` is inclusive. Must not know reports, ledgers, files or what happens in the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.ledger.draft import group_by_percent
from billcheck.money import tax_on

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.terms import PaymentTerms
    from billcheck.ledger.draft import TaxGroup
    from billcheck.period import Cadence


@dataclass(frozen=True, slots=True)
class BilledPart:
    """What one document billed for one period; `amount_minor` is the part that went there."""

    document: str
    issue_date: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePeriod:
    """One period row of the report.

    `status` is that of the row. `tax_percent` is the one of the period itself, whatever it is today; None where nobody
    stated it. `credited_minor` is the part of the shortfall that a credit note made. `billed` is in the order of the
    documents' dates. `is_change` marks the row of a change inside a period that was already due.
    """

    row: str
    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    due_on: date
    status: str
    expected_minor: int
    billed_minor: int
    tax_percent: Decimal | None
    credited_minor: int = 0
    is_change: bool = False
    billed: tuple[BilledPart, ...] = ()
    derivation: tuple[str, ...] = ()
    cause: str = ""

    @property
    def shortfall_minor(self) -> int:
        """Expected less billed; negative where too much was billed."""
        return self.expected_minor - self.billed_minor

    @property
    def shortfall_tax_minor(self) -> int:
        """Tax on the shortfall at the period's own percent, rounded once; zero where none is known."""
        return 0 if self.tax_percent is None else tax_on(self.shortfall_minor, self.tax_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCharge:
    """How a charge is told apart in the ledger, and how often it is billed; `every` is None for a single charge."""

    name: str
    every: Cadence | None = None
    item: str = ""
    account: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a case needs to know of a contract; `last_day` is None for one without an end.

    `reference` is how a line names the contract in the ledger. `remaining` are the periods still to come, first due
    first, as far as they are priced: their first day, last day, due day and amount; empty where nobody priced them.
    """

    contract: str
    start: date
    last_day: date | None
    payment_terms: PaymentTerms | None
    charges: tuple[AgreedCharge, ...]
    reference: str = ""
    owner: str | None = None
    remaining: tuple[tuple[date, date, date, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """One customer's arrears as the report gave them.

    `periods` are the underbilled and missing rows, `overbilled` those that are owed back, never set off; `coming` what
    the next regular invoice bills, with its full amount as expected; `right` the rows that were billed as agreed. All
    are by contract in the order of its file, then by first day. `credited_minor` is what of the arrears a credit note
    made; it is not claimable before somebody has decided about it. `still_leaks` tells whether the latest period shows
    the cause and the next invoice will. `report_digest` is the SHA-256 of the report's JSON text.
    """

    customer: str
    currency: str
    as_of: date
    report_digest: str
    agreements: tuple[Agreement, ...]
    periods: tuple[CasePeriod, ...]
    overbilled: tuple[CasePeriod, ...] = ()
    coming: tuple[CasePeriod, ...] = ()
    right: tuple[CasePeriod, ...] = ()
    still_leaks: bool = False
    monthly_leak_minor: int = 0

    @property
    def arrears_minor(self) -> int:
        """What is missing in all."""
        return sum(period.shortfall_minor for period in self.periods)

    @property
    def credited_minor(self) -> int:
        """What of it a credit note made."""
        return sum(period.credited_minor for period in self.periods)

    @property
    def normal_invoice(self) -> tuple[TaxGroup, ...]:
        """What the next regular invoice comes to, by tax percent: the bill that amounts are held against.

        Empty where no regular invoice is known to come.
        """
        return group_by_percent((period.tax_percent, period.expected_minor) for period in self.coming)

    @property
    def overbilled_minor(self) -> int:
        """What is owed back to the client."""
        return -sum(period.shortfall_minor for period in self.overbilled)
