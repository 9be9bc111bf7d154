"""Credits: which invoice or period each one takes back.

Comes in: the billing and crediting events of one charge. Goes out: full reversals taken out before anything is placed,
and, after placing, the other linked credits subtracted where they belong. A credit takes back what was billed and never
more: what exceeds that, and a credit linked to nothing, is residue with an open question. Must not know dates of habit
or coverage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from billcheck.engine.align import MOST_COMBINED
from billcheck.engine.books import PostingRule
from billcheck.engine.pinned import periods_of
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.engine.books import Books
    from billcheck.engine.events import Event


EXCEEDS = "the credit exceeds what it takes back"


@dataclass(frozen=True, slots=True)
class Reversal:
    """Credits and the events they take back in full, together."""

    credits: tuple[Event, ...]
    events: tuple[Event, ...]


@dataclass(slots=True)
class _Purse:
    """A credit and how much of it, above zero, has taken nothing back yet."""

    credit: Event
    left: int


@dataclass(slots=True)
class Taken:
    """What is left to place after full reversals: events, the reversals, and credits to subtract later."""

    billed: list[Event]
    reversals: list[Reversal]
    later: list[Event]


class _Billed:
    """Events that nothing has taken back yet, found by document and by amount without looking at all of them.

    An event is known by its position in the order of issue days; `later` holds the credits that wait, by the document
    they name, in their order.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = dict(enumerate(events))
        self._of_document: dict[str, list[int]] = {}
        self._of_amount: dict[tuple[int, ...], list[int]] = {}
        self.numbers = {event.number for event in events}
        self.later: dict[str, list[Event]] = {}
        for position, event in self._events.items():
            self._of_document.setdefault(event.number, []).append(position)
            for key in _amount_keys(event):
                self._of_amount.setdefault(key, []).append(position)

    def left(self) -> list[Event]:
        """The events that were not taken back, in order."""
        return list(self._events.values())

    def named_by(self, credit: Event) -> tuple[int, ...]:
        """The positions of what the document that a credit names bills here."""
        return tuple(self._of_document.get(credit.credited, ())) if credit.credited else ()

    def latest_equal(self, credit: Event) -> tuple[int, ...]:
        """The position of the latest event up to the day of a credit that has its amount, and the period it states."""
        key = (-credit.amount, credit.first_day, credit.end_day) if credit.is_pinned else (-credit.amount,)
        positions = self._of_amount.get(key, [])
        at = bisect_right(positions, credit.issue_day, key=lambda position: self._events[position].issue_day)
        return tuple(positions[at - 1 : at]) if at else ()

    def amount(self, positions: Iterable[int]) -> int:
        """What these events add up to."""
        return sum(self._events[position].amount for position in positions)

    def event(self, position: int) -> Event:
        """The event at a position."""
        return self._events[position]

    def take(self, positions: Iterable[int]) -> tuple[Event, ...]:
        """Take events out."""
        taken = []
        for position in positions:
            event = self._events.pop(position)
            self._of_document[event.number].remove(position)
            for key in _amount_keys(event):
                found = self._of_amount[key]
                del found[bisect_left(found, position)]
            taken.append(event)
        return tuple(taken)


