"""Everything that can go wrong, met once by each ledger; `nox -s faults` meets it at every request of a fetch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.base import Fetched
from tests.connectors.live.every_request import main
from tests.connectors.live.faults import FAULTS, faults_of
from tests.connectors.live.worlds import PROVIDERS, Fault, Provider, World, compared, read, run, small_pages, truth

if TYPE_CHECKING:
    from collections.abc import Iterator

STRUCK_AT = (1, 3, 4, 6, 7, 10, 11, 15)
"""Where in a fetch: each fault at one of these, the next one at the next, so that all are met all over."""
MET = [
    (provider, fault, 1 if fault.is_alteration else STRUCK_AT[at % len(STRUCK_AT)])
    for provider in PROVIDERS.values()
    for at, fault in enumerate(faults_of(provider))
    if fault.stays == (fault.is_alteration or fault.of != "")
]


@pytest.fixture(autouse=True)
def _small_pages() -> Iterator[None]:
    with small_pages():
        yield


@pytest.mark.parametrize(("provider", "fault", "at"), MET, ids=[f"{provider}-{fault}" for provider, fault, _ in MET])
def test_a_fault_is_overcome_or_said(provider: Provider, fault: Fault, at: int) -> None:
    ending = run(provider, fault, at)
    assert ending.is_right, (ending, ending.error)
    assert ending.struck, "it found nothing to strike"


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=str)
def test_a_ledger_that_nothing_happens_to_is_read_as_it_is(provider: Provider) -> None:
    assert len(truth(provider).documents) == 45
    assert truth(provider).requests > max(STRUCK_AT)


def test_no_fault_is_named_twice() -> None:
    assert len({(fault.of, fault.name) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=str)
def test_what_the_others_rest_on_notices_what_lacks_and_what_differs(provider: Provider) -> None:
    world = World(provider)
    fetched, ledger = read(world), world.ledger
    first, *rest = fetched.documents
    assert compared(provider, fetched, ledger, ledger) == "equal"
    for documents in (
        rest,
        [first, first, *rest],
        [replace(first, excl_tax=first.excl_tax + 1), *rest],
        [replace(first, customer="Another"), *rest],
        [replace(first, id="other"), *rest],
    ):
        assert compared(provider, replace(fetched, documents=tuple(documents)), ledger, ledger) == "silent"
    doubtful = replace(fetched.completeness, shortcomings=("Something lacks.",))
    assert compared(provider, Fetched(tuple(rest), doubtful), ledger, ledger) == "told"


def test_the_sweep_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--processes", "1", "--fault", "503 as HTML", "--step", "9"]) == 0
    said = capsys.readouterr().out
    assert "Silent: 0. Not as allowed: 0." in said
    assert main(["--processes", "1", "--fault", "no such fault"]) == 1
