"""Billed money goes to service periods: reversals, own periods, habit and order, credits, exact settlement, duplicates.

Comes in: a schedule, the events of its charge and what the ledger can tell about each period. Goes out: books in which
every cent of every event is posted once or left over with a reason. The order of the steps is the rule of the
allocation and is described in docs/concepts/allocation.md. Must not know texts, files or how a period is judged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.align import FreeEvent, Openings
from billcheck.engine.blocks import Share
from billcheck.engine.books import PLACING_RULES, Books, PostingRule
from billcheck.engine.copied import find_copied
from billcheck.engine.credits import periods_reversed, post_credits, post_reversals, take_reductions, take_reversals
from billcheck.engine.deposits import place_deposit
from billcheck.engine.habit import Habit, HabitPlacement, find_habit
from billcheck.engine.open_credits import settle_open_credits
from billcheck.engine.pinned import EXPIRED, periods_of, post_pinned
from billcheck.engine.releases import place_releases
from billcheck.engine.repeats import post_repeats
from billcheck.engine.runs import find_runs
from billcheck.engine.settlement import (
    Shortfalls,
    feed_changes,
    mark_pinned_duplicates,
    post_duplicates,
    settle,
    settle_by_words,
)

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge
    from billcheck.engine.books import Posting
    from billcheck.engine.coverage import Window
    from billcheck.engine.credits import Taken
    from billcheck.engine.events import Event, Events
    from billcheck.engine.runs import Run
    from billcheck.pricing.schedule import Schedule

NOMINAL_DAYS_WITHOUT_CADENCE = 30
SURE_OF_HABIT = 3
"""How many placed events make the charge's own lags better evidence than the general margin."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the events: the day of the check, the grace days of the charge, and the covered window."""

    as_of_day: int
    grace_days: int
    window: Window
    start_day: int
    default_early_days: int

    def is_open(self, due_day: int, late_days: int, early_days: int) -> bool:
        """Whether a period due then, if nothing was billed for it, is known to be missing."""
        wait_days = self.grace_days + late_days
        if due_day + wait_days >= self.as_of_day:
            return False
        return self.window.settles(due_day, wait_days, early_days, self.start_day)


def allocate(schedule: Schedule, events: Events, known: Known) -> Books:
    """The books of one charge.

    Args:
        schedule: All periods due until the day of the check, and those after it that events may reach.
        events: The charge's events; drafts and lines in another currency are not touched.
        known: What the ledger can tell.
    """
    late = frozenset(event.rows for event in events.billed if event.is_catch_up)
    while True:
        books = _allocate(schedule, events, known, late)
        idle = late & _without_effect(books) if late else late
        if not idle:
            books.far = _far_events(books, known.as_of_day)
            return books
        late -= idle


def _far_events(books: Books, as_of_day: int) -> frozenset[tuple[int, ...]]:
    """The events, by their rows, that went to a period their date alone would not put them on.

    They are more than half an interval from when it is due by the contract, or when its block is: order, the habit of
    the charge or the amounts of the other invoices have put them there, and that is an inference. Not where a credit
    says why: what was taken back there in full, near its day, is billed again within half an interval. Also those of
    another amount than a period that is not due yet, which as well may bill the one before.
    """
    half = nominal_days(books.schedule.charge) // 2
    reversed_ = [posting for posting in books.postings if posting.rule is PostingRule.REVERSED]
    near = {
        posting.period
        for posting in reversed_
        if posting.amount > 0 and abs(posting.event.issue_day - books.due_days[posting.period]) <= half
    }
    credited = {
        posting.period: posting.event.issue_day
        for posting in reversed_
        if posting.amount < 0 and posting.period in near
    }
    return frozenset(
        event.rows
        for event, period, _, rule in books.postings
        if rule in PLACING_RULES
        and (
            abs(event.issue_day - books.due_days[period]) > half
            or (books.due_days[period] > as_of_day and books.open_amount(period) != 0)
        )
        and not (period in credited and 0 <= event.issue_day - credited[period] <= half)
    )


