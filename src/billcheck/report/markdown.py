"""A report as Markdown, for a summary, a pull request or a mail.

Comes in: a report. Goes out: the verdict, the totals, the contracts that have something to say with every period that
is not simply right, what was found, and what of the ledger went to no period. Whatever is left out is counted. Data is
escaped, so that a name can neither draw nor link. Must not know who renders it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.findings import KINDS
from billcheck.period import period_label
from billcheck.report.decided import FINDING_WORDS, holding, needing_a_look
from billcheck.report.leaks import SHOWN_GROUPS, group_text, parts_of, rest_text, running_text
from billcheck.report.runs import causes_of
from billcheck.report.selection import QUIET, SHOWN_CONTRACTS, findings_by_contract, select
from billcheck.report.verdict import verdict_lines
from billcheck.report.wording import (
    NOT_KNOWN,
    STATUS_WORDS,
    amount_text,
    counted,
    documents_of,
    money_text,
    said_of_later_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.findings import ContractRows, Finding, PeriodRow
    from billcheck.report.report import Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$&!@])")
_LINK = re.compile(r"(?i)(?:(?<=[a-z])(?=://)|(?<=\bwww)(?=\.))")
_LIST_MARK = re.compile(r"^(\d*)([.)+-])(?=\s|$)")
_TOTALS = (
    ("expected", "Agreed"),
    ("billed", "Billed"),
    ("arrears", "Arrears"),
    ("arrears_tax", "Tax on them"),
    ("arrears_incl_tax", "Arrears, incl. tax"),
    ("overbilled", "Overbilled"),
    ("net", "Agreed less billed"),
    ("awaiting", "Awaiting"),
    ("decided", "Missing, decided"),
    ("decided_overbilled", "Overbilled, decided"),
    ("inconclusive", "Not judged"),
    ("residue", "Allocated to no period"),
)
_HEADINGS = ("Charge", "Period", "Due", "Agreed", "Billed", "Shortfall", "Status", "Billed on")
_ALIGNS = ("left", "left", "left", "right", "right", "right", "left", "left")


def to_markdown(report: Report, *, limit: int = SHOWN_CONTRACTS) -> str:
    """The report as Markdown, with at most `limit` contracts shown row by row, those with the largest differences."""
    selection = select(report, limit)
    found = findings_by_contract(report)
    parts = [
        f"# billcheck: {report.verdict}",
        "\n".join(f"{escaped(''.join(span.text for span in spans).strip())}  " for spans in verdict_lines(report)),
        _facts(report),
        _totals(report),
        *_causes(report),
        *(part for item in selection.shown for part in _contract(item, found.get(item.contract.id, ()))),
    ]
    if selection.left_out:
        parts.append(f"{counted(selection.left_out, 'more contract')} with something to say, not shown here.")
    if selection.quiet and report.judged_rows:
        words = "with nothing to report" if selection.is_walked else "without a finding"
        parts.append(f"{counted(selection.quiet, 'contract')} {words}.")
    parts.extend(_ledger(report))
    parts.extend(_settling(report))
    return "\n\n".join(filter(None, parts)) + "\n"


def escaped(text: str) -> str:
    """Text that renders as itself, on one line."""
    return _LIST_MARK.sub(r"\1\\\2", _LINK.sub(r"\\", _SPECIAL.sub(r"\\\1", visible(text))))


def table(headings: Sequence[str], aligns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are escaped here."""
    rule = ["---:" if align == "right" else "---" for align in aligns]
    lines = [headings, rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _facts(report: Report) -> str:
    covers = report.covers
    window = "holds no document" if covers is None else f"covers {covers.first_day} to {covers.last_day}"
    return (
        f"As of {report.as_of}; {counted(report.counts.contracts, 'contract')}, "
        f"{counted(report.judged_rows, 'period')} judged, {report.inconclusive_rows:,} not; the ledger {window}. "
        "Amounts are excl. tax unless they say otherwise."
    )


def _totals(report: Report) -> str:
    rows = []
    for totals in report.totals:
        amounts = totals.amounts()
        rows.append([totals.currency, *(amount_text(amounts[name], totals.currency) for name, _ in _TOTALS)])
    headings = ("Currency", *(label for _, label in _TOTALS))
    return table(headings, ("left", *("right" for _ in _TOTALS)), rows) if rows else ""


def _causes(report: Report) -> Iterator[str]:
    """What makes up arrears and what is overbilled, by cause: the largest, and the rest as one."""
    for part_of, currency, groups in parts_of(report.cause_groups):
        shown, rest = groups[:SHOWN_GROUPS], groups[SHOWN_GROUPS:]
        rows = [(amount_text(group.amount_minor, currency), group_text(group)) for group in shown]
        if rest:
            rows.append((amount_text(sum(group.amount_minor for group in rest), currency), rest_text(groups)))
        yield f"## {part_of.capitalize()} by cause, in {currency}"
        yield table(("Amount", "Cause"), ("right", "left"), rows)


def _contract(item: ContractRows, found: Sequence[Finding]) -> Iterator[str]:
    contract = item.contract
    owner = f", owner {contract.owner}" if contract.owner else ""
    yield f"## {escaped(f'{contract.id}, {contract.customer}{owner}')} ({contract.currency})"
    told = [row for row in item.rows if row.status not in QUIET]
    if told:
        yield table(_HEADINGS, _ALIGNS, map(_cells, told))
    right = len(item.rows) - len(told)
    if right:
        yield f"{counted(right, 'more period')} billed as agreed or not due yet."
    remarks = list(map(_sentence, found))
    for cause, rows in causes_of(item.rows):
        extent = f"{counted(len(rows), 'period')}, {money_text(cause.amount_minor, contract.currency)}"
        remarks.append(f"Why: {cause.sentence} ({extent})")
    remarks.extend(f"Next: {running_text(running)}" for running in item.running)
    remarks.extend(dict.fromkeys(f"Not judged: {row.note}" for row in told if row.note))
    yield _listed(remarks)


def _sentence(finding: Finding) -> str:
    word = FINDING_WORDS.get(finding.decision)
    return f"{word}: {finding.sentence}" if word else finding.sentence


def _cells(row: PeriodRow) -> tuple[str, ...]:
    change = " (change)" if row.is_change else ""
    return (
        " + ".join(row.charges),
        f"{period_label(row.first_day, row.last_day)}{change}",
        row.due_on.isoformat(),
        amount_text(row.expected_minor, row.currency) if row.is_known else NOT_KNOWN,
        amount_text(row.billed_minor, row.currency),
        amount_text(row.shortfall_minor, row.currency) if row.is_known else "",
        STATUS_WORDS[row.status],
        ", ".join(documents_of(row)),
    )


def _ledger(report: Report) -> Iterator[str]:
    """What of the ledger went to no period, each line of it, and what was found beside contracts."""
    refused = [f"{entry.path} row {entry.row}, {entry.column}: {entry.reason}" for entry in report.refused]
    yield _section("Refused: rows that could not be read", refused)
    residue = [
        f"{entry.document}, {entry.date}, {entry.customer}, {money_text(entry.amount_minor, entry.currency)}, "
        f"{entry.path} row {entry.row}: {entry.reason}"
        for entry in report.residue
    ]
    yield _section("Billed, allocated to no period", residue)
    others = [_sentence(finding) for finding in report.findings if finding.contract is None]
    yield _section("Found beside contracts", others)
    yield _section("Decisions", [*needing_a_look(report), *holding(report)])
    if report.set_aside:
        yield f"{counted(len(report.set_aside), 'line')} set aside, not counted as billed."
    if report.outside:
        count = sum(entry.lines for entry in report.outside)
        again = report.counts.outside_repeated
        once = f"; {again:,} more stand in another file too and count once" if again else ""
        yield f"{counted(count, 'line')} billed to customers without a contract, not checked{once}."
    if report.counts.outside_later:
        yield said_of_later_lines(report.counts.outside_later, report.as_of)


def _settling(report: Report) -> Iterator[str]:
    kinds = {finding.kind for finding in report.findings if not finding.decision}
    rows = [(kind.replace("_", " "), entry.settled_by) for kind, entry in KINDS.items() if kind in kinds]
    if rows:
        yield "## What settles it"
        yield table(("Kind", "What settles it"), ("left", "left"), rows)


def _section(heading: str, texts: Sequence[str]) -> str:
    return f"## {heading}\n\n{_listed(texts)}" if texts else ""


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(f"- {escaped(text)}" for text in texts)