def _amount_keys(event: Event) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Under what an event is found: its amount alone, and with the period it states."""
    return (event.amount,), (event.amount, event.first_day, event.end_day)


def take_reversals(books: Books, billed: list[Event], credits_: list[Event]) -> Taken:
    """Pair every credit that takes back whole events with them; leave credits linked to nothing as residue.

    A credit reverses the events of the document it names where it equals their sum, exceeds it, or equals one of them,
    or where it completes the sum together with earlier credits that name the document. Else it reverses the latest
    earlier event of the period it states, or, naming neither, of any period, that has exactly its amount. A line of an
    invoice that takes off more than the invoice bills here, and is exactly a change to lower terms, gives that back.
    Both lists come in the order of issue days.
    """
    if not credits_:
        return Taken(list(billed), [], [])
    open_ = _Billed(billed)
    reversals: list[Reversal] = []
    later: dict[tuple[int, ...], Event] = {}
    for credit in credits_:
        named = open_.named_by(credit)
        if credit.is_own and open_.amount(named) < -credit.amount and _reductions_equal(books, credit):
            later[credit.rows] = credit
            continue
        reversed_ = _reversed_by(credit, open_)
        if reversed_:
            reversals.append(Reversal((credit,), open_.take(reversed_)))
        elif named and _completes(credit, named, open_):
            together = (*open_.later.pop(credit.credited), credit)
            for earlier in together[:-1]:
                del later[earlier.rows]
            reversals.append(Reversal(together, open_.take(named)))
        elif credit.is_pinned or credit.names_charge or named or _reductions_equal(books, credit):
            later[credit.rows] = credit
            open_.later.setdefault(credit.credited, []).append(credit)
        else:
            books.leave(credit, credit.amount, "open_credit", _why_open(credit, open_.numbers))
    return Taken(open_.left(), reversals, [*later.values()])


def not_taken_back(events: Sequence[Event]) -> list[Event]:
    """Of events in one other currency, in order, those that no credit takes back in full, and the other credits."""
    open_ = _Billed([event for event in events if event.amount > 0])
    credits_ = []
    for credit in events:
        if credit.amount < 0:
            reversed_ = _reversed_by(credit, open_)
            if reversed_ and open_.amount(reversed_) == -credit.amount:
                open_.take(reversed_)
            else:
                credits_.append(credit)
    return [*open_.left(), *credits_]


def _reversed_by(credit: Event, billed: _Billed) -> tuple[int, ...]:
    amount, named = -credit.amount, billed.named_by(credit)
    if named:
        same = tuple(at for at in named if _same_period(billed.event(at), credit)) if credit.is_pinned else ()
        for positions in (same, named):
            if positions and billed.amount(positions) == amount:
                return positions
        if billed.amount(named) < amount:
            return named
        return tuple(at for at in same or named if billed.event(at).amount == amount)[:1]
    if credit.credited and not credit.is_own:
        return ()
    return billed.latest_equal(credit)


def _completes(credit: Event, named: Sequence[int], billed: _Billed) -> bool:
    """Whether a credit makes up, with the earlier ones of its document, all of it; then they reverse it together."""
    earlier = billed.later.get(credit.credited, ())
    together = sum(other.amount for other in earlier) + credit.amount
    return bool(earlier) and -together >= billed.amount(named)


def _same_period(event: Event, credit: Event) -> bool:
    return (event.first_day, event.end_day) == (credit.first_day, credit.end_day)


def _why_open(credit: Event, numbers: set[str]) -> str:
    if credit.credited in numbers:
        return f"the credit names document {credit.credited}, which was already credited in full"
    if credit.credited and not credit.is_own:
        return f"the credit names document {credit.credited}, which bills nothing for this charge in the ledger"
    return "the credit names no document and no period, and equals no invoice in full"


def take_reductions(books: Books, later: list[Event]) -> tuple[list[Event], list[Event]]:
    """The credits that state the very days of a change to lower terms or, stating none, equal one; and the others."""
    reductions = [
        credit
        for credit in later
        if (credit.is_pinned and any(books.expected[row] < 0 for row in periods_of(books.schedule, credit)))
        or _reductions_equal(books, credit)
    ]
    return reductions, [credit for credit in later if credit not in reductions]


def _reductions_equal(books: Books, credit: Event) -> list[int]:
    """The first change to lower terms that a credit without a period or document of its own gives back exactly."""
    if credit.is_pinned or (credit.credited and not credit.is_own):
        return []
    changes = enumerate(books.schedule.changes)
    return [row for row, is_change in changes if is_change and 0 > books.open_amount(row) == credit.amount][:1]


def post_credits(books: Books, later: list[Event]) -> None:
    """Subtract linked credits from the periods they belong to; what they open there counts as credited."""
    periods_of_document: dict[str, set[int]] = {}
    for posting in books.postings:
        periods_of_document.setdefault(posting.event.number, set()).add(posting.period)
    for credit in later:
        periods = _periods_credited(books, credit, periods_of_document.get(credit.credited, set()))
        amount = min(-credit.amount, sum(_creditable(books, period) for period in periods))
        for period, part in zip(periods, _shares(books, periods, amount), strict=True):
            if part:
                books.post(credit, period, -part, PostingRule.CREDIT)
                periods_of_document.setdefault(credit.number, set()).add(period)
                books.credited[period] += min(max(books.open_amount(period), 0), part)
        books.leave(credit, credit.amount + amount, "open_credit", _why_not_subtracted(credit, periods, amount))


def _creditable(books: Books, period: int) -> int:
    """How much a credit may take from a period: what was billed, and what a change to lower terms gives back."""
    return max(books.billed[period] - min(books.expected[period], 0), 0)


def _why_not_subtracted(credit: Event, periods: list[int], amount: int) -> str:
    if amount:
        return EXCEEDS
    if periods:
        return "the credit is for a period of which nothing is billed"
    if credit.is_pinned:
        return "the period of the credit lies outside the term of the charge"
    return "the credit comes before anything was billed"


def _periods_credited(books: Books, credit: Event, named: set[int]) -> list[int]:
    """The periods a credit is for; `named` are those that the document it names bills."""
    if reductions := _reductions_equal(books, credit):
        return reductions
    if credit.credited and named:
        stated = periods_of(books.schedule, credit) if credit.is_pinned else []
        if any(books.expected[period] < 0 for period in stated):
            return stated
        return sorted(named & set(stated) or named)
    if credit.is_pinned:
        return periods_of(books.schedule, credit)
    exceeded = {
        period for period, billed in enumerate(books.billed) if books.expected[period] - billed == credit.amount
    }
    postings = books.postings if exceeded else ()
    earlier = (posting.period for posting in postings if posting.event.issue_day <= credit.issue_day)
    corrected = next((period for period in earlier if period in exceeded), None)
    if corrected is not None:
        return [corrected]
    last = (posting.period for posting in reversed(books.postings) if posting.event.issue_day <= credit.issue_day)
    return list(islice(last, 1))


def _shares(books: Books, periods: list[int], amount: int) -> list[int]:
    """A credit's share per period: excess first, the rest by what was billed."""
    excesses = [max(-books.open_amount(period), 0) for period in periods]
    from_excess = min(amount, sum(excesses))
    shares = split_by_weights(from_excess, excesses)
    billed = [max(_creditable(books, period) - share, 0) for period, share in zip(periods, shares, strict=True)]
    rest = split_by_weights(amount - from_excess, billed)
    return [share + part for share, part in zip(shares, rest, strict=True)]


