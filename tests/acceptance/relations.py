"""Worlds and small fees to hold two checks of one ledger against each other, and what may be compared of reports.

Comes in: a seed, or a world of the simulator. Goes out: worlds that differ in one way, which rows a document bills, and
the amounts of a report. Must not know which relation is tested.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from billcheck import Ledger, Line, check
from tests.simulator.agreements import DAY, Agreement, Change, Charge, as_text, lay_out
from tests.simulator.bookkeeping import World
from tests.simulator.comparison import contracts_of, examine, make_world, rows_found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billcheck import Report
    from tests.simulator.agreements import Row
    from tests.simulator.bookkeeping import Entry, Paper
    from tests.simulator.truth import RowKey


FEW = 10
"""Minor units below which an amount might pass for rounding."""
LONG_AGO = timedelta(75)
"""What is due so long ago is awaited no more."""


def check_lines(world: World, lines: Sequence[Line], as_of: date | None = None) -> Report:
    day = as_of or world.as_of
    return check(contracts_of(world), Ledger.from_lines(lines), as_of=day, covers=(world.covers[0], day))


def money(report: Report) -> list[tuple[Any, ...]]:
    """What every row came to."""
    return [
        (row.contract, row.charges, row.first_day, row.is_change, row.expected_minor, row.billed_minor, str(row.status))
        for row in report.rows
    ]


def billed(report: Report) -> Counter[str]:
    """Everything billed per currency: rows and residue."""
    sums: Counter[str] = Counter()
    for row in report.rows:
        sums[row.currency] += row.billed_minor
    for residue in report.residue:
        sums[residue.currency] += residue.amount_minor
    return sums


def pinned_world(seed: int, *, with_mistakes: bool = True) -> World:
    """The world of the next seed whose lines state their periods; in fields of their own, where texts were meant."""
    world = make_world(seed, with_mistakes=with_mistakes)
    while not world.is_pinned:
        seed += 1
        world = make_world(seed, with_mistakes=with_mistakes)
    for place in world.places():
        world.charge(place).style = "fields" if world.charge(place).model != "one_off" else "none"
    return world


def all_entries(world: World) -> list[Entry]:
    """Every line once, though a copy of a document may share the lines of the document."""
    return list({id(entry): entry for paper in world.papers for entry in paper.entries}.values())


def rows_of(world: World, paper: Paper) -> Counter[RowKey]:
    """What each row is billed by a document."""
    billed: Counter[RowKey] = Counter()
    for entry in paper.entries:
        agreement, charge = world.agreements[entry.place[0]], world.charge(entry.place)
        for number, amount in entry.shares.items():
            row = charge.rows[number]
            billed[agreement.id, charge.name, row.first_day, row.end, row.is_change] += amount
    return billed


def settled_papers(world: World) -> list[Paper]:
    """The invoices, untouched by credits, that alone bill their rows, each of them in full and long ago."""
    taken = {paper.credits for paper in world.papers}
    bills = Counter(row for paper in world.papers if paper.status == "approved" for row in rows_of(world, paper))
    before = rows_found(examine(world))
    return [
        paper
        for paper in world.papers
        if paper.kind == "invoice" and paper.status == "approved" and paper.number not in taken
        and all(entry.amount > FEW and len(entry.shares) == 1 for entry in paper.entries)
        and all(
            bills[row] == 1 and before[row].status == "ok" and before[row].billed == amount
            for row, amount in rows_of(world, paper).items() if row in before
        )
        and all(world.charge(entry.place).rows[row].due + LONG_AGO < world.as_of
                for entry in paper.entries for row in entry.shares)
    ]  # fmt: skip


def moved(world: World, move: Callable[[date], date]) -> World:
    """The world with every date in it moved, in place."""
    for agreement in world.agreements:
        agreement.start = move(agreement.start)
        agreement.last_day = agreement.last_day and move(agreement.last_day)
        for charge in agreement.charges:
            charge.on = charge.on and move(charge.on)
            charge.changes = [replace(change, on=move(change.on)) for change in charge.changes]
            charge.cuts = [
                replace(
                    cut, first_day=cut.first_day and move(cut.first_day), last_day=cut.last_day and move(cut.last_day)
                )
                for cut in charge.cuts
            ]
    for entry in all_entries(world):
        entry.stated = entry.stated and (move(entry.stated[0]), move(entry.stated[1]))
    for paper in world.papers:
        paper.issued = move(paper.issued)
    world.as_of = move(world.as_of)
    return world


def multiplied(world: World, factor: int) -> World:
    """The world with every price and every amount multiplied, in place."""
    for agreement in world.agreements:
        for charge in agreement.charges:
            charge.price *= factor
            charge.changes = [
                replace(change, price=None if change.price is None else change.price * factor)
                for change in charge.changes
            ]
    for entry in all_entries(world):
        entry.shares = {row: amount * factor for row, amount in entry.shares.items()}
    return world


def with_stated_periods(world: World) -> World:
    """The world, in place, with its stated periods in fields: a text would name the days of another world."""
    for place in world.places():
        if world.charge(place).style == "text":
            world.charge(place).style = "fields"
    return world


class FeeBills(NamedTuple):
    """One fee whose price changes where its period number `boundary` begins, and what was billed per period."""

    charge: Charge
    start: date
    price_after: int
    boundary: int
    billed: tuple[str, ...]

    def agreement(self, name: str, first: date, last_day: date | None, *changes: Change, price: int) -> Agreement:
        """A contract with the fee from one day through another; periods begin where they did from the start."""
        charge = replace(self.charge, price=price, changes=list(changes), anchor=self.start.day)
        return Agreement(name, ["Acme BV"], "EUR", first, last_day, [charge])

    def check(self, agreements: list[Agreement], rows: list[Row]) -> list[tuple[Any, ...]]:
        """What the rows come to when every invoice names the contract in force."""
        as_of = rows[len(self.billed)].due + timedelta(5)
        world = World(0, agreements, as_of, is_pinned=True, language="en")
        lines = []
        for number, (row, part) in enumerate(zip(rows, self.billed, strict=False)):
            amount = {"full": row.amount, "half": row.amount // 2, "more": row.amount + 500}.get(part, 0)
            if amount:
                contract = next(item for item in reversed(agreements) if item.start <= row.first_day)
                lines.append(
                    Line(
                        document=f"INV-{number}", issue_date=row.due, customer="Acme BV", currency="EUR",
                        amount=Decimal(as_text(amount, "EUR")), description="Fee", contract=contract.id,
                        period_first_day=row.first_day, period_last_day=row.end - DAY,
                    )
                )  # fmt: skip
        return sorted(
            (row.first_day, row.last_day, row.due_on, row.expected_minor, row.billed_minor, str(row.status))
            for row in check_lines(world, lines).rows
        )


@st.composite
def fee_bills(draw: st.DrawFn, *, is_price_kept: bool) -> FeeBills:
    """A fee by the month or quarter, from four to eight periods of it, and the place where its price changes."""
    price = draw(st.integers(2_000, 900_000))
    count = draw(st.integers(4, 8))
    return FeeBills(
        Charge(
            "Fee",
            "flat",
            price,
            every=draw(st.sampled_from(["month", "quarter"])),
            timing=draw(st.sampled_from(["in_advance", "in_arrears"])),
        ),
        draw(st.dates(date(2023, 1, 1), date(2024, 12, 31))),
        price if is_price_kept else draw(st.integers(2_000, 900_000)),
        draw(st.integers(1, count - 1)),
        tuple(
            draw(st.lists(st.sampled_from(["full", "full", "half", "more", "none"]), min_size=count, max_size=count))
        ),
    )


def in_one_and_in_two(fee: FeeBills) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What the fee comes to in one contract, and in two of which the second begins where the price changes."""
    plain = fee.agreement("C-1", fee.start, None, price=fee.charge.price)
    lay_out(plain, fee.start + timedelta(1200))
    day = plain.charges[0].rows[fee.boundary].first_day
    is_same = fee.price_after == fee.charge.price
    steps = () if is_same else (Change(day, fee.price_after, None, is_step=True, is_immediate=False),)
    one = fee.agreement("C-1", fee.start, None, *steps, price=fee.charge.price)
    two = [
        fee.agreement("C-1", fee.start, day - DAY, price=fee.charge.price),
        fee.agreement("C-2", day, None, price=fee.price_after),
    ]
    lay_out(one, fee.start + timedelta(1200))
    rows = one.charges[0].rows
    return fee.check([one], rows), fee.check(two, rows)
