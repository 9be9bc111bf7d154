"""What diagnosis may look at beyond the judged rows of a charge: its events, its lines, and prices of other charges.

Comes in: what was worked out about a charge, and the reader of its lines. Goes out: the same, on demand. Must not know
how a cause is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.engine.allocate import Known
    from billcheck.engine.books import Books
    from billcheck.engine.events import Events
    from billcheck.engine.precision import Precision
    from billcheck.ledger.line import Line
    from billcheck.pricing.other_prices import OtherPrices


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about one charge beside its rows.

    `lines` reads lines back, None where sources are not at hand; `others` knows prices of other charges.
    """

    books: Books
    events: Events
    known: Known
    lines: Precision | None = None
    others: OtherPrices | None = None

    def line_of(self, period: int) -> Line | None:
        """The one line that billed a period, and nothing else; None where there is no such line."""
        postings = [posting for posting in self.books.postings if posting.period == period]
        if self.lines is None or len(postings) != 1:
            return None
        event = postings[0].event
        if len(event.rows) != 1 or event.amount != postings[0].amount:
            return None
        return self.lines.line(event.rows[0])
