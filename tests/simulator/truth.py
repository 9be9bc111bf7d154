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
    from tests.simulator.bookkeeping import Entry, Paper, Place, World
    from tests.simulator.settling import Told

RowKey = tuple[str, str, date, date, bool]
"""Contract, charge, first day, end, and whether it is a change."""


@dataclass(frozen=True, slots=True)
class Said:
    """What must be said of a row: its status, the kind of finding, "" for none, and what drafts would bill there.

    Where lines do not state their periods, drafts are not told by row.
    """

    expected: int
    billed: int
    status: str
    finding: str
    drafted: int = 0


@dataclass(slots=True)
class _Tally:
    billed: int = 0
    lines: int = 0
    is_foreign: bool = False
    credited: int = 0
    is_double: bool = False
    is_settled: bool = False
    drafted: int = 0


def tell_truth(world: World) -> dict[RowKey, Said]:
    """Every row that is due, or that something was billed for."""
    tallies = _tallies(world)
    for place in world.places():
        for entry in _drafts(world, place) if world.charge(place).style != "none" else ():
            tallies[place, min(entry.shares)].drafted += entry.amount
    said: dict[RowKey, Said] = {}
    for place in world.places():
        agreement, charge = world.agreements[place[0]], world.charge(place)
        for number, row in enumerate(charge.rows):
            tally = tallies[place, number]
            if row.due > world.as_of and not (tally.billed or tally.drafted):
                continue
            key = (agreement.id, charge.name, row.first_day, row.end, row.is_change)
            late = max(world.habits[place].lag, 0)
            status, finding = _say(world, row.due, row.amount, tally, awaited_until=row.due + timedelta(GRACE + late))
            said[key] = Said(row.amount, tally.billed, status, finding, tally.drafted)
    return said


def tell_reading(world: World, place: Place, told: Told) -> dict[RowKey, Said]:
    """What must be said of a charge's rows if its free invoices bill what a reading has them bill.

    Which rows were credited a reading does not tell: there it says no more than that they are open.
    """
    agreement, charge = world.agreements[place[0]], world.charge(place)
    foreign = _foreign_rows(world, place, told.offset)
    said: dict[RowKey, Said] = {}
    for number, (row, found) in enumerate(zip(charge.rows, told.rows, strict=False)):
        if row.due > world.as_of and not found.billed:
            continue
        tally = _Tally(found.billed, found.lines, number in foreign, 0, found.is_double, found.is_settled)
        awaited_until = date.fromordinal(found.due + GRACE + told.late)
        status, finding = _say(world, row.due, row.amount, tally, awaited_until=awaited_until)
        said[agreement.id, charge.name, row.first_day, row.end, row.is_change] = Said(
            row.amount, found.billed, status, finding
        )
    return said


def _foreign_rows(world: World, place: Place, offset: int) -> set[int]:
    """The rows that documents in another currency would bill: those due nearest to them, by the habit."""
    regular = [(row.due, number) for number, row in enumerate(world.charge(place).rows) if not row.is_change]
    days = [
        paper.issued - timedelta(offset)
        for paper in world.papers
        if paper.status == "approved" and paper.issued <= world.as_of
        for entry in paper.entries
        if entry.place == place and entry.foreign
    ]
    return {min((abs(due - day), number) for due, number in regular)[1] for day in days}


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


def _say(world: World, due: date, expected: int, tally: _Tally, *, awaited_until: date) -> tuple[str, str]:
    open_amount = expected - tally.billed
    if due > world.as_of:
        return "billed_ahead" if tally.billed else "not_due", ""
    if not open_amount:
        return "settled" if tally.is_settled else "ok", "currency_mismatch" if tally.is_foreign else ""
    if tally.is_foreign:
        return "inconclusive", "currency_mismatch"
    if tally.lines and abs(open_amount) <= tally.lines:
        return "rounding", ""
    if not tally.lines and awaited_until >= world.as_of:
        return "awaiting", ""
    if open_amount < 0:
        return "overbilled", "duplicate" if tally.is_double else "overbilled"
    kind = "underbilled" if tally.lines else "missing"
    return kind, "credited_not_rebilled" if tally.credited else kind


def _drafts(world: World, place: Place) -> list[Entry]:
    return [
        entry
        for paper in world.papers
        if paper.status == "draft" and paper.issued <= world.as_of
        for entry in paper.entries
        if entry.place == place and not entry.foreign
    ]


def rebilled_rows(world: World, place: Place) -> set[RowKey]:
    """The rows of a charge that a credit took back and another document bills again, and those billed in between.

    Invoices without a period bill rows in the order of their days: a document that follows the invoice of the next row
    pays for that one, and what the next one bills beyond the first row settles the rest.
    """
    agreement, charge = world.agreements[place[0]], world.charge(place)
    days = {paper.number: paper.issued for paper in world.papers}
    again = [paper for paper in world.papers if paper.number.endswith("-B") and _bills(paper, place)]
    rows = [
        charge.rows[number]
        for later in again
        for paper in world.papers
        if days.get(later.number.removesuffix("-B"), later.issued) <= paper.issued <= later.issued
        for entry in paper.entries
        if entry.place == place
        for number in entry.shares
    ]
    return {(agreement.id, charge.name, row.first_day, row.end, row.is_change) for row in rows}


def _bills(paper: Paper, place: Place) -> bool:
    return any(entry.place == place for entry in paper.entries)


def in_drafts(world: World, place: Place) -> int:
    """What drafts would bill for a charge, up to the day of the check."""
    return sum(entry.amount for entry in _drafts(world, place))


def in_ledger(world: World) -> Counter[str]:
    """What approved documents of the customer bill per currency, up to the day of the check."""
    sums: Counter[str] = Counter()
    for paper in world.papers:
        if paper.status == "approved" and paper.issued <= world.as_of:
            for entry in paper.entries:
                sums[entry.foreign or world.agreements[entry.place[0]].currency] += entry.amount
    return sums
