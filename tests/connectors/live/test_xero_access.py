"""What a sign-in to Xero reaches, and what is said where it does not."""

from __future__ import annotations

import threading
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from billcheck.connectors.faults import AnswerError, NotAllowedError, ScopeError, SignInError
from billcheck.connectors.login import sign_in as sign_in_at
from billcheck.connectors.oauth import Client, ClientSignIn
from billcheck.connectors.tokens import Secret, TokenFile
from billcheck.connectors.xero import setup
from billcheck.connectors.xero.access import BROAD_SCOPES, READING_SCOPES
from tests.connectors.live.connections import connect
from tests.connectors.live.test_xero import HARTWELL, MARCH, fetch
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.tokens import TokenService
from tests.servers.xero import SCOPES, XeroServer, invoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLDER = "(in an application made before March 2026: accounting.transactions.read)"


@pytest.mark.parametrize(
    ("lacks", "path", "words"),
    [
        ("accounting.settings.read", "/Organisation", "the scope accounting.settings.read is missing"),
        ("accounting.contacts.read", "/Contacts", "the scope accounting.contacts.read is missing"),
        ("accounting.invoices.read", "/Invoices", f"the scope accounting.invoices.read {OLDER} is missing"),
    ],
)
def test_a_scope_that_is_missing_is_named(lacks: str, path: str, words: str) -> None:
    ledger = XeroServer([], [HARTWELL], scopes=frozenset(SCOPES.values()) - {lacks})
    with pytest.raises(NotAllowedError) as caught:
        fetch(ledger)
    assert caught.value.where == f"xero GET {path}"
    assert words in str(caught.value)
    assert "AuthorizationUnsuccessful" in str(caught.value)
    assert "BILLCHECK_XERO_SCOPES" in caught.value.advice


def test_a_refusal_by_status_alone_names_the_scope_as_well() -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer({"Detail": "Forbidden"}, status=403) if "/CreditNotes" in asked.target else None

    with pytest.raises(NotAllowedError, match=r"accounting\.invoices\.read"):
        fetch(XeroServer([], [HARTWELL], before=script))


def test_an_organisation_that_nobody_signed_in_to_is_told_from_a_scope() -> None:
    with pytest.raises(NotAllowedError) as caught:
        fetch(XeroServer([], [HARTWELL], tenants=("t-1",)), tenant_id="t-9")
    assert caught.value.remark == ("The organisation 't-9' is not among those signed in to: Company t-1 (t-1).")
    assert "A demo company gets another id each time it is reset." in caught.value.advice


def test_a_practice_is_no_organisation() -> None:
    tenants = [
        {"tenantId": "p-1", "tenantName": "Accountants", "tenantType": "PRACTICE"},
        {"tenantId": "t-1", "tenantName": "Duinweg", "tenantType": "ORGANISATION"},
    ]

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer(tenants) if asked.target == "/connections" else None

    fetched = fetch(XeroServer([], [HARTWELL], tenants=("t-1",), before=script))
    assert fetched.completeness.organisation_id == "t-1"


@pytest.mark.parametrize(
    ("path", "said", "words"),
    [
        ("/connections", {"tenants": []}, "It is no list of organisations"),
        ("/api.xro/2.0/Organisation", {"Organisations": []}, "It names no organisation"),
        ("/api.xro/2.0/Organisation", {"Status": "OK"}, "Its Organisations is missing in place of a list"),
    ],
)
def test_an_answer_without_what_it_should_hold_is_refused(path: str, said: dict[str, Any], words: str) -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer(said) if asked.target == path else None

    with pytest.raises(AnswerError, match=words):
        fetch(XeroServer([], [HARTWELL], before=script))


def test_a_sign_in_that_ends_at_the_items_ends_the_fetch() -> None:
    made = invoice(1, HARTWELL, MARCH, "10.00")
    made["LineItems"][0]["ItemCode"] = "RET"

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        expired = answer({"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired"}, status=401)
        return expired if "/Items" in asked.target else None

    with pytest.raises(SignInError):
        fetch(XeroServer([made], [HARTWELL], before=script))


