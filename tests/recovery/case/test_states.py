"""What can happen in a case and when, and that its sums hold whatever is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import EventRefusedError
from billcheck.recovery.events import (
    Agreed,
    Briefed,
    Closed,
    Contacted,
    Disputed,
    Drafted,
    Invoiced,
    Noticed,
    Objected,
    Offered,
    Opened,
    Override,
    Paid,
    Planned,
    Refused,
    Reopened,
    Waived,
    WalkAway,
)
from billcheck.recovery.states import State, add, state_of
from billcheck.recovery.sums import sums_of
from tests.recovery.case.made import (
    DAY,
    make_arrears,
    make_case,
    make_draft,
    make_notice,
    make_offer,
    make_payments,
)

if TYPE_CHECKING:
    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event

ALL = {"r1": 10_000, "r2": 20_000, "r3": 30_000}
CONTACT = Contacted(on=DAY, channel="phone")
AGREED = Agreed(on=DAY, offer=make_offer(ALL))
PLAN = Agreed(on=DAY, offer=make_offer(ALL, payments=(30_000, 30_000)))
WAIVED = Waived(on=DAY, rows=tuple(ALL.items()), reason="Goodwill.")


def invoice(number: str = "S-1", rows: dict[str, int] | None = None, total: int | None = None) -> Invoiced:
    billed = ALL if rows is None else rows
    return Invoiced(
        on=DAY,
        draft="",
        number=number,
        rows=tuple(billed.items()),
        incl_tax_minor=sum(billed.values()) if total is None else total,
    )


def pay(minor: int, document: str = "S-1", *, is_credit: bool = False) -> Paid:
    return Paid(on=DAY, document=document, incl_tax_minor=minor, is_credit=is_credit)


def refusal(case: Case, event: Event) -> str:
    """Why the event cannot happen, in one line for each reason."""
    before = case.events
    with pytest.raises(EventRefusedError) as caught:
        add(case, event)
    assert case.events == before
    return "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), State.OPENED),
        ((make_notice(60_000),), State.NOTICED),
        ((CONTACT,), State.IN_TALKS),
        ((make_notice(60_000), CONTACT, make_notice(60_000)), State.IN_TALKS),
        ((CONTACT, Objected(on=DAY, kind="your_error", text="Yours.")), State.IN_TALKS),
        ((CONTACT, AGREED), State.AGREED),
        ((CONTACT, PLAN), State.PLAN_RUNNING),
        ((CONTACT, AGREED, Planned(on=DAY, payments=make_payments(60_000))), State.PLAN_RUNNING),
        ((CONTACT, AGREED, invoice()), State.AWAITING_PAYMENT),
        ((CONTACT, PLAN, invoice()), State.PLAN_RUNNING),
        ((CONTACT, AGREED, invoice(), pay(60_000)), State.AWAITING_PAYMENT),
        ((CONTACT, AGREED, invoice(), pay(60_000), Closed(on=DAY, outcome="paid")), State.CLOSED_PAID),
        ((CONTACT, Disputed(on=DAY)), State.DISPUTED),
        ((CONTACT, Disputed(on=DAY), Offered(on=DAY, offer=make_offer(ALL))), State.DISPUTED),
        ((CONTACT, Disputed(on=DAY), PLAN), State.PLAN_RUNNING),
        ((CONTACT, Refused(on=DAY, decision="waive")), State.REFUSED),
        ((CONTACT, Refused(on=DAY), WAIVED, Closed(on=DAY, outcome="waived")), State.CLOSED_WAIVED),
        ((CONTACT, Refused(on=DAY), Closed(on=DAY, outcome="given_up")), State.CLOSED_GIVEN_UP),
        ((CONTACT, Refused(on=DAY), Closed(on=DAY, outcome="given_up"), Reopened(on=DAY, reason="x")), State.OPENED),
        ((WAIVED, Closed(on=DAY, outcome="waived")), State.CLOSED_WAIVED),
    ],
)
def test_where_a_case_stands(events: tuple[Event, ...], state: State) -> None:
    assert state_of(make_case(None, *events)) is state


def test_a_part_paid_and_a_part_waived_is_settled() -> None:
    rest = Waived(on=DAY, rows=(("r3", 30_000),), reason="Compromise.")
    case = make_case(None, CONTACT, rest, invoice(rows={"r1": 10_000, "r2": 20_000}), pay(30_000))
    sums = sums_of(case)
    assert (sums.arrears_minor, sums.open_minor, sums.invoiced_minor, sums.waived_minor) == (60_000, 0, 30_000, 30_000)
    assert "closed paid: The case cannot end so" in refusal(case, Closed(on=DAY, outcome="paid"))
    assert state_of(add(case, Closed(on=DAY, outcome="settled"))) is State.CLOSED_SETTLED


def test_a_credit_note_settles_too() -> None:
    case = make_case(None, CONTACT, invoice(), pay(50_000), pay(10_000, is_credit=True))
    document = sums_of(case).documents[0]
    assert (document.paid_minor, document.credited_minor, document.outstanding_minor) == (50_000, 10_000, 0)
    assert state_of(add(case, Closed(on=DAY, outcome="settled"))) is State.CLOSED_SETTLED


@pytest.mark.parametrize(
    ("events", "event", "said"),
    [
        (
            (),
            Disputed(on=DAY),
            (
                "disputed: In a case that is opened, disputed cannot happen. Record the contact with the client first: "
                "contacted. Possible now: briefed, drafted, waived, noticed, contacted, invoiced, closed given_up, "
                "reopened."
            ),
        ),
        (
            (WAIVED, Closed(on=DAY, outcome="waived")),
            CONTACT,
            "contacted: In a case that is closed_waived, contacted cannot happen. Possible now: reopened.",
        ),
        ((CONTACT,), make_case().opened, "opened: In a case that is in_talks, opened cannot happen."),
        (
            (CONTACT,),
            Planned(on=DAY, payments=make_payments(60_000)),
            "planned: In a case that is in_talks, planned cannot happen.",
        ),
        ((), invoice(), "invoiced: This needs a contact with the client. Record it first: contacted."),
        ((make_notice(60_000),), invoice(), "invoiced: This needs a contact with the client."),
        (
            (),
            Drafted(on=DAY, documents=(make_draft("D-1", ALL),)),
            "drafted: This needs a contact with the client.",
        ),
        (
            (CONTACT,),
            Disputed(on=date(2026, 9, 3)),
            (
                "disputed: The day lies before that of the event before it. Found '2026-09-03'. The last event is of "
                "2026-09-04."
            ),
        ),
    ],
)
def test_what_cannot_happen_names_the_state_the_event_and_what_is_possible(
    events: tuple[Event, ...], event: Event, said: str
) -> None:
    assert said in refusal(make_case(None, *events), event)


@pytest.mark.parametrize(
    ("events", "event", "said"),
    [
        (
            (CONTACT,),
            Waived(on=DAY, rows=(("r1", 10_001),), reason="x"),
            (
                "waived r1: This is more than is open of the period. Found '100.01'. Of 100.00 EUR are 0.00 EUR "
                "invoiced, 0.00 EUR waived and 100.00 EUR open."
            ),
        ),
        (
            (CONTACT, invoice(rows={"r1": 4_000})),
            Waived(on=DAY, rows=(("r1", 6_001),), reason="x"),
            "Of 100.00 EUR are 40.00 EUR invoiced, 0.00 EUR waived and 60.00 EUR open.",
        ),
        (
            (CONTACT, WAIVED),
            invoice(rows={"r2": 1}),
            "invoiced r2: The period was waived; nothing of it is billed any more. Found '0.01'.",
        ),
        (
            (CONTACT, WAIVED),
            Agreed(on=DAY, offer=make_offer({"r2": 1})),
            "agreed r2: The period was waived; nothing of it is billed any more. Found '0.01'.",
        ),
        (
            (CONTACT,),
            Agreed(on=DAY, offer=make_offer({"r1": 9_000}, {"r1": 1_001})),
            "agreed r1: This is more than is open of the period. Found '100.01'. Left: 100.00 EUR, excl. tax.",
        ),
        ((CONTACT,), Offered(on=DAY, offer=make_offer({"r1": -1})), "offered r1: An amount is not above zero."),
        ((CONTACT,), Offered(on=DAY, offer=make_offer({"x": 1})), "offered: The case has no arrears for a period with"),
        ((CONTACT,), Waived(on=DAY, rows=(("r9", 1),), reason="x"), "Found 'r9'. It has r1, r2, r3."),
        ((CONTACT,), Waived(on=DAY, rows=(("r1", 0),), reason="x"), "waived r1: An amount is not above zero."),
        ((CONTACT,), Waived(on=DAY, rows=(), reason="x"), "waived: An amount is not above zero. Say what is waived."),
        (
            (CONTACT, invoice()),
            invoice(rows={"r1": 1}),
            "invoiced: A document of this number is on record already. Found 'S-1'.",
        ),
        ((CONTACT,), invoice(total=59_999), "invoiced: The total of the document is less than what it bills."),
        (
            (CONTACT,),
            Invoiced(on=DAY, draft="D-7", number="S-1", rows=(("r1", 1),), incl_tax_minor=1),
            "invoiced: No draft of this number is on record. Found 'D-7'. On record: none.",
        ),
        (
            (CONTACT, invoice()),
            pay(1, "S-2"),
            "paid: No document of this number is on record. Found 'S-2'. On record: S-1.",
        ),
        ((CONTACT,), pay(1), "On record: none; record it as invoiced first."),
        (
            (CONTACT, invoice(), pay(50_000)),
            pay(10_001),
            "paid S-1: This is more than is outstanding on the document. Found '100.01'. Outstanding: 100.00 EUR",
        ),
        ((CONTACT, invoice()), pay(0), "paid: An amount is not above zero."),
        (
            (CONTACT, AGREED),
            Planned(on=DAY, payments=make_payments(59_999)),
            (
                "planned: The payments add up to neither the agreed offer nor what is outstanding. Found '599.99'. "
                "They have to come to 600.00 EUR or 0.00 EUR."
            ),
        ),
        ((CONTACT, AGREED), Planned(on=DAY, payments=()), "planned: The payments do not follow each other"),
        (
            (CONTACT,),
            Agreed(on=DAY, offer=make_offer(ALL, payments=(30_000, 29_999))),
            (
                "agreed: The payments add up to neither the agreed offer nor what is outstanding. "
                "The offer comes to 600.00 EUR, incl. tax."
            ),
        ),
        (
            (),
            Briefed(on=DAY, walk_away=WalkAway(floor_excl_tax_minor=60_001, decided_on=DAY, decided_by="A")),
            "briefed: The floor lies outside what is missing. Found '600.01'. It is from 0 to 600.00 EUR, excl. tax.",
        ),
        ((), make_notice(0), "noticed: An amount is not above zero. Found '0.00'."),
        (
            (),
            make_notice(60_000, reply_by=date(2026, 9, 3)),
            "noticed: The client is asked for an answer before the notice was made. Found '2026-09-03'.",
        ),
        ((), make_notice(60_001), "noticed: The notice asks for more than is missing. Found '600.01'."),
        (
            (CONTACT,),
            Closed(on=DAY, outcome="paid"),
            (
                "closed paid: The case cannot end so: 600.00 EUR is open, 0.00 EUR waived (excl. tax), 0.00 EUR "
                "outstanding and 0.00 EUR credited (incl. tax). As it stands it ends as given_up."
            ),
        ),
        (
            (CONTACT, invoice(rows={"r1": 5_000})),
            Reopened(on=DAY, reason="x", arrears=make_arrears((4_999, 20_000))),
            (
                "reopened r1: More of a period was invoiced or waived than the new figures leave. Found '50.00'. "
                "The new figures have 49.99 EUR."
            ),
        ),
    ],
)
def test_what_would_break_the_sums_is_refused_with_figures(events: tuple[Event, ...], event: Event, said: str) -> None:
    assert said in refusal(make_case(None, *events), event)


RAISED = (
    "The client was told 300.00 EUR excl. tax in the first notice, and this is more. Found '300.01'. Reopen the case"
)


@pytest.mark.parametrize(
    "event",
    [
        make_notice(30_001),
        Offered(on=DAY, offer=make_offer({"r1": 1, "r3": 30_000})),
        Agreed(on=DAY, offer=make_offer({"r1": 1, "r3": 30_000})),
        Drafted(on=DAY, documents=(make_draft("D", {"r1": 1, "r3": 30_000}),)),
        invoice(rows={"r1": 1, "r3": 30_000}),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_claim_is_never_raised_after_the_first_notice(event: Event) -> None:
    case = make_case(None, make_notice(30_000), CONTACT)
    assert RAISED in refusal(case, event)
    reopened = add(case, Reopened(on=DAY, reason="A seventh month was found."))
    assert state_of(reopened) is State.OPENED
    if not isinstance(event, Noticed):
        reopened = add(reopened, CONTACT)
    add(reopened, event)


def test_two_invoices_together_are_no_more_than_the_first_notice_said() -> None:
    case = make_case(None, make_notice(30_000), CONTACT, invoice(rows={"r1": 10_000}))
    assert "The client was told 300.00 EUR" in refusal(case, invoice("S-2", {"r3": 20_001}))
    add(case, invoice("S-2", {"r3": 20_000}))


def test_a_lower_claim_needs_nothing() -> None:
    case = make_case(None, make_notice(30_000), CONTACT, make_notice(20_000))
    assert state_of(case) is State.IN_TALKS


def test_a_draft_without_contact_bears_its_reason_and_may_be_invoiced() -> None:
    drafted = Drafted(
        on=DAY,
        documents=(make_draft("D-1", ALL),),
        override=Override(safeguard="contact", reason="The client asked for it in writing."),
    )
    case = make_case(None, drafted)
    assert state_of(case) is State.OPENED
    billed = Invoiced(on=DAY, draft="D-1", number="2026-17", rows=tuple(ALL.items()), incl_tax_minor=60_000)
    assert state_of(add(case, billed)) is State.AWAITING_PAYMENT
    assert [override.reason for override in case.overrides] == ["The client asked for it in writing."]


def test_what_is_due_anyway_may_be_drafted_without_contact() -> None:
    drafted = Drafted(on=DAY, documents=(make_draft("D-1", {"": 240_000}, is_arrears=False),))
    assert state_of(make_case(None, drafted)) is State.OPENED


def test_what_bills_none_of_the_arrears_is_no_document_of_the_case() -> None:
    case = make_case(None, CONTACT)
    assert (
        "invoiced: The document bills none of the arrears, so it is no document of the case. Found 'S-1'."
        in refusal(case, invoice(rows={}, total=240_000))
    )


def test_a_credit_note_is_not_invoiced() -> None:
    note = replace(make_draft("CN-1", {"": 5_000}, is_arrears=False), kind="credit_note")
    case = make_case(None, CONTACT, Drafted(on=DAY, documents=(note,)))
    approved = Invoiced(on=DAY, draft="CN-1", number="CN-1", rows=(), incl_tax_minor=6_050)
    assert "invoiced: The draft is a credit note, which bills nothing. Found 'CN-1'." in refusal(case, approved)


def test_after_reopening_the_client_has_to_hear_of_it_again() -> None:
    case = make_case(None, CONTACT, Reopened(on=DAY, reason="New figures."))
    assert not case.has_contact
    assert "This needs a contact" in refusal(case, invoice())


def test_with_other_figures_the_case_is_about_those() -> None:
    later = make_arrears((10_000, 20_000, 30_000, 40_000))
    case = make_case(None, CONTACT, WAIVED, Reopened(on=DAY, reason="A fourth month.", arrears=later))
    assert case.arrears is later
    assert [(each.period.row, each.open_minor) for each in sums_of(case).periods] == [
        ("r1", 0),
        ("r2", 0),
        ("r3", 0),
        ("r4", 40_000),
    ]


def test_two_reasons_are_both_told() -> None:
    said = refusal(make_case(), Disputed(on=DAY - timedelta(1)))
    assert said.count("\n") == 1


def test_a_second_opening_never_happens() -> None:
    opened = make_case().opened
    assert isinstance(opened, Opened)
    assert "opened cannot happen" in refusal(make_case(), opened)
