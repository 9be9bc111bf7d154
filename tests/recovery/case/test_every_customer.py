"""Of hundreds of generated ledgers, the cases of all customers make up the arrears of the report, to the minor unit."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import OpeningRefusedError
from billcheck.ledger.names import fold_name
from billcheck.money import MINOR_DIGITS
from billcheck.recovery.case_files import case_text, parse_case
from billcheck.recovery.claims import row_claims
from billcheck.recovery.events import Contacted, Override, StatedCause, Waived
from billcheck.recovery.opening import open_case, reopen_case
from billcheck.recovery.questions import Safeguard
from billcheck.recovery.states import add
from billcheck.recovery.sums import sums_of
from tests.simulator.comparison import contracts_of, examine, make_world

if TYPE_CHECKING:
    from billcheck.recovery.case import Case
    from billcheck.report.report import Report

SEEDS = range(150)


def opened(report: Report | str, customer: str, currency: str, **more: object) -> Case:
    """The customer's case, with every safeguard passed by that is not met."""
    on = more.pop("on")
    cause = StatedCause(sentence="Something was wrong.", found_on=on)  # type: ignore[arg-type]
    values = {"customer": customer, "currency": currency, "cause": cause, "on": on, **more}
    try:
        return open_case(report, **values)  # type: ignore[arg-type]
    except OpeningRefusedError as error:
        names = [problem.name for problem in error.problems if isinstance(problem, Safeguard)]
        overrides = [Override(safeguard=name, reason="Looked into.") for name in names]
        return open_case(report, **values, overrides=overrides)  # type: ignore[arg-type]


def owed(report: Report) -> Counter[tuple[str, str]]:
    """What each customer owes in each currency, by the rows alone."""
    sums: Counter[tuple[str, str]] = Counter()
    for item in report.contracts:
        sums[item.contract.customer, item.contract.currency] += sum(row.arrears_minor for row in item.rows)
    return +sums


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cases_make_up_the_report(seed: int) -> None:
    world = make_world(seed)
    report = examine(world)
    text = report.to_json()
    found: Counter[str] = Counter()
    by_name = {fold_name(customer): customer for customer, _ in owed(report)}
    for (customer, currency), minor in owed(report).items():
        if by_name[fold_name(customer)] != customer:
            continue
        case = opened(report, customer, currency, on=report.as_of, contracts=contracts_of(world))
        assert opened(text, customer, currency, on=report.as_of, contracts=contracts_of(world)) == case
        assert parse_case(case_text(case)) == case
        assert case.arrears.arrears_minor == minor
        assert all(
            0 < each.shortfall_minor <= each.expected_minor - min(each.billed_minor, 0) for each in case.arrears.periods
        )
        assert all(sum(part.amount_minor for part in each.billed) == each.billed_minor for each in case.arrears.periods)
        for row in row_claims(case, on=report.as_of + timedelta(30)):
            assert 0 <= row.claimable_minor <= row.period.shortfall_minor
        found[currency] += case.arrears.arrears_minor
    for total in report.totals:
        assert found[total.currency] == total.arrears
        assert total.currency in MINOR_DIGITS


@pytest.mark.parametrize("seed", range(0, 150, 5))
def test_reopened_with_the_same_report_nothing_changes(seed: int) -> None:
    report = examine(make_world(seed))
    for customer, currency in list(owed(report))[:2]:
        case = add(opened(report, customer, currency, on=report.as_of), Contacted(on=report.as_of, channel="phone"))
        first = sums_of(case).periods[0]
        case = add(case, Waived(on=report.as_of, rows=((first.period.row, 1),), reason="A cent."))
        again = reopen_case(
            case, reason="Looked at again.", report=report, on=report.as_of, overrides=case.opened.overrides
        )
        assert sums_of(again).periods == sums_of(case).periods
        assert again.arrears == case.arrears
