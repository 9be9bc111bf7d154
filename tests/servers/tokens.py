"""A token service on this machine that rotates refresh tokens as ledgers do."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.servers.raw import Asked, Reply, answer


@dataclass
class TokenService:
    """Gives new tokens for the refresh token in force; with `has_grace` the one before stays good until it is used.

    `loses` are numbers of refreshes, from 1, whose answers never arrive. A client that asks for another scope than
    `scopes` is refused, where there are any.
    """

    seconds: int = 1800
    has_grace: bool = True
    loses: frozenset[int] = frozenset()
    refreshes: int = 0
    valid: list[str] = field(default_factory=lambda: ["refresh-0"])
    codes: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    scopes: frozenset[str] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        with self._lock:
            self.forms.append(form)
            return self._reply(form)

    def _reply(self, form: dict[str, str]) -> Reply:
        kind = form.get("grant_type")
        if kind == "client_credentials" and self.scopes and not self.scopes.issuperset(form["scope"].split()):
            return answer({"error": "invalid_scope"}, status=400)
        if kind == "client_credentials":
            return answer({"access_token": f"access-client-{len(self.forms)}", "expires_in": self.seconds})
        if kind == "authorization_code":
            return answer({"access_token": "access-0", "refresh_token": "refresh-0", "expires_in": self.seconds})
        if form.get("refresh_token") not in self.valid:
            return answer({"error": "invalid_grant"}, status=400)
        used = form["refresh_token"]
        self.refreshes += 1
        fresh = f"refresh-{self.refreshes}"
        self.valid = [fresh, *([used] if self.has_grace else [])]
        if self.refreshes in self.loses:
            return Reply((), end="reset")
        return answer({"access_token": f"access-{self.refreshes}", "refresh_token": fresh, "expires_in": self.seconds})
