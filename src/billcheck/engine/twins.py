"""Invoices that were counted for earlier periods without a word, and are like another one of the same day.

Comes in: the books of one charge. Goes out: such invoices, each with the one it is like and the periods it was counted
for. Either it makes up for those, or it is a duplicate, and they were never billed: the sum is the same, and nothing in
the ledger says which. A second line of the same invoice is the usual way to make up for a period, and is not asked
about. Looks no further where nothing was allocated by inference. Must not know texts, documents or sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.books import PLACING_RULES, STATED_RULES, PostingRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.engine.books import Books, Posting
    from billcheck.engine.events import Event


class Twin(NamedTuple):
    """An event counted for earlier periods, and the one it is like."""

    event: Event
    other: Event
    periods: tuple[int, ...]
    amount: int


def find_twins(books: Books, half_interval: int) -> list[Twin]:
    """The events that may as well be duplicates, in the order in which they were counted.

    Args:
        books: The charge's books, allocated.
        half_interval: Half the days between two invoices, of a block where it is billed in blocks.
    """
    if not (books.far or any(posting.rule is PostingRule.SETTLEMENT for posting in books.postings)):
        return []
    postings: dict[tuple[int, ...], list[Posting]] = {}
    for posting in books.postings:
        postings.setdefault(posting.event.rows, []).append(posting)
    return list(_twins(books, list(postings.values()), half_interval))


def _twins(books: Books, billed: Sequence[Sequence[Posting]], half_interval: int) -> Iterator[Twin]:
    regular = {
        (postings[0].event.issue_day, postings[0].event.amount): postings[0].event
        for postings in reversed(billed)
        if _is_regular(books, postings, half_interval)
    }
    for postings in billed:
        event = postings[0].event
        earlier = [posting for posting in postings if _is_for_an_earlier_one(books, posting, half_interval)]
        if event.is_pinned or event.is_catch_up or any(books.open_amount(posting.period) for posting in earlier):
            continue
        amount = sum(posting.amount for posting in earlier)
        other = regular.get((event.issue_day, event.amount))
        if earlier and amount == event.amount and other is not None:
            yield Twin(event, other, tuple(sorted(posting.period for posting in earlier)), amount)


def _lag(books: Books, posting: Posting) -> int:
    """How many days after the period is due, by the habit of the charge, the event was issued."""
    return posting.event.issue_day - books.offset - books.due_days[posting.period]


def _is_for_an_earlier_one(books: Books, posting: Posting, half_interval: int) -> bool:
    """Whether an amount bills a period before the one of its date, which neither a text nor the habit says."""
    if posting.rule is PostingRule.SETTLEMENT:
        return True
    return posting.rule in PLACING_RULES and _lag(books, posting) > half_interval


def _is_regular(books: Books, postings: Sequence[Posting], half_interval: int) -> bool:
    """Whether an event bills the period of its date, and nothing that it would not bill anyway."""
    if any(posting.rule not in PLACING_RULES | STATED_RULES for posting in postings):
        return False
    return any(abs(_lag(books, posting)) <= half_interval for posting in postings)
