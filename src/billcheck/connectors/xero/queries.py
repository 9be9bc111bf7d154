"""What Xero is asked for in pages: all contacts, and the documents of a window.

Comes in: a request, and the contacts it is for. Goes out: the parameters of queries, and which objects they ask for.
Must not know how they are asked, or what is kept of the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from billcheck.connectors.xero.days import read_day
from billcheck.connectors.xero.documents import CREDIT_NOTE, INVOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from billcheck.connectors.base import Request
    from billcheck.connectors.payload import Payload

_CHUNK = 20
"""Contacts named in one query: each takes 80 characters, and Xero answers 404 beyond 2,048 in all."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for in pages; `whole` asks for all of the kind, and `belongs` says which of that are asked for."""

    kind: str
    parameters: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...]
    belongs: Callable[[Payload], bool]

    def __str__(self) -> str:
        return f"{self.kind} {self.parameters}"


_CONTACTS = (("includeArchived", "true"), ("order", "ContactID"))
ALL_CONTACTS = Query("Contacts", _CONTACTS, _CONTACTS, lambda _: True)


def document_queries(request: Request, contacts: Sequence[str], zone: ZoneInfo | None) -> Iterator[Query]:
    """The documents of the window, of so many contacts at a time where some were asked for.

    Args:
        request: What is wanted.
        contacts: The ids of the contacts that are.
        zone: The time zone of the organisation, by which days without an offset are read.
    """
    for kind, word, key in (("Invoices", INVOICE, "InvoiceID"), ("CreditNotes", CREDIT_NOTE, "CreditNoteID")):
        of_kind, end = f'Type=="{word}"', request.last_day + timedelta(days=1)
        window = f"{of_kind} AND Date>={_day(request.first_day)} AND Date<{_day(end)}"
        archived = (("includeArchived", "true"),) if kind == "Invoices" else ()
        how = (("order", key), ("unitdp", "4"), *archived)
        chunks = [contacts[at : at + _CHUNK] for at in range(0, len(contacts), _CHUNK)] if request.customers else [None]
        for chunk in chunks:
            where = window if chunk is None else f"{window} AND ({' OR '.join(map(_of_contact, chunk))})"
            belongs = _belonging(request.first_day, end, chunk, zone)
            yield Query(kind, (("where", where), *how), (("where", of_kind), *how), belongs)


def _belonging(
    first_day: date, end: date, contacts: Sequence[str] | None, zone: ZoneInfo | None
) -> Callable[[Payload], bool]:
    def belongs(payload: Payload) -> bool:
        day = read_day(payload, "Date", zone)
        is_dated = day is not None and first_day <= day < end
        return is_dated and (contacts is None or payload.nested("Contact").text("ContactID") in contacts)

    return belongs


def _of_contact(key: str) -> str:
    return f'Contact.ContactID==Guid("{key}")'


def _day(day: date) -> str:
    return f"DateTime({day.year},{day.month:02},{day.day:02})"