def _without_effect(books: Books) -> frozenset[tuple[int, ...]]:
    """The events, by their rows, whose words make up for nothing: nothing is open, or only the period of their date."""
    lines = {item.event.rows for item in books.leftovers if item.amount == item.event.amount}
    alone = Counter(posting.period for posting in books.postings)
    half = nominal_days(books.schedule.charge) // 2
    for event, period, amount, _ in books.postings:
        is_near = abs(event.issue_day - books.schedule.due_days[period]) <= half
        if is_near and amount == event.amount and alone[period] == 1:
            lines.add(event.rows)
    return frozenset(lines)


def _allocate(schedule: Schedule, events: Events, known: Known, late: frozenset[tuple[int, ...]]) -> Books:
    """The books of one charge, where the events of `late` (by their rows) make up for shortfalls of the others."""
    books = Books(schedule)
    if schedule.charge.model == "deposit":
        place_deposit(books, events)
        return books
    taken = take_reversals(books, events.billed, events.credits)
    in_doubt = _periods_in_doubt(books, events.open_foreign, taken)
    foreign = [event for event in events.open_foreign if event.is_pinned]
    books.elsewhere = frozenset(period for event in foreign for period in periods_of(schedule, event))
    left = _place(books, [event for event in taken.billed if event.rows not in late], known, in_doubt)
    if not (left or late or events.credits or events.repeated) and _is_settled(books):
        books.postings = _worth_keeping(books)
        return books
    reductions, later = take_reductions(books, taken.later)
    post_credits(books, reductions)
    feed_changes(books)
    post_credits(books, later)
    is_open = open_flags(books, known)
    if late:
        may_be_paid = open_flags(books, known, is_awaiting_open=True)
        for event in taken.billed:
            if event.rows in late:
                settle_by_words(books, event, may_be_paid, nominal_days(schedule.charge) // 2)
    left = settle(books, left, is_open)
    feed_changes(books)
    mark_pinned_duplicates(books)
    left = post_duplicates(books, left, nominal_days(schedule.charge) * books.block // 2)
    shortfalls = Shortfalls(books, is_open)
    for event in left:
        books.leave(event, event.amount, *_why_left(books, event, shortfalls))
    settle_open_credits(books)
    if events.repeated:
        pace = find_pace(books, known)
        post_repeats(
            books,
            events.repeated,
            lambda period: known.is_open(schedule.due_days[period], pace.late_days, pace.early_days),
        )
    post_reversals(books, taken.reversals)
    books.postings = _worth_keeping(books)
    return books


def _is_settled(books: Books) -> bool:
    """Whether no period is billed too much and none is a change: then nothing can go from one to another."""
    periods = range(len(books.expected))
    return not any(books.schedule.changes) and all(books.open_amount(period) >= 0 for period in periods)


def _worth_keeping(books: Books) -> list[Posting]:
    """The postings without those of nothing, unless an invoice of nothing stands behind them."""
    return [posting for posting in books.postings if posting.amount or posting.rule in _KEPT_AT_ZERO]


_RULES = {
    "place": PostingRule.PLACED,
    "split": PostingRule.SPLIT,
    "combine": PostingRule.COMBINED,
    "block": PostingRule.BLOCK,
    "run": PostingRule.COMBINED,
}
_KEPT_AT_ZERO = frozenset({PostingRule.OWN_PERIOD, PostingRule.PLACED})


def nominal_days(charge: Charge) -> int:
    """The round number of days between two invoices of a charge."""
    return NOMINAL_DAYS_WITHOUT_CADENCE if charge.every is None else charge.every.nominal_days


class Pace(NamedTuple):
    """How many days before its due day an invoice of a charge may come, and how many after it usually comes."""

    early_days: int
    late_days: int


def pace_of(dated: list[tuple[int, int]], offset: int, known: Known) -> Pace:
    """The pace by a charge's own invoices where there are enough; else by margin and habit.

    Args:
        dated: Issue day of every invoice for one period of its own, and how many days after the due day that is.
        offset: The days of the charge's habit.
        known: What the ledger can tell.
    """
    is_sure = len(dated) >= SURE_OF_HABIT
    early_days = max(0, -min([lag for _, lag in dated])) if is_sure else known.default_early_days
    return Pace(early_days, max(0, offset, _usual_lag(dated)))


def _usual_lag(dated: list[tuple[int, int]]) -> int:
    """The lower median lag, 0 where invoices were written on too few days.

    Those of one day bear witness once, by the period they are most nearly in time for: who makes up for a forgotten
    quarter together with a late one is not usually late.
    """
    nearest: dict[int, int] = {}
    for day, lag in dated:
        other = nearest.get(day)
        if other is None or (abs(lag), lag) < (abs(other), other):
            nearest[day] = lag
    lags = sorted(nearest.values())
    return lags[(len(lags) - 1) // 2] if len(lags) >= SURE_OF_HABIT else 0


def find_pace(books: Books, known: Known) -> Pace:
    """The pace of a charge by its books, whether or not its invoices state their period."""
    return pace_of(_dated_lags(books), books.offset, known)


def _dated_lags(books: Books) -> list[tuple[int, int]]:
    """Issue day of every invoice for one period of its own, and the days from due day to that."""
    due_days = books.schedule.due_days
    return [
        (posting.event.issue_day, posting.event.issue_day - due_days[posting.period])
        for posting in books.postings
        if posting.amount > 0 and posting.rule in _KEPT_AT_ZERO
    ]


def open_flags(books: Books, known: Known, *, is_awaiting_open: bool = False) -> list[bool]:
    """Per period, whether its open amount is a known shortfall: partly billed, or unbilled and covered.

    With `is_awaiting_open` also those still awaited, which a line that says what it is for may bill as well.
    """
    pace = find_pace(books, known)
    touched = {posting.period for posting in books.postings}
    return [
        due_day <= known.as_of_day
        and (
            period in touched
            or known.is_open(due_day, pace.late_days, pace.early_days)
            or (is_awaiting_open and due_day + known.grace_days + pace.late_days >= known.as_of_day)
        )
        for period, due_day in enumerate(books.due_days)
    ]


def _periods_in_doubt(books: Books, foreign: list[Event], taken: Taken) -> frozenset[int]:
    """The periods that lines in another currency would fill, or that invoices credited in full were for.

    Both by their dates: there was an invoice, so that no other one need bill them. A credit that is followed by an
    invoice within half an interval leaves no doubt: that may bill the period again, at another price even.
    """
    nearest = [books.nearest_period(event.issue_day) for event in foreign if not event.is_pinned]
    found = {period for period in nearest if period is not None}
    half = nominal_days(books.schedule.charge) // 2
    for reversal in taken.reversals:
        day = reversal.credits[-1].issue_day
        if any(0 <= event.issue_day - day <= half for event in taken.billed):
            continue
        for event in reversal.events:
            if not event.is_pinned:
                found.update(periods_reversed(books, event))
                # Half way between two, whether it came late for one or early for the other is the habit's to say.
                found.update(books.periods_about_as_near(event.issue_day, half // 5))
    return frozenset(found)


def _place(books: Books, billed: list[Event], known: Known, in_doubt: frozenset[int]) -> list[Event]:
    """Pinned events to their periods, free ones by habit and order; those that found no place are returned."""
    schedule, charge = books.schedule, books.schedule.charge
    if charge.every is None or charge.timing is None:
        if len(books.expected) > 1:
            place_releases(books, billed)
            return []
        for event in billed:
            books.post(event, 0, event.amount, PostingRule.OWN_PERIOD)
        return []
    books.mislabelled = find_copied(schedule, billed, charge.every.nominal_days)
    copied = {event.rows for label in books.mislabelled for event in label.events}
    billed = [event._replace(first_day=0, end_day=0) if event.rows in copied else event for event in billed]
    free = [event for event in post_pinned(books, billed) if event.amount]
    if not free:
        return []
    open_amounts = tuple(books.open_amount(period) for period in range(len(books.expected)))
    free_events = [FreeEvent(event.issue_day, event.amount) for event in free]
    habit = find_habit_of(schedule, free_events, open_amounts, known, in_doubt, _stated_offsets(books, len(free)))
    books.offset, books.block, books.due_days = habit.offset, habit.block, habit.due_days
    half = charge.every.nominal_days // 2
    placed: set[int] = set()
    for placement in habit.placements:
        placed.update(placement.events)
        rule = _RULES[placement.kind]
        for share in placement.shares:
            is_ahead = placement.kind == "run" and schedule.due_days[share.period] > free[share.event].issue_day + half
            books.post(free[share.event], share.period, share.amount, PostingRule.AHEAD if is_ahead else rule)
    return [event for index, event in enumerate(free) if index not in placed]


def _stated_offsets(books: Books, free: int) -> tuple[int, ...] | None:
    """The habit that most invoices of a charge show by the period they state, beside coming on the due day.

    None where too few do, or fewer than do not. A stray line without a period has no habit of its own: else it would be
    taken for one that comes early, and go to whatever period has room for it.
    """
    lags = sorted(lag for _, lag in _dated_lags(books))
    return (0, lags[(len(lags) - 1) // 2]) if len(lags) >= max(SURE_OF_HABIT, free) else None


def find_habit_of(
    schedule: Schedule,
    free: list[FreeEvent],
    open_amounts: tuple[int, ...],
    known: Known,
    in_doubt: frozenset[int] = frozenset(),
    offsets: tuple[int, ...] | None = None,
) -> Habit:
    """Where free events of a recurring charge go: how late they come, how many periods each covers, and which.

    Where the habit leaves something unexplained, events that bill whole periods without a gap go by that.

    Args:
        schedule: The charge's periods.
        free: Events without a period of their own, in order.
        open_amounts: What is still open per period.
        known: What the ledger can tell; only a period known to be missing costs anything when it stays open.
        in_doubt: Periods that a line which does not count might fill; they cost nothing either.
        offsets: The only days after the due day that the habit may be; None for those of the free events.
    """
    charge = schedule.charge
    if charge.every is None or charge.timing is None:
        message = "a charge without a cadence has no habit"
        raise ValueError(message)
    openings = Openings(
        due_days=schedule.due_days,
        amounts=open_amounts,
        costs=tuple(
            amount > 0 and known.is_open(due_day, 0, known.default_early_days)
            for amount, due_day in zip(open_amounts, schedule.due_days, strict=True)
        ),
        changes=schedule.changes,
    )
    if in_doubt:
        costs = tuple(cost and period not in in_doubt for period, cost in enumerate(openings.costs))
        openings = replace(openings, costs=costs)
    habit = find_habit(
        free,
        openings,
        expected=schedule.amounts,
        nominal_days=charge.every.nominal_days,
        timing=charge.timing,
        settled_day=min(known.as_of_day - 1, known.window.last_day) - known.grace_days,
        offsets=offsets,
    )
    if not habit.cost or _leaves_nothing(habit, free, openings):
        return habit
    runs = find_runs(free, openings, charge.every.nominal_days)
    return habit if runs is None else _as_habit(runs, openings, habit.cost)


def _leaves_nothing(habit: Habit, free: list[FreeEvent], openings: Openings) -> bool:
    """Whether every event bills exactly what its periods need, and no period that is missed lies before the last."""
    if sum(len(placement.events) for placement in habit.placements) < len(free):
        return False
    left = list(openings.amounts)
    last = -1
    for placement in habit.placements:
        for share in placement.shares:
            left[share.period] -= share.amount
            last = max(last, share.period)
    billed = {share.period for placement in habit.placements for share in placement.shares}
    return not any(left[period] for period in range(last + 1) if period in billed or openings.costs[period])


def _as_habit(runs: list[Run], openings: Openings, cost: int) -> Habit:
    """Events that bill whole periods without a gap, as the placements of a charge without a habit of its own."""
    placements = [
        HabitPlacement(
            "run" if len(run) > 1 else "place",
            (event,),
            run,
            tuple(Share(event, period, openings.amounts[period]) for period in run),
        )
        for event, run in enumerate(runs)
    ]
    return Habit(0, 1, 0, cost, tuple(placements), openings.due_days)


def _why_left(books: Books, event: Event, shortfalls: Shortfalls) -> tuple[str, str]:
    """The kind of residue, and the reason in words."""
    candidates = shortfalls.runs_equal(event.amount, event.issue_day)
    end = books.schedule.charge.ends_on
    if not candidates and end is not None and event.issue_day >= end.toordinal():
        return "expired_still_billed", EXPIRED
    if not candidates:
        return "left_over", "it fits no period by date and equals no open shortfall exactly"
    first_days = [date.fromordinal(books.schedule.first_days[run[0]]).isoformat() for run in candidates]
    which = f"it equals open shortfalls of different shape, beginning {', '.join(first_days)}: say which it settles"
    return "left_over", which
