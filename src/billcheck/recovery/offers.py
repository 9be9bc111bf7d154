"""The ways to settle a case: how the whole is paid, what is given up, or both.

Comes in: a case, and what the supplier is ready to do. Goes out: frozen offers that add up to the minor unit: claimed
plus waived is what can be claimed of every period, payments are the whole including tax. What is given up is worked out
excluding tax and shared over the periods by largest remainder; tax follows from what is left, at each period's own
percent. Interest is never part of it. Internal: no text for a client is made from what is given up. Must not know
documents, files or wording.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.money import format_minor, round_half_up, split_by_weights
from billcheck.recovery.claims import Claim, claimed_periods, row_claims
from billcheck.recovery.instalments import MAX_COUNT, due_days, smallest_count
from billcheck.recovery.offer import Offer
from billcheck.recovery.payment_plans import make_plan
from billcheck.recovery.regular_days import regular_payment_days

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.instalments import Every
    from billcheck.recovery.offer import InvoiceMode
    from billcheck.recovery.payment_plans import PaymentPlan

_WHOLE = 100
_NAMES_OF_EVERY = {
    "week": "_weekly", "two_weeks": "_two_weekly", "month": "", "quarter": "_quarterly", "regular": "_regular",
}  # fmt: skip
_NAMES_OF_MODE = {"one_invoice": "", "invoice_each": "_invoice_each"}


class NothingToClaimError(Problem):
    """Nothing of this case can be claimed."""

    remedy = "Everything was invoiced, waived, cut off by a clause, or waits for a decision about a credit note."


class NoNextInvoiceError(Problem):
    """No next regular invoice is known that could bear the arrears."""

    remedy = "Offer a separate invoice, or instalments."


class OneSizeError(Problem):
    """The size of the instalments was said more than once."""

    remedy = "Give a count, a cap, or a cap as a percent of the normal invoice."


class OneWaiverError(Problem):
    """What is given up was said more than once, or not at all."""

    remedy = "Give a percent, an amount, or periods."


class CapTooSmallError(Problem):
    """Not even the most instalments that are allowed keep below the cap."""


class NoNormalInvoiceError(Problem):
    """A share of the normal invoice says nothing where no regular invoice is known to come."""

    remedy = "Give the cap as an amount."


class LateInvoiceError(Problem):
    """A clause on late invoices takes this period before an invoice of the plan bills it."""


class WaiverError(Problem):
    """This gives up nothing, or all there is."""


class OtherWaiverError(Problem):
    """This waiver gives up more than can be claimed, or all of it."""

    remedy = "Work it out from this case, as it stands on that day."


class UnknownPeriodError(Problem):
    """The case claims no such period."""


def separate_invoice_offer(case: Case, *, waiver: Offer | None = None, on: date | None = None) -> Offer:
    """Everything that can be claimed, on one supplementary invoice.

    Args:
        case: The case.
        waiver: An offer whose waived amounts this one gives up as well.
        on: The day on which it is claimed, for a clause on late invoices; None for the day of the report.

    Raises:
        UsageError: Nothing can be claimed.
    """
    claim = _claim(case, waiver, on)
    return claim.offer("" if claim.name else "separate_invoice", "separate_invoice", claim.tax_minor)


def next_invoice_offer(case: Case, *, waiver: Offer | None = None, on: date | None = None) -> Offer:
    """Everything that can be claimed, as further lines of the next regular invoice.

    Its tax is what that invoice bears more than without them; it is rounded once with the regular lines, so it may
    differ from the tax of a separate invoice by a minor unit for each percent. A clause on late invoices is held
    against the day of that invoice, or `on` where that is later. Arguments are those of `separate_invoice_offer`.

    Raises:
        UsageError: Nothing can be claimed, or no next invoice is known.
    """
    coming = [(period.tax_percent, period.shortfall_minor) for period in case.arrears.coming]
    if not coming:
        raise UsageError([NoNextInvoiceError("next_invoice")])
    claim = _claim(case, waiver, max(case.arrears.coming[0].due_on, on or case.arrears.as_of))
    return claim.offer("next_invoice", "next_invoice", claim.tax_of(claim.claims, beside=coming))


def instalment_offer(
    case: Case,
    *,
    first: date,
    count: int | None = None,
    cap_minor: int | None = None,
    cap_percent: Decimal | None = None,
    every: Every = "month",
    mode: InvoiceMode = "one_invoice",
    first_amount_minor: int | None = None,
    max_count: int = MAX_COUNT,
    waiver: Offer | None = None,
    on: date | None = None,
) -> Offer:
    """Everything that can be claimed, in instalments.

    Without `count` or a cap there is one instalment for each period that was billed too low, at most `max_count`.

    Args:
        case: The case.
        first: The day on which the first payment is due; with `every="regular"` the earliest such day.
        count: How many equal instalments.
        cap_minor: The most that one of them may be, including tax; the smallest count that keeps to it is taken.
        cap_percent: The same as a percent of the next regular invoice, including tax.
        every: How far they lie apart.
        mode: One invoice whose total is split, or one invoice for each instalment: then the amount excluding tax is
            split, the oldest periods are billed first, and tax is worked out on each.
        first_amount_minor: A payment, including tax, that comes before the equal ones and is bound by no cap.
        max_count: The most instalments that a cap may lead to.
        waiver: An offer whose waived amounts this one gives up as well.
        on: The day on which it is claimed, for a clause on late invoices; None for the day of the report.

    Raises:
        UsageError: Nothing can be claimed; several of `count` and the caps; more instalments than minor units; a cap
            that cannot be kept, with the one that can; a first amount that cannot be.
    """
    claim = _claim(case, waiver, on)
    if sum(each is not None for each in (count, cap_minor, cap_percent)) > 1:
        raise UsageError([OneSizeError("count, cap, cap_percent")])
    plan = make_plan(claim, mode, first_amount_minor, case.arrears.currency)
    cap = cap_minor if cap_percent is None else _percent_cap(case, cap_percent)
    if cap is not None:
        count = _count_below(cap, plan, max_count, case.arrears.currency)
    elif count is None:
        count = min(default_count(case, waiver=waiver, on=on), max_count, plan.most)
    number = count if first_amount_minor is None else count + 1
    if every == "regular":
        contracts = {row.period.contract for row in claim.rows}
        days = regular_payment_days(case.arrears, contracts, first, number)
    else:
        days = due_days(first, every, number)
    first_word = "" if first_amount_minor is None else "first_amount_"
    name = f"{first_word}instalments_{count}{_NAMES_OF_EVERY[every]}{_NAMES_OF_MODE[mode]}"
    offer = plan.offer(name, count, days)
    _refuse_late_invoices(case, offer, on or case.arrears.as_of)
    return offer


def _refuse_late_invoices(case: Case, offer: Offer, on: date) -> None:
    """Refuse invoices that would be of a day on which a clause has taken what they bill."""
    periods = {period.row: period for period in case.arrears.periods}
    billed: defaultdict[str, int] = defaultdict(int)
    problems: dict[str, Problem] = {}
    for invoice in offer.invoices:
        contracts = {periods[row].contract for row, _ in invoice.claims}
        day = case.arrears.issue_day_for(invoice.due_date, contracts, on)
        claimable = {each.period.row: each for each in row_claims(case, on=day)}
        for row, minor in invoice.claims:
            billed[row] += minor
            if billed[row] > claimable[row].claimable_minor and row not in problems:
                limit = periods[row].last_invoice_day
                remedy = f"It may be invoiced until {limit}, its invoice is of {day}: take one invoice with a schedule."
                problems[row] = LateInvoiceError("invoice_each", claimable[row].label, remedy=remedy)
    if problems:
        raise UsageError(problems.values())


def default_count(case: Case, *, waiver: Offer | None = None, on: date | None = None) -> int:
    """How many instalments there are where nobody says: one for each period that something is claimed of."""
    claim = _claim(case, waiver, on)
    claimed = dict(claim.claims)
    return len(claimed_periods(row for row in claim.rows if row.period.row in claimed))


def waive_all(case: Case, *, on: date | None = None) -> Offer:
    """Everything that can be claimed is given up; the first correct invoice goes with it."""
    rows = _claimed_rows(case, on)
    waived = tuple((row.period.row, row.claimable_minor) for row in rows)
    return Offer(name="waive_all", how="waive_all", claims=(), waived=waived, excl_tax_minor=0, tax_minor=0)


def waive_part(
    case: Case,
    *,
    percent: Decimal | None = None,
    amount_minor: int | None = None,
    oldest: int | None = None,
    newest: int | None = None,
    periods: Collection[str] = (),
    on: date | None = None,
) -> Offer:
    """A part is given up, the rest is asked for on a separate invoice; to be handed to another offer as its `waiver`.

    Exactly one of the arguments says what is given up. A percent or an amount is shared over all periods by what can be
    claimed of each, by largest remainder; a percent is rounded half-up once.

    Args:
        case: The case.
        percent: Of what can be claimed, excluding tax.
        amount_minor: An amount excluding tax.
        oldest: So many of the oldest periods.
        newest: So many of the newest periods.
        periods: Periods by their names, as `2026-03`, or the ids of their rows.
        on: The day on which the rest is claimed, for a clause on late invoices; None for the day of the report.

    Raises:
        UsageError: Nothing can be claimed; not exactly one argument; it comes to nothing or to everything; a period
            that the case does not claim.
    """
    rows = _claimed_rows(case, on)
    given = [each for each in (percent, amount_minor, oldest, newest, tuple(periods) or None) if each is not None]
    if len(given) != 1:
        raise UsageError([OneWaiverError("waive")])
    if percent is not None or amount_minor is not None:
        name, waived = _shared(case, rows, percent, amount_minor)
    else:
        name, waived = _whole_periods(rows, oldest, newest, periods)
    total = sum(row.claimable_minor for row in rows)
    if not 0 < sum(waived.values()) < total:
        currency = case.arrears.currency
        remedy = (
            f"Give up something, and less than {format_minor(total, currency)} {currency}, excl. tax; or waive all."
        )
        raise UsageError([WaiverError("waive", remedy=remedy)])
    claim = Claim(rows, {row: minor for row, minor in waived.items() if minor}, name)
    return claim.offer("", "separate_invoice", claim.tax_minor)


def _shared(
    case: Case, rows: Sequence[RowClaim], percent: Decimal | None, amount_minor: int | None
) -> tuple[str, dict[str, int]]:
    shares = [row.claimable_minor for row in rows]
    if percent is not None:
        amount_minor = round_half_up(Fraction(sum(shares)) * Fraction(percent) / _WHOLE)
        name = f"waive_{percent.normalize():f}_percent"
    else:
        name = f"waive_{format_minor(amount_minor or 0, case.arrears.currency)}"
    if not 0 < (amount_minor or 0) < sum(shares):
        return name, {}
    parts = split_by_weights(amount_minor or 0, shares)
    return name, {row.period.row: part for row, part in zip(rows, parts, strict=True)}


def _whole_periods(
    rows: Sequence[RowClaim], oldest: int | None, newest: int | None, periods: Collection[str]
) -> tuple[str, dict[str, int]]:
    grouped = claimed_periods(rows)
    if oldest is not None or newest is not None:
        number = oldest if oldest is not None else newest
        left = len(grouped) - (number or 0)
        if not 0 < left < len(grouped):
            return "", {}
        chosen = grouped[:-left] if newest is None else grouped[left:]
        name = f"{'last' if newest is None else 'first'}_{left}_{'period' if left == 1 else 'periods'}"
        return name, {row.period.row: row.claimable_minor for group in chosen for row in group}
    known = {name for row in rows for name in (row.label, row.period.row)}
    unknown = [name for name in dict.fromkeys(periods) if name not in known]
    if unknown:
        remedy = f"It claims {', '.join(dict.fromkeys(row.label for group in grouped for row in group))}."
        raise UsageError([UnknownPeriodError("waive", name, remedy=remedy) for name in unknown])
    named = [row for row in rows if row.label in periods or row.period.row in periods]
    labels = dict.fromkeys(row.label.replace(" ", "_") for row in named)
    return f"waive_{'_'.join(labels)}", {row.period.row: row.claimable_minor for row in named}


def _claimed_rows(case: Case, on: date | None) -> tuple[RowClaim, ...]:
    rows = tuple(row for row in row_claims(case, on=on) if row.claimable_minor)
    if not rows:
        raise UsageError([NothingToClaimError(case.id)])
    return rows


def _claim(case: Case, waiver: Offer | None, on: date | None) -> Claim:
    rows = _claimed_rows(case, on)
    if waiver is None:
        return Claim(rows, {}, "")
    claimable = {row.period.row: row.claimable_minor for row in rows}
    waived = dict(waiver.waived)
    if any(minor > claimable.get(row, 0) for row, minor in waived.items()) or waived == claimable:
        raise UsageError([OtherWaiverError(waiver.name)])
    return Claim(rows, waived, waiver.name)


def _percent_cap(case: Case, percent: Decimal) -> int:
    """A share of the normal invoice, including tax, in whole minor units and never above it."""
    normal = sum(group.excl_tax_minor + group.tax_minor for group in case.arrears.normal_invoice)
    if normal <= 0:
        raise UsageError([NoNormalInvoiceError("cap_percent", f"{percent:f}")])
    return Fraction(normal) * Fraction(percent) // _WHOLE


def _count_below(cap: int, plan: PaymentPlan, max_count: int, currency: str) -> int:
    most = max(min(max_count, plan.most), 1)
    count, needed = smallest_count(cap, plan.largest, most)
    if count is None:
        remedy = f"Give at least {format_minor(needed, currency)} {currency}, incl. tax, for a count of {most}."
        raise UsageError([CapTooSmallError("cap", format_minor(cap, currency), remedy=remedy)])
    return count
