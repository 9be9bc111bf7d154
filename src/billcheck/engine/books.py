"""The working state of one charge: its periods, what went to each, and by which rule.

Comes in: a schedule and events. Goes out: postings (which event, which period, how much, why) that allocation makes and
the diff reads. Every posting is in minor units of the contract's currency. Must not know how a rule decides.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from billcheck.engine.copied import Mislabelled
    from billcheck.engine.events import Event
    from billcheck.pricing.schedule import Schedule


class PostingRule(StrEnum):
    """Why an amount went to a period, in the words evidence shows."""

    OWN_PERIOD = "the period it states"
    RANGE = "its share of the range it states"
    CHANGE = "excess over the regular charge, to the change due with it"
    CHANGE_NETTED = "the regular invoice was reduced by the change due with it"
    PLACED = "the due day it is nearest to, in order"
    SPLIT = "one of several invoices that add up to the period exactly"
    COMBINED = "one invoice for several periods, equal to their exact sum"
    BLOCK = "its share of one invoice for several periods, as usual for this charge"
    CATCH_UP = "makes up for earlier shortfalls, as its text says (inferred)"
    SETTLEMENT = "settles an earlier shortfall exactly (inferred)"
    AHEAD = "excess equal to exactly the next periods (inferred)"
    DUPLICATE = "repeats an amount already billed for this period"
    REVERSED = "credited in full"
    CREDIT = "credit linked to this period"
    EXCESS_CREDITED = "credit of exactly what was billed too much (inferred)"


STATED_RULES = frozenset({PostingRule.OWN_PERIOD, PostingRule.RANGE})
SETTLING_RULES = frozenset({PostingRule.SETTLEMENT, PostingRule.CATCH_UP})
PLACING_RULES = frozenset({PostingRule.PLACED, PostingRule.SPLIT, PostingRule.COMBINED, PostingRule.BLOCK})
INFERRED_RULES = SETTLING_RULES | {PostingRule.AHEAD, PostingRule.EXCESS_CREDITED}


class Posting(NamedTuple):
    """A part of an event that went to one period (an index of the schedule)."""

    event: Event
    period: int
    amount: int
    rule: PostingRule


@dataclass(frozen=True, slots=True)
class Leftover:
    """A part of an event that went to no period, with the reason as a residue kind and a sentence."""

    event: Event
    amount: int
    kind: str
    reason: str


class Books:
    """The postings of one charge.

    `billed[i]` is what approved documents billed for period *i* so far; `credited[i]` how much of the shortfall of a
    period linked credits made. `offset` and `block` are the habit found for free events (0 and 1 where there is none);
    `due_days` is when each period is due by that habit, without the offset: with its block. `mislabelled` holds the
    events whose stated period is a copy and that went by their dates; `far` those, by their rows, whose dates alone
    would not have put them where they are. `elsewhere` are the periods that an invoice in another currency states.
    """

    __slots__ = (
        "_regular", "billed", "block", "credited", "due_days", "elsewhere", "expected", "far", "leftovers",
        "mislabelled", "offset", "postings", "schedule",
    )  # fmt: skip

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.expected = schedule.amounts
        self.billed = [0] * len(schedule.amounts)
        self.credited = [0] * len(schedule.amounts)
        self.postings: list[Posting] = []
        self.leftovers: list[Leftover] = []
        self.mislabelled: list[Mislabelled] = []
        self.far: frozenset[tuple[int, ...]] = frozenset()
        self.elsewhere: frozenset[int] = frozenset()
        self.due_days = schedule.due_days
        self._regular: list[tuple[int, int]] | None = None
        self.offset = 0
        self.block = 1

    def post(self, event: Event, period: int, amount: int, rule: PostingRule) -> None:
        """Put a part of an event into a period."""
        self.billed[period] += amount
        self.postings.append(Posting(event, period, amount, rule))

    def leave(self, event: Event, amount: int, kind: str, reason: str) -> None:
        """Put a part of an event into residue."""
        if amount:
            self.leftovers.append(Leftover(event, amount, kind, reason))

    def move(self, index: int, period: int, amount: int, rule: PostingRule) -> None:
        """Move a part of posting `index` to another period."""
        posting = self.postings[index]
        self.billed[posting.period] -= amount
        self.postings[index] = Posting(posting.event, posting.period, posting.amount - amount, posting.rule)
        self.post(posting.event, period, amount, rule)

    def open_amount(self, period: int) -> int:
        """What is still to be billed for a period; negative where too much was, and zero where that is not known."""
        if period in self.schedule.unknowns:
            return 0
        return self.expected[period] - self.billed[period]

    def is_repeat(self, index: int, needed: int) -> bool:
        """Whether a posting is too much as a whole beside an equal one, and is not just what is needed elsewhere."""
        _, period, amount, _ = self.postings[index]
        if -self.open_amount(period) < amount or amount == needed:
            return False
        return sum(posting.period == period and posting.amount == amount for posting in self.postings) > 1

    def is_inferred(self, posting: Posting) -> bool:
        """Whether it is an inference that a posting bills its period, or the charge at all."""
        event, rule = posting.event, posting.rule
        return event.is_inferred or rule in INFERRED_RULES or event.rows in self.far

    def nearest_period(self, issue_day: int) -> int | None:
        """The regular period whose due day, moved by the habit, is nearest; the earlier of two equally near."""
        near = self._around(issue_day - self.offset)
        return min((abs(issue_day - self.offset - due_day), index) for due_day, index in near)[1] if near else None

    def periods_about_as_near(self, issue_day: int, days: int) -> list[int]:
        """The regular periods due before and after a day, if by the contract neither is nearer by more than `days`."""
        near = self._around(issue_day)
        lags = [abs(issue_day - due_day) for due_day, _ in near]
        return [index for _, index in near] if near and max(lags) - min(lags) <= days else []

    def _around(self, day: int) -> list[tuple[int, int]]:
        """Due day and period of the first regular period due on or after a day, and of the last before it."""
        if self._regular is None:
            changes = self.schedule.changes
            pairs = enumerate(self.schedule.due_days)
            self._regular = sorted((due_day, index) for index, due_day in pairs if not changes[index])
        regular = self._regular
        after = bisect_left(regular, (day, 0))
        near = regular[after : after + 1]
        if after:
            near.append(regular[bisect_left(regular, (regular[after - 1][0], 0))])
        return near
