"""The statement of a case: per period what was agreed, what was billed and what is missing, and what that comes to.

Comes in: a case. Goes out: one frozen value, which holds only what the client may see: figures, documents, how each
amount came about. Everything said of money to a client is taken from here. Must not know what the supplier is ready to
give up, nor how a statement is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.errors import InternalError
from billcheck.ledger.draft import group_by_percent
from billcheck.recovery.time_shares import CALENDAR_YEAR, TimeShare, by_fiscal_year, by_month, is_cut

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from billcheck.ledger.draft import TaxGroup
    from billcheck.recovery.arrears import Agreement, Arrears, CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.time_shares import YearEnd


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """What some periods come to, in minor units.

    `excl_tax_minor` is agreed less billed, turned so that it is above zero: what is missing, or what is owed back.
    `tax_groups` are by percent, and tax is rounded once for each.
    """

    agreed_minor: int
    billed_minor: int
    excl_tax_minor: int
    tax_groups: tuple[TaxGroup, ...]

    @property
    def tax_minor(self) -> int:
        """Tax, rounded once per percent; nothing on periods whose percent nobody stated."""
        return sum(group.tax_minor for group in self.tax_groups)

    @property
    def incl_tax_minor(self) -> int:
        """Including tax, as far as it is known."""
        return self.excl_tax_minor + self.tax_minor

    @property
    def is_tax_known(self) -> bool:
        """Whether the percent of every period is stated."""
        return all(group.percent is not None for group in self.tax_groups)


@dataclass(frozen=True, slots=True)
class Leak:
    """Whether the mistake still runs.

    `is_running`: the latest period that was billed shows it. `monthly_minor` is what a month of it comes to, excluding
    tax. `fixed_on` is the day on which it was put right by those who looked into it; None for not yet.
    """

    is_running: bool
    monthly_minor: int
    fixed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One customer in one currency.

    `periods` are the underbilled and missing rows, `overbilled` those of which money is owed back; the two are never
    set off. `credited_minor` is the part of the arrears that credit notes made. `months` and `fiscal_years` share out
    both by days; `is_shared_out` tells whether a period goes over an end of these.
    """

    case: str
    customer: str
    currency: str
    as_of: date
    agreements: tuple[Agreement, ...]
    periods: tuple[CasePeriod, ...]
    overbilled: tuple[CasePeriod, ...]
    arrears: StatementTotals
    owed_back: StatementTotals
    credited_minor: int
    months: tuple[TimeShare, ...]
    fiscal_year_end: YearEnd
    fiscal_years: tuple[TimeShare, ...]
    is_shared_out: bool
    leak: Leak


def make_statement(case: Case, *, fiscal_year_end: YearEnd | None = None) -> Statement:
    """The statement of the arrears as the case froze them.

    Args:
        case: The case.
        fiscal_year_end: The last day of the supplier's fiscal years; None for calendar years.

    Raises:
        InternalError: The periods do not add up to the arrears, or the months or years do not add up to the periods.
    """
    arrears, cause = case.arrears, case.opened.cause
    year_end = fiscal_year_end or CALENDAR_YEAR
    dated = [
        *(TimeShare(row.first_day, row.last_day, arrears_minor=row.shortfall_minor) for row in arrears.periods),
        *(TimeShare(row.first_day, row.last_day, overbilled_minor=-row.shortfall_minor) for row in arrears.overbilled),
    ]
    statement = Statement(
        case=case.id,
        customer=arrears.customer,
        currency=arrears.currency,
        as_of=arrears.as_of,
        agreements=arrears.agreements,
        periods=arrears.periods,
        overbilled=arrears.overbilled,
        arrears=_totals(arrears.periods, sign=1),
        owed_back=_totals(arrears.overbilled, sign=-1),
        credited_minor=arrears.credited_minor,
        months=by_month(dated),
        fiscal_year_end=year_end,
        fiscal_years=by_fiscal_year(dated, year_end),
        is_shared_out=any(is_cut(entry, year_end) for entry in dated),
        leak=Leak(arrears.still_leaks, arrears.monthly_leak_minor, cause.fixed_on),
    )
    _check(statement, arrears)
    return statement


def _totals(rows: Iterable[CasePeriod], *, sign: int) -> StatementTotals:
    listed = tuple(rows)
    return StatementTotals(
        agreed_minor=sum(row.expected_minor for row in listed),
        billed_minor=sum(row.billed_minor for row in listed),
        excl_tax_minor=sign * sum(row.shortfall_minor for row in listed),
        tax_groups=group_by_percent((row.tax_percent, sign * row.shortfall_minor) for row in listed),
    )


def _check(statement: Statement, arrears: Arrears) -> None:
    """Every sum a second way."""
    for name, total, share in (
        ("arrears", arrears.arrears_minor, "arrears_minor"),
        ("what is owed back", arrears.overbilled_minor, "overbilled_minor"),
    ):
        totals = statement.arrears if share == "arrears_minor" else statement.owed_back
        ways = {
            "rows": totals.excl_tax_minor,
            "tax_groups": sum(group.excl_tax_minor for group in totals.tax_groups),
            "months": sum(getattr(entry, share) for entry in statement.months),
            "fiscal_years": sum(getattr(entry, share) for entry in statement.fiscal_years),
        }
        if any(minor != total for minor in ways.values()):
            raise InternalError(f"the statement adds up to {name}", total=total, **ways)
