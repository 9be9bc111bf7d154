"""The server that stands in for Xero in these tests does what Xero documents, also where that is awkward."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.servers.raw import Asked
from tests.servers.xero import LONGEST_QUERY, SIGNED_IN, TENANT, XeroServer, contact, credit_note, invoice, repeating

HARTWELL = contact(1, "Hartwell")
YEAR = "Date>=DateTime(2026,01,01) AND Date<DateTime(2027,01,01)"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def ask(server: XeroServer, path: str, since: str = "", **query: str) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": SIGNED_IN, "xero-tenant-id": TENANT, **({"if-modified-since": since} if since else {})}
    target = f"/api.xro/2.0/{path}" + (f"?{urlencode(query)}" if query else "")
    (raw,) = server(Asked(1, "GET", target, headers, b"", 0.0)).pieces
    head, body = raw.split(b"\r\n\r\n", 1)
    told = json.loads(body) if body.startswith(b"{") else {}
    return int(head.split()[1]), told


def listed(server: XeroServer, since: str = "", kind: str = "Invoices") -> list[str]:
    word, key = ("ACCREC", "InvoiceID") if kind == "Invoices" else ("ACCRECCREDIT", "CreditNoteID")
    _, told = ask(
        server, kind, since, where=f'Type=="{word}" AND {YEAR}', order=key, unitdp="4", page="1", pageSize="100"
    )
    assert told["pagination"]["itemCount"] == len(told[kind])
    return sorted(each[f"{key[:-2]}Number"] for each in told[kind])


@pytest.fixture
def server() -> XeroServer:
    documents = [invoice(number, HARTWELL, date(2026, 3, number), "10.00") for number in (1, 2, 3)]
    documents += [credit_note(4, HARTWELL, date(2026, 3, 4), "1.00")]
    made = XeroServer(documents, [HARTWELL])
    for number, document in enumerate(documents):
        made.change(document, NOON - timedelta(days=number + 1))
    return made


def test_what_changed_since_a_moment_is_told_to_the_second(server: XeroServer) -> None:
    server.change(server.documents[0], NOON.replace(microsecond=900_000))
    assert listed(server, "2026-06-15T11:59:59") == ["INV-0001"]
    assert listed(server, "2026-06-15T12:00:00") == []  # within the second: a reader has to look back further
    assert listed(server) == ["INV-0001", "INV-0002", "INV-0003"]


def test_a_moment_is_one_of_utc_whatever_the_clock_of_who_changed_it(server: XeroServer) -> None:
    there = datetime.fromisoformat("2026-06-15T14:00:00+02:00")
    server.change(server.documents[1], there)
    assert server.documents[1]["UpdatedDateUTCString"] == "2026-06-15T12:00:00Z"
    assert listed(server, "2026-06-15T11:59:59") == ["INV-0002"]
    assert listed(server, "2026-06-15T12:30:00") == []


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_what_was_voided_or_deleted_is_there_as_changed(server: XeroServer, status: str) -> None:
    server.change(server.documents[2], NOON, Status=status)
    server.change(server.documents[3], NOON, Status=status)
    assert listed(server, "2026-06-15T11:00:00") == ["INV-0003"]
    assert listed(server, "2026-06-15T11:00:00", "CreditNotes") == ["CN-0004"]


def test_contacts_tell_it_too_and_repeating_invoices_never(server: XeroServer) -> None:
    server.repeating = [repeating(9, HARTWELL, "1.00", first=date(2026, 7, 1))]
    server.change(server.contacts[0], NOON, Name="Hartwell BV")
    query = {"includeArchived": "true", "order": "ContactID", "page": "1", "pageSize": "100"}
    for since, names in (("2026-06-15T11:00:00", ["Hartwell BV"]), ("2026-06-15T13:00:00", [])):
        assert [each["Name"] for each in ask(server, "Contacts", since, **query)[1]["Contacts"]] == names
    told = ask(server, "RepeatingInvoices", "2030-01-01T00:00:00", where='Type=="ACCREC"')[1]
    assert len(told["RepeatingInvoices"]) == 1
    assert "pagination" not in told


@pytest.mark.parametrize("since", ["Mon, 15 Jun 2026 12:00:00 GMT", "2026-06-15", "2026-06-15T12:00:00Z"])
def test_a_moment_in_another_form_is_refused(server: XeroServer, since: str) -> None:
    query = {"where": f'Type=="ACCREC" AND {YEAR}', "order": "InvoiceID", "unitdp": "4", "page": "1", "pageSize": "9"}
    assert ask(server, "Invoices", since, **query)[0] == 400


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("Invoices", {"where": "Total>10"}, 400),
        ("RepeatingInvoices", {"page": "1"}, 400),
        ("Invoices/none", {}, 404),
        ("Invoices", {"where": "x" * LONGEST_QUERY}, 404),
    ],
)
def test_what_it_does_not_understand_is_no_answer(
    server: XeroServer, path: str, query: dict[str, str], status: int
) -> None:
    assert ask(server, path, **query)[0] == status
