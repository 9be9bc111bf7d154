from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.findings import (
    ContractRows,
    Finding,
    InputFile,
    OutOfScope,
    Outside,
    Residue,
    SetAside,
    Severity,
    Status,
    UnusedScope,
)
from billcheck.ledger.source import RefusedRow
from billcheck.report import selection, table
from billcheck.report.page import plain
from billcheck.report.runs import causes_of, runs
from billcheck.report.selection import select
from billcheck.report.table import body_lines, to_lines
from tests.report.stories import (
    clean,
    half_rate,
    half_rate_contract,
    make_contract,
    make_finding,
    make_report,
    make_row,
    many,
    nothing_checked,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.report.report import Report


def text_of(report: Report) -> str:
    return plain(to_lines(report))


def make_residue(number: int, kind: str = "unmatched") -> Residue:
    return Residue(
        kind, f"D-{number}", 1, date(2026, 5, 5), "Hartwell BV", None, "EUR", 500, "a.csv", 9, "no charge fits"
    )


def test_the_story_as_a_table() -> None:
    lines = text_of(half_rate()).splitlines()
    rows = [line.split() for line in lines if line.startswith("    2026-")]
    assert rows[0] == ["2026-01", "2026-01-31", "2,400.00", "2,400.00", "0.00", "ok", "INV-2026-001"]
    assert rows[2] == ["2026-03", "2026-03-31", "2,400.00", "1,200.00", "1,200.00", "underbilled", "INV-2026-003"]
    assert rows[8] == ["2026-09", "2026-09-30", "2,400.00", "not", "due", "yet"]
    assert "  Why: billed at half the agreed amount since 2026-03 (6 periods, 7,200.00 EUR)" in lines
    assert "  Found: underbilled, 6 periods of Retainer, 2026-03 to 2026-08" in lines
    assert [line.split()[-1] for line in lines if "Arrears, excl. tax" in line] == ["7,200.00"]
    assert [line.split()[-1] for line in lines if "Tax on the arrears" in line] == ["1,512.00"]
    assert [line.split()[-1] for line in lines if "Arrears, incl. tax" in line] == ["8,712.00"]
    assert lines[-1] == "Verdict: findings. 7,200.00 EUR excl. tax was agreed and never billed."
    assert max(map(len, lines)) <= 100


def test_the_sum_under_the_periods_covers_judged_rows_only() -> None:
    sums = next(line.split() for line in text_of(half_rate()).splitlines() if "judged periods " in line)
    assert sums == ["judged", "periods", "19,200.00", "12,000.00", "7,200.00"]


def test_the_opening_says_what_was_checked() -> None:
    text = text_of(half_rate())
    for fact in (
        "As of      2026-09-04",
        "Ledger     SalesInvoices.csv: 8 rows, read as xero.sales-invoices",
        "Coverage   2026-01-31 to 2026-08-31, the first to the last document",
        "Periods    8 judged, 0 that could not be judged",
        "Grace      10 days after the due date (the default)",
    ):
        assert fact in text


@pytest.mark.parametrize(
    ("days", "given", "text"),
    [
        ((None,), 3, "3 days after the due date, as given for this check"),
        ((None, 14), None, "10 to 14 days after the due date, by contract (default 10)"),
        ((10,), None, "10 days after the due date (the default)"),
    ],
)
def test_the_grace_days_in_force_are_printed(days: Sequence[int | None], given: int | None, text: str) -> None:
    items = [ContractRows(make_contract(f"C-{n}", grace_days=value), ()) for n, value in enumerate(days)]
    assert text in text_of(make_report(items, grace_days=given))


def test_declared_coverage_and_check_from_are_printed() -> None:
    report = half_rate()
    covers = report.covers
    assert covers is not None
    text = text_of(replace(report, covers=replace(covers, declared=True), check_from=date(2026, 2, 1)))
    assert "2026-01-31 to 2026-08-31, declared" in text
    assert "Scope      only periods that begin from 2026-02-01 on" in text


def test_many_files_are_named_up_to_a_few_and_counted() -> None:
    inputs = tuple(InputFile(f"{number}.csv", "0", "generic", 10, 10) for number in range(8))
    text = text_of(replace(half_rate(), inputs=inputs))
    assert "4.csv: 10 rows" in text
    assert "5.csv" not in text
    assert "and 3 more files with 30 rows" in text


def test_clean_contracts_are_counted_not_printed() -> None:
    text = text_of(clean())
    assert "INV-1" not in text
    assert "1 contract with nothing to report." in text
    assert text.splitlines()[-1] == (
        "Verdict: clean. All 8 periods that could be judged were billed as agreed, to the cent."
    )


def test_one_period_is_no_number_of_periods() -> None:
    assert text_of(replace(clean(), judged_rows=1)).splitlines()[-1] == (
        "Verdict: clean. The one period that could be judged was billed as agreed, to the cent."
    )


def test_nothing_checked_never_looks_clean() -> None:
    text = text_of(nothing_checked())
    assert "nothing to report" not in text
    assert "clean" not in text.lower()
    assert "Verdict: inconclusive. Nothing was checked: not one period could be judged." in text
    assert "check the customers' names on both sides" in text
    assert "none: the ledger holds no document" in text


def test_arrears_that_are_not_asked_to_fail_are_still_said() -> None:
    text = text_of(replace(half_rate(), fail_on=frozenset({"duplicate"})))
    assert "Verdict: clean. No finding fails this check (fail on: duplicate)." in text
    assert "Found, and not asked to fail: 6 underbilled." in text
    assert "billed as agreed" not in text


def test_a_clean_verdict_says_what_it_rests_on() -> None:
    report = clean()
    total = replace(report.totals[0], rounding=-1, net=-1, inferred=5_000)
    text = text_of(replace(report, totals=(total,)))
    assert "were billed as agreed, but for rounding (-0.01 EUR)." in text
    assert "50.00 EUR of what was billed was allocated by inference" in text
    assert "to the cent" not in text


def test_few_documents_that_bill_by_inference_are_named() -> None:
    report = clean()
    report = replace(report, totals=(replace(report.totals[0], inferred=5_000),), inferred_by={"EUR": ("7", "9")})
    assert "50.00 EUR of what was billed (7 and 9) was allocated by inference; billcheck explain" in text_of(report)


def test_findings_without_money_give_a_verdict_too() -> None:
    found = Finding("unmatched", "f", Severity.WARNING, None, None, None, None, None, None, "A line fits nothing.")
    text = text_of(replace(clean(), found=(found,), fail_on=frozenset({"unmatched"})))
    assert "Verdict: findings. 1 finding fails this check: 1 unmatched." in text
    assert "Also to look at, which fails no check by default: 1 unmatched." in text_of(replace(clean(), found=(found,)))


def test_what_could_not_be_checked_is_part_of_the_verdict() -> None:
    refused = (RefusedRow("a.csv", 7, "amount", "NaN", "This is no amount."),)
    text = text_of(replace(half_rate(), refused=refused, inconclusive_rows=2))
    assert "The check is incomplete: 1 row of the ledger could not be read." in text
    assert "2 periods could not be judged" in text
    assert "a.csv row 7, amount: This is no amount. Found 'NaN'." in text
    inconclusive = text_of(replace(clean(), refused=refused))
    assert "Verdict: inconclusive. 8 periods could be judged, but not everything could be checked." in inconclusive


def test_what_to_do_about_refused_rows_is_said_once() -> None:
    unknown = "This is not a known status. Known: sent, paid."
    refused = (
        RefusedRow("a.csv", 7, "status", "gone", unknown),
        RefusedRow("a.csv", 8, "status", "lost", unknown),
        RefusedRow("a.csv", 9, "date", "", "The row has no issue date. Give it as 2026-01-31."),
        RefusedRow("a.csv", 9, "amount", "x", "No advice."),
        RefusedRow("a.csv", 10, "amount", "y", "No advice."),
    )
    text = text_of(replace(half_rate(), refused=refused))
    assert "a.csv row 7, status: This is not a known status. Known: sent, paid. Found 'gone'.\n" in text
    assert "a.csv row 8, status: This is not a known status. Found 'lost'.\n" in text
    assert "a.csv row 9, date: The row has no issue date. Give it as 2026-01-31. Found ''.\n" in text
    assert "a.csv row 10, amount: No advice. Found 'y'.\n" in text


def test_overbilled_is_said_apart_from_arrears() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-01", 100, 0, Status.MISSING),
        make_row(contract, "2026-02", 100, 150, Status.OVERBILLED, documents=("X",)),
    )
    text = text_of(make_report([ContractRows(contract, rows)]))
    assert (
        "Verdict: findings. 1.00 EUR excl. tax was agreed and never billed; "
        "0.50 EUR excl. tax was billed beyond what was agreed."
    ) in text


