"""Reads what QuickBooks Online holds of a window: what was sold and credited, with the customers it is of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents and what they are complete for.
Only reads: its interface has no sign-in that could do no more, so every request here is a GET. Must not know how tokens
are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from billcheck.connectors.base import Completeness, Fetched
from billcheck.connectors.faults import AnswerError
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.dialect import PACE
from billcheck.connectors.quickbooks.documents import KINDS, read_document
from billcheck.connectors.sweep import Page, add_counts, sweep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billcheck.connectors.base import Count, FetchedDocument, Request
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.quickbooks.documents import ReadDocument

API_ADDRESS = "https://quickbooks.api.intuit.com"
PAGE_SIZE = 999
"""One less than QuickBooks gives at once, for the object that a page repeats of the one before."""
MINOR_VERSION = "75"
_CHUNK = 100
"""Customers named in one query: addresses have a length."""
_MOST_LISTED = 10
_ALL_CUSTOMERS = "WHERE Active IN (true, false)"
_GONE = " (deleted)"

_NOT_INVOICED = (
    "QuickBooks lists no delayed charges, billable expenses, unbilled time, estimates or journal entries among its "
    "invoices: what was billed that way is not in here. An invoice that was deleted is gone without a trace."
)


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
        self._address = f"{api_address.rstrip('/')}/v3/company/{realm_id}/query"
        self._clock = clock

    def fetch(self, request: Request) -> Fetched:
        """The invoices, sales receipts, credit memos and refund receipts of a window.

        Raises:
            ConnectorError: Something could not be read.
        """
        company = self._company()
        customers, customer_count = self._sweep("Customer", _ALL_CUSTOMERS)
        names = {key: _full_name(payload) for key, payload in customers.items()}
        wanted, missing = _wanted(request.customers, customers, names)
        counts = [customer_count]
        read: list[ReadDocument] = []
        for entity in KINDS:
            for conditions in _conditions(request, wanted):
                found, count = self._sweep(entity, conditions)
                read += [read_document(entity, payload, names) for payload in found.values()]
                counts.append(count)
        read.sort(key=lambda each: (each.document.issue_date, each.document.number, each.document.id))
        documents = tuple(each.document for each in read)
        doubts = [f"QuickBooks has no customer {name}: check the name, or its id." for name in missing]
        doubts += [f"{_called(each.document)}: {doubt}" for each in read for doubt in each.doubts]
        return Fetched(
            documents,
            Completeness(
                connector=self.name,
                organisation=company,
                organisation_id=self._realm_id,
                request=request,
                read_at=self._clock.now(),
                counts=add_counts(counts),
                shortcomings=tuple(doubts),
                blind_spots=(_NOT_INVOICED, *_remarks(read, customers)),
            ),
        )

    def _company(self) -> str:
        for each in self._ask("CompanyInfo", "SELECT * FROM CompanyInfo").optional_each("CompanyInfo"):
            return each.text("CompanyName")
        raise AnswerError("quickbooks GET query CompanyInfo", "It names no company.")

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
        found: Any = self._http.get(f"query {entity}", address, credentials=self._credentials).json()
        return Payload(f"quickbooks query {entity}", found).nested("QueryResponse")


def _full_name(customer: Payload) -> str:
    """A customer with those it belongs to, as in ``Parent:Child``; the mark of one that was deleted is left out."""
    name = customer.optional_text("FullyQualifiedName") or customer.text("DisplayName")
    return name if customer.is_set("Active") else ":".join(part.removesuffix(_GONE) for part in name.split(":"))


def _wanted(
    asked: Sequence[str], customers: Mapping[str, Payload], names: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The ids of the customers asked for by id or name, with all below them; and what was asked for in vain."""
    wanted, missing = set[str](), []
    for one in asked:
        found = {key for key in customers if one == key or _folded(one) in _names_of(customers[key], names[key])}
        wanted |= found
        if not found:
            missing.append(one)
    parents = {
        key: payload.nested("ParentRef").text("value") for key, payload in customers.items() if payload.has("ParentRef")
    }
    while grown := {key for key, parent in parents.items() if parent in wanted} - wanted:
        wanted |= grown
    return sorted(wanted), missing


def _names_of(customer: Payload, full_name: str) -> set[str]:
    return {_folded(full_name), _folded(customer.optional_text("DisplayName"))}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _conditions(request: Request, wanted: Sequence[str]) -> list[str]:
    """What to ask for: the window, and so many customers at a time where some were asked for."""
    window = f"WHERE TxnDate >= '{request.first_day}' AND TxnDate <= '{request.last_day}'"
    if not request.customers:
        return [window]
    chunks = [wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK)]
    return [f"{window} AND CustomerRef IN ({', '.join(map(_quoted, chunk))})" for chunk in chunks]


def _quoted(text: str) -> str:
    """A text of a statement."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _called(document: FetchedDocument) -> str:
    return document.number or document.id


def _remarks(read: Sequence[ReadDocument], customers: Mapping[str, Payload]) -> list[str]:
    """What a reader of the documents should know, though all of them were read."""
    remarks = []
    charges = [each.document for each in read if each.document.notes and not each.doubts]
    if charges:
        remarks.append(
            f"Made from delayed charges, whose lines QuickBooks does not give: {_listed(charges)}. What each bills "
            "that way counts as one line, unitemised."
        )
    gone = {key for key, payload in customers.items() if not payload.is_set("Active")}
    credited = [
        each.document for each in read if each.document.kind == "credit_note" and each.document.customer_id in gone
    ]
    if credited:
        remarks.append(
            "Where a customer with a balance is made inactive, QuickBooks writes a credit memo by itself, which nobody "
            f"agreed with the customer. Of customers that are inactive: {_listed(credited)}."
        )
    return remarks


def _listed(documents: Sequence[FetchedDocument]) -> str:
    shown = ", ".join(map(_called, documents[:_MOST_LISTED]))
    more = len(documents) - _MOST_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
