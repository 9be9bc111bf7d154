"""What an agreement about the sum of several charges adds to them, or takes off: an amount off, a maximum, a minimum.

Comes in: the rows of the charges, and which of their days are billable. Goes out: rows that bring the sum of each
period to what was agreed, each as far as was known on its due day. Must not know schedules or how a price is worked
out.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.money import minor_scale
from billcheck.pricing.amendments import NOTHING, WHOLE_PERCENT
from billcheck.pricing.proration import Measure, Ratio, add, multiply, round_ratio
from billcheck.pricing.spanning import ToldRow
from billcheck.pricing.wording import minor_text, money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from billcheck.contracts.terms import Charge
    from billcheck.pricing.timeline import Timeline


class SpannedRow(NamedTuple):
    """One row of a charge that an agreement spans, in the order they are taken; `unknown` says why it has no amount."""

    due_day: int
    is_change: bool
    first_day: int
    end: int
    amount: int
    unknown: str = ""


class SpannedDays(NamedTuple):
    """The term of a charge that an agreement spans, as ordinals (`end` exclusive, None: open), and its terms in it."""

    first_day: int
    end: int | None
    timeline: Timeline

    def is_billable(self, day: int, known_day: int) -> bool:
        """Whether the charge runs on a day, and is neither paused nor free then, as far as was known on another."""
        if day < self.first_day or (self.end is not None and day >= self.end):
            return False
        is_free = any(each.is_free or each.percent == WHOLE_PERCENT for each in self.timeline.discounts_on(day))
        return not is_free and self.timeline.terms_on(day, known_day).is_running

    def cuts(self) -> Iterable[int]:
        """The days on which anything begins or ends."""
        return (self.first_day, *(() if self.end is None else (self.end,)), *self.timeline.cuts)


class Agreement(NamedTuple):
    """A minimum, a maximum or an amount off for several charges, and when it holds.

    `own` has the days on which an amount is taken off; of the others it has all.
    """

    charge: Charge
    members: tuple[SpannedDays, ...]
    own: Timeline
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount of a full period."""
        found = self.charge.minimum if self.charge.maximum is None else self.charge.maximum
        if found is None:
            found = next(each.amount for each in self.charge.discounts if each.amount is not None)
        return found

    def limit(self, measure: Measure, known_day: int) -> int:
        """What falls to the billable days of a period, as far as they were known on a day, in minor units."""
        numerator, denominator = self.amount.as_integer_ratio()
        share = self._share(measure, known_day)
        return round_ratio(*multiply((numerator * minor_scale(self.currency), denominator), share))

    def _share(self, measure: Measure, known_day: int) -> Ratio:
        inside = {day for member in self.members for day in member.cuts()} | set(self.own.cuts)
        days = [measure.first_day, *sorted(day for day in inside if measure.first_day < day < measure.end), measure.end]
        share = NOTHING
        for counts, runs in groupby(pairwise(days), lambda run: self._counts(run[0], known_day)):
            first, *others = runs
            if counts:
                share = add(share, measure.share(first[0], (others or [first])[-1][1]))
        return share

    def _counts(self, day: int, known_day: int) -> bool:
        is_given = not self.charge.discounts or bool(self.own.discounts_on(day))
        return is_given and any(member.is_billable(day, known_day) for member in self.members)

    def applied_to(self, spent: int, limit: int) -> int:
        """What a sum becomes."""
        if self.charge.discounts:
            return max(spent - limit, min(spent, 0))
        return max(spent, limit) if self.charge.maximum is None else min(spent, limit)


def balance_rows(agreement: Agreement, periods: Sequence[Measure], rows: Iterable[SpannedRow]) -> list[ToldRow]:
    """For each row of the charges, what brings the sum of its period to what was agreed by then; in the order of rows.

    Rows of changes that leave that as it was are left out.
    """
    ordered = sorted(rows)
    found = [
        row
        for measure in periods
        for row in _of_period(
            agreement, measure, [row for row in ordered if measure.first_day <= row.first_day < measure.end]
        )
    ]
    return sorted(found, key=lambda row: (row.due_day, row.is_change, row.first_day, row.end))


def _of_period(agreement: Agreement, measure: Measure, rows: Sequence[SpannedRow]) -> Iterator[ToldRow]:
    spent = balanced = 0
    unknown = ""
    for days, alike in groupby(rows, lambda row: row[:4]):
        due_day, is_change, first_day, end = days
        for row in alike:
            spent += row.amount
            unknown = unknown or row.unknown
        limit = agreement.limit(measure, due_day)
        amount = agreement.applied_to(spent, limit) - spent - balanced
        balanced += amount
        if not is_change or amount or unknown:
            lines = tuple(_lines(agreement, measure, (spent, limit, balanced, amount)))
            yield ToldRow(first_day, end, due_day, amount, lines, unknown, is_change=is_change)


def _lines(agreement: Agreement, measure: Measure, figures: tuple[int, int, int, int]) -> Iterator[str]:
    """How one row came about; `figures` are what the charges come to, the limit, all balances and that of the row."""
    charge, currency = agreement.charge, agreement.currency
    spent, limit, balance, amount = (minor_text(figure, currency) for figure in figures)
    after = minor_text(figures[0] + figures[2], currency)
    days = f"{date.fromordinal(measure.first_day)} to {date.fromordinal(measure.end - 1)}"
    yield f"{spent} becomes {after}: {balance}"
    if figures[2] != figures[3]:
        yield f"{balance} less what was due of it before = {amount}"
    written = money_text(agreement.amount, currency)
    word = "amount off" if charge.discounts else charge.model
    yield f"{word} of {written} for a full period" + ("" if written == limit else f", for its days {limit}")
    yield f"{spent} is what is due by then for {days} of: {', '.join(charge.spans)}"
