"""Times a fetch from each live ledger against a server of this machine that takes 300 ms and enforces the real limits.

    python -m benchmarks.live_ledgers --pages 20 60 200

N answers may take a tenth more than the limits allow at best: N by the pace that is kept, or N answers of 300 ms by as
many as are open at once, whichever is longer. Pages of documents are not all that is asked: customers, products,
counts, what was changed and templates are asked for as well, some twenty answers however many pages there are. Both
ratios are shown: of the seconds to the least for all answers, which is what the exit code is by, and to the least for
the pages of documents alone. An answer 429 would mean that we met a limit ourselves: none may come.
Xero's 200 pages take more than three minutes, since it answers 60 times a minute.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from billcheck.connectors.base import Request
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Patience
from billcheck.connectors.quickbooks import connector as quickbooks_rooms
from billcheck.connectors.quickbooks.dialect import PACE as QUICKBOOKS_PACE
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.tokens import Secret
from billcheck.connectors.xero import connector as xero_rooms
from billcheck.connectors.xero.dialect import PACE as XERO_PACE
from billcheck.connectors.xero.dialect import XeroDialect
from tests.servers import quickbooks, xero
from tests.servers.raw import Asked, RawServer, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.connectors.patience import Pace

LATENCY = 0.3
SLACK = 1.1
A_PAGE = 5
"""Documents of a page: how many there are changes nothing about how often is asked."""
YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))


@dataclass(frozen=True)
class Limits:
    """What a ledger documents: requests a minute, a second (0: no such limit), and at once."""

    per_minute: int
    per_second: int
    at_once: int


@dataclass
class Limited:
    """A script for a `RawServer` that takes its time and refuses whoever asks too often."""

    ledger: Callable[[Asked], Reply]
    limits: Limits
    refused: int = 0
    starts: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, asked: Asked) -> Reply:
        """Answer late, or refuse."""
        with self._lock:
            self.starts.append(asked.at)
            within = [sum(asked.at - each < seconds for each in self.starts) for seconds in (60, 1)]
            is_over = within[0] > self.limits.per_minute or within[1] > (self.limits.per_second or within[1])
            self.refused += is_over
            reply = self.ledger(asked)
        if is_over:
            return answer(b"{}", status=429, headers={"Retry-After": "60", "X-Rate-Limit-Problem": "minute"})
        return replace(reply, pause=LATENCY)


@dataclass(frozen=True)
class Provider:
    """One of the two ledgers."""

    name: str
    limits: Limits
    pace: Pace
    rooms: Any
    dialect: Callable[[], Any]
    ledger: Callable[[int], Any]
    connector: Callable[[Http, str], Any]


def _xero(pages: int) -> xero.XeroServer:
    of = xero.contact(1, "Hartwell Interieur")
    days = [date(2026, 1, 1) + timedelta(at % 300) for at in range(pages * A_PAGE)]
    return xero.XeroServer([xero.invoice(at, of, day, "10.00") for at, day in enumerate(days, 1)], [of])


def _quickbooks(pages: int) -> quickbooks.QuickBooksServer:
    of = quickbooks.customer(1, "Hartwell Interieur")
    days = [date(2026, 1, 1) + timedelta(at % 300) for at in range(pages * A_PAGE)]
    made = [("Invoice", quickbooks.invoice(at, of, day, "10.00")) for at, day in enumerate(days, 1)]
    return quickbooks.QuickBooksServer(made, [of])


PROVIDERS = {
    "xero": Provider(
        "xero",
        Limits(60, 0, 5),
        XERO_PACE,
        xero_rooms,
        XeroDialect,
        _xero,
        lambda http, address: xero_rooms.XeroConnector(
            http,
            GivenToken("xero", Secret("access-0")),
            tenant_id=xero.TENANT,
            api_address=f"{address}/api.xro/2.0",
        ),
    ),
    "quickbooks": Provider(
        "quickbooks",
        Limits(500, 10, 10),
        QUICKBOOKS_PACE,
        quickbooks_rooms,
        QuickBooksDialect,
        _quickbooks,
        lambda http, address: quickbooks_rooms.QuickBooksConnector(
            http, GivenToken("quickbooks", Secret("access-0")), realm_id=quickbooks.REALM, api_address=address
        ),
    ),
}


def least(pages: int, pace: Pace, latency: float = LATENCY) -> float:
    """The least seconds that so many answers take at a pace."""
    by_rate = max(pages * 60 / pace.per_minute, pages / pace.per_second if pace.per_second else 0)
    return max(by_rate, pages * latency / pace.at_once)


@dataclass(frozen=True)
class Measured:
    """One fetch."""

    pages: int
    requests: int
    seconds: float
    least: float
    least_for_pages: float
    refused: int
    most_at_once: int

    @property
    def ratio(self) -> float:
        """Of the seconds it took to the least for all that was asked."""
        return self.seconds / self.least

    @property
    def ratio_of_pages(self) -> float:
        """Of the seconds it took to the least for the pages of documents."""
        return self.seconds / self.least_for_pages


def measure(provider: Provider, pages: int) -> Measured:
    """Fetch so many pages of documents."""
    size, provider.rooms.PAGE_SIZE = provider.rooms.PAGE_SIZE, A_PAGE
    script = Limited(provider.ledger(pages), provider.limits)
    try:
        with (
            RawServer(script) as server,
            Http(provider.name, provider.dialect(), pace=provider.pace, patience=Patience()) as http,
        ):
            began = time.perf_counter()
            fetched = provider.connector(http, server.address).fetch(YEAR)
            seconds = time.perf_counter() - began
    finally:
        provider.rooms.PAGE_SIZE = size
    if len(fetched.documents) != pages * A_PAGE or not fetched.completeness.is_complete:
        message = f"{provider.name} gave {len(fetched.documents)} of {pages * A_PAGE} documents"
        raise SystemExit(message)
    asked = len(server.asked)
    at_least, for_pages = least(asked, provider.pace), least(pages, provider.pace)
    return Measured(pages, asked, seconds, at_least, for_pages, script.refused, server.most_at_once)


def main(arguments: list[str] | None = None) -> int:
    """Measure and say; 1 where a limit was met or a fetch took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[20, 60, 200])
    parser.add_argument("--provider", choices=sorted(PROVIDERS), action="append")
    chosen = parser.parse_args(arguments)
    is_slow = False
    sys.stdout.write(
        "| ledger | pages | requests | seconds | least | ratio | ratio of pages | 429 | at once |\n"
        "| --- |" + " ---: |" * 8 + "\n"
    )
    for name in chosen.provider or sorted(PROVIDERS):
        for pages in chosen.pages:
            found = measure(PROVIDERS[name], pages)
            is_slow = is_slow or found.ratio > SLACK or found.refused > 0
            sys.stdout.write(
                f"| {name} | {pages} | {found.requests} | {found.seconds:.1f} | {found.least:.1f} | {found.ratio:.2f} "
                f"| {found.ratio_of_pages:.2f} | {found.refused} | {found.most_at_once} |\n"
            )
            sys.stdout.flush()
    return 1 if is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
