"""Who asks: tokens for requests, renewed before they expire, by one process at a time.

Comes in: where a sign-in is kept, and the address of the ledger's token service. Goes out: headers that bear a token.
A renewed token is kept before it is used, and the one it replaced until the new one has worked: whatever is interrupted
when, one of the two is still good. Must not know which ledger it is for.
"""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from billcheck.connectors.faults import AnswerError, NotThereError, RefusedError, ScopeError, SignInError
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock
from billcheck.connectors.tokens import NO_SECRET, Sealed, Secret, Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.http import Http
    from billcheck.connectors.tokens import TokenStore

INVALID_SCOPE = "invalid_scope"
"""How token services say that a client may not ask for a scope (RFC 6749, 5.2)."""
EARLY = timedelta(minutes=5)
"""How long before it expires a token is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The application that signs in; `secret` is empty for one that cannot keep any: that proves itself by PKCE."""

    id: str
    secret: Secret = NO_SECRET
    token_address: str = ""

    def headers(self) -> dict[str, str]:
        """How it names itself to the token service (RFC 6749, 2.3.1), where it has a secret."""
        if not self.secret:
            return {}
        pair = f"{self.id}:{self.secret.reveal()}".encode()
        return Sealed(Authorization=f"Basic {base64.b64encode(pair).decode()}")

    def named(self, form: Mapping[str, str]) -> dict[str, str]:
        """The form, naming the client where no header does."""
        return Sealed(form if self.secret else {**form, "client_id": self.id})


class GivenToken:
    """A token from outside, such as the environment of a job; there is no way to renew it."""

    def __init__(self, name: str, token: Secret, *, variable: str = "BILLCHECK_…_ACCESS_TOKEN") -> None:
        self._name = name
        self._token = token
        self._variable = variable

    def headers(self) -> dict[str, str]:
        """The header with the token."""
        return _bearer(self._token)

    def renew(self, used: Mapping[str, str]) -> None:
        """There is none.

        Raises:
            SignInError: Always.
        """
        del used
        remark = "The access token that was given is no longer valid."
        raise SignInError(self._name, remark, remedy=f"Give a new one with {self._variable}.")


class SignIn:
    """A sign-in that is kept and renewed; for any number of threads and processes."""

    def __init__(
        self,
        name: str,
        http: Http,
        store: TokenStore,
        client: Client,
        clock: Clock = SYSTEM_CLOCK,
        *,
        spare: Secret = NO_SECRET,
    ) -> None:
        """Take up a sign-in; nothing is read yet.

        Args:
            name: How messages name the ledger.
            http: For the token service.
            store: Where it is kept.
            client: Who asks.
            clock: The time.
            spare: A refresh token from elsewhere, for where what is kept is over.
        """
        self._spare = spare
        self._name = name
        self._http = http
        self._store = store
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    @property
    def account(self) -> str:
        """The organisation that was signed in to; empty where the sign-in does not say."""
        return self._current().account

    def headers(self) -> dict[str, str]:
        """The header with a token that is good for a few minutes at least.

        Raises:
            SignInError: Nobody signed in, or the sign-in is over.
        """
        with self._lock:
            tokens = self._current()
            if tokens.expires_at - self._clock.now() < EARLY:
                tokens = self._renewed(tokens.access_token)
            return _bearer(tokens.access_token)

    def renew(self, used: Mapping[str, str]) -> None:
        """Get a new token, unless a thread or process did since `used` was handed out.

        Raises:
            SignInError: The sign-in is over.
        """
        with self._lock:
            current = self._current().access_token
            if _bearer(current) == dict(used):
                self._renewed(current)

    def _current(self) -> Tokens:
        if self._tokens is None:
            self._tokens = self._stored()
        return self._tokens

    def _stored(self) -> Tokens:
        tokens = self._store.load()
        if tokens is None:
            raise SignInError(self._name, "Nobody has signed in yet.", remedy=f"Run: billcheck login {self._name}.")
        return tokens

    def _renewed(self, stale: Secret) -> Tokens:
        with self._store.locked():
            # What is kept counts, not what this process remembers: another one may have renewed it meanwhile.
            tokens = self._stored()
            if tokens.access_token == stale:
                tokens = self._refreshed(tokens)
                self._store.save(tokens)
        self._tokens = tokens
        return tokens

    def _refreshed(self, tokens: Tokens) -> Tokens:
        """New tokens; by the refresh token before the last where the last was never taken over by the ledger.

        One from elsewhere comes last: it may be what the kept one once came from, or newer than one that is over.
        """
        known = (tokens.refresh_token, tokens.previous_refresh_token, self._spare)
        candidates = list(dict.fromkeys(one for one in known if one))
        for candidate in candidates:
            try:
                found = request_tokens(
                    self._name,
                    self._http,
                    self._client,
                    Sealed(grant_type="refresh_token", refresh_token=candidate.reveal()),
                    self._clock,
                )
            except SignInError:
                continue
            # A ledger that does not rotate gives no new one.
            kept = found.refresh_token or candidate
            return replace(
                found,
                refresh_token=kept,
                previous_refresh_token=candidate,
                account=tokens.account,
                scopes=tokens.scopes,
            )
        remark = "The sign-in is over: it was not used for too long, was revoked, or another program renewed it."
        raise SignInError(self._name, remark)


