"""SARIF as the standard asks for it.

`pydantic_sarif` is generated from the schema of the standard, so what it accepts has the right keys, types and words.
What it does not hold is checked here: items that must be unique, and references that must be URIs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from billcheck.findings import KINDS
from billcheck.ledger.source import RefusedRow
from billcheck.report.places import Places
from billcheck.report.sarif import to_sarif, uri_of
from tests.report.reading import read_sarif
from tests.report.stories import clean, half_rate, nothing_checked
from tests.report.test_faces_agree import reports

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.report.report import Report

UNIQUE = {"rules", "logicalLocations", "relatedLocations"}


def sarif_of(report: Report) -> dict[str, Any]:
    return read_sarif(to_sarif(report, Places(report)))


def parts_of(value: Any, key: str = "") -> Any:
    """Every value of the log with the key it stands under."""
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from parts_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from parts_of(inner, "")


def check_valid(text: str) -> None:
    assert text.isascii()
    log = json.loads(text)
    SarifLog.model_validate_json(text)
    assert log["version"] == "2.1.0"
    for key, value in parts_of(log):
        if key in UNIQUE:
            spelt = [json.dumps(item, sort_keys=True) for item in value]
            assert len(set(spelt)) == len(spelt), key
        if key == "uri":
            assert re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", value), value
        if key == "startLine":
            assert value >= 1


@settings(max_examples=60)
@given(reports())
def test_any_report_is_valid(report: Report) -> None:
    check_valid(to_sarif(report, Places(report)))


def check_places(report: Report, folder: Path) -> None:
    """Every result stands in a file that is there, on a line that says something."""
    for result in sarif_of(report)["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        path = folder / unquote(physical["artifactLocation"]["uri"])
        if "region" in physical:
            assert path.read_bytes().splitlines()[physical["region"]["startLine"] - 1].strip()


def test_the_log_is_refused_where_it_breaks_the_standard() -> None:
    """The checks of this file can fail."""
    text = to_sarif(half_rate(), Places(half_rate()))
    for wrong in (
        text.replace('"version": "2.1.0"', '"version": "2.0.0"'),
        text.replace('"level": "error"', '"level": "fatal"'),
        text.replace('"ruleId"', '"rule_id"'),
        text.replace('"text": "Customer', '"words": "Customer').replace('"message": {"text"', '"message": {"id_"'),
        text.replace('"executionSuccessful": true, ', ""),
    ):
        assert wrong != text
        with pytest.raises(ValueError, match=r"validation error"):
            check_valid(wrong)


def test_rules_are_the_catalogue() -> None:
    rules = sarif_of(clean())["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["shortDescription"]["text"], rule["help"]["text"]) for rule in rules] == [
        (kind, entry.meaning, entry.settled_by) for kind, entry in KINDS.items()
    ]
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning"}


def test_an_invocation_is_only_successful_where_everything_was_checked() -> None:
    def success(report: Report) -> tuple[bool, int]:
        (invocation,) = sarif_of(report)["invocations"]
        return invocation["executionSuccessful"], invocation["exitCode"]

    refused = (RefusedRow("ledger.csv", 7, "amount", "x", "This is no amount."),)
    assert success(clean()) == (True, 0)
    assert success(half_rate()) == (True, 1)
    assert success(nothing_checked()) == (False, 3)
    assert success(replace(clean(), refused=refused)) == (False, 3)
    assert success(replace(half_rate(), refused=refused)) == (False, 1)
    (told,) = sarif_of(replace(clean(), refused=refused))["invocations"][0]["toolExecutionNotifications"]
    assert told == {
        "level": "error",
        "message": {"text": "amount: This is no amount."},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": "ledger.csv"}, "region": {"startLine": 7}}},
        ],
    }


def test_what_the_ledger_lacks_is_a_notification() -> None:
    report = replace(clean(), shortcomings=("Documents may be left out.",))
    (told,) = sarif_of(report)["invocations"][0]["toolExecutionNotifications"]
    assert told == {"level": "error", "message": {"text": "Documents may be left out."}}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("ledgers/2026-03.csv", "ledgers/2026-03.csv"),
        ("../my files/é.csv", "../my%20files/%C3%A9.csv"),
        ("/data/x.csv", "file:///data/x.csv"),
        ("a:b/c#d?.csv", "a%3Ab/c%23d%3F.csv"),
        ("C:\\data\\x.csv", "file:///C:/data/x.csv"),
        ("ledgers\\x.csv", "ledgers/x.csv"),
    ],
)
def test_paths_become_references(path: str, uri: str) -> None:
    if path.startswith("a:b"):
        uri = "file:///a:b/c%23d%3F.csv"  # what begins with one letter and a colon is a drive
    assert uri_of(path) == uri


@given(st.text(alphabet=st.characters(exclude_characters="\\:", exclude_categories=["Cs"]), min_size=1))
def test_any_relative_path_comes_back_from_its_reference(path: str) -> None:
    if not path.startswith("/"):
        assert unquote(uri_of(path)) == path
        assert not urlsplit(uri_of(path)).scheme
