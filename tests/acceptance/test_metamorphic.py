"""What a change of the question must, and must not, change in the answer: relations between two checks of one ledger.

The ledgers are the simulator's, or small ones of one fee. Each test has the number that the relation has in the
project's list, M1 to M20, in its name, and the relation in words. M17 (one ledger in several wire shapes) is here for
lines and CSV files; further shapes come with their readers.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billcheck import Ledger, Line, check, read_ledger
from tests.acceptance.agreements import comparable, to_csv
from tests.connectors.exports import xero_row, xero_text
from tests.simulator.agreements import DAY, Agreement, Change, Charge, as_text, half_up, lay_out
from tests.simulator.bookkeeping import World
from tests.simulator.comparison import contracts_of, examine, lines_of, make_world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billcheck import Report
    from tests.simulator.agreements import Row
    from tests.simulator.bookkeeping import Entry

quick = settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 100_000)
INFORMATION = frozenset({"habit", "unapproved"})
"""What may be said of a correct ledger: how it is kept, and which drafts lie in it."""
PLACE_OF_LINE = frozenset({"row", "rows", "line"})
"""Where a line stands: of lines that are only shuffled, that alone differs."""


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


@quick
@given(seeds)
def test_m1_shuffling_documents_changes_nothing(seed: int) -> None:
    """The lines of one document stay in their order, which numbers them."""
    world = make_world(seed)
    lines = lines_of(world)
    numbers = sorted({line.document for line in lines})
    Random(seed + 1).shuffle(numbers)
    shuffled = [line for number in numbers for line in lines if line.document == number]
    left, right = check_lines(world, lines), check_lines(world, shuffled)
    said, again = comparable(left, without=PLACE_OF_LINE), comparable(right, without=PLACE_OF_LINE)
    # Lines that do not count are listed in the order of the source, by intention: a reader looks for them there.
    assert sorted(map(str, said.pop("set_aside"))) == sorted(map(str, again.pop("set_aside")))
    assert said == again


@quick
@given(seeds, st.sampled_from([4, 8, 28]))
def test_m2_moving_everything_by_whole_years_moves_every_row_by_as_much(seed: int, years: int) -> None:
    """By fours, so that every February keeps its length."""

    def move(day: date) -> date:
        return day.replace(year=day.year + years)

    before = [
        (row.contract, row.charges, move(row.first_day), move(row.last_day), move(row.due_on), row.expected_minor,
         row.billed_minor, str(row.status), row.inferred_minor)
        for row in examine(with_stated_periods(make_world(seed))).rows
    ]  # fmt: skip
    after = [
        (row.contract, row.charges, row.first_day, row.last_day, row.due_on, row.expected_minor, row.billed_minor,
         str(row.status), row.inferred_minor)
        for row in examine(moved(with_stated_periods(make_world(seed)), move)).rows
    ]  # fmt: skip
    assert after == before


@quick
@given(seeds, st.integers(2, 4))
def test_m3_splitting_a_line_changes_no_amount(seed: int, parts: int) -> None:
    world = pinned_world(seed)
    lines = lines_of(world)
    assume(lines)
    chosen = Random(seed).randrange(len(lines))
    line = lines[chosen]
    part = (line.amount / parts).quantize(line.amount)
    pieces = [part] * (parts - 1) + [line.amount - part * (parts - 1)]
    split = [*lines[:chosen], *(replace(line, amount=piece) for piece in pieces), *lines[chosen + 1 :]]
    before = {row[:-1] for row in money(check_lines(world, lines))}
    # More lines allow more rounding, so that the status of a row may change to rounding; its money not.
    assert {row[:-1] for row in money(check_lines(world, split))} == before


@quick
@given(seeds)
def test_m4_merging_the_lines_of_one_period_changes_no_amount(seed: int) -> None:
    """The reverse of splitting: lines of a document that say the same but for the amount become one."""
    world = pinned_world(seed)
    lines = lines_of(world)
    merged: dict[Line, Decimal] = {}
    for line in lines:
        alike = replace(line, amount=Decimal(0), customer="")
        merged[alike] = merged.get(alike, Decimal(0)) + line.amount
    customers = {line.document: line.customer for line in lines}
    assume(len(merged) < len(lines))
    joined = [replace(line, amount=amount, customer=customers[line.document]) for line, amount in merged.items()]
    before = {row[:-1] for row in money(check_lines(world, lines))}
    assert {row[:-1] for row in money(check_lines(world, joined))} == before


@quick
@given(seeds)
def test_m5_a_credit_and_its_rebilling_change_no_amount(seed: int) -> None:
    world = make_world(seed, with_mistakes=False)
    lines = lines_of(world)
    taken = {line.credits_document for line in lines}
    papers = [
        paper.number
        for paper in world.papers
        if paper.kind == "invoice" and paper.status == "approved" and paper.number not in taken
        and all(entry.amount > 0 for entry in paper.entries)
    ]  # fmt: skip
    assume(papers)
    number = Random(seed).choice(papers)
    again = [line for line in lines if line.document == number]
    credit = [
        replace(line, document="CN", kind="credit_note", amount=-line.amount, credits_document=number) for line in again
    ]
    more = [*lines, *credit, *(replace(line, document=f"{number}-again") for line in again)]
    assert money(check_lines(world, more)) == money(check_lines(world, lines))


@quick
@given(seeds)
def test_m6_a_document_written_twice_is_billed_twice_and_lowers_no_arrears(seed: int) -> None:
    world = pinned_world(seed, with_mistakes=False)
    lines = lines_of(world)
    papers = [
        paper.number
        for paper in world.papers
        if paper.kind == "invoice" and paper.status == "approved" and paper.issued <= world.as_of
        and all(entry.amount > 0 for entry in paper.entries)
    ]  # fmt: skip
    assume(papers)
    number = Random(seed).choice(papers)
    twice = [replace(line, document="TWICE") for line in lines if line.document == number]
    before, after = check_lines(world, lines), check_lines(world, [*lines, *twice])
    assert after.arrears == before.arrears
    assert sum(billed(after).values()) - sum(billed(before).values()) == sum(
        int(line.amount.scaleb(-int(line.amount.as_tuple().exponent))) for line in twice
    )


@quick
@given(seeds, st.integers(2, 40))
def test_m7_multiplying_all_money_multiplies_every_row(seed: int, factor: int) -> None:
    """Exactly what was billed; what was expected within the one rounding of its part of a period, and exact without."""
    before = examine(with_stated_periods(make_world(seed)))
    after = examine(multiplied(with_stated_periods(make_world(seed)), factor))
    assert billed(after) == Counter({currency: factor * amount for currency, amount in billed(before).items()})
    rows, larger = ({row.id: row for row in report.rows if row.due_on <= report.as_of} for report in (before, after))
    assert rows.keys() == larger.keys()
    assert all(2 * abs(larger[key].expected_minor - factor * row.expected_minor) <= factor for key, row in rows.items())
    if all(larger[key].expected_minor == factor * row.expected_minor for key, row in rows.items()):
        missing = {key for key, row in rows.items() if str(row.status) == "missing"}
        assert {key for key, row in larger.items() if str(row.status) == "missing"} == missing


@quick
@given(seeds)
def test_m8_another_customer_changes_nothing_for_the_first(seed: int) -> None:
    world, other = make_world(seed), make_world(seed + 1)
    for agreement in other.agreements:
        agreement.id = f"D-{agreement.id}"
        agreement.names = [f"Other {name}" for name in agreement.names]
        agreement.children = [f"Other {name}" for name in agreement.children]
    other.strangers = 0
    lines = [*lines_of(world), *(replace(line, document=f"O-{line.document}") for line in lines_of(other))]
    both = check(
        (*contracts_of(world), *contracts_of(other)), Ledger.from_lines(lines), as_of=world.as_of, covers=world.covers
    )
    alone = money(examine(world))
    assert [row for row in money(both) if not row[0].startswith("D-")] == alone


@quick
@given(seeds)
def test_m9_a_void_document_takes_away_just_what_it_billed(seed: int) -> None:
    world = pinned_world(seed, with_mistakes=False)
    lines = lines_of(world)
    taken = {line.credits_document for line in lines}
    numbers = sorted({line.document for line in lines if line.status == "approved"} - taken - {""})
    numbers = [number for number in numbers if not number.startswith(("CN", "X"))]
    assume(numbers)
    number = Random(seed).choice(numbers)
    void = [replace(line, status="void") if line.document == number else line for line in lines]
    counted = [line for line in lines if line.document == number and line.issue_date <= world.as_of]
    gone = sum((line.amount for line in counted), Decimal(0))
    before, after = check_lines(world, lines), check_lines(world, void)
    places = -int(counted[0].amount.as_tuple().exponent) if counted else 0
    assert sum(billed(before).values()) - sum(billed(after).values()) == int(gone.scaleb(places))


@quick
@given(seeds)
def test_m10_half_of_every_invoice_leaves_half_of_what_is_expected(seed: int) -> None:
    """The story this project began with: nothing is missing, everything is billed at half, and arrears are the rest."""
    world = pinned_world(seed, with_mistakes=False)
    entries = all_entries(world)
    rows = [row for row in examine(world).rows if row.status == "ok" and row.billed_minor]
    assume(rows and all(amount > 40 for entry in entries for amount in map(abs, entry.shares.values())))
    assume(all(row.expected_minor > 0 for row in rows))
    for entry in entries:
        entry.shares = {row: int(amount / 2) for row, amount in entry.shares.items()}
    report = examine(world)
    found = {row.id: row for row in report.rows}
    assert {str(found[row.id].status) for row in rows} == {"underbilled"}
    assert all(abs(2 * found[row.id].billed_minor - row.expected_minor) <= 2 * len(entries) for row in rows)
    short = sum(
        row.expected_minor - row.billed_minor for row in report.rows if row.status in {"underbilled", "missing"}
    )
    assert sum(total.arrears for total in report.totals) == short
    assert not any(row.status in {"missing", "overbilled"} for row in report.rows)


@quick
@given(seeds)
def test_m11_a_correct_ledger_has_no_finding(seed: int) -> None:
    report = examine(make_world(seed, with_mistakes=False))
    assert [finding.sentence for finding in report.findings if finding.kind not in INFORMATION] == []


@quick
@given(seeds, st.integers(1, 200))
def test_m18_a_later_day_of_check_withdraws_no_finding(seed: int, days: int) -> None:
    """With the same documents: what was said of a period that could be judged is still said, in the same words."""
    world = pinned_world(seed)
    lines = [line for line in lines_of(world) if line.issue_date <= world.as_of]
    before = check_lines(world, lines)
    after = check_lines(world, lines, world.as_of + timedelta(days))
    may_change = {row.id for row in before.rows if row.status in {"awaiting", "not_due", "billed_ahead"}}
    closed = [finding for finding in before.findings if may_change.isdisjoint(finding.rows)]
    said = {(finding.id, finding.kind, finding.amount_minor, finding.sentence) for finding in after.findings}
    assert {(finding.id, finding.kind, finding.amount_minor, finding.sentence) for finding in closed} <= said


@quick
@given(seeds)
def test_m12_a_later_day_of_check_keeps_what_was_found(seed: int) -> None:
    """With the same documents; only what was awaited may become missing, and what was not due may fall due."""
    world = pinned_world(seed)
    lines = [line for line in lines_of(world) if line.issue_date <= world.as_of]
    before = {(row[:4]): row[4:] for row in money(check_lines(world, lines))}
    later = {(row[:4]): row[4:] for row in money(check_lines(world, lines, world.as_of + timedelta(31)))}
    for row, came_to in before.items():
        if came_to[-1] not in {"awaiting", "not_due", "billed_ahead"}:
            assert later[row] == came_to


@quick
@given(fee_bills(is_price_kept=True))
def test_m13_two_contracts_that_follow_each_other_are_one(fee: FeeBills) -> None:
    """Split where a period begins, with the same terms: every period comes to the same."""
    in_one, in_two = in_one_and_in_two(fee)
    assert in_two == in_one


@quick
@given(fee_bills(is_price_kept=False))
def test_m14_a_new_price_is_a_new_contract(fee: FeeBills) -> None:
    """A price step where a period begins, and a contract at the old price followed by one at the new, are the same."""
    in_one, in_two = in_one_and_in_two(fee)
    assert in_two == in_one


@quick
@given(
    st.lists(st.integers(1, 500_000), min_size=2, max_size=6),
    st.sampled_from([Decimal(6), Decimal(21), Decimal("7.7")]),
)
def test_m15_amounts_with_tax_in_them_come_to_the_same_as_amounts_without(amounts: list[int], percent: Decimal) -> None:
    """One export says every line excluding tax, the other including it; documents and totals are the same."""
    world = World(0, [Agreement("C-1", ["Acme"], "EUR", date(2026, 1, 1), None, [Charge("Retainer", "flat", 12_345)])],
                  date(2026, 12, 31), is_pinned=False, language="en")  # fmt: skip
    reports = []
    for is_inclusive in (False, True):
        rows = []
        for number, amount in enumerate(amounts):
            tax = half_up(Fraction(amount) * Fraction(percent) / 100)
            rows.append(
                xero_row(
                    InvoiceNumber=f"INV-{number}", InvoiceDate=f"{15 + number}/0{number + 1}/2026", DueDate="",
                    LineAmount=as_text(amount + (tax if is_inclusive else 0), "EUR"), TaxAmount=as_text(tax, "EUR"),
                    Total=as_text(amount + tax, "EUR"), TaxTotal=as_text(tax, "EUR"), UnitAmount="", Quantity="",
                )
            )  # fmt: skip
        with TemporaryDirectory() as folder:
            path = Path(folder) / "SalesInvoices.csv"
            path.write_text(xero_text(rows), encoding="utf-8")
            reports.append(money(check(contracts_of(world), read_ledger(path), as_of=world.as_of)))
    assert reports[0] == reports[1]
    assert sum(row[5] for row in reports[0]) > 0


@quick
@given(seeds)
def test_m16_ids_and_letter_case_mean_nothing(seed: int) -> None:
    world = make_world(seed)
    lines = lines_of(world)
    renamed = [
        replace(line, customer=line.customer.upper(), description=line.description.upper(), item=line.item.lower())
        for line in lines
    ]
    assert money(check_lines(world, renamed)) == money(check_lines(world, lines))


@quick
@given(seed=seeds)
def test_m17_lines_by_hand_and_a_file_come_to_the_same(seed: int, tmp_path: Path) -> None:
    world = make_world(seed)
    lines = lines_of(world)
    path = tmp_path / "ledger.csv"
    path.write_text(to_csv(lines), encoding="utf-8")
    read = check(contracts_of(world), read_ledger(path), as_of=world.as_of, covers=world.covers)
    assert money(read) == money(check_lines(world, lines))


@quick
@given(seeds)
def test_m20_evidence_taken_away_and_put_back_changes_nothing(seed: int) -> None:
    """Nothing is kept between two checks, and a document may come last as well as first."""
    world = make_world(seed)
    lines = lines_of(world)
    assume(lines)
    number = Random(seed).choice([line.document for line in lines])
    gone = [line for line in lines if line.document == number]
    kept = [line for line in lines if line.document != number]
    before = comparable(check_lines(world, lines), without=PLACE_OF_LINE)
    without = comparable(check_lines(world, kept), without=PLACE_OF_LINE)
    again = comparable(check_lines(world, [*kept, *gone]), without=PLACE_OF_LINE)
    assert sorted(map(str, before.pop("set_aside"))) == sorted(map(str, again.pop("set_aside")))
    assert again == before != without


@quick
@given(seeds)
def test_m19_the_report_as_text_says_what_the_report_says(seed: int) -> None:
    report = examine(make_world(seed))
    totals = {total["currency"]: total for total in json.loads(report.to_json())["totals"]}
    assert {currency: Decimal(total["arrears"]) for currency, total in totals.items()} == dict(report.arrears)
