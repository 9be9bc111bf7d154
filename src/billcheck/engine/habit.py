"""How a charge is usually invoiced: so many days before or after its due day, and for so many periods at once.

Comes in: free events and open periods, as integers, with the contract's interval and timing. Goes out: the offset and
the block whose alignment costs least, and that alignment in terms of the original periods. Must not know dates, texts,
documents or what the report will say of the habit.

Candidates. Offsets: 0; the lower median, over the events, of the days since the regular due day before (the issue day
counts as before); the lower median of the days until the next regular due day, taken as negative. Both medians are of
days, so that of two middle ones the smaller shift is tried. Blocks: 1, 2, 3, 6 and 12 periods at every phase, that is,
with 0 to k - 1 periods before the first whole block. The least cost wins; ties go to fewer periods, then to the smaller
shift, then to the later of two, then to the smaller phase.

A block of several periods is not believed where every event bills exactly one period (by an open or expected amount
that was in force by one interval after its issue day): then the others are missing. And it needs three events, or one
that is placed as the exact sum of a block of two or more periods that need money.

So that costs can be compared between blocks, an open block costs what its open periods cost singly. Everything else is
measured by the interval of the block. `settled_day` moves with the offset: a charge usually invoiced late is
awaited longer, in every candidate by its own offset.

Most candidates are dismissed unsearched: whatever is done with an event costs at least its distance to the nearest
due day, or G; and of more than four events for each row the rest are left. Both are bounds from below.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.engine.align import MOST_SPLIT, TENTHS, Board, Openings, require_order, search, solve
from billcheck.engine.blocks import Share, block_due_days, form_blocks, share_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Timing
    from billcheck.engine.align import Alignment, FreeEvent, Placement
    from billcheck.engine.blocks import Blocks

BLOCK_SIZES = (2, 3, 6, 12)
SURE_OF_BLOCK = 3
"""How many events make a block believable without an exact sum."""
HALF_OF_NOMINAL = TENTHS // 2
"""Tenths of a day in half an interval, per nominal day of it."""
OUT_OF_REACH = 10**9
"""Further than any due day, in tenths of a day."""


class HabitPlacement(NamedTuple):
    """What events that went together bill for which original periods, all as indexes, in order.

    `shares` add up to the events' amounts; a period that needed nothing may have none. `kind` is `block` where one
    event stands for the periods of a block, else as in the alignment.
    """

    kind: Literal["place", "split", "combine", "block"]
    events: tuple[int, ...]
    periods: tuple[int, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """The habit found, and where the money went.

    `offset` is in days after the due day, negative for before. `block` is how many periods one invoice bills, `phase`
    how many come before the first whole block. `cost` is in tenths of a day. `due_days` holds per original period the
    ordinal on which it is due by this habit, without the offset: that of its block. Events in no placement are left.
    """

    offset: int
    block: int
    phase: int
    cost: int
    placements: tuple[HabitPlacement, ...]
    due_days: tuple[int, ...]


class _Candidate(NamedTuple):
    alignment: Alignment
    offset: int
    block: int
    phase: int
    blocks: Blocks | None


@dataclass(frozen=True, slots=True)
class _Charge:
    """All that the candidates share. `days` and `amounts` are the events' columns; `days` are in tenths."""

    events: Sequence[FreeEvent]
    openings: Openings
    expected: Sequence[int]
    nominal_days: int
    timing: Timing
    settled_day: int | None
    days: list[int]
    amounts: list[int]

    def board(self, openings: Openings, offset: int, block: int) -> Board:
        """One candidate's question to the alignment."""
        return Board(
            self.days,
            self.amounts,
            self._awaited(openings, offset),
            half_interval=HALF_OF_NOMINAL * self.nominal_days * block,
            open_cost=HALF_OF_NOMINAL * self.nominal_days,
            offset=offset,
        )

    def regular_due_days(self) -> list[int]:
        """The due days of the regular periods, in tenths."""
        return self._due_days(of_changes=False)

    def change_due_days(self) -> list[int]:
        """The due days of the change rows, in tenths."""
        return self._due_days(of_changes=True)

    def _due_days(self, *, of_changes: bool) -> list[int]:
        rows = zip(self.openings.due_days, self.openings.changes, strict=True)
        return [TENTHS * due_day for due_day, is_change in rows if bool(is_change) is of_changes]

    def _awaited(self, openings: Openings, offset: int) -> Openings:
        """The openings of which those still awaited at that offset cost nothing."""
        if self.settled_day is None:
            return openings
        settled = bisect_right(openings.due_days, self.settled_day - max(0, offset))
        if not any(openings.costs[settled:]):
            return openings
        return replace(openings, costs=openings.costs[:settled] + (0,) * (len(openings.costs) - settled))


