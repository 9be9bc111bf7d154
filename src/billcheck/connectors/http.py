"""Exchanges with the interfaces of live ledgers: the only module that knows httpx and httpcore.

Comes in: what to ask, and how patient to be. Goes out: whole answers of a bounded size, or a typed error within a
deadline. Requests are paced below the ledger's limits from the first one on; what is safe to repeat is repeated, with
growing, jittered pauses; no pause is longer than a minute. Redirects are never followed, since a token would go along.
Must not know which ledger it talks to, or what an answer means.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol, Self
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import httpcore
import httpx
import tenacity

from billcheck.connectors.addresses import find_proxy, is_loopback
from billcheck.connectors.faults import (
    AnswerError,
    ConnectorError,
    NotAllowedError,
    NotThereError,
    RedirectError,
    RefusedError,
    ServerFaultError,
    SignInError,
    TooLargeError,
    TooSlowError,
    UnreachableError,
    WaitError,
    excerpt,
)
from billcheck.connectors.patience import SYSTEM_CLOCK, Clock, Pace, Pacer, Patience, moment_of, wait_of
from billcheck.connectors.scrubbing import without_secrets
from billcheck.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

FaultKind = Literal["again", "limit", "expired", "sign_in", "not_allowed", "not_there", "refused", "moved", "answer"]
"""What an answer other than the one hoped for calls for; `expired` is worth one renewal of the token."""

_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _GONE, _TOO_MANY = 401, 403, 404, 410, 429
_MAY_PASS = frozenset({500, 502, 503, 504})
_OK = range(200, 300)
_MOVED = range(300, 400)


@dataclass(frozen=True, slots=True)
class Fault:
    """What an answer says is wrong, in the ledger's own words; `limit` names the limit that was met, if it is told.

    `repeats` is how often it is worth asking again where patience would ask more often.
    """

    kind: FaultKind
    remark: str = ""
    limit: str = ""
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer, decoded; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:  # noqa: ANN401 - whatever the server says
        """The body as JSON with exact numbers: decimals are `Decimal`, never float.

        Raises:
            ValueError: It is not JSON, or holds a number that is none, as NaN.
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
        except RecursionError:
            message = "it is nested too deeply"
            raise ValueError(message) from None


def _refuse_constant(text: str) -> NoReturn:
    message = f"{text} is no number"
    raise ValueError(message)


class Dialect(Protocol):
    """How one ledger speaks of faults."""

    def request_id(self, headers: Mapping[str, str]) -> str:
        """By which its support finds an exchange; empty where the answer bears none."""
        ...

    def fault(self, answer: Answer, /) -> Fault | None:
        """What an answer says is wrong, whatever its status; None leaves it to the status."""
        ...


class Credentials(Protocol):
    """What makes a request one of somebody who signed in."""

    def headers(self) -> dict[str, str]:
        """The headers that bear the token; may sign in or renew it first."""
        ...

    def renew(self, used: Mapping[str, str]) -> None:
        """Get a new token, unless the one in use is another than `used` by now.

        Raises:
            ConnectorError: There is no new one to be had.
        """
        ...


