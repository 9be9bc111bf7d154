"""Reads what QuickBooks Online holds of a window: what was sold and credited, with the customers it is of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents and what they are complete for.
Only reads: its interface has no sign-in that could do no more, so every request here is a GET. Must not know how tokens
are kept.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from billcheck.connectors.base import Completeness, Count, Fetched
from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    NotAllowedError,
    RefusedError,
    ServerFaultError,
    SignInError,
)
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.changes import LOOKS_BACK, find_deletions, read_changes
from billcheck.connectors.quickbooks.company import Currencies, Products, customer_names, wanted_customers
from billcheck.connectors.quickbooks.dialect import PACE, QuickBooksDialect
from billcheck.connectors.quickbooks.documents import KINDS, Books, read_document
from billcheck.connectors.quickbooks.inquiry import QuickBooksInquiry, written
from billcheck.connectors.quickbooks.queries import CHUNK, chunks, document_queries, list_query
from billcheck.connectors.quickbooks.remarks import credits_linked, remarks_on, told_of_deletions, told_of_templates
from billcheck.connectors.quickbooks.templates import ENTITY as TEMPLATES
from billcheck.connectors.quickbooks.templates import read_template
from billcheck.connectors.start import Start
from billcheck.connectors.sweep import Page, add_counts, sweep
from billcheck.ledger.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from billcheck.connectors.base import Request
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.quickbooks.documents import ReadDocument
    from billcheck.connectors.quickbooks.queries import Query
    from billcheck.connectors.start import KeptQuery

API_ADDRESS = "https://quickbooks.api.intuit.com"
PAGE_SIZE = 999
"""One less than QuickBooks gives at once, for the object that a page repeats of the one before."""
MINOR_VERSION = "75"
_NAMES = ("DisplayName", "Name", "FullyQualifiedName", "Active", "ParentRef")
Answered = TypeVar("Answered")


class QuickBooksConnector:
    """QuickBooks Online as a connector; nothing is asked for before `fetch`."""

    name = "quickbooks"

    def __init__(
        self,
        http: Http,
        credentials: Credentials,
        *,
        realm_id: str,
        api_address: str = API_ADDRESS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Prepare.

        Args:
            http: The exchanges.
            credentials: Who asks.
            realm_id: The company to read.
            api_address: Of the accounting interface, without a path.
            clock: The time.
        """
        self._http = http
        self._credentials = credentials
        self._realm_id = realm_id
        self._company_address = f"{api_address.rstrip('/')}/v3/company/{realm_id}"
        self._address = f"{self._company_address}/query"
        self._clock = clock
        self._is_sorting_refused = False

    def fetch(self, request: Request) -> Fetched:
        """The invoices, sales receipts, credit memos and refund receipts of a window.

        Raises:
            ConnectorError: Something could not be read.
        """
        return self.fetch_from(request, Start())

    def fetch_from(self, request: Request, start: Start) -> Fetched:
        """The same, going on from what an earlier fetch read.

        Raises:
            ConnectorError: Something could not be read; what was read is kept.
        """
        company = self._only("CompanyInfo").text("CompanyName")
        start.open(self.name, self._realm_id, request, self._http.now())
        customers, customer_count, kept = self._kept_sweep(list_query("Customer"), start, names=_NAMES)
        renamed = sorted(kept.renamed(customers)) if kept is not None else []
        items, item_count, _ = self._kept_sweep(list_query("Item"), start, names=_NAMES)
        books = Books(
            names=customer_names(customers),
            products=Products(items),
            currencies=Currencies(lambda: self._only("Preferences")),
        )
        wanted, missing = wanted_customers(request.customers, customers, books.names)
        counts = [customer_count, item_count]
        read: list[ReadDocument] = []
        again = list(document_queries(replace(request, customers=("renamed",)), renamed))
        for query in document_queries(request, wanted):
            found, count, _ = self._kept_sweep(query, start, again)
            read += [read_document(query.entity, payload, books) for payload in found.values()]
            counts.append(count)
        read.sort(key=lambda each: (each.document.issue_date, each.document.number, each.document.id))
        doubts = [f"QuickBooks has no customer {name}: check the name, or its id." for name in missing]
        doubts += [f"{each.document.number or each.document.id}: {doubt}" for each in read for doubt in each.doubts]
        gone = {key for key, payload in customers.items() if not payload.is_set("Active")}
        templates, template_counts, template_remarks = self._templates(books, wanted if request.customers else None)
        return Fetched(
            credits_linked(read),
            Completeness(
                connector=self.name,
                organisation=company,
                organisation_id=self._realm_id,
                request=request,
                read_at=self._http.now(),
                counts=add_counts([*counts, *template_counts]),
                shortcomings=tuple(doubts),
                blind_spots=(*self._deletions(), *remarks_on(read, gone), *template_remarks),
            ),
            templates,
        )

    def _only(self, entity: str) -> Payload:
        """The one object there is of an entity."""
        for each in self._ask(entity, "SELECT * FROM", entity).optional_each(entity):
            return each
        raise AnswerError(f"quickbooks GET query {entity}", "It holds none.")

    def _deletions(self) -> tuple[str, ...]:
        """What is said of documents that are no longer there; it changes nothing about those that are."""
        now = self._clock.now()
        return told_of_deletions(_tried(lambda: find_deletions(now, tuple(KINDS), self._changes, self._find)))

    def _changes(self, since: datetime) -> Payload:
        """What QuickBooks says was changed and deleted since a moment."""
        moment = quote(written(since), safe="")
        address = f"{self._company_address}/cdc?entities={','.join(KINDS)}&changedSince={moment}"
        return self._payload("cdc", f"{address}&minorversion={MINOR_VERSION}")

    def _find(self, entity: str, ids: Sequence[str]) -> set[str]:
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
        told = read_changes(self._changes(since), tuple(KINDS)).deleted[entity] & ids
        return told - self._find(entity, sorted(told))

    def _templates(
        self, books: Books, wanted: Sequence[str] | None
    ) -> tuple[tuple[Template, ...], list[Count], list[str]]:
        """The templates of the customers wanted, or of all; how many objects that took, and what could not be read.

        No check of documents depends on them, and not every plan of QuickBooks has them: so none of this makes a fetch
        incomplete.
        """
        found = _tried(self._wrapped_templates)
        if isinstance(found, ConnectorError):
            return (), [], told_of_templates([found])
        rows, stated = found
        today = self._clock.now().date()
        read = [_tried(partial(read_template, row, books, today)) for row in rows]
        faults = [each for each in read if isinstance(each, ConnectorError)]
        templates = [each for each in read if isinstance(each, Template)]
        if wanted is not None:
            templates = [each for each in templates if each.customer_id in wanted]
        count = Count(kind=TEMPLATES, stated=len(rows), read=len(rows))
        return (
            tuple(sorted(templates, key=lambda each: (each.customer, each.id))),
            [count] if stated == len(rows) else [],
            told_of_templates(faults, read=len(rows), stated=len(rows) if stated is None else stated),
        )

    def _wrapped_templates(self) -> tuple[list[Payload], int | None]:
        """All templates, each wrapped by what it makes, and how many there are by their count.

        QuickBooks does not say that they can be counted or put into an order: they are read until nothing new comes.
        """
        counted = _tried(lambda: self._ask(TEMPLATES, "SELECT COUNT(*) FROM", TEMPLATES).whole("totalCount"))
        stated = counted if isinstance(counted, int) else None
        rows: dict[str, Payload] = {}
        while stated is None or len(rows) < stated:
            before = len(rows)
            limits = f"STARTPOSITION {before + 1} MAXRESULTS {PAGE_SIZE}"
            answer = self._ask(TEMPLATES, "SELECT * FROM", TEMPLATES, limits)
            rows |= {each.digest(): each for each in answer.optional_each(TEMPLATES)}
            if len(rows) == before:
                break
        return list(rows.values()), stated

    def _kept_sweep(
        self, query: Query, start: Start, again: Sequence[Query] = (), *, names: tuple[str, ...] = ()
    ) -> tuple[dict[str, Payload], Count, KeptQuery | None]:
        """A sweep that goes on from what is held; `again` asks for what is never believed though held."""
        entity = query.entity
        inquiry = QuickBooksInquiry(
            changed=lambda since: map(
                self._sweep, [*(each for each in again if each.entity == entity), query.changed_since(since)]
            ),
            rows=lambda at, most: self._rows(entity, query.conditions, at, most),
            belongs=query.belongs,
            deleted=lambda ids, since: self._gone(entity, ids, since),
        )
        kept = start.query(str(query), PAGE_SIZE, inquiry, path=f"quickbooks {entity}", names=names)
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

        return sweep(entity, ask, size=PAGE_SIZE, at_once=PACE.at_once, has_overlap=True, kept=kept)

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

    def _ask(self, entity: str, *words: str) -> Payload:
        statement = " ".join(words)
        address = f"{self._address}?query={quote(statement, safe='')}&minorversion={MINOR_VERSION}"
        return self._payload(f"query {entity}", address).nested("QueryResponse")

    def _payload(self, what: str, address: str) -> Payload:
        answer = self._http.get(what, address, credentials=self._credentials)
        found: Any = answer.json()
        return Payload(f"quickbooks {what}", found, request_id=QuickBooksDialect().request_id(answer.headers))


def _tried(ask: Callable[[], Answered]) -> Answered | ConnectorError:
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
