"""What the environment says of a live ledger: addresses, and who signs in.

Comes in: environment variables that begin with ``BILLCHECK_`` and the name of the connector. Goes out: checked
addresses, and the credentials they set up. Must not know any ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from billcheck.connectors.addresses import check_address
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import Client, ClientSignIn, GivenToken, SignIn
from billcheck.connectors.patience import Patience
from billcheck.connectors.tokens import KeyringStore, Secret, TokenFile, Tokens, state_folder
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from billcheck.connectors.http import Credentials, Dialect
    from billcheck.connectors.patience import Pace
    from billcheck.connectors.tokens import TokenStore

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MissingSettingError(Problem):
    """This environment variable is not set."""


class NotASecretError(Problem):
    """It holds a character that no token or secret has, such as a line end or a letter with an accent."""

    remedy = "Copy it again; it is not shown here."


class TokenStoreError(Problem):
    """Tokens are kept in a file or in the keyring."""

    remedy = "Write file or keyring."


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment as one connector reads it."""

    name: str
    environment: Mapping[str, str]

    def variable(self, key: str) -> str:
        """The name of a variable; a hyphen of the connector's name is an underscore there."""
        return f"BILLCHECK_{self.name.upper().replace('-', '_')}_{key}"

    def text(self, key: str, default: str = "") -> str:
        """A value without the spaces and line ends around it, else the default."""
        return self.environment.get(self.variable(key), "").strip() or default

    def needed(self, key: str, remedy: str) -> str:
        """A value that has to be there.

        Raises:
            UsageError: It is not.
        """
        value = self.text(key)
        if not value:
            raise UsageError([MissingSettingError(self.variable(key), remedy=remedy)])
        return value

    def secret(self, key: str) -> Secret:
        """A value that shows nowhere.

        Raises:
            UsageError: It holds what no header can carry.
        """
        text = Secret(self.text(key))
        if not (text.reveal().isascii() and text.reveal().isprintable()):
            raise UsageError([NotASecretError(self.variable(key))])
        return text

    def address(self, key: str, default: str) -> str:
        """An address that a token may go to.

        Raises:
            UsageError: It is another.
        """
        return check_address(self.variable(key), self.text(key, default))

    def variable_of(self, address: str) -> str:
        """The variable that an address, or the beginning of it, stands in; empty for one of the connector's own."""
        prefix = self.variable("")
        found = {
            key: value.strip().rstrip("/")
            for key, value in self.environment.items()
            if key.startswith(prefix) and key.endswith("_URL") and value.strip()
        }
        # The beginning of one may be all of another.
        fitting = [key for key in sorted(found) if address.startswith(found[key])]
        return max(fitting, key=lambda key: len(found[key]), default="")

    def http(self, dialect: Dialect, pace: Pace, tell: Callable[[str], None] | None = None) -> Http:
        """Exchanges with the ledger, as patient as the environment says.

        Raises:
            UsageError: A figure of patience is none.
        """
        patience = Patience.from_environment(self.environment)
        return Http(self.name, dialect, pace=pace, patience=patience, tell=tell, variable_of=self.variable_of)

    def store(self) -> TokenStore:
        """Where a sign-in is kept: ``BILLCHECK_TOKEN_STORE`` is file or keyring.

        Raises:
            UsageError: It is neither.
            MissingPackageError: The keyring was asked for and is not installed.
        """
        kind = self.environment.get("BILLCHECK_TOKEN_STORE") or "file"
        if kind not in {"file", "keyring"}:
            raise UsageError([TokenStoreError("BILLCHECK_TOKEN_STORE", kind)])
        folder = state_folder(self.environment)
        return TokenFile(folder, self.name) if kind == "file" else KeyringStore(folder, self.name)

    def client(self, token_address: str, *, register_at: str = "the ledger's developer site") -> Client:
        """Who asks.

        Args:
            token_address: Where the token service is unless the environment says otherwise.
            register_at: Where applications are registered, for the message where no client id is set.

        Raises:
            UsageError: No client id is set, or the address is not one a token may go to.
        """
        remedy = (
            f"Register an application at {register_at}, set the variable to its client id, then run: billcheck login "
            f"{self.name}."
        )
        return Client(
            id=self.needed("CLIENT_ID", remedy),
            secret=self.secret("CLIENT_SECRET"),
            token_address=self.address("TOKEN_URL", token_address),
        )

    def credentials(
        self,
        http: Http,
        token_address: str,
        *,
        own_scopes: str = "",
        older_scopes: str = "",
        register_at: str = "the ledger's developer site",
    ) -> Credentials:
        """Who asks, by what is set: a token that is given, a sign-in that is kept, or a client that signs in by itself.

        Args:
            http: For the token service.
            token_address: Where the token service is unless the environment says otherwise.
            own_scopes: What a client that signs in by itself asks for; empty where the ledger has no such clients.
            older_scopes: What it asks for where it may not ask for those.
            register_at: Where applications are registered, for the message where no client id is set.

        Raises:
            UsageError: Something is missing or makes no sense.
        """
        given = self.secret("ACCESS_TOKEN")
        if given:
            return GivenToken(self.name, given, variable=self.variable("ACCESS_TOKEN"))
        store, refresh = self.store(), self.secret("REFRESH_TOKEN")
        client = self.client(token_address, register_at=register_at)
        if refresh:
            with store.locked():
                # One that is kept comes first: the one from the environment may have been used by now.
                if store.load() is None:
                    store.save(Tokens(access_token=Secret("none"), expires_at=_LONG_AGO, refresh_token=refresh))
        elif own_scopes and client.secret and store.load() is None:
            scopes = self.text("SCOPES")
            or_else = "" if scopes else older_scopes
            return ClientSignIn(self.name, http, client, scopes or own_scopes, or_else=or_else)
        return SignIn(self.name, http, store, client, spare=refresh)
