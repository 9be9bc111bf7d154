"""Findings, residue and evidence of a report, whether it was just made or kept as JSON.

Comes in: a report, or the file of one. Goes out: its findings as values, and which line each document number means, so
that somebody can decide about them. Must not know what will be decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from billcheck.errors import ReportRefusedError
from billcheck.findings import Finding, Severity, digest_id
from billcheck.report.recorded import NoReportProblem, minor_of, parse_report, read_report_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from billcheck.report.report import Report

Line = tuple[str, int]
"""The number of a document, and that of a line on it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a report found.

    `findings` are by id. `lines` gives, per finding about a line, which line it is; `billed` per line what of it went
    to periods or to none, by currency, in minor units.
    """

    findings: dict[str, Finding]
    lines: dict[str, Line] = field(default_factory=dict)
    billed: dict[Line, dict[str, int]] = field(default_factory=dict)

    def add_line(self, line: Line, currency: str, amount: int) -> None:
        """Count in a part of a line."""
        by_currency = self.billed.setdefault(line, {})
        by_currency[currency] = by_currency.get(currency, 0) + amount


def keep(report: Report, *, lines: Iterable[Line] = ()) -> Kept:
    """What a report found; evidence is looked through only where some lines are asked for."""
    kept = Kept({finding.id: finding for finding in report.found})
    for entry in report.residue:
        line = (entry.document, entry.line)
        kept.lines[digest_id(entry.kind, entry.document, str(entry.line), entry.customer)] = line
        kept.add_line(line, entry.currency, entry.amount_minor)
    wanted = frozenset(lines)
    if wanted:
        for row in report.rows:
            for piece in row.evidence:
                if (piece.document, piece.line) in wanted:
                    kept.add_line((piece.document, piece.line), piece.currency, piece.amount_minor)
    return kept


def load_kept(path: str | os.PathLike[str]) -> Kept:
    """What the report in a file found.

    Raises:
        ReportRefusedError: It cannot be read, is no report, one of another version, or redacted.
    """
    data = parse_report(read_report_text(path), str(path), refuses=("amounts", "names"))
    try:
        return _kept(data)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReportRefusedError([NoReportProblem(str(path))]) from None


def _kept(data: dict[str, Any]) -> Kept:
    kept = Kept({finding["id"]: _finding(finding) for finding in data["findings"]})
    for name in ("residue", "unmatched", "ambiguous"):
        for entry in data[name]:
            line = (entry["document"], entry["line"])
            kept.lines[digest_id(entry["kind"], line[0], str(line[1]), entry["customer"])] = line
            kept.add_line(line, entry["currency"], minor_of(entry["amount"], entry["currency"]))
    for contract in data["contracts"]:
        for row in contract["rows"]:
            for piece in row["evidence"]:
                amount = minor_of(piece["amount"], contract["currency"])
                kept.add_line((piece["document"], piece["line"]), contract["currency"], amount)
    return kept


def _finding(data: dict[str, Any]) -> Finding:
    amount, currency = data["amount"], data["currency"]
    return Finding(
        kind=data["kind"],
        id=data["id"],
        severity=Severity(data["severity"]),
        contract=data["contract"],
        charge=data["charge"],
        first_day=_day(data["first_day"]),
        last_day=_day(data["last_day"]),
        currency=currency,
        amount_minor=None if amount is None else minor_of(amount, currency),
        sentence=data["sentence"],
        rows=tuple(data["rows"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