def test_what_was_credited_is_said_apart_from_what_was_never_billed() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-01", 100, 0, Status.MISSING)
    report = make_report([ContractRows(contract, (row,))])
    credited = replace(report, totals=(replace(report.totals[0], credited=30),))
    assert (
        "Verdict: findings. 0.70 EUR excl. tax was agreed and never billed; "
        "0.30 EUR excl. tax was credited and not billed again, together 1.00 EUR in arrears."
    ) in text_of(credited)
    wholly = replace(report, totals=(replace(report.totals[0], credited=100),))
    assert "Verdict: findings. 1.00 EUR excl. tax was credited and not billed again." in text_of(wholly)


def test_money_that_no_period_is_open_for_is_said() -> None:
    where = (1, date(2026, 5, 5), "Hartwell Interieur", "C-117")
    left = Residue("left_over", "INV-9", *where, "EUR", 12345, "a.csv", 9, "")
    others = replace(left, kind="open_credit", amount_minor=-500)
    text = text_of(replace(clean(), residue=(left, replace(left, currency="JPY", amount_minor=7), others)))
    assert "123.45 EUR was billed beside that, and no period is open for it." in text
    assert "7 JPY was billed beside that, and no period is open for it." in text
    assert "billed beside that" not in text_of(replace(clean(), residue=(others,)))


