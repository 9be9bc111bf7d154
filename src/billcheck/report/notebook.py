"""A report as a table in a notebook.

Comes in: a report. Goes out: one self-contained piece of HTML: scoped style, no script, nothing fetched, all data
escaped, and legible on light and dark pages. Shows at most 200 rows, 50 findings and
10 causes of a currency and counts the rest. Must not know notebooks.
"""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.findings import KINDS, Status, Verdict
from billcheck.period import period_label
from billcheck.report.decided import FINDING_WORDS, holding, needing_a_look
from billcheck.report.leaks import SHOWN_GROUPS, group_text, parts_of, rest_text, running_text
from billcheck.report.selection import SHOWN_CONTRACTS, select
from billcheck.report.verdict import verdict_lines
from billcheck.report.wording import NOT_KNOWN, STATUS_WORDS, amount_text, counted, documents_of, money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.findings import ContractRows, PeriodRow
    from billcheck.report.report import Report

SHOWN_ROWS = 200
SHOWN_FINDINGS = 50
SHOWN_RUNNING = 10

_STYLE = """\
.billcheck-report{font-family:system-ui,sans-serif;font-size:.85em;line-height:1.4;overflow-x:auto}
.billcheck-report table{border-collapse:collapse;margin:.5em 0}
.billcheck-report caption{text-align:left;font-weight:600}
.billcheck-report th,.billcheck-report td{padding:.15em .6em;text-align:left}
.billcheck-report td{white-space:nowrap}
.billcheck-report tr{border-bottom:1px solid rgba(128,128,128,.3)}
.billcheck-report .amount{text-align:right;font-variant-numeric:tabular-nums}
.billcheck-report .bad{font-weight:600;color:#c0392b}
.billcheck-report .attention{color:#b9770e}
.billcheck-report .good{color:#1e8449}
.billcheck-report .muted{opacity:.65}"""

_CLASSES = {
    Status.UNDERBILLED: "bad",
    Status.MISSING: "bad",
    Status.OVERBILLED: "bad",
    Status.INCONCLUSIVE: "attention",
    Status.AWAITING: "attention",
    Status.NOT_DUE: "muted",
    Status.BILLED_AHEAD: "muted",
    Status.DECIDED: "muted",
}
_VERDICT_CLASSES = {Verdict.FINDINGS: "bad", Verdict.INCONCLUSIVE: "attention", Verdict.CLEAN: "good"}

_TOTALS = (
    ("expected", "Agreed"),
    ("billed", "Billed"),
    ("arrears", "Arrears, excl. tax"),
    ("arrears_tax", "Tax on arrears"),
    ("arrears_incl_tax", "Arrears, incl. tax"),
    ("overbilled", "Overbilled"),
    ("net", "Agreed less billed"),
    ("awaiting", "Awaiting"),
    ("decided", "Missing, decided"),
    ("decided_overbilled", "Overbilled, decided"),
    ("inconclusive", "Not judged"),
    ("residue", "Allocated to no period"),
    ("monthly_leak", "Still leaking, a month"),
    ("next_shortfall", "Next invoices short, if nothing changes"),
)
_ROW_HEADINGS = ("Contract", "Customer", "Charge", "Period", "Due", "Currency")
_ROW_AMOUNTS = ("Agreed", "Billed", "Shortfall")


def to_html(report: Report) -> str:
    """The report as a piece of HTML."""
    covers = report.covers
    window = "no document" if covers is None else f"{covers.first_day} to {covers.last_day}"
    verdict = "<br>".join(escaped("".join(span.text for span in spans)) for spans in verdict_lines(report))
    checked = (
        f"As of {report.as_of}; {counted(report.counts.contracts, 'contract')}, "
        f"{counted(report.judged_rows, 'period')} judged, {report.inconclusive_rows:,} not; the ledger covers {window}."
    )
    parts = [
        f'<div class="billcheck-report"><style>{_STYLE}</style>',
        f'<p class="{_VERDICT_CLASSES[report.verdict]}">{verdict}</p>',
        f"<p>{checked}</p>",
        *_out_of_scope(report),
        _totals_table(report),
        *_causes_table(report),
        *_running_list(report),
        _rows_table(report),
        *_findings(report),
        *_decisions(report),
        "</div>",
    ]
    return "\n".join(parts) + "\n"


