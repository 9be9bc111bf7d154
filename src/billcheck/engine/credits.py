"""Credits: which invoice or period each one takes back.

Comes in: the billing and crediting events of one charge. Goes out: full reversals taken out before anything is placed,
and, after placing, the other linked credits subtracted where they belong. A credit linked to nothing is residue with an
open question. Must not know dates of habit or coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule
from billcheck.engine.pinned import periods_of
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event


@dataclass(frozen=True, slots=True)
class Reversal:
    """A credit and the events it takes back in full."""

    credit: Event
    events: tuple[Event, ...]


@dataclass(slots=True)
class Taken:
    """What is left to place after full reversals: events, the reversals, and credits to subtract later."""

    billed: list[Event]
    reversals: list[Reversal]
    later: list[Event]


def take_reversals(books: Books, billed: list[Event], credits_: list[Event]) -> Taken:
    """Pair every credit that takes back whole events with them; leave credits linked to nothing as residue.

    A credit reverses the events of the document it names where it equals their sum or one of them; else the latest
    earlier event of the period it states, or, naming neither, of any period, that has exactly its amount.
    """
    taken = Taken(list(billed), [], [])
    for credit in credits_:
        events = _reversed_by(credit, taken.billed)
        if events:
            taken.billed = [event for event in taken.billed if event not in events]
            taken.reversals.append(Reversal(credit, events))
        elif _is_linked(credit, billed):
            taken.later.append(credit)
        else:
            books.leave(credit, credit.amount, "open_credit", _why_open(credit))
    return taken


def _reversed_by(credit: Event, billed: list[Event]) -> tuple[Event, ...]:
    amount = -credit.amount
    if credit.credited:
        named = tuple(event for event in billed if event.number == credit.credited)
        if credit.is_pinned:
            named = tuple(event for event in named if _same_period(event, credit)) or named
        if named and sum(event.amount for event in named) == amount:
            return named
        return tuple(event for event in named if event.amount == amount)[:1]
    equal = [event for event in billed if event.amount == amount and event.issue_day <= credit.issue_day]
    if credit.is_pinned:
        equal = [event for event in equal if _same_period(event, credit)]
    return tuple(equal[-1:])


def _same_period(event: Event, credit: Event) -> bool:
    return (event.first_day, event.end_day) == (credit.first_day, credit.end_day)


def _is_linked(credit: Event, billed: list[Event]) -> bool:
    if credit.credited:
        return any(event.number == credit.credited for event in billed)
    return credit.is_pinned or credit.names_charge


def _why_open(credit: Event) -> str:
    if credit.credited:
        return f"the credit names document {credit.credited}, which bills nothing for this charge in the ledger"
    return "the credit names no document and no period, and equals no invoice in full"


def post_credits(books: Books, later: list[Event]) -> None:
    """Subtract linked credits from the periods they belong to; what they open there counts as credited."""
    for credit in later:
        periods = _periods_credited(books, credit)
        if not periods:
            books.leave(credit, credit.amount, "open_credit", _why_open(credit))
            continue
        for period, part in zip(periods, _shares(books, periods, -credit.amount), strict=True):
            if part:
                books.post(credit, period, -part, PostingRule.CREDIT)
                books.credited[period] += min(max(books.open_amount(period), 0), part)


def _periods_credited(books: Books, credit: Event) -> list[int]:
    if credit.credited:
        named = {posting.period for posting in books.postings if posting.event.number == credit.credited}
        if credit.is_pinned:
            named = named & set(periods_of(books.schedule, credit)) or named
        return sorted(named)
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
    rest = split_by_weights(amount - from_excess, [max(books.billed[period], 0) for period in periods])
    return [share + part for share, part in zip(shares, rest, strict=True)]


def post_reversals(books: Books, reversals: list[Reversal]) -> None:
    """Put reversed events and their credit on the period they were for, where they add up to nothing.

    A shortfall that stays there was made by the credit: it counts as credited.
    """
    for reversal in reversals:
        left = reversal.credit.amount
        for event in reversal.events:
            periods = periods_of(books.schedule, event) if event.is_pinned else []
            nearest = books.nearest_period(event.issue_day)
            period = periods[0] if periods else nearest
            if period is None:
                books.leave(event, event.amount, "out_of_term", "the charge has no period at all")
                continue
            books.post(event, period, event.amount, PostingRule.REVERSED)
            books.post(reversal.credit, period, -event.amount, PostingRule.REVERSED)
            left += event.amount
            books.credited[period] += min(max(books.open_amount(period) - books.credited[period], 0), event.amount)
        books.leave(reversal.credit, left, "open_credit", "the credit exceeds what it takes back")
