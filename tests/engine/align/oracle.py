"""The rules of alignment and habit by definition: every reading is written down, priced and compared.

Comes in: the same integers the engine takes, as plain tuples. Goes out: the one reading the rules prefer. Imports
nothing of the engine, remembers nothing between readings and cuts no corner but one: a placement the rules forbid is
not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

RANK = {"place": 0, "split": 1, "combine": 2, "left": 3}


class Row(NamedTuple):
    """A period or block: its due day, what it needs, how many periods it misses when open, whether it is a change."""

    due_day: int
    amount: int
    misses: int
    is_change: bool
    members: tuple[int, ...] = ()


class Fate(NamedTuple):
    """What a reading does with events that follow each other; no rows where it leaves one."""

    kind: str
    events: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Rules:
    """The measures of one question: days, and all costs and lags in tenths of a day."""

    interval: int
    offset: int = 0
    open_interval: int | None = None

    @property
    def half(self) -> int:
        return 5 * self.interval

    def lag(self, issue_day: int, row: Row) -> int:
        return 10 * abs(issue_day - self.offset - row.due_day)

    def open_cost(self, row: Row) -> int:
        return row.misses * 5 * (self.interval if self.open_interval is None else self.open_interval)


Events = tuple[tuple[int, int], ...]
Reading = tuple[Fate, ...]


def readings(events: Events, rows: tuple[Row, ...], rules: Rules, event: int = 0, free: int = 0) -> Iterator[Reading]:
    """Every reading of the events from `event` on, with the rows from `free` on."""
    if event == len(events):
        yield ()
        return
    for fate in fates(events, rows, rules, event, free):
        next_free = fate.rows[-1] + 1 if fate.rows else free
        for rest in readings(events, rows, rules, event + len(fate.events), next_free):
            yield (fate, *rest)


def fates(events: Events, rows: tuple[Row, ...], rules: Rules, event: int, free: int) -> Iterator[Fate]:
    """Everything that may happen to one event, alone or together with those that follow it."""
    yield Fate("left", (event,), ())
    for first in range(free, len(rows)):
        if may_place(events[event], rows[first], rules):
            yield Fate("place", (event,), (first,))
        for count in range(2, 5):
            together = tuple(range(event, event + count))
            if event + count <= len(events) and may_split([events[one] for one in together], rows[first], rules):
                yield Fate("split", together, (first,))
        for count in range(2, 13):
            run = tuple(range(first, first + count))
            if first + count <= len(rows) and may_combine(events[event], [rows[one] for one in run], rules):
                yield Fate("combine", (event,), run)


def may_place(event: tuple[int, int], row: Row, rules: Rules) -> bool:
    return rules.lag(event[0], row) <= 2 * rules.half and (not row.is_change or event[1] == row.amount)


def may_split(together: list[tuple[int, int]], row: Row, rules: Rules) -> bool:
    return (
        not row.is_change
        and sum(amount for _, amount in together) == row.amount
        and all(rules.lag(issue_day, row) <= rules.half for issue_day, _ in together)
    )


def may_combine(event: tuple[int, int], run: list[Row], rules: Rules) -> bool:
    issue_day, amount = event
    return (
        sum(row.amount for row in run) == amount
        and run[0].amount != 0
        and run[-1].amount != 0
        and all(row.is_change or row.amount >= 0 for row in run)
        and 10 * run[-1].due_day <= 10 * (issue_day - max(rules.offset, 0)) + rules.half
        and min(rules.lag(issue_day, row) for row in run) <= 2 * rules.half
    )


def cost_of(fate: Fate, events: Events, rows: tuple[Row, ...], rules: Rules) -> int:
    """What one fate costs, the open rows aside."""
    if fate.kind == "left":
        return rules.half
    lags = [rules.lag(events[event][0], rows[row]) for event in fate.events for row in fate.rows]
    if fate.kind == "combine":
        return min(lags)
    if fate.kind == "split":
        return sum(lags)
    is_exact = events[fate.events[0]][1] == rows[fate.rows[0]].amount
    return lags[0] + (0 if is_exact else 2 * rules.half // 5)


def total_cost(reading: Reading, events: Events, rows: tuple[Row, ...], rules: Rules) -> int:
    used = {row for fate in reading for row in fate.rows}
    opened = sum(rules.open_cost(row) for index, row in enumerate(rows) if index not in used)
    return opened + sum(cost_of(fate, events, rows, rules) for fate in reading)


def preference(reading: Reading) -> list[tuple[int, tuple[int, ...]]]:
    """Event by event: the kind, then the rows; of two readings that cost the same the smaller is preferred."""
    return [(RANK[fate.kind], fate.rows) for fate in reading for _ in fate.events]


def best_reading(events: Events, rows: tuple[Row, ...], rules: Rules) -> tuple[int, Reading]:
    """The cheapest reading, and among equals the preferred one."""
    priced = [(total_cost(reading, events, rows, rules), reading) for reading in readings(events, rows, rules)]
    least = min(cost for cost, _ in priced)
    return least, min((reading for cost, reading in priced if cost == least), key=preference)
