"""From a whole ledger to what recurs in it: per account its series, how often they recur, and what they come to.

Comes in: a history. Goes out: learned series with their rhythm, their prices and a line in full for each price; and
what does not recur. Must not know contract files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.history.discounts import Charged, Discount, find_discounts, key_of
from billcheck.history.families import learn_families
from billcheck.history.plans import Plan, plans_of
from billcheck.history.prices import Prices, find_prices, is_recurring
from billcheck.history.rhythm import Rhythm, find_rhythm
from billcheck.history.series import Series, codes_of, find_series, joined, with_lines
from billcheck.ledger.source import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.history.lines import Account, BilledLine, History
    from billcheck.history.series import Event
    from billcheck.ledger.line import Line

_SAMPLES_OF_VARYING = 6
_MOST_COMPARED = 40
"""Where a customer is billed more different things, none of them are compared with each other."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A series that recurs.

    `samples` are lines in full: the first of each run of prices, in order; None where several lines make one amount.
    `plans` are what templates bill of it from now on, `discounts` what its invoices take off in lines of their own.
    """

    series: Series
    rhythm: Rhythm
    prices: Prices
    samples: tuple[Line | None, ...] = ()
    plans: tuple[Plan, ...] = ()
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What one account shows: series that recur at a price, those that recur at amounts that vary, and all others.

    `credits` are lines below zero that are neither a discount nor a part of a series. `planned` are plans of templates
    that nothing has recurred by yet, each with the series it has begun, if any.
    """

    account: Account
    recurring: tuple[Recurring, ...]
    varying: tuple[Recurring, ...]
    others: tuple[Series, ...]
    credits: tuple[BilledLine, ...] = ()
    planned: tuple[tuple[Plan, Series | None], ...] = ()


def learn(history: History) -> tuple[Learned, ...]:
    """What every account shows, in the order of the history.

    Raises:
        SourceChangedError: A source is not what it was.
    """
    found = list(learn_families(history.accounts, _learn))
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
    found = _completed(find_series(account))
    left = account.credits
    if left:
        _, left = find_discounts(left, _charged(map(_recurring, found)), account.charges)
        found, left = _with_own_credits(found, left)
    for series in found:
        one = _recurring(series)
        if one is None:
            others.append(series)
        elif one.prices.is_varying and not _is_yearly(one.rhythm):
            varying.append(one)
        else:
            recurring.append(one)
    if len(left) < len(account.credits):
        discounts, left = find_discounts(account.credits, _charged(recurring), account.charges)
        own = {line for series in found for line in series.lines}
        left = [line for line in left if line not in own]
        recurring = [replace(one, discounts=tuple(off)) for one, off in zip(recurring, discounts, strict=True)]
    learned = Learned(account, tuple(recurring), tuple(varying), tuple(others), tuple(left))
    return _with_plans(learned) if account.templates else learned


def _charged(recurring: Iterable[Recurring | None]) -> list[Charged]:
    return [Charged(one.series, one.rhythm, one.prices) for one in recurring if one is not None]


def _with_own_credits(found: Sequence[Series], left: Sequence[BilledLine]) -> tuple[list[Series], list[BilledLine]]:
    """The series with the lines below zero that say the same: what is billed for their period is the sum of both.

    They name their period, or stand on an invoice of the series.
    """
    places = {key_of(line): place for place, series in enumerate(found) for line in series.lines}
    documents = [frozenset(line.document for line in series.lines) for series in found]
    own: dict[int, list[BilledLine]] = {}
    others: list[BilledLine] = []
    for line in left:
        place = places.get(key_of(line)) if line.is_on_invoice and not line.is_catch_up else None
        if place is None or (line.first_day == NO_DAY and line.document not in documents[place]):
            others.append(line)
        else:
            own.setdefault(place, []).append(line)
    whole = list(found)
    for place, lines in own.items():
        lowered = with_lines(found[place], lines)
        one = _recurring(lowered)
        if one is not None and min(one.prices.amounts) < 0:
            others += lines  # more is taken back than was billed, so these are no part of a price
        else:
            whole[place] = lowered
    return whole, sorted(others)


