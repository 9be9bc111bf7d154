"""Credits that name nothing in sight, and are exactly what was billed too much.

Comes in: books in which everything is placed, and the credits that were left over. Goes out: the same, with a credit
that equals one excess taken off there, or one that states days after the end of the charge taken off what was billed
for them. Exact equality alone links them, so that it is inferred. Must not know texts, documents or habit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule
from billcheck.engine.pinned import periods_of

if TYPE_CHECKING:
    from billcheck.engine.books import Books, Leftover
    from billcheck.engine.events import Event


def settle_open_credits(books: Books) -> None:
    """Let every open credit that names no document take back what it equals exactly, the earliest first."""
    for left in [one for one in books.leftovers if one.kind == "open_credit" and one.amount == one.event.amount]:
        credit = left.event
        if credit.credited and not credit.is_own:
            continue
        is_past = credit.is_pinned and not periods_of(books.schedule, credit)
        if credit.is_pinned and not is_past:
            continue
        if is_past and (billed := _billed_past_the_end(books, credit)):
            _take_back(books, left, billed)
            continue
        parts = _excess_of(books, credit) or (_excess_of_ranges(books, credit) if is_past else {})
        for period, part in parts.items():
            books.post(credit, period, -part, PostingRule.EXCESS_CREDITED)
        if parts:
            books.leftovers.remove(left)


def _billed_past_the_end(books: Books, credit: Event) -> Leftover | None:
    """What was billed after the charge had ended and has the amount of a credit, the latest of several."""
    found = [
        left
        for left in books.leftovers
        if left.kind in {"expired_still_billed", "out_of_term"}
        and left.amount == left.event.amount == -credit.amount
        and left.event.issue_day <= credit.issue_day
    ]
    return found[-1] if found else None


def _take_back(books: Books, left: Leftover, billed: Leftover) -> None:
    """Put both where they add up to nothing, as for an invoice that a credit reverses."""
    period = books.nearest_period(billed.event.issue_day)
    if period is None:
        return
    for one in (billed, left):
        books.post(one.event, period, one.amount, PostingRule.REVERSED)
        books.leftovers.remove(one)


def _excess_of(books: Books, credit: Event) -> dict[int, int]:
    """The only period of which exactly this was billed too much by then; nothing where there is none, or several."""
    earlier = (posting for posting in books.postings if posting.amount > 0 and _is_earlier(posting.event, credit))
    billed = sorted({posting.period for posting in earlier})
    equal = [period for period in billed if books.open_amount(period) == credit.amount]
    return {equal[0]: -credit.amount} if len(equal) == 1 else {}


def _excess_of_ranges(books: Books, credit: Event) -> dict[int, int]:
    """What ranges that hold the days of a credit billed too much, where that is the credit exactly."""
    periods = sorted(
        {
            posting.period
            for posting in books.postings
            if posting.rule is PostingRule.RANGE
            and _is_earlier(posting.event, credit)
            and posting.event.first_day < credit.end_day
            and credit.first_day < posting.event.end_day
        }
    )
    parts = {period: -books.open_amount(period) for period in periods if books.open_amount(period) < 0}
    return parts if sum(parts.values()) == -credit.amount else {}


def _is_earlier(event: Event, credit: Event) -> bool:
    return event.issue_day <= credit.issue_day
