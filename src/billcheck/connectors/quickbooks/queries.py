"""What QuickBooks Online is asked for in pages: lists of names, and the documents of a window.

Comes in: a request, and the customers it is for. Goes out: conditions of statements, and which objects they ask for.
Must not know how they are asked, or what is kept of the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.connectors.quickbooks.documents import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from billcheck.connectors.base import Request
    from billcheck.connectors.payload import Payload

CHUNK = 100
"""Ids named in one query: addresses have a length."""
_ALSO_INACTIVE = "Active IN (true, false)"


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for in pages; `whole` are the conditions for all of the entity, and `belongs` says which of that."""

    entity: str
    conditions: str
    whole: str = ""
    belongs: Callable[[Payload], bool] = lambda _: True

    def __str__(self) -> str:
        return f"{self.entity} {self.conditions}"

    def changed_since(self, moment: str) -> Query:
        """All of the entity that was changed since a moment."""
        return Query(self.entity, f"WHERE {self.whole}MetaData.LastUpdatedTime >= '{moment}'")


def list_query(entity: str) -> Query:
    """All of a list of names, also what is no longer in use."""
    return Query(entity, f"WHERE {_ALSO_INACTIVE}", f"{_ALSO_INACTIVE} AND ")


def document_queries(request: Request, customers: Sequence[str]) -> Iterator[Query]:
    """The documents of the window, of so many customers at a time where some were asked for."""
    first, last = request.first_day.isoformat(), request.last_day.isoformat()
    window = f"WHERE TxnDate >= '{first}' AND TxnDate <= '{last}'"
    for entity in KINDS:
        if not request.customers:
            yield Query(entity, window, belongs=_belonging(first, last, None))
            continue
        for ids, members in chunks(customers):
            conditions = f"{window} AND CustomerRef IN ({members})"
            yield Query(entity, conditions, belongs=_belonging(first, last, frozenset(ids)))


def _belonging(first: str, last: str, customers: frozenset[str] | None) -> Callable[[Payload], bool]:
    def belongs(payload: Payload) -> bool:
        customer = payload.nested("CustomerRef").text("value") if payload.has("CustomerRef") else ""
        return first <= payload.text("TxnDate") <= last and (customers is None or customer in customers)

    return belongs


def chunks(ids: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """So many ids at a time, and as members of a list that is short enough for an address."""
    for at in range(0, len(ids), CHUNK):
        some = ids[at : at + CHUNK]
        yield some, ", ".join(map(_quoted, some))


def _quoted(text: str) -> str:
    """A text of a statement."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
