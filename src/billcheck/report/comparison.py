"""What changed from one report to a later one.

Comes in: two reports, as values or as the JSON they were kept as. Goes out: every thing that stands otherwise, with how
it stood and how it stands, and what that amounts to: new, grown, shrunk, settled, decided, or not judged any more.
Must not know how a comparison is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from billcheck.errors import Problem, UsageError
from billcheck.report.recorded import Recorded, Standing, State, Subject, load_recorded, read_recorded
from billcheck.report.report import Report

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator


class Movement(StrEnum):
    """What a change amounts to. `new` and `grown` ask for something; `not_judged` was open and nobody knows now."""

    NEW = "new"
    GROWN = "grown"
    SHRUNK = "shrunk"
    SETTLED = "settled"
    DECIDED = "decided"
    NOT_JUDGED = "not_judged"


WORSE = frozenset({Movement.NEW, Movement.GROWN})
"""The outcomes that give exit code 1."""


class NotConsecutiveError(Problem):
    """The second comparison does not begin where the first one ends."""

    remedy = "Chain a comparison of reports A and B with one of B and C."


class Step(NamedTuple):
    """One outcome of a change, in one currency; minor units with the sign of a shortfall.

    `before_minor` and `after_minor` are None where the thing was, or is, not open, or speaks of no amount. `sentence`
    is that of the finding, the later one if there still is one.
    """

    outcome: Movement
    kind: str
    currency: str | None
    before_minor: int | None
    after_minor: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that stands otherwise in the later report."""

    subject: Subject
    before: Standing
    after: Standing

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the change amounts to.

        Mostly one outcome; two where the currency changed, or a shortfall became an excess: the one is settled and the
        other new. None where nothing was open before or is now.
        """
        return tuple(self._steps())

    def _steps(self) -> Iterator[Step]:
        before, after = self.before, self.after
        if before.state is State.OPEN and after.state is State.OPEN and _side(before) == _side(after):
            if before.size != after.size:
                outcome = Movement.GROWN if after.size > before.size else Movement.SHRUNK
                yield _step(outcome, after, before.amount_minor, after.amount_minor)
            return
        stays = after.state is State.DECIDED and _side(before) == _side(after)
        if before.state is State.OPEN and not stays:
            outcome = Movement.NOT_JUDGED if after.state is State.NOT_JUDGED else Movement.SETTLED
            yield _step(outcome, before, before.amount_minor, None)
        if before.state is State.DECIDED and after.state is State.RIGHT:
            yield _step(Movement.SETTLED, before, None, None)
        if after.state is State.OPEN:
            yield _step(Movement.NEW, after, None, after.amount_minor)
        elif after.state is State.DECIDED:
            was = before.amount_minor if before.state is State.OPEN and stays else None
            yield _step(Movement.DECIDED, after, was, after.amount_minor)


def _step(outcome: Movement, standing: Standing, before: int | None, after: int | None) -> Step:
    return Step(outcome, standing.kind, standing.currency, before, after, standing.sentence)


def _side(standing: Standing) -> tuple[str | None, bool]:
    return standing.currency, (standing.amount_minor or 0) < 0


@dataclass(frozen=True, slots=True)
class Side:
    """The open differences of periods in one currency, and how they came from one sum to the other; minor units.

    `is_excess` tells what was billed too much from what was billed too little. Without signs,
    `after` = `before` + new + grown - shrunk - settled - decided - not judged.
    """

    currency: str
    is_excess: bool
    before: int
    after: int
    moved: dict[Movement, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two reports; `changes` are in the order of contract, day, charge and id."""

    earlier: Recorded
    later: Recorded
    changes: tuple[Change, ...]

    @property
    def steps(self) -> tuple[tuple[Subject, Step], ...]:
        """Every outcome with what it is about, in the order of the changes."""
        return tuple((change.subject, step) for change in self.changes for step in change.steps)

    def subjects(self, outcome: Movement) -> tuple[tuple[Subject, Step], ...]:
        """What came to one outcome."""
        return tuple(pair for pair in self.steps if pair[1].outcome is outcome)

    @property
    def is_worse(self) -> bool:
        """Whether anything is new or has grown."""
        return any(step.outcome in WORSE for _, step in self.steps)

    @property
    def exit_code(self) -> int:
        """1 where anything is new or has grown, else 0."""
        return int(self.is_worse)

    def sides(self) -> tuple[Side, ...]:
        """The sums of the periods, by currency, too little before too much; none where nothing was or is open.

        Findings that no period stands for are never summed.
        """
        before, after = _open_sides(self.earlier), _open_sides(self.later)
        keys = sorted({*before, *after})
        moved = {key: dict.fromkeys(Movement, 0) for key in keys}
        for subject, step in self.steps:
            was, now = abs(step.before_minor or 0), abs(step.after_minor or 0)
            if step.outcome is Movement.DECIDED:
                now = 0  # what is decided is not open any more; what was decided at once never was
            if subject.is_row and step.currency is not None and was != now:
                is_excess = (step.before_minor or step.after_minor or 0) < 0
                moved[step.currency, is_excess][step.outcome] += abs(now - was)
        return tuple(Side(*key, before.get(key, 0), after.get(key, 0), moved[key]) for key in keys)

    def then(self, following: Comparison) -> Comparison:
        """The comparison of the first report with the last, from those of both with the one in between.

        For every thing, how it stood is taken from this comparison and how it stands from the following one; what ends
        as it began is no change. The outcome is exactly ``compare_reports(first, last)``.

        Raises:
            UsageError: The following comparison does not begin with the report that this one ends with.
        """
        own = {change.subject: change for change in self.changes}
        later = {change.subject: change for change in following.changes}
        if any(own[subject].after != later[subject].before for subject in own.keys() & later.keys()):
            raise UsageError([NotConsecutiveError("following")])
        changes = [
            change
            for subject in own.keys() | later.keys()
            for change in _chained(own.get(subject), later.get(subject), self.earlier, following.later)
        ]
        return _comparison(self.earlier, following.later, changes)


