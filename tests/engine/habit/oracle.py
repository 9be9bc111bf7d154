"""The rules of habit by definition: every offset, every block, every phase, each read by the oracle of alignment.

Comes in: events and rows as plain tuples. Goes out: the habit the rules prefer and where each cent goes. Imports
nothing of the engine and dismisses no candidate before it is priced.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import NamedTuple

from tests.engine.align.oracle import Events, Reading, Row, Rules, best_reading


class Terms(NamedTuple):
    """What holds for the whole charge. `expected` is per row what was to be billed in all."""

    interval: int
    is_in_advance: bool
    expected: tuple[int, ...]
    settled_day: int | None


class Answer(NamedTuple):
    """The habit, and `money[event, period]` for every part that is not nothing."""

    cost: int
    block: int
    offset: int
    phase: int
    money: dict[tuple[int, int], int]
    due_days: tuple[int, ...]


def best_habit(events: Events, rows: tuple[Row, ...], terms: Terms) -> Answer:
    """The cheapest candidate; ties go to fewer periods, the smaller shift, the later, the smaller phase."""
    answers = []
    singles = [bills_one_period(event, rows, terms) for event in events]
    blocks = (1,) if all(singles) else (1, 2, 3, 6, 12)
    for block, offset in product(blocks, offsets(events, rows)):
        for phase in range(block):
            joined = join(rows, block, phase, terms)
            awaited = tuple(await_row(row, offset, terms) for row in joined)
            rules = Rules(terms.interval * block, offset, terms.interval)
            cost, reading = best_reading(events, awaited, rules)
            days = {day for day, _ in events}
            has_evidence = len(days) >= 3 or (offset == 0 and has_exact_block(events, rows, joined, reading, terms))
            if block == 1 or (has_evidence and not is_contradicted(events, rows, joined, reading, singles)):
                answers.append((cost, block, abs(offset), -offset, phase, joined, reading))
    cost, block, _, before, phase, joined, reading = min(answers)
    due_day_of = {period: row.due_day for row in joined for period in row.members}
    money = deal_out(events, rows, joined, reading, terms)
    return Answer(cost, block, -before, phase, money, tuple(due_day_of[period] for period in range(len(rows))))


def offsets(events: Events, rows: tuple[Row, ...]) -> set[int]:
    due_days = [row.due_day for row in rows if not row.is_change]
    after = [
        min(day - due for due in due_days if due <= day) for day, _ in events if min(due_days, default=day + 1) <= day
    ]
    before = [min(due - day for due in due_days if due > day) for day, _ in events if max(due_days, default=day) > day]
    return {0, *lower_median(after), *(-days for days in lower_median(before))}


def lower_median(values: list[int]) -> list[int]:
    """The middle value, or the smaller of the two middle ones; nothing of nothing."""
    below = [value for value in values if sum(other < value for other in values) <= (len(values) - 1) // 2]
    return [max(below)] if below else []


def join(rows: tuple[Row, ...], block: int, phase: int, terms: Terms) -> tuple[Row, ...]:
    """The rows of blocks; change rows stay as they are."""
    regular = [index for index, row in enumerate(rows) if not row.is_change]
    groups: dict[int, list[int]] = {}
    for position, index in enumerate(regular):
        groups.setdefault((position - phase) // block, []).append(index)
    joined = [row._replace(members=(index,)) for index, row in enumerate(rows) if row.is_change]
    for group in groups.values():
        if block == 1:
            joined.append(rows[group[0]]._replace(members=tuple(group)))
            continue
        needing = [index for index in group if rows[index].amount > 0]
        due_with = (needing[0] if terms.is_in_advance else needing[-1]) if needing else None
        misses = sum(rows[index].misses for index in needing) if due_with is not None and rows[due_with].misses else 0
        due_day = rows[group[0] if terms.is_in_advance else group[-1]].due_day
        joined.append(
            Row(due_day, sum(rows[index].amount for index in needing), misses, is_change=False, members=tuple(group))
        )
    return tuple(sorted(joined, key=lambda row: (row.due_day, row.is_change, row.members)))


def await_row(row: Row, offset: int, terms: Terms) -> Row:
    is_settled = terms.settled_day is None or row.due_day + max(0, offset) <= terms.settled_day
    return row if is_settled else row._replace(misses=0)


def bills_one_period(event: tuple[int, int], rows: tuple[Row, ...], terms: Terms) -> bool:
    issue_day, amount = event
    return any(
        amount in (row.amount, price) and row.due_day <= issue_day + terms.interval
        for row, price in zip(rows, terms.expected, strict=True)
        if not row.is_change
    )


def is_contradicted(
    events: Events, rows: tuple[Row, ...], joined: tuple[Row, ...], reading: Reading, singles: list[bool]
) -> bool:
    """Whether of the events on several periods in need more than a quarter bill exactly one, or some in a row."""
    votes: list[bool] = []
    for fate in reading:
        if sum(rows[period].amount > 0 for row in fate.rows for period in joined[row].members) >= 2:
            needed = sum(joined[row].amount for row in fate.rows)
            is_sum = len(fate.events) == 1 and events[fate.events[0]][1] == needed
            needs = [rows[period].amount for row in fate.rows for period in joined[row].members]
            votes += [(singles[event] or is_run(events[event][1], needs)) and not is_sum for event in fate.events]
    return 4 * votes.count(True) > len(votes)


def is_run(amount: int, needs: list[int]) -> bool:
    """Whether an amount is what periods that follow each other need, of which the first needs something."""
    return any(
        needs[first] > 0 and sum(needs[first:stop]) == amount for first, stop in combinations(range(len(needs) + 1), 2)
    )


def has_exact_block(
    events: Events, rows: tuple[Row, ...], joined: tuple[Row, ...], reading: Reading, terms: Terms
) -> bool:
    """Whether an event is exactly a block of two or more periods of which nothing is billed."""
    return any(
        fate.kind == "place"
        and events[fate.events[0]][1] == joined[fate.rows[0]].amount
        and sum(rows[period].amount > 0 for period in joined[fate.rows[0]].members) >= 2
        and all(rows[period].amount == terms.expected[period] for period in joined[fate.rows[0]].members)
        for fate in reading
    )


def deal_out(
    events: Events, rows: tuple[Row, ...], joined: tuple[Row, ...], reading: Reading, terms: Terms
) -> dict[tuple[int, int], int]:
    """Each event's money per period: exactly what is open, or by weight; several events one after the other."""
    money: dict[tuple[int, int], int] = {}
    for fate in reading:
        periods = [period for row in fate.rows for period in joined[row].members]
        if not periods:
            continue
        total = sum(events[event][1] for event in fate.events)
        parts = [rows[one].amount if rows[one].is_change else max(0, rows[one].amount) for one in periods]
        if sum(parts) != total:
            weights = [max(0, rows[period].amount) for period in periods]
            weights = weights if any(weights) else [max(0, terms.expected[period]) for period in periods]
            parts = by_largest_remainder(total, weights)
        if len(fate.events) == 1:
            money.update({(fate.events[0], one): part for one, part in zip(periods, parts, strict=True) if part})
            continue
        cents = [period for period, part in zip(periods, parts, strict=True) for _ in range(part)]
        payers = [event for event in fate.events for _ in range(events[event][1])]
        for payer, period in zip(payers, cents, strict=True):
            money[payer, period] = money.get((payer, period), 0) + 1
    return money


def by_largest_remainder(total: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    shares = [Fraction(total * weight, whole) if whole else Fraction(total, len(weights)) for weight in weights]
    parts = [int(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda index: (parts[index] - shares[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts
