"""Which contracts a face shows row by row.

Comes in: a report that may hold 25,000 contracts whose rows are only computed when asked for. Goes out: the few that
have something to say, in the order of their files, and how many were left out. Must not know how they will be shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.findings import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.findings import ContractRows, Finding
    from billcheck.report.report import Report

WALKED_CONTRACTS = 1_000
"""Up to so many contracts every row is looked at; beyond, only those of contracts with a finding."""

SHOWN_CONTRACTS = 100
"""So many contracts are shown row by row; beyond, those with the largest differences."""

QUIET = frozenset({Status.OK, Status.NOT_DUE})
"""Rows that need no word."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The contracts to show, and what is known of those left out.

    `quiet` counts the contracts without anything to say, `left_out` those that have something and are not shown
    because there are too many. Where `is_walked` is false only contracts with findings were looked at.
    """

    shown: tuple[ContractRows, ...]
    left_out: int
    quiet: int
    is_walked: bool


def findings_by_contract(report: Report) -> Mapping[str, list[Finding]]:
    """The findings that name a contract, by its id, in the order of the report."""
    grouped: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.contract is not None:
            grouped[finding.contract].append(finding)
    return grouped


def select(report: Report, limit: int = SHOWN_CONTRACTS) -> Selection:
    """The contracts with something to say, at most `limit` of them, in the order of their files."""
    found = findings_by_contract(report)
    is_walked = len(report.contracts) <= WALKED_CONTRACTS
    speaking = [
        contract.id
        for contract in report.agreements
        if contract.id in found or (is_walked and _is_speaking(report.rows_of(contract.id)))
    ]
    kept = _largest(speaking, found, limit)
    return Selection(
        shown=tuple(report.rows_of(contract) for contract in speaking if contract in kept),
        left_out=len(speaking) - len(kept),
        quiet=len(report.contracts) - len(speaking),
        is_walked=is_walked,
    )


def _is_speaking(item: ContractRows) -> bool:
    return any(row.status not in QUIET for row in item.rows)


def _largest(contracts: list[str], found: Mapping[str, list[Finding]], limit: int) -> frozenset[str]:
    """The `limit` contracts with the largest finding; a mere order of interest, in whatever currency, not a sum."""
    if len(contracts) <= limit:
        return frozenset(contracts)
    size = {
        contract: max((_size(finding) for finding in found.get(contract, ())), default=Decimal(0))
        for contract in contracts
    }
    by_size = sorted(range(len(contracts)), key=lambda index: (-size[contracts[index]], index))
    return frozenset(contracts[index] for index in by_size[:limit])


def _size(finding: Finding) -> Decimal:
    """How large a finding is; nothing where it speaks of no amount, or where that is redacted."""
    amount = finding.amount
    return Decimal(0) if amount is None or amount.is_nan() else abs(amount)
