"""Credits: which invoice or period each one takes back.

Comes in: the billing and crediting events of one charge. Goes out: full reversals taken out before anything is placed,
and, after placing, the other linked credits subtracted where they belong. A credit takes back what was billed and never
more: what exceeds that, and a credit linked to nothing, is residue with an open question. Must not know dates of habit
or coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.engine.align import MOST_COMBINED
from billcheck.engine.books import PostingRule
from billcheck.engine.pinned import periods_of
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def take_reversals(books: Books, billed: list[Event], credits_: list[Event]) -> Taken:
    """Pair every credit that takes back whole events with them; leave credits linked to nothing as residue.

    A credit reverses the events of the document it names where it equals their sum, exceeds it, or equals one of them,
    or where it completes the sum together with earlier credits that name the document. Else it reverses the latest
    earlier event of the period it states, or, naming neither, of any period, that has exactly its amount.
    """
    taken = Taken(list(billed), [], [])
    numbers = {event.number for event in billed}
    for credit in credits_:
        events = _reversed_by(credit, taken.billed)
        if events:
            taken.billed = [event for event in taken.billed if event not in events]
            taken.reversals.append(Reversal((credit,), events))
        elif _completes(credit, taken):
            continue
        elif credit.is_pinned or credit.names_charge or _is_named(credit, taken.billed):
            taken.later.append(credit)
        else:
            books.leave(credit, credit.amount, "open_credit", _why_open(credit, numbers))
    return taken


def _reversed_by(credit: Event, billed: list[Event]) -> tuple[Event, ...]:
    amount = -credit.amount
    if _is_named(credit, billed):
        named = tuple(event for event in billed if event.number == credit.credited)
        same = tuple(event for event in named if _same_period(event, credit)) if credit.is_pinned else ()
        for events in (same, named):
            if events and sum(event.amount for event in events) == amount:
                return events
        if sum(event.amount for event in named) < amount:
            return named
        return tuple(event for event in same or named if event.amount == amount)[:1]
    if credit.credited and not credit.is_own:
        return ()
    equal = [event for event in billed if event.amount == amount and event.issue_day <= credit.issue_day]
    if credit.is_pinned:
        equal = [event for event in equal if _same_period(event, credit)]
    return tuple(equal[-1:])


def _completes(credit: Event, taken: Taken) -> bool:
    """Whether a credit makes up, with the earlier ones of its document, all of it; then they reverse it together."""
    if not _is_named(credit, taken.billed):
        return False
    earlier = [other for other in taken.later if other.credited == credit.credited]
    events = tuple(event for event in taken.billed if event.number == credit.credited)
    together = (*earlier, credit)
    if not earlier or -sum(other.amount for other in together) < sum(event.amount for event in events):
        return False
    taken.later = [other for other in taken.later if other not in earlier]
    taken.billed = [event for event in taken.billed if event not in events]
    taken.reversals.append(Reversal(together, events))
    return True


def _same_period(event: Event, credit: Event) -> bool:
    return (event.first_day, event.end_day) == (credit.first_day, credit.end_day)


def _is_named(credit: Event, billed: Sequence[Event]) -> bool:
    """Whether the document a credit names bills something here."""
    return bool(credit.credited) and any(event.number == credit.credited for event in billed)


def _why_open(credit: Event, numbers: set[str]) -> str:
    if credit.credited in numbers:
        return f"the credit names document {credit.credited}, which was already credited in full"
    if credit.credited and not credit.is_own:
        return f"the credit names document {credit.credited}, which bills nothing for this charge in the ledger"
    return "the credit names no document and no period, and equals no invoice in full"


def take_reductions(books: Books, later: list[Event]) -> tuple[list[Event], list[Event]]:
    """The credits that state the very days of a change to lower terms, and the others."""
    reductions = [
        credit
        for credit in later
        if credit.is_pinned and any(books.expected[period] < 0 for period in periods_of(books.schedule, credit))
    ]
    return reductions, [credit for credit in later if credit not in reductions]


def post_credits(books: Books, later: list[Event]) -> None:
    """Subtract linked credits from the periods they belong to; what they open there counts as credited."""
    for credit in later:
        periods = _periods_credited(books, credit)
        amount = min(-credit.amount, sum(_creditable(books, period) for period in periods))
        for period, part in zip(periods, _shares(books, periods, amount), strict=True):
            if part:
                books.post(credit, period, -part, PostingRule.CREDIT)
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


def _periods_credited(books: Books, credit: Event) -> list[int]:
    named = {posting.period for posting in books.postings if posting.event.number == credit.credited}
    if credit.credited and named:
        stated = periods_of(books.schedule, credit) if credit.is_pinned else []
        if any(books.expected[period] < 0 for period in stated):
            return stated
        return sorted(named & set(stated) or named)
    if credit.is_pinned:
        return periods_of(books.schedule, credit)
    earlier = [posting for posting in books.postings if posting.event.issue_day <= credit.issue_day]
    corrected = [posting.period for posting in earlier if books.open_amount(posting.period) == credit.amount]
    return corrected[:1] or [posting.period for posting in earlier[-1:]]


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
            periods = _periods_reversed(books, event)
            if not periods:
                books.leave(event, event.amount, "out_of_term", "the charge has no period at all")
                continue
            weights = [max(books.expected[period], 0) for period in periods]
            for period, part in zip(periods, split_by_weights(event.amount, weights), strict=True):
                _post_reversed(books, purse, event, period, part)
        for item in purse:
            books.leave(item.credit, -item.left, "open_credit", EXCEEDS)


def _periods_reversed(books: Books, event: Event) -> list[int]:
    """The periods a reversed event states; else the open ones in a row around its day that it equals; else the nearest.

    It was taken out before habits were looked for, so that nothing but its day and its amount tells what it was for.
    """
    periods = periods_of(books.schedule, event) if event.is_pinned else []
    nearest = books.nearest_period(event.issue_day)
    if periods or nearest is None:
        return periods
    runs = [
        run
        for first in range(max(nearest - MOST_COMBINED + 1, 0), nearest + 1)
        for run in _open_runs(books, first, nearest)
        if sum(map(books.open_amount, run)) == event.amount
    ]
    if not runs:
        return [nearest]
    # What is billed at once is due with its first period, or in arrears with its last.
    ends = -1 if books.schedule.charge.timing == "in_arrears" else 0
    return min(runs, key=lambda run: (abs(run[ends] - nearest), run))


def _open_runs(books: Books, first: int, inside: int) -> Iterator[list[int]]:
    """The runs of open periods from `first` on that hold the period `inside`."""
    run: list[int] = []
    for period in range(first, min(first + MOST_COMBINED, len(books.expected))):
        if books.open_amount(period) <= 0:
            return
        run.append(period)
        if period >= inside:
            yield list(run)


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
