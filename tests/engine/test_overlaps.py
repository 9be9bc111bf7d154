"""Documents that stand in two exports: counted once where they are the same, told where they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from billcheck.configuration.rules import Configuration, CreditRules, Scope, Selector
from billcheck.ledger.lines import LineList
from tests.engine.agreements import contract, flat, line, month_ends

if TYPE_CHECKING:
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

AS_OF = date(2026, 4, 20)
FREIGHT = Configuration(
    scope=Scope(Selector(items=("FREIGHT",))), credits=CreditRules(classes=(("rebate", Selector(items=("REB",))),))
)


def of_exports(*exports: list[Line], **options: Any) -> Report:
    sources = tuple(LineList(tuple(lines), f"{number}.csv") for number, lines in enumerate(exports, 1))
    values: dict[str, Any] = {"as_of": AS_OF, "covers": (date(2026, 1, 1), AS_OF), "configuration": FREIGHT}
    return check([options.pop("agreed", contract())], Ledger(sources), **(values | options))


def conflicts(report: Report) -> list[str]:
    """What is said of documents that differ, without the customer and what all have in common."""
    begin, end = "Hartwell Interieur, ", "; all of them were counted."
    return [
        finding.sentence.removeprefix(begin).removesuffix(end)
        for finding in report.findings
        if finding.kind == "document_conflict"
    ]


def aside(report: Report) -> list[tuple[str, int]]:
    return [(item.path, item.row) for item in report.set_aside]


def test_what_both_exports_hold_counts_once_in_scope_and_out() -> None:
    freight = [
        line("INV-1", "2026-01-31", "9.00", item="FREIGHT"), line("F-1", "2026-02-10", "5.00", item="FREIGHT"),
        line("F-2", "2026-02-10", "7.00", item="FREIGHT", currency="USD"),
    ]  # fmt: skip
    lines = [*month_ends(3), *freight]
    once, twice = of_exports(lines), of_exports(lines, lines)
    assert [(item.currency, item.amount_minor, item.lines) for item in once.out_of_scope] == [
        ("EUR", 1400, 2), ("USD", 700, 1),
    ]  # fmt: skip
    assert twice.out_of_scope == once.out_of_scope
    assert twice.totals == once.totals
    assert conflicts(twice) == []
    assert aside(twice) == [("2.csv", row) for row in range(1, 7)]


def test_what_is_open_or_declared_is_shown_once() -> None:
    two = contract(flat("A", "10.00", items=("A",)), flat("B", "20.00", items=("B",)))
    lines = [
        line("X-1", "2026-02-10", "3.00"), line("X-2", "2026-02-10", "3.00", item="C"),
        line("X-3", "2026-02-10", "-3.00", item="REB", kind="credit_note"),
    ]  # fmt: skip
    report = of_exports(lines, lines, agreed=two)
    assert sorted((item.kind, item.document, item.path) for item in report.residue) == [
        ("ambiguous", "X-1", "1.csv"), ("rebate", "X-3", "1.csv"), ("unmatched", "X-2", "1.csv"),
    ]  # fmt: skip
    assert len(report.set_aside) == 3


def test_conflicts_are_told_by_number_with_every_place() -> None:
    first = [*month_ends(3), line("INV-10", "2026-02-10", "1.00")]
    other = [replace(first[3], amount=first[3].amount + 1), replace(first[1], amount=first[1].amount + 1), first[0]]
    assert conflicts(of_exports(first, other)) == [
        "INV-10: different documents share this number, in 1.csv and 2.csv",
        "INV-2: different documents share this number, in 1.csv and 2.csv",
    ]


def test_of_three_exports_only_those_that_differ_from_the_first_are_told() -> None:
    one = month_ends(1)
    less = [replace(one[0], amount=one[0].amount - 1)]
    report = of_exports(one, one, less)
    assert conflicts(report) == ["INV-1: different documents share this number, in 1.csv and 3.csv"]
    assert aside(report) == [("2.csv", 1)]


@pytest.mark.parametrize(
    "fields", [{"kind": "credit_note", "amount": "-5.00"}, {"customer": "Juniper"}, {"currency": "USD"}]
)
def test_another_kind_customer_or_currency_is_another_document(fields: dict[str, Any]) -> None:
    values: dict[str, Any] = {"document": "INV-1", "day": "2026-01-31"}
    report = of_exports(month_ends(1), [line(**(values | fields))])
    assert conflicts(report) == []
    assert aside(report) == []


def test_of_three_exports_two_alike_count_once_beside_the_first_that_differs() -> None:
    one = month_ends(1)
    less = [replace(one[0], amount=one[0].amount - 1)]
    for exports in ((less, one, one), (one, less, one), (one, one, less)):
        report = of_exports(*exports)
        assert [row.billed_minor for row in report.rows[:1]] == [239900 + 240000]
        assert len(report.set_aside) == 1


TWO = contract(customer="Hartwell Interieur", aliases=("Hartwell Groep",))


def test_a_number_of_two_customers_in_one_export_is_told() -> None:
    lines = [*month_ends(2), line("INV-2", "2026-03-31", customer="Hartwell Groep")]
    assert shared(of_exports(lines, agreed=TWO)) == ["INV-2: in 1.csv this number stands"]
    assert shared(of_exports(month_ends(3), agreed=TWO)) == []


def test_a_number_on_two_days_and_a_number_of_two_customers_are_told_apart() -> None:
    lines = [
        line("INV-1", "2026-01-31"), line("INV-1", "2026-02-28"),
        line("INV-2", "2026-03-31"), line("INV-2", "2026-03-31", customer="Hartwell Groep"),
    ]  # fmt: skip
    report = of_exports(lines, agreed=TWO)
    assert shared(report) == ["INV-2: in 1.csv this number stands"]
    assert conflicts(report)[0] == "INV-1: different documents share this number, in 1.csv"
    assert len(conflicts(report)) == 2


def test_numbers_of_two_customers_across_exports_are_told_together() -> None:
    """Two businesses number alike, or a customer was renamed: one finding either way, and nothing is set aside."""
    renamed = [replace(one, customer="Hartwell Groep") for one in month_ends(3)]
    report = of_exports(month_ends(3), renamed, agreed=TWO)
    assert shared(report) == ["INV-1, INV-2, INV-3: in 1.csv and 2.csv each of these 3 numbers stands"]
    assert aside(report) == []
    assert [finding.contract for finding in report.findings if finding.kind == "document_conflict"] == ["C-117"]


def test_a_number_of_two_customers_is_no_conflict_where_one_does_not_count_or_is_of_another_kind() -> None:
    groep = line("INV-1", "2026-02-28", customer="Hartwell Groep")
    for other in (
        replace(groep, status="void"), replace(groep, kind="credit_note", amount=-groep.amount),
        replace(groep, issue_date=date(2026, 5, 1)),
    ):  # fmt: skip
        assert shared(of_exports([*month_ends(1), other], agreed=TWO)) == []


def shared(report: Report) -> list[str]:
    """What is said of numbers that customers share, without what all have in common."""
    end = " for documents of different customers; all of them were counted."
    return [finding.sentence.removesuffix(end) for finding in report.findings if finding.sentence.endswith(end)]


def test_one_number_on_two_days_of_one_export_is_two_documents() -> None:
    lines = [
        line("INV-1", "2026-01-31"),
        line("INV-1", "2026-01-31", "1.00"),
        line("INV-1", "2026-02-28"),
        line("INV-2", "2026-03-31"),
    ]
    assert conflicts(of_exports(lines)) == ["INV-1: different documents share this number, in 1.csv"]
    assert conflicts(of_exports([lines[0], lines[1], lines[3]])) == []


def test_a_draft_gives_way_to_the_approved_document_and_casts_no_doubt() -> None:
    """The draft stands in the first export, the approved one, of another amount, in the second."""
    drafted = [replace(one, status="draft", amount=one.amount - 1) for one in month_ends(3)]
    report = of_exports(drafted, month_ends(3))
    assert [(str(row.status), row.drafted_minor) for row in report.rows[:3]] == [("ok", 0)] * 3
    assert aside(report) == [("1.csv", row) for row in (1, 2, 3)]
    assert conflicts(report) == []


def test_drafts_alone_that_both_exports_hold_are_shown_once() -> None:
    drafted = [replace(one, status="draft") for one in month_ends(1)]
    report = of_exports(drafted, drafted)
    assert [row.drafted_minor for row in report.rows[:2]] == [240000, 0]
    assert len(report.set_aside) == 2
