"""An independent reader of free invoices: every order-preserving reading of a small ledger, and the cheapest of them.

Comes in: a world whose charge states no periods. Goes out: what each of the cheapest readings bills per row, so that
it can be told whether a ledger shows one thing, another, or two things equally well. Written from the rules alone, as a
plain recursion over (events used, rows used) for every habit and every block; slow, and for small ledgers only.
Must not know the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.agreements import GRACE
from tests.simulator.bookkeeping import nominal_days
from tests.simulator.settling import Event, Reading, Slot, Told, settle

if TYPE_CHECKING:
    from datetime import date

    from tests.simulator.agreements import Charge, Row
    from tests.simulator.bookkeeping import Place, World

BLOCKS = (1, 2, 3, 6, 12)
MOST_READINGS = 12
ENOUGH_FOR_BLOCKS = 3
MOST_TOGETHER = 12
HORIZON = timedelta(400)


@dataclass(slots=True)
class _Board:
    events: list[Event]
    slots: list[Slot]
    half: int
    offset: int
    memo: dict[tuple[int, int], tuple[int, frozenset[Reading]]]


def events_of(world: World, place: Place) -> list[Event]:
    """The events of a free charge, without those that a credit takes back in full; credit notes are below zero."""
    gone = {paper.credits for paper in world.papers if paper.credits and paper.issued <= world.as_of}
    found = []
    for paper in world.papers:
        if paper.status != "approved" or paper.issued > world.as_of or paper.credits or paper.number in gone:
            continue
        lines = [entry.amount for entry in paper.entries if entry.place == place and not entry.foreign]
        issued = paper.issued.toordinal()
        for part, (amount, count) in enumerate(_apart(world.charge(place), issued, lines)):
            found.append((issued, paper.number, part, amount, count))
    return [Event(issued, amount, count) for issued, _, _, amount, count in sorted(found)]


def _apart(charge: Charge, issued: int, lines: list[int]) -> list[tuple[int, int]]:
    """What a document bills in all, and in how many lines; or the rest, and then the one line that is just a change."""
    total, reach = sum(lines), nominal_days(charge) // 2
    near = [row for row in charge.rows if abs(row.due.toordinal() - issued) <= reach]
    regular = {row.amount for row in near if not row.is_change}
    changes = {row.amount for row in near if row.is_change and row.amount > 0}
    parts = [line for line in lines if line in changes - regular]
    if len(parts) == 1 and len(lines) > 1 and total > parts[0] and total not in regular:
        rest, change = (total - parts[0], len(lines) - 1), (parts[0], 1)
        beside = [
            (row.amount != rest[0], abs(row.due.toordinal() - issued), row.due) for row in near if not row.is_change
        ]
        is_before = beside and min(row.due for row in near if row.is_change and row.amount == parts[0]) < min(beside)[2]
        return [change, rest] if is_before else [rest, change]
    return [(total, len(lines))] if total else []


def read(world: World, place: Place) -> list[Told]:
    """What each of the cheapest readings says of the rows of the charge; of equally cheap habits the plainest first.

    The plainest bills the fewest rows at once, then shifts the least, then is the later of two.
    """
    charge = world.charge(place)
    rows = [row for row in charge.rows if row.due <= world.as_of + HORIZON]
    given_back = [event for event in events_of(world, place) if event.amount < 0]
    events = [event for event in events_of(world, place) if event.amount > 0]
    wait = _Wait(world.as_of.toordinal(), _in_doubt(world, place, rows))
    best: list[tuple[int, Reading, list[Slot], int, int]] = []
    cheapest = None
    for size in BLOCKS:
        if size > 1 and not _may_block(charge, rows, events):
            continue
        for offset in sorted(offsets_of(rows, events), key=lambda offset: (abs(offset), -offset)):
            for phase in range(min(size, len(rows))):
                slots = _slots(wait, charge, rows, size, phase, offset)
                cost, readings = _cheapest(events, slots, nominal_days(charge), size, offset)
                for reading in sorted(readings):
                    if size > 1 and not _is_believed(reading, events, slots, rows, offset):
                        continue
                    if cheapest is None or cost <= cheapest:
                        cheapest = cost
                        best.append((cost, reading, slots, offset, size))
    found = [
        settle(world, rows, events, reading, slots, given_back, offset=offset, block=size)
        for cost, reading, slots, offset, size in best
        if cost == cheapest
    ]
    told = list(dict.fromkeys(found))
    runs = None if any(_explains_all(item, rows, wait) for item in told) else _runs(charge, rows, events, wait)
    if runs is None:
        return told
    slots = _slots(wait, charge, rows, 1, 0, 0)
    return [settle(world, rows, events, runs, slots, given_back, offset=0, block=1)]


def _explains_all(told: Told, rows: list[Row], wait: _Wait) -> bool:
    """Whether every row billed is billed exactly, and none is missed before the last of them."""
    last = max((index for index, row in enumerate(told.rows) if row.lines), default=-1)
    return all(
        found.billed == row.amount or not (found.lines or (index not in wait.in_doubt and row.amount > 0))
        for index, (found, row) in enumerate(zip(told.rows[: last + 1], rows, strict=False))
    )


def _runs(charge: Charge, rows: list[Row], events: list[Event], wait: _Wait) -> Reading | None:
    """Every event on the next rows it exactly pays for, without a gap and at their time; None where there is no such.

    A reading of last resort, where the cheapest leaves something over. The first event may begin with any row before
    which none would be missed.
    """
    if any(row.is_change for row in rows):
        return None
    needing = [index for index, row in enumerate(rows) if row.amount > 0]
    for start, index in enumerate(needing):
        reading = _run_from(charge, rows, events, needing[start:])
        if reading is not None:
            return reading if max(len(numbers) for _, numbers in reading) > 1 else None
        if rows[index].due.toordinal() + GRACE < wait.as_of and index not in wait.in_doubt:
            return None
    return None


def _run_from(charge: Charge, rows: list[Row], events: list[Event], needing: list[int]) -> Reading | None:
    half, used = nominal_days(charge) / 2, 0
    reading: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for number, event in enumerate(events):
        run: list[int] = []
        while used < len(needing) and len(run) < MOST_TOGETHER and sum(rows[i].amount for i in run) < event.amount:
            run.append(needing[used])
            used += 1
        if not run or sum(rows[index].amount for index in run) != event.amount:
            return None
        early, late = rows[run[0]].due.toordinal() - event.issued, event.issued - rows[run[-1]].due.toordinal()
        if max(early, late) > half:
            return None
        reading.append(((number,), tuple(run)))
    return tuple(reading) or None


def offsets_of(rows: list[Row], events: list[Event]) -> list[int]:
    """The days by which the charge may be usually late (or early, below zero)."""
    dues = [row.due.toordinal() for row in rows if not row.is_change]
    days = [event.issued for event in events]
    after = sorted(day - max(due for due in dues if due <= day) for day in days if min(dues) <= day)
    before = sorted(min(due for due in dues if due > day) - day for day in days if max(dues) > day)
    found = {0}
    if after:
        found.add(after[(len(after) - 1) // 2])
    if before:
        found.add(-before[(len(before) - 1) // 2])
    return sorted(found)


def _may_block(charge: Charge, rows: list[Row], events: list[Event]) -> bool:
    """Whether not every amount is that of one row in force by then."""
    reach = nominal_days(charge)
    return not all(
        any(
            row.amount == event.amount and row.due.toordinal() <= event.issued + reach
            for row in rows
            if not row.is_change
        )
        for event in events
    )


def _in_doubt(world: World, place: Place, rows: list[Row]) -> frozenset[int]:
    """The rows that documents in another currency, or credited and not written again, would bill, by their dates.

    Those may be unbilled for that reason.
    """
    regular = [(row.due.toordinal(), index) for index, row in enumerate(rows) if not row.is_change]
    days = [
        paper.issued.toordinal()
        for paper in world.papers
        if paper.status == "approved" and paper.issued <= world.as_of
        for entry in paper.entries
        if entry.place == place and entry.foreign
    ]
    foreign = {min(regular, key=lambda item: (abs(item[0] - day), item[1]))[1] for day in days}
    return frozenset(foreign | _credited_rows(world, place, rows))


def _credited_rows(world: World, place: Place, rows: list[Row]) -> set[int]:
    """The rows whose invoice was credited in full, unless something was billed within half an interval after that."""
    charge, found = world.charge(place), set()
    half = nominal_days(charge) // 2
    events = events_of(world, place)
    for credit in world.papers:
        gone = [paper for paper in world.papers if credit.credits and paper.number == credit.credits]
        if not gone or credit.issued > world.as_of:
            continue
        amount = sum(entry.amount for entry in gone[0].entries if entry.place == place)
        day = credit.issued.toordinal()
        if amount and not any(0 <= event.issued - day <= half for event in events):
            issued = gone[0].issued.toordinal()
            found |= _rows_of_amount(charge, rows, amount, issued) | _rows_about_as_near(rows, issued, half // 5)
    return found


def _rows_about_as_near(rows: list[Row], day: int, days: int) -> set[int]:
    """The rows due last before and first from a day on, where neither is nearer than the other by more than `days`."""
    regular = [(row.due.toordinal(), index) for index, row in enumerate(rows) if not row.is_change]
    near = [*[item for item in regular if item[0] < day][-1:], *[item for item in regular if item[0] >= day][:1]]
    lags = [abs(due - day) for due, _ in near]
    return {index for _, index in near} if near and max(lags) - min(lags) <= days else set()


def _rows_of_amount(charge: Charge, rows: list[Row], amount: int, day: int) -> set[int]:
    """The rows an amount would bill on a day: the nearest, a change or several in a row around it; else the nearest."""
    nearest = min(
        (index for index, row in enumerate(rows) if not row.is_change),
        key=lambda index: (abs(rows[index].due.toordinal() - day), index),
    )
    changes = [index for index, row in enumerate(rows) if row.is_change and row.amount == amount]
    if rows[nearest].amount == amount:
        return {nearest}
    if changes:
        return {min(changes, key=lambda index: (abs(rows[index].due.toordinal() - day), index))}
    runs: list[range] = []
    for first in range(max(nearest - 11, 0), nearest + 1):
        for stop in range(max(first + 1, nearest + 1), min(first + 12, len(rows)) + 1):
            part = rows[first:stop]
            if all(row.amount > 0 for row in part) and sum(row.amount for row in part) == amount:
                runs.append(range(first, stop))
    end = -1 if charge.timing == "in_arrears" else 0
    return set(min((abs(run[end] - nearest), list(run)) for run in runs)[1]) if runs else {nearest}


@dataclass(frozen=True, slots=True)
class _Wait:
    """What keeps a row that is open from costing anything: the day of the check, and rows in doubt."""

    as_of: int
    in_doubt: frozenset[int]


def _slots(wait: _Wait, charge: Charge, rows: list[Row], size: int, phase: int, offset: int) -> list[Slot]:
    regular = [index for index, row in enumerate(rows) if not row.is_change]
    groups = [tuple(regular[:phase])] if phase else []
    groups += [tuple(regular[start : start + size]) for start in range(phase, len(regular), size)]
    found = []
    for members in groups:
        due = rows[members[0] if charge.timing == "in_advance" else members[-1]].due
        found.append(_slot(wait, charge, rows, members, due, offset))
    found += [_slot(wait, charge, rows, (index,), row.due, offset) for index, row in enumerate(rows) if row.is_change]
    return sorted(found, key=lambda slot: (slot.due, slot.is_change, slot.members))


def _slot(wait: _Wait, charge: Charge, rows: list[Row], members: tuple[int, ...], due: date, offset: int) -> Slot:
    needs = sum(max(rows[index].amount, 0) if not rows[index].is_change else rows[index].amount for index in members)
    is_settled = due.toordinal() + max(0, offset) + GRACE < wait.as_of
    needing = [index for index in members if rows[index].amount > 0]
    due_with = needing[:1] if charge.timing == "in_advance" else needing[-1:]
    is_counted = is_settled and wait.in_doubt.isdisjoint(due_with)
    count = len([index for index in needing if index not in wait.in_doubt]) if is_counted else 0
    return Slot(due.toordinal(), needs, 5 * nominal_days(charge) * count, rows[members[0]].is_change, members)


def _cheapest(
    events: list[Event], slots: list[Slot], nominal: int, size: int, offset: int
) -> tuple[int, frozenset[Reading]]:
    board = _Board(events, slots, 5 * nominal * size, offset, {})
    reach = (events[-1].issued if events else 0) + nominal * size * 2 + abs(offset)
    while len(board.slots) > 1 and board.slots[-1].due > reach and not board.slots[-1].cost:
        board.slots = board.slots[:-1]
    for first in range(len(events), -1, -1):
        for row in range(len(board.slots), -1, -1):
            board.memo[first, row] = _best_from(board, first, row)
    return board.memo[0, 0]


def _best_from(board: _Board, first: int, row: int) -> tuple[int, frozenset[Reading]]:
    """The least cost of the events from `first` on against the slots from `row` on, with the readings that cost it."""
    events, slots = board.events, board.slots
    if first == len(events):
        return sum(slot.cost for slot in slots[row:]), frozenset([()])
    cost, readings = board.memo[first + 1, row]
    options: list[tuple[int, frozenset[Reading]]] = [(cost + board.half, readings)]
    if row < len(slots):
        cost, readings = board.memo[first, row + 1]
        options.append((cost + slots[row].cost, readings))
        for own, taken, stop in _steps(board, first, row):
            cost, readings = board.memo[first + taken, stop]
            step = (tuple(range(first, first + taken)), tuple(range(row, stop)))
            options.append((cost + own, frozenset((step, *reading) for reading in readings)))
    least = min(cost for cost, _ in options)
    together: set[Reading] = set()
    for cost, readings in options:
        if cost == least:
            together |= readings
    return least, frozenset(sorted(together)[:MOST_READINGS])


def _steps(board: _Board, first: int, row: int) -> list[tuple[int, int, int]]:
    """What may be done with an event at a slot: cost in tenths, events taken, the slot after."""
    event, slot, half = board.events[first], board.slots[row], board.half
    lag = 10 * (event.issued - slot.due - board.offset)
    found = []
    is_exact = event.amount == slot.needs
    if abs(lag) <= 2 * half and (is_exact or not slot.is_change):
        found.append((abs(lag) + (0 if is_exact else 2 * half // 5), 1, row + 1))
    total = 0
    for taken in range(1, 5):
        if first + taken > len(board.events) or slot.is_change:
            break
        total += board.events[first + taken - 1].amount
        lags = [abs(10 * (item.issued - slot.due - board.offset)) for item in board.events[first : first + taken]]
        if taken > 1 and total == slot.needs and max(lags) <= half:
            found.append((sum(lags), taken, row + 1))
    total = 0
    for stop in range(row + 1, min(row + 13, len(board.slots) + 1)):
        last = board.slots[stop - 1]
        total += last.needs
        ahead = 10 * (last.due + board.offset - event.issued), 10 * (last.due - event.issued)
        if stop - row < 2 or total != event.amount or not slot.needs or not last.needs or max(ahead) > half:
            continue
        least = min(abs(10 * (event.issued - item.due - board.offset)) for item in board.slots[row:stop])
        if least <= 2 * half:
            found.append((least, 1, stop))
    return found


def _is_believed(reading: Reading, events: list[Event], slots: list[Slot], rows: list[Row], offset: int) -> bool:
    """Whether blocks may be read: events on enough days, or an exact one on its day; and few that bill single rows."""
    if len({event.issued for event in events}) < ENOUGH_FOR_BLOCKS and (
        offset or not _has_exact_block(reading, events, slots)
    ):
        return False
    amounts = {row.amount for row in rows if not row.is_change}
    singles = in_blocks = 0
    for taken, numbers in reading:
        if sum(rows[index].amount > 0 for number in numbers for index in slots[number].members) < 2:
            continue
        in_blocks += len(taken)
        if len(taken) > 1 or events[taken[0]].amount != sum(slots[number].needs for number in numbers):
            parts = _sums([rows[index].amount for number in numbers for index in slots[number].members])
            singles += sum(events[event].amount in amounts | parts for event in taken)
    return 4 * singles <= in_blocks


def _sums(amounts: list[int]) -> set[int]:
    """What any of the amounts in a row come to."""
    return {sum(amounts[first:last]) for first in range(len(amounts)) for last in range(first + 1, len(amounts) + 1)}


def _has_exact_block(reading: Reading, events: list[Event], slots: list[Slot]) -> bool:
    return any(
        len(taken) == 1
        and len(rows) == 1
        and len(slots[rows[0]].members) > 1
        and events[taken[0]].amount == slots[rows[0]].needs
        for taken, rows in reading
    )
