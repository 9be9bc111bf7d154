"""Where requests may go: addresses that a token may travel to, and the proxy of the environment.

Comes in: texts that people wrote. Goes out: the same, checked; a proxy with who it is for. Must not know HTTP libraries
or any ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies

from billcheck.connectors.tokens import Secret
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROXY = "HTTPS_PROXY"


class PlainAddressError(Problem):
    """Tokens only travel encrypted; plain http is for this machine alone."""

    remedy = "Write an address that begins with https://."


class NoAddressError(Problem):
    """This is no address."""

    remedy = "Write one such as https://api.example.com/path, without spaces, user or anchor."


class NoProxyError(Problem):
    """This is no proxy that can be used."""

    remedy = "Write http://host:port, or http://user:password@host:port; proxies of other kinds are not known."


@dataclass(frozen=True, slots=True)
class Proxy:
    """Through which requests go: its address without the user, and the user and password where it asks for them."""

    address: str
    user: Secret = field(default_factory=Secret)
    password: Secret = field(default_factory=Secret)


def check_address(where: str, address: str) -> str:
    """An address a token may go to: https, or plain http on this machine.

    Raises:
        UsageError: It is another, or none.
    """
    parts = _split(address)
    if parts is None or not parts.scheme or parts.username or parts.fragment:
        # Whoever writes a password into it does not want to read it in a log.
        raise UsageError([NoAddressError(where, _without_user(address))])
    is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not is_plain:
        raise UsageError([PlainAddressError(where, address)])
    return address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_proxy(proxies: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy that the environment names for https; None for none.

    Args:
        proxies: By scheme; None for those of the environment.

    Raises:
        UsageError: It cannot be used; what is quoted of it is without user and password.
    """
    text = (getproxies() if proxies is None else proxies).get("https", "").strip()
    if not text:
        return None
    parts = _split(text if "://" in text else f"http://{text}")
    if parts is None or parts.scheme not in {"http", "https"}:
        raise UsageError([NoProxyError(_PROXY, _without_user(text))])
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    return Proxy(
        f"{parts.scheme}://{host}{port}", Secret(unquote(parts.username or "")), Secret(unquote(parts.password or ""))
    )


def _without_user(address: str) -> str:
    _, at, rest = address.rpartition("@")
    return f"…{at}{rest}" if at else address


def _split(address: str) -> SplitResult | None:
    """The parts of an address with a host; None for what is none."""
    if not (address.isascii() and address.isprintable()) or " " in address:
        return None
    try:
        parts = urlsplit(address)
        is_whole = parts.hostname is not None and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None
