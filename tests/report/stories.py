"""Reports made by hand, for tests of whatever reads a report.

The half-rate story is spelt out period by period; other reports are put together from rows, and their totals are added
up here by the plain definitions of the totals, one sum at a time.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.causes import CauseGroup, NextInvoice, RunningCause
from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge, Contract, PaymentTerms
from billcheck.findings import (
    DEFAULT_FAIL_ON,
    KINDS,
    Cause,
    ContractRows,
    Counts,
    Coverage,
    Evidence,
    Finding,
    InputFile,
    PeriodRow,
    Status,
    Totals,
)
from billcheck.money import tax_on
from billcheck.period import Cadence
from billcheck.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.findings import OutOfScope, Outside, Residue, SetAside
    from billcheck.ledger.source import RefusedRow

AS_OF = date(2026, 9, 4)
JUDGED = {"ok", "rounding", "settled", "underbilled", "missing", "overbilled"}
FAULTY = {"underbilled", "missing", "overbilled"}


def make_contract(
    contract_id: str = "C-117",
    customer: str = "Hartwell Interieur",
    *,
    currency: str = "EUR",
    payment_days: int | None = 30,
    tax_percent: str | None = "21",
    charges: Sequence[str] = ("Retainer",),
    grace_days: int | None = None,
) -> Contract:
    return Contract(
        id=contract_id,
        customer=customer,
        currency=currency,
        start=date(2026, 1, 1),
        end=date(2028, 1, 1),
        payment_terms=None if payment_days is None else PaymentTerms(payment_days),
        tax_percent=None if tax_percent is None else Decimal(tax_percent),
        grace_days=grace_days,
        charges=tuple(
            Charge(
                name=name,
                model="flat",
                start=date(2026, 1, 1),
                end=date(2028, 1, 1),
                price=FlatPrice(Decimal(2400)),
                every=Cadence("month"),
                timing="in_arrears",
                invoice_day="period_end",
            )
            for name in charges
        ),
    )


def make_evidence(document: str, day: date, amount: int, *, currency: str = "EUR", row: int = 2) -> Evidence:
    return Evidence(document, 1, day, currency, amount, "SalesInvoices.csv", row, "customer + only charge; own period")


def make_row(
    contract: Contract,
    month: str,
    expected: int,
    billed: int,
    status: Status,
    *,
    charge: str = "Retainer",
    documents: Sequence[str] = (),
    **more: Any,
) -> PeriodRow:
    """A calendar month; its due day is its last, as in the story."""
    first_day = date.fromisoformat(f"{month}-01")
    last_day = first_day.replace(day=monthrange(first_day.year, first_day.month)[1])
    values: dict[str, Any] = {
        "id": f"{contract.id}/{charge}/{month}",
        "contract": contract.id,
        "customer": contract.customer,
        "charges": (charge,),
        "first_day": first_day,
        "last_day": last_day,
        "due_on": last_day,
        "currency": contract.currency,
        "expected_minor": expected,
        "billed_minor": billed,
        "status": status,
        "tax_percent": contract.tax_percent,
        "derivation": (f"flat: {expected} minor units for the whole period",),
        "evidence": tuple(
            make_evidence(document, last_day, billed, currency=contract.currency) for document in documents
        ),
    }
    return PeriodRow(**{**values, **more})


def half_rate_contract() -> ContractRows:
    """Two right months, six at half rate, and the next one, which is not due yet."""
    contract = make_contract()
    cause = Cause(
        "half_rate",
        "billed at half the agreed amount since 2026-03",
        date(2026, 3, 1),
        date(2026, 8, 31),
        "EUR",
        720_000,
        1,
        "billed at half the agreed amount",
    )
    rows = [
        make_row(contract, f"2026-{month:02}", 240_000, 240_000, Status.OK, documents=(f"INV-2026-{month:03}",))
        for month in (1, 2)
    ]
    rows += [
        make_row(
            contract,
            f"2026-{month:02}",
            240_000,
            120_000,
            Status.UNDERBILLED,
            documents=(f"INV-2026-{month:03}",),
            causes=(cause,),
        )
        for month in range(3, 9)
    ]
    rows.append(make_row(contract, "2026-09", 240_000, 0, Status.NOT_DUE))
    return ContractRows(contract, tuple(rows), running=(make_running(cause),))


def make_running(cause: Cause, **more: Any) -> RunningCause:
    """What still runs of the story: September will be 1,200.00 short."""
    values: dict[str, Any] = {
        "code": cause.code,
        "sentence": cause.group,
        "part_of": "arrears",
        "charges": ("Retainer",),
        "since": cause.first_day,
        "currency": "EUR",
        "monthly_minor": 120_000,
        "next_invoice": NextInvoice(date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 30), "EUR", 240_000, 120_000),
    }
    return RunningCause(**{**values, **more})


def make_finding(row: PeriodRow, kind: str | None = None) -> Finding:
    kind = kind or str(row.status)
    return Finding(
        kind=kind,
        id=f"{kind}/{row.id}",
        severity=KINDS[kind].severity,
        contract=row.contract,
        charge=" + ".join(row.charges),
        first_day=row.first_day,
        last_day=row.last_day,
        currency=row.currency,
        amount_minor=row.shortfall_minor,
        sentence=f"{row.customer}, {row.first_day:%Y-%m}: {row.shortfall} {row.currency} is open.",
        rows=(row.id,),
    )


def make_totals(contracts: Iterable[ContractRows]) -> tuple[Totals, ...]:
    """The totals by their definitions."""
    totals: dict[str, Totals] = {}
    taxed: dict[tuple[str, str, Decimal], int] = {}
    listed = list(contracts)
    for item in listed:
        total = totals.setdefault(item.contract.currency, Totals(item.contract.currency))
        for row in item.rows:
            _count(total, row)
            if row.status in {"underbilled", "missing"} and row.tax_percent is not None:
                key = (item.contract.currency, item.contract.customer, row.tax_percent)
                taxed[key] = taxed.get(key, 0) + row.expected_minor - row.billed_minor
    for (currency, _, percent), amount in taxed.items():
        totals[currency].arrears_tax += tax_on(amount, percent)
    for entry in (entry for item in listed for entry in item.running):
        total = totals[entry.currency]
        coming = entry.next_invoice.shortfall_minor or 0
        if entry.part_of == "arrears":
            total.monthly_leak += entry.monthly_minor
            total.next_shortfall += coming
        else:
            total.monthly_overbilled += entry.monthly_minor
            total.next_overbilled -= coming
    for total in totals.values():
        total.arrears_incl_tax = total.arrears + total.arrears_tax
    return tuple(totals[currency] for currency in sorted(totals))


def make_causes(contracts: Iterable[ContractRows]) -> tuple[CauseGroup, ...]:
    """The rows in arrears and those billed too high, by what is said of them; what nothing is said of as well."""
    items = list(contracts)
    members: dict[tuple[str, str, str, str], list[PeriodRow]] = {}
    for row in (row for item in items for row in item.rows if row.status in FAULTY):
        part_of = "overbilled" if row.status == "overbilled" else "arrears"
        name = ("unexplained", "no cause found")
        if row.status == "missing":
            name = ("missing", "never invoiced")
        if row.causes:
            name = (row.causes[0].code, row.causes[0].group)
        members.setdefault((row.currency, part_of, *name), []).append(row)
    running: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for item in items:
        for entry in item.running:
            own = running.setdefault((entry.currency, entry.part_of, entry.code, entry.sentence), {})
            own[item.contract.id] = own.get(item.contract.id, 0) + entry.monthly_minor
    return tuple(
        CauseGroup(
            code=key[2],
            sentence=key[3],
            part_of="arrears" if key[1] == "arrears" else "overbilled",
            currency=key[0],
            amount_minor=sum(abs(row.expected_minor - row.billed_minor) for row in rows),
            contracts=tuple(dict.fromkeys(row.contract for row in rows)),
            rows=len(rows),
            first_day=min(row.first_day for row in rows),
            last_day=max(row.last_day for row in rows),
            running=len(running.get(key, {})),
            monthly_minor=sum(running.get(key, {}).values()),
        )
        for key, rows in sorted(members.items())
    )


def _count(total: Totals, row: PeriodRow) -> None:
    shortfall = row.expected_minor - row.billed_minor
    if row.status in JUDGED:
        total.expected += row.expected_minor
        total.billed += row.billed_minor
        total.net += shortfall
    if row.status in {"underbilled", "missing"}:
        total.arrears += shortfall
        total.credited += row.credited_minor
    if row.status == "overbilled":
        total.overbilled -= shortfall
    if row.status in {"rounding", "awaiting", "inconclusive"}:
        setattr(total, row.status, getattr(total, row.status) + shortfall)


def make_report(
    contracts: Sequence[ContractRows],
    *,
    findings: Sequence[Finding] | None = None,
    residue: Sequence[Residue] = (),
    outside: Sequence[Outside] = (),
    out_of_scope: Sequence[OutOfScope] = (),
    set_aside: Sequence[SetAside] = (),
    refused: Sequence[RefusedRow] = (),
    **more: Any,
) -> Report:
    rows = [row for item in contracts for row in item.rows]
    found = [make_finding(row) for row in rows if row.status in FAULTY] if findings is None else list(findings)
    lines = sum(len(row.evidence) for row in rows)
    values: dict[str, Any] = {
        "as_of": AS_OF,
        "covers": Coverage(date(2026, 1, 31), date(2026, 8, 31), declared=False),
        "inputs": (InputFile("SalesInvoices.csv", "0" * 64, "xero.sales-invoices", lines, lines),),
        "totals": make_totals(contracts),
        "cause_groups": make_causes(contracts),
        "counts": Counts(
            contracts=len(contracts),
            contracts_without_lines=0,
            lines=lines + len(residue),
            allocated=lines,
            residue=len(residue),
            set_aside=len(set_aside),
            refused=len(refused),
        ),
        "contracts": contracts,
        "found": tuple(found),
        "residue": tuple(residue),
        "outside": tuple(outside),
        "out_of_scope": tuple(out_of_scope),
        "set_aside": tuple(set_aside),
        "refused": tuple(refused),
        "inconclusive_rows": sum(row.status is Status.INCONCLUSIVE for row in rows),
        "judged_rows": sum(row.status in JUDGED for row in rows),
        "fail_on": DEFAULT_FAIL_ON,
    }
    return Report(**{**values, **more})


def half_rate() -> Report:
    return make_report([half_rate_contract()])


def clean() -> Report:
    contract = make_contract()
    rows = tuple(
        make_row(contract, f"2026-{month:02}", 240_000, 240_000, Status.OK, documents=(f"INV-{month}",))
        for month in range(1, 9)
    )
    return make_report([ContractRows(contract, rows)])


def nothing_checked() -> Report:
    contract = make_contract()
    report = make_report([ContractRows(contract, (make_row(contract, "2026-09", 240_000, 0, Status.NOT_DUE),))])
    counts = replace(report.counts, contracts_without_lines=1)
    return replace(report, covers=None, inputs=(), counts=counts)


def many(number: int, *, leaking: int) -> list[ContractRows]:
    """Contracts of one customer each; the first `leaking` of them have a missing month, each larger than the last."""
    items = []
    for index in range(number):
        contract = make_contract(f"C-{index:04}", f"Customer {index:04}")
        is_leaking = index < leaking
        expected = 10_000 + index
        items.append(
            ContractRows(
                contract,
                (
                    make_row(contract, "2026-01", expected, expected, Status.OK, documents=(f"INV-{index}",)),
                    make_row(
                        contract,
                        "2026-02",
                        expected,
                        0 if is_leaking else expected,
                        Status.MISSING if is_leaking else Status.OK,
                    ),
                ),
            )
        )
    return items
