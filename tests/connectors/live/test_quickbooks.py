from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.connectors.base import Fetched, FetchedDocument, Request
from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    NotAllowedError,
    RefusedError,
    ServerFaultError,
    SignInError,
    WaitError,
)
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pace, Patience
from billcheck.connectors.quickbooks import connector as rooms
from billcheck.connectors.quickbooks.connector import QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.quickbooks.lines import apportion
from billcheck.connectors.tokens import Secret
from tests.connectors.live import test_xero
from tests.connectors.live.connections import QUICK, StillClock
from tests.servers import xero
from tests.servers.quickbooks import (
    REALM,
    QuickBooksServer,
    customer,
    discount,
    document,
    fault,
    group,
    invoice,
    item,
    lower_fault,
    many,
    subtotal,
    voided,
    xml_fault,
)
from tests.servers.raw import Asked, RawServer, Reply, answer

YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
HARTWELL = customer(1, "Hartwell Interieur")
MARCH = date(2026, 3, 31)
QUIET = replace(QUICK, max_bytes=10_000_000)


def fetch(company: QuickBooksServer, request: Request = YEAR, patience: Patience = QUIET) -> Fetched:
    clock = StillClock()
    company.now = clock.now
    with (
        RawServer(company) as server,
        Http("quickbooks", QuickBooksDialect(), pace=Pace(per_minute=10_000, at_once=4), patience=patience) as http,
    ):
        token = GivenToken("quickbooks", Secret("access-0"))
        connector = QuickBooksConnector(http, token, realm_id=REALM, api_address=server.address, clock=clock)
        fetched = connector.fetch(request)
        assert {asked.method for asked in server.asked} == {"GET"}
        return fetched


def only(made: dict[str, Any], entity: str = "Invoice", customers: tuple[dict[str, Any], ...] = ()) -> FetchedDocument:
    fetched = fetch(QuickBooksServer([(entity, made)], list(customers or (HARTWELL,))))
    assert fetched.completeness.is_complete, fetched.completeness.shortcomings
    (found,) = fetched.documents
    return found


def amounts(found: FetchedDocument) -> list[Decimal]:
    return [line.amount for line in found.lines]


def test_an_invoice() -> None:
    more = {
        "RecurDataRef": {"value": "13"},
        "DepartmentRef": {"value": "2", "name": "Rotterdam"},
        "ClassRef": {"value": "5", "name": "Care"},
        "CustomField": [{"DefinitionId": "1", "Name": "PO", "StringValue": "C-117"}, {"DefinitionId": "2"}],
    }
    account = {"ItemAccountRef": {"value": "75", "name": "Care income"}, "Qty": 12, "UnitPrice": 100}
    lines = (item("1200.00", **account), item("50.10", ClassRef={"value": "6", "name": "Own"}), subtotal("1250.10"))
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="1250.10", tax="262.52", **more))
    assert (found.id, found.number, found.kind, found.status) == ("Invoice/1", "0001", "invoice", "approved")
    assert (found.issue_date, found.due_date) == (MARCH, date(2026, 4, 30))
    assert (found.customer, found.customer_id, found.reference) == ("Hartwell Interieur", "1", "C-117")
    assert (found.excl_tax, found.total, found.currency) == (Decimal("1250.1"), Decimal("1512.62"), "EUR")
    first, second = found.lines
    assert (first.amount, first.item, first.account) == (Decimal("1200.0"), "Services", "Care income")
    assert (first.tracking, first.template) == ("Care | Rotterdam", "13")
    assert (first.quantity, first.unit_price, first.tax) == (Decimal(12), Decimal(100), None)
    assert (second.amount, second.tracking) == (Decimal("50.1"), "Own | Rotterdam")


@pytest.mark.parametrize(
    ("entity", "kind", "sign"),
    [
        ("Invoice", "invoice", 1),
        ("SalesReceipt", "invoice", 1),
        ("CreditMemo", "credit_note", -1),
        ("RefundReceipt", "credit_note", -1),
    ],
)
def test_amounts_are_signed_by_what_a_document_is(entity: str, kind: str, sign: int) -> None:
    found = only(invoice(1, HARTWELL, MARCH, "50.00", "10.00"), entity)
    assert (found.id, found.kind) == (f"{entity}/1", kind)
    assert (found.excl_tax, found.total) == (Decimal(sign * 60), sign * Decimal("72.6"))
    assert amounts(found) == [sign * 50, sign * 10]


