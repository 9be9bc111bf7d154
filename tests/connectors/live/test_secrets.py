"""No secret shows anywhere, whatever goes wrong: every one that a run holds ends in a mark that is looked for."""

from __future__ import annotations

import io
import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.snapshot import snapshot_lines
from billcheck.connectors.start import Start
from tests.connectors.live.faults import faults_of
from tests.connectors.live.worlds import MARK, PROVIDERS, Fault, Provider, World, read, small_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parents[2]
MET = [
    (provider, fault)
    for provider in PROVIDERS.values()
    for fault in faults_of(provider)
    if not fault.is_alteration and not fault.stays
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, from DEBUG on."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with small_pages():
            yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=str)
def test_nothing_that_a_run_leaves_behind_holds_a_secret(
    provider: Provider, log: io.StringIO, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    met = [fault for of, fault in MET if of is provider]
    for number, fault in enumerate(met):
        for text in left_behind(provider, fault, tmp_path / str(number)):
            assert MARK not in text, fault
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept, "no fetch that broke off was kept"
    assert all(MARK.encode() not in path.read_bytes() for path in kept)
    said = capfd.readouterr()
    assert MARK not in log.getvalue() + said.out + said.err
    assert "httpcore" in log.getvalue() or "HTTP Request" in log.getvalue(), "it was not listened to"


def left_behind(provider: Provider, fault: Fault, folder: Path) -> Iterator[str]:
    """What somebody may see of a run in which a fault strikes: the snapshot, or the error with all around it.

    What is kept of a run that breaks off lies in the folder.
    """
    told: list[str] = []
    world = World(provider, fault, 6)
    try:
        fetched = read(world, told, Start(folder, tell=told.append))
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be silent about secrets
        yield from (str(error), repr(error), repr(vars(error)))
        yield from traceback.format_exception(error)
        # As tools show it that add the values of all variables; those of the tests are theirs.
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if not frame.filename.startswith(str(HERE)):
                yield from (frame.locals or {}).values()
    else:
        yield from snapshot_lines(fetched)
        yield repr(fetched)
    yield from told
    assert any(MARK in asked.headers.get("authorization", "") for asked in world.asked), "no secret was used"
