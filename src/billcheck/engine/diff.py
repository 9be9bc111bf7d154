"""Expected against billed, period by period: what each row came to.

Comes in: the books of one charge and what the ledger can tell. Goes out: judged rows in minor units, each with a status
and, where it could not be judged, what would settle it. Must not know documents' texts, causes or how rows are shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.allocate import find_pace
from billcheck.engine.books import SETTLING_RULES, PostingRule
from billcheck.findings import Status

if TYPE_CHECKING:
    from billcheck.engine.allocate import Known, Pace
    from billcheck.engine.books import Books
    from billcheck.engine.precision import Rounding


class JudgedRow(NamedTuple):
    """One period of one charge: `period` is its index in the schedule, amounts are minor units excluding tax.

    `was` is the status of a row that is decided, before it was.
    """

    period: int
    status: Status
    expected: int
    billed: int
    inferred: int = 0
    credited: int = 0
    drafted: int = 0
    is_duplicate: bool = False
    is_foreign: bool = False
    note: str = ""
    was: Status | None = None

    @property
    def judged_as(self) -> Status:
        """The status, whatever was decided about it."""
        return self.status if self.was is None else self.was

    @property
    def shortfall(self) -> int:
        """Expected less billed."""
        return self.expected - self.billed


@dataclass(slots=True)
class Doubts:
    """What keeps periods of a charge from being judged, beside coverage.

    `ambiguous` and `foreign` hold periods that a line without a charge, or one in another currency, might fill.
    `is_never_billed` says that the contract has no line at all and nobody confirmed the customer's name. `drafted` is
    what drafts would bill per period. `unread` says of periods billed by a document that not all of it could be read.
    """

    ambiguous: set[int] = field(default_factory=set)
    foreign: set[int] = field(default_factory=set)
    is_never_billed: bool = False
    drafted: Counter[int] = field(default_factory=Counter)
    unread: dict[int, str] = field(default_factory=dict)


NOTE_AMBIGUOUS = "A line that fits several charges might belong here: give the charges codes, or name one on the line."
NOTE_FOREIGN = "A line in another currency might belong here: correct the document, or the contract's currency."
NOTE_NEVER_BILLED = (
    "The ledger holds no line for this contract: check the customer's name there, then set matching.aliases, "
    "or matching.confirmed = true."
)


def judge(
    books: Books, known: Known, doubts: Doubts, check_from_day: int, rounding: Rounding | None = None
) -> list[JudgedRow]:
    """The rows of a charge in schedule order: all that are due, the first that is not, and later ones with money.

    Rows that begin before `check_from_day` (an ordinal; 0 for none) are absent.
    """
    judging = _Judging(books, known, doubts, rounding)
    rows = []
    is_first_not_due_shown = False
    schedule = books.schedule
    for period, due_day in enumerate(schedule.due_days):
        if due_day > known.as_of_day:
            is_needed = bool(books.billed[period] or doubts.drafted[period])
            if not is_needed and (is_first_not_due_shown or schedule.changes[period]):
                continue
            is_first_not_due_shown = is_first_not_due_shown or not schedule.changes[period]
        if schedule.first_days[period] >= check_from_day:
            rows.append(judging.row(period))
    return rows


def status_of_unbilled(due_day: int, pace: Pace, known: Known) -> tuple[Status, str]:
    """Awaiting, missing, or inconclusive with what would settle it, for a period that nothing was billed for."""
    wait_days = known.grace_days + pace.late_days
    if due_day + wait_days >= known.as_of_day:
        return Status.AWAITING, ""
    window = known.window
    if window.settles(due_day, wait_days, pace.early_days, known.start_day):
        return Status.MISSING, ""
    return Status.INCONCLUSIVE, window.advice(due_day, wait_days)


class _Judging:
    """Looks at the postings once, then judges one period after the other."""

    def __init__(self, books: Books, known: Known, doubts: Doubts, rounding: Rounding | None) -> None:
        self._books = books
        self._rounding = rounding
        self._known = known
        self._doubts = doubts
        periods = len(books.expected)
        self._lines = [0] * periods
        self._inferred = [0] * periods
        self._rules: dict[int, set[PostingRule]] = {}
        for posting in books.postings:
            event, period, amount, rule = posting
            if rule is PostingRule.REVERSED:
                continue
            self._lines[period] += len(event.rows)
            rules = self._rules.get(period)
            if rules is None:
                self._rules[period] = {rule}
            else:
                rules.add(rule)
            if books.is_inferred(posting):
                self._inferred[period] += -amount if rule is PostingRule.EXCESS_CREDITED else amount
        self._pace = find_pace(books, known)

    def row(self, period: int) -> JudgedRow:
        books, doubts = self._books, self._doubts
        status, note = self._status(period)
        unknown = books.schedule.unknowns.get(period)
        if unknown and status is not Status.NOT_DUE:
            status, note = Status.INCONCLUSIVE, unknown
        billed = books.billed[period]
        # What is not known is never short of anything, nor too much.
        expected = billed if unknown else books.expected[period]
        return JudgedRow(
            period,
            status,
            expected,
            billed,
            self._inferred[period],
            min(books.credited[period], max(expected - billed, 0)),
            doubts.drafted[period] if doubts.drafted else 0,
            PostingRule.DUPLICATE in self._rules.get(period, ()),
            period in doubts.foreign,
            note,
        )

    def _status(self, period: int) -> tuple[Status, str]:
        books, doubts = self._books, self._doubts
        open_amount, is_touched = books.open_amount(period), period in self._rules
        if books.schedule.due_days[period] > self._known.as_of_day:
            return (Status.BILLED_AHEAD if books.billed[period] else Status.NOT_DUE), ""
        if not open_amount:
            is_settled = not SETTLING_RULES.isdisjoint(self._rules.get(period, ()))
            return (Status.SETTLED if is_settled else Status.OK), ""
        if period in doubts.foreign:
            return Status.INCONCLUSIVE, NOTE_FOREIGN
        if is_touched and (abs(open_amount) <= self._lines[period] or self._is_rounded(period, open_amount)):
            return Status.ROUNDING, ""
        if open_amount > 0 and period in doubts.ambiguous:
            return Status.INCONCLUSIVE, NOTE_AMBIGUOUS
        if open_amount > 0 and period in doubts.unread:
            return Status.INCONCLUSIVE, doubts.unread[period]
        if is_touched:
            return (Status.UNDERBILLED if open_amount > 0 else Status.OVERBILLED), ""
        return self._status_of_unbilled(period, open_amount)

    def _is_rounded(self, period: int, open_amount: int) -> bool:
        """Whether rounded unit prices explain a difference; those of lines that went to this period as a whole."""
        rounding, expected = self._rounding, self._books.expected[period]
        if rounding is None or not rounding.is_worth_a_look(open_amount, expected):
            return False
        rows = [
            row
            for event, of_period, amount, rule in self._books.postings
            if of_period == period and amount == event.amount and rule is not PostingRule.REVERSED
            for row in event.rows
        ]
        return rounding.explains(open_amount, self._lines[period], rows)

    def _status_of_unbilled(self, period: int, open_amount: int) -> tuple[Status, str]:
        status, note = status_of_unbilled(self._books.due_days[period], self._pace, self._known)
        if status is not Status.AWAITING and self._doubts.is_never_billed:
            return Status.INCONCLUSIVE, NOTE_NEVER_BILLED
        return (Status.OVERBILLED if status is Status.MISSING and open_amount < 0 else status), note
