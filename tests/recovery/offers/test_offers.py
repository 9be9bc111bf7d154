from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.terms import LateInvoiceCutoff, PaymentTerms
from billcheck.errors import UsageError
from billcheck.period import Cadence
from billcheck.recovery.arrears import AgreedCharge
from billcheck.recovery.claims import claimed_periods, row_claims
from billcheck.recovery.documents import draft_documents
from billcheck.recovery.events import Briefed, Invoiced, Noticed, Waived, WalkAway
from billcheck.recovery.ladder import compare_offers, preset_offers
from billcheck.recovery.offers import (
    default_count,
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_all,
    waive_part,
)
from tests.recovery.offers.stories import AS_OF, agreement, case_of, row, story

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.recovery.case import Case

FIRST = date(2026, 10, 31)


def amounts(case: Case, **how: object) -> list[int]:
    offer = instalment_offer(case, first=FIRST, **how)  # type: ignore[arg-type]
    return [payment.amount_minor for payment in offer.payments]


def half_percents() -> Case:
    """Two months at 19 % and four at 16 %: 456.00 + 768.00 = 1,224.00, neither 1,368.00 nor 1,152.00."""
    return case_of([row(number, 120_000, "19" if number < 5 else "16") for number in range(3, 9)])


def test_tax_is_that_of_each_period() -> None:
    offer = separate_invoice_offer(half_percents())
    assert (offer.excl_tax_minor, offer.tax_minor, offer.incl_tax_minor) == (720_000, 122_400, 842_400)


def test_an_invoice_for_each_bears_the_percent_of_its_periods() -> None:
    offer = instalment_offer(half_percents(), first=FIRST, count=3, mode="invoice_each")
    # 2 x 1,200.00 at 19 % = 456.00; then at 16 % = 384.00 each.
    assert [(invoice.excl_tax_minor, invoice.tax_minor) for invoice in offer.invoices] == [
        (240_000, 45_600), (240_000, 38_400), (240_000, 38_400),
    ]  # fmt: skip
    # 4 x 1,800.00: 1,800 at 19 % = 342; 600 at 19 % + 1,200 at 16 % = 114 + 192; 1,800 at 16 % = 288 twice.
    quarters = instalment_offer(half_percents(), first=FIRST, count=4, mode="invoice_each")
    assert [invoice.tax_minor for invoice in quarters.invoices] == [34_200, 30_600, 28_800, 28_800]


def test_a_waiver_takes_tax_at_each_percent() -> None:
    # 25 % of 7,200.00, 300.00 of every month: 2 x 900.00 at 19 % = 342.00, 4 x 900.00 at 16 % = 576.00.
    offer = waive_part(half_percents(), percent=Decimal(25))
    assert (offer.excl_tax_minor, offer.tax_minor) == (540_000, 34_200 + 57_600)
    # Only the last three months: 3,600.00 at 16 %.
    assert waive_part(half_percents(), oldest=3).tax_minor == 57_600


def test_yen_have_no_cents_and_the_modes_may_differ() -> None:
    # 999 at 10 % is 99.9: 100. Three invoices of 333: 33.3 each, 33.
    case = case_of([row(number, 333, "10") for number in (1, 2, 3)], currency="JPY")
    assert amounts(case, count=3) == [367, 366, 366]
    each = instalment_offer(case, first=FIRST, count=3, mode="invoice_each")
    assert [(invoice.excl_tax_minor, invoice.tax_minor) for invoice in each.invoices] == [(333, 33)] * 3
    assert (separate_invoice_offer(case).incl_tax_minor, each.incl_tax_minor) == (1_099, 1_098)


def test_dinars_have_three_decimals() -> None:
    # 10.001 without tax in 3: 3.334, 3.334, 3.333. Half of it is 5.0005: 5.001, rounded once.
    case = case_of([row(1, 10_001, "0")], currency="KWD")
    assert amounts(case, count=3) == [3_334, 3_334, 3_333]
    assert waive_part(case, percent=Decimal(50)).waived == (("C-117-01", 5_001),)
    assert waive_part(case, percent=Decimal(50)).name == "waive_50_percent"
    assert waive_part(case, amount_minor=1_250).name == "waive_1.250"


