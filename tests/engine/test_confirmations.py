"""What becomes of decisions that confirm a customer, or the charge of a line, by ledgers of a few lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Decision, Ledger, Report, check
from billcheck.decisions.rules import Standing
from tests.acceptance.agreements import agreement, bill, fee

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck import Contract, Line

AS_OF = date(2026, 3, 31)
PAIR = (agreement(fee("100.00", name="Support"), fee("250.00", name="Hosting", every="quarter")),)
LINE = bill("INV-2", date(2026, 2, 1), "70.00")
CONFIRMED = Decision(
    verb="confirm", reason="Asked.", contract="C-1", charge="Support", document="INV-2", line=1, amount_minor=7_000,
    currency="EUR",
)  # fmt: skip


def report_on(lines: Sequence[Line], *decisions: Decision, contracts: tuple[Contract, ...] = PAIR) -> Report:
    window = (date(2026, 1, 1), AS_OF)
    return check(contracts, Ledger.from_lines(lines), as_of=AS_OF, covers=window, decisions=decisions)


def standing(report: Report, number: int = 0) -> tuple[Standing, str]:
    return report.decisions[number].standing, report.decisions[number].remark


def billed(report: Report) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in report.rows:
        sums[row.charges[0]] = sums.get(row.charges[0], 0) + row.billed_minor
    return sums


def test_a_line_goes_where_it_is_confirmed_to_belong() -> None:
    assert billed(report_on([LINE])) == {"Support": 0, "Hosting": 0}
    support = report_on([LINE], CONFIRMED)
    assert billed(support) == {"Support": 7_000, "Hosting": 0}
    assert billed(report_on([LINE], replace(CONFIRMED, charge="Hosting"))) == {"Support": 0, "Hosting": 7_000}
    assert standing(support) == (Standing.APPLIED, 'confirmed: the line belongs to "Support"')
    (evidence,) = [piece for row in support.rows for piece in row.evidence]
    assert evidence.rule.startswith("customer + charge confirmed by a decision; ")
    assert not support.residue


def test_a_line_that_fits_no_charge_may_be_confirmed_too() -> None:
    contracts = (agreement(fee(name="Support", items=("A",))),)
    strange = replace(LINE, item="B")
    assert [entry.kind for entry in report_on([strange], contracts=contracts).residue] == ["unmatched"]
    report = report_on([strange], CONFIRMED, contracts=contracts)
    assert billed(report) == {"Support": 7_000}
    assert standing(report)[0] is Standing.APPLIED


def test_a_line_that_only_its_amount_placed_may_be_confirmed_elsewhere() -> None:
    by_amount = replace(LINE, amount=bill("X", AS_OF, "100.00").amount)
    assert billed(report_on([by_amount])) == {"Support": 10_000, "Hosting": 0}
    moved = report_on([by_amount], replace(CONFIRMED, charge="Hosting", amount_minor=10_000))
    assert billed(moved) == {"Support": 0, "Hosting": 10_000}
    assert moved.totals[0].inferred == 0


def test_a_negative_line_of_an_invoice_is_not_dealt_out_where_its_charge_is_confirmed() -> None:
    lines = [
        replace(LINE, amount=bill("X", AS_OF, "100.00").amount, description="Support"),
        replace(LINE, amount=bill("X", AS_OF, "250.00").amount, description="Hosting"),
        replace(LINE, amount=bill("X", AS_OF, "-70.00").amount),
    ]
    assert billed(report_on(lines)) == {"Support": 8_000, "Hosting": 20_000}
    confirmed = report_on(lines, replace(CONFIRMED, amount_minor=-7_000, line=3))
    assert billed(confirmed) == {"Support": 3_000, "Hosting": 25_000}


@pytest.mark.parametrize(
    ("line", "change", "expected"),
    [
        (
            {"amount": "70.01"},
            {},
            (Standing.OUTGROWN, "the line bills 70.01 EUR, more than was confirmed, so it was"),
        ),
        ({"amount": "-70.00"}, {}, (Standing.OUTGROWN, "the line bills -70.00 EUR, more than was confirmed, so")),
        ({"amount": "69.99"}, {}, (Standing.SMALLER, "confirmed, though the line bills only 69.99 EUR")),
        ({"currency": "USD"}, {}, (Standing.CHANGED, "the line bills 70.00 USD, in another currency, so it was not")),
        ({}, {"charge": "Other"}, (Standing.STALE, "no contract has this charge")),
        ({}, {"document": "INV-9"}, (Standing.STALE, "the line finds its charge without it, or is not in the ledger")),
        ({}, {"line": 2}, (Standing.STALE, "the line finds its charge without it, or is not in the ledger")),
        ({"description": "Hosting"}, {}, (Standing.STALE, "the line finds its charge without it")),
        ({"status": "draft"}, {}, (Standing.STALE, "the line finds its charge without it")),
        ({}, {"until": date(2026, 3, 30)}, (Standing.EXPIRED, "it ended on 2026-03-30, so what it is about counts")),
        ({}, {"until": AS_OF}, (Standing.APPLIED, 'confirmed: the line belongs to "Support"')),
    ],
)
def test_another_line_than_the_one_confirmed_stays_where_it_is(
    line: dict[str, Any], change: dict[str, Any], expected: tuple[Standing, str]
) -> None:
    stated = {**line, "amount": bill("X", AS_OF, line["amount"]).amount} if "amount" in line else line
    lines = [replace(LINE, **stated)]
    report = report_on(lines, replace(CONFIRMED, **change))
    found, remark = standing(report)
    assert found is expected[0]
    assert remark.startswith(expected[1])
    if found not in {Standing.APPLIED, Standing.SMALLER}:
        assert billed(report) == billed(report_on(lines))


def test_of_two_lines_with_one_number_none_is_confirmed() -> None:
    other = replace(LINE, issue_date=date(2026, 3, 1), amount=bill("X", AS_OF, "60.00").amount)
    ledger = Ledger((*Ledger.from_lines([LINE]).sources, *Ledger.from_lines([other]).sources))
    report = check(PAIR, ledger, as_of=AS_OF, covers=(date(2026, 1, 1), AS_OF), decisions=[CONFIRMED])
    assert standing(report)[0] is Standing.CHANGED
    assert standing(report)[1].startswith("several lines have this document and line number")
    assert billed(report) == {"Support": 0, "Hosting": 0}


def test_a_line_of_another_customer_with_the_same_number_is_none_of_it() -> None:
    contracts = (*PAIR, agreement(fee("9.00"), fee("8.00", name="B", every="quarter"), name="C-2", customer="Other BV"))
    other = replace(LINE, customer="Other BV")
    report = report_on([LINE, other], CONFIRMED, contracts=contracts)
    assert standing(report)[0] is Standing.APPLIED
    assert {row.contract for row in report.rows if row.billed_minor} == {"C-1"}


BOREALIS = agreement(fee("75.00"), name="C-2", customer="Borealis Ltd")


@pytest.mark.parametrize(
    ("contract", "lines", "change", "expected"),
    [
        (BOREALIS, [], {}, (Standing.APPLIED, "confirmed: its periods are judged")),
        (BOREALIS, [], {"contract": "C-9"}, (Standing.STALE, "no contract has this id")),
        (BOREALIS, [], {"until": date(2026, 3, 30)}, (Standing.EXPIRED, "it ended on 2026-03-30, so what it is about")),
        (
            BOREALIS,
            [bill("INV-9", date(2026, 1, 1), "75.00", customer="Borealis Ltd")],
            {},
            (Standing.STALE, "the ledger holds lines of this contract"),
        ),
        (
            agreement(fee("75.00"), name="C-2", customer="Borealis Ltd", is_confirmed=True),
            [],
            {},
            (Standing.STALE, "the contract itself confirms its customer"),
        ),
    ],
)
def test_a_customer_is_confirmed_where_that_is_asked_for(
    contract: Contract, lines: list[Line], change: dict[str, Any], expected: tuple[Standing, str]
) -> None:
    decision = replace(Decision(verb="confirm", reason="Looked.", contract="C-2"), **change)
    report = report_on([LINE, *lines], decision, contracts=(*PAIR, contract))
    found, remark = standing(report)
    assert found is expected[0]
    assert remark.startswith(expected[1])
    is_judged = found is Standing.APPLIED or lines or contract.matching.confirmed
    assert ("never_billed" in {finding.kind for finding in report.found}) is not bool(is_judged)
