"""The two ways to ask a client for arrears: on the next invoice, or as a separate one.

Comes in: a report. Goes out: for every customer and currency with arrears, the documents that each choice would make,
line by line, with dates and tax. Both choices ask for the full amount; the client only chooses how. Nothing is sent
and nothing is written: talk to the client first.

Only rows that are arrears are asked for: a row that is inconclusive, awaited or billed too much never becomes a line.
Rows that a credit note opened need a decision first; they are named beside the choices, and so is what is owed back.
Must not know the engine, ledgers or files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from billcheck.errors import InternalError
from billcheck.findings import Status
from billcheck.ledger.names import fold_name
from billcheck.recovery.arrears import BilledPart, CasePeriod
from billcheck.recovery.drafting import arrears_line, make_document, regular_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from billcheck.contracts.terms import Contract
    from billcheck.findings import ContractRows, PeriodRow
    from billcheck.ledger.draft import DraftDocument, DraftKind
    from billcheck.report.report import Report

TALK_DAYS = 4
"""A separate invoice is dated this many days after the check, which leaves time for the talk that comes first."""

How = Literal["next_invoice", "separate_invoice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to ask: its documents in the order of their dates.

    For `next_invoice` that is one document with regular and arrears lines; for `separate_invoice` the supplementary
    invoice first, then the regular one where the check knows it.
    """

    how: How
    documents: tuple[DraftDocument, ...]

    @property
    def incl_tax_minor(self) -> int:
        """What the client would pay in all."""
        return sum(document.incl_tax_minor for document in self.documents)


@dataclass(frozen=True, slots=True)
class CustomerOptions:
    """The choices for one customer in one currency.

    `choices` are two, or the separate invoice alone where no next invoice is known. `credited_minor` is the part of
    the arrears that stands on rows with a credit note: it is in neither choice. `overbilled_minor` is owed back and
    set off against nothing. `unallocated_lines` counts lines of this customer that went to no period and might bill
    part of the arrears.
    """

    customer: str
    currency: str
    contracts: tuple[str, ...]
    choices: tuple[Choice, ...]
    arrears_minor: int
    credited_minor: int
    overbilled_minor: int
    awaiting_minor: int
    drafted_minor: int
    inconclusive_rows: int
    unknown_rows: int
    unallocated_lines: int
    as_of: date

    @property
    def separate(self) -> DraftDocument | None:
        """The supplementary invoice, None where every open row needs a decision first."""
        return next((choice.documents[0] for choice in self.choices if choice.how == "separate_invoice"), None)


def make_options(
    report: Report, *, document_date: date | None = None, contracts: Collection[str] | None = None
) -> tuple[CustomerOptions, ...]:
    """The choices for every customer with arrears, one entry per currency, in the order of the contracts.

    Args:
        report: The report to start from.
        document_date: Date of a separate invoice; None for `TALK_DAYS` after the report's `as_of`.
        contracts: Ids of contracts; only their customers are looked at. None for all.

    Raises:
        InternalError: All customers together do not make up the arrears of the report.
    """
    dated = document_date or report.as_of + timedelta(days=TALK_DAYS)
    options = []
    left_over = [(residue.contract, fold_name(residue.customer)) for residue in report.residue]
    for customer_contracts in _customers(report, contracts):
        items = [report.rows_of(contract.id) for contract in customer_contracts]
        for currency in dict.fromkeys(contract.currency for contract in customer_contracts):
            own = [item for item in items if item.contract.currency == currency]
            if any(row.arrears_minor for item in own for row in item.rows):
                options.append(_customer_options(report, own, dated, left_over))
    if contracts is None:
        _check_complete(report, options)
    return tuple(options)


def _customers(report: Report, contracts: Collection[str] | None) -> Iterator[list[Contract]]:
    """The contracts of each customer that may have arrears; rows of other customers are not even computed."""
    if contracts is None:
        # Every row in arrears has a finding, so a contract without one holds no arrears.
        contracts = {finding.contract for finding in report.findings if finding.contract is not None}
    by_customer: dict[str, list[Contract]] = {}
    wanted: set[str] = set()
    for contract in report.agreements:
        customer = fold_name(contract.customer)
        by_customer.setdefault(customer, []).append(contract)
        if contract.id in contracts:
            wanted.add(customer)
    return (members for customer, members in by_customer.items() if customer in wanted)