def test_shares_of_a_waiver_go_by_largest_remainder() -> None:
    # 10 % of 10.00 is 1.00: of 3.33, 3.33, 3.34 that is 0.333, 0.333, 0.334; the cent left goes to the largest rest.
    case = case_of([row(1, 333), row(2, 333), row(3, 334)])
    assert waive_part(case, percent=Decimal(10)).waived == (("C-117-01", 33), ("C-117-02", 33), ("C-117-03", 34))
    assert waive_part(case, percent=Decimal("12.5")).name == "waive_12.5_percent"


def test_a_row_too_small_for_a_share_is_not_named() -> None:
    case = case_of([row(1, 1), row(2, 9_999)])
    assert waive_part(case, percent=Decimal(10)).waived == (("C-117-02", 1_000),)


def test_one_cent() -> None:
    case = case_of([row(1, 1)], coming=[row(2, 240_000)])
    assert separate_invoice_offer(case).incl_tax_minor == 1
    assert amounts(case) == [1]
    names = [offer.name for offer in preset_offers(case, first=FIRST)]
    assert names == ["separate_invoice", "next_invoice", "instalments_1", "waive_all"]


def test_the_next_invoice_rounds_tax_with_its_regular_lines() -> None:
    # 0.02 at 21 % alone is 0.0042: 0.00. Beside 0.07 (0.0147: 0.01) it is 0.0189: 0.02, so 0.01 more.
    case = case_of([row(1, 2)], coming=[row(2, 7)])
    assert separate_invoice_offer(case).tax_minor == 0
    assert next_invoice_offer(case).tax_minor == 1


def test_a_period_without_a_tax_percent_is_marked() -> None:
    case = case_of([row(1, 10_000, None), row(2, 10_000)])
    offer = separate_invoice_offer(case)
    assert (offer.excl_tax_minor, offer.tax_minor) == (20_000, 2_100)
    offers = [offer, waive_part(case, oldest=1)]
    assert [rung.has_unknown_tax for rung in compare_offers(case, offers)] == [True, False]


def test_rows_of_the_same_days_and_changes_inside_them_are_one_period() -> None:
    seats = replace(row(3, 500), row="seats", charges=("Seats",))
    change = replace(row(3, 250), row="change", is_change=True, first_day=date(2026, 3, 16))
    case = case_of([row(3, 1_000), seats, change, row(4, 1_000)])
    assert default_count(case) == 2
    groups = claimed_periods(row_claims(case))
    assert [[claim.period.row for claim in group] for group in groups] == [
        ["C-117-03", "seats", "change"],
        ["C-117-04"],
    ]
    assert waive_part(case, oldest=1).waived == (("C-117-03", 1_000), ("seats", 500), ("change", 250))


def test_a_change_without_its_regular_row_is_a_period() -> None:
    change = replace(row(3, 250), is_change=True, first_day=date(2026, 3, 16))
    assert default_count(case_of([change, row(4, 1_000)])) == 2


def test_what_was_settled_before_is_not_claimed_again() -> None:
    events = [
        Invoiced(
            on=AS_OF, draft="", number="INV-31", rows=(("C-117-03", 120_000), ("C-117-04", 50_000)), incl_tax_minor=0
        ),
        Waived(on=AS_OF, rows=(("C-117-04", 20_000), ("C-117-05", 120_000)), reason="goodwill"),
    ]
    offer = separate_invoice_offer(story(events))
    assert offer.claims == (("C-117-04", 50_000), *((f"C-117-{number:02}", 120_000) for number in (6, 7, 8)))
    (rung,) = compare_offers(story(events), [offer], floor_minor=580_000)
    assert (rung.settled_minor, rung.is_walk_away, str(rung.percent_recovered)) == (580_000, False, "100.00")


