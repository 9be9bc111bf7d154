"""Why periods differ, by cause over all contracts, and whether it goes on; every figure worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.causes import NextInvoice, RunningCause
from billcheck.check import check
from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, ChargeMatching, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.usage import Metering, UsageRow
from billcheck.decisions.rules import Decision
from billcheck.engine.cause_sums import CauseSums
from billcheck.engine.diff import JudgedRow
from billcheck.engine.invariants import check_causes
from billcheck.engine.keys import make_directory
from billcheck.engine.leaks import NOTE_OPEN, NOTE_UNEXPLAINED, NOTE_UNKNOWN, Leaks, Reason
from billcheck.errors import InternalError
from billcheck.findings import Status, Totals
from billcheck.ledger.source import Ledger
from billcheck.period import ONE_DAY, Cadence, add_months
from billcheck.pricing.schedule import make_schedule
from tests.engine.agreements import START, contract, flat, line, month_ends, one_off

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.causes import CauseGroup
    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

AS_OF = date(2026, 9, 4)


def checked(contracts: Sequence[Contract], lines: Sequence[Line], as_of: date = AS_OF, **options: Any) -> Report:
    return check(contracts, Ledger.from_lines(lines), as_of=as_of, covers=(date(2025, 1, 1), as_of), **options)


def said(group: CauseGroup) -> tuple[str, str, str, int, str, str, int, str]:
    """Code, total, amount, periods, first and last day, contracts in which it goes on, and the amount a month."""
    return (
        group.code, group.part_of, str(group.amount), group.rows, str(group.first_day), str(group.last_day),
        group.running, str(group.monthly),
    )  # fmt: skip


def waived(first_day: str) -> Decision:
    """What was short of one month at half is given up."""
    first = date.fromisoformat(first_day)
    return Decision(
        verb="waive", kind="underbilled", contract="C-117", charge="Retainer", first_day=first,
        last_day=add_months(first, 1, 1) - ONE_DAY, amount_minor=120_000, currency="EUR", reason="Given up.",
    )  # fmt: skip


def only_running(report: Report) -> RunningCause:
    (running,) = (entry for item in report.contracts for entry in item.running)
    return running


def nothing_goes_on(report: Report) -> bool:
    figures = [total.amounts() for total in report.totals]
    names = ("monthly_leak", "monthly_overbilled", "next_shortfall", "next_overbilled")
    sums = {amounts[name] for amounts in figures for name in names}
    return sums == {0} and not any(item.running for item in report.contracts)


def test_the_story_goes_on_at_half_of_september() -> None:
    report = checked([contract()], [*month_ends(2), *month_ends(6, "1200.00", first=3)])
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "7200.00", 6, "2026-03-01", "2026-08-31", 1, "1200.00")
    ]
    assert only_running(report) == RunningCause(
        code="half_rate",
        sentence="billed at half the agreed amount",
        part_of="arrears",
        charges=("Retainer",),
        since=date(2026, 3, 1),
        currency="EUR",
        monthly_minor=120_000,
        next_invoice=NextInvoice(
            date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 30), "EUR", 240_000, 120_000, is_awaited=False
        ),
    )
    total = report.totals[0]
    assert (total.monthly_leak, total.next_shortfall) == (120_000, 120_000)
    assert (total.monthly_overbilled, total.next_overbilled) == (0, 0)


def test_decimals_of_what_goes_on() -> None:
    running = only_running(checked([contract()], [*month_ends(2), *month_ends(6, "1200.00", first=3)]))
    assert (running.monthly, running.next_invoice.expected) == (Decimal("1200.00"), Decimal("2400.00"))
    assert (running.next_invoice.projected, running.next_invoice.shortfall) == (Decimal("1200.00"), Decimal("1200.00"))


def test_what_was_put_right_stops() -> None:
    report = checked([contract()], [*month_ends(5, "1200.00"), *month_ends(3, first=6)])
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "6000.00", 5, "2026-01-01", "2026-05-31", 0, "0.00")
    ]
    assert not report.causes[0].is_running
    assert nothing_goes_on(report)


def test_a_charge_that_has_ended_does_not_go_on() -> None:
    ended = flat(end=date(2026, 9, 1))
    report = checked([contract(ended, end=date(2026, 9, 1))], month_ends(8, "1200.00"))
    assert [group.code for group in report.causes] == ["half_rate"]
    assert nothing_goes_on(report)


def test_an_awaited_period_is_the_next_invoice() -> None:
    # August was due four days ago and is awaited: it comes before September.
    report = checked([contract()], month_ends(7, "1200.00"))
    coming = only_running(report).next_invoice
    assert (coming.due_on, coming.is_awaited, coming.projected_minor) == (date(2026, 8, 31), True, 120_000)


def test_free_months_to_come_are_not_the_next_invoice() -> None:
    free = flat(discounts=(Discount(percent=Decimal(100), start=date(2026, 9, 1), end=date(2026, 11, 1)),))
    report = checked([contract(free)], month_ends(8, "1200.00"))
    assert only_running(report).next_invoice.due_on == date(2026, 11, 30)


def test_a_free_month_inside_does_not_end_the_run() -> None:
    free = flat(discounts=(Discount(percent=Decimal(100), start=date(2026, 5, 1), end=date(2026, 6, 1)),))
    report = checked([contract(free)], [*month_ends(4, "1200.00"), *month_ends(3, "1200.00", first=6)])
    assert only_running(report).since == date(2026, 1, 1)


def test_a_period_due_today_is_awaited() -> None:
    report = checked([contract()], month_ends(7, "1200.00"), as_of=date(2026, 8, 31))
    coming = only_running(report).next_invoice
    assert (coming.due_on, coming.is_awaited) == (date(2026, 8, 31), True)


def test_what_is_awaited_before_the_latest_period_is_not_the_next_invoice() -> None:
    # With 60 days of grace July may still come; August was billed at half, and the next one is September.
    lines = [*month_ends(6, "1200.00"), line("INV-8", "2026-08-31", "1200.00", description="2026-08")]
    report = checked([contract()], lines, grace_days=60)
    assert [str(row.status) for row in report.rows][6:8] == ["awaiting", "underbilled"]
    assert only_running(report).next_invoice.due_on == date(2026, 9, 30)


def test_charges_checked_together_go_on_together() -> None:
    group = ChargeMatching(group="all")
    both = contract(flat("One", "100.00", matching=group), flat("Two", "300.00", matching=group))
    running = only_running(checked([both], month_ends(8, "200.00")))
    assert (running.charges, running.next_invoice.projected) == (("One", "Two"), Decimal("200.00"))


def test_sums_of_two_contracts_that_go_on() -> None:
    names = [("C-1", "1200.00"), ("C-2", "1200.00"), ("C-3", "4800.00"), ("C-4", "7200.00")]
    contracts = [contract(name=name, customer=name) for name, _ in names]
    lines = [
        replace(entry, customer=name, document=f"{name}-{entry.document}")
        for name, amount in names
        for entry in month_ends(8, amount)
    ]
    total = checked(contracts, lines).totals[0]
    # Short 1,200.00 twice; too much 2,400.00 and 4,800.00.
    assert (total.monthly_leak, total.next_shortfall) == (240_000, 240_000)
    assert (total.monthly_overbilled, total.next_overbilled) == (720_000, 720_000)


def test_too_much_without_a_cause_is_unexplained() -> None:
    lines = [*month_ends(6), line("INV-7", "2026-07-31", "2431.37"), line("INV-8", "2026-08-31", "2415.15")]
    report = checked([contract()], lines)
    assert list(map(said, report.causes)) == [
        ("unexplained", "overbilled", "46.52", 2, "2026-07-01", "2026-08-31", 1, "15.15")
    ]


def test_a_free_month_tells_nothing_about_how_a_charge_is_billed() -> None:
    free = flat(discounts=(Discount(percent=Decimal(100), start=date(2026, 8, 1), end=date(2026, 9, 1)),))
    report = checked([contract(free)], month_ends(7, "1200.00"))
    running = only_running(report)
    assert (running.code, running.since, running.next_invoice.due_on) == (
        "half_rate", date(2026, 1, 1), date(2026, 9, 30)
    )  # fmt: skip


def test_periods_never_invoiced_are_a_group_and_go_on_from_the_last() -> None:
    # March is missing by itself, nothing came since June; August is within its grace days.
    report = checked([contract()], [*month_ends(2), *month_ends(2, first=4)])
    assert list(map(said, report.causes)) == [
        ("missing", "arrears", "7200.00", 3, "2026-03-01", "2026-07-31", 1, "2400.00")
    ]
    running = only_running(report)
    assert (running.since, running.next_invoice.projected_minor, running.note) == (date(2026, 6, 1), 0, "")
    assert report.causes[0].sentence == "never invoiced"


def test_what_was_never_invoiced_goes_on_whatever_was_wrong_before() -> None:
    report = checked([contract()], month_ends(5, "1200.00"), as_of=date(2026, 8, 20))
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "6000.00", 5, "2026-01-01", "2026-05-31", 0, "0.00"),
        ("missing", "arrears", "4800.00", 2, "2026-06-01", "2026-07-31", 1, "2400.00"),
    ]
    assert only_running(report).code == "missing"


def test_a_missing_period_between_others_does_not_go_on() -> None:
    report = checked([contract()], [*month_ends(3), *month_ends(4, first=5)])
    assert list(map(said, report.causes)) == [
        ("missing", "arrears", "2400.00", 1, "2026-04-01", "2026-04-30", 0, "0.00")
    ]


def test_what_nothing_explains_is_a_group_without_a_projection() -> None:
    # July is 31.37 short and August 15.15: no part of 2,400.00, and no term of the charge.
    lines = [*month_ends(6), line("INV-7", "2026-07-31", "2368.63"), line("INV-8", "2026-08-31", "2384.85")]
    report = checked([contract()], lines)
    assert list(map(said, report.causes)) == [
        ("unexplained", "arrears", "46.52", 2, "2026-07-01", "2026-08-31", 1, "15.15")
    ]
    running = only_running(report)
    assert (running.note, running.since) == (NOTE_UNEXPLAINED, date(2026, 7, 1))
    assert (running.next_invoice.expected, running.next_invoice.projected) == (Decimal("2400.00"), None)
    assert running.next_invoice.shortfall is None
    total = report.totals[0]
    assert (total.monthly_leak, total.next_shortfall) == (1515, 0)


def test_an_odd_period_in_the_past_does_not_hide_what_comes() -> None:
    lines = [line("INV-1", "2026-01-31", "1911.37"), *month_ends(1, first=2), *month_ends(6, "1200.00", first=3)]
    report = checked([contract()], lines)
    assert [group.code for group in report.causes] == ["half_rate", "unexplained"]
    assert only_running(report).next_invoice.projected == Decimal("1200.00")


def test_a_decided_period_is_passed_over() -> None:
    # August was waived; July still shows half the amount.
    report = checked([contract()], month_ends(8, "1200.00"), decisions=[waived("2026-08-01")])
    assert [str(row.status) for row in report.rows][-2:] == ["decided", "not_due"]
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "8400.00", 7, "2026-01-01", "2026-07-31", 1, "1200.00")
    ]
    assert only_running(report).next_invoice.due_on == date(2026, 9, 30)


def test_too_much_and_too_little_are_never_one_group() -> None:
    # 24.00 is agreed from March instead of 30.00, and 36.00 from June; 30.00 was billed throughout.
    steps = (
        PriceStep(date(2026, 3, 1), FlatPrice(Decimal("24.00"))),
        PriceStep(date(2026, 6, 1), FlatPrice(Decimal("36.00"))),
    )
    report = checked([contract(flat(amount="30.00", price_steps=steps))], month_ends(8, "30.00"))
    found = {(group.part_of, group.code): group for group in report.causes}
    arrears = sum(group.amount for (part_of, _), group in found.items() if part_of == "arrears")
    overbilled = sum(group.amount for (part_of, _), group in found.items() if part_of == "overbilled")
    # June, July and August 6.00 short each; March, April and May 6.00 too much each.
    assert (arrears, overbilled) == (Decimal("18.00"), Decimal("18.00"))
    assert {group.rows for group in found.values()} == {3}
    assert all(group.sentence.startswith("billed at the price before 2026-03-01") for group in found.values())


def test_too_much_goes_on_apart_from_arrears() -> None:
    report = checked([contract()], [*month_ends(2), *month_ends(6, "4800.00", first=3)])
    assert list(map(said, report.causes)) == [
        ("double_rate", "overbilled", "14400.00", 6, "2026-03-01", "2026-08-31", 1, "2400.00")
    ]
    coming = only_running(report).next_invoice
    assert (coming.projected, coming.shortfall) == (Decimal("4800.00"), Decimal("-2400.00"))
    total = report.totals[0]
    assert (total.monthly_leak, total.next_shortfall) == (0, 0)
    assert (total.monthly_overbilled, total.next_overbilled) == (240_000, 240_000)


def test_a_period_billed_twice_is_a_group_that_does_not_go_on() -> None:
    report = checked([contract()], [*month_ends(8), line("INV-9", "2026-08-31")])
    assert list(map(said, report.causes)) == [
        ("duplicate", "overbilled", "2400.00", 1, "2026-08-01", "2026-08-31", 0, "0.00")
    ]
    assert nothing_goes_on(report)


def test_drafts_that_nobody_approved_are_a_group_of_their_own() -> None:
    # July stands on a draft, April on none.
    draft = line("INV-7", "2026-07-31", status="draft")
    lines = [*month_ends(3), *month_ends(2, first=5), draft]
    report = checked([contract()], lines)
    assert list(map(said, report.causes)) == [
        ("missing", "arrears", "2400.00", 1, "2026-04-01", "2026-04-30", 0, "0.00"),
        ("unapproved", "arrears", "2400.00", 1, "2026-07-01", "2026-07-31", 1, "2400.00"),
    ]
    assert [group.sentence for group in report.causes] == ["never invoiced", "drafted and never approved"]


def test_a_charge_of_which_no_period_tells_anything_does_not_go_on() -> None:
    agreed = contract(flat(start=date(2026, 8, 1)), start=date(2026, 8, 1))
    report = checked([agreed], [line("INV-1", "2026-08-31"), line("INV-2", "2026-08-31")])
    assert list(map(said, report.causes)) == [
        ("duplicate", "overbilled", "2400.00", 1, "2026-08-01", "2026-08-31", 0, "0.00")
    ]
    assert nothing_goes_on(report)


def test_a_credited_period_is_a_group_and_what_was_before_it_goes_on() -> None:
    # August was billed at half like the others, and credited: 2,400.00 of it is open.
    credit = line("CN-1", "2026-09-02", "-1200.00", kind="credit_note", credits_document="INV-8")
    report = checked([contract()], [*month_ends(8, "1200.00"), credit], as_of=date(2026, 9, 20))
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "8400.00", 7, "2026-01-01", "2026-07-31", 1, "1200.00"),
        ("credited_not_rebilled", "arrears", "2400.00", 1, "2026-08-01", "2026-08-31", 0, "0.00"),
    ]


def test_a_change_that_came_once_does_not_go_on() -> None:
    # 12 seats at 10.00 in advance, 8 from 16 April: 15/30 of 40.00 is to be taken off, due with May.
    seats = Charge(
        name="Seats",
        model="per_unit",
        start=START,
        price=UnitPrice(Decimal("10.00")),
        quantity=Decimal(12),
        every=Cadence("month"),
        timing="in_advance",
        amendments=(Amendment(on=date(2026, 4, 16), quantity=Decimal(8)),),
    )
    lines = [line(f"INV-{month}", f"2026-0{month}-01", "120.00" if month < 5 else "80.00") for month in range(1, 10)]
    report = checked([contract(seats)], lines)
    assert list(map(said, report.causes)) == [
        ("late_change", "overbilled", "20.00", 1, "2026-04-16", "2026-04-30", 0, "0.00")
    ]
    assert nothing_goes_on(report)


def test_an_agreed_refund_that_never_comes_goes_on_as_such() -> None:
    rebate = flat("Rebate", "-100.00", items=("REBATE",))
    lines = [replace(entry, item="FEE") for entry in month_ends(8)]
    report = checked([contract(flat(items=("FEE",)), rebate)], lines)
    assert list(map(said, report.causes)) == [
        ("not_credited", "overbilled", "700.00", 7, "2026-01-01", "2026-07-31", 1, "100.00")
    ]
    running = only_running(report)
    assert (running.code, running.part_of, running.next_invoice.projected_minor) == ("not_credited", "overbilled", 0)
    assert running.next_invoice.shortfall_minor == -10_000


def test_a_charge_that_does_not_recur_does_not_go_on() -> None:
    report = checked([contract(one_off(on=date(2026, 3, 1)), confirmed=True)], [])
    assert [group.code for group in report.causes] == ["missing"]
    assert nothing_goes_on(report)


def test_a_quarter_is_brought_to_a_month() -> None:
    # 100.00 short a quarter is 33.333… a month: 33.33.
    quarterly = flat(amount="1200.00", every=Cadence("quarter"))
    lines = [line("INV-1", "2026-03-31", "1100.00"), line("INV-2", "2026-06-30", "1100.00")]
    report = checked([contract(quarterly)], lines)
    running = only_running(report)
    assert (running.monthly, running.next_invoice.shortfall) == (Decimal("33.33"), Decimal("100.00"))
    assert running.next_invoice.due_on == date(2026, 9, 30)


def test_a_week_is_brought_to_a_month_of_a_twelfth_of_a_year() -> None:
    # 50.00 a week is 50 × 30.4375 / 7 = 217.410… a month.
    weekly = flat(amount="100.00", every=Cadence("week"), invoice_day=None, timing="in_advance")
    days = [date.fromordinal(START.toordinal() + 7 * week) for week in range(36)]
    lines = [line(f"INV-{day}", day.isoformat(), "50.00") for day in days]
    assert only_running(checked([contract(weekly)], lines)).monthly == Decimal("217.41")


def test_an_uplift_to_come_is_priced_by_the_cause() -> None:
    # The 10 % of January were missed: 2,400.00 of 2,640.00; the December invoice is the last one.
    charge = flat(start=date(2025, 1, 1), escalators=(Escalator(percent=Decimal(10)),))
    agreed = contract(charge, start=date(2025, 1, 1))
    lines = [
        line(f"INV-{year}-{month}", f"{year}-{month:02}-{28 if month == 2 else 30}", "2400.00")
        for year in (2025, 2026)
        for month in range(1, 13)
    ]
    report = checked([agreed], lines, as_of=date(2027, 1, 5))
    running = only_running(report)
    # January 2027 is agreed at 2,904.00; whether that uplift comes is open: missed for good, or left out once.
    assert (running.next_invoice.expected, running.next_invoice.projected) == (Decimal("2904.00"), None)
    assert (running.note, running.monthly) == (NOTE_OPEN, Decimal("240.00"))


def test_a_mistake_that_ends_by_itself_does_not_go_on() -> None:
    # The first part of a period was billed in full; every full period to come will be right again.
    charge = flat(start=date(2026, 8, 10), align="calendar")
    bill = line("INV-1", "2026-08-31", "2400.00", description="2026-08-10 to 2026-08-31")
    report = checked([contract(charge, start=date(2026, 8, 10))], [bill])
    assert [group.part_of for group in report.causes] == ["overbilled"]
    assert "part_in_full" in report.causes[0].code
    assert nothing_goes_on(report)


def test_the_same_contract_counts_once_in_a_group() -> None:
    two = contract(flat("One", "100.00", items=("ONE",)), flat("Two", "250.00", items=("TWO",)))
    lines = [replace(entry, item="ONE") for entry in month_ends(8, "50.00")]
    lines += [replace(entry, item="TWO", document=f"B{entry.document}") for entry in month_ends(8, "125.00")]
    report = checked([two], lines)
    assert list(map(said, report.causes)) == [
        ("half_rate", "arrears", "1400.00", 16, "2026-01-01", "2026-08-31", 1, "175.00")
    ]
    assert report.causes[0].contracts == ("C-117",)
    assert [entry.charges for entry in report.contracts[0].running] == [("One",), ("Two",)]


def test_contracts_of_one_cause_are_added_up_by_currency_and_in_order() -> None:
    names = [("C-2", "Bravo", "EUR"), ("C-1", "Alfa", "EUR"), ("C-3", "Charlie", "USD")]
    contracts = [contract(name=name, customer=customer, currency=currency) for name, customer, currency in names]
    lines = [
        replace(entry, customer=customer, currency=currency, document=f"{name}-{entry.document}")
        for name, customer, currency in names
        for entry in month_ends(8, "1200.00" if name != "C-1" else "2400.00")
    ]
    stopped = [replace(entry, amount=Decimal("1200.00")) if entry.document == "C-1-INV-3" else entry for entry in lines]
    report = checked(contracts, stopped)
    assert [(group.currency, group.contracts, group.running, group.amount) for group in report.causes] == [
        ("EUR", ("C-2", "C-1"), 1, Decimal("10800.00")),
        ("USD", ("C-3",), 1, Decimal("9600.00")),
    ]


def test_a_next_invoice_of_usage_to_come_has_no_projection() -> None:
    # 10, 20 and 30 calls at 1.00 were used from June to August; half was billed. September's usage nobody knows.
    used = {6: 10, 7: 20, 8: 30}
    rows = tuple(
        UsageRow("C-117", "Calls", date(2026, month, 1), Decimal(units), date(2026, month + 1, 1))
        for month, units in used.items()
    )
    price, start = UnitPrice(Decimal("1.00")), date(2026, 6, 1)
    calls = flat("Calls", model="per_unit", start=start, price=price, metering=Metering("sum", None, rows))
    lines = [line(f"INV-{month}", f"2026-0{month}-30", str(units // 2)) for month, units in used.items()]
    report = checked([contract(calls, start=start)], lines)
    coming = only_running(report).next_invoice
    assert (coming.expected, coming.projected, coming.shortfall) == (None, None, None)
    assert (only_running(report).note, report.totals[0].next_shortfall) == (NOTE_UNKNOWN, 0)


def test_usage_to_come_of_a_charge_never_invoiced_since_has_no_projection_either() -> None:
    rows = tuple(
        UsageRow("C-117", "Calls", date(2026, month, 1), Decimal(10), date(2026, month + 1, 1)) for month in (6, 7)
    )
    price, start = UnitPrice(Decimal("1.00")), date(2026, 6, 1)
    calls = flat("Calls", model="per_unit", start=start, price=price, metering=Metering("sum", None, rows))
    report = checked([contract(calls, start=start)], [line("INV-6", "2026-06-30", "10.00")])
    running = only_running(report)
    assert (running.code, running.next_invoice.projected, running.note) == ("missing", None, NOTE_UNKNOWN)


def test_the_unexplained_come_last_and_the_largest_first() -> None:
    report = checked(
        [contract(name=f"C-{number}", customer=f"Customer {number}") for number in range(3)],
        [
            replace(entry, customer=f"Customer {number}", document=f"{number}-{entry.document}", amount=Decimal(amount))
            for number, amount in enumerate(("1.37", "1200.00", "1600.00"))
            for entry in month_ends(8)
        ],
    )
    assert [group.code for group in report.causes] == ["half_rate", "part_rate", "unexplained"]


def test_a_difference_in_no_group_or_in_two_is_an_internal_error() -> None:
    report = checked([contract()], month_ends(8, "1200.00"))
    check_causes(report.totals, report.causes)
    with pytest.raises(InternalError, match="add up to the total 'arrears'"):
        check_causes(report.totals, ())
    with pytest.raises(InternalError, match="add up to the total 'arrears'"):
        check_causes(report.totals, (*report.causes, *report.causes))
    with pytest.raises(InternalError, match="add up to the total 'overbilled'"):
        check_causes([Totals("EUR", overbilled=1)], ())
    with pytest.raises(InternalError, match="a currency with totals"):
        check_causes((), report.causes)


def counted(name: str, reason: Reason, shortfall: int, running: RunningCause | None = None) -> CauseSums:
    """The sums of one charge with one period, the January of 2026, short or too much as given."""
    agreed = contract(name=name)
    row = JudgedRow(0, Status.UNDERBILLED, 240_000, 240_000 - shortfall)
    sums = CauseSums()
    slot = make_directory((agreed,)).slots[0]
    sums.add(slot, make_schedule(agreed, agreed.charges[0], AS_OF), [row], Leaks({}, {0: reason}, running))
    return sums


def test_sums_of_several_stretches_are_joined_in_their_order() -> None:
    half, odd = Reason("arrears", "half_rate", "billed at half"), Reason("arrears", "unexplained", "no cause found")
    going = only_running(checked([contract()], month_ends(8, "1200.00")))
    going = replace(going, sentence="billed at half")
    whole = CauseSums()
    for part in (
        counted("C-2", half, 100, going), CauseSums(), counted("C-1", odd, 7), counted("C-1", half, 20, going),
        counted("C-2", half, 3),
    ):  # fmt: skip
        whole.join(part)
    assert [(*said(group), group.contracts) for group in whole.found()] == [
        ("half_rate", "arrears", "1.23", 3, "2026-01-01", "2026-01-31", 2, "2400.00", ("C-2", "C-1")),
        ("unexplained", "arrears", "0.07", 1, "2026-01-01", "2026-01-31", 0, "0.00", ("C-1",)),
    ]
    euro, dollar = Totals("EUR"), Totals("USD")
    for total in (euro, dollar):
        whole.add_to(total)
    assert (euro.monthly_leak, euro.monthly_overbilled, euro.next_shortfall, euro.next_overbilled) == (
        240_000, 0, 240_000, 0
    )  # fmt: skip
    assert set(dollar.amounts().values()) == {0}


def test_sums_by_cause_and_contract() -> None:
    names = [f"C-{number}" for number in range(6)]
    contracts = [contract(name=name, customer=f"Customer {name}") for name in names]
    lines = [
        replace(entry, customer=f"Customer {name}", document=f"{name}-{entry.document}")
        for index, name in enumerate(names)
        for entry in [*month_ends(4), *month_ends(4, "1200.00" if index % 2 else "17.31", first=5)]
    ]
    whole = checked(contracts, lines)
    assert [(group.code, group.contracts, group.running) for group in whole.causes] == [
        ("half_rate", ("C-1", "C-3", "C-5"), 3),
        ("unexplained", ("C-0", "C-2", "C-4"), 3),
    ]
