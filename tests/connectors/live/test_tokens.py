from __future__ import annotations

import copy
import os
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from billcheck.connectors.faults import ConnectorError, SignInError
from billcheck.connectors.login import Invitation, challenge_of, sign_in
from billcheck.connectors.oauth import Client, ClientSignIn, GivenToken, SignIn
from billcheck.connectors.tokens import (
    BrokenTokensError,
    KeyringStore,
    Sealed,
    Secret,
    TokenFile,
    Tokens,
    state_folder,
)
from billcheck.errors import MissingPackageError, UsageError
from tests.connectors.live.connections import QUICK, connect
from tests.servers.raw import RawServer, answer
from tests.servers.tokens import TokenService

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.connectors.patience import Patience
    from billcheck.connectors.tokens import TokenStore

EXPIRED = datetime(2026, 1, 1, tzinfo=UTC)
OLD = Tokens(
    access_token=Secret("access-0"), expires_at=EXPIRED, refresh_token=Secret("refresh-0"), account="tenant", scopes="s"
)


def client(server: RawServer, secret: str = "") -> Client:
    return Client(id="app", secret=Secret(secret), token_address=f"{server.address}/token")


def take_up(server: RawServer, store: TokenStore, patience: Patience = QUICK) -> SignIn:
    return SignIn("xero", connect(patience), store, client(server))


def test_a_secret_shows_nowhere() -> None:
    secret = Secret("abc123")
    for text in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{OLD!r}",
        repr(Client(id="a", secret=secret)),
        str([secret]),
    ):
        assert "abc123" not in text
        assert "refresh-0" not in text
    sealed = Sealed(Authorization="Bearer abc123")
    assert f"{sealed} {sealed!r} {[sealed]}" == "Sealed(Authorization) Sealed(Authorization) [Sealed(Authorization)]"
    assert dict(sealed) == sealed == {"Authorization": "Bearer abc123"}
    assert secret.reveal() == "abc123"
    assert not Secret()
    assert secret == copy.deepcopy(secret)


def test_what_is_kept_comes_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "state", "xero")
    assert store.load() is None
    store.save(OLD)
    assert store.load() == OLD
    (kept,) = (tmp_path / "state").glob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    store.forget()
    assert store.load() is None


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(OLD)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UsageError, match="cannot be used: No space left on device"):
        store.save(replace(OLD, account="other"))
    assert store.load() == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["xero.tokens.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"access_token": "sesame"', '{"access_token": 5}', "\x00"])
def test_what_cannot_be_read_is_said_without_quoting_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "xero.tokens.json").write_text(text)
    with pytest.raises(BrokenTokensError, match="Sign in again") as caught:
        TokenFile(tmp_path, "xero").load()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "../x", "A", "x" * 65, "a/b", "-x"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        TokenFile(tmp_path, name)


def test_where_state_is_kept(tmp_path: Path) -> None:
    assert state_folder({"BILLCHECK_STATE_DIR": str(tmp_path)}) == tmp_path
    assert state_folder({"XDG_STATE_HOME": "/x"}).name == "billcheck"


def test_the_keyring_is_an_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingPackageError, match=r"billcheck\[keyring\]"):
        KeyringStore(tmp_path, "xero")
    kept: dict[tuple[str, str], str] = {}
    ring = ModuleType("keyring")
    ring.get_password = lambda *key: kept.get(key)  # type: ignore[attr-defined]
    ring.set_password = lambda service, name, text: kept.__setitem__((service, name), text)  # type: ignore[attr-defined]
    ring.delete_password = lambda *key: kept.pop(key)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    store = KeyringStore(tmp_path, "xero")
    with store.locked():
        store.save(OLD)
    assert store.load() == OLD
    store.forget()
    store.forget()
    assert store.load() is None


