"""`billcheck recover letter`, and drafts that are written to be handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from billcheck.recovery import write_case
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("--language", "en", "--issue-date", "2026-09-08", "--from", "Anna", "--phone", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_case(story_case(), "case.json")
    return tmp_path


def run(kind: str, *more: str) -> int:
    return main(["recover", "letter", "case.json", kind, *NEEDED, *more])


def test_the_waiver_letter_to_have_in_hand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "case.json").read_bytes()
    assert run("waiver_letter", "--all") == 0
    shown = capsys.readouterr()
    assert "we waive the difference of **€7,200.00** excluding tax" in shown.out
    assert "billcheck recover record CASE waived --all" in shown.err
    assert (folder / "case.json").read_bytes() == before


def test_the_price_confirmation_as_a_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("price_confirmation", "-o", "price.docx") == 0
    assert (folder / "price.docx").read_bytes().startswith(b"PK")
    assert capsys.readouterr().out == "price.docx: written. Nothing was sent.\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("waiver_letter",), "Nothing was waived in this case"),
        (("price_confirmation", "--all"), "A confirmation of the price waives nothing."),
        (("price_confirmation", "--format", "docx"), "A DOCX document cannot be shown on a terminal."),
        (("price_confirmation", "-o", "case.json"), "This file is the case"),
    ],
)
def test_what_is_refused(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("form", "ending", "title"), [
    ("markdown", ".md", "# Facture, avec la différence"), ("html", ".html", "<h1>Facture, avec la différence"),
])  # fmt: skip
def test_drafts_are_written_to_hand_over(folder: Path, form: str, ending: str, title: str) -> None:
    words = ["recover", "documents", "case.json", "--choice", "next_invoice", "--without-contact", "to show",
             "--format", form, "--language", "fr", "-o", "out"]  # fmt: skip
    assert main(words) == 0
    (file,) = (folder / "out").iterdir()
    text = file.read_text(encoding="utf-8")
    assert file.suffix == ending
    assert title in text
    assert "11\N{NARROW NO-BREAK SPACE}616,00" in text
    assert main(words) == 2, "a file that is there is not replaced"
    assert main([*words, "--force"]) == 0