def test_documents_of_two_kinds_may_share_an_id_and_a_number() -> None:
    made = invoice(1, HARTWELL, MARCH, "50.00")
    fetched = fetch(QuickBooksServer([("Invoice", made), ("CreditMemo", made)], [HARTWELL]))
    assert [each.excl_tax for each in fetched.documents] == [-50, 50]


def test_of_a_bundle_only_its_members_count() -> None:
    members = item("7.96", Qty=15, UnitPrice=0.5306667), item("2.65", Qty=24, UnitPrice=0.1104167)
    lines = group(*members, amount="10.61"), subtotal("10.61"), discount("2.12")
    made = document(1, HARTWELL, MARCH, *lines, excl_tax="8.49", tax="1.11", GlobalTaxCalculation="TaxInclusive")
    # 2.12 in proportion to 7.96 and 2.65: 1.5905 and 0.5295, of which the larger rest, of 0.95, takes the cent.
    assert amounts(only(made)) == [Decimal("6.37"), Decimal("2.12")]


def test_a_bundle_without_members_counts_itself() -> None:
    found = only(document(1, HARTWELL, MARCH, group(amount="30.00"), excl_tax="30.00"))
    assert [(line.amount, line.item, line.quantity) for line in found.lines] == [
        (Decimal(30), "Care bundle", Decimal(3))
    ]


def test_texts_and_subtotals_bill_nothing_and_shipping_does() -> None:
    lines = (
        item("100.00"),
        {"Amount": 100.0, "DetailType": "DescriptionOnly", "Description": "Subtotal: 100.00"},
        item("12.50", ItemRef={"value": "SHIPPING_ITEM_ID"}),
        {"Amount": 112.5, "DetailType": "SubtotalLineDetail"},
    )
    found = only(document(1, HARTWELL, MARCH, *lines, excl_tax="112.50"))
    assert [(line.amount, line.item) for line in found.lines] == [(100, "Services"), (Decimal("12.5"), "Shipping")]


def test_a_line_that_names_no_item_is_a_text_unless_the_total_says_otherwise() -> None:
    bare = item("40.00", ItemRef=None)
    assert amounts(only(document(1, HARTWELL, MARCH, item("100.00"), bare, excl_tax="100.00"))) == [100]
    assert amounts(only(document(1, HARTWELL, MARCH, item("100.00"), bare, excl_tax="140.00"))) == [100, 40]


@pytest.mark.parametrize(
    ("items", "lowered", "left"),
    [
        (["100", "100", "100"], "10", ["96.66", "96.67", "96.67"]),
        (["100", "-20"], "8", ["90", "-18"]),
        (["50"], "50", ["0"]),
        (["33.33333", "66.66667"], "10", ["29.999997", "60.000003"]),
    ],
)
def test_a_discount_lowers_each_line_by_its_part(items: list[str], lowered: str, left: list[str]) -> None:
    total = str(sum(map(Decimal, items)) - Decimal(lowered))
    found = only(document(1, HARTWELL, MARCH, *map(item, items), discount(lowered), excl_tax=total))
    assert sum(amounts(found)) == Decimal(total)
    assert all(abs(one - Decimal(two)) < Decimal("0.00001") for one, two in zip(amounts(found), left, strict=True))


def test_a_discount_on_nothing_is_a_line_of_its_own() -> None:
    found = only(document(1, HARTWELL, MARCH, item("10"), item("-10"), discount("5"), excl_tax="-5"))
    assert [(line.amount, line.item) for line in found.lines] == [
        (Decimal(10), "Services"),
        (Decimal(-10), "Services"),
        (Decimal(-5), "Discount"),
    ]


MONEY = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents).scaleb(-2))


@given(MONEY, st.lists(MONEY, min_size=1, max_size=6))
def test_parts_add_up_and_are_within_a_cent_of_their_share(amount: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(amount, weights, 2)
    whole = sum(weights)
    if not whole:
        assert parts is None
        return
    assert parts is not None
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - amount * weight) < abs(whole) / 100


def test_amounts_are_without_tax_also_where_prices_include_it() -> None:
    line = item("409.09", TaxInclusiveAmt=450.0, Qty=450, UnitPrice=0.9090889)
    made = document(1, HARTWELL, MARCH, line, excl_tax="409.09", tax="40.91", GlobalTaxCalculation="TaxInclusive")
    found = only(made)
    assert [(line.amount, line.tax) for line in found.lines] == [(Decimal("409.09"), Decimal("40.91"))]
    assert found.total == 450


