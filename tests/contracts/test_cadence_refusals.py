"""Every fault of how periods lie, by its smallest example; and what the keys come to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.terms import DaysAfter, Proration
from billcheck.period import Cadence
from tests.contracts.samples import FLAT, ONE_OFF, contract_table, load_charge, load_one, refusals, write_json

if TYPE_CHECKING:
    from pathlib import Path

ARREARS = {**FLAT, "timing": "in_arrears"}
WEEKLY = {**FLAT, "every": "week"}
HALVES = {**FLAT, "every": "semi_month"}
LONG = "A period is at most five years long."
AT_MOST = "Check the number; what is billed once is a one_off charge."
ANCHOR = (
    "Only periods of months that are counted from the start have an anchor day. Found '15'. Take anchor_day out; weeks "
    'and days are counted from the start, and align = "calendar" from the first.'
)
CALENDAR = "The calendar has weeks, and months that make up a year; count other periods from the start."
HALF = "The days do not part every month in two."
EARLIER = 'Write the earlier day first, 27 at the latest; semi_month_days goes with every = "semi_month" alone.'
PER = "A price for months cannot be billed by days, nor the other way round."
WRITE_PER = "Write the price for one full period, and leave amount_per out."

CADENCE_FAULTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (FLAT, {"every": "61 months"}, f"every: {LONG} Found '61 months'. {AT_MOST}"),
    (FLAT, {"every": "6 years"}, f"every: {LONG} Found '6 years'. {AT_MOST}"),
    (FLAT, {"every": "2000 days"}, f"every: {LONG} Found '2000 days'. {AT_MOST}"),
    (
        FLAT,
        {"every": "0 weeks"},
        (
            "every: This is not a length of a period. Found '0 weeks'. Write month, quarter, half_year, year, week, "
            'semi_month, or a number such as "4 weeks" or "30 days".'
        ),
    ),
    (WEEKLY, {"anchor_day": 15}, f"anchor_day: {ANCHOR}"),
    (HALVES, {"anchor_day": 15}, f"anchor_day: {ANCHOR}"),
    (FLAT, {"anchor_day": 15, "align": "calendar"}, f"anchor_day: {ANCHOR}"),
    (
        FLAT,
        {"every": "4 weeks", "align": "calendar"},
        f"align: The calendar does not say where these periods begin. Found 'calendar with 4 weeks'. {CALENDAR}",
    ),
    (
        FLAT,
        {"every": "5 months", "align": "calendar"},
        f"align: The calendar does not say where these periods begin. Found 'calendar with 5 months'. {CALENDAR}",
    ),
    (HALVES, {"semi_month_days": [15, 1]}, f"semi_month_days: {HALF} Found '15 and 1'. {EARLIER}"),
    (HALVES, {"semi_month_days": [28, "last"]}, f"semi_month_days: {HALF} Found '28 and 31'. {EARLIER}"),
    (FLAT, {"semi_month_days": [1, 15]}, f"semi_month_days: {HALF} Found '1 and 15'. {EARLIER}"),
    (
        HALVES,
        {"semi_month_days": [1, 15, 20]},
        (
            "semi_month_days: Two days of the month are expected here. Found 'a list'. "
            'Write them as [1, 15]: numbers from 1 to 31 without quotes, or "last".'
        ),
    ),
    (
        HALVES,
        {"semi_month_days": [0, 15]},
        (
            "semi_month_days: Two days of the month are expected here. Found 'a list'. "
            'Write them as [1, 15]: numbers from 1 to 31 without quotes, or "last".'
        ),
    ),
    (WEEKLY, {"amount_per": "year"}, f"amount_per: {PER} Found 'year with week'. {WRITE_PER}"),
    (FLAT, {"amount_per": "4 weeks"}, f"amount_per: {PER} Found '4 weeks with month'. {WRITE_PER}"),
    (HALVES, {"amount_per": "week"}, f"amount_per: {PER} Found 'week with semi_month'. {WRITE_PER}"),
    (FLAT, {"amount_per": "semi_month"}, f"amount_per: {PER} Found 'semi_month with month'. {WRITE_PER}"),
    (
        WEEKLY,
        {"proration_last": "30_360"},
        (
            "proration_last: Months of 30 days are a rule for periods of months alone. Found '30_360'. "
            "Write actual_actual, full_period or none."
        ),
    ),
    (
        WEEKLY,
        {"proration_denominator": "from_start"},
        (
            "proration_denominator: Only the parts of months differ in the full period they may be divided by. "
            "Found 'from_start'. Take proration_denominator out."
        ),
    ),
    (
        FLAT,
        {"proration": "30/360"},
        "proration: The word is not one of those this key knows. Found '30/360'. Did you mean \"30_360\"?",
    ),
]


@pytest.mark.parametrize(("kind", "keys", "message"), CADENCE_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_a_cadence(tmp_path: Path, kind: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    path = write_json(tmp_path, contract_table({**kind, **keys}))
    assert refusals(path) == [f'{path}: C-1 "Fee" {message}']


@pytest.mark.parametrize(
    ("written", "cadence"),
    [
        ("week", Cadence("week")),
        ("1 week", Cadence("week")),
        ("4 weeks", Cadence("week", 4)),
        ("30 days", Cadence("day", 30)),
        ("1 day", Cadence("day", 1)),
        ("7 days", Cadence("week")),
        ("2 months", Cadence("month", 2)),
        ("3 months", Cadence("quarter")),
        ("12 months", Cadence("year")),
        ("2 years", Cadence("year", 2)),
        ("semi_month", Cadence("semi_month")),
    ],
)
def test_cadences_are_read(tmp_path: Path, written: str, cadence: Cadence) -> None:
    assert load_charge(tmp_path, FLAT, every=written).every == cadence


def test_half_months_have_days_of_their_own(tmp_path: Path) -> None:
    assert load_charge(tmp_path, HALVES, semi_month_days=[15, "last"]).every == Cadence("semi_month", 1, (15, 31))


def test_what_lies_otherwise_is_read(tmp_path: Path) -> None:
    charge = load_charge(
        tmp_path,
        ARREARS,
        amount_per="year",
        align="calendar",
        invoice_day="10 days after",
        proration="30_360",
        proration_first="none",
        proration_last="full_period",
        proration_denominator="back_from_boundary",
    )
    assert (charge.amount_per, charge.align, charge.invoice_day) == (Cadence("year"), "calendar", DaysAfter(10))
    assert charge.proration == Proration("30_360", "none", "full_period", "back_from_boundary")
    assert load_charge(tmp_path, FLAT).proration == Proration()
    assert load_charge(tmp_path, HALVES, amount_per="month").amount_per == Cadence("month")


def test_the_day_of_a_cancellation_is_billed_where_end_names_it(tmp_path: Path) -> None:
    def end_of(**keys: Any) -> date | None:
        contract = load_one(tmp_path, {**FLAT, "cancel_day_billed": True}, **keys)
        return contract.charges[0].end

    assert end_of(last_day=None, end="2026-07-01") == date(2026, 7, 2)
    assert end_of(last_day="2026-06-30") == date(2026, 7, 1)
    assert end_of(last_day=None) is None
    own = load_charge(tmp_path, FLAT, end="2026-07-01", cancel_day_billed=True)
    assert (own.end, own.cancel_day_billed) == (date(2026, 7, 2), True)
    assert load_charge(tmp_path, FLAT, last_day="2026-07-01", cancel_day_billed=True).end == date(2026, 7, 2)


def test_what_comes_once_has_no_rhythm(tmp_path: Path) -> None:
    path = write_json(tmp_path, contract_table({**ONE_OFF, "align": "calendar"}))
    assert refusals(path) == [
        (
            f"{path}: C-1 \"Setup\" align: A one_off charge knows no align here. Found 'calendar'. "
            "Take it out, or change the model."
        )
    ]
