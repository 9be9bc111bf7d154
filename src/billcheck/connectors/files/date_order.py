"""Which number of a local date comes first, proved by the file itself.

Comes in: a file in which a date can be read both ways. Goes out: the one order that some date of the file proves, or
the refusal of a file that proves none. Must not know amounts or documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.files.stream import place
from billcheck.connectors.files.values import clean_text
from billcheck.errors import InternalError, LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.stream import Stream
    from billcheck.connectors.files.tokens import Tokenizer
    from billcheck.grammar import DateOrder, DateReadings

DATE_FIELDS = ("issue_date", "due_date", "period_first_day", "period_last_day")
"""Every field whose dates count as proof."""


class OpenDateOrderError(Problem):
    """No date of the file shows whether the day or the month comes first."""


class OtherDateOrderError(Problem):
    """The file mixes two orders of day and month."""

    remedy = "Export the file again with dates as 2026-01-31, or in one order throughout."


class MixedDatesError(Problem):
    """The dates of a column are written in two ways: a spreadsheet may have exchanged day and month in some of them."""

    remedy = "Export the file again with dates as 2026-01-31, or in one way throughout, and do not open it in between."


def prove_order(text: Stream, layout: Layout, tokenizer: Tokenizer) -> tuple[DateOrder, str]:
    """The order that some date of the file proves, and that date.

    Raises:
        LedgerRefusedError: No date of the file proves an order.
    """
    first_open: Problem | None = None
    for line, cell in _dates(text, layout, tokenizer):
        readings = layout.profile.values.dates.read(cell)
        if readings.proof:
            return readings.proof, cell
        if first_open is None and not readings.is_same:
            first_open = _open(place(text, line), cell, readings, layout.profile.id)
    if first_open is None:
        raise InternalError("a date that is open is found again", path=text.path)
    raise LedgerRefusedError([first_open])


def _dates(text: Stream, layout: Layout, tokenizer: Tokenizer) -> Iterator[tuple[int, str]]:
    """The different dates of each slab, with the line of the first row that has it."""
    columns = [layout.fields[name] for name in DATE_FIELDS if name in layout.fields]
    for slab in tokenizer.slabs(text.blocks(layout.start), layout.start, layout.first_line):
        for column in columns:
            cells = slab.column(column)
            for cell in dict.fromkeys(cells):
                yield slab.lines[cells.index(cell)], clean_text(cell, layout.delimiter)


def _open(where: str, cell: str, readings: DateReadings, profile: str) -> Problem:
    return OpenDateOrderError(
        where,
        cell,
        what=(
            f"No date shows whether the day or the month comes first: this one is {readings.day_first} (day first) or "
            f"{readings.month_first} (month first)."
        ),
        remedy=f"Say which: read the file with the profile {profile}:day-first or {profile}:month-first.",
    )
