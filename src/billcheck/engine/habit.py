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
that was in force by one interval after its issue day): then the others are missing. Nor where more than a quarter of
the events it puts on several periods that need money bill exactly one period, or exactly some of those in a row: dealt
out, such an event would make all of them look short. And a block needs events of three days, or one that is placed,
without an offset, as the exact sum of two or more periods that need money: one or two days cannot show both that
several periods are billed at once and how many days from the due day.

So that costs can be compared between blocks, an open block costs what its open periods cost singly. Everything else is
measured by the interval of the block. `settled_day` moves with the offset: a charge usually invoiced late is
awaited longer, in every candidate by its own offset.

Most candidates are dismissed unsearched: whatever is done with an event costs at least its distance to the nearest
due day, or G; and of more than four events for each row the rest are left. Both are bounds from below. Of the others
the alignment gives a sharper bound, and where that proves the reading the candidate is settled. Those that remain are
searched, the smallest bound first, until no bound undercuts the best.

A charge that is billed as agreed needs no search at all: see `_read_in_turn`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, repeat
from operator import lt
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.engine.align import MOST_SPLIT, TENTHS, Board, kind_of, require_order, search, weigh
from billcheck.engine.blocks import Share, block_due_days, form_blocks, share_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.contracts.terms import Timing
    from billcheck.engine.align import FreeEvent, Link, Openings, Weighing
    from billcheck.engine.blocks import Blocks

BLOCK_SIZES = (12, 6, 3, 2)
SINGLES_IN_BLOCKS = 4
"""Blocks are not believed where more than one in so many of their events bills exactly one period."""
SURE_OF_BLOCK = 3
"""On how many days events make a block believable without an exact sum."""
LONG = 1_000
"""Events of a charge whose habit is remembered: it is asked for again by each look at the charge, and takes long."""
REMEMBERED = 8
HALF_OF_NOMINAL = TENTHS // 2
"""Tenths of a day in half an interval, per nominal day of it."""
MORE_THAN_ANY = 10**15
"""A cost no reading has and a day no period is due on, in tenths of a day."""

HabitKind = Literal["place", "split", "combine", "block", "run"]


class HabitPlacement(NamedTuple):
    """What events that went together bill for which original periods, all as indexes, in order.

    `shares` add up to the events' amounts; a period that needed nothing may have none. `kind` is `block` where one
    event stands for the periods of a block, `run` where it bills the next periods without a gap
    (`engine.runs`; never found here), else as in the alignment.
    """

    kind: HabitKind
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
    """One offset and block, in the order in which ties are decided: the smaller tuple wins.

    `cost` is what it costs, or at least costs; `rank` counts the offsets from the smallest shift on.
    """

    cost: int
    block: int
    rank: int
    phase: int


class _Doubt(NamedTuple):
    """A candidate of which only a bound is known, and what it takes to search it."""

    candidate: _Candidate
    board: Board
    weighing: Weighing
    blocks: Blocks | None