def test_what_a_credit_note_made_waits_for_a_decision() -> None:
    case = case_of([row(1, 1_000, credited=400), row(2, 1_000, credited=1_000)])
    assert separate_invoice_offer(case).claims == (("C-117-01", 600),)
    assert [claim.credited_minor for claim in row_claims(case)] == [400, 1_000]


def cut_off(clause: LateInvoiceCutoff, *events: Noticed) -> Case:
    """The story under a clause that counts from the end of the service."""
    case = story(events)
    periods = [replace(each, last_invoice_day=clause.last_day_after(each.last_day)) for each in case.arrears.periods]
    return case_of(periods, agreements=[agreement(late_invoice_cutoff=clause)], events=events)


@pytest.mark.parametrize(("days", "claimed"), [(120, 480_000), (180, 720_000), (90, 360_000)])
def test_a_clause_on_late_invoices_takes_the_oldest_periods(days: int, claimed: int) -> None:
    # On 4 September: 31 March and 30 April are more than 120 days back, so are 31 May (96 days) and they than 90.
    case = cut_off(LateInvoiceCutoff(days=days))
    offer = separate_invoice_offer(case)
    assert offer.excl_tax_minor == claimed
    assert offer.waived == ()
    assert sum(claim.cut_off_minor for claim in row_claims(case)) == 720_000 - claimed


def test_a_clause_counts_to_the_day_of_the_claim() -> None:
    case = cut_off(LateInvoiceCutoff(days=120))  # May: 31 May + 120 days = 28 September
    assert separate_invoice_offer(case, on=date(2026, 9, 28)).excl_tax_minor == 480_000
    assert separate_invoice_offer(case, on=date(2026, 9, 29)).excl_tax_minor == 360_000


def test_a_clause_counts_to_the_day_of_the_next_invoice() -> None:
    # May can be invoiced until 28 September; the next invoice is of 30 September, so it bears June to August.
    case = cut_off(LateInvoiceCutoff(days=120))
    due = replace(case.arrears, coming=(row(9, 240_000, status="not_due"),))
    case = replace(case, events=(replace(case.opened, arrears=due),))
    offer = next_invoice_offer(case)
    assert [name for name, _ in offer.claims] == ["C-117-06", "C-117-07", "C-117-08"]
    assert [each.incl_tax_minor for each in draft_documents(case, offer, without_contact="asked for")] == [
        435_600 + 290_400
    ]
    # 20 days: nothing of August is left on 30 September, but it is on 4 September.
    case = cut_off(LateInvoiceCutoff(days=20))
    case = replace(case, events=(replace(case.opened, arrears=replace(case.arrears, coming=due.coming)),))
    assert [each.name for each in preset_offers(case, first=FIRST)][:2] == ["separate_invoice", "instalments_1"]


def test_every_invoice_of_a_plan_is_in_time_for_what_it_bills() -> None:
    # 180 days: March until 27 September, April until 27 October, ... Invoices due on 15 October and 15 November are of
    # 15 September and 16 October: in time for March to May, and for June to August.
    case = cut_off(LateInvoiceCutoff(days=180))
    plan = instalment_offer(case, first=date(2026, 10, 15), count=2, mode="invoice_each")
    documents = draft_documents(case, plan, issue_date=AS_OF, without_contact="asked for")
    assert [(str(each.issue_date), each.excl_tax_minor) for each in documents] == [
        ("2026-09-15", 360_000), ("2026-10-16", 360_000),
    ]  # fmt: skip


def test_a_clause_may_take_a_part_and_a_notice_may_stop_it() -> None:
    assert [
        claim.cut_off_minor
        for claim in row_claims(cut_off(LateInvoiceCutoff(days=120, effect="discount", percent=Decimal(10))))
    ] == [12_000, 12_000, 0, 0, 0, 0]
    notice = Noticed(on=date(2026, 8, 20), language="en", excl_tax_minor=0, incl_tax_minor=0, reply_by=AS_OF, digest="")
    stopped = cut_off(LateInvoiceCutoff(days=120, notice_extends=True), notice)  # in time for April, late for March
    assert [claim.cut_off_minor for claim in row_claims(stopped)] == [120_000, 0, 0, 0, 0, 0]


