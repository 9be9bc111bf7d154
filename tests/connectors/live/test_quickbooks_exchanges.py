"""How QuickBooks Online is asked: below its limits, and so that its support finds an exchange again."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from billcheck.connectors.faults import AnswerError, ConnectorError, RefusedError, SignInError
from billcheck.connectors.http import Answer, Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pacer
from billcheck.connectors.quickbooks import connector as rooms
from billcheck.connectors.quickbooks.connector import QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import PACE, QuickBooksDialect
from billcheck.connectors.tokens import Secret
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, QUIET, YEAR, fetch, key, truth
from tests.servers.quickbooks import REALM, QuickBooksServer, customer, fault, invoice, lower_fault, many, xml_fault
from tests.servers.raw import Asked, RawServer, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class HastyClock:
    """A clock on which only waiting takes time."""

    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return datetime(2026, 11, 29, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.seconds += seconds


def most_within(moments: list[float], seconds: float) -> int:
    return max(sum(start <= each < start + seconds for each in moments) for start in moments)


def test_turns_stay_below_the_limits_from_the_first_one_on() -> None:
    clock, moments = HastyClock(), list[float]()
    pacer = Pacer(PACE, clock)
    for _ in range(1000):
        with pacer.turn():
            moments.append(clock.monotonic())
    assert (most_within(moments, 1), most_within(moments, 60)) == (8, 450)
    # Eight a second from the first one on, none of them in a burst; after 450, in 56 s, the minute has to pass first.
    assert [round(moments[at], 3) for at in (0, 1, 8, 449, 450, 451, 900)] == [0, 0.125, 1, 56.125, 60, 60.125, 120]


def test_quickbooks_never_has_to_say_that_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", 6)
    company, moments = many(60), list[float]()

    def script(_: QuickBooksServer, asked: Asked) -> Reply | None:
        assert parse_qs(urlsplit(asked.target).query)["minorversion"] == ["75"]
        moments.append(asked.at)
        if most_within(moments[-11:], 1) > 10:  # what QuickBooks allows
            return answer(lower_fault("3001", "ThrottleExceeded", "SERVICE", 429), status=429)
        time.sleep(0.3 if asked.number % 3 else 0)  # some are on their way for longer than others
        return None

    company.before = script
    with (
        RawServer(company) as server,
        Http("quickbooks", QuickBooksDialect(), pace=PACE, patience=QUIET) as http,
    ):
        token = GivenToken("quickbooks", Secret("access-0"))
        connector = QuickBooksConnector(http, token, realm_id=REALM, api_address=server.address)
        assert key(connector.fetch(YEAR)) == truth(company)
    assert len(moments) > 20
    assert most_within(moments, 1) <= 10


def test_a_document_that_is_not_as_promised_names_the_exchange() -> None:
    broken = QuickBooksServer([("Invoice", invoice(1, HARTWELL, MARCH, "10.00", TotalAmt="10.00"))], [HARTWELL])
    with pytest.raises(AnswerError, match=r"Its TotalAmt is .*\(request 1-674f\)") as caught:
        fetch(broken)
    assert caught.value.request_id == "1-674f"


@pytest.mark.parametrize(
    "reply",
    [
        answer({"QueryResponse": []}, headers={"intuit_tid": "1-abc"}),
        answer([1], headers={"Intuit-Tid": "1-abc"}),
        answer(fault("610", "Object Not Found"), status=400, headers={"intuit_tid": "1-abc"}),
        answer(b"<html>", status=503, kind="text/html", headers={"intuit_tid": "1-abc"}),
        answer(b"{}", status=429, headers={"intuit_tid": "1-abc", "Retry-After": "3600"}),
    ],
)
def test_every_error_bears_the_id_of_its_exchange(reply: Reply) -> None:
    with pytest.raises(ConnectorError) as caught:
        fetch(QuickBooksServer(before=lambda *_: reply))
    assert caught.value.request_id == "1-abc"


EXPIRED = {
    "Message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
    "Detail": "Token expired: AB0160",
}


@pytest.mark.parametrize(
    "body",
    [
        {"Fault": {"Error": [{**EXPIRED, "code": "3200"}], "type": "AUTHENTICATION"}},
        {"Fault": {"Error": [{**EXPIRED, "code": "6000", "Detail": "Access token: AB0160; again"}]}},
    ],
)
def test_a_fault_never_repeats_a_token(body: dict[str, object]) -> None:
    found = QuickBooksDialect().fault(Answer(401, {}, json.dumps(body).encode()))
    assert found is not None
    assert "AB0160" not in found.remark
    assert "AuthenticationFailed" in found.remark


def test_a_fault_in_xml_never_repeats_a_token_either() -> None:
    found = QuickBooksDialect().fault(Answer(401, {}, xml_fault("003200", "Token expired: AB0160")))
    assert found is not None
    assert (found.kind, "AB0160" in found.remark) == ("expired", False)


def refusing(code: str, words: str) -> Callable[[QuickBooksServer, Asked], Reply | None]:
    return lambda *_: answer(fault(code, words), status=400)


def test_what_was_made_inactive_and_blocks_a_list_is_said_with_what_to_do() -> None:
    with pytest.raises(RefusedError, match="fetch shorter windows to find out which"):
        fetch(QuickBooksServer(before=refusing("610", "Object Not Found : made inactive")))


def test_a_user_who_left_has_to_sign_in_again() -> None:
    with pytest.raises(SignInError, match="Sign in again"):
        fetch(QuickBooksServer(before=refusing("120", "Authorization Failure")))


def test_a_whole_fetch_asks_only_what_it_needs() -> None:
    company = QuickBooksServer([("Invoice", invoice(1, HARTWELL, MARCH, "10.00"))], [HARTWELL])
    fetch(company)
    asked = Counter(each.split(" FROM ")[1].split(" ")[0] for each in company.statements)
    # Each kind is counted before and after, and read once, also where the count is 0; templates are counted.
    counted = dict.fromkeys(("Customer", "Item", "Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt"), 3)
    assert asked == {"CompanyInfo": 1, **counted, "RecurringTransaction": 1}


def test_ids_that_are_no_numbers_stay_texts_in_a_query() -> None:
    hostile = ["a'b", "c\\", "d') OR Active = true", "+&%20é"]
    parent = [customer(number, f"Client {number}", Id=key) for number, key in enumerate(hostile)]
    documents = [("Invoice", invoice(number, of, MARCH, "1.00")) for number, of in enumerate(parent)]
    company = QuickBooksServer([*documents, ("Invoice", invoice(9, HARTWELL, MARCH, "5.00"))], [*parent, HARTWELL])
    fetched = fetch(company, replace(YEAR, customers=tuple(hostile)))
    assert fetched.completeness.is_complete
    assert sorted(each.customer_id for each in fetched.documents) == sorted(hostile)
