"""A connector that does everything right, over a shelf of documents in memory; and the truth of that shelf."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.faults import ServerFaultError
from billcheck.ledger.template import Template, TemplateLine
from billcheck.testing import TrueDocument, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SECRET = "open-sesame"  # noqa: S105 - what nobody may see
FAULT, LOSS = "BILLCHECK_SHELF_FAULT", "BILLCHECK_SHELF_LOSS"


def made(key: str, day: date, customer: str, *amounts: str, kind: str = "invoice") -> FetchedDocument:
    lines = tuple(FetchedLine(amount=Decimal(each), description=f"Line {at}") for at, each in enumerate(amounts))
    return FetchedDocument(
        id=key,
        number=f"F-{key}",
        kind=kind,
        status="approved",
        issue_date=day,
        customer=customer,
        customer_id=f"id-{customer.lower()}",
        currency="EUR",
        excl_tax=sum((line.amount for line in lines), start=Decimal(0)),
        lines=lines,
        digest="0" * 64,
    )


SHELF = (
    made("before", date(2025, 12, 31), "Acme", "1.00"),
    made("first", date(2026, 1, 1), "Acme", "100.00", "50.00"),
    made("middle-a", date(2026, 1, 15), "Acme", "10.00"),
    made("middle-b", date(2026, 1, 15), "Birch", "20.00", "-5.00"),
    made("credit", date(2026, 1, 20), "Birch", "-7.00", kind="credit_note"),
    made("last", date(2026, 1, 31), "Birch", "30.00"),
    made("after", date(2026, 2, 1), "Birch", "40.00"),
)
TEMPLATES = tuple(
    Template(
        id=key,
        status="active",
        makes="approved",
        customer="Acme",
        customer_id="id-acme",
        currency="EUR",
        every="month",
        excl_tax=Decimal("100.00"),
        lines=(TemplateLine(amount=Decimal("60.00")), TemplateLine(amount=Decimal("40.00"))),
        digest="1" * 64,
    )
    for key in ("t-1", "t-2")
)
TRUTH = Truth(
    first_day=date(2026, 1, 1),
    last_day=date(2026, 1, 31),
    documents=tuple(
        TrueDocument(
            id=each.id,
            number=each.number,
            kind="credit_note" if each.kind == "credit_note" else "invoice",
            issue_date=each.issue_date,
            customer=each.customer,
            customer_id=each.customer_id,
            excl_tax=each.excl_tax,
        )
        for each in SHELF
    ),
    templates=frozenset({"t-1", "t-2"}),
)


class Shelf:
    """The connector; its parts are methods, so that each can be got wrong."""

    name = "shelf"

    def __init__(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self.environment = environment
        self.tell = tell

    def fetch(self, request: Request) -> Fetched:
        self.tell("Waits.")
        self.fail(self.environment.get(FAULT, ""))
        documents = tuple(self.ordered([each for each in self.shelf() if self.is_wanted(each, request)]))
        asked = {*request.customers}
        templates = (each for each in self.templates() if not asked or asked & {each.customer, each.customer_id})
        return Fetched(documents, self.record(request, documents), tuple(templates))

    def fail(self, fault: str) -> None:
        if fault:
            raise ServerFaultError("shelf", f"It fell over: {fault}.")

    def shelf(self) -> list[FetchedDocument]:
        return list(SHELF)

    def templates(self) -> tuple[Template, ...]:
        return TEMPLATES

    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        is_theirs = not request.customers or {document.customer, document.customer_id} & {*request.customers}
        return request.first_day <= document.issue_date <= request.last_day and bool(is_theirs)

    def ordered(self, documents: list[FetchedDocument]) -> list[FetchedDocument]:
        return sorted(documents, key=lambda each: (each.issue_date, each.number, each.id))

    def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
        known = {name for each in SHELF for name in (each.customer, each.customer_id)}
        return Completeness(
            connector=self.name,
            organisation="The shelf",
            organisation_id="s-1",
            request=request,
            read_at=datetime.now(UTC),
            counts=(Count(kind="documents", stated=len(documents) + self.lost(), read=len(documents)),),
            shortcomings=tuple(f"There is no {name}." for name in request.customers if name not in known),
        )

    def lost(self) -> int:
        return int(self.environment.get(LOSS, 0))


@contextmanager
def connect(environment: Mapping[str, str], *, tell: Callable[[str], None]) -> Iterator[Shelf]:
    yield Shelf(environment, tell)
