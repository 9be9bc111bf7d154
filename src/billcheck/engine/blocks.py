"""Several periods billed at once: periods joined to blocks, and a block's money dealt out to its periods again.

Comes in: the openings of a charge, how many periods a block holds and where the first whole block begins. Goes out: the
openings of the blocks, for the alignment, and shares of placed money per original period. Must not know how a habit is
chosen. Change rows are no part of a block: they stay rows of their own, due on their own day.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import Openings
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Timing
    from billcheck.engine.align import FreeEvent


class Share(NamedTuple):
    """What one event bills for one period, both as indexes, in minor units; below zero only where a change lowers."""

    event: int
    period: int
    amount: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """The openings of blocks, and for each row the periods it stands for."""

    openings: Openings
    members: tuple[tuple[int, ...], ...]


def block_due_days(due_days: list[int], size: int, phase: int, timing: Timing) -> list[int]:
    """The due days of blocks of `size` regular periods, from the periods' own, in order.

    The first `phase` periods, if any, make a block of their own, and what is left at the end makes another. A block is
    due when its first (in_advance) or last (in_arrears) period is. `phase` is below `size` and the number of periods.
    """
    if timing == "in_advance":
        return [*due_days[: 1 if phase else 0], *due_days[phase::size]]
    ends = due_days[(phase or size) - 1 :: size]
    is_cut_short = (len(due_days) - phase) % size
    return [*ends, due_days[-1]] if is_cut_short else ends


def form_blocks(openings: Openings, size: int, phase: int, timing: Timing) -> Blocks:
    """The periods joined to blocks of `size`; see `block_due_days`.

    A block needs the sum of what its periods need, where one billed too much needs nothing. It costs when open as many
    periods as it holds that cost, but nothing where the period it is due with is not due itself, awaiting or outside
    coverage: it is due later than them, or may have been billed before.
    """
    regular = [period for period, is_change in enumerate(openings.changes) if not is_change]
    starts = [0, *range(phase, len(regular), size)] if phase else list(range(0, len(regular), size))
    due_with = 0 if timing == "in_advance" else -1
    rows = []
    for start, stop in pairwise([*starts, len(regular)]):
        block = tuple(regular[start:stop])
        needing = [period for period in block if openings.amounts[period] > 0]
        needs = sum([openings.amounts[period] for period in needing])
        is_due = bool(needing) and openings.costs[needing[due_with]]
        costs = sum([openings.costs[period] for period in needing]) if is_due else 0
        rows.append((openings.due_days[block[due_with]], False, block, needs, costs))
    if len(regular) < len(openings.changes):
        rows += _change_rows(openings)
        rows.sort()
    due_days, changes, members, amounts, costs_of_rows = zip(*rows, strict=True)
    return Blocks(Openings(due_days, amounts, costs_of_rows, changes), members)


def _change_rows(openings: Openings) -> list[tuple[int, bool, tuple[int, ...], int, int]]:
    columns = zip(openings.due_days, openings.changes, openings.amounts, openings.costs, strict=True)
    return [
        (due_day, is_change, (period,), amount, costs)
        for period, (due_day, is_change, amount, costs) in enumerate(columns)
        if is_change
    ]


def parts_when_exact(openings: Openings, periods: Sequence[int]) -> list[int]:
    """What each period takes of an exact amount: what is open there, and nothing where a regular one has too much."""
    return [
        openings.amounts[period] if openings.changes[period] else max(openings.amounts[period], 0) for period in periods
    ]


def share_out(
    events: Sequence[FreeEvent],
    indexes: Sequence[int],
    periods: Sequence[int],
    openings: Openings,
    expected: Sequence[int],
) -> tuple[Share, ...]:
    """The money of a placement per event and original period, to the cent; parts of nothing are left out.

    An exact amount goes to what is open. Any other is dealt out in proportion to what is still open, else to what was
    expected, by largest remainder. Several events fill the periods one after the other.

    Args:
        events: All free events of the charge.
        indexes: Which of them went together.
        periods: The original periods they went to.
        openings: The original periods' openings.
        expected: Per original period, what was to be billed in all.
    """
    total = sum([events[event].amount for event in indexes])
    parts = parts_when_exact(openings, periods)
    if sum(parts) != total:
        weights = [max(openings.amounts[period], 0) for period in periods]
        if not any(weights):
            weights = [max(expected[period], 0) for period in periods]
        parts = split_by_weights(total, weights)
    if len(indexes) == 1:
        event = indexes[0]
        return tuple([Share(event, period, part) for period, part in zip(periods, parts, strict=True) if part])
    return _fill(events, indexes, periods, parts)


def _fill(
    events: Sequence[FreeEvent], indexes: Sequence[int], periods: Sequence[int], parts: Sequence[int]
) -> tuple[Share, ...]:
    """Pour events into periods one after the other; both sum to the same."""
    shares = []
    waiting = [(event, events[event].amount) for event in reversed(indexes)]
    for period, part in zip(periods, parts, strict=True):
        room = part
        while room:
            event, amount = waiting.pop()
            poured = min(room, amount)
            shares.append(Share(event, period, poured))
            room -= poured
            if amount > poured:
                waiting.append((event, amount - poured))
    return tuple(shares)
