"""Which decision counts for a finding, and how every decision stands after a check.

Comes in: decisions in the order of their file, the day of the check, and findings. Goes out: the decision that decides
a finding, if any does, and one outcome per decision. Of several decisions about one finding the last one counts, also
where it no longer holds. Must not know files, lines or how findings come about.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from billcheck.decisions.rules import DECIDING, VERB_WORDS, Outcome, Standing
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from billcheck.decisions.rules import Decision
    from billcheck.findings import Finding


class Register:
    """All decisions of a check, looked up by what they are about."""

    def __init__(self, decisions: Iterable[Decision], as_of: date) -> None:
        self.decisions = tuple(decisions)
        self._as_of = as_of
        self._by_finding: defaultdict[str, list[int]] = defaultdict(list)
        self._by_contract: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(list)
        for number, decision in enumerate(self.decisions):
            if decision.verb == "confirm":
                continue
            if decision.finding is not None:
                self._by_finding[decision.finding].append(number)
            else:
                self._by_contract[decision.kind, decision.contract].append(number)
        self.contracts = frozenset(
            decision.contract for decision in self.decisions if decision.verb != "confirm" and decision.contract
        )
        """The contracts that decisions about findings name."""

    @property
    def confirmed_customers(self) -> frozenset[str]:
        """The contracts whose customer is confirmed on the day of the check."""
        return frozenset(
            decision.contract
            for decision in self.decisions
            if decision.contract and decision.is_confirming_customer and decision.counts_on(self._as_of)
        )

    @property
    def confirmed_lines(self) -> list[tuple[int, Decision]]:
        """The decisions about charges of lines that count on the day of the check, by their number."""
        return [
            (number, decision)
            for number, decision in enumerate(self.decisions)
            if decision.is_confirming_line and decision.counts_on(self._as_of)
        ]

    def decision_about(self, finding: Finding) -> int | None:
        """The number of the last decision that means a finding, whether or not it still holds."""
        numbers = [
            number
            for number in (
                *self._by_finding.get(finding.id, ()),
                *self._by_contract.get((finding.kind, finding.contract), ()),
            )
            if self.decisions[number].means(finding)
        ]
        return max(numbers, default=None)

    def decision_on(self, finding: Finding) -> Decision | None:
        """The decision that decides a finding; None where it counts as if nothing had been decided."""
        number = self.decision_about(finding)
        if number is None or self._standing(number, finding) not in DECIDING:
            return None
        return self.decisions[number]

    def _standing(self, number: int, finding: Finding) -> Standing:
        decision = self.decisions[number]
        return decision.allows(finding) if decision.counts_on(self._as_of) else Standing.EXPIRED

    def outcomes(
        self,
        findings: Iterable[Finding],
        confirmed: Callable[[int], tuple[Standing, str]],
        was_checked: Callable[[Decision], bool],
    ) -> tuple[Outcome, ...]:
        """How every decision stands.

        Args:
            findings: All findings of the check.
            confirmed: How a decision that confirms something stands, and a remark on that, by its number.
            was_checked: Whether the check looked at everything that a decision may be about.
        """
        about: dict[int, list[Finding]] = {}
        for finding in findings:
            number = self.decision_about(finding)
            if number is not None:
                about.setdefault(number, []).append(finding)
        meant = self._meant_by_earlier(about)
        found = []
        for number, decision in enumerate(self.decisions):
            if decision.verb == "confirm":
                found.append(Outcome(decision, *confirmed(number)))
            elif number in about:
                found.append(self._outcome(number, about[number]))
            elif number in meant:
                remark = f"a later decision, {self.decisions[meant[number]].place}, is about the same"
                found.append(Outcome(decision, Standing.SUPERSEDED, remark))
            elif was_checked(decision):
                found.append(Outcome(decision, Standing.STALE, "there is nothing to decide any more"))
            else:
                remark = "this check did not judge all that it is about"
                found.append(Outcome(decision, Standing.NOT_CHECKED, remark))
        return tuple(found)

    def _meant_by_earlier(self, about: dict[int, list[Finding]]) -> dict[int, int]:
        """The later decision that counts, for every decision that means a finding of which it is not the last."""
        meant: dict[int, int] = {}
        for later, findings in about.items():
            for finding in findings:
                for number in (
                    *self._by_finding.get(finding.id, ()),
                    *self._by_contract.get((finding.kind, finding.contract), ()),
                ):
                    if number != later and self.decisions[number].means(finding):
                        meant.setdefault(number, later)
        return meant

    def _outcome(self, number: int, findings: list[Finding]) -> Outcome:
        """How a decision stands that is the last about some findings: by the worst of them."""
        decision = self.decisions[number]
        pairs = [(self._standing(number, finding), finding) for finding in findings]
        by_standing: dict[Standing, list[Finding]] = {}
        for standing, finding in pairs:
            by_standing.setdefault(standing, []).append(finding)
        decided = [finding for standing, finding in pairs if standing in DECIDING]
        undecided = [finding for standing, finding in pairs if standing not in DECIDING]
        worst = next(standing for standing in _WORST_FIRST if standing in by_standing)
        return Outcome(
            decision,
            worst,
            _remark(worst, decision, by_standing[worst]),
            tuple(finding.id for finding in decided),
            tuple(finding.id for finding in undecided),
            sum(finding.amount_minor or 0 for finding in decided),
        )


_WORST_FIRST = (Standing.EXPIRED, Standing.OUTGROWN, Standing.CHANGED, Standing.APPLIED, Standing.SMALLER)


def _remark(standing: Standing, decision: Decision, findings: list[Finding]) -> str:
    first = findings[0]
    found = "" if first.amount_minor is None else _money(first.amount_minor, first.currency)
    given = "" if decision.amount_minor is None else _money(decision.amount_minor, decision.currency)
    if standing is Standing.EXPIRED:
        return f"it ended on {decision.until}, so what it is about counts again"
    if standing is Standing.OUTGROWN:
        return f"{found} was found, and {given} decided, so that counts again"
    if standing is Standing.CHANGED:
        if found and given:
            return f"{found} was found, in another currency than the {given} decided, so that counts again"
        return f"what was found is something else now, so that counts again: {first.sentence}"
    count = len(findings)
    periods = f"{count:,} findings" if count > 1 else "1 finding"
    if standing is Standing.SMALLER:
        return f"{VERB_WORDS[decision.verb]}, though no more than {_largest(findings)} is left of the {given} decided"
    return f"{VERB_WORDS[decision.verb]}: {periods}"


def _largest(findings: list[Finding]) -> str:
    largest = max(findings, key=lambda finding: abs(finding.amount_minor or 0))
    return _money(largest.amount_minor or 0, largest.currency)


def _money(minor: int, currency: str | None) -> str:
    return f"{format_minor(minor, currency, grouped=True)} {currency}" if currency else str(minor)


def prunable(outcomes: Sequence[Outcome]) -> frozenset[int]:
    """The numbers of the decisions that may be taken out of their file without letting anything pass.

    One that has nothing to decide today may still be the last word about what comes back; it stays as long as an
    earlier decision that stays is about the same.
    """
    kept: list[Decision] = []
    found = set()
    for number, outcome in enumerate(outcomes):
        may_be_last_word = any(_overlap(earlier, outcome.decision) for earlier in kept)
        if outcome.standing in {Standing.SUPERSEDED, Standing.STALE} and not may_be_last_word:
            found.add(number)
        else:
            kept.append(outcome.decision)
    return frozenset(found)


def _overlap(one: Decision, other: Decision) -> bool:
    """Whether one finding may be meant by both."""
    if "confirm" in {one.verb, other.verb} or one.kind != other.kind:
        return False
    pairs = ((one.contract, other.contract), (one.charge, other.charge), (one.finding, other.finding))
    if any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs):
        return False
    if one.first_day is None or one.last_day is None or other.first_day is None or other.last_day is None:
        return True
    return one.first_day <= other.last_day and other.first_day <= one.last_day
