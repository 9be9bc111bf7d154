"""JUnit XML as its two common schemas ask for it: that of the Ant tasks, and the laxer one of Jenkins.

Neither schema is part of this project; `test_junit_schema` fetches that of Jenkins. What they demand is written
down here and holds for any report: which elements stand in which order, which attributes each must and may have, and
how times and counts are written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings

from billcheck.findings import ContractRows, Status
from billcheck.ledger.source import RefusedRow
from billcheck.report.junit import to_junit
from tests.report.reading import read_suites
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, nothing_checked
from tests.report.test_faces_agree import reports

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from billcheck.report.report import Report

COUNTS = ("tests", "failures", "errors", "skipped")
SUITE = {*COUNTS, "name", "time", "timestamp", "hostname", "package", "id"}
OUTCOMES = {"failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"}}
TOKEN = re.compile(r"\S(?:.*\S)?", re.DOTALL)


def check_valid(text: str) -> None:
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    for number, suite in enumerate(read_suites(text)):
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == SUITE
        assert suite.attrib["name"].strip()
        assert suite.attrib["id"] == str(number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert re.fullmatch(r"\d+", suite.attrib["time"])
        first, *cases, told, errors = suite
        assert [first.tag, told.tag, errors.tag] == ["properties", "system-out", "system-err"]
        for entry in first:
            assert (entry.tag, set(entry.attrib)) == ("property", {"name", "value"})
        check_cases(suite, cases)


def check_cases(suite: Element, cases: list[Element]) -> None:
    for case in cases:
        assert case.tag == "testcase"
        assert set(case.attrib) == {"name", "classname", "time"}
        assert case.attrib["name"]
        assert case.attrib["classname"]
        assert len(case) <= 1
        for outcome in case:
            assert set(outcome.attrib) == OUTCOMES[outcome.tag]
            assert not len(outcome)
    counted = [len(cases), *(len(suite.findall(f"testcase/{name}")) for name in ("failure", "error", "skipped"))]
    assert [int(suite.attrib[name]) for name in COUNTS] == counted


def outcomes_of(report: Report) -> dict[str, int]:
    suites = read_suites(to_junit(report))
    return {name: sum(int(suite.attrib[name]) for suite in suites) for name in ("failures", "errors")}


def check_agreement(report: Report) -> None:
    """Failures where something fails, errors where something could not be checked: 0 is green and nothing else is."""
    outcomes = outcomes_of(report)
    assert (outcomes["failures"] > 0) == (report.exit_code == 1)
    assert (sum(outcomes.values()) == 0) == (report.exit_code == 0)


@settings(max_examples=60)
@given(reports())
def test_any_report_is_valid_and_green_only_where_it_is_clean(report: Report) -> None:
    check_valid(to_junit(report))
    check_agreement(report)


def test_a_check_that_could_not_be_made_is_an_error() -> None:
    assert outcomes_of(clean()) == {"failures": 0, "errors": 0}
    assert outcomes_of(nothing_checked()) == {"failures": 0, "errors": 1}
    refused = replace(clean(), refused=(RefusedRow("l.csv", 3, "amount", "x", "no amount"),))
    assert outcomes_of(refused) == {"failures": 0, "errors": 1}
    assert 'message="l.csv row 3, amount: no amount"' in to_junit(refused)
    assert outcomes_of(replace(clean(), shortcomings=("cut off",))) == {"failures": 0, "errors": 1}


def test_every_period_is_a_test_of_its_charge() -> None:
    _, suite = read_suites(to_junit(half_rate()))
    cases = [
        (case.get("classname"), case.get("name"), [child.tag for child in case]) for case in suite.iter("testcase")
    ]
    assert cases[0] == ("C-117.Retainer", "2026-01", [])
    assert cases[2] == ("C-117.Retainer", "2026-03", ["failure"])
    assert cases[8] == ("C-117.Retainer", "2026-09", ["skipped"])


def test_what_does_not_fail_the_check_is_no_failure() -> None:
    assert outcomes_of(replace(half_rate(), fail_on=frozenset())) == {"failures": 0, "errors": 0}


def test_characters_that_xml_has_no_place_for_are_replaced() -> None:
    contract = make_contract(customer="A\x00B\ufffeC<&\"'>")
    report = make_report([ContractRows(contract, (make_row(contract, "2026-01", 5, 5, Status.OK),))])
    assert read_suites(to_junit(report))[1].get("name") == "C-117 A\\x00B\N{REPLACEMENT CHARACTER}C<&\"'>"
