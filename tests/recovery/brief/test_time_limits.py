from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from billcheck.errors import UsageError
from billcheck.recovery.time_limits import (
    CAUTION,
    OWN_RULE,
    Clock,
    LimitRuleError,
    TimeLimit,
    UnknownLimitError,
    find_time_limit,
    parse_time_limit,
    time_limits,
)

END, BILLED, FOUND = date(2026, 3, 31), date(2026, 3, 1), date(2026, 9, 4)


def test_few_hints_ship_each_with_its_source_and_day() -> None:
    limits = time_limits()
    assert 0 < len(limits) <= 10
    assert len({limit.id for limit in limits}) == len(limits)
    for limit in limits:
        assert 1 <= limit.years <= 30
        assert limit.clock in get_args(Clock)
        assert limit.scope
        assert limit.statute
        assert re.fullmatch(r"https?://[^\s]+", limit.url)
        assert isinstance(limit.as_of, date)
        assert limit.confidence in {"text read", "read about"}


def test_no_hint_says_what_the_law_is() -> None:
    text = files("billcheck.recovery").joinpath("data", "time_limits.toml").read_text(encoding="utf-8")
    assert not re.search(r"(?i)barred|enforceable|guarantee", text)
    assert "not legal advice" in CAUTION


def test_the_page_about_law_lists_every_hint_and_says_no_more() -> None:
    text = (Path(__file__).parents[3] / "docs/concepts/what-billcheck-does-not-decide.md").read_text(encoding="utf-8")
    assert not re.search(r"(?i)barred|enforceable", text)
    for limit in time_limits():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{limit.id}` |")]
        assert f"{limit.years} years" in row
        assert limit.url in row
        assert str(limit.as_of) in row
        assert row.rstrip(" |").endswith({"text read": "the text", "read about": "about it"}[limit.confidence])


@pytest.mark.parametrize(
    ("clock", "last_day"),
    [
        ("service_end", date(2032, 3, 31)),
        ("billing_day", date(2032, 3, 1)),
        ("claimable", date(2032, 3, 1)),
        ("year_end", date(2032, 12, 31)),
        ("found", date(2032, 9, 4)),
    ],
)
def test_every_clock_by_hand(clock: Clock, last_day: date) -> None:
    limit = TimeLimit(id="x", years=6, clock=clock)
    assert limit.last_day(service_end=END, billing_day=BILLED, found_on=FOUND) == last_day


def test_six_years_from_a_leap_day_end_on_the_28th() -> None:
    limit = TimeLimit(id="x", years=6, clock="service_end")
    assert limit.last_day(service_end=date(2024, 2, 29), billing_day=BILLED, found_on=FOUND) == date(2030, 2, 28)


def test_billed_in_advance_a_claim_of_january_counts_from_the_year_before() -> None:
    # Billed on 20 December 2025 for January 2026: the earlier year end is taken, three years after 2025.
    limit = find_time_limit("de")
    assert limit.last_day(service_end=date(2026, 1, 31), billing_day=date(2025, 12, 20), found_on=FOUND) == date(
        2028, 12, 31
    )


@pytest.mark.parametrize("text", ["years=6,clock=service_end", "clock=service_end,years=6"])
def test_a_rule_of_ones_own(text: str) -> None:
    assert parse_time_limit(text) == TimeLimit(id=OWN_RULE, years=6, clock="service_end")


@pytest.mark.parametrize(
    "text",
    ["", "years=6", "clock=found", "years=0,clock=found", "years=31,clock=found", "years=6,clock=due_date",
     "years=6,clock=found,clock=found", "years=٦,clock=found", "years=6, clock=found"],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_time_limit(text)
    (problem,) = caught.value.problems
    assert isinstance(problem, LimitRuleError)
    assert "service_end" in str(problem)


def test_an_unknown_hint_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        find_time_limit("atlantis")
    (problem,) = caught.value.problems
    assert isinstance(problem, UnknownLimitError)
    assert all(limit.id in str(problem) for limit in time_limits())
