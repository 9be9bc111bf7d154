"""Events that state their service period go to that period, whole.

Comes in: events with a period, from fields or read from text. Goes out: postings, and events whose period no row of the
schedule meets. Must not know dates of issue, habit or coverage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event
    from billcheck.pricing.schedule import Schedule


EXPIRED = "the charge had ended"
"""Why an event that bills on after the last day of its charge has no period."""


def periods_of(schedule: Schedule, event: Event) -> list[int]:
    """The rows an event's own period means, in order; empty where none meets it.

    The row with equal dates, a regular one before a change; else a change whose last day is off by one, since
    "8 November - 8 February" means that day to some and not to others; else, for a range, every regular row of which at
    least half lies inside, or, where it begins and ends with rows, however short, those from the one to the other; else
    the regular row that shares most days with it, the later of two that share equally many.
    """
    first_day, end_day = event.first_day, event.end_day
    rows = range(len(schedule.first_days))
    equal = [row for row in rows if schedule.first_days[row] == first_day and schedule.ends[row] == end_day]
    equal = equal or [row for row in rows if schedule.changes[row] and _is_day_off(schedule, event, row)]
    if equal:
        return sorted(equal, key=lambda row: schedule.changes[row])[:1]
    shared = _shared_days(schedule, event)
    met = list(shared)
    inside = [row for row in met if 2 * shared[row] >= schedule.ends[row] - schedule.first_days[row]]
    if len(inside) > 1 and (
        _is_range(schedule, inside, first_day, end_day) or _is_covered(schedule, inside, first_day, end_day)
    ):
        return inside
    return sorted(met, key=lambda row: (-shared[row], -row))[:1]


def _regular_rows(schedule: Schedule) -> dict[tuple[int, int], int]:
    """The regular row of given days, the first of several: what `periods_of` finds, for many events at once."""
    columns = zip(schedule.first_days, schedule.ends, schedule.changes, strict=True)
    rows = [(days, row) for row, (*days, is_change) in enumerate(columns) if not is_change]
    return {(first_day, end): row for (first_day, end), row in reversed(rows)}


def _is_day_off(schedule: Schedule, event: Event, row: int) -> bool:
    return schedule.first_days[row] == event.first_day and abs(schedule.ends[row] - event.end_day) == 1


def _shared_days(schedule: Schedule, event: Event) -> dict[int, int]:
    """How many days of an event's own period lie in each regular row that it meets, in order of rows."""
    days_in = {
        row: min(event.end_day, schedule.ends[row]) - max(event.first_day, schedule.first_days[row])
        for row in range(len(schedule.first_days))
        if not schedule.changes[row]
    }
    return {row: days for row, days in days_in.items() if days > 0}


def _is_range(schedule: Schedule, rows: list[int], first_day: int, end_day: int) -> bool:
    """Whether a period is long enough to mean several rows: half again as long as the longest of them."""
    longest = max(schedule.ends[row] - schedule.first_days[row] for row in rows)
    return 2 * (end_day - first_day) >= 3 * longest


def _is_covered(schedule: Schedule, rows: list[int], first_day: int, end_day: int) -> bool:
    """Whether a period is exactly these rows, from the first day of the first to the end of the last."""
    begins_with_row = min(schedule.first_days[row] for row in rows) == first_day
    return begins_with_row and max(schedule.ends[row] for row in rows) == end_day


def post_pinned(books: Books, billed: list[Event]) -> list[Event]:
    """Post every event that states its period; the free events are returned, in order."""
    free, own, straddling = [], [], []
    regular = _regular_rows(books.schedule)
    for event in billed:
        if not event.is_pinned:
            free.append(event)
            continue
        row = regular.get((event.first_day, event.end_day))
        periods = _own_period(books, event, periods_of(books.schedule, event)) if row is None else [row]
        if not periods:
            end = books.schedule.charge.ends_on
            if end is not None and event.first_day >= end.toordinal():
                books.leave(event, event.amount, "expired_still_billed", EXPIRED)
            else:
                books.leave(event, event.amount, "out_of_term", "its period lies outside the term of the charge")
        elif len(periods) == 1:
            books.post(event, periods[0], event.amount, PostingRule.OWN_PERIOD)
            own.append((event, periods[0]))
            if not _is_inside(books.schedule, event, periods[0]):
                straddling.append((event, periods[0]))
        else:
            _post_range(books, event, periods)
    if any(books.schedule.changes):
        for event, period in own:
            _feed_changes_inside(books, event, period)
    for event, period in straddling:
        _share_straddling(books, event, period)
    return free


