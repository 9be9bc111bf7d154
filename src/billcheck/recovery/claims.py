"""What of a case can be claimed, period by period, what stands against the rest, and what a claim comes to.

Comes in: a case, and the day on which it is to be claimed. Goes out: per period, excluding tax, a split that always
adds up: arrears = claimable + invoiced + waived + credited + cut off. Must not know documents, payments
or wording.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.ledger.draft import group_by_percent
from billcheck.money import round_half_up
from billcheck.period import period_label
from billcheck.recovery.events import Noticed
from billcheck.recovery.offer import Offer
from billcheck.recovery.sums import period_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from billcheck.ledger.draft import PaymentDue
    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import How, InstalmentInvoice, InvoiceMode
    from billcheck.recovery.sums import PeriodSum

RowAmounts = tuple[tuple[str, int], ...]
"""Amounts excluding tax by the id of a period row; none is zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowClaim:
    """How the arrears of one period divide, excluding tax.

    What was invoiced or waived in the case comes off first, then what a credit note made, then what a clause of the
    contract on late invoices takes.
    """

    period: CasePeriod
    invoiced_minor: int = 0
    waived_minor: int = 0
    credited_minor: int = 0
    cut_off_minor: int = 0

    @property
    def claimable_minor(self) -> int:
        """What can be claimed without a further decision."""
        taken = self.invoiced_minor + self.waived_minor + self.credited_minor + self.cut_off_minor
        return self.period.shortfall_minor - taken

    @property
    def label(self) -> str:
        """The period as people name it."""
        return period_label(self.period.first_day, self.period.last_day)


def row_claims(case: Case, *, on: date | None = None) -> tuple[RowClaim, ...]:
    """How the arrears of every period divide, in the order of the case.

    Args:
        case: The case.
        on: The day on which the claim is to be invoiced; None for the day the report looked back from.
    """
    day = case.arrears.as_of if on is None else on
    return tuple(_row_claim(case, each, day) for each in period_sums(case))


def _row_claim(case: Case, known: PeriodSum, on: date) -> RowClaim:
    left = max(known.open_minor, 0)
    credited = min(known.period.credited_minor, left)
    return RowClaim(
        period=known.period,
        invoiced_minor=known.invoiced_minor,
        waived_minor=known.waived_minor,
        credited_minor=credited,
        cut_off_minor=_cut_off(case, known.period, left - credited, on),
    )


def _cut_off(case: Case, period: CasePeriod, minor: int, on: date) -> int:
    """What of an amount the contract's clause on late invoices takes, were it invoiced on a day."""
    last_day = period.last_invoice_day
    clause = next(each.late_invoice_cutoff for each in case.arrears.agreements if each.contract == period.contract)
    if clause is None or last_day is None or on <= last_day:
        return 0
    if clause.notice_extends and any(event.on <= last_day for event in case.of(Noticed)):
        return 0
    if clause.effect == "forfeited" or clause.percent is None:
        return minor
    return round_half_up(Fraction(minor) * Fraction(clause.percent) / 100)


def claimed_periods(rows: Iterable[RowClaim]) -> tuple[tuple[RowClaim, ...], ...]:
    """The rows by the periods a client would count, the oldest first.

    Rows of the same days belong together, whatever their charge, and a change inside a period belongs to the regular
    row of its contract that holds it.
    """
    listed = list(rows)
    days = {(row.period.first_day, row.period.last_day) for row in listed if not row.period.is_change}
    groups: defaultdict[tuple[date, date], list[RowClaim]] = defaultdict(list)
    for row in listed:
        own = row.period.first_day, row.period.last_day
        around = [each for each in days if each[0] <= own[0] and own[1] <= each[1]] if row.period.is_change else []
        groups[min(around, key=lambda each: (each[1] - each[0], each), default=own)].append(row)
    return tuple(tuple(groups[key]) for key in sorted(groups))


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, in the order of the case, and what of it is given up.

    `rows` are those of which something can be claimed; `waived` holds amounts above zero and at most that. `name` says
    what is given up, "" for nothing.
    """

    rows: tuple[RowClaim, ...]
    waived: Mapping[str, int]
    name: str = ""

    @property
    def claims(self) -> RowAmounts:
        """What is asked for."""
        amounts = ((row.period.row, row.claimable_minor - self.waived.get(row.period.row, 0)) for row in self.rows)
        return tuple((row, minor) for row, minor in amounts if minor)

    @property
    def oldest_first(self) -> RowAmounts:
        """What is asked for, the oldest period first."""
        days = {row.period.row: (row.period.first_day, row.period.last_day) for row in self.rows}
        return tuple(sorted(self.claims, key=lambda claim: days[claim[0]]))

    @property
    def excl_tax_minor(self) -> int:
        """All of it."""
        return sum(minor for _, minor in self.claims)

    @property
    def tax_minor(self) -> int:
        """Tax on all of it, as one document bears it."""
        return self.tax_of(self.claims)

    def tax_of(self, amounts: RowAmounts, beside: Iterable[tuple[Decimal | None, int]] = ()) -> int:
        """What tax a document bears for some amounts: rounded once per percent, together with what is beside them."""
        percents = {row.period.row: row.period.tax_percent for row in self.rows}
        others = list(beside)
        lines = [*others, *((percents[row], minor) for row, minor in amounts)]
        return sum(group.tax_minor for group in group_by_percent(lines)) - sum(
            group.tax_minor for group in group_by_percent(others)
        )

    def offer(
        self,
        name: str,
        how: How,
        tax_minor: int,
        *,
        mode: InvoiceMode = "one_invoice",
        payments: tuple[PaymentDue, ...] = (),
        invoices: tuple[InstalmentInvoice, ...] = (),
    ) -> Offer:
        """The claim as an offer; what is given up comes first in its name."""
        return Offer(
            name="_".join(part for part in (self.name, name) if part),
            how=how,
            claims=self.claims,
            waived=tuple(
                (each.period.row, self.waived[each.period.row]) for each in self.rows if each.period.row in self.waived
            ),
            excl_tax_minor=self.excl_tax_minor,
            tax_minor=tax_minor,
            mode=mode,
            payments=payments,
            invoices=invoices,
        )
