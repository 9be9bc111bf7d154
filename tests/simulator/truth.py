"""What the ledger can show: per row expected, billed and what must be said, from what the entries know they bill.

Comes in: a world. Goes out: a `Verdict` per row that is due, and the sums per currency. Must not know the library.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.simulator.agreements import GRACE

if TYPE_CHECKING:
    from tests.simulator.bookkeeping import Place, World

RowKey = tuple[str, str, date, date, bool]
"""Contract, charge, first day, end, and whether it is a change."""


@dataclass(frozen=True, slots=True)
class Said:
    """What must be said of a row: its status and the kind of finding, "" for none."""

    expected: int
    billed: int
    status: str
    finding: str


@dataclass(slots=True)
class _Tally:
    billed: int = 0
    lines: int = 0
    is_foreign: bool = False
    credited: int = 0
    is_double: bool = False


def tell_truth(world: World) -> dict[RowKey, Said]:
    """Every row that is due, or that something was billed for."""
    tallies = _tallies(world)
    said: dict[RowKey, Said] = {}
    for place in world.places():
        agreement, charge = world.agreements[place[0]], world.charge(place)
        for number, row in enumerate(charge.rows):
            tally = tallies[place, number]
            if row.due > world.as_of and not tally.billed:
                continue
            key = (agreement.id, charge.name, row.first_day, row.end, row.is_change)
            status, finding = _say(world, place, row.due, row.amount, tally)
            said[key] = Said(row.amount, tally.billed, status, finding)
    return said


def _tallies(world: World) -> defaultdict[tuple[Place, int], _Tally]:
    tallies: defaultdict[tuple[Place, int], _Tally] = defaultdict(_Tally)
    reversed_ = {paper.credits for paper in world.papers if paper.credits and paper.issued <= world.as_of}
    for paper in world.papers:
        if paper.status != "approved" or paper.issued > world.as_of:
            continue
        for entry in paper.entries:
            for row, amount in entry.shares.items():
                tally = tallies[entry.place, row]
                if entry.foreign:
                    tally.is_foreign = True
                    continue
                tally.billed += amount
                if paper.credits:
                    tally.credited -= amount
                elif paper.number not in reversed_:
                    tally.lines += 1
                    tally.is_double = tally.is_double or paper.number.endswith("-D")
    return tallies


def _say(world: World, place: Place, due: date, expected: int, tally: _Tally) -> tuple[str, str]:
    open_amount = expected - tally.billed
    if due > world.as_of:
        return "billed_ahead", ""
    if not open_amount:
        return "ok", "currency_mismatch" if tally.is_foreign else ""
    if tally.is_foreign:
        return "inconclusive", "currency_mismatch"
    if tally.lines and abs(open_amount) <= tally.lines:
        return "rounding", ""
    if not tally.lines and due + timedelta(GRACE + max(world.habits[place].lag, 0)) >= world.as_of:
        return "awaiting", ""
    if open_amount < 0:
        return "overbilled", "duplicate" if tally.is_double else "overbilled"
    kind = "underbilled" if tally.lines else "missing"
    return kind, "credited_not_rebilled" if tally.credited else kind


def in_ledger(world: World) -> Counter[str]:
    """What approved documents of the customer bill per currency, up to the day of the check."""
    sums: Counter[str] = Counter()
    for paper in world.papers:
        if paper.status == "approved" and paper.issued <= world.as_of:
            for entry in paper.entries:
                sums[entry.foreign or world.agreements[entry.place[0]].currency] += entry.amount
    return sums
