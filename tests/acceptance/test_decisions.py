"""A decision never hides a different or larger problem: what it sets aside is exactly what it names."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billcheck import Decision, Ledger, Line, Report, UsageError, check, processes, stages
from billcheck.decisions.files import parse_decisions
from billcheck.decisions.rules import OWED_KINDS, PASSING_VERBS, Standing
from billcheck.decisions.writing import append, decide, to_toml
from tests.acceptance.agreements import agreement, bill, fee

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.decisions.rules import Verb
    from billcheck.findings import Finding

# Whole checks are slow to generate by the standards of hypothesis; the number of examples bounds the run instead.
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])

AS_OF = date(2026, 7, 15)
MONTHS = range(1, 8)
CONTRACTS = (
    agreement(fee("100.00", name="Fee"), fee("40.00", name="Seats", items=("SEATS",)), name="C-1"),
    agreement(fee("75.00"), name="C-2", customer="Borealis Ltd"),
    agreement(fee("60.00"), name="C-3", customer="Cirrus SA", currency="USD"),
)
PRICES = {("Acme BV", ""): 10_000, ("Acme BV", "SEATS"): 4_000, ("Borealis Ltd", ""): 7_500, ("Cirrus SA", ""): 6_000}


@st.composite
def ledgers(draw: st.DrawFn) -> list[Line]:
    """Invoices of every month, some of them missing, billed twice, too low or too high, or in another currency."""
    lines = []
    for (customer, item), price in PRICES.items():
        if draw(st.integers(0, 9)) == 0:
            continue
        for month in MONTHS:
            what = draw(st.sampled_from(["right"] * 8 + ["missing", "low", "high", "twice", "dollars", "strange"]))
            amount = price + {"low": -draw(st.integers(2, 1_000)), "high": draw(st.integers(2, 1_000))}.get(what, 0)
            currency = "JPY" if what == "dollars" else "USD" if customer == "Cirrus SA" else "EUR"
            for copy in range({"missing": 0, "twice": 2}.get(what, 1)):
                stated = {"customer": customer, "currency": currency, "item": "?" if what == "strange" else item}
                number = f"INV-{customer[0]}{item}{month}-{copy}"
                text = f"{amount // 100}.{amount % 100:02}" if currency != "JPY" else str(amount)
                days = {
                    "period_first_day": date(2026, month, 1),
                    "period_last_day": date(2026, month + 1, 1) - timedelta(1),
                }
                lines.append(bill(number, date(2026, month, 1), text, **stated, **days))
    return lines


def report_on(lines: Sequence[Line], decisions: Sequence[Decision] = (), *, count: int = 1) -> Report:
    window = (date(2026, 1, 1), AS_OF)
    return check(
        CONTRACTS, Ledger.from_lines(lines), as_of=AS_OF, covers=window, decisions=decisions, fail_on=ALL,
        processes=count,
    )  # fmt: skip


ALL = frozenset({"underbilled", "missing", "overbilled", "duplicate", "currency_mismatch", "never_billed", "unmatched"})


def verb_for(finding: Finding, choice: int) -> Verb:
    verbs: list[Verb] = ["accept", "snooze", "dispute"]
    if finding.kind in OWED_KINDS:
        verbs.append("waive")
    return verbs[choice % len(verbs)]


def decision_on(finding: Finding, choice: int = 0) -> Decision:
    """A decision as somebody would write it down: it goes through the text of a file."""
    verb = verb_for(finding, choice)
    made = decide(finding, verb, reason="So be it.", until=AS_OF if verb in PASSING_VERBS else None)
    (read,) = parse_decisions("decisions.toml", append("decisions.toml", "", [to_toml(made, finding.sentence)]))
    assert replace(read, place="") == made
    return read


def as_it_counts(report: Report) -> dict[str, Any]:
    """The report without its list of decisions."""
    content: dict[str, Any] = json.loads(report.to_json())
    del content["decisions"]
    return content


def rows_by_status(report: Report) -> dict[str, str]:
    return {row.id: str(row.status) for row in report.rows}


@quick
@given(ledgers(), st.data())
def test_what_is_decided_is_set_aside_and_nothing_else_changes(lines: list[Line], data: st.DataObject) -> None:
    before = report_on(lines)
    assume(before.failing)
    chosen = data.draw(st.lists(st.sampled_from(before.failing), min_size=1, unique_by=lambda finding: finding.id))
    decisions = [decision_on(finding, data.draw(st.integers(0, 3))) for finding in chosen]
    after = report_on(lines, decisions)
    ids = {finding.id for finding in chosen}
    assert [replace(finding, decision="") for finding in after.findings] == list(before.findings)
    assert {finding.id for finding in after.findings if finding.decision} == ids
    assert [finding.id for finding in after.failing] == [item.id for item in before.failing if item.id not in ids]
    assert [outcome.standing for outcome in after.decisions] == [Standing.APPLIED] * len(decisions)
    decided_rows = {row for finding in chosen for row in finding.rows}
    for row, status in rows_by_status(before).items():
        has_difference = status in {"underbilled", "missing", "overbilled", "inconclusive"}
        assert rows_by_status(after)[row] == ("decided" if row in decided_rows and has_difference else status)
    assert_money_only_moved(before, after)


def assert_money_only_moved(before: Report, after: Report) -> None:
    """Each row says what it said; what is open moves from one total to `decided`, by row, added up here again."""
    rows = {row.id: row for row in before.rows}
    decided: Counter[str] = Counter()
    too_much: Counter[str] = Counter()
    for row in after.rows:
        was = rows[row.id]
        assert (row.expected, row.billed) == (was.expected, was.billed)
        if row.status == "decided":
            decided[row.currency] += max(row.shortfall_minor, 0)
            too_much[row.currency] += max(-row.shortfall_minor, 0)
    for then, now in zip(before.totals, after.totals, strict=True):
        assert (now.decided, now.decided_overbilled) == (decided[now.currency], too_much[now.currency])
        set_aside = now.decided - now.decided_overbilled
        assert now.net + set_aside + now.inconclusive == then.net + then.inconclusive
        assert now.arrears <= then.arrears
        assert now.overbilled <= then.overbilled
        assert now.residue == then.residue


@quick
@given(ledgers(), st.data())
def test_a_larger_or_another_problem_counts_as_if_nothing_was_decided(lines: list[Line], data: st.DataObject) -> None:
    before = report_on(lines)
    assume(before.failing)
    finding = data.draw(st.sampled_from(before.failing))
    decided = decision_on(finding)
    amount = decided.amount_minor or 0
    assume(amount)
    other: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"amount_minor": amount - (1 if amount > 0 else -1)},
                {"amount_minor": -amount},
                {"currency": "CHF"},
                {"kind": "credited_not_rebilled", "finding": None},
                {"contract": "C-9"},
                {"finding": "0f3a1b2c4d5e"},
                {"until": AS_OF - timedelta(1)},
                *([{"charge": "Other"}] if decided.charge else []),
                *([{"last_day": decided.last_day - timedelta(1)}] if decided.last_day else []),
                *([{"first_day": decided.first_day + timedelta(1)}] if decided.first_day else []),
            ]
        )
    )
    after = report_on(lines, [replace(decided, **other)])
    assert as_it_counts(after) == as_it_counts(before)
    assert after.decisions[0].standing not in {Standing.APPLIED, Standing.SMALLER}
    assert after.verdict == before.verdict


@quick
@given(ledgers(), ledgers())
def test_in_a_later_ledger_only_what_was_decided_and_is_no_larger_is_set_aside(
    lines: list[Line], later: list[Line]
) -> None:
    decided = {finding.id: finding for finding in report_on(lines).findings}
    decisions = [decision_on(finding) for finding in decided.values()]
    without, report = report_on(later), report_on(later, decisions)
    for finding in report.findings:
        was = decided.get(finding.id)
        is_allowed = was is not None and (was.kind, was.currency) == (finding.kind, finding.currency)
        if is_allowed and was is not None and was.amount_minor is not None and finding.amount_minor is not None:
            is_allowed = abs(finding.amount_minor) <= abs(was.amount_minor)
            is_allowed = is_allowed and finding.amount_minor * was.amount_minor >= 0
        elif is_allowed and was is not None:
            is_allowed = was.sentence == finding.sentence
        assert bool(finding.decision) is is_allowed
    fails = {finding.id for finding in without.failing}
    assert {finding.id for finding in report.failing} == {
        finding.id for finding in report.findings if finding.id in fails and not finding.decision
    }
    assert report_on(later, []).to_json() == without.to_json()


@quick
@given(ledgers())
def test_with_everything_decided_nothing_fails_and_removing_the_decisions_brings_it_all_back(lines: list[Line]) -> None:
    before = report_on(lines)
    after = report_on(lines, [decision_on(finding) for finding in before.failing])
    assert after.failing == ()
    assert after.exit_code != 1
    assert as_it_counts(report_on(lines)) == as_it_counts(before)


@pytest.mark.skipif(not processes.CAN_FORK, reason="no process can be copied here, so nothing is shared")
@quick
@given(ledgers(), st.data())
def test_several_processes_decide_alike(lines: list[Line], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "CHARGES_PER_PROCESS", 1)
        findings = report_on(lines).found
        assume(findings)
        chosen = data.draw(st.lists(st.sampled_from(findings), unique_by=lambda finding: finding.id))
        decisions = [decision_on(finding) for finding in chosen]
        assert report_on(lines, decisions, count=3).to_json() == report_on(lines, decisions).to_json()


def test_a_customer_confirmed_by_a_decision_is_judged_as_one_confirmed_in_the_contract() -> None:
    lines = [bill("INV-1", date(2026, 1, 1), "100.00")]
    window = (date(2026, 1, 1), AS_OF)
    pair = (agreement(fee("75.00"), name="C-2", customer="Borealis Ltd"), agreement(fee("100.00"), name="C-1"))
    confirmed = (agreement(fee("75.00"), name="C-2", customer="Borealis Ltd", is_confirmed=True), pair[1])
    decision = Decision(verb="confirm", contract="C-2", reason="Looked.")
    ledger = Ledger.from_lines(lines)
    by_decision = check(pair, ledger, as_of=AS_OF, covers=window, decisions=[decision])
    by_contract = check(confirmed, ledger, as_of=AS_OF, covers=window)
    assert as_it_counts(by_decision) == as_it_counts(by_contract)


@pytest.mark.parametrize("given_instead", ["decisions.toml", [1]])
def test_what_are_no_decisions_is_refused(given_instead: Any) -> None:
    with pytest.raises(UsageError, match=r"Give billcheck\.load_decisions\(path\)\."):
        report_on([], given_instead)
