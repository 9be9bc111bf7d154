"""What of a case a client gets to see, and when there is no notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.terms import LateInvoiceCutoff
from billcheck.errors import NoticeRefusedError
from billcheck.recovery.client_view import ClientContact, ClientSpan
from billcheck.recovery.disclosure import Billing, NextInvoice, choices_of, notice_view
from billcheck.recovery.events import Waived
from billcheck.recovery.notice.notice import make_notice
from tests.recovery.by_hand import half_rate_case, make_agreement, make_period
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from billcheck.recovery.case import Case
    from billcheck.recovery.client_view import ClientView
    from billcheck.recovery.writing.language import Language

CONTACT = ClientContact(name="Anna", phone="1")
ON_8_SEPTEMBER = Billing(separate_on=date(2026, 9, 8))


def view_of(case: Case, billing: Billing = ON_8_SEPTEMBER, **stated: Any) -> ClientView:
    days = {"issue_date": date(2026, 9, 4), "reply_by": date(2026, 9, 8)}
    return notice_view(case, choices_of(case, billing), contact=CONTACT, **{**days, **stated})


def refusal(case: Case, billing: Billing = ON_8_SEPTEMBER, **stated: Any) -> str:
    with pytest.raises(NoticeRefusedError) as caught:
        view_of(case, billing, **stated)
    return str(caught.value)


def test_the_story_gives_both_choices_of_the_story() -> None:
    """A: 11,616.00 on 30 September, due 30 October. B: 8,712.00 on 8 September, due 8 October, and 2,904.00."""
    view = view_of(story_case())
    first, second = view.choices
    assert (first.how, second.how) == ("next_invoice", "separate_invoice")
    assert (first.invoice.issue_date, first.invoice.due_date) == (date(2026, 9, 30), date(2026, 10, 30))
    assert (first.invoice.excl_tax_minor, first.invoice.tax_minor, first.invoice.incl_tax_minor) == (
        960000,
        201600,
        1161600,
    )
    assert (second.invoice.issue_date, second.invoice.due_date) == (date(2026, 9, 8), date(2026, 10, 8))
    assert second.invoice.incl_tax_minor == 871200
    assert second.regular is not None
    assert second.regular.incl_tax_minor == 290400
    assert (view.totals.excl_tax_minor, view.totals.tax_minor, view.totals.incl_tax_minor) == (720000, 151200, 871200)
    assert [period.invoices[0].number for period in view.periods] == [f"INV-2026-00{number}" for number in range(3, 9)]


def test_tax_is_rounded_once_per_percent_in_each_document() -> None:
    """Three periods of 0.37 at 21 %: 1.11 x 21 % = 0.2331, so 0.23; each alone would be 0.08, together 0.24."""
    periods = [make_period(f"2026-0{number}", 100, 63, document=f"I{number}") for number in (3, 4, 5)]
    assert view_of(half_rate_case(periods=periods)).totals.tax_minor == 23


def test_a_change_of_the_tax_inside_the_arrears_gives_two_percents() -> None:
    """600.00 at 19 % (114.00) and 600.00 at 16 % (96.00): 1,410.00."""
    periods = [
        make_period("2026-03", 120_000, 60_000, document="I3", tax="19"),
        make_period("2026-04", 120_000, 60_000, document="I4", tax="16"),
    ]
    totals = view_of(half_rate_case(periods=periods)).totals
    assert [(group.percent, group.tax_minor) for group in totals.taxes] == [(Decimal(16), 9600), (Decimal(19), 11400)]
    assert totals.incl_tax_minor == 141000


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_other_currencies_keep_their_minor_units(currency: str) -> None:
    view = view_of(half_rate_case(currency=currency))
    assert view.totals.excl_tax_minor == 720000
    assert make_notice(view, language="nl").page.part("totals") is not None


def test_overbilled_periods_are_shown_and_not_set_off() -> None:
    case = half_rate_case(overbilled=(make_period("2026-02", 240_000, 250_000, document="INV-2026-002"),))
    view = view_of(case)
    assert [-period.difference_minor for period in view.overbilled] == [10000]
    assert view.totals.excl_tax_minor == 720000


def test_a_part_that_a_credit_note_took_off_is_not_asked_for() -> None:
    """Agreed 2,400.00; the invoice of 1,500.00 was credited by 300.00, which waits for a decision: 900.00 is asked."""
    periods = [make_period("2026-03", 240_000, 120_000, document="I3", credited_minor=30_000)]
    (period,) = view_of(half_rate_case(periods=periods)).periods
    assert (period.agreed_minor, period.billed_minor, period.difference_minor) == (240000, 150000, 90000)


def test_without_a_next_invoice_there_is_no_notice_unless_one_is_stated() -> None:
    case = half_rate_case(coming=())
    assert refusal(case) == (
        "There is no notice (1 problem):\n"
        "  Hartwell Interieur: No next regular invoice is known, and a notice offers two ways to be billed. State it"
        " with --next-invoice DATE=AMOUNT, excl. tax, or say with --no-next-invoice that there is none; then the notice"
        " asks whether a separate invoice suits."
    )
    stated = NextInvoice(issue_date=date(2026, 9, 30), excl_tax_minor=240000)
    view = view_of(case, replace(ON_8_SEPTEMBER, next_invoice=stated))
    assert view.choices[0].invoice.incl_tax_minor == 1161600
    assert view.next_invoice is not None
    assert view.next_invoice.first_day is None
    for language in ("en", "nl", "de", "fr"):
        assert make_notice(view, language=language)
    text = " ".join(make_notice(view, language="en").to_text().split())
    assert "It bills €2,400.00 for the regular service and €7,200.00 for the difference, plus €2,016.00 tax." in text


def test_where_there_is_no_next_invoice_the_client_is_asked_whether_a_separate_one_suits() -> None:
    view = view_of(half_rate_case(coming=()), replace(ON_8_SEPTEMBER, has_next_invoice=False))
    (only,) = view.choices
    assert only.how == "separate_invoice"
    assert only.regular is None
    text = " ".join(make_notice(view, language="en").to_text().split())
    assert "There is no further regular invoice under this agreement" in text
    assert "Does this suit you? Please let us know by 8 September 2026." in text
    assert "A or B" not in text


def test_a_next_invoice_that_is_not_known_in_full_is_not_given_a_total() -> None:
    message = refusal(half_rate_case(unknown_charges=("Usage",)))
    assert "Found 'Usage'. State the whole invoice with --next-invoice DATE=AMOUNT, excl. tax." in message


def test_a_next_invoice_of_the_past_is_no_choice() -> None:
    later = replace(ON_8_SEPTEMBER, separate_on=date(2026, 10, 8))
    message = refusal(story_case(), later, issue_date=date(2026, 10, 1), reply_by=date(2026, 10, 8))
    assert "next invoice: The next regular invoice is dated before the notice. Found '2026-09-30'." in message


def test_the_days_are_in_their_order() -> None:
    message = refusal(story_case(), replace(ON_8_SEPTEMBER, separate_on=date(2026, 9, 3)), reply_by=date(2026, 9, 2))
    assert message == (
        "There is no notice (2 problems):\n"
        "  --reply-by: The client is to reply before the notice of 2026-09-04. Found '2026-09-02'. Give a later day.\n"
        "  --separate-on: The separate invoice is dated before the notice of 2026-09-04 that explains it."
        " Found '2026-09-03'. Give a later day."
    )


@pytest.mark.parametrize("reply_by", [date(2026, 9, 30), date(2026, 10, 2)])
def test_nobody_may_answer_when_the_next_invoice_has_gone_out(reply_by: date) -> None:
    """The next invoice is that of 30 September; the day before is the last to answer by."""
    message = refusal(story_case(), reply_by=reply_by)
    assert message == (
        "There is no notice (1 problem):\n"
        "  --reply-by: The client may still answer when the next regular invoice, one of the two ways, has gone out"
        f" already. Found '{reply_by}'. Give a day before 2026-09-30, or state the regular invoice after that one with"
        " --next-invoice DATE=AMOUNT, excl. tax."
    )
    assert view_of(story_case(), reply_by=date(2026, 9, 29)).reply_by == date(2026, 9, 29)
    october = NextInvoice(issue_date=date(2026, 10, 31), excl_tax_minor=240000)
    stated = view_of(story_case(), replace(ON_8_SEPTEMBER, next_invoice=october), reply_by=reply_by)
    assert stated.choices[0].invoice.issue_date == date(2026, 10, 31)
    separate = view_of(story_case(), replace(ON_8_SEPTEMBER, has_next_invoice=False), reply_by=reply_by)
    assert separate.reply_by == reply_by


def test_a_notice_does_not_tell_what_was_found_or_mended_later() -> None:
    """Found and mended on 4 September, and dated the day before; dated that day it is made."""
    message = refusal(story_case(), issue_date=date(2026, 9, 3))
    assert message == (
        "There is no notice (2 problems):\n"
        "  --issue-date: The notice says that the mistake was found on 2026-09-04, and would be dated before that day."
        " Found '2026-09-03'. Give a later day.\n"
        "  --issue-date: The notice says that the mistake was mended on 2026-09-04, and would be dated before that day."
        " Found '2026-09-03'. Give a later day."
    )


def test_nobody_is_asked_for_a_talk_before_the_notice() -> None:
    before = replace(CONTACT, meeting_on=date(2026, 9, 3))
    with pytest.raises(NoticeRefusedError) as caught:
        notice_view(
            story_case(), choices_of(story_case(), ON_8_SEPTEMBER), contact=before,
            issue_date=date(2026, 9, 4), reply_by=date(2026, 9, 8),
        )  # fmt: skip
    assert (
        "--meeting: The talk would be before the notice of 2026-09-04 that asks for it. Found '2026-09-03'. "
        "Give a later day." in str(caught.value)
    )


def test_a_period_that_was_waived_in_part_cannot_be_shown() -> None:
    case = half_rate_case()
    row = case.arrears.periods[0].row
    waived = replace(case, events=(*case.events, Waived(on=date(2026, 9, 4), rows=((row, 60000),), reason="x")))
    message = refusal(waived)
    assert "2026-03: Only a part of this period can be asked for" in message
    assert "Found '600.00 of 1,200.00'." in message


def test_nothing_is_asked_where_nothing_is_left() -> None:
    case = half_rate_case()
    rows = tuple((period.row, 120000) for period in case.arrears.periods)
    waived = replace(case, events=(*case.events, Waived(on=date(2026, 9, 4), rows=rows, reason="x")))
    assert "There is nothing to ask the client for." in refusal(waived)


def test_tax_and_terms_of_payment_are_stated_or_asked_for() -> None:
    periods = [make_period("2026-03", 240_000, 120_000, document="I3", tax=None)]
    case = half_rate_case(periods=periods, agreements=(make_agreement(payment_terms=None),))
    message = refusal(case)
    assert "2026-03: Nobody stated the tax percent of a period, and it is not taken for zero." in message
    assert "invoice of 2026-09-08: No contract says when an invoice is to be paid" in message
    assert "invoice of 2026-09-30: No contract says when an invoice is to be paid" in message
    stated = replace(ON_8_SEPTEMBER, tax_percent=Decimal(0), payment_time=timedelta(14))
    view = view_of(case, stated)
    assert view.totals.incl_tax_minor == 120000
    assert view.choices[1].invoice.due_date == date(2026, 9, 22)


def test_where_a_clause_takes_a_part_on_the_later_day_the_two_ways_are_not_the_same() -> None:
    """120 days from the end of service: May may be invoiced until 28 September, two days before the next invoice."""
    clause = LateInvoiceCutoff(days=120)
    periods = [
        make_period("2026-05", 240_000, 120_000, document="I5", last_invoice_day=date(2026, 9, 28)),
        make_period("2026-06", 240_000, 120_000, document="I6", last_invoice_day=date(2026, 10, 28)),
    ]
    case = half_rate_case(periods=periods, agreements=(make_agreement(late_invoice_cutoff=clause),))
    message = refusal(case)
    assert "2026-09-30: The two ways would not bill the same amount" in message
    assert "--no-next-invoice" in message
    assert view_of(case, replace(ON_8_SEPTEMBER, has_next_invoice=False)).totals.excl_tax_minor == 240000


def test_a_period_that_a_clause_took_whole_is_not_in_the_notice() -> None:
    clause = LateInvoiceCutoff(days=120)
    periods = [
        make_period("2026-03", 240_000, 120_000, document="I3", last_invoice_day=date(2026, 7, 29)),
        make_period("2026-08", 240_000, 120_000, document="I8", last_invoice_day=date(2026, 12, 29)),
    ]
    view = view_of(half_rate_case(periods=periods, agreements=(make_agreement(late_invoice_cutoff=clause),)))
    assert [period.first_day for period in view.periods] == [date(2026, 8, 1)]
    assert view.totals.excl_tax_minor == 120000


def test_the_cause_is_shown_as_it_was_stated_or_in_the_words_given_for_this_client() -> None:
    assert (
        view_of(story_case()).cause
        == "When we copied your invoice template in March, a quantity of 0.5 was left in it."
    )
    assert view_of(story_case(), cause=" Ein Fehler. ").cause == "Ein Fehler."


def test_words_of_the_user_that_sound_like_blame_are_warned_of_and_shown() -> None:
    notice = make_notice(view_of(story_case(), cause="You should have noticed it immediately"), language="en")
    assert "You should have noticed it immediately." in " ".join(notice.to_text().split())
    assert [warning.split(":")[0] for warning in notice.warnings] == [
        "In the cause, 'You should have' sounds like blame to the client",
        "In the cause, 'immediate' sounds like threat to the client",
    ]


def only_march(**changes: Any) -> Case:
    """March was billed at half; since April every month is right."""
    later = [make_period(f"2026-{month:02}", 240_000, 240_000, document=f"INV-{month}") for month in range(4, 9)]
    wanted = {
        "periods": [make_period("2026-03", 240_000, 120_000, document="INV-3")],
        "right": tuple(later),
        "still_leaks": False,
    }
    return half_rate_case(**(wanted | changes))


@pytest.mark.parametrize(
    ("language", "found", "wrong"),
    [
        ("en", "; we have billed the agreed amount again since April 2026.", ("before your next invoice", "From Sept")),
        (
            "nl",
            "; sinds april 2026 factureren wij weer het afgesproken bedrag.",
            ("herstellen het", "Vanaf de factuur"),
        ),
        ("de", "; seit April 2026 berechnen wir wieder den vereinbarten Betrag.", ("beheben es", "Ab der Rechnung")),
        ("fr", "; nous facturons de nouveau le montant convenu depuis avril 2026.", ("corrigeons", "À partir de la")),
    ],
)
def test_what_is_right_already_is_not_said_to_be_put_right_later(
    language: Language, found: str, wrong: tuple[str, ...]
) -> None:
    notice = make_notice(view_of(only_march()), language=language)
    text = " ".join(notice.to_text().replace("\N{NO-BREAK SPACE}", " ").split()).replace(" ;", ";")
    assert found in text
    assert [each for each in wrong if each in text] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"still_leaks": True},
        {"right": ()},
        {"right": (make_period("2026-02", 240_000, 240_000, document="INV-2"),)},
        {"overbilled": (make_period("2026-08", 240_000, 250_000, document="INV-8"),)},
        {
            "periods": [
                make_period("2026-03", 240_000, 120_000, document="INV-3"),
                make_period("2026-03", 10_000, 0, charges=("Hosting",)),
            ]
        },
    ],
)
def test_it_is_right_only_where_every_charge_was_billed_right_since(changes: dict[str, Any]) -> None:
    changes = {"overbilled": (), **changes}
    if changes["overbilled"]:
        changes["right"] = (make_period("2026-04", 240_000, 240_000, document="INV-4"),)
    assert view_of(only_march(**changes)).right_again is None


def test_the_later_of_two_charges_decides_since_when_it_is_right() -> None:
    """The retainer is right since April, hosting since June."""
    case = only_march()
    periods = [*case.arrears.periods, make_period("2026-05", 10_000, 0, charges=("Hosting",))]
    right = (*case.arrears.right, make_period("2026-06", 10_000, 10_000, document="H-6", charges=("Hosting",)))
    span = view_of(only_march(periods=periods, right=right)).right_again
    assert span == ClientSpan(first_day=date(2026, 6, 1), last_day=date(2026, 6, 30))
