"""`billcheck recover notice`."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest

from billcheck.cli.main import main
from billcheck.recovery import write_case
from tests.recovery.by_hand import half_rate_case, make_agreement
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("--language", "en", "--issue-date", "2026-09-04", "--reply-by", "2026-09-08", "--from", "Anna de Vries",
          "--phone", "+31 20 555 0117")  # fmt: skip


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_case(story_case(), "case.json")
    return tmp_path / "case.json"


def run(*words: str) -> int:
    return main(["recover", "notice", "case.json", *NEEDED, *words])


def test_it_shows_the_letter_and_records_nothing(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = case.read_bytes()
    assert run() == 0
    shown = capsys.readouterr()
    assert "# Correction of your invoices, contract C-117" in shown.out
    assert "**€8,712.00** including tax" in shown.out
    assert shown.err == "Nothing was recorded; give --record once the client gets it.\n"
    assert case.read_bytes() == before


@pytest.mark.parametrize(("name", "begins"), [("n.md", "Hartwell"), ("n.html", "<!DOCTYPE"), ("n.txt", "Hartwell")])
def test_the_format_is_that_of_the_file(case: Path, capsys: pytest.CaptureFixture[str], name: str, begins: str) -> None:
    assert run("-o", name) == 0
    shown = capsys.readouterr()
    assert (case.parent / name).read_text(encoding="utf-8").startswith(begins)
    assert shown.out == f"{name}: written. Nothing was sent.\n"
    assert "Attach the statement: billcheck recover statement case.json." in shown.err


def test_a_document_is_written_to_a_file(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", "n.docx", "--attachment", "statement.pdf") == 0
    document = docx.Document(BytesIO((case.parent / "n.docx").read_bytes()))
    assert "Attached: statement.pdf." in [each.text for each in document.paragraphs]
    assert "Attach the statement" not in capsys.readouterr().err


def test_a_format_that_is_named_counts_more_than_the_ending(case: Path) -> None:
    assert run("-o", "letter", "--format", "html") == 0
    assert (case.parent / "letter").read_text(encoding="utf-8").startswith("<!DOCTYPE")


def test_recorded_it_stands_in_the_case(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--format", "text", "--record", "--by", "Anna") == 0
    shown = capsys.readouterr()
    event = json.loads(case.read_text(encoding="utf-8"))["events"][-1]
    assert event == {
        "event": "noticed", "on": "2026-09-04", "by": "Anna", "note": "", "language": "en", "excl_tax": "7200.00",
        "incl_tax": "8712.00", "reply_by": "2026-09-08", "digest": sha256(shown.out.encode()).hexdigest(),
    }  # fmt: skip
    assert shown.err == "case.json: noticed on 2026-09-04, to be answered by 2026-09-08.\n"


def test_what_cannot_be_recorded_is_not_written_either(case: Path) -> None:
    """A notice of 5 September is on record; one of the day before cannot follow."""
    assert run("--issue-date", "2026-09-05", "--record") == 0
    assert run("--record", "-o", "n.md") == 2
    assert not (case.parent / "n.md").exists()


@pytest.mark.parametrize(
    ("words", "is_noted"),
    [
        (("--language", "en"), False),
        (("--language", "de"), True),
        (("--language", "de", "--cause", "In der Vorlage stand eine falsche Menge."), False),
    ],
)
@pytest.mark.usefixtures("case")
def test_a_cause_in_another_language_is_remarked_on(
    words: tuple[str, ...], is_noted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 0
    said = (
        "The cause is printed as it was recorded, which does not read as German; --cause gives it in that language.\n"
    )
    assert (said in capsys.readouterr().err) is is_noted


@pytest.mark.usefixtures("case")
def test_words_that_sound_like_blame_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--cause", "You should have seen it") == 0
    assert "In the cause, 'You should have' sounds like blame to the client" in capsys.readouterr().err


@pytest.mark.usefixtures("case")
def test_a_separate_invoice_before_the_reply_is_remarked_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--separate-on", "2026-09-07") == 0
    shown = capsys.readouterr()
    assert "dated 7 September 2026, to be paid by 7 October 2026" in shown.out
    assert "The separate invoice of 2026-09-07 is dated before the client has to reply." in shown.err


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "docx"), "A DOCX document cannot be shown on a terminal."),
        (("-o", "case.json"), "This file is the case, and would be overwritten by the letter."),
        (("--templates", "none"), "There is no such folder of templates."),
        (("--next-invoice", "2026-09-30=lots"), "This is no amount of the case's currency. Found 'lots'."),
        (("--reply-by", "2026-09-01"), "The client is to reply before the notice of 2026-09-04."),
        (("--reply-by", "2026-09-30"), "Give a day before 2026-09-30, or state the regular invoice after that one"),
        (("--issue-date", "2026-09-03"), "The notice says that the mistake was found on 2026-09-04"),
        (("--meeting", "2026-09-03"), "The talk would be before the notice of 2026-09-04 that asks for it."),
    ],
)
def test_what_is_refused(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--language", "it"), "invalid choice: 'it'"),
        (("--next-invoice", "2026-09-30"), "states no invoice; write it as DATE=AMOUNT"),
        (("--tax-percent", "101"), "is no percent; write 21 for 21 %"),
        (("--next-invoice", "2026-09-30=1.00", "--no-next-invoice"), "not allowed with argument"),
    ],
)
def test_what_makes_no_sense(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*words)
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_what_a_case_does_not_know_can_be_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(half_rate_case(coming=(), agreements=(make_agreement(),)), "case.json")
    assert run() == 2
    assert "--no-next-invoice" in capsys.readouterr().err
    assert run("--next-invoice", "2026-10-01=2,400.00", "--format", "text") == 0
    assert "one invoice dated 1 October 2026" in re.sub(r"\s+", " ", capsys.readouterr().out)
    assert run("--no-next-invoice", "--format", "text") == 0
    assert "Does this suit you?" in capsys.readouterr().out
