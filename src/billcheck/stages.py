"""The two long stages of a check, each shared over as many processes as it may use: scanning, and examining charges.

Comes in: sources and charges. Goes out: matched lines, sums, findings and left-over lines, the same however many
processes took part. A share is always a stretch of rows or of charges in their order, so that joining the results in
that order gives what one process gives. Must not know reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.causes import UNEXPLAINED
from billcheck.engine.cause_sums import CauseSums
from billcheck.engine.evidence import left_over_lines
from billcheck.engine.examination import PlainCharge
from billcheck.engine.outside import OutsideSum, Repeats, count_once
from billcheck.engine.sentences import (
    find_expired,
    find_habit_unlike_contract,
    find_in_row,
    find_mislabelled,
    find_possible_duplicate,
    say_numbers_lacking,
)
from billcheck.engine.sequences import find_sequence_gaps
from billcheck.engine.strays import Strays
from billcheck.engine.sums import Sums
from billcheck.errors import LedgerRefusedError, Problem
from billcheck.findings import Status
from billcheck.ledger.source import DivisibleSource, add_totals
from billcheck.processes import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.evidence import LeftOverLine
    from billcheck.engine.examination import Examination, ExaminedCharge
    from billcheck.engine.keys import Slot
    from billcheck.engine.leaks import Reason
    from billcheck.engine.look_alikes import LookAlikes
    from billcheck.engine.match import Matched, Matcher
    from billcheck.engine.sequences import NumbersLacking, SequenceGap
    from billcheck.findings import Finding
    from billcheck.ledger.source import Batch, Keys, Ledger, OutsideTotal, Receipt, RefusedRow, SourceShare

CHARGES_PER_PROCESS = 4_000
"""Fewer charges are examined sooner than a process is copied and its findings are sent back."""


MOST_PROBLEMS = 20
"""After so many faults of sources that are refused as a whole, the others are not looked at."""


class NotLookedAtError(Problem):
    """From here on sources were not looked at, since so many before were refused; this is how many there are."""

    remedy = "Correct those before it, and check again."


@dataclass
class Scanned:
    """What the sources said, and the lines they gave with their charges; not what was remembered to match them.

    `repeats` is what of the lines outside stands in several sources, and was taken out of `outside`.
    """

    matched: Matched
    receipts: list[Receipt] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    outside_sum: OutsideSum = field(default_factory=OutsideSum)
    repeats: Repeats = field(default_factory=Repeats)

    @property
    def outside(self) -> dict[tuple[str, str], OutsideTotal]:
        """What customers without a contract were billed."""
        return self.outside_sum.totals

    @cached_property
    def gaps(self) -> list[SequenceGap]:
        """The numbers that lack; none where rows were refused, since they may be theirs."""
        return [] if self.refused else find_sequence_gaps(self.receipts)

    def take(self, batches: Iterable[Batch], source: int, matcher: Matcher) -> None:
        """Count the batches of a source in; the matcher is the one of `matched`."""
        # The source has let go of its own totals before those of all sources take them in: they may be many.
        self.outside_sum.add(self._take_lines(batches, source, matcher))

    def _take_lines(
        self, batches: Iterable[Batch], source: int, matcher: Matcher
    ) -> dict[tuple[str, str], OutsideTotal]:
        """Count all in but what the source gives as totals, which come back with those of lines that match nothing."""
        outside: dict[tuple[str, str], OutsideTotal] = {}
        for batch in batches:
            matcher.add(batch, source)
            self.refused.extend(batch.refused)
            add_totals(outside, batch.outside)
            if batch.receipt is not None:
                self.receipts.append(batch.receipt)
        add_totals(outside, self.matched.outside)
        self.matched.outside.clear()
        return outside


def scan(ledger: Ledger, make_matcher: Callable[[], Matcher], keys: Keys, processes: int) -> Scanned:
    """Read all sources and match their lines.

    Args:
        ledger: The sources, scanned in their order.
        make_matcher: Makes what takes the lines of one share.
        keys: What the check may concern.
        processes: How many may work at a time. A single source that is large is divided among them.

    Raises:
        LedgerRefusedError: Sources as a whole cannot be read without guessing; all of them are named, up to a bound.
    """
    if processes > 1 and len(ledger.sources) == 1 and isinstance(ledger.sources[0], DivisibleSource):
        scanned = _scan_divided(ledger.sources[0], make_matcher, keys, processes)
        if scanned is not None:
            return scanned
    matcher = make_matcher()
    scanned = Scanned(matcher.matched)
    problems: list[Problem] = []
    for number, source in enumerate(ledger.sources):
        try:
            scanned.take(source.scan(keys), number, matcher)
        except LedgerRefusedError as error:
            problems += error.problems
        if len(problems) >= MOST_PROBLEMS and (left := len(ledger.sources) - number - 1):
            problems.append(NotLookedAtError(ledger.sources[number + 1].path, f"{left:,}"))
            break
    if problems:
        raise LedgerRefusedError(problems)
    scanned.repeats = count_once(scanned.outside_sum, ledger.sources, scanned.receipts, matcher)
    return scanned


def _scan_divided(
    source: DivisibleSource, make_matcher: Callable[[], Matcher], keys: Keys, processes: int
) -> Scanned | None:
    """Scan one source in shares; None where it cannot be divided, or a share cannot be read by itself."""
    shares = source.shares(processes)
    if len(shares) < 2:  # noqa: PLR2004 - one share is no division
        return None
    jobs = [Job(partial(_scan_share, share, make_matcher, keys)) for share in shares]
    digest = source.digest()  # while the others scan
    matcher = make_matcher()
    scanned = Scanned(matcher.matched)
    # Each is let go before the next arrives.
    remainders = [_join_share(scanned.matched, job) for job in jobs]
    batches = source.finish(keys, shares, remainders, digest)
    if batches is None:
        return None
    scanned.take(batches, 0, matcher)
    return scanned


def _join_share(matched: Matched, job: Job[tuple[Matched, object] | None]) -> object:
    """Append the lines of a share; what its scan left behind, None where it could not be read by itself."""
    found = job.result()
    if found is None:
        return None
    matched.join(found[0])
    return found[1]


def _scan_share(share: SourceShare, make_matcher: Callable[[], Matcher], keys: Keys) -> tuple[Matched, object] | None:
    """The lines of a share and what its scan left behind; None where it cannot be read by itself.

    Whatever is wrong with it is said once the source is scanned as a whole, where line and reason are sure to be right.
    """
    matcher = make_matcher()
    try:
        for batch in share.scan(keys):
            matcher.add(batch, 0)
    except LedgerRefusedError:
        return None
    return matcher.matched.without_directory(), share.remainder()


@dataclass(slots=True)
class Examined:
    """Sums, causes, findings and left-over lines of some charges."""

    sums: Sums = field(default_factory=Sums)
    causes: CauseSums = field(default_factory=CauseSums)
    findings: list[Finding] = field(default_factory=list)
    left_over: list[LeftOverLine] = field(default_factory=list)

    def join(self, later: Examined) -> None:
        """Count in what charges that follow came to."""
        self.sums.join(later.sums)
        self.causes.join(later.causes)
        self.findings += later.findings
        self.left_over += later.left_over


@dataclass(frozen=True, slots=True)
class Hints:
    """What else in the ledger may have to do with a period that is missing.

    `look_alikes` are names of customers that were billed without a contract, `lacking` numbers that no document has.
    """

    look_alikes: LookAlikes
    lacking: NumbersLacking

    def say(self, examined: ExaminedCharge | PlainCharge, row: JudgedRow, reason: Reason | None, strays: Strays) -> str:
        """The hints for a row that is missing, or of which nothing explains the difference; nothing for others."""
        if row.status is not Status.MISSING:
            return strays.say(row) if reason is not None and reason.code == UNEXPLAINED else ""
        other_form = self.look_alikes.suggest_other_form(examined.slot.contract.customer)
        numbers = say_numbers_lacking(self.lacking.near(examined.invoice_day(row.period)))
        return " ".join(filter(None, (other_form, numbers)))


def examine(examination: Examination, hints: Hints, processes: int) -> Examined:
    """Examine every charge.

    Args:
        examination: All charges with their lines.
        hints: What may have to do with missing periods.
        processes: How many may work at a time.
    """
    slots = examination.slots
    shares = _stretches(slots, max(1, min(processes, len(slots) // CHARGES_PER_PROCESS)))
    jobs = [Job(partial(_examine_some, examination, hints, share)) for share in shares[1:]]
    examined = _examine_some(examination, hints, shares[0])
    for job in jobs:
        examined.join(job.result())
    return examined


def _stretches(slots: Sequence[Slot], count: int) -> list[Sequence[Slot]]:
    """The charges in stretches of about the same length."""
    bounds = [len(slots) * part // count for part in range(count + 1)]
    return [slots[start:end] for start, end in pairwise(bounds)]


def _examine_some(examination: Examination, hints: Hints, slots: Sequence[Slot]) -> Examined:
    found = Examined()
    for examined in examination.run(found.sums, slots):
        slot, schedule = examined.slot, examined.schedule
        leaks = examined.leaks
        found.causes.add(slot, schedule, examined.rows, leaks)
        strays = Strays(slot, examined.around)
        for row in examined.rows:
            hint = hints.say(examined, row, leaks.reasons.get(row.period), strays)
            found.findings.extend(find_in_row(slot, schedule, row, hint))
        if not isinstance(examined, PlainCharge):
            found.findings.extend(_find_in_charge(examined))
            found.left_over.extend(left_over_lines(examined))
    return found


def _find_in_charge(examined: ExaminedCharge) -> Iterator[Finding]:
    """What is to be said about a charge as a whole."""
    if examined.has_own_habit:
        yield find_habit_unlike_contract(examined.slot, examined.books.offset, examined.books.block)
    for label in examined.books.mislabelled:
        yield find_mislabelled(examined.slot, label)
    for twin in examined.twins:
        yield find_possible_duplicate(examined.slot, examined.schedule, twin)
    expired = [item.event for item in examined.books.leftovers if item.kind == "expired_still_billed"]
    if expired:
        yield find_expired(examined.slot, expired)
