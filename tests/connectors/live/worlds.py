"""Both ledgers on this machine, of a size to be asked a few dozen times, in which one thing can go wrong.

A `World` is a script for a `RawServer`: a ledger, its token service, and a fault that strikes one request or all from
it on. `run` reads the ledger and says how that ended. Waits are skipped, so that hours of them take no time.
"""

from __future__ import annotations

import copy
import json
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from billcheck.connectors.base import Fetched, FetchedDocument, Request
from billcheck.connectors.faults import ConnectorError
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import Client, SignIn
from billcheck.connectors.patience import Patience
from billcheck.connectors.quickbooks import connector as quickbooks_rooms
from billcheck.connectors.quickbooks.connector import QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import PACE as QUICKBOOKS_PACE
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.start import Start, fetch_with
from billcheck.connectors.tokens import Secret, Tokens
from billcheck.connectors.xero import connector as xero_rooms
from billcheck.connectors.xero.connector import XeroConnector
from billcheck.connectors.xero.dialect import PACE as XERO_PACE
from billcheck.connectors.xero.dialect import XeroDialect
from tests.servers import quickbooks, xero
from tests.servers.raw import Asked, RawServer, Reply
from tests.servers.tokens import TokenService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from billcheck.connectors.http import Credentials

YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
BRISK = Patience(connect_seconds=2, read_seconds=0.3, total_seconds=0.7, max_bytes=300_000)
"""As patient as anybody is, but for the time that one exchange may really take, and the size of an answer."""
LONGEST_SECONDS = 60
"""Of one run, whatever goes wrong: six tries of a request take five, and a machine may be busy."""
LONGEST_WAIT = 600
"""Seconds that are skipped: five minutes of pauses, and turns that keep below the limits of the ledger."""
DOCUMENTS, PAGE = 45, 12
MARK = "SECRETVALUE"
"""Ends every secret, so that one look finds any of them."""
Body = dict[str, Any]


class SkippingClock:
    """The time, in which every wait is over at once; each thread has its own, since only that one has waited."""

    def __init__(self) -> None:
        self._local = threading.local()
        self.longest = 0.0

    def _skipped(self) -> float:
        return float(getattr(self._local, "skipped", 0.0))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped())

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped()

    def sleep(self, seconds: float) -> None:
        self._local.skipped = self._skipped() + seconds
        self.longest = max(self.longest, self._local.skipped)


