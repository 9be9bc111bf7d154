"""A correct ledger, kept the way people keep one.

Comes in: agreements with their rows, and a seeded generator. Goes out: documents whose entries know which rows they
bill: late or early by habit, off by a few days, combined, split, credited and billed again, with drafts and void
copies, and what others were billed beside them. Must not know the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.simulator.agreements import DAY, GRACE, NOMINAL

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.agreements import Agreement, Charge, Row

LATEST_WAIT = timedelta(250)
"""How far the day of the check may move while it waits for a bill: for six months at once, and late at that."""

COPIES = {1: ("-V", "void"), 2: ("-C", "draft")}
"""What a copy of a document that counts for nothing is called, and its status."""

Place = tuple[int, int]
"""A charge: which agreement, and which of its charges."""


@dataclass(slots=True)
class Entry:
    """One line: `shares` are minor units per row of the charge; `stated` first and last day, or None."""

    place: Place
    shares: dict[int, int]
    stated: tuple[date, date] | None
    foreign: str = ""

    @property
    def amount(self) -> int:
        """What the line bills."""
        return sum(self.shares.values())


@dataclass(slots=True)
class Paper:
    """One document. `credits` names the document a credit note takes back."""

    number: str
    issued: date
    agreement: int
    entries: list[Entry]
    kind: str = "invoice"
    status: str = "approved"
    credits: str = ""
    is_copy: bool = False


@dataclass(slots=True)
class Habit:
    """How a charge is billed: days after the due day, spread around it, periods per invoice."""

    lag: int
    spread: int
    block: int = 1


@dataclass(slots=True)
class World:
    """Everything one seed decided. `injected` lists the known errors as (kind, charge, row).

    `spoilt` holds per error all charges its document bills.
    """

    seed: int
    agreements: list[Agreement]
    as_of: date
    is_pinned: bool
    language: str
    papers: list[Paper] = field(default_factory=list)
    habits: dict[Place, Habit] = field(default_factory=dict)
    injected: list[tuple[str, Place, int]] = field(default_factory=list)
    spoilt: list[tuple[str, frozenset[Place]]] = field(default_factory=list)
    strangers: int = 0

    @property
    def covers(self) -> tuple[date, date]:
        """The window of the ledger: from before the first agreement until the day of the check."""
        return min(agreement.start for agreement in self.agreements) - timedelta(90), self.as_of

    def charge(self, place: Place) -> Charge:
        """The charge at a place."""
        return self.agreements[place[0]].charges[place[1]]

    def places(self) -> list[Place]:
        """All charges."""
        return [
            (number, index)
            for number, agreement in enumerate(self.agreements)
            for index in range(len(agreement.charges))
        ]


def keep_books(random: Random, world: World) -> None:
    """Bill every row that is due, honestly, and choose the day of the check so that none is unbilled without reason."""
    bills: list[tuple[date, Entry]] = []
    for number, agreement in enumerate(world.agreements):
        habit = _habit(random, is_pinned=world.is_pinned)
        jitter: dict[date, int] = {}
        for index, charge in enumerate(agreement.charges):
            place = (number, index)
            own = Habit(habit.lag, habit.spread)
            if charge.model == "one_off":
                own = Habit(0, 3)
            world.habits[place] = own
            own_bills = []
            for due, entries in _bills(random, world, place, own):
                shift = jitter.setdefault(due, random.randint(-own.spread, own.spread))
                own_bills.append((due + timedelta(own.lag + shift), entries))
            latest = date.max
            for day, entries in reversed(own_bills):
                # Where only dates tell what is billed, people bill in order; a change at once does not come after
                # the next regular invoice.
                latest = min(day, latest) if charge.style == "none" else day
                bills.extend((latest, entry) for entry in entries)
    _wait_for_bills(world, bills)
    latest = world.as_of + timedelta(20)
    _write_papers(random, world, [bill for bill in bills if bill[0] <= latest])
    _disturb(random, world)


def _habit(random: Random, *, is_pinned: bool) -> Habit:
    kind = random.randrange(6)
    if kind < 2:
        return Habit(0, 0)
    if kind < 4:
        return Habit(0, 4)
    lag = random.choice((random.randint(1, 12), -random.randint(1, 12)))
    return Habit(lag, random.choice((0, 2)) if abs(lag) < 10 or is_pinned else 0)


def _bills(random: Random, world: World, place: Place, habit: Habit) -> list[tuple[date, list[Entry]]]:
    """Day (before habit) and entries of every bill of a charge, in order."""
    charge = world.charge(place)
    horizon = world.as_of + LATEST_WAIT
    rows = [(index, row) for index, row in enumerate(charge.rows) if row.amount and row.due <= horizon]
    has_changes = any(row.is_change for _, row in rows)
    plain = charge.style == "none" and charge.every == "month" and charge.model != "one_off"
    if plain and not has_changes and random.randrange(6) == 0:
        habit.block = random.choice((2, 3, 3, 6))
    if habit.block > 1:
        whole = [(index, row) for index, row in enumerate(charge.rows) if row.amount]
        return _in_blocks(place, charge, whole, habit.block)
    found: list[tuple[date, list[Entry]]] = []
    waiting: list[tuple[int, Row]] = []
    for index, row in rows:
        can_wait = not has_changes and charge.model != "one_off" and len(waiting) < 2
        if can_wait and random.randrange(14) == 0 and index < len(rows) - 4:
            waiting.append((index, row))
            continue
        found.append((row.due, _entries(random, place, charge, [*waiting, (index, row)])))
        waiting = []
    return found


def _in_blocks(place: Place, charge: Charge, rows: list[tuple[int, Row]], size: int) -> list[tuple[date, list[Entry]]]:
    found = []
    for start in range(0, len(rows), size):
        members = rows[start : start + size]
        due = members[0][1].due if charge.timing == "in_advance" else members[-1][1].due
        found.append((due, [Entry(place, {index: row.amount for index, row in members}, None)]))
    return found


def _entries(random: Random, place: Place, charge: Charge, rows: list[tuple[int, Row]]) -> list[Entry]:
    """The lines of one bill: one for each row, one for all, or several for one row."""
    if charge.style == "none":
        shares = {index: row.amount for index, row in rows}
        return [Entry(place, shares, None)]
    if len(rows) > 1 and random.randrange(2):
        stated = rows[0][1].first_day, rows[-1][1].end - DAY
        return [Entry(place, {index: row.amount for index, row in rows}, stated)]
    entries = []
    for index, row in rows:
        stated = row.first_day, row.end - DAY
        parts = [row.amount]
        if random.randrange(12) == 0 and row.amount > 2:
            part = random.randint(1, row.amount - 1)
            parts = [part, row.amount - part]
        entries += [Entry(place, {index: part}, stated) for part in parts]
    return entries


def _wait_for_bills(world: World, bills: list[tuple[date, Entry]]) -> None:
    """Move the day of the check to where every row past its grace days has been billed."""
    issued: dict[tuple[Place, int], date] = {}
    for day, entry in bills:
        for row in entry.shares:
            issued[entry.place, row] = max(day, issued.get((entry.place, row), day))
    for _ in range(200):
        late = [
            issued.get((place, number), world.as_of)
            for place in world.places()
            for number, row in enumerate(world.charge(place).rows)
            if row.amount and row.due + timedelta(GRACE) < world.as_of
        ]
        latest = max(late, default=world.as_of)
        if latest <= world.as_of:
            return
        world.as_of = latest


def _write_papers(random: Random, world: World, bills: list[tuple[date, Entry]]) -> None:
    together = random.randrange(3) > 0
    groups: dict[tuple[date, int, str], list[Entry]] = {}
    for number, (day, entry) in enumerate(bills):
        # What is due together on one day for one free charge stays on one document.
        alone = f"{number}" if entry.stated is not None else f"{entry.place}"
        groups.setdefault((day, entry.place[0], "" if together else alone), []).append(entry)
    for number, ((day, agreement, _), entries) in enumerate(sorted(groups.items(), key=lambda item: item[0]), 1):
        kind = "invoice"
        if sum(entry.amount for entry in entries) < 0:
            kind = "credit_note"
        world.papers.append(Paper(f"INV-{number:03d}", day, agreement, entries, kind=kind))


def _disturb(random: Random, world: World) -> None:
    """What changes no figure: credit and rebill, void copies, drafts of what was billed, strangers."""
    world.strangers = random.choice((0, 0, 1, 3))
    for paper in list(world.papers):
        if paper.kind == "invoice" and all(entry.amount > 0 for entry in paper.entries):
            chance = random.randrange(40)
            if chance == 0 and paper.issued + timedelta(4) <= world.as_of:
                rebill(world, paper, random.randint(0, 4))
            elif chance in COPIES:
                suffix, status = COPIES[chance]
                copy = Paper(f"{paper.number}{suffix}", paper.issued, paper.agreement, paper.entries, status=status)
                world.papers.append(copy)


def rebill(world: World, paper: Paper, days: int) -> None:
    """Credit a document in full and write it again."""
    later = paper.issued + timedelta(days)
    world.papers.append(credit_of(paper, later))
    again = [Entry(entry.place, dict(entry.shares), entry.stated) for entry in paper.entries]
    world.papers.append(Paper(f"{paper.number}-B", later, paper.agreement, again))
    paper.is_copy = True


def credit_of(paper: Paper, day: date) -> Paper:
    """The credit note that takes a whole document back."""
    back = [
        Entry(entry.place, {row: -amount for row, amount in entry.shares.items()}, entry.stated)
        for entry in paper.entries
    ]
    return Paper(f"CN-{paper.number}", day, paper.agreement, back, kind="credit_note", credits=paper.number)


def nominal_days(charge: Charge) -> int:
    """The round interval between two invoices of a charge."""
    return NOMINAL.get(charge.every, 30)
