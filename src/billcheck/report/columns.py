"""The columns of the tables that a report gives: of its rows, findings, evidence and causes.

Comes in: period rows, findings, pieces of evidence, groups of causes. Goes out: columns with the value of each. They
are frozen: a name, a type or a place that changes breaks somebody's script, so `docs/reference/tables.md` lists them
all and a test compares. New columns go to the end. Must not know which libraries make tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.findings import KINDS, Finding, PeriodRow, PlacedEvidence
from billcheck.money import to_decimal
from billcheck.report.records import Column, ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from billcheck.causes import CauseGroup

TEXT, TEXTS, DATE = ColumnType.TEXT, ColumnType.TEXTS, ColumnType.DATE
AMOUNT, PERCENT, NUMBER, FLAG = ColumnType.AMOUNT, ColumnType.PERCENT, ColumnType.NUMBER, ColumnType.FLAG


def _shortfall_tax(row: PeriodRow) -> Decimal | None:
    minor = row.shortfall_tax_minor
    return None if minor is None else to_decimal(minor, row.currency)


ROW_COLUMNS: tuple[Column[PeriodRow], ...] = (
    Column("id", TEXT, lambda row: row.id),
    Column("contract", TEXT, lambda row: row.contract),
    Column("customer", TEXT, lambda row: row.customer),
    Column("charges", TEXTS, lambda row: list(row.charges)),
    Column("first_day", DATE, lambda row: row.first_day),
    Column("last_day", DATE, lambda row: row.last_day),
    Column("due_on", DATE, lambda row: row.due_on),
    Column("currency", TEXT, lambda row: row.currency),
    Column("expected", AMOUNT, lambda row: row.expected, nullable=True),
    Column("billed", AMOUNT, lambda row: row.billed),
    Column("shortfall", AMOUNT, lambda row: row.shortfall),
    Column("tax_percent", PERCENT, lambda row: row.tax_percent, nullable=True),
    Column("shortfall_tax", AMOUNT, _shortfall_tax, nullable=True),
    Column("status", TEXT, lambda row: str(row.status)),
    Column("arrears", AMOUNT, lambda row: to_decimal(row.arrears_minor, row.currency)),
    Column("overbilled", AMOUNT, lambda row: to_decimal(row.overbilled_minor, row.currency)),
    Column("inferred", AMOUNT, lambda row: to_decimal(row.inferred_minor, row.currency)),
    Column("credited", AMOUNT, lambda row: to_decimal(row.credited_minor, row.currency)),
    Column("drafted", AMOUNT, lambda row: to_decimal(row.drafted_minor, row.currency)),
    Column("is_change", FLAG, lambda row: row.is_change),
    Column("causes", TEXTS, lambda row: [cause.group for cause in row.causes]),
    Column("cause_codes", TEXTS, lambda row: [cause.code for cause in row.causes]),
    Column("derivation", TEXTS, lambda row: list(row.derivation)),
    Column("note", TEXT, lambda row: row.note),
)

EVIDENCE_COLUMNS: tuple[Column[PlacedEvidence], ...] = (
    Column("row_id", TEXT, lambda placed: placed.row_id),
    Column("contract", TEXT, lambda placed: placed.contract),
    Column("customer", TEXT, lambda placed: placed.customer),
    Column("charges", TEXTS, lambda placed: list(placed.charges)),
    Column("first_day", DATE, lambda placed: placed.first_day),
    Column("last_day", DATE, lambda placed: placed.last_day),
    Column("document", TEXT, lambda placed: placed.document),
    Column("line", NUMBER, lambda placed: placed.line),
    Column("date", DATE, lambda placed: placed.date),
    Column("currency", TEXT, lambda placed: placed.currency),
    Column("amount", AMOUNT, lambda placed: placed.amount),
    Column("path", TEXT, lambda placed: placed.path),
    Column("row", NUMBER, lambda placed: placed.row),
    Column("rule", TEXT, lambda placed: placed.rule),
)

CAUSE_COLUMNS: tuple[Column[CauseGroup], ...] = (
    Column("code", TEXT, lambda group: group.code),
    Column("sentence", TEXT, lambda group: group.sentence),
    Column("part_of", TEXT, lambda group: group.part_of),
    Column("currency", TEXT, lambda group: group.currency),
    Column("amount", AMOUNT, lambda group: group.amount),
    Column("contracts", NUMBER, lambda group: len(group.contracts)),
    Column("rows", NUMBER, lambda group: group.rows),
    Column("first_day", DATE, lambda group: group.first_day),
    Column("last_day", DATE, lambda group: group.last_day),
    Column("is_running", FLAG, lambda group: group.is_running),
    Column("running_contracts", NUMBER, lambda group: group.running),
    Column("monthly", AMOUNT, lambda group: group.monthly),
    Column("contract_ids", TEXTS, lambda group: list(group.contracts)),
)


def finding_columns(fails: Callable[[Finding], bool]) -> tuple[Column[Finding], ...]:
    """The columns of findings; whether one fails the check depends on the check."""
    return (
        Column("id", TEXT, lambda finding: finding.id),
        Column("kind", TEXT, lambda finding: finding.kind),
        Column("severity", TEXT, lambda finding: str(finding.severity)),
        Column("contract", TEXT, lambda finding: finding.contract, nullable=True),
        Column("charge", TEXT, lambda finding: finding.charge, nullable=True),
        Column("first_day", DATE, lambda finding: finding.first_day, nullable=True),
        Column("last_day", DATE, lambda finding: finding.last_day, nullable=True),
        Column("currency", TEXT, lambda finding: finding.currency, nullable=True),
        Column("amount", AMOUNT, lambda finding: finding.amount, nullable=True),
        Column("sentence", TEXT, lambda finding: finding.sentence),
        Column("settled_by", TEXT, lambda finding: KINDS[finding.kind].settled_by),
        Column("fails", FLAG, fails),
        Column("decision", TEXT, lambda finding: finding.decision or None, nullable=True),
        Column("rows", TEXTS, lambda finding: list(finding.rows)),
    )


def place_evidence(row: PeriodRow) -> Iterator[PlacedEvidence]:
    """The evidence of a row, each piece with the row it belongs to."""
    for piece in row.evidence:
        yield PlacedEvidence(
            document=piece.document,
            line=piece.line,
            date=piece.date,
            currency=piece.currency,
            amount_minor=piece.amount_minor,
            path=piece.path,
            row=piece.row,
            rule=piece.rule,
            row_id=row.id,
            contract=row.contract,
            customer=row.customer,
            charges=row.charges,
            first_day=row.first_day,
            last_day=row.last_day,
        )
