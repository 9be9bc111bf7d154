"""The window of documents a ledger covers, and what it can therefore tell about a period.

Comes in: declared or observed first and last days of each source, and what the sources say they may have left out. Goes
out: whether an unbilled period may be called missing, and if not, what would settle it. Must not know amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billcheck.findings import Coverage
from billcheck.ledger.source import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.ledger.source import Receipt

START_MARGIN_DAYS = 45
"""How long before its due day an invoice may lie where nothing is known of the charge's habit."""

QUIET_DAYS = 45
"""How many days without a document may lie between two sources that declare no window, before a part seems to lack."""

NOTE_END = "The ledger does not reach past this period's grace days: export a later one, or declare --covers."
NOTE_START = (
    "The invoice may lie before the ledger begins: export an earlier one, declare --covers, or use --check-from."
)
NOTE_GAP = (
    "The files hold no document from {first_day} to {last_day}, where the invoice may lie: add the export of that "
    "time, or declare --covers."
)
NOTE_LEFT_OUT = "{shortcoming} An invoice that was left out may bill this period."


@dataclass(frozen=True, slots=True)
class Window:
    """Ordinals of the first and last day covered, both inclusive; the last before the first where nothing is.

    `gaps` are stretches inside that no source covers (inclusive ends, ascending). A `doubt` says why the sources may
    have left out documents of any day; then nothing can be told about an unbilled period.
    """

    first_day: int
    last_day: int
    gaps: tuple[tuple[int, int], ...] = ()
    doubt: str = ""

    def settles(self, due_day: int, wait_days: int, early_days: int, start_day: int) -> bool:
        """Whether an invoice for a period due on `due_day` would have to be in the window.

        Args:
            due_day: When the period was due to be billed.
            wait_days: Grace plus the charge's habit of billing late; the invoice may come that much later.
            early_days: How much earlier than due the invoice may come.
            start_day: First day of the charge; where it lies inside the window nothing can lie before.
        """
        if self.doubt:
            return False
        first_day, last_day = self._stretch_of(due_day) if self.gaps else (self.first_day, self.last_day)
        if due_day + wait_days > last_day or due_day < first_day:
            return False
        return start_day >= first_day or due_day - early_days >= first_day

    def _stretch_of(self, day: int) -> tuple[int, int]:
        """The covered stretch a day lies in; one that holds nothing where the day lies in a gap."""
        first_day = self.first_day
        for gap_first, gap_last in self.gaps:
            if day < gap_first:
                return first_day, gap_first - 1
            if day <= gap_last:
                return day, day - 1
            first_day = gap_last + 1
        return first_day, self.last_day

    def advice(self, due_day: int, wait_days: int) -> str:
        """What would settle an unbilled period that the window does not."""
        if self.doubt:
            return NOTE_LEFT_OUT.format(shortcoming=self.doubt)
        if due_day + wait_days > self.last_day:
            return NOTE_END
        before, near = None, due_day + wait_days
        for gap in self.gaps:
            if gap[0] <= near:
                before = gap
        if before is None:
            return NOTE_START
        first_day, last_day = (date.fromordinal(day).isoformat() for day in before)
        return NOTE_GAP.format(first_day=first_day, last_day=last_day)


def find_coverage(declared: tuple[date, date] | None, receipts: Sequence[Receipt]) -> Coverage | None:
    """The window somebody declared, else those the sources declare, else first to last document date of each."""
    if declared is not None:
        return Coverage(*declared, declared=True)
    windows = [
        (receipt.first_day, receipt.last_day)
        if receipt.covers is None
        else (receipt.covers[0].toordinal(), receipt.covers[1].toordinal())
        for receipt in receipts
        if receipt.covers is not None or receipt.first_day != NO_DAY
    ]
    if not windows:
        return None
    is_declared = all(receipt.covers is not None for receipt in receipts)
    gaps = tuple(
        (date.fromordinal(first), date.fromordinal(last))
        for first, last in _gaps(sorted(windows), 0 if is_declared else QUIET_DAYS)
    )
    first_day, last_day = min(first for first, _ in windows), max(last for _, last in windows)
    return Coverage(date.fromordinal(first_day), date.fromordinal(last_day), is_declared, gaps)


def _gaps(windows: Iterable[tuple[int, int]], bearable_days: int) -> Iterable[tuple[int, int]]:
    """Stretches of more than so many days between windows in the order of their first days."""
    upto: int | None = None
    for first, last in windows:
        if upto is not None and first - upto - 1 > bearable_days:
            yield upto + 1, first - 1
        upto = last if upto is None else max(upto, last)


def make_window(coverage: Coverage | None, doubt: str = "") -> Window:
    """The coverage in ordinals; nothing is covered where the ledger holds no document."""
    if coverage is None:
        return Window(first_day=1, last_day=0, doubt=doubt)
    return Window(
        coverage.first_day.toordinal(),
        coverage.last_day.toordinal(),
        tuple((first.toordinal(), last.toordinal()) for first, last in coverage.gaps),
        doubt,
    )
