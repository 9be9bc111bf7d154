"""In whatever order QuickBooks Online gives objects, and however wrong it counts: everything, or said to be less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.quickbooks import connector as rooms
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, fetch, key, truth
from tests.servers.quickbooks import QuickBooksServer, invoice, many
from tests.servers.raw import Asked, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("_small_pages")


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", 24)


@pytest.mark.parametrize("order", ["text", "number", "changed", "refused"])
def test_everything_comes_in_any_order(order: str) -> None:
    company = many(130)
    # Ids of two, three and four digits: as texts, 1000 comes before 99.
    for at, (_, each) in enumerate(company.documents):
        each["Id"] = str(90 + 17 * at)
        each["MetaData"]["LastUpdatedTime"] = f"2026-{1 + at % 11:02}-05T00:00:{at % 60:02}-08:00"
    company.order = order
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(company)


def moving(step: int) -> Callable[[QuickBooksServer, Asked], Reply | None]:
    """With a page of invoices, one that was read is removed, and another comes with the newest change."""
    pages: list[int] = []

    def script(server: QuickBooksServer, asked: Asked) -> Reply | None:
        if "FROM%20Invoice" in asked.target and "STARTPOSITION" in asked.target:
            pages.append(asked.number)
            if len(pages) == step:
                server.documents.sort(key=lambda each: each[1]["MetaData"]["LastUpdatedTime"])
                server.documents.pop()
                stamp = {"MetaData": {"LastUpdatedTime": "2026-12-01T00:00:00-08:00"}}
                server.documents.append(("Invoice", invoice(9000, HARTWELL, MARCH, "77.00", **stamp)))
        return None

    return script


@pytest.mark.parametrize("order", ["text", "number", "changed", "refused"])
@pytest.mark.parametrize("step", [2, 3, 4])
def test_one_goes_and_one_comes_in_any_order(order: str, step: int) -> None:
    documents = []
    for number in range(100, 180):
        stamp = {"LastUpdatedTime": f"2026-03-01T{number // 60:02}:{number % 60:02}:00-08:00"}
        documents.append(("Invoice", invoice(number, HARTWELL, MARCH, "1.00", MetaData=stamp)))
    company = QuickBooksServer(documents, [HARTWELL], order=order, before=moving(step))
    before = truth(company)
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    assert truth(company) != before
    # The ledger of a moment, be it before or after; never one that there was at no time.
    assert key(fetched) in (before, truth(company))


@pytest.mark.parametrize("lacks", [1, 3, 30, 60])
@pytest.mark.parametrize("count", [20, 60])
def test_a_count_that_is_too_small_is_never_believed(count: int, lacks: int) -> None:
    documents = [("Invoice", invoice(number, HARTWELL, MARCH, "1.00")) for number in range(100, 100 + count)]

    def script(_: QuickBooksServer, asked: Asked) -> Reply | None:
        is_count = "FROM%20Invoice" in asked.target and "COUNT" in asked.target
        return answer({"QueryResponse": {"totalCount": max(0, count - lacks)}}) if is_count else None

    assert not fetch(QuickBooksServer(documents, [HARTWELL], before=script)).completeness.is_complete
