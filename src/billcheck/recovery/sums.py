"""What of a case is open, invoiced and waived, and what of its documents is paid.

Comes in: a case. Goes out: its sums, in minor units. Per period, excluding tax: arrears = open + invoiced + waived. Per
document, including tax: total = paid + outstanding + credited. Must not know which events may follow each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.recovery.events import Agreed, Invoiced, Noticed, Paid, Planned, Waived

if TYPE_CHECKING:
    from datetime import date

    from billcheck.ledger.draft import PaymentDue
    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import Offer


@dataclass(frozen=True, slots=True)
class PeriodSum:
    """What became of one period's arrears, excluding tax."""

    period: CasePeriod
    invoiced_minor: int = 0
    waived_minor: int = 0

    @property
    def arrears_minor(self) -> int:
        """What is missing of the period."""
        return self.period.shortfall_minor

    @property
    def open_minor(self) -> int:
        """What of it is neither invoiced nor waived."""
        return self.arrears_minor - self.invoiced_minor - self.waived_minor


@dataclass(frozen=True, slots=True)
class DocumentSum:
    """What became of one document of the case, including tax."""

    number: str
    issue_date: date
    total_minor: int
    paid_minor: int = 0
    credited_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        """What of it is still to come in."""
        return self.total_minor - self.paid_minor - self.credited_minor


@dataclass(frozen=True, slots=True)
class CaseSums:
    """Periods in the order of the arrears, documents in the order they were recorded."""

    periods: tuple[PeriodSum, ...]
    documents: tuple[DocumentSum, ...]

    @property
    def arrears_minor(self) -> int:
        """What is missing, excluding tax."""
        return sum(period.arrears_minor for period in self.periods)

    @property
    def open_minor(self) -> int:
        """What is neither invoiced nor waived, excluding tax."""
        return sum(period.open_minor for period in self.periods)

    @property
    def invoiced_minor(self) -> int:
        """What of the arrears was invoiced, excluding tax."""
        return sum(period.invoiced_minor for period in self.periods)

    @property
    def waived_minor(self) -> int:
        """What was given up, excluding tax."""
        return sum(period.waived_minor for period in self.periods)

    @property
    def billed_minor(self) -> int:
        """What the documents of the case come to, including tax; regular lines beside arrears are in it."""
        return sum(document.total_minor for document in self.documents)

    @property
    def paid_minor(self) -> int:
        """What of it came in, including tax."""
        return sum(document.paid_minor for document in self.documents)

    @property
    def credited_minor(self) -> int:
        """What of it a credit note took off, including tax."""
        return sum(document.credited_minor for document in self.documents)

    @property
    def outstanding_minor(self) -> int:
        """What of it is still to come in, including tax."""
        return sum(document.outstanding_minor for document in self.documents)


def sums_of(case: Case) -> CaseSums:
    """All sums of a case."""
    return CaseSums(period_sums(case), document_sums(case))


def period_sums(case: Case) -> tuple[PeriodSum, ...]:
    """What became of each period in arrears, in the order of the arrears."""
    invoiced: defaultdict[str, int] = defaultdict(int)
    waived: defaultdict[str, int] = defaultdict(int)
    for event in case.events:
        if isinstance(event, Invoiced | Waived):
            into = invoiced if isinstance(event, Invoiced) else waived
            for row, minor in event.rows:
                into[row] += minor
    return tuple(PeriodSum(period, invoiced[period.row], waived[period.row]) for period in case.arrears.periods)


def document_sums(case: Case) -> tuple[DocumentSum, ...]:
    """What became of each document of the case, in the order they were recorded."""
    paid: defaultdict[str, int] = defaultdict(int)
    credited: defaultdict[str, int] = defaultdict(int)
    for event in case.of(Paid):
        (credited if event.is_credit else paid)[event.document] += event.incl_tax_minor
    return tuple(
        DocumentSum(event.number, event.on, event.incl_tax_minor, paid[event.number], credited[event.number])
        for event in case.of(Invoiced)
    )


def ceiling_of(case: Case) -> int | None:
    """The most that may be claimed in all, excluding tax: what the first notice told the client; None before one."""
    return next((event.excl_tax_minor for event in case.current if isinstance(event, Noticed)), None)


def plan_of(case: Case) -> tuple[PaymentDue, ...]:
    """The payments agreed last; none where the whole is due on the documents' own dates."""
    payments: tuple[PaymentDue, ...] = ()
    for event in case.current:
        if isinstance(event, Agreed):
            payments = event.offer.payments
        elif isinstance(event, Planned):
            payments = event.payments
    return payments


def agreed_offer(case: Case) -> Offer | None:
    """What the client agreed to last; None before that."""
    return next((event.offer for event in reversed(list(case.current)) if isinstance(event, Agreed)), None)
