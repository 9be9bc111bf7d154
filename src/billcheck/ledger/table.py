"""The kept lines of a ledger as parallel arrays, one row per line, and their documents beside them.

Comes in: what the engine decides about each line as it passes (charge slot, period, rule). Goes out: arrays to walk by
charge slot, and a compact documents table. At most 48 bytes per line; descriptions are not stored. Must not know
contracts, matching rules or files.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NO_ROW = -1
NO_SLOT = -1
HIGHEST_LINE_NUMBER = 2**16 - 1

LineRow = tuple[int, int, int, int, int, int, int, int, int, int, int]


class Share(NamedTuple):
    """A part of a line in one slot, or in none, with the period and the rules it has there."""

    slot: int
    amount: int
    first_day: int
    end_day: int
    match_rule: int
    period_rule: int


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

    def numbers(self, texts: Sequence[str]) -> list[int]:
        """The number of each of these strings."""
        for text in dict.fromkeys(texts):
            self.number(text)
        return list(map(self._numbers.__getitem__, texts))

    def join(self, later: Names) -> list[int]:
        """Count in strings that were numbered apart; what each of their numbers is here."""
        return self.numbers(later._texts)

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

    def extend(
        self,
        numbers: Sequence[str],
        kinds: Sequence[int],
        statuses: Sequence[int],
        currencies: Sequence[int],
        customers: Sequence[int],
        source: int,
        issue_days: Sequence[int],
        credited: Sequence[str],
    ) -> None:
        """Append documents of one source, given as columns; `credited` is "" where none is named."""
        if any(credited):
            first = len(self.kinds)
            self.credited.update((row, number) for row, number in enumerate(credited, first) if number)
        encoded = [number.encode("utf-8", "surrogatepass") for number in numbers]
        self._ends.extend(list(accumulate(map(len, encoded), initial=len(self._numbers)))[1:])
        self._numbers += b"".join(encoded)
        self.kinds.extend(kinds)
        self.statuses.extend(statuses)
        self.currencies.extend(currencies)
        self.customers.extend(customers)
        self.sources.extend([source] * len(numbers))
        self.issue_days.extend(issue_days)

    def repeat(self, row: int) -> int:
        """Append another row for the document of a row, crediting nothing yet, and give its number."""
        self.extend(
            [self.number(row)], [self.kinds[row]], [self.statuses[row]], [self.currencies[row]], [self.customers[row]],
            self.sources[row], [self.issue_days[row]], [""],
        )  # fmt: skip
        return len(self) - 1

    def join(self, later: DocumentTable, customers: Sequence[int], currencies: Sequence[int]) -> None:
        """Append documents of a table of their own.

        Args:
            later: The other table.
            customers: What each of its customer numbers is here.
            currencies: What each of its currency numbers is here.
        """
        first, end = len(self), len(self._numbers)
        self.credited.update((first + row, number) for row, number in later.credited.items())
        self._ends.extend([end + one for one in later._ends])
        self._numbers += later._numbers
        self.kinds += later.kinds
        self.statuses += later.statuses
        self.currencies.extend([currencies[number] for number in later.currencies])
        self.customers.extend([customers[number] for number in later.customers])
        self.sources += later.sources
        self.issue_days += later.issue_days

    def number(self, row: int) -> str:
        """The document number as the source writes it."""
        return self.number_bytes(row).decode("utf-8", "surrogatepass")

    def find(self, numbers: Iterable[str]) -> dict[str, int]:
        """The first row of each of these numbers, exactly as the source writes them; without those none has."""
        wanted = {number.encode("utf-8", "surrogatepass"): number for number in numbers}
        found: dict[str, int] = {}
        start = 0
        for row, end in enumerate(self._ends):
            number = wanted.get(bytes(self._numbers[start:end]))
            start = end
            if number is not None:
                found.setdefault(number, row)
        return found

    def number_bytes(self, row: int) -> bytearray:
        """The document number in UTF-8."""
        start = self._ends[row - 1] if row else 0
        return self._numbers[start : self._ends[row]]

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

    def extend(
        self,
        slots: Sequence[int],
        documents: Sequence[int],
        line_numbers: Sequence[int],
        issue_days: Sequence[int],
        first_days: Sequence[int],
        end_days: Sequence[int],
        amounts: Sequence[int],
        locators: Sequence[int],
        sources: Sequence[int],
        match_rules: Sequence[int],
        period_rules: Sequence[int],
    ) -> None:
        """Append lines, given as columns.

        Line numbers beyond what the array holds count as the highest it holds.
        """
        first = len(self.slots)
        if max(line_numbers, default=0) > HIGHEST_LINE_NUMBER:
            line_numbers = [min(number, HIGHEST_LINE_NUMBER) for number in line_numbers]
        for column, values in (
            (self.slots, slots), (self.documents, documents), (self.line_numbers, line_numbers),
            (self.issue_days, issue_days), (self.first_days, first_days), (self.end_days, end_days),
            (self.amounts, amounts), (self.locators, locators), (self.sources, sources),
            (self.match_rules, match_rules), (self.period_rules, period_rules),
        ):  # fmt: skip
            column.extend(values)
        self._chain_new(slots, first)

    def join(self, later: LineTable, documents: int) -> None:
        """Append the lines of a table of their own, of which none was moved since; `documents` stand before theirs."""
        first = len(self)
        self.slots += later.slots
        self.documents.extend([documents + row for row in later.documents])
        self.line_numbers += later.line_numbers
        self.issue_days += later.issue_days
        self.first_days += later.first_days
        self.end_days += later.end_days
        self.amounts += later.amounts
        self.locators += later.locators
        self.sources += later.sources
        self.match_rules += later.match_rules
        self.period_rules += later.period_rules
        self._chain_new(later.slots, first)

    def _chain_new(self, slots: Sequence[int], first: int) -> None:
        """Chain new lines, which begin at row `first`, to the others of their slots."""
        heads, previous = self._heads, self.previous
        for row, slot in enumerate(slots, first):
            if slot == NO_SLOT:
                previous.append(NO_ROW)
            else:
                previous.append(heads[slot])
                heads[slot] = row

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

    def merge(self, slots: Sequence[int], rows: Sequence[int], *, into: int) -> None:
        """Put all lines of some slots, and further lines that have none, into one of these slots."""
        joined = sorted({*rows, *(row for slot in slots for row in self.rows_of(slot))})
        for slot in slots:
            self._heads[slot] = NO_ROW
        self._chain(into, joined)

    def split(self, splits: Mapping[int, Sequence[Share]]) -> int:
        """Put lines into several slots, or partly into none; the amounts of its shares add up to those of a line.

        The row of a line becomes its first share; the others are rows of their own at the same place of its source.
        Gives how many such rows there are.
        """
        changed = {self.slots[row] for row in splits} | {shares[0].slot for shares in splits.values()}
        chained = {slot: {*self.rows_of(slot)} for slot in changed if slot != NO_SLOT}
        further = []
        for row, (first, *others) in splits.items():
            if self.slots[row] != NO_SLOT:
                chained[self.slots[row]].discard(row)
            if first.slot != NO_SLOT:
                chained[first.slot].add(row)
            self._put(row, first)
            further += [self._row_of(row, share) for share in others]
        for slot, rows in chained.items():
            self._chain(slot, sorted(rows))
        if further:
            self.extend(*zip(*further, strict=True))
        return len(further)

    def _put(self, row: int, share: Share) -> None:
        self.slots[row], self.amounts[row] = share.slot, share.amount
        self.first_days[row], self.end_days[row] = share.first_day, share.end_day
        self.match_rules[row], self.period_rules[row] = share.match_rule, share.period_rule

    def _row_of(self, row: int, share: Share) -> LineRow:
        return (
            share.slot, self.documents[row], self.line_numbers[row], self.issue_days[row], share.first_day,
            share.end_day, share.amount, self.locators[row], self.sources[row], share.match_rule, share.period_rule,
        )  # fmt: skip

    def _chain(self, slot: int, rows: Sequence[int]) -> None:
        self._heads[slot] = NO_ROW
        for row in rows:
            self.slots[row] = slot
            self.previous[row] = self._heads[slot]
            self._heads[slot] = row

    def remove(self, row: int) -> None:
        """Take a line out of its slot; it stays in the table."""
        self.slots[row] = NO_SLOT

    def __len__(self) -> int:
        return len(self.slots)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.slots)))
