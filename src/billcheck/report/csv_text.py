"""The period rows of a report as a table in CSV, one row for each.

Comes in: a report. Goes out: text by RFC 4180 with headings that do not change; amounts in plain figures with the
digits of their currency, and texts that no spreadsheet takes for a formula. Must not know where it is written.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.contracts.sheets import guarded
from billcheck.money import format_minor
from billcheck.report.wording import documents_of

if TYPE_CHECKING:
    from billcheck.findings import Finding, PeriodRow
    from billcheck.report.report import Report

COLUMNS = (
    "contract",
    "customer",
    "owner",
    "charges",
    "first_day",
    "last_day",
    "due_on",
    "currency",
    "expected",
    "billed",
    "shortfall",
    "tax_percent",
    "shortfall_tax",
    "status",
    "findings",
    "fails",
    "causes",
    "documents",
    "evidence",
    "note",
    "id",
)
"""The headings. `expected` and `shortfall` are empty where it is not known what was agreed."""

_AFTER_SEMICOLON = re.compile(r"(?<=;)(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def to_csv(report: Report) -> str:
    """Every row of the report; findings without a row, and residue, stand in the other formats."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        for row_id in finding.rows:
            found.setdefault(row_id, []).append(finding)
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in report.contracts:
        for row in item.rows:
            about = found.get(row.id, [])
            writer.writerow(_cells(row, item.contract.owner or "", about, fails=any(map(report.fails, about))))
    return stream.getvalue()


def _cells(row: PeriodRow, owner: str, about: list[Finding], *, fails: bool) -> list[str]:
    currency, tax = row.currency, row.shortfall_tax_minor
    places = dict.fromkeys(f"{evidence.path}:{evidence.row}" for evidence in row.evidence)
    return [
        csv_cell(row.contract),
        csv_cell(row.customer),
        csv_cell(owner),
        csv_cell(" + ".join(row.charges)),
        row.first_day.isoformat(),
        row.last_day.isoformat(),
        row.due_on.isoformat(),
        currency,
        format_minor(row.expected_minor, currency) if row.is_known else "",
        format_minor(row.billed_minor, currency),
        format_minor(row.shortfall_minor, currency) if row.is_known else "",
        "" if row.tax_percent is None else f"{row.tax_percent:f}",
        "" if tax is None or not row.is_known else format_minor(tax, currency),
        str(row.status),
        " ".join(dict.fromkeys(finding.kind for finding in about)),
        "yes" if fails else "no",
        csv_cell("; ".join(cause.sentence for cause in row.causes)),
        csv_cell("; ".join(documents_of(row))),
        csv_cell("; ".join(places)),
        csv_cell(row.note),
        row.id,
    ]


def csv_cell(text: str) -> str:
    """A cell of text that begins no formula, neither here nor after a semicolon.

    Where commas are decimal marks, a spreadsheet cuts rows at semicolons without asking, and a cell begins after each.
    """
    return _AFTER_SEMICOLON.sub(r"\1'", guarded(visible(text)))
