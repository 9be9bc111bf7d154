"""Small reports, flattened without any file."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.reports.entries import CellValues, ReportColumns
from billcheck.connectors.files.reports.flatten import Flattening
from billcheck.connectors.files.reports.shape import ReportShape
from billcheck.errors import LedgerRefusedError
from billcheck.grammar import AmountMarks
from billcheck.ledger.line import Kind

if TYPE_CHECKING:
    from datetime import date

HEADING = ",Date,Type,Num,Memo,Qty,Amount,Balance"
FOOTER = "Accrual Basis Tuesday, September 29, 2026 09:30 PM GMT-04:00"
ONLINE = ReportShape(
    group_column="(customer)",
    status_column="(void)",
    total_words=("Total for",),
    nested_words=("with sub-customers",),
    balance_columns=("balance",),
    has_footer=True,
    needs_accrual=True,
    void_words=("Void",),
)
DESKTOP = replace(ONLINE, total_words=("Total",), has_footer=False, needs_accrual=False)
LIST = replace(ONLINE, group_column="", grand_total=ONLINE.grand_total.OPTIONAL, balance_columns=())
KINDS = {"Invoice": Kind.INVOICE, "Credit Memo": Kind.CREDIT_NOTE}
FIELDS = {
    "issue_date": "Date",
    "kind": "Type",
    "document": "Num",
    "description": "Memo",
    "quantity": "Qty",
    "amount": "Amount",
}


@dataclass(frozen=True)
class Flat:
    """What came of a small report."""

    entries: list[tuple[int, str, str, str]]
    covers: tuple[date, date] | None
    doubts: list[str]
    notes: list[str]


def flatten(
    body: str | list[CellRow],
    shape: ReportShape = ONLINE,
    titles: tuple[str, ...] = (),
    heading: str = HEADING,
    currency: str = "USD",
) -> Flat:
    """A report with these lines below its heading, which is row 1: row, group, number and void mark of its entries."""
    headings = heading.split(",")
    fields = {name: headings.index(text) for name, text in FIELDS.items() if text in headings}
    columns = ReportColumns.find(headings, [text.lower() for text in headings], fields, shape)
    marks = AmountMarks(negative=("-", "trailing-", "()"))
    report = Flattening("r.csv", titles, columns, len(headings), shape, CellValues(marks, currency), KINDS.get)
    rows = rows_of(body) if isinstance(body, str) else body
    entries = []
    for row, cells in report.rows(rows):
        assert len(cells) == len(headings) + len(shape.made_columns)
        made = dict(zip(shape.made_columns, cells[len(headings) :], strict=True))
        amount = made.get("(amount)", cells[fields["amount"]] if "amount" in fields else "")
        group, void = made.get("(customer)", ""), made.get("(void)", "")
        number = cells[fields["document"]] if "document" in fields else ""
        entries.append((row, str(group), str(number), f"{amount} {void}".strip()))
    return Flat(entries, report.covers, list(report.doubts), list(report.notes))


def rows_of(body: str) -> list[CellRow]:
    """Lines as rows, from row 2 on."""
    return [CellRow(number, tuple(cells)) for number, cells in enumerate(csv.reader(body.splitlines()), start=2)]


def refusals(
    body: str | list[CellRow],
    shape: ReportShape = ONLINE,
    titles: tuple[str, ...] = (),
    heading: str = HEADING,
    currency: str = "USD",
) -> list[str]:
    """Why such a report is refused."""
    with pytest.raises(LedgerRefusedError) as caught:
        flatten(body, shape, titles, heading, currency)
    return [str(problem).removeprefix("r.csv ") for problem in caught.value.problems]
