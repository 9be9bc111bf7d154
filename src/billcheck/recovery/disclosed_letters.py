"""What of a case goes into the letters that follow a talk.

Comes in: a case, and who writes when. Goes out: the views of a waiver letter and of a confirmation of the price. Must
not know wording, languages or formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.errors import LetterRefusedError, Problem
from billcheck.recovery.disclosure import right_again
from billcheck.recovery.documents import NO_WISHES, NoTaxPercentProblem, first_correct_invoice
from billcheck.recovery.events import Agreed
from billcheck.recovery.letters.letter_views import AgreedPrice, PriceView, RightInvoice, WaivedPeriod, WaiverView
from billcheck.recovery.proportion import latest_periods
from billcheck.recovery.sums import period_sums

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.case import Case
    from billcheck.recovery.client_view import ClientContact
    from billcheck.recovery.documents import Wishes


class NothingWaivedProblem(Problem):
    """Nothing was waived in this case, and no offer was agreed to that gives anything up."""

    remedy = "Record what is waived first, or give --all for a letter that waives everything that is open."


class NoDueDateProblem(Problem):
    """No contract says when the invoice is to be paid, and the letter names the day."""

    remedy = "Give --due-date, or state payment_terms in the contract and open the case anew."


class NoPriceProblem(Problem):
    """No next regular invoice is known, so there is no price to confirm."""

    remedy = "Open the case anew from a report that shows the next period."


def waiver_view(
    case: Case, *, issue_date: date, contact: ClientContact, is_all: bool = False, wishes: Wishes = NO_WISHES
) -> WaiverView:
    """What a waiver letter is made from.

    Args:
        case: The case.
        issue_date: Date of the letter.
        contact: Who writes and who is to be called.
        is_all: Whether it waives everything that is open, to have it in hand at the talk; else what is on record as
            waived, or as given up by the offer that was agreed to last.
        wishes: What stands in for a tax percent or a due date that nobody stated.

    Raises:
        LetterRefusedError: Nothing is waived.
    """
    sums = period_sums(case)
    given = {each.period.row: each.open_minor if is_all else each.waived_minor for each in sums}
    if not any(given.values()):
        agreed = [event.offer for event in case.current if isinstance(event, Agreed)]
        given = dict(agreed[-1].waived) if agreed and not is_all else {}
    periods = tuple(
        WaivedPeriod(
            contract=each.period.contract,
            charges=each.period.charges,
            first_day=each.period.first_day,
            last_day=each.period.last_day,
            waived_minor=given[each.period.row],
        )
        for each in sums
        if given.get(each.period.row, 0) > 0
    )
    if not periods:
        raise LetterRefusedError([NothingWaivedProblem(case.customer)])
    return WaiverView(
        customer=case.customer,
        currency=case.currency,
        contracts=tuple(dict.fromkeys(period.contract for period in periods)),
        issue_date=issue_date,
        is_our_mistake=case.opened.cause.at_fault == "us",
        periods=periods,
        contact=contact,
        is_part=any(0 < given.get(each.period.row, 0) < each.arrears_minor for each in sums),
        next_invoice=_right(first_correct_invoice(case, wishes=wishes)) if case.arrears.coming else None,
        right_again=right_again(case),
    )


def price_view(case: Case, *, issue_date: date, contact: ClientContact, wishes: Wishes = NO_WISHES) -> PriceView:
    """What a confirmation of the price is made from: the first invoice at the agreed price, charge by charge.

    What else recurs follows with its price for the next period that is known, the charges of the case above all; only
    what has no known price is named without one.

    Raises:
        LetterRefusedError: No next regular invoice is known, or nobody stated the tax of a charge the case is about.
        DraftsRefusedError: That invoice cannot be made; holds every reason.
    """
    if not case.arrears.coming:
        raise LetterRefusedError([NoPriceProblem(case.customer)])
    invoice = first_correct_invoice(case, wishes=wishes)
    further = [*_further_charges(case, invoice)]
    prices = {key: _price_of(case, *key, wishes) for key in further}
    known = tuple(dict.fromkeys(price for price in prices.values() if price is not None))
    named = (*(line.contract for line in invoice.lines), *(price.contract for price in known))
    return PriceView(
        customer=case.customer,
        currency=case.currency,
        contracts=tuple(dict.fromkeys(named)),
        issue_date=issue_date,
        prices=tuple(
            AgreedPrice(
                contract=line.contract,
                charges=line.charges,
                first_day=line.first_day,
                last_day=line.last_day,
                amount_minor=line.amount_minor,
                tax_percent=line.tax_percent,
            )
            for line in invoice.lines
            if line.tax_percent is not None  # a document without a percent is refused where it is made
        ),
        next_invoice=_right(invoice),
        contact=contact,
        further_prices=known,
        further_charges=tuple(f"{contract}: {name}" for (contract, name), price in prices.items() if price is None),
    )


def _further_charges(case: Case, invoice: DraftDocument) -> Iterator[tuple[str, str]]:
    """The recurring charges that an invoice has no line for, unless they have ended by then: contract and name.

    They are those of the contracts on the invoice, and of the contracts that the case is about.
    """
    listed = {(line.contract, name) for line in invoice.lines for name in line.charges}
    contracts = {line.contract for line in invoice.lines} | {each.contract for each in case.arrears.periods}
    begins = min(line.first_day for line in invoice.lines)
    for agreement in case.arrears.agreements:
        if agreement.contract not in contracts:
            continue
        for charge in agreement.charges:
            has_ended = charge.last_day is not None and charge.last_day < begins
            if charge.every is not None and not has_ended and (agreement.contract, charge.name) not in listed:
                yield agreement.contract, charge.name


def _price_of(case: Case, contract: str, charge: str, wishes: Wishes) -> AgreedPrice | None:
    """The price of a charge for its next period, else for the latest that is known; None where none is.

    Raises:
        LetterRefusedError: The case is about this charge, and nobody stated its tax.
    """
    found = (each for each in latest_periods(case.arrears) if each.contract == contract and charge in each.charges)
    latest = next(found, None)
    if latest is None:
        return None
    percent = wishes.tax_percent if latest.tax_percent is None else latest.tax_percent
    if percent is None:
        if any(each.contract == contract and charge in each.charges for each in case.arrears.periods):
            raise LetterRefusedError([NoTaxPercentProblem(f"{contract}: {charge}")])
        return None
    (agreement,) = (each for each in case.arrears.agreements if each.contract == contract)
    coming = next((each for each in agreement.remaining if each.charge == charge), None)
    if coming is None and any(each.charge for each in agreement.remaining):
        # What is still to come was priced, and this charge could not be: its amount follows from what is delivered.
        return None
    return AgreedPrice(
        contract=contract,
        charges=latest.charges if coming is None else (charge,),
        first_day=(coming or latest).first_day,
        last_day=(coming or latest).last_day,
        amount_minor=latest.expected_minor if coming is None else coming.amount_minor,
        tax_percent=percent,
    )


def _right(invoice: DraftDocument) -> RightInvoice:
    if invoice.due_date is None:
        raise LetterRefusedError([NoDueDateProblem(f"invoice of {invoice.issue_date}")])
    return RightInvoice(
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        first_day=min(line.first_day for line in invoice.lines),
        last_day=max(line.last_day for line in invoice.lines),
        excl_tax_minor=invoice.excl_tax_minor,
        incl_tax_minor=invoice.incl_tax_minor,
    )
