"""What a change of the question must, and must not, change in the answer: relations between two checks of one ledger.

The ledgers are the simulator's. Of the relations M1 to M18 those that apply to what exists are tests here, named after
the relation. Elsewhere or not yet: M2 (whole-year shifts change February, and no calendar-free cadence exists), M4 (the
reverse of M3), M13 and M14 (a split contract needs a second charge that runs on where the first ends; `pricing` tests
have the schedules), M15 (tax-inclusive lines are read by profiles; the tests of the Xero profile have them), M17 (there
is no reader of XLSX, and none of live accounting systems).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billcheck import Ledger, check, read_ledger
from tests.acceptance.agreements import comparable, to_csv
from tests.simulator.comparison import contracts_of, examine, lines_of, make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from billcheck import Line, Report
    from tests.simulator.bookkeeping import World

quick = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 100_000)
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
def test_m11_a_correct_ledger_has_no_finding(seed: int) -> None:
    report = examine(make_world(seed, with_mistakes=False))
    assert [finding.sentence for finding in report.findings if finding.kind != "habit"] == []


@quick
@given(seeds)
def test_m12_and_m18_a_later_day_of_check_keeps_what_was_found(seed: int) -> None:
    """With the same documents; only what was awaited may become missing, and what was not due may fall due."""
    world = pinned_world(seed)
    lines = [line for line in lines_of(world) if line.issue_date <= world.as_of]
    before = {(row[:4]): row[4:] for row in money(check_lines(world, lines))}
    later = {(row[:4]): row[4:] for row in money(check_lines(world, lines, world.as_of + timedelta(31)))}
    for row, came_to in before.items():
        if came_to[-1] not in {"awaiting", "not_due", "billed_ahead"}:
            assert later[row] == came_to


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
def test_m19_the_report_as_text_says_what_the_report_says(seed: int) -> None:
    report = examine(make_world(seed))
    totals = {total["currency"]: total for total in json.loads(report.to_json())["totals"]}
    assert {currency: Decimal(total["arrears"]) for currency, total in totals.items()} == dict(report.arrears)
