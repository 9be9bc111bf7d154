"""What a change of the question must, and must not, change in the answer: relations between two checks of one ledger.

The ledgers are the simulator's, or small ones of one fee. Each test has the number that the relation has in the
project's list, M1 to M20, in its name, and the relation in words; [Relations](../../docs/design/relations.md) lists
them. M17 (one ledger in several wire shapes) is here for lines and CSV files, and for every way in, live ledgers
included, in `tests/connectors/live/test_same_ledger.py`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unicodedata import normalize

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billcheck import Ledger, Line, check, read_ledger
from tests.acceptance.agreements import comparable, to_csv
from tests.acceptance.relations import (
    FeeBills,
    all_entries,
    billed,
    check_lines,
    fee_bills,
    in_one_and_in_two,
    money,
    moved,
    multiplied,
    pinned_world,
    rows_of,
    settled_papers,
    with_stated_periods,
)
from tests.connectors.exports import xero_row, xero_text
from tests.simulator.agreements import DAY, Agreement, Charge, as_text, half_up
from tests.simulator.bookkeeping import World
from tests.simulator.comparison import contracts_of, examine, lines_of, make_world, rows_found

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
@given(seeds)
def test_m1_the_order_of_files_changes_nothing(seed: int) -> None:
    """One file, or its documents dealt out to two, named in either order."""
    world = make_world(seed)
    lines = lines_of(world)
    random = Random(seed + 1)
    first = {number for number in {line.document for line in lines} if random.random() < 0.5}
    parts = [[line for line in lines if (line.document in first) is is_first] for is_first in (True, False)]
    assume(all(parts))
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("whole.csv", "one.csv", "other.csv")]
        for path, part in zip(paths, (lines, *parts), strict=True):
            path.write_text(to_csv(part), encoding="utf-8")
        whole, one, other = paths
        reports = [
            comparable(
                check(contracts_of(world), read_ledger(*files), as_of=world.as_of, covers=world.covers),
                without=PLACE_OF_LINE | {"coverage"},
            )
            for files in ((whole,), (one, other), (other, one))
        ]
    for report in reports:
        report["set_aside"].sort(key=str)
    assert reports[1] == reports[2] == reports[0]


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
    """Both are named as evidence, of the rows of the invoice where its lines state them."""
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
    before, after = check_lines(world, lines), check_lines(world, more)
    assert money(after) == money(before)
    if world.is_pinned:
        counted = [row for row in after.rows if number in {evidence.document for evidence in row.evidence}]
        assert all({"CN", f"{number}-again"} <= {evidence.document for evidence in row.evidence} for row in counted)


@quick
@given(seeds)
def test_m6_a_document_written_twice_is_found_once(seed: int) -> None:
    """Every row it bills is billed too much by what it bills there, as a duplicate, and no other row changes."""
    world = pinned_world(seed, with_mistakes=False)
    papers = settled_papers(world)
    assume(papers)
    paper = Random(seed).choice(papers)
    lines = lines_of(world)
    twice = [replace(line, document="TWICE") for line in lines if line.document == paper.number]
    before, after = rows_found(check_lines(world, lines)), rows_found(check_lines(world, [*lines, *twice]))
    expected = {
        row: replace(said, billed=said.billed + amount, status="overbilled", finding="duplicate")
        for row, amount in rows_of(world, paper).items()
        for said in (before[row],)
    }
    assert after == before | expected


@quick
@given(seeds)
def test_m6_a_document_written_twice_lowers_no_arrears(seed: int) -> None:
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
@given(seeds, st.sampled_from(["void", "draft", "gone"]))
def test_m9_what_does_not_count_any_more_is_missing_just_where_it_was(seed: int, state: str) -> None:
    """Of a void document, a draft or one that is gone every row is missing, by all it billed there, and no other."""
    world = pinned_world(seed, with_mistakes=False)
    papers = settled_papers(world)
    assume(papers)
    paper = Random(seed).choice(papers)
    lines = lines_of(world)
    left = [line for line in lines if line.document != paper.number]
    if state != "gone":
        left = [replace(line, status=state) if line.document == paper.number else line for line in lines]
    before, after = rows_found(check_lines(world, lines)), rows_found(check_lines(world, left))
    billed_contracts = {row[0] for row, said in after.items() if said.billed}
    assume(all(row[0] in billed_contracts for row in rows_of(world, paper)))  # else nothing shows who the customer is
    expected = {
        row: replace(
            said, billed=0, status="missing", finding="missing", drafted=said.drafted + amount * (state == "draft")
        )
        for row, amount in rows_of(world, paper).items()
        for said in (before[row],)
    }
    assert after == before | expected


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
def test_m18_a_later_day_of_check_keeps_what_was_judged(seed: int) -> None:
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
def test_m12_further_correct_documents_change_no_period_before_them(seed: int) -> None:
    """A ledger with mistakes in it goes on correctly: what was judged before is judged alike."""
    world = pinned_world(seed)
    later = world.as_of + timedelta(20)
    lines = lines_of(world)
    known = [line for line in lines if line.issue_date <= world.as_of]
    before = check_lines(world, known)
    judged = {row[:4]: row[4:] for row in money(before) if row[-1] not in {"awaiting", "not_due", "billed_ahead"}}
    old = {(row.contract, row.charges[0], row.first_day, row.last_day + DAY, row.is_change) for row in before.rows
           if (row.contract, row.charges, row.first_day, row.is_change) in judged}  # fmt: skip
    further = {
        paper.number
        for paper in world.papers
        if world.as_of < paper.issued <= later and paper.kind == "invoice" and old.isdisjoint(rows_of(world, paper))
    }
    assume(further)
    more = [line for line in lines if line.document in further and line.status == "approved"]
    after = {row[:4]: row[4:] for row in money(check_lines(world, [*known, *more], later))}
    assert {row: after[row] for row in judged} == judged


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
@given(seeds)
def test_m16_numbers_of_documents_and_contracts_mean_nothing(seed: int) -> None:
    """Each has another one, in the same order: of two documents of one day the smaller number comes first."""
    world = make_world(seed)
    lines = lines_of(world)
    contracts = tuple(replace(contract, id=f"K/{contract.id}") for contract in contracts_of(world))
    renamed = [
        replace(
            line,
            document=f"R {line.document}",
            credits_document=line.credits_document and f"R {line.credits_document}",
            contract=line.contract and f"K/{line.contract}",
        )
        for line in lines
    ]
    report = check(contracts, Ledger.from_lines(renamed), as_of=world.as_of, covers=world.covers)
    assert [(row[0].removeprefix("K/"), *row[1:]) for row in money(report)] == money(check_lines(world, lines))


@quick
@given(seeds)
def test_m16_how_letters_are_encoded_means_nothing(seed: int) -> None:
    """An accent may be a letter of its own behind the letter it stands on (NFD), as files of some systems have it."""
    world = make_world(seed)
    for agreement in world.agreements:
        agreement.names = [f"{name} Café" for name in agreement.names]
        agreement.children = [f"{name} Zoë" for name in agreement.children]
    lines = lines_of(world)
    apart = [
        replace(line, customer=normalize("NFD", line.customer), description=normalize("NFD", line.description))
        for line in lines
    ]
    assert money(check_lines(world, apart)) == money(check_lines(world, lines))


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


def test_the_table_of_relations_names_every_test() -> None:
    page = (Path(__file__).parents[2] / "docs" / "design" / "relations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (M[0-9]+) \| .* \| (.*) \|$", page, re.MULTILINE))
    assert list(rows) == [f"M{number}" for number in range(1, 21)]
    tests = [name for name in globals() if re.match(r"test_m[0-9]+_", name)]
    named = [name for row in rows.values() for name in re.findall(r"`(test_m[0-9]+_\w+)`", row)]
    assert sorted(named) == sorted(tests)
    assert all(name.startswith(f"test_{number.lower()}_") for number, row in rows.items()
               for name in re.findall(r"`(test_m\w+)`", row))  # fmt: skip