def test_what_was_made_from_a_delayed_charge_bills_its_subtotal() -> None:
    made = document(1, HARTWELL, MARCH, subtotal("75"), excl_tax="75", tax="6")
    made["LinkedTxn"] = [{"TxnId": "29", "TxnType": "StatementCharge"}, {"TxnId": "98", "TxnType": "Payment"}]
    fetched = fetch(QuickBooksServer([("Invoice", made)], [HARTWELL]))
    assert fetched.completeness.is_complete
    (found,) = fetched.documents
    assert [(line.amount, line.item) for line in found.lines] == [(Decimal(75), "unitemised")]
    assert found.notes
    assert any("delayed charges" in each and "0001" in each for each in fetched.completeness.blind_spots[1:])


def test_what_lacks_lines_for_no_reason_is_doubtful() -> None:
    made = document(1, HARTWELL, MARCH, item("25"), subtotal("75"), excl_tax="75")
    fetched = fetch(QuickBooksServer([("Invoice", made)], [HARTWELL]))
    assert amounts(fetched.documents[0]) == [25, 50]
    assert fetched.completeness.shortcomings == (
        "0001: It is without a line for 50.00 of its amount, which counts as one line, unitemised.",
    )


def test_a_kind_of_line_that_nobody_knows_is_doubtful() -> None:
    strange = {"Amount": 50, "DetailType": "RetainerLineDetail"}
    fetched = fetch(
        QuickBooksServer([("Invoice", document(1, HARTWELL, MARCH, item("25"), strange, excl_tax="75"))], [HARTWELL])
    )
    assert amounts(fetched.documents[0]) == [25, 50]
    assert not fetched.completeness.is_complete
    assert "RetainerLineDetail" in fetched.completeness.shortcomings[0]
    # Where it changes nothing, there is nothing to doubt.
    nothing = {"Amount": 50, "DetailType": "NoteLineDetail"}
    assert amounts(only(document(1, HARTWELL, MARCH, item("25"), nothing, excl_tax="25"))) == [25]


@pytest.mark.parametrize(("note", "status"), [("Voided", "void"), ("VOIDED - paid twice", "void"), ("", "approved")])
def test_a_void_document_is_known_by_its_zeros_and_its_note(note: str, status: str) -> None:
    found = only(voided(invoice(1, HARTWELL, MARCH, "40.00"), note))
    assert (found.status, found.excl_tax) == (status, Decimal(0))


def test_a_note_that_says_void_makes_nothing_void_that_bills() -> None:
    assert only(invoice(1, HARTWELL, MARCH, "40.00", PrivateNote="Voided once")).status == "approved"
    free = document(1, HARTWELL, MARCH, item("40"), item("-40"), excl_tax="0", PrivateNote="Void")
    assert only(free).status == "approved"


def test_a_status_that_nobody_knows_makes_the_fetch_doubtful() -> None:
    made = invoice(1, HARTWELL, MARCH, "10.00", status="Pending")
    fetched = fetch(QuickBooksServer([("Invoice", made)], [HARTWELL]))
    assert fetched.documents[0].status == "draft"
    assert fetched.completeness.shortcomings == (
        "0001: Its status Pending is not known, so it does not count as billed.",
    )


def test_a_document_may_have_no_number_and_a_receipt_no_customer() -> None:
    made = invoice(1, HARTWELL, MARCH, "10.00", DocNumber=None, CustomerRef=None)
    found = only(made, "SalesReceipt")
    assert (found.number, found.customer, found.customer_id) == ("", "(no customer)", "")


PARENT = customer(1, "Brightwater")
CHILD = customer(2, "North", parent=PARENT)
GRANDCHILD = customer(3, "Site 1", parent=CHILD)
OTHER = customer(4, "North Sea")
GONE = customer(5, "O'Brien & Zoon (deleted)", Active=False)
TREE = [PARENT, CHILD, GRANDCHILD, OTHER, GONE]


def test_customers_bear_the_names_of_those_they_belong_to() -> None:
    documents = [("Invoice", invoice(number, of, MARCH, "1.00")) for number, of in enumerate(TREE, 1)]
    fetched = fetch(QuickBooksServer(documents, TREE))
    assert [each.customer for each in fetched.documents] == [
        "Brightwater",
        "Brightwater:North",
        "Brightwater:North:Site 1",
        "North Sea",
        "O'Brien & Zoon",
    ]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("brightwater", ["0001", "0002", "0003"]),
        ("Brightwater:North", ["0002", "0003"]),
        ("3", ["0003"]),
        ("north  sea", ["0004"]),
        ("O'Brien & Zoon", ["0005"]),
    ],
)
def test_some_customers_only_with_those_below_them(asked: str, numbers: list[str]) -> None:
    documents = [("Invoice", invoice(number, of, MARCH, "1.00")) for number, of in enumerate(TREE, 1)]
    fetched = fetch(QuickBooksServer(documents, TREE), replace(YEAR, customers=(asked,)))
    assert [each.number for each in fetched.documents] == numbers
    assert fetched.completeness.is_complete