def find_habit(
    events: Sequence[FreeEvent],
    openings: Openings,
    *,
    expected: Sequence[int],
    nominal_days: int,
    timing: Timing,
    settled_day: int | None = None,
) -> Habit:
    """The habit of one charge, and the alignment it gives.

    Args:
        events: Free events in the order of issue day, document number and line; amounts above zero.
        openings: All periods due, and as many after them as events may reach: a year's if a year may be billed ahead.
        expected: Per period, what was to be billed in all, in minor units.
        nominal_days: The contract's interval between two invoices in round days (month 30, quarter 90, ...).
        timing: Whether a block is due with its first or its last period.
        settled_day: The ordinal until which an invoice would have been seen and its grace passed (the day of the check
            or the last day covered, less the days of grace). A period due later than that, less a late habit, costs
            nothing when open. None takes the costs of `openings` for every offset.

    Returns:
        Without events: no offset, blocks of one, nothing placed.

    Raises:
        InternalError: Events or periods are not in order, columns differ in length, or an amount is not above zero.
    """
    require_order(events, openings)
    charge = _Charge(
        events,
        openings,
        expected,
        nominal_days,
        timing,
        settled_day,
        [TENTHS * event.issue_day for event in events],
        [event.amount for event in events],
    )
    return _describe(charge, _find_cheapest(charge))


def _find_cheapest(charge: _Charge) -> _Candidate:
    """The best candidate. They are tried in the order in which ties are decided, so a later one must cost less."""
    board = charge.board(charge.openings, 0, 1)
    best = _Candidate(solve(board, board.base + 1) or search(board), 0, 1, 0, None)
    if not best.alignment.cost:
        return best
    regular = charge.regular_due_days()
    offsets = _offsets(charge.events, regular)
    for offset in offsets[1:]:
        if not _is_dearer(charge, board.due, 1, offset, best.alignment.cost):
            best = _try(charge, best, offset, 1)
    if best.alignment.cost and regular and not _is_every_one_period(charge):
        best = _find_block(charge, regular, offsets, best)
    return best


def _find_block(charge: _Charge, regular: list[int], offsets: list[int], best: _Candidate) -> _Candidate:
    """The best candidate of several periods at once, or `best` where none costs less."""
    changes = charge.change_due_days()
    for size in BLOCK_SIZES:
        phases = range(min(size, len(regular)))
        dues = [block_due_days(regular, size, phase, charge.timing) for phase in phases]
        for offset in offsets:
            for phase in phases:
                due = sorted(dues[phase] + changes) if changes else dues[phase]
                if not _is_dearer(charge, due, size, offset, best.alignment.cost):
                    best = _try(charge, best, offset, size, phase)
    return best


def _try(charge: _Charge, best: _Candidate, offset: int, size: int, phase: int = 0) -> _Candidate:
    """The candidate where it costs less than `best` and may be believed, else `best`."""
    blocks = None if size == 1 else form_blocks(charge.openings, size, phase, charge.timing)
    openings = charge.openings if blocks is None else blocks.openings
    alignment = solve(charge.board(openings, offset, size), best.alignment.cost)
    if alignment is None:
        return best
    is_sure = blocks is None or len(charge.events) >= SURE_OF_BLOCK or _has_exact_block(charge, blocks, alignment)
    return _Candidate(alignment, offset, size, phase, blocks) if is_sure else best


