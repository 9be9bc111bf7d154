"""What pricing costs: many contracts over a year, and one charge over a century in ever shorter periods.

    python -m benchmarks.pricing --contracts 100000

Every kind of contract is written as a contract file writes it and priced until a year later, in this process, so that
only pricing is timed. Then one charge with one price step is priced over a hundred years in ever shorter periods: what
it costs should follow the number of periods and changes, so that no long period costs what its days would.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from billcheck import load_contracts
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck import Contract

START, UNTIL = "2026-01-01", date(2026, 12, 31)
CENTURY = date(2125, 12, 31)
LARGEST_SHARE = 10_000
"""Contracts that are in memory at a time."""

MONTHLY: dict[str, object] = {"name": "Fee", "every": "month", "timing": "in_advance"}
FLAT: dict[str, object] = {**MONTHLY, "model": "flat", "amount": "250.00"}
TIERS = [{"up_to": "10", "unit_amount": "30.00", "flat_amount": "5.00"}, {"unit_amount": "25.00"}]
KINDS: dict[str, dict[str, object]] = {
    "flat": FLAT,
    "flat, weekly": {**FLAT, "every": "week"},
    "flat, with stubs": {**FLAT, "anchor_day": 15},
    "per_unit": {**MONTHLY, "model": "per_unit", "unit_amount": "12.50", "quantity": "14"},
    "graduated": {**MONTHLY, "model": "graduated", "tiers": TIERS, "quantity": "14"},
    "price step": {**FLAT, "price_steps": [{"on": "2026-07-01", "amount": "275.00"}]},
    "amendments": {
        **MONTHLY,
        "model": "per_unit",
        "unit_amount": "12.50",
        "quantity": "14",
        "amendments": [{"on": "2026-03-16", "quantity": "16"}, {"on": "2026-09-10", "quantity": "11"}],
    },
    "discount": {**FLAT, "discounts": [{"percent": "10", "last_day": "2026-06-30"}]},
    "escalator": {**FLAT, "escalator": {"percent": "3.2", "on": "anniversary"}},
}


def load(charges: Iterable[dict[str, object]], start: str = START) -> tuple[Contract, ...]:
    """A contract for each charge, read as a file is read."""
    contracts = [
        {"id": f"C-{number}", "customer": f"Customer {number}", "currency": "EUR", "start": start, "charge": [charge]}
        for number, charge in enumerate(charges)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "contracts.json")
        path.write_text(json.dumps({"contract": contracts}), encoding="utf-8")
        return load_contracts(path)


def time_pricing(contracts: Iterable[Contract], until: date = UNTIL) -> tuple[float, int]:
    """Processor seconds of pricing every charge until a day, and how many periods that were."""
    periods = 0
    started = time.process_time()
    for contract in contracts:
        for charge in contract.charges:
            periods += len(make_schedule(contract, charge, until))
    return time.process_time() - started, periods


def price_many(count: int) -> dict[str, tuple[float, int]]:
    """Seconds and periods per kind for that many contracts, in equal parts of every kind."""
    each = max(1, count // len(KINDS))
    found: dict[str, tuple[float, int]] = {}
    for name, charge in KINDS.items():
        seconds, periods, left = 0.0, 0, each
        while left:
            share = min(left, LARGEST_SHARE)
            took, made = time_pricing(load([charge] * share))
            seconds, periods, left = seconds + took, periods + made, left - share
        found[name] = seconds, periods
    return found


def price_century(repeats: int = 5) -> dict[str, tuple[float, int]]:
    """Seconds and periods of one charge over a hundred years; medians."""
    found = {}
    for every in ("60 months", "year", "quarter", "month", "week", "2 days"):
        contracts = load([{**FLAT, "every": every, "price_steps": [{"on": "2027-05-05", "amount": "275.00"}]}])
        taken = [time_pricing(contracts, CENTURY) for _ in range(repeats)]
        found[every] = median(seconds for seconds, _ in taken), taken[0][1]
    return found


def main() -> None:
    """Read the command line and print a line per kind and per length."""
    parser = argparse.ArgumentParser(description="Time pricing.")
    parser.add_argument("--contracts", type=int, default=100_000)
    count = parser.parse_args().contracts
    print(f"Python {platform.python_version()}, {count:,} contracts over twelve months")
    print(f"{'':<20} {'seconds':>9} {'periods':>10} {'us a contract':>14} {'us a period':>12}")
    each = max(1, count // len(KINDS))
    total, made = 0.0, 0
    for name, (seconds, periods) in price_many(count).items():
        costs = f"{seconds / each * 1e6:>14.1f} {seconds / periods * 1e6:>12.2f}"
        print(f"{name:<20} {seconds:>9.2f} {periods:>10,} {costs}")
        total, made = total + seconds, made + periods
    print(f"{'together':<20} {total:>9.2f} {made:>10,}")
    print("One charge with one price step over a hundred years")
    for every, (seconds, periods) in price_century().items():
        print(f"every {every:<14} {seconds * 1e3:>7.2f} ms {periods:>10,} {seconds / periods * 1e6:>27.2f}")


if __name__ == "__main__":
    main()
