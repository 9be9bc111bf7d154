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
from billcheck.money import tax_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.terms import Contract
    from billcheck.findings import ContractRows, PeriodRow
    from billcheck.report.report import Report

TALK_DAYS = 4
"""A separate invoice is dated this many days after the check, which leaves time for the talk that comes first."""

How = Literal["next_invoice", "separate_invoice"]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a proposed document: a regular charge, or the arrears of one period.

    `last_day` is inclusive, `amount_minor` excluding tax. `references` are the documents that billed the period too
    low; empty for a regular line, and for a period that was not billed at all.
    """

    is_arrears: bool
    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    amount_minor: int
    tax_percent: Decimal | None
    references: tuple[str, ...] = ()
    row: str = ""


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """What one document adds up to at one percent; the tax is rounded once. No percent known: no tax."""

    percent: Decimal | None
    excl_tax_minor: int

    @property
    def tax_minor(self) -> int:
        """Tax on the group, rounded half-up once."""
        return 0 if self.percent is None else tax_on(self.excl_tax_minor, self.percent)


@dataclass(frozen=True, slots=True)
class ProposedDocument:
    """An invoice that a choice would make. `due_date` is None where no contract states payment terms."""

    document_date: date
    due_date: date | None
    currency: str
    lines: tuple[DocumentLine, ...]

    @property
    def tax_groups(self) -> tuple[TaxGroup, ...]:
        """The lines by tax percent, the lowest first, those without a known percent last."""
        groups: defaultdict[Decimal | None, int] = defaultdict(int)
        for entry in self.lines:
            groups[entry.tax_percent] += entry.amount_minor
        known = sorted((percent, amount) for percent, amount in groups.items() if percent is not None)
        unknown = [(None, groups[None])] if None in groups else []
        return tuple(TaxGroup(percent, amount) for percent, amount in (*known, *unknown))

    @property
    def excl_tax_minor(self) -> int:
        """The lines, excluding tax."""
        return sum(entry.amount_minor for entry in self.lines)

    @property
    def tax_minor(self) -> int:
        """Tax, rounded once per percent."""
        return sum(group.tax_minor for group in self.tax_groups)

    @property
    def incl_tax_minor(self) -> int:
        """What the client would pay."""
        return self.excl_tax_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to ask: its documents in the order of their dates.

    For `next_invoice` that is one document with regular and arrears lines; for `separate_invoice` the supplementary
    invoice first, then the regular one where the check knows it.
    """

    how: How
    documents: tuple[ProposedDocument, ...]

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
    def separate(self) -> ProposedDocument | None:
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
    for customer_contracts in _customers(report, contracts):
        items = [report.rows_of(contract.id) for contract in customer_contracts]
        for currency in dict.fromkeys(contract.currency for contract in customer_contracts):
            own = [item for item in items if item.contract.currency == currency]
            if any(row.arrears_minor for item in own for row in item.rows):
                options.append(_customer_options(report, own, dated))
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


def _customer_options(report: Report, items: Sequence[ContractRows], document_date: date) -> CustomerOptions:
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
        unallocated_lines=sum(
            residue.contract in contracts or fold_name(residue.customer) in names for residue in report.residue
        ),
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
    arrears = tuple(_line(row, is_arrears=True) for row in claimed)
    separate = _document(arrears, document_date, contracts)
    if not coming:
        return (Choice("separate_invoice", (separate,)),)
    regular = tuple(_line(row, is_arrears=False) for row in coming)
    next_date = coming[0].due_on
    return (
        Choice("next_invoice", (_document((*regular, *arrears), next_date, contracts),)),
        Choice("separate_invoice", (separate, _document(regular, next_date, contracts))),
    )


def _line(row: PeriodRow, *, is_arrears: bool) -> DocumentLine:
    references = tuple(dict.fromkeys(evidence.document for evidence in row.evidence)) if is_arrears else ()
    return DocumentLine(
        is_arrears=is_arrears,
        contract=row.contract,
        charges=row.charges,
        first_day=row.first_day,
        last_day=row.last_day,
        amount_minor=row.shortfall_minor,
        tax_percent=row.tax_percent,
        references=references,
        row=row.id,
    )


def _document(
    lines: tuple[DocumentLine, ...], document_date: date, contracts: Mapping[str, Contract]
) -> ProposedDocument:
    """A document of these lines; where contracts differ in their terms of payment, the client gets the longest."""
    terms = [contracts[entry.contract].payment_terms for entry in lines]
    due_date = max((each.due_date(document_date) for each in terms if each is not None), default=None)
    return ProposedDocument(document_date, due_date, contracts[lines[0].contract].currency, lines)
