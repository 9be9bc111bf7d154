"""Negative lines that name no charge, on invoices of a few lines: what each lowers, to the cent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.report.report import Report

Written = tuple[str, dict[str, Any]]
"""Amount and other fields of a line."""

A, B, ELSE = {"item": "A"}, {"item": "B"}, {"item": "ELSE"}
JANUARY, FEBRUARY = {"description": "January 2026"}, {"description": "February 2026"}
AGREED = contract(
    flat("A", "100.00", items=("A",), invoice_day=None, timing="in_advance"),
    flat("B", "300.00", items=("B",), invoice_day=None, timing="in_advance"),
    confirmed=True,
)


def report_of(*written: Written) -> Report:
    lines = [
        line(**({"document": "INV-1", "day": "2026-01-01", "amount": amount} | fields)) for amount, fields in written
    ]
    as_of = date(2026, 2, 20)
    report = check([AGREED], Ledger.from_lines(lines), as_of=as_of, covers=(date(2025, 11, 1), as_of))
    assert report.counts.lines == len(written)
    return report


def billed(report: Report) -> dict[str, list[int]]:
    """Cents billed per charge in January and February."""
    found: dict[str, list[int]] = {}
    for row in report.rows:
        found.setdefault(row.charges[0], []).append(row.billed_minor)
    return {name: amounts[:2] for name, amounts in found.items()}


def left(report: Report) -> list[tuple[str, str, int]]:
    return sorted((item.kind, item.document, item.amount_minor) for item in report.residue)


@pytest.mark.parametrize(
    ("written", "wanted", "residue"),
    [
        # 100 to 300: a quarter and three quarters
        ([("100.00", A), ("300.00", B), ("-40.00", {})], {"A": [9000, 0], "B": [27000, 0]}, []),
        # 0.01 to 0.03 of 0.04, which leaves nothing
        ([("0.01", A), ("0.03", B), ("-0.04", {})], {"A": [0, 0], "B": [0, 0]}, []),
        # two lines of one charge weigh as one: 100 + 200 to 300
        ([("100.00", A), ("200.00", A), ("300.00", B), ("-60.00", {})], {"A": [27000, 0], "B": [27000, 0]}, []),
        # a line of nothing weighs nothing
        ([("0.00", A | JANUARY), ("300.00", B), ("-30.00", {})], {"A": [0, 0], "B": [27000, 0]}, []),
        # what falls to a line without a charge stays without one
        (
            [("100.00", A), ("300.00", ELSE), ("-40.00", {})],
            {"A": [9000, 0], "B": [0, 0]},
            [("ambiguous", "INV-1", -3000), ("unmatched", "INV-1", 30000)],
        ),
        (
            [("100.00", A), ("300.00", ELSE), ("-40.00", ELSE)],
            {"A": [9000, 0], "B": [0, 0]},
            [("unmatched", "INV-1", -3000), ("unmatched", "INV-1", 30000)],
        ),
        # one that states its period lowers what is of that period
        (
            [("100.00", A | JANUARY), ("100.00", A | FEBRUARY), ("-10.00", FEBRUARY)],
            {"A": [10000, 9000], "B": [0, 0]},
            [],
        ),
        (
            [("100.00", A | JANUARY), ("100.00", B | FEBRUARY), ("-10.00", FEBRUARY)],
            {"A": [10000, 0], "B": [0, 9000]},
            [],
        ),
        # 4 cents of 1 and 9: 0.4 and 3.6
        ([("0.01", A), ("0.09", B), ("-0.04", {})], {"A": [1, 0], "B": [5, 0]}, []),
        # and all of them where nothing is, with its own period: 200.00 is two months, 10.00 of February less
        ([("100.00", A), ("100.00", A), ("-10.00", FEBRUARY)], {"A": [10000, 9000], "B": [0, 0]}, []),
    ],
)
def test_a_discount_lowers_the_lines_of_its_invoice(
    written: list[Written], wanted: dict[str, list[int]], residue: list[tuple[str, str, int]]
) -> None:
    report = report_of(*written)
    assert billed(report) == wanted
    assert left(report) == residue


def test_a_discount_of_another_document_or_day_lowers_nothing_here() -> None:
    for other in ({"document": "INV-2"}, {"day": "2026-01-02"}, {"kind": "credit_note"}):
        report = report_of(("100.00", A), ("300.00", B), ("-40.00", other))
        assert billed(report) == {"A": [10000, 0], "B": [30000, 0]}
        assert sum(amount for *_, amount in left(report)) == -4000


def test_negative_lines_that_exceed_the_others_are_no_discount() -> None:
    """-400.01 on 400.00 takes back more than the invoice bills: it is left open as a whole."""
    report = report_of(("100.00", A), ("300.00", B), ("-400.01", {}))
    assert left(report) == [("ambiguous", "INV-1", -40001)]


def test_a_discount_on_lines_of_which_none_has_a_charge_stays_whole() -> None:
    report = report_of(("100.00", ELSE), ("300.00", ELSE), ("-40.00", ELSE))
    assert left(report) == [("unmatched", "INV-1", -4000), ("unmatched", "INV-1", 10000), ("unmatched", "INV-1", 30000)]


def test_a_discount_says_by_which_rule_it_was_shared() -> None:
    report = report_of(("100.00", A), ("300.00", B), ("-40.00", {}))
    for row in [row for row in report.rows if row.billed_minor]:
        (rule,) = {item.rule.partition(";")[0] for item in row.evidence if item.amount_minor < 0}
        assert rule == "customer + its share of a negative line of the document, by amount"


def test_lines_of_two_invoices_are_counted_once_each() -> None:
    """Every discount is split in two; the count of lines stays that of the ledger, as `report_of` checks."""
    january: list[Written] = [("100.00", A), ("300.00", B), ("-40.00", {}), ("-20.00", {})]
    february = {"document": "INV-2", "day": "2026-02-01"}
    report = report_of(*january, ("100.00", A | february), ("300.00", B | february), ("-4.00", february))
    assert billed(report) == {"A": [8500, 9900], "B": [25500, 29700]}