class _Again(Exception):  # noqa: N818 - no error of its own: the reason to ask once more
    """The exchange failed in a way that may pass; `wait` is how long the server asks to wait, in seconds."""

    def __init__(self, error: ConnectorError, wait: float | None = None, limit: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.limit = limit


class Http:
    """Exchanges with one ledger, by one or more threads; `close` it, or use it as a context."""

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        *,
        pace: Pace,
        patience: Patience,
        clock: Clock = SYSTEM_CLOCK,
        tell: Callable[[str], None] | None = None,
        variable_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            name: How messages name the ledger.
            dialect: How it speaks of faults.
            pace: The limits to stay below.
            patience: How long to wait for what.
            clock: The time, and how to wait.
            tell: Is told of every pause of more than a second.
            variable_of: The variable of the environment that an address is from; empty for none.
        """
        self._name = name
        self._dialect = dialect
        self._patience = patience
        self._clock = clock
        self._tell = tell or (lambda _: None)
        self._variable_of = variable_of
        self._pacer = Pacer(pace, clock)
        self._waited = 0.0
        self._behind = timedelta(0)
        self._lock = threading.Lock()
        self._deadline = _Deadline(clock)
        self._client = httpx.Client(
            transport=_Transport(self._deadline, pace.at_once),
            timeout=httpx.Timeout(patience.read_seconds, connect=patience.connect_seconds),
            follow_redirects=False,
            headers={"User-Agent": "billcheck", "Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def now(self) -> datetime:
        """The time in UTC by the ledger's clock where its answers tell it and ours is ahead, else by ours.

        So it is never later than what the ledger dates its changes by, and no change is missed by asking since then.
        """
        return self._clock.now() - self._behind

    def get(
        self,
        what: str,
        address: str,
        *,
        parameters: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
    ) -> Answer:
        """Read; repeated where a repetition may help.

        Args:
            what: What is read, for messages; nothing secret.
            address: Where.
            parameters: Of the query.
            headers: Beside those of the credentials.
            credentials: Who asks.

        Raises:
            ConnectorError: No usable answer came.
        """
        request = httpx.Request("GET", address, params=tuple(parameters) or None, headers=dict(headers or {}))
        where = f"{self._name} GET {what}"
        with self._leading_to(address, where):
            return self._persist(where, request, credentials)

    def post_form(
        self, what: str, address: str, *, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask for a token; safe to repeat, since both ledgers accept the same request within minutes.

        Raises:
            ConnectorError: No usable answer came.
        """
        request = httpx.Request("POST", address, data=dict(form), headers=dict(headers or {}))
        where = f"{self._name} POST {what}"
        with self._leading_to(address, where):
            return self._persist(where, request, None)

    @contextmanager
    def _leading_to(self, address: str, where: str) -> Iterator[None]:
        """Where somebody set an address, and nothing of use answers there, the advice is to check that first."""
        try:
            yield
        except (AnswerError, NotThereError, RedirectError, UnreachableError) as error:
            variable = self._variable_of(address)
            # One of another exchange, such as that for a token, has been told of already.
            if variable and error.where == where and error.advice == error.remedy:
                error.suspect(urlsplit(address).netloc, variable)
            raise

    def _persist(self, where: str, request: httpx.Request, credentials: Credentials | None) -> Answer:
        """One answer, with as many exchanges as that takes and patience allows."""
        renewals, faults = 0, Counter[FaultKind]()
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._patience.tries),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_Again),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            for attempt in attempts:
                with attempt:
                    answer, fault, used = self._exchange(where, request, credentials)
                    if fault is not None and fault.kind == "expired" and credentials is not None and not renewals:
                        renewals += 1
                        credentials.renew(used)
                        answer, fault, used = self._exchange(where, request, credentials)
                    if fault is not None:
                        faults[fault.kind] += 1
                        self._raise_for(where, answer, fault, faults[fault.kind])
                    return answer
        except _Again as again:
            raise again.error from None
        raise InternalError("the last attempt gives an answer or its error", where=where)

    def _exchange(
        self, where: str, request: httpx.Request, credentials: Credentials | None
    ) -> tuple[Answer, Fault | None, dict[str, str]]:
        used = {} if credentials is None else credentials.headers()
        asked = httpx.Request(
            request.method, request.url, headers={**dict(request.headers), **used}, content=request.read()
        )
        left = None if credentials is None else self._pacer.left_today()
        if left is not None and left <= self._patience.day_reserve:
            raise WaitError(where, kind="day", resume_at=self._clock.now() + timedelta(days=1), left=left)
        with self._pacer.turn():
            answer = self._answer(where, asked)
        pause = self._pacer.learn(answer.headers)
        if pause > 1:
            self._tell(f"{self._name} allows few requests more this minute: going on in {pause:.0f} s.")
        told = moment_of(answer.headers)
        if told is not None:
            self._behind = max(timedelta(0), self._clock.now() - told)
        return answer, self._fault(answer, asked), used

    def _fault(self, answer: Answer, asked: httpx.Request) -> Fault | None:
        """What is wrong with an answer, in words without a secret of the request, which a server may repeat."""
        if not (self._dialect.fault(answer) or _fault_of(answer)):
            return None
        sent, form = asked.headers, asked.content
        body = without_secrets(answer.body, sent, form)
        headers = {name: without_secrets(value.encode(), sent, form).decode() for name, value in answer.headers.items()}
        shown = Answer(answer.status, headers, body)
        return self._dialect.fault(shown) or _fault_of(shown) or Fault("refused")

    def _answer(self, where: str, request: httpx.Request) -> Answer:
        try:
            with self._deadline.of(self._patience.total_seconds):
                return self._receive(where, request)
        except (httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout):
            raise _Again(TooSlowError(where)) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise _Again(
                UnreachableError(where, f"{request.url.host} cannot be connected to ({type(error).__name__}).")
            ) from None
        except httpcore.ProxyError as error:
            said = excerpt(str(error).encode())
            remedy = "Check the address of the proxy in HTTPS_PROXY, with its user and password."
            shut = UnreachableError(where, f"The proxy let nothing through ({said}).", remedy=remedy)
            raise (shut if said.startswith("4") else _Again(shut)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.DecodingError) as error:
            raise _Again(UnreachableError(where, f"The answer broke off ({type(error).__name__}).")) from None

    def _receive(self, where: str, request: httpx.Request) -> Answer:
        body, most = bytearray(), self._patience.max_bytes
        response = self._client.send(request, stream=True)
        try:
            # Without a size, whatever arrives is handed on at once, so that a trickle meets the deadline.
            for piece in response.iter_bytes():
                body += piece
                if len(body) > most:
                    raise TooLargeError(where, f"The answer is larger than {most:,} bytes.")
        finally:
            response.close()
        return Answer(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(body)
        )

    def _raise_for(self, where: str, answer: Answer, fault: Fault, times: int) -> NoReturn:
        """Say what is wrong, `times` counts how often by now."""
        request_id = self._dialect.request_id(answer.headers)
        remark = f"The server answered {answer.status}{f': {fault.remark}' if fault.remark else ''}."
        wait = wait_of(answer.headers, self._clock.now())
        if fault.kind == "limit":
            error = ServerFaultError(where, remark, request_id=request_id)
            again = _Again(error, self._patience.limit_seconds if wait is None else wait, fault.limit)
        elif fault.kind in {"again", "answer"}:
            kind = ServerFaultError if fault.kind == "again" else AnswerError
            again = _Again(kind(where, remark, request_id=request_id), wait)
        else:
            raise _FINAL[fault.kind](where, remark, request_id=request_id)
        if fault.repeats is not None and times > fault.repeats:
            raise again.error
        raise again

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """How long to pause before the next attempt; raises where that is longer than we wait."""
        again = state.outcome.exception() if state.outcome is not None else None
        if not isinstance(again, _Again):
            raise InternalError("only what may pass is tried again", error=repr(again))
        patience = self._patience
        if again.wait is None:
            most = min(patience.longest_backoff_seconds, patience.backoff_seconds * 2.0**state.attempt_number)
            return random.uniform(0, most)  # noqa: S311 - jitter keeps no secret
        wait = max(again.wait, patience.least_wait_seconds)
        if wait > patience.longest_wait_seconds:
            resume_at = self._clock.now() + timedelta(seconds=wait)
            raise WaitError(
                again.error.where, kind=again.limit, resume_at=resume_at, request_id=again.error.request_id
            ) from None
        self._pacer.hold(wait)
        return wait

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            self._waited += seconds
            is_spent = self._waited > self._patience.wait_budget_seconds
        if is_spent:
            resume_at = self._clock.now() + timedelta(seconds=self._patience.longest_wait_seconds)
            raise WaitError(self._name, kind="waiting", resume_at=resume_at)
        if seconds > 1:
            self._tell(f"{self._name}: going on in {seconds:.0f} s.")
        self._clock.sleep(seconds)


