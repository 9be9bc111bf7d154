"""Xero as the environment sets it up.

Comes in: environment variables. Goes out: a connector that is ready to read, and how to sign in. Must not know
documents.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from billcheck.connectors.login import Invitation, sign_in
from billcheck.connectors.settings import Settings
from billcheck.connectors.xero.connector import API_ADDRESS, CONNECTIONS_ADDRESS, XeroConnector
from billcheck.connectors.xero.dialect import PACE, XeroDialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAME = "xero"
TOKEN_ADDRESS = "https://identity.xero.com/connect/token"  # noqa: S105 - an address
AUTHORISE_ADDRESS = "https://login.xero.com/identity/connect/authorize"
READING_SCOPES = "accounting.invoices.read accounting.contacts.read accounting.settings.read"
"""The granular scopes, which applications made since March 2026 have to ask for; older ones set others by
``BILLCHECK_XERO_SCOPES``."""


@contextmanager
def connect(environment: Mapping[str, str], *, tell: Callable[[str], None]) -> Iterator[XeroConnector]:
    """The connector.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
    """
    settings = Settings(NAME, environment)
    with settings.http(XeroDialect(), PACE, tell) as http:
        yield XeroConnector(
            http,
            settings.credentials(http, TOKEN_ADDRESS, own_scopes=READING_SCOPES),
            tenant_id=settings.text("TENANT_ID"),
            api_address=settings.address("API_URL", API_ADDRESS),
            connections_address=settings.address("CONNECTIONS_URL", CONNECTIONS_ADDRESS),
        )


def login(environment: Mapping[str, str], *, port: int, show: Callable[[str], object]) -> None:
    """Let somebody sign in, and keep the sign-in.

    Raises:
        UsageError: Something of the environment makes no sense, or is missing.
        ConnectorError: It did not come to a sign-in.
    """
    settings = Settings(NAME, environment)
    scopes = f"offline_access {settings.text('SCOPES', READING_SCOPES)}"
    invitation = Invitation(
        name=NAME, authorise_address=settings.address("AUTHORISE_URL", AUTHORISE_ADDRESS), scopes=scopes
    )
    store = settings.store()
    with settings.http(XeroDialect(), PACE) as http:
        tokens, _ = sign_in(invitation, http, settings.client(TOKEN_ADDRESS), show=show, port=port)
    with store.locked():
        store.save(tokens)