def test_what_the_scope_names_and_no_line_bears_stands_at_the_head() -> None:
    assert "Scope" not in text_of(clean())
    one = replace(clean(), unused_scope=(UnusedScope("account", "63o"),))
    assert 'no line bears account "63o": see [scope]' in text_of(one)
    many = replace(clean(), unused_scope=tuple(UnusedScope("item", f"x{number}") for number in range(7)))
    assert 'item "x4" and 2 more: see [scope]' in text_of(many)


def test_a_lone_finding_speaks_for_itself() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-01", 100, 0, Status.MISSING)
    assert "Found: Hartwell Interieur, 2026-01: 1.00 EUR is open." in text_of(
        make_report([ContractRows(contract, (row,))])
    )


def test_many_findings_without_rows_are_counted_after_a_few() -> None:
    item = half_rate_contract()
    found = [
        Finding("out_of_term", f"f{n}", Severity.WARNING, item.contract.id, None, None, None, None, None, f"Line {n}.")
        for n in range(7)
    ]
    text = text_of(make_report([item], findings=found))
    assert "Found: Line 4." in text
    assert "Line 5." not in text
    assert "and 2 more of this kind (out of term)" in text


def test_rows_that_could_not_be_judged_say_what_would_settle_them() -> None:
    contract = make_contract()
    rows = tuple(
        make_row(contract, month, 100, 0, Status.INCONCLUSIVE, note="Declare --covers.")
        for month in ("2026-01", "2026-02")
    )
    text = text_of(make_report([ContractRows(contract, rows)]))
    assert "Not judged: 2 periods, 2026-01 to 2026-02. Declare --covers." in text
    assert "nothing judged" in text


