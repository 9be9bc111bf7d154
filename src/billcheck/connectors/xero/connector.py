"""Reads what Xero holds of a window: sales invoices and credit notes, with the contacts they are of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents and what they are complete for.
Only reads. Must not know how tokens are kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from billcheck.connectors.base import Completeness, Fetched
from billcheck.connectors.faults import AnswerError, NotAllowedError
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.payload import Payload
from billcheck.connectors.sweep import Page, add_counts, sweep
from billcheck.connectors.xero.dialect import PACE
from billcheck.connectors.xero.documents import CREDIT_NOTE, INVOICE, id_of, lacks_lines, read_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from billcheck.connectors.base import Count, FetchedDocument, Request
    from billcheck.connectors.http import Credentials, Http

API_ADDRESS = "https://api.xero.com/api.xro/2.0"
CONNECTIONS_ADDRESS = "https://api.xero.com/connections"
PAGE_SIZE = 1000
_CHUNK = 40
"""Contacts named in one query: an id has 36 characters, and addresses have a length."""

_NOT_INVOICED = (
    "Xero lists no money received without an invoice, no quotes and no billable expenses among its invoices: what was "
    "billed that way is not in here."
)


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

    def fetch(self, request: Request) -> Fetched:
        """The sales invoices and credit notes of a window.

        Raises:
            ConnectorError: Something could not be read.
        """
        tenant = self._tenant_id or self._only_tenant()
        organisation = self._organisation(tenant)
        contacts, contact_count = self._sweep("Contacts", tenant, [("includeArchived", "true"), ("order", "ContactID")])
        names = _merged_names(contacts)
        wanted, missing = _wanted(request.customers, names)
        counts = [contact_count]
        documents: list[FetchedDocument] = []
        for kind, word in (("Invoices", INVOICE), ("CreditNotes", CREDIT_NOTE)):
            for where in _conditions(word, request, wanted):
                found, count = self._documents(kind, tenant, where, names)
                documents += found
                counts.append(count)
        documents.sort(key=lambda document: (document.issue_date, document.number, document.id))
        doubts = [f"Xero has no contact {name}: check the name, or its id." for name in missing]
        doubts += [f"{document.number or document.id}: {note}" for document in documents for note in document.notes]
        return Fetched(
            tuple(documents),
            Completeness(
                connector=self.name,
                organisation=organisation,
                organisation_id=tenant,
                request=request,
                read_at=self._clock.now(),
                counts=add_counts(counts),
                shortcomings=tuple(doubts),
                blind_spots=(_NOT_INVOICED,),
            ),
        )

    def _only_tenant(self) -> str:
        answer = self._http.get("/connections", self._connections, credentials=self._credentials).json()
        if not isinstance(answer, list):
            raise AnswerError("xero GET /connections", "It is no list of organisations.")
        found = [Payload("xero connection", each) for each in answer]
        tenants = {each.text("tenantId"): each.optional_text("tenantName") for each in found}
        if len(tenants) != 1:
            listed = ", ".join(f"{name} ({tenant})" for tenant, name in sorted(tenants.items())) or "none"
            remark = f"Signed in to {len(tenants)} organisations: {listed}."
            raise NotAllowedError("xero", remark, remedy="Name one with BILLCHECK_XERO_TENANT_ID.")
        return next(iter(tenants))

    def _organisation(self, tenant: str) -> str:
        for each in self._ask("Organisation", tenant, []).each("Organisations"):
            return each.text("Name")
        raise AnswerError("xero GET /Organisation", "It names no organisation.")

    def _documents(
        self, kind: str, tenant: str, where: str, names: Mapping[str, tuple[str, str]]
    ) -> tuple[list[FetchedDocument], Count]:
        one = "InvoiceID" if kind == "Invoices" else "CreditNoteID"
        found, count = self._sweep(kind, tenant, [("where", where), ("order", one), ("unitdp", "4")])
        documents = []
        for key, payload in found.items():
            whole = payload if not lacks_lines(payload) else self._single(kind, tenant, key)
            documents.append(read_document(whole, names))
        return documents, count

    def _single(self, kind: str, tenant: str, key: str) -> Payload:
        """A document by itself, with the lines that the list left out."""
        for each in self._ask(f"{kind}/{key}", tenant, [("unitdp", "4")]).each(kind):
            return each
        raise AnswerError(f"xero GET /{kind}/{key}", "It holds no document.")

    def _sweep(self, kind: str, tenant: str, parameters: Sequence[tuple[str, str]]) -> tuple[dict[str, Payload], Count]:
        def ask(number: int, size: int) -> Page[Payload]:
            paged = [*parameters, ("page", str(number)), ("pageSize", str(size))]
            answer = self._ask(kind, tenant, paged)
            stated = answer.nested("pagination").whole("itemCount")
            items = [(_key(kind, each), each) for each in answer.each(kind)]
            return Page(items, stated)

        return sweep(kind, ask, size=PAGE_SIZE, at_once=PACE.at_once)

    def _ask(self, path: str, tenant: str, parameters: Sequence[tuple[str, str]]) -> Payload:
        answer = self._http.get(
            f"/{path}",
            f"{self._api}/{path}",
            parameters=parameters,
            headers={"xero-tenant-id": tenant},
            credentials=self._credentials,
        )
        found: Any = answer.json()
        return Payload(f"xero {path}", found)


def _key(kind: str, payload: Payload) -> str:
    return payload.text("ContactID") if kind == "Contacts" else id_of(payload)


def _merged_names(contacts: Mapping[str, Payload]) -> dict[str, tuple[str, str]]:
    """Every contact's id and name, those of the contact it was merged into where it was, however often."""
    names = {}
    for key in contacts:
        last, seen = key, {key}
        while (into := contacts[last].optional_text("MergedToContactID")) in contacts and into not in seen:
            last = into
            seen.add(into)
        names[key] = (last, contacts[last].text("Name"))
    return names


def _wanted(customers: Sequence[str], names: Mapping[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The ids of the contacts asked for by id or name, those merged into them too; and what was asked for in vain."""
    wanted, missing = set[str](), []
    for customer in customers:
        folded = " ".join(customer.casefold().split())
        found = {
            key
            for key, (into, name) in names.items()
            if customer in {key, into} or " ".join(name.casefold().split()) == folded
        }
        wanted |= found
        if not found:
            missing.append(customer)
    return sorted(wanted), missing


def _conditions(word: str, request: Request, contacts: Sequence[str]) -> list[str]:
    """What to ask for: the window, and so many contacts at a time where some were asked for."""
    window = f'Type=="{word}" AND Date>={_day(request.first_day)} AND Date<{_day(request.last_day + timedelta(days=1))}'
    if not request.customers:
        return [window]
    chunks = [contacts[at : at + _CHUNK] for at in range(0, len(contacts), _CHUNK)]
    return [f"{window} AND ({' OR '.join(map(_of_contact, chunk))})" for chunk in chunks]


def _of_contact(key: str) -> str:
    return f'Contact.ContactID==Guid("{key}")'


def _day(day: date) -> str:
    return f"DateTime({day.year},{day.month:02},{day.day:02})"
