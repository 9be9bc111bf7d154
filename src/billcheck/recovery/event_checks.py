"""Whether the amounts and names of an event fit the case as it stands.

Comes in: a case and an event that may happen in its state. Goes out: every reason why its amounts would break the sums
of the case. Must not know states.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from billcheck.errors import Problem
from billcheck.money import format_minor
from billcheck.recovery import events
from billcheck.recovery.sums import ceiling_of, document_sums, period_sums, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.ledger.draft import PaymentDue
    from billcheck.recovery.arrears import Arrears
    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import Offer
    from billcheck.recovery.sums import DocumentSum, PeriodSum


class UnknownPeriodProblem(Problem):
    """The case has no arrears for a period with this id."""


class AmountProblem(Problem):
    """An amount is not above zero."""


class ReplyDayProblem(Problem):
    """The client is asked for an answer before the notice was made."""


class MoreThanOpenProblem(Problem):
    """This is more than is open of the period."""


class WaivedPeriodProblem(Problem):
    """The period was waived; nothing of it is billed any more."""


class RaisedClaimProblem(Problem):
    """This is more than the client was told in the first notice."""

    remedy = "Reopen the case with a reason, and tell the client first."


class UnknownDraftProblem(Problem):
    """No draft of this number is on record."""


class CreditNoteProblem(Problem):
    """The draft is a credit note, which bills nothing."""

    remedy = "Where it takes something off a document of the case, record it as paid by a credit note."


class NothingOfCaseProblem(Problem):
    """The document bills none of the arrears, so it is no document of the case."""

    remedy = "The case follows what bills its arrears; what is due anyway stays with the ledger."


class RepeatedDocumentProblem(Problem):
    """A document of this number is on record already."""


class UnknownDocumentProblem(Problem):
    """No document of this number is on record."""


class MoreThanOutstandingProblem(Problem):
    """This is more than is outstanding on the document."""


class TotalProblem(Problem):
    """The total of the document is less than what it bills."""


class ScheduleProblem(Problem):
    """The payments do not follow each other from number 1, day by day."""


class PlanProblem(Problem):
    """The payments add up to neither the agreed offer nor what is outstanding."""


class OutcomeProblem(Problem):
    """The case cannot end so."""


class FloorProblem(Problem):
    """The floor lies outside what is missing."""


class CauseDaysProblem(Problem):
    """The days of the cause contradict each other."""


class ArrearsProblem(Problem):
    """The figures of a period contradict each other."""


class OverInvoicedProblem(Problem):
    """More of a period was invoiced or waived than the new figures leave."""


def problems_with(case: Case, event: events.Event) -> list[Problem]:
    """Every reason why the amounts of an event do not fit."""
    return list(_check(event, case))


def cause_problems(cause: events.StatedCause, on: object) -> Iterator[Problem]:
    """What is wrong with the days of a cause that is told on a day."""
    days = (("introduced_on", cause.introduced_on, cause.found_on), ("found_on", cause.found_on, on))
    for name, day, limit in (*days, ("fixed_on", cause.fixed_on, on)):
        if day is not None and day > limit:  # type: ignore[operator]  # both are dates
            yield CauseDaysProblem(name, str(day), remedy=f"It is at the latest {limit}.")


def arrears_problems(arrears: Arrears) -> Iterator[Problem]:
    """What contradicts itself in frozen arrears, however they came about."""
    rows: set[str] = set()
    for kind, periods in (("periods", arrears.periods), ("overbilled", arrears.overbilled)):
        for period in periods:
            sign = period.shortfall_minor if kind == "periods" else -period.shortfall_minor
            is_right = sign > 0 and 0 <= period.credited_minor <= max(period.shortfall_minor, 0)
            if not is_right or period.last_day < period.first_day or period.row in rows:
                yield ArrearsProblem(f"arrears {kind}", period.row)
            rows.add(period.row)
    known = {agreement.contract for agreement in arrears.agreements}
    for period in (*arrears.periods, *arrears.overbilled, *arrears.coming, *arrears.right):
        if period.contract not in known:
            yield ArrearsProblem("arrears agreements", period.contract, what="A period is of a contract not described.")
    if not arrears.periods:
        yield ArrearsProblem("arrears periods", what="A case is about at least one period in arrears.")


@singledispatch
def _check(event: events.Event, case: Case) -> Iterable[Problem]:  # noqa: ARG001 - the others use both
    return ()


@_check.register(events.Briefed)
def _check_briefed(event: events.Briefed, case: Case) -> Iterator[Problem]:
    if event.walk_away is not None and not 0 <= event.walk_away.floor_excl_tax_minor <= case.arrears.arrears_minor:
        yield FloorProblem(
            "briefed",
            format_minor(event.walk_away.floor_excl_tax_minor, case.currency),
            remedy=f"It is from 0 to {_money(case.arrears.arrears_minor, case)}, excl. tax.",
        )


@_check.register(events.Noticed)
def _check_noticed(event: events.Noticed, case: Case) -> Iterator[Problem]:
    claimed = event.excl_tax_minor
    if claimed <= 0:
        yield AmountProblem("noticed", format_minor(claimed, case.currency))
    if event.reply_by < event.on:
        yield ReplyDayProblem("noticed", str(event.reply_by))
    left = case.arrears.arrears_minor - sums_of(case).waived_minor
    if claimed > left:
        value = format_minor(claimed, case.currency)
        yield MoreThanOpenProblem(
            "noticed", value, what="The notice asks for more than is missing.", remedy=_left(left, case)
        )
    yield from _raised(case, "noticed", claimed)


@_check.register(events.Offered)
def _check_offered(event: events.Offered, case: Case) -> Iterator[Problem]:
    yield from _offer_problems(case, "offered", event.offer)


@_check.register(events.Agreed)
def _check_agreed(event: events.Agreed, case: Case) -> Iterator[Problem]:
    yield from _offer_problems(case, "agreed", event.offer)


def _offer_problems(case: Case, name: str, offer: Offer) -> Iterator[Problem]:
    """What is claimed and given up of each row is at most its arrears; payments add up to the whole."""
    sums = {each.period.row: each for each in period_sums(case)}
    asked, given_up = dict(offer.claims), dict(offer.waived)
    for row in {**asked, **given_up}:
        claim, waived = asked.get(row, 0), given_up.get(row, 0)
        if row not in sums:
            yield _unknown_period(name, row, sums)
        elif min(claim, waived) < 0:
            yield AmountProblem(f"{name} {row}", format_minor(min(claim, waived), case.currency))
        elif claim + waived > sums[row].arrears_minor - sums[row].waived_minor:
            left = sums[row].arrears_minor - sums[row].waived_minor
            problem = MoreThanOpenProblem if left else WaivedPeriodProblem
            yield problem(f"{name} {row}", format_minor(claim + waived, case.currency), remedy=_left(left, case))
    if offer.payments:
        yield from _schedule_problems(name, offer.payments)
        if sum(payment.amount_minor for payment in offer.payments) != offer.incl_tax_minor:
            yield PlanProblem(name, remedy=f"The offer comes to {_money(offer.incl_tax_minor, case)}, incl. tax.")
    yield from _raised(case, name, sum(asked.values()))


@_check.register(events.Planned)
def _check_planned(event: events.Planned, case: Case) -> Iterator[Problem]:
    yield from _schedule_problems("planned", event.payments)
    planned = sum(payment.amount_minor for payment in event.payments)
    outstanding = sums_of(case).outstanding_minor
    agreed = [each.offer.incl_tax_minor for each in case.current if isinstance(each, events.Agreed)][-1:]
    if planned not in {*agreed, outstanding}:
        wanted = " or ".join(f"{_money(each, case)}" for each in dict.fromkeys([*agreed, outstanding]))
        yield PlanProblem("planned", format_minor(planned, case.currency), remedy=f"They have to come to {wanted}.")


def _schedule_problems(name: str, payments: Sequence[PaymentDue]) -> Iterator[Problem]:
    days = [payment.due_date for payment in payments]
    numbers = [payment.number for payment in payments]
    if not payments or days != sorted(days) or numbers != list(range(1, len(payments) + 1)):
        yield ScheduleProblem(name)
    for payment in payments:
        if payment.amount_minor <= 0:
            yield AmountProblem(f"{name} payment {payment.number}", str(payment.amount_minor))


@_check.register(events.Drafted)
def _check_drafted(event: events.Drafted, case: Case) -> Iterator[Problem]:
    claims: dict[str, int] = {}
    for document in event.documents:
        for line in document.lines if document.kind != "credit_note" else ():
            if line.is_arrears:
                claims[line.row] = claims.get(line.row, 0) + line.amount_minor
    yield from _row_problems(case, "drafted", claims.items())
    invoiced = sums_of(case).invoiced_minor
    yield from _raised(case, "drafted", invoiced + sum(claims.values()))


@_check.register(events.Invoiced)
def _check_invoiced(event: events.Invoiced, case: Case) -> Iterator[Problem]:
    drafts = {document.number: document for each in case.of(events.Drafted) for document in each.documents}
    if event.draft in drafts and drafts[event.draft].kind == "credit_note":
        yield CreditNoteProblem("invoiced", event.draft)
    elif not event.rows:
        yield NothingOfCaseProblem("invoiced", event.number)
    if event.draft and event.draft not in drafts:
        yield UnknownDraftProblem("invoiced", event.draft, remedy=f"On record: {', '.join(drafts) or 'none'}.")
    if any(document.number == event.number for document in document_sums(case)):
        yield RepeatedDocumentProblem("invoiced", event.number)
    yield from _row_problems(case, "invoiced", event.rows)
    billed = sum(minor for _, minor in event.rows)
    if event.incl_tax_minor < max(billed, 1):
        yield TotalProblem(
            "invoiced", format_minor(event.incl_tax_minor, case.currency), remedy=f"It bills {_money(billed, case)}."
        )
    yield from _raised(case, "invoiced", sums_of(case).invoiced_minor + billed)


@_check.register(events.Waived)
def _check_waived(event: events.Waived, case: Case) -> Iterator[Problem]:
    if not event.rows:
        yield AmountProblem("waived", remedy="Say what is waived.")
    yield from _row_problems(case, "waived", event.rows)


@_check.register(events.Paid)
def _check_paid(event: events.Paid, case: Case) -> Iterator[Problem]:
    documents: dict[str, DocumentSum] = {each.number: each for each in document_sums(case)}
    if event.incl_tax_minor <= 0:
        yield AmountProblem("paid", format_minor(event.incl_tax_minor, case.currency))
    if event.document not in documents:
        yield UnknownDocumentProblem(
            "paid", event.document, remedy=f"On record: {', '.join(documents) or 'none; record it as invoiced first'}."
        )
    elif event.incl_tax_minor > documents[event.document].outstanding_minor:
        left = documents[event.document].outstanding_minor
        yield MoreThanOutstandingProblem(
            f"paid {event.document}",
            format_minor(event.incl_tax_minor, case.currency),
            remedy=f"Outstanding: {_money(left, case)}, incl. tax.",
        )


@_check.register(events.Closed)
def _check_closed(event: events.Closed, case: Case) -> Iterator[Problem]:
    sums, fits = sums_of(case), endings_of(case)
    if not fits[event.outcome]:
        (right,) = (outcome for outcome, is_fitting in fits.items() if is_fitting)
        yield OutcomeProblem(
            f"closed {event.outcome}",
            what=(
                f"The case cannot end so: {_money(sums.open_minor, case)} is open, {_money(sums.waived_minor, case)} "
                f"waived (excl. tax), {_money(sums.outstanding_minor, case)} outstanding and "
                f"{_money(sums.credited_minor, case)} credited (incl. tax)."
            ),
            remedy=f"As it stands it ends as {right}.",
        )


def endings_of(case: Case) -> dict[events.Ending, bool]:
    """Of each way to end whether the sums allow it; they always allow exactly one."""
    sums = sums_of(case)
    is_open = sums.open_minor > 0 or sums.outstanding_minor > 0
    is_reduced = bool(sums.waived_minor or sums.credited_minor)
    has_invoiced = bool(sums.invoiced_minor)
    return {
        "paid": not is_open and has_invoiced and not is_reduced,
        "waived": not is_open and not has_invoiced,
        "settled": not is_open and has_invoiced and is_reduced,
        "given_up": is_open,
    }


@_check.register(events.Reopened)
def _check_reopened(event: events.Reopened, case: Case) -> Iterator[Problem]:
    if event.arrears is None:
        return
    left = {period.row: period.shortfall_minor for period in event.arrears.periods}
    for each in period_sums(case):
        done = each.invoiced_minor + each.waived_minor
        if done > left.get(each.period.row, 0):
            yield OverInvoicedProblem(
                f"reopened {each.period.row}",
                format_minor(done, case.currency),
                remedy=f"The new figures have {_money(left.get(each.period.row, 0), case)}.",
            )


def _row_problems(case: Case, name: str, rows: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Each row is one of the case, and its amount above zero and at most what is open of it."""
    sums = {each.period.row: each for each in period_sums(case)}
    for row, minor in rows:
        if row not in sums:
            yield _unknown_period(name, row, sums)
        elif minor <= 0:
            yield AmountProblem(f"{name} {row}", format_minor(minor, case.currency))
        elif minor > sums[row].open_minor:
            yield _more_than_open(case, f"{name} {row}", minor, sums[row])


