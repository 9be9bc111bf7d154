"""Charges examined one by one: what they add up to, which rows are in doubt, and whose charges are checked together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from billcheck.contracts.terms import ChargeMatching, TaxStep
from billcheck.engine.coverage import Window
from billcheck.engine.diff import NOTE_AMBIGUOUS
from billcheck.engine.examination import Setting, _open_before, _periods_in_reach, _periods_near
from billcheck.findings import Status
from billcheck.period import Cadence
from tests.engine.agreements import contract, flat, line, month_ends
from tests.engine.bookings import DAY_0, billed, books_of, event, regular

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.findings import Totals
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

AS_OF = date(2026, 4, 20)
COVERS = (date(2025, 11, 1), date(2026, 4, 20))


def checked(*contracts: Contract, lines: list[Line], **options: Any) -> Report:
    values: dict[str, Any] = {"as_of": AS_OF, "covers": COVERS}
    return check(contracts, Ledger.from_lines(lines), **(values | options))


def total(report: Report, currency: str = "EUR") -> Totals:
    """The totals of one currency."""
    (found,) = [one for one in report.totals if one.currency == currency]
    return found


def statuses(report: Report, contract_index: int = 0) -> list[str]:
    return [str(row.status) for row in report.contracts[contract_index].rows]


# --- what the ledger can tell ----------------------------------------------------------------------------------------

WINDOW = Window(DAY_0, DAY_0 + 100)


@pytest.mark.parametrize(
    ("doubts", "unread", "names", "doubt"),
    [
        ({}, {}, ("C-1",), ""),
        ({"EUR": "The totals differ."}, {}, ("C-1",), "The totals differ."),
        ({"USD": "The totals differ."}, {}, ("C-1",), ""),
        ({}, {"C-1": "Row 3 is unread."}, ("C-1",), "Row 3 is unread."),
        ({}, {"C-2": "Row 3 is unread."}, ("C-1",), ""),
        ({}, {"C-2": "Row 3 is unread."}, ("C-1", "C-2"), "Row 3 is unread."),
        ({"EUR": "The totals differ."}, {"C-1": "Row 3 is unread."}, ("C-1",), "The totals differ."),
        ({"USD": "The totals differ."}, {"C-1": "Row 3 is unread."}, ("C-1",), "Row 3 is unread."),
    ],
)
def test_what_casts_doubt_on_the_window_of_a_contract(
    doubts: dict[str, str], unread: dict[str, str], names: tuple[str, ...], doubt: str
) -> None:
    setting = Setting(DAY_0, WINDOW, doubts=doubts, unread=unread)
    found = setting.window_of(tuple(contract(name=name) for name in names))
    assert (found.first_day, found.last_day, found.doubt) == (DAY_0, DAY_0 + 100, doubt)


# --- what is added up ------------------------------------------------------------------------------------------------


def test_drafts_of_one_period_and_of_several_charges_are_added_up() -> None:
    """March lacks; two drafts would bill 10.00 + 20.00 of it, one of the other contract's 5.00; two lines each."""
    drafts = [
        line("D-1", "2026-03-31", "10.00", status="draft"), line("D-2", "2026-03-30", "15.00", status="draft"),
        line("D-2", "2026-03-30", "5.00", status="draft"),
        line("D-3", "2026-03-31", "5.00", status="draft", customer="Juniper"),
    ]  # fmt: skip
    report = checked(contract(), contract(name="C-2", customer="Juniper"), lines=[*month_ends(2), *drafts])
    first, other = report.contracts
    assert [row.drafted_minor for row in first.rows] == [0, 0, 3000, 0]
    assert [row.drafted_minor for row in other.rows] == [0, 0, 500, 0]
    assert len(report.set_aside) == 4
    assert total(report).residue == 0


def test_what_is_left_over_is_added_up_over_charges_and_currencies() -> None:
    """Out of term 7.00 and 6.00 in euros, 3.00 and 2.00 in dollars beside them, over two contracts."""
    old: dict[str, Any] = {"period_first_day": date(2020, 5, 1), "period_last_day": date(2020, 5, 31)}
    lines = [
        line("A-1", "2026-03-31", "7.00", **old), line("A-2", "2026-03-31", "3.00", currency="USD"),
        line("B-1", "2026-03-31", "6.00", customer="Juniper", **old),
        line("B-2", "2026-03-31", "2.00", customer="Juniper", currency="USD"),
    ]  # fmt: skip
    report = checked(contract(), contract(name="C-2", customer="Juniper"), lines=lines)
    assert {one.currency: one.residue for one in report.totals} == {"EUR": 1300, "USD": 500}
    assert sorted((item.document, item.amount_minor, item.currency) for item in report.residue) == [
        ("A-1", 700, "EUR"), ("A-2", 300, "USD"), ("B-1", 600, "EUR"), ("B-2", 200, "USD"),
    ]  # fmt: skip


