"""Several pages of Xero are read once where it says that nothing was changed meanwhile, and twice where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.xero import connector as rooms
from tests.connectors.live.test_xero import QUIET, fetch, key, truth
from tests.servers.raw import Asked, Reply, answer
from tests.servers.xero import XeroServer, many, moment

if TYPE_CHECKING:
    from collections.abc import Callable

CALM = replace(QUIET, read_seconds=20, total_seconds=30)
"""A page that is asked for again because the machine was busy would count."""


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", 25)


def pages_asked(ledger: XeroServer, before: Callable[[XeroServer, Asked], Reply | None] | None = None) -> list[str]:
    """Which pages of invoices were asked for, in order; the count alone and what was changed are none."""
    asked: list[str] = []

    def script(server: XeroServer, one: Asked) -> Reply | None:
        is_page = "/Invoices?" in one.target and "pageSize=25" in one.target
        if is_page and "if-modified-since" not in one.headers:
            asked.append(one.target.split("page=")[1].split("&")[0])
        return before(server, one) if before else None

    ledger.before = script
    fetched = fetch(ledger, patience=CALM)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(ledger)
    return sorted(asked)


def test_a_ledger_at_rest_is_read_once() -> None:
    assert pages_asked(many(130)) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=50)])
def test_a_change_since_just_before_has_it_read_twice(ago: timedelta) -> None:
    """Even one that moved nothing: only the pages can tell."""
    ledger = many(130)
    invoice = next(each for each in ledger.documents if "InvoiceID" in each)
    invoice["UpdatedDateUTC"] = moment(datetime.now(UTC) - ago)
    assert pages_asked(ledger) == sorted(["1", "2", "3", "4", "5"] * 2)


def test_a_change_long_before_does_not() -> None:
    ledger = many(130)
    invoice = next(each for each in ledger.documents if "InvoiceID" in each)
    invoice["UpdatedDateUTC"] = moment(datetime.now(UTC) - timedelta(minutes=10))
    assert pages_asked(ledger) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "reply",
    [answer(b"", status=304), answer({"Invoices": [], "Status": "OK"}), answer({"pagination": {"itemCount": 0}})],
)
def test_where_xero_does_not_say_it_is_read_twice(reply: Reply) -> None:
    def silent(_: XeroServer, asked: Asked) -> Reply | None:
        return reply if "if-modified-since" in asked.headers else None

    assert pages_asked(many(130), silent) == sorted(["1", "2", "3", "4", "5"] * 2)
