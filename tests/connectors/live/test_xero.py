from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest

from billcheck.connectors.base import Fetched, FetchedDocument, Request
from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    NotAllowedError,
    RefusedError,
    WaitError,
)
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pace, Patience
from billcheck.connectors.payload import Payload
from billcheck.connectors.tokens import Secret
from billcheck.connectors.xero import connector as rooms
from billcheck.connectors.xero.connector import XeroConnector
from billcheck.connectors.xero.days import read_day
from billcheck.connectors.xero.dialect import XeroDialect
from tests.connectors.live.connections import QUICK
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.xero import XeroServer, contact, credit_note, identifier, invoice, many, moment

YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
HARTWELL = contact(1, "Hartwell Interieur")
MARCH = date(2026, 3, 31)
QUIET = replace(QUICK, max_bytes=10_000_000)


def fetch(ledger: XeroServer, request: Request = YEAR, patience: Patience = QUIET, **options: Any) -> Fetched:
    with (
        RawServer(ledger) as server,
        Http("xero", XeroDialect(), pace=Pace(per_minute=10_000, at_once=4), patience=patience) as http,
    ):
        return XeroConnector(
            http,
            GivenToken("xero", Secret("access-0")),
            api_address=f"{server.address}/api.xro/2.0",
            connections_address=f"{server.address}/connections",
            **options,
        ).fetch(request)


def only(document: dict[str, Any], *, contacts: tuple[dict[str, Any], ...] = (HARTWELL,)) -> FetchedDocument:
    fetched = fetch(XeroServer([document], list(contacts)))
    assert fetched.completeness.is_complete
    (found,) = fetched.documents
    return found


def test_an_invoice() -> None:
    found = only(invoice(1, HARTWELL, MARCH, "1200.00", "50.10", Reference="C-117", RepeatingInvoiceID=identifier(9)))
    assert (found.number, found.kind, found.status, found.issue_date) == ("INV-0001", "invoice", "approved", MARCH)
    assert (found.customer, found.customer_id) == ("Hartwell Interieur", identifier(1))
    assert found.due_date == date(2026, 4, 30)
    assert (found.excl_tax, found.total, found.reference) == (Decimal("1250.1"), Decimal("1512.62"), "C-117")
    assert [(line.amount, line.tax, line.template) for line in found.lines] == [
        (Decimal("1200.0"), Decimal("252.0"), identifier(9)),
        (Decimal("50.1"), Decimal("10.52"), identifier(9)),
    ]


def test_amounts_that_include_tax_are_brought_to_those_that_do_not() -> None:
    found = only(invoice(1, HARTWELL, MARCH, "1452.00", is_inclusive=True))
    assert [line.amount for line in found.lines] == [Decimal("1200.0")]


def test_a_credit_note_lowers_what_was_billed() -> None:
    allocation = {"Amount": 50, "Invoice": {"InvoiceID": identifier(1), "InvoiceNumber": "INV-0001"}}
    gone = {"Amount": 50, "IsDeleted": True, "Invoice": {"InvoiceID": identifier(2), "InvoiceNumber": "INV-0002"}}
    found = only(credit_note(5, HARTWELL, MARCH, "50.00", Allocations=[allocation, gone]))
    assert (found.number, found.kind, found.excl_tax) == ("CN-0005", "credit_note", Decimal("-50.0"))
    assert [line.amount for line in found.lines] == [Decimal("-50.0")]
    assert found.credits_document == "INV-0001"


@pytest.mark.parametrize(
    ("status", "counts_as"),
    [("AUTHORISED", "approved"), ("PAID", "approved"), ("DRAFT", "draft"), ("SUBMITTED", "draft"), ("VOIDED", "void")],
)
def test_what_a_status_counts_as(status: str, counts_as: str) -> None:
    assert only(invoice(1, HARTWELL, MARCH, "10.00", Status=status)).status == counts_as


def test_a_void_document_without_lines_bills_nothing() -> None:
    made = invoice(1, HARTWELL, MARCH, "40.00", Status="VOIDED")
    assert only({**made, "LineItems": []}).excl_tax == 0


def test_a_status_that_nobody_knows_makes_the_fetch_doubtful() -> None:
    fetched = fetch(XeroServer([invoice(1, HARTWELL, MARCH, "10.00", Status="ARCHIVED")], [HARTWELL]))
    assert not fetched.completeness.is_complete
    assert fetched.documents[0].status == "draft"
    assert fetched.completeness.shortcomings == (
        "INV-0001: Its status ARCHIVED is not known, so it does not count as billed.",
    )


def test_lines_that_a_list_leaves_out_are_asked_for_one_by_one() -> None:
    ledger = XeroServer(
        [invoice(1, HARTWELL, MARCH, "10.00")], [HARTWELL], leaves_lines_out_of=frozenset({identifier(1)})
    )
    assert fetch(ledger).documents[0].excl_tax == 10


