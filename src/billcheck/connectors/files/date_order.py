"""Which number of a local date comes first, proved by the file itself.

Comes in: a file in which a date can be read both ways. Goes out: the one order that some date of the file proves, or
the refusal of a file that proves none. Must not know amounts or documents.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.connectors.files.stream import place
from billcheck.connectors.files.values import clean_text
from billcheck.errors import InternalError, LedgerRefusedError, Problem
from billcheck.grammar import DateOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.profile import Profile
    from billcheck.connectors.files.stream import Stream
    from billcheck.connectors.files.tokens import Tokenizer
    from billcheck.grammar import DateReadings

DATE_FIELDS = ("issue_date", "due_date", "period_first_day", "period_last_day")
"""Every field whose dates count as proof."""


class OpenDateOrderError(Problem):
    """No date of the file shows whether the day or the month comes first."""


class OtherDateOrderError(Problem):
    """The file mixes two orders of day and month."""

    remedy = "Export the file again with dates as 2026-01-31, or in one order throughout."


class OutsidePeriodError(Problem):
    """A document was issued on a day that the file itself says it does not hold."""

    remedy = (
        "If the day and the month of its dates are exchanged, name the other order; else export the file again, whole "
        "and unchanged."
    )


class MixedDatesError(Problem):
    """The dates of a column are written in two ways: a spreadsheet may have exchanged day and month in some of them."""

    remedy = "Export the file again with dates as 2026-01-31, or in one way throughout, and do not open it in between."


def prove_order(text: Stream, layout: Layout, tokenizer: Tokenizer) -> tuple[DateOrder, str]:
    """The order that some date of the file proves, and that date.

    A date proves an order that alone gives a day; failing that, one that alone gives issue days within the period that
    the file declares.

    Raises:
        LedgerRefusedError: No date of the file proves an order.
    """
    first_open: Problem | None = None
    outside: dict[DateOrder, str] = {}
    for line, field, cell in _dates(text, layout, tokenizer):
        readings = layout.profile.values.dates.read(cell)
        if readings.proof:
            return readings.proof, cell
        if readings.is_same:
            continue
        if first_open is None:
            first_open = _open(place(text, line), cell, readings, layout.profile)
        if field == "issue_date" and text.facts.period:
            for order in DateOrder:
                if not _is_within(readings.by(order), text.facts.period):
                    outside.setdefault(order, cell)
    if first_open is None:
        raise InternalError("a date that is open is found again", path=text.path)
    if len(outside) == 1:
        ((order, cell),) = outside.items()
        return (DateOrder.MONTH_FIRST if order is DateOrder.DAY_FIRST else DateOrder.DAY_FIRST), cell
    raise LedgerRefusedError([first_open])


def _is_within(day: date | None, period: tuple[date, date]) -> bool:
    return day is not None and period[0] <= day <= period[1]


def check_period(stream: Stream, first_day: int, last_day: int) -> None:
    """Make sure that all issue days lie within the period that the file declares.

    Args:
        stream: The file.
        first_day: The ordinal of the earliest issue day, `NO_DAY` where there is none.
        last_day: The ordinal of the latest.

    Raises:
        LedgerRefusedError: Some day does not.
    """
    period = stream.facts.period
    if period is None or not first_day:
        return
    for ordinal in (first_day, last_day):
        day = date.fromordinal(ordinal)
        if not _is_within(day, period):
            said = f"The file says that it is of {period[0]} to {period[1]}, but holds a document of {day}."
            raise LedgerRefusedError([OutsidePeriodError(stream.path, what=said)])


def _dates(text: Stream, layout: Layout, tokenizer: Tokenizer) -> Iterator[tuple[int, str, str]]:
    """The different dates of each slab, with the line of the first row that has it, and the field."""
    columns = [(name, layout.fields[name]) for name in DATE_FIELDS if name in layout.fields]
    for slab in tokenizer.slabs(text.blocks(layout.start), layout.start, layout.first_line):
        for name, column in columns:
            cells = slab.column(column)
            for cell in dict.fromkeys(cells):
                yield slab.lines[cells.index(cell)], name, clean_text(cell, layout.delimiter)


def _open(where: str, cell: str, readings: DateReadings, profile: Profile) -> Problem:
    orders = ("day-first", "month-first")
    known = [f"{profile.id}:{order}" for order in orders if order in profile.variants]
    if known:
        remedy = f"Say which: read the file with the profile {' or '.join(known)}."
    else:
        remedy = 'Say which: write date_order = "day_first" or "month_first" under [values] of its profile.'
    return OpenDateOrderError(
        where,
        cell,
        what=(
            f"No date shows whether the day or the month comes first: this one is {readings.day_first} (day first) or "
            f"{readings.month_first} (month first)."
        ),
        remedy=remedy,
    )
