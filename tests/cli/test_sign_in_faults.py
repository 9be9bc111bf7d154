"""What stands between billcheck and a live ledger that is set up wrongly: where, what, and what to do; no traceback."""

from __future__ import annotations

import socket
import sys
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.servers import quickbooks
from tests.servers.raw import Asked, RawServer, Reply, answer
from tests.servers.tokens import TokenService
from tests.servers.xero import TENANT, XeroServer, contact, invoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Outcome

Run = Callable[..., "Outcome"]

HARTWELL, CUSTOMER = contact(1, "Hartwell Interieur"), quickbooks.customer(1, "Hartwell Interieur")
DAY = date(2026, 1, 31)
NAMES = ("quickbooks", "xero")
TO_XERO, TO_QUICKBOOKS = {"XERO_ACCESS_TOKEN": "access-0"}, {"QUICKBOOKS_ACCESS_TOKEN": "access-0"}
SECRETS = ("access-0", "refresh-0", "sesame")


@dataclass
class Both:
    """Both ledgers and a token service behind one address."""

    tokens: TokenService = field(default_factory=TokenService)
    xero: XeroServer = field(default_factory=lambda: XeroServer([invoice(1, HARTWELL, DAY, "50.00")], [HARTWELL]))
    quickbooks: quickbooks.QuickBooksServer = field(
        default_factory=lambda: quickbooks.QuickBooksServer(
            [("Invoice", quickbooks.invoice(1, CUSTOMER, DAY, "50.00"))], [CUSTOMER]
        )
    )
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked.target)
        if asked.target == "/token":
            return self.tokens(asked)
        return self.quickbooks(asked) if asked.target.startswith("/v3/") else self.xero(asked)


