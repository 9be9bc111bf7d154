"""Where a case stands on a day, for the supplier's own eyes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.terms import LateInvoiceCutoff
from billcheck.errors import UsageError
from billcheck.recovery.events import (
    Agreed,
    Briefed,
    Closed,
    Contacted,
    Disputed,
    Drafted,
    Invoiced,
    Paid,
    Planned,
    Refused,
    Waived,
    WalkAway,
)
from billcheck.recovery.status import make_status, opening_lines, to_lines, to_table
from billcheck.report.page import plain
from tests.recovery.case.made import (
    DAY,
    make_arrears,
    make_case,
    make_draft,
    make_notice,
    make_offer,
    make_payments,
    make_period,
)

if TYPE_CHECKING:
    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event

ALL = {"r1": 10_000, "r2": 20_000, "r3": 30_000}
CONTACT = Contacted(on=DAY, channel="phone")
AGREED = Agreed(on=DAY, offer=make_offer(ALL))
INVOICED = Invoiced(on=DAY, draft="", number="S-1", rows=tuple(ALL.items()), incl_tax_minor=60_000)
FLOOR = Briefed(on=DAY, walk_away=WalkAway(floor_excl_tax_minor=0, decided_on=DAY, decided_by="A"))


def paid(minor: int, **more: object) -> Paid:
    return Paid(on=DAY, document="S-1", incl_tax_minor=minor, **more)  # type: ignore[arg-type]


def steps(*events: Event, as_of: date = DAY) -> tuple[str, ...]:
    return make_status(make_case(None, *events), as_of=as_of).next_steps


TALK = "Talk to the client, and record it as contacted; nothing is invoiced before that."
FIX = "Put right what made the mistake, and check the next invoice run."


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (
            (),
            (
                "Decide the least you settle for, before any talk: billcheck recover brief.",
                "Make the notice: billcheck recover notice.",
                TALK,
            ),
        ),
        ((FLOOR,), ("Make the notice: billcheck recover notice.", TALK)),
        ((FLOOR, make_notice(60_000)), (TALK,)),
        ((CONTACT,), ("Wait for the client's answer, and record it: agreed, disputed or refused.",)),
        (
            (CONTACT, Disputed(on=DAY)),
            ("Look for a compromise (billcheck recover offers); record what is offered and agreed.",),
        ),
        (
            (CONTACT, Refused(on=DAY)),
            ("Decide what follows: waive and hand over the first correct invoice, or go further; record it.",),
        ),
        ((CONTACT, AGREED), ("Draft the documents: billcheck recover documents.",)),
        (
            (CONTACT, AGREED, Drafted(on=DAY, documents=(make_draft("D", ALL),))),
            ("Approve the drafts in the ledger, and record them as invoiced.",),
        ),
        (
            (CONTACT, Agreed(on=DAY, offer=make_offer({"r1": 10_000}, {"r2": 20_000}))),
            ("Draft the documents: billcheck recover documents.", "Record as waived what the agreed offer gives up."),
        ),
        ((CONTACT, AGREED, INVOICED), ("Record what comes in: 600.00 EUR is outstanding, incl. tax.",)),
        ((CONTACT, AGREED, INVOICED, paid(60_000)), ("Close the case: everything is settled.",)),
        ((CONTACT, AGREED, INVOICED, paid(60_000), Closed(on=DAY, outcome="paid")), (FIX,)),
    ],
)
def test_what_to_do_next(events: tuple[Event, ...], expected: tuple[str, ...]) -> None:
    assert steps(*events) == expected


def test_a_notice_without_an_answer_in_time_asks_for_a_reminder() -> None:
    notice = make_notice(60_000, reply_by=DAY + timedelta(14))
    assert steps(FLOOR, notice, as_of=DAY + timedelta(14)) == (TALK,)
    assert steps(FLOOR, notice, as_of=DAY + timedelta(15)) == (
        "The notice asked for an answer by 2026-09-18: remind the client.",
        TALK,
    )


def test_once_the_mistake_is_fixed_a_closed_case_asks_for_nothing_but_to_tell_the_check_of_its_waiver() -> None:
    case = make_case(None, Waived(on=DAY, rows=tuple(ALL.items()), reason="x"), Closed(on=DAY, outcome="waived"))
    opened = case.opened
    fixed = replace(opened, cause=replace(opened.cause, fixed_on=DAY))
    assert make_status(replace(case, events=(fixed, *case.events[1:])), as_of=DAY).next_steps == (
        (
            "Tell the next check what was waived, or it asks for it again: billcheck recover decisions CASE "
            "--append-to decisions.toml. What is in the file already is not added twice."
        ),
    )


def planned(*payments: Paid) -> Case:
    plan = Planned(on=DAY, payments=make_payments(20_000, 20_000, 20_000))
    return make_case(None, CONTACT, AGREED, INVOICED, plan, *payments)


@pytest.mark.parametrize(
    ("payments", "days", "expected"),
    [
        ((), 28, ["open", "open", "open"]),
        ((), 29, ["past_due", "open", "open"]),
        ((paid(20_000),), 29, ["paid", "open", "open"]),
        ((paid(19_999),), 29, ["past_due", "open", "open"]),
        ((paid(30_000),), 57, ["paid", "past_due", "open"]),
        ((paid(30_000), paid(10_000, is_credit=True)), 57, ["paid", "paid", "open"]),
        ((paid(60_000),), 500, ["paid", "paid", "paid"]),
    ],
)
def test_what_comes_in_fills_the_earliest_payment_first(
    payments: tuple[Paid, ...], days: int, expected: list[str]
) -> None:
    status = make_status(planned(*payments), as_of=DAY + timedelta(days))
    assert [payment.status for payment in status.plan] == expected
    assert sum(payment.paid_minor + payment.left_minor for payment in status.plan) == 60_000


def test_an_agreed_day_that_went_by_is_past_due_billed_or_not() -> None:
    plan = Agreed(on=DAY, offer=make_offer(ALL, payments=(30_000, 30_000)))
    case = make_case(None, CONTACT, plan)
    late = DAY + timedelta(500)
    assert [payment.status for payment in make_status(case, as_of=DAY + timedelta(28)).plan] == ["open", "open"]
    assert [payment.status for payment in make_status(case, as_of=DAY + timedelta(29)).plan] == ["past_due", "open"]
    assert "Bill 2 payments past due that no document asks for." in make_status(case, as_of=late).next_steps
    drafted = make_case(None, CONTACT, plan, Drafted(on=DAY, documents=(make_draft("D", ALL),)))
    assert [payment.status for payment in make_status(drafted, as_of=late).plan] == ["past_due", "past_due"]
    first = Invoiced(on=DAY, draft="", number="S-1", rows=(("r1", 10_000), ("r2", 20_000)), incl_tax_minor=30_000)
    case = make_case(None, CONTACT, plan, first)
    status = make_status(case, as_of=late)
    assert [(payment.status, payment.is_billed) for payment in status.plan] == [("past_due", True), ("past_due", False)]
    assert status.next_steps[1:3] == (
        "Ask after 1 payment past due, 300.00 EUR.",
        "Bill 1 payment past due that no document asks for.",
    )
    case = make_case(None, CONTACT, plan, first, paid(30_000))
    assert [payment.status for payment in make_status(case, as_of=late).plan] == ["paid", "past_due"]
    # What is left was waived: nobody owes it any more.
    case = make_case(
        None, CONTACT, plan, first, paid(30_000), Waived(on=DAY, rows=(("r3", 30_000),), reason="To keep them.")
    )
    assert [payment.status for payment in make_status(case, as_of=late).plan] == ["paid", "open"]


def late_step(due_date: str) -> str:
    return f"Ask after S-1, past due since {due_date}: 600.00 EUR is outstanding, incl. tax."


def test_a_document_past_its_day_is_asked_for() -> None:
    # No day was drafted; by the terms it is to be paid 30 days from 4 September.
    assert late_step("2026-10-04") not in steps(CONTACT, AGREED, INVOICED, as_of=date(2026, 10, 4))
    assert late_step("2026-10-04") in steps(CONTACT, AGREED, INVOICED, as_of=date(2026, 10, 5))
    draft = replace(make_draft("D", ALL), due_date=date(2026, 9, 20))
    drafted = (CONTACT, AGREED, Drafted(on=DAY, documents=(draft,)), replace(INVOICED, draft="D"))
    assert late_step("2026-09-20") not in steps(*drafted, as_of=date(2026, 9, 20))
    assert late_step("2026-09-20") in steps(*drafted, as_of=date(2026, 9, 21))
    assert not any("past due" in step for step in steps(*drafted, paid(60_000), as_of=date(2026, 12, 1)))


def test_without_terms_no_document_is_called_late() -> None:
    arrears = make_arrears()
    bare = replace(arrears, agreements=(replace(arrears.agreements[0], payment_terms=None),))
    late = make_status(make_case(bare, CONTACT, AGREED, INVOICED), as_of=date(2027, 9, 4))
    assert late.next_steps == ("Record what comes in: 600.00 EUR is outstanding, incl. tax.",)


def test_an_invoice_without_an_agreement_is_accepted_and_hinted_at() -> None:
    hint = "No agreement of the client is on record; if there is one, record it as agreed."
    assert steps(CONTACT, INVOICED) == ("Record what comes in: 600.00 EUR is outstanding, incl. tax.", hint)
    assert hint not in steps(CONTACT, INVOICED, AGREED)
    assert hint not in steps(CONTACT, Refused(on=DAY), INVOICED)


def test_what_happened_after_the_day_is_left_out_and_said() -> None:
    case = make_case(
        None, CONTACT, AGREED, replace(INVOICED, on=DAY + timedelta(1)), replace(paid(1), on=date(2026, 9, 9))
    )
    before = make_status(case, as_of=DAY)
    assert (str(before.state), before.sums.open_minor, before.later_events) == ("agreed", 60_000, 2)
    assert "  As of 2026-09-04; 2 later events left out.\n" in plain(to_lines(before))
    assert to_table(before)["later_events"] == 2
    last = make_status(case, as_of=date(2026, 9, 9))
    assert (last.sums.paid_minor, last.later_events) == (1, 0)
    assert "left out" not in plain(to_lines(last))
    with pytest.raises(
        UsageError, match=r"not opened yet on this day. Found '2026-09-03'. It was opened on 2026-09-04."
    ):
        make_status(case, as_of=DAY - timedelta(1))


def test_what_is_late_is_asked_for_with_its_sum() -> None:
    status = make_status(planned(paid(30_000)), as_of=DAY + timedelta(100))
    assert "Ask after 2 payments past due, 300.00 EUR." in status.next_steps


def with_clause(effect: str, percent: int | None = None) -> Case:
    """r1 may be invoiced until the day before; r2 until the day itself; r3 has no last day."""
    arrears = make_arrears()
    clause = LateInvoiceCutoff(days=60, effect=effect, percent=percent)  # type: ignore[arg-type]
    first, second, third = arrears.periods
    return make_case(
        replace(
            arrears,
            agreements=(replace(arrears.agreements[0], late_invoice_cutoff=clause),),
            periods=(
                replace(first, last_invoice_day=DAY - timedelta(1)),
                replace(second, last_invoice_day=DAY, credited_minor=5_000),
                third,
            ),
        )
    )


def test_what_cannot_be_claimed_is_said_beside_the_arrears() -> None:
    case = with_clause("forfeited")
    # 600.00 less 100.00 of r1, which is too late, and 50.00 of r2, which was credited.
    assert plain(opening_lines(case)) == (
        "  Acme BV: 600.00 EUR excl. tax in 3 periods, as of 2026-09-04.\n"
        "  Of it 450.00 EUR can be claimed: 50.00 EUR was credited and the clause on late invoices "
        "takes 100.00 EUR.\n"
    )
    assert to_table(make_status(case, as_of=DAY))["claimable"] == "450.00"
    # A day later r2 is too late as well.
    assert to_table(make_status(case, as_of=DAY + timedelta(1)))["claimable"] == "300.00"


def test_what_is_left_and_cannot_be_claimed_asks_for_a_decision() -> None:
    case = with_clause("forfeited")
    rows = (("r2", 15_000), ("r3", 30_000))
    events = (CONTACT, Invoiced(on=DAY, draft="", number="S-1", rows=rows, incl_tax_minor=45_000))
    case = make_case(case.arrears, *events)
    assert (
        "Waive what cannot be claimed, or decide otherwise: 50.00 EUR was credited and the clause on "
        "late invoices takes 100.00 EUR."
    ) in make_status(case, as_of=DAY).next_steps


def test_the_page_shows_documents_and_the_plan() -> None:
    text = plain(to_lines(make_status(planned(paid(30_000)), as_of=DAY + timedelta(57))))
    assert "Acme BV: plan running (case case-1)" in text
    assert "Found 57 days ago, on 2026-09-04." in text
    table = [line.split() for line in text.splitlines()]
    assert ["S-1", "2026-09-04", "600.00", "300.00", "0.00", "300.00"] in table
    assert ["1", "2026-10-02", "200.00", "200.00", "paid"] in table
    assert ["2", "2026-10-30", "200.00", "100.00", "past", "due"] in table


def test_names_of_the_case_are_shown_escaped() -> None:
    case = make_case(make_arrears(customer="A\x1b[2J"))
    assert "A\\x1b[2J" in plain(to_lines(make_status(case, as_of=DAY)))


def test_what_is_owed_back_is_never_set_off() -> None:
    case = make_case(make_arrears(overbilled=(make_period("r8", 100, 350),)))
    assert "  2.50 EUR is owed back, and set off against nothing.\n" in plain(opening_lines(case))
    assert make_status(case, as_of=DAY).sums.arrears_minor == 60_000


GIVE_BACK = "Give back 2.50 EUR excl. tax, owed to the client and set off against nothing: "


def test_what_is_owed_back_stays_a_step_until_a_credit_note_is_on_record() -> None:
    arrears = make_arrears(overbilled=(make_period("r8", 100, 350),))
    first = f"{GIVE_BACK}draft the credit note (billcheck recover documents), and send it."
    settled = (CONTACT, AGREED, INVOICED, paid(60_000))
    asked = make_status(make_case(arrears, *settled), as_of=DAY).next_steps
    assert asked == (first, "Close the case: the arrears are settled.")
    closed = make_case(arrears, *settled, Closed(on=DAY, outcome="paid"))
    assert make_status(closed, as_of=DAY).next_steps == (
        f"{GIVE_BACK}no credit note is on record; see that it has gone out.",
        FIX,
    )
    other = Drafted(on=DAY, documents=(make_draft("D", ALL),))
    assert first in make_status(make_case(arrears, CONTACT, AGREED, other), as_of=DAY).next_steps
    credit = Drafted(on=DAY, documents=(replace(make_draft("C", {"r8": 250}), kind="credit_note"),))
    asked = make_status(make_case(arrears, CONTACT, AGREED, credit, INVOICED, paid(60_000)), as_of=DAY).next_steps
    assert asked == ("Close the case: everything is settled.",)
