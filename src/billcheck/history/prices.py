"""What a series was billed per period: one amount that stays, with its changes and exceptions, or one that varies.

Comes in: a series and its rhythm. Goes out: the amount of each billed period, runs of equal amounts, the periods that
are out of line, and the parts of periods at either end. Whole minor units only. Must not know contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from billcheck.ledger.source import NO_DAY
from billcheck.money import split_by_weights
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from billcheck.history.lines import BilledLine
    from billcheck.history.rhythm import Rhythm
    from billcheck.history.series import Event, Series

_ENOUGH_SHORT = 4
"""How many weeks or days must have been billed before they count as a cadence."""
_ENOUGH = 3
_RARE = 4
"""One of so many periods, or fewer, are exceptions."""
_PEAK, _PEAK_AT_END = 2, 4
"""How many times the price of its neighbours a period is billed that holds something else too."""


class Billed(NamedTuple):
    """What one period was billed: minor units, and the events that bill it."""

    number: int
    amount: int
    events: tuple[Event, ...]


class Extra(NamedTuple):
    """What stands beside the usual line of a period: minor units, and the lines that are not the usual one."""

    number: int
    amount: int
    lines: tuple[BilledLine, ...]


class Run(NamedTuple):
    """Periods in a row that were billed the same amount; those out of line between them do not count."""

    amount: int
    periods: tuple[Billed, ...]


@dataclass(frozen=True, slots=True)
class Prices:
    """What was billed per period.

    `runs` are in order; `odd` are single periods that differ from those on both sides, or are far above them, `extras`
    what was billed beside the usual line of a period that counts as usual. `part_first` and `part_last` are periods of
    which only a part is named, `missed` the numbers of periods between that were not billed at all.
    `together` are events that bill several periods at once. `implied` are the numbers of parts whose run has the price
    of the whole period that they are a share of.
    """

    runs: tuple[Run, ...]
    odd: tuple[Billed, ...]
    part_first: Billed | None
    part_last: Billed | None
    missed: tuple[int, ...]
    together: tuple[Event, ...]
    periods: int
    implied: tuple[int, ...] = ()
    extras: tuple[Extra, ...] = ()

    @property
    def billed(self) -> int:
        """How many of the periods were billed."""
        return self.periods - len(self.missed)

    @property
    def amounts(self) -> tuple[int, ...]:
        """What whole periods were billed, each amount of a run once."""
        return (*(run.amount for run in self.runs), *(billed.amount for billed in self.odd))

    @property
    def is_varying(self) -> bool:
        """Whether the amount changes so often that none of them is a price."""
        regular = sum(len(run.periods) for run in self.runs)
        return 2 * len(self.runs) > regular + 1


def find_prices(series: Series, rhythm: Rhythm) -> Prices:
    """What a series was billed per period."""
    shares: dict[int, int] = {}
    events: dict[int, list[Event]] = {}
    numbers = _spread(series, rhythm)
    for event, (first, last) in zip(series.events, numbers, strict=True):
        parts = split_by_weights(event.amount, [1] * (last - first + 1))
        for number, part in zip(range(first, last + 1), parts, strict=True):
            shares[number] = shares.get(number, 0) + part
            events.setdefault(number, []).append(event)
    billed = [Billed(number, shares[number], tuple(events[number])) for number in sorted(shares)]
    missed = tuple(number for number in range(rhythm.last + 1) if number not in shares)
    part_first = _part(billed[0], billed[1:2], rhythm.first_day - rhythm.boundary(0))
    part_last = _part(billed[-1], billed[-2:-1], rhythm.boundary(rhythm.last + 1) - rhythm.end)
    whole = [one for one in billed if one not in (part_first, part_last)]
    usual, extras = _without_extras(whole or billed)
    runs, odd = _runs(usual)
    together = tuple(event for event, (first, last) in zip(series.events, numbers, strict=True) if last > first)
    if not whole:
        part_first = part_last = None
    return Prices(runs, odd, part_first, part_last, missed, together, rhythm.last + 1, extras=extras)


def _spread(series: Series, rhythm: Rhythm) -> list[tuple[int, int]]:
    """The periods that each event bills: also those beside its own that nothing else bills, where its amount says so.

    An event without a period on it that is twice the price of a neighbour, next to a period that nobody billed, bills
    both; and so on for more.
    """
    numbers = list(rhythm.numbers)
    owners: dict[int, list[int]] = {}
    for place, (first, last) in enumerate(numbers):
        for number in range(first, last + 1):
            owners.setdefault(number, []).append(place)
    single = {number: series.events[places[0]].amount for number, places in owners.items() if len(places) == 1}
    billed = sorted(owners)
    for before, number, after in zip([None, *billed], billed, [*billed[1:], None], strict=False):
        place = owners[number][0]
        event = series.events[place]
        if number not in single or event.first_day != NO_DAY or numbers[place] != (number, number):
            continue
        beside = [each for each in (before, after) if each is not None]
        prices = {single[each] for each in beside if single.get(each, 0) > 0}
        open_before = 0 if before is None else number - before - 1
        open_after = 0 if after is None else after - number - 1
        times = next((event.amount // price for price in sorted(prices) if event.amount % price == 0), 1)
        if 1 < times <= open_before + 1:
            numbers[place] = number - times + 1, number
        elif 1 < times <= open_after + 1:
            numbers[place] = number, number + times - 1
    return numbers


def _part(one: Billed, neighbours: Sequence[Billed], lacking: timedelta) -> Billed | None:
    """A period of which a part is not named; None where it is whole.

    A single day less at a whole price is a way of writing: 30 April to 30 July may be meant either way.
    """
    is_written_short = lacking == ONE_DAY and any(each.amount == one.amount for each in neighbours)
    return one if lacking and not is_written_short else None


def _without_extras(billed: Sequence[Billed]) -> tuple[list[Billed], tuple[Extra, ...]]:
    """The periods as they would be without lines beside one that is all that the periods next to it were billed.

    Where these differ the price changes there, and what stands beside it may be the difference.
    """
    usual = list(billed)
    extras: list[Extra] = []
    for index, one in enumerate(billed):
        beside = {each.amount for each in (*billed[max(0, index - 1) : index], *billed[index + 1 : index + 2])}
        lines = [line for event in one.events for line in event.lines]
        base = next((line for line in lines if beside == {line.amount} and line.amount < one.amount), None)
        if base is None or len(one.events) > 1:
            continue
        rest = tuple(line for line in lines if line is not base)
        usual[index] = one._replace(amount=base.amount)
        extras.append(Extra(one.number, one.amount - base.amount, rest))
    # What stands beside the usual line again and again is a part of the price.
    return (usual, tuple(extras)) if len(extras) * _RARE <= len(billed) else (list(billed), ())


def _runs(billed: Sequence[Billed]) -> tuple[tuple[Run, ...], tuple[Billed, ...]]:
    """Runs of equal amounts, and the single periods that stand out of one."""
    groups = [list(members) for _, members in groupby(billed, key=lambda one: one.amount)]
    peaks = [index for index in range(len(groups)) if _is_peak(groups, index)]
    if len(peaks) > 1 and len(peaks) * _RARE > len(billed):
        peaks = []
    runs: list[list[Billed]] = []
    odd: list[Billed] = []
    for index, members in enumerate(groups):
        if runs and runs[-1][0].amount == members[0].amount:
            runs[-1] += members
            continue
        is_between = 0 < index < len(groups) - 1 and groups[index - 1][0].amount == groups[index + 1][0].amount
        is_rare = is_between and len(members) == 1 and len(groups[index - 1]) + len(groups[index + 1]) > 2  # noqa: PLR2004
        if is_rare or index in peaks:
            odd += members
        else:
            runs.append(members)
    return tuple(Run(members[0].amount, tuple(members)) for members in runs), tuple(odd)


def _is_peak(groups: Sequence[Sequence[Billed]], index: int) -> bool:
    """Whether one period is so far above its neighbours that something else was billed with it, and no new price.

    At either end a new price is likelier, so there it takes more: half the price from the second month on is a
    mistake that somebody has to be asked about.
    """
    beside = [groups[each] for each in (index - 1, index + 1) if 0 <= each < len(groups)]
    if len(groups[index]) > 1 or not beside:
        return False
    amount, highest = groups[index][0].amount, max(group[0].amount for group in beside)
    if len(beside) == 2:  # noqa: PLR2004 - both sides
        return amount >= _PEAK * highest
    return amount >= _PEAK_AT_END * highest and len(beside[0]) >= _ENOUGH


def is_recurring(rhythm: Rhythm, prices: Prices) -> bool:
    """Whether this was billed often and regularly enough to be drafted."""
    if prices.billed * 2 < prices.periods:
        return False
    if not rhythm.every.months:
        return prices.billed >= _ENOUGH_SHORT
    is_told = rhythm.stated > 1 or len(prices.runs) == 1
    return prices.billed >= (2 if is_told else _ENOUGH)
