"""`billcheck contracts draft` as people run it: what is written, said, refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from billcheck.cli.main import main
from tests.history.ledgers import contracts_in

HEAD = "document,issue_date,customer,description,amount,currency\n"
ROWS = "".join(f"INV-{n},2026-0{n}-01,Acme,Fee 2026-0{n},100.00,EUR\n" for n in range(1, 6))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ledger.csv").write_text(HEAD + ROWS, encoding="utf-8")


def draft(*words: str) -> int:
    return main(["contracts", "draft", *words])


def test_a_file_is_written_once_and_checks_after_it_was_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    when = ("--as-of", "2026-05-31")
    assert draft("ledger.csv", *when, "--out", "new/drafts.toml") == 0
    said = capsys.readouterr()
    assert said.out == (
        "Drafted 1 contract, 1 charge with 3 questions to answer.\n"
        "Correct the file, then accept it; until then a check refuses it.\n"
    )
    assert said.err == "Wrote new/drafts.toml.\n"
    text = Path("new/drafts.toml").read_text(encoding="utf-8")
    assert text.count("QUESTION:") == 3
    assert contracts_in(text)[0]["customer"] == "Acme"
    assert main(["check", "ledger.csv", *when, "--contracts", "new"]) == 2
    assert main(["contracts", "accept", "new/drafts.toml"]) == 2
    assert "  new/drafts.toml: line 13: Not answered: first day billed; when was it" in capsys.readouterr().err
    assert main(["contracts", "accept", "new/drafts.toml", "--with-questions"]) == 0
    assert "Left open: 3 questions." in capsys.readouterr().out
    assert main(["check", "ledger.csv", *when, "--contracts", "new"]) == 0
    capsys.readouterr()
    assert draft("ledger.csv", *when, "--out", "new/drafts.toml") == 2
    assert "new/drafts.toml" in capsys.readouterr().err


def test_the_same_ledger_gives_the_same_bytes() -> None:
    for name in ("a.toml", "b.toml"):
        assert draft("ledger.csv", "--as-of", "2026-05-31", "--out", name) == 0
    assert Path("a.toml").read_bytes() == Path("b.toml").read_bytes()


def test_nothing_to_draft_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert draft("ledger.csv", "--as-of", "2026-01-31", "--out", "drafts.toml") == 3
    assert capsys.readouterr().out == "Nothing recurs in what was billed, so nothing was drafted and nothing written.\n"
    assert not Path("drafts.toml").exists()


def test_a_customer_who_was_never_billed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert draft("ledger.csv", "--as-of", "2026-05-31", "--customer", "Nobody", "--out", "drafts.toml") == 2
    assert "customers: Nobody of this name or id was billed. Found 'Nobody'." in capsys.readouterr().err
    assert draft("ledger.csv", "--as-of", "2026-05-31", "--customer", "ACME", "--out", "drafts.toml") == 0


def test_rows_that_cannot_be_read_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ledger.csv").write_text(f"{HEAD}{ROWS}INV-6,2026-06-01,Acme,Fee,much,EUR\n", encoding="utf-8")
    assert draft("ledger.csv", "--as-of", "2026-05-31", "--out", "drafts.toml") == 3
    assert "1 row could not be read; what they bill is not drafted." in capsys.readouterr().err
    text = Path("drafts.toml").read_text(encoding="utf-8")
    assert "# QUESTION: 1 row could not be read, such as ledger.csv row 7: what do they bill?" in text


def test_a_document_in_two_files_counts_once() -> None:
    Path("again.csv").write_text(HEAD + ROWS, encoding="utf-8")
    assert draft("ledger.csv", "again.csv", "--as-of", "2026-05-31", "--out", "drafts.toml") == 0
    text = Path("drafts.toml").read_text(encoding="utf-8")
    assert contracts_in(text)[0]["charge"][0]["amount"] == "100.00"
    assert "# Left out: 5 lines of a document that an earlier file holds." in text


def test_today_is_said_where_no_day_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    draft("ledger.csv", "--out", "drafts.toml")
    assert "which is today; give --as-of for a result that can be repeated." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "drafts.toml"), "No ledger was given, and no configuration names one."),
        (("ledger.csv", "--out", "drafts.csv"), "Drafts are written as TOML, which holds remarks beside the values."),
        (("ledger.csv", "--out", "ledger.toml"), "This exists already, and nothing is overwritten."),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ledger.toml").touch()
    assert draft(*words, "--as-of", "2026-05-31") == 2
    assert said in capsys.readouterr().err


def test_hostile_texts_stay_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    nasty = '\u202e "" = [[contract]] # \\'
    with Path("ledger.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD.strip().split(","))
        for n in range(1, 6):
            writer.writerow([f"INV-{n}", f"2026-0{n}-01", nasty, f"{nasty} 2026-0{n}", "100.00", "EUR"])
            writer.writerow([f"B-{n}", f"2026-0{n}-01", "Be\x07ta", "Fee", "100.00", "EUR"])
        writer.writerow(["INV-9", "2026-03-03", nasty, f"{nasty} \x1b[2J", "7.00", "EUR"])
    assert draft("ledger.csv", "--as-of", "2026-05-31", "--out", "drafts.toml") == 0
    text = Path("drafts.toml").read_bytes().decode()
    (contract,) = contracts_in(text)
    assert contract["customer"] == nasty
    assert "# Not drafted: Be\\x07ta, 5 lines, 500.00 EUR: its name holds a control character" in text
    assert not any(character in text for character in "\x1b\u202e")
    assert main(["contracts", "accept", "drafts.toml"]) in {0, 2}
    assert "\x1b" not in "".join(capsys.readouterr())


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken.toml").write_text("", encoding="utf-8")
    Path("link.toml").symlink_to("nowhere.toml")
    Path("folder.toml").mkdir()
    for out, why in (
        ("taken.toml", "This exists already, and nothing is overwritten."),
        ("link.toml", "This exists already, and nothing is overwritten."),
        ("folder.toml", "This exists already, and nothing is overwritten."),
        ("ledger.csv/drafts.toml", "No draft can be written there."),
    ):
        # No such connector is there: whoever asks for it fails otherwise.
        assert draft("nobody:", "--since", "2026-01-01", "--as-of", "2026-05-31", "--out", out) == 2
        assert why in capsys.readouterr().err
    words = ("--since", "2026-01-01", "--as-of", "2026-05-31", "--snapshot", "d.toml", "--out", "./d.toml")
    assert draft("nobody:", *words) == 2
    assert "--out: Two outputs go to the same file." in capsys.readouterr().err
    assert not Path("d.toml").exists()


def test_how_many_documents_are_dated_on_the_last_day_is_counted() -> None:
    days = ("01-31", "02-28", "03-30", "04-30")  # the third is a day early
    rows = "".join(f"INV-{day},2026-{day},Acme,Fee 2026-{day[:2]},100.00,EUR\n" for day in days)
    Path("ledger.csv").write_text(HEAD + rows, encoding="utf-8")
    assert draft("ledger.csv", "--as-of", "2026-05-31", "--out", "drafts.toml") == 0
    said = 'invoice_day = "period_end"  # 3 of 4 documents are dated on the last day of their period'
    assert said in Path("drafts.toml").read_text(encoding="utf-8")
