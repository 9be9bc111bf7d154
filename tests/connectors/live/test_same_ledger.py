"""The same ledger gives the same report, whichever way it comes in: rows, findings, causes, totals, what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import check
from tests.connectors.live.doors import DOORS, documents, told
from tests.connectors.live.worlds import small_pages
from tests.simulator.comparison import contracts_of, lines_of, make_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from billcheck import Line
    from tests.simulator.bookkeeping import World


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    with small_pages():
        yield


def untaxed(seed: int) -> World:
    """A world without agreed tax, which not every way states by line."""
    world = make_world(seed)
    for agreement in world.agreements:
        agreement.tax = None
    return world


def assert_same(world: World, written: Sequence[tuple[Line, ...]]) -> Mapping[str, Any]:
    contracts, found = contracts_of(world), {}
    with TemporaryDirectory() as folder:
        for name, door in DOORS.items():
            ledger = door(written, Path(folder), world.covers)
            found[name] = told(check(contracts, ledger, as_of=world.as_of, covers=world.covers))
    generic = found.pop("generic")
    for name, report in found.items():
        assert report == generic, (world.seed, name)
    return generic


@pytest.mark.parametrize("shard", range(6))
def test_simulated_ledgers_with_errors_in_them(shard: int) -> None:
    kinds = set()
    for seed in range(shard * 10, shard * 10 + 10):
        world = untaxed(seed)
        if written := documents(lines_of(world)):
            report = assert_same(world, written)
            kinds |= {finding["kind"] for finding in report["findings"]}
    assert len(kinds) >= 3


def test_what_is_set_aside_is_the_same_in_any_order() -> None:
    world = untaxed(255)
    first, *rest = documents(lines_of(world))
    assert_same(world, [tuple(replace(each, status="void") for each in first), *rest])


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.data())
def test_ledgers_that_somebody_has_worked_on(seed: int, data: st.DataObject) -> None:
    """Documents lost, doubled, voided, written twice or moved to another day, in any combination."""
    world = untaxed(seed)
    written = documents(lines_of(world))
    for at in data.draw(st.sets(st.sampled_from(range(len(written))), max_size=6)) if written else ():
        done = data.draw(st.sampled_from(["lost", "double", "void", "draft", "twice", "later"]))
        one = written[at]
        if done == "lost":
            written[at] = ()
        elif done == "double":
            twice = [(each, 2 * each.amount, each.unit_price and 2 * each.unit_price) for each in one]
            written[at] = tuple(replace(each, amount=amount, unit_price=price) for each, amount, price in twice)
        elif done == "later":
            day = one[0].issue_date.replace(day=28)
            written[at] = tuple(replace(each, issue_date=day) for each in one)
        elif done == "twice":
            written.append(tuple(replace(each, document=f"{each.document}-T") for each in one))
        else:
            written[at] = tuple(replace(each, status=done) for each in one)
    if left := [each for each in written if each]:
        assert_same(world, left)
