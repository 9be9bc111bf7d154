"""Sums that must hold in every run: each check is shown to catch what it is there for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.check import check
from billcheck.engine.books import Books, PostingRule
from billcheck.engine.coverage import Window
from billcheck.engine.events import gather_events
from billcheck.engine.examination import Examination, Setting
from billcheck.engine.invariants import check_conserved, check_lines_conserved, check_totals
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matcher
from billcheck.errors import InternalError, UsageError
from billcheck.findings import Totals
from billcheck.ledger.source import Ledger, RefusedRow
from tests.engine.agreements import contract, line, month_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.engine.examination import ExaminedCharge
    from billcheck.ledger.source import Batch, Keys

AS_OF = date(2026, 9, 4)


def examined() -> ExaminedCharge:
    directory = make_directory((contract(),))
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    lines = [*month_ends(6), line("X", "2026-05-05", "7.00")]
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    window = Window(date(2026, 1, 1).toordinal(), AS_OF.toordinal())
    examination = Examination((contract(),), matcher.matched, Setting(AS_OF.toordinal(), window))
    assert gather_events(matcher.matched, 0).billed
    return examination.examine(directory.slots[0])


def fails(books: Books, charge: ExaminedCharge, invariant: str) -> None:
    with pytest.raises(InternalError, match=invariant):
        check_conserved(books, charge.events.billed, "C-117", "Retainer")


def test_true_books_pass() -> None:
    charge = examined()
    check_conserved(charge.books, charge.events.billed, "C-117", "Retainer")


def test_a_lost_posting_is_caught() -> None:
    charge = examined()
    lost = charge.books.postings.pop()
    charge.books.billed[lost.period] -= lost.amount
    fails(charge.books, charge, "every billed cent is allocated once")


def test_a_posting_of_nothing_billed_is_caught() -> None:
    charge = examined()
    invented = charge.events.billed[0]._replace(rows=(99,))
    charge.books.post(invented, 0, 1, PostingRule.PLACED)
    fails(charge.books, charge, "no amount is allocated that no document bills")


def test_a_period_that_forgets_a_posting_is_caught() -> None:
    charge = examined()
    charge.books.billed[0] += 1
    fails(charge.books, charge, "a period is billed what its postings say")


def test_lines_that_vanish_are_caught() -> None:
    check_lines_conserved("EUR", 100, allocated=65, residue=20, aside=10, out_of_scope=5)
    with pytest.raises(InternalError, match="in_ledger=100"):
        check_lines_conserved("EUR", 100, allocated=65, residue=20, aside=10, out_of_scope=4)


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
        ({"ledger": "ledger.csv"}, "Give billcheck.read_ledger(path)."),
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
