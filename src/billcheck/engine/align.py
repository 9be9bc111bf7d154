"""Free events meet open periods: the cheapest reading that keeps the order of both.

Comes in: days, amounts and flags as integers. Goes out: which events went to which periods, and what the reading costs
in tenths of a day. Must not know dates, texts, contracts, habits or how a period is judged afterwards.

With G half the nominal interval, x an event's issue day less the offset, and lag = x less a period's due day:

- *place* one event on one period: |lag|, at most 2G, plus 2G/5 unless the amount is exactly what is open there. A
  change row takes an event only for its exact amount.
- *split*: 2 to 4 events that follow each other, each within G of one regular period, and exactly its open amount
  together: the sum of |lag|.
- *combine*: one event, exactly the sum of 2 to 12 rows that follow each other, the last due at most G after x and at
  most G after the issue day itself, lest a supposed habit of billing early turn a doubled price into a period paid
  ahead. It costs the least |lag| among them, at most 2G. Rows that need nothing may lie inside but not at an end, where
  they would lend the event a due day it has no money for; a regular row that was billed too much ends the run, or its
  excess would pay for another.
- *leave* an event: G. *Open* period: its own cost, nothing where it may be unbilled for a good reason.

Readings of equal cost: the events are compared in order, and the first that differ decide: placed before split before
combined before left, then the earlier first period, then fewer periods.

How the search stays small, and why it finds the same reading as a search through everything:

1. Leave everything and the cost is the *base*. Every other step gains (what its events and periods cost when left and
   open) less (its own cost). A step that would lose is never part of a cheapest reading: without it the reading is
   cheaper. So the cheapest reading is the chain of steps, ascending in events and periods, whose gains add up to most.
2. No chain gains more than the sum over all events of the best gain each could have alone, where the gain of a split
   is dealt out to its members in any fixed way. Base less that sum is therefore a lower bound of the cost.
3. Where each event has one strictly best step alone (or none at all), and those steps form a chain, the bound is met,
   and by no other reading: that chain is the answer and nothing needs to be searched.
4. Otherwise a dynamic programme runs over (events used, periods used), from the end. Its rows hold only periods that a
   step of the events at hand can reach: nothing below, where the value stays the same, and nothing above.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TENTHS = 10
"""Costs are counted in tenths of a day, so that a week halves without a fraction."""
MOST_COMBINED = 12
MOST_SPLIT = 4

PlacementKind = Literal["place", "split", "combine"]


class FreeEvent(NamedTuple):
    """What one document billed for a charge without saying for which period.

    `issue_day` is the ordinal of the day; `amount` is positive, in minor units excluding tax. A tuple and not a
    dataclass, because a ledger makes millions of them.
    """

    issue_day: int
    amount: int


class Placement(NamedTuple):
    """Events that went to periods, both as indexes in the order they came in. Always one of one, or one of either."""

    kind: PlacementKind
    events: tuple[int, ...]
    periods: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """Parallel columns, one entry per period, ordered by due day and, on one day, a regular period before a change.

    `due_days` are ordinals. `amounts` is what is still to be billed, in minor units: zero where nothing is needed,
    negative where too much was billed or a change lowers the price. `costs` counts the periods that are missed if none
    bills the row: 0 (or False) where it needs nothing, is not yet due, awaiting or outside coverage; 1 (or True) for a
    period; more for a block. `changes` marks the rows that bill a change inside a period already due.
    """

    due_days: tuple[int, ...]
    amounts: tuple[int, ...]
    costs: tuple[int, ...]
    changes: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The cheapest reading: events in no placement are left over, periods in no placement are open.

    `cost` is in tenths of a day; `placements` ascend in events and in periods.
    """

    cost: int
    placements: tuple[Placement, ...]


Step = tuple[int, int, int, int]
"""Rows from the first up to the second, exclusive, take so many events, and what that gains over leaving all of them.

A plain tuple: the search makes several of them for each event, and one with names takes ten times as long to make.
"""

Link = tuple[int, int, int, int]
"""One link of a reading: its first event, how many it takes, its first row, and the row after its last."""


