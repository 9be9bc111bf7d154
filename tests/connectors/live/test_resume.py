"""Fetches that break off and are taken up again, against both ledgers over real sockets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from billcheck.connectors.base import Request
from billcheck.connectors.faults import WaitError
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pace
from billcheck.connectors.quickbooks import connector as quickbooks_rooms
from billcheck.connectors.quickbooks.connector import QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.start import Start, fetch_with
from billcheck.connectors.tokens import Secret
from billcheck.connectors.xero import connector as xero_rooms
from billcheck.connectors.xero.connector import XeroConnector
from billcheck.connectors.xero.dialect import XeroDialect
from tests.connectors.live.connections import QUICK
from tests.servers import quickbooks, xero
from tests.servers.raw import RawServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from billcheck.connectors.base import Connector, Fetched
    from tests.servers.raw import Asked, Reply

YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
PATIENCE = replace(QUICK, max_bytes=10_000_000, read_seconds=10, total_seconds=20)
TEMPLATES = "RecurringTransaction"
SPENT = answer(b"{}", status=429, headers={"Retry-After": "66975", "X-Rate-Limit-Problem": "day"})
MARCH = date(2026, 3, 31)


@dataclass
class Company:
    """A ledger, by its own server, and how to read it."""

    name: str
    server: Any
    host: str = "127.0.0.1"

    def connector(self, http: Http, address: str) -> Connector:
        token = GivenToken(self.name, Secret("access-0"))
        if self.name == "quickbooks":
            return QuickBooksConnector(http, token, realm_id=quickbooks.REALM, api_address=address)
        return XeroConnector(
            http, token, api_address=f"{address}/api.xro/2.0", connections_address=f"{address}/connections"
        )

    def fetch(self, start: Start, request: Request = YEAR) -> tuple[Fetched, list[str]]:
        """What was fetched, and what was asked for; the file is let go of and, at the end, removed."""
        dialect = QuickBooksDialect() if self.name == "quickbooks" else XeroDialect()
        with (
            RawServer(self.server) as raw,
            Http(self.name, dialect, pace=Pace(per_minute=10_000, at_once=4), patience=PATIENCE) as http,
            start,
        ):
            fetched = fetch_with(self.connector(http, raw.address.replace("127.0.0.1", self.host)), request, start)
            start.finish()
            return fetched, list(map(shown, raw.asked))

    def breaks_off(self, folder: Path, held: int, *, is_update: bool = False) -> list[str]:
        """A run that ends once so many pages that are not empty are held; gives what it was answered before."""
        answered: list[str] = []

        def script(_: object, asked: Asked) -> Reply | None:
            if _pages_held(folder) >= held:
                return SPENT
            answered.append(shown(asked))
            return None

        self.server.before = script
        with pytest.raises(WaitError):
            self.fetch(Start(folder, is_update=is_update))
        self.server.before = None
        return answered


def _pages_held(folder: Path) -> int:
    """How many pages with something on them a fetch under way holds."""
    held = b"".join(path.read_bytes() for path in folder.glob("*.fetch.jsonl"))
    return held.count(b'"items":[[')


def shown(asked: Asked) -> str:
    """A request as the lists of these tests have it."""
    since = asked.headers.get("if-modified-since")
    return unquote(asked.target) + (f" changed since {since}" if since else "")


def xero_company() -> Company:
    server = xero.many(130)
    listed = [each["InvoiceID"] for each in server.documents if each["Status"] == "PAID" and "InvoiceID" in each]
    server.leaves_lines_out_of = frozenset(listed[:2])
    return Company("xero", server)


COMPANIES: dict[str, Callable[[], Company]] = {
    "xero": xero_company,
    "quickbooks": lambda: Company("quickbooks", quickbooks.many(130)),
}


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xero_rooms, "PAGE_SIZE", 25)
    monkeypatch.setattr(quickbooks_rooms, "PAGE_SIZE", 24)


@pytest.fixture(params=sorted(COMPANIES))
def company(request: pytest.FixtureRequest) -> Company:
    return COMPANIES[request.param]()


def same(one: Fetched, two: Fetched) -> bool:
    """Whether two fetches gave the same, but for when."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return (one.documents, one.templates, replace(one.completeness, read_at=at)) == (
        two.documents,
        two.templates,
        replace(two.completeness, read_at=at),
    )


def pages(asked: list[str]) -> set[str]:
    """The pages that were asked for, without counts, small joints, templates and what was changed."""
    return {
        target
        for target in asked
        if target.endswith("pageSize=25")
        or ("STARTPOSITION" in target and "LastUpdatedTime" not in target and TEMPLATES not in target)
    }


def lines(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


@pytest.mark.parametrize("held", [1, 2, 4, 7])
def test_what_was_read_before_an_interruption_is_not_asked_for_again(
    company: Company, tmp_path: Path, held: int
) -> None:
    truth, _ = company.fetch(Start())
    before = company.breaks_off(tmp_path, held)
    (file,) = lines(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"access-0" not in file.read_bytes()
    told: list[str] = []
    fetched, asked = company.fetch(Start(tmp_path, tell=told.append))
    assert same(fetched, truth)
    assert fetched.completeness.is_complete
    assert pages(before)
    assert not (pages(before) & pages(asked))
    single = {target for target in before + asked if target.startswith("/api.xro/2.0/Invoices/")}
    assert len(single) == (2 if company.name == "xero" else 0)
    assert told[0].startswith("Going on where a fetch of ")
    assert "objects are held" in told[0]
    assert lines(tmp_path) == []


@pytest.mark.parametrize("order", ["changed", "refused", "number"])
def test_a_company_that_sorts_otherwise_than_it_was_asked_to(tmp_path: Path, order: str) -> None:
    company = COMPANIES["quickbooks"]()
    truth, _ = company.fetch(Start())
    company.server.order = order
    fetched, _ = company.fetch(Start())
    assert same(fetched, truth)
    assert fetched.completeness.is_complete
    company.breaks_off(tmp_path, 4)
    fetched, _ = company.fetch(Start(tmp_path))
    assert same(fetched, truth)
    assert fetched.completeness.is_complete
