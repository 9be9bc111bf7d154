"""A report as text for a terminal or a log.

Comes in: a report. Goes out: lines for somebody who knows the clients and not the program: what was checked, the
contracts that have something to say with their periods, the sums, and a verdict in a sentence. Clean contracts are
counted, not printed; whatever is left out is said. Must not know terminals, colours or the ways to recover arrears.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from billcheck.contracts.terms import DEFAULT_GRACE_DAYS
from billcheck.errors import said_of
from billcheck.findings import KINDS, Status
from billcheck.period import period_label
from billcheck.report.decided import FINDING_WORDS, holding, needing_a_look
from billcheck.report.leaks import SHOWN_GROUPS, group_text, parts_of, rest_text, running_text
from billcheck.report.page import BLANK, Line, Role, Span, grid, line
from billcheck.report.runs import by_charges, causes_of, runs
from billcheck.report.selection import findings_by_contract, select
from billcheck.report.verdict import verdict_lines
from billcheck.report.wording import (
    NOT_KNOWN,
    STATUS_WORDS,
    amount_text,
    counted,
    documents_of,
    listed,
    money_text,
    said_of_later_lines,
    scope_text,
    spans_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.findings import ContractRows, Finding, PeriodRow, Totals
    from billcheck.report.report import Report
    from billcheck.report.runs import Run
    from billcheck.report.selection import Selection

EXAMPLES = 5
"""How many lines, files or findings of one kind are named before the rest is counted."""

STATUS_ROLES: dict[Status, Role] = {
    Status.OK: "good",
    Status.ROUNDING: "good",
    Status.SETTLED: "good",
    Status.UNDERBILLED: "bad",
    Status.MISSING: "bad",
    Status.OVERBILLED: "bad",
    Status.INCONCLUSIVE: "attention",
    Status.AWAITING: "attention",
    Status.NOT_DUE: "muted",
    Status.BILLED_AHEAD: "muted",
    Status.DECIDED: "muted",
}

_TOTAL_LABELS = (
    ("expected", "Agreed, over all judged periods", True),
    ("billed", "Billed for them", True),
    ("arrears", "Arrears, excl. tax", True),
    ("arrears_tax", "Tax on the arrears", False),
    ("arrears_incl_tax", "Arrears, incl. tax", False),
    ("overbilled", "Overbilled, owed back to clients", True),
    ("rounding", "Rounding", False),
    ("net", "Agreed less billed", True),
    ("credited", "Of the arrears, made by credit notes", False),
    ("inferred", "Of the billed, allocated by inference", False),
    ("awaiting", "Due, still awaited (grace or usual delay)", False),
    ("billed_ahead", "Billed ahead of its period", False),
    ("decided", "Missing, and set aside by decisions", False),
    ("decided_overbilled", "Overbilled, and set aside by decisions", False),
    ("inconclusive", "Open in periods that could not be judged", False),
    ("never_billed", "  of contracts without a single line", False),
    ("residue", "Billed, allocated to no period", False),
    ("monthly_leak", "Still leaking, a month", False),
    ("next_shortfall", "Next invoices short, if nothing changes", False),
    ("monthly_overbilled", "Still overbilled, a month", False),
    ("next_overbilled", "Next invoices too high, if nothing changes", False),
)
_RESIDUE_WORDS = {
    "unmatched": "fits no charge",
    "ambiguous": "fits several charges",
    "open_credit": "a credit that takes back nothing in sight",
    "write_off": "declared as a write-off",
    "goodwill": "declared as goodwill",
    "settlement_discount": "declared as a settlement discount",
    "rebate": "declared as a rebate",
    "currency_mismatch": "in another currency than its contract",
    "out_of_term": "for a period outside the contract's term",
    "expired_still_billed": "billed after the charge had ended",
    "left_over": "no period is open for it",
}


def to_lines(report: Report) -> list[Line]:
    """The whole report as lines, the verdict last."""
    return [*body_lines(report), BLANK, *verdict_lines(report)]


def body_lines(report: Report, selection: Selection | None = None) -> list[Line]:
    """The report without its verdict, for a caller that has something to say in between.

    Args:
        report: The report.
        selection: The contracts to show; None to let the report choose.
    """
    selection = selection or select(report)
    sections = (
        opening_lines(report),
        *(contract_lines(item, found) for item, found in _with_findings(report, selection)),
        _left_out_lines(report, selection),
        ledger_lines(report),
        decision_lines(report),
        settling_lines(report),
        cause_lines(report),
        totals_lines(report),
    )
    lines: list[Line] = []
    for section in sections:
        if section and lines:
            lines.append(BLANK)
        lines.extend(section)
    return lines


def _with_findings(report: Report, selection: Selection) -> Iterator[tuple[ContractRows, Sequence[Finding]]]:
    found = findings_by_contract(report)
    for item in selection.shown:
        yield item, found.get(item.contract.id, ())


def opening_lines(report: Report) -> list[Line]:
    """What was checked, against what, over which window and by which grace days."""
    counts, covers = report.counts, report.covers
    without = f", of which {counts.contracts_without_lines:,} without a line in the ledger"
    facts = [
        ("As of", report.as_of.isoformat()),
        ("Contracts", f"{counts.contracts:,}{without if counts.contracts_without_lines else ''}"),
        *_input_facts(report),
        ("Lines", f"{counts.lines:,} of contracted customers, {counts.allocated:,} allocated to periods"),
        ("Coverage", "none: the ledger holds no document" if covers is None else ""),
        *_scope_facts(report),
        ("Periods", _period_fact(report)),
        ("Grace", _grace_fact(report)),
    ]
    if covers is not None:
        source = "declared" if covers.declared else "the first to the last document"
        window = ("Coverage", f"{covers.first_day} to {covers.last_day}, {source}")
        gaps = [("", f"but no document from {first} to {last}") for first, last in covers.gaps]
        at = facts.index(("Coverage", ""))
        facts[at : at + 1] = [window, *gaps, *_control_facts(report)]
    return grid([(Span(name, "muted"), Span(fact)) for name, fact in facts], ("left", "left"), head=False)


def _control_facts(report: Report) -> list[tuple[str, str]]:
    facts = []
    for control in report.controls:
        currency, difference = control.currency, control.difference_minor
        outcome = f"differs by {money_text(difference, currency)}" if difference else "ties"
        facts.append(("Control", f"{money_text(control.stated_minor, currency)} in the general ledger: {outcome}"))
    return facts


def _scope_facts(report: Report) -> list[tuple[str, str]]:
    asked_for = [("Scope", f"only {scope_text(report)}")] if report.is_partial else []
    unused = [f'{entry.kind} "{entry.text}"' for entry in report.unused_scope]
    rest = [f"{len(unused) - EXAMPLES:,} more"] if len(unused) > EXAMPLES else []
    said = [("Scope", f"no line bears {listed([*unused[:EXAMPLES], *rest])}: see [scope]")] if unused else []
    return [*asked_for, *said]


def _input_facts(report: Report) -> list[tuple[str, str]]:
    facts = [
        ("Ledger", said_of(source.path, f"{counted(source.rows, 'row')}, read as {source.profile}"))
        for source in report.inputs[:EXAMPLES]
    ]
    rest = report.inputs[EXAMPLES:]
    if rest:
        facts.append(("", f"and {counted(len(rest), 'more file')} with {sum(source.rows for source in rest):,} rows"))
    return facts or [("Ledger", "no file")]


def _period_fact(report: Report) -> str:
    judged = f"{report.judged_rows:,} judged"
    decided = f", {report.decided_rows:,} decided" if report.decided_rows else ""
    return f"{judged}{decided}, {report.inconclusive_rows:,} that could not be judged"


def _grace_fact(report: Report) -> str:
    if report.grace_days is not None:
        return f"{counted(report.grace_days, 'day')} after the due date, as given for this check"
    days = {contract.grace_of(charge) for contract in report.agreements for charge in contract.charges}
    if days <= {DEFAULT_GRACE_DAYS}:
        return f"{counted(DEFAULT_GRACE_DAYS, 'day')} after the due date (the default)"
    return f"{min(days)} to {max(days)} days after the due date, by contract (default {DEFAULT_GRACE_DAYS})"


def contract_lines(item: ContractRows, found: Sequence[Finding]) -> list[Line]:
    """One contract: its periods by charge, then what was found, and why."""
    contract = item.contract
    owner = f", owner {contract.owner}" if contract.owner else ""
    heading = f"{contract.id}, {contract.customer}{owner}"
    lines: list[Line] = [(Span(heading, "heading"), Span(f"  (amounts in {contract.currency}, excl. tax)", "muted"))]
    for charges, rows in by_charges(item.rows):
        lines.append(line(" + ".join(charges), "strong", indent=2))
        lines.extend(_period_lines(rows))
    lines.extend(_remarks(item, found))
    return lines


def _period_lines(rows: Sequence[PeriodRow]) -> list[Line]:
    heading = ("Period", "Due", "Agreed", "Billed", "Shortfall", "Status", "Billed on")
    cells = [tuple(Span(word) for word in heading), *(_run_cells(run) for run in runs(rows))]
    if len(cells) > 2:  # noqa: PLR2004 - a heading and one row need no sum
        cells.append(_sum_cells([row for row in rows if row.status in _SUMMED]))
    return grid(cells, ("left", "left", "right", "right", "right", "left", "left"), indent=4)


_SUMMED = frozenset({Status.OK, Status.ROUNDING, Status.SETTLED, Status.UNDERBILLED, Status.MISSING, Status.OVERBILLED})


def _run_cells(run: Run) -> tuple[Span, ...]:
    first, last, count = run.first, run.last, len(run.rows)
    label = period_label(first.first_day, last.last_day)
    if count > 1:
        label = f"{label} ({count} periods)"
    elif first.is_change:
        label = f"{label} (change)"
    role = STATUS_ROLES[first.status]
    is_pending = first.status is Status.NOT_DUE and not first.billed_minor
    billed = "" if is_pending else amount_text(count * first.billed_minor, first.currency)
    shortfall = "" if is_pending or not first.is_known else amount_text(count * first.shortfall_minor, first.currency)
    due = first.due_on.isoformat() if count == 1 else "each"
    return (
        Span(label),
        Span(due, "plain" if count == 1 else "muted"),
        Span(amount_text(count * first.expected_minor, first.currency) if first.is_known else NOT_KNOWN),
        Span(billed),
        Span(shortfall, role if first.shortfall_minor and not is_pending else "plain"),
        Span(STATUS_WORDS[first.status], role),
        Span(_documents_text(run), "muted"),
    )


def _documents_text(run: Run) -> str:
    documents = list(dict.fromkeys(chain.from_iterable(map(documents_of, run.rows))))
    if len(documents) <= 2:  # noqa: PLR2004 - two numbers still fit beside the amounts
        return ", ".join(documents)
    return f"{documents[0]} ... {documents[-1]} ({len(documents)})"


def _sum_cells(rows: Sequence[PeriodRow]) -> tuple[Span, ...]:
    if not rows:
        return (Span("nothing judged", "muted"),)
    currency = rows[0].currency
    sums = (
        sum(row.expected_minor for row in rows),
        sum(row.billed_minor for row in rows),
        sum(row.shortfall_minor for row in rows),
    )
    return (
        Span("judged periods", "muted"),
        Span(""),
        *(Span(amount_text(minor, currency), "strong") for minor in sums),
    )


def _remarks(item: ContractRows, found: Sequence[Finding]) -> list[Line]:
    remarks: list[tuple[str, str]] = list(_finding_texts(found))
    currency = item.contract.currency
    for cause, rows in causes_of(item.rows):
        extent = f"{counted(len(rows), 'period')}, {money_text(cause.amount_minor, currency)}"
        remarks.append(("Why", f"{cause.sentence} ({extent})"))
    remarks.extend(("Next", running_text(running)) for running in item.running)
    remarks.extend(_row_remarks(item.rows))
    return [
        (Span(f"  {name}: ", "strong"), Span(text, "attention" if name == "Not judged" else "plain"))
        for name, text in remarks
    ]


def _span_text(periods: Sequence[tuple[date, date]]) -> str:
    """Periods in a row as one span; with gaps each on its own, or their bounds where they are many."""
    gaps = any((later - last).days != 1 for (_, last), (later, _) in pairwise(periods))
    if not gaps:
        return period_label(periods[0][0], periods[-1][1])
    if len(periods) <= EXAMPLES:
        return ", ".join(period_label(*period) for period in periods)
    return f"between {period_label(*periods[0])} and {period_label(*periods[-1])}, with gaps"


def _finding_texts(found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """A word and a sentence per run of findings of one kind and charge; a lone finding speaks for itself."""
    grouped: dict[tuple[str, str, str | None], list[Finding]] = {}
    for finding in found:
        key = (finding.decision, finding.kind, finding.charge if finding.rows else None)
        grouped.setdefault(key, []).append(finding)
    for (decision, kind, charge), members in grouped.items():
        word = FINDING_WORDS.get(decision, "Found")
        first_days = [finding.first_day for finding in members if finding.first_day is not None]
        last_days = [finding.last_day for finding in members if finding.last_day is not None]
        if len(members) > 1 and members[0].rows and first_days and last_days:
            span = _span_text(sorted(zip(first_days, last_days, strict=True)))
            yield word, f"{_kind_words(kind)}, {counted(len(members), 'period')} of {charge}, {span}"
            continue
        yield from ((word, finding.sentence) for finding in members[:EXAMPLES])
        if len(members) > EXAMPLES:
            yield word, f"and {len(members) - EXAMPLES:,} more of this kind ({_kind_words(kind)})"


def _kind_words(kind: str) -> str:
    return kind.replace("_", " ")


def _row_remarks(rows: Sequence[PeriodRow]) -> Iterator[tuple[str, str]]:
    unjudged: dict[str, list[PeriodRow]] = {}
    for row in rows:
        if row.status is Status.INCONCLUSIVE:
            unjudged.setdefault(row.note, []).append(row)
    for note, members in unjudged.items():
        yield "Not judged", f"{counted(len(members), 'period')}, {spans_of(members)}. {note}".rstrip()
    for row in rows:
        label = period_label(row.first_day, row.last_day)
        if row.drafted_minor:
            drafted = money_text(row.drafted_minor, row.currency)
            yield "Draft", f"{drafted} of {label} stands on an unapproved draft, which does not count as billed"
        if row.credited_minor:
            yield "Credited", f"{money_text(row.credited_minor, row.currency)} of the shortfall of {label}"


def _left_out_lines(report: Report, selection: Selection) -> list[Line]:
    lines = []
    if selection.left_out:
        text = (
            f"{counted(selection.left_out, 'more contract')} with something to say: these are the largest "
            f"{len(selection.shown)}. See all with --format json, or one with billcheck explain."
        )
        lines.append(line(text, "attention"))
    if selection.quiet and report.judged_rows:
        words = "with nothing to report" if selection.is_walked else "without a finding"
        lines.append(line(f"{counted(selection.quiet, 'contract')} {words}.", "muted"))
    return lines


def ledger_lines(report: Report) -> list[Line]:
    """What of the ledger went to no period: refused, left over, set aside, outside; counts with examples."""
    return [
        *_refused_lines(report),
        *_residue_lines(report),
        *_other_finding_lines(report),
        *_outside_lines(report),
        *_out_of_scope_lines(report),
        *_set_aside_lines(report),
    ]


def _with_rest(examples: Iterable[str], count: int, role: Role = "plain") -> Iterator[Line]:
    yield from (line(example, role, indent=2) for example in examples)
    if count > EXAMPLES:
        yield line(f"and {count - EXAMPLES:,} more", "muted", indent=2)


def _refused_lines(report: Report) -> list[Line]:
    refused = report.refused
    if not refused:
        return []
    told: set[str] = set()
    texts = []
    for entry in refused[:EXAMPLES]:
        # What to do, such as a list of known words, is said with the first row that has this fault.
        reason = f"{entry.reason.partition('. ')[0].removesuffix('.')}." if entry.reason in told else entry.reason
        told.add(entry.reason)
        found = "" if repr(entry.value) in reason else f" Found {entry.value!r}."
        texts.append(f"{entry.path} row {entry.row}, {entry.column}: {reason}{found}")
    heading = line(f"Refused: {counted(len(refused), 'row')} of the ledger could not be read", "bad")
    return [heading, *_with_rest(texts, len(refused))]


def _residue_lines(report: Report) -> list[Line]:
    grouped: dict[str, list[str]] = {}
    sums: Counter[tuple[str, str]] = Counter()
    for entry in report.residue:
        sums[entry.kind, entry.currency] += entry.amount_minor
        candidates = f" ({' or '.join(entry.candidates)})" if entry.candidates else ""
        grouped.setdefault(entry.kind, []).append(
            f"{entry.document}, {entry.date}, {entry.customer}, {money_text(entry.amount_minor, entry.currency)}, "
            f"{entry.path} row {entry.row}: {entry.reason}{candidates}"
        )
    lines: list[Line] = []
    for kind, texts in grouped.items():
        words = _RESIDUE_WORDS.get(kind, _kind_words(kind))
        money = listed([money_text(total, currency) for (of_kind, currency), total in sums.items() if of_kind == kind])
        lines.append(line(f"Allocated to no period, {words}: {counted(len(texts), 'line')}, {money}", "attention"))
        lines.extend(_with_rest(texts[:EXAMPLES], len(texts)))
    return lines


def _other_finding_lines(report: Report) -> list[Line]:
    """Findings that name neither a contract nor a line listed as residue."""
    grouped: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.contract is None and finding.kind not in _RESIDUE_WORDS:
            grouped.setdefault(finding.kind, []).append(finding)
    lines: list[Line] = []
    for kind, members in grouped.items():
        lines.append(line(f"{_kind_words(kind).capitalize()}: {KINDS[kind].meaning}", "attention"))
        lines.extend(_with_rest((finding.sentence for finding in members[:EXAMPLES]), len(members)))
    return lines


def _outside_lines(report: Report) -> list[Line]:
    count = report.counts.outside_later
    later = [line(said_of_later_lines(count, report.as_of), "muted")] if count else []
    if not report.outside:
        return later
    customers = len({entry.customer for entry in report.outside})
    count = sum(entry.lines for entry in report.outside)
    heading = f"Billed to {counted(customers, 'customer')} without a contract: {counted(count, 'line')}, not checked"
    if report.counts.outside_repeated:
        heading += f"; {report.counts.outside_repeated:,} more stand in another file too and count once"
    largest = nsmallest(
        EXAMPLES, report.outside, key=lambda entry: (-abs(entry.amount_minor), entry.customer, entry.currency)
    )
    texts = (
        f"{entry.customer}: {counted(entry.lines, 'line')}, {money_text(entry.amount_minor, entry.currency)}, "
        f"{entry.first_date} to {entry.last_date}"
        for entry in largest
    )
    return [line(heading, "muted"), *_with_rest(texts, len(report.outside), "muted"), *later]


def _out_of_scope_lines(report: Report) -> list[Line]:
    texts = [
        f"{counted(entry.lines, 'line')}, {money_text(entry.amount_minor, entry.currency)}"
        for entry in report.out_of_scope
    ]
    return [line(f"Out of scope by the configuration: {'; '.join(texts)}", "muted")] if texts else []


def _set_aside_lines(report: Report) -> list[Line]:
    count = len(report.set_aside)
    if not count:
        return []
    texts = (f"{entry.path} row {entry.row}: {entry.reason}" for entry in report.set_aside[:EXAMPLES])
    heading = f"Set aside, not counted as billed: {counted(count, 'line')}"
    return [line(heading, "muted"), *_with_rest(texts, count, "muted")]


def decision_lines(report: Report) -> list[Line]:
    """What was decided and why, and the decisions that need a look; nothing without decisions."""
    if not report.decisions:
        return []
    heading = line(f"Decisions: {len(report.decisions):,}", "heading")
    attention, held = needing_a_look(report), holding(report)
    return [
        heading,
        *_with_rest(attention[:EXAMPLES], len(attention), "attention"),
        *_with_rest(held[:EXAMPLES], len(held), "muted"),
    ]


def settling_lines(report: Report) -> list[Line]:
    """What settles each kind of finding there is, said once; what was decided asks for nothing."""
    found = {finding.kind for finding in report.findings if not finding.decision}
    cells = [
        (Span(_kind_words(kind).capitalize()), Span(entry.settled_by)) for kind, entry in KINDS.items() if kind in found
    ]
    if not cells:
        return []
    return [line("What settles it", "heading"), *grid(cells, ("left", "left"), indent=2, head=False)]


def cause_lines(report: Report) -> list[Line]:
    """What makes up arrears and what is overbilled, by cause: the largest, and the rest as one."""
    lines: list[Line] = []
    for part_of, currency, groups in parts_of(report.cause_groups):
        lines += [BLANK] if lines else []
        lines.append(line(f"{part_of.capitalize()} by cause, in {currency}", "heading"))
        shown, rest = groups[:SHOWN_GROUPS], groups[SHOWN_GROUPS:]
        cells = [(group.amount_minor, Span(group_text(group))) for group in shown]
        cells += [(sum(group.amount_minor for group in rest), Span(rest_text(groups), "muted"))] if rest else []
        if len(groups) > 1:
            cells.append((sum(group.amount_minor for group in groups), Span(f"{part_of}, all causes", "muted")))
        lines.extend(
            grid(
                [(Span(amount_text(minor, currency)), words) for minor, words in cells],
                ("right", "left"),
                indent=2,
                head=False,
            )
        )
    return lines


def totals_lines(report: Report) -> list[Line]:
    """The sums of each currency; what is zero and not asked for is left out."""
    lines: list[Line] = []
    for totals in report.totals:
        if lines:
            lines.append(BLANK)
        lines.append(line(f"Totals in {totals.currency}", "heading"))
        lines.extend(grid(list(_total_cells(totals)), ("left", "right"), indent=2, head=False))
    if any(totals.arrears for totals in report.totals):
        lines.extend(_tax_remark(report))
    return lines


def _total_cells(totals: Totals) -> Iterator[tuple[Span, Span]]:
    amounts = totals.amounts()
    for name, label, is_always in _TOTAL_LABELS:
        minor = amounts[name]
        if not (minor or is_always):
            continue
        is_main = name in {"arrears", "arrears_tax", "arrears_incl_tax"} or (name == "overbilled" and minor)
        role: Role = "strong" if is_main and minor else "plain"
        yield Span(label, role), Span(amount_text(minor, totals.currency), role)


def _tax_remark(report: Report) -> list[Line]:
    without = sum(
        any(contract.tax_percent_of(charge) is None for charge in contract.charges) for contract in report.agreements
    )
    if not without:
        return []
    text = (
        f"{counted(without, 'contract states', 'contracts state')} no tax percent; no tax was added for what lacks one."
    )
    return [line(text, "attention", indent=2)]
