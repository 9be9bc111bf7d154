"""The quick way to settle a charge decides what the full examination decides."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from billcheck.check import check
from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Amendment
from billcheck.engine.examination import Examination
from billcheck.ledger.source import Ledger
from billcheck.period import Cadence
from billcheck.pricing.schedule import make_schedule
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.engine.examination import PlainCharge
    from billcheck.engine.keys import Slot
    from billcheck.engine.sums import Sums
    from billcheck.ledger.line import Line
    from billcheck.pricing.schedule import Schedule

AS_OF = date(2026, 11, 20)


def random_case(rng: random.Random) -> tuple[Contract, list[Line]]:
    """A contract, and invoices that are mostly right: exact, late or early, stated or not, now and then spoilt."""
    changes = (
        (Amendment(on=date(2026, 4, rng.choice((1, 16))), price=FlatPrice(Decimal(2500))),)
        if rng.random() < 0.2
        else ()
    )
    charge = flat(
        every=Cadence(rng.choice(("month", "month", "quarter"))),
        timing=rng.choice(("in_advance", "in_arrears")),
        invoice_day=rng.choice((None, "period_end")),
        start=date(2026, 1, rng.choice((1, 1, 15, 31))),
        amendments=changes,
    )
    agreed = contract(charge)
    schedule = make_schedule(agreed, charge, AS_OF)
    wrong = rng.choice((1, 1, 1, 2, 4)), rng.randint(1, 9)
    is_stated, offset, jitter = rng.random() < 0.3, rng.choice((0, 0, 3, 20, -8)), rng.choice((0, 0, 4, 12))
    lines = []
    for index, (first, end, due, amount) in enumerate(
        zip(schedule.first_days, schedule.ends, schedule.due_days, schedule.amounts, strict=True)
    ):
        if due > AS_OF.toordinal() or rng.random() < 0.04:
            continue
        day = date.fromordinal(due + offset + rng.randint(0, jitter))
        if day > AS_OF:
            continue
        billed_minor = amount // wrong[0] if index >= wrong[1] else amount - (rng.random() < 0.03)
        billed = line(f"INV-{index}", day.isoformat(), str(Decimal(billed_minor) / 100))
        if is_stated and rng.random() < 0.95:
            billed = replace(
                billed, period_first_day=date.fromordinal(first), period_last_day=date.fromordinal(end - 1)
            )
        lines.append(billed)
        if rng.random() < 0.02:
            lines.append(replace(billed, document=f"INV-{index}-B", issue_date=billed.issue_date + timedelta(1)))
    rng.shuffle(lines)
    return agreed, lines


@pytest.mark.parametrize(
    ("check_from", "check_until"), [(None, None), (date(2026, 4, 1), None), (None, date(2026, 6, 30))]
)
def test_the_quick_ways_and_the_full_examination_agree(check_from: date | None, check_until: date | None) -> None:
    rng = random.Random(20261120)
    settled: Counter[str] = Counter()
    compare, decide = Examination._is_billed_exactly, Examination._judge_plainly

    def count_compared(self: Examination, slot: Slot, schedule: Schedule, sums: Sums) -> bool:
        is_exact = compare(self, slot, schedule, sums)
        settled["at once"] += is_exact
        return is_exact

    def count_judged(self: Examination, slot: Slot, schedule: Schedule, sums: Sums) -> PlainCharge | None:
        judged = decide(self, slot, schedule, sums)
        settled["one by one"] += judged is not None
        return judged

    for _ in range(400):
        agreed, lines = random_case(rng)
        ledger = Ledger.from_lines(lines)
        look = partial(
            check, [agreed], ledger, as_of=AS_OF, covers=(date(2025, 12, 1), AS_OF), check_from=check_from,
            check_until=check_until,
        )  # fmt: skip
        with (
            patch.object(Examination, "_is_billed_exactly", count_compared),
            patch.object(Examination, "_judge_plainly", count_judged),
        ):
            quick = look()
        with patch.object(Examination, "_plain_schedule", return_value=None):
            full = look()
        assert quick.totals == full.totals
        assert quick.findings == full.findings
        assert (quick.judged_rows, quick.counts) == (full.judged_rows, full.counts)
    assert settled["one by one"] > 100
    assert settled["at once"] > 30
