"""From what a fetch starts, where a ledger or a connector does not play along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.base import Completeness, Fetched
from billcheck.connectors.faults import SignInError
from billcheck.connectors.start import Start, fetch_with
from tests.connectors.live.connections import connect
from tests.connectors.live.test_resume import COMPANIES, YEAR, Company, lines, same
from tests.servers.raw import Asked, RawServer, Reply, answer

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.connectors.base import Request


@pytest.fixture(autouse=True)
def _small_pages_of_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcheck.connectors.xero.connector.PAGE_SIZE", 25)
    monkeypatch.setattr("billcheck.connectors.quickbooks.connector.PAGE_SIZE", 24)


@pytest.fixture(params=sorted(COMPANIES))
def company(request: pytest.FixtureRequest) -> Company:
    return COMPANIES[request.param]()


class PlainConnector:
    """One that knows nothing of what is held."""

    name = "plain"

    def fetch(self, request: Request) -> Fetched:
        return Fetched(
            (),
            Completeness(
                connector=self.name,
                organisation="Duinweg",
                organisation_id="1",
                request=request,
                read_at=datetime(2026, 9, 4, tzinfo=UTC),
            ),
        )


def test_a_connector_that_knows_nothing_of_it_is_fetched_from_nothing(tmp_path: Path) -> None:
    with Start(tmp_path / "state", is_update=True) as start:
        assert fetch_with(PlainConnector(), YEAR, start).completeness.connector == "plain"
        start.finish()
    assert start.kept == ""
    assert not (tmp_path / "state").exists()


def is_of_changes(asked: Asked) -> bool:
    return "if-modified-since" in asked.headers or "LastUpdatedTime" in asked.target


def test_what_is_held_of_a_sandbox_is_nothing_of_a_real_one(company: Company, tmp_path: Path) -> None:
    """Both may call an organisation the same; another port is the same one, by a proxy."""
    truth, asked_of_all = company.fetch(Start())
    company.breaks_off(tmp_path, 4)
    told: list[str] = []
    fetched, asked = replace(company, host="localhost").fetch(Start(tmp_path, tell=told.append))
    assert same(fetched, truth)
    assert (told, len(asked)) == ([], len(asked_of_all))
    assert len(lines(tmp_path)) == 1
    fetched, _ = company.fetch(Start(tmp_path, tell=told.append))
    assert same(fetched, truth)
    assert any("Going on where a fetch of" in each for each in told)


@pytest.mark.parametrize("status", [304, 400, 404])
def test_a_ledger_that_does_not_tell_what_changed_is_read_again(company: Company, tmp_path: Path, status: int) -> None:
    truth, _ = company.fetch(Start())
    company.breaks_off(tmp_path, 4)
    company.server.before = lambda _, asked: answer({"Message": "no"}, status=status) if is_of_changes(asked) else None
    told: list[str] = []
    fetched, _ = company.fetch(Start(tmp_path, tell=told.append))
    assert same(fetched, truth)
    assert any("does not fit what the ledger has now: all of it is read again." in each for each in told)
    assert lines(tmp_path) == []


def test_a_sign_in_that_ends_while_going_on_is_told(company: Company, tmp_path: Path) -> None:
    company.breaks_off(tmp_path, 4)
    over = answer({"Title": "Unauthorized", "Detail": "TokenExpired"}, status=401)
    company.server.before = lambda _, asked: over if is_of_changes(asked) else None
    with pytest.raises(SignInError):
        company.fetch(Start(tmp_path))
    assert len(lines(tmp_path)) == 1  # and what is held still is


def test_what_changed_and_cannot_be_read_has_everything_read_again(company: Company, tmp_path: Path) -> None:
    truth, _ = company.fetch(Start())
    company.breaks_off(tmp_path, 4)

    def script(_: object, asked: Asked) -> Reply | None:
        if not is_of_changes(asked) or any(name in asked.target for name in ("Contacts", "Customer", "FROM%20Item")):
            return None
        if company.name == "xero":
            paging = {"page": 1, "pageSize": 25, "pageCount": 1, "itemCount": 1}
            odd = {"InvoiceID": "x", "CreditNoteID": "x", "DateString": "soon"}
            return answer({"pagination": paging, "Invoices": [odd], "CreditNotes": [odd]})
        kinds = {key: [{"Id": "x"}] for key in ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")}
        return answer({"QueryResponse": {"totalCount": 1, **kinds}})

    company.server.before = script
    fetched, _ = company.fetch(Start(tmp_path))
    assert same(fetched, truth)


@pytest.mark.parametrize(("ahead", "is_used"), [(3, True), (-3, False)])
def test_the_time_is_never_later_than_the_ledgers(ahead: int, is_used: bool) -> None:
    ours = datetime.now(UTC)
    theirs = ours - timedelta(days=ahead)
    stamped = answer({"a": 1}, headers={"Date": format_datetime(theirs, usegmt=True)})
    with RawServer(lambda _: stamped) as server:
        http = connect()
        assert abs(http.now() - ours) < timedelta(minutes=1)
        http.get("it", server.address)
        assert abs(http.now() - (theirs if is_used else ours)) < timedelta(minutes=1)


def test_a_started_fetch_is_kept_by_the_ledgers_clock(tmp_path: Path) -> None:
    company = COMPANIES["xero"]()
    company.breaks_off(tmp_path, 2)
    (file,) = lines(tmp_path)
    text = file.read_text()
    begun = datetime.fromisoformat(text.split('"begun":"', 1)[1].split('"', 1)[0])
    assert abs(begun - datetime.now(UTC)) < timedelta(minutes=2)
