"""Releases of a retention in parts: which part an invoice bills.

Comes in: the books of a retention with several releases, and the events that bill them. Goes out: postings of all of
them. An invoice goes to the part it is nearest to in time, but first to one whose amount it is exactly; one that is
exactly what is open of several goes to all of them. Must not know texts, coverage or how a row is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.engine.books import Books
    from billcheck.engine.events import Event


def place_releases(books: Books, billed: Iterable[Event]) -> None:
    """Post every event, in the order they come."""
    parts = range(len(books.expected))
    for event in billed:
        opened = {part: books.open_amount(part) for part in parts if books.open_amount(part) > 0}
        exact = [part for part, amount in opened.items() if amount == event.amount]
        if opened and not exact and sum(opened.values()) == event.amount:
            for part, amount in opened.items():
                books.post(event, part, amount, PostingRule.COMBINED)
            continue
        nearest = min(exact or parts, key=lambda part: (abs(books.due_days[part] - event.issue_day), part))
        books.post(event, nearest, event.amount, PostingRule.PLACED)
