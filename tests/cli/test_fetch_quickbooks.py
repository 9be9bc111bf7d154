from __future__ import annotations

import base64
import threading
import urllib.request
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from billcheck.connectors.tokens import Secret, TokenFile
from tests.servers.quickbooks import REALM, QuickBooksServer, customer, invoice
from tests.servers.raw import Asked, RawServer, Reply
from tests.servers.tokens import TokenService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

HARTWELL = customer(1, "Hartwell Interieur")
MONTHS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
WINDOW = ["--since", "2026-01-01", "--until", "2026-12-31"]
FETCH = ["fetch", "quickbooks", *WINDOW, "--out", "ledger.jsonl"]


@dataclass
class Company:
    """A token service and a company behind one address."""

    ledger: QuickBooksServer
    tokens: TokenService
    token_requests: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.target != "/token":
            return self.ledger(asked)
        self.token_requests.append(asked)
        return self.tokens(asked)


@pytest.fixture
def company(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    documents = [("Invoice", invoice(number, HARTWELL, day, "50.00")) for number, day in enumerate(MONTHS, start=1)]
    made = Company(QuickBooksServer(documents, [HARTWELL]), TokenService())
    with RawServer(made) as server:
        for key, value in {
            "QUICKBOOKS_API_URL": server.address,
            "QUICKBOOKS_TOKEN_URL": f"{server.address}/token",
            "QUICKBOOKS_AUTHORISE_URL": f"{server.address}/authorise",
            "QUICKBOOKS_CLIENT_ID": "app",
            "QUICKBOOKS_CLIENT_SECRET": "app-secret",
            "STATE_DIR": str(folder / "state"),
            "HTTP_BACKOFF_SECONDS": "0.01",
        }.items():
            monkeypatch.setenv(f"BILLCHECK_{key}", value)
        yield made


def come_back(*answers: str) -> Callable[[str], bool]:
    """A browser in which somebody agrees; `answers` is what QuickBooks adds to the address."""

    def browse(address: str) -> bool:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["scope"] == "com.intuit.quickbooks.accounting"
        assert "code_challenge" not in asked
        back = "&".join((f"{asked['redirect_uri']}?code=c&state={asked['state']}", *answers))
        assert back.startswith("http://127.0.0.1:")
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=5).close()).start()  # noqa: S310 - http
        return True

    return browse


def test_signing_in_fetching_and_checking(
    run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", come_back(f"realmId={REALM}"))
    signed = run("login", "quickbooks", "--port", "0")
    assert signed.code == 0, signed.err
    assert "Signed in to quickbooks." in signed.err
    kept = TokenFile(folder / "state", "quickbooks").load()
    assert kept is not None
    assert kept.account == REALM
    (asked,) = company.token_requests
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'app:app-secret').decode()}"
    assert "code_verifier" not in company.tokens.forms[0]
    fetched = run(*FETCH)
    assert fetched.code == 0, fetched.err
    assert "ledger.jsonl: 3 documents of Duinweg Webbeheer." in fetched.err
    assert "Invoice: 3 read, 3 in the ledger." in fetched.err
    assert "journal entries" in fetched.err
    checked = run("check", "ledger.jsonl", "--contracts", "contracts.toml", "--as-of", "2026-04-20")
    assert checked.code == 1
    assert "150.00 EUR excl. tax was agreed and never billed" in checked.out


@pytest.mark.usefixtures("company")
def test_a_sign_in_that_names_no_company_is_not_kept(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", come_back())
    failed = run("login", "quickbooks", "--port", "0")
    assert failed.code == 2
    assert "QuickBooks did not say which company was chosen." in failed.err
    assert TokenFile(folder / "state", "quickbooks").load() is None


@pytest.mark.usefixtures("company")
def test_signing_in_needs_the_secret_of_the_application(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BILLCHECK_QUICKBOOKS_CLIENT_SECRET")
    failed = run("login", "quickbooks", "--port", "0")
    assert failed.code == 2
    assert "BILLCHECK_QUICKBOOKS_CLIENT_SECRET: This environment variable is not set." in failed.err


@pytest.mark.usefixtures("company")
def test_without_a_sign_in_it_says_how_to_get_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = run(*FETCH)
    assert failed.code == 2
    assert "billcheck login quickbooks" in failed.err
    monkeypatch.delenv("BILLCHECK_QUICKBOOKS_CLIENT_ID")
    said = (
        "BILLCHECK_QUICKBOOKS_CLIENT_ID: This environment variable is not set. Register an application at "
        "https://developer.intuit.com, set the variable to its client id, then run: billcheck login quickbooks.\n"
    )
    assert said in run(*FETCH).err
    assert said in run("login", "quickbooks", "--port", "0").err


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("realm", "words"),
    [
        ("", "BILLCHECK_QUICKBOOKS_REALM_ID: This environment variable is not set."),
        ("../company", "A company of QuickBooks has a number for its id. Found '../company'."),
    ],
)
def test_a_token_that_is_given_needs_the_company(
    run: Run, monkeypatch: pytest.MonkeyPatch, realm: str, words: str
) -> None:
    monkeypatch.setenv("BILLCHECK_QUICKBOOKS_ACCESS_TOKEN", "access-0")
    monkeypatch.setenv("BILLCHECK_QUICKBOOKS_REALM_ID", realm)
    failed = run(*FETCH)
    assert failed.code == 2
    assert words in failed.err
    monkeypatch.setenv("BILLCHECK_QUICKBOOKS_REALM_ID", REALM)
    assert run(*FETCH).code == 0


@pytest.mark.parametrize("number", [1, 4, 9])
def test_a_token_that_expires_on_the_way_is_renewed_once_and_the_company_stays(
    run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("webbrowser.open", come_back(f"realmId={REALM}"))
    assert run("login", "quickbooks", "--port", "0").code == 0
    asked: list[Asked] = []

    def expire(server: QuickBooksServer, one: Asked) -> None:
        asked.append(one)
        if len(asked) == number:
            server.signed_in = "Bearer access-1"

    company.ledger.before = expire
    fetched = run(*FETCH)
    assert fetched.code == 0, fetched.err
    assert "ledger.jsonl: 3 documents" in fetched.err
    assert company.tokens.refreshes == 1
    kept = TokenFile(folder / "state", "quickbooks").load()
    assert kept is not None
    assert (kept.account, kept.access_token) == (REALM, Secret("access-1"))
    assert "access-" not in fetched.err + (folder / "ledger.jsonl").read_text()
