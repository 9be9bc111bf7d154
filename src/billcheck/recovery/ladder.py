"""The concession ladder: offers side by side, from the smallest to the largest concession.

Comes in: a case and offers. Goes out: one rung for each offer: what it brings, what it gives up, how the client pays
and whether it stays at or above the walk-away floor. Nothing is scored and nothing discounted: who decides sees the
amounts. Internal: never shown to a client. Must not know documents, files or wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.money import percent_of, round_half_up
from billcheck.period import add_months
from billcheck.recovery.claims import row_claims
from billcheck.recovery.offers import (
    default_count,
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_all,
    waive_part,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.instalments import Every
    from billcheck.recovery.offer import Offer

LAST_DAY_OF_MONTH = 31

WAIVED_PERCENTS = (Decimal(10), Decimal(25), Decimal(50))
"""What the ladder gives up where nobody says: no more than a start, which the supplier decides on."""

_HOWS = ("next_invoice", "separate_invoice", "instalments", "waive_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One offer beside the others; amounts in minor units.

    `percent_recovered` is what is claimed of what could be, excluding tax. `count` are the payments, `peak_minor` is
    the largest of them and `last_minor` the last, including tax and beside regular bills; `peak_percent` is the largest
    as a percent of the next regular invoice, None where none is known. `last_day` is when the last is due, None where
    no terms of payment say so. `tax_up_front_minor` is the tax on the first document, which the supplier may owe before
    the client has paid. `settled_minor` is what the case would bring, excluding tax, with what was invoiced before.
    `is_walk_away` marks an offer below the floor, None where no floor was decided. `has_unknown_tax` says that a period
    in it states no tax percent, so that its tax is not in these amounts.
    """

    offer: Offer
    percent_recovered: Decimal
    count: int
    peak_minor: int
    last_minor: int
    peak_percent: Decimal | None
    last_day: date | None
    tax_up_front_minor: int
    settled_minor: int
    is_walk_away: bool | None
    has_unknown_tax: bool


def floor_of(case: Case) -> int | None:
    """The walk-away floor as it was last decided, excluding tax; None before that."""
    walk_away = case.briefed.walk_away
    return None if walk_away is None else walk_away.floor_excl_tax_minor


def first_instalment_day(on: date) -> date:
    """The last day of the month after that of a claim or a talk, which leaves time to agree and to invoice."""
    return add_months(on, 1, LAST_DAY_OF_MONTH)