@pytest.fixture
def both(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    made = Both()
    with RawServer(made) as server:
        for key, value in {
            "XERO_API_URL": f"{server.address}/api.xro/2.0",
            "XERO_CONNECTIONS_URL": f"{server.address}/connections",
            "XERO_TOKEN_URL": f"{server.address}/token",
            "QUICKBOOKS_API_URL": server.address,
            "QUICKBOOKS_TOKEN_URL": f"{server.address}/token",
            "XERO_CLIENT_ID": "app",
            "QUICKBOOKS_CLIENT_ID": "app",
            "QUICKBOOKS_CLIENT_SECRET": "sesame",
            "STATE_DIR": str(folder / "state"),
            "HTTP_BACKOFF_SECONDS": "0.01",
        }.items():
            monkeypatch.setenv(f"BILLCHECK_{key}", value)
        yield made


Refused = Callable[..., str]


@pytest.fixture
def refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Gives what is said of a fetch with some settings, which is refused without a traceback or a secret."""

    def fetch(name: str, **settings: str) -> str:
        for key, value in settings.items():
            monkeypatch.setenv(f"BILLCHECK_{key}", value)
        failed = run("fetch", name, "--since", "2026-01-01", "--until", "2026-12-31", "--out", "ledger.jsonl")
        assert (failed.code, failed.out) == (2, ""), failed.err
        assert "Traceback" not in failed.err
        assert not any(secret in failed.err for secret in SECRETS)
        assert not Path("ledger.jsonl").exists()
        return failed.err

    return fetch


@pytest.fixture(autouse=True)
def _environment_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        for key in ("ACCESS_TOKEN", "REFRESH_TOKEN", "TENANT_ID", "REALM_ID"):
            monkeypatch.delenv(f"BILLCHECK_{name.upper()}_{key}", raising=False)
    monkeypatch.delenv("BILLCHECK_TOKEN_STORE", raising=False)


@pytest.mark.usefixtures("both")
def test_another_organisation_of_xero(refused: Refused) -> None:
    wrong = TENANT.replace("7", "8")
    told = refused("xero", **TO_XERO, XERO_TENANT_ID=wrong)
    assert f"xero GET /Organisation: The organisation '{wrong}' is not among those signed in to: Company 7c9e" in told
    assert "Sign in to it: billcheck login xero; or name another with BILLCHECK_XERO_TENANT_ID." in told


def test_what_is_no_id_of_an_organisation(refused: Refused, both: Both) -> None:
    for wrong in ("Duinweg", "a\nb", "é" * 32):
        told = refused("xero", **TO_XERO, XERO_TENANT_ID=wrong)
        assert "BILLCHECK_XERO_TENANT_ID: An organisation of Xero has an id of 32 figures and letters" in told
        assert f"Found {wrong!r}. Write it as in 7c9e6679" in told.replace("\\\\", "\\")
    assert both.asked == []


@pytest.mark.parametrize("status", [403, 404])
def test_another_company_of_quickbooks(refused: Refused, both: Both, status: int) -> None:
    fault = {"Fault": {"Error": [{"Message": "message=ApplicationAuthorizationFailed", "code": "003100"}], "type": "x"}}
    both.quickbooks.before = lambda *_: answer(fault if status == 403 else b"no such page", status=status)
    told = refused("quickbooks", **TO_QUICKBOOKS, QUICKBOOKS_REALM_ID="123")
    assert (
        f"quickbooks GET query CompanyInfo: The company '123' was refused at 127.0.0.1. The server answered {status}"
        in told
    )
    assert "Check BILLCHECK_QUICKBOOKS_REALM_ID; sign in to the company: billcheck login quickbooks; or set " in told
    assert "BILLCHECK_QUICKBOOKS_API_URL=https://sandbox-quickbooks.api.intuit.com for one of the sandbox." in told


def test_what_is_no_id_of_a_company(refused: Refused, both: Both) -> None:
    told = refused("quickbooks", **TO_QUICKBOOKS, QUICKBOOKS_REALM_ID="12-3")
    assert "BILLCHECK_QUICKBOOKS_REALM_ID: A company of QuickBooks has a number for its id. Found '12-3'." in told
    assert both.asked == []


PAGES = {
    "no such page": (answer(b"nope", status=404, kind="text/plain"), "The server answered 404: nope."),
    "a page in place of JSON": (
        answer(b"<html>", kind="text/html"),
        "The server answered 200: its content is text/html, not JSON.",
    ),
    "a text in place of JSON": (answer(b"nope"), "The server answered 200: its content is no JSON ("),
    "a page that leads on": (
        answer(b"", status=302, headers={"Location": "https://elsewhere.example"}),
        "The server answered 302: it sends us to https://elsewhere.example.",
    ),
}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("name", "key"),
    [("xero", "CONNECTIONS_URL"), ("xero", "API_URL"), ("xero", "TOKEN_URL"), ("quickbooks", "TOKEN_URL")],
)
def test_an_address_where_something_else_answers(refused: Refused, page: str, name: str, key: str) -> None:
    reply, said = PAGES[page]
    signed_in = {f"{name.upper()}_REFRESH_TOKEN": "refresh-0"} if key == "TOKEN_URL" else TO_XERO
    settings = {"QUICKBOOKS_REALM_ID": quickbooks.REALM, **({"XERO_TENANT_ID": TENANT} if key == "API_URL" else {})}
    with RawServer(lambda _: reply) as wrong:
        host = wrong.address.removeprefix("http://")
        told = refused(name, **signed_in, **settings, HTTP_TRIES="1", **{f"{name.upper()}_{key}": wrong.address})
    assert said in told
    assert f" Check BILLCHECK_{name.upper()}_{key}, which leads to {host}, or leave it out." in told
    assert "please report it" not in told


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("page", PAGES)
def test_an_address_of_quickbooks_where_something_else_answers(refused: Refused, page: str) -> None:
    reply, said = PAGES[page]
    realm = {"QUICKBOOKS_REALM_ID": quickbooks.REALM}
    with RawServer(lambda _: reply) as wrong:
        host = wrong.address.removeprefix("http://")
        told = refused("quickbooks", **TO_QUICKBOOKS, **realm, HTTP_TRIES="1", QUICKBOOKS_API_URL=wrong.address)
    assert said in told
    if page == "no such page":
        assert f"The company '{quickbooks.REALM}' was refused at 127.0.0.1." in told
        assert "BILLCHECK_QUICKBOOKS_API_URL" in told
    else:
        assert f" Check BILLCHECK_QUICKBOOKS_API_URL, which leads to {host}, or leave it out." in told
    assert "please report it" not in told


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("name", "key"), [("xero", "CONNECTIONS_URL"), ("quickbooks", "API_URL")])
def test_an_address_where_nobody_is(refused: Refused, name: str, key: str) -> None:
    with RawServer(lambda _: answer(b"")) as gone:
        host = gone.address.removeprefix("http://")
    more = {"QUICKBOOKS_REALM_ID": quickbooks.REALM, **TO_QUICKBOOKS, **TO_XERO}
    told = refused(name, **more, HTTP_TRIES="1", **{f"{name.upper()}_{key}": f"http://{host}/x"})
    assert "127.0.0.1 cannot be connected to (ConnectError). " in told
    assert f" Check BILLCHECK_{name.upper()}_{key}, which leads to {host}, or leave it out." in told


@pytest.mark.parametrize(("status", "error"), [(401, "invalid_client"), (400, "invalid_client")])
def test_a_custom_connection_with_a_wrong_secret(refused: Refused, both: Both, status: int, error: str) -> None:
    both.tokens = lambda _: answer({"error": error}, status=status)  # type: ignore[assignment]
    told = refused("xero", XERO_CLIENT_SECRET=SECRETS[-1])
    said = f"xero POST token: The server answered {status}: {error}"
    assert said in told
    assert " Check the client's id and secret: BILLCHECK_XERO_CLIENT_ID and BILLCHECK_XERO_CLIENT_SECRET.\n" in told
    assert "billcheck login" not in told


def test_signing_in_with_a_wrong_secret(run: Run, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    def come_back(address: str) -> bool:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        back = f"{asked['redirect_uri']}?code=c&state={asked['state']}&realmId=1"
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=5).close()).start()  # noqa: S310 - http
        return True

    monkeypatch.setattr("webbrowser.open", come_back)
    both.tokens = lambda _: answer({"error": "invalid_client"}, status=401)  # type: ignore[assignment]
    failed = run("login", "quickbooks", "--port", "0")
    assert failed.code == 2
    assert "Check the client's id and secret, or sign in again: billcheck login quickbooks." in failed.err


PLACES = {
    "a file": "this is no folder",
    "below a file": "this is no folder",
    "a folder of somebody else": "Permission denied",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", PLACES)
def test_a_folder_that_cannot_be_used(
    run: Run, refused: Refused, both: Both, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    (folder / "taken").write_text("")
    state = {"a file": folder / "taken", "below a file": folder / "taken" / "x"}.get(place, folder / "theirs")
    if place == "a folder of somebody else":
        state.mkdir()
        denied(monkeypatch, state)
    for more in ({}, {f"{name.upper()}_REFRESH_TOKEN": "refresh-0"}):
        if not more and place == "a folder of somebody else":
            continue  # what is not there needs no right to be written
        told = refused(name, STATE_DIR=str(state), **more)
        assert f"  {state}: The folder for sign-ins cannot be used: {PLACES[place]}." in told
        assert "Set BILLCHECK_STATE_DIR to a folder you can write to." in told
    assert both.asked == []
    failed = run("login", name, "--no-browser", "--port", "0")
    assert failed.code == 2
    assert "The folder for sign-ins cannot be used" in failed.err
    assert "Open this address" not in failed.err, "it is told before somebody signs in"


def denied(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    """A folder in which nothing can be made, whoever runs the tests."""
    opened = Path.open

    def refuse(path: Path, mode: str = "r", *more: object, **how: object) -> object:
        if path.parent == state and "r" not in mode:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *more, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_where_the_sign_in_would_be(run: Run, refused: Refused, both: Both, folder: Path, name: str) -> None:
    place = folder / "state" / f"{name}.tokens.json"
    place.mkdir(parents=True)
    said = f"{place}: this is a folder, where the file with the sign-in would be. Take it away, and sign in: "
    said += f"billcheck login {name}."
    assert said in refused(name)
    assert said in run("login", name, "--no-browser", "--port", "0").err
    assert both.asked == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00sesame", b'{"access_token": "sesame"', b"[" * 100_000, b'{"a": 1e999}']
)
def test_a_sign_in_that_is_damaged(refused: Refused, both: Both, folder: Path, name: str, data: bytes) -> None:
    place = folder / "state" / f"{name}.tokens.json"
    place.parent.mkdir()
    place.write_bytes(data)
    told = refused(name)
    assert f"{place}: what is kept there of the sign-in is damaged." in told
    assert f"Sign in again, which replaces it: billcheck login {name}." in told
    assert both.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_a_sign_in_that_may_not_be_read(
    refused: Refused, folder: Path, monkeypatch: pytest.MonkeyPatch, both: Both, name: str
) -> None:
    (folder / "state").mkdir()
    place = folder / "state" / f"{name}.tokens.json"
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == place:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    said = f"{place}: the sign-in that is kept there cannot be read: Permission denied. Make it readable for yourself."
    assert said in refused(name)
    assert both.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_a_server_without_a_keyring(refused: Refused, monkeypatch: pytest.MonkeyPatch, both: Both, name: str) -> None:
    class NoKeyringError(Exception):
        pass

    def fail(*_: object) -> None:
        raise NoKeyringError("sesame")

    ring = ModuleType("keyring")
    for each in ("get_password", "set_password", "delete_password"):
        setattr(ring, each, fail)
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setenv("BILLCHECK_TOKEN_STORE", "keyring")
    told = refused(name)
    assert f"keyring {name}: the keyring of the system does not work (NoKeyringError)." in told
    assert "BILLCHECK_TOKEN_STORE=file" in told
    assert both.asked == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["ACCESS_TOKEN", "REFRESH_TOKEN", "CLIENT_SECRET"])
@pytest.mark.parametrize("wrong", ["ses\name", "sésame", "sesame\x00"[:6] + "\x7f"])
def test_a_token_that_no_header_can_carry(refused: Refused, both: Both, name: str, key: str, wrong: str) -> None:
    told = refused(name, **{f"{name.upper()}_{key}": wrong})
    assert f"BILLCHECK_{name.upper()}_{key}: It holds a character that no token or secret has" in told
    assert wrong not in told
    assert both.asked == []


def test_the_line_end_of_a_file_is_no_part_of_a_token(run: Run, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0\n")
    monkeypatch.setenv("BILLCHECK_XERO_TENANT_ID", f" {TENANT}\n")
    fetched = run("fetch", "xero", "--since", "2026-01-01", "--until", "2026-12-31", "--out", "ledger.jsonl")
    assert fetched.code == 0, fetched.err
    assert both.asked


@pytest.mark.parametrize("name", NAMES)
def test_a_token_that_is_over(refused: Refused, name: str, both: Both) -> None:
    more = {"QUICKBOOKS_REALM_ID": quickbooks.REALM} if name == "quickbooks" else {}
    told = refused(name, **{f"{name.upper()}_ACCESS_TOKEN": "old"}, **more)
    assert f"no longer valid. Give a new one with BILLCHECK_{name.upper()}_ACCESS_TOKEN." in told
    assert len(both.asked) == 1


@pytest.mark.parametrize("code", [120, 3201])
def test_a_sign_in_that_the_ledger_ended_names_how_to_sign_in_again(refused: Refused, both: Both, code: int) -> None:
    fault = {"Fault": {"Error": [{"Message": "AuthorizationFailure", "code": str(code)}], "type": "x"}}
    both.quickbooks.before = lambda *_: answer(fault, status=401)
    told = refused("quickbooks", **TO_QUICKBOOKS, QUICKBOOKS_REALM_ID=quickbooks.REALM)
    assert "Sign in again: billcheck login quickbooks." in told


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("name", NAMES)
def test_a_port_that_is_taken(run: Run, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        failed = run("login", name, "--no-browser", "--port", port)
    assert failed.code == 2
    assert (
        f"port: The browser cannot come back to this port of this machine: Address already in use. Found '{port}'."
        in (failed.err)
    )
    assert "Give another one with --port, and register" in failed.err


@pytest.mark.parametrize("port", ["65536", "-1", "abc", "1.5", "٣", ""])
def test_what_is_no_port(run: Run, port: str) -> None:
    failed = run("login", "xero", f"--port={port}")
    assert failed.code == 2
    assert "is no port; write a number up to 65535, such as 8319" in failed.err
