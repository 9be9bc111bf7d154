"""Whatever calendar a correct ledger keeps, it is drafted, and a check by the draft finds nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import Line
from tests.history.test_trial import checked, unasked
from tests.simulator.agreements import DECIMALS, day_in, month_end

if TYPE_CHECKING:
    import pytest

WEEKS = {"week": 7, "2 weeks": 14, "4 weeks": 28, "6 weeks": 42, "30 days": 30}
MONTHS = {"month": 1, "2 months": 2, "quarter": 3, "year": 12, "31st": 1}
SECOND_DAYS = {"twice, 15th": 15, "twice, 16th": 16}


class Calendar(NamedTuple):
    """When one thing is billed; `change` is the first period at the second price."""

    kind: str
    start: date
    periods: int
    change: int
    amount: int
    lag: int
    in_arrears: bool
    has_periods: bool

    def first_day(self, number: int) -> date:
        """The first day of a period, worked out apart from the library."""
        start = self.start
        if self.kind in WEEKS:
            return start + timedelta(WEEKS[self.kind] * number)
        if self.kind in MONTHS:
            day = 31 if self.kind == "31st" else start.day
            return day_in(start.year, start.month + MONTHS[self.kind] * number, day)
        if self.kind == "month ends":
            return month_end(start.year, start.month + number)
        return day_in(start.year, start.month + number // 2, SECOND_DAYS[self.kind] if number % 2 else 1)

    def lines(self, name: str, currency: str) -> list[Line]:
        """All invoices."""
        found = []
        for number in range(self.periods):
            first, end = self.first_day(number), self.first_day(number + 1)
            day = (end if self.in_arrears else first) + timedelta(self.lag)
            minor = self.amount if number < self.change else self.amount * 11 // 10 + 1
            found.append(
                Line(
                    document=f"INV-{day:%Y%m%d}", issue_date=day, customer="Hartwell", currency=currency,
                    amount=Decimal(minor).scaleb(-DECIMALS[currency]), description=name, item=name.upper(),
                    period_first_day=first if self.has_periods else None,
                    period_last_day=end - timedelta(1) if self.has_periods else None,
                )
            )  # fmt: skip
        return found


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    periods = draw(st.integers(5, 14))
    return Calendar(
        kind=draw(st.sampled_from((*WEEKS, *MONTHS, *SECOND_DAYS, "month ends"))),
        start=date(2023, 1, 1) + timedelta(draw(st.integers(0, 400))),
        periods=periods,
        change=draw(st.sampled_from((periods, periods // 2))),
        amount=draw(st.integers(100, 1_000_000)),
        lag=draw(st.sampled_from((0, 0, 3, -2))),
        in_arrears=draw(st.booleans()),
        has_periods=draw(st.booleans()),
    )


@settings(max_examples=80)
@given(
    kept=st.lists(calendars(), min_size=1, max_size=2),
    currency=st.sampled_from(("EUR", "JPY", "KWD")),
    wait=st.sampled_from((0, 5, 40, 200)),
)
def test_any_calendar_is_drafted_and_checks_clean(
    kept: list[Calendar], currency: str, wait: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = ("Hosting", "Support desk")
    lines = [line for name, one in zip(names, kept, strict=False) for line in one.lines(name, currency)]
    as_of = max(line.issue_date for line in lines) + timedelta(wait)
    drafts, report = checked(lines, as_of, tmp_path_factory.mktemp("drafts"))
    assert report is not None
    assert drafts.charges == len(kept)
    assert unasked(drafts, report) == []
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]