class KeptTokens:
    """A sign-in kept in memory, for one process."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens: Tokens | None = tokens
        self._lock = threading.RLock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._lock:
            yield

    def load(self) -> Tokens | None:
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def forget(self) -> None:
        self._tokens = None


class Provider:
    """One of the two ledgers, with what a fault has to know of it."""

    name: str
    rooms: Any
    pace: Any
    dialect: Any
    account: str
    count: str

    def __str__(self) -> str:
        return self.name

    def connector(self, http: Http, sign_in: Credentials, address: str, clock: SkippingClock) -> Any:
        raise NotImplementedError

    def make(self) -> Any:
        """A ledger, always the same."""
        raise NotImplementedError

    def documents(self, ledger: Any) -> list[Body]:
        """The objects of its documents, by id."""
        raise NotImplementedError

    def key(self, document: Body) -> str:
        """How a connector calls one of these."""
        raise NotImplementedError

    def billed(self, ledger: Any) -> dict[str, Decimal]:
        """What each document says it bills, by its id: worked out from its totals alone."""
        raise NotImplementedError

    def rows(self, body: Body) -> list[Body]:
        """The documents in an answer."""
        raise NotImplementedError

    def counted(self, body: Body) -> Body:
        """What of an answer says how many there are under the key `count`; empty where nothing does."""
        raise NotImplementedError

    def first_page(self, target: str) -> str:
        """The address of the first page, in place of another one."""
        raise NotImplementedError

    def insert(self, ledger: Any, key: str) -> None:
        raise NotImplementedError

    def remove(self, ledger: Any, at: int) -> None:
        raise NotImplementedError

    def void(self, ledger: Any, at: int) -> None:
        raise NotImplementedError

    def change(self, ledger: Any, at: int) -> None:
        raise NotImplementedError


class _Xero(Provider):
    name, rooms, pace, dialect, count = "xero", xero_rooms, XERO_PACE, XeroDialect, "itemCount"
    account = ""  # so that the list of organisations is asked for too

    def connector(self, http: Http, sign_in: Credentials, address: str, clock: SkippingClock) -> Any:
        api, connections = f"{address}/api.xro/2.0", f"{address}/connections"
        return XeroConnector(http, sign_in, api_address=api, connections_address=connections, clock=clock)

    def make(self) -> xero.XeroServer:
        ledger = xero.many(DOCUMENTS)
        ledger.repeating = [
            xero.repeating(number, ledger.contacts[number], "10.00", first=date(2027, 1, 1)) for number in range(1, 4)
        ]
        return ledger

    def documents(self, ledger: xero.XeroServer) -> list[Body]:
        found = [each for each in ledger.documents if "InvoiceID" in each and _is_of_the_year(each)]
        return sorted(found, key=lambda each: each["InvoiceID"])

    def key(self, document: Body) -> str:
        return str(document["InvoiceID"])

    def billed(self, ledger: xero.XeroServer) -> dict[str, Decimal]:
        return {
            each.get("InvoiceID") or each["CreditNoteID"]: Decimal(str(each["SubTotal"]))
            * (-1 if "CreditNoteID" in each else 1)
            for each in ledger.documents
            if _is_of_the_year(each)
        }

    def rows(self, body: Body) -> list[Body]:
        return next((body[kind] for kind in ("Invoices", "CreditNotes") if body.get(kind)), [])

    def counted(self, body: Body) -> Body:
        return body.get("pagination") or {}

    def first_page(self, target: str) -> str:
        return re.sub(r"([?&]page=)\d+", r"\g<1>1", target)

    def insert(self, ledger: xero.XeroServer, key: str) -> None:
        of = ledger.contacts[0]
        day = date(2026, 3, 31)
        made = xero.invoice(999, of, day, "77.00", InvoiceID=f"{key * 8}-0000-4000-8000-000000000000")
        ledger.documents.append({**made, "UpdatedDateUTC": xero.moment(datetime.now(UTC))})

    def remove(self, ledger: xero.XeroServer, at: int) -> None:
        """Out of the window: Xero forgets nothing, and stamps what it changes."""
        self._put(ledger, at, DateString="2031-03-31T00:00:00", Date=xero.milliseconds(date(2031, 3, 31)))

    def void(self, ledger: xero.XeroServer, at: int) -> None:
        self._put(ledger, at, Status="VOIDED")

    def change(self, ledger: xero.XeroServer, at: int) -> None:
        (one, *rest) = self.documents(ledger)[at]["LineItems"]
        more = {**one, "LineAmount": one["LineAmount"] + 100, "TaxAmount": one["TaxAmount"]}
        old = self.documents(ledger)[at]
        totals = {name: float(Decimal(str(old[name])) + 100) for name in ("SubTotal", "Total")}
        self._put(ledger, at, LineItems=[more, *rest], **totals)

    def _put(self, ledger: xero.XeroServer, at: int, **values: Any) -> None:
        old = self.documents(ledger)[at]
        new = {**old, **values, "UpdatedDateUTC": xero.moment(datetime.now(UTC))}
        ledger.documents[ledger.documents.index(old)] = new


def _is_of_the_year(document: Body) -> bool:
    return str(document["DateString"]).startswith(str(YEAR.first_day.year))


class _QuickBooks(Provider):
    name, rooms, pace, count = "quickbooks", quickbooks_rooms, QUICKBOOKS_PACE, "totalCount"
    dialect, account = QuickBooksDialect, quickbooks.REALM

    def connector(self, http: Http, sign_in: Credentials, address: str, clock: SkippingClock) -> Any:
        return QuickBooksConnector(http, sign_in, realm_id=quickbooks.REALM, api_address=address, clock=clock)

    def make(self) -> quickbooks.QuickBooksServer:
        return quickbooks.many(DOCUMENTS)

    def documents(self, ledger: quickbooks.QuickBooksServer) -> list[Body]:
        found = [each for kind, each in ledger.documents if kind == "Invoice"]
        return sorted(found, key=lambda each: str(each["Id"]))

    def key(self, document: Body) -> str:
        return f"Invoice/{document['Id']}"

    def billed(self, ledger: quickbooks.QuickBooksServer) -> dict[str, Decimal]:
        return {
            f"{kind}/{each['Id']}": (Decimal(str(each["TotalAmt"])) - Decimal(str(each["TxnTaxDetail"]["TotalTax"])))
            * (-1 if kind in {"CreditMemo", "RefundReceipt"} else 1)
            for kind, each in ledger.documents
        }

    def rows(self, body: Body) -> list[Body]:
        told = body.get("QueryResponse") or {}
        return next((told[kind] for kind in quickbooks.ENTITIES if told.get(kind)), [])

    def counted(self, body: Body) -> Body:
        told: Body = body.get("QueryResponse") or {}
        return told if "totalCount" in told else {}

    def first_page(self, target: str) -> str:
        return re.sub(r"(STARTPOSITION%20)\d+", r"\g<1>1", target)

    def insert(self, ledger: quickbooks.QuickBooksServer, key: str) -> None:
        made = quickbooks.invoice(0, ledger.customers[0], date(2026, 3, 31), "77.00", Id={"0": "0", "f": "99999"}[key])
        ledger.documents.append(("Invoice", made))

    def remove(self, ledger: quickbooks.QuickBooksServer, at: int) -> None:
        ledger.documents.remove(("Invoice", self.documents(ledger)[at]))

    def void(self, ledger: quickbooks.QuickBooksServer, at: int) -> None:
        self._put(ledger, at, quickbooks.voided(self.documents(ledger)[at]))

    def change(self, ledger: quickbooks.QuickBooksServer, at: int) -> None:
        old = self.documents(ledger)[at]
        day = date.fromisoformat(old["TxnDate"])
        of = {"Id": old["CustomerRef"]["value"], "DisplayName": old["CustomerRef"]["name"]}
        self._put(ledger, at, quickbooks.invoice(int(old["Id"]), of, day, "123.45"))

    def _put(self, ledger: quickbooks.QuickBooksServer, at: int, new: Body) -> None:
        old = ("Invoice", self.documents(ledger)[at])
        ledger.documents[ledger.documents.index(old)] = ("Invoice", new)


XERO, QUICKBOOKS = _Xero(), _QuickBooks()
PROVIDERS: Mapping[str, Provider] = {each.name: each for each in (XERO, QUICKBOOKS)}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    `act` is asked at the request it strikes: it gives another answer, or changes the world and gives None, or gives
    `IDLE` where there is nothing in this answer that it could strike. `stays` makes it strike all requests from there
    on. `ends` are the endings that are right beside ``equal`` to the truth: ``told`` to be incomplete, or the name of
    an error or of what it is a kind of. `of` is the only ledger that can meet it, if not both.
    `is_alteration` where it changes nothing but the answer.
    """

    name: str
    act: Callable[[World, Asked], Reply | None]
    stays: bool = False
    ends: frozenset[str] = frozenset({"equal"})
    of: str = ""
    is_alteration: bool = False

    def __str__(self) -> str:
        return self.name