class Weighing(NamedTuple):
    """The least a reading can cost; the cheapest reading, if that is proved; and the splits and combines it may hold.

    `placings` are the steps by which each event, in order, may bill one row and not lose by it. The steps of `exact`
    stand under their first event. Both are in the order in which ties are decided.
    """

    cost: int
    chain: list[Link] | None
    placings: list[list[Step]]
    exact: dict[int, list[Step]]

    def steps(self) -> list[list[Step]]:
        """Per event the steps that begin with it and do not lose, in the order in which ties are decided."""
        steps = list(self.placings)
        for event, splits_and_combines in self.exact.items():
            steps[event] = [*steps[event], *[step for step in splits_and_combines if step[3] >= 0]]
        return steps


class Board:
    """The numbers of one question, laid out for the search: days in tenths, due days already moved by the offset.

    `values[row]` is what an event and that row cost when left and open; `penalties[row]` is what an amount that is not
    exact costs there, more than any value for a change row. `smallest_combined` is the least sum of several rows.
    """

    __slots__ = (
        "amounts", "base", "changes", "combine_reach", "days", "due", "half", "needs", "penalties",
        "smallest_combined", "values",
    )  # fmt: skip

    def __init__(
        self,
        days: list[int],
        amounts: list[int],
        openings: Openings,
        *,
        half_interval: int,
        open_cost: int,
        offset: int,
    ) -> None:
        self.days = days
        self.combine_reach = half_interval + TENTHS * min(offset, 0)
        self.amounts = amounts
        self.half = half_interval
        self.due = [TENTHS * (day + offset) for day in openings.due_days]
        self.needs = openings.amounts
        self.changes = openings.changes
        self.values = [half_interval + open_cost * cost for cost in openings.costs]
        self.base = half_interval * len(days) + open_cost * sum(openings.costs)
        penalty = 2 * half_interval // 5
        self.penalties = [penalty] * len(self.due)
        if any(self.changes):
            never = 2 * half_interval + max(self.values)
            self.penalties = [never if is_change else penalty for is_change in self.changes]
        smallest = min(self.needs, default=0)
        if not smallest:
            smallest = min((need for need in self.needs if need), default=0)
        # Below zero any sum is possible; without any need at all none is, and no event is combined.
        self.smallest_combined = 2 * smallest


def align(
    events: Sequence[FreeEvent],
    openings: Openings,
    *,
    half_interval: int,
    offset: int = 0,
    open_cost: int | None = None,
) -> Alignment:
    """The cheapest order-preserving reading of events against periods.

    Args:
        events: In the order of issue day, document number and line; amounts above zero. Several may share a day.
        openings: The periods, in order.
        half_interval: G, half the nominal interval between two invoices, in tenths of a day; a multiple of five.
        offset: How many days after the due day this charge is usually billed; negative for before.
        open_cost: What one missed period costs, in tenths of a day; None takes `half_interval`. It differs for blocks,
            which are invoiced at the interval of the block but miss as many periods as they hold.

    Returns:
        The reading; without events or without periods nothing is placed, and the cost is that of leaving and opening
        everything.

    Raises:
        InternalError: Events or periods are not in order, columns differ in length, or an amount is not above zero.
    """
    require_order(events, openings)
    board = Board(
        [TENTHS * event.issue_day for event in events],
        [event.amount for event in events],
        openings,
        half_interval=half_interval,
        open_cost=half_interval if open_cost is None else open_cost,
        offset=offset,
    )
    weighing = weigh(board)
    cost, chain = weighing.cost, weighing.chain
    if chain is None:
        cost, chain = search(board, weighing)
    return Alignment(cost, tuple([_placement(*link) for link in chain]))


def _placement(first_event: int, taken: int, start: int, stop: int) -> Placement:
    return Placement(
        kind_of(taken, stop - start), tuple(range(first_event, first_event + taken)), tuple(range(start, stop))
    )


def kind_of(events: int, periods: int) -> PlacementKind:
    """What a placement of so many events on so many periods is called."""
    if events > 1:
        return "split"
    return "combine" if periods > 1 else "place"


def require_order(events: Sequence[FreeEvent], openings: Openings) -> None:
    """Refuse what the search would read wrongly without noticing.

    Raises:
        InternalError: Events or periods are not in order, columns differ in length, or an amount is not above zero.
    """
    days = [day for day, _ in events]
    if days != sorted(days) or list(openings.due_days) != sorted(openings.due_days):
        raise InternalError("events and periods come in order", days=days, due_days=openings.due_days)
    if events and min([amount for _, amount in events]) <= 0:
        raise InternalError("free events have amounts above zero", events=events)
    if not len(openings.due_days) == len(openings.amounts) == len(openings.costs) == len(openings.changes):
        raise InternalError("the columns of openings are equally long", openings=openings)


