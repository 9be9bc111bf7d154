"""The columns of a batch as lists, so that whole columns can be looked up, picked and stored at once.

Comes in: a batch, whose columns may be any iterables. Goes out: lists of equal length. Must not know what the columns
mean.
"""

from __future__ import annotations

from itertools import compress, islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.ledger.source import Batch


class Columns(NamedTuple):
    """What a `Batch` says about its lines, under the same names."""

    locators: list[int]
    documents: list[str]
    line_numbers: list[int]
    kinds: list[int]
    statuses: list[int]
    issue_days: list[int]
    customers: list[str]
    customer_ids: list[str]
    amounts: list[int]
    currencies: list[str]
    contracts: list[str]
    charges: list[str]
    references: list[str]
    items: list[str]
    accounts: list[str]
    trackings: list[str]
    texts: list[str]
    first_days: list[int]
    end_days: list[int]
    credited: list[str]
    templates: list[str]

    @classmethod
    def of(cls, batch: Batch) -> Columns:
        """The columns of a batch."""
        count = len(batch.locators)
        columns = (getattr(batch, name) for name in cls._fields)
        return cls._make([""] * count if column is None else list(islice(column, count)) for column in columns)

    def pick(self, flags: Sequence[bool]) -> Columns:
        """The lines that are flagged."""
        return Columns._make(list(compress(column, flags)) for column in self)