def _chained(first: Change | None, second: Change | None, start: Recorded, end: Recorded) -> Iterator[Change]:
    if first is not None and second is not None:
        yield Change(second.subject, first.before, second.after)
    elif first is not None:
        yield Change(first.subject, first.before, _seen_by(end, first.subject, first.after))
    elif second is not None:
        yield Change(second.subject, _seen_by(start, second.subject, second.before), second.after)


def _seen_by(report: Recorded, subject: Subject, standing: Standing) -> Standing:
    """How a thing stands in a report, where it stands so in the one next to it and did not change between them.

    What is in neither of the two may be outside the window of one and inside that of the other.
    """
    return report.absence_of(subject) if standing.is_absent else standing


def _open_sides(report: Recorded) -> dict[tuple[str, bool], int]:
    sums: dict[tuple[str, bool], int] = {}
    for subject, standing in report.things.items():
        if subject.is_row and standing.state is State.OPEN and standing.currency is not None:
            key = (standing.currency, (standing.amount_minor or 0) < 0)
            sums[key] = sums.get(key, 0) + standing.size
    return sums


def compare_reports(earlier: Report | str | os.PathLike[str], later: Report | str | os.PathLike[str]) -> Comparison:
    """What changed from one report to a later one.

    Args:
        earlier: A report, or the path of one that was kept as JSON.
        later: The same, of a later check. Whether it is later is not judged.

    Returns:
        Every difference in how something stands. Comparing a report with itself gives no change.

    Raises:
        ReportRefusedError: A file is no report as JSON, has another schema version, or its amounts are redacted.
    """
    first, last = _record(earlier, "earlier"), _record(later, "later")
    changes = [
        Change(
            subject,
            first.things.get(subject) or first.absence_of(subject),
            last.things.get(subject) or last.absence_of(subject),
        )
        for subject in dict.fromkeys((*last.things, *first.things))
    ]
    return _comparison(first, last, changes)


def _record(report: Report | str | os.PathLike[str], name: str) -> Recorded:
    if isinstance(report, Report):
        return read_recorded(report.to_json(), name)
    return load_recorded(report)


def _comparison(earlier: Recorded, later: Recorded, changes: list[Change]) -> Comparison:
    # What only a report in between knew stands in neither of the two.
    known = (change for change in changes if not (change.before.is_absent and change.after.is_absent))
    told = [change for change in known if change.before != change.after]
    return Comparison(earlier, later, tuple(sorted(told, key=_order)))


def _order(change: Change) -> tuple[str, ...]:
    subject = change.subject
    return subject.contract or "", subject.day or "", subject.charge or "", subject.id
