"""What is left over after placing: changes, exact settlements, periods billed ahead, duplicates.

Comes in: books with placed events, and the events that found no place. Goes out: postings that rest on exact equality
alone, marked as inferred, and residue. A left-over amount never moves by likeness: it settles shortfalls it equals
exactly, or stays in sight. Must not know coverage beyond the periods it is told are open.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billcheck.engine.books import Books
    from billcheck.engine.events import Event

LONGEST_RUN = 60
"""The longest run of periods one exact settlement may cover."""


class Shortfalls:
    """The periods of a charge known to be short, and what would settle them; for as long as postings only fill them.

    Each posting makes the amounts anew, and between two of them what an amount may settle is looked up once: a long
    charge may have thousands of left-over events of few different amounts.

    Args:
        books: The books of the charge.
        is_open: Per period, whether an open amount there is a known shortfall.
    """

    def __init__(self, books: Books, is_open: Sequence[bool]) -> None:
        self._books = books
        unknowns = books.schedule.unknowns
        self._periods = [period for period in range(len(books.expected)) if is_open[period] and period not in unknowns]
        self._sums: list[int] = []
        self._places: dict[int, int] = {}
        self._runs: dict[int, list[range]] = {}
        self._postings = -1

    def until(self, day: int) -> list[int]:
        """Those due up to a day, in order."""
        count = self._count_until(day)
        return self._periods[:count]

    def runs_equal(self, amount: int, day: int) -> list[list[int]]:
        """Every run of periods that follow each other, due up to a day, that is short of exactly this amount."""
        count = self._count_until(day)
        return [self._periods[run.start : run.stop] for run in self._runs_of(amount) if run.stop <= count]

    def all_equal(self, amount: int, day: int) -> list[int]:
        """Those due up to a day, where together they are short of exactly this amount."""
        count = self._count_until(day)
        return self._periods[:count] if count and self._sums[count] == amount else []

    def settled_by(self, amount: int, day: int) -> list[int]:
        """Those an amount equals: all, one, or a run; empty where none or candidates of unlike shape."""
        everything = self.all_equal(amount, day)
        if everything:
            return everything
        candidates = self.runs_equal(amount, day)
        shapes = {tuple(map(self._books.open_amount, run)) for run in candidates}
        return candidates[0] if len(shapes) == 1 else []

    def _count_until(self, day: int) -> int:
        """How many of them are due up to a day; the due days of a schedule ascend."""
        books = self._books
        if self._postings != len(books.postings):
            self._postings = len(books.postings)
            expected, billed = books.expected, books.billed
            self._periods = [period for period in self._periods if expected[period] > billed[period]]
            self._sums = list(accumulate([expected[period] - billed[period] for period in self._periods], initial=0))
            self._places = dict(zip(self._sums, range(len(self._sums)), strict=True))
            self._runs.clear()
        return bisect_left(self._periods, bisect_right(books.schedule.due_days, day))

    def _runs_of(self, amount: int) -> list[range]:
        """Every run that is short of this amount, as places in the list of periods, in order.

        Each is a difference of two sums, which ascend; so sets find them without a loop over the periods.
        """
        found = self._runs.get(amount)
        if found is None:
            periods, places = self._periods, self._places
            found = self._runs[amount] = []
            for before in sorted(places.keys() & {upto - amount for upto in places}):
                start, stop = places[before], places[before + amount]
                if 0 < stop - start <= LONGEST_RUN and periods[stop - 1] - periods[start] == stop - 1 - start:
                    found.append(range(start, stop))
        return found


def feed_changes(books: Books) -> None:
    """Give each open change row the excess of the regular row it is due with, or net a reduction against it.

    An invoice that repeats another is no change. Nor is what an invoice bills too much for a period that it states,
    where another one bills the change and states that.
    """
    schedule = books.schedule
    stated = {posting.period for posting in books.postings if posting.rule is PostingRule.OWN_PERIOD}
    for change in (row for row, is_change in enumerate(schedule.changes) if is_change):
        regular = _regular_due_with(books, change)
        index = _last_posting(books, regular) if regular is not None else None
        if regular is None or index is None:
            continue
        if change in stated and regular in stated:
            continue
        wanted, excess = books.open_amount(change), -books.open_amount(regular)
        if wanted > 0 and excess > 0 and not books.is_repeat(index, wanted):
            books.move(index, change, min(wanted, excess, books.postings[index].amount), PostingRule.CHANGE)
        elif wanted < 0 and excess < 0:
            books.move(index, change, max(wanted, excess), PostingRule.CHANGE_NETTED)


def _regular_due_with(books: Books, change: int) -> int | None:
    schedule = books.schedule
    due_day = schedule.due_days[change]
    for row in range(change - 1, -1, -1):
        if schedule.due_days[row] != due_day:
            return None
        if not schedule.changes[row]:
            return row
    return None


def _last_posting(books: Books, period: int) -> int | None:
    for index in range(len(books.postings) - 1, -1, -1):
        if books.postings[index].period == period and books.postings[index].amount > 0:
            return index
    return None


def settle(books: Books, left: list[Event], is_open: Sequence[bool]) -> list[Event]:
    """Let left-over events and excesses settle what they equal exactly; the events that settled nothing are returned.

    Args:
        books: The charge's books after placing.
        left: Events that found no place, in order.
        is_open: Per period, whether an open amount there is a known shortfall (due, past grace, covered, or partly
            billed).
    """
    rest = []
    shortfalls = Shortfalls(books, is_open)
    billed_until = _last_issue_days(books) if left else {}
    for event in left:
        parts = shortfalls.settled_by(event.amount, event.issue_day)
        parts = parts or _several_ahead(books, event, billed_until)
        if parts:
            rule = PostingRule.SETTLEMENT if books.schedule.due_days[parts[0]] <= event.issue_day else PostingRule.AHEAD
            for period in parts:
                books.post(event, period, books.open_amount(period), rule)
                billed_until[period] = max(event.issue_day, billed_until.get(period, event.issue_day))
        else:
            rest.append(event)
    _settle_excesses(books, shortfalls)
    return rest


def settle_by_words(books: Books, event: Event, is_open: Sequence[bool], early_days: int) -> None:
    """Let an event that says it makes up for others settle open periods, the oldest first, the last one partly.

    What exceeds them is left over. A period due up to `early_days` after the event may be one of them.
    """
    left = event.amount
    for period in Shortfalls(books, is_open).until(event.issue_day + early_days):
        part = min(left, books.open_amount(period))
        if part:
            books.post(event, period, part, PostingRule.CATCH_UP)
            left -= part
    books.leave(event, left, "left_over", "it says that it makes up for earlier periods, and no more of them is open")


def _settle_excesses(books: Books, shortfalls: Shortfalls) -> None:
    """Let an excess settle open shortfalls, or the next periods where one invoice exceeds its own.

    An excess that is a whole event repeats a period, and one of several is a wrong price: neither is a payment ahead.
    """
    for period in range(len(books.expected)):
        excess = -books.open_amount(period)
        index = _last_posting(books, period) if excess > 0 else None
        if index is None or books.postings[index].amount < excess:
            continue
        if _contradicts_own_words(books, index, excess):
            continue
        issue_day = books.postings[index].event.issue_day
        settled = shortfalls.all_equal(excess, issue_day)
        is_repeat = books.postings[index].amount == excess or _is_overbilled_before(books, period)
        ahead = [] if settled or is_repeat else _ahead_of(books, excess, _next_regular(books, period))
        parts = settled or ahead or shortfalls.settled_by(excess, issue_day)
        rule = PostingRule.AHEAD if ahead else PostingRule.SETTLEMENT
        for target in parts:
            books.move(index, target, books.open_amount(target), rule)


def _contradicts_own_words(books: Books, index: int, excess: int) -> bool:
    """Whether a whole document would leave the very period it states: that is a repeat, not a settlement."""
    posting = books.postings[index]
    return posting.rule is PostingRule.OWN_PERIOD and posting.amount == excess


def _is_overbilled_before(books: Books, period: int) -> bool:
    return any(books.open_amount(earlier) < 0 for earlier in range(period))


def _several_ahead(books: Books, event: Event, billed_until: Mapping[int, int]) -> list[int]:
    """Two or more next periods an event equals; one alone is as likely a repeat of the last."""
    ahead = _ahead_of(books, event.amount, _first_unbilled(books, event.issue_day, billed_until))
    return ahead if len(ahead) > 1 else []


def _last_issue_days(books: Books) -> dict[int, int]:
    """Per period that something was posted to, the last day an event of it was issued."""
    days: dict[int, int] = {}
    for posting in books.postings:
        day = posting.event.issue_day
        days[posting.period] = max(day, days.get(posting.period, day))
    return days


def _first_unbilled(books: Books, issue_day: int, billed_until: Mapping[int, int]) -> int | None:
    """The first period due after a day that nothing was billed for; none where one before it was billed later on.

    Who bills ahead does not leave out a month that still comes by an invoice of its own.
    """
    schedule = books.schedule
    for period in range(bisect_right(schedule.due_days, issue_day), len(schedule.due_days)):
        if not schedule.changes[period]:
            if not books.billed[period]:
                return period
            if billed_until.get(period, issue_day) > issue_day:
                return None
    return None


def _next_regular(books: Books, period: int) -> int | None:
    for later in range(period + 1, len(books.expected)):
        if not books.schedule.changes[later]:
            return later
    return None


def _ahead_of(books: Books, amount: int, start: int | None) -> list[int]:
    """The next whole periods from `start` on that nothing was billed for, where the amount equals them exactly.

    What has an invoice of its own, be it in another currency, was not paid ahead.
    """
    if start is None:
        return []
    total, run = 0, []
    for period in range(start, len(books.expected)):
        if books.schedule.changes[period]:
            continue
        if books.billed[period] or books.expected[period] <= 0 or period in books.elsewhere:
            return []
        run.append(period)
        total += books.expected[period]
        if total >= amount:
            break
    return run if total == amount else []


def post_duplicates(books: Books, left: list[Event], half_interval: int) -> list[Event]:
    """Post events that repeat an amount of a period already billed in full; the others are returned.

    A repeat has the same amount as an event of that period and was issued within half an interval of it. It is only
    called one where the period without it is billed in full: then the period is overbilled by it.
    """
    rest = []
    placed: dict[int, list[tuple[int, int]]] = {}
    for posting in books.postings if left else ():
        if posting.event.amount == posting.amount and posting.rule is not PostingRule.DUPLICATE:
            placed.setdefault(posting.amount, []).append((posting.event.issue_day, posting.period))
    for days in placed.values():
        days.sort()
    for event in left:
        alike = placed.get(event.amount, [])
        begin = bisect_left(alike, (event.issue_day - half_interval, 0))
        end = bisect_left(alike, (event.issue_day + half_interval + 1, 0))
        twins = [
            (abs(day - event.issue_day), period) for day, period in alike[begin:end] if books.open_amount(period) <= 0
        ]
        if twins:
            books.post(event, min(twins)[1], event.amount, PostingRule.DUPLICATE)
        else:
            rest.append(event)
    return rest


def mark_pinned_duplicates(books: Books) -> None:
    """Name the later of two equal events of one period a duplicate where the period is billed in full without it."""
    for index in range(len(books.postings) - 1, -1, -1):
        posting = books.postings[index]
        if posting.rule is not PostingRule.OWN_PERIOD or posting.amount <= 0:
            continue
        if -books.open_amount(posting.period) < posting.amount or _is_marked(books, posting.period):
            continue
        twin = any(
            other.period == posting.period and other.amount == posting.amount and other.rule is PostingRule.OWN_PERIOD
            for other in books.postings[:index]
        )
        if twin:
            books.move(index, posting.period, posting.amount, PostingRule.DUPLICATE)
            books.postings.pop(index)


def _is_marked(books: Books, period: int) -> bool:
    marked = sum(
        posting.amount
        for posting in books.postings
        if posting.period == period and posting.rule is PostingRule.DUPLICATE
    )
    return marked > 0 and -books.open_amount(period) - marked <= 0
