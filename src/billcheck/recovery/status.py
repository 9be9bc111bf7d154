"""Where a case stands, for the supplier's own eyes: sums, age, the plan of payments, and what to do next.

Comes in: a case and a day to look from. Goes out: a status as a value, and lines that show it. Internal: it may name
what was waived. Must not know terminals or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from billcheck.errors import Problem, UsageError
from billcheck.money import format_minor
from billcheck.recovery.claims import row_claims
from billcheck.recovery.events import Agreed, Drafted, Invoiced, Noticed, Waived
from billcheck.recovery.states import MEANINGS, State, state_of
from billcheck.recovery.sums import plan_of, sums_of
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import amount_text, counted, listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.sums import CaseSums, DocumentSum
    from billcheck.report.page import Align

PaymentStatus = Literal["open", "paid", "past_due"]


class BeforeOpeningError(Problem):
    """The case was not opened yet on this day."""


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """One payment of the plan, including tax, and what of it came in; what comes in fills the earliest first.

    `is_billed` tells whether a document asks for what is left of it.
    """

    number: int
    due_date: date
    amount_minor: int
    paid_minor: int
    status: PaymentStatus
    is_billed: bool

    @property
    def left_minor(self) -> int:
        """What of it is still to come in."""
        return self.amount_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """A case as it stands on a day.

    `case` holds the events up to that day, and `later_events` says how many are left out. `age_days` counts from the
    day the mistake was found. `claimable_minor` is what of the open amount can be claimed on that day, excluding tax:
    what a credit note made, or a clause on late invoices takes, is open and not claimable.
    """

    case: Case
    as_of: date
    state: State
    sums: CaseSums
    age_days: int
    claimable_minor: int
    plan: tuple[PlannedPayment, ...]
    next_steps: tuple[str, ...]
    later_events: int = 0


def make_status(case: Case, *, as_of: date) -> CaseStatus:
    """How the case stood at the end of a day: what happened later is left out.

    Raises:
        UsageError: The case was not opened yet.
    """
    if as_of < case.opened.on:
        remedy = f"It was opened on {case.opened.on}."
        raise UsageError([BeforeOpeningError("as_of", str(as_of), remedy=remedy)])
    events = tuple(event for event in case.events if event.on <= as_of)
    later = len(case.events) - len(events)
    case = replace(case, events=events)
    plan = tuple(_planned(case, as_of))
    return CaseStatus(
        case=case,
        as_of=as_of,
        state=state_of(case),
        sums=sums_of(case),
        age_days=(as_of - case.opened.cause.found_on).days,
        claimable_minor=sum(row.claimable_minor for row in row_claims(case, on=as_of)),
        plan=plan,
        next_steps=tuple(_next_steps(case, plan, as_of)),
        later_events=later,
    )


def _planned(case: Case, as_of: date) -> Iterator[PlannedPayment]:
    """The payments agreed; past due are those whose day has gone by with something left of them that is still owed."""
    sums = sums_of(case)
    left, billed = sums.paid_minor + sums.credited_minor, sums.billed_minor
    for payment in plan_of(case):
        paid = min(left, payment.amount_minor)
        left -= paid
        status: PaymentStatus = "paid"
        if paid < payment.amount_minor:
            is_owed = billed > paid or sums.open_minor > 0
            status = "past_due" if payment.due_date < as_of and is_owed else "open"
        yield PlannedPayment(payment.number, payment.due_date, payment.amount_minor, paid, status, billed > paid)
        billed -= payment.amount_minor


_ANSWERS = {
    State.IN_TALKS: "Wait for the client's answer, and record it: agreed, disputed or refused.",
    State.DISPUTED: "Look for a compromise (billcheck recover offers); record what is offered and agreed.",
    State.REFUSED: "Decide what follows: waive and hand over the first correct invoice, or go further; record it.",
}


def _next_steps(case: Case, plan: tuple[PlannedPayment, ...], as_of: date) -> Iterator[str]:
    """What is to be done next, the most pressing first."""
    state, sums = state_of(case), sums_of(case)
    if state.name.startswith("CLOSED"):
        yield from _to_give_back(case, _CREDIT_ONCE_CLOSED)
        yield from _to_decide(case)
        if case.opened.cause.fixed_on is None and case.arrears.right_again is None:
            yield "Put right what made the mistake, and check the next invoice run."
        return
    if state in {State.OPENED, State.NOTICED}:
        yield from _before_contact(case, state, as_of)
    elif state in _ANSWERS:
        yield _ANSWERS[state]
    elif state in {State.AGREED, State.PLAN_RUNNING} and sums.open_minor:
        yield from _to_bill(case)
    yield from _late_payments(case, plan, as_of)
    if sums.outstanding_minor:
        yield f"Record what comes in: {_money(sums.outstanding_minor, case)} is outstanding, incl. tax."
    if state is State.AWAITING_PAYMENT and not any(isinstance(event, Agreed) for event in case.current):
        yield "No agreement of the client is on record; if there is one, record it as agreed."
    rows = row_claims(case, on=as_of)
    if sums.open_minor and not any(row.claimable_minor for row in rows):
        yield f"Waive what cannot be claimed, or decide otherwise: {_barred(rows, case)}."
    yield from _to_decide(case)
    owed_back = [*_to_give_back(case, _CREDIT)]
    yield from owed_back
    if not sums.open_minor and not sums.outstanding_minor:
        yield f"Close the case: {'the arrears are' if owed_back else 'everything is'} settled."


_CREDIT = "draft the credit note (billcheck recover documents), and send it."
_CREDIT_ONCE_CLOSED = "no credit note is on record; see that it has gone out."


def _to_give_back(case: Case, how: str) -> Iterator[str]:
    """What was billed too high, until a credit note is on record for it; also once the case is closed."""
    drafts = (draft for event in case.current if isinstance(event, Drafted) for draft in event.documents)
    if case.arrears.overbilled and not any(draft.kind == "credit_note" for draft in drafts):
        owed = _money(case.arrears.overbilled_minor, case)
        yield f"Give back {owed} excl. tax, owed to the client and set off against nothing: {how}"


TELL_THE_CHECK = (
    "Tell the next check what was waived, or it asks for it again: billcheck recover decisions CASE --append-to "
    "decisions.toml."
)


def _to_decide(case: Case) -> Iterator[str]:
    """The check reads decisions, and no case; nobody can tell from the case whether they were appended."""
    if sums_of(case).waived_minor:
        yield f"{TELL_THE_CHECK} What is in the file already is not added twice."


def _late_payments(case: Case, plan: tuple[PlannedPayment, ...], as_of: date) -> Iterator[str]:
    """Payments of the plan that are late, billed or not; without a plan, documents that are."""
    late = [payment for payment in plan if payment.status == "past_due"]
    billed = [payment for payment in late if payment.is_billed]
    if billed:
        left = _money(sum(payment.left_minor for payment in billed), case)
        yield f"Ask after {counted(len(billed), 'payment')} past due, {left}."
    if len(late) > len(billed):
        yield f"Bill {counted(len(late) - len(billed), 'payment')} past due that no document asks for."
    for document in () if plan else sums_of(case).documents:
        due_date = _due_date(case, document)
        if document.outstanding_minor and due_date is not None and due_date < as_of:
            left = _money(document.outstanding_minor, case)
            yield f"Ask after {document.number}, past due since {due_date}: {left} is outstanding, incl. tax."


def _due_date(case: Case, document: DocumentSum) -> date | None:
    """When a document is to be paid: as drafted; else by the terms of what it bills, from the day it was recorded."""
    (invoiced,) = (event for event in case.of(Invoiced) if event.number == document.number)
    if invoiced.draft:
        drafts = (each for event in case.of(Drafted) for each in event.documents if each.number == invoiced.draft)
        return list(drafts)[-1].due_date
    rows = {row for row, _ in invoiced.rows}
    contracts = {period.contract for period in case.arrears.periods if period.row in rows}
    terms = [each.payment_terms for each in case.arrears.agreements if each.contract in contracts]
    days = [each.due_date(invoiced.on) for each in terms if each is not None]
    return max(days) if days and len(days) == len(terms) else None


def _before_contact(case: Case, state: State, as_of: date) -> Iterator[str]:
    if case.briefed.walk_away is None:
        yield "Decide the least you settle for, before any talk: billcheck recover brief."
    if state is State.OPENED:
        yield "Make the notice: billcheck recover notice."
    else:
        reply_by = [event.reply_by for event in case.current if isinstance(event, Noticed)][-1]
        if reply_by < as_of:
            yield f"The notice asked for an answer by {reply_by}: remind the client."
    yield "Talk to the client, and record it as contacted; nothing is invoiced before that."


def _to_bill(case: Case) -> Iterator[str]:
    is_drafted = any(isinstance(event, Drafted) for event in case.current)
    if not is_drafted:
        yield "Draft the documents: billcheck recover documents."
    else:
        yield "Approve the drafts in the ledger, and record them as invoiced."
    if not any(isinstance(event, Waived) for event in case.current):
        waived = sum(
            minor for event in case.current for _, minor in getattr(getattr(event, "offer", None), "waived", ())
        )
        if waived:
            yield "Record as waived what the agreed offer gives up."


def _money(minor: int, case: Case) -> str:
    return money_text(minor, case.currency)


def opening_lines(case: Case) -> list[Line]:
    """What a new case is about: the arrears, what of them can be claimed, and what stands beside them."""
    arrears, rows = case.arrears, row_claims(case, on=case.events[-1].on)
    claimable = sum(row.claimable_minor for row in rows)
    lines = [
        line(
            f"{arrears.customer}: {_money(arrears.arrears_minor, case)} excl. tax in "
            f"{counted(len(arrears.periods), 'period')}, as of {arrears.as_of}.",
            indent=2,
        )
    ]
    if claimable != arrears.arrears_minor:
        lines.append(
            line(f"Of it {_money(claimable, case)} can be claimed: {_barred(rows, case)}.", "attention", indent=2)
        )
    if arrears.overbilled_minor:
        owed = _money(arrears.overbilled_minor, case)
        lines.append(line(f"{owed} is owed back, and set off against nothing.", indent=2))
    lines.extend(
        line(f"Passed by: {override.safeguard}. {override.reason}", "attention", indent=2)
        for override in case.overrides
    )
    return lines


def _barred(rows: Iterable[RowClaim], case: Case) -> str:
    """What cannot be claimed, and why."""
    credited = cut_off = 0
    for row in rows:
        credited, cut_off = credited + row.credited_minor, cut_off + row.cut_off_minor
    reasons = [
        *([f"{_money(credited, case)} was credited"] if credited else ()),
        *([f"the clause on late invoices takes {_money(cut_off, case)}"] if cut_off else ()),
    ]
    return listed(reasons)


def to_lines(status: CaseStatus) -> list[Line]:
    """The status as a page."""
    case, sums = status.case, status.sums
    amounts = [
        ("arrears", sums.arrears_minor),
        ("open", sums.open_minor),
        *([] if status.claimable_minor == sums.open_minor else [("  claimable", status.claimable_minor)]),
        ("invoiced", sums.invoiced_minor),
        ("waived", sums.waived_minor),
    ]
    lines: list[Line] = [
        (
            Span(f"{case.customer}: {str(status.state).replace('_', ' ')}", "heading"),
            Span(f" (case {case.id})", "muted"),
        ),
        line(MEANINGS[status.state], indent=2),
        line(f"Found {counted(status.age_days, 'day')} ago, on {case.opened.cause.found_on}.", indent=2),
        BLANK,
        *grid(
            [(Span(name), Span(amount_text(minor, case.currency))) for name, minor in amounts],
            ("left", "right"),
            indent=2,
            head=False,
        ),
        line(f"{case.currency}, excl. tax", "muted", indent=2),
    ]
    if status.later_events:
        later = counted(status.later_events, "later event")
        lines.insert(3, line(f"As of {status.as_of}; {later} left out.", "attention", indent=2))
    lines.extend(_document_lines(status))
    lines.extend(_plan_lines(status))
    if status.next_steps:
        lines.extend([BLANK, line("Next", "heading"), *(line(f"- {step}", indent=2) for step in status.next_steps)])
    return lines


def _document_lines(status: CaseStatus) -> list[Line]:
    currency = status.case.currency
    if not status.sums.documents:
        return []
    cells = [tuple(map(Span, ("document", "recorded", "total", "paid", "credited", "outstanding")))]
    for document in status.sums.documents:
        amounts = (document.total_minor, document.paid_minor, document.credited_minor, document.outstanding_minor)
        cells.append(
            (
                Span(document.number),
                Span(document.issue_date.isoformat()),
                *(Span(amount_text(minor, currency)) for minor in amounts),
            )
        )
    aligns: tuple[Align, ...] = ("left", "left", "right", "right", "right", "right")
    return [BLANK, *grid(cells, aligns, indent=2), line(f"{currency}, incl. tax", "muted", indent=2)]


def _plan_lines(status: CaseStatus) -> list[Line]:
    if not status.plan:
        return []
    currency = status.case.currency
    cells = [tuple(map(Span, ("payment", "due", "amount", "paid", "status")))]
    for payment in status.plan:
        role = {"paid": "good", "past_due": "bad", "open": "plain"}[payment.status]
        cells.append(
            (
                Span(str(payment.number)),
                Span(payment.due_date.isoformat()),
                Span(amount_text(payment.amount_minor, currency)),
                Span(amount_text(payment.paid_minor, currency)),
                Span(payment.status.replace("_", " "), role),  # type: ignore[arg-type]  # one of the roles above
            )
        )
    return [BLANK, *grid(cells, ("left", "left", "right", "right", "left"), indent=2)]


def to_table(status: CaseStatus) -> dict[str, object]:
    """The status for JSON: every key, always; amounts are strings with the decimals of the currency."""
    case, sums, currency = status.case, status.sums, status.case.currency

    def money(minor: int) -> str:
        return format_minor(minor, currency)

    return {
        "case": case.id,
        "customer": case.customer,
        "currency": currency,
        "as_of": status.as_of.isoformat(),
        "later_events": status.later_events,
        "state": str(status.state),
        "found_on": case.opened.cause.found_on.isoformat(),
        "age_days": status.age_days,
        "arrears": money(sums.arrears_minor),
        "open": money(sums.open_minor),
        "claimable": money(status.claimable_minor),
        "invoiced": money(sums.invoiced_minor),
        "waived": money(sums.waived_minor),
        "documents": [
            {
                "number": document.number,
                "recorded_on": document.issue_date.isoformat(),
                "total": money(document.total_minor),
                "paid": money(document.paid_minor),
                "credited": money(document.credited_minor),
                "outstanding": money(document.outstanding_minor),
            }
            for document in sums.documents
        ],
        "plan": [
            {
                "number": payment.number,
                "due_date": payment.due_date.isoformat(),
                "amount": money(payment.amount_minor),
                "paid": money(payment.paid_minor),
                "status": payment.status,
            }
            for payment in status.plan
        ],
        "overrides": [{"safeguard": each.safeguard, "reason": each.reason} for each in case.overrides],
        "next_steps": list(status.next_steps),
    }
