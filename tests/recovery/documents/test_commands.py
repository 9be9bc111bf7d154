"""`billcheck recover documents` and `recover decisions` from the command line."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from billcheck.cli.recover import documents
from billcheck.connectors.files.drafts import FORMATS
from billcheck.decisions.files import load_decisions
from billcheck.recovery.case_files import load_case, write_case
from billcheck.recovery.events import Agreed, Contacted, Drafted, Offered, Planned
from billcheck.recovery.offers import instalment_offer, separate_invoice_offer, waive_part
from billcheck.recovery.states import add
from tests.acceptance import half_rate
from tests.recovery.cases import FOUND_ON, made_case, story_case
from tests.recovery.documents.test_documents import CUTOFF, TALK, talked
from tests.recovery.documents.test_loop import TWINS, twins_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.case import Case


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_in(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(file.read_bytes().decode(), newline="")))


def run(words: str, case: Case | None = None) -> int:
    if case is not None:
        write_case(case, "case.json")
    return main(["recover", *words.split()])


def test_the_gate_is_closed_without_a_contact(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("documents case.json --choice separate_invoice -o drafts", story_case()) == 2
    assert "Nobody has talked to the client yet" in capsys.readouterr().err
    assert not (in_a_folder / "drafts").exists()


def test_a_reason_opens_it_and_is_kept(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_case(story_case(), "case.json")
    words = ["recover", "documents", "case.json", "--choice", "separate_invoice", "-o", "drafts", "--record"]
    assert main([*words, "--on", "2026-09-08", "--without-contact", "they asked for it in writing"]) == 0
    assert "case.json: drafted on 2026-09-08" in capsys.readouterr().out
    case = load_case(in_a_folder / "case.json")
    assert [(each.safeguard, each.reason) for each in case.overrides] == [
        ("contact_first", "they asked for it in writing")
    ]


def test_option_b_of_the_story_as_files(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("documents case.json --choice separate_invoice -o drafts", talked()) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0].split() == [
        *f"DRAFT-{story_case().id[:6]}-1 supplementary invoice dated 2026-09-08 due 2026-10-08 6 lines".split(),
        "8,712.00", "EUR",
    ]  # fmt: skip
    assert "The case stays as it is; --record appends the drafts." in captured.err
    assert "by billcheck recover letter: price_confirmation." in captured.err
    files = sorted((in_a_folder / "drafts").iterdir())
    assert len(files) == 2
    rows = rows_in(files[0])
    assert len(rows) == 6
    assert not list(load_case(in_a_folder / "case.json").of(Drafted))
    assert run("documents case.json --choice separate_invoice -o drafts") == 2
    assert "A file of this name is there already" in capsys.readouterr().err
    assert run("documents case.json --choice separate_invoice -o drafts --force") == 0


def test_without_a_folder_nothing_is_written(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("documents case.json --choice next_invoice", talked()) == 0
    captured = capsys.readouterr()
    assert "11,616.00 EUR" in captured.out
    assert "Nothing was written; give -o FOLDER." in captured.err
    assert [file.name for file in in_a_folder.iterdir()] == ["case.json"]


def test_xero_is_told_what_it_asks_for(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_case(talked(), "case.json")
    words = ["recover", "documents", "case.json", "--choice", "separate_invoice", "-o", "x", "--format", "xero"]
    assert main(words) == 2
    refused = capsys.readouterr().err
    assert "--tax-name" in refused
    assert "--account" in refused
    named = ["--tax-name", "21=21% BTW", "--account", "200", "--ledger-customer", "Hartwell BV", "--number", "S-1"]
    assert main([*words, *named, "--issue-date", "2026-09-10", "--due-date", "2026-12-31"]) == 0
    rows = rows_in(in_a_folder / "x" / "S-1.csv")
    assert [rows[0][key] for key in ("*ContactName", "*InvoiceDate", "*DueDate", "*TaxType", "*AccountCode")] == [
        "Hartwell BV", "10/09/2026", "31/12/2026", "21% BTW", "200",
    ]  # fmt: skip


def test_xero_may_round_the_tax_of_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    # Two lines of 0.02 at 21 %: 0.0084 in all, so 0.01; line by line 0.00 and 0.00.
    contract = """\
[[contract]]
id = "R-1"
customer = "R"
currency = "EUR"
start = 2026-01-01
payment_terms = "30 days"
tax = { percent = "21" }

