"""Reading all of something that comes in pages, and proving that it was all.

Comes in: a way to ask for a page. Goes out: every object once by its id, and how many the ledger says there are. People
work in a ledger while it is read: what is inserted or removed moves the pages, so the count is asked for again
afterwards, and everything is read again where it does not fit.

A sweep that broke off is taken up again where its pages were kept: the pages that are held are not asked for. Neither a
page that was read a while ago nor one that is read now is of one moment with the others, so this is proved another way:

1. Whatever was there all the time since the fetch began is among the pages. Each page is an unbroken run of the
   ledger's order, by an id that never changes; where each shares an object with the next, nothing that stayed lies
   between them. Pages that cannot overlap are joined by a short run around each border. The first begins at the
   beginning, and the last, or a run behind it, reaches the end. Pages that were once proved to be everything need none
   of that.
2. Whatever came in or was changed since is among what the ledger says was changed since: it replaces what is held, and
   what lies elsewhere by now, as with another date, is dropped.
3. So what is held holds everything that is there. Where the ledger counts as many, there is nothing else in it.

What the ledger removed without a trace leaves one too many, so the count does not fit, and everything is read again.
Two objects that changed places cannot hide behind an equal count: that would need one that is there and not held, which
1 and 2 exclude. Must not know which ledger it is, or what the objects mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from billcheck.connectors.base import Count
from billcheck.connectors.faults import AnswerError, IncompleteError
from billcheck.connectors.side_by_side import SideBySide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_SWEEPS = 3
MOST_PAGES = 10_000

Item = TypeVar("Item")
Watch = Callable[[], Callable[[], bool]]
"""Begins to look for changes, and gives what tells later whether there were none: then no object changed its page."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page: its objects by id, in its order, and how many the ledger says there are in all.

    `is_last` where the answer itself shows that nothing lies behind it.
    """

    items: Sequence[tuple[str, Item]]
    stated: int
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Changes(Generic[Item]):
    """What was changed since a moment: what is among the objects asked for, as it is now, and the ids of the rest."""

    inside: Mapping[str, Item]
    outside: frozenset[str]


def divide(changed: Mapping[str, Item], belongs: Callable[[Item], bool]) -> Changes[Item] | None:
    """Changed objects by whether each is among those asked for; None where one cannot be read, which may be or not."""
    try:
        inside = {key: item for key, item in changed.items() if belongs(item)}
    except AnswerError:
        return None
    return Changes(inside, frozenset(changed.keys() - inside.keys()))


class Kept(Protocol[Item]):
    """What is kept of one sweep for the case that it breaks off, and what it takes to go on with it."""

    @property
    def pages(self) -> Mapping[int, Page[Item]]:
        """The pages that an earlier run left, by number; all of the size that is asked for now."""
        ...

    @property
    def is_proved(self) -> bool:
        """Whether these pages were proved to be everything when they were read."""
        ...

    def held(self, pages: Mapping[int, Page[Item]]) -> dict[str, Item]:
        """The objects of pages, by id, with what was read of one by itself."""
        ...

    def keep(self, number: int, page: Page[Item]) -> None:
        """Keep a page."""
        ...

    def prove(self, found: Mapping[str, Item]) -> None:
        """Keep that these are everything, and no others."""
        ...

    def drop(self) -> None:
        """Keep none of the pages any more."""
        ...

    def changes(self) -> Changes[Item] | None:
        """All that was changed since the fetch began, and a while before; None where that cannot be told."""
        ...

    def around(self, position: int) -> Page[Item]:
        """A short run of the ledger's order that holds the objects before and behind a position, as far as any are."""
        ...

    def gone(self, ids: frozenset[str]) -> frozenset[str]:
        """Which of these the ledger knows to be removed; none where it does not tell."""
        ...