def test_instalments_with_each_regular_invoice() -> None:
    """Invoices of the last day of each month, 30 days to pay."""
    offer = instalment_offer(story(), first=date(2026, 10, 1), every="regular", count=6)
    assert [str(payment.due_date) for payment in offer.payments] == [
        "2026-10-30", "2026-11-30", "2026-12-30", "2027-01-30", "2027-03-02", "2027-03-30",
    ]  # fmt: skip
    later = instalment_offer(story(), first=FIRST, every="regular", count=1)
    assert [str(payment.due_date) for payment in later.payments] == ["2026-11-30"]


@pytest.mark.parametrize(
    ("every", "first_day", "last_day", "due_on", "days"),
    [
        (Cadence("quarter"), "2026-10-01", "2026-12-31", "2026-10-01", ["2026-10-01", "2027-01-01", "2027-04-01"]),
        (Cadence("quarter"), "2026-07-01", "2026-09-30", "2026-10-01", ["2026-10-01", "2027-01-01", "2027-04-01"]),
        (Cadence("week", 4), "2026-10-08", "2026-11-04", "2026-10-08", ["2026-10-08", "2026-11-05", "2026-12-03"]),
        (Cadence("month"), "2026-10-01", "2026-10-31", "2026-10-15", ["2026-10-15", "2026-11-15", "2026-12-15"]),
        (Cadence("week"), "2026-10-01", "2026-10-07", "2026-10-03", ["2026-10-03", "2026-10-10", "2026-10-17"]),
    ],
)  # fmt: skip
def test_days_of_regular_invoices(every: Cadence, first_day: str, last_day: str, due_on: str, days: list[str]) -> None:
    coming = replace(
        row(9, 240_000),
        first_day=date.fromisoformat(first_day),
        last_day=date.fromisoformat(last_day),
        due_on=date.fromisoformat(due_on),
    )
    terms = agreement(charges=(AgreedCharge(name="Retainer", every=every),), payment_terms=None)
    case = case_of([row(3, 300)], coming=[coming], agreements=[terms])
    offer = instalment_offer(case, first=date(2026, 9, 1), every="regular", count=3)
    assert [str(payment.due_date) for payment in offer.payments] == days


def test_regular_invoices_of_a_contract_that_began_on_a_thirty_first() -> None:
    start = date(2026, 1, 31)
    coming = row(14, 240_000, start=start)  # 28 February to 30 March 2027
    coming = replace(coming, due_on=coming.first_day)
    terms = agreement(start=start, payment_terms=None)
    case = case_of([row(3, 300, start=start)], coming=[coming], agreements=[terms])
    offer = instalment_offer(case, first=date(2026, 9, 1), every="regular", count=3)
    assert [str(payment.due_date) for payment in offer.payments] == ["2027-02-28", "2027-03-31", "2027-04-30"]


def test_the_charge_billed_most_often_sets_the_days() -> None:
    yearly = replace(row(1, 900), row="licence", charges=("Licence",), due_on=date(2026, 9, 30))
    charges = (
        AgreedCharge(name="Licence", every=Cadence("year")),
        AgreedCharge(name="Retainer", every=Cadence("month")),
    )
    terms = agreement(charges=charges, payment_terms=None)
    case = case_of([row(3, 300)], coming=[yearly, row(9, 240_000)], agreements=[terms])
    offer = instalment_offer(case, first=date(2026, 9, 1), every="regular", count=2)
    assert [str(payment.due_date) for payment in offer.payments] == ["2026-09-30", "2026-10-31"]


def test_a_first_amount_and_a_cap_on_the_rest() -> None:
    # 8,712.00 - 2,712.00 = 6,000.00, at most 1,500.00 each: four.
    assert amounts(story(), first_amount_minor=271_200, cap_minor=150_000) == [271_200, *[150_000] * 4]


