"""A comparison of two reports as text: for a terminal, as Markdown, as JSON.

Comes in: a comparison. Goes out: lines or text, the same for the same reports. What asks for something comes first.
Must not know how anything was compared.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.report.comparison import Movement
from billcheck.report.markdown import escaped
from billcheck.report.markdown import table as markdown_table
from billcheck.report.page import BLANK, Line, Role, Span, grid, line
from billcheck.report.wording import amount_text, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.report.comparison import Comparison, Side, Step
    from billcheck.report.page import Align
    from billcheck.report.recorded import Recorded, Subject

SCHEMA_VERSION = 1
"""Changes when a key of the JSON changes its meaning or goes away; new keys do not change it."""

WORDS: dict[Movement, str] = {
    Movement.NEW: "New",
    Movement.GROWN: "Grown",
    Movement.SHRUNK: "Shrunk",
    Movement.SETTLED: "Settled",
    Movement.DECIDED: "Decided",
    Movement.NOT_JUDGED: "Open before, not judged now",
}
_ROLES: dict[Movement, Role] = {
    Movement.NEW: "bad",
    Movement.GROWN: "bad",
    Movement.SHRUNK: "good",
    Movement.SETTLED: "good",
    Movement.DECIDED: "muted",
    Movement.NOT_JUDGED: "attention",
}
_HEADINGS = ("Contract", "What", "Period", "Kind", "Before", "Now", "Currency")
_ALIGNS: Sequence[Align] = ("left", "left", "left", "left", "right", "right", "left")
_SUMS = ("Currency", "What", "Before", "New", "Grown", "Shrunk", "Settled", "Decided", "Not judged", "Now")
_SUM_ALIGNS: Sequence[Align] = ["left" if name in {"Currency", "What"} else "right" for name in _SUMS]


def to_lines(comparison: Comparison) -> list[Line]:
    """The whole comparison as lines, the verdict last."""
    lines = [line(text) for text in _opening(comparison)]
    for outcome, words in WORDS.items():
        found = comparison.subjects(outcome)
        if found:
            rows = [_HEADINGS, *(_cells(subject, step) for subject, step in found)]
            cells = [tuple(map(Span, row)) for row in rows]
            lines += [BLANK, line(f"{words}: {len(found):,}", _ROLES[outcome])]
            lines += grid(cells, _ALIGNS, indent=2)
    sides = comparison.sides()
    if sides:
        rows = [_SUMS, *map(_sums, sides)]
        lines += [BLANK, line("Periods that were billed otherwise than agreed, excl. tax", "heading")]
        lines += grid([tuple(map(Span, row)) for row in rows], _SUM_ALIGNS, indent=2)
    role: Role = "bad" if comparison.is_worse else "good"
    return [*lines, BLANK, line(_verdict(comparison), role)]


def to_markdown(comparison: Comparison) -> str:
    """The whole comparison as Markdown, the verdict first."""
    parts = [f"# billcheck: {_verdict(comparison)}", "\n".join(f"{escaped(text)}  " for text in _opening(comparison))]
    sides = comparison.sides()
    if sides:
        parts.append(markdown_table(_SUMS, _SUM_ALIGNS, map(_sums, sides)))
    for outcome, words in WORDS.items():
        found = comparison.subjects(outcome)
        if found:
            parts.append(f"## {words}: {len(found):,}")
            parts.append(markdown_table(_HEADINGS, _ALIGNS, (_cells(subject, step) for subject, step in found)))
    return "\n\n".join(parts) + "\n"


def to_json(comparison: Comparison) -> str:
    """The whole comparison as JSON text, one change a line; amounts are strings with the digits of their currency."""
    counted = _counted(comparison)
    head = {
        "schema_version": SCHEMA_VERSION,
        "earlier": _stamp(comparison.earlier),
        "later": _stamp(comparison.later),
        "counts": {str(outcome): counted[outcome] for outcome in Movement},
    }
    members = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    sides = ",\n".join(_text(_side(side)) for side in comparison.sides())
    changes = ",\n".join(_text(_change(subject, step)) for subject, step in comparison.steps)
    for name, body in (("sums", sides), ("changes", changes)):
        members.append(f'"{name}": [\n{body}\n]' if body else f'"{name}": []')
    return "{\n" + ",\n".join(members) + "\n}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _stamp(report: Recorded) -> dict[str, object]:
    return {"as_of": report.as_of, "verdict": report.verdict, "complete": report.is_complete}


def _side(side: Side) -> dict[str, object]:
    amounts = {
        "before": side.before,
        **{str(outcome): side.moved[outcome] for outcome in Movement},
        "after": side.after,
    }
    return {
        "currency": side.currency,
        "of": "overbilled" if side.is_excess else "arrears",
        **{name: format_minor(minor, side.currency) for name, minor in amounts.items()},
    }


def _change(subject: Subject, step: Step) -> dict[str, object]:
    amounts = {
        name: None if minor is None or step.currency is None else format_minor(minor, step.currency)
        for name, minor in (("before", step.before_minor), ("after", step.after_minor))
    }
    return {
        "outcome": str(step.outcome),
        "kind": step.kind,
        "id": subject.id.partition(" ")[2],
        "is_row": subject.is_row,
        "contract": subject.contract,
        "charge": subject.charge,
        "first_day": subject.day,
        "last_day": subject.last_day,
        "currency": step.currency,
        **amounts,
        "sentence": step.sentence,
    }


def _opening(comparison: Comparison) -> list[str]:
    earlier, later = comparison.earlier, comparison.later
    texts = [
        f"From the report as of {earlier.as_of} ({earlier.verdict}) to that as of {later.as_of} ({later.verdict})."
    ]
    if earlier.as_of > later.as_of:
        texts.append("The first report is the later one.")
    if not later.is_complete:
        texts.append("The ledger of the later report is incomplete: what it lacks may seem new.")
    return texts


def _verdict(comparison: Comparison) -> str:
    counted = _counted(comparison)
    told = [f"{counted[outcome]:,} {outcome.replace('_', ' ')}" for outcome in Movement if counted[outcome]]
    return f"{listed(told)}." if told else "Nothing changed."


def _counted(comparison: Comparison) -> Counter[Movement]:
    return Counter(step.outcome for _, step in comparison.steps)


def _cells(subject: Subject, step: Step) -> tuple[str, ...]:
    before, after = (
        "" if minor is None or step.currency is None else amount_text(minor, step.currency)
        for minor in (step.before_minor, step.after_minor)
    )
    what = subject.charge if subject.charge is not None or subject.is_row else step.sentence
    period = ""
    if subject.day and subject.last_day:
        period = period_label(date.fromisoformat(subject.day), date.fromisoformat(subject.last_day))
    kind = step.kind.replace("_", " ")
    return subject.contract or "", what or "", period, kind, before, after, step.currency or ""


def _sums(side: Side) -> tuple[str, ...]:
    amounts = (side.before, *(side.moved[outcome] for outcome in Movement), side.after)
    what = "billed too much" if side.is_excess else "not billed"
    return side.currency, what, *(amount_text(minor, side.currency) for minor in amounts)
