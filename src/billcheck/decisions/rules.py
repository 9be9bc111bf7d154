"""Decisions about findings, and how each of them stands after a check, as frozen values.

Comes in: validated entries from `decisions.files`. Goes out: decisions that know which findings they mean, and whether
a finding is still within what was decided. A decision never means another kind, contract, charge, period, line or
currency than it names, and never a larger amount. Must not know files, pydantic, lines or how findings come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from billcheck.findings import digest_id
from billcheck.money import to_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.findings import Finding

Verb = Literal["accept", "waive", "dispute", "snooze", "confirm"]
"""What may be decided: right as it is; given up; contested by the client; put off; confirmed."""

VERB_WORDS: dict[Verb, str] = {
    "accept": "accepted",
    "waive": "waived",
    "dispute": "disputed",
    "snooze": "put off",
    "confirm": "confirmed",
}

ROW_KINDS = frozenset(
    {
        "underbilled",
        "missing",
        "overbilled",
        "duplicate",
        "currency_mismatch",
        "credited_not_rebilled",
        "unapproved",
    }
)
"""Kinds of findings about one period of one charge, which can be decided by naming these."""

OWED_KINDS = frozenset({"underbilled", "missing", "credited_not_rebilled", "never_billed"})
"""Kinds of findings about what a client owes, which alone can be waived."""

PASSING_VERBS = frozenset({"dispute", "snooze"})
"""What settles nothing by itself, and so needs a day on which it ends."""

_GAP_MARK = " not in the ledger: "


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: about findings, or, with `confirm`, about a customer or the charge of a line.

    Amounts are minor units, excluding tax, signed like those of findings; `amount_minor` is the most that any finding
    may speak of. `first_day` and `last_day` (inclusive) bound the periods meant. `until` is the last day on which it
    counts. `says` is the sentence of a finding that speaks of no amount. `place` is where it stands in its file.
    """

    verb: Verb
    reason: str
    kind: str | None = None
    contract: str | None = None
    charge: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    document: str | None = None
    line: int | None = None
    finding: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    says: str | None = None
    by: str | None = None
    until: date | None = None
    place: str = ""

    @property
    def amount(self) -> Decimal | None:
        """The most that a finding it decides may speak of, excl. tax; None where it names none."""
        if self.amount_minor is None or self.currency is None:
            return None
        return to_decimal(self.amount_minor, self.currency)

    @property
    def is_confirming_line(self) -> bool:
        """Whether it says which charge a line belongs to."""
        return self.verb == "confirm" and self.document is not None

    @property
    def is_confirming_customer(self) -> bool:
        """Whether it says that the customer of a contract is spelt as in the ledger."""
        return self.verb == "confirm" and self.document is None

    def counts_on(self, day: date) -> bool:
        """Whether its last day has not passed."""
        return self.until is None or day <= self.until

    def means(self, finding: Finding) -> bool:
        """Whether a finding is what it is about, whatever the amount."""
        if self.verb == "confirm" or self.kind != finding.kind:
            return False
        if self.finding is not None and self.finding != finding.id:
            return False
        if (self.contract is not None or self.finding is None) and self.contract != finding.contract:
            return False
        if (self.charge is not None or self.finding is None) and self.charge != finding.charge:
            return False
        return self._holds(finding) if self.first_day is not None and self.last_day is not None else True

    def _holds(self, finding: Finding) -> bool:
        """Whether the period of a finding lies within that of the decision; for a change only where it is named."""
        first_day, last_day = finding.first_day, finding.last_day
        if first_day is None or last_day is None or self.first_day is None or self.last_day is None:
            return False
        if first_day < self.first_day or self.last_day < last_day:
            return False
        return self.finding is not None or is_of_regular_row(finding)

    def allows(self, finding: Finding) -> Standing:
        """Whether a finding it means is still within what was decided, and if not, why."""
        if finding.amount_minor is None or finding.currency is None:
            is_same = self.amount_minor is None and self.says is not None
            is_same = is_same and said_by(finding.kind, self.says or "") == said_by(finding.kind, finding.sentence)
            return Standing.APPLIED if is_same else Standing.CHANGED
        if self.amount_minor is None or self.currency != finding.currency:
            return Standing.CHANGED
        if finding.amount_minor * self.amount_minor < 0 or abs(finding.amount_minor) > abs(self.amount_minor):
            return Standing.OUTGROWN
        return Standing.SMALLER if finding.amount_minor != self.amount_minor else Standing.APPLIED


class Standing(StrEnum):
    """How a decision stands after a check.

    The first two decide something; `smaller` says that it was about more. After the next four, what it is about counts
    as if nothing had been decided. With `stale` there is nothing to decide any more; with `not_checked` nobody can say,
    because the check did not look there.
    """

    APPLIED = "applied"
    SMALLER = "smaller"
    OUTGROWN = "outgrown"
    CHANGED = "changed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    STALE = "stale"
    NOT_CHECKED = "not_checked"


DECIDING = frozenset({Standing.APPLIED, Standing.SMALLER})
"""The standings in which a decision decides something."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one decision stands: the findings it decides and what these speak of, and those that count all the same.

    `decided_minor` adds up the amounts of `decided`, in the currency of the decision. `remark` says in one sentence
    what came of it.
    """

    decision: Decision
    standing: Standing
    remark: str
    decided: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    decided_minor: int = 0


def said_by(kind: str, sentence: str) -> str:
    """What of a finding's sentence has to stay the same for a decision: for missing numbers, just these."""
    return sentence.partition(_GAP_MARK)[2] or sentence if kind == "sequence_gap" else sentence


def is_of_regular_row(finding: Finding) -> bool:
    """Whether a finding is about a period itself, not about a change inside it."""
    if finding.contract is None or finding.charge is None or finding.first_day is None:
        return False
    return finding.rows == (digest_id("row", finding.contract, finding.charge, finding.first_day.isoformat()),)
