"""From a whole ledger to what recurs in it: per account its series, how often they recur, and what they come to.

Comes in: a history. Goes out: learned series with their rhythm, their prices and a line in full for each price; and
what does not recur. Must not know contract files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.history.plans import Plan, plans_of
from billcheck.history.prices import Prices, find_prices, is_recurring
from billcheck.history.rhythm import Rhythm, find_rhythm
from billcheck.history.series import Series, codes_of, find_series, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.history.lines import Account, BilledLine, History
    from billcheck.ledger.line import Line

_SAMPLES_OF_VARYING = 6
_MOST_COMPARED = 40
"""Where a customer is billed more different things, none of them are compared with each other."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A series that recurs.

    `samples` are lines in full: the first of each run of prices, in order; None where several lines make one amount.
    `plans` are what templates bill of it from now on.
    """

    series: Series
    rhythm: Rhythm
    prices: Prices
    samples: tuple[Line | None, ...] = ()
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What one account shows: series that recur at a price, those that recur at amounts that vary, and all others.

    `planned` are plans of templates that nothing has recurred by yet, each with the series it has begun, if any.
    """

    account: Account
    recurring: tuple[Recurring, ...]
    varying: tuple[Recurring, ...]
    others: tuple[Series, ...]
    planned: tuple[tuple[Plan, Series | None], ...] = ()


def learn(history: History) -> tuple[Learned, ...]:
    """What every account shows, in the order of the history.

    Raises:
        SourceChangedError: A source is not what it was.
    """
    found = [_learn(account) for account in history.accounts]
    wanted = [line for learned in found for one in (*learned.recurring, *learned.varying) for line in _wanted(one)]
    read = iter(history.read([line for line in wanted if line is not None]))
    return tuple(
        replace(
            learned,
            recurring=tuple(_with_samples(one, read) for one in learned.recurring),
            varying=tuple(_with_samples(one, read) for one in learned.varying),
        )
        for learned in found
    )


def _learn(account: Account) -> Learned:
    recurring: list[Recurring] = []
    varying: list[Recurring] = []
    others: list[Series] = []
    for series in _completed(find_series(account)):
        one = _recurring(series)
        if one is None:
            others.append(series)
        elif one.prices.is_varying and not _is_yearly(one.rhythm):
            varying.append(one)
        else:
            recurring.append(one)
    if not account.templates:
        return Learned(account, tuple(recurring), tuple(varying), tuple(others))
    return _with_plans(account, recurring, varying, others)


def _recurring(series: Series) -> Recurring | None:
    """A series with how it recurs; None where it does not."""
    rhythm = find_rhythm(series.events)
    prices = None if rhythm is None else find_prices(series, rhythm)
    is_worth = rhythm is not None and prices is not None and is_recurring(rhythm, prices)
    return Recurring(series, rhythm, prices) if is_worth and rhythm is not None and prices is not None else None


def _completed(found: list[Series]) -> list[Series]:
    """The series, those as one that fill each other's gaps: one thing, called now this and now that.

    They bear the same codes and share an amount, no period is billed by both, and together they miss fewer periods than
    either.
    """
    if not 1 < len(found) <= _MOST_COMPARED:
        return found
    series = list(found)
    position = 0
    while position < len(series):
        match = next((other for other in series[position + 1 :] if _complete(series[position], other)), None)
        if match is None:
            position += 1
        else:
            series[position] = joined(series[position], match)
            series.remove(match)
    return series


def _complete(one: Series, other: Series) -> bool:
    if codes_of(one) != codes_of(other) or one.amounts.isdisjoint(other.amounts):
        return False
    apart = [known for known in map(_recurring, (one, other)) if known is not None]
    together = _recurring(joined(one, other))
    if not apart or together is None:
        return False
    own = {event.lines[0] for event in one.events}
    periods: list[set[int]] = [set(), set()]
    for event, (first, last) in zip(together.series.events, together.rhythm.numbers, strict=True):
        periods[event.lines[0] in own].update(range(first, last + 1))
    return periods[0].isdisjoint(periods[1]) and len(together.prices.missed) < min(
        len(known.prices.missed) for known in apart
    )


def _with_plans(
    account: Account, recurring: list[Recurring], varying: list[Recurring], others: list[Series]
) -> Learned:
    """What an account shows, with the plans of its templates where they belong."""
    every = [*(one.series for one in recurring), *(one.series for one in varying), *others]
    own, alone = plans_of(account.templates, every)
    planned: list[tuple[Plan, Series | None]] = [(plan, None) for plan in alone]
    begun: list[Series] = []
    for series, plans in zip(others, own[len(every) - len(others) :], strict=True):
        planned.extend((plan, series) for plan in plans)
        begun += [series] if plans else []
    several = [*recurring, *varying]
    with_plans = [replace(one, plans=tuple(plans)) for one, plans in zip(several, own, strict=False)]
    return Learned(
        account,
        tuple(with_plans[: len(recurring)]),
        tuple(with_plans[len(recurring) :]),
        tuple(series for series in others if series not in begun),
        tuple(planned),
    )


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
    return replace(one, samples=samples)
