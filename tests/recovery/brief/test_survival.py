from __future__ import annotations

import pytest

from billcheck.recovery.events import Survival
from billcheck.recovery.survival import RULE, survival_test


def verdict_of(reserve: int, costs: int, arrears: int, days: int | None = None) -> tuple[str, str, str]:
    given = Survival(cash_reserve_minor=reserve, monthly_costs_minor=costs, must_collect_within_days=days)
    test = survival_test(given, arrears)
    assert test is not None
    return str(test.runway_months), str(test.arrears_in_months), test.verdict


def test_the_story_is_tight() -> None:
    # 9,000 / 4,500 = 2.00 months; 7,200 / 4,500 = 1.60 months.
    assert verdict_of(900_000, 450_000, 720_000, 90) == ("2.00", "1.60", "tight")


@pytest.mark.parametrize(
    ("reserve", "costs", "arrears", "days", "verdict"),
    [
        (300, 100, 300, None, "can_absorb"),
        (299, 100, 100, None, "tight"),
        (300, 100, 301, None, "tight"),
        (300, 100, 300, 0, "tight"),
        (100, 100, 100, None, "tight"),
        (99, 100, 1, None, "cannot"),
        (300, 100, 301, 30, "cannot"),
        (100, 100, 500, None, "tight"),
        (0, 100, 1, None, "cannot"),
    ],
)
def test_each_bound_of_the_rule(reserve: int, costs: int, arrears: int, days: int | None, verdict: str) -> None:
    assert verdict_of(reserve, costs, arrears, days)[2] == verdict


def test_bounds_are_compared_exactly_not_rounded() -> None:
    # 2.9999 months rounds to 3.00 and is still less than three.
    assert verdict_of(29_999, 10_000, 1) == ("3.00", "0.00", "tight")


def test_without_monthly_costs_there_is_no_test() -> None:
    assert survival_test(Survival(cash_reserve_minor=1, monthly_costs_minor=0), 1) is None


def test_the_rule_names_every_verdict() -> None:
    assert all(f"{verdict}:" in RULE for verdict in ("can_absorb", "tight", "cannot"))