def test_a_first_invoice_of_its_own_comes_to_the_first_amount() -> None:
    # 1,652.89 + 347.11 (347.1069) = 2,000.00.
    offer = instalment_offer(story(), first=FIRST, count=3, first_amount_minor=200_000, mode="invoice_each")
    assert offer.invoices[0].excl_tax_minor == 165_289
    assert offer.payments[0].amount_minor == 200_000
    assert sum(invoice.excl_tax_minor for invoice in offer.invoices) == 720_000


def test_contracts_of_different_terms_give_the_longest() -> None:
    agreements = [agreement("A", payment_terms=PaymentTerms(14)), agreement("B", payment_terms=PaymentTerms(60))]
    case = case_of([row(1, 100, contract="A"), row(1, 100, contract="B")], agreements=agreements)
    (rung,) = compare_offers(case, [separate_invoice_offer(case)])
    assert rung.last_day == AS_OF + timedelta(days=60)
    (rung,) = compare_offers(case, [waive_part(case, periods=["B-01"])])
    assert rung.last_day == AS_OF + timedelta(days=14)


def test_the_floor_of_the_case_is_the_one_decided_last() -> None:
    def briefed(floor: int) -> Briefed:
        return Briefed(on=AS_OF, walk_away=WalkAway(floor_excl_tax_minor=floor, decided_on=AS_OF, decided_by="Owner"))

    case = story([briefed(700_000), briefed(540_000), Briefed(on=AS_OF)])
    offers = [waive_part(case, percent=Decimal(percent)) for percent in (25, 26)]
    assert [rung.is_walk_away for rung in compare_offers(case, offers)] == [False, True]
    assert [rung.is_walk_away for rung in compare_offers(case, offers, floor_minor=0)] == [False, False]


def test_an_offer_of_ones_own_stands_on_the_ladder() -> None:
    waiver = waive_part(story(), amount_minor=100_000)
    names = [offer.name for offer in preset_offers(story(), first=FIRST, waiver=waiver)]
    assert {"waive_1000.00", "waive_1000.00_instalments_6"} <= set(names)