def sweep(
    kind: str,
    ask: Callable[[int, int], Page[Item]],
    *,
    size: int,
    at_once: int,
    has_overlap: bool = False,
    kept: Kept[Item] | None = None,
    watch: Watch | None = None,
) -> tuple[dict[str, Item], Count]:
    """Everything, by id in the order of the ids, and the proof.

    Args:
        kind: What is read, as the ledger calls it.
        ask: Gives a page by its number from 1 and the most objects it may hold; with a size of 1 it is asked for the
            count alone.
        size: Objects of a page.
        at_once: Pages asked for at a time.
        has_overlap: Whether each page repeats the end of the one before, so that a hole between two shows; that holds
            only where the ids really ascend, which is looked at. Without, one object that goes and another that comes
            between two pages leave a hole that no count tells: several pages are believed only where nothing was
            changed meanwhile, or once two sweeps found the same.
        watch: Begins to look for changes; None where the ledger does not tell of any.
        kept: What an earlier run left, and where to keep the pages of this one; None keeps nothing.

    Raises:
        IncompleteError: The ledger states more pages than anybody reads.
        ConnectorError: A page could not be read.
    """
    reading = _Reading(kind, ask, size, at_once, kept, watch)
    held = {} if kept is None else dict(kept.pages)
    if kept is not None and held:
        found = _taken_up(reading, kept, held, has_overlap=has_overlap)
        if found is not None:
            kept.prove(found)
            return dict(sorted(found.items())), Count(kind=kind, stated=len(found), read=len(found))
        kept.drop()
    return _from_nothing(reading, has_overlap=has_overlap)


