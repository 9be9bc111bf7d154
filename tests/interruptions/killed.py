"""A fetch as a process of its own, killed without warning while people work in the ledger, until it comes to its end.

Comes in: a number that everything random is made of. Goes out: whether the snapshot is what the ledger holds, and the
sign-in still good.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from billcheck.connectors.base import Request
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pace, Patience
from billcheck.connectors.quickbooks.connector import QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.snapshot import snapshot_lines
from billcheck.connectors.tokens import Secret, TokenFile, Tokens
from billcheck.connectors.xero.connector import XeroConnector
from billcheck.connectors.xero.dialect import XeroDialect
from tests.servers import quickbooks, xero
from tests.servers.raw import Asked, RawServer, Reply
from tests.servers.tokens import TokenService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billcheck.connectors.base import Connector

PAGE_SIZE = 12
_FETCH = """
import sys
from billcheck.connectors.{name} import connector
connector.PAGE_SIZE = {size}
from billcheck.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
_MOST_SECONDS = 300
_GOOD_FOR = 16
_GOES_ON = "Going on where"
LEDGERS = ("quickbooks", "xero")


@dataclass
class Company:
    """A ledger and a token service behind one address; tokens expire on the way, and people work in the ledger."""

    name: str
    random: Random
    ledger: Any
    tokens: TokenService = field(default_factory=TokenService)
    requests: int = 0
    kill_at: int = 0
    held: Path | None = None
    """Where given, the kill waits until this folder holds a page, and then comes before the next answer."""
    victim: subprocess.Popen[bytes] | None = None
    expired: int = -1
    asked_with: Counter[int] = field(default_factory=Counter)
    is_open: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            self.requests += 1
            self._kill_in_time()
            if asked.target == "/token":
                return self.tokens(asked)
            if not self.is_open:
                self._expire_in_time()
                current = "none" if self.expired == self.tokens.refreshes else str(self.tokens.refreshes)
                bearer = f"Bearer access-{current}"
                self.ledger.signed_in = bearer
                if self.name == "xero" and asked.headers.get("authorization") == bearer:
                    asked = replace(asked, headers={**asked.headers, "authorization": xero.SIGNED_IN})
                elif self.name == "xero":
                    asked = replace(asked, headers={**asked.headers, "authorization": ""})
            reply: Reply = self.ledger(asked)
            return reply

    def _kill_in_time(self) -> None:
        if self.victim is None or not 0 < self.kill_at <= self.requests:
            return
        if self.held is None:
            threading.Timer(self.random.random() / 50, _kill, [self.victim]).start()
        elif _holds_pages(self.held):
            _kill(self.victim)
        else:
            return
        self.kill_at = 0

    def _expire_in_time(self) -> None:
        """A token is good for so many requests that none meets two that expire, whatever is asked beside it."""
        self.asked_with[self.tokens.refreshes] += 1
        if self.asked_with[self.tokens.refreshes] > _GOOD_FOR:
            self.expired = self.tokens.refreshes

    def edit(self) -> None:
        """What somebody does in the ledger between two runs."""
        for _ in range(self.random.randrange(4)):
            _EDITS[self.name](self)

    def day(self) -> date:
        return date(2026, 1, 1) + timedelta(days=self.random.randrange(240))