def test_a_customer_that_quickbooks_does_not_know_is_a_shortcoming() -> None:
    company = QuickBooksServer([("Invoice", invoice(1, HARTWELL, MARCH, "1.00"))], [HARTWELL])
    fetched = fetch(company, replace(YEAR, customers=("Nobody",)))
    assert fetched.documents == ()
    assert fetched.completeness.shortcomings == ("QuickBooks has no customer 'Nobody': check the name, or its id.",)


def test_credits_of_customers_that_were_made_inactive_are_told() -> None:
    documents = [("CreditMemo", invoice(number, GONE, MARCH, "1.00")) for number in range(1, 13)]
    told = fetch(QuickBooksServer(documents, TREE)).completeness.blind_spots[-1]
    assert "made inactive" in told
    assert told.endswith("0009, 0010 and 2 more.")


BROKEN: dict[str, dict[str, Any]] = {
    "no total": {"TotalAmt": None},
    "a total as text": {"TotalAmt": "10.00"},
    "a total that is too large": {"TotalAmt": 10**16},
    "a total its lines do not make": {"TotalAmt": 13},
    "a tax that is no number": {"TxnTaxDetail": {"TotalTax": "none"}},
    "no id": {"Id": None},
    "a currency there is none of": {"CurrencyRef": {"value": "EURO"}},
    "no customer": {"CustomerRef": None},
    "a customer without an id": {"CustomerRef": {"name": "Hartwell"}},
    "lines that are no list": {"Line": {"a": 1}},
    "a line that is no object": {"Line": [5]},
    "a line without its detail": {"Line": [{"Amount": 10, "DetailType": "SalesItemLineDetail"}]},
    "a line without an amount": {
        "Line": [{"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"Qty": 1, "UnitPrice": 10}}]
    },
    "no lines at all": {"Line": None},
    "no day": {"TxnDate": None},
    "a day that is none": {"TxnDate": "2026-02-30"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_is_not_as_promised_is_named_and_nothing_is_taken(name: str) -> None:
    made = {**invoice(1, HARTWELL, MARCH, "10.00"), **BROKEN[name]}

    def script(_: QuickBooksServer, asked: Asked) -> Reply | None:
        if "FROM%20Invoice" not in asked.target:
            return None
        return answer({"QueryResponse": {"totalCount": 1} if "COUNT" in asked.target else {"Invoice": [made]}})

    with pytest.raises(AnswerError, match=r"^quickbooks "):
        fetch(QuickBooksServer([], [HARTWELL], before=script))


def test_a_line_without_any_amount_bills_nothing() -> None:
    bare = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "Qty": 0}}
    assert amounts(only(document(1, HARTWELL, MARCH, item("10"), bare, excl_tax="10"))) == [10, 0]


def key(fetched: Fetched) -> list[tuple[object, ...]]:
    return sorted((each.id, each.status, each.excl_tax, each.issue_date) for each in fetched.documents)


def truth(company: QuickBooksServer) -> list[tuple[object, ...]]:
    return sorted(
        (
            f"{entity}/{each['Id']}",
            "void" if each["PrivateNote"] == "Voided" else "approved",
            (Decimal(str(each["TotalAmt"])) - Decimal(str(each["TxnTaxDetail"]["TotalTax"])))
            * (-1 if entity in {"CreditMemo", "RefundReceipt"} else 1),
            date.fromisoformat(each["TxnDate"]),
        )
        for entity, each in company.documents
    )


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", 24)


@pytest.mark.usefixtures("_small_pages")
def test_hundreds_of_documents_on_many_pages_are_all_there_once() -> None:
    company = many(430)
    fetched = fetch(company)
    assert key(fetched) == truth(company)
    assert fetched.completeness.is_complete
    assert all(sum(amounts(each)) == each.excl_tax for each in fetched.documents)
    assert sum(count.read for count in fetched.completeness.counts) == 430 + len(company.customers)
    days = [each.issue_date for each in fetched.documents]
    assert days == sorted(days)


def test_a_thousand_documents_take_two_pages() -> None:
    company = QuickBooksServer(
        [("Invoice", invoice(number, HARTWELL, MARCH, "1.00")) for number in range(1, 1101)], [HARTWELL]
    )
    assert key(fetch(company)) == truth(company)
    pages = [each.split("STARTPOSITION ")[1] for each in company.statements if "* FROM Invoice" in each]
    assert pages == ["1 MAXRESULTS 999", "999 MAXRESULTS 1000"]


def test_a_window_without_documents_is_complete() -> None:
    fetched = fetch(QuickBooksServer([("Invoice", invoice(1, HARTWELL, date(2025, 12, 31), "1.00"))], [HARTWELL]))
    assert (fetched.documents, fetched.completeness.is_complete) == ((), True)
    assert fetched.completeness.organisation == "Duinweg Webbeheer"
    assert fetched.completeness.organisation_id == REALM


def test_a_company_without_a_name_is_no_answer() -> None:
    empty = answer({"QueryResponse": {}, "time": "2026"})
    with pytest.raises(AnswerError, match="CompanyInfo: It holds none"):
        fetch(QuickBooksServer(before=lambda *_: empty))


ENDING: dict[str, tuple[Reply, type[ConnectorError], str]] = {
    "query": (
        answer(fault("4001", "QueryValidationError"), status=400),
        RefusedError,
        "QueryValidationError; code 4001",
    ),
    "no company": (
        answer(lower_fault("3100", "ApplicationAuthorizationFailed", "AUTHORIZATION", 403), status=403),
        NotAllowedError,
        "sandbox",
    ),
    "over": (answer(fault("6190", "Subscription period has ended"), status=400), NotAllowedError, "has ended"),
    "user left": (answer(fault("120", "Authorization Failure"), status=403), SignInError, "Authorization Failure"),
    "expired": (
        answer(lower_fault("3200", "AuthenticationFailed", "AUTHENTICATION", 401), status=401),
        SignInError,
        "no longer valid",
    ),
    "expired, in words alone": (
        answer(fault("0", "message=AuthenticationFailed; errorCode=003200; statusCode=401"), status=400),
        SignInError,
        "no longer valid",
    ),
    "expired, as XML": (
        answer(xml_fault("003200", "expired"), status=401, kind="application/xml"),
        SignInError,
        "no longer valid",
    ),
    "401 alone": (answer(b"", status=401), SignInError, "no longer valid"),
    "403 with a fault": (answer(fault("5", "No"), status=403), NotAllowedError, "No; code 5"),
    "403 alone": (answer(b"<html>", status=403, kind="text/html"), NotAllowedError, "403"),
    "inside a 200": (answer(fault("610", "Object Not Found")), RefusedError, "Object Not Found; code 610"),
    "inside a batch of a 200": (
        answer({"BatchItemResponse": [{"bId": "1"}, fault("6000", "business")]}),
        RefusedError,
        "business; code 6000",
    ),
    "without words": (answer({"Fault": {"type": "ValidationFault"}}, status=400), RefusedError, "ValidationFault"),
    "10000 again": (answer(fault("10000", "An application error"), status=400), ServerFaultError, "code 10000"),
    "always too many": (answer(b"{}", status=429), ServerFaultError, "quota of reads"),
    "a month": (answer(b"{}", status=429, headers={"Retry-After": "66975"}), WaitError, "used up until"),
    "no answer of a query": (answer({"time": "2026"}), AnswerError, "QueryResponse"),
}


@pytest.mark.parametrize("name", ENDING)
@pytest.mark.parametrize("number", [1, 3])
def test_a_fault_that_stays_is_told_in_the_words_of_quickbooks(name: str, number: int) -> None:
    reply, error, words = ENDING[name]
    company = many(10)
    company.before = lambda _, asked: reply if asked.number >= number else None
    with pytest.raises(error, match=words):
        fetch(company)


def test_what_is_asked_again_only_so_often() -> None:
    def requests(reply: Reply) -> int:
        asked: list[Asked] = []

        def script(_: QuickBooksServer, one: Asked) -> Reply:
            asked.append(one)
            return reply

        with pytest.raises(ServerFaultError):
            fetch(QuickBooksServer(before=script))
        return len(asked)

    assert requests(answer(fault("10000", "An application error"), status=400)) == 2
    assert requests(answer(b"{}", status=429)) == 3
    assert requests(answer(b"{}", status=503)) == QUIET.tries


def test_the_id_of_an_exchange_is_kept_for_support() -> None:
    refused = answer(fault("4001", "Bad"), status=400, headers={"intuit_tid": "1-abc"})
    with pytest.raises(RefusedError, match=r"\(request 1-abc\)"):
        fetch(QuickBooksServer(before=lambda *_: refused))


@pytest.mark.usefixtures("_small_pages")
def test_what_is_inserted_while_pages_are_read_is_in_the_end_result() -> None:
    company = many(130)

    def script(server: QuickBooksServer, asked: Asked) -> Reply | None:
        if asked.number in {6, 9}:
            server.documents.append(("Invoice", invoice(asked.number, HARTWELL, MARCH, "77.00")))
        return None

    company.before = script
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(company)


@pytest.mark.usefixtures("_small_pages")
def test_one_removed_and_one_inserted_leave_no_hole() -> None:
    # The count stays as it was, and the document behind the first page has moved onto it after that was read.
    company = QuickBooksServer(
        [("Invoice", invoice(number, HARTWELL, MARCH, "1.00")) for number in range(100, 180)], [HARTWELL]
    )
    pages: list[int] = []

    def script(server: QuickBooksServer, asked: Asked) -> Reply | None:
        if "FROM%20Invoice" in asked.target and "STARTPOSITION" in asked.target:
            pages.append(asked.number)
            if len(pages) == 2:
                del server.documents[3]
                server.documents.append(("Invoice", invoice(900, HARTWELL, MARCH, "1.00")))
        return None

    company.before = script
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(company)


@pytest.mark.usefixtures("_small_pages")
def test_a_company_that_never_rests_is_said_to_be_read_in_part() -> None:
    company = many(60)

    def script(server: QuickBooksServer, asked: Asked) -> Reply | None:
        server.documents.append(("Invoice", invoice(1000 + asked.number, HARTWELL, MARCH, "77.00")))
        return None

    company.before = script
    assert not fetch(company).completeness.is_complete


@pytest.mark.usefixtures("_small_pages")
def test_a_page_that_comes_again_and_again_is_no_whole() -> None:
    company = many(130)
    company.repeats_first_page = True
    assert not fetch(company).completeness.is_complete


@pytest.mark.usefixtures("_small_pages")
def test_pages_shorter_than_asked_for_are_followed_to_the_end() -> None:
    company = many(130)
    company.largest_page = 10
    fetched = fetch(company)
    assert fetched.completeness.is_complete
    assert key(fetched) == truth(company)


def test_more_pages_than_anybody_reads() -> None:
    def script(_: QuickBooksServer, asked: Asked) -> Reply | None:
        if "FROM%20Customer" not in asked.target:
            return None
        return answer({"QueryResponse": {"totalCount": 10**9} if "COUNT" in asked.target else {"Customer": [HARTWELL]}})

    with pytest.raises(ConnectorError):
        fetch(QuickBooksServer(before=script))


def test_the_same_ledger_through_xero_and_quickbooks() -> None:
    days = [date(2026, month, 28) for month in range(1, 9)]
    billed = [(number, day, f"{1000 + 37 * number}.{number:02}", "19.99") for number, day in enumerate(days, 1)]
    theirs = customer(1, "Hartwell Interieur")
    ours = xero.contact(1, "Hartwell Interieur")
    company = QuickBooksServer(
        [
            (
                "CreditMemo" if number % 4 == 0 else "Invoice",
                invoice(number, theirs, day, *lines, DocNumber=f"N-{number}"),
            )
            for number, day, *lines in billed
        ],
        [theirs],
    )
    organisation = xero.XeroServer(
        [
            xero.credit_note(number, ours, day, *lines, CreditNoteNumber=f"N-{number}")
            if number % 4 == 0
            else xero.invoice(number, ours, day, *lines, InvoiceNumber=f"N-{number}")
            for number, day, *lines in billed
        ],
        [ours],
    )
    left, right = fetch(company), test_xero.fetch(organisation)
    assert len(left.documents) == 8
    assert [_common(each) for each in left.documents] == [_common(each) for each in right.documents]


def _common(each: FetchedDocument) -> tuple[object, ...]:
    """What both ledgers express; QuickBooks rounds tax on the whole and Xero on each line, so the total is left out."""
    lines = [(line.amount, line.description) for line in each.lines]
    return (each.number, each.kind, each.status, each.issue_date, each.due_date, each.customer, each.excl_tax, lines)