IDLE = Reply((), end="idle")


@dataclass(frozen=True)
class Place:
    """A request of a fetch: what it asks, and how often that was asked before, whatever is asked beside it."""

    target: str
    before: int = 0


def places(asked: Iterable[Asked]) -> list[Place]:
    """The place of each request."""
    seen, found = Counter[str](), []
    for target in (_timeless(each.target) for each in asked):
        found.append(Place(target, seen[target]))
        seen[target] += 1
    return found


def _timeless(target: str) -> str:
    """A target without the moment since which changes are asked for, which is another in each run."""
    return re.sub(r"changedSince=[^&]*", "changedSince=", target)


class World:
    """A script for a `RawServer`."""

    def __init__(self, provider: Provider, fault: Fault | None = None, at: int | Place = 0) -> None:
        self.provider = provider
        self.ledger = provider.make()
        self.tokens = TokenService(seconds=10**6, mark=MARK)
        self.of_tokens: Callable[[int], Reply | None] = lambda _: None
        self.clock = SkippingClock()
        self.asked: list[Asked] = []
        self.token_calls = 0
        self.struck = 0
        self.first_good = 0
        self._fault = fault
        self._at = at
        self._is_reached = False
        self._lock = threading.RLock()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            if asked.target == "/token":
                self.token_calls += 1
                own = self.of_tokens(self.token_calls)
                return self.tokens(asked) if own is None else own
            self.asked.append(asked)
            fault, is_there = self._fault, self._is_there()
            self._is_reached = self._is_reached or is_there
            if fault is not None and (is_there or (fault.stays and self._is_reached)):
                reply = fault.act(self, asked)
                self.struck += reply is not IDLE
                if reply is not None and reply is not IDLE:
                    return reply
            return self.true(asked)

    def _is_there(self) -> bool:
        """Whether the request that came last is the one that the fault strikes first."""
        if isinstance(self._at, int):
            return len(self.asked) == self._at
        return _timeless(self.asked[-1].target) == self._at.target and places(self.asked)[-1] == self._at

    def true(self, asked: Asked) -> Reply:
        """What the ledger says by itself."""
        used = re.fullmatch(rf"Bearer access-(\d+){MARK}", asked.headers.get("authorization", ""))
        is_known = used is not None and int(used[1]) >= self.first_good
        headers = {**asked.headers, "authorization": "Bearer access-0" if is_known else "Bearer none"}
        reply: Reply = self.ledger(replace(asked, headers=headers))
        return reply

    def applies(self, fault: Fault, asked: Asked) -> bool:
        """Whether there is anything in the answer that a fault could strike."""
        return fault.act(self, asked) is not IDLE

    def body(self, asked: Asked) -> Body:
        """The same, as JSON; empty where it is none."""
        head, _, data = b"".join(self.true(asked).pieces).partition(b"\r\n\r\n")
        found = json.loads(data) if b" 200 " in head[:20] else {}
        return found if isinstance(found, dict) else {}


