"""Lines that stand twice on one document: the second is a repeat, not the next period, unless something says so.

Comes in: books in which everything is placed and settled, and the events that are made of equal lines. Goes out: the
same, with what such lines bill beyond their period marked as a duplicate there. It stays with a later period where that
one would else be missing or is due on the same day, or where the charge is billed for several periods at once now and
then. Must not know texts, documents or how a period is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.books import PostingRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from billcheck.engine.books import Books

_SEVERAL = frozenset({PostingRule.AHEAD, PostingRule.COMBINED, PostingRule.BLOCK, PostingRule.RANGE})
"""The rules by which one event bills several periods."""

_TOGETHER = frozenset({PostingRule.COMBINED, PostingRule.BLOCK})
_TO_OWN = frozenset({PostingRule.OWN_PERIOD, PostingRule.PLACED}) | _TOGETHER
_TO_LATER = frozenset({PostingRule.AHEAD}) | _TOGETHER
_TWICE = 2
"""More equal lines than two, none of which states its period, are as likely several periods paid at once."""


def post_repeats(books: Books, repeated: Mapping[tuple[int, ...], int], is_missing: Callable[[int], bool]) -> None:
    """Mark what equal lines of one document bill too much.

    Args:
        books: The charge's books. Changed in place.
        repeated: The amount that all lines of an event have, by the rows of the event.
        is_missing: Whether a period, if nothing was billed for it, is known to be missing.
    """
    for rows, amount in repeated.items():
        indices = [index for index, posting in enumerate(books.postings) if posting.event.rows == rows]
        if not indices or any(books.postings[index].amount % amount for index in indices):
            continue
        event = books.postings[indices[0]].event
        own, *later = sorted(indices, key=lambda index: books.postings[index].period)
        if books.postings[own].rule not in _TO_OWN or _is_for_an_earlier_one(books, own, event.issue_day):
            continue
        period = books.postings[own].period
        if later:
            if len(rows) > _TWICE and not event.is_pinned:
                continue
            if _may_be_meant(books, rows, period, later, is_missing) or books.open_amount(period):
                continue
            for index in later:
                books.move(index, period, books.postings[index].amount, PostingRule.DUPLICATE)
            if books.postings[own].rule in _TOGETHER:
                books.block, books.due_days = 1, books.schedule.due_days
                books.postings[own] = books.postings[own]._replace(rule=PostingRule.PLACED)
        else:
            excess = -books.open_amount(period)
            if 0 < excess < books.postings[own].amount and not excess % amount:
                books.move(own, period, excess, PostingRule.DUPLICATE)


def _is_for_an_earlier_one(books: Books, index: int, issue_day: int) -> bool:
    """Whether the first period an event bills is not the one of its date: then it makes up for something."""
    posting = books.postings[index]
    nearest = books.nearest_period(issue_day)
    return posting.rule in _TOGETHER and nearest is not None and posting.period < nearest


def _may_be_meant(
    books: Books, rows: tuple[int, ...], period: int, later: list[int], is_missing: Callable[[int], bool]
) -> bool:
    """Whether what equal lines bill for later periods than the first may be meant for those."""
    due_days = books.schedule.due_days
    if all(due_days[books.postings[index].period] == due_days[period] for index in later):
        return True  # they are due together
    if any(books.postings[index].rule not in _TO_LATER or is_missing(books.postings[index].period) for index in later):
        return True
    return any(posting.rule in _SEVERAL and posting.event.rows != rows for posting in books.postings)
