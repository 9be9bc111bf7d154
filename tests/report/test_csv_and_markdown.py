"""A table for spreadsheets that holds no formula, and Markdown that no name can turn into something else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.findings import ContractRows, Status
from billcheck.ledger.source import RefusedRow
from billcheck.report.csv_text import COLUMNS, to_csv
from billcheck.report.markdown import to_markdown
from tests.report.reading import plain_of, read_csv, read_tables
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, many, nothing_checked
from tests.report.test_faces_agree import reports

if TYPE_CHECKING:
    from billcheck.report.report import Report

AMOUNTS = {"expected", "billed", "shortfall", "shortfall_tax"}


def test_the_columns_are_these() -> None:
    assert ",".join(COLUMNS) == (
        "contract,customer,owner,charges,first_day,last_day,due_on,currency,expected,billed,shortfall,tax_percent,"
        "shortfall_tax,status,findings,fails,causes,documents,evidence,note,id"
    )
    assert to_csv(nothing_checked()).splitlines()[0] == ",".join(COLUMNS)


def test_a_row_tells_what_was_found_and_where() -> None:
    march = read_csv(to_csv(half_rate()))[2]
    assert march["findings"] == "underbilled"
    assert march["fails"] == "yes"
    assert march["causes"] == "billed at half the agreed amount since 2026-03"
    assert (march["documents"], march["evidence"]) == ("INV-2026-003", "SalesInvoices.csv:2")
    assert read_csv(to_csv(replace(half_rate(), fail_on=frozenset())))[2]["fails"] == "no"


@pytest.mark.parametrize("name", ["=1+1", "+31 20", "-1", "@SUM(A1)", "'=1"])
def test_a_text_never_begins_a_formula(name: str) -> None:
    contract = make_contract("=C", name, charges=("-x",))
    report = make_report([ContractRows(contract, (make_row(contract, "2026-01", 3, 5, Status.OVERBILLED),))])
    (row,) = read_csv(to_csv(report))
    assert row["customer"] == f"'{name}"
    assert row["contract"] == "'=C"
    assert row["shortfall"] == "-0.02", "an amount is a number, and stays one"


@settings(max_examples=60)
@given(reports())
def test_no_cell_of_any_report_is_a_formula_and_no_row_is_torn(report: Report) -> None:
    rows = read_csv(to_csv(report))
    assert len(rows) == sum(len(item.rows) for item in report.contracts)
    for row in rows:
        for name, cell in row.items():
            assert name in AMOUNTS or not re.match(r"[=+\-@\t\r]", cell)
            assert "\n" not in cell


def test_markdown_tells_the_verdict_first_and_what_settles_it_last() -> None:
    lines = to_markdown(half_rate()).splitlines()
    assert lines[0] == "# billcheck: findings"
    assert lines[2] == "Verdict: findings. 7,200.00 EUR excl. tax was agreed and never billed.  "
    assert "| underbilled | Talk to the client, then bill the difference. |" in lines[-1]
    assert "Nothing was checked: not one period could be judged." in to_markdown(nothing_checked())
    assert "1 contract with nothing to report." in to_markdown(clean())


def test_contracts_beyond_the_limit_are_counted() -> None:
    report = make_report(many(7, leaking=5))
    shown = to_markdown(report, limit=2)
    assert shown.count("\n## C-") == 2
    assert "3 more contracts with something to say, not shown here." in shown
    assert "## C-0004" in shown, "the largest differences are shown"
    assert "2 contracts with nothing to report." in shown


def test_what_could_not_be_read_or_placed_is_listed() -> None:
    report = replace(half_rate(), refused=(RefusedRow("l.csv", 3, "amount", "x", "no amount"),))
    assert "## Refused: rows that could not be read\n\n- l.csv row 3, amount: no amount\n" in to_markdown(report)


HARMFUL = ["*x*", "_x_", "<b>x</b>", "[x](y)", "![x](y)", "`x`", "a|b", "# x", "&lt;", "$x$", "@team", "\\", "~x~"]


@pytest.mark.parametrize("name", [*HARMFUL, "1. x", "- x", "+ x", "12) x"])
def test_names_are_shown_as_they_are(name: str) -> None:
    report = replace(clean(), refused=(RefusedRow("l.csv", 3, "", "", ""), RefusedRow(name, 3, "", "", "")))
    (line,) = [text for text in to_markdown(report).splitlines() if plain_of(text).startswith(f"- {name} row 3")]
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]<>|#&$@~!]", line)
    assert not re.match(r"- (?:\d+[.)]|[-+]) ", line)


@settings(max_examples=60)
@given(reports(), st.integers(0, 3))
def test_the_tables_of_any_report_have_their_columns(report: Report, limit: int) -> None:
    for table in read_tables(to_markdown(report, limit=limit)):
        assert table
