"""What a client may see, made by hand: the story of the half rate, and cases beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.ledger.draft import DocumentReference, TaxGroup
from billcheck.money import tax_on
from billcheck.recovery.client_view import (
    ClientChoice,
    ClientContact,
    ClientInvoice,
    ClientPeriod,
    ClientTotals,
    ClientView,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

VAT = Decimal(21)
CAUSE = "A wrong quantity was copied into our recurring invoice in March"


def month(number: int, *, agreed: int = 240000, billed: int = 120000, percent: Decimal = VAT) -> ClientPeriod:
    """A month of 2026 of contract C-117; with an invoice of its last day where something was billed."""
    first = date(2026, number, 1)
    last = date(2026 + number // 12, number % 12 + 1, 1) - timedelta(1)
    return ClientPeriod(
        contract="C-117",
        charges=("Retainer",),
        first_day=first,
        last_day=last,
        agreed_minor=agreed,
        billed_minor=billed,
        tax_percent=percent,
        invoices=(DocumentReference(f"INV-2026-{number:03}", last),) if billed else (),
    )


STORY_PERIODS = tuple(map(month, range(3, 9)))


def taxes_of(periods: Sequence[ClientPeriod]) -> tuple[TaxGroup, ...]:
    """The differences by percent, the lowest first."""
    percents = sorted({period.tax_percent for period in periods if period.tax_percent is not None})
    return tuple(
        TaxGroup(percent, sum(period.difference_minor for period in periods if period.tax_percent == percent))
        for percent in percents
    )


def view_of(
    periods: Sequence[ClientPeriod] = STORY_PERIODS, *, currency: str = "EUR", regular: int = 240000
) -> ClientView:
    """A notice of 4 September 2026 about these periods; the next regular invoice is that for September."""
    totals = ClientTotals(taxes=taxes_of(periods))
    september = {"first_day": date(2026, 9, 1), "last_day": date(2026, 9, 30)}
    by_percent = {group.percent: group.excl_tax_minor for group in totals.taxes}
    by_percent[VAT] = by_percent.get(VAT, 0) + regular
    both = sum(tax_on(minor, percent) for percent, minor in by_percent.items() if percent is not None)
    later = ClientInvoice(
        issue_date=date(2026, 9, 30), due_date=date(2026, 10, 30), arrears_minor=0, regular_minor=regular,
        tax_minor=tax_on(regular, VAT), **september,
    )  # fmt: skip
    return ClientView(
        customer="Hartwell Interieur",
        currency=currency,
        contracts=("C-117",),
        issue_date=date(2026, 9, 4),
        reply_by=date(2026, 9, 8),
        cause=CAUSE,
        is_our_mistake=True,
        found_on=date(2026, 9, 4),
        fixed_on=date(2026, 9, 4),
        periods=tuple(periods),
        totals=totals,
        choices=(
            ClientChoice(
                how="next_invoice",
                invoice=replace(later, arrears_minor=totals.excl_tax_minor, tax_minor=both),
            ),
            ClientChoice(
                how="separate_invoice",
                invoice=ClientInvoice(
                    issue_date=date(2026, 9, 8),
                    due_date=date(2026, 10, 8),
                    arrears_minor=totals.excl_tax_minor,
                    regular_minor=0,
                    tax_minor=totals.tax_minor,
                ),
                regular=later,
            ),
        ),
        contact=ClientContact(
            name="Anna de Vries", phone="+31 20 555 0117", business="Duinweg Webbeheer", meeting_on=date(2026, 9, 7)
        ),
    )
