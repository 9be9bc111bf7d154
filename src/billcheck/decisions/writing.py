"""Decisions as text: made from findings, appended to a file, and taken out of it.

Comes in: findings and what was decided about them, and the text of a file. Goes out: the same text with further entries
at its end, or without some of its entries; all else in it, comments included, stays as it was. What a text says is read
back before anybody gets it. Must not know the disk.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.decisions.files import AMOUNT_KINDS, parse_decisions
from billcheck.decisions.rules import Decision
from billcheck.errors import Problem, UsageError
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from billcheck.decisions.rules import Verb
    from billcheck.findings import Finding

_HEADER = re.compile(r"\s*\[\[\s*decision\s*\]\]\s*(?:#.*)?")
_COMMENT = re.compile(r"\s*#.*")

_FIRST_LINES = "# What was decided about findings of billcheck; see the reference of decisions.\n"


class NotPlainProblem(Problem):
    """The text holds a line break or another character that is not printed."""

    remedy = "Write it in one line."


class EntangledProblem(Problem):
    """The decisions of this file are written in a way that cannot be changed without rewriting it."""

    remedy = "Write each as a table of its own, under [[decision]], or change it by hand."


def decide(finding: Finding, verb: Verb, *, reason: str, by: str | None = None, until: date | None = None) -> Decision:
    """The decision about exactly this finding, up to the amount it speaks of."""
    has_amount = finding.kind in AMOUNT_KINDS
    return Decision(
        verb=verb,
        reason=reason,
        kind=finding.kind,
        contract=finding.contract,
        charge=finding.charge,
        first_day=finding.first_day,
        last_day=finding.last_day,
        finding=finding.id,
        amount_minor=finding.amount_minor if has_amount else None,
        currency=finding.currency if has_amount else None,
        says=None if has_amount else finding.sentence,
        by=by,
        until=until,
    )


def to_toml(decision: Decision, comment: str = "") -> str:
    """A decision as an entry of the file, its keys in the order of the reference, under a comment.

    Raises:
        UsageError: A text of it cannot be written in one line.
    """
    values: dict[str, str | int | date | None] = {
        "verb": decision.verb,
        "kind": decision.kind,
        "contract": decision.contract,
        "charge": decision.charge,
        "first_day": decision.first_day,
        "last_day": decision.last_day,
        "document": decision.document,
        "line": decision.line,
        "finding": decision.finding,
        "amount": None
        if decision.amount_minor is None or decision.currency is None
        else format_minor(decision.amount_minor, decision.currency),
        "currency": decision.currency,
        "says": decision.says,
        "reason": decision.reason,
        "by": decision.by,
        "until": decision.until,
    }
    strange = [key for key, value in values.items() if isinstance(value, str) and not value.isprintable()]
    if strange:
        raise UsageError([NotPlainProblem(key, str(values[key])) for key in strange])
    heading = [f"# {''.join(filter(str.isprintable, comment))}"] if comment else []
    lines = [f"{key} = {_written(value)}" for key, value in values.items() if value is not None]
    return "\n".join([*heading, "[[decision]]", *lines, ""])


def _written(value: str | int | date) -> str:
    """A value as TOML writes it; what JSON escapes in printable text TOML escapes alike."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def append(name: str, text: str, entries: Iterable[str]) -> str:
    """The text of a file with further entries at its end.

    Args:
        name: The file, as messages name it.
        text: What stands in it; empty for a new one.
        entries: The entries, by `to_toml`.

    Raises:
        DecisionsRefusedError: What the file says already is refused, or an entry would be.
        UsageError: The file is written so that nothing can be appended.
    """
    added = tuple(entries)
    before = parse_decisions(name, text)
    begun = text or _FIRST_LINES
    whole = "\n".join([begun if begun.endswith("\n") else f"{begun}\n", *added])
    if before and not any(_HEADER.fullmatch(line) for line in text.splitlines()):
        raise UsageError([EntangledProblem(name)])
    if len(parse_decisions(name, whole)) != len(before) + len(added):
        raise UsageError([EntangledProblem(name)])
    return whole


def without(name: str, text: str, numbers: Collection[int]) -> str:
    """The text of a file without the entries of these numbers, counted from 0, and the comments right above them.

    Raises:
        DecisionsRefusedError: What the file says is refused.
        UsageError: The file is written so that its entries do not stand apart.
    """
    before = parse_decisions(name, text)
    lines = text.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    if len(starts) != len(before):
        raise UsageError([EntangledProblem(name)])
    bounds = [*(_begin(lines, start) for start in starts), len(lines)]
    kept = lines[: bounds[0]]
    for number, (begin, end) in enumerate(pairwise(bounds)):
        if number not in numbers:
            kept += lines[begin:end]
    left = "".join(kept)
    expected = [_without_place(one) for number, one in enumerate(before) if number not in numbers]
    if [_without_place(one) for one in parse_decisions(name, left)] != expected:
        raise UsageError([EntangledProblem(name)])
    return left


def _begin(lines: list[str], start: int) -> int:
    """Where an entry begins with the comments that stand right above its header."""
    while start and _COMMENT.fullmatch(lines[start - 1].rstrip("\r\n")):
        start -= 1
    return start


def _without_place(decision: Decision) -> Decision:
    return replace(decision, place="")
