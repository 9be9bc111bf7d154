"""The brief: all one needs before talking to a client, for the supplier's own eyes.

Comes in: a case, with what was settled before the talk, and the day. Goes out: one frozen value: the sum in proportion,
what runs out, the ladder of offers with the floor, whether the business can do without, and what is prepared for each
answer of the client. Internal: no text for a client is ever made from it. What is known of the client changes who talks
and how, never an amount. Must not know files, nor how a brief is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.ledger.draft import group_by_percent
from billcheck.money import percent_of
from billcheck.recovery.claims import row_claims
from billcheck.recovery.deadlines import deadlines_of
from billcheck.recovery.events import Briefed, Noticed, Objected
from billcheck.recovery.ladder import compare_offers, first_instalment_day, preset_offers
from billcheck.recovery.proportion import proportion_of, waiver_weight
from billcheck.recovery.statement import make_statement
from billcheck.recovery.states import state_of
from billcheck.recovery.sums import sums_of
from billcheck.recovery.survival import survival_test

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from billcheck.ledger.draft import TaxGroup
    from billcheck.recovery.case import Case
    from billcheck.recovery.deadlines import Deadlines
    from billcheck.recovery.events import ContactPlan, Override, Relationship, StatedCause, WalkAway
    from billcheck.recovery.ladder import Rung
    from billcheck.recovery.offer import Offer
    from billcheck.recovery.proportion import Proportion, WaiverWeight
    from billcheck.recovery.statement import Statement
    from billcheck.recovery.states import State
    from billcheck.recovery.sums import CaseSums
    from billcheck.recovery.survival import SurvivalTest
    from billcheck.recovery.time_limits import TimeLimit
    from billcheck.recovery.time_shares import YearEnd

PLAN_FROM_MONTHS = 2
"""From more than so many normal months on, have a plan ready: where utilities must offer one (16 NYCRR 13.5)."""


class EarlyBriefProblem(Problem):
    """The day of a brief lies before its case was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCorrectInvoice:
    """The next regular invoice at the agreed price, which goes along to the talk whatever comes of it."""

    issue_date: date
    tax_groups: tuple[TaxGroup, ...]

    @property
    def excl_tax_minor(self) -> int:
        """Excluding tax."""
        return sum(group.excl_tax_minor for group in self.tax_groups)

    @property
    def tax_minor(self) -> int:
        """Tax, rounded once per percent."""
        return sum(group.tax_minor for group in self.tax_groups)

    @property
    def incl_tax_minor(self) -> int:
        """What the client is to pay."""
        return self.excl_tax_minor + self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """All of it; amounts in minor units.

    `claimable_minor` is what can be claimed on the day of the brief, excluding tax: less than the arrears where
    something was settled, credited or cut off. `floors` are the walk-away floors in the order they were decided, the
    last one counts. `overdue_minor` is what is unpaid of invoices that were sent, including tax, as the supplier says;
    None where nobody said. `unknown_charges` will be on the first correct invoice too, at amounts not known yet.
    `rungs` is empty where nothing can be claimed.
    """

    case: str
    customer: str
    currency: str
    as_of: date
    state: State
    cause: StatedCause
    overrides: tuple[Override, ...]
    statement: Statement
    sums: CaseSums
    claimable_minor: int
    overdue_minor: int | None
    proportion: Proportion
    deadlines: Deadlines
    contact: ContactPlan | None
    owners: tuple[str, ...]
    relationship: Relationship | None
    floors: tuple[WalkAway, ...]
    survival: SurvivalTest | None
    rungs: tuple[Rung, ...]
    first_correct_invoice: FirstCorrectInvoice | None
    unknown_charges: tuple[str, ...]
    waiver: WaiverWeight | None
    objections: tuple[Objected, ...]
    notice: Noticed | None

    @property
    def floor(self) -> WalkAway | None:
        """The walk-away floor that counts; None where none was decided."""
        return self.floors[-1] if self.floors else None

    @property
    def floor_percent(self) -> Decimal | None:
        """What percent of the arrears the floor is."""
        if self.floor is None or not self.proportion.arrears_minor:
            return None
        return percent_of(self.floor.floor_excl_tax_minor, self.proportion.arrears_minor, 2)

    @property
    def is_ready(self) -> bool:
        """Whether one can go into the talk: the floor is decided before it, or not at all."""
        return self.floor is not None

    @property
    def needs_plan(self) -> bool:
        """Whether the arrears are so many normal months that a plan of instalments should be at hand."""
        months = self.proportion.months
        return months is not None and months > PLAN_FROM_MONTHS

    @property
    def is_big_for_a_call(self) -> bool:
        """Whether the arrears are large and the talk is planned neither in person nor by video."""
        return self.needs_plan and self.contact is not None and self.contact.channel not in {"in_person", "video"}


def make_brief(
    case: Case,
    *,
    as_of: date,
    limit: TimeLimit | None = None,
    fiscal_year_end: YearEnd | None = None,
    first_instalment: date | None = None,
    offers: Iterable[Offer] | None = None,
    overdue_minor: int | None = None,
) -> Brief:
    """The brief on a day.

    Args:
        case: The case; what was settled before the talk is in its events (`Briefed`).
        as_of: The day of the brief: ages and clauses are counted to it.
        limit: A rule for a time limit; None gives ages only.
        fiscal_year_end: The last day of the supplier's fiscal years; None for calendar years.
        first_instalment: The day of the first instalment of the ladder's plans; None for `first_instalment_day`.
        offers: The offers of the ladder, in any order; None for those that are thought of without being told.
        overdue_minor: What is unpaid of invoices that were sent, including tax.

    Raises:
        UsageError: The day lies before the case was opened.
    """
    if as_of < case.opened.on:
        raise UsageError([EarlyBriefProblem("as_of", str(as_of), remedy=f"The case was opened on {case.opened.on}.")])
    arrears, settled = case.arrears, case.briefed
    claimable = sum(row.claimable_minor for row in row_claims(case, on=as_of))
    if offers is None:
        first = first_instalment or first_instalment_day(as_of)
        offers = preset_offers(case, first=first, on=as_of) if claimable else ()
    coming = arrears.coming
    return Brief(
        case=case.id,
        customer=case.customer,
        currency=case.currency,
        as_of=as_of,
        state=state_of(case),
        cause=case.opened.cause,
        overrides=case.overrides,
        statement=make_statement(case, fiscal_year_end=fiscal_year_end),
        sums=sums_of(case),
        claimable_minor=claimable,
        overdue_minor=overdue_minor,
        proportion=proportion_of(arrears),
        deadlines=deadlines_of(case, as_of=as_of, limit=limit),
        contact=settled.contact,
        owners=tuple(dict.fromkeys(each.owner for each in arrears.agreements if each.owner)),
        relationship=settled.relationship,
        floors=tuple(event.walk_away for event in case.of(Briefed) if event.walk_away is not None),
        survival=None if settled.survival is None else survival_test(settled.survival, arrears.arrears_minor),
        rungs=compare_offers(case, offers, on=as_of),
        first_correct_invoice=FirstCorrectInvoice(
            issue_date=coming[0].due_on,
            tax_groups=group_by_percent((period.tax_percent, period.shortfall_minor) for period in coming),
        )
        if coming
        else None,
        unknown_charges=arrears.unknown_charges,
        waiver=waiver_weight(arrears),
        objections=tuple(case.of(Objected)),
        notice=next((event for event in reversed([*case.current]) if isinstance(event, Noticed)), None),
    )