def in_full() -> Case:
    rows = tuple((f"C-117-{number:02}", 120_000) for number in range(3, 9))
    return story([Waived(on=AS_OF, rows=rows, reason="goodwill")])


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "nothing_left": (
        lambda: separate_invoice_offer(in_full()),
        ("case-1: Nothing of this case can be claimed. Everything was invoiced, waived, cut off by a clause, or waits "
        "for a decision about a credit note."),
    ),
    "nothing_left_to_waive": (
        lambda: waive_all(in_full()),
        ("case-1: Nothing of this case can be claimed. Everything was invoiced, waived, cut off by a clause, or waits "
        "for a decision about a credit note."),
    ),
    "no_next_invoice": (
        lambda: next_invoice_offer(case_of([row(1, 100)])),
        ("next_invoice: No next regular invoice is known that could bear the arrears. "
        "Offer a separate invoice, or instalments."),
    ),
    "count_and_cap": (
        lambda: instalment_offer(story(), first=FIRST, count=3, cap_minor=100_000),
        ("count, cap, cap_percent: The size of the instalments was said more than once. "
        "Give a count, a cap, or a cap as a percent of the normal invoice."),
    ),
    "cap_too_small": (
        lambda: instalment_offer(story(), first=FIRST, cap_minor=36_299),
        ("cap: Not even the most instalments that are allowed keep below the cap. Found '362.99'. "
        "Give at least 363.00 EUR, incl. tax, for a count of 24."),
    ),
    "percent_of_no_invoice": (
        lambda: instalment_offer(case_of([row(1, 100)]), first=FIRST, cap_percent=Decimal(25)),
        ("cap_percent: A share of the normal invoice says nothing where no regular invoice is known to come. "
        "Found '25'. Give the cap as an amount."),
    ),
    "more_instalments_than_cents": (
        lambda: instalment_offer(case_of([row(1, 1)]), first=FIRST, count=6),
        "count: There are more instalments than smallest units of money to pay. Found '6'. Take at most 1.",
    ),
    "no_regular_invoice": (
        lambda: instalment_offer(case_of([row(1, 100)]), first=FIRST, every="regular"),
        ("every: No regular invoices are known to come, so instalments cannot go with them. Found 'regular'. "
        "Take every week, two weeks, month or quarter."),
    ),
    "contract_ends_first": (
        lambda: instalment_offer(story(), first=FIRST, every="regular", count=16),
        ("count: The contract ends before so many regular invoices. Found '16'. "
        "Take at most 15 instalments, or every month."),
    ),
    "first_amount_of_all": (
        lambda: instalment_offer(story(), first=FIRST, first_amount_minor=871_200, mode="invoice_each"),
        ("first_amount: The first amount leaves nothing to pay later, or is nothing itself. Found '8712.00'. "
        "Give more than nothing and less than all."),
    ),
    "no_such_first_invoice": (
        lambda: instalment_offer(case_of([row(1, 1_000)]), first=FIRST, first_amount_minor=3, mode="invoice_each"),
        ("first_amount: No invoice comes to exactly this amount once its tax is rounded. Found '0.03'. "
        "Give 0.02 or 0.04, incl. tax."),
    ),
    # 95 days: June until 3 October, July until 3 November, August until 4 December. Due on 3 November, December and
    # January, the invoices are of 4 October, 3 November and 4 December.
    "invoice_too_late_for_its_period": (
        lambda: instalment_offer(
            cut_off(LateInvoiceCutoff(days=95)), first=date(2026, 11, 3), count=3, mode="invoice_each"
        ),
        (
            "invoice_each: A clause on late invoices takes this period before an invoice of the plan bills it. "
            "Found '2026-06'. It may be invoiced until 2026-10-03, its invoice is of 2026-10-04: "
            "take one invoice with a schedule."
        ),
    ),
    "waiver_said_twice": (
        lambda: waive_part(story(), percent=Decimal(10), oldest=1),
        "waive: What is given up was said more than once, or not at all. Give a percent, an amount, or periods.",
    ),
    "no_waiver": (
        lambda: waive_part(story()),
        "waive: What is given up was said more than once, or not at all. Give a percent, an amount, or periods.",
    ),
    "all_by_percent": (
        lambda: waive_part(story(), percent=Decimal(100)),
        ("waive: This gives up nothing, or all there is. "
        "Give up something, and less than 7200.00 EUR, excl. tax; or waive all."),
    ),
    "nothing_by_percent": (
        lambda: waive_part(case_of([row(1, 1)]), percent=Decimal(25)),
        ("waive: This gives up nothing, or all there is. "
        "Give up something, and less than 0.01 EUR, excl. tax; or waive all."),
    ),
    "less_than_nothing": (
        lambda: waive_part(story(), amount_minor=-1),
        ("waive: This gives up nothing, or all there is. "
        "Give up something, and less than 7200.00 EUR, excl. tax; or waive all."),
    ),
    "all_periods": (
        lambda: waive_part(story(), newest=6),
        ("waive: This gives up nothing, or all there is. "
        "Give up something, and less than 7200.00 EUR, excl. tax; or waive all."),
    ),
    "no_such_period": (
        lambda: waive_part(case_of([row(3, 100), row(4, 100)]), periods=["2026-05"]),
        "waive: The case claims no such period. Found '2026-05'. It claims 2026-03, 2026-04.",
    ),
    "waiver_of_another_day": (
        lambda: separate_invoice_offer(case_of([row(3, 100)]), waiver=waive_part(story(), percent=Decimal(10))),
        ("waive_10_percent: This waiver gives up more than can be claimed, or all of it. "
        "Work it out from this case, as it stands on that day."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_offered_is_refused(name: str) -> None:
    attempt, message = REFUSED[name]
    with pytest.raises(UsageError) as refused:
        attempt()
    assert [str(problem) for problem in refused.value.problems] == [message]
