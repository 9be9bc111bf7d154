from __future__ import annotations

import base64
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors import faults
from billcheck.connectors.addresses import check_address, find_proxy
from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    RedirectError,
    ServerFaultError,
    SignInError,
    TooSlowError,
    UnreachableError,
    WaitError,
)
from billcheck.connectors.patience import Pace, Patience, wait_of
from billcheck.errors import UsageError
from tests.connectors.live.connections import QUICK, connect
from tests.connectors.live.faults import FINAL, PASSING
from tests.servers.raw import Asked, RawServer, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from billcheck.connectors.http import Answer

GOOD = answer({"Invoices": [{"Total": 1.10}]})
SESAME = "open-sesame"


class Tokens:
    """Credentials whose first token is expired."""

    def __init__(self) -> None:
        self.number = 0
        self.renewals = 0

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {SESAME}-{self.number}"}

    def renew(self, used: Mapping[str, str]) -> None:
        assert used == self.headers()
        self.renewals += 1
        self.number += 1


def get(server: RawServer, patience: Patience = QUICK, **options: Any) -> Answer:
    with connect(patience) as http:
        return http.get("/Invoices", f"{server.address}/Invoices", **options)


def first(bad: Reply, then: Reply = GOOD) -> Callable[[Asked], Reply]:
    return lambda asked: bad if asked.number == 1 else then


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_asked_again(name: str) -> None:
    with RawServer(first(PASSING[name])) as server:
        began = time.monotonic()
        found = get(server)
        assert found.json() == {"Invoices": [{"Total": Decimal("1.10")}]}
        assert len(server.asked) == 2
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("name", PASSING)
def test_what_never_passes_ends_in_an_error_that_says_so(name: str) -> None:
    patience = replace(QUICK, tries=2, longest_wait_seconds=1)
    with RawServer(lambda _: PASSING[name]) as server:
        with pytest.raises(ConnectorError, match=r"^xero GET /Invoices: ") as caught:
            get(server, patience)
        assert len(server.asked) == 2
        assert isinstance(caught.value, ServerFaultError | AnswerError | UnreachableError | TooSlowError)


@pytest.mark.parametrize("name", FINAL)
def test_what_will_not_pass_is_not_asked_again(name: str) -> None:
    reply, error = FINAL[name]
    with RawServer(lambda _: reply) as server:
        with pytest.raises(getattr(faults, error)):
            get(server)
        assert len(server.asked) == 1


def test_nobody_there() -> None:
    with RawServer(lambda _: GOOD) as server:
        address = server.address
    with connect() as http, pytest.raises(UnreachableError, match="cannot be connected to"):
        http.get("/Invoices", address)


def test_an_expired_token_is_renewed_once() -> None:
    tokens = Tokens()

    def script(asked: Asked) -> Reply:
        return GOOD if asked.headers["authorization"].endswith("-1") else answer({"Title": "Unauthorized"}, status=401)

    with RawServer(script) as server:
        get(server, credentials=tokens)
        assert len(server.asked) == 2
    assert tokens.renewals == 1


def test_a_token_that_no_renewal_helps_asks_to_sign_in_again() -> None:
    tokens = Tokens()
    with RawServer(lambda _: answer({"Title": "Unauthorized"}, status=401)) as server:
        with pytest.raises(SignInError, match="Sign in again") as caught:
            get(server, credentials=tokens)
        assert len(server.asked) == 2
    assert tokens.renewals == 1
    assert SESAME not in str(caught.value)


def test_a_long_wait_ends_the_run_and_says_when_to_go_on() -> None:
    with RawServer(lambda _: answer(b"{}", status=429, headers={"Retry-After": "66975"})) as server:
        began = time.monotonic()
        with pytest.raises(WaitError) as caught:
            get(server)
        assert time.monotonic() - began < 1
        assert len(server.asked) == 1
    assert timedelta(hours=18) < caught.value.resume_at - datetime.now(UTC) < timedelta(hours=19)
    assert "Run the same command again then" in str(caught.value)


