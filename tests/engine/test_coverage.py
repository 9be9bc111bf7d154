"""What the window of a ledger can tell about an unbilled period."""

from __future__ import annotations

import pytest

from billcheck.engine.coverage import Window

WINDOW = Window(first_day=1000, last_day=1365)


@pytest.mark.parametrize(
    ("due", "wait", "early", "start", "settled"),
    [
        (1200, 10, 45, 500, True),
        (1355, 10, 45, 500, True),
        (1356, 10, 45, 500, False),
        (1045, 10, 45, 500, True),
        (1044, 10, 45, 500, False),
        (1044, 10, 0, 500, True),
        (1001, 10, 45, 1000, True),
        (999, 10, 0, 500, False),
    ],
)
def test_the_invoice_must_have_to_lie_inside(due: int, wait: int, early: int, start: int, settled: bool) -> None:
    assert WINDOW.settles(due, wait, early, start) is settled