def _more_than_open(case: Case, where: str, minor: int, period: PeriodSum) -> Problem:
    value = format_minor(minor, case.currency)
    if period.waived_minor == period.arrears_minor:
        return WaivedPeriodProblem(where, value)
    remedy = (
        f"Of {_money(period.arrears_minor, case)} are {_money(period.invoiced_minor, case)} invoiced, "
        f"{_money(period.waived_minor, case)} waived and {_money(period.open_minor, case)} open."
    )
    return MoreThanOpenProblem(where, value, remedy=remedy)


def _unknown_period(name: str, row: str, known: Iterable[str]) -> Problem:
    return UnknownPeriodProblem(name, row, remedy=f"It has {', '.join(known)}.")


def _raised(case: Case, name: str, claimed: int) -> Iterator[Problem]:
    """The claim is never more than the first notice said."""
    ceiling = ceiling_of(case)
    if ceiling is not None and claimed > ceiling:
        yield RaisedClaimProblem(
            name,
            format_minor(claimed, case.currency),
            what=f"The client was told {_money(ceiling, case)} excl. tax in the first notice, and this is more.",
        )


def _left(minor: int, case: Case) -> str:
    return f"Left: {_money(minor, case)}, excl. tax." if minor else ""


def _money(minor: int, case: Case) -> str:
    return f"{format_minor(minor, case.currency, grouped=True)} {case.currency}"
