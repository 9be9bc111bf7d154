"""Known errors, put into a correct ledger.

Comes in: a world with a correct ledger, and a seeded generator. Goes out: the same world with 0 to 5 errors, each on a
row of its own whose invoice is long past. Must not know the library.
"""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.simulator.agreements import half_up, terms_on
from tests.simulator.bookkeeping import COPIES, Entry, Paper, credit_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.simulator.bookkeeping import Place, World

    Mistake = Callable[[Random, World, Paper, Entry], bool]

SETTLED_DAYS = 75
"""How long before the day of the check a row must be due, so that its invoice cannot still be awaited."""

MOST_MISTAKES = 5

WRITTEN_TWICE_DAYS = (1, 6)
"""How many days later a document that is written twice comes again, from and to."""

HOLES = frozenset(
    {"missed_period", "missing_line", "void_after_payment", "left_as_draft", "credit_left", "wrong_currency"}
)
"""Errors that leave a row without an invoice."""

STALE = 6
"""How much more often than others a stale quantity is tried where quantities change: that is seldom possible."""

SELDOM = 5
"""One in so many errors that hardly anybody could see is made all the same."""

NUMBER = re.compile(r"INV-\d+")

FEW = 10
"""Minor units below which an amount is too small to be wrong by a part of it."""


def make_mistakes(random: Random, world: World) -> None:
    """Put in up to five errors; each kind says whether it could be made on the entry it was given."""
    wanted = random.choice((0, 0, 1, 1, 2, 3, 4, MOST_MISTAKES))
    used: set[tuple[Place, int]] = set()
    has_quantities = any(
        change.quantity is not None for place in world.places() for change in world.charge(place).changes
    )
    for _ in range(wanted):
        kind = random.choice([*MISTAKES, *(("stale_quantity",) * STALE if has_quantities else ())])
        targets = _targets(world, used)
        random.shuffle(targets)
        for paper, entry in targets:
            if _hides(world, kind, paper) and random.randrange(SELDOM):
                continue
            touched = {(other.place, row) for other in paper.entries for row in other.shares}
            places, row = frozenset(other.place for other in paper.entries), min(entry.shares)
            if MISTAKES[kind](random, world, paper, entry):
                used |= touched
                world.injected.append((kind, entry.place, row))
                world.spoilt.append((kind, places))
                break
    _close_ranks(world)


def _close_ranks(world: World) -> None:
    """Give the numbers of documents that were never written to those after them, as if nothing had been planned."""
    numbers = sorted({found for paper in world.papers for found in NUMBER.findall(paper.number)})
    new = {number: f"INV-{place:03d}" for place, number in enumerate(numbers, 1)}
    for paper in world.papers:
        paper.number = NUMBER.sub(lambda found: new[found[0]], paper.number)
        paper.credits = NUMBER.sub(lambda found: new[found[0]], paper.credits)


def _hides(world: World, kind: str, paper: Paper) -> bool:
    """Whether an error could hardly be seen by anybody where invoices do not state their periods.

    A hole before the first invoice of a charge looks like a later beginning, or like bills that come a period late.
    An invoice too many and one too few on one charge look like one invoice that was only late.
    """
    free = [entry for entry in paper.entries if world.charge(entry.place).style == "none"]
    if kind in HOLES and any(min(entry.shares) == 0 for entry in free):
        return True
    opposite = {"double_bill"} if kind in HOLES else HOLES if kind == "double_bill" else frozenset()
    spoilt = {place for other, places in world.spoilt for place in places if other in opposite}
    return any(entry.place in spoilt for entry in free)


def _targets(world: World, used: set[tuple[Place, int]]) -> list[tuple[Paper, Entry]]:
    """Lines of invoices that bill their rows in full, long past, on documents without any error so far."""
    return [
        (paper, entry)
        for paper in world.papers
        if paper.kind == "invoice" and paper.status == "approved" and not paper.is_copy
        if not any((entry.place, row) in used for entry in paper.entries for row in entry.shares)
        for entry in paper.entries
        if _is_target(world, entry, paper)
    ]


def _is_target(world: World, entry: Entry, paper: Paper) -> bool:
    rows = world.charge(entry.place).rows
    last = max(rows[row].due for row in entry.shares)
    whole = all(sum(_billed(world, entry.place, row)) == rows[row].amount for row in entry.shares)
    latest = max(last, paper.issued)
    return whole and entry.amount > 0 and latest + timedelta(SETTLED_DAYS) < world.as_of


def _billed(world: World, place: Place, row: int) -> list[int]:
    return [
        entry.shares[row]
        for paper in world.papers
        if paper.status == "approved"
        for entry in paper.entries
        if entry.place == place and row in entry.shares and not entry.foreign
    ]


def _is_whole_row(world: World, entry: Entry) -> bool:
    """Whether the entry bills exactly one regular row, and all of it."""
    if len(entry.shares) > 1:
        return False
    ((row, amount),) = entry.shares.items()
    found = world.charge(entry.place).rows[row]
    return not found.is_change and amount == found.amount


