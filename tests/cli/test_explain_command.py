from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from billcheck.cli import explain
from billcheck.findings import ContractRows, Finding, Severity, Status
from tests.report.stories import half_rate, half_rate_contract, make_contract, make_report, make_row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from billcheck.report.report import Report
    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AS_OF = ("--as-of", "2026-04-15", "--contract", "C-117")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[Report], None]:
    """Lets the command explain a report made by hand."""

    def give(report: Report) -> None:
        monkeypatch.setattr(explain, "make_report", lambda _, **__: report)

    return give


@pytest.mark.usefixtures("folder")
def test_a_period_in_sentences(run: Run) -> None:
    outcome = run("explain", "half.csv", *AS_OF, "--period", "2026-03")
    assert (outcome.code, outcome.err) == (0, "")
    text = outcome.out
    assert "C-117, Hartwell Interieur, EUR, from 2026-01-01 to 2026-12-31" in text
    assert "Retainer, 2026-03: underbilled" in text
    assert "Agreed: 100.00 EUR, due 2026-03-31." in text
    assert "Billed: 50.00 EUR." in text
    assert "INV-3 line 1 of 2026-03-31: 50.00 EUR (half.csv row 4;" in text
    assert "Shortfall: 50.00 EUR excl. tax, and 10.50 tax at 21%." in text
    assert "2026-02:" not in text


