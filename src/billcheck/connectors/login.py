"""Signing in by a browser: authorisation code with PKCE, answered to this machine alone.

Comes in: the addresses of a ledger's sign-in, and who asks. Goes out: tokens, and what else the ledger told on the way
back, such as which company was chosen. What does not bear the state we sent is refused. Must not know which ledger it
is for, or where tokens are kept.
"""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from billcheck.connectors.faults import ScopeError, SignInError
from billcheck.connectors.oauth import INVALID_SCOPE, request_tokens, scope_remedy
from billcheck.connectors.tokens import Sealed
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from billcheck.connectors.http import Http
    from billcheck.connectors.oauth import Client
    from billcheck.connectors.tokens import Tokens

DEFAULT_PORT = 8319
"""Where the browser comes back to; the same each time, since ledgers want the address registered."""
DEFAULT_SECONDS = 300.0
_DONE = b"<!doctype html><title>billcheck</title><p>You are signed in. You can close this page."
_NOT_DONE = b"<!doctype html><title>billcheck</title><p>That did not work. Look at the terminal."
_RANDOM_BYTES = 48


class PortError(Problem):
    """The browser cannot come back to this port of this machine."""

    remedy = "Give another one with --port, and register http://127.0.0.1:PORT/callback with the application."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """How a ledger is asked to let somebody sign in; `has_pkce` where it takes part in PKCE.

    `advice` is what to do where nobody comes back.
    """

    name: str
    authorise_address: str
    scopes: str
    has_pkce: bool = True
    advice: str = ""


def sign_in(
    invitation: Invitation,
    http: Http,
    client: Client,
    *,
    show: Callable[[str], object],
    port: int = DEFAULT_PORT,
    seconds: float = DEFAULT_SECONDS,
) -> tuple[Tokens, Mapping[str, str]]:
    """Let a person sign in, and wait until that is done.

    Args:
        invitation: What to ask for.
        http: For the token service.
        client: Who asks.
        show: Is given the address that the person has to open in a browser.
        port: Of this machine, where the browser comes back to; 0 for any that is free.
        seconds: How long to wait.

    Returns:
        The tokens, and the parameters the ledger sent with the code.

    Raises:
        UsageError: The port is taken.
        ScopeError: The application may not ask for the scopes.
        SignInError: It was declined, took too long, or what came back is not the answer to what we asked.
        ConnectorError: The token service gave no usable answer.
    """
    state, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(2))
    with _Doorman(state, port) as doorman:
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": doorman.address,
            "scope": invitation.scopes,
            "state": state,
        }
        if invitation.has_pkce:
            asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
        show(f"{invitation.authorise_address}?{urlencode(asked)}")
        found = doorman.wait(invitation.name, seconds, invitation.advice)
    form = Sealed(grant_type="authorization_code", code=found.pop("code"), redirect_uri=doorman.address)
    if invitation.has_pkce:
        form["code_verifier"] = verifier
    return request_tokens(invitation.name, http, client, form), found


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


class _Doorman:
    """Waits on this machine for the browser to come back with our state."""

    def __init__(self, state: str, port: int) -> None:
        self._found: dict[str, str] = {}
        self._came = threading.Event()
        doorman = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                # Whatever else knocks, such as a page that guesses the port, is not let in and ends no wait.
                is_ours = secrets.compare_digest(given.get("state", "").encode(), state.encode())
                if parts.path != "/callback" or not is_ours:
                    self.send_error(404)
                    return
                is_done = "code" in given
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_DONE if is_done else _NOT_DONE)
                doorman.let_in(given)

            def log_message(self, *_: object) -> None:
                """Nothing: the request holds a secret."""

        try:
            # Browsers open connections before they need them: one that says nothing must not hold up the one that does.
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            what = f"The browser cannot come back to this port of this machine: {error.strerror}."
            raise UsageError([PortError("port", str(port), what=what)]) from None
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def let_in(self, given: dict[str, str]) -> None:
        if not self._came.is_set():
            self._found = given
            self._came.set()

    def wait(self, name: str, seconds: float, advice: str) -> dict[str, str]:
        if not self._came.wait(seconds):
            raise SignInError(name, f"Nobody signed in within {seconds:.0f} seconds.", remedy=advice)
        found = {key: value for key, value in self._found.items() if key != "state"}
        if found.get("error") == INVALID_SCOPE:
            raise ScopeError(name, f"It was declined: {INVALID_SCOPE}.", remedy=scope_remedy(name))
        if "code" not in found:
            raise SignInError(name, f"It was declined: {found.get('error', 'no reason given')}.")
        return found

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
