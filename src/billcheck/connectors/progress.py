"""How far a fetch is, for somebody who looks on.

Comes in: pages as they come, and documents that are asked for one by one. Goes out: a few words after each, such as
``Invoices 3,000 of 12,000``. Nothing depends on them. Must not know any ledger, or where the words are shown.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(slots=True)
class _Query:
    """What came of one query: the objects of each page, and how many the ledger says there are."""

    kind: str
    pages: dict[int, int]
    stated: int = 0

    @property
    def read(self) -> int:
        """Pages may share an object, so that they hold more than there are."""
        return min(sum(self.pages.values()), self.stated)


@dataclass(slots=True)
class Progress:
    """Counts what came, for any number of threads; `show` is given the words."""

    show: Callable[[str], None]
    _queries: dict[str, _Query] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, query: str, kind: str, held: Mapping[int, int]) -> None:
        """A query is asked, of which so many objects of some pages are held."""
        with self._lock:
            self._queries[query] = _Query(kind, dict(held))

    def page(self, query: str, number: int, objects: int, stated: int) -> None:
        """A page came; the first one again begins anew, as where everything is read a second time."""
        with self._lock:
            one = self._queries[query]
            if number == 1:
                one.pages.clear()
            one.pages[number] = objects
            one.stated = stated
            self.show(self._words(one.kind))

    def single(self, kind: str, number: int, count: int) -> None:
        """One of so many documents is asked for by itself."""
        self.show(f"{kind} one by one, {number:,} of {count:,}")

    def _words(self, latest: str) -> str:
        """What is under way, and what came last where nothing is."""
        sums: dict[str, tuple[int, int]] = {}
        for one in self._queries.values():
            read, stated = sums.get(one.kind, (0, 0))
            sums[one.kind] = read + one.read, stated + one.stated
        under_way = [kind for kind, (read, stated) in sums.items() if read < stated] or [latest]
        return ", ".join(f"{kind} {sums[kind][0]:,} of {sums[kind][1]:,}" for kind in under_way)
