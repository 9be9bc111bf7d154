"""Every number of every format, of the view in a notebook and of the tables is that of the JSON.

Whatever the report, and for every case a bookkeeper worked out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from billcheck.report.formats import FORMATS, render
from billcheck.report.places import Places
from tests.report import test_junit, test_sarif
from tests.report.notebook_view import check_dictionaries, check_notebook
from tests.report.reading import (
    XML_NUMBERS,
    read_commands,
    read_csv,
    read_sarif,
    read_suites,
    read_tables,
    rows_of,
    ungrouped,
)
from tests.report.stories import half_rate
from tests.report.test_faces_agree import reports
from tests.test_cases import CASES, read_case, run

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.report.report import Report

QUIET = {"ok", "not_due"}


def check_csv(text: str, data: dict[str, Any]) -> None:
    told = read_csv(text)
    rows = list(rows_of(data))
    assert len(told) == len(rows)
    for cells, row in zip(told, rows, strict=True):
        assert (cells["id"], cells["status"], cells["currency"]) == (row["id"], row["status"], row["currency"])
        assert cells["billed"] == row["billed"]
        assert cells["expected"] == (row["expected"] or "")
        assert cells["shortfall"] == ("" if row["expected"] is None else row["shortfall"])
        tax = row["shortfall_tax"][0] if row["shortfall_tax"] and row["expected"] is not None else {}
        assert cells["shortfall_tax"] == tax.get("amount", "")
        assert [cells[name] for name in ("first_day", "last_day", "due_on")] == [
            row[name] for name in ("first_day", "last_day", "due_on")
        ]


def check_sarif(text: str, data: dict[str, Any]) -> None:
    told = read_sarif(text)
    (invocation,) = told["invocations"]
    assert invocation["properties"]["totals"] == data["totals"]
    assert len(told["results"]) == len(data["findings"])
    for result, finding in zip(told["results"], data["findings"], strict=True):
        assert result["partialFingerprints"] == {"billcheckFindingId/v1": finding["id"]}
        assert result["ruleId"] == told["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding["kind"]
        assert (result["level"] == "error") == finding["fails"]
        assert bool(result["suppressions"]) == (finding["decision"] is not None)
        assert (result["properties"]["amount"], result["properties"]["currency"]) == (
            finding["amount"],
            finding["currency"],
        )
        days = result["properties"]["firstDay"], result["properties"]["lastDay"]
        assert days == (finding["first_day"], finding["last_day"])


def check_junit(text: str, data: dict[str, Any]) -> None:
    general, *suites = read_suites(text)
    assert len(suites) == len(data["contracts"])
    properties = {entry.get("name"): entry.get("value") for entry in general.iter("property")}
    assert properties == {
        f"{name} {totals['currency']}": amount
        for totals in data["totals"]
        for name, amount in totals.items()
        if name != "currency"
    }
    cases = [case for suite in suites for case in suite.iter("testcase")]
    for case, row in zip(cases, rows_of(data), strict=True):
        figures = XML_NUMBERS.findall("".join(case.itertext()))
        wanted = (row["expected"] or "not known", row["billed"], row["shortfall"], row["currency"])
        assert figures in ([], [wanted])
        has_amounts = bool({child.tag for child in case} & {"failure", "error"})
        assert bool(figures) == has_amounts


def check_markdown(text: str, data: dict[str, Any]) -> None:
    tables = [table for table in read_tables(text) if table]
    totals = next((table for table in tables if "Arrears" in table[0]), [])
    names = {"Agreed": "expected", "Billed": "billed", "Arrears": "arrears", "Tax on them": "arrears_tax"}
    names |= {"Arrears, incl. tax": "arrears_incl_tax", "Overbilled": "overbilled", "Agreed less billed": "net"}
    names |= {
        "Awaiting": "awaiting",
        "Missing, decided": "decided",
        "Overbilled, decided": "decided_overbilled",
        "Not judged": "inconclusive",
        "Allocated to no period": "residue",
    }
    for cells, entry in zip(totals, data["totals"], strict=True):
        assert cells.pop("Currency") == entry["currency"]
        assert {names[name]: ungrouped(amount) for name, amount in cells.items()} == {
            name: entry[name] for name in names.values()
        }
    causes = [ungrouped(cells["Amount"]) for table in tables if "Cause" in table[0] for cells in table]
    assert causes == [group["amount"] for group in data["causes"]]
    told = [cells for table in tables if "Shortfall" in table[0] for cells in table]
    rows = [row for row in rows_of(data) if row["status"] not in QUIET]
    for cells, row in zip(told, rows, strict=True):
        known = row["expected"] is not None
        assert ungrouped(cells["Agreed"]) == (row["expected"] if known else "not known")
        assert ungrouped(cells["Billed"]) == row["billed"]
        assert ungrouped(cells["Shortfall"]) == (row["shortfall"] if known else "")
        assert cells["Due"] == row["due_on"]


def check_github(text: str, data: dict[str, Any]) -> None:
    *annotations, last = read_commands(text)
    assert (last.level == "notice") == (data["verdict"] == "clean")
    assert last.message.startswith(f"Verdict: {data['verdict']}.")
    said = [line for annotation in annotations for line in annotation.message.split("\n")]
    for finding in data["findings"]:
        assert visible_of(finding["sentence"]) in said
    amounts = {amount for text in said for amount in re.findall(r"(-?[\d,]+\.\d+) [A-Z]{3}\b", text)}
    known = " ".join(visible_of(finding["sentence"]) for finding in data["findings"])
    known += " ".join(entry["reason"] for entry in data["refused"])
    assert all(amount in known for amount in amounts)
    assert len(data["refused"]) == sum(command.properties["title"] == "row refused" for command in annotations)


def visible_of(text: str) -> str:
    from billcheck.characters import visible  # noqa: PLC0415 - what a terminal may show, as every face does

    return visible(text)


CHECKS = {"csv": check_csv, "sarif": check_sarif, "junit": check_junit, "markdown": check_markdown}
CHECKS["github"] = check_github


def check_all(report: Report) -> None:
    data = json.loads(report.to_json())
    places = Places(report)
    for form, check in CHECKS.items():
        text = render(report, form, places)
        check(text, data)
        assert render(report, form, Places(report)) == text
    check_notebook(report._repr_html_(), data)
    check_dictionaries(report, data)


def test_no_format_goes_unchecked() -> None:
    assert {*CHECKS, "json"} == set(FORMATS)
    with pytest.raises(KeyError):
        render(None, "pdf", None)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(reports())
def test_the_numbers_of_any_report(report: Report) -> None:
    check_all(report)


def test_a_wrong_figure_anywhere_in_a_notebook_is_noticed() -> None:
    report = half_rate()
    html, data = report._repr_html_(), json.loads(report.to_json())
    check_notebook(html, data)
    figures = list(re.finditer(r"\d(?=\.\d\d\b)", html[html.index("</style>") :]))
    assert len(figures) > 40
    for figure in figures:
        place = html.index("</style>") + figure.start()
        wrong = f"{html[:place]}{(int(html[place]) + 1) % 10}{html[place + 1 :]}"
        with pytest.raises((AssertionError, ValueError)):
            check_notebook(wrong, data)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_case_in_every_format(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    report = run(read_case(folder))
    check_all(report)
    test_sarif.check_valid(render(report, "sarif", Places(report)))
    test_sarif.check_places(report, folder)
    test_junit.check_valid(render(report, "junit", Places(report)))
    test_junit.check_agreement(report)
