"""The half-rate story to its end, to the cent, in each of the three ways a client can answer.

The figures are literals; nothing here is computed but by the library.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from billcheck.recovery import (
    Agreed,
    Briefed,
    Case,
    Closed,
    Contacted,
    Disputed,
    Invoiced,
    Objected,
    Offered,
    Paid,
    Planned,
    Refused,
    State,
    Waived,
    WalkAway,
    add,
    case_text,
    parse_case,
    state_of,
    sums_of,
)
from billcheck.recovery.offers import (
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_all,
    waive_part,
)
from billcheck.recovery.status import make_status
from tests.recovery.cases import story_case

TALK = date(2026, 9, 8)
FIRST = date(2026, 10, 31)


def talked() -> Case:
    """The story up to the talk: the floor decided, then the client met in person."""
    floor = WalkAway(floor_excl_tax_minor=360_000, decided_on=date(2026, 9, 7), decided_by="Anna")
    case = add(story_case(), Briefed(on=date(2026, 9, 7), walk_away=floor))
    return add(case, Contacted(on=TALK, channel="in_person", person="Mr Hartwell", by="Ben"))


def told(case: Case) -> Case:
    """The case as its file gives it back."""
    read = parse_case(case_text(case))
    assert read == case
    return read


def test_both_choices_come_to_the_same() -> None:
    case = talked()
    separate, together = separate_invoice_offer(case), next_invoice_offer(case)
    assert (separate.excl_tax_minor, separate.tax_minor, separate.incl_tax_minor) == (720_000, 151_200, 871_200)
    assert together.incl_tax_minor == 871_200


def test_agreed_the_client_chooses_a_separate_invoice_and_pays() -> None:
    case = talked()
    offer = separate_invoice_offer(case, on=TALK)
    case = add(case, Agreed(on=TALK, offer=offer, evidence="Said so, confirmed by mail."))
    assert state_of(case) is State.AGREED
    case = add(case, Invoiced(on=TALK, draft="", number="INV-2026-S1", rows=offer.claims, incl_tax_minor=871_200))
    # Closed when paid: nothing of the arrears is open, 8,712.00 is outstanding.
    assert state_of(case) is State.AWAITING_PAYMENT
    sums = sums_of(case)
    assert (sums.open_minor, sums.invoiced_minor, sums.waived_minor, sums.outstanding_minor) == (0, 720_000, 0, 871_200)
    case = add(case, Paid(on=date(2026, 10, 8), document="INV-2026-S1", incl_tax_minor=871_200))
    assert make_status(case, as_of=date(2026, 10, 8)).next_steps == ("Close the case: everything is settled.",)
    case = told(add(case, Closed(on=date(2026, 10, 8), outcome="paid")))
    sums = sums_of(case)
    assert state_of(case) is State.CLOSED_PAID
    assert (sums.paid_minor, sums.waived_minor) == (871_200, 0)


def test_disputed_a_quarter_is_waived_and_six_instalments_run() -> None:
    case = add(talked(), Objected(on=TALK, kind="your_error", text="That is your mistake, not ours."))
    case = add(case, Disputed(on=TALK))
    assert state_of(case) is State.DISPUTED
    waiver = waive_part(case, percent=Decimal(25), on=TALK)
    offer = instalment_offer(case, first=FIRST, count=6, waiver=waiver, on=TALK)
    assert (offer.waived_minor, offer.excl_tax_minor, offer.tax_minor) == (180_000, 540_000, 113_400)
    assert [payment.amount_minor for payment in offer.payments] == [108_900] * 6
    assert [str(payment.due_date) for payment in offer.payments] == [
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]
    case = add(case, Offered(on=TALK, offer=offer))
    case = add(case, Agreed(on=TALK, offer=offer))
    assert state_of(case) is State.PLAN_RUNNING
    case = add(case, Waived(on=TALK, rows=offer.waived, reason="Compromise of 8 September."))
    case = add(case, Invoiced(on=TALK, draft="", number="INV-2026-S1", rows=offer.claims, incl_tax_minor=653_400))
    case = add(case, Paid(on=date(2026, 10, 30), document="INV-2026-S1", incl_tax_minor=108_900))
    sums = sums_of(case)
    assert (sums.arrears_minor, sums.open_minor, sums.invoiced_minor, sums.waived_minor) == (
        720_000,
        0,
        540_000,
        180_000,
    )
    assert (sums.billed_minor, sums.paid_minor, sums.outstanding_minor) == (653_400, 108_900, 544_500)
    status = make_status(told(case), as_of=date(2026, 12, 1))
    assert status.state is State.PLAN_RUNNING
    assert [payment.status for payment in status.plan] == ["paid", "past_due", "open", "open", "open", "open"]
    for number in range(5):
        paid = Paid(on=date(2027, 3, 1 + number), document="INV-2026-S1", incl_tax_minor=108_900)
        case = add(case, paid)
    assert state_of(add(case, Closed(on=date(2027, 3, 31), outcome="settled"))) is State.CLOSED_SETTLED


def test_refused_everything_is_waived_and_the_next_invoice_is_right() -> None:
    case = add(talked(), Refused(on=TALK, decision="waive"))
    assert state_of(case) is State.REFUSED
    offer = waive_all(case, on=TALK)
    assert (offer.waived_minor, offer.claims) == (720_000, ())
    case = add(case, Waived(on=TALK, rows=offer.waived, reason="To keep the client."))
    case = told(add(case, Closed(on=TALK, outcome="waived")))
    sums = sums_of(case)
    assert state_of(case) is State.CLOSED_WAIVED
    assert (sums.waived_minor, sums.paid_minor, sums.open_minor) == (720_000, 0, 0)
    (september,) = case.arrears.coming
    (group,) = case.arrears.normal_invoice
    assert (september.shortfall_minor, group.excl_tax_minor + group.tax_minor) == (240_000, 290_400)
    # 16 months of the contract are left: 16 x 2,400.00.
    (agreement,) = case.arrears.agreements
    assert sum(period.amount_minor for period in agreement.remaining) == 3_840_000


def test_a_plan_may_also_be_made_of_what_is_outstanding() -> None:
    case = talked()
    offer = separate_invoice_offer(case, on=TALK)
    case = add(case, Agreed(on=TALK, offer=offer))
    case = add(case, Invoiced(on=TALK, draft="", number="INV-2026-S1", rows=offer.claims, incl_tax_minor=871_200))
    plan = instalment_offer(talked(), first=FIRST, count=7, on=TALK)
    assert [payment.amount_minor for payment in plan.payments] == [124_458, *[124_457] * 6]
    case = add(case, Planned(on=TALK, payments=plan.payments))
    assert state_of(case) is State.PLAN_RUNNING
    late = make_status(case, as_of=date(2026, 11, 1))
    assert late.plan[0].status == "past_due"
    assert "Ask after 1 payment past due, 1,244.58 EUR." in late.next_steps


def test_the_case_is_as_old_as_the_find_and_asks_for_the_talk_first() -> None:
    status = make_status(story_case(), as_of=TALK)
    assert (status.state, status.age_days) == (State.OPENED, 4)
    assert status.next_steps[-1] == "Talk to the client, and record it as contacted; nothing is invoiced before that."
    assert replace(status, as_of=TALK) == status
