"""Credits and copied texts by the number: what they cost, and every small ledger of copied texts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, check
from billcheck.engine.books import Books
from billcheck.findings import Status
from billcheck.pricing.schedule import make_schedule
from tests.engine.agreements import contract, flat, line
from tests.yardstick import yardstick

if TYPE_CHECKING:
    from billcheck.ledger.line import Line

MONTHLY = contract(flat(amount="100.00", timing="in_advance", invoice_day=None))
MONTHS = ("January", "February", "March", "April")
YARDSTICKS = 14
"""So much longer than the yardstick it may take: about 3 s where that takes 0.2 s, and twice what it takes there."""


def many_credits(amount: str, *, is_named: bool) -> list[Line]:
    """Five thousand invoices over four months, each with a credit note three days later."""
    lines = []
    for number in range(5_000):
        day = date(2026, 1, 1) + timedelta(number % 120)
        named = f"INV-{number}" if is_named else ""
        lines.append(line(f"INV-{number}", day.isoformat(), "100.00"))
        lines.append(
            line(
                f"CN-{number}",
                (day + timedelta(3)).isoformat(),
                amount,
                kind="credit_note",
                credits_document=named,
            )
        )
    return lines


@pytest.mark.large
@pytest.mark.parametrize(("amount", "is_named"), [("100.00", True), ("100.00", False), ("40.00", True)])
def test_ten_thousand_events_half_of_them_credits(amount: str, *, is_named: bool) -> None:
    ledger = Ledger.from_lines(many_credits(amount, is_named=is_named))
    began = process_time()
    report = check((MONTHLY,), ledger, as_of=date(2026, 5, 31))
    assert process_time() - began < YARDSTICKS * yardstick()
    billed = sum(row.billed_minor for row in report.rows) + sum(residue.amount_minor for residue in report.residue)
    assert billed == 50_000_000 - 5_000 * int(amount.replace(".", ""))


@given(st.integers(-60, 400), st.integers(-30, 30))
def test_the_nearest_period_is_the_earlier_of_two_equally_near(days: int, offset: int) -> None:
    agreed = contract(flat(anchor_day=31))
    schedule = make_schedule(agreed, agreed.charges[0], date(2026, 12, 31))
    books = Books(schedule)
    books.offset = offset
    day = date(2026, 1, 1).toordinal() + days
    distances = [abs(day - offset - due_day) for due_day in schedule.due_days]
    assert books.nearest_period(day) == distances.index(min(distances))


def copied(texts: tuple[int | None, ...]) -> tuple[list[Status], set[int]]:
    """What four monthly invoices come to that state these months, and which of them are said to be copies."""
    lines = [
        line(f"INV-{month}", f"2026-{month + 1:02}-01", "100.00", description="" if text is None else MONTHS[text])
        for month, text in enumerate(texts)
    ]
    report = check((MONTHLY,), Ledger.from_lines(lines), as_of=date(2026, 4, 20))
    sentences = [finding.sentence for finding in report.findings if finding.kind == "mislabelled_period"]
    named = {month for month in range(4) if any(f"INV-{month}" in sentence for sentence in sentences)}
    assert sum(row.billed_minor for row in report.rows) + sum(left.amount_minor for left in report.residue) == 40_000
    return [row.status for row in report.rows[:4]], named


def test_every_way_in_which_four_invoices_copy_texts() -> None:
    """What copies the text of an invoice that is right is a copy, and bills its own month; what is right never is."""
    understood = 0
    for texts in product((None, 0, 1, 2, 3), repeat=4):
        statuses, named = copied(texts)
        wrong = {month for month, text in enumerate(texts) if text not in {None, month}}
        assert named <= wrong, texts
        if all(texts[text] == text for month, text in enumerate(texts) if month in wrong and text is not None):
            understood += 1
            assert (statuses, named) == ([Status.OK] * 4, wrong), texts
    assert understood > 100
