"""The service periods that lines state, in fields of their own or in their texts, found for many lines at once.

Comes in: columns of lines. Goes out: per line the first day, the exclusive end and how they were found, and the
placeholders that templates left in texts, and months that are misspelt there. A text whose period does not depend on
the issue day is read once; what depends on the day is kept per text and day; what depends on the contract is not kept.
Must not know which charge a line belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from billcheck.engine.match_rules import PeriodRule
from billcheck.ledger.source import NO_DAY
from billcheck.periods.catch_up import says_catch_up
from billcheck.periods.misspelt import find_misspelt_month
from billcheck.periods.reading import read
from billcheck.periods.resolve import CALENDAR_PARTS, MAX_DAYS_AWAY, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.engine.columns import Columns
    from billcheck.engine.keys import Slot
    from billcheck.grammar import DateOrder
    from billcheck.periods.misspelt import Misspelt
    from billcheck.periods.reading import Reading
    from billcheck.periods.resolve import ResolvedPeriod

MEMO_LIMIT = 65_536

Stated = tuple[int, int, PeriodRule]
"""First day, exclusive end, and how they were found; `NO_DAY` twice where a line states no period."""

_NOT_STATED: Stated = (NO_DAY, NO_DAY, PeriodRule.NONE)


class StatedPeriods:
    """Finds the periods of lines, and keeps what texts were read as.

    `placeholders` gives rows of the line table what their template left in the text, `misspelt` the month that a text
    without a period probably means.
    """

    def __init__(self, *, has_fiscal_years: bool) -> None:
        self.placeholders: dict[int, str] = {}
        self.misspelt: dict[int, Misspelt] = {}
        self._has_fiscal_years = has_fiscal_years
        self._by_text: dict[DateOrder | None, dict[str, Stated]] = {}
        self._by_day: dict[tuple[str, int, DateOrder | None], Stated] = {}

    def find(
        self,
        lines: Columns,
        order: DateOrder | None,
        first_row: int,
        slots_of: Callable[[int], tuple[Slot, ...]],
    ) -> list[Stated]:
        """The period of every line.

        Args:
            lines: The lines.
            order: The order of day and month in their source.
            first_row: The row of the first of them in the line table.
            slots_of: The charges that a line, by its position among them, may belong to.
        """
        texts, days = lines.texts, lines.issue_days
        has_fields = any(lines.first_days)
        if has_fields:
            texts = ["" if first_day else text for text, first_day in zip(texts, lines.first_days, strict=True)]
        kept = self._by_text.setdefault(order, {})
        # Kept periods were near some issue day, and hold for all days they are near to.
        low, high = max(days) - MAX_DAYS_AWAY, min(days) + MAX_DAYS_AWAY
        found: list[Stated] = []
        for index, known in enumerate(map(kept.get, texts)):
            if known is not None and (not known[0] or low <= known[0] < known[1] <= high):
                found.append(known)
            else:
                found.append(self._read(texts[index], days[index], order, first_row + index, slots_of(index)))
        if has_fields:
            fields = zip(lines.first_days, lines.end_days, found, strict=True)
            found = [(first, end, PeriodRule.FIELDS) if first else stated for first, end, stated in fields]
        return found

    def _read(self, text: str, issue_day: int, order: DateOrder | None, row: int, slots: tuple[Slot, ...]) -> Stated:
        """The period that one text states on a document of that day."""
        known = self._by_day.get((text, issue_day, order))
        if known is not None:
            return known
        reading = read(text)
        if reading.placeholder:
            self.placeholders[row] = reading.placeholder
            return _NOT_STATED
        if reading.is_fiscal or (self._has_fiscal_years and reading.rule in CALENDAR_PARTS):
            starts = {slot.contract.fiscal_year_start for slot in slots}
            if len(starts) > 1:
                return _NOT_STATED
            period = resolve(reading, issue_day, fiscal_year_start=starts.pop())
            return _NOT_STATED if period is None else (period.first_day, period.end_day, PeriodRule.TEXT)
        period = resolve(reading, issue_day, order=order)
        if period is not None:
            stated = (period.first_day, period.end_day, PeriodRule.TEXT)
        else:
            stated = (NO_DAY, NO_DAY, PeriodRule.CATCH_UP) if says_catch_up(text) else _NOT_STATED
            misspelt = find_misspelt_month(text)
            if misspelt is not None:
                self.misspelt[row] = misspelt
                return stated
        if _is_same_on_all_days(reading, period, order):
            _keep(self._by_text[order], text, stated)
        else:
            _keep(self._by_day, (text, issue_day, order), stated)
        return stated


def _is_same_on_all_days(reading: Reading, period: ResolvedPeriod | None, order: DateOrder | None) -> bool:
    """Whether a text gives this period, or none, on every document near to it."""
    if period is None:
        return reading.span is None and (reading.by_order is None or order is None)
    return any(period is one.dated for one in (reading, *(reading.by_order or ())))


_Key = TypeVar("_Key")


def _keep(memo: dict[_Key, Stated], key: _Key, stated: Stated) -> None:
    if len(memo) >= MEMO_LIMIT:
        memo.clear()
    memo[key] = stated
