"""An invoice that would be a bomb is a finding, unless the client was told, or it is only what was agreed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from billcheck import check, load_contracts, read_ledger
from billcheck.recovery.case_files import write_case
from billcheck.recovery.events import Contacted
from billcheck.recovery.states import add
from tests.acceptance import half_rate
from tests.recovery.case.made import make_notice
from tests.recovery.cases import made_case, story_case

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.findings import Finding
    from billcheck.recovery.case import Case
    from billcheck.report.report import Report

SEPTEMBER = "Website care September 2026,2400.00"
ARREARS = tuple(
    f"Website care arrears {month} 2026,1200.00" for month in ("March", "April", "May", "June", "July", "August")
)


def lines(*texts: str, number: str = "INV-2026-009", status: str = "approved", day: str = "2026-09-30") -> str:
    return "".join(f"{number},invoice,{status},{day},{half_rate.CUSTOMER},{text},,EUR\n" for text in texts)


def report(folder: Path, ledger: str, *cases: Case, contracts: str = half_rate.CONTRACT_TOML, as_of: date) -> Report:
    (folder / "contracts.toml").write_text(contracts, encoding="utf-8")
    (folder / "ledger.csv").write_text(ledger, encoding="utf-8")
    return check(
        load_contracts(folder / "contracts.toml"), read_ledger(folder / "ledger.csv"), as_of=as_of, cases=cases
    )


def surprises(folder: Path, more: str, *cases: Case, as_of: date = date(2026, 9, 30)) -> list[Finding]:
    made = report(folder, half_rate.generic_csv() + more, *cases, as_of=as_of)
    return [finding for finding in made.findings if finding.kind == "surprise"]


def test_the_next_invoice_with_six_months_of_arrears_and_no_notice(tmp_path: Path) -> None:
    # 2,400.00 was agreed for September; 9,600.00 is 4 times as much.
    (found,) = surprises(tmp_path, lines(SEPTEMBER, *ARREARS), story_case())
    assert found.sentence == (
        "Hartwell Interieur, INV-2026-009 of 2026-09-30, 9,600.00 EUR excl. tax: 2,400.00 EUR was agreed for it, and "
        "no notice to the client is on record."
    )
    assert (found.contract, found.amount_minor, found.currency, str(found.severity)) == (
        "C-117",
        960_000,
        "EUR",
        "warning",
    )


def test_a_draft_is_found_before_it_goes_out(tmp_path: Path) -> None:
    (found,) = surprises(tmp_path, lines(SEPTEMBER, *ARREARS, status="draft"), story_case())
    assert found.sentence.startswith("Hartwell Interieur, drafts of 9,600.00 EUR excl. tax: 2,400.00 EUR was agreed")


def test_a_separate_invoice_for_the_arrears_alone(tmp_path: Path) -> None:
    (found,) = surprises(tmp_path, lines(*ARREARS, number="INV-S", day="2026-09-08"), story_case())
    assert "INV-S of 2026-09-08, 7,200.00 EUR excl. tax: 2,400.00 EUR was agreed for it" in found.sentence


@pytest.mark.parametrize("status", ["approved", "draft"])
def test_a_client_who_was_told_is_not_surprised(tmp_path: Path, status: str) -> None:
    bill = lines(SEPTEMBER, *ARREARS, status=status)
    noticed = add(story_case(), make_notice(720_000))
    contacted = add(story_case(), Contacted(on=date(2026, 9, 8), channel="phone"))
    assert surprises(tmp_path, bill, noticed) == []
    assert surprises(tmp_path, bill, contacted) == []


def test_a_notice_after_the_invoice_comes_too_late(tmp_path: Path) -> None:
    late = add(story_case(), Contacted(on=date(2026, 10, 1), channel="phone"))
    assert len(surprises(tmp_path, lines(SEPTEMBER, *ARREARS), late, as_of=date(2026, 10, 2))) == 1


@pytest.mark.parametrize(("amount", "is_found"), [("1200.00", False), ("1200.01", True)])
def test_one_and_a_half_times_is_no_surprise_and_a_cent_more_is(tmp_path: Path, amount: str, is_found: bool) -> None:
    bill = lines(SEPTEMBER, f"Website care arrears March 2026,{amount}")
    assert bool(surprises(tmp_path, bill, story_case())) is is_found


def test_what_was_agreed_is_no_surprise(tmp_path: Path) -> None:
    assert surprises(tmp_path, lines(SEPTEMBER), story_case()) == []
    october = lines("Website care October 2026,2400.00", number="INV-2026-010", status="draft", day="2026-10-31")
    two_drafts = lines(SEPTEMBER, status="draft") + october
    assert surprises(tmp_path, two_drafts, story_case(), as_of=date(2026, 10, 31)) == []


def test_without_a_case_nothing_is_said(tmp_path: Path) -> None:
    assert surprises(tmp_path, lines(SEPTEMBER, *ARREARS)) == []


def test_an_invoice_from_before_the_find_is_no_news(tmp_path: Path) -> None:
    bill = lines(*ARREARS, number="INV-S", day="2026-09-03")
    assert surprises(tmp_path, bill, story_case()) == []


def test_a_case_of_another_customer_says_nothing_about_this_one(tmp_path: Path) -> None:
    other = made_case(
        half_rate.CONTRACT_TOML.replace("Hartwell Interieur", "Other BV"),
        half_rate.generic_csv().replace("Hartwell Interieur", "Other BV"),
        customer="Other BV",
    )
    assert surprises(tmp_path, lines(SEPTEMBER, *ARREARS), other) == []


def test_who_bills_three_months_at_a_time_surprises_nobody_with_three(tmp_path: Path) -> None:
    contracts = half_rate.CONTRACT_TOML
    quarters = [("2026-03-31", "January", "February", "March"), ("2026-06-30", "April", "May", "June")]
    bills = "document,issue_date,customer,description,amount,tax,currency\n" + "".join(
        f"Q{number},{day},{half_rate.CUSTOMER},Website care {month} 2026,2400.00,,EUR\n"
        for number, (day, *months) in enumerate(quarters)
        for month in months
    )
    short = bills.replace("June 2026,2400.00", "June 2026,1200.00")
    case = made_case(contracts, short, as_of=date(2026, 7, 10))
    third = "".join(
        f"Q9,2026-09-30,{half_rate.CUSTOMER},Website care {month} 2026,2400.00,,EUR\n"
        for month in ("July", "August", "September")
    )
    made = report(tmp_path, short + third, case, as_of=date(2026, 9, 30))
    assert [finding for finding in made.findings if finding.kind == "surprise"] == []


def test_it_informs_and_fails_a_check_only_when_asked(tmp_path: Path) -> None:
    ledger = half_rate.generic_csv() + lines(SEPTEMBER, *ARREARS)
    made = report(tmp_path, ledger, story_case(), as_of=date(2026, 9, 30))
    assert made.verdict == "clean"
    asked = check(
        load_contracts(tmp_path / "contracts.toml"),
        read_ledger(tmp_path / "ledger.csv"),
        as_of=date(2026, 9, 30),
        cases=[story_case()],
        fail_on=["surprise"],
    )
    assert (asked.verdict, asked.exit_code) == ("findings", 1)


def test_the_command_reads_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from billcheck.cli.main import main  # noqa: PLC0415 - one test of the command

    (tmp_path / "contracts.toml").write_text(half_rate.CONTRACT_TOML, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(half_rate.generic_csv() + lines(SEPTEMBER, *ARREARS), encoding="utf-8")
    write_case(story_case(), tmp_path / "case.json")
    words = ["check", str(tmp_path / "ledger.csv"), "--contracts", str(tmp_path / "contracts.toml")]
    words += ["--as-of", "2026-09-30", "--case", str(tmp_path / "case.json")]
    assert main([*words, "--fail-on", "surprise"]) == 1
    assert "INV-2026-009 of 2026-09-30, 9,600.00 EUR excl. tax" in capsys.readouterr().out
    assert main([*words, "--output", f"json={tmp_path / 'case.json'}"]) == 2
    (tmp_path / "case.json").write_text("{}", encoding="utf-8")
    assert main(words) == 2
    assert "This is no case that billcheck wrote." in capsys.readouterr().err


def test_a_decision_about_it_sets_it_aside(tmp_path: Path) -> None:
    from billcheck.decisions.writing import decide  # noqa: PLC0415 - one test of decisions

    ledger = half_rate.generic_csv() + lines(SEPTEMBER, *ARREARS)
    (found,) = surprises(tmp_path, lines(SEPTEMBER, *ARREARS), story_case())
    (tmp_path / "ledger.csv").write_text(ledger, encoding="utf-8")
    decided = check(
        load_contracts(tmp_path / "contracts.toml"),
        read_ledger(tmp_path / "ledger.csv"),
        as_of=date(2026, 9, 30),
        cases=[story_case()],
        fail_on=["surprise"],
        decisions=[decide(found, "accept", reason="Told by phone.")],
    )
    assert decided.exit_code == 0
    assert [str(outcome.standing) for outcome in decided.decisions] == ["applied"]


def test_what_else_an_invoice_bills_counts_too(tmp_path: Path) -> None:
    # 2,400.00 for September and a laptop of 1,200.01, which went to no period: 3,600.01 is more than 3,600.00.
    contracts = half_rate.CONTRACT_TOML + 'matching = { items = ["CARE"] }\n'
    head, *rows = half_rate.generic_csv().splitlines()
    ledger = "\n".join([f"{head},item", *(f"{row},CARE" for row in rows)]) + "\n"
    september, laptop = lines(SEPTEMBER, "A laptop,1200.01").splitlines()
    made = report(
        tmp_path,
        f"{ledger}{september},CARE\n{laptop},HW\n",
        story_case(),
        contracts=contracts,
        as_of=date(2026, 9, 30),
    )
    (found,) = [finding for finding in made.findings if finding.kind == "surprise"]
    assert (found.amount_minor, found.contract) == (360_001, "C-117")


def test_a_customer_no_longer_under_contract_is_left_alone(tmp_path: Path) -> None:
    other = half_rate.CONTRACT_TOML.replace("Hartwell Interieur", "Other BV")
    made = report(tmp_path, half_rate.generic_csv(), story_case(), contracts=other, as_of=date(2026, 9, 30))
    assert [finding for finding in made.findings if finding.kind == "surprise"] == []


def test_days_of_events_do_not_depend_on_their_order(tmp_path: Path) -> None:
    case = add(story_case(), Contacted(on=date(2026, 9, 4) + timedelta(3), channel="phone"))
    assert surprises(tmp_path, lines(SEPTEMBER, *ARREARS), story_case(), case) == []