def _has_exact_block(charge: _Charge, blocks: Blocks, alignment: Alignment) -> bool:
    """Whether an event is placed as the exact sum of a block in which two or more periods need money."""
    return any(
        placement.kind == "place"
        and charge.amounts[placement.events[0]] == blocks.openings.amounts[row]
        and sum(charge.openings.amounts[period] > 0 for period in blocks.members[row]) > 1
        for placement in alignment.placements
        for row in placement.periods
    )


def _is_dearer(charge: _Charge, due: list[int], size: int, offset: int, limit: int) -> bool:
    """Whether a candidate with rows due on those days, in tenths, without the offset, surely costs `limit` or more."""
    half = HALF_OF_NOMINAL * charge.nominal_days * size
    if half * (len(charge.days) - MOST_SPLIT * len(due)) >= limit:
        return True
    shift = TENTHS * offset
    fenced = [-OUT_OF_REACH, *due, OUT_OF_REACH]
    total = 0
    for day in charge.days:
        row = bisect_left(fenced, day - shift)
        total += min(day - shift - fenced[row - 1], fenced[row] - day + shift, half)
        if total >= limit:
            return True
    return False


def _offsets(events: Sequence[FreeEvent], regular: list[int]) -> list[int]:
    """The offsets to try, in days, each once: 0 first, then the smaller shift, then the later.

    `regular` holds the due days of regular periods in tenths of a day, as all lists of the search do.
    """
    days_after, days_before = [], []
    for issue_day, _ in events:
        row = bisect_right(regular, TENTHS * issue_day)
        if row:
            days_after.append(issue_day - regular[row - 1] // TENTHS)
        if row < len(regular):
            days_before.append(regular[row] // TENTHS - issue_day)
    offsets = {0}
    if days_after:
        offsets.add(_lower_median(days_after))
    if days_before:
        offsets.add(-_lower_median(days_before))
    return sorted(offsets, key=lambda offset: (abs(offset), -offset))


def _lower_median(values: list[int]) -> int:
    return sorted(values)[(len(values) - 1) // 2]


def _is_every_one_period(charge: _Charge) -> bool:
    """Whether every event bills what one regular period costs, at a price in force one interval after its issue day."""
    first_due: dict[int, int] = {}
    openings = charge.openings
    for columns in (openings.amounts, charge.expected):
        for due_day, amount, is_change in zip(openings.due_days, columns, openings.changes, strict=True):
            if not is_change:
                first_due[amount] = min(due_day, first_due.get(amount, due_day))
    return all(
        amount in first_due and first_due[amount] <= issue_day + charge.nominal_days
        for issue_day, amount in charge.events
    )


def _describe(charge: _Charge, best: _Candidate) -> Habit:
    """The winner in terms of the original periods."""
    due_days = charge.openings.due_days
    members: tuple[tuple[int, ...], ...] = ()
    if best.blocks is not None:
        members = best.blocks.members
        due_day_of = {
            period: due_day
            for due_day, block in zip(best.blocks.openings.due_days, members, strict=True)
            for period in block
        }
        due_days = tuple([due_day_of[period] for period in range(len(due_days))])
    return Habit(
        best.offset,
        best.block,
        best.phase,
        best.alignment.cost,
        tuple([_in_periods(charge, placement, members) for placement in best.alignment.placements]),
        due_days,
    )


def _in_periods(charge: _Charge, placement: Placement, members: tuple[tuple[int, ...], ...]) -> HabitPlacement:
    kind, events, rows = placement
    if not members and kind == "place":
        event = events[0]
        return HabitPlacement(kind, events, rows, (Share(event, rows[0], charge.amounts[event]),))
    periods = tuple([period for row in rows for period in members[row]]) if members else rows
    is_block = kind == "place" and len(periods) > 1
    shares = share_out(charge.events, placement, periods, charge.openings, charge.expected)
    return HabitPlacement("block" if is_block else kind, events, periods, shares)
