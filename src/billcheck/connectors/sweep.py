"""Reading all of something that comes in pages, and proving that it was all.

Comes in: a way to ask for a page. Goes out: every object once by its id, and how many the ledger says there are. People
work in a ledger while it is read: what is inserted or removed moves the pages, so the count is asked for again
afterwards, and everything is read again where it does not fit. Must not know which ledger it is, or what the objects
mean.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from billcheck.connectors.base import Count
from billcheck.connectors.faults import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_SWEEPS = 3
MOST_PAGES = 10_000

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page: its objects by id, in its order, and how many the ledger says there are in all."""

    items: Sequence[tuple[str, Item]]
    stated: int


def sweep(
    kind: str, ask: Callable[[int, int], Page[Item]], *, size: int, at_once: int, has_overlap: bool = False
) -> tuple[dict[str, Item], Count]:
    """Everything, by id in the order of the ids, and the proof.

    Args:
        kind: What is read, as the ledger calls it.
        ask: Gives a page by its number from 1 and the most objects it may hold; with a size of 1 it is asked for the
            count alone.
        size: Objects of a page.
        at_once: Pages asked for at a time.
        has_overlap: Whether each page repeats the end of the one before, so that a hole between two shows. Without, one
            object that goes and another that comes between two pages leave a hole that no count tells: several pages
            are believed only once two sweeps found the same.

    Raises:
        IncompleteError: The ledger states more pages than anybody reads.
        ConnectorError: A page could not be read.
    """
    found: dict[str, Item] = {}
    agreed: set[str] = set()
    stated = 0
    for _ in range(MOST_SWEEPS):
        first = ask(1, size)
        stated, before = first.stated, set(found)
        found = dict(first.items)
        # A ledger may give fewer at a time than are asked for; then its pages are of that many.
        pages = -(-stated // (min(size, len(first.items)) or 1))
        if pages > MOST_PAGES:
            raise IncompleteError(kind, f"The ledger counts {stated} {kind}, more than are read.")
        if pages > 1:
            with ThreadPoolExecutor(max_workers=at_once) as pool:
                for page in pool.map(lambda number: ask(number, size), range(2, pages + 1)):
                    found.update(page.items)
        after = ask(1, 1).stated
        agreed = set(found) if has_overlap or pages <= 1 else before & set(found)
        if len(agreed) == len(found) == stated == after:
            break
        stated = after
    return dict(sorted(found.items())), Count(kind=kind, stated=stated, read=len(agreed))


def add_counts(counts: Sequence[Count]) -> tuple[Count, ...]:
    """The counts, those of one kind added."""
    kinds = dict.fromkeys(count.kind for count in counts)
    return tuple(
        Count(
            kind=kind,
            stated=sum(count.stated for count in counts if count.kind == kind),
            read=sum(count.read for count in counts if count.kind == kind),
        )
        for kind in kinds
    )
