"""Where a finding stands: the rows of the ledger it is about, and the line of the contract that says what was agreed.

Comes in: a report. Goes out: files with lines, worked out for one finding at a time and only when a face asks; a
finding that is about no single line has fewer places, or none. Must not know how places are shown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.positions import ChargeLines
from billcheck.findings import digest_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billcheck.contracts.terms import Contract
    from billcheck.findings import Finding, PeriodRow, Residue
    from billcheck.report.report import Report


class Place(NamedTuple):
    """A line of a file, counted from 1; None where only the file is known. Of a workbook it is the row."""

    path: str
    line: int | None


class Location(NamedTuple):
    """The rows of the ledger a finding is about, each once, and where its charge or contract is agreed, if known."""

    ledger: tuple[Place, ...]
    contract: Place | None


class Places:
    """The places of the findings of one report, by their number in it.

    What a finding is about is told by its words and ids, so this is the report before anything in it is redacted;
    `rename` says how the files are called in the report that is shown.
    """

    def __init__(self, report: Report, rename: Callable[[str], str] = str) -> None:
        self._report = report
        self._rename = rename
        self._charge_lines = ChargeLines()
        self._rows: tuple[str, dict[str, PeriodRow]] = ("", {})

    def find(self, number: int) -> Location:
        """The places of the finding that stands at this number, from 0, in the report."""
        finding = self._report.findings[number]
        ledger = dict.fromkeys(self._ledger_places(finding))
        return Location(tuple(map(self._named, ledger)), self._contract_place(finding))

    def _named(self, place: Place) -> Place:
        return Place(self._rename(place.path), place.line)

    def _contract_place(self, finding: Finding) -> Place | None:
        contract = self._agreements.get(finding.contract or "")
        if contract is None or not contract.file:
            return None
        line = self._charge_lines.find(contract.file, contract.id, finding.charge)
        return self._named(Place(contract.file, line))

    def _ledger_places(self, finding: Finding) -> Iterator[Place]:
        if finding.rows:
            rows = self._rows_of(finding.contract)
            yield from (
                Place(evidence.path, evidence.row)
                for row in finding.rows
                if row in rows
                for evidence in rows[row].evidence
            )
        elif finding.id in self._residue:
            yield from (Place(entry.path, entry.row) for entry in self._residue[finding.id])
        elif finding.kind == "expired_still_billed":
            yield from (
                Place(entry.path, entry.row)
                for entry in self._report.residue
                if entry.kind == finding.kind and entry.contract == finding.contract
            )
        else:
            yield from self._named_lines(finding)

    def _named_lines(self, finding: Finding) -> Iterator[Place]:
        """The rows of the finding's contract that were billed by the very line the finding names."""
        for row in self._rows_of(finding.contract).values():
            for evidence in row.evidence:
                if finding.id == digest_id(finding.kind, evidence.document, str(evidence.line), row.customer):
                    yield Place(evidence.path, evidence.row)

    def _rows_of(self, contract: str | None) -> dict[str, PeriodRow]:
        """The rows of a contract by their ids; those of the last one are kept, as findings come by contract."""
        if contract is None or contract not in self._agreements:
            return {}
        if self._rows[0] != contract:
            self._rows = (contract, {row.id: row for row in self._report.rows_of(contract).rows})
        return self._rows[1]

    @cached_property
    def _agreements(self) -> dict[str, Contract]:
        return {contract.id: contract for contract in self._report.agreements}

    @cached_property
    def _residue(self) -> dict[str, list[Residue]]:
        """Residue by the id of the finding about it."""
        found: dict[str, list[Residue]] = {}
        for entry in self._report.residue:
            found.setdefault(digest_id(entry.kind, *entry.identity), []).append(entry)
        return found
