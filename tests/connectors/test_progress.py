"""How far a fetch is, in words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.progress import Progress
from billcheck.connectors.start import Start
from tests.connectors.live.worlds import PAGE, PROVIDERS, World, read, small_pages

if TYPE_CHECKING:
    from pathlib import Path


def test_pages_add_up_and_a_second_sweep_begins_anew() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    progress.begin("q", "Invoices", {})
    for number, objects in ((1, 1000), (3, 200), (2, 1000), (1, 1000)):
        progress.page("q", number, objects, 2200)
    assert said == [
        "Invoices 1,000 of 2,200",
        "Invoices 1,200 of 2,200",
        "Invoices 2,200 of 2,200",
        "Invoices 1,000 of 2,200",
    ]


def test_what_is_held_counts_and_what_pages_share_counts_once() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    progress.begin("q", "Invoice", {1: 999, 2: 1000})
    progress.page("q", 3, 3, 2000)  # each page repeats the last object of the one before
    assert said == ["Invoice 2,000 of 2,000"]


def test_what_is_under_way_at_the_same_time_is_told_together() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    for query, kind in (("a", "Invoices"), ("b", "Invoices"), ("c", "CreditNotes")):
        progress.begin(query, kind, {})
    progress.page("a", 1, 10, 30)
    progress.page("c", 1, 2, 4)
    progress.page("b", 1, 5, 5)
    progress.page("c", 2, 2, 4)
    progress.single("Invoices", 1, 12)
    assert said == [
        "Invoices 10 of 30",
        "Invoices 10 of 30, CreditNotes 2 of 4",
        "Invoices 15 of 35, CreditNotes 2 of 4",
        "Invoices 15 of 35",
        "Invoices one by one, 1 of 12",
    ]


def test_any_number_of_threads_may_tell() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    progress.begin("q", "Invoices", {})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: progress.page("q", number, 10, 2000), range(2, 202)))
    assert said[-1] == "Invoices 2,000 of 2,000"
    assert len(set(said)) == 200


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_page_of_a_ledger_is_told(name: str, tmp_path: Path) -> None:
    said: list[str] = []
    with small_pages():
        world = World(PROVIDERS[name])
        read(world, start=Start(tmp_path, show=said.append))
    count = len(world.provider.documents(world.ledger))
    pages = [one for one in said if "one by one" not in one]
    kind = {"xero": "Invoices", "quickbooks": "Invoice"}[name]
    assert any(f"{kind} {PAGE} of {count}" in one for one in pages)
    assert all(re.fullmatch(r"\w+ [\d,]+ of [\d,]+(, \w+ [\d,]+ of [\d,]+)*", one) for one in pages)
    _, counted, _, stated = pages[-1].split()
    assert counted == stated


def test_documents_that_are_asked_for_by_themselves_are_counted(tmp_path: Path) -> None:
    said: list[str] = []
    with small_pages():
        world = World(PROVIDERS["xero"])
        parts = [each["InvoiceID"] for each in world.provider.documents(world.ledger) if each["Status"] != "VOIDED"][:3]
        world.ledger.leaves_lines_out_of = frozenset(parts)
        read(world, start=Start(tmp_path, show=said.append))
    assert [one for one in said if one.startswith("Invoices one by one")] == [
        f"Invoices one by one, {at} of 3" for at in (1, 2, 3)
    ]