def _own_period(books: Books, event: Event, periods: list[int]) -> list[int]:
    """The rows an event means, or of several the one that its amount is exactly what it needs, and a day off its days.

    A period that ends a day late is no range, even where a row of a single day follows.
    """
    if len(periods) > 1:
        first_days, ends = books.schedule.first_days, books.schedule.ends
        for period in periods:
            days_off = abs(first_days[period] - event.first_day) + abs(ends[period] - event.end_day)
            if days_off == 1 and books.open_amount(period) == event.amount:
                return [period]
    return periods


def _is_inside(schedule: Schedule, event: Event, period: int) -> bool:
    return schedule.first_days[period] <= event.first_day and event.end_day <= schedule.ends[period]


def _share_straddling(books: Books, event: Event, period: int) -> None:
    """Let what a stated period bills too much in its own row fill the row it also lies in, as far as that is open.

    Months from the 15th are whole months of a contract from the 1st, as long as all of them are; the odd one between
    two halves is not. A quarter of the days must lie in the other row.
    """
    for other, days in _shared_days(books.schedule, event).items():
        excess = min(-books.open_amount(period), books.open_amount(other))
        if excess <= 0 or 4 * days < event.end_day - event.first_day:
            continue
        index = next(
            index for index, posting in enumerate(books.postings) if (posting.event, posting.period) == (event, period)
        )
        books.move(index, other, min(excess, books.postings[index].amount), PostingRule.RANGE)


def _feed_changes_inside(books: Books, event: Event, period: int) -> None:
    """Give what a row has too much to the changes inside the stated period, as far as no event bills those itself.

    A repeat of another event is no change: it would lie there as if a change had been billed, or billed ahead.
    """
    if books.schedule.changes[period]:
        return
    changes = [change for change in _changes_inside(books.schedule, event) if books.open_amount(change) > 0]
    index = next(
        index for index, posting in enumerate(books.postings) if (posting.event, posting.period) == (event, period)
    )
    if books.is_repeat(index, sum(map(books.open_amount, changes))):
        return
    for change in changes:
        excess = min(-books.open_amount(period), books.open_amount(change), books.postings[index].amount)
        if excess > 0:
            books.move(index, change, excess, PostingRule.CHANGE)


def _changes_inside(schedule: Schedule, event: Event) -> list[int]:
    return [
        row
        for row in range(len(schedule.first_days))
        if schedule.changes[row] and event.first_day <= schedule.first_days[row] < event.end_day
    ]


def _post_range(books: Books, event: Event, periods: list[int]) -> None:
    """Split over several rows: exactly over their changes, else at the price of one, by what is open, or as expected.

    A correction of several past periods in one line is exactly what the changes inside them come to.
    """
    changes = _changes_inside(books.schedule, event)
    owed = [books.open_amount(change) for change in changes]
    if changes and sum(owed) == event.amount and event.amount != sum(books.open_amount(period) for period in periods):
        for change, part in zip(changes, owed, strict=True):
            if part:
                books.post(event, change, part, PostingRule.CHANGE)
        return
    weights = [max(books.open_amount(period), 0) for period in periods]
    if not any(weights):
        weights = [max(books.expected[period], 0) for period in periods]
    shares = _at_one_price(books, event.amount, periods) or split_by_weights(event.amount, weights)
    for period, part in zip(periods, shares, strict=True):
        if part:
            books.post(event, period, part, PostingRule.RANGE)


def _at_one_price(books: Books, amount: int, periods: list[int]) -> list[int]:
    """What each row has of an amount that bills all of them as if one of their prices held throughout; else nothing.

    Who prepays a year does so at the price of that day. What changes later is short, or too much, from then on.
    """
    if any(books.billed[period] for period in periods):
        return []
    expected = [books.expected[period] for period in periods]
    lengths = [books.schedule.ends[period] - books.schedule.first_days[period] for period in periods]
    # What a short first or last row comes to is no price.
    prices = [one for one, days in zip(expected, lengths, strict=True) if 10 * days >= 9 * max(lengths)]
    for price in dict.fromkeys(prices):
        for bound in (min, max):
            shares = [bound(one, price) for one in expected]
            if sum(shares) == amount:
                return shares
    return []
