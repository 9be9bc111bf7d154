"""Xero as the environment sets it up.

Comes in: environment variables. Goes out: a connector that is ready to read, and how to sign in. Must not know
documents.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from billcheck.connectors.faults import ScopeError
from billcheck.connectors.login import Invitation, sign_in
from billcheck.connectors.settings import Settings
from billcheck.connectors.xero.access import BROAD_SCOPES, READING_SCOPES
from billcheck.connectors.xero.connector import API_ADDRESS, CONNECTIONS_ADDRESS, XeroConnector
from billcheck.connectors.xero.dialect import PACE, XeroDialect
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from billcheck.connectors.tokens import Tokens

NAME = "xero"
_TENANT = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
TOKEN_ADDRESS = "https://identity.xero.com/connect/token"  # noqa: S105 - an address
REGISTER_AT = "https://developer.xero.com"
AUTHORISE_ADDRESS = "https://login.xero.com/identity/connect/authorize"
_NO_WAY_BACK = (
    "Sign in again. Where the browser showed invalid_scope, the application has other scopes than were asked for: set "
    f'BILLCHECK_XERO_SCOPES to those it has, such as "{BROAD_SCOPES}".'
)


class TenantError(Problem):
    """An organisation of Xero has an id of 32 figures and letters from a to f."""

    remedy = (
        "Write it as in 7c9e6679-7425-40de-944b-e07fc1f90ae7; where it is not set, the only organisation that was "
        "signed in to is read, or all of them are listed."
    )


@contextmanager
def connect(environment: Mapping[str, str], *, tell: Callable[[str], None]) -> Iterator[XeroConnector]:
    """The connector.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
    """
    settings = Settings(NAME, environment)
    tenant_id = settings.text("TENANT_ID")
    if tenant_id and not _TENANT.fullmatch(tenant_id):
        raise UsageError([TenantError(settings.variable("TENANT_ID"), tenant_id)])
    with settings.http(XeroDialect(), PACE, tell) as http:
        yield XeroConnector(
            http,
            settings.credentials(
                http,
                TOKEN_ADDRESS,
                own_scopes=READING_SCOPES,
                older_scopes=BROAD_SCOPES,
                register_at=REGISTER_AT,
            ),
            tenant_id=tenant_id,
            api_address=settings.address("API_URL", API_ADDRESS),
            connections_address=settings.address("CONNECTIONS_URL", CONNECTIONS_ADDRESS),
        )


def login(environment: Mapping[str, str], *, port: int, show: Callable[[str], object]) -> None:
    """Let somebody sign in, and keep the sign-in.

    An application made before March 2026 may have the older scopes alone: where it may not ask for the granular ones,
    it asks for those.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
        ConnectorError: It did not come to a sign-in.
    """
    settings = Settings(NAME, environment)
    set_by_hand = settings.text("SCOPES")
    address = settings.address("AUTHORISE_URL", AUTHORISE_ADDRESS)
    store, client = settings.store(), settings.client(TOKEN_ADDRESS, register_at=REGISTER_AT)
    with store.locked():
        pass  # where nothing can be kept, that is told before somebody signs in
    with settings.http(XeroDialect(), PACE) as http:

        def sign_in_for(scopes: str) -> Tokens:
            invitation = Invitation(
                name=NAME, authorise_address=address, scopes=f"offline_access {scopes}", advice=_NO_WAY_BACK
            )
            return sign_in(invitation, http, client, show=show, port=port)[0]

        try:
            tokens = sign_in_for(set_by_hand or READING_SCOPES)
        except ScopeError:
            if set_by_hand:
                raise
            tokens = sign_in_for(BROAD_SCOPES)
    with store.locked():
        store.save(tokens)