def test_lines_that_nobody_gives_are_never_read_as_nothing_billed() -> None:
    made = {**invoice(1, HARTWELL, MARCH, "10.00"), "LineItems": []}
    with pytest.raises(AnswerError, match=r"add up to 0, and it says 10"):
        fetch(XeroServer([made], [HARTWELL]))


def test_a_customer_that_was_merged_bears_the_name_it_was_merged_into() -> None:
    old = contact(2, "Hartwell Old", MergedToContactID=identifier(3), ContactStatus="ARCHIVED")
    older = contact(4, "Hartwell Older", MergedToContactID=identifier(2), ContactStatus="ARCHIVED")
    new = contact(3, "Hartwell New")
    found = only(invoice(1, older, MARCH, "10.00"), contacts=(old, older, new))
    assert (found.customer, found.customer_id) == ("Hartwell New", identifier(3))


@pytest.mark.parametrize("name", ["Hartwell New", "hartwell  new", identifier(3), "Hartwell Old", identifier(2)])
def test_some_customers_only_with_those_merged_into_them(name: str) -> None:
    old, new = contact(2, "Hartwell Old", MergedToContactID=identifier(3)), contact(3, "Hartwell New")
    other = contact(5, "Other")
    ledger = XeroServer([invoice(n, of, MARCH, "1.00") for n, of in enumerate((old, new, other), 1)], [old, new, other])
    fetched = fetch(ledger, replace(YEAR, customers=(name,)))
    assert [document.number for document in fetched.documents] == ["INV-0001", "INV-0002"]


def test_a_customer_that_xero_does_not_know_is_a_shortcoming() -> None:
    fetched = fetch(XeroServer([invoice(1, HARTWELL, MARCH, "1.00")], [HARTWELL]), replace(YEAR, customers=("Nobody",)))
    assert fetched.documents == ()
    assert fetched.completeness.shortcomings == ("Xero has no contact 'Nobody': check the name, or its id.",)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"DateString": "2014-12-31T00:00:00", "Date": "/Date(1419937200000+1300)/"}, date(2014, 12, 31)),
        ({"Date": "/Date(1419937200000+1300)/"}, date(2014, 12, 31)),
        ({"Date": "/Date(1419937200000)/"}, date(2014, 12, 30)),
        ({"Date": "/Date(-86400000+0000)/"}, date(1969, 12, 31)),
    ],
)
def test_days_have_the_offset_that_stands_beside_them(dates: dict[str, str], day: date) -> None:
    assert read_day(Payload("x", dates), "Date") == day
    assert read_day(Payload("x", {"Date": "/Date(0+0000)/"}), "Date") is None
    with pytest.raises(AnswerError, match="in place of a day"):
        read_day(Payload("x", {"Date": "31/12/2014"}), "Date")


