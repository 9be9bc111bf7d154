"""From a whole ledger to what recurs in it: per account its series, how often they recur, and what they come to.

Comes in: a history. Goes out: learned series with their rhythm, their prices and a line in full for each price; and
what does not recur. Must not know contract files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.history.prices import Prices, find_prices, is_recurring
from billcheck.history.rhythm import Rhythm, find_rhythm
from billcheck.history.series import Series, find_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.history.lines import Account, BilledLine, History
    from billcheck.ledger.line import Line

_SAMPLES_OF_VARYING = 6


@dataclass(frozen=True, slots=True)
class Recurring:
    """A series that recurs.

    `samples` are lines in full: the first of each run of prices, in order; None where several lines make one amount.
    """

    series: Series
    rhythm: Rhythm
    prices: Prices
    samples: tuple[Line | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What one account shows: series that recur at a price, those that recur at amounts that vary, and all others."""

    account: Account
    recurring: tuple[Recurring, ...]
    varying: tuple[Recurring, ...]
    others: tuple[Series, ...]


def learn(history: History) -> tuple[Learned, ...]:
    """What every account shows, in the order of the history.

    Raises:
        SourceChangedError: A source is not what it was.
    """
    found = [_learn(account) for account in history.accounts]
    wanted = [line for learned in found for one in (*learned.recurring, *learned.varying) for line in _wanted(one)]
    read = iter(history.read([line for line in wanted if line is not None]))
    return tuple(
        Learned(
            learned.account,
            tuple(_with_samples(one, read) for one in learned.recurring),
            tuple(_with_samples(one, read) for one in learned.varying),
            learned.others,
        )
        for learned in found
    )


def _learn(account: Account) -> Learned:
    recurring: list[Recurring] = []
    varying: list[Recurring] = []
    others: list[Series] = []
    for series in find_series(account):
        rhythm = find_rhythm(series.events)
        prices = None if rhythm is None else find_prices(series, rhythm)
        if rhythm is None or prices is None or not is_recurring(rhythm, prices):
            others.append(series)
        elif prices.is_varying and not _is_yearly(rhythm):
            varying.append(Recurring(series, rhythm, prices))
        else:
            recurring.append(Recurring(series, rhythm, prices))
    return Learned(account, tuple(recurring), tuple(varying), tuple(others))


def _is_yearly(rhythm: Rhythm) -> bool:
    """Whether periods are so long that a price may well change with each."""
    return rhythm.every.months >= 12  # noqa: PLR2004 - a year


def _wanted(one: Recurring) -> list[BilledLine | None]:
    """The first line of each run of prices; None where the amount is made of several."""
    firsts = [run.periods[0].events for run in one.prices.runs[: _most_samples(one)]]
    return [events[0].lines[0] if len(events) == len(events[0].lines) == 1 else None for events in firsts]


def _most_samples(one: Recurring) -> int:
    return _SAMPLES_OF_VARYING if one.prices.is_varying else len(one.prices.runs)


def _with_samples(one: Recurring, read: Iterator[Line]) -> Recurring:
    samples = tuple(None if line is None else next(read) for line in _wanted(one))
    return Recurring(one.series, one.rhythm, one.prices, samples)
