"""Sums that must hold in every run: each check is shown to catch what it is there for."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.check import check
from billcheck.engine.events import gather_events
from billcheck.engine.invariants import (
    check_charge_conserved,
    check_conserved,
    check_lines_conserved,
    check_partition,
    check_totals,
)
from billcheck.engine.plain import match_one_by_one
from billcheck.errors import InternalError, UsageError
from billcheck.findings import Totals
from billcheck.ledger.source import Ledger, RefusedRow
from tests.engine.agreements import contract, line, month_ends
from tests.engine.bookings import Row, books_of, event, regular
from tests.engine.broken import AS_OF, BREACHES, examined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.engine.allocate import Known
    from billcheck.engine.events import Events
    from billcheck.engine.match import Matched
    from billcheck.engine.plain import Billed
    from billcheck.ledger.source import Batch, Keys
    from billcheck.ledger.table import LineTable
    from billcheck.pricing.schedule import Schedule

ROOT = Path(__file__).parents[2]


def test_true_books_pass() -> None:
    charge = examined()
    assert charge.events.billed
    check_conserved(charge.books, charge.events.billed, "C-117", "Retainer")
    check_partition(charge.schedule)
    check_charge_conserved(100, allocated=60, left=20, drafted=10, foreign=10, contract="C-117", charge="Retainer")
    check_lines_conserved("EUR", 100, allocated=65, residue=20, aside=10, out_of_scope=5)


@pytest.mark.parametrize("invariant", BREACHES)
def test_what_breaks_an_invariant_is_caught(invariant: str) -> None:
    with pytest.raises(InternalError, match=re.escape(invariant.removesuffix(" or an overlap"))):
        BREACHES[invariant]()


def test_invariants_hold_without_assertions_too() -> None:
    """`python -O` drops every `assert`; what must hold in production is raised."""
    command = [sys.executable, "-O", "-m", "tests.engine.broken"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{len(BREACHES)} raised, let through: [], debug False\n"), done.stderr


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_line_that_is_lost_on_its_way_stops_the_check(monkeypatch: pytest.MonkeyPatch, *, is_plain: bool) -> None:
    """Whichever way a charge is judged; a line of another customer that is counted twice would not make up for it."""
    lines = month_ends(6) if is_plain else [*month_ends(6), line("X", "2026-05-05", "7.00")]

    def lose_one(schedule: Schedule, table: LineTable, rows: Sequence[int], known: Known) -> Billed | None:
        billed = match_one_by_one(schedule, table, rows, known)
        return None if billed is None else billed._replace(periods=dict(list(billed.periods.items())[1:]))

    def lose_two(matched: Matched, slot: int) -> Events:
        events = gather_events(matched, slot)
        return replace(events, billed=events.billed[2:])

    monkeypatch.setattr("billcheck.engine.examination.match_one_by_one", lose_one)
    monkeypatch.setattr("billcheck.engine.examination.gather_events", lose_two)
    with pytest.raises(InternalError, match="the lines of a charge are allocated"):
        check([contract()], Ledger.from_lines(lines), as_of=AS_OF)


@pytest.mark.parametrize("wrong", [{"net": 1}, {"arrears": 5}, {"billed": 1}])
def test_totals_that_do_not_add_up_two_ways_are_caught(wrong: dict[str, Any]) -> None:
    totals = Totals("EUR", expected=100, billed=90, net=10, arrears=15, overbilled=6, rounding=1)
    check_totals(totals)
    with pytest.raises(InternalError, match="net adds up two ways"):
        check_totals(replace(totals, **wrong))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fail_on": ["underbiled"]}, "fail_on: There is no such kind of finding. Found 'underbiled'. Use one of:"),
        ({"covers": (date(2026, 2, 1), date(2026, 1, 1))}, "covers: The window ends before it begins."),
        ({"grace_days": -1}, "grace_days: Grace days cannot be negative. Found '-1'."),
        (
            {"control_totals": {"eur": Decimal(1)}},
            "control_totals: This is not a currency code of ISO 4217. Found 'eur'.",
        ),
        (
            {"control_totals": {"JPY": Decimal("1.5")}},
            "JPY: The amount has more decimals than its currency. Found '1.5'.",
        ),
        ({"min_amounts": {"EUR": Decimal(-1)}}, "min_amounts: A least amount cannot be negative."),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        check([contract()], Ledger.from_lines([]), as_of=AS_OF, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"as_of": "2026-09-04"},
            "as_of: This is not what the argument takes. Found '2026-09-04'. Give a datetime",
        ),
        ({"contracts": "contracts.toml"}, "Give billcheck.load_contracts(path)."),
        ({"ledger": "ledger.csv"}, "Give billcheck.read_ledger(path), or billcheck.read_frame(frame) of a data frame."),
        ({"quantities": "usage.csv"}, "Give billcheck.load_quantities(path)."),
        ({"fail_on": "missing"}, "Give a list, such as ['missing']."),
        (
            {"min_amounts": {"EUR": 0.5}},
            "min_amounts EUR: This is not what the argument takes. Found '0.5'. Give a dec",
        ),
        ({"control_totals": {"EUR": Decimal("NaN")}}, "control_totals EUR: This is not what the argument takes."),
    ],
)
def test_an_argument_of_another_type_is_named(arguments: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"contracts": [contract()], "ledger": Ledger.from_lines([]), "as_of": AS_OF} | arguments
    with pytest.raises(UsageError) as caught:
        check(given.pop("contracts"), given.pop("ledger"), **given)
    assert message in str(caught.value)


def test_nobody_is_called_never_billed_while_rows_are_refused() -> None:
    line_list = Ledger.from_lines([line(customer="Somebody")]).sources[0]

    class Refusing:
        path = "lines"
        read = staticmethod(line_list.read)
        rows_of = staticmethod(line_list.rows_of)

        def scan(self, keys: Keys) -> Iterator[Batch]:
            for batch in line_list.scan(keys):
                batch.refused.append(RefusedRow("lines", 2, "amount", "x", "not a number"))
                yield batch

    report = check([contract()], Ledger((Refusing(),)), as_of=AS_OF)
    assert report.findings == ()
    assert (report.verdict.value, report.complete) == ("inconclusive", False)


def test_two_contracts_with_one_id_are_refused() -> None:
    with pytest.raises(UsageError, match=r"Two contracts of one check have the same id\. Found 'C-117'\."):
        check([contract(), contract()], Ledger.from_lines([]), as_of=AS_OF)


def test_nothing_checked_is_not_clean() -> None:
    assert check([], Ledger.from_lines([line()]), as_of=AS_OF).verdict.value == "inconclusive"
    assert check([contract()], Ledger.from_lines([]), as_of=AS_OF).verdict.value == "findings"


def test_what_bills_nothing_need_not_be_placed_and_a_single_cent_must() -> None:
    books = books_of(regular(100))
    check_conserved(books, [event(0, rows=(7,))], "C-117", "Retainer")
    with pytest.raises(InternalError, match="every billed cent is allocated once"):
        check_conserved(books, [event(1, rows=(7,))], "C-117", "Retainer")


@pytest.mark.parametrize(
    ("first", "end", "is_inside"),
    [
        (0, 30, True),
        (0, 10, True),
        (29, 30, True),
        (30, 60, True),
        (20, 40, False),
        (-1, 10, False),
        (50, 61, False),
        (10, 10, False),
    ],
)
def test_a_change_lies_inside_one_period(first: int, end: int, *, is_inside: bool) -> None:
    schedule = books_of([*regular(100, 100), Row(first, end, 60, 5, is_change=True)]).schedule
    if is_inside:
        check_partition(schedule)
    else:
        with pytest.raises(InternalError, match="a change lies inside a period"):
            check_partition(schedule)
