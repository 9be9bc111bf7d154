"""What a case is about, frozen when it was opened: the periods of one customer in one currency, and what was agreed.

Comes in: one customer's part of a report, read by `recovery.opening`. Goes out: frozen values that every later step
works from, so that a figure a client was told never changes under way. Amounts are in minor units, excluding tax;
`last_day` is inclusive. Must not know reports, ledgers, files or what happens in the case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.ledger.draft import group_by_percent
from billcheck.money import tax_on
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.terms import LateInvoiceCutoff, PaymentTerms
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
    documents' dates. `is_change` marks the row of a change inside a period that was already due. `drafted_minor` is
    what unapproved drafts of the ledger would bill. `last_invoice_day` (inclusive) is the last on which the period may
    still be invoiced by the contract's clause on late invoices; None where no clause sets one.
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
    drafted_minor: int = 0
    last_invoice_day: date | None = None
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
    """How a charge is told apart in the ledger, and how often it is billed; `every` is None for a single charge.

    `patterns` are phrases that name it in the text of a line, also of one that was meant for another charge.
    """

    name: str
    every: Cadence | None = None
    item: str = ""
    account: str = ""
    tracking: str = ""
    patterns: tuple[str, ...] = ()
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class RemainingPeriod:
    """A period still to come, with what it will be billed at, excluding tax.

    `charge` is its name; empty in a case of before it was kept.
    """

    first_day: date
    last_day: date
    due_on: date
    amount_minor: int
    charge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a case needs to know of a contract; `last_day` is None for one without an end.

    `reference` is how a line names the contract in the ledger. `remaining` are the periods still to come, first due
    first, as far as they are priced; empty where nobody priced them.
    """

    contract: str
    start: date
    last_day: date | None
    payment_terms: PaymentTerms | None
    charges: tuple[AgreedCharge, ...]
    reference: str = ""
    owner: str | None = None
    late_invoice_cutoff: LateInvoiceCutoff | None = None
    no_waiver_clause: bool = False
    terminates_on: date | None = None
    remaining: tuple[RemainingPeriod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """One customer's arrears as the report gave them.

    `periods` are the underbilled and missing rows, `overbilled` those that are owed back, never set off; `coming` what
    the next regular invoice bills, with its full amount as expected; `right` the rows that were billed as agreed. All
    are by contract in the order of its file, then by first day. `credited_minor` is what of the arrears a credit note
    made; it is not claimable before somebody has decided about it. `still_leaks` tells whether the latest period shows
    the cause and the next invoice will. `unknown_charges` will be on that next invoice too, at an amount that nobody
    knows yet. `report_digest` is the SHA-256 of the part of the report that was read, so that
    the same figures give the same digest, whether the report is at hand or kept as JSON.
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
    unknown_charges: tuple[str, ...] = ()

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
    def right_again(self) -> CasePeriod | None:
        """The first period from which on every charge with arrears was billed as agreed; None while one is not.

        A charge that was never billed since, such as a single one, does not show that it is right.
        """
        firsts = []
        for key in {(each.contract, each.charges) for each in self.periods}:
            wrong = (each for each in (*self.periods, *self.overbilled) if (each.contract, each.charges) == key)
            last = max(each.first_day for each in wrong)
            own = (each for each in self.right if (each.contract, each.charges) == key and not each.is_change)
            later = [each for each in own if each.first_day > last]
            if not later:
                return None
            firsts.append(min(later, key=lambda each: each.first_day))
        # The later charge decides, for the client reads of the invoices as a whole.
        return None if self.still_leaks else max(firsts, key=lambda each: (each.first_day, each.last_day))

    @property
    def overbilled_minor(self) -> int:
        """What is owed back to the client."""
        return -sum(period.shortfall_minor for period in self.overbilled)

    def issue_day_for(self, due_date: date, contracts: Collection[str], not_before: date) -> date:
        """The latest day from which the terms of payment of all these contracts lead to a due date, or `not_before`."""
        terms = [
            each.payment_terms
            for each in self.agreements
            if each.contract in contracts and each.payment_terms is not None
        ]
        day = due_date
        while day > not_before and any(each.due_date(day) > due_date for each in terms):
            day -= ONE_DAY
        return max(day, not_before)

    def with_tax_percent(self, percent: Decimal) -> Arrears:
        """The same, where periods of which nobody stated the tax percent have this one."""

        def stated(periods: tuple[CasePeriod, ...]) -> tuple[CasePeriod, ...]:
            return tuple(replace(each, tax_percent=percent) if each.tax_percent is None else each for each in periods)

        return replace(
            self,
            periods=stated(self.periods),
            overbilled=stated(self.overbilled),
            coming=stated(self.coming),
            right=stated(self.right),
        )