_FINAL: dict[str, type[ConnectorError]] = {
    "expired": SignInError,
    "sign_in": SignInError,
    "not_allowed": NotAllowedError,
    "not_there": NotThereError,
    "refused": RefusedError,
    "moved": RedirectError,
}


def _fault_of(answer: Answer) -> Fault | None:
    """What the status of an answer says, and whether a good one is JSON."""
    status = answer.status
    if status in _OK:
        return _body_fault(answer)
    if status in _MOVED:
        return Fault("moved", f"it sends us to {excerpt(answer.headers.get('location', 'nowhere').encode())}")
    if status == _UNAUTHORISED:
        return Fault("expired")
    if status == _TOO_MANY:
        return Fault("limit")
    if status in _MAY_PASS:
        return Fault("again", excerpt(answer.body))
    kinds: dict[int, FaultKind] = {_FORBIDDEN: "not_allowed", _NOT_FOUND: "not_there", _GONE: "not_there"}
    return Fault(kinds.get(status, "refused"), excerpt(answer.body))


def _body_fault(answer: Answer) -> Fault | None:
    kind = answer.headers.get("content-type", "nothing")
    if "json" not in kind:
        return Fault("answer", f"its content is {excerpt(kind.encode())}, not JSON")
    try:
        found = answer.json()
    except ValueError as error:
        return Fault("answer", f"its content is no JSON ({excerpt(str(error).encode())})")
    if not isinstance(found, dict | list) or not found:
        return Fault("answer", "its content is empty")
    return None


