"""How a company of QuickBooks Online is asked: statements, pages of them, what was changed, what was deleted.

Comes in: exchanges that bear a sign-in, and what to ask for. Goes out: objects as they were answered, by their ids,
with the proof that they are all. Only reads: the ledger has no sign-in that could do no more, so every request here is
a GET. Must not know what the objects mean, or how tokens are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    NotAllowedError,
    RefusedError,
    ServerFaultError,
    SignInError,
)
from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.changes import LOOKS_BACK, read_changes
from billcheck.connectors.quickbooks.dialect import PACE, QuickBooksDialect
from billcheck.connectors.quickbooks.documents import KINDS
from billcheck.connectors.quickbooks.inquiry import QuickBooksInquiry, written
from billcheck.connectors.quickbooks.queries import CHUNK, chunks, list_query
from billcheck.connectors.quickbooks.templates import ENTITY as TEMPLATES
from billcheck.connectors.sweep import Page, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from billcheck.connectors.base import Count
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.quickbooks.queries import Query
    from billcheck.connectors.side_by_side import SideBySide
    from billcheck.connectors.start import KeptQuery, Start

MINOR_VERSION = "75"
_NAMES = ("DisplayName", "Name", "FullyQualifiedName", "Active", "ParentRef")
Answered = TypeVar("Answered")
Swept = tuple[dict[str, Payload], "Count", "KeptQuery | None"]
"""Objects by their ids, how many there are, and what was held of them."""


class Questions:
    """What one fetch asks, by any number of threads."""

    def __init__(
        self, http: Http, credentials: Credentials, company_address: str, *, page_size: int, together: SideBySide
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            http: The exchanges.
            credentials: Who asks.
            company_address: Of the company to read.
            page_size: Objects of a page.
            together: The questions of the same fetch: once one fails, none is asked any more.
        """
        self._http = http
        self._credentials = credentials
        self._company_address = company_address
        self._page_size = page_size
        self._together = together
        self._is_sorting_refused = False

    def only(self, entity: str) -> Payload:
        """The one object there is of an entity."""
        for each in self._ask(entity, "SELECT * FROM", entity).optional_each(entity):
            return each
        raise AnswerError(f"quickbooks GET query {entity}", "It holds none.")

    def listed(self, entity: str, start: Start) -> Swept:
        """All of a list of names, also what is no longer in use, going on from what is held."""
        return self.swept(list_query(entity), start, names=_NAMES)

    def swept(
        self,
        query: Query,
        start: Start,
        again: Callable[[], Sequence[Query]] = list,
        *,
        names: tuple[str, ...] = (),
    ) -> Swept:
        """All that a query asks for, going on from what is held; `again` is what is never believed though held."""
        entity = query.entity
        inquiry = QuickBooksInquiry(
            changed=lambda since: map(
                self._sweep, [*(each for each in again() if each.entity == entity), query.changed_since(since)]
            ),
            rows=lambda at, most: self._rows(entity, query.conditions, at, most),
            belongs=query.belongs,
            deleted=lambda ids, since: self._gone(entity, ids, since),
        )
        kept = start.query(str(query), self._page_size, inquiry, path=f"quickbooks {entity}", names=names)
        return *self._sweep(query, kept), kept

    def _sweep(self, query: Query, kept: KeptQuery | None = None) -> tuple[dict[str, Payload], Count]:
        entity, conditions = query.entity, query.conditions
        stated = 0

        def ask(number: int, size: int) -> Page[Payload]:
            nonlocal stated
            if number == 1:
                counted = self._ask(entity, "SELECT COUNT(*) FROM", entity, conditions)
                stated = counted.whole("totalCount")
            if size == 1:
                return Page((), stated)
            # Each page repeats the last object of the one before: where documents that were removed have moved the
            # pages in between, they share none.
            repeated = min(number - 1, 1)
            start, most = (number - 1) * size + 1 - repeated, size + repeated
            rows = self._rows(entity, conditions, start, most, stated)
            return Page(rows, stated, is_last=len(rows) < most and (number == 1 or bool(rows)))

        return sweep(entity, ask, size=self._page_size, at_once=PACE.at_once, has_overlap=True, kept=kept)

    def _rows(
        self, entity: str, conditions: str, start: int, most: int, stated: int | None = None
    ) -> list[tuple[str, Payload]]:
        """So many objects from a place on, in as many answers as that takes; fewer where an answer holds none.

        Where `stated` are counted, that many are enough; but more are asked for, so that one shows that is not counted.
        """
        rows: list[tuple[str, Payload]] = []
        while len(rows) < most:
            limits = f"STARTPOSITION {start + len(rows)} MAXRESULTS {most - len(rows)}"
            answer = self._sorted(entity, conditions, limits)
            given = list(answer.optional_each(entity))
            for each in given:
                key = each.text("Id")
                each.where = f"quickbooks {entity} {key}"
                rows.append((key, each))
            if not given or (stated is not None and start - 1 + len(rows) >= stated):
                break
        return rows

    def _sorted(self, entity: str, conditions: str, limits: str) -> Payload:
        """Objects by their ids, as far as QuickBooks sorts by them; a sweep sees whether it did."""
        words = (entity, "SELECT * FROM", entity, conditions)
        if not self._is_sorting_refused:
            try:
                return self._ask(*words, "ORDERBY Id", limits)
            except (SignInError, NotAllowedError):
                raise
            except RefusedError:
                found = self._ask(*words, limits)
                self._is_sorting_refused = True  # it was the order, since without it all is well
                return found
        return self._ask(*words, limits)

    def changes(self, since: datetime) -> Payload:
        """What QuickBooks says was changed and deleted since a moment."""
        moment = quote(written(since), safe="")
        address = f"{self._company_address}/cdc?entities={','.join(KINDS)}&changedSince={moment}"
        return self._payload("cdc", f"{address}&minorversion={MINOR_VERSION}")

    def find(self, entity: str, ids: Sequence[str]) -> set[str]:
        """Those of some ids that can be read."""
        found = set[str]()
        for _, members in chunks(ids):
            answer = self._ask(entity, "SELECT * FROM", entity, f"WHERE Id IN ({members}) MAXRESULTS {CHUNK}")
            found |= {each.text("Id") for each in answer.optional_each(entity)}
        return found

    def _gone(self, entity: str, ids: frozenset[str], since: datetime) -> frozenset[str]:
        """Which of some documents were deleted since: QuickBooks says so, and they cannot be read."""
        if entity not in KINDS or self._http.now() - since > LOOKS_BACK:
            return frozenset()
        told = read_changes(self.changes(since), tuple(KINDS)).deleted[entity] & ids
        return told - self.find(entity, sorted(told))

    def templates(self) -> tuple[list[Payload], int | None]:
        """All templates, each wrapped by what it makes, and how many there are by their count.

        QuickBooks does not say that they can be counted or put into an order: they are read until nothing new comes.
        """
        counted = tried(lambda: self._ask(TEMPLATES, "SELECT COUNT(*) FROM", TEMPLATES).whole("totalCount"))
        stated = counted if isinstance(counted, int) else None
        rows: dict[str, Payload] = {}
        while stated is None or len(rows) < stated:
            before = len(rows)
            limits = f"STARTPOSITION {before + 1} MAXRESULTS {self._page_size}"
            answer = self._ask(TEMPLATES, "SELECT * FROM", TEMPLATES, limits)
            rows |= {each.digest(): each for each in answer.optional_each(TEMPLATES)}
            if len(rows) == before:
                break
        return list(rows.values()), stated

    def _ask(self, entity: str, *words: str) -> Payload:
        statement = " ".join(words)
        address = f"{self._company_address}/query?query={quote(statement, safe='')}&minorversion={MINOR_VERSION}"
        return self._payload(f"query {entity}", address).nested("QueryResponse")

    def _payload(self, what: str, address: str) -> Payload:
        self._together.go_on()
        answer = self._http.get(what, address, credentials=self._credentials)
        found: Any = answer.json()
        return Payload(f"quickbooks {what}", found, request_id=QuickBooksDialect().request_id(answer.headers))


def tried(ask: Callable[[], Answered]) -> Answered | ConnectorError:
    """What was asked for, or why QuickBooks did not give it, where nothing hangs on it.

    Raises:
        ConnectorError: Somebody has to sign in again, or nothing else would come through either.
    """
    try:
        return ask()
    except SignInError:
        raise
    except (RefusedError, ServerFaultError, AnswerError) as error:
        return error
