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
_MOST_SECONDS = 1_000_000
_LONGEST_WISH = 100 * 365 * 86_400.0
"""Seconds; longer than that is as good as never, and beyond what a date can say."""
_MINUTE, _FEW, _LONGEST_COUNT = 60.0, 3, 9


class NotANumberError(Problem):
    """This is no number above zero, or is a time of more than a million seconds."""


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
        day_reserve: Requests of a day's budget that are left to others, where the ledger tells what is left.
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
    day_reserve: int = 10
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
            text = environment.get(name, "").strip()
            if not text:
                continue
            is_count = each.type == "int"
            try:
                value = int(text) if is_count else float(text)
            except ValueError:
                value = 0
            if value > 0 and (is_count or value <= _MOST_SECONDS):
                found[each.name] = value
            else:
                problems.append(NotANumberError(name, text))
        if problems:
            raise UsageError(problems)
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Limits to stay below: requests a minute, a second (0: no such limit), and at once.

    `minute_headers` and `day_header` are the headers of an answer, in small letters, that tell how many requests are
    left of a minute and of a day, where the ledger has any.
    """

    per_minute: int
    per_second: int = 0
    at_once: int = 1
    minute_headers: tuple[str, ...] = ()
    day_header: str = ""


class Pacer:
    """Hands out turns so that no limit is met; for any number of threads."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._clock = clock
        self._places = threading.Semaphore(pace.at_once)
        self._lock = threading.Lock()
        self._held_until = float("-inf")
        self._pace = pace
        self._left_today: int | None = None
        self._windows = [(_MINUTE, deque[float](maxlen=pace.per_minute))]
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

    def learn(self, headers: Mapping[str, str]) -> float:
        """Take in what an answer says is left; slows down before a minute's limit is met, and returns for how long.

        Other programs that use the same sign-in count as well. The fewer are left, the longer the pause: three together
        take longer than a minute, so that the last is never used before there are new ones.
        """
        today = left_of(headers, self._pace.day_header)
        if today is not None:
            with self._lock:
                self._left_today = today
        this_minute = [left for name in self._pace.minute_headers if (left := left_of(headers, name)) is not None]
        if not this_minute or min(this_minute) >= _FEW:
            return 0.0
        pause = _MINUTE / (min(this_minute) + 1)
        self.hold(pause)
        return pause

    def left_today(self) -> int | None:
        """How many requests the last answer said are left of the day; None where it does not say."""
        with self._lock:
            return self._left_today

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


def left_of(headers: Mapping[str, str], name: str) -> int | None:
    """How many requests are left by a header; None where it is not there or is no number."""
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT else None


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
        return min(seconds, _LONGEST_WISH) if 0 <= seconds < float("inf") else None
    until = _moment(text)
    if until is None:
        return None
    return min(max(0.0, (until - (moment_of(headers) or now)).total_seconds()), _LONGEST_WISH)


def moment_of(headers: Mapping[str, str]) -> datetime | None:
    """When an answer was made by its own Date; None where it bears none."""
    return _moment(headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
