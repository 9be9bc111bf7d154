"""What one reading of free invoices bills per row, after what it leaves over has settled what it equals or repeats.

Comes in: a world, the rows and events of a charge, and which events go to which rows. Goes out: per row what is billed
and how. Written from the rules alone, apart from the library. Must not know the library, nor how readings are found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.simulator.agreements import GRACE

if TYPE_CHECKING:
    from tests.simulator.agreements import Row
    from tests.simulator.bookkeeping import World

Step = tuple[tuple[int, ...], tuple[int, ...]]
"""Events that go to slots."""
Reading = tuple[Step, ...]

SURE_OF_LAGS = 3
"""From so many invoices for one row each on, their own lags say how long an invoice is awaited."""


class Event(NamedTuple):
    """What one document bills for the charge, in so many lines."""

    issued: int
    amount: int
    lines: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A row, or a block of rows: when it is due, what it needs, what it costs in tenths of a day when open."""

    due: int
    needs: int
    cost: int
    is_change: bool
    members: tuple[int, ...]


class RowTold(NamedTuple):
    """What a reading says of a row: minor units billed, by how many lines, and by what rule beside the alignment."""

    billed: int
    lines: int
    due: int
    is_settled: bool
    is_double: bool


class Told(NamedTuple):
    """One reading: its rows, the habit it sees, and for how many days after the due day an invoice is awaited."""

    rows: tuple[RowTold, ...]
    offset: int
    block: int
    late: int


@dataclass(slots=True)
class _Account:
    """What is billed per row so far; `owners` are the events that billed a row last, with what they have there."""

    rows: list[Row]
    billed: list[int]
    lines: list[int]
    owners: list[Event | None]
    settled: set[int] = field(default_factory=set)
    doubles: set[int] = field(default_factory=set)

    def open(self, index: int) -> int:
        """What a row still needs."""
        return self.rows[index].amount - self.billed[index]

    def post(self, index: int, amount: int, event: Event) -> None:
        """Bill a part of an event for a row."""
        if amount:
            self.billed[index] += amount
            self.lines[index] += event.lines
            self.owners[index] = event._replace(amount=amount)

    def move(self, index: int, other: int, amount: int) -> None:
        """Move a part of what a row was billed last to another row."""
        owner = self.owners[index]
        assert owner is not None
        self.post(other, amount, owner)
        self.billed[index] -= amount
        self.owners[index] = owner._replace(amount=owner.amount - amount)


def settle(
    world: World,
    rows: list[Row],
    events: list[Event],
    reading: Reading,
    slots: list[Slot],
    given_back: list[Event],
    *,
    offset: int,
    block: int,
) -> Told:
    """What a reading bills per row, after left-over events have settled what they equal or repeat.

    `given_back` are credit notes for just what changes to lower terms come to.
    """
    count = len(rows)
    account = _Account(rows, [0] * count, [0] * count, [None] * count)
    placed: dict[int, tuple[int, ...]] = {}
    lags: dict[int, int] = {}
    for taken, numbers in reading:
        members = tuple(sorted(index for number in numbers for index in slots[number].members))
        placed.update(dict.fromkeys(taken, members))
        _deal_out(account, events, taken, members)
        if len(taken) == 1 and len(members) == 1:
            issued = events[taken[0]].issued
            lag = issued - rows[members[0]].due.toordinal()
            lags[issued] = min(lag, lags.get(issued, lag), key=lambda one: (abs(one), one))
    for event in given_back:
        reduced = [index for index, row in enumerate(rows) if row.is_change and account.open(index) == event.amount]
        for index in reduced[:1]:
            account.post(index, event.amount, event)
    _feed_changes(account)
    due = _block_dues(rows, slots)
    late = max(0, offset, sorted(lags.values())[(len(lags) - 1) // 2] if len(lags) >= SURE_OF_LAGS else 0)
    rest = []
    for number in (number for number in range(len(events)) if number not in placed):
        event = events[number]
        run = _settles(world, account, due, event, late)
        account.settled.update(run)
        run = run or _ahead(account, event)
        for index in run:
            account.post(index, account.open(index), event)
        if not run:
            rest.append(number)
    for index in range(count):
        _settle_excess(world, account, due, index, late)
    _feed_changes(account)
    half = max(slot.cost for slot in slots) // 10 if slots else 0
    for number in rest:
        _repeat(account, events, placed, number, half)
    found = zip(account.billed, account.lines, due, strict=True)
    told = [
        RowTold(billed, lines, day, index in account.settled, index in account.doubles)
        for index, (billed, lines, day) in enumerate(found)
    ]
    return Told(tuple(told), offset, block, late)


def _deal_out(account: _Account, events: list[Event], taken: tuple[int, ...], members: tuple[int, ...]) -> None:
    """Events fill the rows they go to one after the other, each row up to its share of them all."""
    parts = _shares(account.rows, members, sum(events[event].amount for event in taken))
    waiting = [(events[event].amount, events[event]) for event in reversed(taken)]
    if len(waiting) == 1:
        for index, part in zip(members, parts, strict=True):
            account.post(index, part, waiting[0][1])
        return
    for index, share in zip(members, parts, strict=True):
        room = share
        while room:
            amount, event = waiting.pop()
            poured = min(room, amount)
            account.post(index, poured, event)
            room -= poured
            if amount > poured:
                waiting.append((amount - poured, event))


def _block_dues(rows: list[Row], slots: list[Slot]) -> list[int]:
    due = [row.due.toordinal() for row in rows]
    for slot in slots:
        for index in slot.members:
            due[index] = slot.due
    return due


def _shares(rows: list[Row], members: tuple[int, ...], amount: int) -> list[int]:
    needs = [rows[index].amount for index in members]
    if sum(needs) == amount or len(members) == 1:
        return needs if sum(needs) == amount else [amount]
    weights = [max(need, 0) for need in needs]
    total = sum(weights)
    floors = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % total), index))
    for index in order[: amount - sum(floors)]:
        floors[index] += 1
    return floors