def preset_offers(
    case: Case, *, first: date, every: Every = "month", waiver: Offer | None = None, on: date | None = None
) -> tuple[Offer, ...]:
    """The offers to think about before a talk.

    The whole on the next invoice, on a separate one, and in one instalment for each period; 10, 25 and 50 % given up,
    or a waiver of one's own, each at once and in instalments; only the last periods: all but one, half of them, and
    one; and everything given up. What a case does not allow (no next invoice, a single period, a waiver that comes to
    nothing) is left out.

    Args:
        case: The case.
        first: The day of the first instalment, such as `first_instalment_day`.
        every: How far instalments lie apart.
        waiver: A partial waiver to set beside them.
        on: The day on which it is claimed, for a clause on late invoices; None for the day of the report.

    Raises:
        UsageError: Nothing can be claimed.
    """
    offers = [separate_invoice_offer(case, on=on)]
    if _is_claimable_on_the_next(case, on):
        offers.append(next_invoice_offer(case, on=on))
    offers.append(instalment_offer(case, first=first, every=every, on=on))
    claimable = sum(row.claimable_minor for row in row_claims(case, on=on))
    waivers = [
        waive_part(case, percent=percent, on=on)
        for percent in WAIVED_PERCENTS
        if 0 < round_half_up(Fraction(claimable) * Fraction(percent) / 100) < claimable
    ]
    for given in (*waivers, *(() if waiver is None else (waiver,))):
        offers.extend([given, instalment_offer(case, first=first, every=every, waiver=given, on=on)])
    periods = default_count(case, on=on)
    lefts = {left for left in (periods - 1, periods // 2, 1) if 0 < left < periods}
    offers.extend(waive_part(case, oldest=periods - left, on=on) for left in sorted(lefts))
    offers.append(waive_all(case, on=on))
    return tuple({offer.name: offer for offer in offers}.values())


def _is_claimable_on_the_next(case: Case, on: date | None) -> bool:
    """Whether a next invoice is known, and a clause on late invoices leaves something to put on it."""
    coming = case.arrears.coming
    day = max(coming[0].due_on, on or case.arrears.as_of) if coming else None
    return day is not None and any(row.claimable_minor for row in row_claims(case, on=day))


def compare_offers(
    case: Case, offers: Iterable[Offer], *, floor_minor: int | None = None, on: date | None = None
) -> tuple[Rung, ...]:
    """The offers as a ladder: what is claimed never rises from one rung to the next.

    Offers that claim the same are sorted by the number of payments and the day of the last: the next invoice and a
    separate one before instalments.

    Args:
        case: The case.
        offers: In any order.
        floor_minor: The least the supplier settles for, excluding tax; None for the one decided in the case.
        on: The day of a separate invoice; None for the day of the report.
    """
    day = case.arrears.as_of if on is None else on
    rows = row_claims(case, on=day)
    floor = floor_of(case) if floor_minor is None else floor_minor
    invoiced = sum(row.invoiced_minor for row in rows)
    rungs = [_rung(case, offer, rows, floor, invoiced, day) for offer in offers]
    return tuple(sorted(rungs, key=_place))


def _place(rung: Rung) -> tuple[object, ...]:
    offer = rung.offer
    last_day = rung.last_day.toordinal() if rung.last_day is not None and offer.payments else 0
    return -offer.excl_tax_minor, _HOWS.index(offer.how), rung.count, last_day, offer.mode, offer.name


def _rung(case: Case, offer: Offer, rows: tuple[RowClaim, ...], floor: int | None, invoiced: int, on: date) -> Rung:
    periods = {row.period.row: row.period for row in rows}
    claimable = sum(row.claimable_minor for row in rows)
    amounts = [payment.amount_minor for payment in offer.payments] or [offer.incl_tax_minor] * bool(offer.claims)
    peak = max(amounts, default=0)
    normal = sum(group.excl_tax_minor + group.tax_minor for group in case.arrears.normal_invoice)
    settled = invoiced + offer.excl_tax_minor
    return Rung(
        offer=offer,
        percent_recovered=percent_of(offer.excl_tax_minor, claimable, 2) if claimable else Decimal(0),
        count=len(amounts),
        peak_minor=peak,
        last_minor=amounts[-1] if amounts else 0,
        peak_percent=percent_of(peak, normal, 2) if normal > 0 else None,
        last_day=_last_day(case, offer, on),
        tax_up_front_minor=offer.invoices[0].tax_minor if offer.invoices else offer.tax_minor,
        settled_minor=settled,
        is_walk_away=None if floor is None else settled < floor,
        has_unknown_tax=any(periods[row].tax_percent is None for row, _ in offer.claims),
    )


def _last_day(case: Case, offer: Offer, on: date) -> date | None:
    """When the last payment is due; contracts that differ in their terms of payment give the client the longest."""
    if offer.payments or not offer.claims:
        return offer.payments[-1].due_date if offer.payments else None
    coming = case.arrears.coming if offer.how == "next_invoice" else ()
    issue_date = coming[0].due_on if coming else on
    claimed = {row for row, _ in offer.claims}
    contracts = {
        period.contract for period in (*case.arrears.periods, *coming) if period.row in claimed or period in coming
    }
    terms = [each.payment_terms for each in case.arrears.agreements if each.contract in contracts]
    return max((each.due_date(issue_date) for each in terms if each is not None), default=None)
