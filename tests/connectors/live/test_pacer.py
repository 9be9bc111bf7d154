"""Turns in virtual time: below every limit of the ledgers, and hardly slower than these allow."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from benchmarks.live_ledgers import LATENCY, PROVIDERS, SLACK, Provider, least
from billcheck.connectors.patience import Pacer


class VirtualClock:
    """Time that passes only while all threads wait, and then as far as the first of them waits for."""

    def __init__(self, threads: int) -> None:
        self._changed = threading.Condition()
        self._now = 0.0
        self._wakes: list[float] = []
        self._running = threads

    def now(self) -> datetime:
        return datetime(2026, 11, 29, tzinfo=UTC) + timedelta(seconds=self._now)

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            wake = self._now + seconds
            self._wakes.append(wake)
            self._running -= 1
            self._pass_on()
            self._changed.wait_for(lambda: self._now >= wake)
            self._wakes.remove(wake)

    def finish(self) -> None:
        """A thread is done, and nobody waits for it any more."""
        with self._changed:
            self._running -= 1
            self._pass_on()

    def _pass_on(self) -> None:
        if not self._running and self._wakes:
            self._now = min(self._wakes)
            self._running += sum(wake <= self._now for wake in self._wakes)
            self._changed.notify_all()


def take_turns(provider: Provider, count: int) -> tuple[list[float], float]:
    """When each of so many exchanges began, asked for by as many threads as a sweep uses; and when the last ended."""
    threads = provider.pace.at_once
    clock = VirtualClock(threads)
    pacer = Pacer(provider.pace, clock)
    starts: list[float] = []
    left = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                is_over = next(left, None) is None
            if is_over:
                break
            with pacer.turn():
                starts.append(clock.monotonic())
                clock.sleep(LATENCY)
        clock.finish()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(timeout=60)
        assert not each.is_alive()
    return sorted(starts), clock.monotonic()


@pytest.mark.parametrize("count", [1, 7, 20, 60, 200, 1000])
@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_turns_keep_below_the_limits_and_use_them(provider: Provider, count: int) -> None:
    starts, ended = take_turns(provider, count)
    assert len(starts) == count
    limits = provider.limits
    for seconds, most in ((60.0, limits.per_minute), (1.0, limits.per_second)):
        if most:
            assert all(later - first >= seconds for first, later in zip(starts, starts[most:], strict=False))
    # At most so many are open at a time: the one so many places on begins when it has ended.
    open_at_once = provider.pace.at_once
    assert all(later - first >= LATENCY - 1e-9 for first, later in zip(starts, starts[open_at_once:], strict=False))
    assert open_at_once <= limits.at_once
    # The last answer has to come as well.
    assert ended <= SLACK * least(count, provider.pace) + LATENCY


def test_time_passes_only_while_all_wait() -> None:
    starts, ended = take_turns(PROVIDERS["xero"], 8)
    assert starts == pytest.approx([0, 0, 0, 0, LATENCY, LATENCY, LATENCY, LATENCY])
    assert ended == pytest.approx(2 * LATENCY)
    assert all(later >= first for first, later in pairwise(starts))
