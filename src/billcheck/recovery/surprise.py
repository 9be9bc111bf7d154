"""Invoices that a client would take for a bomb: far above what was agreed for them, and nobody announced them.

Comes in: a report, and the cases that are open about its customers. Goes out: findings, one for each invoice of the
ledger, and one for the drafts of a customer. Only customers of these cases are looked at. Must not know the engine,
ledgers or files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median_low
from typing import TYPE_CHECKING

from billcheck.findings import KINDS, Finding, digest_id
from billcheck.ledger.names import fold_name
from billcheck.recovery.events import Contacted, Noticed
from billcheck.report.wording import money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.findings import PeriodRow
    from billcheck.recovery.case import Case
    from billcheck.report.report import Report

KIND = "surprise"
_MOST = (3, 2)
"""An invoice surprises above three halves of what was agreed for it."""


@dataclass(slots=True)
class _Bill:
    """What one invoice, or the drafts together, bill one customer in one currency, excluding tax."""

    document: str
    date: date
    contracts: set[str] = field(default_factory=set)
    rows: dict[str, PeriodRow] = field(default_factory=dict)
    amount_minor: int = 0

    def add(self, contract: str, minor: int, row: PeriodRow | None = None) -> None:
        """Count a part of it in."""
        self.amount_minor += minor
        self.contracts.add(contract)
        if row is not None:
            self.rows[row.id] = row

    @property
    def by_charges(self) -> dict[tuple[str, ...], list[PeriodRow]]:
        """Its rows by charges, the latest first."""
        groups: defaultdict[tuple[str, ...], list[PeriodRow]] = defaultdict(list)
        for row in sorted(self.rows.values(), key=lambda row: (row.due_on, row.first_day), reverse=True):
            groups[row.contract, *row.charges].append(row)
        return groups


def find_surprises(report: Report, cases: Iterable[Case]) -> tuple[Finding, ...]:
    """Every invoice dated since a mistake was found, and every customer's drafts, that would surprise the client.

    What was agreed for an invoice are the periods it bills that were due since the mistake was found, and of each
    charge as many of the latest as one earlier invoice billed, at least one. With a notice or a contact on record by
    the date of the invoice, nothing surprises; for drafts, by the day of the check.
    """
    by_customer: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        by_customer[fold_name(case.customer), case.currency].append(case)
    found: list[Finding] = []
    for (customer, currency), own in by_customer.items():
        ids = [
            contract.id
            for contract in report.agreements
            if contract.currency == currency and fold_name(contract.customer) == customer
        ]
        if ids:
            found.extend(_of_customer(report, ids, own))
    return tuple(found)


def _of_customer(report: Report, ids: Sequence[str], cases: Sequence[Case]) -> Iterator[Finding]:
    found_on = min(case.opened.cause.found_on for case in cases)
    invoices, drafts = _bills(report, ids)
    usual = _usual_periods([bill for bill in invoices if bill.date < found_on])
    for bill in [each for each in invoices if each.date >= found_on] + ([drafts] if drafts.amount_minor > 0 else []):
        agreed = _agreed_for(bill, found_on, usual)
        if not agreed or bill.amount_minor * _MOST[1] <= agreed * _MOST[0] or _is_announced(cases, bill.date):
            continue
        yield _finding(bill, agreed, cases[0], is_draft=bill is drafts)


def _bills(report: Report, ids: Sequence[str]) -> tuple[list[_Bill], _Bill]:
    """The invoices of the customer by date, and everything that unapproved drafts would bill."""
    invoices: dict[str, _Bill] = {}
    drafts = _Bill("", report.as_of)
    for contract in ids:
        for row in report.rows_of(contract).rows:
            if row.drafted_minor:
                drafts.add(contract, row.drafted_minor, row)
            for piece in row.evidence:
                bill = invoices.setdefault(piece.document, _Bill(piece.document, piece.date))
                bill.add(contract, piece.amount_minor, row)
    for entry in report.residue:
        if entry.contract in ids and entry.document in invoices:
            invoices[entry.document].add(str(entry.contract), entry.amount_minor)
    return sorted(invoices.values(), key=lambda bill: (bill.date, bill.document)), drafts


def _usual_periods(earlier: Iterable[_Bill]) -> dict[tuple[str, ...], int]:
    """How many periods of a charge one invoice usually bills."""
    counts: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for bill in earlier:
        for charges, rows in bill.by_charges.items():
            counts[charges].append(len(rows))
    return {charges: median_low(numbers) for charges, numbers in counts.items()}


def _agreed_for(bill: _Bill, found_on: date, usual: dict[tuple[str, ...], int]) -> int:
    """What was agreed for the bill; zero where that is not known."""
    agreed = 0
    for charges, rows in bill.by_charges.items():
        regular = [row for number, row in enumerate(rows) if row.due_on >= found_on or number < usual.get(charges, 1)]
        if not all(row.is_known for row in regular):
            return 0
        agreed += sum(row.expected_minor for row in regular)
    return agreed


def _is_announced(cases: Iterable[Case], day: date) -> bool:
    """Whether the client was told by then."""
    return any(isinstance(event, Noticed | Contacted) and event.on <= day for case in cases for event in case.events)


def _finding(bill: _Bill, agreed: int, case: Case, *, is_draft: bool) -> Finding:
    currency = case.currency
    what = f"drafts of {money_text(bill.amount_minor, currency)}" if is_draft else (
        f"{bill.document} of {bill.date}, {money_text(bill.amount_minor, currency)}"
    )  # fmt: skip
    return Finding(
        kind=KIND,
        id=digest_id(KIND, bill.document, fold_name(case.customer), currency),
        severity=KINDS[KIND].severity,
        contract=min(bill.contracts) if len(bill.contracts) == 1 else None,
        charge=None,
        first_day=None if is_draft else bill.date,
        last_day=None if is_draft else bill.date,
        currency=currency,
        amount_minor=bill.amount_minor,
        sentence=(
            f"{case.customer}, {what} excl. tax: {money_text(agreed, currency)} was agreed for it, and no notice to "
            "the client is on record."
        ),
    )
