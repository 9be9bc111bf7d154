"""The kept lines of a ledger as parallel arrays, one row per line, and their documents beside them.

Comes in: what the engine decides about each line as it passes (charge slot, period, rule). Goes out: arrays to walk by
charge slot, and a compact documents table. At most 48 bytes per line; descriptions are not stored. Must not know
contracts, matching rules or files.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROW = -1
NO_SLOT = -1
SIDE_CAPACITY = 2**16


class Names:
    """Distinct strings, numbered in the order they were first seen."""

    __slots__ = ("_numbers", "_texts")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of this string, a new one where it was not seen before."""
        known = self._numbers.get(text)
        if known is None:
            known = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return known

    def __getitem__(self, number: int) -> str:
        return self._texts[number]

    def __len__(self) -> int:
        return len(self._texts)


class DocumentTable:
    """One row per document seen, its number kept as bytes in one buffer.

    Rows of one document that do not follow each other in a source make two rows here; `(source, kind, number,
    customer)` tells that they are one.
    """

    __slots__ = (
        "_ends",
        "_numbers",
        "credited",
        "currencies",
        "customers",
        "issue_days",
        "kinds",
        "sources",
        "statuses",
    )

    def __init__(self) -> None:
        self._numbers = bytearray()
        self._ends = array("q")
        self.kinds = array("B")
        self.statuses = array("B")
        self.currencies = array("H")
        self.customers = array("i")
        self.sources = array("i")
        self.issue_days = array("i")
        self.credited: dict[int, str] = {}

    def add(
        self,
        number: str,
        kind: int,
        status: int,
        currency: int,
        customer: int,
        source: int,
        issue_day: int,
        credited: str,
    ) -> int:
        """Append a document and return its row."""
        row = len(self.kinds)
        self._numbers += number.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._numbers))
        self.kinds.append(kind)
        self.statuses.append(status)
        self.currencies.append(currency)
        self.customers.append(customer)
        self.sources.append(source)
        self.issue_days.append(issue_day)
        if credited:
            self.credited[row] = credited
        return row

    def number(self, row: int) -> str:
        """The document number as the source writes it."""
        start = self._ends[row - 1] if row else 0
        return self._numbers[start : self._ends[row]].decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return len(self.kinds)


class LineTable:
    """Kept lines, one array per property; rows of one charge slot are chained newest first.

    `slots` is the charge slot, or `NO_SLOT`. `amounts` are signed minor units excluding tax; days are ordinals,
    `end_days` exclusive, both 0 where the line has no period. `locators` lead back into `sources[row]`.
    """

    __slots__ = (
        "_heads",
        "amounts",
        "documents",
        "end_days",
        "first_days",
        "issue_days",
        "line_numbers",
        "locators",
        "match_rules",
        "period_rules",
        "previous",
        "slots",
        "sources",
    )

    def __init__(self, slots: int) -> None:
        self.slots = array("i")
        self.documents = array("i")
        self.line_numbers = array("H")
        self.issue_days = array("i")
        self.first_days = array("i")
        self.end_days = array("i")
        self.amounts = array("q")
        self.locators = array("q")
        self.sources = array("H")
        self.match_rules = array("B")
        self.period_rules = array("B")
        self.previous = array("i")
        self._heads = array("i", [NO_ROW]) * slots

    def add(
        self,
        slot: int,
        document: int,
        line_number: int,
        issue_day: int,
        first_day: int,
        end_day: int,
        amount: int,
        locator: int,
        source: int,
        match_rule: int,
        period_rule: int,
    ) -> int:
        """Append a line and return its row."""
        row = len(self.slots)
        self.slots.append(slot)
        self.documents.append(document)
        self.line_numbers.append(line_number if line_number < SIDE_CAPACITY else SIDE_CAPACITY - 1)
        self.issue_days.append(issue_day)
        self.first_days.append(first_day)
        self.end_days.append(end_day)
        self.amounts.append(amount)
        self.locators.append(locator)
        self.sources.append(source)
        self.match_rules.append(match_rule)
        self.period_rules.append(period_rule)
        if slot == NO_SLOT:
            self.previous.append(NO_ROW)
        else:
            self.previous.append(self._heads[slot])
            self._heads[slot] = row
        return row

    def rows_of(self, slot: int) -> list[int]:
        """The rows of a charge slot, in the order they were added, without those removed since."""
        rows = []
        row = self._heads[slot]
        slots, previous = self.slots, self.previous
        while row != NO_ROW:
            if slots[row] == slot:
                rows.append(row)
            row = previous[row]
        rows.reverse()
        return rows

    def remove(self, row: int) -> None:
        """Take a line out of its slot; it stays in the table."""
        self.slots[row] = NO_SLOT

    def __len__(self) -> int:
        return len(self.slots)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.slots)))