def test_drafts_and_credits_are_said() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-01", 100, 0, Status.MISSING, drafted_minor=100),
        make_row(contract, "2026-02", 100, 0, Status.UNDERBILLED, credited_minor=60, is_change=True),
    )
    text = text_of(make_report([ContractRows(contract, rows)]))
    assert "Draft: 1.00 EUR of 2026-01 stands on an unapproved draft" in text
    assert "Credited: 0.60 EUR of the shortfall of 2026-02" in text
    assert "2026-02 (change)" in text


def test_long_runs_of_equal_rows_are_one_line_with_their_sums() -> None:
    contract = make_contract()
    rows = [make_row(contract, f"2026-{n:02}", 100, 100, Status.OK, documents=(f"X-{n}",)) for n in range(1, 12)]
    rows.append(make_row(contract, "2026-12", 100, 0, Status.MISSING))
    text = text_of(make_report([ContractRows(contract, tuple(rows))]))
    run = next(line.split() for line in text.splitlines() if "(11 periods)" in line)
    assert run == "2026-01 to 2026-11 (11 periods) each 11.00 11.00 0.00 ok X-1 ... X-11 (11)".split()  # noqa: SIM905


def test_runs_break_where_anything_differs() -> None:
    contract = make_contract()
    rows = [make_row(contract, f"2026-{n:02}", 100, 100, Status.OK) for n in range(1, 9)]
    rows[4] = replace(rows[4], expected_minor=200, billed_minor=200)
    assert [len(run.rows) for run in runs(rows)] == [4, 1, 1, 1, 1]
    differences = [make_row(contract, f"{2020 + n // 12}-{n % 12 + 1:02}", 9, 0, Status.MISSING) for n in range(13)]
    assert [len(run.rows) for run in runs(differences)] == [13]
    assert [len(run.rows) for run in runs(differences[:12])] == [1] * 12


def test_every_cause_is_named_once_with_its_rows() -> None:
    causes = causes_of(half_rate_contract().rows)
    assert [(cause.code, len(rows)) for cause, rows in causes] == [("half_rate", 6)]


def test_the_rest_of_the_ledger_is_counted_with_examples() -> None:
    report = make_report(
        [half_rate_contract()],
        residue=[
            *(make_residue(number) for number in range(7)),
            replace(make_residue(9, "ambiguous"), candidates=("x", "y")),
        ],
        outside=[
            Outside("Small", "EUR", 1, 100, date(2026, 1, 1), date(2026, 1, 1)),
            Outside("Large", "EUR", 3, 90_000, date(2026, 1, 1), date(2026, 2, 1)),
        ],
        out_of_scope=[OutOfScope("EUR", 2, 300), OutOfScope("JPY", 1, -5)],
        set_aside=[SetAside("a.csv", number, "The document is void.") for number in range(6)],
        refused=[RefusedRow("a.csv", number, "amount", "x", "Found 'x'.") for number in range(6)],
    )  # fmt: skip
    text = text_of(report)
    assert "Allocated to no period, fits no charge: 7 lines" in text
    assert "D-4, 2026-05-05, Hartwell BV, 5.00 EUR, a.csv row 9: no charge fits\n  and 2 more" in text
    assert "Allocated to no period, fits several charges: 1 line" in text
    assert "no charge fits (x or y)" in text
    assert "Billed to 2 customers without a contract: 4 lines, not checked\n  Large: 3 lines, 900.00 EUR" in text
    assert "Set aside, not counted as billed: 6 lines\n  a.csv row 0: The document is void." in text
    assert "Out of scope by the configuration: 2 lines, 3.00 EUR; 1 line, -5 JPY\n" in text
    assert "Refused: 6 rows of the ledger could not be read\n  a.csv row 0, amount: Found 'x'.\n" in text
    assert text.count("  and 1 more\n") == 2


