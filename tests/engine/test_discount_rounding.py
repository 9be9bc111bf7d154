"""It changes no cent whether a discount, or what it lowers, stands in one line of an invoice or in several."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck import Ledger, check
from tests.acceptance.agreements import agreement, bill, fee


def billed(lines: list[tuple[str, str]]) -> list[str]:
    """What is billed per charge in January, by an invoice of these lines: amount and item."""
    contract = agreement(fee(name="Care", items=("CARE",)), fee(name="Space", items=("SPACE",)))
    ledger = Ledger.from_lines(bill("INV-1", date(2026, 1, 1), amount, item=item) for amount, item in lines)
    report = check([contract], ledger, as_of=date(2026, 1, 20))
    return [str(row.billed) for row in report.rows if row.first_day == date(2026, 1, 1)]


WHOLE = [("150.00", "SPACE"), ("33.33", "CARE"), ("-20.00", "")]


@pytest.mark.parametrize(
    "lines",
    [
        [("150.00", "SPACE"), ("33.33", "CARE"), ("-2.00", ""), ("-18.00", "")],
        [("-6.67", ""), ("150.00", "SPACE"), ("-6.67", ""), ("33.33", "CARE"), ("-6.66", "")],
        [("75.00", "SPACE"), ("75.00", "SPACE"), ("33.33", "CARE"), ("-20.00", "")],
        [("149.99", "SPACE"), ("0.01", "SPACE"), ("11.11", "CARE"), ("22.22", "CARE"), ("-19.99", ""), ("-0.01", "")],
    ],
)
def test_lines_written_apart_are_lowered_as_one(lines: list[tuple[str, str]]) -> None:
    # 20.00 x 33.33 / 183.33 = 3.636, 20.00 x 150.00 / 183.33 = 16.364
    assert sorted(billed(WHOLE)) == ["133.64", "29.69"]
    assert billed(lines) == billed(WHOLE)
