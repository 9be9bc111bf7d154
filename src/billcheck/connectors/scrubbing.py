"""What a request kept secret, taken out of what came back: servers repeat what they were sent when they complain.

Comes in: an answer, and the headers and the form of the request. Goes out: the same answer, in which none of its
secrets stands any more. Nothing here raises, since its variables are secrets. Must not know HTTP libraries or ledgers.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHORTEST = 4
"""Of fewer characters, it would take words apart, and is no secret."""
_OPEN = frozenset({"grant_type", "scope", "client_id", "redirect_uri"})
"""Fields of a form that anybody may read."""
_INSTEAD = b"\xe2\x80\xa6"


def without_secrets(text: bytes, headers: Mapping[str, str], form: bytes) -> bytes:
    """A text without the secrets of a request, also as they are written in addresses and in JSON.

    Args:
        text: What came back.
        headers: Those of the request, in small letters.
        form: Its body, where it is a form; else empty.
    """
    secrets = {
        written.encode()
        for secret in _secrets(headers, form)
        if len(secret) >= _SHORTEST
        for written in (secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/"))
    }
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, _INSTEAD)
    return text


def _secrets(headers: Mapping[str, str], form: bytes) -> Iterator[str]:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    yield credentials
    if scheme.lower() == "basic":
        with suppress(binascii.Error, UnicodeDecodeError):
            yield base64.b64decode(credentials).decode().partition(":")[2]
    for name, value in parse_qsl(form.decode("ascii", "replace")):
        if name not in _OPEN:
            yield value
