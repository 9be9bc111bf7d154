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
    `scopes` is refused, where there are any. `mark` ends every token, to be looked for.
    """

    seconds: int = 1800
    has_grace: bool = True
    loses: frozenset[int] = frozenset()
    mark: str = ""
    refreshes: int = 0
    valid: list[str] | None = None
    codes: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    scopes: frozenset[str] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.valid = [f"refresh-0{self.mark}"] if self.valid is None else self.valid

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
            return self._told(f"client-{len(self.forms)}")
        if kind == "authorization_code":
            return self._told("0", f"refresh-0{self.mark}")
        if form.get("refresh_token") not in (self.valid or ()):
            return answer({"error": "invalid_grant"}, status=400)
        used = form["refresh_token"]
        self.refreshes += 1
        fresh = f"refresh-{self.refreshes}{self.mark}"
        self.valid = [fresh, *([used] if self.has_grace else [])]
        if self.refreshes in self.loses:
            return Reply((), end="reset")
        return self._told(str(self.refreshes), fresh)

    def _told(self, number: str, refresh: str = "") -> Reply:
        more = {"refresh_token": refresh} if refresh else {}
        return answer({"access_token": f"access-{number}{self.mark}", "expires_in": self.seconds, **more})
