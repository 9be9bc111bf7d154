"""A server that repeats what it was sent shows no secret of it."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.connectors.faults import ConnectorError
from billcheck.connectors.http import Http
from billcheck.connectors.oauth import Client, GivenToken, request_tokens
from billcheck.connectors.patience import Pace
from billcheck.connectors.quickbooks.dialect import QuickBooksDialect
from billcheck.connectors.scrubbing import without_secrets
from billcheck.connectors.tokens import Sealed, Secret
from billcheck.connectors.xero.dialect import XeroDialect
from tests.connectors.live.connections import QUICK
from tests.servers.raw import RawServer, Reply, answer

TOKEN = "SeCrEt/ToKeN+123"  # noqa: S105 - made up
DIALECTS: dict[str, Any] = {"xero": XeroDialect, "quickbooks": QuickBooksDialect}
STATUSES = (200, 302, 400, 401, 403, 404, 410, 429, 500, 503)


def repeating(shape: str, status: int) -> Reply:
    """An answer that says the token in one of the shapes of a fault, behind as many words as an excerpt may cut."""
    said = f"{'x' * 180} You sent Bearer {TOKEN}"
    fault = {"Fault": {"Error": [{"Message": said, "Detail": said, "code": "4000"}], "type": "x"}}
    told = {"Title": "No", "Detail": said, "error": said, "Message": said}
    body = {"text": said.encode(), "xero": told, "quickbooks": fault, "address": quote(said).encode()}[shape]
    kind = "text/html" if shape in {"text", "address"} else "application/json"
    headers = {"Location": f"https://elsewhere.example/{quote(TOKEN, safe='')}", "x-request": TOKEN}
    return answer(body, status=status, kind=kind, headers=headers)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("shape", ["text", "xero", "quickbooks", "address"])
@pytest.mark.parametrize("status", STATUSES)
def test_no_answer_brings_a_secret_into_an_error(name: str, shape: str, status: int) -> None:
    with (
        RawServer(lambda _: repeating(shape, status)) as server,
        Http(name, DIALECTS[name](), pace=Pace(per_minute=10_000, at_once=4), patience=QUICK) as http,
    ):
        client = Client(id="app", secret=Secret(TOKEN), token_address=server.address)
        form = Sealed(grant_type="refresh_token", refresh_token=TOKEN)
        found = [_said_of(lambda: http.get("/x", server.address, credentials=GivenToken(name, Secret(TOKEN))))]
        found.append(_said_of(lambda: request_tokens(name, http, client, form)))
    for said in found:
        assert "SeCrEt" not in said
        assert quote(TOKEN, safe="")[:8] not in said


def _said_of(ask: Any) -> str:
    """What an error says; nothing where the answer is good."""
    try:
        ask()
    except ConnectorError as error:
        return f"{error} {error!r} {error.remark}"
    return ""


def test_the_rest_of_what_was_said_stays() -> None:
    basic = base64.b64encode(b"app:pass word").decode()
    text = f"app sent {basic}, pass word, pass+word and r-1234".encode()
    found = without_secrets(text, {"authorization": f"Basic {basic}"}, b"client_id=app&scope=read&refresh_token=r-1234")
    assert found.decode() == "app sent …, …, … and …"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic ???", "Basic /w==", "Bearer abc"])
def test_what_is_no_secret_takes_nothing_away(header: str) -> None:
    assert without_secrets(b"abc Basic Bearer", {"authorization": header}, b"\xff=&") == b"abc Basic Bearer"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_stays_wherever_it_stands(secret: str, before: str, behind: str) -> None:
    form = f"code={quote(secret, safe='')}".encode()
    found = without_secrets(f"{before}{secret}{behind}".encode("utf-8", "replace"), {}, form)
    assert secret.encode("utf-8", "replace") not in found or "…" in secret