class _Deadline:
    """When the exchange of this thread has to be over; httpx itself knows no total time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._local = threading.local()

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        self._local.end = self._clock.monotonic() + seconds
        try:
            yield
        finally:
            del self._local.end

    def within(self, timeout: float | None) -> float | None:
        """A timeout that ends with the exchange at the latest.

        Raises:
            ReadTimeout: The exchange should be over.
        """
        end = getattr(self._local, "end", None)
        if end is None:
            return timeout
        left = float(end) - self._clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection on which every single wait ends with the exchange, also that for a trickle of headers."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,  # noqa: ANN401 - as the interface has it
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the interface has it
        return self._stream.get_extra_info(info)


class _DeadlineBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, self._deadline.within(timeout), local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - the byte stream of httpcore, which has no public type
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _Transport(httpx.BaseTransport):
    """Connections that know deadlines; through the proxy of the environment, but never to this machine."""

    def __init__(self, deadline: _Deadline, at_once: int) -> None:
        options: dict[str, Any] = {
            "ssl_context": httpx.create_ssl_context(),
            "max_connections": at_once,
            "network_backend": _DeadlineBackend(deadline),
        }
        self._direct = httpcore.ConnectionPool(**options)
        proxy = find_proxy()
        self._proxied = None
        if proxy is not None:
            # Given where it is needed alone, so that no variable here holds it.
            auth = (proxy.user.reveal(), proxy.password.reveal()) if proxy.user else None
            self._proxied = httpcore.HTTPProxy(proxy.address, proxy_auth=auth, **options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        is_direct = self._proxied is None or is_loopback(url.host) or bool(proxy_bypass(url.host))
        pool = self._direct if is_direct or self._proxied is None else self._proxied
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        response = pool.handle_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream), extensions=response.extensions
        )

    def close(self) -> None:
        self._direct.close()
        if self._proxied is not None:
            self._proxied.close()
