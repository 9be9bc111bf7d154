"""Reopened with a later report, a case is about what was missing before anything was done about it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import EventRefusedError, OpeningRefusedError
from billcheck.recovery.case_files import case_text, parse_case
from billcheck.recovery.events import Contacted, Invoiced, Waived
from billcheck.recovery.opening import reopen_case
from billcheck.recovery.states import State, add, state_of
from billcheck.recovery.sums import sums_of
from tests.acceptance import half_rate
from tests.recovery.cases import checked, story_case

if TYPE_CHECKING:
    from billcheck.recovery.case import Case

TALK, LATER = date(2026, 9, 8), date(2026, 10, 12)
HALF = "INV-2026-009,invoice,approved,2026-09-30,Hartwell Interieur,Website care September 2026,1200.00,252.00,EUR\n"
MONTHS = ("March", "April", "May", "June", "July", "August")


def supplement(*months: str) -> str:
    """The supplementary invoice S-1, as approved in the ledger."""
    return "".join(
        f"S-1,invoice,approved,2026-09-08,Hartwell Interieur,Website care {month} 2026,1200.00,252.00,EUR\n"
        for month in months
    )


def reopened(case: Case, more: str, **options: object) -> Case:
    made = checked(half_rate.CONTRACT_TOML, half_rate.generic_csv() + more, LATER)
    return reopen_case(case, reason="A later report.", report=made.report, on=LATER, **options)  # type: ignore[arg-type]


def talked() -> Case:
    return add(story_case(), Contacted(on=TALK, channel="phone"))


def figures(case: Case) -> list[tuple[str, int, int, int, int]]:
    return [
        (f"{each.period.first_day:%Y-%m}", each.arrears_minor, each.open_minor, each.invoiced_minor, each.waived_minor)
        for each in sums_of(case).periods
    ]


def test_a_month_more_is_in_the_claim_from_now_on() -> None:
    case = reopened(talked(), HALF)
    assert state_of(case) is State.OPENED
    assert figures(case) == [(f"2026-0{month}", 120_000, 120_000, 0, 0) for month in range(3, 10)]


def test_what_the_case_billed_is_invoiced_and_no_longer_open() -> None:
    case = talked()
    rows = tuple((period.row, period.shortfall_minor) for period in case.arrears.periods)
    case = add(case, Invoiced(on=TALK, draft="", number="S-1", rows=rows, incl_tax_minor=871_200))
    case = reopened(case, HALF + supplement(*MONTHS))
    assert figures(case) == [
        *((f"2026-0{month}", 120_000, 0, 120_000, 0) for month in range(3, 9)),
        ("2026-09", 120_000, 120_000, 0, 0),
    ]
    march = case.arrears.periods[0]
    assert [part.document for part in march.billed] == ["INV-2026-003"]
    assert march.status == "underbilled"


def test_where_nothing_new_is_missing_the_case_is_about_the_same() -> None:
    case = talked()
    rows = tuple((period.row, period.shortfall_minor) for period in case.arrears.periods)
    case = add(case, Invoiced(on=TALK, draft="", number="S-1", rows=rows, incl_tax_minor=871_200))
    right = HALF.replace("1200.00,252.00", "2400.00,504.00")
    case = reopened(case, right + supplement(*MONTHS))
    assert figures(case) == [(f"2026-0{month}", 120_000, 0, 120_000, 0) for month in range(3, 9)]


def test_what_somebody_else_billed_meanwhile_is_missing_no_more() -> None:
    case = reopened(talked(), HALF + supplement("March").replace("S-1", "X-9"))
    assert [row[0] for row in figures(case)] == [f"2026-0{month}" for month in range(4, 10)]


def test_what_was_invoiced_by_the_case_and_is_not_there_would_break_the_sums() -> None:
    case = talked()
    (first, *_) = case.arrears.periods
    case = add(case, Invoiced(on=TALK, draft="", number="S-1", rows=((first.row, 120_000),), incl_tax_minor=145_200))
    with pytest.raises(EventRefusedError, match=r"More of a period was invoiced or waived than the new figures leave"):
        reopened(case, HALF + supplement("March").replace("S-1", "X-9"))


def test_what_was_waived_stays_waived() -> None:
    case = talked()
    (first, *_) = case.arrears.periods
    case = add(case, Waived(on=TALK, rows=((first.row, 120_000),), reason="Goodwill."))
    case = reopened(case, HALF)
    assert figures(case)[0] == ("2026-03", 120_000, 0, 0, 120_000)


def test_what_is_not_settled_in_the_later_report_keeps_the_case_as_it_is() -> None:
    broken = "INV-X,invoice,approved,2026-09-15,Hartwell Interieur,Website care,many,,EUR\n"
    with pytest.raises(OpeningRefusedError, match="refused"):
        reopened(talked(), HALF + broken)


def test_a_reason_is_needed() -> None:
    with pytest.raises(OpeningRefusedError, match="for a reason only"):
        reopen_case(talked(), reason=" ", on=LATER)


def test_another_spelling_of_the_customer_is_the_same_customer() -> None:
    contracts = half_rate.CONTRACT_TOML.replace('customer = "Hartwell Interieur"', 'customer = "HARTWELL INTERIEUR"')
    made = checked(contracts, half_rate.generic_csv() + HALF, LATER)
    case = reopen_case(talked(), reason="A later report.", report=made.report, on=LATER)
    assert parse_case(case_text(case)) == case
