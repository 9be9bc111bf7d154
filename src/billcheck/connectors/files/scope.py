"""Whether an export may hold only a part of what it should.

Comes in: the slabs of one file and the runs of rows of one document each. Goes out: a sentence where the file holds
exactly as many documents as its program exports at once, or only unpaid ones. Both are looked for until the contrary
is seen, so that an ordinary file costs next to nothing. Must not know contracts or amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.files.values import WordMeanings, limit_memory
from billcheck.ledger.line import DocumentStatus, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.rows import Key
    from billcheck.connectors.files.tokens import Slab

UNPAID_DAYS = 60
"""Days that a file of nothing but unpaid documents must span before it is doubted: by then somebody has paid."""

AT_LIMIT = (
    "{path} holds exactly {count:,} documents, as many as this program exports at once, so others may be left out. "
    "Export the rest as another file, or declare --covers if it is all there is."
)
UNPAID = (
    "{path} holds unpaid documents only, so paid ones may be left out. Export all of them, or declare --covers if "
    "nothing was paid."
)


class Extent:
    """What is known of the extent of one file; `is_paid_seen` also where the file does not say what is paid."""

    def __init__(self, layout: Layout) -> None:
        self.is_paid_seen = "amount_due" not in layout.fields
        self.is_unpaid_seen = False
        self._limit = layout.profile.document_limit
        self._documents: set[Key] = set()

    def add_documents(self, keys: Iterable[Key]) -> None:
        """Count documents until there are more than the limit."""
        if self._limit and len(self._documents) <= self._limit:
            self._documents.update(keys)

    def join(self, later: Extent) -> None:
        """Count in what is known of a part of the file that follows."""
        self.is_paid_seen |= later.is_paid_seen
        self.is_unpaid_seen |= later.is_unpaid_seen
        self.add_documents(later._documents)

    def shortcoming(self, path: str, days: int) -> str:
        """Why the file may hold only a part; `days` is the number of days its documents span."""
        if self._limit and len(self._documents) == self._limit:
            return AT_LIMIT.format(path=path, count=self._limit)
        if self.is_unpaid_seen and not self.is_paid_seen and days > UNPAID_DAYS:
            return UNPAID.format(path=path)
        return ""


class Scope:
    """Looks at the rows of one scan for what they say of the extent of their file."""

    def __init__(self, extent: Extent, layout: Layout) -> None:
        self._extent = extent
        self._layout = layout
        profile, delimiter = layout.profile, layout.delimiter
        self._kinds = WordMeanings(delimiter, profile.kinds, profile.default_kind)
        self._statuses = WordMeanings(delimiter, profile.statuses, profile.default_status)

    def add_slab(self, slab: Slab) -> None:
        """Look for an approved document that is paid, until there is one."""
        extent = self._extent
        if extent.is_paid_seen:
            return
        limit_memory(self._kinds, self._statuses)
        fields, kind_of, status_of = self._layout.fields, self._kinds, self._statuses
        dues, count = slab.column(fields["amount_due"]), len(slab.offsets)
        kinds, statuses = (
            slab.column(fields[name]) if name in fields else [b""] * count for name in ("kind", "status")
        )
        for due, kind, status in zip(dues, kinds, statuses, strict=True):
            digits = due.strip(b'" ')
            if not digits or kind_of[kind] == Kind.OTHER or status_of[status] != DocumentStatus.APPROVED:
                continue
            if digits.strip(b"0.,"):
                extent.is_unpaid_seen = True
            else:
                extent.is_paid_seen = True
                return
