"""QuickBooks Online as the environment sets it up.

Comes in: environment variables. Goes out: a connector that is ready to read, and how to sign in. Must not know
documents.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.connectors.faults import SignInError
from billcheck.connectors.login import Invitation, sign_in
from billcheck.connectors.oauth import SignIn
from billcheck.connectors.quickbooks.connector import API_ADDRESS, QuickBooksConnector
from billcheck.connectors.quickbooks.dialect import PACE, QuickBooksDialect
from billcheck.connectors.settings import MissingSettingError, Settings
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAME = "quickbooks"
TOKEN_ADDRESS = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
REGISTER_AT = "https://developer.intuit.com"
AUTHORISE_ADDRESS = "https://appcenter.intuit.com/connect/oauth2"
SCOPES = "com.intuit.quickbooks.accounting"
"""The only one there is for accounting: it also allows to write, which billcheck never does."""


class RealmError(Problem):
    """A company of QuickBooks has a number for its id."""

    remedy = "Write the realm id, which stands in the address of the company's settings, as in 9130357766654321."


@contextmanager
def connect(environment: Mapping[str, str], *, tell: Callable[[str], None]) -> Iterator[QuickBooksConnector]:
    """The connector.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
        SignInError: Nobody has signed in, which also says which company to read.
    """
    settings = Settings(NAME, environment)
    with settings.http(QuickBooksDialect(), PACE, tell) as http:
        credentials = settings.credentials(http, TOKEN_ADDRESS, register_at=REGISTER_AT)
        realm_id = settings.text("REALM_ID") or (credentials.account if isinstance(credentials, SignIn) else "")
        variable = settings.variable("REALM_ID")
        if not realm_id:
            remedy = "Give the realm id of the company to read; a sign-in by billcheck login quickbooks brings it."
            raise UsageError([MissingSettingError(variable, remedy=remedy)])
        if not _is_realm(realm_id):
            raise UsageError([RealmError(variable, realm_id)])
        yield QuickBooksConnector(
            http, credentials, realm_id=realm_id, api_address=settings.address("API_URL", API_ADDRESS)
        )


def login(environment: Mapping[str, str], *, port: int, show: Callable[[str], object]) -> None:
    """Let somebody sign in, and keep the sign-in with the company that was chosen.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
        ConnectorError: It did not come to a sign-in.
    """
    settings = Settings(NAME, environment)
    client = settings.client(TOKEN_ADDRESS, register_at=REGISTER_AT)
    settings.needed("CLIENT_SECRET", "Give the client secret of the application, which stands beside its id.")
    invitation = Invitation(
        name=NAME,
        authorise_address=settings.address("AUTHORISE_URL", AUTHORISE_ADDRESS),
        scopes=settings.text("SCOPES", SCOPES),
        has_pkce=False,
    )
    store = settings.store()
    with store.locked():
        pass  # where nothing can be kept, that is told before somebody signs in
    with settings.http(QuickBooksDialect(), PACE) as http:
        tokens, told = sign_in(invitation, http, client, show=show, port=port)
    realm_id = told.get("realmId", "")
    if not _is_realm(realm_id):
        raise SignInError(NAME, "QuickBooks did not say which company was chosen.")
    with store.locked():
        store.save(replace(tokens, account=realm_id))


def _is_realm(text: str) -> bool:
    return text.isascii() and text.isdigit()