def test_all_pauses_of_a_run_have_a_bound() -> None:
    patience = replace(QUICK, tries=50, wait_budget_seconds=0.5)
    with RawServer(lambda _: answer(b"{}", status=429, headers={"Retry-After": "0.2"})) as server:
        with pytest.raises(WaitError):
            get(server, patience)
        assert len(server.asked) <= 4


def test_a_pause_of_over_a_second_is_told() -> None:
    told: list[str] = []
    with (
        RawServer(first(answer(b"{}", status=429, headers={"Retry-After": "1.1"}))) as server,
        connect(tell=told.append) as http,
    ):
        http.get("/Invoices", server.address)
    assert told == ["xero: going on in 1 s."]


def test_requests_of_many_threads_stay_below_the_limits() -> None:
    pace = Pace(per_minute=1000, per_second=10, at_once=3)
    with RawServer(lambda _: replace(GOOD, pause=0.05)) as server, connect(pace=pace) as http:
        threads = [threading.Thread(target=http.get, args=("/Invoices", server.address)) for _ in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        starts = sorted(asked.at for asked in server.asked)
    assert len(starts) == 25
    assert server.most_at_once <= 3
    # A little of a second is lost between the turn and the arrival.
    assert all(later - earlier > 0.9 for earlier, later in zip(starts, starts[10:], strict=False))


def test_what_a_limit_holds_holds_for_all_threads() -> None:
    with RawServer(first(answer(b"{}", status=429, headers={"Retry-After": "0.6"}))) as server, connect() as http:
        one = threading.Thread(target=http.get, args=("/Invoices", server.address))
        one.start()
        time.sleep(0.2)
        http.get("/Invoices", server.address)
        one.join()
        first_at, *others = sorted(asked.at for asked in server.asked)
    assert all(at - first_at > 0.5 for at in others)


def test_a_form_is_asked_again_too_and_its_answer_is_never_quoted() -> None:
    leak = answer(f"access_token={SESAME}".encode(), kind="text/plain")
    with RawServer(lambda _: leak) as server, connect() as http:
        with pytest.raises(AnswerError) as caught:
            http.post_form("token", server.address, form={"refresh_token": SESAME})
        assert len(server.asked) == QUICK.tries
        assert server.asked[0].body == f"refresh_token={SESAME}".encode()
    assert SESAME not in f"{caught.value!s}{caught.value!r}"


@pytest.mark.parametrize(
    "address", ["https://api.xero.com/x", "http://127.0.0.1:80", "http://localhost", "http://[::1]:9"]
)
def test_addresses_that_tokens_may_go_to(address: str) -> None:
    assert check_address("BILLCHECK_XERO_API_URL", address) == address


@pytest.mark.parametrize(
    "address",
    ["http://api.xero.com", "ftp://127.0.0.1", "http://127.0.0.1.x.org"],
)
def test_addresses_that_they_may_not_go_to(address: str) -> None:
    with pytest.raises(UsageError, match="BILLCHECK_XERO_API_URL: Tokens only travel encrypted"):
        check_address("BILLCHECK_XERO_API_URL", address)


@pytest.mark.parametrize(
    "address",
    [
        "https://", "https://a:sesame@api.xero.com", "//x", "xero", "https://[::1", "https://api.xero.com:abc",
        "https://api.xero.com:99999", "https://api.xero.com:0", "https:// x.com", "https://x.com/#a", "https://é.com",
        "",
    ],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match=r"BILLCHECK_XERO_API_URL: This is no address\.") as caught:
        check_address("BILLCHECK_XERO_API_URL", address)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "address", "user", "password"),
    [
        ("http://proxy.corp:3128", "http://proxy.corp:3128", "", ""),
        ("proxy.corp:3128", "http://proxy.corp:3128", "", ""),
        ("http://me:se%40same@proxy.corp:3128/", "http://proxy.corp:3128", "me", "se@same"),
        ("me@[::2]:80", "http://[::2]:80", "me", ""),
        ("https://proxy.corp", "https://proxy.corp", "", ""),
    ],
)
def test_a_proxy_as_people_write_it(text: str, address: str, user: str, password: str) -> None:
    found = find_proxy({"https": text})
    assert found is not None
    assert (found.address, found.user.reveal(), found.password.reveal()) == (address, user, password)
    assert not password or password not in repr(found)