[[contract.charge]]
name = "Small"
model = "flat"
amount = "1.02"
every = "month"
timing = "in_advance"
"""
    ledger = "document,issue_date,customer,description,amount,currency\n" + "".join(
        f"R-{month},2026-0{month}-01,R,Small,1.00,EUR\n" for month in (1, 2)
    )
    case = made_case(contract, ledger, customer="R", as_of=FOUND_ON.replace(month=2, day=4))
    write_case(add(case, Contacted(on=FOUND_ON, channel="phone")), "case.json")
    words = ["recover", "documents", "case.json", "--choice", "separate_invoice", "-o", "x", "--format", "xero"]
    assert main([*words, "--tax-name", "21=21%", "--account", "200"]) == 0
    assert (
        "Xero may round the tax of each line, 0.00 EUR in all, where the document has 0.01" in capsys.readouterr().err
    )


def test_what_a_format_cannot_tell_apart_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    case = made_case(TWINS, twins_ledger(), customer="Twin BV", as_of=date(2026, 3, 10))
    write_case(add(case, Contacted(on=FOUND_ON, channel="phone")), "case.json")
    words = ["recover", "documents", "case.json", "--choice", "separate_invoice", "--tax-name", "10=JCT"]
    assert main([*words, "-o", "q", "--format", "quickbooks"]) == 0
    said = capsys.readouterr().err
    assert 'quickbooks: nothing on a line of T-1 "Hosting" tells it from T-2 "Hosting"' in said
    assert "QuickBooks has no drafts" in said
    assert main([*words, "-o", "g"]) == 0
    assert "nothing on a line" not in capsys.readouterr().err


def test_an_offer_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    case = talked()
    offer = separate_invoice_offer(case, waiver=waive_part(case, oldest=1))
    write_case(add(case, Offered(on=FOUND_ON.replace(day=8), offer=offer)), "case.json")
    assert run("documents case.json") == 2
    assert "no offer was agreed to" in capsys.readouterr().err
    assert run("documents case.json --offer nothing") == 2
    assert f"On record: {offer.name}." in capsys.readouterr().err
    assert run(f"documents case.json --offer {offer.name}") == 0
    captured = capsys.readouterr()
    assert "7,260.00 EUR" in captured.out
    assert "by billcheck recover letter: waiver_letter, price_confirmation." in captured.err
    assert "billcheck recover record CASE waived --agreed" in captured.err
    assert run(f"record case.json agreed --offer {offer.name} --on 2026-09-09") == 0
    assert run("record case.json waived --agreed --reason goodwill --on 2026-09-09") == 0
    capsys.readouterr()
    assert run("documents case.json") == 0
    captured = capsys.readouterr()
    assert "7,260.00 EUR" in captured.out
    assert "waived --agreed" not in captured.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--tax-percent 101", "'101' is no percent; write 21 for 21 %"),
        ("--tax-percent x", "'x' is no percent"),
        ("--tax-name 21", "'21' names no tax; write it as PERCENT=NAME"),
        ("--tax-name x=y", "'x' is no percent"),
        ("--document-kind letter", "invalid choice: 'letter'"),
        ("--format snapshot", "invalid choice: 'snapshot'"),
        ("--choice next_invoice --offer b", "not allowed with argument"),
    ],
)
def test_words_that_make_no_sense(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(f"documents case.json {words}")
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_choice_asks_for_what_the_clause_leaves_on_its_day(capsys: pytest.CaptureFixture[str]) -> None:
    write_case(talked(made_case(CUTOFF, half_rate.generic_csv())), "case.json")
    assert run("documents case.json --choice separate_invoice") == 0
    captured = capsys.readouterr()
    assert "5,808.00 EUR" in captured.out  # four months: 4,800.00 and 21 %
    assert "2026-03: 1,200.00 EUR is in no document, because the clause on late invoices takes it" in captured.err
    assert run("documents case.json --choice separate_invoice --issue-date 2026-09-29") == 0
    assert "4,356.00 EUR" in capsys.readouterr().out


def test_the_language_of_the_client(in_a_folder: Path) -> None:
    assert run("documents case.json --choice separate_invoice --language nl --number S-1 -o drafts", talked()) == 0
    assert rows_in(in_a_folder / "drafts" / "S-1.csv")[0]["description"] == (
        "Website care, 2026-03-01 t/m 2026-03-31: verschil met de afgesproken prijs, factuur INV-2026-003 gedateerd "
        "2026-03-31"
    )


def test_the_formats_offered_are_those_that_can_be_written() -> None:
    assert set(documents.FORMATS) == {*FORMATS, *documents.TO_HAND_OVER}


def test_decisions_are_printed_and_appended_once(in_a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_case(talked(), "case.json")
    assert run("decisions case.json") == 0
    assert "Nothing was waived in this case." in capsys.readouterr().err
    assert run("record case.json waived --all --reason goodwill --on 2026-09-09 --by Jo") == 0
    capsys.readouterr()
    assert run("decisions case.json") == 0
    printed = capsys.readouterr().out
    assert printed.count("[[decision]]") == 6
    assert f'reason = "case {story_case().id}: goodwill"' in printed
    assert run("decisions case.json --append-to decisions.toml") == 0
    assert "decisions.toml: 6 decisions appended." in capsys.readouterr().out
    assert run("decisions case.json --append-to decisions.toml") == 0
    assert "decisions.toml: 0 decisions appended; 6 were there already." in capsys.readouterr().out
    assert len(load_decisions(in_a_folder / "decisions.toml")) == 6


def agreed_to_four(*, plan_later: bool) -> Case:
    """The client pays 8,712.00 in four: 2,178.00 each, from 31 October 2026."""
    case = talked()
    plan = instalment_offer(case, first=date(2026, 10, 31), count=4)
    if not plan_later:
        return add(case, Agreed(on=date(2026, 9, 9), offer=plan))
    case = add(case, Agreed(on=date(2026, 9, 9), offer=separate_invoice_offer(case)))
    return add(case, Planned(on=date(2026, 9, 9), payments=plan.payments))


@pytest.mark.parametrize("words", ["--choice separate_invoice", "--choice next_invoice", "--offer separate_invoice"])
def test_what_was_agreed_is_drafted_and_nothing_else(
    words: str, in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = talked()
    offered = add(case, Offered(on=date(2026, 9, 8), offer=separate_invoice_offer(case)))
    agreed = add(offered, Agreed(on=date(2026, 9, 9), offer=instalment_offer(case, first=date(2026, 10, 31), count=4)))
    assert run(f"documents case.json {words} -o drafts", agreed) == 2
    assert (
        "The client agreed to another offer, and what was agreed is what is billed. Found "
        f"'{words.split()[1]}'. On record is instalments_4: leave {words.split(maxsplit=1)[0]} out to draft that."
    ) in capsys.readouterr().err
    assert not (in_a_folder / "drafts").exists()


@pytest.mark.parametrize("form", ["generic", "xero", "quickbooks", "json"])
@pytest.mark.parametrize("plan_later", [False, True])
def test_a_format_with_one_due_date_says_that_the_plan_is_not_in_it(
    form: str, plan_later: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"documents case.json --number F-60 --on 2026-09-10 -o drafts --format {form} --account 8000 --item A"
    case = agreed_to_four(plan_later=plan_later)
    assert run(f"{words} --tax-name 21=BTW", case) == 0
    captured = capsys.readouterr()
    first = captured.out.splitlines()[0].split()
    assert first[:8] == ["F-60", "supplementary", "invoice", "dated", "2026-09-10", "due", "2027-01-31", "6"]
    said = (
        "F-60: The file has one due date, 2027-01-31, and no place for the 4 payments of the plan: 2,178.00 on "
        "2026-10-31, 2,178.00 on 2026-11-30, 2,178.00 on 2026-12-31, 2,178.00 on 2027-01-31 (EUR, incl. tax)."
    )
    assert (said in captured.err) is (form != "json")


def test_a_choice_of_what_was_agreed_keeps_the_plan_that_followed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("documents case.json --choice separate_invoice", agreed_to_four(plan_later=True)) == 0
    assert "due 2027-01-31" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("--on 2026-09-17", "2026-09-17"),
        ("--on 2026-09-17 --issue-date 2026-09-20", "2026-09-20"),
        ("--on 2026-09-07", "2026-09-07"),
        ("--on 2026-09-05", str(TALK)),
    ],
)
def test_the_invoice_is_dated_the_day_it_is_drafted(words: str, day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"documents case.json --choice separate_invoice {words}", talked()) == 0
    assert f"supplementary invoice  dated {day}" in capsys.readouterr().out
