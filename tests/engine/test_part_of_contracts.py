"""What a check of some contracts leaves out, by ledgers of a few lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Configuration, Ledger, Report, check
from billcheck.configuration.rules import CreditRules, Selector
from tests.acceptance.agreements import agreement, bill, fee

if TYPE_CHECKING:
    from billcheck import Contract, Line

AS_OF = date(2026, 1, 31)
JANUARY = date(2026, 1, 1)
MINE = agreement(fee("100.00", items=("A",)), name="C-1")
OTHER = agreement(fee("80.00"), name="C-2", customer="Borealis Ltd")
CREDITS = Configuration(credits=CreditRules((("goodwill", Selector(items=("GOODWILL",))),)))
MY_LINE = bill("INV-1", JANUARY, "100.00", item="A")
OTHER_LINE = bill("INV-2", JANUARY, "80.00", customer="Borealis Ltd")


def report_on(*lines: Line, contracts: tuple[Contract, ...] = (MINE, OTHER), **options: Any) -> Report:
    window = (JANUARY, AS_OF)
    asked_for = options.pop("only_contracts", ["C-1"])
    return check(contracts, Ledger.from_lines(lines), as_of=AS_OF, covers=window, only_contracts=asked_for, **options)


def out_of_scope(report: Report) -> list[tuple[int, int]]:
    return [(entry.lines, entry.amount_minor) for entry in report.out_of_scope]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (OTHER_LINE, [(1, 8_000)]),
        (replace(OTHER_LINE, kind="credit_note", amount=-OTHER_LINE.amount, item="GOODWILL"), [(1, -8_000)]),
        (replace(OTHER_LINE, item="?", currency="EUR", charge="Nothing"), [(1, 8_000)]),
        (replace(OTHER_LINE, description="For [Month Year]"), [(1, 8_000)]),
    ],
)
def test_what_concerns_another_contract_is_out_of_scope(line: Line, expected: list[tuple[int, int]]) -> None:
    report = report_on(MY_LINE, line, configuration=CREDITS)
    assert out_of_scope(report) == expected
    assert report.counts.lines == report.counts.allocated == 1
    assert not report.found
    assert not report.residue
    assert str(report.verdict) == "clean"


def test_a_draft_of_another_contract_is_set_aside() -> None:
    report = report_on(MY_LINE, replace(OTHER_LINE, status="draft"))
    assert (report.counts.lines, report.counts.set_aside, out_of_scope(report)) == (2, 1, [])
    assert not report.found


def test_a_declared_credit_of_the_contract_itself_stays() -> None:
    credit = replace(MY_LINE, document="CN-1", kind="credit_note", amount=-MY_LINE.amount, item="GOODWILL")
    report = report_on(MY_LINE, credit, contracts=(MINE, OTHER), configuration=CREDITS)
    assert [entry.kind for entry in report.residue] == ["goodwill"]


def test_a_line_that_may_be_of_the_contract_stays_as_doubtful_as_it_is() -> None:
    pair = (agreement(fee("100.00"), name="C-1"), agreement(fee("30.00", every="quarter"), name="C-3"))
    ambiguous = bill("INV-3", JANUARY, "7.00")
    for asked_for in (["C-1"], ["C-3"], ["C-1", "C-3"]):
        report = report_on(ambiguous, OTHER_LINE, contracts=(*pair, OTHER), only_contracts=asked_for)
        assert [finding.kind for finding in report.found] == ["ambiguous"]
        assert out_of_scope(report) == [(1, 8_000)]
    nobody = report_on(ambiguous, OTHER_LINE, contracts=(*pair, OTHER), only_contracts=["C-2"])
    assert not nobody.found
    assert out_of_scope(nobody) == [(1, 700)]


def test_contracts_that_are_checked_together_are_checked_both_and_so_are_their_companions() -> None:
    alike = tuple(agreement(fee("100.00", name=f"Fee {name}"), name=name) for name in ("C-1", "C-3"))
    lines = [bill("INV-1", JANUARY, "200.00")]
    report = report_on(*lines, OTHER_LINE, contracts=(*alike, OTHER), only_contracts=["C-3"])
    assert [item.contract.id for item in report.contracts] == ["C-1", "C-3"]
    assert report.rows[0].charges == ("Fee C-1", 'C-3 "Fee C-3"')
    assert report.contracts_left_out == 1
    assert out_of_scope(report) == [(1, 8_000)]


def test_documents_in_conflict_are_told_where_one_is_of_the_contract() -> None:
    ledgers = [
        Ledger.from_lines([MY_LINE, OTHER_LINE]),
        Ledger.from_lines([replace(MY_LINE, amount=OTHER_LINE.amount), replace(OTHER_LINE, amount=MY_LINE.amount)]),
    ]
    ledger = Ledger(tuple(source for one in ledgers for source in one.sources))
    whole = check((MINE, OTHER), ledger, as_of=AS_OF, covers=(JANUARY, AS_OF))
    part = check((MINE, OTHER), ledger, as_of=AS_OF, covers=(JANUARY, AS_OF), only_contracts=["C-1"])
    assert [finding.contract for finding in whole.found if finding.kind == "document_conflict"] == ["C-1", "C-2"]
    assert [finding.contract for finding in part.found if finding.kind == "document_conflict"] == ["C-1"]


@pytest.mark.parametrize("is_plain", [True, False])
def test_periods_that_begin_too_late_are_left_out_however_they_are_judged(*, is_plain: bool) -> None:
    lines = [bill(f"INV-{month}", date(2026, month, 1), "90.00", item="A") for month in (1, 2, 3)]
    if not is_plain:
        lines.append(bill("INV-1", JANUARY, "-5.00", item="A"))
    report = check(
        (MINE,), Ledger.from_lines(lines), as_of=date(2026, 3, 31), covers=(JANUARY, date(2026, 3, 31)),
        check_until=date(2026, 2, 1),
    )  # fmt: skip
    assert [row.first_day.month for row in report.rows] == [1, 2]
    assert report.totals[0].arrears == (2_000 if is_plain else 2_500)