def test_findings_that_name_no_contract_are_shown_with_their_meaning() -> None:
    found = Finding("document_conflict", "f", Severity.WARNING, None, None, None, None, None, None, "INV-1 differs.")
    text = text_of(make_report([half_rate_contract()], findings=[found]))
    assert (
        "Document conflict: Documents with the same number differ; all of them were counted.\n  INV-1 differs." in text
    )


def test_control_characters_of_the_data_are_shown_escaped() -> None:
    contract = make_contract(customer="Evil\x1b[2J\u202eBV")
    row = make_row(contract, "2026-01", 1, 0, Status.UNDERBILLED, documents=("I\x07",), charge="R\n1")
    text = text_of(make_report([ContractRows(contract, (row,))], residue=[replace(make_residue(1), reason="\x9b")]))
    assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set(text)
    assert "Evil\\x1b[2J\\u202eBV" in text
    assert "R\\x0a1" in text


def test_a_contract_without_tax_percent_is_said() -> None:
    contract = make_contract(tax_percent=None)
    row = make_row(contract, "2026-01", 100, 0, Status.MISSING)
    text = text_of(make_report([ContractRows(contract, (row,))]))
    assert "1 contract states no tax percent; no tax was added for what lacks one." in text
    assert "no tax percent" not in text_of(half_rate())


def test_totals_show_what_is_not_zero() -> None:
    report = half_rate()
    total = replace(report.totals[0], inferred=1, awaiting=2, inconclusive=3, never_billed=4, residue=-5, rounding=6)
    text = plain(table.totals_lines(replace(report, totals=(total, replace(total, currency="JPY")))))
    for label in ("by inference", "still awaited", "could not be judged", "without a single line", "Rounding"):
        assert text.count(label) == 2
    assert "-0.05" in text
    assert "Totals in JPY" in text
    assert "decisions" not in text


def test_every_total_has_a_label() -> None:
    assert {name for name, _, _ in table._TOTAL_LABELS} == set(half_rate().totals[0].amounts())


class Recording(list[ContractRows]):
    def __init__(self, items: Any) -> None:
        super().__init__(items)
        self.asked: set[int] = set()

    def __getitem__(self, index: Any) -> Any:
        self.asked.add(index)
        return super().__getitem__(index)


def test_a_big_report_shows_the_largest_and_touches_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "WALKED_CONTRACTS", 10)
    items = many(40, leaking=8)
    report = make_report(items)
    recording = Recording(items)
    report = replace(report, contracts=recording, terms=[item.contract for item in items])
    chosen = select(report, limit=3)
    assert [item.contract.id for item in chosen.shown] == ["C-0005", "C-0006", "C-0007"]
    assert (chosen.left_out, chosen.quiet, chosen.is_walked) == (5, 32, False)
    assert recording.asked == {5, 6, 7}
    text = plain(body_lines(report, chosen))
    assert "5 more contracts with something to say: these are the largest 3." in text
    assert "32 contracts without a finding." in text
    assert "C-0004" not in text


def test_a_small_report_shows_rows_that_need_a_word_without_a_finding() -> None:
    contract = make_contract("C-9")
    awaiting = ContractRows(contract, (make_row(contract, "2026-08", 100, 0, Status.AWAITING),))
    report = make_report([*many(3, leaking=0), awaiting])
    chosen = select(report)
    assert [item.contract.id for item in chosen.shown] == ["C-9"]
    assert "awaiting" in plain(body_lines(report, chosen))


def test_findings_are_grouped_by_contract_in_order() -> None:
    items = many(2, leaking=2)
    rows = [item.rows[1] for item in items]
    found = [make_finding(rows[1]), make_finding(rows[0])]
    grouped = selection.findings_by_contract(make_report(items, findings=found))
    assert [finding.contract for finding in found] == list(grouped)
