"""Short ways to make schedules, events and books by hand; days are counted from the first day of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billcheck.engine.books import Books, PostingRule
from billcheck.engine.events import Event
from billcheck.pricing.schedule import Schedule
from tests.engine.agreements import START, contract, flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Charge

DAY_0 = START.toordinal()
LENGTH = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a schedule: its days and due day, counted from 0, its amount, and whether a change made it."""

    first: int
    end: int
    due: int
    amount: int
    is_change: bool = False


def regular(*amounts: int) -> list[Row]:
    """Periods of thirty days, each due on its first."""
    return [Row(LENGTH * index, LENGTH * (index + 1), LENGTH * index, amount) for index, amount in enumerate(amounts)]


def books_of(rows: Sequence[Row], charge: Charge | None = None) -> Books:
    """Books without postings."""
    schedule = Schedule(
        contract(),
        charge or flat(timing="in_advance", invoice_day=None),
        tuple(DAY_0 + row.first for row in rows),
        tuple(DAY_0 + row.end for row in rows),
        tuple(DAY_0 + row.due for row in rows),
        tuple(row.amount for row in rows),
        tuple(row.is_change for row in rows),
    )
    return Books(schedule)


def event(amount: int, day: int = 0, number: str = "INV", days: tuple[int, int] | None = None, **fields: Any) -> Event:
    """An event issued on a day; `days` is the period it states, the end exclusive."""
    first, end = (0, 0) if days is None else (DAY_0 + days[0], DAY_0 + days[1])
    values: dict[str, Any] = {
        "rows": (0,), "line_number": 1, "credited": number if amount >= 0 else "", "names_charge": False,
        "is_inferred": False, "is_from_text": False, "is_catch_up": False,
    }  # fmt: skip
    return Event(number=number, issue_day=DAY_0 + day, amount=amount, first_day=first, end_day=end, **(values | fields))


def billed(books: Books, *amounts: int, rule: PostingRule = PostingRule.PLACED) -> Books:
    """Bill each period by an invoice of its own on its due day; nothing where the amount is 0."""
    for period, amount in enumerate(amounts):
        if amount:
            day = books.schedule.due_days[period] - DAY_0
            books.post(event(amount, day, f"INV-{period}"), period, amount, rule)
    return books


def postings(books: Books) -> list[tuple[int, int, PostingRule]]:
    """Period, amount and rule of every posting, in order."""
    return [(posting.period, posting.amount, posting.rule) for posting in books.postings]


def leftovers(books: Books) -> list[tuple[int, str]]:
    """Amount and kind of everything left over, in order."""
    return [(item.amount, item.kind) for item in books.leftovers]
