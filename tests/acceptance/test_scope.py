"""A check of a part says of that part what a whole check says, and that it is a part."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, Report, UsageError, check, load_contracts, read_ledger
from billcheck.configuration.rules import Configuration, Scope, Selector, Thresholds
from billcheck.decisions.rules import Standing
from billcheck.findings import JUDGED
from tests.acceptance.agreements import agreement, bill, fee
from tests.acceptance.test_decisions import AS_OF, CONTRACTS, decision_on, ledgers, quick
from tests.test_cases import CASES, read_case, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from billcheck import Line

WINDOW = (date(2026, 1, 1), AS_OF)


def report_on(lines: Sequence[Line], **options: Any) -> Report:
    return check(CONTRACTS, Ledger.from_lines(lines), as_of=AS_OF, covers=WINDOW, **options)


def about(report: Report, contracts: set[str]) -> dict[str, Any]:
    """Everything that a report says of some contracts."""
    data = json.loads(report.to_json())
    return {
        "contracts": [item for item in data["contracts"] if item["contract"] in contracts],
        "findings": [item for item in data["findings"] if item["contract"] in contracts],
        "residue": [
            item
            for name in ("residue", "unmatched", "ambiguous")
            for item in data[name]
            if item["contract"] in contracts
        ],
    }


@quick
@given(ledgers(), st.sets(st.sampled_from(["C-1", "C-2", "C-3"]), min_size=1))
def test_some_contracts_alone_come_out_as_among_all(lines: list[Line], chosen: set[str]) -> None:
    whole, part = report_on(lines), report_on(lines, only_contracts=sorted(chosen))
    assert {item.contract.id for item in part.contracts} == chosen
    assert about(part, chosen) == about(whole, chosen)
    assert {finding.contract for finding in part.found} <= {*chosen, None}
    for total in part.totals:
        rows = [row for row in part.rows if row.currency == total.currency and row.status in JUDGED]
        assert total.expected == sum(row.expected_minor for row in rows)
        assert total.billed == sum(row.billed_minor for row in rows)
    assert part.contracts_left_out == len(CONTRACTS) - len(chosen)
    assert part.is_partial
    assert not whole.is_partial
    counts = part.counts
    assert counts.allocated + counts.residue + counts.set_aside == counts.lines


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_each_contract_of_every_case_alone_comes_out_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    case = read_case(folder)
    whole = run(case)
    if len(whole.contracts) == 1 or case.options.keys() & {"quantities"}:
        return
    for contract in whole.agreements:
        part = check(
            load_contracts(case.contracts_path),
            read_ledger(*case.ledger_paths, profile=case.options.get("profile"), currency=case.options.get("currency")),
            as_of=whole.as_of,
            covers=tuple(case.options["covers"]) if "covers" in case.options else None,
            only_contracts=[contract.id],
        )
        companions = {contract.id, *whole.rows_of(contract.id).together_with}
        assert contract.id in {item.contract.id for item in part.contracts}
        if case.options.keys() <= {"as_of", "covers", "profile", "ledgers"} and not whole.decisions:
            assert part.rows_of(contract.id) == whole.rows_of(contract.id)
        assert companions <= {item.contract.id for item in part.contracts}


@quick
@given(ledgers(), st.integers(1, 7), st.integers(1, 7))
def test_some_periods_alone_come_out_as_among_all(lines: list[Line], one: int, other: int) -> None:
    first, last = date(2026, min(one, other), 1), date(2026, max(one, other), 1)
    whole, part = report_on(lines), report_on(lines, check_from=first, check_until=last)
    kept = [row for row in whole.rows if first <= row.first_day <= last]
    assert [replace(row, causes=()) for row in part.rows] == [replace(row, causes=()) for row in kept]
    scope = json.loads(part.to_json())["scope"]
    assert (scope["check_from"], scope["check_until"]) == (str(first), str(last))
    assert f"periods that begin from {first} to {last}" in part._repr_html_()


def test_a_line_of_a_neighbour_is_not_taken_for_one_of_the_contract_that_is_asked_for() -> None:
    contracts = (agreement(fee("100.00", items=("A",)), name="C-1"), agreement(fee("100.00", items=("B",)), name="C-2"))
    lines = [bill("INV-1", date(2026, 1, 1), "100.00", item="B")]
    report = check(
        contracts, Ledger.from_lines(lines), as_of=date(2026, 1, 31), covers=(date(2026, 1, 1), date(2026, 1, 31)),
        only_contracts=["C-1"],
    )  # fmt: skip
    assert [finding.kind for finding in report.found] == ["never_billed"]
    assert [(entry.lines, entry.amount_minor) for entry in report.out_of_scope] == [(1, 10_000)]


def test_customers_and_contracts_have_to_be_met_both() -> None:
    report = report_on([], only_customers=["borealis ltd", "Cirrus SA"])
    assert [item.contract.id for item in report.contracts] == ["C-2", "C-3"]
    both = report_on([], only_customers=["Borealis Ltd"], only_contracts=["C-2", "C-3"])
    assert [item.contract.id for item in both.contracts] == ["C-2"]
    assert "Only a part was asked for: C-2, C-3 and Borealis Ltd (2 contracts are left out)." in both._repr_html_()
    assert repr(both).startswith("<Report inconclusive of a part: ") or "findings of a part" in repr(both)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"only_contracts": ["C-11"]}, "only_contracts: No contract has this id. Found 'C-11'. Did you mean 'C-1'?"),
        ({"only_customers": ["Borealis"]}, "No contract is with this customer. Found 'Borealis'. Did you mean 'Bore"),
        ({"only_customers": ["LTD"]}, "Found 'LTD'. Did you mean 'Borealis Ltd'?"),
        ({"only_contracts": ["c-"]}, "Found 'c-'. Did you mean one of 'C-1', 'C-2', 'C-3'?"),
        ({"only_contracts": ["-"]}, "Found '-'. Did you mean one of 'C-1', 'C-2', 'C-3'?"),
        ({"only_contracts": "C-1"}, "only_contracts: This is not what the argument takes. Found 'C-1'. Give a list"),
        ({"check_from": date(2026, 2, 1), "check_until": date(2026, 1, 31)}, "The last period would begin before the"),
    ],
)
def test_what_is_no_scope_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        report_on([], **options)
    assert said in str(refused.value)


@quick
@given(ledgers())
def test_decisions_about_what_was_not_asked_for_are_not_called_stale(lines: list[Line]) -> None:
    whole = report_on(lines, fail_on=["missing"])
    decisions = [decision_on(finding) for finding in whole.found]
    part = report_on(lines, only_contracts=["C-3"], decisions=decisions)
    for outcome in part.decisions:
        is_asked_for = outcome.decision.contract == "C-3"
        assert is_asked_for or outcome.standing in {Standing.NOT_CHECKED, Standing.APPLIED}


def test_the_configuration_counts_where_the_arguments_say_nothing() -> None:
    configuration = Configuration(
        scope=Scope(Selector(), date(2026, 2, 1), date(2026, 3, 1), ("C-2",), ("Borealis Ltd",)),
        thresholds=Thresholds(frozenset({"habit"}), {}, 3, WINDOW, {}),
    )
    by_file = check(CONTRACTS, Ledger.from_lines([]), as_of=AS_OF, configuration=configuration)
    by_hand = check(
        CONTRACTS, Ledger.from_lines([]), as_of=AS_OF, covers=WINDOW, check_from=date(2026, 2, 1),
        check_until=date(2026, 3, 1), only_contracts=["C-2"], only_customers=["Borealis Ltd"], grace_days=3,
        fail_on=["habit"],
    )  # fmt: skip
    assert by_file.to_json() == by_hand.to_json()
    other = check(CONTRACTS, Ledger.from_lines([]), as_of=AS_OF, configuration=configuration, only_contracts=["C-3"],
                  only_customers=[], grace_days=9)  # fmt: skip
    assert [item.contract.id for item in other.contracts] == ["C-3"]
    assert other.grace_days == 9