def _recurring(series: Series) -> Recurring | None:
    """A series with how it recurs; None where it does not."""
    rhythm = find_rhythm(series.events)
    prices = None if rhythm is None else find_prices(series, rhythm)
    is_worth = rhythm is not None and prices is not None and is_recurring(rhythm, prices)
    return Recurring(series, rhythm, prices) if is_worth and rhythm is not None and prices is not None else None


def _completed(found: list[Series]) -> list[Series]:
    """The series, those as one that fill each other's gaps: one thing, called now this and now that.

    They bear the same codes, an item among them or else an amount that both have, and together they miss fewer periods.
    No period is billed by both: but for a part of it beside the whole, two lines that together are what its neighbours
    come to, and now and then two lines of one document.
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
    has_item = all(line.item for line in (one.lines[0], other.lines[0]))
    if codes_of(one) != codes_of(other) or (one.amounts.isdisjoint(other.amounts) and not has_item):
        return False
    apart = [known for known in map(_recurring, (one, other)) if known is not None]
    together = _recurring(joined(one, other))
    if not apart or together is None:
        return False
    missed = [len(known.prices.missed) for known in apart]
    if len(together.prices.missed) > min(missed) or len(together.prices.missed) >= max(missed):
        return False
    return _fit(together, frozenset(one.lines))


def _fit(together: Recurring, own: frozenset[BilledLine]) -> bool:
    """Whether two series hardly ever bill the same period: as parts of one amount, or now and then on one document."""
    documents: dict[int, tuple[set[str], set[str]]] = {}
    amounts: Counter[int] = Counter()
    for event, (first, last) in zip(together.series.events, together.rhythm.numbers, strict=True):
        if _is_part(event, together.rhythm, first):
            continue
        amounts[first] += event.amount
        for line in event.lines:
            for number in range(first, last + 1):
                documents.setdefault(number, (set(), set()))[line in own].add(line.document)
    doubted = [
        (mine, others)
        for number, (mine, others) in documents.items()
        if mine and others and amounts[number] not in {amounts[number - 1], amounts[number + 1]}
    ]
    return len(doubted) * 4 <= together.prices.periods and all(mine == others for mine, others in doubted)


def _is_part(event: Event, rhythm: Rhythm, number: int) -> bool:
    """Whether an event names less than the whole of its period."""
    length = (rhythm.boundary(number + 1) - rhythm.boundary(number)).days
    return event.first_day != NO_DAY and event.end_day - event.first_day < length - 1


def _with_plans(learned: Learned) -> Learned:
    """What an account shows, with the plans of its templates where they belong."""
    account, recurring, varying, others = learned.account, learned.recurring, learned.varying, learned.others
    every = [*(one.series for one in recurring), *(one.series for one in varying), *others]
    own, alone = plans_of(account.templates, every, range(len(recurring), len(recurring) + len(varying)))
    planned: list[tuple[Plan, Series | None]] = [(plan, None) for plan in alone]
    begun: list[Series] = []
    for series, plans in zip(others, own[len(every) - len(others) :], strict=True):
        planned.extend((plan, series) for plan in plans)
        begun += [series] if plans else []
    several = [*recurring, *varying]
    with_plans = [replace(one, plans=tuple(plans)) for one, plans in zip(several, own, strict=False)]
    return replace(
        learned,
        recurring=tuple(with_plans[: len(recurring)]),
        varying=tuple(with_plans[len(recurring) :]),
        others=tuple(series for series in others if series not in begun),
        planned=tuple(planned),
    )


def _is_yearly(rhythm: Rhythm) -> bool:
    """Whether periods are so long that a price may well change with each."""
    return rhythm.every.months >= 12  # noqa: PLR2004 - a year


def _wanted(one: Recurring) -> list[BilledLine | None]:
    """The first line of each run of prices; None where the amount is made of several."""
    firsts = [run.periods[0].events for run in one.prices.runs[: _most_samples(one)]]
    return [events[0].lines[0] if len(events) == len(events[0].lines) == 1 else None for events in firsts]


def _most_samples(one: Recurring) -> int:
    is_left_out = one.prices.is_varying and not _is_yearly(one.rhythm)
    return _SAMPLES_OF_VARYING if is_left_out else len(one.prices.runs)


def _with_samples(one: Recurring, read: Iterator[Line]) -> Recurring:
    samples = tuple(None if line is None else next(read) for line in _wanted(one))
    return replace(one, samples=samples)
