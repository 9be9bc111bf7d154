"""What Xero says is left of its limits, and how a reader keeps below them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.faults import WaitError
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import GivenToken
from billcheck.connectors.patience import Pacer, Patience
from billcheck.connectors.tokens import Secret
from billcheck.connectors.xero.connector import XeroConnector
from billcheck.connectors.xero.dialect import PACE, XeroDialect
from tests.connectors.live.test_xero import HARTWELL, MARCH, QUIET, YEAR, fetch, key, truth
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.xero import LONGEST_QUERY, XeroServer, contact, credit_note, invoice, many

if TYPE_CHECKING:
    from billcheck.connectors.base import Fetched

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Clock:
    """Time that passes by waiting alone."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds


def paced(ledger: XeroServer, clock: Clock, told: list[str], patience: Patience = QUIET) -> Fetched:
    """A fetch at the pace that is kept with Xero itself."""
    with (
        RawServer(ledger) as server,
        Http("xero", XeroDialect(), pace=PACE, patience=patience, clock=clock, tell=told.append) as http,
    ):
        return XeroConnector(
            http,
            GivenToken("xero", Secret("access-0")),
            api_address=f"{server.address}/api.xro/2.0",
            connections_address=f"{server.address}/connections",
            clock=clock,
        ).fetch(YEAR)


def test_a_day_that_is_nearly_used_up_ends_the_run_before_it_is() -> None:
    # The organisation and two answers for the contacts leave ten of thirteen, which are for others.
    ledger = XeroServer([], [HARTWELL], left_today=13)
    clock = Clock()
    with pytest.raises(WaitError) as caught:
        paced(ledger, clock, [])
    assert ledger.left_today == 10
    assert (caught.value.kind, caught.value.where) == ("day", "xero GET /Invoices")
    assert caught.value.resume_at == NOW + timedelta(days=1)
    assert str(caught.value) == (
        "xero GET /Invoices: The day limit of the ledger is nearly used up, with 10 requests left; all are back by "
        "2026-06-16T12:00:00Z. Run the same command again then; nothing was written yet."
    )


def test_a_day_that_is_just_enough_is_used() -> None:
    # Organisation, contacts, invoices, credit notes, each of the three with its count once more, repeating invoices.
    ledger = XeroServer([], [HARTWELL], left_today=18)
    assert paced(ledger, Clock(), []).completeness.is_complete
    assert ledger.left_today == 10


def test_how_much_is_left_to_others_can_be_set() -> None:
    ledger = XeroServer([], [HARTWELL], left_today=13)
    assert paced(ledger, Clock(), [], replace(QUIET, day_reserve=1)).completeness.is_complete
    assert Patience.from_environment({"BILLCHECK_HTTP_DAY_RESERVE": "500"}).day_reserve == 500


def test_a_minute_that_others_use_as_well_is_waited_for() -> None:
    ledger = many(30)
    ledger.left_this_minute = 4
    clock, told = Clock(), list[str]()
    fetched = paced(ledger, clock, told)
    assert key(fetched) == truth(ledger)
    assert told[:3] == [
        "xero allows few requests more this minute: going on in 20 s.",
        "xero allows few requests more this minute: going on in 30 s.",
        "xero allows few requests more this minute: going on in 60 s.",
    ]
    assert sum(clock.waits[:3]) == 110  # more than a minute: by then there are new ones


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, 0),
        ({"x-minlimit-remaining": "59", "x-appminlimit-remaining": "9999"}, 0),
        ({"x-minlimit-remaining": "3"}, 0),
        ({"x-minlimit-remaining": "2"}, 20),
        ({"x-minlimit-remaining": "30", "x-appminlimit-remaining": "1"}, 30),
        ({"x-minlimit-remaining": "0"}, 60),
        ({"x-minlimit-remaining": "many"}, 0),
        ({"x-minlimit-remaining": "-1"}, 0),
    ],
)
def test_the_fewer_are_left_of_a_minute_the_longer_the_pause(headers: dict[str, str], pause: float) -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    assert pacer.learn(headers) == pause
    with pacer.turn():
        assert clock.passed == pause


@pytest.mark.parametrize(("text", "left"), [("0", 0), ("4999", 4999), ("", None), ("-1", None), ("1e3", None)])
def test_what_is_left_of_a_day(text: str, left: int | None) -> None:
    pacer = Pacer(PACE, Clock())
    pacer.learn({"x-daylimit-remaining": text})
    assert pacer.left_today() == left
    pacer.learn({})  # the list of organisations counts for none
    assert pacer.left_today() == left


def test_no_limit_is_met_at_our_own_pace() -> None:
    # 60 requests a minute are allowed: at 55, five are left at the least, and no pause is needed.
    clock = Clock()
    pacer = Pacer(PACE, clock)
    starts: list[float] = []
    for _ in range(300):
        with pacer.turn():
            starts.append(clock.passed)
    assert max(sum(start <= other < start + 60 for other in starts) for start in starts) == 55
    assert fetch(XeroServer([], [HARTWELL])).completeness.is_complete


def test_too_many_at_once_is_over_in_a_moment() -> None:
    crowd = answer(b"{}", status=429, headers={"X-Rate-Limit-Problem": "concurrent"})
    ledger = XeroServer([], [HARTWELL], before=lambda _, asked: crowd if asked.number == 3 else None)
    clock = Clock()
    assert paced(ledger, clock, []).completeness.is_complete
    assert sum(clock.waits) < 5


def test_so_many_customers_that_an_address_is_too_long_are_asked_for_in_turns() -> None:
    contacts = [contact(number, f"Customer {number}") for number in range(1, 151)]
    made = [invoice(number, of, MARCH, "1.00") for number, of in enumerate(contacts, 1)]
    made += [credit_note(number + 500, of, MARCH, "1.00") for number, of in enumerate(contacts, 1)]
    ledger = XeroServer(made, contacts)
    longest = 0

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        nonlocal longest
        longest = max(longest, len(asked.target.partition("?")[2]))
        return None

    ledger.before = script
    fetched = fetch(ledger, replace(YEAR, customers=tuple(each["Name"] for each in contacts[:120])))
    assert fetched.completeness.is_complete
    assert len(fetched.documents) == 240
    assert longest < LONGEST_QUERY - 100  # the number of the page may be longer