# Scopes that an application may ask for


def client_of(server: RawServer, scopes: str, **more: Any) -> ClientSignIn:
    client = Client(id="app", secret=Secret("sesame"), token_address=f"{server.address}/token")
    return ClientSignIn("xero", connect(), client, scopes, **more)


def test_a_client_with_the_older_scopes_asks_for_those_once_the_granular_ones_are_refused() -> None:
    service = TokenService(scopes=frozenset(BROAD_SCOPES.split()))
    with RawServer(service) as server:
        sign_in = client_of(server, READING_SCOPES, or_else=BROAD_SCOPES)
        headers = sign_in.headers()
        sign_in.renew(headers)
    assert [form["scope"] for form in service.forms] == [READING_SCOPES, BROAD_SCOPES, BROAD_SCOPES]


@pytest.mark.parametrize("or_else", ["", "accounting.other"])
def test_a_client_that_may_ask_for_neither_is_told_what_to_set(or_else: str) -> None:
    service = TokenService(scopes=frozenset({"accounting.none"}))
    with RawServer(service) as server, pytest.raises(ScopeError) as caught:
        client_of(server, READING_SCOPES, or_else=or_else).headers()
    assert "invalid_scope" in caught.value.remark
    assert caught.value.advice == ("Set BILLCHECK_XERO_SCOPES to those of the application, with spaces between them.")


class Browser:
    """Comes back from the sign-in of an application that may ask for some scopes."""

    def __init__(self, may: str) -> None:
        self.may = frozenset(f"offline_access {may}".split())
        self.asked: list[str] = []

    def __call__(self, address: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked["scope"])
        outcome = "code=c" if self.may.issuperset(asked["scope"].split()) else "error=invalid_scope"
        back = f"{asked['redirect_uri']}?{outcome}&state={asked['state']}"
        assert back.startswith("http://127.0.0.1:")
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=5).close()).start()  # noqa: S310 - http


@pytest.fixture
def sign_in(tmp_path: Path) -> Callable[..., TokenFile]:
    def run(browser: Browser, **more: str) -> TokenFile:
        with RawServer(TokenService()) as server:
            environment = {
                "BILLCHECK_XERO_CLIENT_ID": "app",
                "BILLCHECK_XERO_TOKEN_URL": f"{server.address}/token",
                "BILLCHECK_STATE_DIR": str(tmp_path),
                **more,
            }
            setup.login(environment, port=0, show=browser)
        return TokenFile(tmp_path, "xero")

    return run


@pytest.mark.parametrize(
    ("may", "asked"), [(READING_SCOPES, [READING_SCOPES]), (BROAD_SCOPES, [READING_SCOPES, BROAD_SCOPES])]
)
def test_a_person_signs_in_by_the_scopes_the_application_has(
    sign_in: Callable[..., TokenFile], may: str, asked: list[str]
) -> None:
    browser = Browser(may)
    kept = sign_in(browser).load()
    assert kept is not None
    assert kept.access_token == Secret("access-0")
    assert browser.asked == [f"offline_access {scopes}" for scopes in asked]


def test_scopes_that_were_set_are_the_only_ones_asked_for(sign_in: Callable[..., TokenFile]) -> None:
    browser = Browser(READING_SCOPES)
    with pytest.raises(ScopeError, match=r"It was declined: invalid_scope\. Set BILLCHECK_XERO_SCOPES"):
        sign_in(browser, BILLCHECK_XERO_SCOPES="accounting.transactions.read")
    assert browser.asked == ["offline_access accounting.transactions.read"]


def test_where_nobody_comes_back_it_says_what_the_browser_may_have_shown(
    sign_in: Callable[..., TokenFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "billcheck.connectors.xero.setup.sign_in", lambda *given, **more: sign_in_at(*given, **more, seconds=0.05)
    )
    with pytest.raises(SignInError, match="Where the browser showed invalid_scope") as caught:
        sign_in(lambda _: None)
    assert BROAD_SCOPES in caught.value.advice