@pytest.mark.usefixtures("folder")
def test_without_a_period_all_of_them(run: Run) -> None:
    text = run("explain", "half.csv", *AS_OF, "--charge", "Retainer").out
    assert [month in text for month in ("2026-01: ok", "2026-02: underbilled", "2026-04: not due yet")] == [True] * 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--contract", "c117"),
            "No contract has this id. Found 'c117'. The contracts are C-117 (did you mean 'C-117'?).",
        ),
        (
            ("--contract", "C-117", "--charge", "Retainr"),
            "no charge of this name. Found 'Retainr'. The charges are Retainer (did you mean 'Retainer'?).",
        ),
        (("--contract", "C-117", "--period", "2031"), "Its periods are 2026-01 to 2026-04."),
        (("--contract", "C-117", "--period", "x"), "'x' is no period; write it as 2026, 2026-03 or 2026-03-15"),
        ((), "--contract"),
    ],
)
def test_what_is_not_there_is_told_with_a_suggestion(run: Run, words: tuple[str, ...], said: str) -> None:
    outcome = run("explain", "half.csv", "--as-of", "2026-04-15", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err


@pytest.mark.usefixtures("folder")
def test_names_count_whatever_their_case(run: Run) -> None:
    said = run("explain", "half.csv", "--as-of", "2026-04-15", "--contract", "c-117", "--charge", "RETAINER")
    assert said.code == 0
    assert said.out == run("explain", "half.csv", *AS_OF, "--charge", "Retainer").out


def test_two_charges_that_differ_in_case_alone_are_told_apart(run: Run, given: Callable[[Report], None]) -> None:
    contract = make_contract(charges=("Seats", "SEATS"))
    rows = tuple(make_row(contract, "2026-01", 100, 100, Status.OK, charge=name) for name in ("Seats", "SEATS"))
    given(make_report([ContractRows(contract, rows)]))
    words = ("explain", "x.csv", "--contract", "C-117", "--charge")
    assert "Seats, 2026-01: ok" in run(*words, "Seats").out
    assert "SEATS, 2026-01" not in run(*words, "Seats").out
    assert "no charge of this name" in run(*words, "seats").err


def test_causes_findings_and_what_settles_them(run: Run, given: Callable[[Report], None]) -> None:
    given(half_rate())
    text = run("explain", "x.csv", "--contract", "C-117", "--period", "2026-03").out
    assert "Why: billed at half the agreed amount since 2026-03.\n" in text
    assert "(underbilled): Hartwell Interieur, 2026-03: 1200.00 EUR is open." in text
    assert "What settles it: Talk to the client, then bill the difference." in text


def test_the_period_to_come_says_what_it_will_be_if_nothing_changes(run: Run, given: Callable[[Report], None]) -> None:
    given(half_rate())
    text = run("explain", "x.csv", "--contract", "C-117").out
    said = "  Next: Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes.\n"
    assert text.count("Next: ") == 1
    assert said in text.partition("Retainer, 2026-09: not due yet")[2]
    assert "Next: " not in run("explain", "x.csv", "--contract", "C-117", "--period", "2026-08").out


def test_a_cause_that_fits_different_pairs_says_how_many(run: Run, given: Callable[[Report], None]) -> None:
    item = half_rate_contract()
    cause = replace(item.rows[2].causes[0], support=3)
    given(make_report([ContractRows(item.contract, (replace(item.rows[2], causes=(cause,)),))]))
    text = run("explain", "x.csv", "--contract", "C-117").out
    assert "since 2026-03 (3 different pairs of agreed and billed fit).\n" in text


def test_every_remark_of_a_row(run: Run, given: Callable[[Report], None]) -> None:
    contract = replace(make_contract(tax_percent=None), end=None)
    rows = (
        make_row(contract, "2026-01", 100, 150, Status.OVERBILLED, documents=("X",), inferred_minor=20),
        make_row(contract, "2026-02", 100, 40, Status.UNDERBILLED, credited_minor=60, is_change=True),
        make_row(contract, "2026-03", 100, 0, Status.INCONCLUSIVE, note="Declare --covers.", drafted_minor=70),
        make_row(contract, "2026-09", 100, 0, Status.NOT_DUE),
    )
    lineless = Finding("habit", "f", Severity.WARNING, contract.id, None, None, None, None, None, "Invoices come late.")
    given(make_report([ContractRows(contract, rows)], findings=[lineless], covers=None))
    text = run("explain", "x.csv", "--contract", "C-117").out
    for said in (
        "without an end",
        "the ledger holds no document",
        "Billed too much: 0.50 EUR excl. tax; no tax percent is stated.",
        "Of the billed, 0.20 EUR is allocated by inference.",
        "Retainer, 2026-02 (change): underbilled",
        "Billed: no line of the ledger was found for it.",
        "Of the shortfall, 0.60 EUR was made by a credit note.",
        "A draft would bill 0.70 EUR; drafts do not count.",
        "Declare --covers.",
        "Billed: nothing yet.",
        "Beside the periods\n  Invoices come late.",
    ):
        assert said in text


def test_a_contract_without_rows_says_so(run: Run, given: Callable[[Report], None]) -> None:
    given(make_report([ContractRows(make_contract(), ())]))
    assert "No period of this contract is in the check." in run("explain", "x.csv", "--contract", "C-117").out
    assert "It holds none at all." in run("explain", "x.csv", "--contract", "C-117", "--period", "2026").err


def test_many_contracts_are_not_all_listed(run: Run, given: Callable[[Report], None]) -> None:
    items = [ContractRows(make_contract(f"C-{number}"), ()) for number in range(30)]
    given(make_report([*items, half_rate_contract()]))
    said = run("explain", "x.csv", "--contract", "C-300").err
    assert "C-9 and 21 more (did you mean 'C-30" not in said
    assert "C-9 and 21 more" in said


def test_a_contract_checked_with_another_says_where_its_rows_are(run: Run, tmp_path: Path) -> None:
    terms = (
        '[[contract]]\nid = "{}"\ncustomer = "Acme BV"\ncurrency = "EUR"\nstart = 2026-01-01\n'
        '[[contract.charge]]\nname = "Licence"\nmodel = "flat"\namount = "100.00"\n'
        'every = "month"\ntiming = "in_advance"\n'
    )
    contracts, ledger = tmp_path / "two.toml", tmp_path / "two.csv"
    contracts.write_text(terms.format("C-1") + terms.format("C-2"), encoding="utf-8")
    ledger.write_text(
        "document,issue_date,customer,description,amount,currency\nINV-1,2026-01-01,Acme BV,Licence,200.00,EUR\n",
        encoding="utf-8",
    )
    options = ("explain", str(ledger), "--contracts", str(contracts), "--as-of", "2026-01-31", "--contract")
    text = run(*options, "C-2").out
    assert "from those of C-1 are checked there: billcheck explain --contract C-1." in text
    assert "No period of this contract" not in text
    assert 'Licence + C-2 "Licence", 2026-01: ok' in run(*options, "C-1").out
