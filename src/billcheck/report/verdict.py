"""The verdict of a report in sentences a bookkeeper can pass on.

Comes in: a report. Goes out: one paragraph: what came out, what it amounts to, and what could not be checked. A check
of nothing never reads like a clean one. Must not know where the text will be shown.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from billcheck.findings import KINDS, Severity, Verdict
from billcheck.report.page import Line, Role, Span, visible
from billcheck.report.wording import counted, listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.report.report import Report

_ROLES: dict[Verdict, Role] = {Verdict.FINDINGS: "bad", Verdict.INCONCLUSIVE: "attention", Verdict.CLEAN: "good"}


def verdict_lines(report: Report) -> list[Line]:
    """The verdict, one sentence a line."""
    verdict = report.verdict
    sentences = [_main_sentence(report), *_doubts(report)]
    if verdict is not Verdict.FINDINGS:
        sentences.extend(_below_threshold(report))
    first: Line = (Span(f"Verdict: {verdict}. ", _ROLES[verdict]), Span(visible(sentences[0])))
    return [first, *((Span(f"  {visible(text)}"),) for text in sentences[1:])]


def _main_sentence(report: Report) -> str:
    if report.verdict is Verdict.FINDINGS:
        return _findings_sentence(report)
    if not report.judged_rows:
        return "Nothing was checked: not one period could be judged."
    if report.verdict is Verdict.INCONCLUSIVE:
        return f"{counted(report.judged_rows, 'period')} could be judged, but not everything could be checked."
    if any(_amounts(report)):
        return f"No finding fails this check (fail on: {listed(sorted(report.fail_on)) or 'none'})."
    return f"All {counted(report.judged_rows, 'period')} that could be judged were billed as agreed, to the cent."


def _findings_sentence(report: Report) -> str:
    amounts = list(_amounts(report))
    if amounts:
        return f"{'; '.join(amounts)}."
    kinds = Counter(finding.kind for finding in report.failing)
    return f"{listed([f'{count:,} {kind}' for kind, count in sorted(kinds.items())])}, which fail this check."


def _amounts(report: Report) -> Iterator[str]:
    for totals in report.totals:
        if totals.arrears:
            yield f"{money_text(totals.arrears, totals.currency)} excl. tax was agreed and never billed"
        if totals.overbilled:
            yield f"{money_text(totals.overbilled, totals.currency)} excl. tax was billed beyond what was agreed"


def _doubts(report: Report) -> Iterator[str]:
    if report.refused:
        yield f"The check is incomplete: {counted(len(report.refused), 'row')} of the ledger could not be read."
    if report.inconclusive_rows:
        unjudged = counted(report.inconclusive_rows, "period")
        yield f"{unjudged} could not be judged; the report says what would settle each."
    if not report.counts.lines:
        yield "No line of the ledger concerns any of the contracts: check the customers' names on both sides."


def _below_threshold(report: Report) -> Iterator[str]:
    below = [finding for finding in report.findings if finding.kind not in report.fail_on]
    errors = [finding for finding in below if KINDS[finding.kind].severity is Severity.ERROR]
    if errors:
        kinds = Counter(finding.kind for finding in errors)
        named = listed([f"{count:,} {kind}" for kind, count in sorted(kinds.items())])
        yield f"Found, and not asked to fail: {named}."
    if len(below) > len(errors):
        yield f"{counted(len(below) - len(errors), 'finding')} to look at, which do not fail a check by default."
