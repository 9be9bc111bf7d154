"""Charges as integers, invoiced by a habit and then spoilt: late, half, missing, twice, joined or split."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import FreeEvent
from tests.engine.align.oracle import Row
from tests.engine.habit.oracle import Terms

if TYPE_CHECKING:
    from random import Random

    from billcheck.contracts.terms import Timing


class Charge(NamedTuple):
    """One charge, its free events and what holds for it."""

    events: tuple[FreeEvent, ...]
    rows: tuple[Row, ...]
    terms: Terms

    @property
    def timing(self) -> Timing:
        return "in_advance" if self.terms.is_in_advance else "in_arrears"


def make_charge(random: Random, most: int = 6) -> Charge:
    """A charge of up to `most` periods and events."""
    interval = random.choice((2, 7, 15, 30))
    count = random.randint(1, most)
    prices = [random.choice((0, 12, 12, 12, 12, 24)) if random.random() < 0.3 else 12 for _ in range(count)]
    due_days = [number * interval + (random.randrange(2) if interval > 2 else 0) for number in range(count)]
    is_in_advance = random.random() < 0.5
    drafts = [draft for draft in _invoices(random, interval, due_days, prices, is_in_advance) if random.random() < 0.9]
    events = tuple(FreeEvent(day, amount) for day, amount in sorted(drafts)[:most] if amount > 0)
    rows = [_row(random, due_day, price) for due_day, price in zip(due_days, prices, strict=True)]
    expected = [*prices]
    if random.random() < 0.15 and count < most:
        position = random.randrange(count)
        rows.insert(position + 1, Row(due_days[position], 5, 1, is_change=True))
        expected.insert(position + 1, 5)
    settled_day = random.choice((None, due_days[-1] + interval, due_days[-1] - interval))
    return Charge(events, tuple(rows), Terms(interval, is_in_advance, tuple(expected), settled_day))


def _row(random: Random, due_day: int, price: int) -> Row:
    needed = price if random.random() < 0.9 else random.choice((0, 6, -3))
    return Row(due_day, needed, int(needed > 0 and random.random() < 0.85), is_change=False)


def _invoices(
    random: Random, interval: int, due_days: list[int], prices: list[int], is_in_advance: bool
) -> list[tuple[int, int]]:
    """Invoices by a habit of this charge, some of them spoilt."""
    size = random.choice((1, 1, 2, 3, 6))
    late = random.choice((0, 0, 0, interval // 3, -interval // 3, 2 * interval // 3))
    jitter = random.choice((0, 0, 1, interval // 4))
    factor = random.choice((2, 2, 2, 1))
    invoices = []
    for start in range(-random.randrange(size), len(due_days), size):
        members = [index for index in range(start, start + size) if 0 <= index < len(due_days)]
        day = due_days[members[0 if is_in_advance else -1]] + late + random.randint(-jitter, jitter)
        amount = sum(prices[index] for index in members) * factor // 2
        spoil = random.random()
        if spoil < 0.08:
            invoices += [(day, amount), (day + random.randrange(2), amount)]
        elif spoil < 0.16:
            invoices += [(day, amount // 3), (day + 1, amount - amount // 3)]
        elif spoil < 0.24:
            invoices.append((day + random.randrange(-interval, interval), amount + random.choice((0, 1, 12))))
        else:
            invoices.append((day, amount))
    return invoices
