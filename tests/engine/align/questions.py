"""Random questions for the alignment, made so that exact amounts, ties and close days are common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import FreeEvent, Openings
from tests.engine.align.oracle import Row, Rules

if TYPE_CHECKING:
    from random import Random

INTERVALS = (1, 2, 3, 7, 10, 15, 30)


class Question(NamedTuple):
    """The same question in the engine's words and in the oracle's."""

    events: tuple[FreeEvent, ...]
    openings: Openings
    rows: tuple[Row, ...]
    rules: Rules


def ask(random: Random, most: int = 6) -> Question:
    """A question of up to `most` events and periods."""
    interval = random.choice(INTERVALS)
    due_day, rows = random.randrange(interval + 1), []
    for _ in range(random.randint(0, most)):
        is_change = random.random() < 0.12
        amount = random.choice((-2, 1, 2, 3)) if is_change else random.choice((0, 1, 2, 2, 3, 4, 4, 4, 6, -1))
        rows.append(Row(due_day, amount, int(amount > 0 and random.random() < 0.8), is_change))
        due_day += random.choice((0, 1, interval // 2, interval, interval, interval, interval + 1, 2 * interval))
    rows.sort(key=lambda row: (row.due_day, row.is_change))
    last_day = due_day + interval
    days = sorted(random.randrange(-interval, last_day + 1) for _ in range(random.randint(0, most)))
    if random.random() < 0.3:
        # Close to each other and to a due day, as the parts of one split are.
        middle = random.choice([row.due_day for row in rows] or [0])
        days = sorted(middle + random.randint(-(interval // 4), interval // 4) for _ in days)
    events = tuple(FreeEvent(day, random.choice((1, 2, 2, 3, 4, 4, 5, 6, 8, 12))) for day in days)
    offset = random.choice((0, 0, 0, random.randint(-interval, interval)))
    return Question(events, openings_of(tuple(rows)), tuple(rows), Rules(interval, offset))


def openings_of(rows: tuple[Row, ...]) -> Openings:
    """The oracle's rows as the engine's columns."""
    return Openings(
        tuple(row.due_day for row in rows),
        tuple(row.amount for row in rows),
        tuple(row.misses for row in rows),
        tuple(row.is_change for row in rows),
    )
