"""What diagnosis may look at beyond the judged rows of a charge: its events, its lines, and prices of other charges.

Comes in: the reader of lines, the prices of other charges, and a way to work out the books of the charge. Goes out: the
same, on demand: most charges need none of it. Must not know how a cause is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.engine.allocate import Known
    from billcheck.engine.books import Books
    from billcheck.engine.events import Events
    from billcheck.engine.precision import Precision
    from billcheck.ledger.line import Line
    from billcheck.pricing.other_prices import OtherPrices


class Allocated(NamedTuple):
    """What was billed for a charge, where it went, and what the ledger can tell about its periods."""

    books: Books
    events: Events
    known: Known


@dataclass(frozen=True)
class Circumstances:
    """What is known about one charge beside its rows.

    `allocate` works its books out, `reader` reads lines back (None where sources are not at hand), and `others` knows
    prices of other charges. `is_to_the_day` says what the books would show, where that is known before: every invoice
    states just the period it bills, or came on its due day.
    """

    allocate: Callable[[], Allocated]
    reader: Precision | None = None
    others: OtherPrices | None = None
    is_to_the_day: bool = False

    @cached_property
    def allocated(self) -> Allocated:
        """The books of the charge, worked out once."""
        return self.allocate()

    def line_of(self, period: int) -> Line | None:
        """The one line that billed a period, and nothing else; None where there is no such line."""
        if self.reader is None:
            return None
        postings = [posting for posting in self.allocated.books.postings if posting.period == period]
        if len(postings) != 1:
            return None
        event = postings[0].event
        if len(event.rows) != 1 or event.amount != postings[0].amount:
            return None
        return self.reader.line(event.rows[0])