def weigh(board: Board) -> Weighing:
    """What a reading costs at least; and the cheapest one itself, where the bound alone proves it (points 2 and 3)."""
    exact: dict[int, list[Step]] = {}
    for event, step in find_splits(board):
        exact.setdefault(event, []).append(step)
    for steps in exact.values():
        steps.sort()
    has_splits = bool(exact)
    for event, step in sorted(find_combines(board)):
        exact.setdefault(event, []).append(step)
    placings = _placings(board)
    bests, chain = _best_alone(placings, exact)
    if has_splits:
        _raise_by_splits(board, exact, bests)
    return Weighing(board.base - sum(bests), None if has_splits else chain, placings, exact)


def _placings(board: Board) -> list[list[Step]]:
    """Per event, the rows it may bill alone and not lose by it."""
    due, needs, values, penalties = board.due, board.needs, board.values, board.penalties
    band = 2 * board.half
    placings: list[list[Step]] = []
    low = 0
    for day, amount in zip(board.days, board.amounts, strict=True):
        low = bisect_left(due, day - band, low)
        steps: list[Step] = []
        for row in range(low, bisect_right(due, day + band, low)):
            lag = day - due[row]
            gain = values[row] - (lag if lag >= 0 else -lag)
            if amount != needs[row]:
                gain -= penalties[row]
            if gain >= 0:
                steps.append((row, row + 1, 1, gain))
        placings.append(steps)
    return placings


def _best_alone(placings: list[list[Step]], exact: dict[int, list[Step]]) -> tuple[list[int], list[Link] | None]:
    """Per event the greatest gain it can have without regard to the others, splits aside.

    Also the links that gain it, or None where an event has two equally good ones or they do not ascend.
    """
    bests: list[int] = []
    chain: list[Link] = []
    is_chain, used = True, 0
    for event, steps in enumerate(placings):
        # A gain of zero ties with leaving the event, which only the search may decide.
        best, start, stop, is_tied = 0, -1, -1, False
        for step in (*steps, *exact[event]) if event in exact else steps:
            gain = step[3]
            if gain >= best and step[2] == 1:
                is_tied = gain == best
                start, stop, _, best = step
        bests.append(best)
        if start >= 0:
            is_chain = is_chain and start >= used and not is_tied
            used = stop
            chain.append((event, 1, start, stop))
    return bests, chain if is_chain else None


def find_combines(board: Board) -> Iterator[tuple[int, Step]]:
    """Every run of 2 to 12 rows whose sum is exactly what an event bills that may pay for them, with that event."""
    due, half = board.due, board.half
    if not board.amounts or max(board.amounts) < board.smallest_combined:
        return
    for event, (day, amount) in enumerate(zip(board.days, board.amounts, strict=True)):
        if amount < board.smallest_combined:
            continue
        for last in range(bisect_left(due, day - 2 * half), bisect_right(due, day + board.combine_reach)):
            for start in _starts_of_sum(board, last, amount):
                least_lag = min([abs(day - due[row]) for row in range(start, last + 1)])
                value = sum(board.values[start : last + 1]) - half * (last - start)
                yield event, (start, last + 1, 1, value - least_lag)


def _starts_of_sum(board: Board, last: int, amount: int) -> list[int]:
    """The first rows of the runs up to `last` that sum to `amount` and may be combined."""
    needs = board.needs
    starts: list[int] = []
    total = needs[last]
    if not total or (total < 0 and not board.changes[last]):
        return starts
    for row in range(last - 1, max(last - MOST_COMBINED, -1), -1):
        need = needs[row]
        total += need
        if need < 0:
            if not board.changes[row]:
                break
        elif total > amount and board.smallest_combined >= 0:
            break
        if total == amount and need:
            starts.append(row)
    return starts