@dataclass
class Ending:
    """How a run ended: ``equal``, ``told``, ``silent``, ``late``, or the name of an error."""

    how: str
    requests: int
    struck: int
    seconds: float
    is_idle: bool = False
    is_right: bool = False
    error: BaseException | None = field(default=None, repr=False)
    fetched: Fetched | None = field(default=None, repr=False)


@contextmanager
def small_pages() -> Iterator[None]:
    """Pages of a few objects, so that a small ledger has several; certificates, which none of them uses, read once."""
    kept, secured = [each.rooms.PAGE_SIZE for each in PROVIDERS.values()], httpx.create_ssl_context
    for each in PROVIDERS.values():
        each.rooms.PAGE_SIZE = PAGE
    context = secured()
    httpx.create_ssl_context = lambda *_, **__: context
    try:
        yield
    finally:
        httpx.create_ssl_context = secured
        for each, size in zip(PROVIDERS.values(), kept, strict=True):
            each.rooms.PAGE_SIZE = size


def read(world: World, told: list[str] | None = None, start: Start | None = None) -> Fetched:
    """Read the whole ledger of a world, over real sockets."""
    provider, clock = world.provider, world.clock
    with (
        RawServer(world) as server,
        Http(
            provider.name,
            provider.dialect(),
            pace=provider.pace,
            patience=BRISK,
            clock=clock,
            tell=(told if told is not None else []).append,
        ) as http,
    ):
        good_until = datetime.now(UTC) + timedelta(days=30)
        kept = KeptTokens(
            Tokens(
                access_token=Secret(f"access-0{MARK}"),
                expires_at=good_until,
                refresh_token=Secret(f"refresh-0{MARK}"),
                account=provider.account,
            )
        )
        client = Client(id="app", secret=Secret(f"client-{MARK}"), token_address=f"{server.address}/token")
        sign_in = SignIn(provider.name, http, kept, client, clock)
        with start or Start() as from_where:
            return fetch_with(provider.connector(http, sign_in, server.address, clock), YEAR, from_where)


