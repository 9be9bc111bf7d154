"""The half-rate story to the cent, from every kind of ledger that can tell it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import FindingsError, Ledger, Line, check, load_contracts, read_ledger
from billcheck.cli.main import main
from billcheck.recovery.options import make_options
from tests.acceptance import half_rate as story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from billcheck import Contract, Report


def by_hand(_: Path) -> Ledger:
    return Ledger.from_lines(by_hand_lines())


def from_generic_csv(folder: Path) -> Ledger:
    path = folder / "ledger.csv"
    path.write_text(story.generic_csv(), encoding="utf-8")
    return read_ledger(path)


def from_xero_csv(folder: Path) -> Ledger:
    path = folder / "SalesInvoices.csv"
    path.write_text(story.xero_csv(), encoding="utf-8", newline="")
    return read_ledger(path)


def from_old_xero_csv(folder: Path) -> Ledger:
    columns = [column for column in story.XERO_COLUMNS if not column.startswith("SA")]
    path = folder / "SalesInvoices.csv"
    path.write_text(story.xero_csv(columns), encoding="utf-8", newline="")
    return read_ledger(path)


@pytest.fixture
def contracts(tmp_path: Path) -> tuple[Contract, ...]:
    path = tmp_path / "contracts.toml"
    path.write_text(story.CONTRACT_TOML, encoding="utf-8")
    return load_contracts(path)


@pytest.fixture(params=[by_hand, from_generic_csv, from_xero_csv, from_old_xero_csv], ids=lambda make: make.__name__)
def report(request: pytest.FixtureRequest, contracts: tuple[Contract, ...], tmp_path: Path) -> Report:
    make: Callable[[Path], Ledger] = request.param
    return check(contracts, make(tmp_path), as_of=story.AS_OF)


def total(report: Report) -> dict[str, str]:
    totals: list[dict[str, str]] = json.loads(report.to_json())["totals"]
    assert [entry["currency"] for entry in totals] == ["EUR"]
    return totals[0]


def test_every_month_has_its_figures(report: Report) -> None:
    found = [
        (str(row.first_day), str(row.last_day), str(row.status), str(row.expected), str(row.billed), str(row.shortfall))
        for row in report.rows[:-1]
    ]
    assert found == [
        (month.first_day, month.last_day, month.status, month.expected, month.billed, month.shortfall)
        for month in story.MONTHS
    ]


def test_september_is_the_one_period_not_yet_due(report: Report) -> None:
    last = report.rows[-1]
    assert (str(last.first_day), str(last.last_day), str(last.due_on)) == story.NOT_YET_DUE
    assert str(last.status) == "not_due"


def test_totals_and_tax(report: Report) -> None:
    sums = total(report)
    assert sums["expected"] == story.EXPECTED
    assert sums["billed"] == story.BILLED
    assert sums["arrears"] == story.ARREARS
    assert sums["net"] == story.ARREARS
    assert sums["arrears_tax"] == story.ARREARS_TAX
    assert sums["arrears_incl_tax"] == story.ARREARS_INCL_TAX
    for name in ("overbilled", "rounding", "credited", "awaiting", "billed_ahead", "inconclusive", "residue"):
        assert sums[name] == "0.00", name
    assert report.arrears == {"EUR": Decimal(story.ARREARS)}


def test_tax_of_each_short_month(report: Report) -> None:
    rows: list[dict[str, Any]] = json.loads(report.to_json())["contracts"][0]["rows"]
    for row, month in zip(rows[2:8], story.MONTHS[2:], strict=True):
        assert [Decimal(entry["percent"]) for entry in row["shortfall_tax"]] == [Decimal(21)]
        assert [entry["amount"] for entry in row["shortfall_tax"]] == [month.shortfall_tax]


def test_six_findings_and_the_verdict(report: Report) -> None:
    assert [finding.kind for finding in report.findings] == ["underbilled"] * 6
    assert [str(finding.first_day) for finding in report.findings] == [month.first_day for month in story.MONTHS[2:]]
    assert str(report.verdict) == "findings"
    assert report.exit_code == 1
    assert report.complete
    with pytest.raises(FindingsError) as caught:
        report.raise_for_findings()
    assert caught.value.report is report


def test_the_pattern_is_named_on_the_six_months_and_no_other(report: Report) -> None:
    for row in report.rows:
        causes = [(cause.code, str(cause.amount), str(cause.first_day), str(cause.last_day)) for cause in row.causes]
        if row.status == "underbilled":
            assert causes == [(story.PATTERN_CODE, story.ARREARS, "2026-03-01", "2026-08-31")]
            assert story.PATTERN in row.causes[0].sentence
        else:
            assert causes == []


def test_every_billed_amount_shows_its_document(report: Report) -> None:
    for row, month in zip(report.rows, story.MONTHS, strict=False):
        assert [(item.document, str(item.amount), item.date) for item in row.evidence] == [
            (month.document, month.billed, month.invoice_date)
        ]
    assert report.rows[-1].evidence == ()


def test_every_expected_amount_shows_how_it_came_about(report: Report) -> None:
    for row in report.rows:
        assert any("2,400.00" in step or "2400.00" in step for step in row.derivation)


def test_nothing_is_left_over(report: Report) -> None:
    counts = report.counts
    assert (counts.contracts, counts.lines, counts.allocated) == (1, 8, 8)
    assert (counts.contracts_without_lines, counts.residue, counts.set_aside, counts.refused) == (0, 0, 0, 0)
    assert report.residue == ()
    assert report.outside == ()


def test_the_two_choices(report: Report) -> None:
    (options,) = make_options(report)
    assert [choice.how for choice in options.choices] == ["next_invoice", "separate_invoice"]
    next_invoice, separate = options.choices
    (invoice,) = next_invoice.documents
    assert (invoice.issue_date, invoice.due_date) == (story.NEXT_INVOICE_DATE, story.NEXT_INVOICE_DUE)
    assert (invoice.excl_tax_minor, invoice.tax_minor, invoice.incl_tax_minor) == (
        cents(story.NEXT_INVOICE_EXCL_TAX),
        cents(story.NEXT_INVOICE_TAX),
        cents(story.NEXT_INVOICE_INCL_TAX),
    )
    supplementary, regular = separate.documents
    assert (supplementary.issue_date, supplementary.due_date) == (story.SEPARATE_DATE, story.SEPARATE_DUE)
    assert (supplementary.excl_tax_minor, supplementary.tax_minor) == (cents(story.ARREARS), cents(story.ARREARS_TAX))
    assert supplementary.incl_tax_minor == cents(story.SEPARATE_INCL_TAX)
    numbers = [tuple(reference.number for reference in entry.references) for entry in supplementary.lines]
    assert numbers == [(month.document,) for month in story.MONTHS[2:]]
    assert (regular.excl_tax_minor, regular.tax_minor, regular.incl_tax_minor) == (
        cents(story.REGULAR_EXCL_TAX),
        cents(story.REGULAR_TAX),
        cents(story.REGULAR_INCL_TAX),
    )
    assert separate.incl_tax_minor == next_invoice.incl_tax_minor == cents(story.NEXT_INVOICE_INCL_TAX)


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_the_command_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contracts.toml").write_text(story.CONTRACT_TOML, encoding="utf-8")
    (tmp_path / "SalesInvoices.csv").write_text(story.xero_csv(), encoding="utf-8", newline="")
    arguments = ["check", str(tmp_path / "SalesInvoices.csv"), "--contracts", str(tmp_path / "contracts.toml")]
    code = main([*arguments, "--as-of", story.AS_OF.isoformat()])
    printed = capsys.readouterr().out
    assert code == 1
    for figure in (*story.PRINTED, story.PATTERN, story.CONTRACT):
        assert figure in printed, figure


def test_the_demo_prints_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    printed = capsys.readouterr().out
    for figure in (*story.PRINTED, story.PATTERN):
        assert figure in printed, figure


def test_once_the_supplementary_invoice_is_in_the_ledger_the_check_is_clean(contracts: tuple[Contract, ...]) -> None:
    lines = [*by_hand_lines(), *supplementary_lines("approved")]
    report = check(contracts, Ledger.from_lines(lines), as_of=story.SEPARATE_DATE)
    assert str(report.verdict) == "clean"
    assert report.arrears == {"EUR": Decimal("0.00")}
    assert [str(row.billed) for row in report.rows[:8]] == ["2400.00"] * 8


def test_as_long_as_it_is_a_draft_the_arrears_stand(contracts: tuple[Contract, ...]) -> None:
    lines = [*by_hand_lines(), *supplementary_lines("draft")]
    report = check(contracts, Ledger.from_lines(lines), as_of=story.SEPARATE_DATE)
    assert report.arrears == {"EUR": Decimal(story.ARREARS)}
    assert str(report.verdict) == "findings"


def by_hand_lines() -> list[Line]:
    return [
        Line(
            document=month.document,
            issue_date=month.invoice_date,
            customer=story.CUSTOMER,
            amount=Decimal(month.billed),
            currency="EUR",
        )
        for month in story.MONTHS
    ]


def supplementary_lines(status: str) -> list[Line]:
    """The separate invoice of the second choice: one line for each short month, with its period."""
    return [
        Line(
            document="INV-2026-009",
            issue_date=story.SEPARATE_DATE,
            customer=story.CUSTOMER,
            amount=Decimal(month.shortfall),
            currency="EUR",
            status=status,
            description=f"Website care, difference for {month.first_day[:7]}",
        )
        for month in story.MONTHS[2:]
    ]
