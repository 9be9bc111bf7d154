"""How many months a period is long."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.period import Cadence
from billcheck.pricing.months import months_of
from tests.engine.agreements import flat, one_off

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge


def months(charge: Charge, first_day: str, end: str) -> Fraction | None:
    return months_of(charge, date.fromisoformat(first_day).toordinal(), date.fromisoformat(end).toordinal())


@pytest.mark.parametrize(
    ("terms", "first_day", "end", "expected"),
    [
        pytest.param({"every": Cadence("month")}, "2026-02-01", "2026-03-01", 1, id="a-short-month"),
        pytest.param({"every": Cadence("month", 2)}, "2026-03-01", "2026-05-01", 2, id="two-months"),
        pytest.param({"every": Cadence("quarter")}, "2026-04-01", "2026-07-01", 3, id="a-quarter"),
        pytest.param({"every": Cadence("year")}, "2028-01-01", "2029-01-01", 12, id="a-leap-year"),
        pytest.param({"start": date(2026, 1, 31)}, "2026-02-28", "2026-03-31", 1, id="from-the-31st"),
        pytest.param({"every": Cadence("semi_month")}, "2026-01-01", "2026-01-15", Fraction(1, 2), id="half-a-month"),
        pytest.param({"every": Cadence("week")}, "2026-01-01", "2026-01-08", Fraction(112, 487), id="a-week"),
        pytest.param({"every": Cadence("day", 30)}, "2026-01-01", "2026-01-31", Fraction(480, 487), id="30-days"),
        # 22 of the 31 days of January.
        pytest.param(
            {"start": date(2026, 1, 10), "align": "calendar"},
            "2026-01-10",
            "2026-02-01",
            Fraction(22, 31),
            id="a-first-part",
        ),
        # 50 of the 90 days of the calendar's first quarter; from 10 February a quarter has 89.
        pytest.param(
            {"every": Cadence("quarter"), "start": date(2026, 2, 10), "align": "calendar"},
            "2026-02-10",
            "2026-04-01",
            Fraction(150, 90),
            id="a-first-part-of-a-quarter",
        ),
        # 14 of the 90 days of the first quarter.
        pytest.param(
            {"every": Cadence("quarter"), "end": date(2026, 1, 15)},
            "2026-01-01",
            "2026-01-15",
            Fraction(42, 90),
            id="a-last-part",
        ),
        # Of charges checked together another may begin inside: 10 of the 28 days of February.
        pytest.param({}, "2026-02-19", "2026-03-01", Fraction(10, 28), id="inside-a-period"),
        pytest.param({"start": date(2026, 3, 1)}, "2026-02-01", "2026-03-01", Fraction(28, 31), id="before-the-first"),
    ],
)
def test_the_length_of_a_period(terms: dict[str, Any], first_day: str, end: str, expected: Fraction) -> None:
    assert months(flat(**terms), first_day, end) == expected


def test_what_does_not_recur_has_no_length_in_months() -> None:
    assert months(one_off(), "2026-01-01", "2026-01-02") is None
    assert months(flat(timing=None), "2026-01-01", "2026-02-01") is None