@dataclass(frozen=True, slots=True)
class _Reading(Generic[Item]):
    """How the pages of one sweep are asked for, and kept."""

    kind: str
    ask: Callable[[int, int], Page[Item]]
    size: int
    at_once: int
    kept: Kept[Item] | None
    watch: Watch | None

    def page(self, number: int) -> Page[Item]:
        page = self.ask(number, self.size)
        if self.kept is not None:
            self.kept.keep(number, page)
        return page

    def pages(self, numbers: Iterable[int]) -> dict[int, Page[Item]]:
        listed = list(numbers)
        with SideBySide(self.at_once) as together:
            return dict(zip(listed, together.map(self.page, listed), strict=True))

    def count(self) -> int:
        return self.ask(1, 1).stated

    def number_of_pages(self, stated: int, first: Page[Item]) -> int:
        """How many pages there are; a ledger may give fewer at a time than are asked for, and then they are of that."""
        step = min(self.size, len(first.items)) if first.stated > len(first.items) else self.size
        pages = -(-stated // (step or 1))
        if pages > MOST_PAGES:
            raise IncompleteError(self.kind, f"The ledger counts {stated} {self.kind}, more than are read.")
        return pages


def _from_nothing(reading: _Reading[Item], *, has_overlap: bool) -> tuple[dict[str, Item], Count]:
    found: dict[str, Item] = {}
    agreed: set[str] = set()
    stated = 0
    for _ in range(MOST_SWEEPS):
        is_still = None if reading.watch is None else reading.watch()
        runs, reaches_end = _runs(reading, has_overlap=has_overlap)
        before, found = set(found), {key: item for run in runs for key, item in run.items}
        after = reading.count()
        agreed, stated = before & set(found), max(runs[0].stated, after)
        if reaches_end and len(found) == runs[0].stated == after:
            is_one = len(runs) == 1 or (has_overlap and _is_joined(runs))
            if is_one or len(agreed) == len(found) or (is_still is not None and is_still()):
                if reading.kept is not None:
                    reading.kept.prove(found)
                return dict(sorted(found.items())), Count(kind=reading.kind, stated=after, read=len(found))
    # What could not be proved is never all, however the figures fall together.
    stated = max(stated, len(found), 1)
    return dict(sorted(found.items())), Count(kind=reading.kind, stated=stated, read=min(len(agreed), stated - 1))


def _runs(reading: _Reading[Item], *, has_overlap: bool) -> tuple[list[Page[Item]], bool]:
    """The pages that the ledger counts, and whether nothing lies behind the last of them.

    Objects that came in meanwhile push others behind the page that the count made the last, and the count fits again
    once others are removed: so where the last page does not show it by itself, one more is asked for.
    """
    first = reading.page(1)
    numbers = range(2, reading.number_of_pages(first.stated, first) + 1)
    runs = [first, *reading.pages(numbers).values()]
    if not has_overlap:
        # A page that is empty shows the same as one that is the last by itself.
        ends = runs[-1].is_last or not runs[-1].items
        return runs, ends or not reading.page(len(runs) + 1).items
    if not runs[-1].is_last:
        runs.append(reading.page(len(runs) + 1))
    return runs, runs[-1].is_last


def _is_joined(runs: Sequence[Page[Item]]) -> bool:
    """Whether each run shares an object with the next, in an order that leaves room for nothing between them."""
    return _are_linked(runs) and _ascends(runs)


def _are_linked(runs: Sequence[Page[Item]]) -> bool:
    ids = [{key for key, _ in run.items} for run in runs]
    return all(one & two for one, two in pairwise(ids))


def _taken_up(
    reading: _Reading[Item], kept: Kept[Item], pages: dict[int, Page[Item]], *, has_overlap: bool
) -> dict[str, Item] | None:
    """Everything, from the pages that are held and what is asked for now; None where it is not proved."""
    joints = [] if kept.is_proved else _completed(reading, kept, pages, has_overlap=has_overlap)
    if joints is None:
        return None
    found = kept.held(pages) | {key: item for joint in joints for key, item in joint.items}
    return brought_up_to_date(found, kept.changes(), reading.count, kept.gone)


def _completed(
    reading: _Reading[Item], kept: Kept[Item], pages: dict[int, Page[Item]], *, has_overlap: bool
) -> list[Page[Item]] | None:
    """Ask for the pages that lack, and for what joins them.

    Gives the joints, which hold what may have slipped between two pages; None where all together do not prove to hold
    whatever was there all the time.
    """
    stated = reading.count()
    if 1 not in pages:
        pages[1] = reading.page(1)
    ends = [number for number, page in pages.items() if page.is_last]
    last = min(ends) if ends else max(reading.number_of_pages(stated, pages[1]), *pages)
    pages.update(reading.pages(number for number in range(2, last + 1) if number not in pages))
    if not pages[1].items:
        return [] if last == 1 else None  # nothing was there, so nothing stayed
    step = min(reading.size, len(pages[1].items))
    runs, joints = [pages[1]], list[Page[Item]]()
    for number in range(2, last + 1):
        if not has_overlap:
            joints.append(kept.around((number - 1) * step))
            runs.append(joints[-1])
        runs.append(pages[number])
    if not runs[-1].is_last:
        joints.append(kept.around(stated))
        runs.append(joints[-1])
    is_joined = _is_joined(runs) if has_overlap else _are_linked(runs)
    return joints if runs[-1].is_last and is_joined else None


def _ascends(runs: Iterable[Page[Item]]) -> bool:
    """Whether the ids of each run ascend, as texts or as numbers, and so do the first and last of all of them."""
    listed = [[key for key, _ in run.items] for run in runs if run.items]
    if _is_sorted(listed):
        return True
    are_numbers = all(key.isascii() and key.isdigit() for run in listed for key in run)
    # As texts of one length, numbers are in the order of numbers.
    longest = max((len(key) for run in listed for key in run), default=0)
    return are_numbers and _is_sorted([[key.zfill(longest) for key in run] for run in listed])


def _is_sorted(listed: Sequence[Sequence[str]]) -> bool:
    firsts, lasts = [run[0] for run in listed], [run[-1] for run in listed]
    inside = all(one < two for run in listed for one, two in pairwise(run))
    return inside and firsts == sorted(firsts) and lasts == sorted(lasts)


def brought_up_to_date(
    held: Mapping[str, Item],
    changes: Changes[Item] | None,
    count: Callable[[], int],
    gone: Callable[[frozenset[str]], frozenset[str]],
) -> dict[str, Item] | None:
    """What is there now, from what is held of an earlier moment and what was changed since.

    Args:
        held: Objects by id: at least all that were there then and stayed.
        changes: All that was changed since; None where that cannot be told.
        count: How many there are now by the ledger.
        gone: Which of some ids the ledger knows to be removed; asked only where too many are held.

    Returns:
        Everything that is there now, proved by the count; None where the count does not fit.
    """
    if changes is None:
        return None
    found = {key: item for key, item in held.items() if key not in changes.outside} | dict(changes.inside)
    stated = count()
    if len(found) > stated:
        removed = gone(frozenset(found))
        found = {key: item for key, item in found.items() if key not in removed}
    return found if len(found) == stated else None


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