class ClientSignIn:
    """A client that signs in by itself, as jobs do; its tokens are asked for anew and never kept."""

    def __init__(
        self, name: str, http: Http, client: Client, scopes: str, clock: Clock = SYSTEM_CLOCK, *, or_else: str = ""
    ) -> None:
        """Take up a client; nothing is asked yet.

        Args:
            name: How messages name the ledger.
            http: For the token service.
            client: Who asks.
            scopes: What it asks for.
            clock: The time.
            or_else: What it asks for where it may not ask for those.
        """
        self._name = name
        self._http = http
        self._client = client
        self._scopes = scopes
        self._or_else = or_else
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    def headers(self) -> dict[str, str]:
        """The header with a token that is good for a few minutes at least.

        Raises:
            SignInError: The client is not known, or not allowed to.
        """
        with self._lock:
            if self._tokens is None or self._tokens.expires_at - self._clock.now() < EARLY:
                self._tokens = self._new()
            return _bearer(self._tokens.access_token)

    def renew(self, used: Mapping[str, str]) -> None:
        """Ask for a new token, unless a thread did since `used` was handed out.

        Raises:
            SignInError: The client is not known, or not allowed to.
        """
        with self._lock:
            if self._tokens is None or _bearer(self._tokens.access_token) == dict(used):
                self._tokens = self._new()

    def _new(self) -> Tokens:
        try:
            return self._asked(self._scopes)
        except ScopeError:
            if not self._or_else:
                raise
        found = self._asked(self._or_else)
        self._scopes, self._or_else = self._or_else, ""
        return found

    def _asked(self, scopes: str) -> Tokens:
        form = {"grant_type": "client_credentials", **({"scope": scopes} if scopes else {})}
        try:
            return request_tokens(self._name, self._http, self._client, form, self._clock)
        except ScopeError:
            raise
        except SignInError as error:
            # Nobody can sign in for it: what it proves itself by is wrong.
            remedy = f"Check the client's id and secret: {_variable(self._name, 'CLIENT_ID')} and "
            remedy += f"{_variable(self._name, 'CLIENT_SECRET')}."
            raise SignInError(error.where, error.remark, request_id=error.request_id, remedy=remedy) from None


def request_tokens(
    name: str, http: Http, client: Client, form: Mapping[str, str], clock: Clock = SYSTEM_CLOCK
) -> Tokens:
    """Ask the token service.

    Raises:
        ScopeError: The client may not ask for its scopes.
        SignInError: It knows neither the client nor what it brings (``invalid_grant`` and the like).
        AnswerError: Its answer holds no token, or nothing of that address is there.
        ConnectorError: It gave no answer.
    """
    try:
        answer = http.post_form("token", client.token_address, form=client.named(form), headers=client.headers())
    except NotThereError as error:
        # Whoever asks: this is no token service.
        raise AnswerError(
            error.where, error.remark, request_id=error.request_id, remedy=error.advice or _remedy(name)
        ) from None
    except RefusedError as error:
        if INVALID_SCOPE in error.remark:
            raise ScopeError(
                error.where, error.remark, request_id=error.request_id, remedy=scope_remedy(name)
            ) from None
        raise SignInError(error.where, error.remark, request_id=error.request_id, remedy=_remedy(name)) from None
    tokens = _tokens_in(answer.json(), clock)
    if tokens is None:
        raise AnswerError(f"{name} POST token", "The answer holds no access token with a time to expire.")
    return tokens


def _tokens_in(found: object, clock: Clock) -> Tokens | None:
    """What the token service gave; None where it is no token. It raises nothing, since its variables are secrets."""
    if not isinstance(found, dict):
        return None
    token, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int) or seconds <= 0:
        return None
    refresh = found.get("refresh_token") or ""
    return Tokens(
        access_token=Secret(token),
        expires_at=clock.now() + timedelta(seconds=min(seconds, 10**7)),
        refresh_token=Secret(refresh if isinstance(refresh, str) else ""),
        scopes=str(found.get("scope") or ""),
    )


def scope_remedy(name: str) -> str:
    """What to do where an application may not ask for its scopes."""
    return f"Set {_variable(name, 'SCOPES')} to those of the application, with spaces between them."


def _variable(name: str, key: str) -> str:
    return f"BILLCHECK_{name.upper().replace('-', '_')}_{key}"


def _remedy(name: str) -> str:
    return f"Check the client's id and secret, or sign in again: billcheck login {name}."


def _bearer(token: Secret) -> dict[str, str]:
    return Sealed(Authorization=f"Bearer {token.reveal()}")
