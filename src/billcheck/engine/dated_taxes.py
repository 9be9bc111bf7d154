"""Which of the percents agreed for a charge one after the other its lines should bear.

Comes in: the percents with their days, the day of a line, and the periods its money went to. Goes out: the percents
that nobody could object to: any that is in force in the period, and for an invoice of about its time also that of its
own date, because law and programs differ on which of the two counts. Where the line states no period, its neighbour may
be meant as well. Must not know amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.coverage import START_MARGIN_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from billcheck.contracts.terms import TaxStep


class Served(NamedTuple):
    """A period that a line bills, as ordinals, `end` exclusive, and the day around which it is invoiced.

    `is_stated` says that the line states it, and that it was not placed there by its date or amount.
    """

    first_day: int
    end: int
    invoice_day: int
    is_stated: bool

    def is_near(self, day: int) -> bool:
        """Whether an invoice of this day is about where that of the period belongs."""
        is_beside = self.first_day - START_MARGIN_DAYS <= day < self.end + START_MARGIN_DAYS
        return is_beside or abs(day - self.invoice_day) <= START_MARGIN_DAYS


@dataclass(frozen=True, slots=True)
class DatedTax:
    """The percent at the beginning, and the later ones, whose days ascend."""

    first: Decimal
    steps: Sequence[TaxStep]

    @property
    def percents(self) -> tuple[Decimal, ...]:
        """Every percent that is ever agreed, each once."""
        return tuple(dict.fromkeys((self.first, *(step.percent for step in self.steps))))

    def on(self, day: int) -> Decimal:
        """The percent in force on a day."""
        return next((step.percent for step in reversed(self.steps) if step.on.toordinal() <= day), self.first)

    def accepted(self, periods: Iterable[Served], issue_day: int) -> set[Decimal]:
        """The percents that a line of a day may bear for these periods."""
        return {percent for period in periods for percent in self._accepted(period, issue_day)}

    def _accepted(self, period: Served, issue_day: int) -> Iterator[Decimal]:
        yield from self._between(period.first_day, period.end)
        if period.is_near(issue_day):
            margin = 0 if period.is_stated else START_MARGIN_DAYS
            yield from self._between(issue_day - margin, issue_day + margin + 1)

    def _between(self, first_day: int, end: int) -> Iterator[Decimal]:
        """The percents in force on any of these days, `end` exclusive."""
        yield self.on(first_day)
        for step in self.steps:
            if first_day < step.on.toordinal() < end:
                yield step.percent
