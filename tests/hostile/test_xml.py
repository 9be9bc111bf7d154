"""Hostile electronic invoices reach for nothing outside of them, and damaged ones give no other figure."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files import invoice_xml, limits
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import only, scan
from tests.hostile.damage import CHANGES, change
from tests.hostile.manifest import CORPUS, HERE, Hostile
from tests.project.sources import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAIN = [(HERE / "files" / f"plain-{name}.xml").read_bytes() for name in ("ubl", "credit", "cii")]
HOSTILE = [hostile for hostile in CORPUS if hostile.theme == "xml"]


class Watch:
    """What is opened, while it is on; a hook of the interpreter stays for good, so it can be switched off."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] | None = None
        sys.addaudithook(self.hook)

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.events is not None and (event == "open" or event.startswith(("socket.", "subprocess.", "urllib."))):
            self.events.append((event, arguments[0]))


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    watch.events = None


def read_as_far_as_possible(path: Path) -> None:
    try:
        scan(only(path))
    except LedgerRefusedError:
        return


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_nothing_but_the_file_is_opened(hostile: Hostile, tmp_path: Path, watch: Watch) -> None:
    path = hostile.write(tmp_path)
    plain = tmp_path / "plain.xml"
    plain.write_bytes(PLAIN[0])
    read_as_far_as_possible(plain)  # so that the profiles are loaded
    watch.events = []
    read_as_far_as_possible(path)
    opened, watch.events = watch.events, None
    assert opened
    assert {str(what) for event, what in opened} == {str(path)}


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLAIN), CHANGES)
def test_one_wrong_byte_never_changes_a_figure(data: bytes, changed: tuple[int, str, bytes]) -> None:
    try:
        invoice = invoice_xml.read_invoice("x", [change(data, *changed)])
    except LedgerRefusedError:
        return
    assert [line.amount for line in invoice.lines] == [100]
    assert invoice.totals.excl_tax == 100
    assert [row.cells[10] for row in invoice_xml.to_cells(invoice)] == [100]


@settings(max_examples=500)
@given(st.sampled_from(PLAIN), st.lists(CHANGES, min_size=2, max_size=8))
def test_damage_is_answered_by_typed_errors_only(data: bytes, changes: list[tuple[int, str, bytes]]) -> None:
    for one in changes:
        data = change(data, *one)
    try:
        invoice = invoice_xml.read_invoice("x", [data])
    except LedgerRefusedError:
        return
    assert sum(line.amount for line in (*invoice.lines, *invoice.adjustments)) == invoice.totals.excl_tax


def test_the_page_on_electronic_invoices_names_the_bounds() -> None:
    page = text_of("docs/reference/electronic-invoices.md")
    bounds = {
        limits.DEFAULT_LIMITS.xml_bytes: "bytes",
        limits.DEFAULT_LIMITS.xml_elements: "; an invoice",
        limits.DEFAULT_LIMITS.xml_token_bytes: "bytes",
        limits.FIELD_BYTES: "bytes",
        limits.DEFAULT_LIMITS.xml_depth: "|",
        limits.DEFAULT_LIMITS.xml_attributes: "|",
    }
    assert [
        bound
        for bound, word in bounds.items()
        if not any(text in page for text in (f"| {bound:,} {word}", f"| {bound:,}{word}"))
    ] == []
