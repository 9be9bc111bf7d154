"""What can go wrong between billcheck and a live ledger, one class per failure.

Comes in: what was asked, what came back and what to do. Goes out: exceptions that hold no secret: no token, no header
of ours, and of an answer only the beginning, with its control characters made visible.

    ConnectorError                  a ledger could not be read; there is no part of a result
    ├── UnreachableError            no answer: no such host, refused, cut off, or too slow
    ├── TooSlowError                an answer did not end within its deadline
    ├── TooLargeError               an answer is larger than any that is read
    ├── RedirectError               the server sent us somewhere else
    ├── ServerFaultError            the server said it failed, again and again
    ├── RefusedError                the server refused what was asked
    │   ├── SignInError             the sign-in is over: a person has to sign in again
    │   │   └── ScopeError          the application may not ask for what it asked for
    │   ├── NotAllowedError         the sign-in does not reach what was asked
    │   └── NotThereError           there is nothing of that name
    ├── WaitError                   the server asks us to wait longer than we do; says when to go on
    ├── AnswerError                 what came back is not what the interface promises
    └── IncompleteError             what was read cannot be proved to be everything
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from billcheck.characters import visible
from billcheck.errors import BillcheckError

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_EXCERPT = 200


class ConnectorError(BillcheckError):
    """A live ledger could not be read."""

    remedy: ClassVar[str] = ""

    def __init__(self, where: str, remark: str = "", *, request_id: str = "", remedy: str = "") -> None:
        """Describe one failure.

        Args:
            where: What was asked of which ledger, without anything secret, as in ``xero GET /Invoices page 3``.
            remark: What happened; the first line of the class's docstring where it is empty.
            request_id: By which the ledger's support finds the exchange.
            remedy: What to do, where the class's own advice is not specific enough.
        """
        self.where = where
        self.remark = remark or (type(self).__doc__ or "").strip().splitlines()[0]
        self.request_id = request_id
        self.advice = remedy or self.remedy
        super().__init__(where, self.remark, request_id, self.advice)

    def __str__(self) -> str:
        asked = f" (request {self.request_id})" if self.request_id else ""
        advice = f" {self.advice}" if self.advice else ""
        return visible(f"{self.where}: {self.remark}{advice}{asked}")

    def suspect(self, host: str, variable: str) -> None:
        """Advise to check the variable of the environment whose address led there."""
        self.advice = f"Check {variable}, which leads to {host}, or leave it out."


class UnreachableError(ConnectorError):
    """The ledger gave no answer."""

    remedy = "Check the connection, and whether the service is up; then run it again."


class TooSlowError(ConnectorError):
    """The answer did not end in time."""

    remedy = "Run it again later, or allow more time with BILLCHECK_HTTP_TOTAL_SECONDS."


class TooLargeError(ConnectorError):
    """The answer is larger than any that is read."""

    remedy = "Ask for a shorter window, or allow more with BILLCHECK_HTTP_MAX_BYTES."


class RedirectError(ConnectorError):
    """The server sent us to another address, where no token of ours goes."""

    remedy = "Check the address of the interface in the environment."


class ServerFaultError(ConnectorError):
    """The server failed, and failed again."""

    remedy = "Run it again later."


class RefusedError(ConnectorError):
    """The server refused what was asked."""


class SignInError(RefusedError):
    """The sign-in is no longer valid."""

    def __init__(self, where: str, remark: str = "", *, request_id: str = "", remedy: str = "") -> None:
        """Describe one failure; `where` begins with the name by which the connector is signed in to."""
        login = f"Sign in again: billcheck login {where.partition(' ')[0]}."
        super().__init__(where, remark, request_id=request_id, remedy=remedy or login)


class ScopeError(SignInError):
    """The application may not ask for these scopes."""


class NotAllowedError(RefusedError):
    """The sign-in does not reach what was asked."""


class NotThereError(RefusedError):
    """There is nothing of that name."""


class WaitError(ConnectorError):
    """The ledger asks to wait longer than is waited for."""

    def __init__(
        self, where: str, *, kind: str, resume_at: datetime, request_id: str = "", left: int | None = None
    ) -> None:
        """Say when to go on.

        Args:
            where: What was asked.
            kind: Which limit was met, as the ledger calls it; empty where it does not say.
            resume_at: When the ledger answers again, in UTC.
            request_id: By which the ledger's support finds the exchange.
            left: How many requests are left, where we stop before the limit is met.
        """
        self.kind = kind
        self.resume_at = resume_at
        self.kept = ""
        limit = f"The {kind} limit" if kind else "A limit"
        moment = resume_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        used_up = f"{limit} of the ledger is used up until {moment}."
        nearly = f"{limit} of the ledger is nearly used up, with {left} requests left; all are back by {moment}."
        super().__init__(
            where,
            used_up if left is None else nearly,
            request_id=request_id,
            remedy="Run the same command again then; nothing was written yet.",
        )

    def keep(self, kept: str) -> None:
        """Say what is kept of what was read, in a sentence without its full stop; empty for nothing."""
        if kept:
            self.kept = kept
            self.advice = (
                f"{kept}: run the same command again then, and it goes on from there. No snapshot was written."
            )


class AnswerError(ConnectorError):
    """The answer is not what the interface promises."""

    remedy = "Nothing was taken from it. Run it again; if it stays, please report it with the request's id."


class IncompleteError(ConnectorError):
    """It cannot be proved that everything was read."""

    remedy = "Run it again when nobody works in the ledger."


def excerpt(body: bytes) -> str:
    """The beginning of an answer for a message, on one line."""
    text = " ".join(body[: 4 * LONGEST_EXCERPT].decode("utf-8", "replace").split())
    return text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT]}…"
