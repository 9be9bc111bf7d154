"""Reads what Xero holds of a window: sales invoices and credit notes, with the contacts they are of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents, what will be made from repeating
invoices, and what all that is complete for. Only reads. Must not know how tokens are kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from billcheck.connectors.base import Completeness, Count, Fetched
from billcheck.connectors.faults import (
    AnswerError,
    NotAllowedError,
    NotThereError,
    RedirectError,
    RefusedError,
    SignInError,
)
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.payload import Payload
from billcheck.connectors.start import Start
from billcheck.connectors.sweep import Page, add_counts, sweep
from billcheck.connectors.xero.access import foreign_tenant, missing_scope, only_tenant, read_tenants
from billcheck.connectors.xero.dialect import PACE
from billcheck.connectors.xero.directory import (
    Directory,
    Organisation,
    find_customers,
    merged_names,
    read_items,
    read_organisation,
)
from billcheck.connectors.xero.documents import INVOICE, id_of, is_whole, number_of, read_document
from billcheck.connectors.xero.inquiry import XeroInquiry
from billcheck.connectors.xero.queries import ALL_CONTACTS, document_queries
from billcheck.connectors.xero.remarks import NOT_INVOICED, called, remarks_on
from billcheck.connectors.xero.templates import is_of_sales, read_template
from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from billcheck.connectors.base import Request
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.start import KeptQuery
    from billcheck.connectors.xero.documents import ReadDocument
    from billcheck.connectors.xero.queries import Query
    from billcheck.ledger.template import Template

API_ADDRESS = "https://api.xero.com/api.xro/2.0"
CONNECTIONS_ADDRESS = "https://api.xero.com/connections"
PAGE_SIZE = 1000
_JUST_BEFORE = timedelta(minutes=1)
"""How long before a sweep a change counts as one within it: moments are told in whole seconds, and lists may lag."""
_NAMES = ("Name", "MergedToContactID")


class XeroConnector:
    """Xero as a connector; nothing is asked for before `fetch`."""

    name = "xero"

    def __init__(
        self,
        http: Http,
        credentials: Credentials,
        *,
        tenant_id: str = "",
        api_address: str = API_ADDRESS,
        connections_address: str = CONNECTIONS_ADDRESS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Prepare.

        Args:
            http: The exchanges.
            credentials: Who asks.
            tenant_id: The organisation to read; empty for the only one that was signed in to.
            api_address: Of the accounting interface.
            connections_address: Of the list of organisations.
            clock: The time.
        """
        self._http = http
        self._credentials = credentials
        self._tenant_id = tenant_id
        self._api = api_address.rstrip("/")
        self._connections = connections_address
        self._clock = clock
        self._warnings: dict[str, None] = {}

    def fetch(self, request: Request) -> Fetched:
        """The sales invoices and credit notes of a window, and all repeating invoices.

        Raises:
            ConnectorError: Something could not be read.
        """
        return self.fetch_from(request, Start())

    def fetch_from(self, request: Request, start: Start) -> Fetched:
        """The same, going on from what an earlier fetch read.

        Raises:
            ConnectorError: Something could not be read; what was read is kept.
        """
        tenant = self._tenant_id or only_tenant(self._tenants())
        organisation = self._organisation(tenant)
        start.open(self.name, tenant, request, self._http.now(), address=self._api)
        contacts, contact_count, kept = self._sweep(ALL_CONTACTS, tenant, start, names=_NAMES)
        renamed = sorted(kept.renamed(contacts)) if kept is not None else []
        directory = Directory(organisation, merged_names(contacts))
        wanted, missing = find_customers(request.customers, directory.contacts, contacts)
        counts, payloads = [contact_count], list[Payload]()
        again = list(document_queries(replace(request, customers=("renamed",)), renamed, organisation.zone))
        for query in document_queries(request, wanted, organisation.zone):
            found, count = self._documents(query, tenant, start, directory, again)
            payloads += found
            counts.append(count)
        repeating, unread = self._repeating(tenant)
        directory, unnamed = self._with_items(tenant, directory, [*payloads, *repeating])
        read, doubts = _read(payloads, directory)
        templates, refused = _templates(repeating, directory, self._clock.now().date())
        if request.customers:
            templates = tuple(each for each in templates if each.customer_id in wanted)
        doubts = [f"Xero has no contact '{name}': check the name, or its id." for name in missing] + doubts
        remarks = [NOT_INVOICED, *unread, *unnamed, *refused, *remarks_on(read, organisation), *self._warnings]
        return Fetched(
            tuple(each.document for each in read),
            Completeness(
                connector=self.name,
                organisation=organisation.name,
                organisation_id=tenant,
                request=request,
                read_at=self._http.now(),
                counts=add_counts([*counts, *(() if unread else (_all_of("RepeatingInvoices", repeating),))]),
                shortcomings=tuple(doubts),
                blind_spots=tuple(remarks),
            ),
            templates,
        )

    def _tenants(self) -> dict[str, str]:
        return read_tenants(self._http.get("/connections", self._connections, credentials=self._credentials).json())

    def _organisation(self, tenant: str) -> Organisation:
        try:
            answer = self._ask("Organisation", tenant, [])
        except NotAllowedError as error:
            raise foreign_tenant(tenant, self._tenants(), error) or error from None
        for each in answer.each("Organisations"):
            return read_organisation(each)
        raise AnswerError("xero GET /Organisation", "It names no organisation.")

    def _documents(
        self, query: Query, tenant: str, start: Start, directory: Directory, again: Sequence[Query]
    ) -> tuple[list[Payload], Count]:
        """The documents of a query, each with all that counts; `again` asks for what is never believed though held."""
        found, count, kept = self._sweep(query, tenant, start, again)
        parts = {key: payload for key, payload in found.items() if not is_whole(payload, directory)}
        documents = [payload for key, payload in found.items() if key not in parts]
        for number, key in enumerate(parts, start=1):
            start.progress.single(query.kind, number, len(parts))
            whole = self._single(query.kind, tenant, key)
            if whole is not None:
                documents.append(whole)
                if kept is not None:
                    kept.mend(key, whole)
        return documents, replace(count, read=count.read - len(found) + len(documents))

    def _single(self, kind: str, tenant: str, key: str) -> Payload | None:
        """A document by itself, with what the list left out; None where it went since it was listed."""
        try:
            answer = self._ask(f"{kind}/{key}", tenant, [("unitdp", "4")])
        except NotThereError:
            return None
        for each in answer.each(kind):
            if _key(kind, each) == key:
                return each
        raise AnswerError(f"xero GET /{kind}/{key}", "It does not hold the document.")

    def _repeating(self, tenant: str) -> tuple[list[Payload], list[str]]:
        """The repeating invoices, all in one answer; and what to say where they cannot be read."""
        try:
            answer = self._ask("RepeatingInvoices", tenant, [("where", f'Type=="{INVOICE}"')])
        except SignInError:
            raise
        except RefusedError as error:
            return [], [f"Repeating invoices could not be read, so that what will be billed is not in here: {error}"]
        return list(answer.each("RepeatingInvoices")), []

    def _with_items(
        self, tenant: str, directory: Directory, payloads: Iterable[Payload]
    ) -> tuple[Directory, list[str]]:
        """The items too, where lines name any; and what to say where they cannot be read."""
        lines = (line for payload in payloads for line in payload.optional_each("LineItems"))
        if not any(line.optional_text("ItemCode") or line.has("Item") for line in lines):
            return directory, []
        try:
            items = read_items(self._ask("Items", tenant, [("unitdp", "4")]).each("Items"))
        except SignInError:
            raise
        except RefusedError as error:
            return directory, [f"Items could not be read, so lines bear the codes they were written with: {error}"]
        by_code = {item.code: item for item in items.values()}
        return replace(directory, items=items, items_by_code=by_code), []

    def _sweep(
        self, query: Query, tenant: str, start: Start, again: Sequence[Query] = (), *, names: tuple[str, ...] = ()
    ) -> tuple[dict[str, Payload], Count, KeptQuery | None]:
        kind, ask = query.kind, self._pages(query.kind, tenant, query.parameters)
        inquiry = XeroInquiry(
            kind=kind,
            size=PAGE_SIZE,
            ask=ask,
            ask_since=lambda since: self._pages(kind, tenant, query.whole, since),
            belongs=query.belongs,
            more=[self._pages(kind, tenant, each.parameters) for each in again if each.kind == kind],
        )
        kept = start.query(str(query), PAGE_SIZE, inquiry, path=f"xero {kind}", names=names)

        def watch() -> Callable[[], bool]:
            begun = self._http.now() - _JUST_BEFORE
            return lambda: self._is_unchanged(query, tenant, begun)

        return *sweep(kind, ask, size=PAGE_SIZE, at_once=PACE.at_once, kept=kept, watch=watch), kept

    def _is_unchanged(self, query: Query, tenant: str, since: datetime) -> bool:
        """Whether nothing of a kind was changed since a moment, wherever it lies by now.

        Xero stamps whatever comes in, changes its date or its status, and what is deleted stays under another status:
        so nothing moved from one page to another meanwhile.
        """
        try:
            changed = self._pages(query.kind, tenant, query.whole, since)(1, 1)
        except SignInError:
            raise
        except (AnswerError, RedirectError, RefusedError):
            return False  # it does not say
        return not changed.stated and not changed.items

    def _pages(
        self, kind: str, tenant: str, parameters: Sequence[tuple[str, str]], since: datetime | None = None
    ) -> Callable[[int, int], Page[Payload]]:
        """A way to ask for pages; of what was changed since a moment, where one is given."""

        def ask(number: int, size: int) -> Page[Payload]:
            paged = [*parameters, ("page", str(number)), ("pageSize", str(size))]
            answer = self._ask(kind, tenant, paged, since)
            paging = answer.nested("pagination")
            items = [(_key(kind, each), each) for each in answer.each(kind)]
            is_last = paging.optional_whole("page") == paging.optional_whole("pageCount") == number
            return Page(items, paging.whole("itemCount"), is_last)

        return ask

    def _ask(
        self, path: str, tenant: str, parameters: Sequence[tuple[str, str]], since: datetime | None = None
    ) -> Payload:
        moment = {} if since is None else {"If-Modified-Since": since.strftime("%Y-%m-%dT%H:%M:%S")}
        try:
            answer = self._http.get(
                f"/{path}",
                f"{self._api}/{path}",
                parameters=parameters,
                headers={"xero-tenant-id": tenant, **moment},
                credentials=self._credentials,
            )
        except NotAllowedError as error:
            raise missing_scope(path, error) from None
        found: Any = answer.json()
        payload = Payload(f"xero {path}", found)
        # What Xero warns of, such as an interface that is about to change, is for a person to read.
        for warning in payload.optional_each("Warnings"):
            self._warnings[f"Xero warns: {warning.optional_text('Message')}"] = None
        return payload