def run(provider: Provider, fault: Fault, at: int | Place) -> Ending:
    """Read a ledger in which a fault strikes at a request, and compare with the truth."""
    world = World(provider, fault, at)
    before = copy.deepcopy(world.ledger)
    began = time.monotonic()
    error: BaseException | None = None
    fetched = None
    try:
        fetched = read(world)
    except Exception as raised:  # noqa: BLE001 - whatever it is, it is the ending
        error = raised
    seconds = time.monotonic() - began
    how = type(error).__name__ if fetched is None else compared(provider, fetched, before, world.ledger)
    if seconds > LONGEST_SECONDS or world.clock.longest > LONGEST_WAIT:
        how = "late"
    ending = Ending(how, len(world.asked), world.struck, seconds, error=error, fetched=fetched)
    ending.is_idle = not world.struck
    right = {"equal"} if ending.is_idle else fault.ends | {"equal"}
    kinds = (
        {how}
        if how == "late" or not isinstance(error, ConnectorError)
        else {each.__name__ for each in type(error).__mro__}
    )
    ending.is_right = bool(right & kinds)
    return ending


def compared(provider: Provider, fetched: Fetched, before: Any, after: Any) -> str:
    """What was read, against what was there before the fetch and after it: a document that stayed, stays."""
    whole = truth(provider)
    found = {each.id: _shown(each) for each in fetched.documents}
    billed, bills = provider.billed(before), provider.billed(after)
    stayed = {key for key, amount in billed.items() if bills.get(key) == amount}
    changed = (billed.keys() | bills.keys()) - stayed
    is_true = (
        len(found) == len(fetched.documents)
        and found.keys() - changed == stayed
        and all(found[key] == whole.documents[key] for key in stayed - _touched(provider, before, after))
        and all(found[key].excl_tax in {billed.get(key), bills.get(key)} for key in changed & found.keys())
    )
    if not fetched.completeness.is_complete:
        return "told"
    if getattr(fetched, "templates", ()) != whole.templates:
        # What lies beside the documents may be missing, as long as that is said.
        return "told" if is_true and set(fetched.completeness.blind_spots) - set(whole.blind_spots) else "silent"
    return "equal" if is_true else "silent"


def _touched(provider: Provider, before: Any, after: Any) -> set[str]:
    """Documents of which something else than the amount was changed."""
    was, now = ({provider.key(each): each for each in provider.documents(ledger)} for ledger in (before, after))
    return {key for key in was if was[key] != now.get(key)}


@dataclass(frozen=True)
class Truth:
    """What a ledger holds that nothing happens to."""

    documents: Mapping[str, FetchedDocument]
    templates: tuple[Any, ...]
    blind_spots: tuple[str, ...]
    requests: int


@cache
def truth(provider: Provider) -> Truth:
    """Read without any fault; every amount is compared with what the ledger's own totals say."""
    world = World(provider)
    fetched = read(world)
    if not fetched.completeness.is_complete:
        raise AssertionError(fetched.completeness)
    documents = {each.id: _shown(each) for each in fetched.documents}
    if {key: each.excl_tax for key, each in documents.items()} != provider.billed(world.ledger):
        raise AssertionError(provider)
    templates = getattr(fetched, "templates", ())
    return Truth(documents, templates, fetched.completeness.blind_spots, len(world.asked))


def _shown(document: FetchedDocument) -> FetchedDocument:
    """A document without the digest of its payload, the remarks on what was inferred, and lines that bill nothing."""
    return replace(document, digest="", notes=(), lines=tuple(line for line in document.lines if line.amount))
