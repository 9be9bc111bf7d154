"""Rows and findings that say the same, gathered into runs.

Comes in: the rows of one contract in order. Goes out: runs of neighbours that a face can show as one line. Must not
know how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from billcheck.findings import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.findings import Cause, PeriodRow

LONG_QUIET_RUN = 4
LONG_RUN = 13
"""Runs this long are shown as one line: quiet ones soon, differences only when they fill more than a year of months."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring rows with the same charges, status and amounts; at least one."""

    rows: tuple[PeriodRow, ...]

    @property
    def first(self) -> PeriodRow:
        """The earliest row."""
        return self.rows[0]

    @property
    def last(self) -> PeriodRow:
        """The latest row."""
        return self.rows[-1]


def by_charges(rows: Iterable[PeriodRow]) -> list[tuple[tuple[str, ...], tuple[PeriodRow, ...]]]:
    """The rows of each charge, or of charges checked together, in the order of the first row of each."""
    grouped: dict[tuple[str, ...], list[PeriodRow]] = {}
    for row in rows:
        grouped.setdefault(row.charges, []).append(row)
    return [(charges, tuple(members)) for charges, members in grouped.items()]


def runs(rows: Iterable[PeriodRow]) -> Iterator[Run]:
    """The rows in order, long runs of equal neighbours as one."""
    for (status, *_), members in groupby(rows, _sameness):
        run = tuple(members)
        if len(run) >= (LONG_QUIET_RUN if status is Status.OK else LONG_RUN):
            yield Run(run)
        else:
            yield from (Run((row,)) for row in run)


def _sameness(row: PeriodRow) -> tuple[Status, int, int, bool, str]:
    return row.status, row.expected_minor, row.billed_minor, row.is_change, row.note


def causes_of(rows: Iterable[PeriodRow]) -> list[tuple[Cause, tuple[PeriodRow, ...]]]:
    """Every cause once, with the rows that carry it, in the order of the first of them."""
    grouped: dict[Cause, list[PeriodRow]] = {}
    for row in rows:
        for cause in row.causes:
            grouped.setdefault(cause, []).append(row)
    return [(cause, tuple(members)) for cause, members in grouped.items()]
