"""Reads what QuickBooks Online holds of a window: what was sold and credited, with the customers it is of.

Comes in: a request, and exchanges that bear a sign-in. Goes out: normalised documents and what they are complete for.
Must not know how it is asked, or how tokens are kept.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from billcheck.connectors.base import Completeness, Count, Fetched
from billcheck.connectors.faults import ConnectorError, NotAllowedError, NotThereError
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.quickbooks.access import out_of_reach
from billcheck.connectors.quickbooks.changes import find_deletions
from billcheck.connectors.quickbooks.company import Currencies, Products, customer_names, wanted_customers
from billcheck.connectors.quickbooks.dialect import PACE
from billcheck.connectors.quickbooks.documents import KINDS, Books, read_document
from billcheck.connectors.quickbooks.queries import document_queries
from billcheck.connectors.quickbooks.questions import Questions, tried
from billcheck.connectors.quickbooks.remarks import credits_linked, remarks_on, told_of_deletions, told_of_templates
from billcheck.connectors.quickbooks.templates import ENTITY as TEMPLATES
from billcheck.connectors.quickbooks.templates import read_template
from billcheck.connectors.side_by_side import SideBySide
from billcheck.connectors.start import Start
from billcheck.connectors.sweep import add_counts
from billcheck.ledger.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billcheck.connectors.base import Request
    from billcheck.connectors.http import Credentials, Http
    from billcheck.connectors.payload import Payload
    from billcheck.connectors.quickbooks.changes import Deletions
    from billcheck.connectors.quickbooks.documents import ReadDocument
    from billcheck.connectors.quickbooks.queries import Query
    from billcheck.connectors.quickbooks.questions import Swept

API_ADDRESS = "https://quickbooks.api.intuit.com"
PAGE_SIZE = 999
"""One less than QuickBooks gives at once, for the object that a page repeats of the one before."""


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
        self._clock = clock

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
        with SideBySide(PACE.at_once) as together:
            questions = Questions(
                self._http, self._credentials, self._company_address, page_size=PAGE_SIZE, together=together
            )
            company = self._company(questions)
            start.open(self.name, self._realm_id, request, self._http.now(), address=self._company_address)
            return self._read(request, start, questions, together, company)

    def _company(self, questions: Questions) -> str:
        """The name of the company."""
        try:
            return questions.only("CompanyInfo").text("CompanyName")
        except (NotAllowedError, NotThereError) as error:
            raise out_of_reach(self._realm_id, self._company_address, error) from None

    def _read(
        self, request: Request, start: Start, questions: Questions, together: SideBySide, company: str
    ) -> Fetched:
        """Ask for everything at a time; where customers are named, for documents once it is known which those are."""
        asked_customers = together.begin(partial(questions.listed, "Customer", start))
        asked_items = together.begin(partial(questions.listed, "Item", start))
        asked_templates = together.begin(partial(tried, questions.templates))
        asked_deletions = together.begin(partial(self._find_deletions, questions))

        def documents(customers: Sequence[str]) -> list[tuple[Query, Callable[[], Swept]]]:
            again = partial(_queries_of_renamed, request, asked_customers)
            queries = document_queries(request, customers)
            return [(each, together.begin(partial(questions.swept, each, start, again))) for each in queries]

        asked_documents = [] if request.customers else documents(())
        customers, customer_count, _ = asked_customers()
        items, item_count, _ = asked_items()
        books = Books(
            names=customer_names(customers),
            products=Products(items),
            currencies=Currencies(lambda: questions.only("Preferences")),
        )
        wanted, missing = wanted_customers(request.customers, customers, books.names)
        counts = [customer_count, item_count]
        read: list[ReadDocument] = []
        for query, asked in asked_documents or documents(wanted):
            found, count, _ = asked()
            read += [read_document(query.entity, payload, books) for payload in found.values()]
            counts.append(count)
        read.sort(key=lambda each: (each.document.issue_date, each.document.number, each.document.id))
        doubts = [f"QuickBooks has no customer '{name}': check the name, or its id." for name in missing]
        doubts += [f"{each.document.number or each.document.id}: {doubt}" for each in read for doubt in each.doubts]
        gone = {key for key, payload in customers.items() if not payload.is_set("Active")}
        templates, template_counts, template_remarks = self._templates(
            asked_templates(), books, wanted if request.customers else None
        )
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
                blind_spots=(*told_of_deletions(asked_deletions()), *remarks_on(read, gone), *template_remarks),
            ),
            templates,
        )

    def _find_deletions(self, questions: Questions) -> Deletions | ConnectorError:
        """The documents that are no longer there; they change nothing about those that are."""
        now = self._clock.now()
        return tried(lambda: find_deletions(now, tuple(KINDS), questions.changes, questions.find))

    def _templates(
        self, found: tuple[list[Payload], int | None] | ConnectorError, books: Books, wanted: Sequence[str] | None
    ) -> tuple[tuple[Template, ...], list[Count], list[str]]:
        """The templates of the customers wanted, or of all; how many objects that took, and what could not be read.

        No check of documents depends on them, and not every plan of QuickBooks has them: so none of this makes a fetch
        incomplete.
        """
        if isinstance(found, ConnectorError):
            return (), [], told_of_templates([found])
        rows, stated = found
        today = self._clock.now().date()
        read = [tried(partial(read_template, row, books, today)) for row in rows]
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


def _queries_of_renamed(request: Request, asked_customers: Callable[[], Swept]) -> list[Query]:
    """The documents of customers that are called otherwise by now: what is held of them bears the old name."""
    customers, _, kept = asked_customers()
    renamed = sorted(kept.renamed(customers)) if kept is not None else []
    return list(document_queries(replace(request, customers=("renamed",)), renamed))
