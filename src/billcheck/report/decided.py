"""What was decided about the findings of a report, in the words its faces share.

Comes in: a report, or the outcomes of decisions. Goes out: short sentences about what is set aside and why, and about
decisions that need a look because they no longer hold or have nothing to decide. Must not know where the text will be
shown.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from billcheck.decisions.rules import DECIDING, VERB_WORDS, Standing
from billcheck.period import period_label
from billcheck.report.wording import counted, listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.decisions.rules import Decision, Outcome
    from billcheck.findings import Finding
    from billcheck.report.report import Report

FINDING_WORDS: dict[str, str] = {verb: word.capitalize() for verb, word in VERB_WORDS.items()}
"""What a decided finding is headed by, by the verb of its decision."""

_HOLDS_NO_MORE = (Standing.OUTGROWN, Standing.CHANGED, Standing.EXPIRED)
_NOTHING_LEFT = (Standing.STALE, Standing.SUPERSEDED)
_QUIET = frozenset({Standing.APPLIED, Standing.NOT_CHECKED})


def decided_sentences(report: Report) -> list[str]:
    """What decisions set aside, and which of them need a look; nothing without decisions."""
    sentences = []
    decided = [finding for finding in report.found if finding.decision]
    if decided:
        count = counted(len(decided), "finding is decided and fails", "findings are decided and fail")
        sentences.append(f"{count} nothing: {_by_verb(decided)}.")
    again = _count(report.decisions, _HOLDS_NO_MORE)
    if again:
        sentences.append(f"{counted(again, 'decision')} no longer {'holds' if again == 1 else 'hold'}; see Decisions.")
    left = _count(report.decisions, _NOTHING_LEFT)
    if left:
        count = counted(left, "decision has", "decisions have")
        sentences.append(f"{count} nothing to decide any more; see Decisions.")
    return sentences


def _by_verb(findings: Iterable[Finding]) -> str:
    verbs = Counter(finding.decision for finding in findings)
    return listed([f"{verbs[verb]:,} {word}" for verb, word in VERB_WORDS.items() if verbs[verb]])


def _count(outcomes: Iterable[Outcome], standings: Sequence[Standing]) -> int:
    return sum(outcome.standing in standings for outcome in outcomes)


def needing_a_look(report: Report) -> list[str]:
    """One sentence for each decision that is not simply applied, those first that no longer hold."""
    outcomes = [outcome for outcome in report.decisions if outcome.standing not in _QUIET]
    outcomes.sort(key=lambda outcome: outcome.standing in DECIDING or outcome.standing in _NOTHING_LEFT)
    return [f"{outcome.decision.place}, {describe(outcome.decision)}: {outcome.remark}" for outcome in outcomes]


def holding(report: Report) -> list[str]:
    """One sentence for each decision that decides something, with its reason."""
    return [
        f"{describe(outcome.decision)}: {outcome.remark}. {reason_of(outcome.decision)}"
        for outcome in report.decisions
        if outcome.standing in DECIDING
    ]


def describe(decision: Decision) -> str:
    """What a decision is about, as in ``waive, C-117 "Seats", missing, 2026-03``."""
    charge = "" if decision.charge is None else f' "{decision.charge}"'
    words = [decision.verb, f"{decision.contract}{charge}" if decision.contract else ""]
    if decision.document is not None:
        words.append(f"{decision.document} line {decision.line}")
    words.append((decision.kind or "").replace("_", " "))
    if decision.first_day is not None and decision.last_day is not None:
        words.append(period_label(decision.first_day, decision.last_day))
    elif decision.finding is not None:
        words.append(f"finding {decision.finding}")
    if decision.amount_minor is not None and decision.currency is not None:
        words.append(money_text(decision.amount_minor, decision.currency))
    return ", ".join(filter(None, words))


def reason_of(decision: Decision) -> str:
    """The reason, who decided, and how long it counts."""
    notes = [f"by {decision.by}" if decision.by else "", f"until {decision.until}" if decision.until else ""]
    said = listed([note for note in notes if note])
    return f"{decision.reason.rstrip('.')}{f' ({said})' if said else ''}."