def post_reversals(books: Books, reversals: list[Reversal]) -> None:
    """Put reversed events and their credits on the period they were for, where they add up to nothing.

    A shortfall that stays there was made by the credit: it counts as credited.
    """
    for reversal in reversals:
        purse = [_Purse(credit, -credit.amount) for credit in reversal.credits]
        for event in reversal.events:
            periods = periods_reversed(books, event)
            if not periods:
                books.leave(event, event.amount, "out_of_term", "the charge has no period at all")
                continue
            weights = [max(books.expected[period], 0) for period in periods]
            for period, part in zip(periods, split_by_weights(event.amount, weights), strict=True):
                _post_reversed(books, purse, event, period, part)
        for item in purse:
            books.leave(item.credit, -item.left, "open_credit", EXCEEDS)


def periods_reversed(books: Books, event: Event) -> list[int]:
    """The periods a reversed event states; else the open ones in a row around its day that it equals; else the nearest.

    It was taken out before habits were looked for, so that nothing but its day and its amount tells what it was for.
    """
    periods = periods_of(books.schedule, event) if event.is_pinned else []
    nearest = books.nearest_period(event.issue_day)
    if periods or nearest is None:
        return periods
    open_amount = books.open_amount(nearest)
    if event.amount in (open_amount, books.expected[nearest]):
        return [nearest]
    changes = _changes_equal(books, event) if any(books.schedule.changes) else []
    if changes or not open_amount:
        return changes or [nearest]
    runs = [
        run
        for first in range(max(nearest - MOST_COMBINED + 1, 0), nearest + 1)
        if (run := _open_run(books, first, event.amount)) and run[-1] >= nearest
    ]
    if not runs:
        return [nearest]
    # What is billed at once is due with its first period, or in arrears with its last.
    ends = -1 if books.schedule.charge.timing == "in_arrears" else 0
    return min(runs, key=lambda run: (abs(run[ends] - nearest), run))


def _changes_equal(books: Books, event: Event) -> list[int]:
    """The open change that an event equals, the nearest of several; empty where there is none."""
    schedule = books.schedule
    equal = [
        row for row, is_change in enumerate(schedule.changes) if is_change and books.open_amount(row) == event.amount
    ]
    return sorted(equal, key=lambda row: (abs(event.issue_day - schedule.due_days[row]), row))[:1]


def _open_run(books: Books, first: int, amount: int) -> list[int]:
    """The open periods in a row from `first` on that come to an amount; empty where none do."""
    total = 0
    for period in range(first, min(first + MOST_COMBINED, len(books.expected))):
        open_amount = books.open_amount(period)
        total += open_amount
        if open_amount <= 0 or total > amount:
            return []
        if total == amount:
            return list(range(first, period + 1))
    return []


def _post_reversed(books: Books, purse: list[_Purse], event: Event, period: int, amount: int) -> None:
    books.post(event, period, amount, PostingRule.REVERSED)
    _pour(books, purse, period, amount)
    books.credited[period] += min(max(books.open_amount(period) - books.credited[period], 0), amount)


def _pour(books: Books, purse: list[_Purse], period: int, amount: int) -> None:
    """Post as much of the credits, one after the other, as the amount takes back."""
    for item in purse:
        part = min(item.left, amount)
        if part:
            books.post(item.credit, period, -part, PostingRule.REVERSED)
            item.left -= part
            amount -= part
