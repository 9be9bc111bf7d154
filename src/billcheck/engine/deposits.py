"""Deposits: what was billed goes to the deposit, what was taken off again to its deduction.

Comes in: the books of a deposit and its events. Goes out: postings of all of them. There is nothing to align: a deposit
has one row and its deduction another. Must not know texts, coverage or how a row is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule

if TYPE_CHECKING:
    from billcheck.engine.books import Books
    from billcheck.engine.events import Events


def place_deposit(books: Books, events: Events) -> None:
    """Post every event; a credit of the document that billed the deposit takes it back, others are the deduction."""
    numbers = {event.number for event in events.billed}
    last = len(books.expected) - 1
    for event in events.billed:
        books.post(event, 0, event.amount, PostingRule.OWN_PERIOD)
    for credit in events.credits:
        is_reversal = credit.credited in numbers and not credit.is_own
        books.post(credit, 0 if is_reversal else last, credit.amount, PostingRule.OWN_PERIOD)
