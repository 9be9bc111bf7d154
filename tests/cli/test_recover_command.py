"""`billcheck recover` from the report to the end: what it prints and refuses, and that a refusal changes nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.cli import clock
from billcheck.cli.main import main
from billcheck.recovery.case_files import load_case, write_case
from billcheck.recovery.events import Drafted
from billcheck.recovery.states import add
from tests.acceptance import half_rate
from tests.recovery.case.made import DAY, make_case, make_draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

OPEN = (
    "recover", "open", "report.json", "--customer", "Hartwell Interieur", "--cause", "A wrong quantity.",
    "--found-on", "2026-09-04", "--on", "2026-09-04",
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the story's contracts, ledger and report."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts.toml").write_text(half_rate.CONTRACT_TOML, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(half_rate.generic_csv(), encoding="utf-8")
    main(["check", "ledger.csv", "--as-of", "2026-09-04", "--output", "json=report.json"])
    return tmp_path


def recorded(run: Run, *words: str) -> Outcome:
    return run("recover", "record", "case.json", *words)


def test_open_says_what_the_case_is_about(run: Run, place: Path) -> None:
    outcome = run(
        *OPEN, "--contracts", "contracts.toml", "--by", "Anna", "--prevention", "We check.", "-o", "cases/h.json"
    )
    case = load_case(place / "cases" / "h.json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        f"cases/h.json: case {case.id} is opened.\n"
        "  Hartwell Interieur: 7,200.00 EUR excl. tax in 6 periods, as of 2026-09-04.\n"
    )
    assert (case.opened.by, case.opened.cause.prevention, case.opened.cause.at_fault) == ("Anna", "We check.", "us")
    assert len(case.arrears.agreements[0].remaining) == 16


def test_what_is_passed_by_and_owed_back_is_said(run: Run, place: Path) -> None:
    ledger = half_rate.generic_csv().replace(
        "2026-02-28,Hartwell Interieur,Website care,2400.00", "2026-02-28,Hartwell Interieur,Website care,2500.00"
    )
    (place / "ledger.csv").write_text(ledger, encoding="utf-8")
    main(["check", "ledger.csv", "--as-of", "2026-09-04", "--output", "json=report.json"])
    refused = run(*OPEN)
    assert refused.code == 2
    assert "  overbilled (Hartwell Interieur): Periods were billed too much" in refused.err
    assert not (place / "case.json").exists()
    outcome = run(*OPEN, "--override", "overbilled=A credit note goes out with the notice.")
    assert "  100.00 EUR is owed back, and set off against nothing.\n" in outcome.out
    assert "  Passed by: overbilled. A credit note goes out with the notice.\n" in outcome.out


def test_a_case_is_never_overwritten(run: Run, place: Path) -> None:
    assert run(*OPEN).code == 0
    before = (place / "case.json").read_bytes()
    again = run(*OPEN)
    assert (again.code, (place / "case.json").read_bytes()) == (2, before)
    assert "--output: There is a file of this name, and a case is never overwritten. Found 'case.json'." in again.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--override", "overbilled"], "'overbilled' lacks a reason; write it as SAFEGUARD=REASON"),
        (["--override", "overbilled= "], "lacks a reason"),
        (["--currency", "euro"], "'euro' is no currency"),
        (["--found-on", "4-9-2026"], "'4-9-2026' is no date"),
    ],
)
def test_wrong_words_are_refused(run: Run, place: Path, words: list[str], said: str) -> None:
    outcome = run(*OPEN, *words)
    assert (outcome.code, said in outcome.err) == (2, True)
    assert not (place / "case.json").exists()


def test_no_report_no_case(run: Run, place: Path) -> None:
    (place / "report.json").write_text("{}", encoding="utf-8")
    outcome = run(*OPEN)
    assert (outcome.code, "The report was refused" in outcome.err) == (2, True)


def test_today_is_said_where_no_day_is_given(run: Run, place: Path) -> None:
    assert place.is_dir()
    outcome = run(*OPEN[:-2])
    assert re.fullmatch(r"On \d{4}-\d\d-\d\d, which is today; give --on for another day\.\n", outcome.err)
    assert outcome.code == 0
    shown = run("recover", "status", "case.json")
    assert "which is today; give --as-of for another day." in shown.err


def test_a_day_still_to_come_is_never_put_on_record(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 8))
    refused = run(*OPEN[:-1], "2026-09-09")
    said = "--on: What is put on record has happened, and this day is still to come. Found '2026-09-09'. Today is 2026"
    assert (refused.code, said in refused.err, (place / "case.json").exists()) == (2, True, False)
    assert run(*OPEN).code == 0
    before = (place / "case.json").read_bytes()
    recover = (
        ("record", "case.json", "contacted", "--channel", "phone", "--on"),
        ("reopen", "case.json", "--reason", "x", "--on"),
        ("offers", "case.json", "--record", "separate_invoice", "--on"),
        ("plan", "case.json", "--first", "2026-10-31", "--count", "2", "--record", "--on"),
        ("documents", "case.json", "--choice", "separate_invoice", "--without-contact", "x", "--record", "--on"),
        (
            "notice",
            "case.json",
            "--reply-by",
            "2027-08-10",
            "--language",
            "en",
            "--from",
            "A",
            "--phone",
            "1",
            "--no-next-invoice",
            "--record",
            "--issue-date",
        ),
        ("brief", "case.json", "--floor", "1.00", "--decided-by", "A", "--record", "--as-of"),
    )
    for words in recover:
        outcome = run("recover", *words, "2027-07-27")
        assert (outcome.code, "this day is still to come. Found '2027-07-27'." in outcome.err) == (2, True), outcome.err
    assert (place / "case.json").read_bytes() == before
    # What is only looked at, or planned, may lie ahead; today itself is right.
    assert run("recover", "offers", "case.json", "--on", "2026-09-30").code == 0
    assert recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08").code == 0
    backwards = recorded(run, "disputed", "--on", "2026-09-07")
    assert "The last event is of 2026-09-08. If that day is wrong, take its event out of the file" in backwards.err


def test_a_report_in_the_place_of_a_case_is_called_that(run: Run, place: Path) -> None:
    outcome = run("recover", "status", "report.json")
    assert "report.json: This is a report of billcheck, and no case. billcheck recover open makes" in outcome.err
    assert (outcome.code, place.is_dir()) == (2, True)


def test_the_whole_story_on_the_command_line(run: Run, place: Path) -> None:
    run(*OPEN)
    row = load_case(place / "case.json").arrears.periods[0].row
    steps = (
        (("contacted", "--channel", "in_person", "--person", "Mr Hartwell", "--on", "2026-09-08"), "in_talks"),
        (("objected", "--kind", "your_error", "--text", "Yours.", "--on", "2026-09-08"), "in_talks"),
        (("agreed", "--offer", "separate_invoice", "--evidence", "Mail.", "--on", "2026-09-08"), "agreed"),
        (
            ("invoiced", "--number", "S-1", "--row", f"{row}=1,200.00", "--total", "1452.00", "--on", "2026-09-08"),
            "awaiting_payment",
        ),
        (("paid", "--document", "S-1", "--amount", "1452", "--on", "2026-10-08"), "awaiting_payment"),
        (("waived", "--all", "--reason", "To keep the client.", "--on", "2026-10-09"), "awaiting_payment"),
        (("closed", "--outcome", "settled", "--on", "2026-10-09"), "closed_settled"),
    )
    for words, state in steps:
        outcome = recorded(run, *words)
        assert outcome.out == f"case.json: {words[0]} on {words[-1]}; the case is now {state}.\n", outcome.err
    status = json.loads(run("recover", "status", "case.json", "--as-of", "2026-10-09", "--format", "json").out)
    assert (status["state"], status["age_days"], status["arrears"], status["waived"]) == (
        "closed_settled",
        35,
        "7200.00",
        "6000.00",
    )
    assert status["documents"] == [
        {
            "number": "S-1",
            "recorded_on": "2026-09-08",
            "total": "1452.00",
            "paid": "1452.00",
            "credited": "0.00",
            "outstanding": "0.00",
        }
    ]


def test_a_plan_that_was_agreed_is_followed(run: Run, place: Path) -> None:
    run(*OPEN)
    recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08")
    recorded(run, "disputed", "--text", "Too old.", "--on", "2026-09-08")
    shown = run("recover", "status", "case.json", "--as-of", "2026-09-09")
    assert "  - Look for a compromise (billcheck recover offers); record what is offered and agreed." in shown.out
    assert place.is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("paid", "--document", "S-1", "--amount", "12.345"),
            "--amount: This is no amount of the case's currency. Found",
        ),
        (
            ("paid", "--document", "S-1", "--amount", "12 EUROS"),
            "Found '12 EUROS'. Write it as 1200.00, with the decimals",
        ),
        (("paid", "--document", "S-1", "--amount", "12.00"), "paid: No document of this number is on record."),
        (
            ("invoiced", "--number", "S-1"),
            "invoiced: It is not said what the document bills. Give --draft NUMBER, or --row",
        ),
        (("invoiced", "--draft", "D-7"), "--draft: No draft of this number is on record. Found 'D-7'. There is none."),
        (
            ("waived", "--reason", "x"),
            "waived: It is not said what is waived, or said twice. Give one of --all, --agreed",
        ),
        (("waived", "--reason", "x", "--all", "--agreed"), "waived: It is not said what is waived, or said twice."),
        (("waived", "--reason", "x", "--agreed"), "--agreed: No offer was agreed to that gives anything up."),
        (("waived", "--reason", "x", "--row", "abc"), "'abc' is no row with an amount; write it as ROW=AMOUNT"),
        (
            ("agreed", "--offer", "nothing"),
            "--offer: There is no offer of this name. Found 'nothing'. There are next_inv",
        ),
        (("closed", "--outcome", "paid"), "closed paid: The case cannot end so: 7,200.00 EUR is open"),
        (("contacted", "--channel", "telepathy"), "invalid choice: 'telepathy'"),
    ],
)
def test_what_cannot_be_recorded_is_told_and_changes_nothing(
    run: Run, place: Path, words: tuple[str, ...], said: str
) -> None:
    run(*OPEN)
    recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08")
    before = (place / "case.json").read_bytes()
    outcome = recorded(run, *words, "--on", "2026-09-08")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert (place / "case.json").read_bytes() == before


def test_a_draft_that_was_approved_bills_what_it_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = make_case()
    write_case(case, "case.json")
    recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08")
    drafted = Drafted(on=DAY.replace(day=8), documents=(make_draft("D-1", {"r1": 10_000, "r2": 5_000}),))
    write_case(add(load_case("case.json"), drafted), "case.json")
    outcome = recorded(run, "invoiced", "--draft", "D-1", "--number", "2026-17", "--on", "2026-09-10")
    assert outcome.code == 0, outcome.err
    status = json.loads(run("recover", "status", "case.json", "--as-of", "2026-09-10", "--format", "json").out)
    assert (status["open"], status["invoiced"], status["documents"][0]["number"]) == ("450.00", "150.00", "2026-17")
    credit = recorded(run, "paid", "--document", "2026-17", "--amount", "150.00", "--credit-note", "--on", "2026-09-11")
    assert credit.code == 0


def test_reopening_needs_a_new_talk(run: Run, place: Path) -> None:
    run(*OPEN)
    recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08")
    outcome = run("recover", "reopen", "case.json", "--reason", "A seventh month.", "--on", "2026-10-15")
    assert outcome.out == "case.json: reopened. Talk to the client again before anything is drafted.\n"
    assert "In a case that is opened, disputed cannot happen." in recorded(run, "disputed", "--on", "2026-10-15").err
    assert run("recover", "reopen", "case.json", "--reason", " ", "--on", "2026-10-15").code == 2
    assert place.is_dir()


def test_reopening_with_a_later_report_takes_its_figures(run: Run, place: Path) -> None:
    run(*OPEN)
    more = "INV-2026-009,invoice,approved,2026-09-30,Hartwell Interieur,Website care,1200.00,252.00,EUR\n"
    (place / "ledger.csv").write_text(half_rate.generic_csv() + more, encoding="utf-8")
    main(["check", "ledger.csv", "--as-of", "2026-10-12", "--output", "json=later.json"])
    words = (
        "recover",
        "reopen",
        "case.json",
        "--reason",
        "It went on.",
        "--report",
        "later.json",
        "--on",
        "2026-10-12",
    )
    outcome = run(*words, "--contracts", "contracts.toml")
    assert outcome.code == 0, outcome.err
    case = load_case(place / "case.json")
    assert (case.arrears.arrears_minor, len(case.arrears.periods)) == (840_000, 7)
    assert len(case.arrears.agreements[0].remaining) == 15


def test_a_case_that_is_no_case(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text("[]", encoding="utf-8")
    for verb in (("status",), ("record",), ("reopen",)):
        more = {"status": (), "record": ("disputed",), "reopen": ("--reason", "x")}[verb[0]]
        outcome = run("recover", *verb, str(path), *more)
        assert (outcome.code, "This is no case that billcheck wrote." in outcome.err) == (2, True)


def test_the_schema_of_a_case(run: Run) -> None:
    outcome = run("schema", "case")
    assert (outcome.code, json.loads(outcome.out)["title"]) == (0, "A case of billcheck")


def test_a_case_that_was_cut_off_or_changed_is_called_that(run: Run, place: Path) -> None:
    run(*OPEN)
    path = place / "case.json"
    whole = path.read_text(encoding="utf-8")
    half = whole[: len(whole) // 2]
    line = half.count("\n") + 1
    path.write_text(half, encoding="utf-8")
    outcome = run("recover", "status", str(path))
    assert (outcome.code, "This is no case" in outcome.err) == (2, False)
    assert (
        f"The file begins as a case, and makes no sense from line {line} on: it was cut off or changed." in outcome.err
    )
    assert "Put the file back as it was before; nothing of it is used." in outcome.err


@pytest.mark.usefixtures("place")
def test_what_is_waived_asks_to_be_told_to_the_check(run: Run) -> None:
    """Until the decisions hold it, a check asks for it again; only the file of decisions makes it stop."""
    run(*OPEN)
    recorded(run, "contacted", "--channel", "phone", "--on", "2026-09-08")
    outcome = recorded(run, "waived", "--all", "--reason", "x", "--on", "2026-09-08")
    said = (
        "Tell the next check what was waived, or it asks for it again: billcheck recover decisions CASE --append-to "
        "decisions.toml."
    )
    assert (outcome.code, said in outcome.err) == (0, True)
    assert said in run("recover", "status", "case.json", "--as-of", "2026-09-08").out
    check = ("check", "ledger.csv", "--as-of", "2026-09-08", "--fail-on", "underbilled")
    assert run(*check).code == 1
    assert run("recover", "decisions", "case.json", "--append-to", "decisions.toml").code == 0
    assert run(*check, "--decisions", "decisions.toml").code == 0