def missed_period(_: Random, world: World, paper: Paper, entry: Entry) -> bool:
    """The document was never written, nor any copy of it."""
    if any(other.place != entry.place for other in paper.entries):
        return False
    gone = {paper.number, *(f"{paper.number}{suffix}" for suffix, _ in COPIES.values())}
    world.papers = [other for other in world.papers if other.number not in gone]
    return True


def missing_line(_: Random, __: World, paper: Paper, entry: Entry) -> bool:
    """One line of a document was forgotten."""
    if all(other.place == entry.place for other in paper.entries):
        return False
    paper.entries = [other for other in paper.entries if other.place != entry.place]
    return True


def half_rate(_: Random, world: World, __: Paper, entry: Entry) -> bool:
    """Half of the amount was billed."""
    if not _is_whole_row(world, entry):
        return False
    ((row, amount),) = entry.shares.items()
    if amount <= FEW:
        return False
    entry.shares[row] = amount // 2
    return True


def old_price(_: Random, world: World, __: Paper, entry: Entry) -> bool:
    """The price before a rise went on being billed."""
    return _bill_by_first_terms(world, entry, is_quantity=False)


def stale_quantity(_: Random, world: World, __: Paper, entry: Entry) -> bool:
    """The quantity before an amendment went on being billed."""
    return _bill_by_first_terms(world, entry, is_quantity=True)


def _bill_by_first_terms(world: World, entry: Entry, *, is_quantity: bool) -> bool:
    charge = world.charge(entry.place)
    changed = any((change.quantity if is_quantity else change.price) is not None for change in charge.changes)
    if not changed or not _is_whole_row(world, entry):
        return False
    ((row, amount),) = entry.shares.items()
    found = charge.rows[row]
    price, quantity = terms_on(charge, found.end, found.end)
    if terms_on(charge, found.first_day, found.due) != (price, quantity):
        return False
    before = (price, charge.quantity or 1) if is_quantity else (charge.price, quantity)
    wrong = half_up(Fraction(amount * before[0] * before[1], price * quantity))
    if wrong == amount:
        return False
    entry.shares[row] = wrong
    return True


def double_bill(random: Random, world: World, paper: Paper, __: Entry) -> bool:
    """The document was written twice."""
    again = [Entry(entry.place, dict(entry.shares), entry.stated) for entry in paper.entries]
    if any(entry.amount < 0 or not _is_whole_row(world, entry) for entry in paper.entries):
        return False
    day = paper.issued + timedelta(random.randint(*WRITTEN_TWICE_DAYS))
    world.papers.append(Paper(f"{paper.number}-D", day, paper.agreement, again))
    return True


def wrong_currency(_: Random, world: World, paper: Paper, entry: Entry) -> bool:
    """The document was written in another currency."""
    if not all(_is_whole_row(world, other) for other in paper.entries) or len(paper.entries) > 1:
        return False
    own = world.agreements[entry.place[0]].currency
    if own == "KWD":
        return False
    entry.foreign = "CHF" if own != "JPY" else "CLP"
    return True


def credit_left(random: Random, world: World, paper: Paper, __: Entry) -> bool:
    """The document was credited and never written again."""
    if any(entry.amount < 0 for entry in paper.entries):
        return False
    world.papers.append(credit_of(paper, paper.issued + timedelta(random.randint(1, 9))))
    return True


def void_after_payment(_: Random, __: World, paper: Paper, ___: Entry) -> bool:
    """The document was made void."""
    paper.status = "void"
    return True


def left_as_draft(_: Random, world: World, paper: Paper, __: Entry) -> bool:
    """The document was written and never approved."""
    if any(entry.amount < 0 for entry in paper.entries) or any(
        other.number == f"{paper.number}-C" for other in world.papers
    ):
        return False
    paper.status = "draft"
    return True


def one_day_off(random: Random, world: World, paper: Paper, entry: Entry) -> bool:
    """The stated period, or else the issue day, is off by one day: no money moves."""
    if entry.stated is None:
        paper.issued += timedelta(random.choice((-1, 1)))
        return True
    first, last = entry.stated
    charge = world.charge(entry.place)
    if len(entry.shares) > 1 or not _is_whole_row(world, entry) or (last - first).days < 20 or charge.changes:
        return False
    entry.stated = first, last + timedelta(1)
    return True


def rounding_cent(_: Random, world: World, __: Paper, entry: Entry) -> bool:
    """One minor unit too many or too few; on one charge always the same, lest the one settle the other exactly.

    Too few where the charge has changes: the excess of a period goes to the changes inside it.
    """
    if not _is_whole_row(world, entry):
        return False
    ((row, amount),) = entry.shares.items()
    if amount <= FEW:
        return False
    has_changes = any(other.is_change for other in world.charge(entry.place).rows)
    entry.shares[row] = amount + (1 if sum(entry.place) % 2 and not has_changes else -1)
    return True


MISTAKES: dict[str, Mistake] = {
    "missed_period": missed_period,
    "missing_line": missing_line,
    "half_rate": half_rate,
    "old_price": old_price,
    "stale_quantity": stale_quantity,
    "double_bill": double_bill,
    "wrong_currency": wrong_currency,
    "credit_left": credit_left,
    "void_after_payment": void_after_payment,
    "left_as_draft": left_as_draft,
    "one_day_off": one_day_off,
    "rounding_cent": rounding_cent,
}