@pytest.mark.parametrize("is_stated", [False, True])
def test_tax_on_arrears_is_that_of_each_period(is_stated: bool) -> None:
    """21 % until the end of February, 9 % from March: 1,000.00 short in each of the first three months.

    Two months at 21 % are 420.00, one at 9 % is 90.00; with one percent throughout it would be 630.00.
    """
    steps = (TaxStep(date(2026, 3, 1), Decimal(9)),)
    texts = [{"description": f"{name} 2026"} if is_stated else {} for name in ("January", "February", "March")]
    lines = [
        line(f"INV-{month + 1}", day, "1400.00", **texts[month])
        for month, day in enumerate(("2026-01-31", "2026-02-28", "2026-03-31"))
    ]
    extra = [line("INV-9", "2026-03-31", "1.00", **texts[2])] if is_stated else []
    amounts = {}
    for later in ((), steps):
        report = checked(contract(tax_percent=Decimal(21), tax_steps=later), lines=[*lines, *extra])
        assert total(report).arrears == 300000 - 100 * len(extra)
        amounts[bool(later)] = [row.shortfall_tax_minor for row in report.rows[:3]]
        assert total(report).arrears_tax == sum(minor or 0 for minor in amounts[bool(later)])
    last = 100000 - 100 * len(extra)
    assert amounts[True] == [21000, 21000, last * 9 // 100]
    assert amounts[False] == [21000, 21000, last * 21 // 100]


def test_the_tax_of_arrears_is_added_up_by_percent() -> None:
    steps = (TaxStep(date(2026, 3, 1), Decimal(9)),)
    lines = [line(f"INV-{index}", f"2026-0{index}-28", "1400.00") for index in (1, 2, 3)]
    report = checked(contract(tax_percent=Decimal(21), tax_steps=steps), lines=lines)
    assert total(report).arrears == 300000
    assert total(report).arrears_tax == 21000 + 21000 + 9000


def test_a_contract_without_any_line_is_counted_apart() -> None:
    agreed = contract(), contract(name="C-2", customer="Juniper")
    report = checked(*agreed, lines=month_ends(3))
    assert statuses(report, 1) == ["inconclusive", "inconclusive", "inconclusive", "not_due"]
    found = total(report)
    assert (found.arrears, found.never_billed, found.inconclusive) == (0, 720000, 720000)
    report = checked(agreed[0], contract(name="C-2", customer="Juniper", confirmed=True), lines=month_ends(3))
    assert statuses(report, 1) == ["missing", "missing", "missing", "not_due"]
    assert (total(report).arrears, total(report).never_billed) == (720000, 0)


def test_a_period_that_begins_on_the_first_day_to_check_is_shown() -> None:
    for lines in (month_ends(3), month_ends(3, "2000.00"), [*month_ends(3), line("X", "2026-02-10", "7.00")]):
        report = checked(contract(), lines=lines, check_from=date(2026, 2, 1))
        assert report.rows[0].first_day == date(2026, 2, 1)
        later = checked(contract(), lines=lines, check_from=date(2026, 2, 2))
        assert later.rows[0].first_day == date(2026, 3, 1)


def test_grace_days_of_the_check_go_before_those_of_the_contract() -> None:
    """March is due on the 31st; on 20 April twenty days have passed."""
    for grace, status in ((None, "missing"), (19, "missing"), (20, "awaiting")):
        assert statuses(checked(contract(), lines=month_ends(2), grace_days=grace))[2] == status
    patient = contract(flat(grace_days=20))
    for grace, status in ((None, "awaiting"), (19, "missing"), (0, "missing")):
        assert statuses(checked(patient, lines=month_ends(2), grace_days=grace))[2] == status


# --- who is checked together -----------------------------------------------------------------------------------------


def test_contracts_whose_charges_are_checked_together_say_under_which() -> None:
    """Three contracts with charges that no line tells apart: their rows stand under the first."""
    agreed = [contract(flat("Fee", "10.00"), name=name) for name in ("C-1", "C-2", "C-3")]
    alone = contract(name="C-9", customer="Juniper")
    lines = [line(f"INV-{month}", f"2026-0{month}-28", "30.00") for month in (1, 2, 3)]
    report = checked(*agreed, alone, lines=lines)
    assert [item.together_with for item in report.contracts] == [(), ("C-1",), ("C-1",), ()]
    assert [len(item.rows) for item in report.contracts] == [4, 0, 0, 4]
    assert [row.expected_minor for row in report.contracts[0].rows] == [3000] * 4


# --- which rows are in doubt -----------------------------------------------------------------------------------------


def test_a_catch_up_that_fits_two_charges_casts_doubt_on_all_that_is_open_before_it() -> None:
    """A and B lack January and February; what makes up for earlier months may be for either. March came after."""
    agreed = contract(flat("A", "10.00", items=("A",)), flat("B", "20.00", items=("B",)))
    lines = [
        line("A-3", "2026-03-28", "10.00", item="A", description="March 2026"),
        line("B-2", "2026-02-28", "20.00", item="B", description="February 2026"),
        line("X", "2026-02-28", "5.00", description="Catch-up for earlier months"),
    ]
    report = checked(agreed, lines=lines)
    by_charge = {
        name: [(str(row.status), row.note) for row in report.rows if row.charges == (name,)][:3] for name in ("A", "B")
    }
    doubted = ("inconclusive", NOTE_AMBIGUOUS)
    assert by_charge == {"A": [doubted, doubted, ("ok", "")], "B": [doubted, ("ok", ""), ("missing", "")]}


@pytest.mark.parametrize(
    ("day", "in_doubt"),
    [
        ("2026-02-28", [True, True, False]),  # 28 days after the end of January, 31 before that of March
        ("2026-03-01", [True, True, True]),  # 29 and 30
        ("2026-03-02", [True, True, True]),  # 30 and 29
        ("2026-03-03", [False, True, True]),
    ],
)
def test_an_ambiguous_line_casts_doubt_on_periods_within_an_interval_of_its_day(day: str, in_doubt: list[bool]) -> None:
    agreed = contract(flat("A", "10.00", items=("A",)), flat("B", "20.00", items=("B",)))
    report = checked(agreed, lines=[line("X", day, "5.00")])
    found = [str(row.status) for row in report.rows if row.charges == ("A",)]
    assert found == [*("inconclusive" if doubt else "missing" for doubt in in_doubt), "not_due"]


def test_an_ambiguous_line_that_states_its_period_casts_doubt_on_that_alone() -> None:
    agreed = contract(flat("A", "10.00", items=("A",)), flat("B", "20.00", items=("B",)))
    lines = [line("X", "2026-04-01", "5.00", description="February 2026")]
    report = checked(agreed, lines=lines)
    assert [str(row.status) for row in report.rows if row.charges == ("A",)] == [
        "missing", "inconclusive", "missing", "not_due",
    ]  # fmt: skip


def test_the_open_periods_before_a_day() -> None:
    """Periods are due on days 0, 30, 60 and 90; the second is billed, of the third a cent is open."""
    books = billed(books_of(regular(1000, 1000, 1000, 1000)), 0, 1000, 999)
    assert _open_before(books, DAY_0 + 90) == [0, 2, 3]
    assert _open_before(books, DAY_0 + 89) == [0, 2]
    assert _open_before(books, DAY_0 - 1) == []


def test_the_periods_within_reach_of_a_line() -> None:
    books = books_of(regular(1000, 1000, 1000, 1000))
    assert _periods_in_reach(books, DAY_0 + 30, 0, 0, 30) == [0, 1, 2]
    assert _periods_in_reach(books, DAY_0 + 31, 0, 0, 30) == [1, 2]
    books.offset = 5
    assert _periods_in_reach(books, DAY_0 + 35, 0, 0, 30) == [0, 1, 2]
    assert _periods_in_reach(books, DAY_0 + 31, 0, 0, 30) == [0, 1]
    # stated: the days count, whatever the day of the invoice
    assert _periods_in_reach(books, DAY_0, DAY_0 + 30, DAY_0 + 60, 30) == [1]
    assert _periods_in_reach(books, DAY_0, DAY_0 + 29, DAY_0 + 61, 30) == [0, 1, 2]
    assert _periods_in_reach(books, DAY_0, DAY_0 + 500, DAY_0 + 530, 30) == []


def test_the_periods_near_to_an_event() -> None:
    books = books_of(regular(1000, 1000, 1000))
    assert _periods_near(books, event(5, 200, days=(30, 60))) == [1]
    assert _periods_near(books, event(5, 200, days=(0, 60))) == [0, 1]
    assert _periods_near(books, event(5, 31)) == [1]
    assert _periods_near(books_of([]), event(5, 31)) == []


def test_a_line_in_another_currency_casts_doubt_on_the_first_period_it_states_alone() -> None:
    lines = [*month_ends(1), line("X", "2026-03-31", "9.00", currency="USD", description="February - March 2026")]
    report = checked(contract(), lines=lines)
    assert statuses(report) == ["ok", "inconclusive", "missing", "not_due"]


def test_a_draft_for_several_periods_stands_at_the_first() -> None:
    lines = [*month_ends(1), line("X", "2026-03-31", "9.00", status="draft", description="February - March 2026")]
    assert [row.drafted_minor for row in checked(contract(), lines=lines).rows] == [0, 900, 0, 0]


# --- how far periods are laid out ------------------------------------------------------------------------------------


def test_an_invoice_for_a_year_far_ahead_has_its_row() -> None:
    """The check lays out about a year ahead; an invoice that states 2029 has a row, one of 2199 is out of term."""
    lines = [*month_ends(3), line("X", "2026-04-01", "2400.00", description="Retainer May 2029")]
    report = checked(contract(), lines=lines)
    last = report.rows[-1]
    assert (last.first_day, last.status, last.billed_minor) == (date(2029, 5, 1), Status.BILLED_AHEAD, 240000)
    far = {"period_first_day": date(2199, 5, 1), "period_last_day": date(2199, 5, 31)}
    report = checked(contract(), lines=[*month_ends(3), line("X", "2026-04-01", "2400.00", **far)])
    assert [item.kind for item in report.residue] == ["out_of_term"]


# --- a charge with its own habit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "says"), [(2, False), (3, True), (4, True)])
def test_a_habit_is_said_from_three_invoices_on(count: int, says: bool) -> None:
    """Invoices of twelve days after the month's end, where ten are granted."""
    days = ("2026-02-12", "2026-03-12", "2026-04-12", "2026-05-12")
    lines = [line(f"INV-{index}", day, "2400.00") for index, day in enumerate(days[:count])]
    start = date(2026, 1, 1)
    as_of = {2: date(2026, 3, 20), 3: date(2026, 4, 20), 4: date(2026, 5, 20)}[count]
    report = checked(contract(), lines=lines, as_of=as_of, covers=(start, as_of))
    assert [finding.kind for finding in report.findings] == ["habit"] * says
    assert statuses(report)[:count] == ["ok"] * count


def test_a_group_gives_the_longest_grace_of_its_charges() -> None:
    """Both are due on 31 March; together they are waited for as long as the one with more days: until 20 April."""
    patient = flat("B", "10.00", grace_days=20, matching=ChargeMatching(group="G"))
    both = contract(flat("A", "10.00", matching=ChargeMatching(group="G")), patient)
    lines = [line(f"INV-{month}", f"2026-0{month}-28", "20.00") for month in (1, 2)]
    assert statuses(checked(both, lines=lines)) == ["ok", "ok", "awaiting", "not_due"]
    assert (
        statuses(checked(both, lines=lines, as_of=date(2026, 4, 21), covers=(COVERS[0], date(2026, 4, 21))))[2]
        == "missing"
    )


def test_a_weekly_charge_is_doubted_within_a_week() -> None:
    weekly: dict[str, Any] = {"every": Cadence("week"), "timing": "in_advance", "invoice_day": None}
    agreed = contract(flat("A", "10.00", items=("A",), **weekly), flat("B", "20.00", items=("B",), **weekly))
    report = checked(agreed, lines=[line("X", "2026-01-15", "5.00")])
    found = {row.first_day: str(row.status) for row in report.rows if row.charges == ("A",)}
    assert [day for day, status in found.items() if status == "inconclusive"] == [
        date(2026, 1, 8), date(2026, 1, 15), date(2026, 1, 22),
    ]  # fmt: skip
