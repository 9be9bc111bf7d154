"""Annotations for GitHub: each finding at its row and its contract, and no name that gives commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from billcheck import check, load_contracts, read_ledger
from billcheck.ledger.source import RefusedRow
from billcheck.report.github import to_github
from billcheck.report.places import Place, Places
from tests.report.reading import Command, read_commands
from tests.report.stories import AS_OF, clean, half_rate, nothing_checked
from tests.report.test_faces_agree import reports

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.report.report import Report

COVERS = date(2026, 1, 1), date(2026, 8, 31)
CONTRACTS = """\
[[contract]]
id = "C-1"
customer = "Bakkerij Noord"
currency = "EUR"
start = 2026-05-01

[[contract.charge]]
name = "Bookkeeping"
model = "flat"
amount = "180.00"
every = "month"
timing = "in_arrears"
matching = { items = ["BOOK"] }

[[contract.charge]]
name = "Payroll"
model = "flat"
amount = "60.00"
every = "month"
timing = "in_arrears"
matching = { items = ["PAY"] }
"""
LEDGER = """\
document,issue_date,customer,amount,currency,item,description
F-1,2026-06-01,Bakkerij Noord,170.00,EUR,BOOK,Bookkeeping May 2026
F-2,2026-06-01,Bakkerij Noord,60.00,EUR,PAY,Payroll May 2026
F-3,2026-07-01,Bakkerij Noord,203.00,EUR,BOOK,Bookkeeping June 2026
F-4,2026-07-02,Bakkerij Noord,12.00,EUR,STAMPS,"Stamps, and
envelopes"
F-5,2026-08-01,Bakkerij Noord,180.00,EUR,BOOK,Bookkeeping July 2026
F-6,2026-08-01,Bakkerij Noord,60.00,EUR,PAY,Payroll July 2026
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """May of one charge is 10.00 short, its June 23.00 too high; June of the other is missing; one line is strange."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts.toml").write_text(CONTRACTS, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    return check(load_contracts("contracts.toml"), read_ledger("ledger.csv"), as_of=AS_OF, covers=COVERS)


def commands_of(report: Report) -> list[Command]:
    return read_commands(to_github(report, Places(report)))


def test_a_finding_stands_at_its_row_and_where_it_was_agreed(report: Report) -> None:
    found = [
        (command.level, command.properties["file"], command.properties["line"], command.properties["title"])
        for command in commands_of(report)[:-1]
    ]
    assert found == [
        ("error", "contracts.toml", "7", "underbilled C-1 Bookkeeping"),
        ("error", "contracts.toml", "7", "overbilled C-1 Bookkeeping"),
        ("error", "contracts.toml", "15", "missing C-1 Payroll"),
        ("error", "ledger.csv", "2", "underbilled C-1 Bookkeeping"),
        ("error", "ledger.csv", "4", "overbilled C-1 Bookkeeping"),
        ("warning", "ledger.csv", "5", "unmatched C-1"),
    ]


def test_a_period_that_nobody_billed_is_told_where_it_was_agreed(report: Report) -> None:
    (missing,) = [command for command in commands_of(report) if command.properties["title"].startswith("missing")]
    assert missing.message == "Bakkerij Noord, Payroll, 2026-06: 60.00 EUR was agreed and nothing was billed."


def test_places_are_found_by_number_and_renamed(report: Report) -> None:
    places = Places(report, rename=lambda path: f"x/{path}")
    kinds = [finding.kind for finding in report.findings]
    assert places.find(kinds.index("unmatched")) == ((Place("x/ledger.csv", 5),), Place("x/contracts.toml", 1))
    assert places.find(kinds.index("missing")) == ((), Place("x/contracts.toml", 15))


def test_charges_checked_together_stand_under_their_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = CONTRACTS.replace('items = ["PAY"]', 'group = "all"').replace('items = ["BOOK"]', 'group = "all"')
    (tmp_path / "contracts.toml").write_text(text, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text("\n".join(LEDGER.splitlines()[:2]) + "\n", encoding="utf-8")
    report = check(load_contracts("contracts.toml"), read_ledger("ledger.csv"), as_of=AS_OF, covers=COVERS)
    place = Places(report).find(0).contract
    assert report.findings[0].charge == "Bookkeeping + Payroll"
    assert place == Place("contracts.toml", 1)


def test_the_verdict_comes_last_and_never_looks_clean_when_it_is_not() -> None:
    assert commands_of(clean())[-1].level == "notice"
    for report in (half_rate(), nothing_checked()):
        assert commands_of(report)[-1].level == "error"
        assert commands_of(report)[-1].properties == {"title": "billcheck"}


def test_refused_rows_are_errors_at_their_rows() -> None:
    report = replace(clean(), refused=(RefusedRow("l.csv", 3, "amount", "x", "no amount"),))
    first, last = commands_of(report)
    assert first == Command("error", {"title": "row refused", "file": "l.csv", "line": "3"}, "amount: no amount")
    assert last.level == "error"


def test_what_does_not_fail_is_a_warning() -> None:
    levels = {command.level for command in commands_of(replace(half_rate(), fail_on=frozenset()))[:-1]}
    assert levels == {"warning"}


def test_commas_colons_and_percent_signs_stay_what_they_are() -> None:
    report = replace(clean(), refused=(RefusedRow("a,b:c%0A.csv", 3, "x", "", "100% :: \n::error::"),))
    text = to_github(report, Places(report))
    assert text.splitlines()[0] == (
        "::error title=row refused,file=a%2Cb%3Ac%250A.csv,line=3::x: 100%25 :: \\x0a::error::"
    )


@settings(max_examples=100)
@given(reports())
def test_no_data_can_end_or_begin_a_command(report: Report) -> None:
    text = to_github(report, Places(report))
    commands = read_commands(text)
    assert len(commands) == len(text.split("\n")) - 1
    assert {command.level for command in commands} <= {"error", "warning", "notice"}
    assert {name for command in commands for name in command.properties} <= {"title", "file", "line"}