class _Hunt:
    """The search for the best candidate of one charge. Days are in tenths, in `days` as in `regular` and `changes`."""

    __slots__ = (
        "amounts", "best", "blocks", "chain", "changes", "days", "doubts", "events", "expected", "nominal_days",
        "offsets", "openings", "regular", "settled_day", "singles", "timing",
    )  # fmt: skip

    def __init__(
        self,
        events: Sequence[FreeEvent],
        openings: Openings,
        expected: Sequence[int],
        nominal_days: int,
        timing: Timing,
        settled_day: int | None,
        offsets: Sequence[int] | None,
    ) -> None:
        self.events = events
        self.openings = openings
        self.expected = expected
        self.nominal_days = nominal_days
        self.timing = timing
        self.settled_day = settled_day
        self.days = [TENTHS * day for day, _ in events]
        self.amounts = [amount for _, amount in events]
        self.regular = [TENTHS * day for day in openings.due_days]
        self.changes: list[int] = []
        if any(openings.changes):
            columns = list(zip(self.regular, openings.changes, strict=True))
            self.regular = [day for day, is_change in columns if not is_change]
            self.changes = [day for day, is_change in columns if is_change]
        self.offsets = _offsets(self.days, self.regular) if offsets is None else _in_order(offsets)
        self.best = _Candidate(MORE_THAN_ANY, 1, 0, 0)
        self.chain: list[Link] = []
        self.blocks: Blocks | None = None
        self.doubts: list[_Doubt] = []
        self.singles: frozenset[int] = frozenset()

    def try_singly(self) -> None:
        """Try every offset for one period at a time."""
        due = sorted(self.regular + self.changes)
        for rank, offset in enumerate(self.offsets):
            if not self._is_dearer(due, _Candidate(0, 1, rank, 0), offset):
                self._try(self.openings, rank, 1, 0, None)
        self._settle_doubts()

    def may_undercut(self, size: int) -> bool:
        """Whether some phase and offset of blocks of that many periods may be the best.

        Of two events in a row, placed on one row or on two, the lags add up to the days between the events, or to
        what is missing to the days between the rows. That is a bound for every phase and offset at once. Only a
        block cut short at an end can be nearer to its neighbour; one pair at most falls between those two.
        """
        if self.changes or len(self.regular) <= size:
            return True
        half = HALF_OF_NOMINAL * self.nominal_days * size
        apart = min([later - earlier for earlier, later in zip(self.regular, self.regular[size:], strict=False)])
        limit = self.best.cost + (size < self.best.block)
        total, greatest = 0, 0
        for earlier, later in zip(self.days[::2], self.days[1::2], strict=False):
            least = max(0, min(later - earlier, apart - later + earlier, half))
            total += least
            greatest = max(greatest, least)
            if total - greatest >= limit:
                return False
        return True

    def try_blocks(self, size: int) -> None:
        """Try every phase and offset of blocks of that many periods."""
        if not self.may_undercut(size):
            return
        for phase in range(min(size, len(self.regular))):
            due = block_due_days(self.regular, size, phase, self.timing)
            if self.changes:
                due = sorted(due + self.changes)
            blocks = None
            for rank, offset in enumerate(self.offsets):
                if not self._is_dearer(due, _Candidate(0, size, rank, phase), offset):
                    blocks = blocks or form_blocks(self.openings, size, phase, self.timing)
                    self._try(blocks.openings, rank, size, phase, blocks)
        self._settle_doubts()

    def _is_dearer(self, due: list[int], candidate: _Candidate, offset: int) -> bool:
        """Whether a candidate whose rows are due on those days, without the offset, is surely not the best."""
        half = HALF_OF_NOMINAL * self.nominal_days * candidate.block
        if self.best.cost == MORE_THAN_ANY:
            return False
        # Where it costs as much as the best so far, it may still win by its place in the order of ties.
        limit = self.best.cost + (candidate[1:] < self.best[1:])
        if half * (len(self.days) - MOST_SPLIT * len(due)) >= limit:
            return True
        shift = TENTHS * offset
        fenced = [-MORE_THAN_ANY, *due, MORE_THAN_ANY]
        total = 0
        for day in self.days:
            row = bisect_left(fenced, day - shift)
            total += min(day - shift - fenced[row - 1], fenced[row] - day + shift, half)
            if total >= limit:
                return True
        return False

    def _try(self, openings: Openings, rank: int, size: int, phase: int, blocks: Blocks | None) -> None:
        """Weigh one candidate: take it if it is the best so far, and keep it in doubt where it may be."""
        offset = self.offsets[rank]
        board = Board(
            self.days,
            self.amounts,
            self._awaited(openings, offset),
            half_interval=HALF_OF_NOMINAL * self.nominal_days * size,
            open_cost=HALF_OF_NOMINAL * self.nominal_days,
            offset=offset,
        )
        weighing = weigh(board)
        candidate = _Candidate(weighing.cost, size, rank, phase)
        if candidate >= self.best:
            return
        if weighing.chain is None:
            self.doubts.append(_Doubt(candidate, board, weighing, blocks))
        else:
            self._accept(candidate, weighing.chain, blocks)

    def _settle_doubts(self) -> None:
        """Search what is still in doubt, the most promising first, as long as it may be the best."""
        self.doubts.sort(key=lambda doubt: doubt.candidate)
        for candidate, board, weighing, blocks in self.doubts:
            if candidate >= self.best:
                break
            cost, chain = search(board, weighing)
            searched = candidate._replace(cost=cost)
            if searched < self.best:
                self._accept(searched, chain, blocks)
        self.doubts.clear()

    def _accept(self, candidate: _Candidate, chain: list[Link], blocks: Blocks | None) -> None:
        if blocks is None or (
            (len(set(self.days)) >= SURE_OF_BLOCK or (not candidate.rank and self._has_exact_block(chain, blocks)))
            and not self._is_contradicted(chain, blocks)
        ):
            self.best, self.chain, self.blocks = candidate, chain, blocks

    def _is_contradicted(self, chain: list[Link], blocks: Blocks) -> bool:
        """Whether too many events that bill some periods of a block exactly would be dealt out to all of it."""
        singles, in_blocks = 0, 0
        for event, taken, start, stop in chain:
            periods = [period for row in range(start, stop) for period in blocks.members[row]]
            if sum(self.openings.amounts[period] > 0 for period in periods) > 1:
                in_blocks += taken
                is_sum = taken == 1 and self.amounts[event] == sum(blocks.openings.amounts[start:stop])
                needs = [self.openings.amounts[period] for period in periods]
                singles += 0 if is_sum else sum(self._is_part(one, needs) for one in range(event, event + taken))
        return SINGLES_IN_BLOCKS * singles > in_blocks

    def _is_part(self, event: int, needs: list[int]) -> bool:
        """Whether an event bills exactly one period, or exactly some in a row of those it would be dealt out to."""
        amount = self.amounts[event]
        return event in self.singles or any(
            amount in accumulate(needs[start:]) for start, need in enumerate(needs) if need > 0
        )

    def _has_exact_block(self, chain: list[Link], blocks: Blocks) -> bool:
        """Whether an event is placed as the exact sum of a block of two or more periods of which nothing is billed."""
        return any(
            taken == 1
            and stop - start == 1
            and self.amounts[event] == blocks.openings.amounts[start]
            and sum(self.openings.amounts[period] > 0 for period in blocks.members[start]) > 1
            and all(self.openings.amounts[period] == self.expected[period] for period in blocks.members[start])
            for event, taken, start, stop in chain
        )

    def _awaited(self, openings: Openings, offset: int) -> Openings:
        """The openings, of which those still awaited at that offset cost nothing."""
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
    offsets: Sequence[int] | None = None,
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
        offsets: The only offsets to try, in days; None takes those of the events themselves.

    Returns:
        Without events: no offset, blocks of one, nothing placed.

    Raises:
        InternalError: Events or periods are not in order, columns differ in length, or an amount is not above zero.
    """
    require_order(events, openings)
    on_due_days = _read_on_due_days(events, openings)
    if on_due_days is not None:
        return Habit(0, 1, 0, 0, on_due_days, openings.due_days)
    in_turn = _read_in_turn(events, openings, nominal_days, settled_day, offsets)
    if in_turn is not None:
        return in_turn
    if len(events) < LONG:
        return _hunt(events, openings, expected, nominal_days, timing, settled_day, offsets)
    offsets = None if offsets is None else tuple(offsets)
    return _remembered_hunt(tuple(events), openings, tuple(expected), nominal_days, timing, settled_day, offsets)


def _hunt(
    events: Sequence[FreeEvent],
    openings: Openings,
    expected: Sequence[int],
    nominal_days: int,
    timing: Timing,
    settled_day: int | None,
    offsets: Sequence[int] | None,
) -> Habit:
    """The best of all candidates."""
    hunt = _Hunt(events, openings, expected, nominal_days, timing, settled_day, offsets)
    hunt.try_singly()
    if hunt.best.cost and hunt.regular:
        hunt.singles = _singles(events, openings, expected, nominal_days)
        # The longest first: few of them survive their bound, and a good one dismisses many of the shorter.
        for size in BLOCK_SIZES if len(hunt.singles) < len(events) else ():
            hunt.try_blocks(size)
    return _describe(hunt)


_remembered_hunt = lru_cache(maxsize=REMEMBERED)(_hunt)


def _read_on_due_days(events: Sequence[FreeEvent], openings: Openings) -> tuple[HabitPlacement, ...] | None:
    """The reading in which every event bills on its due day exactly what is open, and nothing else is missed.

    It costs nothing, with the offset and the block that win all ties. And of the readings that cost nothing it wins: it
    places every event, each on the first row of its day that needs its amount.
    """
    columns = list(zip(openings.due_days, openings.amounts, strict=True))
    row_of = dict(zip(reversed(columns), range(len(columns) - 1, -1, -1), strict=True))
    rows = [row_of.get(event, -1) for event in events]
    if -1 in rows or not all(map(lt, rows, rows[1:])):
        return None
    if sum([openings.costs[row] for row in rows]) < sum(openings.costs):
        return None
    return _placed(events, rows)


def _placed(events: Sequence[FreeEvent], rows: Sequence[int]) -> tuple[HabitPlacement, ...]:
    """Each event on a row of its own."""
    # Most charges of most ledgers end here; zip of one column makes the tuples of one without a loop of ours.
    indexes = range(len(events))
    shares = map(Share, indexes, rows, [amount for _, amount in events])
    kinds: repeat[HabitKind] = repeat("place")
    return tuple(map(HabitPlacement, kinds, zip(indexes), zip(rows), zip(shares)))


def _read_in_turn(
    events: Sequence[FreeEvent],
    openings: Openings,
    nominal_days: int,
    settled_day: int | None,
    offsets: Sequence[int] | None,
) -> Habit | None:
    """The reading in which the first events bill the first periods, each one exactly, if that is surely the best.

    It is, where it costs less than one missed period: no other reading is that cheap. One amount is never as much as
    two, so nothing can be split or combined; and whatever else is done with the events leaves one of their periods
    open, all of which would be missed. Blocks are not tried where every event bills exactly one period.
    """
    count, due_days, amounts = len(events), openings.due_days, openings.amounts
    if not 0 < count <= len(amounts) or tuple([amount for _, amount in events]) != amounts[:count]:
        return None
    if min(amounts) <= 0 or 2 * min(amounts) <= max(amounts) or any(openings.changes):
        return None
    if openings.costs != (1,) * count + (0,) * (len(amounts) - count):
        return None
    if offsets is None:
        offsets = _offsets([TENTHS * day for day, _ in events], [TENTHS * day for day in due_days])
    tried = _in_order(offsets)
    if settled_day is not None and due_days[count - 1] > settled_day - max(0, *tried):
        return None
    lags = [day - due_day for (day, _), due_day in zip(events, due_days, strict=False)]
    cost, rank = min((TENTHS * sum([abs(lag - offset) for lag in lags]), rank) for rank, offset in enumerate(tried))
    if cost >= HALF_OF_NOMINAL * nominal_days or min(lags) < -nominal_days:
        return None
    return Habit(tried[rank], 1, 0, cost, _placed(events, range(count)), due_days)


def _offsets(days: list[int], regular: list[int]) -> list[int]:
    """The offsets to try, in days, each once: 0 first, then the smaller shift, then the later. Both lists in tenths."""
    days_after, days_before = [], []
    for day in days:
        row = bisect_right(regular, day)
        if row:
            days_after.append(day - regular[row - 1])
        if row < len(regular):
            days_before.append(regular[row] - day)
    offsets = {0}
    if days_after:
        offsets.add(_lower_median(days_after) // TENTHS)
    if days_before:
        offsets.add(-(_lower_median(days_before) // TENTHS))
    return _in_order(offsets)


def _in_order(offsets: Iterable[int]) -> list[int]:
    return sorted(set(offsets), key=lambda offset: (abs(offset), -offset))


def _lower_median(values: list[int]) -> int:
    return sorted(values)[(len(values) - 1) // 2]


def _singles(
    events: Sequence[FreeEvent], openings: Openings, expected: Sequence[int], nominal_days: int
) -> frozenset[int]:
    """The events that bill what one regular period costs, at a price in force one interval after their issue day."""
    first_due: dict[int, int] = {}
    for column in (openings.amounts,) if openings.amounts == expected else (openings.amounts, expected):
        for due_day, amount, is_change in zip(openings.due_days, column, openings.changes, strict=True):
            if not is_change and first_due.get(amount, due_day) >= due_day:
                first_due[amount] = due_day
    return frozenset(
        [
            index
            for index, (issue_day, amount) in enumerate(events)
            if amount in first_due and first_due[amount] <= issue_day + nominal_days
        ]
    )


def _describe(hunt: _Hunt) -> Habit:
    """The winner in terms of the original periods."""
    best, openings = hunt.best, hunt.openings
    due_days, placements = openings.due_days, []
    if hunt.blocks is not None:
        columns = zip(hunt.blocks.openings.due_days, hunt.blocks.members, strict=True)
        due_day_of = {period: due_day for due_day, block in columns for period in block}
        due_days = tuple([due_day_of[period] for period in range(len(due_days))])
    for link in hunt.chain:
        event, taken, start, stop = link
        if taken == 1 and stop - start == 1 and hunt.blocks is None:
            share = Share(event, start, hunt.amounts[event])
            placements.append(HabitPlacement("place", (event,), (start,), (share,)))
        else:
            placements.append(_deal_out(hunt, link))
    return Habit(hunt.offsets[best.rank], best.block, best.phase, best.cost, tuple(placements), due_days)


def _deal_out(hunt: _Hunt, link: Link) -> HabitPlacement:
    """One placement in terms of the original periods."""
    event, taken, start, stop = link
    indexes, rows = range(event, event + taken), range(start, stop)
    periods = tuple(rows)
    if hunt.blocks is not None:
        periods = tuple([period for row in rows for period in hunt.blocks.members[row]])
    kind: HabitKind = kind_of(taken, stop - start)
    if kind == "place" and len(periods) > 1:
        kind = "block"
    shares = share_out(hunt.events, indexes, periods, hunt.openings, hunt.expected)
    return HabitPlacement(kind, tuple(indexes), periods, shares)
