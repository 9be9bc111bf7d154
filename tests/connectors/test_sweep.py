"""A ledger in memory that people work in while it is read, and sweeps of it that break off and are taken up again."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcheck.connectors.sweep import Changes, Page, sweep

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE = 4


class BrokeOffError(Exception):
    """The run ended here."""


@dataclass
class Thing:
    value: int
    changed: int
    is_inside: bool = True


@dataclass
class Ledger:
    """Things by id, in the order of `rank`; `edits` is how likely an edit is before each question, in percent."""

    random: Random
    has_overlap: bool
    things: dict[str, Thing] = field(default_factory=dict)
    now: int = 0
    edits: int = 0
    asked: int = 0
    breaks_at: int = 0
    stayed: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    forgets: bool = True

    def rank(self, key: str) -> str:
        return key if self.has_overlap else sha256(key.encode()).hexdigest()

    def inside(self) -> list[tuple[str, int]]:
        found = [(key, thing.value) for key, thing in self.things.items() if thing.is_inside]
        return sorted(found, key=lambda pair: self.rank(pair[0]))

    def edit(self) -> None:
        self._edit()
        now = {key for key, thing in self.things.items() if thing.is_inside}
        self.stayed &= now
        self.seen |= now

    def _edit(self) -> None:
        self.now += 1
        kind = self.random.choice(
            ("insert", "insert", "change", "out", "in", *(["delete"] * 2 if self.forgets else []))
        )
        keys = sorted(self.things)
        if kind == "insert" or not keys:
            self.things[f"{self.random.randrange(10_000):04}"] = Thing(self.now, self.now)
            return
        key = self.random.choice(keys)
        if kind == "delete":
            del self.things[key]
        elif kind == "change":
            self.things[key] = Thing(self.now, self.now, self.things[key].is_inside)
        else:
            self.things[key] = Thing(self.things[key].value, self.now, kind == "in")

    def _question(self) -> None:
        self.asked += 1
        if self.asked == self.breaks_at:
            raise BrokeOffError
        while self.random.randrange(100) < self.edits:
            self.edit()

    def ask(self, number: int, size: int) -> Page[int]:
        self._question()
        found = self.inside()
        if size == 1:
            return Page((), len(found))
        start = (number - 1) * size
        if self.has_overlap:
            page = found[max(start - 1, 0) : start + size]
            return Page(page, len(found), is_last=start + size > len(found) and (number == 1 or bool(page)))
        return Page(found[start : start + size], len(found), is_last=start < len(found) <= start + size)

    def changes(self, since: int) -> Changes[int]:
        self._question()
        changed = {key: thing for key, thing in self.things.items() if thing.changed >= since}
        inside = {key: thing.value for key, thing in changed.items() if thing.is_inside}
        return Changes(inside, frozenset(changed.keys() - inside.keys()))

    def around(self, position: int) -> Page[int]:
        self._question()
        found = self.inside()
        run = found[max(position - 2, 0) : position + 2]
        return Page(run, len(found), is_last=position + 2 >= len(found))


@dataclass
class Store:
    """What is kept between runs."""

    ledger: Ledger
    begun: int
    kept_pages: dict[int, Page[int]] = field(default_factory=dict)
    all_of_it: dict[str, int] | None = None

    @property
    def pages(self) -> Mapping[int, Page[int]]:
        if self.all_of_it is not None:
            return {1: Page(list(self.all_of_it.items()), len(self.all_of_it))}
        return self.kept_pages

    @property
    def is_proved(self) -> bool:
        return self.all_of_it is not None

    def held(self, pages: Mapping[int, Page[int]]) -> dict[str, int]:
        return {key: value for number in sorted(pages) for key, value in pages[number].items}

    def keep(self, number: int, page: Page[int]) -> None:
        self.kept_pages[number] = page
        self.all_of_it = None

    def prove(self, found: Mapping[str, int]) -> None:
        self.all_of_it = dict(found)

    def drop(self) -> None:
        self.kept_pages, self.all_of_it = {}, None

    def changes(self) -> Changes[int]:
        return self.ledger.changes(self.begun)

    def around(self, position: int) -> Page[int]:
        return self.ledger.around(position)

    def gone(self, ids: frozenset[str]) -> frozenset[str]:
        return ids - self.ledger.things.keys() if not self.ledger.forgets else frozenset()


def run(ledger: Ledger, store: Store, *, edits: int, breaks_at: int = 0) -> tuple[dict[str, int], bool] | None:
    """One run; None where it broke off."""
    ledger.edits, ledger.breaks_at, ledger.asked = edits, breaks_at, 0
    ledger.stayed = {key for key, _ in ledger.inside()}
    ledger.seen |= ledger.stayed
    try:
        found, count = sweep("Things", ledger.ask, size=SIZE, at_once=1, has_overlap=ledger.has_overlap, kept=store)
    except BrokeOffError:
        return None
    if count.read == count.stated:  # people may work meanwhile, but what stayed is there, and nothing that never was
        assert ledger.stayed <= found.keys() <= ledger.seen
        assert len(found) == count.read
    return found, count.read == count.stated


def filled(seed: int, count: int, *, has_overlap: bool, forgets: bool = True) -> Ledger:
    ledger = Ledger(Random(seed), has_overlap, forgets=forgets)
    while len(ledger.things) < count:
        ledger.things[f"{ledger.random.randrange(10_000):04}"] = Thing(0, -1)
    return ledger


@settings(max_examples=600)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 22),
    breaks=st.lists(st.integers(1, 14), max_size=3),
    edits=st.integers(0, 60),
    has_overlap=st.booleans(),
    forgets=st.booleans(),
)
@example(seed=1877, count=12, breaks=[9], edits=43, has_overlap=True, forgets=True)
@example(seed=1, count=12, breaks=[3], edits=50, has_overlap=False, forgets=True)
def test_however_often_it_breaks_off_and_whatever_is_edited_the_end_is_what_is_there(
    seed: int, count: int, breaks: list[int], edits: int, has_overlap: bool, forgets: bool
) -> None:
    ledger = filled(seed, count, has_overlap=has_overlap, forgets=forgets)
    store = Store(ledger, ledger.now)
    for breaks_at in breaks:
        run(ledger, store, edits=edits, breaks_at=breaks_at)
        ledger.edits = 0
        for _ in range(ledger.random.randrange(4)):
            ledger.edit()
    ended = run(ledger, store, edits=0)
    assert ended == (dict(sorted(ledger.inside())), True)


@pytest.mark.parametrize("has_overlap", [True, False])
@pytest.mark.parametrize("breaks_at", range(2, 6))
def test_what_is_held_is_not_asked_for_again(breaks_at: int, has_overlap: bool) -> None:
    ledger = filled(7, 19, has_overlap=has_overlap)
    store = Store(ledger, 0)
    pages: list[int] = []
    asked = ledger.ask

    def ask(number: int, size: int) -> Page[int]:
        found = asked(number, size)
        if size > 1:
            pages.append(number)
        return found

    ledger.ask = ask  # type: ignore[method-assign]
    assert run(ledger, store, edits=0, breaks_at=breaks_at) is None
    assert run(ledger, store, edits=0) == (dict(sorted(ledger.inside())), True)
    assert sorted(pages) == [1, 2, 3, 4, 5]


def test_ids_that_do_not_ascend_are_no_proof_of_an_overlap() -> None:
    ledger = filled(3, 10, has_overlap=True)
    swept = [0]

    def ask(number: int, size: int) -> Page[int]:
        page = ledger.ask(number, size)
        swept[0] += number == 1 and size > 1
        return Page(page.items[::-1], page.stated, page.is_last)

    found, count = sweep("Things", ask, size=SIZE, at_once=1, has_overlap=True)
    assert (found, count.read) == (dict(ledger.inside()), 10)
    assert swept == [2]  # two sweeps that found the same


def test_numbers_may_ascend_as_numbers() -> None:
    found = [(str(number), number) for number in range(8, 13)]
    swept = [0]

    def ask(number: int, size: int) -> Page[int]:
        swept[0] += number == 1 and size > 1
        return Page(found[:3] if number == 1 else found[2:], 5, is_last=number == 2)

    assert sweep("Things", ask, size=3, at_once=1, has_overlap=True)[1].read == 5
    assert swept == [1]


@pytest.mark.parametrize("has_overlap", [True, False])
def test_what_slipped_by_is_not_made_up_for_by_what_was_deleted(has_overlap: bool) -> None:
    # Of eight that are held, some are deleted without a trace and others moved elsewhere, so that as many slip onto the
    # pages that are held, less those that a joint sees. The count alone would fit: as many lack as are held too many.
    ledger = filled(5, 16, has_overlap=has_overlap)
    store = Store(ledger, 1)
    run(ledger, store, edits=0, breaks_at=3)
    first = [key for key, _ in ledger.inside()][:8]
    deleted, moved = (2, 1) if has_overlap else (2, 2)
    for key in first[:deleted]:
        del ledger.things[key]
    for key in first[deleted : deleted + moved]:
        ledger.things[key] = Thing(0, 2, is_inside=False)
    assert run(ledger, store, edits=0) == (dict(sorted(ledger.inside())), True)