def test_a_token_about_to_expire_is_renewed_and_kept_before_it_is_used(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(OLD)
    with RawServer(TokenService()) as server:
        assert take_up(server, store).headers() == {"Authorization": "Bearer access-1"}
        kept = store.load()
        assert kept is not None
        assert kept.refresh_token == Secret("refresh-1")
        assert kept.previous_refresh_token == Secret("refresh-0")
        assert (kept.account, kept.scopes) == ("tenant", "s")
        assert take_up(server, store).headers() == {"Authorization": "Bearer access-1"}
        assert len(server.asked) == 1


def test_nothing_is_used_that_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(OLD)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with RawServer(TokenService()) as server:
        monkeypatch.setattr(store, "save", fail)
        with pytest.raises(OSError, match="No space"):
            take_up(server, store).headers()


def test_an_answer_that_was_lost_is_asked_for_again(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(OLD)
    with RawServer(TokenService(loses=frozenset({1}))) as server:
        assert take_up(server, store).headers() == {"Authorization": "Bearer access-2"}


def test_a_crash_after_the_ledger_rotated_loses_nothing(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(OLD)
    service = TokenService(loses=frozenset({1}))
    with RawServer(service) as server:
        with pytest.raises(ConnectorError):
            take_up(server, store, replace(QUICK, tries=1)).headers()
        assert store.load() == OLD
        assert take_up(server, store).headers() == {"Authorization": "Bearer access-2"}


def test_the_token_before_helps_where_the_last_was_never_taken_over(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(replace(OLD, refresh_token=Secret("refresh-9"), previous_refresh_token=Secret("refresh-0")))
    with RawServer(TokenService()) as server:
        assert take_up(server, store).headers() == {"Authorization": "Bearer access-1"}


def test_a_token_from_elsewhere_helps_where_what_is_kept_is_over(tmp_path: Path) -> None:
    store, newer = TokenFile(tmp_path, "xero"), Secret("refresh-new")
    store.save(OLD)
    with RawServer(TokenService(valid=["refresh-new"])) as server:
        http = connect()
        assert SignIn("xero", http, store, client(server), spare=newer).headers() == {
            "Authorization": "Bearer access-1"
        }
        kept = store.load()
        assert kept is not None
        assert (kept.refresh_token, kept.account) == (Secret("refresh-1"), "tenant")
    # It was good for a single use: what is kept comes first from then on, and it is asked for once.
    service = TokenService(valid=[])
    store.save(replace(OLD, refresh_token=newer))
    with RawServer(service) as server, pytest.raises(SignInError, match="billcheck login xero"):
        SignIn("xero", connect(), store, client(server), spare=newer).headers()
    assert [form["refresh_token"] for form in service.forms] == ["refresh-new"]


def test_a_sign_in_that_is_over_says_what_to_run(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    with RawServer(TokenService(valid=[])) as server:
        with pytest.raises(SignInError, match="billcheck login xero"):
            take_up(server, store).headers()
        store.save(OLD)
        with pytest.raises(SignInError, match="billcheck login xero") as caught:
            take_up(server, store).headers()
    assert "refresh-0" not in f"{caught.value}{caught.value!r}"
    assert store.load() == OLD


def test_threads_with_one_refused_token_renew_it_once(tmp_path: Path) -> None:
    store = TokenFile(tmp_path, "xero")
    store.save(replace(OLD, expires_at=datetime.now(UTC) + timedelta(hours=1)))
    service = TokenService()
    with RawServer(service) as server:
        sign = take_up(server, store)
        used = sign.headers()
        threads = [threading.Thread(target=sign.renew, args=(used,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sign.headers() == {"Authorization": "Bearer access-1"}
    assert service.refreshes == 1


RENEW = """
import sys
from pathlib import Path
from billcheck.connectors.oauth import Client, SignIn
from billcheck.connectors.tokens import TokenFile
from tests.connectors.live.connections import connect
folder, address = sys.argv[1:]
sys.stdin.readline()
sign = SignIn("xero", connect(), TokenFile(Path(folder), "xero"), Client(id="app", token_address=address))
print(sign.headers()["Authorization"])
"""


def test_eight_processes_with_one_expired_token_make_one_refresh(tmp_path: Path) -> None:
    TokenFile(tmp_path, "xero").save(OLD)
    service = TokenService(has_grace=False)
    with RawServer(service) as server:
        words = [sys.executable, "-c", RENEW, str(tmp_path), server.address]
        processes = [
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(8)
        ]
        for process in processes:  # they begin together, once all have loaded
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        said = {process.communicate(timeout=60)[0] for process in processes}
    assert said == {"Bearer access-1\n"}
    assert service.refreshes == 1


def test_a_client_signs_in_by_itself() -> None:
    service = TokenService()
    with RawServer(service) as server:
        sign = ClientSignIn("xero", connect(), client(server, "sesame"), "accounting.read")
        first = sign.headers()
        assert sign.headers() == first
        sign.renew(first)
        sign.renew(first)
        assert sign.headers() != first
        assert [form["scope"] for form in service.forms] == ["accounting.read"] * 2
        assert all("client_id" not in form for form in service.forms)
        assert server.asked[0].headers["authorization"].startswith("Basic ")


def test_a_client_that_is_not_known() -> None:
    with RawServer(lambda _: answer({"error": "invalid_client"}, status=401)) as server:
        sign = ClientSignIn("xero", connect(), client(server, "sesame"), "")
        with pytest.raises(SignInError) as caught:
            sign.headers()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [{"a": 1}, {"access_token": 5, "expires_in": 5}, {"access_token": "x"}, {"access_token": "x", "expires_in": 0}],
)
def test_an_answer_without_a_token_is_none(body: object) -> None:
    with RawServer(lambda _: answer(body)) as server:
        sign = ClientSignIn("xero", connect(), client(server, "sesame"), "")
        with pytest.raises(ConnectorError, match="no access token"):
            sign.headers()


def test_a_given_token_is_never_renewed() -> None:
    given = GivenToken("xero", Secret("abc"))
    assert given.headers() == {"Authorization": "Bearer abc"}
    with pytest.raises(SignInError, match="no longer valid"):
        given.renew(given.headers())


def come_back(address: str, **changes: str) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    back = {"code": "code-1", "state": asked["state"], "realmId": "9130", **changes}
    query = "&".join(f"{name}={value}" for name, value in back.items() if value)
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{asked['redirect_uri']}?{query}", timeout=5) as page:  # noqa: S310 - http, see above
        page.read()


def test_signing_in_by_a_browser() -> None:
    service, shown = TokenService(), list[str]()
    invitation = Invitation(name="xero", authorise_address="https://login.example/authorize", scopes="a b")

    def show(address: str) -> None:
        shown.append(address)
        threading.Thread(target=come_back, args=(address,)).start()

    with RawServer(service) as server:
        tokens, told = sign_in(invitation, connect(), client(server), show=show, port=0, seconds=5)
    assert tokens.refresh_token == Secret("refresh-0")
    assert told == {"realmId": "9130"}
    asked = {name: values[0] for name, values in parse_qs(urlsplit(shown[0]).query).items()}
    (form,) = service.forms
    assert asked["code_challenge"] == challenge_of(form["code_verifier"])
    assert form["code"] == "code-1"
    assert form["redirect_uri"] == asked["redirect_uri"]
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert form["client_id"] == "app"
    assert asked["scope"] == "a b"


def test_a_connection_that_says_nothing_holds_nobody_up() -> None:
    """Browsers open one before they need it, and leave it open."""
    idle: list[socket.socket] = []

    def show(address: str) -> None:
        (back,) = parse_qs(urlsplit(address).query)["redirect_uri"]
        idle.append(socket.create_connection((urlsplit(back).hostname or "", urlsplit(back).port or 0)))
        threading.Timer(0.2, come_back, (address,)).start()

    invitation = Invitation(name="xero", authorise_address="https://login.example/authorize", scopes="a b")
    began = time.monotonic()
    with RawServer(TokenService()) as server:
        tokens, _ = sign_in(invitation, connect(), client(server), show=show, port=0, seconds=20)
    assert tokens.refresh_token == Secret("refresh-0")
    assert time.monotonic() - began < 15
    idle[0].close()


def test_the_challenge_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("changes", [{"state": "guessed"}, {"state": ""}])
def test_who_comes_back_without_our_state_is_not_let_in(changes: dict[str, str]) -> None:
    invitation = Invitation(name="xero", authorise_address="https://login.example/authorize", scopes="a")
    seen: list[int] = []

    def show(address: str) -> None:
        try:
            come_back(address, **changes)
        except HTTPError as error:
            seen.append(error.code)
            error.close()

    with RawServer(TokenService()) as server, pytest.raises(SignInError, match="Nobody signed in"):
        sign_in(invitation, connect(), client(server), show=show, port=0, seconds=0.3)
    assert seen == [404]


def test_a_declined_sign_in() -> None:
    invitation = Invitation(name="xero", authorise_address="https://login.example/authorize", scopes="a")
    with RawServer(TokenService()) as server, pytest.raises(SignInError, match="declined: access_denied"):
        sign_in(
            invitation,
            connect(),
            client(server),
            show=lambda address: come_back(address, code="", error="access_denied"),
            port=0,
            seconds=5,
        )