def _check_complete(report: Report, options: Sequence[CustomerOptions]) -> None:
    for totals in report.totals:
        offered = sum(entry.arrears_minor for entry in options if entry.currency == totals.currency)
        if offered != totals.arrears:
            raise InternalError(
                "the customers' arrears add up to the report's", currency=totals.currency, offered=offered,
                arrears=totals.arrears,
            )  # fmt: skip


def _customer_options(
    report: Report, items: Sequence[ContractRows], document_date: date, left_over: Sequence[tuple[str | None, str]]
) -> CustomerOptions:
    """The choices for one customer; `left_over` has contract and folded customer of what was billed for no period."""
    contracts = {item.contract.id: item.contract for item in items}
    rows = [row for item in items for row in item.rows]
    claimed = [row for row in rows if row.arrears_minor and not row.credited_minor]
    names = {fold_name(item.contract.customer) for item in items}
    currency = items[0].contract.currency
    return CustomerOptions(
        customer=items[0].contract.customer,
        currency=currency,
        contracts=tuple(contracts),
        choices=_choices(claimed, _next_rows(rows), contracts, document_date) if claimed else (),
        arrears_minor=sum(row.arrears_minor for row in rows),
        credited_minor=sum(row.arrears_minor for row in rows if row.credited_minor),
        overbilled_minor=sum(row.overbilled_minor for row in rows),
        drafted_minor=sum(row.drafted_minor for row in rows if row.arrears_minor),
        awaiting_minor=sum(row.shortfall_minor for row in rows if row.status is Status.AWAITING),
        inconclusive_rows=sum(row.status is Status.INCONCLUSIVE for row in rows),
        unknown_rows=sum(row.status is Status.NOT_DUE and not row.is_known for row in rows),
        unallocated_lines=sum(contract in contracts or customer in names for contract, customer in left_over),
        as_of=report.as_of,
    )


def _next_rows(rows: Iterable[PeriodRow]) -> list[PeriodRow]:
    """What the next regular invoice will bill: everything due on the first coming day that comes to a bill.

    A change that lowers the price is part of that invoice. A day that comes to nothing, or to a refund, makes none.
    """
    by_day: defaultdict[date, list[PeriodRow]] = defaultdict(list)
    for row in rows:
        if row.status is Status.NOT_DUE and row.shortfall_minor:
            by_day[row.due_on].append(row)
    for _, coming in sorted(by_day.items()):
        if sum(row.shortfall_minor for row in coming) > 0:
            return coming
    return []


def _choices(
    claimed: Sequence[PeriodRow], coming: Sequence[PeriodRow], contracts: Mapping[str, Contract], document_date: date
) -> tuple[Choice, ...]:
    missing = [_period(row) for row in claimed]
    separate = _document("supplementary_invoice", (), missing, document_date, contracts)
    if not coming:
        return (Choice("separate_invoice", (separate,)),)
    regular = [_period(row) for row in coming]
    next_date = coming[0].due_on
    return (
        Choice("next_invoice", (_document("next_invoice", regular, missing, next_date, contracts),)),
        Choice("separate_invoice", (separate, _document("regular_invoice", regular, (), next_date, contracts))),
    )


def _period(row: PeriodRow) -> CasePeriod:
    return CasePeriod(
        row=row.id,
        contract=row.contract,
        charges=row.charges,
        first_day=row.first_day,
        last_day=row.last_day,
        due_on=row.due_on,
        status=str(row.status),
        expected_minor=row.expected_minor,
        billed_minor=row.billed_minor,
        tax_percent=row.tax_percent,
        is_change=row.is_change,
        billed=tuple(BilledPart(part.document, part.date, part.amount_minor) for part in row.evidence),
    )


def _document(
    kind: DraftKind,
    regular: Sequence[CasePeriod],
    missing: Sequence[CasePeriod],
    document_date: date,
    contracts: Mapping[str, Contract],
) -> DraftDocument:
    lines = [regular_line(period, document_date) for period in regular]
    lines += [arrears_line(period, period.shortfall_minor, document_date) for period in missing]
    first = contracts[lines[0].contract]
    terms = (contracts[entry.contract].payment_terms for entry in lines)
    return make_document(kind, lines, document_date, terms, customer=first.customer, currency=first.currency)