def _feed_changes(account: _Account) -> None:
    """The excess of a regular row goes to the change row due with it; a reduction is netted against a shortfall."""
    for index, row in enumerate(account.rows):
        if not row.is_change:
            continue
        for other, regular in enumerate(account.rows):
            if regular.is_change or regular.due != row.due or not account.billed[other]:
                continue
            wanted, excess = account.open(index), -account.open(other)
            moved = max(min(wanted, excess), 0) + min(max(wanted, excess), 0)
            if moved:
                account.move(other, index, moved)


def _settle_excess(world: World, account: _Account, due: list[int], index: int, late: int) -> None:
    """Let what a row was billed too much settle what it equals: all that is open, the next rows, or one run.

    A whole event too many is a repeat, and one excess after another a wrong price: neither is a payment ahead.
    """
    excess, owner = -account.open(index), account.owners[index]
    if excess <= 0 or owner is None or owner.amount < excess:
        return
    event = owner._replace(amount=excess)
    opened = _open_rows(world, account, due, event, late)
    run = opened if sum(map(account.open, opened)) == excess else []
    is_repeat = owner.amount == excess or any(account.open(earlier) < 0 for earlier in range(index))
    ahead = [] if run or is_repeat else _next_rows(account, index + 1, excess)
    run = run or ahead or _settles(world, account, due, event, late)
    for other in run:
        account.move(index, other, account.open(other))
    if not ahead:
        account.settled.update(run)


def _next_rows(account: _Account, start: int, amount: int) -> list[int]:
    """The regular rows from one on that nothing was billed for, where an amount is exactly their sum."""
    run, total = [], 0
    for index in range(start, len(account.rows)):
        if account.rows[index].is_change:
            continue
        if account.billed[index] or account.rows[index].amount <= 0:
            return []
        run.append(index)
        total += account.rows[index].amount
        if total >= amount:
            break
    return run if total == amount else []


def _open_rows(world: World, account: _Account, due: list[int], event: Event, late: int) -> list[int]:
    """The rows known to be short on the day of an event: partly billed, or past the days an invoice is awaited."""
    return [
        index
        for index, row in enumerate(account.rows)
        if row.amount > account.billed[index]
        and row.due.toordinal() <= event.issued
        and (bool(account.lines[index]) or due[index] + GRACE + late < world.as_of.toordinal())
    ]


def _settles(world: World, account: _Account, due: list[int], event: Event, late: int) -> list[int]:
    """The open rows an event equals: all of them, or runs of one shape."""
    missing = [account.open(index) for index in range(len(account.rows))]
    everything = _open_rows(world, account, due, event, late)
    if everything and sum(missing[index] for index in everything) == event.amount:
        return everything
    runs = []
    for first in everything:
        last = first
        while last in everything:
            last += 1
            if sum(missing[first:last]) == event.amount:
                runs.append(list(range(first, last)))
    shapes = {tuple(missing[index] for index in run) for run in runs}
    return runs[0] if len(shapes) == 1 else []


def _ahead(account: _Account, event: Event) -> list[int]:
    """Two or more whole rows not yet due that the event equals; none after one that a later event bills by itself."""
    coming = [
        index
        for index, row in enumerate(account.rows)
        if row.due.toordinal() > event.issued and not row.is_change and not account.billed[index]
    ]
    before = [
        owner
        for row, owner in zip(account.rows, account.owners, strict=True)
        if not row.is_change and owner is not None and coming and event.issued < row.due.toordinal()
        if row.due < account.rows[coming[0]].due
    ]
    if any(owner.issued > event.issued for owner in before):
        return []
    for count in range(2, len(coming) + 1):
        if sum(account.rows[index].amount for index in coming[:count]) == event.amount:
            return coming[:count]
    return []


def _repeat(account: _Account, events: list[Event], placed: dict[int, tuple[int, ...]], number: int, half: int) -> None:
    """Bill once more the row of the nearest event of the same amount, where it is billed in full; else nothing."""
    event = events[number]
    twins = [
        (abs(events[other].issued - event.issued), members[0])
        for other, members in placed.items()
        if len(members) == 1
        and events[other].amount == event.amount
        and abs(events[other].issued - event.issued) <= half
        and account.open(members[0]) <= 0
    ]
    if twins:
        account.post(min(twins)[1], event.amount, event)
        account.doubles.add(min(twins)[1])
