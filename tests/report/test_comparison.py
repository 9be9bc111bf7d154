"""What changed between two reports: nothing for the same, and the changes of two steps are those of both together.

A report is drawn as a handful of periods and lines that may each be there or not, in whatever state; the laws hold
for any three of them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import Comparison, ReportRefusedError, UsageError, compare_reports
from billcheck.findings import KINDS, ContractRows, Coverage, Finding, Residue, Status, digest_id
from billcheck.report.comparison import Movement
from billcheck.report.comparison_faces import to_json, to_lines, to_markdown
from billcheck.report.page import plain
from tests.report.reading import read_tables, ungrouped
from tests.report.stories import clean, half_rate, make_contract, make_finding, make_report, make_row

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.report.report import Report

MONTHS = ("2026-01", "2026-02", "2026-03")
WRONG = (Status.UNDERBILLED, Status.MISSING, Status.OVERBILLED)
FAULTY = {*map(str, WRONG)}
amounts = st.integers(1, 3)


def report_of(
    states: dict[str, tuple[Status, int]],
    *,
    currency: str = "EUR",
    lines: dict[str, tuple[date, int]] | None = None,
    covers: tuple[date, date] | None = (date(2026, 1, 1), date(2026, 12, 31)),
    as_of: date = date(2026, 9, 4),
) -> Report:
    """Months of one charge, each with a status and how far it is off; unmatched lines by document, day and amount."""
    contract = make_contract(currency=currency)
    rows = [make_row(contract, month, *figures_of(status, size), status) for month, (status, size) in states.items()]
    residue = [
        Residue("unmatched", document, 1, day, "Hartwell", None, currency, size, "l.csv", 2, "fits no charge")
        for document, (day, size) in (lines or {}).items()
    ]
    found = [make_finding(row) for row in rows if row.status in FAULTY]
    for entry in residue:
        severity = KINDS["unmatched"].severity
        finding_id = digest_id("unmatched", *entry.identity)
        found.append(
            Finding("unmatched", finding_id, severity, None, None, None, None, currency, entry.amount_minor, "a line")
        )
    window = None if covers is None else Coverage(*covers, declared=True)
    return make_report(
        [ContractRows(contract, tuple(rows))], findings=found, residue=residue, covers=window, as_of=as_of
    )


def figures_of(status: Status, size: int) -> tuple[int, int]:
    if status is Status.OVERBILLED:
        return 10, 10 + size
    if status in {Status.OK, Status.SETTLED}:
        return 10, 10
    return 10, 10 - size


@st.composite
def any_reports(draw: st.DrawFn) -> Report:
    states = {
        month: (draw(st.sampled_from(list(Status))), draw(amounts)) for month in MONTHS if draw(st.integers(0, 3))
    }
    lines = {
        document: (day, draw(amounts))
        for document, day in (("D-1", date(2026, 1, 31)), ("D-2", date(2026, 3, 31)))
        if draw(st.booleans())
    }
    first, last = draw(st.sampled_from([(1, 12), (1, 2), (3, 12), (2, 2)]))
    covers = draw(st.sampled_from([(date(2026, first, 1), date(2026, last, 28)), None]))
    currency = draw(st.sampled_from(["EUR", "EUR", "USD"]))
    return report_of(states, currency=currency, lines=lines, covers=covers)


def outcomes_of(comparison: Comparison) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (str(step.outcome), (subject.day or "")[:7], step.before_minor, step.after_minor)
        for subject, step in comparison.steps
    ]


@given(any_reports())
def test_a_report_compared_with_itself_gives_nothing(report: Report) -> None:
    comparison = compare_reports(report, report)
    assert comparison.changes == ()
    assert comparison.exit_code == 0


@settings(max_examples=400)
@given(any_reports(), any_reports(), any_reports())
def test_the_changes_of_two_steps_are_those_of_both_together(first: Report, second: Report, third: Report) -> None:
    chained = compare_reports(first, second).then(compare_reports(second, third))
    at_once = compare_reports(first, third)
    assert chained.changes == at_once.changes
    assert to_json(chained) == to_json(at_once)
    assert chained.exit_code == at_once.exit_code


@given(any_reports(), any_reports())
def test_going_back_undoes_every_change(first: Report, second: Report) -> None:
    there, back = compare_reports(first, second), compare_reports(second, first)
    assert there.then(back).changes == ()
    new = {subject for subject, _ in there.subjects(Movement.NEW)}
    gone = {
        subject
        for outcome in (Movement.SETTLED, Movement.NOT_JUDGED, Movement.DECIDED)
        for subject, _ in back.subjects(outcome)
    }
    assert new <= gone
    assert {subject for subject, _ in there.subjects(Movement.GROWN)} == {
        subject for subject, _ in back.subjects(Movement.SHRUNK)
    }


@settings(max_examples=200)
@given(any_reports(), any_reports())
def test_the_sums_foot_and_are_those_of_the_reports(first: Report, second: Report) -> None:
    comparison = compare_reports(first, second)
    for side in comparison.sides():
        moved = side.moved
        gained = moved[Movement.NEW] + moved[Movement.GROWN]
        lost = sum(moved[outcome] for outcome in Movement) - gained
        assert side.after == side.before + gained - lost
        name = "overbilled" if side.is_excess else "arrears"
        for report, said in ((first, side.before), (second, side.after)):
            totals = {entry.currency: entry.amounts() for entry in report.totals}
            assert said == totals.get(side.currency, {}).get(name, 0)


@given(any_reports(), any_reports())
def test_every_format_says_the_same_figures(first: Report, second: Report) -> None:
    comparison = compare_reports(first, second)
    data = json.loads(to_json(comparison))
    tables = list(read_tables(to_markdown(comparison)))
    sums = [row for table in tables if "Settled" in table[0] for row in table]
    names = ("before", "new", "grown", "shrunk", "settled", "decided", "not_judged", "after")
    headings = ("Before", "New", "Grown", "Shrunk", "Settled", "Decided", "Not judged", "Now")
    for row, said in zip(sums, data["sums"], strict=True):
        assert [ungrouped(row[heading]) for heading in headings] == [said[name] for name in names]
    told = sorted((row["Before"], row["Now"]) for table in tables if "Kind" in table[0] for row in table)
    assert told == sorted((change["before"] or "", change["after"] or "") for change in data["changes"])
    text = plain(to_lines(comparison))
    for outcome, count in data["counts"].items():
        assert sum(change["outcome"] == outcome for change in data["changes"]) == count
        assert count == 0 or f": {count}\n" in text
    for change in data["changes"]:
        for amount in filter(None, (change["before"], change["after"])):
            assert f"{Decimal(amount):,}" in text


def test_each_outcome() -> None:
    before = {
        "2026-01": (Status.UNDERBILLED, 3), "2026-02": (Status.UNDERBILLED, 3), "2026-03": (Status.MISSING, 3),
        "2026-04": (Status.MISSING, 3), "2026-05": (Status.OK, 0), "2026-06": (Status.UNDERBILLED, 3),
        "2026-07": (Status.OVERBILLED, 2), "2026-08": (Status.DECIDED, 2), "2026-09": (Status.DECIDED, 2),
    }  # fmt: skip
    after = {
        "2026-01": (Status.UNDERBILLED, 4), "2026-02": (Status.UNDERBILLED, 1), "2026-03": (Status.OK, 0),
        "2026-04": (Status.DECIDED, 3), "2026-05": (Status.MISSING, 5), "2026-06": (Status.INCONCLUSIVE, 3),
        "2026-07": (Status.OVERBILLED, 3), "2026-08": (Status.UNDERBILLED, 4), "2026-09": (Status.OK, 0),
    }  # fmt: skip
    comparison = compare_reports(report_of(before), report_of(after))
    assert outcomes_of(comparison) == [
        ("grown", "2026-01", 3, 4),
        ("shrunk", "2026-02", 3, 1),
        ("settled", "2026-03", 3, None),
        ("decided", "2026-04", 3, 3),
        ("new", "2026-05", None, 5),
        ("not_judged", "2026-06", 3, None),
        ("grown", "2026-07", -2, -3),
        ("new", "2026-08", None, 4),
        ("settled", "2026-09", None, None),
    ]
    assert comparison.exit_code == 1


def test_a_period_billed_in_part_has_shrunk_though_its_finding_is_another() -> None:
    comparison = compare_reports(
        report_of({"2026-01": (Status.MISSING, 10)}), report_of({"2026-01": (Status.UNDERBILLED, 4)})
    )
    assert outcomes_of(comparison) == [("shrunk", "2026-01", 10, 4)]
    assert comparison.exit_code == 0


def test_another_currency_settles_the_one_and_opens_the_other() -> None:
    states = {"2026-01": (Status.UNDERBILLED, 3)}
    comparison = compare_reports(report_of(states), report_of(states, currency="USD"))
    assert [(str(step.outcome), step.currency) for _, step in comparison.steps] == [("settled", "EUR"), ("new", "USD")]
    decided = compare_reports(report_of(states), report_of({"2026-01": (Status.DECIDED, 3)}, currency="USD"))
    assert [(str(step.outcome), step.currency) for _, step in decided.steps] == [
        ("settled", "EUR"),
        ("decided", "USD"),
    ]


def test_too_little_that_became_too_much_is_settled_and_new() -> None:
    comparison = compare_reports(
        report_of({"2026-01": (Status.UNDERBILLED, 3)}), report_of({"2026-01": (Status.OVERBILLED, 3)})
    )
    assert outcomes_of(comparison) == [("settled", "2026-01", 3, None), ("new", "2026-01", None, -3)]


@pytest.mark.parametrize("status", [Status.INCONCLUSIVE, Status.AWAITING, Status.NOT_DUE, None])
def test_what_is_not_judged_any_more_is_never_called_settled(status: Status | None) -> None:
    later = report_of({} if status is None else {"2026-01": (status, 3)})
    comparison = compare_reports(report_of({"2026-01": (Status.MISSING, 3)}), later)
    assert outcomes_of(comparison) == [("not_judged", "2026-01", 3, None)]
    assert comparison.exit_code == 0
    assert "Open before, not judged now: 1" in plain(to_lines(comparison))


def test_a_line_is_settled_where_the_ledger_would_show_it_and_else_not_judged() -> None:
    line = {"D-1": (date(2026, 1, 31), 5)}
    before = report_of({}, lines=line)
    inside = compare_reports(before, report_of({}))
    outside = compare_reports(before, report_of({}, covers=(date(2026, 2, 1), date(2026, 12, 31))))
    empty = compare_reports(before, report_of({}, covers=None))
    assert [[str(step.outcome) for _, step in item.steps] for item in (inside, outside, empty)] == [
        ["settled"],
        ["not_judged"],
        ["not_judged"],
    ]
    assert inside.sides() == (), "what no period stands for is never summed"


def test_a_bigger_line_has_grown() -> None:
    day = date(2026, 1, 31)
    comparison = compare_reports(
        report_of({}, lines={"D-1": (day, 5)}), report_of({}, lines={"D-1": (day, 6), "D-2": (day, 1)})
    )
    assert sorted(str(step.outcome) for _, step in comparison.steps) == ["grown", "new"]


def test_the_order_and_an_incomplete_ledger_are_remarked() -> None:
    early, late = report_of({}, as_of=date(2026, 8, 1)), replace(report_of({}), shortcomings=("cut off",))
    assert "The first report is the later one." in plain(to_lines(compare_reports(late, early)))
    assert "The ledger of the later report is incomplete" in to_markdown(compare_reports(early, late))
    data = json.loads(to_json(compare_reports(early, late)))
    assert data["later"] == {"as_of": "2026-09-04", "verdict": "inconclusive", "complete": False}


def test_comparisons_that_do_not_follow_one_another_are_refused() -> None:
    first = compare_reports(
        report_of({"2026-01": (Status.UNDERBILLED, 3)}), report_of({"2026-01": (Status.UNDERBILLED, 2)})
    )
    with pytest.raises(UsageError, match="does not begin where the first one ends"):
        first.then(first)


def test_reports_and_files_may_be_mixed(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(clean().to_json(), encoding="utf-8")
    comparison = compare_reports(path, half_rate())
    assert [str(step.outcome) for _, step in comparison.steps] == ["new"] * 6
    assert compare_reports(str(path), clean()).changes == ()


def wrong(change: dict[str, Any]) -> str:
    return json.dumps({**json.loads(half_rate().to_json()), **change})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "This is no report of billcheck as JSON."),
        ("[]", "This is no report of billcheck as JSON."),
        ("{}", "This is no report of billcheck as JSON."),
        ('{"schema_version": "1"}', "This is no report of billcheck as JSON."),
        ('{"schema_version": 1}', "This is no report of billcheck as JSON."),
        ("[" * 100_000, "This is no report of billcheck as JSON."),
        (wrong({"schema_version": 2}), "The report has another schema version than this billcheck reads. Found '2'."),
        (wrong({"contracts": [{}]}), "This is no report of billcheck as JSON."),
        (wrong({"as_of": "tomorrow"}), "This is no report of billcheck as JSON."),
        (wrong({"findings": [{"kind": 7}]}), "This is no report of billcheck as JSON."),
        (half_rate().to_json().replace('"shortfall": "1200.00"', '"shortfall": "1,200.00"'), "This is no report"),
        (half_rate().to_json().replace('"shortfall": "1200.00"', '"shortfall": "1200"'), "This is no report"),
        (half_rate().to_json().replace('"shortfall": "1200.00"', '"shortfall": 1200'), "This is no report"),
        (half_rate().to_json().replace('"underbilled"', '"strange"'), "This is no report"),
        (wrong({"redacted": ["amounts"]}), "The amounts of this report are redacted, so nobody can say what grew."),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportRefusedError) as refused:
        compare_reports(path, half_rate())
    (problem,) = refused.value.problems
    assert said in str(problem)
    assert str(problem).startswith(f"{path}: ")


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportRefusedError, match="cannot be read"):
        compare_reports(tmp_path / "none.json", half_rate())
    with pytest.raises(ReportRefusedError, match="cannot be read"):
        compare_reports(tmp_path, half_rate())
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportRefusedError, match="no report of billcheck"):
        compare_reports(tmp_path / "bytes", half_rate())