def find_splits(board: Board) -> Iterator[tuple[int, Step]]:
    """Every run of 2 to 4 events, named by its first, that is exactly what a regular row within reach of all needs."""
    days, amounts, due, needs = board.days, board.amounts, board.due, board.needs
    if not amounts or 2 * min(amounts) > max(needs, default=0):
        return
    half, reach = board.half, 2 * board.half
    wanted = {need for need, is_change in zip(needs, board.changes, strict=True) if not is_change}
    most = max(wanted, default=0)
    for first, day in enumerate(days):
        total = amounts[first]
        for last in range(first + 1, min(first + MOST_SPLIT, len(days))):
            if days[last] - day > reach:
                break
            total += amounts[last]
            if total > most:
                break
            if total not in wanted:
                continue
            for row in range(bisect_left(due, days[last] - half), bisect_right(due, day + half)):
                if needs[row] == total and not board.changes[row]:
                    count = last - first + 1
                    lags = sum([abs(days[event] - due[row]) for event in range(first, last + 1)])
                    yield first, (row, row + 1, count, board.values[row] + (count - 1) * half - lags)


def _raise_by_splits(board: Board, exact: dict[int, list[Step]], bests: list[int]) -> None:
    """Raise each event's best gain to its part in any split: its cost less its lag; the first also has the row's."""
    for first, steps in exact.items():
        for row, _, taken, _ in steps:
            for event in range(first, first + taken) if taken > 1 else ():
                value = board.values[row] if event == first else board.half
                bests[event] = max(bests[event], value - abs(board.days[event] - board.due[row]))


def search(board: Board, weighing: Weighing) -> tuple[int, list[Link]]:
    """What the cheapest reading costs, and its links, by the dynamic programme alone."""
    table = _Table(weighing.steps(), len(board.due))
    chain: list[Link] = []
    event, row = 0, 0
    while event < len(board.days):
        step = table.choose(event, row)
        if step is None:
            event += 1
        else:
            start, stop, taken, _ = step
            chain.append((event, taken, start, stop))
            event, row = event + taken, stop
    return board.base - table.best_gain(0, 0), chain


class _Table:
    """For each event and row, the greatest sum of gains the events from there on can make with the rows from there on.

    Such a sum only falls as the row ascends. The table of an event keeps the rows from `floors[event]`, below which no
    event from there on has a step, up to the highest row any event before it can have used.
    """

    __slots__ = ("floors", "steps", "sums")

    def __init__(self, steps: list[list[Step]], rows: int) -> None:
        self.steps = steps
        self.floors = [rows] * (len(steps) + 1)
        self.sums: list[list[int]] = [[0]] * (len(steps) + 1)
        tops = _tops_of(steps)
        sums = [0] * (rows + 1)
        for event in range(len(steps) - 1, -1, -1):
            self._add(event, sums)
            floor = self.floors[event]
            self.sums[event] = sums[floor : max(tops[event], floor) + 1]

    def _add(self, event: int, sums: list[int]) -> None:
        """Turn the sums of the events after `event` into those that also hold it."""
        steps, floor_after = self.steps[event], self.floors[event + 1]
        floor = min([floor_after, *[start for start, _, _, _ in steps]])
        self.floors[event] = floor
        if floor < floor_after:
            sums[floor:floor_after] = [sums[floor_after]] * (floor_after - floor)
        # All are read before any is written: a step must not build on another step of the same event.
        reached = [
            (start, gain + (sums[stop] if taken == 1 else self.best_gain(event + taken, stop)))
            for start, stop, taken, gain in steps
        ]
        for start, value in reached:
            row = start
            while row >= floor and sums[row] < value:
                sums[row] = value
                row -= 1

    def best_gain(self, event: int, row: int) -> int:
        """The greatest sum of gains that is left, with the events from `event` and the rows from `row`."""
        floor = self.floors[event]
        return self.sums[event][row - floor if row > floor else 0]

    def choose(self, event: int, row: int) -> Step | None:
        """What a cheapest reading does with an event when the rows before `row` are used up; None leaves it."""
        best = self.best_gain(event, row)
        for step in self.steps[event]:
            start, stop, taken, gain = step
            if start >= row and gain + self.best_gain(event + taken, stop) == best:
                return step
        return None


def _tops_of(steps: list[list[Step]]) -> list[int]:
    """Per event the highest row that the events before it can have used up."""
    tops, top = [], 0
    for steps_of_event in steps:
        tops.append(top)
        top = max([top, *[stop for _, stop, _, _ in steps_of_event]])
    return tops