@pytest.mark.parametrize("text", ["socks5://a:1", "::::", "http://a:abc", "http://me:sesame@a b", "http://"])
def test_a_proxy_that_cannot_be_used(text: str) -> None:
    with pytest.raises(UsageError, match=r"HTTPS_PROXY: This is no proxy that can be used\.") as caught:
        find_proxy({"https": text})
    assert "sesame" not in str(caught.value)


def test_no_proxy() -> None:
    assert find_proxy({}) is None
    assert find_proxy({"https": " "}) is None


def test_a_proxy_is_told_who_asks_and_what_it_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: answer(b"", status=407)) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.address.replace("://", f"://me:{SESAME}@"))
        with connect() as http, pytest.raises(UnreachableError) as caught:
            http.get("/Invoices", "https://api.example.com/x", headers={"Authorization": "Bearer inner"})
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("CONNECT", "api.example.com:443")
    assert base64.b64decode(asked.headers["proxy-authorization"].removeprefix("Basic ")).decode() == f"me:{SESAME}"
    assert "authorization" not in asked.headers
    assert "The proxy let nothing through (407 Said). Check the address of the proxy in HTTPS_PROXY" in str(
        caught.value
    )
    assert SESAME not in str(caught.value)


def test_a_proxy_that_fails_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: answer(b"", status=503)) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.address)
        with connect() as http, pytest.raises(UnreachableError, match="503"):
            http.get("/Invoices", "https://api.example.com/x")
    assert len(server.asked) == QUICK.tries


@pytest.mark.parametrize("after", ["1000000000000", "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_all_dates_ends_the_run_as_well(after: str) -> None:
    late = answer(b"{}", status=429, headers={"Retry-After": after, "Date": "Sun, 29 Nov 2026 12:00:00 GMT"})
    with RawServer(lambda _: late) as server, connect() as http, pytest.raises(WaitError) as caught:
        http.get("/Invoices", server.address)
    assert caught.value.resume_at.year > 2100


def test_a_redirect_says_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    away = answer(b"", status=302, headers={"Location": "https://elsewhere.example/x"})
    with RawServer(lambda _: away) as server, connect() as http, pytest.raises(RedirectError) as caught:
        http.get("/Invoices", server.address)
    assert len(server.asked) == 1
    assert str(caught.value).startswith(
        "xero GET /Invoices: The server answered 302: it sends us to https://elsewhere.example/x."
    )


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "5"}, 5),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30),
        # Both clocks are an hour behind ours: it is half a minute all the same.
        (
            {
                "retry-after": format_datetime(NOW - timedelta(seconds=3570), usegmt=True),
                "date": format_datetime(NOW - timedelta(hours=1), usegmt=True),
            },
            30,
        ),
        ({"retry-after": format_datetime(NOW - timedelta(days=1), usegmt=True)}, 0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers, NOW) == seconds


def test_patience_from_the_environment() -> None:
    environment = {"BILLCHECK_HTTP_TOTAL_SECONDS": "1.5", "BILLCHECK_HTTP_TRIES": "2", "OTHER": "x"}
    assert Patience.from_environment(environment) == Patience(total_seconds=1.5, tries=2)
    with pytest.raises(UsageError) as caught:
        Patience.from_environment({"BILLCHECK_HTTP_TRIES": "1.5", "BILLCHECK_HTTP_MAX_BYTES": "0"})
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["1e300", "1000001", "nan", "inf", "-1", "0", "a lot"])
def test_what_is_no_time_to_wait(text: str) -> None:
    with pytest.raises(UsageError, match="BILLCHECK_HTTP_TOTAL_SECONDS: This is no number above zero, or is a time"):
        Patience.from_environment({"BILLCHECK_HTTP_TOTAL_SECONDS": text})


def test_an_empty_variable_is_none() -> None:
    assert Patience.from_environment({"BILLCHECK_HTTP_TRIES": "", "BILLCHECK_HTTP_READ_SECONDS": " "}) == Patience()
