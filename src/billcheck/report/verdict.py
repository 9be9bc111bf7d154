"""The verdict of a report in sentences a bookkeeper can pass on.

Comes in: a report. Goes out: one paragraph: what came out, what it amounts to, and what could not be checked. A check
of nothing never reads like a clean one. Must not know where the text will be shown.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from billcheck.findings import KINDS, Severity, Verdict
from billcheck.report.decided import decided_sentences
from billcheck.report.page import Line, Role, Span
from billcheck.report.wording import counted, listed, money_text, scope_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.findings import Finding
    from billcheck.report.report import Report

_ROLES: dict[Verdict, Role] = {Verdict.FINDINGS: "bad", Verdict.INCONCLUSIVE: "attention", Verdict.CLEAN: "good"}


def verdict_lines(report: Report) -> list[Line]:
    """The verdict, one sentence a line."""
    verdict = report.verdict
    asked_for = [f"Only a part was asked for: {scope_text(report)}."] if report.is_partial else []
    notes = (*_doubts(report), *_below_threshold(report), *decided_sentences(report), *_redacted(report))
    sentences = [_main_sentence(report), *asked_for, *notes]
    first: Line = (Span(f"Verdict: {verdict}. ", _ROLES[verdict]), Span(sentences[0]))
    return [first, *((Span(f"  {text}"),) for text in sentences[1:])]


def _redacted(report: Report) -> Iterator[str]:
    if report.redacted:
        yield f"{listed(report.redacted).capitalize()} are redacted in this report."


def _main_sentence(report: Report) -> str:
    amounts = list(_amounts(report))
    if report.verdict is Verdict.FINDINGS:
        failing = report.failing
        fail = f"{counted(len(failing), 'finding fails', 'findings fail')} this check: {_kinds(failing)}."
        return f"{'; '.join(amounts)}." if amounts else fail
    if not report.judged_rows and report.decided_rows:
        count = counted(report.decided_rows, "period that could be judged is", "periods that could be judged are")
        return f"{count} decided, and no other could be judged."
    if not report.judged_rows:
        return "Nothing was checked: not one period could be judged."
    periods = counted(report.judged_rows, "period")
    if report.verdict is Verdict.INCONCLUSIVE:
        return f"{periods} could be judged, but not everything could be checked."
    if amounts:
        amounts_found = f"{'; '.join(amounts)}, but no" if report.below else "No"
        return f"{amounts_found} finding fails this check (fail on: {listed(sorted(report.fail_on)) or 'none'})."
    rounding = [money_text(totals.rounding, totals.currency) for totals in report.totals if totals.rounding]
    exactness = f"but for rounding ({listed(rounding)})" if rounding else "to the cent"
    if report.judged_rows == 1:
        return f"The one period that could be judged was billed as agreed, {exactness}."
    return f"All {periods} that could be judged were billed as agreed, {exactness}."


def _kinds(findings: Iterable[Finding]) -> str:
    kinds = Counter(finding.kind for finding in findings)
    return listed([f"{count:,} {kind.replace('_', ' ')}" for kind, count in sorted(kinds.items())])


def _amounts(report: Report) -> Iterator[str]:
    for totals in report.totals:
        never_billed = totals.arrears - totals.credited
        if never_billed:
            yield f"{money_text(never_billed, totals.currency)} excl. tax was agreed and never billed"
        if totals.credited:
            arrears = f", together {money_text(totals.arrears, totals.currency)} in arrears" if never_billed else ""
            yield f"{money_text(totals.credited, totals.currency)} excl. tax was credited and not billed again{arrears}"
        if totals.overbilled:
            yield f"{money_text(totals.overbilled, totals.currency)} excl. tax was billed beyond what was agreed"


def _doubts(report: Report) -> Iterator[str]:
    if report.refused:
        yield f"The check is incomplete: {counted(len(report.refused), 'row')} of the ledger could not be read."
    yield from report.shortcomings
    if report.inconclusive_rows:
        unjudged = counted(report.inconclusive_rows, "period")
        yield f"{unjudged} could not be judged; the report says what would settle each."
    for totals in report.totals:
        if totals.inferred:
            inferred = money_text(totals.inferred, totals.currency)
            numbers = listed(report.inferred_by.get(totals.currency, ()))
            documents = f" ({numbers})" if numbers else ""
            yield f"{inferred} of what was billed{documents} was allocated by inference; billcheck explain shows where."
    left: Counter[str] = Counter()
    for residue in report.residue:
        if residue.kind == "left_over":
            left[residue.currency] += residue.amount_minor
    for currency, amount in sorted(left.items()):
        yield f"{money_text(amount, currency)} was billed beside that, and no period is open for it."
    if not report.counts.lines:
        yield "No line of the ledger concerns any of the contracts: check the customers' names on both sides."


def _below_threshold(report: Report) -> Iterator[str]:
    if report.below:
        least = listed([money_text(minor, currency) for currency, minor in sorted(report.min_amounts.items())])
        fail = counted(len(report.below), "finding is", "findings are")
        yield f"{fail} below the least amount ({least}) and so not asked to fail: {_kinds(report.below)}."
    below = [finding for finding in report.findings if finding.kind not in report.fail_on and not finding.decision]
    errors = [finding for finding in below if KINDS[finding.kind].severity is Severity.ERROR]
    others = [finding for finding in below if KINDS[finding.kind].severity is not Severity.ERROR]
    if errors:
        yield f"Found, and not asked to fail: {_kinds(errors)}."
    if others:
        yield f"Also to look at, which fails no check by default: {_kinds(others)}."
