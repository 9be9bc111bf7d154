"""A report as JUnit XML: a suite for each contract, a test for each period.

Comes in: a report. Goes out: XML that both common schemas of the format accept. A period whose finding fails the check
is a failure, one that could not be judged is an error, one that asks for nothing yet is skipped; a first suite tells
whether the ledger was read in full, whether anything was judged, and what fails beside periods. There are failures or
errors exactly where the exit code is not 0. Must not know clocks or hosts: times are those of the check's day.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.characters import visible
from billcheck.findings import Status
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.report.page import plain
from billcheck.report.verdict import verdict_lines
from billcheck.report.wording import NOT_KNOWN, STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.findings import ContractRows, Finding, PeriodRow, Totals
    from billcheck.report.report import Report

Outcome = Literal["failure", "error", "skipped"]

_SKIPPED = frozenset({Status.NOT_DUE, Status.AWAITING, Status.BILLED_AHEAD, Status.DECIDED})
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Test(NamedTuple):
    """One test; without an outcome it passed. `type` is a kind of finding or a status."""

    owner: str
    name: str
    outcome: Outcome | None = None
    type: str = ""
    message: str = ""
    text: str = ""


def to_junit(report: Report) -> str:
    """The whole report as JUnit XML."""
    failing = _failing_by_row(report)
    suites = [_suite(report, 0, "billcheck", _general_tests(report, failing), plain(verdict_lines(report)))]
    for number, item in enumerate(report.contracts, start=1):
        name = f"{item.contract.id} {item.contract.customer}"
        suites.append(_suite(report, number, name, _period_tests(item, failing), ""))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{"".join(suites)}</testsuites>\n'


def _failing_by_row(report: Report) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in report.failing:
        for row in finding.rows:
            grouped.setdefault(row, []).append(finding)
    return grouped


def _general_tests(report: Report, failing: dict[str, list[Finding]]) -> Iterator[_Test]:
    doubts = [
        *(f"{refused.path} row {refused.row}, {refused.column}: {refused.reason}" for refused in report.refused),
        *report.shortcomings,
    ]
    text = "\n".join(map(visible, doubts))
    read = _Test("ledger", "was read in full")
    yield read._replace(outcome="error", type="incomplete", message=doubts[0], text=text) if doubts else read
    judged = _Test("ledger", "lets periods be judged")
    message = "Not one period could be judged."
    yield (
        judged
        if report.judged_rows or report.decided_rows
        else judged._replace(outcome="error", type="inconclusive", message=message)
    )
    known = {finding.id for findings in failing.values() for finding in findings}
    for finding in report.failing:
        if finding.id not in known:
            name = f"{finding.kind.replace('_', ' ')} {finding.id}"
            yield _Test(finding.contract or "ledger", name, "failure", finding.kind, finding.sentence)


def _period_tests(item: ContractRows, failing: dict[str, list[Finding]]) -> Iterator[_Test]:
    for row in item.rows:
        change = f" (change due {row.due_on})" if row.is_change else ""
        name = f"{period_label(row.first_day, row.last_day)}{change}"
        test = _Test(f"{row.contract}.{' + '.join(row.charges)}", name)
        found = failing.get(row.id, ())
        if found:
            sentences = "\n".join(visible(finding.sentence) for finding in found)
            text = f"{sentences}\n{_amounts(row)}"
            yield test._replace(outcome="failure", type=found[0].kind, message=found[0].sentence, text=text)
        elif row.status is Status.INCONCLUSIVE:
            yield test._replace(outcome="error", type=str(row.status), message=row.note, text=_amounts(row))
        elif row.status in _SKIPPED:
            yield test._replace(outcome="skipped", type=str(row.status), message=STATUS_WORDS[row.status])
        else:
            yield test


def _amounts(row: PeriodRow) -> str:
    expected = format_minor(row.expected_minor, row.currency) if row.is_known else NOT_KNOWN
    billed, shortfall = (format_minor(minor, row.currency) for minor in (row.billed_minor, row.shortfall_minor))
    return f"agreed {expected}, billed {billed}, shortfall {shortfall} {row.currency}, excl. tax"


def _suite(report: Report, number: int, name: str, tests: Iterable[_Test], told: str) -> str:
    listed = list(tests)
    counted = {outcome: sum(test.outcome == outcome for test in listed) for outcome in ("failure", "error", "skipped")}
    head = {
        "name": name or "contract",
        "tests": str(len(listed)),
        "failures": str(counted["failure"]),
        "errors": str(counted["error"]),
        "skipped": str(counted["skipped"]),
        "time": "0",
        "timestamp": f"{report.as_of}T00:00:00",
        "hostname": "localhost",
        "package": "billcheck",
        "id": str(number),
    }
    totals = "".join(_totals(entry) for entry in report.totals) if not number else ""
    properties = f"<properties>\n{totals}</properties>" if totals else "<properties/>"
    return (
        f"<testsuite{_attributes(head)}>\n{properties}\n{''.join(map(_case, listed))}"
        f"<system-out>{_escaped(told, keeps_lines=True)}</system-out>\n<system-err/>\n</testsuite>\n"
    )


def _totals(totals: Totals) -> str:
    amounts = totals.amounts().items()
    return "".join(
        f'<property name="{name} {totals.currency}" value="{format_minor(minor, totals.currency)}"/>\n'
        for name, minor in amounts
    )


def _case(test: _Test) -> str:
    head = _attributes({"classname": test.owner or "contract", "name": test.name, "time": "0"})
    if test.outcome is None:
        return f"<testcase{head}/>\n"
    details = {} if test.outcome == "skipped" else {"type": test.type}
    told = _attributes({"message": test.message, **details})
    text = _escaped(test.text, keeps_lines=True)
    inner = f"<{test.outcome}{told}>{text}</{test.outcome}>" if text else f"<{test.outcome}{told}/>"
    return f"<testcase{head}>{inner}</testcase>\n"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f' {name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str, *, keeps_lines: bool = False) -> str:
    lines = text.split("\n") if keeps_lines else [text]
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", "\n".join(map(visible, lines))))
