"""Whatever a report holds, every face shows it, shows the same figures, and shows nothing that harms a terminal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.findings import (
    KINDS,
    Cause,
    ContractRows,
    Finding,
    OutOfScope,
    Outside,
    Residue,
    SetAside,
    Status,
)
from billcheck.ledger.source import RefusedRow
from billcheck.money import MINOR_DIGITS
from billcheck.report.page import plain
from billcheck.report.runs import by_charges, runs
from billcheck.report.table import to_lines
from tests.report.stories import make_contract, make_evidence, make_report, make_row

if TYPE_CHECKING:
    from billcheck.findings import PeriodRow
    from billcheck.report.report import Report

SHORTFALLS = {
    Status.OK: st.just(0),
    Status.SETTLED: st.just(0),
    Status.ROUNDING: st.sampled_from([-1, 1]),
    Status.UNDERBILLED: st.integers(1, 10**7),
    Status.MISSING: st.integers(1, 10**7),
    Status.OVERBILLED: st.integers(-(10**7), -1),
}
texts = st.text(max_size=12)
currencies = st.sampled_from(["EUR", "JPY", "KWD"])
DAY = date(2026, 5, 5)


@st.composite
def rows_of(draw: st.DrawFn, contract: Any, charge: str, number: int) -> list[PeriodRow]:
    """Months of one charge, with whatever a row may carry."""
    rows = []
    for index in range(number):
        status = draw(st.sampled_from(list(Status)))
        shortfall = draw(SHORTFALLS.get(status, st.integers(-(10**6), 10**6)))
        expected = draw(st.integers(0, 10**8)) if status is not Status.MISSING else shortfall
        billed = expected - shortfall
        month = f"{2026 + index // 12}-{index % 12 + 1:02}"
        cause = Cause(
            "some_cause", draw(texts), DAY, DAY, contract.currency, shortfall, draw(st.integers(1, 3)), draw(texts)
        )
        evidence = make_evidence(draw(texts), DAY, billed, currency=contract.currency)
        rows.append(
            make_row(
                contract,
                month,
                expected,
                billed,
                status,
                charge=charge,
                causes=(cause,) if draw(st.booleans()) else (),
                evidence=(evidence,) if billed else (),
                note=draw(texts) if status is Status.INCONCLUSIVE else "",
                drafted_minor=draw(st.sampled_from([0, 0, 7])),
                is_change=draw(st.booleans()),
            )
        )
    return rows


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports with odd names, several currencies, and something in every list."""
    contracts = []
    for index in range(draw(st.integers(1, 3))):
        percent = draw(st.sampled_from([None, "21", "7.7"]))
        contract = make_contract(f"C-{index}", draw(texts), currency=draw(currencies), tax_percent=percent)
        rows = [
            row for charge in ("Retainer", "Seats") for row in draw(rows_of(contract, charge, draw(st.integers(0, 16))))
        ]
        contracts.append(ContractRows(contract, tuple(rows)))
    kind, text, minor = draw(st.sampled_from(sorted(KINDS))), draw(texts), draw(st.integers(-(10**6), 10**6))
    lineless = Finding(kind, "f", KINDS[kind].severity, None, None, None, None, None, None, text)
    report = make_report(
        contracts,
        residue=[Residue("unmatched", text, 1, DAY, text, None, "EUR", minor, text, 2, text, (text,))],
        outside=[Outside(text, "JPY", 2, minor, DAY, DAY)],
        out_of_scope=[OutOfScope("JPY", 4, minor)],
        set_aside=[SetAside(text, 3, text)],
        refused=[RefusedRow(text, 4, text, text, text)] if draw(st.booleans()) else [],
    )
    return replace(report, found=(*report.findings, lineless)) if draw(st.booleans()) else report


def amounts_in(text: str) -> list[Decimal]:
    return [Decimal(word.replace(",", "")) for word in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]


@settings(max_examples=60)
@given(reports())
def test_every_face_shows_any_report_without_harm(report: Report) -> None:
    text, html, data = plain(to_lines(report)), report._repr_html_(), report.to_json()
    for shown in (text, html):
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", shown
        )
    assert data.isascii()
    assert json.loads(data)["verdict"] == report.verdict
    assert f"Verdict: {report.verdict}." in text
    assert f"Verdict: {report.verdict}." in html
    assert "\n" not in repr(report)


@settings(max_examples=60)
@given(reports())
def test_the_totals_of_every_face_are_those_of_the_json(report: Report) -> None:
    text, html = plain(to_lines(report)), unescape(report._repr_html_())
    for totals in json.loads(report.to_json())["totals"]:
        block = text.split(f"Totals in {totals['currency']}\n")[1].split("\n\n")[0]
        table = next(row for row in re.findall(r"<tr>(.*?)</tr>", html) if row.startswith(f"<th>{totals['currency']}<"))
        for name in ("expected", "billed", "arrears", "overbilled", "net"):
            assert Decimal(totals[name]) in amounts_in(block)
            assert Decimal(totals[name]) in amounts_in(table)
        digits = MINOR_DIGITS[totals["currency"]]
        assert all(len(amount.partition(".")[2]) == digits for name, amount in totals.items() if name != "currency")


@settings(max_examples=60)
@given(st.data())
def test_the_lines_of_a_charge_add_up_to_the_line_under_them(data: st.DataObject) -> None:
    contract = make_contract()
    rows = data.draw(rows_of(contract, "Retainer", 16))
    text = plain(to_lines(make_report([ContractRows(contract, tuple(rows))])))
    sums = [line for line in text.splitlines() if line.startswith("    judged periods")]
    judged = [row for row in rows if row.status in SHORTFALLS]
    if not sums:
        assert not judged or "nothing to report" in text
        return
    assert amounts_in(sums[0]) == [
        sum((row.expected for row in judged if row.expected is not None), Decimal(0)),
        sum((row.billed for row in judged), Decimal(0)),
        sum((row.shortfall for row in judged), Decimal(0)),
    ]


@settings(max_examples=60)
@given(st.data())
def test_runs_hold_every_row_once_and_in_order(data: st.DataObject) -> None:
    contract = make_contract()
    statuses = data.draw(st.lists(st.sampled_from([Status.OK, Status.MISSING]), max_size=40))
    rows = [
        make_row(contract, f"{2020 + n // 12}-{n % 12 + 1:02}", 100, 100 if status is Status.OK else 0, status)
        for n, status in enumerate(statuses)
    ]
    assert [row for run in runs(rows) for row in run.rows] == rows
    for run in runs(rows):
        assert len({(row.status, row.expected_minor, row.billed_minor) for row in run.rows}) == 1


def test_rows_of_different_charges_are_kept_together_by_charge() -> None:
    contract = make_contract()
    rows = [make_row(contract, "2026-01", 1, 1, Status.OK, charge=charge) for charge in ("A", "B", "A")]
    assert [(charges, len(members)) for charges, members in by_charges(rows)] == [(("A",), 2), (("B",), 1)]
