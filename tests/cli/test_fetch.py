from __future__ import annotations

import threading
import urllib.request
from dataclasses import dataclass
from datetime import date
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from billcheck.cli import clock
from billcheck.connectors import registry
from billcheck.connectors.snapshot import read_snapshot
from billcheck.connectors.tokens import Secret, TokenFile
from billcheck.errors import UsageError
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.tokens import TokenService
from tests.servers.xero import XeroServer, contact, invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

HARTWELL = contact(1, "Hartwell Interieur")
MONTHS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
WINDOW = ["--since", "2026-01-01", "--until", "2026-12-31"]


@dataclass
class Company:
    """A token service and a ledger behind one address."""

    ledger: XeroServer
    tokens: TokenService

    def __call__(self, asked: Asked) -> Reply:
        return self.tokens(asked) if asked.target == "/token" else self.ledger(asked)


@pytest.fixture
def company(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    invoices = [invoice(number, HARTWELL, day, "50.00") for number, day in enumerate(MONTHS, start=1)]
    made = Company(XeroServer(invoices, [HARTWELL]), TokenService())
    with RawServer(made) as server:
        for key, value in {
            "XERO_API_URL": f"{server.address}/api.xro/2.0",
            "XERO_CONNECTIONS_URL": f"{server.address}/connections",
            "XERO_TOKEN_URL": f"{server.address}/token",
            "XERO_AUTHORISE_URL": f"{server.address}/authorise",
            "XERO_CLIENT_ID": "app",
            "STATE_DIR": str(folder / "state"),
            "HTTP_BACKOFF_SECONDS": "0.01",
        }.items():
            monkeypatch.setenv(f"BILLCHECK_{key}", value)
        yield made


@pytest.mark.usefixtures("company")
def test_what_was_fetched_is_checked_like_any_ledger(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
    fetched = run("fetch", "xero", *WINDOW, "--out", "ledger.jsonl")
    assert fetched.code == 0
    assert "ledger.jsonl: 3 documents of Duinweg Webbeheer." in fetched.err
    assert "Invoices: 3 read, 3 in the ledger." in fetched.err
    first = (folder / "ledger.jsonl").read_bytes()
    checked = run("check", "ledger.jsonl", "--contracts", "contracts.toml", "--as-of", "2026-04-20")
    assert checked.code == 1
    assert "read as snapshot" in checked.out
    assert "150.00 EUR excl. tax was agreed and never billed" in checked.out
    run("fetch", "xero", *WINDOW, "--out", "again.jsonl")
    again = (folder / "again.jsonl").read_bytes()
    assert again.split(b"\n", 1)[1] == first.split(b"\n", 1)[1]  # all but the time in the header


@pytest.mark.usefixtures("company")
def test_some_customers_only_is_incomplete_for_a_check(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
    assert run("fetch", "xero", *WINDOW, "--customer", "Nobody", "--out", "none.jsonl").code == 3
    assert run("fetch", "xero", *WINDOW, "--customer", "hartwell interieur", "--out", "one.jsonl").code == 0
    checked = run("check", "one.jsonl", "--contracts", "contracts.toml", "--as-of", "2026-04-20")
    assert "Only documents of these customers were fetched" in checked.out


def test_a_fetch_that_fails_writes_nothing(
    run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
    company.ledger.before = lambda *_: answer(b"", status=404)
    failed = run("fetch", "xero", *WINDOW, "--out", "ledger.jsonl")
    assert failed.code == 2
    assert "xero GET /connections" in failed.err
    assert "Traceback" not in failed.err
    assert "access-0" not in failed.err
    assert not (folder / "ledger.jsonl").exists()


@pytest.mark.usefixtures("company")
def test_without_a_sign_in_it_says_how_to_get_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "billcheck login xero" in run("fetch", "xero", *WINDOW, "--out", "a.jsonl").err
    monkeypatch.delenv("BILLCHECK_XERO_CLIENT_ID")
    failed = run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    assert failed.code == 2
    said = (
        "BILLCHECK_XERO_CLIENT_ID: This environment variable is not set. Register an application at "
        "https://developer.xero.com, set the variable to its client id, then run: billcheck login xero.\n"
    )
    assert said in failed.err
    assert said in run("login", "xero", "--port", "0").err


@pytest.mark.usefixtures("company")
def test_without_a_last_day_it_is_today_and_said(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
    monkeypatch.setattr(clock, "today", lambda: date(2026, 2, 28))
    fetched = run("fetch", "xero", "--since", "2026-01-01", "--out", "a.jsonl")
    assert fetched.code == 0, fetched.err
    said = "Documents up to 2026-02-28, which is today; give --until for a window that stays the same.\n"
    assert fetched.err.startswith(said)
    with (folder / "a.jsonl").open("rb") as lines:
        read = read_snapshot("a.jsonl", lines)
    assert read.completeness.request.last_day == date(2026, 2, 28)
    assert [document.issue_date for document in read.documents] == MONTHS[:2]
    late = run("fetch", "xero", "--since", "2026-03-01", "--out", "b.jsonl")
    assert (late.code, "Found '2026-03-01..2026-02-28'." in late.err) == (2, True)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("BILLCHECK_XERO_API_URL", "http://api.xero.com", "Tokens only travel encrypted"),
        ("BILLCHECK_TOKEN_STORE", "paper", "in a file or in the keyring"),
        ("BILLCHECK_HTTP_TRIES", "many", "no number above zero"),
    ],
)
def test_settings_that_make_no_sense(
    run: Run, monkeypatch: pytest.MonkeyPatch, key: str, value: str, words: str
) -> None:
    monkeypatch.setenv(key, value)
    failed = run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    assert failed.code == 2
    assert words in failed.err


def test_a_refresh_token_of_the_environment_is_used_once(
    run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_REFRESH_TOKEN", "refresh-0")
    company.tokens.has_grace = False
    # The ledger's server knows one access token; what the service gives first is another, so that only the kept
    # sign-in is looked at here.
    run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    kept = TokenFile(folder / "state", "xero").load()
    assert kept is not None
    assert kept.refresh_token != Secret("refresh-0")
    before = [form.get("refresh_token") for form in company.tokens.forms]
    assert before[0] == "refresh-0"
    run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    after = [form.get("refresh_token") for form in company.tokens.forms][len(before) :]
    assert "refresh-0" not in after


def test_a_newer_refresh_token_of_the_environment_replaces_a_sign_in_that_is_over(
    run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_REFRESH_TOKEN", "refresh-0")
    run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    company.tokens.valid = ["refresh-of-today"]
    assert "Sign in again: billcheck login xero." in run("fetch", "xero", *WINDOW, "--out", "a.jsonl").err
    monkeypatch.setenv("BILLCHECK_XERO_REFRESH_TOKEN", "refresh-of-today")
    run("fetch", "xero", *WINDOW, "--out", "a.jsonl")
    kept = TokenFile(folder / "state", "xero").load()
    assert kept is not None
    assert kept.previous_refresh_token == Secret("refresh-of-today")


def test_signing_in_and_fetching(run: Run, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def come_back(address: str) -> bool:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["scope"].startswith("offline_access accounting.invoices.read")
        back = f"{asked['redirect_uri']}?code=c&state={asked['state']}"
        assert back.startswith("http://127.0.0.1:")
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=5).close()).start()  # noqa: S310 - http
        return True

    monkeypatch.setattr("webbrowser.open", come_back)
    signed = run("login", "xero", "--port", "0")
    assert signed.code == 0, signed.err
    assert "Signed in to xero." in signed.err
    kept = TokenFile(folder / "state", "xero").load()
    assert kept is not None
    assert kept.access_token == Secret("access-0")
    assert run("fetch", "xero", *WINDOW, "--out", "a.jsonl").code == 0
    assert company.tokens.forms[0]["grant_type"] == "authorization_code"


def test_connectors_are_listed_with_what_brings_them(run: Run) -> None:
    listed = run("connectors", "list")
    assert listed.code == 0
    assert [line.split()[:2] for line in listed.out.splitlines()[1:]] == [
        ["quickbooks", "billcheck"],
        ["xero", "billcheck"],
    ]


def test_a_connector_that_is_not_there(run: Run) -> None:
    failed = run("fetch", "sage", *WINDOW, "--out", "a.jsonl")
    assert failed.code == 2
    assert "There is no connector of this name. Found 'sage'. Installed are: quickbooks, xero." in failed.err


def test_two_of_one_name_and_one_that_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [EntryPoint("sage", "nowhere:connect", registry.GROUP)] * 2
    monkeypatch.setattr(registry, "entry_points", lambda **_: twins)
    with pytest.raises(UsageError, match="Several installed distributions"):
        registry.load_connector("sage")
    monkeypatch.setattr(registry, "entry_points", lambda **_: twins[:1])
    with pytest.raises(UsageError, match=r"cannot be loaded\. Found .ModuleNotFoundError"):
        registry.load_connector("sage")
