"""What must hold for every ledger, over random agreements and ledgers.

The amounts of a correct ledger are known without pricing anything: flat charges on whole periods of their own grid, so
that each invoice is the price of the charge. Periods are counted here, not asked of the library.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billcheck import Ledger, Line, Report, check, read_ledger
from billcheck.contracts.prices import FlatPrice
from billcheck.findings import JUDGED
from tests.acceptance.agreements import agreement, comparable, fee, to_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from billcheck import Contract
    from billcheck.contracts.terms import Timing
    from billcheck.period import CadenceUnit

MONTHS: dict[CadenceUnit, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
TIMINGS: tuple[Timing, ...] = ("in_advance", "in_arrears")
FIRST_COVERED = date(2023, 11, 1)
GRACE_DAYS = 10
EVENTS_OF_A_HABIT = 4

# Whole checks are slow to generate by the standards of hypothesis; the number of examples bounds the run instead.
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Books:
    """Agreements, a ledger, and the day of the check."""

    contracts: tuple[Contract, ...]
    lines: tuple[Line, ...]
    as_of: date

    def examine(self, lines: Sequence[Line] | None = None) -> Report:
        return examine(self.contracts, self.lines if lines is None else lines, self.as_of)

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        """Terms and lines one below the other, without empty fields: how hypothesis prints a failing example."""
        printer.text("Books:")
        for contract in self.contracts:
            for charge in contract.charges:
                terms = f"{charge.name} {charge.price} {charge.every} {charge.timing} from {charge.start}"
                printer.text(f"\n  {contract.id} {contract.customer} {contract.currency}: {terms}")
        for line in self.lines:
            stated = [f"{name.name}={getattr(line, name.name)}" for name in fields(line) if getattr(line, name.name)]
            printer.text(f"\n  {', '.join(stated)}")
        printer.text(f"\n  as of {self.as_of}\n")


def examine(contracts: Sequence[Contract], lines: Sequence[Line], as_of: date) -> Report:
    return check(tuple(contracts), Ledger.from_lines(lines), as_of=as_of, covers=(FIRST_COVERED, as_of))


def month_later(day: date, months: int) -> date:
    """`months` later on the same day, which every month has (days up to 28 only)."""
    number = day.year * 12 + day.month - 1 + months
    return day.replace(year=number // 12, month=number % 12 + 1)


def periods(start: date, every: CadenceUnit, until: date) -> list[tuple[date, date]]:
    """First day and end (exclusive) of the periods that begin on or before `until`."""
    found: list[tuple[date, date]] = []
    first = start
    while first <= until:
        found.append((first, month_later(start, MONTHS[every] * (len(found) + 1))))
        first = found[-1][1]
    return found


def stating(line: Line, first_day: date, end: date) -> Line:
    """The line with its service period in its own fields; `end` is exclusive."""
    return replace(line, period_first_day=first_day, period_last_day=end - timedelta(1))


@st.composite
def correct_ledgers(draw: st.DrawFn) -> Books:
    """One to three customers with one or two charges each, invoiced with a constant lag, periods stated or not."""
    as_of = date(2025, 6, 1) + timedelta(draw(st.integers(0, 250)))
    contracts, lines = [], []
    for number in range(draw(st.integers(1, 3))):
        customer, currency = f"Customer {number}", draw(st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
        charges = []
        for code in draw(st.sampled_from([("A",), ("A", "B")])):
            every: CadenceUnit = draw(st.sampled_from(["month", "month", "quarter", "half_year", "year"]))
            timing: Timing = draw(st.sampled_from(TIMINGS))
            start = date(2024, draw(st.integers(1, 12)), draw(st.integers(1, 28)))
            price = draw(st.integers(10, 5_000)) * 2
            name = f"Charge {code}"
            charges.append(fee(str(price), name=name, every=every, timing=timing, start=start, items=(code,)))
            dues = [
                (first, end, end if timing == "in_arrears" else first)
                for first, end in periods(start, every, as_of + timedelta(400))
            ]
            settled = [due for _, _, due in dues if due + timedelta(20) <= as_of]
            latest = 20 if len(settled) >= EVENTS_OF_A_HABIT else GRACE_DAYS
            lag = draw(st.sampled_from([0, 0, 0, draw(st.integers(-10, latest))]))
            # A habit is learned from lines that state no period, so only those may come later than the grace days.
            is_stated = lag <= GRACE_DAYS and draw(st.booleans())
            for index, (first, end, due) in enumerate(dues):
                if due + timedelta(lag) > as_of:
                    break
                line = Line(
                    document=f"{number}{code}-{index:03}",
                    issue_date=due + timedelta(lag),
                    customer=customer,
                    amount=Decimal(price),
                    currency=currency,
                    item=code,
                )
                lines.append(stating(line, first, end) if is_stated else line)
        contracts.append(
            agreement(*charges, name=f"K-{number}", customer=customer, currency=currency, is_confirmed=True)
        )
    return Books(tuple(contracts), tuple(lines), as_of)


@st.composite
def messy_ledgers(draw: st.DrawFn) -> Books:
    """Two agreements and any lines: wrong amounts, credits, drafts, other currencies, strangers, odd periods."""
    as_of = date(2024, 7, 15)
    contracts = (
        agreement(
            fee("100", name="Care", items=("A",), start=date(2024, 1, 1)),
            fee("300", name="Space", every="quarter", timing="in_arrears", items=("B",), start=date(2024, 1, 1)),
            name="K-0",
            customer="Customer 0",
        ),
        agreement(fee("50", start=date(2024, 1, 15)), name="K-1", customer="Customer 1"),
    )
    lines: list[Line] = []
    for number in range(draw(st.integers(0, 14))):
        issue_date = date(2024, 1, 1) + timedelta(draw(st.integers(0, 210)))
        is_credit = draw(st.integers(0, 4)) == 0
        customer = draw(st.sampled_from(["Customer 0", "Customer 0", "Customer 1", "Stranger"]))
        status = draw(st.sampled_from(["approved"] * 6 + ["draft", "void"]))
        currency = draw(st.sampled_from(["EUR"] * 6 + ["USD"]))
        credits_document = draw(st.sampled_from(["", *(line.document for line in lines)])) if is_credit else ""
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            amount = draw(
                st.sampled_from(["100", "50", "300", "150", "200", "99.99", "33.33", "0", "-20"])
                | st.integers(-5_000, 40_000).map(lambda cents: str(Decimal(cents).scaleb(-2)))
            )
            month = max(0, draw(st.integers(-12, 8)))
            line = Line(
                document=f"DOC-{number:02}",
                issue_date=issue_date,
                customer=customer,
                amount=-abs(Decimal(amount)) if is_credit else Decimal(amount),
                currency=currency,
                kind="credit_note" if is_credit else "invoice",
                status=status,
                description=draw(st.sampled_from(["", "Care", "Space", "Services", "Care January 2024", "Catch-up"])),
                item=draw(st.sampled_from(["", "A", "B", "Z"])),
                credits_document=credits_document,
            )
            first = date(2024, max(month, 1), 1)
            lines.append(stating(line, first, month_later(first, 1)) if month else line)
    return Books(contracts, tuple(lines), as_of)


@quick
@given(correct_ledgers())
def test_a_correct_ledger_has_no_finding_but_a_habit(correct: Books) -> None:
    report = correct.examine()
    assert {finding.kind for finding in report.findings} <= {"habit"}
    statuses = {str(row.status) for row in report.rows}
    assert statuses <= {"ok", "not_due", "awaiting", "billed_ahead"}
    assert str(report.verdict) == ("clean" if "ok" in statuses else "inconclusive")
    assert report.residue == ()


@quick
@given(correct_ledgers())
def test_a_correct_ledger_bills_every_due_period(correct: Books) -> None:
    """The rows are the periods counted here, each with its whole price."""
    report = correct.examine()
    for contract in correct.contracts:
        for charge in contract.charges:
            assert charge.every is not None
            counted = [
                (first, end - timedelta(1))
                for first, end in periods(charge.start, charge.every.unit, correct.as_of)
                if (end if charge.timing == "in_arrears" else first) <= correct.as_of
            ]
            rows = [row for row in report.rows if (row.contract, row.charges) == (contract.id, (charge.name,))]
            assert [(row.first_day, row.last_day) for row in rows[: len(counted)]] == counted
            assert {row.expected is not None and FlatPrice(row.expected) for row in rows} == {charge.price}
            assert all(row.due_on > correct.as_of for row in rows[len(counted) :])


@quick
@given(correct_ledgers())
def test_halving_every_invoice_makes_arrears_half_of_expected(correct: Books) -> None:
    report = correct.examine([replace(line, amount=line.amount / 2) for line in correct.lines])
    for total in report.totals:
        assert total.arrears * 2 == total.expected
        assert total.billed * 2 == total.expected
        assert total.overbilled == total.residue == 0


@quick
@given(correct_ledgers(), st.data())
def test_leaving_one_invoice_out_makes_exactly_its_amount_missing(correct: Books, data: st.DataObject) -> None:
    """Of charges with a few invoices on either side, so that no habit hangs on the one left out."""
    per_item: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in correct.lines:
        per_item[line.customer, line.item].append(line)
    latest = correct.as_of - timedelta(60)
    inner = [line for lines in per_item.values() for line in lines[2:-2] if line.issue_date < latest]
    assume(inner)
    gone = data.draw(st.sampled_from(inner))
    report = correct.examine([line for line in correct.lines if line is not gone])
    assert report.arrears[gone.currency] == gone.amount
    kinds = {finding.kind for finding in report.findings}
    assert kinds - {"habit", "sequence_gap"} == {"missing"}, "the number that is gone may leave a gap"


@quick
@given(st.lists(st.sampled_from(["50", "75", "100", "120", "150", "200", "250", "300"]), min_size=1, max_size=12))
def test_an_invoice_on_its_due_day_stays_there_whatever_its_amount(amounts: list[str]) -> None:
    """A wrong price never moves an invoice: a month keeps its own up to what was agreed, only an excess may go on."""
    months = [date(2026, month, 1) for month in range(1, len(amounts) + 1)]
    lines = [
        Line(document=str(month), issue_date=month, customer="Acme BV", amount=Decimal(amount), currency="EUR")
        for month, amount in zip(months, amounts, strict=True)
    ]
    report = examine((agreement(fee("100")),), lines, months[-1] + timedelta(20))
    for row, amount in zip(report.rows, amounts, strict=False):
        own = sum((item.amount for item in row.evidence if item.document == str(row.first_day)), Decimal(0))
        assert own >= min(Decimal(amount), Decimal(100)), row


@quick
@given(messy_ledgers())
def test_every_billed_cent_is_allocated_once_or_named(messy: Books) -> None:
    report = messy.examine()
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in report.rows:
        assert sum((item.amount for item in row.evidence), Decimal(0)) == row.billed
        found[row.customer, row.currency] += row.billed
    for residue in report.residue:
        found[residue.customer, residue.currency] += residue.amount
    for aside in report.set_aside:
        line = messy.lines[aside.row - 1]
        found[line.customer, line.currency] += line.amount
    for outside in report.outside:
        found[outside.customer, outside.currency] += Decimal(outside.amount_minor).scaleb(-2)
    billed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    later = 0
    for line in messy.lines:
        is_later = line.customer == "Stranger" and line.status == "approved" and line.issue_date > messy.as_of
        later += is_later
        if line.customer != "Stranger" or (line.status == "approved" and not is_later):
            billed[line.customer, line.currency] += line.amount
    assert report.counts.outside_later == later
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in billed.items() if amount
    }


@quick
@given(messy_ledgers())
def test_no_line_gives_more_than_it_holds(messy: Books) -> None:
    report = messy.examine()
    used: dict[int, Decimal] = defaultdict(Decimal)
    for row in report.rows:
        for item in row.evidence:
            used[item.row] += item.amount
    for residue in report.residue:
        used[residue.row] += residue.amount
    aside = {item.row for item in report.set_aside}
    for number, line in enumerate(messy.lines, 1):
        if number in aside:
            assert number not in used
        elif line.customer != "Stranger":
            assert used[number] in {line.amount, Decimal(0)}, line


@quick
@given(messy_ledgers())
def test_totals_follow_from_the_rows(messy: Books) -> None:
    report = messy.examine()
    total = next(entry for entry in report.totals if entry.currency == "EUR")
    judged = [row for row in report.rows if row.status in JUDGED]
    assert total.expected == sum(row.expected_minor for row in judged)
    assert total.billed == sum(row.billed_minor for row in judged)
    short = [row for row in judged if row.status in {"underbilled", "missing"}]
    assert all(row.shortfall_minor > 0 for row in short)
    assert total.arrears == sum(row.shortfall_minor for row in short)
    over = [row for row in judged if row.status == "overbilled"]
    assert all(row.shortfall_minor < 0 for row in over)
    assert total.overbilled == -sum(row.shortfall_minor for row in over)
    assert total.net == total.expected - total.billed == total.arrears - total.overbilled + total.rounding
    assert all(row.shortfall_minor == 0 for row in judged if row.status in {"ok", "settled"})


@quick
@given(messy_ledgers())
def test_one_finding_per_row_and_an_error_for_every_difference(
    messy: Books,
) -> None:
    report = messy.examine()
    errors = [row for finding in report.findings if str(finding.severity) == "error" for row in finding.rows]
    assert len(errors) == len(set(errors))
    different = {row.id for row in report.rows if row.status in {"underbilled", "missing", "overbilled"}}
    assert different <= set(errors)
    assert len({finding.id for finding in report.findings}) == len(report.findings)
    assert len({row.id for row in report.rows}) == len(report.rows)


@quick
@given(messy_ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_documents_is_irrelevant(
    messy: Books,
    random: Random,
) -> None:
    documents: dict[str, list[Line]] = defaultdict(list)
    for line in messy.lines:
        documents[line.document].append(line)
    names = list(documents)
    random.shuffle(names)
    shuffled = [line for name in names for line in documents[name]]
    assert rowless(messy.examine(shuffled)) == rowless(messy.examine())


def rowless(report: Report) -> dict[str, Any]:
    """The report without the places of its lines; what was set aside is listed in the order of those places."""
    content = comparable(report, without=frozenset({"row"}))
    content["set_aside"].sort(key=str)
    return content


@quick
@given(messy_ledgers(), st.randoms(use_true_random=False))
def test_lines_of_one_document_may_stand_apart(messy: Books, random: Random) -> None:
    """Rows in any order, as after sorting an export; only the order of lines within their document stays."""
    waiting: dict[str, list[Line]] = defaultdict(list)
    for line in messy.lines:
        waiting[line.document].append(line)
    places = [line.document for line in messy.lines]
    random.shuffle(places)
    assert rowless(messy.examine([waiting[document].pop(0) for document in places])) == rowless(messy.examine())


@quick
@given(correct_ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(correct: Books, random: Random) -> None:
    """Every document of these ledgers has one line, so any order is the same ledger."""
    wrong = [replace(line, amount=line.amount / 2) if random.randrange(3) else line for line in correct.lines]
    shuffled = random.sample(wrong, len(wrong))
    assert rowless(correct.examine(shuffled)) == rowless(correct.examine(wrong))


def figures(report: Report) -> list[tuple[object, ...]]:
    return [
        (row.id, row.status, row.expected, row.billed, row.inferred_minor, row.credited_minor) for row in report.rows
    ]


@quick
@given(messy_ledgers(), st.data())
def test_splitting_a_line_changes_nothing(messy: Books, data: st.DataObject) -> None:
    """Two lines of one document and period for one line: the same totals and rows.

    Only lines that do not need their amount to find their charge. A cent of tolerance is allowed per line, so periods a
    cent or so off are left out.
    """
    certain = [
        number
        for number, line in enumerate(messy.lines)
        if abs(line.amount) >= 1 and (line.item or line.customer != "Customer 0")
    ]
    assume(certain)
    number = data.draw(st.sampled_from(certain))
    line = messy.lines[number]
    part = (line.amount * data.draw(st.sampled_from([Decimal("0.1"), Decimal("0.5")]))).quantize(Decimal("0.01"))
    halves = [replace(line, amount=part), replace(line, amount=line.amount - part)]
    first = messy.examine()
    second = messy.examine([*messy.lines[:number], *halves, *messy.lines[number + 1 :]])
    differences = {abs(row.shortfall_minor) for row in first.rows}
    assume(not any(0 < difference <= len(messy.lines) + 1 for difference in differences))
    assert figures(first) == figures(second)
    assert first.totals == second.totals


@quick
@given(correct_ledgers(), st.integers(1, 9))
def test_another_customer_changes_nothing(correct: Books, price: int) -> None:
    newcomer = agreement(fee(str(price), start=date(2024, 5, 5)), name="NEW", customer="Newcomer", is_confirmed=True)
    lines = [
        *correct.lines,
        Line(document="N-1", issue_date=date(2024, 5, 5), customer="Newcomer", amount=Decimal(price), currency="EUR"),
        Line(document="S-1", issue_date=date(2024, 5, 5), customer="Stranger", amount=Decimal(7), currency="EUR"),
    ]
    before = comparable(correct.examine())
    after = comparable(examine((*correct.contracts, newcomer), lines, correct.as_of))
    assert after["contracts"][:-1] == before["contracts"]
    assert [item for item in after["findings"] if item["contract"] != "NEW"] == before["findings"]
    assert after["residue"] == before["residue"]


@settings(quick, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(messy_ledgers())
def test_bytes_and_hand_made_lines_give_the_same_report(tmp_path: Path, messy: Books) -> None:
    assume(messy.lines)
    path = tmp_path / "ledger.csv"
    path.write_text(to_csv(messy.lines), encoding="utf-8")
    from_bytes = check(messy.contracts, read_ledger(path), as_of=messy.as_of, covers=(FIRST_COVERED, messy.as_of))
    assert comparable(from_bytes, first_row=2) == comparable(messy.examine())


@quick
@given(messy_ledgers())
def test_the_same_check_twice_gives_the_same_bytes(messy: Books) -> None:
    assert messy.examine().to_json() == messy.examine().to_json()


def test_the_report_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    cases = Path(__file__).parent.parent / "cases"
    contracts, ledger = tmp_path / "contracts", tmp_path / "ledger"
    contracts.mkdir()
    ledger.mkdir()
    for number, name in enumerate(("finding-ambiguous", "amendment-forgotten", "two-currencies", "outside-customers")):
        # Each case gets customers and contracts of its own, so that four of them make one larger check.
        terms = (cases / name / "contracts.toml").read_text(encoding="utf-8")
        lines = (cases / name / "ledger.csv").read_text(encoding="utf-8")
        (contracts / f"{name}.toml").write_text(renamed(terms, number), encoding="utf-8")
        (ledger / f"{name}.csv").write_text(renamed(lines, number), encoding="utf-8")
    command = [sys.executable, "-m", "billcheck", "check", "ledger", "--contracts", "contracts"]
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [*command, "--as-of", "2026-04-15", "--format", "json"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr.decode()
        outputs.add(done.stdout)
    assert len(outputs) == 1


def renamed(text: str, number: int) -> str:
    for name, own in (('"C-', f'"C{number}-'), ("Acme BV", f"Acme {number}"), ("Borealis", f"Borealis {number}")):
        text = text.replace(name, own)
    return text.replace("INV-", f"{number}-")