BROKEN: dict[str, dict[str, Any]] = {
    "no total": {"SubTotal": None},
    "a total as text": {"SubTotal": "10.00"},
    "a flag for a total": {"SubTotal": True},
    "a total that is none": {"SubTotal": 10**16},
    "a total its lines do not make": {"SubTotal": 11},
    "no status": {"Status": None},
    "no id": {"InvoiceID": None},
    "no contact": {"Contact": None},
    "lines that are no list": {"LineItems": {"a": 1}},
    "a line that is no object": {"LineItems": [5]},
    "a line without an amount": {"LineItems": [{"Quantity": 1, "UnitAmount": 10}]},
    "an amount of the line as text": {"LineItems": [{"LineAmount": "ten"}]},
    "no day": {"DateString": "soon"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_is_not_as_promised_is_named_and_nothing_is_taken(name: str) -> None:
    made = {**invoice(1, HARTWELL, MARCH, "10.00"), **BROKEN[name]}

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        if "/Invoices" in asked.target:
            return answer({"pagination": {"itemCount": 1}, "Invoices": [made]})
        return None

    with pytest.raises(AnswerError, match=r"^xero "):
        fetch(XeroServer([], [HARTWELL], before=script))


def key(fetched: Fetched) -> list[tuple[object, ...]]:
    return sorted((each.id, each.status, each.excl_tax, each.issue_date) for each in fetched.documents)


def truth(ledger: XeroServer) -> list[tuple[object, ...]]:
    counts_as = {"AUTHORISED": "approved", "PAID": "approved", "DRAFT": "draft", "SUBMITTED": "draft", "VOIDED": "void"}
    return sorted(
        (
            each.get("InvoiceID") or each["CreditNoteID"],
            counts_as[each["Status"]],
            Decimal(str(each["SubTotal"])) * (-1 if "CreditNoteID" in each else 1),
            date.fromisoformat(each["DateString"][:10]),
        )
        for each in ledger.documents
    )


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", 25)


@pytest.mark.usefixtures("_small_pages")
def test_hundreds_of_documents_on_many_pages_are_all_there_once() -> None:
    ledger = many(430)
    fetched = fetch(ledger)
    assert key(fetched) == truth(ledger)
    assert fetched.completeness.is_complete
    assert sum(count.read for count in fetched.completeness.counts) == 430 + len(ledger.contacts)
    days = [document.issue_date for document in fetched.documents]
    assert days == sorted(days)


@pytest.mark.usefixtures("_small_pages")
def test_what_is_inserted_or_changed_while_pages_are_read_is_in_the_end_result() -> None:
    ledger = many(130)

    def script(server: XeroServer, asked: Asked) -> Reply | None:
        if asked.number in {6, 9}:
            server.documents.append(invoice(asked.number, HARTWELL, MARCH, "77.00"))
        return None

    ledger.before = script
    fetched = fetch(ledger)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(ledger)


@pytest.mark.usefixtures("_small_pages")
@pytest.mark.parametrize("number", [6, 7, 8])
def test_one_that_goes_and_one_that_comes_between_two_pages_leave_no_hole(number: int) -> None:
    ledger = many(130)

    def script(server: XeroServer, asked: Asked) -> Reply | None:
        if asked.number == number:
            # The counts stay what they were: one leaves the window, another enters it.
            first, *_, last = sorted(
                (each for each in server.documents if "InvoiceID" in each), key=itemgetter("InvoiceID")
            )
            stamped = {"UpdatedDateUTC": moment(datetime.now(UTC))}
            server.documents.remove(first)
            server.documents.append({**first, "DateString": "2027-01-01T00:00:00", **stamped})
            entering = {"InvoiceID": f"ffffffff{last['InvoiceID'][8:]}", "InvoiceNumber": "INV-X"}
            server.documents.append({**last, **entering, **stamped})
        return None

    ledger.before = script
    fetched = fetch(ledger)
    assert fetched.completeness.is_complete
    assert key(fetched) == [each for each in truth(ledger) if str(each[-1]) < "2027"]


@pytest.mark.usefixtures("_small_pages")
def test_a_ledger_that_never_rests_is_said_to_be_read_in_part() -> None:
    ledger = many(60)

    def script(server: XeroServer, asked: Asked) -> Reply | None:
        if "/Invoices" in asked.target:
            server.documents.append(invoice(asked.number, HARTWELL, MARCH, "77.00"))
        return None

    ledger.before = script
    assert not fetch(ledger).completeness.is_complete


@pytest.mark.usefixtures("_small_pages")
def test_a_page_that_comes_again_and_again_is_no_whole() -> None:
    ledger = many(130)
    ledger.repeats_first_page = True
    assert not fetch(ledger).completeness.is_complete


@pytest.mark.usefixtures("_small_pages")
def test_pages_shorter_than_asked_for_are_followed_to_the_end() -> None:
    ledger = many(130)
    ledger.largest_page = 20
    fetched = fetch(ledger)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(ledger)


def test_more_pages_than_anybody_reads() -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        if "/Contacts" in asked.target:
            return answer({"pagination": {"itemCount": 10**9}, "Contacts": [HARTWELL]})
        return None

    with pytest.raises(ConnectorError, match="more than are read"):
        fetch(XeroServer([], [], before=script))


def test_a_day_that_is_used_up_ends_the_run_at_once() -> None:
    spent = answer(b"{}", status=429, headers={"Retry-After": "66975", "X-Rate-Limit-Problem": "day"})
    with pytest.raises(WaitError, match="The day limit") as caught:
        fetch(XeroServer([], [], before=lambda *_: spent))
    assert caught.value.kind == "day"


def test_which_organisation_is_read_is_never_guessed() -> None:
    with pytest.raises(NotAllowedError, match="Signed in to 2 organisations"):
        fetch(XeroServer([], [], tenants=("t-1", "t-2")))
    fetched = fetch(XeroServer([], [], tenants=("t-1", "t-2")), tenant_id="t-2")
    assert (fetched.completeness.organisation, fetched.completeness.organisation_id) == ("Duinweg Webbeheer", "t-2")
    with pytest.raises(NotAllowedError):
        fetch(XeroServer([], [], tenants=("t-1",)), tenant_id="t-9")


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (
            answer(
                {"Message": "A validation exception", "Elements": [{"ValidationErrors": [{"Message": "Bad"}]}]},
                status=400,
            ),
            RefusedError,
            "A validation exception; Bad",
        ),
        (answer(b"plain words", status=400, kind="text/plain"), RefusedError, "plain words"),
    ],
)
def test_what_xero_says_of_a_fault_is_told(reply: Reply, error: type[ConnectorError], words: str) -> None:
    with pytest.raises(error, match=words):
        fetch(XeroServer([], [], before=lambda *_: reply))