def _findings(report: Report) -> list[str]:
    """What was found by kind, with what settles it; at most so many findings, the rest counted."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for finding in report.findings[:SHOWN_FINDINGS]:
        grouped.setdefault((finding.kind, finding.decision), []).append(f"<li>{escaped(finding.sentence)}</li>")
    parts = []
    for (kind, decision), items in grouped.items():
        words = kind.replace("_", " ").capitalize()
        settled = f"What settles it: {escaped(KINDS[kind].settled_by)}"
        parts.append(f"<p>{words}. {FINDING_WORDS.get(decision, settled)}</p><ul>{''.join(items)}</ul>")
    more = len(report.findings) - SHOWN_FINDINGS
    return [*parts, f'<p class="muted">{counted(more, "more finding")}.</p>'] if more > 0 else parts


def _decisions(report: Report) -> list[str]:
    """The decisions that need a look, and those that decide something; at most so many, the rest counted."""
    texts = [*needing_a_look(report), *holding(report)]
    if not texts:
        return []
    more = len(texts) - SHOWN_FINDINGS
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts[:SHOWN_FINDINGS])
    return [f"<p>Decisions</p><ul>{items}</ul>", *([f'<p class="muted">{more:,} more.</p>'] if more > 0 else [])]


def escaped(text: str) -> str:
    """Text that renders as itself in HTML, between tags and in attributes."""
    return escape(visible(text))


def _out_of_scope(report: Report) -> list[str]:
    texts = [
        f"{counted(entry.lines, 'line')}, {money_text(entry.amount_minor, entry.currency)}"
        for entry in report.out_of_scope
    ]
    return [f'<p class="muted">Out of scope by the configuration: {"; ".join(texts)}.</p>'] if texts else []


def _totals_table(report: Report) -> str:
    heading = "".join(f'<th class="amount">{label}</th>' for _, label in _TOTALS)
    rows = []
    for totals in report.totals:
        amounts = totals.amounts()
        cells = "".join(f'<td class="amount">{amount_text(amounts[name], totals.currency)}</td>' for name, _ in _TOTALS)
        rows.append(f"<tr><th>{escaped(totals.currency)}</th>{cells}</tr>")
    return f"<table><caption>Totals</caption><tr><th>Currency</th>{heading}</tr>{''.join(rows)}</table>"


def _causes_table(report: Report) -> list[str]:
    """What makes up arrears and what is overbilled, by cause; the largest of each currency, the rest as one."""
    if not report.causes:
        return []
    rows = []
    for part_of, currency, groups in parts_of(report.cause_groups):
        shown, rest = groups[:SHOWN_GROUPS], groups[SHOWN_GROUPS:]
        rows += [_cause_cells(part_of, currency, group.amount_minor, group_text(group)) for group in shown]
        if rest:
            rows.append(_cause_cells(part_of, currency, sum(group.amount_minor for group in rest), rest_text(groups)))
    heading = '<th>Part of</th><th>Currency</th><th class="amount">Amount</th><th>Cause</th>'
    return [f"<table><caption>Causes</caption><tr>{heading}</tr>{''.join(rows)}</table>"]


def _cause_cells(part_of: str, currency: str, minor: int, words: str) -> str:
    amount = f'<td class="amount">{amount_text(minor, currency)}</td>'
    return f"<tr><td>{part_of}</td><td>{escaped(currency)}</td>{amount}<td>{escaped(words)}</td></tr>"


def _running_list(report: Report) -> list[str]:
    """What the next invoices will be, of the contracts that are shown; at most so many, the rest counted."""
    contracts, _ = _contracts(report)
    texts = [f"{item.contract.id}: {running_text(running)}" for item in contracts for running in item.running]
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts[:SHOWN_RUNNING])
    more = len(texts) - SHOWN_RUNNING
    rest = f"<li>{counted(more, 'more charge')}</li>" if more > 0 else ""
    return [f"<p>Next invoices</p><ul>{items}{rest}</ul>"] if texts else []


def _contracts(report: Report) -> tuple[Sequence[ContractRows], int]:
    """The contracts to show and how many are not: all of a small report, else those with something to say."""
    if len(report.contracts) <= SHOWN_CONTRACTS:
        return report.contracts, 0
    shown = select(report).shown
    return shown, len(report.contracts) - len(shown)


def _rows_table(report: Report) -> str:
    contracts, hidden = _contracts(report)
    pairs = [(item, row) for item in contracts for row in item.rows]
    heading = "".join(
        (
            *(f"<th>{name}</th>" for name in _ROW_HEADINGS),
            *(f'<th class="amount">{name}</th>' for name in _ROW_AMOUNTS),
            "<th>Status</th><th>Billed on</th>",
        )
    )
    body = "".join(_row(item, row) for item, row in islice(pairs, SHOWN_ROWS))
    more = len(pairs) - SHOWN_ROWS
    notes = [f"{counted(more, 'more row')}"] if more > 0 else []
    if hidden:
        notes.append(f"{counted(hidden, 'contract')} not shown")
    foot = f'<p class="muted">{"; ".join(notes)}.</p>' if notes else ""
    return f"<table><caption>Periods</caption><tr>{heading}</tr>{body}</table>{foot}"


def _row(item: ContractRows, row: PeriodRow) -> str:
    label = period_label(row.first_day, row.last_day)
    words = (item.contract.id, item.contract.customer, " + ".join(row.charges), label, row.due_on.isoformat())
    cells = "".join(f"<td>{escaped(word)}</td>" for word in (*words, row.currency))
    expected, billed, shortfall = (
        amount_text(minor, row.currency) for minor in (row.expected_minor, row.billed_minor, row.shortfall_minor)
    )
    shown = (expected, billed, shortfall) if row.is_known else (NOT_KNOWN, billed, "")
    amounts = "".join(f'<td class="amount">{text}</td>' for text in shown)
    note = f' title="{escaped(row.note)}"' if row.note else ""
    status = f'<td class="{_CLASSES.get(row.status, "good")}"{note}>{STATUS_WORDS[row.status]}</td>'
    documents = ", ".join(documents_of(row))
    return f"<tr>{cells}{amounts}{status}<td>{escaped(documents)}</td></tr>"
