"""Which decision counts for a finding, and what becomes of each, by findings made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.decisions.rules import Decision, Standing, is_of_regular_row, said_by
from billcheck.decisions.standing import Register
from billcheck.findings import Finding, Severity, digest_id

if TYPE_CHECKING:
    from billcheck.decisions.rules import Outcome

AS_OF = date(2026, 3, 31)
FOUND = Finding(
    kind="missing",
    id=digest_id("missing", "C-1", "Fee", "2026-02-01", ""),
    severity=Severity.ERROR,
    contract="C-1",
    charge="Fee",
    first_day=date(2026, 2, 1),
    last_day=date(2026, 2, 28),
    currency="EUR",
    amount_minor=10_000,
    sentence="Nothing was billed.",
    rows=(digest_id("row", "C-1", "Fee", "2026-02-01"),),
)
DECIDED = Decision(
    verb="waive",
    reason="Given up.",
    kind="missing",
    contract="C-1",
    charge="Fee",
    first_day=date(2026, 2, 1),
    last_day=date(2026, 2, 28),
    amount_minor=10_000,
    currency="EUR",
    place="decisions.toml #1",
)
HABIT = Finding(
    kind="habit",
    id="h",
    severity=Severity.WARNING,
    contract="C-1",
    charge="Fee",
    first_day=None,
    last_day=None,
    currency=None,
    amount_minor=None,
    sentence="In blocks of 3.",
)
ON_HABIT = Decision(verb="accept", reason="Fine.", kind="habit", finding="h", says="In blocks of 3.")


def outcomes(decisions: list[Decision], findings: list[Finding], *, was_checked: bool = True) -> tuple[Outcome, ...]:
    register = Register(decisions, AS_OF)
    return register.outcomes(findings, lambda _: (Standing.APPLIED, "confirmed"), lambda _: was_checked)


def decides(decision: Decision, finding: Finding) -> bool:
    return Register([decision], AS_OF).decision_on(finding) is decision


def test_a_decision_decides_the_finding_it_names() -> None:
    assert decides(DECIDED, FOUND)
    (outcome,) = outcomes([DECIDED], [FOUND])
    assert (outcome.standing, outcome.decided, outcome.decided_minor) == (Standing.APPLIED, (FOUND.id,), 10_000)
    assert outcome.remark == "waived: 1 finding"


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, kind="underbilled"),
        replace(FOUND, contract="C-2"),
        replace(FOUND, contract=None),
        replace(FOUND, charge="Fee + Seats"),
        replace(FOUND, first_day=date(2026, 1, 31)),
        replace(FOUND, last_day=date(2026, 3, 1)),
        replace(FOUND, first_day=None, last_day=None),
        replace(FOUND, rows=("a change",)),
    ],
)
def test_what_it_does_not_name_it_does_not_mean(other: Finding) -> None:
    assert not DECIDED.means(other)
    (outcome,) = outcomes([DECIDED], [other])
    assert outcome.standing is Standing.STALE
    assert outcome.remark == "there is nothing to decide any more"


@pytest.mark.parametrize(
    ("change", "standing", "said"),
    [
        ({"amount_minor": 10_001}, Standing.OUTGROWN, "100.01 EUR was found, and 100.00 EUR decided"),
        ({"amount_minor": -100}, Standing.OUTGROWN, "-1.00 EUR was found"),
        ({"currency": "USD"}, Standing.CHANGED, "100.00 USD was found, in another currency than the 100.00 EUR"),
        ({"amount_minor": None, "currency": None}, Standing.CHANGED, "is something else now"),
        ({"amount_minor": 9_999}, Standing.SMALLER, "no more than 99.99 EUR is left of the 100.00 EUR decided"),
    ],
)
def test_what_grew_or_changed_counts_again(change: dict[str, object], standing: Standing, said: str) -> None:
    found = replace(FOUND, **change)  # type: ignore[arg-type]
    assert decides(DECIDED, found) is (standing is Standing.SMALLER)
    (outcome,) = outcomes([DECIDED], [found])
    assert outcome.standing is standing
    assert said in outcome.remark
    assert outcome.undecided == (() if standing is Standing.SMALLER else (found.id,))


def test_its_last_day_is_included() -> None:
    assert decides(replace(DECIDED, until=AS_OF), FOUND)
    expired = replace(DECIDED, until=date(2026, 3, 30))
    assert not decides(expired, FOUND)
    (outcome,) = outcomes([expired], [FOUND])
    assert outcome.standing is Standing.EXPIRED
    assert outcome.remark == "it ended on 2026-03-30, so what it is about counts again"


def test_of_several_decisions_the_last_counts_even_where_it_holds_no_more() -> None:
    expired = replace(DECIDED, verb="snooze", until=date(2026, 3, 1), finding=FOUND.id, place="decisions.toml #2")
    assert Register([DECIDED, expired], AS_OF).decision_on(FOUND) is None
    assert Register([expired, DECIDED], AS_OF).decision_on(FOUND) is DECIDED
    first, second = outcomes([DECIDED, expired], [FOUND])
    assert (first.standing, second.standing) == (Standing.SUPERSEDED, Standing.EXPIRED)
    assert first.remark == "a later decision, decisions.toml #2, is about the same"


def test_a_decision_for_several_periods_holds_for_each_alone() -> None:
    decided = replace(DECIDED, first_day=date(2026, 1, 1), last_day=date(2026, 3, 31))
    january = replace(
        FOUND, id="j", first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), amount_minor=10_001,
        rows=(digest_id("row", "C-1", "Fee", "2026-01-01"),),
    )  # fmt: skip
    (outcome,) = outcomes([decided], [january, FOUND])
    assert (outcome.standing, outcome.decided, outcome.undecided) == (Standing.OUTGROWN, (FOUND.id,), ("j",))
    assert outcome.decided_minor == 10_000


def test_nothing_is_said_to_be_gone_where_the_check_did_not_look() -> None:
    (outcome,) = outcomes([DECIDED], [], was_checked=False)
    assert outcome.standing is Standing.NOT_CHECKED


def test_a_finding_without_an_amount_is_decided_by_what_it_says() -> None:
    assert decides(ON_HABIT, HABIT)
    assert not decides(ON_HABIT, replace(HABIT, sentence="In blocks of 6."))
    assert not decides(ON_HABIT, replace(HABIT, id="other"))
    assert not decides(replace(ON_HABIT, says=None), HABIT)
    assert not decides(replace(ON_HABIT, amount_minor=1, currency="EUR"), HABIT)
    (outcome,) = outcomes([ON_HABIT], [replace(HABIT, sentence="In blocks of 6.")])
    assert outcome.standing is Standing.CHANGED
    assert outcome.remark.endswith("counts again: In blocks of 6.")


def test_of_missing_numbers_only_these_have_to_stay_the_same() -> None:
    said = "Of the documents A-1 to A-{}, 1 number is not in the ledger: A-7."
    assert said_by("sequence_gap", said.format(20)) == said_by("sequence_gap", said.format(30)) == "A-7."
    assert said_by("sequence_gap", "worded otherwise") == "worded otherwise"
    assert said_by("habit", said) == said


def test_a_confirmation_decides_no_finding() -> None:
    confirmed = Decision(verb="confirm", reason="Asked.", contract="C-1", kind="missing")
    assert not decides(confirmed, FOUND)
    (outcome,) = outcomes([confirmed], [FOUND])
    assert (outcome.standing, outcome.remark) == (Standing.APPLIED, "confirmed")


def test_only_findings_about_whole_periods_are_of_regular_rows() -> None:
    assert is_of_regular_row(FOUND)
    assert not is_of_regular_row(HABIT)
    assert not is_of_regular_row(replace(FOUND, rows=()))