def _key(kind: str, payload: Payload) -> str:
    """The id of an object; messages name it by its number from here on."""
    if kind == "Contacts":
        return payload.text("ContactID")
    key = id_of(payload)
    payload.where = f"xero {kind} {number_of(payload) or key}"
    return key


def _all_of(kind: str, payloads: Sequence[Payload]) -> Count:
    """The count of what comes in one answer, whole or not at all."""
    return Count(kind=kind, stated=len(payloads), read=len(payloads))


def _read(payloads: Iterable[Payload], directory: Directory) -> tuple[list[ReadDocument], list[str]]:
    """The documents by issue date, then number, then id; and what nobody can vouch for."""
    payloads = list(payloads)
    numbers = {id_of(payload): number_of(payload) for payload in payloads}
    read: list[ReadDocument] = []
    doubts = []
    for payload in payloads:
        currency = payload.optional_text("CurrencyCode")
        if currency and not is_currency(currency):
            name = number_of(payload) or id_of(payload)
            doubts.append(f"{name}: its currency {currency} is none of ISO 4217, so it is not in here.")
        else:
            read.append(read_document(payload, directory, numbers))
    read.sort(key=lambda each: (each.document.issue_date, each.document.number, each.document.id))
    return read, doubts + [f"{called(each.document)}: {doubt}" for each in read for doubt in each.doubts]


def _templates(
    payloads: Iterable[Payload], directory: Directory, today: date
) -> tuple[tuple[Template, ...], list[str]]:
    """The templates by customer, then id; and those that cannot be read, which no check of invoices depends on."""
    found: list[Template] = []
    refused = []
    for payload in payloads:
        try:
            if is_of_sales(payload):
                found.append(read_template(payload, directory, today))
        except AnswerError as error:
            refused.append(f"A repeating invoice could not be read: {error.where}: {error.remark}")
    return tuple(sorted(found, key=lambda template: (template.customer, template.id))), refused
