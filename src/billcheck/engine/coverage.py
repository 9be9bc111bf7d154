"""The window of documents a ledger covers, and what it can therefore tell about a period.

Comes in: declared or observed first and last days. Goes out: whether an unbilled period may be called missing. Must
not know amounts or documents.
"""

from __future__ import annotations

from dataclasses import dataclass

START_MARGIN_DAYS = 45
"""How long before its due day an invoice may lie where nothing is known of the charge's habit."""


@dataclass(frozen=True, slots=True)
class Window:
    """Ordinals of the first and last day covered, both inclusive; the last before the first where nothing is."""

    first_day: int
    last_day: int

    def settles(self, due_day: int, wait_days: int, early_days: int, start_day: int) -> bool:
        """Whether an invoice for a period due on `due_day` would have to be in the window.

        Args:
            due_day: When the period was due to be billed.
            wait_days: Grace plus the charge's habit of billing late; the invoice may come that much later.
            early_days: How much earlier than due the invoice may come.
            start_day: First day of the charge; where it lies inside the window nothing can lie before.
        """
        if due_day + wait_days > self.last_day or due_day < self.first_day:
            return False
        return start_day >= self.first_day or due_day - early_days >= self.first_day
