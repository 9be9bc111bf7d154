"""How long to wait for a live ledger, and how often to ask it.

Comes in: limits and the clock. Goes out: turns that keep requests below the limits, and waits read from answers. Must
not know HTTP libraries or any ledger.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFIX = "BILLCHECK_HTTP_"


class NotANumberError(Problem):
    """This is no number above zero."""


class Clock(Protocol):
    """The time, and how to let it pass."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM_CLOCK: Clock = _SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds, and how much to take.

    Attributes:
        connect_seconds: For a connection.
        read_seconds: Between two pieces of an answer.
        total_seconds: For one whole exchange.
        tries: Exchanges for one answer at most.
        backoff_seconds: The pause before the second try is up to twice this, then twice as long each time.
        longest_backoff_seconds: The longest such pause.
        least_wait_seconds: The shortest pause that a server's wish makes.
        longest_wait_seconds: The longest; where the server asks for more, the run ends and says when to go on.
        limit_seconds: The pause where a limit was met and the server does not say for how long.
        wait_budget_seconds: All pauses of a run.
        max_bytes: The largest answer, decoded.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 20.0
    total_seconds: float = 60.0
    tries: int = 6
    backoff_seconds: float = 0.5
    longest_backoff_seconds: float = 30.0
    least_wait_seconds: float = 0.2
    longest_wait_seconds: float = 60.0
    limit_seconds: float = 60.0
    wait_budget_seconds: float = 300.0
    max_bytes: int = 64 << 20

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Patience:
        """The defaults, but for what the environment sets, as in ``BILLCHECK_HTTP_TOTAL_SECONDS=120``.

        Raises:
            UsageError: A value is no number above zero.
        """
        found: dict[str, Any] = {}
        problems = []
        for each in fields(cls):
            name = _PREFIX + each.name.upper()
            text = environment.get(name)
            if text is None:
                continue
            try:
                value = int(text) if each.type == "int" else float(text)
            except ValueError:
                value = 0
            if 0 < value < float("inf"):
                found[each.name] = value
            else:
                problems.append(NotANumberError(name, text))
        if problems:
            raise UsageError(problems)
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Limits to stay below: requests a minute, a second (0: no such limit), and at once."""

    per_minute: int
    per_second: int = 0
    at_once: int = 1


class Pacer:
    """Hands out turns so that no limit is met; for any number of threads."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._clock = clock
        self._places = threading.Semaphore(pace.at_once)
        self._lock = threading.Lock()
        self._held_until = float("-inf")
        self._windows = [(60.0, deque[float](maxlen=pace.per_minute))]
        if pace.per_second:
            # One after the other: two bursts a second apart, of which the first is late, would come within one.
            self._windows.append((1.0 / pace.per_second, deque[float](maxlen=1)))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn for one exchange; waits until it is allowed."""
        with self._places:
            while (pause := self._claim()) > 0:
                self._clock.sleep(pause)
            yield

    def hold(self, seconds: float) -> None:
        """Give nobody a turn for so long."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def _claim(self) -> float:
        """Take a turn now and return 0, or return how long to wait before trying again."""
        with self._lock:
            now = self._clock.monotonic()
            free_at = self._held_until
            for seconds, starts in self._windows:
                if len(starts) == starts.maxlen:
                    free_at = max(free_at, starts[0] + seconds)
            if free_at > now:
                return free_at - now
            for _, starts in self._windows:
                starts.append(now)
            return 0


def wait_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds an answer asks to wait by its Retry-After (RFC 9110, 10.2.3); None where it asks nothing usable.

    A date is measured against the answer's own Date, since the two clocks may differ. What lies in the past is 0.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return seconds if 0 <= seconds < float("inf") else None
    until = _moment(text)
    if until is None:
        return None
    return max(0.0, (until - (_moment(headers.get("date", "")) or now)).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
