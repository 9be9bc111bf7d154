"""Reads what QuickBooks Online holds of a window: what was sold and credited, with the customers it is of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents and what they are complete for.
Only reads: its interface has no sign-in that could do no more, so every request here is a GET. Must not know how tokens
are kept.
"""

from __future__ import annotations

from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from billcheck.connectors.base import Completeness, Count, Fetched
from billcheck.connectors.faults import AnswerError, ConnectorError, RefusedError, ServerFaultError, SignInError
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.changes import find_deletions
from billcheck.connectors.quickbooks.company import Currencies, Products, customer_names, wanted_customers
from billcheck.connectors.quickbooks.dialect import PACE, QuickBooksDialect
from billcheck.connectors.quickbooks.documents import KINDS, Books, read_document
from billcheck.connectors.quickbooks.remarks import credits_linked, remarks_on, told_of_deletions, told_of_templates
from billcheck.connectors.quickbooks.templates import ENTITY as TEMPLATES
from billcheck.connectors.quickbooks.templates import read_template
from billcheck.connectors.sweep import Page, add_counts, sweep
from billcheck.ledger.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from billcheck.connectors.base import Request
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.quickbooks.documents import ReadDocument

API_ADDRESS = "https://quickbooks.api.intuit.com"
PAGE_SIZE = 999
"""One less than QuickBooks gives at once, for the object that a page repeats of the one before."""
MINOR_VERSION = "75"
_CHUNK = 100
"""Ids named in one query: addresses have a length."""
_ALSO_INACTIVE = "WHERE Active IN (true, false)"
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

    def fetch(self, request: Request) -> Fetched:
        """The invoices, sales receipts, credit memos and refund receipts of a window.

        Raises:
            ConnectorError: Something could not be read.
        """
        company = self._only("CompanyInfo").text("CompanyName")
        customers, customer_count = self._sweep("Customer", _ALSO_INACTIVE)
        items, item_count = self._sweep("Item", _ALSO_INACTIVE)
        books = Books(
            names=customer_names(customers),
            products=Products(items),
            currencies=Currencies(lambda: self._only("Preferences")),
        )
        wanted, missing = wanted_customers(request.customers, customers, books.names)
        counts = [customer_count, item_count]
        read: list[ReadDocument] = []
        for entity in KINDS:
            for conditions in _conditions(request, wanted):
                found, count = self._sweep(entity, conditions)
                read += [read_document(entity, payload, books) for payload in found.values()]
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
                read_at=self._clock.now(),
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
        entities = tuple(KINDS)

        def ask(since: datetime) -> Payload:
            moment = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            address = f"{self._company_address}/cdc?entities={','.join(entities)}&changedSince={quote(moment, safe='')}"
            return self._payload("cdc", f"{address}&minorversion={MINOR_VERSION}")

        def find(entity: str, ids: Sequence[str]) -> set[str]:
            found = set[str]()
            for chunk in _chunks(ids):
                answer = self._ask(entity, "SELECT * FROM", entity, f"WHERE Id IN ({chunk}) MAXRESULTS {_CHUNK}")
                found |= {each.text("Id") for each in answer.optional_each(entity)}
            return found

        return told_of_deletions(_tried(lambda: find_deletions(self._clock.now(), entities, ask, find)))

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

    def _sweep(self, entity: str, conditions: str) -> tuple[dict[str, Payload], Count]:
        stated = 0

        def ask(number: int, size: int) -> Page[Payload]:
            nonlocal stated
            if number == 1:
                counted = self._ask(entity, "SELECT COUNT(*) FROM", entity, conditions)
                stated = counted.whole("totalCount")
            if size == 1:
                return Page((), stated)
            # Each page repeats the last object of the one before: where documents that were removed have moved the
            # pages in between, there is one too many, and the count tells.
            repeated = min(number - 1, 1)
            start, most = (number - 1) * size + 1 - repeated, size + repeated
            return Page(self._rows(entity, conditions, start, min(most, stated - start + 1)), stated)

        return sweep(entity, ask, size=PAGE_SIZE, at_once=PACE.at_once, has_overlap=True)

    def _rows(self, entity: str, conditions: str, start: int, most: int) -> list[tuple[str, Payload]]:
        """So many objects from a place on, in as many answers as that takes; fewer where an answer holds none."""
        rows: list[tuple[str, Payload]] = []
        while len(rows) < most:
            limits = f"ORDERBY Id STARTPOSITION {start + len(rows)} MAXRESULTS {most - len(rows)}"
            answer = self._ask(entity, "SELECT * FROM", entity, conditions, limits)
            given = list(answer.optional_each(entity))
            for each in given:
                key = each.text("Id")
                each.where = f"quickbooks {entity} {key}"
                rows.append((key, each))
            if not given:
                break
        return rows

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


def _conditions(request: Request, wanted: Sequence[str]) -> list[str]:
    """What to ask for: the window, and so many customers at a time where some were asked for."""
    window = f"WHERE TxnDate >= '{request.first_day}' AND TxnDate <= '{request.last_day}'"
    if not request.customers:
        return [window]
    return [f"{window} AND CustomerRef IN ({chunk})" for chunk in _chunks(wanted)]


def _chunks(ids: Sequence[str]) -> list[str]:
    """Ids as members of lists that are short enough for an address."""
    return [", ".join(map(_quoted, ids[at : at + _CHUNK])) for at in range(0, len(ids), _CHUNK)]


def _quoted(text: str) -> str:
    """A text of a statement."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
