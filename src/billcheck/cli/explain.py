"""`billcheck explain`: how the figures of one contract came about, in sentences.

Comes in: ledgers, contracts, and which contract, charge and period to explain. Goes out: derivation, evidence and
findings of each period. Must not know how any of it is worked out.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import date
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_reading_options, parse_date, suggestion
from billcheck.cli.console import write
from billcheck.cli.inputs import make_report
from billcheck.errors import Problem, UsageError
from billcheck.findings import KINDS, Status
from billcheck.period import ONE_DAY, Period, add_months, period_label
from billcheck.report.decided import FINDING_WORDS
from billcheck.report.leaks import running_text
from billcheck.report.page import BLANK, Line, Role, Span, line
from billcheck.report.table import STATUS_ROLES
from billcheck.report.wording import NOT_KNOWN, STATUS_WORDS, amount_text, listed, money_text, percent_text, spans_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from billcheck.causes import RunningCause
    from billcheck.findings import ContractRows, Evidence, Finding, PeriodRow
    from billcheck.report.report import Report

NAME = "explain"
HELP = "explain the figures of one contract"
DESCRIPTION = (
    "Explain, for one contract, how each agreed amount was worked out and which lines of the ledger billed it."
)

_YEAR_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS = 12


class UnknownContractError(Problem):
    """No contract has this id."""


class UnknownChargeError(Problem):
    """The contract has no charge of this name."""


class NoSuchPeriodError(Problem):
    """The check holds no period of this contract that touches these days."""


def parse_period(text: str) -> Period:
    """The days of a year ``2026``, a month ``2026-03`` or one day ``2026-03-15``.

    Raises:
        ArgumentTypeError: The text is none of these.
    """
    match = _YEAR_MONTH.fullmatch(text)
    if match is None and _DAY.fullmatch(text):
        day = parse_date(text)
        return Period(day, day + ONE_DAY)
    if match is None:
        raise ArgumentTypeError(_no_period(text))
    year, month = int(match[1]), int(match[2] or 1)
    if not 1 <= month <= _MONTHS or not date.min.year <= year < date.max.year:
        raise ArgumentTypeError(_no_period(text))
    first_day = date(year, month, 1)
    return Period(first_day, add_months(first_day, 1 if match[2] else _MONTHS, 1))


def _no_period(text: str) -> str:
    return f"{text!r} is no period; write it as 2026, 2026-03 or 2026-03-15"


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    add_reading_options(parser)
    parser.add_argument("--contract", metavar="ID", required=True, help="the contract to explain")
    parser.add_argument("--charge", metavar="NAME", help="only this charge")
    parser.add_argument("--period", type=parse_period, metavar="2026-03", help="only periods touching these days")


def run(arguments: Namespace) -> int:
    """Print the explanation; the exit code says nothing about findings."""
    report = make_report(arguments, is_scoped=False)
    item = _contract(report, arguments.contract)
    rows = _rows(item, arguments.charge, arguments.period)
    found = [finding for finding in report.findings if finding.contract == item.contract.id]
    lines = _heading(report, item)
    for row in rows:
        lines.append(BLANK)
        lines.extend(_row_lines(row, [finding for finding in found if row.id in finding.rows]))
        lines.extend(line(f"Next: {running_text(running)}.", indent=2) for running in _running_into(item, row))
    general = [finding for finding in found if not finding.rows]
    if general:
        lines.extend((BLANK, line("Beside the periods", "strong")))
        lines.extend(line(f"{finding.sentence} ({finding.kind} {finding.id})", indent=2) for finding in general)
    write(lines)
    return 0


def _running_into(item: ContractRows, row: PeriodRow) -> list[RunningCause]:
    """What will be wrong with the invoice of a row if nothing changes."""
    return [
        running
        for running in item.running
        if (running.charges, running.next_invoice.first_day) == (row.charges, row.first_day) and not row.is_change
    ]


def _contract(report: Report, wanted: str) -> ContractRows:
    ids = [contract.id for contract in report.agreements]
    found = _named(wanted, ids)
    if found is None:
        remedy = f"The contracts are {_some(ids)}{suggestion(wanted, ids)}."
        raise UsageError([UnknownContractError("--contract", wanted, remedy=remedy)])
    return report.rows_of(found)


def _named(wanted: str, names: Sequence[str]) -> str | None:
    """The name that is meant: the same one, else the only one that differs in case and spaces alone."""
    if wanted in names:
        return wanted
    alike = [name for name in names if _folded(name) == _folded(wanted)]
    return alike[0] if len(alike) == 1 else None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _some(names: Sequence[str]) -> str:
    shown = 10
    rest = len(names) - shown
    return listed(names) if rest <= 0 else f"{', '.join(names[:shown])} and {rest:,} more"


def _rows(item: ContractRows, charge: str | None, period: Period | None) -> list[PeriodRow]:
    names = list(dict.fromkeys(entry.name for entry in item.contract.charges))
    named = None if charge is None else _named(charge, names)
    if charge is not None and named is None:
        remedy = f"The charges are {_some(names)}{suggestion(charge, names)}."
        raise UsageError([UnknownChargeError("--charge", charge, remedy=remedy)])
    rows = [row for row in item.rows if named is None or named in row.charges]
    touching = [
        row for row in rows if period is None or (row.first_day < period.end and row.last_day >= period.first_day)
    ]
    if period is not None and not touching:
        remedy = f"Its periods are {spans_of(rows)}." if rows else "It holds none at all."
        raise UsageError([NoSuchPeriodError("--period", str(period), remedy=remedy)])
    return touching


def _heading(report: Report, item: ContractRows) -> list[Line]:
    contract = item.contract
    ends = "without an end" if contract.end is None else f"to {contract.end - ONE_DAY}"
    terms = f"{contract.id}, {contract.customer}, {contract.currency}, from {contract.start} {ends}"
    covers = report.covers
    window = "holds no document" if covers is None else f"covers {covers.first_day} to {covers.last_day}"
    remarks = [f"As of {report.as_of}; the ledger {window}."]
    remarks.extend(
        f"Charges that no line tells from those of {other} are checked there: billcheck explain --contract {other}."
        for other in item.together_with
    )
    if not item.rows and not item.together_with:
        remarks.append("No period of this contract is in the check.")
    return [line(terms, "heading"), *(line(remark, "muted") for remark in remarks)]


def _row_lines(row: PeriodRow, found: Sequence[Finding]) -> list[Line]:
    name = (
        f"{' + '.join(row.charges)}, {period_label(row.first_day, row.last_day)}{' (change)' if row.is_change else ''}"
    )
    lines: list[Line] = [
        (Span(name, "strong"), Span(": "), Span(STATUS_WORDS[row.status], STATUS_ROLES[row.status])),
        line(f"Agreed: {_agreed(row)}, due {row.due_on}.", indent=2),
        *(line(step, "muted", indent=4) for step in row.derivation),
    ]
    lines.extend(_billed_lines(row))
    lines.extend(line(text, role, indent=2) for text, role in _conclusions(row))
    for finding in found:
        lines.append(line(f"Finding {finding.id} ({finding.kind}): {finding.sentence}", indent=2))
        settled = FINDING_WORDS.get(finding.decision)
        said = f"{settled}: it fails no check." if settled else f"What settles it: {KINDS[finding.kind].settled_by}"
        lines.append(line(said, indent=2))
    return lines


def _agreed(row: PeriodRow) -> str:
    return money_text(row.expected_minor, row.currency) if row.is_known else NOT_KNOWN


def _billed_lines(row: PeriodRow) -> Iterator[Line]:
    if not row.evidence:
        is_early = row.status is Status.NOT_DUE
        yield line("Billed: nothing yet." if is_early else "Billed: no line of the ledger was found for it.", indent=2)
        return
    yield line(f"Billed: {money_text(row.billed_minor, row.currency)}.", indent=2)
    for evidence in row.evidence:
        yield line(_evidence_sentence(evidence), "muted", indent=4)


def _evidence_sentence(evidence: Evidence) -> str:
    amount = money_text(evidence.amount_minor, evidence.currency)
    where = f"{evidence.path} row {evidence.row}"
    return f"{evidence.document} line {evidence.line} of {evidence.date}: {amount} ({where}; {evidence.rule})"


def _conclusions(row: PeriodRow) -> Iterator[tuple[str, Role]]:
    currency = row.currency
    if row.shortfall_minor and row.status is not Status.NOT_DUE:
        word = "Shortfall" if row.shortfall_minor > 0 else "Billed too much"
        tax = row.shortfall_tax_minor
        with_tax = (
            "; no tax percent is stated"
            if tax is None or row.tax_percent is None
            else f", and {amount_text(abs(tax), currency)} tax at {percent_text(row.tax_percent)}"
        )
        yield f"{word}: {money_text(abs(row.shortfall_minor), currency)} excl. tax{with_tax}.", STATUS_ROLES[row.status]
    for cause in row.causes:
        pairs = f" ({cause.support:,} different pairs of agreed and billed fit)" if cause.support > 1 else ""
        yield f"Why: {cause.sentence}{pairs}.", "plain"
    if row.credited_minor:
        yield f"Of the shortfall, {money_text(row.credited_minor, currency)} was made by a credit note.", "plain"
    if row.inferred_minor:
        yield f"Of the billed, {money_text(row.inferred_minor, currency)} is allocated by inference.", "attention"
    if row.drafted_minor:
        yield f"A draft would bill {money_text(row.drafted_minor, currency)}; drafts do not count.", "attention"
    if row.note:
        yield row.note, "attention"
