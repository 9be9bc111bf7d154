"""The groups of causes make up arrears and what is overbilled, and what goes on is about real periods to come.

Everything is added up a second time from the rows of the report, by other means than the library's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from billcheck import Ledger, check, stages
from tests.acceptance.test_properties import Books, messy_ledgers, quick
from tests.engine.agreements import contract, flat, month_ends
from tests.simulator.comparison import examine as examine_world
from tests.simulator.comparison import make_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck import Report
    from billcheck.causes import CauseGroup
    from billcheck.findings import PeriodRow

SEEDS = range(20_000, 20_150)
JUDGED_WRONG = {"underbilled": "arrears", "missing": "arrears", "overbilled": "overbilled"}


def wrong_rows(report: Report) -> Iterator[tuple[str, PeriodRow]]:
    """The rows whose difference is part of a total, with its name."""
    for row in report.rows:
        if str(row.status) in JUDGED_WRONG:
            yield JUDGED_WRONG[str(row.status)], row


def adds_up(report: Report) -> None:
    """Each difference is in one group; what is said of a group follows from its rows."""
    sums: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    explained: Counter[tuple[str, str, str, str]] = Counter()
    days: dict[tuple[str, str], set[date]] = {}
    contracts: dict[tuple[str, str], set[str]] = {}
    for part_of, row in wrong_rows(report):
        key = (part_of, row.currency)
        sums[key] += abs(row.expected_minor - row.billed_minor)
        counts[key] += 1
        days.setdefault(key, set()).update((row.first_day, row.last_day))
        contracts.setdefault(key, set()).add(row.contract)
        for cause in row.causes:
            explained[part_of, row.currency, cause.code, cause.group] += abs(row.expected_minor - row.billed_minor)
    found: dict[tuple[str, str], list[CauseGroup]] = {}
    for group in report.causes:
        found.setdefault((group.part_of, group.currency), []).append(group)
    assert set(found) == set(sums)
    for key, groups in found.items():
        assert sum(group.amount_minor for group in groups) == sums[key]
        assert sum(group.rows for group in groups) == counts[key]
        assert min(group.first_day for group in groups) == min(days[key])
        assert max(group.last_day for group in groups) == max(days[key])
        assert {name for group in groups for name in group.contracts} == contracts[key]
        assert all(group.amount_minor > 0 and group.rows for group in groups)
    named: dict[tuple[str, str, str, str], int] = {
        (group.part_of, group.currency, group.code, group.sentence): group.amount_minor for group in report.causes
    }
    assert {key: named.get(key) for key in explained} == explained
    for totals in report.totals:
        assert sums["arrears", totals.currency] == totals.arrears
        assert sums["overbilled", totals.currency] == totals.overbilled


def goes_on(report: Report) -> None:
    """What goes on is in a group, is about a period to come with its agreed amount, and adds up everywhere."""
    monthly: Counter[tuple[str, str, str, str]] = Counter()
    where: dict[tuple[str, str, str, str], set[str]] = {}
    coming: Counter[tuple[str, str]] = Counter()
    for item in report.contracts:
        for running in item.running:
            key = (running.part_of, running.currency, running.code, running.sentence)
            monthly[key] += running.monthly_minor
            where.setdefault(key, set()).add(item.contract.id)
            invoice = running.next_invoice
            planned = [
                row
                for row in item.rows
                if row.charges == running.charges and row.first_day == invoice.first_day and not row.is_change
            ]
            assert [row.due_on for row in planned] in ([invoice.due_on], [])
            assert all(row.expected_minor == invoice.expected_minor or not row.is_known for row in planned)
            assert all(str(row.status) in {"not_due", "awaiting"} for row in planned)
            assert invoice.is_awaited == (invoice.due_on <= report.as_of)
            assert running.since <= max(
                row.last_day for _, row in wrong_rows(report) if row.contract == item.contract.id
            )
            assert bool(running.note) == (invoice.shortfall_minor is None)
            if invoice.shortfall_minor:
                coming["arrears" if invoice.shortfall_minor > 0 else "overbilled", running.currency] += abs(
                    invoice.shortfall_minor
                )
    for group in report.causes:
        key = (group.part_of, group.currency, group.code, group.sentence)
        assert (group.monthly_minor, group.running) == (monthly[key], len(where.get(key, ())))
        assert where.get(key, set()) <= set(group.contracts)
    assert set(monthly) <= {(group.part_of, group.currency, group.code, group.sentence) for group in report.causes}
    for totals in report.totals:
        of_currency = [(part_of, amount) for (part_of, name, *_), amount in monthly.items() if name == totals.currency]
        assert totals.monthly_leak == sum(amount for part_of, amount in of_currency if part_of == "arrears")
        assert totals.monthly_overbilled == sum(amount for part_of, amount in of_currency if part_of == "overbilled")
        assert totals.next_shortfall == coming["arrears", totals.currency]
        assert totals.next_overbilled == coming["overbilled", totals.currency]


@quick
@given(messy_ledgers())
def test_groups_make_up_the_totals_of_any_ledger(messy: Books) -> None:
    report = messy.examine()
    adds_up(report)
    goes_on(report)


@pytest.mark.parametrize("start", range(0, len(SEEDS), 50))
def test_groups_make_up_the_totals_of_simulated_ledgers(start: int) -> None:
    seen = 0
    for seed in SEEDS[start : start + 50]:
        report = examine_world(make_world(seed))
        adds_up(report)
        goes_on(report)
        seen += len(report.causes)
    assert seen > 20


@quick
@given(messy_ledgers())
def test_the_json_says_what_the_report_does(messy: Books) -> None:
    report = messy.examine()
    data = json.loads(report.to_json())
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for group in data["causes"]:
        sums[group["part_of"], group["currency"]] += Decimal(group["amount"])
        assert (len(group["contract_ids"]), group["is_running"]) == (group["contracts"], group["running_contracts"] > 0)
    for totals in data["totals"]:
        for name in ("arrears", "overbilled"):
            assert Decimal(totals[name]) == sums[name, totals["currency"]]
        own = [item for item in data["contracts"] if item["currency"] == totals["currency"]]
        for name in ("monthly_leak", "monthly_overbilled"):
            assert Decimal(totals[name]) == sum(Decimal(item[name]) for item in own)


def test_charges_of_one_contract_in_two_processes_are_one_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "CHARGES_PER_PROCESS", 1)
    names = ("ONE", "TWO", "THREE")
    agreed = contract(*(flat(name, "100.00", items=(name,)) for name in names))
    lines = [
        replace(line, item=name, document=f"{name}-{line.document}")
        for name in names
        for line in month_ends(8, "50.00")
    ]
    reports = [
        check((agreed,), Ledger.from_lines(lines), as_of=date(2026, 9, 4), processes=processes) for processes in (1, 3)
    ]
    for report in reports:
        assert [(group.contracts, group.rows, group.running, group.monthly) for group in report.causes] == [
            (("C-117",), 24, 1, Decimal("150.00"))
        ]
    assert reports[0].to_json() == reports[1].to_json()