def _kill(victim: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        victim.send_signal(signal.SIGKILL)


def _holds_pages(state: Path) -> bool:
    """Whether a fetch that is over, or under way, left at least one page with something on it."""
    return any(b'"items":[[' in path.read_bytes().rpartition(b"\n")[0] for path in state.glob("*.fetch.jsonl"))


def _edit_quickbooks(company: Company) -> None:
    ledger = company.ledger
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    times = {"MetaData": {"CreateTime": moment, "LastUpdatedTime": moment}}
    kind = company.random.choice(("insert", "void", "move", "delete"))
    at = company.random.randrange(len(ledger.documents))
    entity, made = ledger.documents[at]
    if kind == "insert":
        number = 10_000 + len(ledger.documents) + company.random.randrange(10_000)
        of = company.random.choice(ledger.customers)
        ledger.documents.append(("Invoice", {**quickbooks.invoice(number, of, company.day(), "12.50"), **times}))
    elif kind == "void":
        # Of a bundle, the members would keep their amounts, which QuickBooks leaves on none.
        lines = [line for line in made["Line"] if line["DetailType"] != "GroupLineDetail"]
        ledger.documents[at] = (entity, {**quickbooks.voided({**made, "Line": lines}), **times})
    elif kind == "move":
        day = company.random.choice(("2025-12-31", "2026-02-02"))
        ledger.documents[at] = (entity, {**made, "TxnDate": day, **times})
    else:
        ledger.delete(entity, made["Id"])


def _edit_xero(company: Company) -> None:
    ledger = company.ledger
    now = datetime.now(UTC)
    kind = company.random.choice(("insert", "void", "move"))
    if kind == "insert":
        number = 10_000 + len(ledger.documents) + company.random.randrange(10_000)
        made = xero.invoice(number, company.random.choice(ledger.contacts), company.day(), "12.50")
        ledger.documents.append(made)
        ledger.change(made, now)
        return
    made = company.random.choice(ledger.documents)
    day = company.random.choice((date(2025, 12, 31), date(2026, 2, 2)))
    more = {"Status": "VOIDED"} if kind == "void" else {"DateString": f"{day}T00:00:00", "Date": xero.milliseconds(day)}
    ledger.change(made, now, **more)


_EDITS = {"quickbooks": _edit_quickbooks, "xero": _edit_xero}


@dataclass(frozen=True)
class Outcome:
    """What came of a fetch: what is wrong with it, how often it was killed, and whether it went on from held pages."""

    wrong: tuple[str, ...]
    killed: int
    went_on: bool


def killed_until_done(name: str, seed: int, folder: Path, *, once_held: bool = False) -> Outcome:
    """One fetch, killed up to three times at random moments, or `once_held` a page, then left to end."""
    random = Random(seed)
    ledger: Any = quickbooks.many(100, seed) if name == "quickbooks" else xero.many(100, seed)
    state = folder / "state"
    company = Company(name, random, ledger, held=state if once_held else None)
    expires_at = datetime.now(UTC) + timedelta(minutes=30)
    kept = Tokens(access_token=Secret("access-0"), expires_at=expires_at, refresh_token=Secret("refresh-0"))
    TokenFile(state, name).save(replace(kept, account=quickbooks.REALM))
    killed, went_on, code, told = 0, False, 0, ""
    wrong: list[str] = []
    with RawServer(company) as server:
        for runs_left in range(random.randrange(1, 4), -1, -1):
            company.kill_at = company.requests + random.randrange(1, 30) if runs_left else 0
            has_held = _holds_pages(state)
            code, told = _run(company, server.address, folder)
            is_killed = code == -signal.SIGKILL
            killed += is_killed
            went_on = went_on or _GOES_ON in told
            if has_held and not is_killed and _GOES_ON not in told:
                wrong.append("pages were held, and it did not go on from them")
            if runs_left:
                company.edit()
        company.is_open = True
        ledger.signed_in = quickbooks.SIGNED_IN
        truth = list(snapshot_lines(_read(name, server.address)))[1:]
    wrong += [f"ended with {code}: {told}"] if code else list(_wrong(folder, truth, told))
    return Outcome(tuple(f"{name} {seed}: {each}" for each in wrong), killed, went_on)


def _wrong(folder: Path, truth: list[str], told: str) -> Iterator[str]:
    found = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[1:]
    if found != truth:
        yield f"the snapshot is not what the ledger holds ({len(found)} lines for {len(truth)})"
    if list((folder / "state").glob("*.jsonl")):
        yield "what was held was not removed"
    if "access-" in told or "refresh-" in told:
        yield "a token was told"


def _run(company: Company, address: str, folder: Path) -> tuple[int, str]:
    environment = {
        **os.environ,
        "BILLCHECK_STATE_DIR": str(folder / "state"),
        "BILLCHECK_HTTP_BACKOFF_SECONDS": "0.01",
        "BILLCHECK_XERO_API_URL": f"{address}/api.xro/2.0",
        "BILLCHECK_XERO_CONNECTIONS_URL": f"{address}/connections",
        "BILLCHECK_XERO_TOKEN_URL": f"{address}/token",
        "BILLCHECK_XERO_CLIENT_ID": "app",
        "BILLCHECK_QUICKBOOKS_API_URL": address,
        "BILLCHECK_QUICKBOOKS_TOKEN_URL": f"{address}/token",
        "BILLCHECK_QUICKBOOKS_CLIENT_ID": "app",
        "BILLCHECK_QUICKBOOKS_CLIENT_SECRET": "app-secret",
    }
    window = ["--since", "2026-01-01", "--until", "2026-12-31", "--out", str(folder / "ledger.jsonl")]
    code = _FETCH.format(name=company.name, size=PAGE_SIZE)
    with subprocess.Popen(
        [sys.executable, "-c", code, "fetch", company.name, *window], env=environment, stderr=subprocess.PIPE
    ) as process:
        company.victim = process
        _, told = process.communicate(timeout=_MOST_SECONDS)
        company.victim = None
    return process.returncode, told.decode()


def _read(name: str, address: str) -> Any:
    """What the ledger holds, read without interruption by this process."""
    dialect = QuickBooksDialect() if name == "quickbooks" else XeroDialect()
    token = GivenToken(name, Secret("access-0"))
    with Http(name, dialect, pace=Pace(per_minute=10_000, at_once=4), patience=Patience()) as http:
        connector: Connector = (
            QuickBooksConnector(http, token, realm_id=quickbooks.REALM, api_address=address)
            if name == "quickbooks"
            else XeroConnector(
                http, token, api_address=f"{address}/api.xro/2.0", connections_address=f"{address}/connections"
            )
        )
        return connector.fetch(Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31)))
