"""Connections with little patience, for tests against servers of this machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from billcheck.connectors.http import Fault, Http
from billcheck.connectors.patience import Pace, Patience

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.http import Answer

QUICK = Patience(
    connect_seconds=1,
    read_seconds=0.5,
    total_seconds=1,
    tries=4,
    backoff_seconds=0.01,
    longest_backoff_seconds=0.05,
    least_wait_seconds=0.01,
    longest_wait_seconds=2,
    limit_seconds=0.05,
    wait_budget_seconds=5,
    max_bytes=100_000,
)
_OPEN: list[Http] = []


class PlainDialect:
    """A ledger that speaks of faults by the status alone."""

    def request_id(self, headers: Mapping[str, str]) -> str:
        return headers.get("x-request", "")

    def fault(self, _: Answer, /) -> Fault | None:
        return None


class StillClock:
    """Always the same moment of 2026, whenever the tests run; only what passes is real."""

    def now(self) -> datetime:
        return datetime(2026, 11, 29, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def connect(patience: Patience = QUICK, pace: Pace | None = None, **options: Any) -> Http:
    http = Http("xero", PlainDialect(), pace=pace or Pace(per_minute=1000, at_once=4), patience=patience, **options)
    _OPEN.append(http)
    return http


def close_all() -> None:
    while _OPEN:
        _OPEN.pop().close()
