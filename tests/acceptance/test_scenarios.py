"""The named scenarios of real invoicing, each through a whole check.

A fee of 100.00 a month, in advance from 1 January 2026, unless a test says otherwise. The lines bear no period and no
code: only their dates and amounts speak.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import TYPE_CHECKING

from billcheck import Ledger, check
from billcheck.period import add_months
from tests.acceptance.agreements import agreement, bill, bills, fee
from tests.yardstick import yardstick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck import Line, Report
    from billcheck.contracts.terms import Charge

YARDSTICKS = 50
"""So much longer than the yardstick it may take. A slow machine must not fail this, a quadratic search must."""


def examine(lines: Iterable[Line], as_of: date, *charges: Charge) -> Report:
    """Check lines of the one customer; the ledger is known to be whole from December 2025 on."""
    contracts = (agreement(*(charges or (fee(),))),)
    return check(contracts, Ledger.from_lines(lines), as_of=as_of, covers=(date(2025, 12, 1), as_of))


def statuses(report: Report) -> list[str]:
    return [str(row.status) for row in report.rows]


def billed(report: Report) -> list[str]:
    return [str(row.billed) for row in report.rows]


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def firsts(*months: int) -> list[date]:
    return [date(2026, month, 1) for month in months]


def test_half_rate() -> None:
    lines = [*bills("100.00", *firsts(1, 2)), *bills("50.00", *firsts(3, 4, 5, 6, 7, 8))]
    report = examine(lines, date(2026, 8, 31))
    assert statuses(report) == ["ok"] * 2 + ["underbilled"] * 6 + ["not_due"]
    assert report.arrears == {"EUR": Decimal("300.00")}
    assert kinds(report) == {"underbilled"}


def test_one_invoice_twenty_eight_days_late() -> None:
    days = [*firsts(1, 2), date(2026, 3, 29), *firsts(4, 5, 6)]
    report = examine(bills("100.00", *days), date(2026, 6, 30))
    assert statuses(report) == ["ok"] * 6 + ["not_due"]
    assert [item.document for item in report.rows[2].evidence] == ["INV-260329"]
    assert str(report.verdict) == "clean"


def test_one_missing() -> None:
    report = examine(bills("100.00", *firsts(1, 2, 4, 5, 6)), date(2026, 6, 30))
    assert statuses(report) == ["ok", "ok", "missing", "ok", "ok", "ok", "not_due"]
    assert report.arrears == {"EUR": Decimal("100.00")}
    assert kinds(report) == {"missing"}


def test_late_catch_up_line() -> None:
    lines = [*bills("100.00", *firsts(1, 2, 4, 5, 6)), bill("INV-900", date(2026, 6, 10), "100.00")]
    report = examine(lines, date(2026, 6, 30))
    assert statuses(report) == ["ok", "ok", "settled", "ok", "ok", "ok", "not_due"]
    assert report.totals[0].inferred == 100_00
    assert str(report.verdict) == "clean"


def test_late_catch_up_of_several_half_months() -> None:
    lines = [
        *bills("50.00", *firsts(1, 2, 3, 4)),
        *bills("100.00", *firsts(5, 6)),
        bill("CU", date(2026, 6, 9), "200.00"),
    ]
    report = examine(lines, date(2026, 6, 30))
    assert statuses(report) == ["settled"] * 4 + ["ok"] * 2 + ["not_due"]
    assert report.arrears == {"EUR": Decimal("0.00")}


def test_doubled_catch_up() -> None:
    """The second catch-up of 50.00 settles nothing more: it stays in sight, as too much or as left over."""
    catch_ups = [bill("CU-1", date(2026, 6, 12), "50.00"), bill("CU-2", date(2026, 6, 13), "50.00")]
    lines = [*bills("100.00", *firsts(1, 2, 4, 5, 6)), bill("HALF", date(2026, 3, 1), "50.00"), *catch_ups]
    report = examine(lines, date(2026, 6, 25))
    assert report.arrears == {"EUR": Decimal("0.00")}
    assert [status for status in statuses(report) if status in {"missing", "underbilled", "billed_ahead"}] == []
    (totals,) = report.totals
    assert totals.overbilled + totals.residue == 50_00


def test_quarterly_for_monthly_exact() -> None:
    report = examine(bills("300.00", *firsts(1, 4, 7)), date(2026, 9, 30))
    assert statuses(report) == ["ok"] * 9 + ["not_due"]
    assert str(report.verdict) == "clean"


def test_quarterly_at_half() -> None:
    report = examine(bills("150.00", *firsts(1, 4, 7)), date(2026, 9, 30))
    assert statuses(report) == ["underbilled"] * 9 + ["not_due"]
    assert billed(report) == ["50.00"] * 9 + ["0.00"]
    assert report.arrears == {"EUR": Decimal("450.00")}


def test_sixty_forty_split() -> None:
    lines = [
        *bills("60.00", *firsts(1, 2, 3, 4)),
        *(bill(f"B-{day.month}", day + timedelta(9), "40.00") for day in firsts(1, 2, 3, 4)),
    ]
    report = examine(lines, date(2026, 4, 30))
    assert statuses(report) == ["ok"] * 4 + ["not_due"]
    assert str(report.verdict) == "clean"


def test_duplicate_next_day() -> None:
    lines = [*bills("100.00", *firsts(1, 2, 3, 4)), bill("AGAIN", date(2026, 2, 2), "100.00")]
    report = examine(lines, date(2026, 4, 30))
    assert statuses(report) == ["ok", "overbilled", "ok", "ok", "not_due"]
    assert kinds(report) == {"duplicate"}
    assert report.overbilled == {"EUR": Decimal("100.00")}
    assert report.arrears == {"EUR": Decimal("0.00")}


def test_duplicate_of_the_last_invoice_is_no_payment_ahead() -> None:
    lines = [*bills("100.00", *firsts(1, 2, 3, 4)), bill("AGAIN", date(2026, 4, 2), "100.00")]
    report = examine(lines, date(2026, 4, 15))
    assert kinds(report) == {"duplicate"}
    assert report.overbilled == {"EUR": Decimal("100.00")}


def test_always_twenty_days_late() -> None:
    report = examine(bills("100.00", *(day + timedelta(20) for day in firsts(1, 2, 3, 4, 5, 6))), date(2026, 6, 30))
    assert statuses(report) == ["ok"] * 6 + ["not_due"]
    assert str(report.verdict) == "clean"
    assert kinds(report) == {"habit"}


def test_always_twenty_days_late_with_a_missing_month() -> None:
    report = examine(bills("100.00", *(day + timedelta(20) for day in firsts(1, 2, 4, 5, 6))), date(2026, 6, 30))
    assert statuses(report) == ["ok", "ok", "missing", "ok", "ok", "ok", "not_due"]
    assert report.arrears == {"EUR": Decimal("100.00")}


def test_always_twenty_days_late_is_awaited_that_much_longer() -> None:
    """July is due on 1 July; 20 days of habit and 10 of grace run up to and including 31 July."""
    lines = bills("100.00", *(day + timedelta(20) for day in firsts(1, 2, 3, 4, 5, 6)))
    assert statuses(examine(lines, date(2026, 7, 31)))[6] == "awaiting"
    assert statuses(examine(lines, date(2026, 8, 1)))[6] == "missing"


def test_monthly_price_once_a_quarter() -> None:
    report = examine(bills("100.00", *firsts(1, 4, 7)), date(2026, 9, 30))
    assert statuses(report) == ["ok", "missing", "missing"] * 3 + ["not_due"]
    assert report.arrears == {"EUR": Decimal("600.00")}


def test_always_twenty_days_early() -> None:
    report = examine(bills("100.00", *(day - timedelta(20) for day in firsts(1, 2, 3, 4, 5, 6))), date(2026, 6, 5))
    assert statuses(report) == ["ok"] * 6 + ["not_due"]
    assert str(report.verdict) == "clean"
    assert kinds(report) == {"habit"}


def test_always_twenty_days_early_with_a_missing_month() -> None:
    report = examine(bills("100.00", *(day - timedelta(20) for day in firsts(1, 2, 4, 5, 6))), date(2026, 6, 5))
    assert statuses(report) == ["ok", "ok", "missing", "ok", "ok", "ok", "not_due"]


def test_half_every_month_with_jitter() -> None:
    jitter = (2, 0, 4, 1, 3, 5, 0, 2)
    days = [day + timedelta(late) for day, late in zip(firsts(1, 2, 3, 4, 5, 6, 7, 8), jitter, strict=True)]
    report = examine(bills("50.00", *days), date(2026, 8, 25))
    assert statuses(report) == ["underbilled"] * 8 + ["not_due"]
    assert report.arrears == {"EUR": Decimal("400.00")}


def test_half_every_month_is_never_read_as_every_other_month() -> None:
    report = examine(bills("50.00", *firsts(1, 2, 3, 4, 5, 6)), date(2026, 6, 30))
    assert statuses(report) == ["underbilled"] * 6 + ["not_due"]


def test_double_rate() -> None:
    """The half-rate story the other way round: a wrong price never moves an invoice to another month."""
    report = examine(bills("200.00", *firsts(1, 2, 3, 4, 5, 6)), date(2026, 6, 20))
    assert statuses(report) == ["overbilled"] * 6 + ["not_due"]
    assert report.overbilled == {"EUR": Decimal("600.00")}
    assert kinds(report) == {"overbilled"}


def test_first_invoice_doubled() -> None:
    """100.00 too much in January; that is no habit of invoicing a month ahead."""
    lines = [*bills("200.00", *firsts(1)), *bills("100.00", *firsts(2, 3, 4))]
    report = examine(lines, date(2026, 4, 20))
    assert statuses(report) == ["overbilled", "ok", "ok", "ok", "not_due"]
    assert kinds(report) == {"overbilled"}


def test_ten_thousand_events_on_one_charge() -> None:
    """Three invoices a month for 278 years, one month in a hundred left out: long, and still quick."""
    start = date(1900, 1, 1)
    months = [add_months(start, number, 1) for number in range(3_368)]
    parts = (("50.00", 0), ("30.00", 5), ("20.00", 10))
    lines = [
        bill(f"INV-{number:04}-{late}", month + timedelta(late), amount)
        for number, month in enumerate(months)
        if number % 100 != 50
        for amount, late in parts
    ]
    assert len(lines) > 10_000
    as_of = months[-1] + timedelta(20)
    contracts = (agreement(fee(start=start)),)
    began = process_time()
    report = check(contracts, Ledger.from_lines(lines), as_of=as_of, covers=(start, as_of))
    assert [number for number, status in enumerate(statuses(report)) if status == "missing"] == [*range(50, 3_368, 100)]
    assert {*statuses(report)} == {"ok", "missing", "not_due"}
    assert report.arrears == {"EUR": Decimal("3400.00")}
    assert process_time() - began < YARDSTICKS * yardstick()


def test_three_thousand_half_invoices_on_one_charge() -> None:
    """278 years of months at half, with jitter."""
    start = date(1900, 1, 1)
    months = [add_months(start, number, 1) for number in range(3_334)]
    lines = [bill(f"INV-{number}", month + timedelta(number * 7 % 6), "50.00") for number, month in enumerate(months)]
    as_of = months[-1] + timedelta(20)
    began = process_time()
    report = check((agreement(fee(start=start)),), Ledger.from_lines(lines), as_of=as_of, covers=(start, as_of))
    assert statuses(report) == ["underbilled"] * 3_334 + ["not_due"]
    assert report.arrears == {"EUR": Decimal("166700.00")}
    assert process_time() - began < YARDSTICKS * yardstick()


def test_a_quarter_on_two_lines_uses_each_line_to_the_cent() -> None:
    """Lines of 100.00 and 200.00 for three months of 100.00: thirds of a line leave cents, which must not get lost."""
    lines = [bill("INV-1", date(2026, 1, 1), "100.00"), bill("INV-1", date(2026, 1, 1), "200.00")]
    report = examine(lines, date(2026, 3, 20))
    assert statuses(report) == ["ok", "ok", "ok", "not_due"]
    used = {1: Decimal(0), 2: Decimal(0)}
    for row in report.rows:
        assert sum((item.amount for item in row.evidence), Decimal(0)) == row.billed
        for item in row.evidence:
            used[item.row] += item.amount
    assert used == {1: Decimal(100), 2: Decimal(200)}
