"""A connector without a server: it gives what a test tells it to, and notes what was asked of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine
from billcheck.connectors.faults import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from billcheck.connectors.base import Request
    from billcheck.ledger.template import Template

MONTHS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def document(number: int, day: date, amount: str, text: str = "Retainer") -> FetchedDocument:
    return FetchedDocument(
        id=f"d-{number:05}",
        number=f"F-{number}",
        kind="invoice",
        status="approved",
        issue_date=day,
        customer="Hartwell Interieur",
        currency="EUR",
        excl_tax=Decimal(amount),
        lines=(FetchedLine(amount=Decimal(amount), description=text),),
        digest="0" * 64,
    )


@dataclass
class Counting:
    """Three months billed as agreed, unless it is told otherwise."""

    name: str = "counting"
    documents: tuple[FetchedDocument, ...] = tuple(document(at, day, "100.00") for at, day in enumerate(MONTHS))
    templates: tuple[Template, ...] = ()
    shortcomings: tuple[str, ...] = ()
    fails: bool = False
    asked: list[Request] = field(default_factory=list)
    given: list[Fetched] = field(default_factory=list)
    environment: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def connect(self, environment: Mapping[str, str], *, tell: Callable[[str], None]) -> Iterator[Counting]:
        self.environment = environment
        tell("Waits for a second.")
        yield self

    def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        if self.fails:
            raise IncompleteError("counting", "Somebody pulled the plug.")
        completeness = Completeness(
            connector=self.name,
            organisation="Duinweg Webbeheer",
            organisation_id="o-1",
            request=request,
            read_at=datetime(2026, 4, 20, 9, 30, tzinfo=UTC),
            counts=(Count(kind="invoices", stated=len(self.documents), read=len(self.documents)),),
            shortcomings=self.shortcomings,
        )
        self.given.append(Fetched(self.documents, completeness, self.templates))
        return self.given[-1]


@dataclass
class Entry:
    """An entry point without a distribution."""

    connector: Counting
    dist: None = None

    @property
    def name(self) -> str:
        return self.connector.name

    def load(self) -> Any:
        return self.connector.connect
